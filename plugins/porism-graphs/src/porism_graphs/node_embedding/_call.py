"""What every solver does first and last: arguments in, and vectors to one scale."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.errors import InvalidInput, InvalidType, ResultOverflow
from porism.validation import as_choice, as_flag, as_integer, as_n_jobs, as_rng, check_memory
from porism_graphs._graph import as_adjacency

__all__ = ["DTYPES", "Call", "as_weights", "empty", "prepared", "row_normalised", "standardized"]

DTYPES = ("float32", "float64")

LINE = 64
"""Bytes of a cache line."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked.

    Attributes
    ----------
    adjacency : (n, n) csr_array of float64
        The caller's weights.
    unit : float
        The power of two below the largest: degrees are counted in it, so that none overflows and no ratio changes.
    """

    adjacency: Any
    unit: float
    dim: int
    standardize: bool
    isolated: str
    dtype: Any
    seed: int
    n_jobs: int
    params: dict[str, Any]

    @property
    def n(self) -> int:
        """Number of vertices."""
        return int(self.adjacency.shape[0])

    @cached_property
    def alone(self) -> npt.NDArray[np.bool_]:
        """Vertices without out-edges."""
        return np.asarray(np.diff(self.adjacency.indptr) == 0)

    @cached_property
    def in_degrees(self) -> Floats:
        """Weight of the edges into each vertex: its degree, where the graph is undirected. In `unit`."""
        weights = self.adjacency.data / self.unit
        return np.bincount(self.adjacency.indices, weights=weights, minlength=self.n).astype(np.float64)

    @cached_property
    def out_degrees(self) -> Floats:
        """Weight of the edges out of each vertex, in `unit`."""
        rows = np.repeat(np.arange(self.n), np.diff(self.adjacency.indptr))
        return np.bincount(rows, weights=self.adjacency.data / self.unit, minlength=self.n).astype(np.float64)

    def scaled(self) -> Any:
        """The adjacency matrix in `unit`, divided: scipy.sparse would multiply by the inverse, perhaps infinite."""
        from scipy import sparse

        A = self.adjacency
        return sparse.csr_array((A.data / self.unit, A.indices, A.indptr), shape=A.shape)

    def transitions(self) -> Any:
        """P = D^-1 A; rows of vertices without out-edges are empty."""
        return row_normalised(self.adjacency)

    def finish(self, vectors: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Floats, Floats]:
        """Bring vectors to their final scale, in place: them, and the means and scales of their columns."""
        if self.alone.any():
            vectors[self.alone] = 0
        mean, scale = standardized(
            vectors, self.alone if self.isolated == "nan" else None, self.n_jobs, self.standardize
        )
        if self.isolated == "nan" and self.alone.any():
            vectors[self.alone] = np.nan
        return vectors, mean, scale


def prepared(
    A: object,
    dim: object,
    standardize: object,
    isolated: object,
    dtype: object,
    rng: Any,
    n_jobs: object = None,
    memory_limit: object = None,
    *,
    matrices: int = 3,
    **params: Any,
) -> Call:
    """Check the canonical arguments, as :func:`node_embedding` has them; `matrices` of the result's size are needed."""
    dim = as_integer("dim", dim, 1, 2**31 - 1)
    standardize = as_flag("standardize", standardize)
    isolated = as_choice("isolated", isolated, ("zero", "nan"))
    name = as_choice("dtype", dtype, DTYPES)
    jobs = as_n_jobs(n_jobs)
    generator = as_rng(rng)
    adjacency = as_adjacency("A", A)
    n = adjacency.shape[0]
    kind = np.dtype(name)
    what = f"vectors of {dim} numbers for {n} vertices, and what they are computed from,"
    check_memory(what, matrices * kind.itemsize * n * dim + 24 * adjacency.nnz, memory_limit)
    if dim > n > 1:
        warnings.warn(f"dim={dim} is more than the {n} vertices that there are", UserWarning, stacklevel=4)
    unit = float(2.0 ** np.floor(np.log2(adjacency.data.max()))) if adjacency.nnz else 1.0
    seed = int(generator.integers(0, 2**63))
    given = {"standardize": standardize, "isolated": isolated, "dtype": name, **params}
    return Call(adjacency, unit, dim, standardize, isolated, kind, seed, jobs, given)


def row_normalised(matrix: Any) -> Any:
    """A new csr_array whose rows sum to 1, save empty ones; a weight under 1e-308 of its row's largest is none."""
    from scipy import sparse

    data = np.array(matrix.data)
    filled = np.diff(matrix.indptr) > 0
    starts = matrix.indptr[:-1][filled]
    lengths = np.diff(matrix.indptr)[filled]
    if len(starts):  # by the largest first: a row of tiny weights has a sum all the same
        data /= np.repeat(np.maximum.reduceat(data, starts), lengths)
        data /= np.repeat(np.add.reduceat(data, starts), lengths)
    made = sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    if not data.all():
        made = made.copy()
        made.eliminate_zeros()
    return made


def empty(shape: tuple[int, int] | tuple[int, int, int], dtype: Any) -> npt.NDArray[Any]:
    """An array, not filled, that begins where a cache line does: rows are gathered by whole lines then."""
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    raw = np.empty(size + LINE, dtype=np.uint8)
    start = -raw.ctypes.data % LINE
    made: npt.NDArray[Any] = raw[start : start + size].view(kind).reshape(shape)
    return made


def standardized(
    vectors: npt.NDArray[Any], skip: npt.NDArray[np.bool_] | None, n_jobs: int, wanted: bool
) -> tuple[Floats, Floats]:
    """Standardize the columns in place if `wanted`, and say by which means and scales."""
    from porism.kernels import graph as kernel

    n, dim = vectors.shape
    if not wanted:
        return np.zeros(dim), np.ones(dim)
    left_out = np.zeros(n, dtype=bool) if skip is None else np.ascontiguousarray(skip)
    mean, scale = kernel.column_moments(vectors, left_out, n_jobs)
    if not (np.isfinite(mean).all() and np.isfinite(scale).all()):
        raise ResultOverflow(
            f"the vectors exceed the range of {vectors.dtype}; weights or beta may be too large for it"
        )
    kernel.rescale_columns(vectors, mean, scale, n_jobs)
    return mean, scale


def as_weights(name: str, value: object, least: int = 1) -> Floats:
    """Weights of powers: nonnegative finite numbers, one at least and one above 0 at least."""
    must = "a sequence of nonnegative finite numbers, not all 0"
    if isinstance(value, str | bytes | dict | set) or value is None or not np.iterable(value):
        raise InvalidType(f"{name} must be {must}, got {value!r}")
    try:
        array = np.asarray(list(value))
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{name} must be {must}, got {value!r}: {error}") from None
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise InvalidInput(f"{name} must be {must}, got {value!r}")
    weights: Floats = array.astype(np.float64)
    if len(weights) < least or not (np.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any()):
        raise InvalidInput(f"{name} must be {must}, got {value!r}")
    return weights
