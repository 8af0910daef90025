"""The solvers keep the laws, and the laws catch solvers that do not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from porism import registry
from porism.conformance import check, parametrize
from porism_graphs import forward_push, power_iteration


def _mutants():
    spec = importlib.util.spec_from_file_location("porism_graphs_mutants", Path(__file__).parent / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()


@parametrize(power_iteration, forward_push)
def test_law(law):
    law(examples=25)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law():
    check(mutants.mutant(None), examples=25).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), mutants.BUGS.items())
def test_mutant_is_caught(bug, law):
    report = check(mutants.mutant(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
    assert "replay(" in report.failures[0].code


def _laws_caught() -> dict[str, set[str]]:
    """For each problem the laws that some mutant breaks."""
    loaded = {}
    for path in sorted(Path(__file__).parent.glob("mutants*.py")):
        spec = importlib.util.spec_from_file_location(f"porism_graphs_all_{path.stem}", path)
        loaded[path.stem.removeprefix("mutants").lstrip("_")] = module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    walks, patterns, basis = loaded["powerwalk"], loaded["motifs"], loaded["polynomials"]
    tables = {
        "personalized-pagerank": [loaded[""].BUGS, walks.WALKING, walks.PUSHING, walks.DRAWING],
        "node-embedding": [loaded["node_embedding"].BUGS],
        "contracting-fixed-point": [loaded["contracting"].BUGS],
        "graph-stationary-regression": [loaded["stationary"].BUGS],
        "motif-count": [patterns.MOTIFS],
        "weisfeiler-leman": [patterns.COLOURS],
        "wl-dimension": [patterns.DIMENSIONS],
        "wl-certificate": [patterns.CERTIFICATES],
        "equivariant-polynomial-basis": [basis.BASIS],
        "equivariant-polynomial-evaluation": [basis.EVALUATION],
        "polynomial-expressiveness": [basis.EXPRESSIVENESS],
        "graph-polynomial-features": [basis.FEATURES],
        **{name: [bugs] for name, bugs in loaded["partitions"].BUGS.items()},
    }
    return {name: {law for table in several for law in table.values()} for name, several in tables.items()}


def test_every_law_of_every_problem_here_catches_a_mutant():
    caught = _laws_caught()
    problems = [one for one in registry.problems() if registry.owner(one) == "porism-graphs"]
    assert len(problems) == 16
    for problem in problems:
        missing = {law.name for law in problem.statements} - caught[problem.name]
        assert not missing, f"no mutant of {problem.name} breaks {sorted(missing)}"
