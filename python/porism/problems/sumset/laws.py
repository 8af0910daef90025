"""What every sumset solver keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from porism import InvalidInput, ResultOverflow, Solver
from porism.conformance import Instance, Invalid, Suite
from porism.problems.sumset._strategies import all_pairs, array_of, elements, sets, small_sets
from porism.problems.sumset.problem import SumsetResult, sumset

__all__ = ["SUITE"]

AnySolver = Solver[..., SumsetResult]


def _wide(solver: AnySolver) -> bool:
    """Whether it does without a table of the universe."""
    return "sparse" in solver.claims


def _window(low: int, high: int) -> st.SearchStrategy[dict[str, Any]]:
    bound = st.none() | st.integers(low, high)

    def options(lo: int | None, hi: int | None) -> dict[str, Any]:
        return {"lo": lo, "hi": hi} if lo is None or hi is None or lo < hi else {}

    return st.builds(options, bound, bound)


def instances(solver: AnySolver) -> st.SearchStrategy[Instance]:
    """Calls with one or two sets in every form, with and without differences and windows."""
    some = elements(sets(wide=_wide(solver)))
    options = st.tuples(st.just({}) | _window(-300, 6000), st.booleans()).map(
        lambda pair: {**pair[0], "difference": pair[1]}
    )
    args = st.tuples(some) | st.tuples(some, some)
    return st.builds(lambda a, o: Instance(a, o, {"rng": 3}), args, options)


def _invalid() -> st.SearchStrategy[Invalid]:
    a = array_of([1, 5, 7])
    calls = [
        Invalid(([1, 2, 1],), argument="a", mentions="1"),
        Invalid((a, [4, 4]), argument="b", mentions="4"),
        Invalid(([[1, 2], [3, 4]],), argument="a", mentions="(2, 2)"),
        Invalid((np.array([1.0, 2.0]),), argument="a", mentions="float64"),
        Invalid((a, np.array([True, False])), argument="b", mentions="bool"),
        Invalid(("abc",), argument="a", mentions="abc"),
        Invalid(([1, "x"],), argument="a", mentions="dtype"),
        Invalid(([1, None],), argument="a", mentions="object"),
        Invalid((a, [2**63]), argument="b", mentions=str(2**63)),
        Invalid((np.array([2**63], np.uint64),), argument="a", mentions=str(2**63)),
        Invalid((np.ma.array([1, 2], mask=[False, True]),), argument="a", mentions="masked"),
        Invalid((a,), {"lo": 5, "hi": 5}, argument="lo", mentions="5"),
        Invalid((a,), {"lo": 1.5}, argument="lo", mentions="1.5"),
        Invalid((a,), {"hi": "x"}, argument="hi", mentions="x"),
        Invalid((a,), {"difference": 1}, argument="difference", mentions="1"),
        Invalid((a,), {"duplicates": "drop"}, argument="duplicates", mentions="drop"),
        Invalid((a,), {"rng": -1}, argument="rng", mentions="-1"),
        Invalid((a,), {}, {"n_jobs": 0}, argument="n_jobs", mentions="0"),
        Invalid((a,), {}, {"progress": 3}, argument="progress", mentions="3"),
        Invalid((a,), {}, {"precision": "f16"}, argument="precision", mentions="f16"),
        Invalid((a,), {}, {"buckets": 0}, argument="buckets", mentions="0"),
        Invalid((a,), {}, {"fields": (9, 9)}, argument="fields", mentions="9"),
        Invalid((a,), {}, {"fields": 3}, argument="fields", mentions="3"),
        Invalid((a,), {}, {"saturation": None}, argument="saturation", mentions="None"),
    ]
    return st.sampled_from(calls)


def _long() -> Instance:
    """Seconds of work for every solver: many elements of a table that every solver can afford."""
    rng = np.random.default_rng(0)
    a, b = (2 * rng.choice(1 << 21, 1 << 16, replace=False) for _ in range(2))
    return Instance((np.append(a, 2 * (1 << 21) + 1), b), {"rng": 0})  # the odd one keeps 2 from being divided out


SUITE = Suite(sumset, instances=instances, invalid=_invalid(), long=_long)


def _sets(instance: Instance) -> tuple[list[int], list[int]]:
    a = [int(x) for x in instance.args[0]]
    b = [int(x) for x in instance.args[1]] if len(instance.args) > 1 else list(a)
    return a, [-x for x in b] if instance.options.get("difference") else b


def _expected(instance: Instance) -> list[int]:
    a, b = _sets(instance)
    lo, hi = instance.options.get("lo"), instance.options.get("hi")
    return sorted(z for z in all_pairs(a, b) if (lo is None or z >= lo) and (hi is None or z < hi))


def _values(solver: AnySolver, *args: Any, **options: Any) -> list[int]:
    values: list[int] = Instance(args, options).call(solver).values.tolist()
    return values


@SUITE.law("all-pairs", scale=3.0)
def all_pairs_law(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    expected = _expected(instance)
    assert result.values.dtype == np.int64, f"values are {result.values.dtype}"
    assert result.values.tolist() == expected, f"{result.values.tolist()} by {result.kernel}, expected {expected}"
    assert result.size == len(expected), f"size {result.size}, there are {len(expected)}"
    assert isinstance(result.kernel, str), "the kernel is not named"
    assert result.kernel, "the kernel is not named"


@SUITE.law("bitset")
def bitset(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if result.size and int(result.values[-1]) - int(result.values[0]) > 1 << 24:
        return
    bits = result.as_bitset()
    assert bits.words.dtype == np.uint64
    assert np.shares_memory(bits.words, bits.to_bytes()) or bits.words.size == 0, "bytes are a copy"
    assert len(bits) == result.size
    assert bits.values().tolist() == result.values.tolist()
    places = np.flatnonzero(bits.to_bools()).tolist()
    assert [bits.origin + bits.step * i for i in places] == result.values.tolist()
    for z in {0, 1, *result.values[:3].tolist()}:
        assert (z in bits) == (z in result) == (z in set(result.values.tolist()))
    assert True not in bits


@SUITE.law("translation", given=st.builds(
    lambda a, b, x, y: Instance((a, b), facts={"x": x, "y": y}),
    sets(wide=False), sets(wide=False), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9),
))  # fmt: skip
def translation(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    x, y = instance.facts["x"], instance.facts["y"]
    moved = _values(solver, [z + x for z in a], [z + y for z in b])
    assert moved == [z + x + y for z in _values(solver, a, b)]


@SUITE.law("dilation", given=st.builds(
    lambda a, b, d: Instance((a, b), facts={"d": d}),
    sets(wide=False), sets(wide=False), st.sampled_from((-3, -1, 2, 7, 2**20)),
))  # fmt: skip
def dilation(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    d = instance.facts["d"]
    assert _values(solver, [d * z for z in a], [d * z for z in b]) == sorted(d * z for z in _values(solver, a, b))


@SUITE.law("commutativity")
def commutativity(solver: AnySolver, instance: Instance) -> None:
    a, b = _sets(instance)
    assert _values(solver, b, a) == _values(solver, a, b)
    assert _values(solver, a) == _values(solver, a, None) == _values(solver, a, a)
    assert _values(solver, set(a), frozenset(b)) == _values(solver, a, b), "sets are taken otherwise than lists"


@SUITE.law("distributivity", given=st.builds(lambda *args: Instance(args), small_sets(12), small_sets(), small_sets()))
def distributivity(solver: AnySolver, instance: Instance) -> None:
    a, b, c = instance.args
    union = _values(solver, a, sorted({*b, *c}))
    assert union == sorted({*_values(solver, a, b), *_values(solver, a, c)})


@SUITE.law("size", given=st.builds(
    lambda a, b, s: Instance((a, b), facts=s),
    sets(wide=False), sets(wide=False),
    st.fixed_dictionaries({"n": st.integers(2, 60), "m": st.integers(2, 60), "step": st.sampled_from((1, 3, 100))}),
))  # fmt: skip
def size(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    found = instance.call(solver).size
    if a and b:
        universe = max(a) + max(b) - min(a) - min(b) + 1
        assert len(a) + len(b) - 1 <= found <= min(len(a) * len(b), universe), f"{found} sums of {len(a)} and {len(b)}"
    n, m, step = (instance.facts[name] for name in ("n", "m", "step"))
    found = solver(range(5, 5 + n * step, step), range(0, m * step, step)).size
    assert found == n + m - 1, f"{found} sums of progressions of {n} and {m}"


@SUITE.law("window")
def window(solver: AnySolver, instance: Instance) -> None:
    whole = instance.but(lo=None, hi=None).call(solver).values.tolist()
    assume(whole)
    for lo, hi in ((whole[0], whole[-1]), (whole[len(whole) // 3], whole[-1] + 9), (whole[-1] + 1, None)):
        if hi is not None and lo >= hi:
            continue
        found = instance.but(lo=lo, hi=hi).call(solver).values.tolist()
        assert found == [z for z in whole if z >= lo and (hi is None or z < hi)], f"lo={lo}, hi={hi}"
    assert instance.but(lo=-(2**70), hi=2**70).call(solver).values.tolist() == whole


@SUITE.law("difference", given=st.builds(lambda *args: Instance(args), sets(wide=False), sets(wide=False)))
def difference(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    assert _values(solver, a, b, difference=True) == _values(solver, a, [-x for x in b])
    own = _values(solver, a, difference=True)
    assert own == [-z for z in reversed(own)], f"{own} is not symmetric about 0"
    assert not a or 0 in own, f"0 is not in {own}"


@SUITE.law("far-apart", instances=False)
def far_apart(solver: AnySolver) -> None:
    started = time.monotonic()
    result = solver([0, 2**60], [0, 2**60 + 1])
    assert result.values.tolist() == [0, 2**60, 2**60 + 1, 2**61 + 1]
    assert time.monotonic() - started < 5.0, "two elements far apart take seconds"


@SUITE.law("overflow", given=st.builds(lambda a: Instance((a,)), small_sets().filter(bool)))
def overflow(solver: AnySolver, instance: Instance) -> None:
    (a,) = instance.args
    top, low = 2**63 - 1 - max(a), -(2**63) - min(a)
    for b in ([top + 1], [low - 1]):
        if -(2**63) <= b[0] < 2**63:
            try:
                result = solver(a, b)
            except ResultOverflow:
                continue
            raise AssertionError(f"a sum of {b[0]} and {max(a)} or {min(a)} was accepted: {result.values}")
    if -(2**63) <= top < 2**63:
        assert int(solver(a, [top]).values[-1]) == 2**63 - 1


@SUITE.law("duplicates", given=st.builds(
    lambda *args: Instance(args), small_sets().filter(bool), small_sets().filter(bool)
))  # fmt: skip
def duplicates(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    try:
        solver([*a, a[0]], b)
    except InvalidInput:
        pass
    else:
        raise AssertionError(f"{a[0]} twice was accepted")
    assert _values(solver, [*a, a[0]], [b[-1], *b], duplicates="merge") == _values(solver, a, b)


@SUITE.law("saturation", given=st.builds(
    lambda n, m, step: Instance((n, m), facts={"step": step}),
    st.integers(100, 700), st.integers(100, 20_000), st.sampled_from((1, 2, 5)),
), scale=0.4)  # fmt: skip
def saturation(solver: AnySolver, instance: Instance) -> None:
    n, m = instance.args
    rng = np.random.default_rng(n)
    a = rng.choice(4 * m, n, replace=False) * instance.facts["step"]
    b = np.append(np.arange(m) * instance.facts["step"], -1)
    whole = solver(a, b, saturation=False)
    for seed in range(3):
        left = solver(a, b, rng=seed)
        assert left == whole, f"{left.size} sums, without leaving early {whole.size}"
        assert left.stats["rows_read"] <= whole.stats["rows_read"]


@SUITE.law("buckets", given=st.builds(lambda *args: Instance(args), sets(), sets()))
def buckets(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    result = solver(a, b, buckets=1)
    assert result.values.tolist() == sorted(all_pairs(a, b)), "too few buckets at the beginning"
    if min(len(a), len(b)) >= 2 and result.size:
        assert sum(result.stats["found"]) == result.size


@SUITE.law("fields", given=st.builds(
    lambda a, b, f: Instance((a, b), {}, {"fields": f}),
    st.integers(1, 300).map(range), sets(wide=False), st.sampled_from(((3, 2), (2, 3), (1, 1), (4, 4))),
))  # fmt: skip
def fields(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    result = instance.call(solver)
    assert result.values.tolist() == sorted(all_pairs(a, b)), f"fields {instance.wishes['fields']}"
    heavy = solver(range(300), range(300), fields=(3, 2))
    assert heavy.values.tolist() == list(range(599))
    assert heavy.stats["unresolved"][0] > 0, "300 pairs in a field of two bits, and nothing left to resolve"
    assert heavy.stats["unresolved"][-1] == 0
