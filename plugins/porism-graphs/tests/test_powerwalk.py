"""PowerWalk, its index and its executors: laws and mutants, and what laws do not say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from porism.conformance import check, parametrize
from porism_graphs import fora, mcep, mcfp, powerwalk
from porism_graphs.personalized_pagerank import example


def _mutants():
    spec = importlib.util.spec_from_file_location(
        "porism_graphs_mutants_powerwalk", Path(__file__).parent / "mutants_powerwalk.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()
KARATE = example.karate_club()


# -- laws --------------------------------------------------------------------------------------------------------------


@parametrize(powerwalk, mcfp, mcep, fora)
def test_law(law):
    law(examples=20)


@pytest.mark.parametrize("make", [mutants.walker, mutants.pusher, mutants.drawer], ids=["walker", "pusher", "drawer"])
def test_the_solvers_that_the_mutants_are_made_from_keep_every_law(make):
    check(make(None), examples=10).raise_for_failures()


BUGS = [
    (make, bug, law)
    for make, bugs in (
        (mutants.walker, mutants.WALKING),
        (mutants.pusher, mutants.PUSHING),
        (mutants.drawer, mutants.DRAWING),
    )
    for bug, law in bugs.items()
]


@pytest.mark.parametrize(("make", "bug", "law"), BUGS)
def test_mutant_is_caught(make, bug, law):
    report = check(make(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("law", ["rate", "online", "full-path"])
def test_what_end_points_cannot_do_is_noticed(law):
    """mcep must not claim what it does not keep: its own rate it does, the error of full paths it does not."""
    report = check(mutants.walker("only end points are counted"), laws=[law], shrink=False)
    assert report.ok == (law == "rate")
