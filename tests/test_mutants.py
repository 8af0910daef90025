"""A law must be able to fail: wrong solvers are caught, and the right one they were made from is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from porism import Claims, Solver
from porism.conformance import cases, check


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
    report = check(k_medoids.mutant(bug), examples=500, laws=[law], shrink=False)
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
    report = check(medoid_silhouette.mutant(bug, choosing=choosing), examples=60, laws=[law], shrink=False)
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


p_median = _load("p_median")
P_MEDIAN = {"mutant": p_median.BUGS, "adding": p_median.ADDING, "enumerating": p_median.ENUMERATING}


@pytest.mark.parametrize("kind", P_MEDIAN)
def test_the_solvers_that_the_p_median_mutants_are_made_from_keep_every_law(kind):
    report = check(getattr(p_median, kind)(None), examples=25)
    report.raise_for_failures()


@pytest.mark.parametrize(
    ("kind", "bug", "law"), [(kind, bug, law) for kind, bugs in P_MEDIAN.items() for bug, law in bugs.items()]
)
def test_p_median_mutant_is_caught(kind, bug, law):
    report = check(getattr(p_median, kind)(bug), examples=150, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize(("solver", "claims", "law"), p_median.WRONG)
def test_a_p_median_solver_cannot_claim_what_it_does_not_keep(solver, claims, law):
    wrong = Solver(solver.function, solver.problem, "mutant", claims=Claims(**claims))
    assert not check(wrong, examples=200, laws=[law], shrink=False).ok, (
        f"the law {law!r} believes {solver.name} that it is {claims}"
    )


submodular = _load("submodular")


def test_the_solver_that_the_submodular_mutants_are_made_from_keeps_every_law():
    check(submodular.mutant(None), examples=40).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), submodular.BUGS.items())
def test_submodular_mutant_is_caught(bug, law):
    report = check(submodular.mutant(bug), examples=400, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


dynamic_submodular = _load("dynamic_submodular")


def test_the_selector_that_the_dynamic_mutants_are_made_from_keeps_every_law(monkeypatch):
    # In plain Python the statistical laws would take minutes: fewer seeds; the widths of the growth law are for Rust.
    from porism.problems.dynamic_submodular_maximization import laws

    monkeypatch.setattr(laws, "EXPECTATION", 16)
    monkeypatch.setattr(laws, "UNIFORMITY", 60)
    solver = dynamic_submodular.mutant(None)
    names = [case.check.law.name for case in cases(solver) if case.check.law.name != "sublinear"]
    check(solver, examples=5, laws=names).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), dynamic_submodular.BUGS.items())
def test_dynamic_submodular_mutant_is_caught(bug, law, monkeypatch):
    from porism.problems.dynamic_submodular_maximization import _machine

    # That it is caught is enough: no time is spent on the shortest way to it.
    monkeypatch.setattr(_machine, "SETTINGS", settings(_machine.SETTINGS, phases=[Phase.generate]))
    report = check(dynamic_submodular.mutant(bug), examples=20 if law == "machine" else 200, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("seed", range(24))
def test_the_plain_python_selector_is_the_kernel_item_for_item(seed):
    from porism.problems.dynamic_submodular_maximization import dynamic_submodular as kernel
    from porism.problems.dynamic_submodular_maximization.laws import mixed, split
    from porism.problems.submodular_maximization.laws import monotone

    f = monotone(30, seed, ("coverage", "facility-location", "modular", "weighted-coverage")[seed % 4])
    options = {"epsilon": (0.1, 0.3, 0.5)[seed % 3], "rng": seed, "trials": (None, 1)[seed % 2]}
    ours, theirs = (solver(f, 1 + seed % 6, **options) for solver in (dynamic_submodular.mutant(None), kernel))
    stream = mixed(30, 90, seed)
    for start in range(0, 90, 9):
        for selector in (ours, theirs):
            selector.apply(*split(stream[start : start + 9]))
        assert ours.solution().tolist() == theirs.solution().tolist()
        assert ours.stats["queries"] == theirs.stats["queries"]
        assert ours.upper_bound() == theirs.upper_bound()
        assert ours.levels() == theirs.levels()


sums = _load("sumset")


@pytest.mark.parametrize("problem", sums.BUGS)
def test_the_solvers_that_the_mutants_of_sums_are_made_from_keep_every_law(problem):
    check(sums.mutant(problem, None), examples=25).raise_for_failures()


@pytest.mark.parametrize(
    ("problem", "bug", "law"), [(p, bug, law) for p, bugs in sums.BUGS.items() for bug, law in bugs.items()]
)
def test_mutant_of_sums_is_caught(problem, bug, law):
    report = check(sums.mutant(problem, bug), examples=150, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
