"""Graphs as they come in: one converter and one set of errors for every problem here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism_graphs._arguments import told

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Graph", "GraphTooLarge", "as_distributions", "as_graph", "is_sparse"]

MAX_VERTICES = 2**31
MAX_EDGES = 2**32

FOREIGN = {
    "networkx": "networkx.to_scipy_sparse_array(G)",
    "igraph": "G.get_adjacency_sparse()",
    "rustworkx": "rustworkx.adjacency_matrix(G)",
}


class GraphTooLarge(InvalidInput, OverflowError):
    """The graph has more vertices (2^31) or edges (2^32) than indices can count."""


@dataclass(frozen=True)
class Graph:
    """A weighted directed graph as a random walk sees it.

    Attributes
    ----------
    transitions : (n, n) scipy.sparse.csr_array of float64
        Row u holds the probabilities of stepping from u to each of its out-neighbours. No duplicates, no explicit zeros
        (save where a weight is under 1e-308 of its row's largest), indices sorted; rows sum to 1 up to rounding.
    dangling : (n,) bool array
        Vertices without out-edges, whose rows are empty.
    """

    transitions: Any
    dangling: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Number of vertices."""
        return len(self.dangling)

    def out_degrees(self) -> npt.NDArray[np.int64]:
        """Out-edges of every vertex, parallel ones counted once."""
        degrees: npt.NDArray[np.int64] = np.diff(self.transitions.indptr).astype(np.int64)
        return degrees

    def in_degrees(self) -> npt.NDArray[np.int64]:
        """In-edges of every vertex."""
        return np.bincount(self.transitions.indices, minlength=self.n).astype(np.int64)

    def with_loops(self) -> Graph:
        """The same graph with a self-loop at each dangling vertex: there the walker stays."""
        from scipy import sparse

        loops = sparse.diags_array(self.dangling.astype(np.float64), format="csr")
        joined = sparse.csr_array(self.transitions + loops)
        joined.eliminate_zeros()
        return Graph(joined, np.zeros(self.n, dtype=bool))


def is_sparse(value: object) -> bool:
    """Whether `value` is a scipy.sparse array or matrix, without importing SciPy to find out."""
    return hasattr(value, "tocsr") and hasattr(value, "nnz") and hasattr(value, "shape")


def as_graph(name: str, value: object) -> Graph:
    """The graph with adjacency matrix `value`: entry (u, v) is the weight of the edge from u to v, 0 for none.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    value : (n, n) scipy.sparse array or matrix of any format, or array-like
        Nonnegative finite weights: bool, integer or float. Duplicate entries are added up, explicit zeros are no edges.
        Never modified.

    Raises
    ------
    InvalidInput
        If it is not square or empty, or holds a weight that is negative, NaN or infinite.
    InvalidType
        If it holds no real numbers, or is a graph object of another library; the message says how to convert that.
    GraphTooLarge
        For 2^31 vertices or 2^32 stored entries and more.
    """
    matrix = _as_matrix(name, value, f"a square adjacency matrix of nonnegative weights{_foreign(value)}")
    if matrix.shape[0] != matrix.shape[1]:
        raise InvalidInput(f"{name} must be square, one row and one column for each vertex, got shape {matrix.shape}")
    if matrix.shape[0] == 0:
        raise InvalidInput(f"{name} must have at least one vertex, got shape {matrix.shape}")
    matrix = _canonical(name, matrix, "weights")
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # Divided by its largest first, a row's sum cannot overflow; a power of two as a common factor leaves every bit.
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows, matrix.data)
    matrix.data /= largest[rows]
    matrix.data /= np.bincount(rows, weights=matrix.data, minlength=matrix.shape[0])[rows]
    return Graph(matrix, np.diff(matrix.indptr) == 0)


