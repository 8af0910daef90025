"""Graphs as they come in: one converter and one set of errors for every problem here."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import plain_array
from porism_graphs._arguments import check_memory, told

if TYPE_CHECKING:
    from scipy import sparse

    from porism.kernels import graph as kernel

__all__ = [
    "Edges",
    "Graph",
    "GraphTooLarge",
    "as_adjacency",
    "as_distributions",
    "as_edges",
    "as_graph",
    "as_lengths",
    "as_simple",
    "is_sparse",
    "to_kernel",
]

MAX_VERTICES = 2**31
MAX_EDGES = 2**32

GRAPH = (
    "a square sparse or dense adjacency matrix, a graph of networkx, igraph or rustworkx, or the path of an edge list"
)


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


@dataclass(frozen=True)
class Edges:
    """A graph as it was given, every entry checked, nothing yet added up, dropped or turned round.

    Attributes
    ----------
    n : int
        Number of vertices, at least 1.
    source, target : (m,) int64 arrays
        The ends of each edge, in 0..n-1. An undirected object lists each edge both ways, a self-loop once.
    weight : (m,) float64 array
        Finite and nonnegative; 1 where the object has no weights.
    directed : bool or None
        None for an edge list, which does not say: problems on directed graphs read it as directed, others not.
    names : sequence
        What the object calls its vertices, by number.
    """

    n: int
    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    directed: bool | None
    names: Sequence[Any]


def as_edges(name: str, value: object, *, weight: str | None = "weight") -> Edges:
    """The edges of a graph in any form that this package takes.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    value : scipy.sparse array or matrix, array-like, networkx, igraph or rustworkx graph, or str or Path
        A square adjacency matrix, whose entry (u, v) is the weight of the edge from u to v; a graph object, whose
        vertices are numbered in its own order; or the path of an edge list (also gzipped): two vertices and perhaps a
        weight on each line, separated by blanks or commas, lines that begin with # or % left out. Vertices of a file
        are their numbers if all are nonnegative integers, otherwise names, numbered as they come (a heading above
        numbers is refused, as it would be read as an edge). Never modified.
    weight : str, optional
        The attribute of a graph object's edges that holds their weight; edges without it weigh 1, and so do all where
        this is None.

    Raises
    ------
    InvalidInput
        If a matrix is not square or malformed, there is no vertex, a weight is negative, NaN or infinite, or a file is
        not to be read.
    InvalidType
        If it is none of these, or holds no real numbers.
    GraphTooLarge
        For 2^31 vertices or 2^32 stored entries and more.
    """
    library = type(value).__module__.partition(".")[0]
    if library == "networkx":
        return _checked(name, _from_networkx(name, value, weight))
    if library == "igraph":
        return _checked(name, _from_igraph(name, value, weight))
    if library == "rustworkx":
        return _checked(name, _from_rustworkx(name, value, weight))
    if isinstance(value, str | Path):
        return _checked(name, _from_file(name, Path(value)))
    matrix = _as_matrix(name, value, GRAPH)
    if matrix.shape[0] != matrix.shape[1]:
        raise InvalidInput(f"{name} must be square, one row and one column for each vertex, got shape {matrix.shape}")
    n = matrix.shape[0]
    source, target = matrix.row.astype(np.int64), matrix.col.astype(np.int64)
    weights = np.asarray(matrix.data, dtype=np.float64)
    return _checked(name, Edges(n, source, target, weights, True, range(n)), f"{name}[{{}}, {{}}]", "shape (0, 0)")


def as_adjacency(name: str, value: object, *, undirected: bool = False) -> Any:
    """The adjacency matrix of a graph: a canonical csr_array of float64.

    Parameters and errors as for :func:`as_edges`. Parallel edges add up, explicit zeros are dropped, an edge list is
    read as directed, unless `undirected`: an edge of a file may then be listed one way or both.
    """
    edges = as_edges(name, value)
    made = _canonical(edges.n, edges.source, edges.target, edges.weight)
    if not np.isfinite(made.data).all():
        raise InvalidInput(f"{name} must hold finite weights, duplicate entries add up to inf")
    return made.maximum(made.T).tocsr() if undirected and edges.directed is None else made


def as_graph(name: str, value: object) -> Graph:
    """The graph as a random walk sees it, its weights divided by their row's sum.

    Parameters and errors as for :func:`as_edges`; parallel edges add up, explicit zeros are no edges, an edge list is
    read as directed.
    """
    matrix = as_adjacency(name, value)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # Divided by its largest first, a row's sum cannot overflow; a power of two as a common factor leaves every bit.
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows, matrix.data)
    matrix.data /= largest[rows]
    matrix.data /= np.bincount(rows, weights=matrix.data, minlength=matrix.shape[0])[rows]
    return Graph(matrix, np.diff(matrix.indptr) == 0)


def as_lengths(name: str, value: object) -> Any:
    """The lengths of an undirected graph's edges: a canonical symmetric csr_array of float64, all entries above 0.

    Parameters as for :func:`as_edges`. Of parallel edges the shortest counts, self-loops are left out.

    Raises
    ------
    InvalidInput
        If a length is 0, negative, NaN or infinite, all together are 2^1020 or more, so that a distance might be no
        number, or a matrix or directed graph is not symmetric; and what :func:`as_edges` raises.
    """
    edges = as_edges(name, value)
    zero = np.flatnonzero(edges.weight == 0)
    if zero.size:
        u, v = (edges.names[end[zero[0]]] for end in (edges.source, edges.target))
        raise InvalidInput(f"{name} must hold lengths above 0, got 0 for the edge from {u} to {v}")
    source, target, length = _both_ways(edges)
    real = source != target
    if not real.all():
        source, target, length = source[real], target[real], length[real]
    if not _rising(source, target):
        order = np.lexsort((length, target, source))  # the shortest of parallel edges comes first
        source, target, length = source[order], target[order], length[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(source) != 0) | (np.diff(target) != 0)
        source, target, length = source[first], target[first], length[first]
    made = _canonical(edges.n, source, target, length)
    with np.errstate(over="ignore"):
        total = float((made.data / 2).sum())
    if not total < 2.0**1020:
        raise InvalidInput(f"{name} must hold lengths below 2^1020 (1.1e307) in all, got {total:.3g}")
    _check_symmetric(name, made, edges)
    return made


def as_simple(name: str, value: object) -> Any:
    """A simple undirected graph: a canonical symmetric csr_array of float64 whose entries are all 1.

    Parameters as for :func:`as_edges`; weights do not count, save that 0 is no edge.

    Raises
    ------
    InvalidInput
        If there are self-loops or parallel edges (in a file an edge may be listed both ways), or a matrix or directed
        graph is not symmetric; and what :func:`as_edges` raises.
    """
    edges = as_edges(name, value)
    there = edges.weight > 0
    edges = Edges(edges.n, edges.source[there], edges.target[there], edges.weight[there], edges.directed, edges.names)
    loops = np.flatnonzero(edges.source == edges.target)
    if loops.size:
        raise InvalidInput(f"{name} must have no self-loops, got one at {edges.names[edges.source[loops[0]]]}")
    made = _canonical(edges.n, edges.source, edges.target, np.ones(len(edges.source)))
    many = np.flatnonzero(made.data > 1)
    if many.size:
        u = int(np.searchsorted(made.indptr, many[0], side="right")) - 1
        ends = f"{edges.names[u]} to {edges.names[int(made.indices[many[0]])]}"
        raise InvalidInput(f"{name} must have no parallel edges, got more than one from {ends}")
    if edges.directed is None:
        made = made.maximum(made.T).tocsr()
    _check_symmetric(name, made, edges)
    return made


def to_kernel(matrix: Any) -> kernel.Csr:
    """A csr_array for the kernels of `porism.kernels.graph`, which copy and check it once."""
    from porism.kernels import graph as kernel

    return kernel.Csr(
        matrix.shape[1],
        np.ascontiguousarray(matrix.indptr, dtype=np.int64),
        np.ascontiguousarray(matrix.indices, dtype=np.uint32),
        np.ascontiguousarray(matrix.data, dtype=np.float64),
    )


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
    data = np.asarray(matrix.data, dtype=np.float64)
    _check_weights(name, data, matrix.row, matrix.col, "probabilities", f"{name}[{{}}, {{}}]")
    matrix = _canonical(matrix.shape, matrix.row, matrix.col, data)
    if not np.isfinite(matrix.data).all():
        raise InvalidInput(f"{name} must hold finite probabilities, duplicate entries add up to inf")
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    sums = np.bincount(rows, weights=matrix.data, minlength=matrix.shape[0])
    wrong = np.flatnonzero(~(np.abs(sums - 1.0) <= 1e-6))
    if wrong.size:
        row = int(wrong[0])
        raise InvalidInput(f"{name} must have rows that sum to 1, row {row} sums to {float(sums[row])!r}")
    matrix.data /= sums[rows]
    return matrix


def _from_networkx(name: str, graph: Any, weight: str | None) -> Edges:
    if not hasattr(graph, "is_directed") or not hasattr(graph, "edges"):
        raise InvalidType(f"{name} must be {GRAPH}, got {told(graph)}")
    names = list(graph)
    number = {vertex: u for u, vertex in enumerate(names)}
    listed = [(number[u], number[v], found) for u, v, found in graph.edges(data=weight or "weight", default=None)]
    ends = np.array([(u, v) for u, v, _ in listed], dtype=np.int64).reshape(-1, 2)
    values = [1.0 if weight is None or found is None else found for _, _, found in listed]
    return _listed(name, names, ends, values, bool(graph.is_directed()))


def _from_igraph(name: str, graph: Any, weight: str | None) -> Edges:
    if not hasattr(graph, "get_edgelist"):
        raise InvalidType(f"{name} must be {GRAPH}, got {told(graph)}")
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    there = weight is not None and weight in graph.es.attributes()
    found = graph.es[weight] if there else [1.0] * len(ends)
    names = graph.vs["name"] if "name" in graph.vs.attributes() else range(graph.vcount())
    return _listed(name, names, ends, [1.0 if x is None else x for x in found], bool(graph.is_directed()))


def _from_rustworkx(name: str, graph: Any, weight: str | None) -> Edges:
    if not hasattr(graph, "weighted_edge_list"):
        raise InvalidType(f"{name} must be {GRAPH}, got {told(graph)}")
    numbers = list(graph.node_indices())  # with holes where vertices were removed
    number = {vertex: u for u, vertex in enumerate(numbers)}
    listed = list(graph.weighted_edge_list())
    ends = np.array([(number[u], number[v]) for u, v, _ in listed], dtype=np.int64).reshape(-1, 2)

    def value(data: Any) -> Any:
        if isinstance(data, dict) and weight is not None:
            data = data.get(weight)
        return 1.0 if weight is None or data is None else data

    return _listed(name, numbers, ends, [value(data) for _, _, data in listed], hasattr(graph, "in_degree"))


def _from_file(name: str, path: Path) -> Edges:
    try:
        # utf-8-sig: spreadsheets begin a file with a byte order mark, which is no part of the first vertex's name
        zipped = path.suffix.lower() == ".gz"
        with gzip.open(path, "rt", encoding="utf-8-sig") if zipped else path.open(encoding="utf-8-sig") as file:
            lines = [(place, line.replace(",", " ").split()) for place, line in enumerate(file, 1)]
    except (OSError, ValueError, EOFError) as error:  # ValueError: no UTF-8, or no path at all
        raise InvalidInput(f"{name} must be {GRAPH}; {str(path)!r} is not to be read: {error}") from None
    if lines and lines[0][1][:1] == ["%%MatrixMarket"]:
        raise InvalidInput(
            f"{name} must be an edge list, {str(path)!r} is a Matrix Market file: scipy.io.mmread reads it"
        )
    rows = [(place, row) for place, row in lines if row and row[0][0] not in "#%"]
    for place, row in rows:
        if len(row) not in (2, 3):
            raise InvalidInput(
                f"{name} must have two vertices and perhaps a weight on each line, "
                f"line {place} of {str(path)!r} has {len(row)} words"
            )
    tokens = [token for _, row in rows for token in row[:2]]
    numbers = [token.isascii() and token.isdecimal() for token in tokens]
    if len(rows) > 1 and not any(numbers[:2]) and all(numbers[2:]):
        raise InvalidInput(
            f"{name} must have numbers or names as vertices, line {rows[0][0]} of {str(path)!r} is a heading "
            f"({' '.join(rows[0][1])}) above numbers; begin it with #"
        )
    if all(numbers):
        ends = np.array([int(token) for token in tokens], dtype=object).reshape(-1, 2)
        n = int(max(ends.ravel(), default=-1)) + 1
        _check_size(name, n, len(rows))
        check_memory(
            f"{name}: {n} vertices, numbers in a file being theirs,", 32 * n, None, "names are numbered as they come"
        )
        names: Sequence[Any] = range(n)
        ends = ends.astype(np.int64)
    else:
        number: dict[str, int] = {}
        ends = np.array([number.setdefault(token, len(number)) for token in tokens], dtype=np.int64).reshape(-1, 2)
        names = list(number)
    weights = []
    for place, row in rows:
        try:
            weights.append(float(row[2]) if len(row) == 3 else 1.0)
        except ValueError:
            raise InvalidInput(
                f"{name} must hold numbers as weights, line {place} of {str(path)!r} has {row[2]!r}"
            ) from None
    return Edges(len(names), ends[:, 0], ends[:, 1], np.array(weights, dtype=np.float64), None, names)


def _listed(name: str, names: Sequence[Any], ends: npt.NDArray[np.int64], weights: list[Any], directed: bool) -> Edges:
    """The edges of a graph object; an undirected one's both ways."""
    _check_size(name, len(names), len(ends))
    try:
        values = np.array(weights, dtype=None if weights else np.float64)
    except (ValueError, TypeError):
        values = np.array(weights, dtype=object)
    if values.dtype == object and all(isinstance(weight, Real) for weight in weights):
        values = np.array([_as_float(weight) for weight in weights])  # fractions, integers beyond 64 bits
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise InvalidType(f"{name} must have real numbers as weights of its edges, got dtype {values.dtype}")
    values = values.astype(np.float64)
    source, target = ends[:, 0], ends[:, 1]
    if not directed:
        real = source != target
        source, target = np.concatenate((source, target[real])), np.concatenate((target, source[real]))
        values = np.concatenate((values, values[real]))
    return Edges(len(names), source, target, values, directed, names)


