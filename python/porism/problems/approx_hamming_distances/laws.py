"""What every solver of `approx-hamming-distances` keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism.problems.approx_hamming_distances.problem import ApproxHammingDistancesResult, approx_hamming_distances
from porism.problems.hamming_distances.laws import by_definition, named, ranks

__all__ = ["SUITE"]

AnySolver = Solver[..., ApproxHammingDistancesResult]


@st.composite
def texts(draw: st.DrawFn) -> Instance:
    """Short strings of any kind, with coarse demands, which are cheap to meet."""
    text, pattern, sigma = draw(ranks(largest=60))
    kind = draw(st.sampled_from(["str", "large", "i8"] + (["bytes", "u1"] if sigma <= 90 else [])))
    options = {
        "epsilon": draw(st.sampled_from([0.5, 0.9])),
        "failure_probability": draw(st.sampled_from([0.5, 0.9])),
        "rng": draw(st.integers(0, 9)),
    }
    return Instance((named(text, kind, sigma), named(pattern, kind, sigma)), options)


def invalid_calls() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    long, short = "abcabc", "abc"
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((short, long), {}, "pattern", "6 symbols and 3"),
        ((long, ""), {}, "pattern", "none"),
        ((long, b"abc"), {}, "pattern", "bytes"),
        ((np.ones(4), np.ones(2, dtype=int)), {}, "text", "float64"),
        ((long, short), {"epsilon": 0}, "epsilon", "0"),
        ((long, short), {"epsilon": 1.0}, "epsilon", "1"),
        ((long, short), {"epsilon": float("nan")}, "epsilon", "nan"),
        ((long, short), {"epsilon": "0.1"}, "epsilon", "'0.1'"),
        ((long, short), {"epsilon": 10**400}, "epsilon", "inf"),
        ((long, short), {"failure_probability": 0.0}, "failure_probability", "0"),
        ((long, short), {"failure_probability": 2}, "failure_probability", "2"),
        ((long, short), {"rng": -1}, "rng", "-1"),
        ((long, short), {"n_jobs": 0}, "n_jobs", "0"),
        ((long, short), {"progress": 1}, "progress", "1"),
    ]
    declared = approx_hamming_distances.signature.parameters
    return [
        Invalid(
            args,
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for args, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """Some seconds of work for every solver."""
    rng = np.random.default_rng(0)
    text, pattern = rng.integers(0, 200, 1_000_000), rng.integers(0, 200, 100_000)
    demands = {"epsilon": 0.003, "failure_probability": 1e-9}
    return Instance((text.astype(np.uint8), pattern.astype(np.uint8)), demands)


SUITE = Suite(approx_hamming_distances, instances=texts(), invalid=st.sampled_from(invalid_calls()), long=_long)


def _exact(instance: Instance) -> Any:
    text, pattern = instance.args
    return by_definition(text, pattern, "valid", None, None)[0]


@SUITE.law("shape")
def shape(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    result = instance.call(solver)
    n = len(text) - len(pattern) + 1
    assert result.estimates.shape == (n,), f"{result.estimates.shape} estimates for {n} shifts"
    assert result.estimates.dtype == np.float64, f"estimates are {result.estimates.dtype}"
    assert (result.estimates >= 0).all(), f"estimate {result.estimates.min()}"
    assert (result.estimates <= len(pattern) * (1 + 1e-12)).all(), f"estimate {result.estimates.max()}"
    assert result.repetitions >= 1, f"{result.repetitions} repetitions"


@SUITE.law("bounds")
def bounds(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if result.lower_bounds is not None:
        assert result.lower_bounds.dtype == np.int32, f"lower_bounds are {result.lower_bounds.dtype}"
        assert (result.lower_bounds <= _exact(instance)).all(), "a lower bound is above the distance"


@SUITE.law("equal")
def equal(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    at = (len(text) - len(pattern)) // 2
    taken = instance.but(text, text[at : at + len(pattern)]).call(solver)
    assert taken.estimates[at] == 0, f"estimate {taken.estimates[at]} where the pattern was taken from"


@SUITE.law("one-sided")
def one_sided(solver: AnySolver, instance: Instance) -> None:
    exact = _exact(instance)
    for seed in range(5):
        estimates = instance.call(solver, rng=seed).estimates
        assert (estimates <= exact).all(), "an estimate is above the distance"


RUNS = 200
FAILURES = 32
"""Of 200 runs that fail with probability 0.05 at most, more than 32 do with a probability of 5e-9."""


def _failures(solver: AnySolver, share: float, *, of_distance: bool) -> int:
    rng = np.random.default_rng(3)
    pattern = rng.integers(0, 30, 70)
    text = rng.integers(0, 30, 300)
    for at, kept in ((20, 65), (120, 50), (210, 30)):
        text[at : at + kept] = pattern[:kept]
    exact = by_definition(text, pattern, "valid", None, None)[0]
    allowed = share * exact if of_distance else share * np.full(len(exact), len(pattern))
    failures = 0
    for seed in range(RUNS):
        estimates = solver(text, pattern, epsilon=share, failure_probability=0.05, rng=seed).estimates
        failures += bool((np.abs(estimates - exact) > allowed + 1e-9).any())
    return failures


@SUITE.law("relative", instances=False)
def relative(solver: AnySolver) -> None:
    failures = _failures(solver, 0.5, of_distance=True)
    assert failures <= FAILURES, f"{failures} of {RUNS} runs missed their promise of 5 %"


@SUITE.law("additive", instances=False)
def additive(solver: AnySolver) -> None:
    failures = _failures(solver, 0.3, of_distance=False)
    assert failures <= FAILURES, f"{failures} of {RUNS} runs missed their promise of 5 %"


@SUITE.law("precision", instances=False)
def precision(solver: AnySolver) -> None:
    rng = np.random.default_rng(1)
    text, pattern = rng.integers(0, 100, 5000), rng.integers(0, 100, 4000)
    exact = _exact(Instance((text[:4100], pattern)))
    errors = []
    for epsilon in (0.9, 0.12):
        result = solver(text[:4100], pattern, epsilon=epsilon, failure_probability=0.5, rng=0)
        errors.append(float(np.abs(result.estimates - exact).mean()))
    assert errors[1] < errors[0] or errors[0] == 0, f"mean errors {errors} with epsilon 0.9 and 0.12"
