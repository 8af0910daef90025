"""What every sumset-counts solver keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from porism import InvalidInput, ResultOverflow, Solver
from porism.conformance import Instance, Invalid, Suite
from porism.problems.sumset import laws as sumset_laws
from porism.problems.sumset._strategies import all_pairs, array_of, elements, sets, small_sets
from porism.problems.sumset_counts.problem import SumsetCountsResult, sumset_counts

__all__ = ["SUITE"]

AnySolver = Solver[..., SumsetCountsResult]

GOLOMB = ([0, 1], [0, 1, 3], [0, 1, 4, 6], [0, 1, 4, 9, 11], [0, 1, 4, 10, 12, 17], [0, 1, 4, 10, 18, 23, 25])
"""Optimal Golomb rulers of 2 … 7 marks."""

WIDE = ("auto", "pairs-sort", "sparse")
"""Solvers that do without a table of the universe."""


def _sets_for(solver: AnySolver) -> st.SearchStrategy[list[int]]:
    return sets(wide=solver.name in WIDE and solver.problem is sumset_counts)


def instances(solver: AnySolver) -> st.SearchStrategy[Instance]:
    """Calls with one or two sets in every form, with and without weights, differences and windows."""
    some = elements(_sets_for(solver))

    def weighted(args: tuple[Any, ...]) -> st.SearchStrategy[Instance]:
        options: dict[str, st.SearchStrategy[Any]] = {
            "difference": st.booleans(),
            "lo": st.none() | st.integers(-300, 0),
            "hi": st.none() | st.integers(1, 6000),
        }
        if "weighted" in solver.claims:
            for name, arg in zip(("weights_a", "weights_b"), args, strict=False):
                weight = st.lists(st.integers(0, 9) | st.just(10**4), min_size=len(arg), max_size=len(arg))
                options[name] = st.none() | weight
        return st.fixed_dictionaries(options).map(lambda o: Instance(args, o, {"rng": 3}))

    return (st.tuples(some) | st.tuples(some, some)).flatmap(weighted)


def _invalid() -> st.SearchStrategy[Invalid]:
    a = array_of([1, 5, 7])
    own = [
        Invalid((a,), {"weights_a": [1, 2]}, argument="weights_a", mentions="2"),
        Invalid((a,), {"weights_a": [1, -2, 3]}, argument="weights_a", mentions="-2"),
        Invalid((a, a), {"weights_b": [1.0, 2.0, 3.0]}, argument="weights_b", mentions="float64"),
        Invalid((a,), {"weights_b": [1, 2, 3]}, argument="weights_b"),
        Invalid((a, a), {"weights_b": [1, 2, 3], "duplicates": "merge"}, argument="duplicates", mentions="merge"),
    ]
    assert isinstance(sumset_laws.SUITE.invalid, st.SearchStrategy)
    return st.sampled_from(own) | sumset_laws.SUITE.invalid


SUITE = Suite(sumset_counts, instances=instances, invalid=_invalid(), long=sumset_laws.SUITE.long)


def _expected(instance: Instance) -> Counter[int]:
    options = instance.options
    a = [int(x) for x in instance.args[0]]
    wa, wb = options.get("weights_a"), options.get("weights_b")
    b, wb = ([int(x) for x in instance.args[1]], wb) if len(instance.args) > 1 else (list(a), wa)
    b = [-x for x in b] if options.get("difference") else b
    lo, hi = options.get("lo"), options.get("hi")
    found = all_pairs(a, b, wa, wb)
    return Counter({z: c for z, c in found.items() if (lo is None or z >= lo) and (hi is None or z < hi)})


def _counts(result: SumsetCountsResult) -> Counter[int]:
    return Counter(dict(zip(result.values.tolist(), result.counts.tolist(), strict=True)))


@SUITE.law("all-pairs", scale=3.0)
def all_pairs_law(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    expected = _expected(instance)
    assert result.values.dtype == np.int64
    assert result.counts.dtype == np.uint64
    assert result.values.tolist() == sorted(expected), f"values {result.values.tolist()}, expected {sorted(expected)}"
    assert _counts(result) == expected, f"{_counts(result)} by {result.kernel}, expected {expected}"
    assert result.size == len(expected)


def _mass(weights: Any, n: int) -> int:
    return n if weights is None else sum(int(w) for w in weights)


@SUITE.law("mass")
def mass(solver: AnySolver, instance: Instance) -> None:
    whole = instance.but(lo=None, hi=None)
    wa, wb = whole.options.get("weights_a"), whole.options.get("weights_b")
    first = _mass(wa, len(whole.args[0]))
    second = _mass(wb, len(whole.args[1])) if len(whole.args) > 1 else first
    found = sum(whole.call(solver).counts.tolist())
    assert found == first * second, f"counts add up to {found}, not {first}·{second}"


@SUITE.law("first-moment")
def first_moment(solver: AnySolver, instance: Instance) -> None:
    a = [int(x) for x in instance.args[0]]
    b = [int(x) for x in instance.args[-1]]
    result = solver(a, b)
    found = sum(z * c for z, c in zip(result.values.tolist(), result.counts.tolist(), strict=True))
    expected = len(b) * sum(a) + len(a) * sum(b)
    assert found == expected, f"first moment {found}, expected {expected}"


@SUITE.law(
    "bounded", given=lambda solver: st.builds(lambda *args: Instance(args), _sets_for(solver), _sets_for(solver))
)
def bounded(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    result = instance.call(solver)
    largest = max(result.counts.tolist(), default=0)
    assert largest <= min(len(a), len(b)), f"a count of {largest} from {len(a)} and {len(b)} elements"


@SUITE.law("table")
def table(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if result.table is not None:
        places = np.flatnonzero(result.table).tolist()
        assert [result.origin + result.step * i for i in places] == result.values.tolist()
        assert result.table[places].tolist() == result.counts.tolist()


@SUITE.law("translation", given=st.builds(
    lambda a, b, x, y: Instance((a, b), facts={"x": x, "y": y}),
    sets(wide=False), sets(wide=False), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9),
))  # fmt: skip
def translation(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    x, y = instance.facts["x"], instance.facts["y"]
    still, moved = solver(a, b), solver([z + x for z in a], [z + y for z in b])
    assert _counts(moved) == {z + x + y: count for z, count in _counts(still).items()}


@SUITE.law("window")
def window(solver: AnySolver, instance: Instance) -> None:
    whole = _counts(instance.but(lo=None, hi=None).call(solver))
    assume(whole)
    ordered = sorted(whole)
    for lo, hi in ((ordered[0], ordered[-1]), (ordered[len(ordered) // 3], ordered[-1] + 9), (ordered[-1] + 1, None)):
        if hi is None or lo < hi:
            found = _counts(instance.but(lo=lo, hi=hi).call(solver))
            assert found == {z: c for z, c in whole.items() if z >= lo and (hi is None or z < hi)}, f"lo={lo}, hi={hi}"


@SUITE.law("difference", given=st.builds(lambda a: Instance((a,)), sets(wide=False).filter(bool)))
def difference(solver: AnySolver, instance: Instance) -> None:
    (a,) = instance.args
    found = _counts(solver(a, difference=True))
    assert found[0] == len(a), f"0 occurs {found[0]} times among the differences of {len(a)} elements"
    assert found == {-z: count for z, count in found.items()}, f"{found} is not symmetric"


@SUITE.law("golomb", instances=False)
def golomb(solver: AnySolver) -> None:
    for ruler in GOLOMB:
        result = solver(ruler, difference=True)
        lags = result.counts[result.values != 0]
        assert (lags == 1).all(), f"{ruler}: {_counts(result)}"
        assert len(lags) == len(ruler) * (len(ruler) - 1), f"{ruler}: {_counts(result)}"


@SUITE.law("multisets", given=st.builds(
    lambda *args: Instance(args), st.lists(st.integers(-9, 30), max_size=30), small_sets(15)
))  # fmt: skip
def multisets(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    if len(set(a)) < len(a):
        try:
            solver(a, b)
        except InvalidInput:
            pass
        else:
            raise AssertionError(f"duplicates in {a} were accepted")
        merged = _counts(solver(a, b, duplicates="merge"))
        assert merged == all_pairs(sorted(set(a)), b)
    if len(set(a)) == len(a) or "weighted" in solver.claims:
        assert _counts(solver(a, b, duplicates="count")) == all_pairs(a, b)


@SUITE.law("weights", given=st.lists(
    st.tuples(st.integers(-40, 400), st.integers(0, 2**20)), unique_by=lambda pair: pair[0], max_size=25
).map(lambda pairs: Instance(
    ([z for z, _ in pairs], [3, 8, -1]), facts={"weights": [w for _, w in pairs]}
)))  # fmt: skip
def weights(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    given = instance.facts["weights"]
    found = _counts(solver(a, b, weights_a=given, weights_b=[2, 0, 2**21]))
    assert found == all_pairs(a, b, given, [2, 0, 2**21])
    kept = [z for z, w in zip(a, given, strict=True) if w]
    least = _counts(solver(kept, [3, -1], weights_a=[w for w in given if w], weights_b=[2, 2**21]))
    assert found == least, "elements of weight 0 made a difference"


@SUITE.law("overflow", given=st.builds(lambda a: Instance((a,)), small_sets().filter(bool)), scale=0.5)
def overflow(solver: AnySolver, instance: Instance) -> None:
    (a,) = instance.args
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [((a, [2**63 - 1]), {})] if max(a) > 0 else []
    if "weighted" in solver.claims:
        calls += [
            ((a, [0]), {"weights_a": [2**40] * len(a), "weights_b": [2**23]}),
            ((a, [0]), {"weights_a": [2**62] + [2**62] * (len(a) - 1), "weights_b": [2]}),
        ]
    for args, options in calls:
        try:
            result = solver(*args, **options)
        except ResultOverflow:
            continue
        raise AssertionError(f"{options} gave counts {result.counts}")


@SUITE.law("buckets", given=st.builds(lambda *args: Instance(args), sets(), sets()))
def buckets(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    assert _counts(solver(a, b, buckets=1)) == all_pairs(a, b), "too few buckets at the beginning"


@SUITE.law("fields", given=st.builds(
    lambda a, b, f: Instance((a, b), {}, {"fields": f}),
    st.integers(1, 300).map(range), sets(wide=False), st.sampled_from(((3, 2), (2, 3), (1, 1), (4, 4))),
))  # fmt: skip
def fields(solver: AnySolver, instance: Instance) -> None:
    a, b = instance.args
    assert _counts(instance.call(solver)) == all_pairs(a, b), f"fields {instance.wishes['fields']}"
    heavy = solver(range(300), range(300), fields=(3, 2))
    assert heavy.counts.tolist() == [min(z + 1, 599 - z) for z in range(599)]
    assert heavy.stats["unresolved"][0] > 0, "300 pairs in a field of two bits, and nothing left to resolve"
    assert heavy.stats["unresolved"][-1] == 0


@SUITE.law("certificate", instances=False)
def certificate(solver: AnySolver) -> None:
    n = 1 << 17
    assert int(solver(range(n)).counts.max()) == n, "an interval is counted wrong"
    try:
        solver(range(n), precision="f32")
    except InvalidInput as error:
        assert "may be off by" in str(error), f"the message does not say why: {error}"
    else:
        raise AssertionError(f"single precision was accepted for intervals of {n}, whose error may exceed one half")
