"""What every k-fold-sumset solver keeps, as code."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from porism import ResultOverflow, Solver
from porism.conformance import Instance, Invalid, Suite
from porism.problems.k_fold_sumset.problem import k_fold_sumset
from porism.problems.sumset._strategies import elements
from porism.problems.sumset.problem import SumsetResult

__all__ = ["SUITE", "by_definition"]

AnySolver = Solver[..., SumsetResult]


def by_definition(a: list[int], k: int, modulus: int | None = None) -> list[int]:
    """Add the set, k times."""
    sums = {0}
    for _ in range(k):
        sums = {x + y if modulus is None else (x + y) % modulus for x in sums for y in a}
    return sorted(sums)


BASE = st.one_of(
    st.lists(st.integers(-8, 40), unique=True, max_size=7),
    st.sampled_from(([0, 1, 4, 9, 11], [0, 2, 4, 17], [0, 5, 6, 7, 30], [-3, 0, 3], [5], [0, 1, 29, 30])),
)
instances = st.builds(
    lambda a, k, hi, m: Instance((a, k), {"hi": hi} if m is None else {"hi": hi, "modulus": m}, {"rng": 3}),
    elements(BASE), st.integers(0, 12), st.none() | st.integers(-60, 400), st.none() | st.integers(1, 130),
)  # fmt: skip

INVALID = [
    Invalid(([1, 1], 2), argument="a", mentions="1"),
    Invalid(([1.0], 2), argument="a", mentions="float"),
    Invalid(([1], -1), argument="k", mentions="-1"),
    Invalid(([1], 2.0), argument="k", mentions="2.0"),
    Invalid(([1], True), argument="k", mentions="True"),
    Invalid(([1], 2), {"modulus": 0}, argument="modulus", mentions="0"),
    Invalid(([1], 2), {"modulus": 2.0}, argument="modulus", mentions="2.0"),
    Invalid(([1], 2), {"modulus": 2**63}, argument="modulus", mentions=str(2**63)),
    Invalid(([1], 2), {"hi": 0.5}, argument="hi", mentions="0.5"),
    Invalid(([1], 2), {"duplicates": "count"}, argument="duplicates", mentions="count"),
    Invalid(([1], 2), {}, {"n_jobs": 0}, argument="n_jobs", mentions="0"),
]

SUITE = Suite(k_fold_sumset, instances=instances, invalid=st.sampled_from(INVALID))


def _set(instance: Instance) -> list[int]:
    return [int(x) for x in instance.args[0]]


@SUITE.law("by-definition", scale=2.0)
def definition(solver: AnySolver, instance: Instance) -> None:
    a, k = _set(instance), instance.args[1]
    hi, modulus = instance.options["hi"], instance.options.get("modulus")
    expected = [z for z in by_definition(a, k, modulus) if hi is None or z < hi]
    found = instance.call(solver).values.tolist()
    assert found == expected, f"{found}, expected {expected}"


@SUITE.law("additivity", given=st.builds(
    lambda a, j, k: Instance((a, j + k), facts={"j": j, "k": k}), BASE, st.integers(0, 9), st.integers(0, 9)
))  # fmt: skip
def additivity(solver: AnySolver, instance: Instance) -> None:
    a, j, k = instance.args[0], instance.facts["j"], instance.facts["k"]
    parts: list[Any] = [solver(a, n).values.tolist() for n in (j, k)]
    assert solver(a, j + k).values.tolist() == sorted({x + y for x in parts[0] for y in parts[1]})


@SUITE.law("trivial")
def trivial(solver: AnySolver, instance: Instance) -> None:
    a = _set(instance)
    assert solver(a, 0).values.tolist() == [0]
    assert solver(a, 1).values.tolist() == sorted(a)


@SUITE.law("growth", given=st.builds(lambda a, k: Instance((a, k)), BASE.filter(bool), st.integers(0, 30)))
def growth(solver: AnySolver, instance: Instance) -> None:
    a, k = instance.args
    found = instance.call(solver).size
    assert found >= k * len(a) - k + 1, f"{found} sums of {k} elements of {len(a)}"


@SUITE.law("window", given=st.builds(lambda a, k: Instance((a, k)), BASE.filter(bool), st.integers(1, 12)))
def window(solver: AnySolver, instance: Instance) -> None:
    a, k = instance.args
    whole = instance.call(solver).values.tolist()
    for hi in (whole[0], whole[len(whole) // 2], whole[-1], whole[-1] + 5, 2**70, -(2**70)):
        found = solver(a, k, hi=hi).values.tolist()
        assert found == [z for z in whole if z < hi], f"hi={hi}: {found}"


@SUITE.law("large-k", given=st.builds(lambda a, k: Instance((a, k)), BASE, st.integers(40, 90)), scale=0.4)
def large_k(solver: AnySolver, instance: Instance) -> None:
    a, k = instance.args
    assert instance.call(solver).values.tolist() == by_definition(a, k)


def _periodic(a: list[int], k: int, modulus: int) -> list[int]:
    """The residues of sums of k elements, for any k: sets of residues come back, and then repeat."""
    seen: dict[frozenset[int], int] = {}
    order: list[frozenset[int]] = []
    sums = frozenset({0})
    for h in range(k):
        if sums in seen:
            start = seen[sums]
            return sorted(order[start + (k - start) % (h - start)])
        seen[sums] = h
        order.append(sums)
        sums = frozenset((x + y) % modulus for x in sums for y in a)
    return sorted(sums)


@SUITE.law("modulus", given=st.builds(
    lambda a, scale, k, m: Instance(([x * scale for x in a], k), {"modulus": m}),
    BASE, st.sampled_from((1, 2, 6, -1, 2**50)),
    st.integers(0, 30) | st.sampled_from((10**6, 2**63, 2**64 + 1, 10**30)), st.integers(1, 90) | st.just(128),
))  # fmt: skip
def modular(solver: AnySolver, instance: Instance) -> None:
    a, k = instance.args
    expected = _periodic(a, k, instance.options["modulus"])
    found = instance.call(solver).values.tolist()
    assert found == expected, f"{found}, expected {expected}"


@SUITE.law("cauchy-davenport", given=st.builds(
    lambda a, k, p: Instance((a, k), {"modulus": p}),
    BASE.filter(bool), st.integers(0, 40), st.sampled_from((2, 3, 5, 31, 97, 101, 257, 997)),
))  # fmt: skip
def cauchy_davenport(solver: AnySolver, instance: Instance) -> None:
    a, k = instance.args
    p = instance.options["modulus"]
    n = len({x % p for x in a})
    found = instance.call(solver).size
    assert found >= min(p, k * n - k + 1), f"{found} sums of {k} of {n} residues modulo {p}"
    assert found <= p


@SUITE.law("overflow", instances=False)
def overflow(solver: AnySolver) -> None:
    for a, k in (([0, 2**62], 2), ([-(2**62), 0, 1], 3), ([0, 1], 2**63)):
        try:
            result = solver(a, k)
        except ResultOverflow:
            continue
        raise AssertionError(f"{k} elements of {a} gave {result.size} sums")
    assert solver([0, 2**62], 2, modulus=7).values.tolist() == sorted({0, 2**62 % 7, 2**63 % 7})
