"""What every count-3sum solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.kernels import sumset as kernel
from porism.problems import hamming_distances
from porism.problems.count_3sum.problem import Count3SumResult, count_3sum

__all__ = ["SUITE", "by_definition"]

AnySolver = Solver[..., Count3SumResult]


def by_definition(a: list[int], b: list[int], n_targets: int) -> list[int]:
    """Look at every pair."""
    counts = [0] * n_targets
    for x in a:
        for y in b:
            if 0 <= x + y < n_targets:
                counts[x + y] += 1
    return counts


ELEMENTS = st.one_of(
    st.lists(st.integers(-90, 90), max_size=40),
    st.lists(st.sampled_from((-(2**63), -(2**63) + 1, -7, 0, 3, 2**63 - 1, 2**62, -(2**62))), max_size=12),
    st.builds(
        lambda n, s, r: [s * i + r for i in range(-n, n)], st.integers(1, 15), st.integers(1, 40), st.integers(0, 9)
    ),
)  # fmt: skip
FORMS = ELEMENTS.flatmap(lambda v: st.just(v) | layouts(np.array(v, dtype=np.int64)))
instances = st.builds(lambda a, b, n: Instance((a, b, n), {}, {"rng": 3}), FORMS, FORMS, st.integers(1, 130))

INVALID = [
    Invalid(([1.5], [2], 3), argument="a", mentions="float"),
    Invalid(([1], [[2]], 3), argument="b", mentions="(1, 1)"),
    Invalid(([1], [2**63], 3), argument="b", mentions=str(2**63)),
    Invalid(([1], [2], 0), argument="n_targets", mentions="0"),
    Invalid(([1], [2], -4), argument="n_targets", mentions="-4"),
    Invalid(([1], [2], 3.0), argument="n_targets", mentions="3.0"),
    Invalid(([1], [2], 2**60), argument="n_targets", mentions=str(2**60)),
    Invalid(([1], [2], 3), {}, {"n_jobs": 0}, argument="n_jobs", mentions="0"),
]


def _long() -> Instance:
    rng = np.random.default_rng(0)
    n = 1 << 20
    return Instance((rng.integers(0, n // 8, n), -rng.integers(0, n // 8, n), n // 8), {"rng": 0})


SUITE = Suite(count_3sum, instances=instances, invalid=st.sampled_from(INVALID), long=_long)


def _counts(solver: AnySolver, *args: Any) -> list[int]:
    counts: list[int] = solver(*args).counts.tolist()
    return counts


@SUITE.law("by-definition", scale=2.0)
def definition(solver: AnySolver, instance: Instance) -> None:
    a, b, n = instance.args
    result = instance.call(solver)
    expected = by_definition([int(x) for x in a], [int(x) for x in b], n)
    assert result.counts.dtype == np.int64
    assert result.counts.tolist() == expected, f"{result.counts.tolist()}, expected {expected}"


@SUITE.law("symmetry")
def symmetry(solver: AnySolver, instance: Instance) -> None:
    a, b, n = instance.args
    assert _counts(solver, b, a, n) == _counts(solver, a, b, n)


@SUITE.law("translation", given=st.builds(
    lambda a, b, n, x: Instance((a, b, n), facts={"x": x}),
    st.lists(st.integers(-90, 90), max_size=40), st.lists(st.integers(-90, 90), max_size=40),
    st.integers(1, 99), st.integers(-(10**12), 10**12),
))  # fmt: skip
def translation(solver: AnySolver, instance: Instance) -> None:
    a, b, n = instance.args
    x = instance.facts["x"]
    assert _counts(solver, [y + x for y in a], [y - x for y in b], n) == _counts(solver, a, b, n)


@SUITE.law("prefix")
def prefix(solver: AnySolver, instance: Instance) -> None:
    a, b, n = instance.args
    assert _counts(solver, a, b, n + 57)[:n] == _counts(solver, a, b, n)


def _matches(text: npt.NDArray[np.int64], pattern: npt.NDArray[np.int64]) -> list[int]:
    """Letters that agree at every shift, by definition."""
    m = len(pattern)
    return [int((text[s : s + m] == pattern).sum()) for s in range(len(text) - m + 1)]


@SUITE.law("hamming", given=st.integers(1, 5).flatmap(lambda sigma: st.builds(
    lambda text, pattern: Instance((text, pattern)),
    st.lists(st.integers(-sigma, sigma) | st.just(2**63 - 1), min_size=20, max_size=60),
    st.lists(st.integers(-sigma, sigma) | st.just(2**63 - 1), min_size=1, max_size=20),
)))  # fmt: skip
def hamming(solver: AnySolver, instance: Instance) -> None:
    text, pattern = (np.array(letters, np.int64) for letters in instance.args)
    a, b = kernel.from_hamming(text, pattern)
    expected = _matches(text, pattern)
    counts = np.array(_counts(solver, a, b, len(expected)))
    assert counts.tolist() == expected
    distances = hamming_distances.auto(text, pattern).distances
    assert (len(pattern) - counts == distances).all(), f"{counts} matches, distances {distances}"


RESIDUES = st.builds(
    lambda n, c, k: Instance(([n * i for i in range(-k, k)], [c - n * j for j in range(-k, k)], n)),
    st.integers(6, 60), st.integers(0, 5), st.integers(1, 12),
)  # fmt: skip


@SUITE.law("layers", given=RESIDUES | instances)
def layers(solver: AnySolver, instance: Instance) -> None:
    a, b, n = instance.args
    first, second = (np.array([int(x) for x in values], np.int64) for values in (a, b))
    *texts, patterns = kernel.to_hamming(first, second, n, seed=n)
    total = np.zeros(n, np.int64)
    for text in [*texts[0], *texts[1]]:
        for pattern in patterns:
            assert len(text) == 3 * n - 1
            assert len(pattern) == 2 * n
            total += 2 * n - hamming_distances.auto(text, pattern).distances
    assert _counts(solver, a, b, n) == total.tolist()
