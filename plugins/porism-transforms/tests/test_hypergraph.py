"""Hidden hypergraphs: their laws and mutants, and what slices of bits cannot do."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from porism import InvalidInput
from porism.conformance import check, parametrize
from porism_transforms import NotSparseWarning, dense_cut, hypergraph_cut_sketch, spright_cut
from porism_transforms.hypergraph_cut_sketch.laws import Cuts

MUTANTS = "hypergraph"


@parametrize(spright_cut, dense_cut)
def test_law(law):
    law(examples=15)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=10).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def hidden(seed: int) -> Cuts:
    """12 edges of 4 among 24 vertices."""
    rng = np.random.default_rng(seed)
    edges = {tuple(sorted(map(int, rng.choice(24, 4, replace=False)))) for _ in range(12)}
    return Cuts(tuple(sorted(edges)), (1.0,) * len(edges))


def test_slices_of_bits_do_not_tell_small_edges_apart():
    """Which is why matrices are random by default: with as many queries most draws fail."""
    most, outcomes = {}, {"random": [], "bits": []}
    for seed in range(5):
        for kind in ("random", "bits"):
            cut = hidden(seed)
            try:
                limit = {"max_queries": most.get(seed)}
                result = spright_cut(cut, 24, 4, rng=seed, subsampling=kind, **limit)
            except NotSparseWarning:
                outcomes[kind].append(False)
            else:
                outcomes[kind].append(result.edges == cut.edges)
                most[seed] = result.n_evaluations
    assert sum(outcomes["random"]) >= 4, outcomes
    assert sum(outcomes["bits"]) <= 1, outcomes


def test_a_karate_club():
    club = networkx.karate_club_graph()
    edges = tuple(sorted(tuple(sorted(edge)) for edge in club.edges))
    cut = Cuts(edges, tuple(float(club[u][v]["weight"]) for u, v in edges))
    result = hypergraph_cut_sketch(cut, 34, rng=0)
    assert result.edges == edges
    np.testing.assert_allclose(result.weights, cut.weights, rtol=1e-9)
    assert result.n_evaluations < 2**34 / 100_000


def test_a_triangle_is_an_edge_of_three_where_those_are_allowed():
    pairs = Cuts(((0, 1), (0, 2), (1, 2)), (1.0, 1.0, 1.5))
    graph = spright_cut(pairs, 8, rng=1)
    assert (graph.edges, graph.weights.round(9).tolist()) == (pairs.edges, [1.0, 1.0, 1.5])
    hyper = spright_cut(pairs, 8, 3, rng=1)
    assert (hyper.edges, hyper.weights.round(9).tolist()) == (((1, 2), (0, 1, 2)), [0.5, 2.0])
    sides = np.arange(256, dtype=np.uint64)
    np.testing.assert_allclose(hyper.cut(sides), graph.cut(sides), atol=1e-9)
    for bad in ([-1], [256], [2.5], [[1], [1, 2]], None):
        with pytest.raises(InvalidInput, match="X must be words of 8 bits"):
            graph.cut(bad)


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    assert spright_cut(hidden(1), 24, 4, rng=0).plot().get_ylabel() == "vertex"
    pyplot.close("all")
