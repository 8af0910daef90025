"""The problem `motif-count`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "MotifCount", "motif_count"]

LANZINGER = "Lanzinger & Barceló 2024"

STATEMENTS = (
    Law("brute-force", "count is what looking at all maps finds", source="the definition"),
    Law(
        "per-vertex",
        "per_vertex is what looking at all maps finds, and sums up to |pattern| times count",
        source="the definition",
    ),
    Law(
        "form",
        "count is a Python int, per_vertex an array of ints (int64, object beyond) or None",
        source="porism's interface",
    ),
    Law(
        "relabelling",
        "vertices of the pattern and of the graph in another order change no count",
        source="follows from the definition",
    ),
    Law(
        "small", "a graph with fewer vertices than the pattern has no copy of it", source="follows from the definition"
    ),
    Law(
        "same-labels",
        "labels of pattern and graph that are renamed together change nothing",
        source="follows from the definition",
    ),
    Law(
        "census",
        "the induced copies of all graphs on 4 vertices are as many as there are sets of 4 vertices",
        claim="all_kinds",
        source="follows from the definition",
    ),
    Law(
        "product",
        "homomorphisms into a tensor product are the product of the homomorphisms into its factors",
        claim="all_kinds",
        source="Lovász 1967",
    ),
    Law(
        "disjoint-union",
        "copies of a connected pattern in a disjoint union are those in its parts",
        source="follows from the definition",
    ),
    Law(
        "wl-invariance",
        "graphs that k-dimensional WL takes for equal have equally many copies where the WL-dimension is at most k",
        source="Dvořák 2010; Lanzinger & Barceló 2024, Theorem 1",
    ),
    Law("beyond-64-bits", "counts above 2^64 and 2^128 are exact", claim="any_size", source="porism's interface"),
    Law(
        "colours-only",
        "a pickled colouring, without the graph, gives the same counts",
        claim="colours_only",
        source=f"{LANZINGER}, uniform local computability",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MotifCount(porism.Result):
    """How many there are.

    Attributes
    ----------
    count : int
        Copies of the pattern: exact, whatever its size. ``int(result)`` is the same.
    per_vertex : (n,) array of int64, of object beyond, or None
        For each vertex of the graph how many copies contain it (for homomorphisms: how many pairs of a homomorphism and
        a vertex of the pattern that is mapped to it), where asked for.
    """

    count: int
    per_vertex: npt.NDArray[Any] | None = None

    def __int__(self) -> int:
        return self.count


@porism.problem(
    "motif-count",
    result=MotifCount,
    tags=("graph", "counting"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def motif_count(  # type: ignore[empty-body]
    pattern: Any,
    G: Any,
    *,
    kind: str = "subgraph",
    per_vertex: bool = False,
) -> MotifCount:
    """Count the copies of a small pattern in a graph, exactly.

    Parameters
    ----------
    pattern : graph
        Simple and undirected, of at most 32 vertices (solvers may take fewer): a square symmetric matrix, a graph of
        networkx, igraph or rustworkx, the path of an edge list, a tuple ``(n, edges)``, ``(n, edges, labels)`` or
        ``(n, edges, labels, edge_labels)``, or a :class:`Pattern`. The attribute ``label`` of vertices and edges of a
        networkx graph is their label.
    G : graph
        Where to look; the same. It has labels where the pattern has, and none where it has none: a copy has the
        pattern's labels.
    kind : {"subgraph", "induced", "hom"}
        What a copy is: a subgraph of G isomorphic to the pattern, an induced one, or a homomorphism: a map of the
        pattern's vertices that keeps edges.
    per_vertex : bool
        Whether to count for each vertex of G as well.

    Returns
    -------
    MotifCount

    Raises
    ------
    InvalidInput
        If a graph has self-loops, parallel or directed edges, or no vertex; if the pattern is too large; if one of the
        two has labels and the other has not; if kind is something else.
    InvalidType
        If something is no graph, or labels are no integers.
    TooLarge
        If a table of partial homomorphisms needs more memory than there is (an `InvalidInput` that is a `MemoryError`).

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> count = registry.get("motif-count")
    >>> count(networkx.cycle_graph(5), networkx.petersen_graph()).count
    12
    >>> count(networkx.path_graph(3), networkx.karate_club_graph(), kind="induced").count
    393
    """
