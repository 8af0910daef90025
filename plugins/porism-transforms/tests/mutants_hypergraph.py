"""Edges from all cuts, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from porism import Claims, InvalidInput, InvalidType, Solver, solver
from porism.validation import as_integer
from porism_transforms import HypergraphResult, NotSparseWarning, dense_wht, hypergraph_cut_sketch
from porism_transforms.hypergraph_cut_sketch.edges import edges_of

BUGS = {
    "an edge has half its weight": "recovery",
    "what larger edges explain is not taken off": "recovery",
    "odd edges are not looked for": "odd",
    "the rest is not looked at": "no-cut",
    "nobody is warned": "no-cut",
    "vertices count from one": "form",
    "edges are in order of weight": "form",
    "weights are rounded": "linearity",
    "light edges are dropped": "cuts",
    "the first vertex has no edges": "relabelling",
    "only one cut is counted": "counters",
    "a hypergraph has edges": "empty",
    "every cut is asked for": "sketch",
    "input is not checked": "bad-input",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., HypergraphResult]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def solve(
        cut: Any, n: int, max_edge_size: int = 2, *, verify: int = 64, max_queries: int | None = None, rng: Any = None
    ) -> HypergraphResult:
        if not callable(cut):
            raise InvalidType(f"cut must be a callable, got a {type(cut).__name__}")
        if bug != "input is not checked":
            as_integer("n", n, 2, 63)
            as_integer("max_edge_size", max_edge_size, 2, 16)
        try:
            found = dense_wht(cut, n, verify=verify, max_queries=max_queries, rng=rng)
        except InvalidInput as error:
            raise type(error)(str(error).replace("f must", "cut must")) from None
        spectrum = dict(zip(found.support.tolist(), found.coefficients.tolist(), strict=True))
        tolerance = 1e-9 * max(map(abs, spectrum.values()), default=0.0)
        most = max_edge_size
        if bug == "odd edges are not looked for":
            most -= most % 2
        edges, whole = edges_of(spectrum, most, tolerance)
        if bug == "what larger edges explain is not taken off":
            edges = {}
            for k, value in sorted(spectrum.items(), key=lambda item: (item[0].bit_count(), item[0])):
                if 2 <= k.bit_count() <= most and k.bit_count() % 2 == 0:
                    members = tuple(i for i in range(n) if k >> i & 1)
                    edges[members] = -value * 2.0 ** (len(members) - 1)
        if bug == "the rest is not looked at":
            whole = True
        if bug == "an edge has half its weight":
            edges = {edge: weight / 2 for edge, weight in edges.items()}
        if bug == "vertices count from one":
            edges = {tuple(v + 1 for v in edge): weight for edge, weight in edges.items()}
        if bug == "edges are in order of weight":
            edges = dict(sorted(edges.items(), key=lambda item: item[1]))
        if bug == "weights are rounded":
            edges = {edge: round(weight, 3) for edge, weight in edges.items()}
        if bug == "light edges are dropped":
            edges = {edge: weight for edge, weight in edges.items() if weight >= 0.9}
        if bug == "the first vertex has no edges":
            edges = {edge: weight for edge, weight in edges.items() if 0 not in edge}
        if bug == "a hypergraph has edges" and not edges:
            edges = {(0, 1): 1.0}
        if not whole and bug != "nobody is warned":
            warnings.warn("not these", NotSparseWarning, stacklevel=2)
        return HypergraphResult(
            edges=tuple(edges),
            weights=np.array(list(edges.values()), dtype=np.float64),
            n=n,
            converged=whole,
            n_queries=found.n_queries,
            n_evaluations=1 if bug == "only one cut is counted" else found.n_evaluations,
        )

    claims = Claims(sublinear=bug == "every cut is asked for")
    return solver(hypergraph_cut_sketch, "mutant", claims=claims)(solve)