def _as_float(weight: Any) -> float:
    try:
        return float(weight)
    except OverflowError:
        return np.inf if weight > 0 else -np.inf


def _checked(name: str, edges: Edges, place: str = "", shape: str = "none") -> Edges:
    if edges.n == 0:
        raise InvalidInput(f"{name} must have at least one vertex, got {shape}")
    _check_size(name, edges.n, len(edges.weight))
    _check_weights(name, edges.weight, edges.source, edges.target, "weights", place or "the edge from {} to {}")
    return edges


def _check_weights(name: str, weights: npt.NDArray[np.float64], row: Any, column: Any, what: str, place: str) -> None:
    bad = np.flatnonzero(~((weights >= 0) & (weights < np.inf)))
    if bad.size:
        at = place.format(int(row[bad[0]]), int(column[bad[0]]))
        raise InvalidInput(f"{name} must hold nonnegative finite {what}, got {float(weights[bad[0]])!r} at {at}")


def _both_ways(edges: Edges) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The edges, those of an edge list turned round as well."""
    if edges.directed is not None:
        return edges.source, edges.target, edges.weight
    real = edges.source != edges.target
    return (
        np.concatenate((edges.source, edges.target[real])),
        np.concatenate((edges.target, edges.source[real])),
        np.concatenate((edges.weight, edges.weight[real])),
    )


def _rising(source: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> bool:
    """Whether edges are listed by source, and those of each by target, none twice: as a canonical matrix has them."""
    return bool(((source[1:] > source[:-1]) | ((source[1:] == source[:-1]) & (target[1:] > target[:-1]))).all())


def _check_symmetric(name: str, matrix: Any, edges: Edges) -> None:
    turned = matrix.T.tocsr()  # canonical as well: a transposition sorts
    parts = ((turned.indptr, matrix.indptr), (turned.indices, matrix.indices), (turned.data, matrix.data))
    if all(np.array_equal(a, b) for a, b in parts):
        return
    differing = (matrix != turned).tocoo()
    if differing.nnz:
        u, v = int(differing.row[0]), int(differing.col[0])
        there, back = float(matrix[u, v]), float(matrix[v, u])
        raise InvalidInput(
            f"{name} must be symmetric, as an undirected graph is, "
            f"got {there!r} from {edges.names[u]} to {edges.names[v]} and {back!r} back"
        )


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
    if isinstance(value, str | bytes | dict | set | None):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {must} without masked entries, got a masked array; fill it first")
    array = plain_array(name, value, must)
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


def _canonical(shape: int | tuple[int, int], row: Any, column: Any, data: npt.NDArray[np.float64]) -> Any:
    """CSR without duplicates (added up) and zeros, indices sorted."""
    from scipy import sparse

    made = sparse.coo_array((data, (row, column)), shape=(shape, shape) if isinstance(shape, int) else shape).tocsr()
    made.sum_duplicates()
    made.eliminate_zeros()
    made.sort_indices()
    return made
