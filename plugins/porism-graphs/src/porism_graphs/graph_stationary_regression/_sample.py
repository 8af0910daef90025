"""Graphs with features, and several of them side by side."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_array, as_integer, check_finite
from porism_graphs._arguments import told
from porism_graphs.contracting_fixed_point._system import edges_of

__all__ = ["Batch", "GraphSample", "as_samples", "as_targets"]

Floats = npt.NDArray[Any]


class GraphSample:
    """A directed graph whose vertices and edges have features.

    Parameters
    ----------
    edge_index : (2, m) integer array-like
        Senders, and receivers, in 0..n-1; an undirected edge is two directed ones. Parallel edges and loops are
        allowed.
    node_feat : (n, p) array-like, optional
        A row for each vertex; a single constant 1 by default.
    edge_feat : (m, q) array-like, optional
        A row for each edge; a single constant 1 by default.
    n : int, optional
        Number of vertices, where there is no node_feat.

    Raises
    ------
    InvalidInput, InvalidType
        If features are not finite numbers up to 1e100, or their rows not as many as vertices or edges.
    """

    __slots__ = ("edge_feat", "edge_index", "node_feat")

    edge_index: npt.NDArray[np.int64]
    node_feat: npt.NDArray[np.float64]
    edge_feat: npt.NDArray[np.float64]

    def __init__(self, edge_index: Any, node_feat: Any = None, edge_feat: Any = None, n: int | None = None) -> None:
        if node_feat is None:
            if n is None:
                raise InvalidInput("n must be given where node_feat is not, got None")
            node = np.ones((as_integer("n", n, 1), 1))
        else:
            node = _features("node_feat", node_feat)
            if n is not None and as_integer("n", n, 1) != len(node):
                raise InvalidInput(f"node_feat must have a row for each of n={n} vertices, got shape {node.shape}")
        if len(node) == 0:
            raise InvalidInput(f"node_feat must have a row at least, got shape {node.shape}")
        edges = edges_of(edge_index, len(node))
        edge = np.ones((edges.shape[1], 1)) if edge_feat is None else _features("edge_feat", edge_feat)
        if len(edge) != edges.shape[1]:
            must = f"a row for each of {edges.shape[1]} edges"
            raise InvalidInput(f"edge_feat must have {must}, got shape {edge.shape}")
        for name, value in (("edge_index", edges), ("node_feat", node), ("edge_feat", edge)):
            owned = np.array(value, order="C")  # nobody else writes to it
            owned.setflags(write=False)
            object.__setattr__(self, name, owned)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a GraphSample does not change; make another one with {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return GraphSample, (self.edge_index, self.node_feat, self.edge_feat)

    @property
    def n(self) -> int:
        """Vertices."""
        return len(self.node_feat)

    @property
    def m(self) -> int:
        """Edges."""
        return int(self.edge_index.shape[1])

    @property
    def recipe(self) -> tuple[str, str, dict[str, Any]]:
        """How to make it again, for counter-examples that are printed."""
        parts = {name: np.array(getattr(self, name)) for name in ("edge_index", "node_feat", "edge_feat")}
        return "porism_graphs", "GraphSample", parts

    def permuted(self, to: npt.ArrayLike, edges: npt.ArrayLike | None = None) -> GraphSample:
        """The same graph with vertex ``to[v]`` in place v, and its edges in the order `edges`."""
        order = np.asarray(to)
        place = np.argsort(order)
        kept = np.arange(self.m) if edges is None else np.asarray(edges)
        return GraphSample(place[self.edge_index][:, kept], self.node_feat[order], self.edge_feat[kept])

    def __repr__(self) -> str:
        widths = f"{self.node_feat.shape[1]} + {self.edge_feat.shape[1]}"
        return f"<GraphSample of {self.n} vertices, {self.m} edges, {widths} features>"


MOST_SIZE = 1e100
"""Of features and targets, whose squares are added up."""


def _features(name: str, value: object) -> npt.NDArray[np.float64]:
    array = as_array(name, value, ndim=2, dtypes=[np.float64], promote=np.float64)
    _check(name, array)
    return array


def _check(name: str, array: npt.NDArray[np.float64]) -> None:
    check_finite(name, array)
    largest = float(np.abs(array).max(initial=0.0))
    if largest > MOST_SIZE:
        raise InvalidInput(f"{name} must be {MOST_SIZE:g} in magnitude at most, got {largest:g}")


@dataclass(frozen=True, eq=False)
class Batch:
    """Graphs side by side, edges in the order of their receivers.

    Attributes
    ----------
    start, into : (m,) int64 arrays
        Ends of the edges.
    node, edge : arrays of the dtype that is computed in
        Features.
    graphs : (G + 1,) int64 array
        Vertices before each graph.
    order : (m,) int64 array
        Which edge of the concatenated graphs each one is.
    """

    start: npt.NDArray[np.int64]
    into: npt.NDArray[np.int64]
    node: Floats
    edge: Floats
    graphs: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]

    @classmethod
    def of(cls, samples: Sequence[GraphSample], dtype: Any) -> Batch:
        """Put graphs side by side."""
        ends = np.cumsum([0, *(sample.n for sample in samples)])
        edges = np.concatenate([s.edge_index + base for s, base in zip(samples, ends[:-1], strict=True)], axis=1)
        order = np.argsort(edges[1], kind="stable")
        node, edge = (np.concatenate([getattr(s, name) for s in samples]) for name in ("node_feat", "edge_feat"))
        start, into = (np.ascontiguousarray(part[order]) for part in edges)
        node, edge = (np.ascontiguousarray(part, dtype=dtype) for part in (node, edge[order]))
        return cls(start, into, node, edge, ends, order)

    @property
    def n(self) -> int:
        """Vertices of all graphs."""
        return len(self.node)

    @functools.cached_property
    def gather(self) -> Any:
        """The edges by receiver, for the kernel."""
        from porism.kernels import graph

        return graph.Gather(self.into.astype(np.uint32), self.start.astype(np.uint32), self.graphs)

    @functools.cached_property
    def turned(self) -> Any:
        """The edges by sender, for the kernel."""
        from porism.kernels import graph

        return graph.Gather(self.start.astype(np.uint32), self.into.astype(np.uint32), self.graphs)

    def kernel(self, name: str, turned: bool = False) -> Any:
        """The kernel's method for the batch's dtype."""
        gather = self.turned if turned else self.gather
        return getattr(gather, name if self.node.dtype == np.float64 else f"{name}_f32")

    @functools.cached_property
    def ones(self) -> Floats:
        """1 for each edge."""
        return np.ones(len(self.into), dtype=self.node.dtype)

    @functools.cached_property
    def shares(self) -> Floats:
        """1 / in-degree of the receiver, for each edge."""
        counts = np.bincount(self.into, minlength=self.n)
        return np.ascontiguousarray(1.0 / counts[self.into], dtype=self.node.dtype)

    @functools.cached_property
    def receivers(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The vertices that have edges into them, and where those begin."""
        vertices, first = np.unique(self.into, return_index=True)
        return vertices, first

    def received(self, values: Floats, scale: Floats | None = None) -> Floats:
        """The sum of `values` (m, k) of the edges into each vertex, (n, k)."""
        weights = self.ones if scale is None else scale
        found: Floats = self.kernel("apply")(np.ascontiguousarray(values), weights, None, 1)
        return found

    def sent(self, values: Floats, scale: Floats | None = None) -> Floats:
        """The sum of `values` (m, k) of the edges out of each vertex, (n, k)."""
        weights = self.ones if scale is None else scale
        found: Floats = self.kernel("apply", turned=True)(np.ascontiguousarray(values), weights, None, 1)
        return found

    def pooled(self, x: Floats, mean: bool) -> Floats:
        """The sum, or mean, of the rows of each graph."""
        sums = np.add.reduceat(x, self.graphs[:-1], axis=0)
        return sums / self.sizes(mean)

    def spread(self, g: Floats, mean: bool) -> Floats:
        """The transpose of :meth:`pooled`."""
        return np.repeat(g / self.sizes(mean), np.diff(self.graphs), axis=0)

    def sizes(self, mean: bool) -> Floats:
        """What a sum over each graph is divided by, (G, 1)."""
        counts = np.diff(self.graphs)[:, None] if mean else np.ones((len(self.graphs) - 1, 1))
        return counts.astype(self.node.dtype)


