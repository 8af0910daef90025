"""`progress=`: which solvers of graphs have it, and that they count what they do once from beginning to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import porism_graphs as graphs
from porism import registry
from porism.conformance import check
from porism.validation import counted, stages
from porism_graphs.node_embedding._graphs import block_model
from porism_graphs.personalized_pagerank.bench import power_law

SILENT = {
    "ball-carving",
    "buffered-cop",
    "mpx",
    "voronoi-net",  # partitions: a search through the graph, or one in which nothing says how many there will be
    "all-pairs",
    "noisy-voronoi",
    "voronoi-minor",  # one search from each vertex or terminal, all in one kernel
}
"""Solvers that can be interrupted, and do not know how far they are."""

OURS = [
    solver
    for problem in registry.problems()
    if problem.__module__.startswith("porism_graphs.")
    for solver in registry.solvers(problem=problem)
]


@pytest.mark.parametrize("solver", [s for s in OURS if "progress" in s.signature.parameters], ids=registry.name_of)
def test_the_law(solver):
    assert check(solver, laws=["progress"], examples=2).ok


def test_who_can_be_interrupted_says_how_far_it_is():
    silent = {s.name for s in OURS if s.claims.get("interruptible") and "progress" not in s.signature.parameters}
    assert silent == SILENT


def heard_by(call: Any) -> list[tuple[int, int, float]]:
    """All that a callable hears."""
    heard: list[tuple[int, int, float]] = []
    call(lambda *told: heard.append(told))
    return heard


@pytest.mark.parametrize("name", ["powerwalk", "fora", "mcfp", "mcep", "power-iteration", "forward-push"])
def test_queries_of_several_kernels_count_up_once(name):
    A = power_law(3000, 0)
    heard = heard_by(lambda tell: registry.get(name)(A, np.arange(10), progress=tell))
    done = [told[0] for told in heard]
    assert done == sorted(done)
    assert len(set(done)) > 1 or name == "forward-push", heard
    assert {told[1] for told in heard} == {1000} or name == "forward-push"


def test_an_index_is_counted_while_it_is_built_and_asked():
    A = power_law(3000, 0)
    index = None

    def build(tell: Any) -> None:
        nonlocal index
        index = graphs.powerwalk.build(A, n_shards=4, rng=0, progress=tell)

    assert [told[0] for told in heard_by(build)][-1] == 1000
    assert index is not None
    assert heard_by(lambda tell: index.query(np.arange(20), progress=tell))[-1][:2] == (1000, 1000)


@pytest.mark.parametrize("name", ["fastrp", "randne", "prone", "randomized-svd"])
def test_embeddings_tell_every_product(name):
    A, _ = block_model(500, 4, 0)
    heard = heard_by(lambda tell: registry.get(name)(A, 8, rng=0, progress=tell))
    assert len(heard) > 1
    assert heard[-1][0] == heard[-1][1]


def test_stages_share_a_whole():
    heard: list[tuple[int, int, float]] = []
    first, second, third = stages(lambda *told: heard.append(told), 1, 2, 1)
    assert first is not None
    assert second is not None
    assert third is not None
    first(1, 2, 0.5)
    second(3, 4, 0.25)
    second(9, 4, 0.0)  # an estimate that was too low
    first(0, 2, 0.0)
    third(0, 0, 0.0)
    assert heard == [(125, 1000, 0.5), (625, 1000, 0.25), (750, 1000, 0.0), (750, 1000, 0.0), (750, 1000, 0.0)]
    assert stages(None, 1, 1) == [None, None]
    assert stages(print) == []


def test_counting_tells_the_first_and_the_last():
    heard: list[tuple[int, int, float]] = []
    assert list(counted(lambda *told: heard.append(told), range(100))) == list(range(100))
    assert heard[0] == (1, 100, 0.0)
    assert heard[-1] == (100, 100, 0.0)
    assert list(counted(None, "ab")) == ["a", "b"]
    assert list(counted(lambda *told: heard.append(told), iter("ab"), 2)) == ["a", "b"]
    assert heard[-1][:2] == (2, 2)
    assert list(counted(print, [])) == []
