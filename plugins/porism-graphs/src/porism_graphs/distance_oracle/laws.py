"""What every distance-oracle solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

import porism
from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._instances import bad_graphs, delaunay, dense, distances, graphs, grid, wheel
from porism_graphs.distance_oracle.problem import DistanceOracle, distance_oracle

__all__ = ["SUITE"]

AnySolver = Solver[..., DistanceOracle]

SLACK = 1e-9
"""Relative rounding: distances are added up in different orders."""


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A graph and an eps."""
    A, r = draw(graphs())
    return Instance((A,), {"eps": draw(st.sampled_from([1.0, 0.5, 0.5, 0.25, 0.1, 0.01]))}, {"r": r or 5})


def _invalid() -> list[Invalid]:
    A = dense(grid(2, 2))
    calls = [Invalid((value,), argument=name, mentions=mentions) for value, name, mentions in bad_graphs()]
    bad = [
        (0.0, "0.0"),
        (1.5, "1.5"),
        (-0.5, "-0.5"),
        (np.nan, "nan"),
        ("0.5", "'0.5'"),
        (None, "None"),
        (True, "True"),
    ]
    calls += [Invalid((A,), {"eps": eps}, argument="eps", mentions=mentions) for eps, mentions in bad]
    options: list[tuple[str, Any, str]] = [
        ("r", 2, "2"),
        ("r", 5.0, "5.0"),
        ("k", 0, "0"),
        ("k", 1.0, "1.0"),
        ("n_jobs", 0, "0"),
        ("memory_limit", -1, "-1"),
    ]
    calls += [Invalid((A,), {}, {name: value}, argument=name, mentions=said) for name, value, said in options]
    calls.append(Invalid((grid(4, 4),), {}, {"memory_limit": 100}, argument="memory_limit", mentions=""))
    return calls


def _long() -> Instance:
    return Instance((grid(60, 60),), {"eps": 0.1})


SUITE = Suite(distance_oracle, instances=instances(), invalid=_invalid(), long=_long)


def _true(instance: Instance) -> Any:
    plain = dense(instance.args[0])
    np.fill_diagonal(plain, 0.0)
    return distances(plain)


def _all(oracle: DistanceOracle) -> Any:
    everything = np.arange(oracle.n)
    return oracle.query(everything[:, None], everything[None])


def _stretch(answers: Any, true: Any) -> Any:
    apart = np.isfinite(true) & (true > 0)
    return np.divide(answers, true, out=np.ones_like(true), where=apart)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    oracle = instance.call(solver)
    n = len(dense(instance.args[0]))
    assert oracle.n == n, f"n is {oracle.n}"
    answers = oracle.query(np.zeros((2, 3), dtype=np.uint8), [0, n - 1, 0])
    assert (answers.shape, answers.dtype) == ((2, 3), np.float64), f"answers are {answers.dtype}{list(answers.shape)}"
    assert isinstance(oracle.query(0, n - 1), float), "a single answer is no float"
    assert oracle.query([], []).shape == (0,)
    for name in ("nbytes", "fallbacks"):
        assert type(getattr(oracle, name)) is int, f"{name} is a {type(getattr(oracle, name)).__name__}"
        assert getattr(oracle, name) >= 0, f"{name} is {getattr(oracle, name)}"
    assert (oracle.query(np.arange(n), 0, n_jobs=2) == oracle.query(np.arange(n), 0)).all(), "threads change answers"


@SUITE.law("at-least")
def at_least(solver: AnySolver, instance: Instance) -> None:
    answers, true = _all(instance.call(solver)), _true(instance)
    worst = float(np.nanmin(_stretch(answers, true)))
    assert worst >= 1 - SLACK, f"an answer is {worst} of the distance"


@SUITE.law("diagonal")
def diagonal(solver: AnySolver, instance: Instance) -> None:
    oracle = instance.call(solver)
    found = oracle.query(np.arange(oracle.n), np.arange(oracle.n))
    assert (found == 0).all(), f"vertices are {found} from themselves"


