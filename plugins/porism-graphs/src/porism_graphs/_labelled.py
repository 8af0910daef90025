"""Simple undirected graphs with labels of vertices and edges: what motifs are counted in and colours refined on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import plain_array
from porism_graphs._arguments import told
from porism_graphs._graph import as_simple

if TYPE_CHECKING:
    from porism.kernels import graph as kernel

__all__ = ["LabelledGraph", "as_labelled", "check_labels_agree"]

Ints = npt.NDArray[np.int64]

FORMS = "a graph, or a tuple (n, edges), (n, edges, labels) or (n, edges, labels, edge_labels)"


@dataclass(frozen=True, eq=False)
class LabelledGraph:
    """A simple undirected graph, checked.

    Attributes
    ----------
    indptr : (n + 1,) int64 array
    indices : (2m,) uint32 array
        Neighbours of each vertex, sorted: those of u are ``indices[indptr[u]:indptr[u + 1]]``.
    labels : (n,) int64 array or None
        A label for each vertex, where the graph has them.
    edge_labels : (2m,) int64 array or None
        A label for each entry of `indices`, the same both ways.
    """

    indptr: Ints
    indices: npt.NDArray[np.uint32]
    labels: Ints | None = None
    edge_labels: Ints | None = None

    @property
    def n(self) -> int:
        """Number of vertices."""
        return len(self.indptr) - 1

    @property
    def rows(self) -> Ints:
        """The vertex that each entry of `indices` is a neighbour of."""
        return np.repeat(np.arange(self.n, dtype=np.int64), np.diff(self.indptr))

    def edges(self) -> list[tuple[int, int]]:
        """Pairs u < v."""
        rows = self.rows
        ahead = self.indices > rows
        return list(zip(rows[ahead].tolist(), self.indices[ahead].tolist(), strict=True))

    def to_kernel(self, edge_ranks: Ints | None = None) -> kernel.Csr:
        """For the kernels of `porism.kernels.graph`, with a rank for each edge label as the entries."""
        from porism.kernels import graph as kernel

        data = np.zeros(len(self.indices)) if edge_ranks is None else edge_ranks.astype(np.float64)
        return kernel.Csr(self.n, self.indptr, self.indices, data)

    def __repr__(self) -> str:
        kinds = [kind for kind, there in (("vertex", self.labels), ("edge", self.edge_labels)) if there is not None]
        labels = f", with {' and '.join(kinds)} labels" if kinds else ""
        return f"<graph of {self.n} vertices and {len(self.indices) // 2} edges{labels}>"


def as_labelled(name: str, value: object) -> LabelledGraph:
    """A graph in any form that this package takes, with labels where it has them.

    Parameters
    ----------
    name : str
        The argument's name, for messages.
    value : graph
        What :func:`porism_graphs._graph.as_simple` takes; of a networkx graph the attribute ``label`` of vertices and
        edges is their label, if all have one. Or a tuple ``(n, edges)``, ``(n, edges, labels)`` or ``(n, edges,
        labels, edge_labels)``: vertices 0..n-1, pairs of them, an integer for each vertex (or None), an integer for
        each edge. A :class:`Pattern` and a :class:`LabelledGraph` too.

    Raises
    ------
    InvalidInput
        For self-loops, parallel or directed edges, no vertex, an edge that leads nowhere, labels that are not as many
        as vertices or edges, or that only some have.
    InvalidType
        For labels that are no integers, or what is no graph.
    """
    if isinstance(value, LabelledGraph):
        return value
    edges_of = getattr(value, "labelled", None)
    if edges_of is not None:
        made: LabelledGraph = edges_of()
        return made
    if isinstance(value, tuple) and value and _is_integer(value[0]):
        return _from_parts(name, value)
    matrix = as_simple(name, value)
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.uint32)
    graph = LabelledGraph(indptr, indices)
    if type(value).__module__.partition(".")[0] == "networkx":
        return _with_attributes(name, graph, value)
    return graph


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


def _from_parts(name: str, value: tuple[Any, ...]) -> LabelledGraph:
    if len(value) not in (2, 3, 4):
        raise InvalidInput(f"{name} must be {FORMS}, got a tuple of {len(value)}")
    n = int(value[0])
    if not 1 <= n < 2**31:
        raise InvalidInput(f"{name} must have at least one vertex and fewer than 2^31, got n={n}")
    ends = plain_array(name, value[1], f"{FORMS} with pairs of vertices as edges")
    if ends.size == 0:
        ends = np.empty((0, 2), dtype=np.int64)
    if ends.ndim != 2 or ends.shape[1] != 2 or ends.dtype.kind not in "iu":
        raise InvalidType(f"{name} must have pairs of vertices as edges, got {told(value[1])}")
    wrong = np.flatnonzero(((ends < 0) | (ends >= n)).any(axis=1))
    if wrong.size:
        raise InvalidInput(f"{name} must have edges between vertices in 0..{n - 1}, got {ends[wrong[0]].tolist()}")
    ends = ends.astype(np.int64)
    loops = np.flatnonzero(ends[:, 0] == ends[:, 1])
    if loops.size:
        raise InvalidInput(f"{name} must have no self-loops, got one at {ends[loops[0], 0]}")
    labels = _labels(f"{name}", "labels", value[2] if len(value) > 2 else None, n, "vertices")
    edge_labels = _labels(f"{name}", "edge_labels", value[3] if len(value) > 3 else None, len(ends), "edges")
    return _build(name, n, ends, labels, edge_labels)


def _build(name: str, n: int, ends: Ints, labels: Ints | None, edge_labels: Ints | None) -> LabelledGraph:
    source, target = np.concatenate((ends[:, 0], ends[:, 1])), np.concatenate((ends[:, 1], ends[:, 0]))
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    many = np.flatnonzero((np.diff(source) == 0) & (np.diff(target) == 0))
    if many.size:
        raise InvalidInput(
            f"{name} must have no parallel edges, got more than one from {source[many[0]]} to {target[many[0]]}"
        )
    indptr = np.concatenate(([0], np.cumsum(np.bincount(source, minlength=n)))).astype(np.int64)
    both = None if edge_labels is None else np.concatenate((edge_labels, edge_labels))[order]
    return LabelledGraph(indptr, target.astype(np.uint32), labels, both)


def _labels(name: str, part: str, value: Any, n: int, what: str) -> Ints | None:
    if value is None:
        return None
    must = f"{name} must have integers as {part}, one for each of its {n} {what}"
    if isinstance(value, str | bytes | dict | set) or not isinstance(value, Sequence | np.ndarray):
        raise InvalidType(f"{must}, got {told(value)}")
    items = value.tolist() if isinstance(value, np.ndarray) else list(value)
    for item in items:
        if not _is_integer(item) or not -(2**63) <= item < 2**63:
            raise InvalidType(f"{must}, got {told(item)} among them")
    if len(items) != n:
        raise InvalidInput(f"{must}, got {len(items)}")
    return np.array(items, dtype=np.int64)


def _with_attributes(name: str, graph: LabelledGraph, value: Any) -> LabelledGraph:
    vertices = [label for _, label in value.nodes(data="label")]
    labels = None
    if any(label is not None for label in vertices):
        labels = _labels(name, "labels (the attribute 'label')", vertices, graph.n, "vertices")
    number = {vertex: u for u, vertex in enumerate(value)}
    listed = [(number[u], number[v], label) for u, v, label in value.edges(data="label")]
    if not any(label is not None for _, _, label in listed):
        return LabelledGraph(graph.indptr, graph.indices, labels)
    # An edge of weight 0 is none, and has no place for a label.
    there = set(graph.edges())
    listed = [(u, v, label) for u, v, label in listed if (min(u, v), max(u, v)) in there]
    found = _labels(name, "labels (the attribute 'label')", [label for *_, label in listed], len(listed), "edges")
    ends = np.array([(u, v) for u, v, _ in listed], dtype=np.int64).reshape(-1, 2)
    return _build(name, graph.n, ends, labels, found)


def check_labels_agree(graphs: Sequence[tuple[str, LabelledGraph]]) -> None:
    """All graphs have vertex labels or none has, and the same of edge labels.

    Raises
    ------
    InvalidInput
        With the names of two that differ.
    """
    for what in ("labels", "edge_labels"):
        have = [getattr(graph, what) is not None for _, graph in graphs]
        if any(have) and not all(have):
            one, other = graphs[have.index(True)][0], graphs[have.index(False)][0]
            kind = "vertex" if what == "labels" else "edge"
            raise InvalidInput(f"{other} must have {kind} labels as {one} has, got none")
