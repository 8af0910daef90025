"""The problem `tree-cover`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism.validation import as_integer, as_n_jobs
from porism_graphs._lengths import as_vertices

__all__ = ["STATEMENTS", "TreeCover", "tree_cover"]

PROOF = "the proof in the module porism_graphs.distance_oracle.solvers, after Chang et al., SODA 2024"

STATEMENTS = (
    Law("form", "each tree lists its root first, and every parent before its children", source="porism's interface"),
    Law("lengths", "distances from the root add up along the edges of a tree", source="the definition"),
    Law("subgraph", "edges of trees are edges of the graph, and as long", claim="spanning", source="the definition"),
    Law("forests", "trees of one forest have no vertex in common", source="the definition"),
    Law("dominating", "the distance in a tree is at least that in the graph", source="follows from the definition"),
    Law("connecting", "any two vertices of a component are in a tree together", source="the definition"),
    Law(
        "stretch",
        "for any two vertices of a component, some tree leads from one to the other within 1+eps times their distance",
        claim="stretch",
        source=PROOF,
    ),
    Law(
        "wheel",
        "a wheel of 1500 vertices needs no more than 1.1 times the forests of one of 500",
        claim="few_forests",
        source="Chang et al., SODA 2024: O(1) trees at each scale in minor-free graphs",
    ),
    Law(
        "scales",
        "twelve grids, each with lengths 16 times those of the one before, need no more than 1.1 times the forests of "
        "six; eps 1",
        claim="bounded_forests",
        source="Chang et al., SODA 2024: O(1) trees in all in minor-free graphs, whatever the aspect ratio",
    ),
    Law("scaling", "lengths times a power of two give the same trees", source="follows from the definition"),
    Law(
        "representation",
        "format, dtype and order of A change nothing, only the graph counts",
        source="porism's interface",
    ),
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TreeCover(porism.Result):
    """Trees, sorted into forests.

    Attributes
    ----------
    forest_of : (t,) int64 array
        The forest of each tree, 0 to `n_forests` - 1. Trees of one forest have no vertex in common.
    indptr : (t + 1,) int64 array
        Tree i has the places ``indptr[i]`` to ``indptr[i + 1] - 1`` of the following arrays.
    vertices : (e,) int64 array
        Its vertices, the root first, and each after its parent.
    parents : (e,) int64 array
        The parent of each, a vertex; -1 for the root.
    lengths : (e,) float64 array
        The length of the edge to the parent; 0 for the root.
    distances : (e,) float64 array
        The distance of each from the root, along the tree.
    n : int
        Number of vertices of the graph.
    """

    forest_of: Ints
    indptr: Ints
    vertices: Ints
    parents: Ints
    lengths: Floats
    distances: Floats
    n: int

    @property
    def n_forests(self) -> int:
        """How many forests there are."""
        return int(self.forest_of.max(initial=-1)) + 1

    def forest(self, index: int) -> tuple[Ints, Floats]:
        """One forest.

        Parameters
        ----------
        index : int
            Which.

        Returns
        -------
        parents : (n,) int64 array
            The parent of each vertex; -1 for roots and for vertices that are in none of its trees.
        distances : (n,) float64 array
            From the root of the vertex's tree; infinite for vertices that are in none.

        Raises
        ------
        InvalidInput
            If there is no such forest.
        """
        index = as_integer("index", index, 0, max(self.n_forests - 1, 0))
        parents = np.full(self.n, -1, dtype=np.int64)
        distances = np.full(self.n, np.inf)
        for tree in np.flatnonzero(self.forest_of == index):
            places = slice(self.indptr[tree], self.indptr[tree + 1])
            parents[self.vertices[places]] = self.parents[places]
            distances[self.vertices[places]] = self.distances[places]
        return parents, distances

    def query(self, u: Any, v: Any, *, n_jobs: int | None = None) -> Floats:
        """The least distance of each pair in a tree.

        Parameters
        ----------
        u, v : (q,) integer array-likes
            Vertices.
        n_jobs : int, optional
            Threads, as in scikit-learn. The answers do not depend on it.

        Returns
        -------
        (q,) float64 array
            Along the tree; infinite where no tree holds both.

        Raises
        ------
        InvalidInput
            If a vertex is out of range, or there are more of one than of the other.
        """
        from porism.kernels import graph as kernel

        first, second = as_vertices("u", u, self.n), as_vertices("v", v, self.n)
        if len(first) != len(second):
            raise porism.InvalidInput(f"v must be as many vertices as u, {len(first)}, got {len(second)}")
        trees = self.indptr, self.vertices, self.parents, self.lengths
        return np.asarray(kernel.tree_distances(self.n, *trees, first, second, as_n_jobs(n_jobs)))


@porism.problem(
    "tree-cover",
    result=TreeCover,
    tags=("graph", "metric", "trees"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def tree_cover(A: Any, *, eps: float = 0.5) -> TreeCover:  # type: ignore[empty-body]
    """Cover a graph with forests, so that for any two vertices one of them keeps their distance.

    What is easy on trees (routing, labels, nearest neighbours, spanners) is then easy on the graph, as often as there
    are forests. Edges of trees are edges of the graph, or stand for ways that are as long (`merged-trees`).

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix, array-like, graph of networkx, igraph or rustworkx, or path of an edge list
        An undirected graph; the entry of an edge is its length, positive and finite. Symmetric; self-loops are dropped,
        of parallel edges the shortest counts. It may have several components. Never modified.
    eps : float
        Some tree keeps each distance up to a factor of 1 + eps; in [1e-5, 1].

    Returns
    -------
    TreeCover

    Raises
    ------
    InvalidInput
        If A is no undirected graph of positive lengths, or eps is out of range.
    InvalidType
        If A is no graph or holds no real numbers, or eps is no number.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> cover = registry.get("tree-cover/every-root")(networkx.cycle_graph(5))
    >>> cover.n_forests
    5
    """
