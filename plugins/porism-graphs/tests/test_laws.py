"""The solvers keep the laws, and the laws catch solvers that do not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

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
