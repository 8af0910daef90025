"""What a third party can do with the public surface alone: a solver of every core problem, and all of its laws kept."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

import porism
from porism.conformance import check

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("porism_third_party", HERE / "third_party.py")
third_party = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = third_party  # a selector is pickled by its module's name
SPEC.loader.exec_module(third_party)


@pytest.mark.parametrize("solver", third_party.SOLVERS, ids=lambda solver: solver.qualified)
def test_a_naive_solver_keeps_the_laws(solver):
    check(solver, examples=12, shrink=False).raise_for_failures()


def test_there_is_one_for_each_core_problem():
    core = porism.Registry(plugins=False)
    assert {solver.problem.name for solver in third_party.SOLVERS} == {problem.name for problem in core.problems()}
    staging = porism.Staging("third-party")
    third_party.porism_register(staging)
    assert len(staging.solvers) == len(third_party.SOLVERS)


def test_nothing_private_was_needed():
    source = (HERE / "third_party.py").read_text()
    used = re.findall(r"^(?:from|import) (porism[\w.]*)", source, re.MULTILINE)
    assert used
    assert not [name for name in used if "._" in name]
    assert not re.findall(r"\b(?!porism_)\w+\._\w+", source)