@SUITE.law("symmetric")
def symmetry(solver: AnySolver, instance: Instance) -> None:
    answers = _all(instance.call(solver))
    assert (answers == answers.T).all(), "the way back is of another length"


@SUITE.law("components")
def components(solver: AnySolver, instance: Instance) -> None:
    answers, true = _all(instance.call(solver)), _true(instance)
    assert (np.isinf(answers) == np.isinf(true)).all(), "components are not the same"


@SUITE.law("stretch")
def stretch(solver: AnySolver, instance: Instance) -> None:
    answers, true = _all(instance.call(solver)), _true(instance)
    worst = float(_stretch(answers, true).max())
    assert worst <= (1 + instance.options["eps"]) * (1 + SLACK), f"{worst} times, eps {instance.options['eps']}"


@SUITE.law("large-stretch", instances=False)
def large_stretch(solver: AnySolver) -> None:
    for A in (grid(14, 14), delaunay(200)[0], wheel(200)):
        true = dijkstra(A)
        for eps in (0.5, 0.1):
            ratios = _stretch(_all(Instance((A,), {"eps": eps}).call(solver)), true)
            worst, least = float(ratios.max()), float(ratios.min())
            assert worst <= (1 + eps) * (1 + SLACK), f"{worst} times the distance, eps {eps}"
            assert least >= 1 - SLACK, f"{least} times the distance"


@SUITE.law("no-fallback")
def no_fallback(solver: AnySolver, instance: Instance) -> None:
    oracle = instance.call(solver)
    _all(oracle)
    assert oracle.fallbacks == 0, f"{oracle.fallbacks} pairs have no hub in common"


@SUITE.law("wheel", instances=False)
def wheels(solver: AnySolver) -> None:
    small, large = (Instance((wheel(n),)).call(solver).nbytes / n for n in (500, 1500))
    assert large <= 1.1 * small, f"{small} bytes for each of 500 vertices, {large} of 1500"


@SUITE.law("logarithmic-size", instances=False)
def logarithmic_size(solver: AnySolver) -> None:
    for A in (grid(40, 40), delaunay(1500)[0], wheel(1500), grid(1, 3000)):
        n = A.shape[0]
        for eps in (1.0, 0.5):
            found = Instance((A,), {"eps": eps}).call(solver).nbytes / n
            bound = 3 * (1 + np.log2(n)) * (12 * (7 / eps + 1) + 16) + 100
            assert found <= bound, f"{found} bytes for each of {n} vertices, eps {eps}; {bound} is the bound"


@SUITE.law("exact")
def exact(solver: AnySolver, instance: Instance) -> None:
    answers, true = _all(instance.call(solver)), _true(instance)
    assert np.allclose(answers, true, rtol=SLACK, atol=0), f"answers {answers}, distances {true}"


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    expected = _all(instance.call(solver))
    for factor in (2.0**40, 2.0**-40):
        found = _all(instance.but(dense(instance.args[0]) * factor).call(solver))
        assert (found == expected * factor).all(), f"answers are not {factor} times those of the unscaled graph"


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    plain = dense(instance.args[0])
    np.fill_diagonal(plain, 0.0)
    expected, result = instance.but(plain).call(solver), instance.call(solver)
    assert result == expected, f"{result}, but {expected} from the same graph as a dense array"


@SUITE.law("bad-query")
def bad_query(solver: AnySolver, instance: Instance) -> None:
    oracle = instance.call(solver)
    calls: list[tuple[Any, Any, str]] = [
        (oracle.n, 0, "u"),
        (0, -1, "v"),
        ([0.0], [0], "u"),
        ([0], [True], "v"),
        (None, 0, "u"),
        ("0", 0, "u"),
        ([0, 0], [0, 0, 0], "v"),
        (0, np.ma.masked_equal([0, 0], 0), "v"),
        (sparse.csr_array((1, 1)), 0, "u"),
    ]
    for u, v, name in calls:
        try:
            found = oracle.query(u, v)
        except porism.InvalidInput as error:
            assert name in str(error), f"the message does not name {name}: {error}"
        else:
            raise AssertionError(f"query({u!r}, {v!r}) was answered, {found}")
