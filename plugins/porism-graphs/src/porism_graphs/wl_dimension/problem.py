"""The problem `wl-dimension`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import porism
from porism import Law
from porism_graphs._patterns import Pattern

__all__ = ["STATEMENTS", "WLDimension", "wl_dimension"]

LANZINGER = "Lanzinger & Barceló 2024"

STATEMENTS = (
    Law(
        "definition",
        "k is the largest treewidth among the patterns whose homomorphisms have a coefficient other than 0",
        source=f"{LANZINGER}, Theorem 1",
    ),
    Law(
        "known-values",
        "cycles and paths on up to 7 vertices have dimension at most 2, those on 8 have 3; stars 1; matchings 1 and 2",
        source=f"{LANZINGER}; Arvind, Fuhlbrück, Köbler & Verbitsky 2020",
    ),
    Law("induced", "induced copies of a pattern of n ≥ 2 vertices have dimension n - 1", source=f"{LANZINGER}"),
    Law("hom", "homomorphisms of a pattern have its treewidth as dimension", source="Dvořák 2010; Neuen 2024"),
    Law(
        "witness",
        "witness has treewidth k, and its homomorphisms a coefficient other than 0",
        source=f"{LANZINGER}, Theorem 1",
    ),
    Law(
        "basis",
        "homomorphism counts combined with the coefficients of hom_basis are the parameter, on any graph",
        claim="has_basis",
        source="Curticapean, Dell & Marx 2017",
    ),
    Law(
        "spasm-sizes",
        "cycles on 4, 5, 6, 7, 8 vertices have 3, 3, 10, 12, 35 quotients",
        claim="has_basis",
        source="Curticapean, Dell & Marx 2017",
    ),
    Law(
        "isolated",
        "a vertex without edges and labels added to a pattern with edges changes nothing",
        source="follows from the definition",
    ),
    Law("relabelling", "the pattern's vertices in another order change nothing", source="follows from the definition"),
    Law(
        "combination",
        "a linear combination in which everything cancels has dimension 0, a multiple has the same",
        source=f"{LANZINGER}, Theorem 1",
    ),
    Law(
        "all-different",
        "where all labels are different nothing falls together, and the dimension is the treewidth",
        source="follows from the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WLDimension(porism.Result):
    """How many dimensions the Weisfeiler-Leman algorithm needs to determine a count.

    Attributes
    ----------
    k : int
        The least dimension of the folklore algorithm in which graphs that it takes for equal have equal counts. 0 where
        the number of vertices (with each label) is enough.
    witness : Pattern or None
        A pattern of treewidth k among those whose homomorphisms are counted; None for the parameter 0.
    hom_basis : dict of Pattern to Fraction, or None
        The parameter as a combination of homomorphism counts; None from solvers that need not know it.
    """

    k: int
    witness: Pattern | None
    hom_basis: dict[Pattern, Fraction] | None = field(default=None, repr=False)


@porism.problem(
    "wl-dimension",
    result=WLDimension,
    tags=("graph", "counting", "isomorphism"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def wl_dimension(pattern: Any, *, kind: str = "subgraph") -> WLDimension:  # type: ignore[empty-body]
    """Find how strong a Weisfeiler-Leman test, or graph network, has to be to count a pattern.

    A count that is a combination of homomorphism counts, of pairwise different patterns with coefficients other than 0,
    is determined by k-dimensional (folklore) WL exactly if all these patterns have treewidth at most k. For copies of a
    pattern these are all its quotients, for induced copies also those of its supergraphs, the clique among them.

    Parameters
    ----------
    pattern : graph, or mapping of graphs to int or Fraction
        What is counted: a small graph as for `motif-count`, or a linear combination of such counts. Keys of a mapping
        are whatever is hashable: networkx graphs, tuples of tuples, :class:`Pattern`.
    kind : {"subgraph", "induced", "hom"}
        What is counted of each pattern.

    Returns
    -------
    WLDimension

    Raises
    ------
    InvalidInput
        If a graph has self-loops, parallel or directed edges, or no vertex; if the pattern is too large (the message
        has the Bell number of its quotients); if kind is something else; if a mapping is empty or mixes patterns with
        and without labels.
    InvalidType
        If something is no graph, labels are no integers, or coefficients no exact numbers.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> dimension = registry.get("wl-dimension")
    >>> [dimension(networkx.cycle_graph(n)).k for n in (3, 4, 5, 6, 7, 8)]
    [2, 2, 2, 2, 2, 3]
    """
