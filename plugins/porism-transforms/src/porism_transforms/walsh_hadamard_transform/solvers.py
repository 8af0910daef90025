"""The solvers of `walsh-hadamard-transform`: the fast one of `porism.kernels`, and the matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, Paper, ResultOverflow
from porism.kernels import transform
from porism.validation import as_array, as_choice, as_flag, as_integer, as_n_jobs, check_memory
from porism_transforms.walsh_hadamard_transform.problem import WalshHadamardResult, walsh_hadamard_transform

__all__ = ["fwht", "hadamard_matrix"]

Array = npt.NDArray[Any]

COMPUTED = (np.float32, np.float64, np.int32, np.int64)
LARGEST = int(np.iinfo(np.int64).max)
LARGE = 1 << 28
"""Bytes of a copy that is not made without a look at the memory there is."""

FINO_ALGAZI_1976 = Paper(
    key="fino1976unified",
    title="Unified Matrix Treatment of the Fast {Walsh-Hadamard} Transform",
    authors=("Fino, Bernard J.", "Algazi, V. Ralph"),
    year=1976,
    venue="IEEE Transactions on Computers",
    volume="C-25",
    pages="1142--1146",
    doi="10.1109/TC.1976.1674569",
)


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked: rows to be transformed, and how they become the result."""

    rows: Array
    """(r, n), C-contiguous, of one of the dtypes that are computed in; perhaps the caller's own memory."""
    owned: bool
    """Whether `rows` are a copy already."""
    shape: tuple[int, ...]
    """Of X with the axis moved to the end."""
    axis: int
    norm: str
    order: str

    def outcome(self, rows: Array) -> WalshHadamardResult:
        """The result from the coefficients without factor, in natural order."""
        n = self.shape[-1]
        if self.norm != "backward":
            factor = 1.0 / n if self.norm == "forward" else 1.0 / math.sqrt(n)
            rows = np.multiply(rows, rows.dtype.type(factor), out=rows)
        if self.order != "natural":
            rows = rows[:, permutation(n, self.order)]
        coefficients = np.moveaxis(rows.reshape(self.shape), -1, self.axis)
        return WalshHadamardResult(coefficients, self.axis, self.norm, self.order)


def permutation(n: int, order: str) -> npt.NDArray[np.int64]:
    """Which natural coefficient comes at each place: bits reversed, of the place itself or of its Gray code."""
    places = np.arange(n)
    words = places ^ (places >> 1) if order == "sequency" else places
    reverse = np.zeros(n, dtype=np.int64)
    for _ in range(n.bit_length() - 1):
        reverse = (reverse << 1) | (words & 1)
        words = words >> 1
    return reverse


def as_call(X: object, axis: object, norm: object, order: object) -> Call:
    """Check the canonical arguments; errors as :func:`walsh_hadamard_transform` documents."""
    factor = as_choice("norm", norm, ("backward", "ortho", "forward"))
    sequence = as_choice("order", order, ("natural", "sequency", "dyadic"))
    array = _as_numbers(X)
    if array.ndim == 0:
        raise InvalidInput(f"X must have an axis, got a single number {array[()]!r}")
    place = as_integer("axis", axis, -array.ndim, array.ndim - 1) % array.ndim
    n = array.shape[place]
    if n == 0 or n & (n - 1):
        raise InvalidInput(f"X must have a power of two as its length along axis {place}, got {n}")
    moved = np.moveaxis(array, place, -1)
    rows = np.ascontiguousarray(moved).reshape(-1, n)
    if factor != "backward" and rows.dtype.kind == "i":
        rows = rows.astype(np.float64)
    owned = not (isinstance(X, np.ndarray) and np.may_share_memory(rows, X))
    return Call(rows, owned, moved.shape, place, factor, sequence)


def _as_numbers(X: object) -> Array:
    """X as an array of one of the dtypes that are computed in; a copy only where that takes one."""
    try:
        plain = np.asarray(X)
    except Exception as error:  # whatever a value's own __array__ raises
        raise InvalidType(f"X must be an array of real numbers, got a {type(X).__name__}: {error}") from None
    given = plain.dtype
    if plain.nbytes >= LARGE and (given not in COMPUTED or not plain.flags.c_contiguous):
        check_memory(f"a copy of X of shape {plain.shape}", plain.nbytes, None)
    if given.kind == "u" and given.itemsize == 8 and plain.size:
        largest = int(plain.max())
        if largest > LARGEST:
            raise InvalidInput(f"X must hold integers that fit int64, got {largest}")
    if given.kind == "f":
        promote: Any = np.float32 if given.itemsize == 2 else np.float64
    else:
        promote = np.int64
    return as_array("X", X, ndim=plain.ndim, dtypes=COMPUTED, promote=promote, order="A")


@porism.solver(
    walsh_hadamard_transform,
    "fwht",
    aliases=("fast-walsh-hadamard",),
    paper=FINO_ALGAZI_1976,
    complexity="O(n log n) sums for each row; reads and writes memory once while a row fits a cache, else twice",
    claims=Claims(textbook=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("fast",),
    default=True,
)
def fwht(
    X: npt.ArrayLike,
    *,
    axis: int = -1,
    norm: str = "backward",
    order: str = "natural",
    overwrite_x: bool = False,
    n_jobs: int | None = None,
) -> WalshHadamardResult:
    """Butterflies in vector registers, as many bits at a time as registers and caches hold.

    Parameters
    ----------
    overwrite_x : bool
        Whether X may be destroyed, which saves a copy: the coefficients then take its place where its dtype, layout and
        axis allow.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    call = as_call(X, axis, norm, order)
    may = as_flag("overwrite_x", overwrite_x)
    threads = as_n_jobs(n_jobs)
    fresh = (call.owned or may) and call.rows.flags.writeable
    if not fresh and call.rows.nbytes >= LARGE:
        check_memory("fwht: a copy of X", call.rows.nbytes, None)
    rows = call.rows if fresh else call.rows.copy()
    if rows.size:
        transform.fwht(rows, n_threads=threads)
    return call.outcome(rows)


@porism.solver(
    walsh_hadamard_transform,
    "hadamard-matrix",
    complexity="O(n²) products for each row, O(n²) memory",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def hadamard_matrix(
    X: npt.ArrayLike,
    *,
    axis: int = -1,
    norm: str = "backward",
    order: str = "natural",
    memory_limit: int | None = None,
) -> WalshHadamardResult:
    """The product with Hadamard's matrix, as `scipy.linalg.hadamard` makes it.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that the matrix may take. None: nine tenths of the memory available.

    Raises
    ------
    TooLarge
        If the matrix would take more.
    """
    from scipy.linalg import hadamard

    call = as_call(X, axis, norm, order)
    n, dtype = call.shape[-1], call.rows.dtype
    check_memory(f"hadamard-matrix: a matrix of order {n}", n * n * 8, memory_limit)
    if dtype.kind == "f":
        return call.outcome(call.rows @ hadamard(n, dtype=dtype))
    if call.rows.size and float(np.abs(call.rows.astype(np.float64)).sum(axis=1).max()) < LARGEST / 2:
        exact: Any = call.rows.astype(np.int64) @ hadamard(n, dtype=np.int64)
    else:
        exact = call.rows.astype(object) @ hadamard(n, dtype=np.int64).astype(object)
    limits = np.iinfo(dtype)
    if exact.size and not (limits.min <= exact.min() and exact.max() <= limits.max):
        raise ResultOverflow(f"a coefficient of the transform exceeds the range of {dtype}")
    return call.outcome(exact.astype(dtype))