def as_samples(name: str, value: object) -> list[GraphSample]:
    """A non-empty list of graphs whose features have the same widths.

    Raises
    ------
    InvalidType
        If it is no sequence of GraphSample.
    InvalidInput
        If it is empty, or widths differ.
    """
    must = "a sequence of GraphSample"
    if isinstance(value, GraphSample):
        raise InvalidType(f"{name} must be {must}, got a single one: pass [{name}]")
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    samples = list(value)
    for place, sample in enumerate(samples):
        if not isinstance(sample, GraphSample):
            raise InvalidType(f"{name} must be {must}, got {told(sample)} at {name}[{place}]")
    if not samples:
        raise InvalidInput(f"{name} must hold a graph at least, got none")
    for feature in ("node_feat", "edge_feat"):
        widths = [getattr(sample, feature).shape[1] for sample in samples]
        other = next((place for place, width in enumerate(widths) if width != widths[0]), None)
        if other is not None:
            raise InvalidInput(
                f"{name} must all have {feature} of one width, got {widths[0]} at {name}[0] and {widths[other]} at "
                f"{name}[{other}]"
            )
    return samples


def as_targets(value: object, samples: list[GraphSample], level: str) -> npt.NDArray[np.float64]:
    """Targets of all vertices, or of all graphs, in one (N,) array.

    Raises
    ------
    InvalidInput, InvalidType
        If they are not as many, or no finite numbers.
    """
    if level == "graph":
        if isinstance(value, Sequence) and any(np.iterable(part) for part in value):
            raise InvalidInput("targets must be a number for each graph where level='graph', got arrays; level='node'?")
        array = as_array("targets", value, ndim=1, dtypes=[np.float64], promote=np.float64)
        if len(array) != len(samples):
            raise InvalidInput(f"targets must be {len(samples)} numbers, one for each graph, got {len(array)}")
        _check("targets", array)
        return array
    must = "a sequence with an array for each graph, a number for each vertex"
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str | bytes) or not np.iterable(value):
        raise InvalidType(f"targets must be {must}, got {told(value)}")
    if len(value) != len(samples):
        raise InvalidInput(f"targets must be {must}: {len(samples)}, got {len(value)}")
    parts = []
    for place, (part, sample) in enumerate(zip(value, samples, strict=True)):
        if not np.iterable(part):
            raise InvalidInput(f"targets must be {must}, got {told(part)} at targets[{place}]; level='graph'?")
        name = f"targets[{place}]"
        array = as_array(name, part, ndim=1, dtypes=[np.float64], promote=np.float64)
        if len(array) != sample.n:
            raise InvalidInput(f"{name} must be {sample.n} numbers, one for each vertex, got {len(array)}")
        _check(name, array)
        parts.append(array)
    return np.concatenate(parts)
