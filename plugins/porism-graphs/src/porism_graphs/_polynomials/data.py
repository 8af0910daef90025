"""The tensor X as it comes in, and the numbers that are computed with: exact for integers, checked against overflow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType, ResultOverflow
from porism.validation import plain_array
from porism_graphs._arguments import as_choice, told
from porism_graphs._graph import as_adjacency, is_sparse
from porism_graphs._polynomials.polynomial import GraphPolynomial

__all__ = ["DTYPES", "Arithmetic", "Data", "arithmetic", "as_data", "as_polynomials"]

DTYPES = ("float32", "float64", "int64", "object")
MATRIX = "a square matrix of real numbers, (n, n) or (n, n, channels), or sparse, or a graph"
SEVERAL = "a GraphPolynomial or a sequence of them that have the same number of outputs"
GRAPHS = ("networkx", "igraph", "rustworkx")


@dataclass(frozen=True)
class Data:
    """X, checked.

    Attributes
    ----------
    n : int
    channels : tuple of (n, n) arrays or of one csr_array
        In C order and native byte order: float64, int64, or objects that are Python integers.
    sparse, integer : bool
    largest, mass : int or float
        The largest absolute value, and the largest sum of absolute values of a row or column: bounds, rounded up.
    """

    n: int
    channels: tuple[Any, ...]
    sparse: bool
    integer: bool
    largest: float
    mass: float

    def dense(self) -> tuple[npt.NDArray[Any], ...]:
        """The channels as arrays."""
        return tuple(c.toarray() if self.sparse else c for c in self.channels)


@dataclass(frozen=True)
class Arithmetic:
    """What is computed with: float32, float64, int64, or object for Python's integers.

    Attributes
    ----------
    inside : dtype
        For connected parts.
    whole : dtype
        For polynomials that are not taken apart.
    outside : dtype
        For products of parts, and for values as they are returned.
    """

    inside: np.dtype[Any]
    whole: np.dtype[Any]
    outside: np.dtype[Any]


def as_polynomials(name: str, value: object) -> tuple[tuple[GraphPolynomial, ...], bool]:
    """The polynomials, and whether it was a single one.

    Raises
    ------
    InvalidType
        If it is something else.
    InvalidInput
        If there are none, or they differ in their number of outputs.
    """
    if isinstance(value, GraphPolynomial):
        return (value,), True
    if isinstance(value, str | bytes | dict) or not np.iterable(value):
        raise InvalidType(f"{name} must be {SEVERAL}, got {told(value)}")
    several = tuple(value)
    for one in several:
        if not isinstance(one, GraphPolynomial):
            raise InvalidType(f"{name} must be {SEVERAL}, got {told(one)} in it")
    if not several:
        raise InvalidInput(f"{name} must be {SEVERAL}, got none")
    outputs = sorted({len(one.outputs) for one in several})
    if len(outputs) > 1:
        raise InvalidInput(f"{name} must be {SEVERAL}, got some with {outputs[0]} and some with {outputs[1]}")
    return several, False


def as_data(name: str, value: object, polynomials: Sequence[GraphPolynomial]) -> Data:
    """X for these polynomials.

    Raises
    ------
    InvalidInput
        If it is not square, holds NaN or infinity, has fewer channels than are read, or is not symmetric where a
        polynomial of a symmetric X is asked for.
    InvalidType
        If it holds no real numbers.
    """
    if type(value).__module__.partition(".")[0] in GRAPHS or isinstance(value, str | Path):
        matrix = as_adjacency(name, value, undirected=all(H.symmetric for H in polynomials))
        whole = matrix.nnz and np.all(matrix.data == np.round(matrix.data)) and matrix.data.max() < 2**53
        value = matrix.astype(np.int64) if whole else matrix
    data = _sparse(name, value) if is_sparse(value) else _dense(name, value)
    wanted = _channels(tuple(polynomials))
    if wanted > len(data.channels):
        raise InvalidInput(
            f"{name} must have {wanted} channels, as an edge reads channel {wanted - 1}, got {len(data.channels)}"
        )
    if any(H.symmetric for H in polynomials):
        for channel in data.channels:
            differs = channel != channel.T
            if differs.nnz if data.sparse else differs.any():
                wrong = differs.nonzero()
                i, j = int(wrong[0][0]), int(wrong[1][0])
                raise InvalidInput(
                    f"{name} must be symmetric for polynomials of a symmetric matrix, got {channel[i, j]} at "
                    f"[{i}, {j}] and {channel[j, i]} at [{j}, {i}]"
                )
    return data


def _dense(name: str, value: object) -> Data:
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {MATRIX}, got a masked array; fill it first")
    if value is None or isinstance(value, bytes | dict | set):
        raise InvalidType(f"{name} must be {MATRIX}, got {told(value)}")
    array = plain_array(name, value, MATRIX)
    integer = array.dtype.kind in "biu"
    if array.dtype.kind == "O":
        integer = all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in array.flat)
    if not integer and array.dtype.kind != "f":
        raise InvalidType(f"{name} must be {MATRIX}, got dtype {array.dtype}")
    if array.ndim not in (2, 3) or array.shape[0] != array.shape[1] or 0 in array.shape:
        raise InvalidInput(f"{name} must be {MATRIX}, got shape {array.shape}")
    if array.ndim == 2:
        array = array[:, :, None]
    if integer:
        small = array.dtype.kind in "bi" or (int(array.max()) < 2**63 and int(array.min()) >= -(2**63))
        array = array.astype(np.int64, copy=False) if small else _python_integers(array)
    else:
        array = array.astype(np.float64, copy=False)
        _check_finite(name, array)
    channels = tuple(np.ascontiguousarray(array[:, :, c]) for c in range(array.shape[2]))
    largest = mass = 0.0
    for channel in channels:
        try:
            size = channel if channel.dtype != object and channel.min() >= 0 else np.abs(channel.astype(np.float64))
        except OverflowError:
            raise ResultOverflow(f"{name} must be smaller in magnitude, got an integer beyond float64") from None
        largest = max(largest, float(size.max()))
        mass = max(mass, *(float(size.sum(axis=axis, dtype=np.float64).max()) for axis in (0, 1)))
    return Data(len(array), channels, False, integer, _up(largest), _up(mass))


def _python_integers(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    made = np.empty(array.shape, dtype=object)
    made[...] = np.array([int(one) for one in array.flat], dtype=object).reshape(array.shape)
    return made


def _sparse(name: str, value: Any) -> Data:
    from scipy import sparse

    if value.dtype.kind not in "biuf":
        raise InvalidType(f"{name} must be {MATRIX}, got dtype {value.dtype}")
    if len(value.shape) != 2 or value.shape[0] != value.shape[1] or value.shape[0] == 0:
        raise InvalidInput(f"{name} must be {MATRIX}, got a sparse array of shape {value.shape}")
    integer = value.dtype.kind in "biu"
    try:
        own = value.copy()
        if own.format in ("csr", "csc", "bsr"):
            own.check_format(full_check=True)
        coo = sparse.coo_array(own)
    except (ValueError, IndexError) as error:
        raise InvalidInput(f"{name} must be a sound sparse matrix: {error}") from None
    for axis, index in enumerate((coo.row, coo.col)):
        if index.size and not (index.min() >= 0 and index.max() < coo.shape[axis]):
            raise InvalidInput(f"{name} must be a sound sparse matrix: an index on axis {axis} is out of range")
    if integer and coo.data.size and int(coo.data.max()) >= 2**63:
        raise InvalidInput(f"{name} must hold integers below 2^63 if it is sparse, got {int(coo.data.max())}")
    data = coo.data.astype(np.int64 if integer else np.float64)
    if not integer:
        _check_finite(name, data)
    made = sparse.coo_array((data, (coo.row, coo.col)), shape=coo.shape).tocsr()
    made.sum_duplicates()
    made.eliminate_zeros()
    made.sort_indices()
    size = abs(made.astype(np.float64))
    sums = [float(size.sum(axis=axis).max()) for axis in (0, 1)]
    return Data(made.shape[0], (made,), True, integer, _up(size.data.max() if size.nnz else 0.0), _up(max(sums)))


def _check_finite(name: str, array: npt.NDArray[Any]) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = tuple(int(i) for i in bad[0])
        raise InvalidInput(f"{name} must be finite, got {float(array[place])!r}, first at {list(place[:2])}")


def _up(value: Any) -> float:
    return float(value) * (1 + 1e-9)


def arithmetic(polynomials: Sequence[GraphPolynomial], data: Data, dtype: object) -> Arithmetic:
    """What to compute with. Integers in float64 only where nothing can reach 2^53, else in int64 or Python's own.

    Every intermediate result belongs to a part of some H. One bound for all of them: the sums over a spanning forest
    that hangs at the outputs give the largest row's mass for each edge, and each other edge the largest entry.

    Raises
    ------
    InvalidInput, InvalidType
        If dtype is no such thing, or of integers where X holds none.
    ResultOverflow
        If dtype is int64, and that may not hold the values.
    """
    if dtype is not None:
        dtype = as_choice("dtype", getattr(dtype, "__name__", None) if isinstance(dtype, type) else dtype, DTYPES)
    if dtype in ("float32", "float64"):
        return Arithmetic(*[np.dtype(dtype)] * 3)
    if not data.integer:
        if dtype is not None:
            raise InvalidInput(f"dtype must be 'float32' or 'float64' where X holds floats, got {dtype!r}")
        return Arithmetic(*[np.dtype(np.float64)] * 3)
    if dtype == "object":
        return Arithmetic(*[np.dtype(object)] * 3)
    whole, parts = (max(_log2_bound(shape, data) for shape in shapes) for shapes in _shapes(tuple(polynomials)))
    if dtype == "int64" and whole >= INTEGERS:
        raise ResultOverflow(f"dtype must be 'object' or a float, as values may reach 2^{whole:.0f}, got 'int64'")
    outside = np.dtype(np.int64 if whole < INTEGERS else object)
    return Arithmetic(_enough(parts), _enough(whole), outside)


FLOATS, INTEGERS = 52.99, 62.99
"""Bits of integers that float64 and int64 hold, less the rounding of the bounds."""


def _enough(bound: float) -> np.dtype[Any]:
    return np.dtype(np.float64 if bound < FLOATS else np.int64 if bound < INTEGERS else object)


@lru_cache(maxsize=256)
def _channels(polynomials: tuple[GraphPolynomial, ...]) -> int:
    """How many channels of X they read."""
    return max(H.channels for H in polynomials)


Shape = tuple[int, int, int]
"""Components without outputs, other vertices that are summed over, and the edges that no forest needs."""


def _log2_bound(shape: Shape, data: Data) -> float:
    largest, mass = (math.log2(max(one, 1.0)) for one in (data.largest, data.mass))
    loose, hanging, others = shape
    return loose * math.log2(data.n) + hanging * mass + others * largest


@lru_cache(maxsize=256)
def _shapes(polynomials: tuple[GraphPolynomial, ...]) -> tuple[frozenset[Shape], frozenset[Shape]]:
    """Shapes of the polynomials, and of their components."""
    found, single = {(0, 0, 0)}, {(0, 0, 0)}
    for H in polynomials:
        shapes = []
        for part in H.components():
            open_ = len(set(part) & set(H.outputs))
            n_edges = sum(edge[0] in part for edge in H.edges)
            hanging = len(part) - max(open_, 1)
            shapes.append((int(not open_), hanging, n_edges - hanging))
        single.update(shapes)
        found.add((sum(s[0] for s in shapes), sum(s[1] for s in shapes), sum(s[2] for s in shapes)))
    return frozenset(found), frozenset(single)