def as_distributions(name: str, value: object, n: int) -> Any:
    """`value` as a csr_array of float64 with `n` columns, in which each row is a probability distribution.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    value : (q, n) scipy.sparse array or matrix, or array-like
        Nonnegative, each row summing to 1 within 1e-6; rows are divided by their sum.
    n : int
        Number of vertices.

    Raises
    ------
    InvalidInput
        For another shape, no rows, negative or infinite entries or NaN, or a row with another sum.
    InvalidType
        If it holds no real numbers.
    """
    matrix = _as_matrix(name, value, f"vertices or a matrix with {n} columns and rows that sum to 1")
    if matrix.shape[1] != n or matrix.shape[0] == 0:
        raise InvalidInput(
            f"{name} must have a column for each of the {n} vertices and a row or more, got {matrix.shape}"
        )
    matrix = _canonical(name, matrix, "probabilities")
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    sums = np.bincount(rows, weights=matrix.data, minlength=matrix.shape[0])
    wrong = np.flatnonzero(~(np.abs(sums - 1.0) <= 1e-6))
    if wrong.size:
        row = int(wrong[0])
        raise InvalidInput(f"{name} must have rows that sum to 1, row {row} sums to {float(sums[row])!r}")
    matrix.data /= sums[rows]
    return matrix


def _foreign(value: object) -> str:
    library = type(value).__module__.partition(".")[0]
    return f" (for a {library} graph: {FOREIGN[library]})" if library in FOREIGN else ""


def _as_matrix(name: str, value: object, must: str) -> sparse.coo_array:
    """A new 2-D sparse matrix of real numbers with the entries of `value`."""
    from scipy import sparse

    if is_sparse(value):
        _check_kind(name, value.dtype, must)  # type: ignore[attr-defined]
        if len(value.shape) != 2:  # type: ignore[attr-defined]
            raise InvalidInput(f"{name} must be {must}, got a sparse array of shape {value.shape}")  # type: ignore[attr-defined]
        _check_size(name, max(value.shape), value.nnz)  # type: ignore[attr-defined]
        # SciPy's compiled loops trust indices. They are checked here, in a copy that no other thread can write to.
        try:
            own = value.copy()  # type: ignore[attr-defined]
            if own.format in ("csr", "csc", "bsr"):
                own.check_format(full_check=True)
            made = sparse.coo_array(own)
        except (ValueError, IndexError) as error:
            raise InvalidInput(f"{name} must be a sound sparse matrix: {error}") from None
        for axis, index in enumerate((made.row, made.col)):
            if index.size and not (index.min() >= 0 and index.max() < made.shape[axis]):
                raise InvalidInput(f"{name} must be a sound sparse matrix: an index on axis {axis} is out of range")
        return made
    if type(value).__module__.partition(".")[0] in FOREIGN or isinstance(value, str | bytes | dict | set | None):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {must} without masked entries, got a masked array; fill it first")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InvalidType(f"{name} must be {must}, got {told(value)}: {error}") from None
    _check_kind(name, array.dtype, must)
    if array.ndim != 2:
        raise InvalidInput(f"{name} must be {must}, got {array.ndim}-D of shape {array.shape}")
    # A comparison finds NaN too: what is kept here and is no good weight is refused with its place later.
    row, column = np.nonzero(array != 0)
    data = array[row, column].astype(np.float64)  # sparse matrices exist in native byte order only, and not in float16
    return sparse.coo_array((data, (row, column)), shape=array.shape)


def _check_kind(name: str, dtype: np.dtype[Any], must: str) -> None:
    if dtype.kind not in "biuf":
        raise InvalidType(f"{name} must be {must}, got dtype {dtype}")


def _check_size(name: str, n: int, entries: int) -> None:
    if n >= MAX_VERTICES or entries >= MAX_EDGES:
        raise GraphTooLarge(
            f"{name} must have fewer than 2^31 vertices and 2^32 entries, got {n} vertices and {entries} entries"
        )


def _canonical(name: str, matrix: sparse.coo_array, what: str) -> Any:
    """The matrix as CSR in float64 without duplicates and zeros, after every single entry has been looked at."""
    from scipy import sparse

    data = np.asarray(matrix.data, dtype=np.float64)
    bad = np.flatnonzero(~((data >= 0) & (data < np.inf)))
    if bad.size:
        place = int(bad[0])
        where = f"{name}[{int(matrix.row[place])}, {int(matrix.col[place])}]"
        raise InvalidInput(f"{name} must hold nonnegative finite {what}, got {float(data[place])!r} at {where}")
    made = sparse.coo_array((data, (matrix.row, matrix.col)), shape=matrix.shape).tocsr()
    made.sum_duplicates()
    made.eliminate_zeros()
    made.sort_indices()
    if not np.isfinite(made.data).all():
        raise InvalidInput(f"{name} must hold finite {what}, duplicate entries add up to inf")
    return made
