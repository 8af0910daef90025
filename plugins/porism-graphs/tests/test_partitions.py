"""Partitions of graphs of lengths and what is made of them: the laws, the mistakes that they catch, and what they do not say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

import porism_graphs as graphs
from porism.conformance import check, parametrize


def _mutants():
    spec = importlib.util.spec_from_file_location("mutants_partitions", Path(__file__).parent / "mutants_partitions.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()

SOLVERS = (
    *(graphs.buffered_cop, graphs.ball_carving, graphs.mpx, graphs.voronoi_net),
    *(graphs.shortcut_spr, graphs.voronoi_minor, graphs.noisy_voronoi),
    *(graphs.shortcut_hubs, graphs.dijkstra, graphs.all_pairs, graphs.landmarks),
    *(graphs.shortcut_trees, graphs.every_root, graphs.one_tree),
)


@parametrize(*SOLVERS)
def test_law(law):
    law(examples=15)


@pytest.mark.parametrize("problem", mutants.MAKE)
def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(problem):
    check(mutants.MAKE[problem](None), examples=8).raise_for_failures()


@pytest.mark.parametrize(
    ("problem", "bug", "law"), [(problem, *pair) for problem, bugs in mutants.BUGS.items() for pair in bugs.items()]
)
def test_mutant_is_caught(problem, bug, law):
    report = check(mutants.MAKE[problem](bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
