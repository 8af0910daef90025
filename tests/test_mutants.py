"""A law must be able to fail: wrong solvers are caught, and the right one they were made from is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from porism.conformance import check


def _load(name: str):
    path = Path(__file__).parent / "mutants" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"porism_mutants_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


k_medoids = _load("k_medoids")


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law():
    check(k_medoids.mutant(None), examples=40).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), k_medoids.BUGS.items())
def test_k_medoids_mutant_is_caught(bug, law):
    report = check(k_medoids.mutant(bug), examples=500, laws=[law])
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
    assert "replay(" in report.failures[0].code


medoid_silhouette = _load("medoid_silhouette")


@pytest.mark.parametrize("choosing", [False, True])
def test_the_solvers_that_the_silhouette_mutants_are_made_from_keep_every_law(choosing):
    check(medoid_silhouette.mutant(None, choosing=choosing), examples=12).raise_for_failures()


@pytest.mark.parametrize(
    ("bug", "law", "choosing"),
    [
        *((bug, law, False) for bug, law in medoid_silhouette.BUGS.items()),
        *((bug, law, True) for bug, law in medoid_silhouette.CHOOSING.items()),
    ],
)
def test_medoid_silhouette_mutant_is_caught(bug, law, choosing):
    report = check(medoid_silhouette.mutant(bug, choosing=choosing), examples=60, laws=[law])
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


k_mismatch = _load("k_mismatch")


def test_the_solver_that_the_k_mismatch_mutants_are_made_from_keeps_every_law():
    check(k_mismatch.mutant(None), examples=20).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), k_mismatch.BUGS.items())
def test_k_mismatch_mutant_is_caught(bug, law):
    report = check(k_mismatch.mutant(bug), examples=100, laws=[law])
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("bug", k_mismatch.SHORTCUTS)
def test_k_mismatch_shortcut_is_caught(bug):
    law, _ = k_mismatch.SHORTCUTS[bug]
    report = check(k_mismatch.shortcut(bug), examples=60, laws=[law])
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


hamming_distances = _load("hamming_distances")


def test_the_solver_that_the_hamming_mutants_are_made_from_keeps_every_law():
    check(hamming_distances.mutant(None), examples=15).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), hamming_distances.BUGS.items())
def test_hamming_distances_mutant_is_caught(bug, law):
    report = check(hamming_distances.mutant(bug), examples=150, laws=[law])
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
