"""What every selector over a stream keeps, as code: streams, the oracle, and the checks of the laws."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver, objectives
from porism.conformance import Instance, Invalid, Suite
from porism.objectives import DuplicateItem, Objective, UnknownItem
from porism.problems.dynamic_submodular_maximization._machine import run_machine
from porism.problems.dynamic_submodular_maximization.problem import (
    DynamicSelector,
    dynamic_submodular_maximization,
    restored,
)
from porism.problems.submodular_maximization.laws import (
    MONOTONE,
    RATIOS,
    Counting,
    best_of,
    by_definition,
    falling,
    monotone,
    scale_of,
    slack,
)

__all__ = ["SUITE", "equal_items", "mixed", "sliding"]

AnySolver = Solver[..., DynamicSelector]
Stream = list[tuple[int, int]]
"""Updates: +1 or -1, and the item."""


# -- streams -----------------------------------------------------------------------------------------------------


def mixed(n: int, length: int, seed: int) -> Stream:
    """Insertions, at first more of them, and deletions; items come back, too."""
    rng = np.random.default_rng(seed)
    live: list[int] = []
    gone = list(range(n))
    stream = []
    for step in range(length):
        inserts = not live or (bool(gone) and rng.random() < (0.75 if step < length // 2 else 0.45))
        source, target = (gone, live) if inserts else (live, gone)
        item = source.pop(int(rng.integers(len(source))))
        target.append(item)
        stream.append((1 if inserts else -1, item))
    return stream


def sliding(n: int, window: int) -> Stream:
    """Items 0 … n-1 in order, each gone once `window` more have come."""
    stream = []
    for item in range(n):
        stream.append((1, item))
        if item >= window:
            stream.append((-1, item - window))
    return stream


def split(stream: Stream) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """A stream as the two arrays that `apply` takes."""
    return (
        np.array([op for op, _ in stream], dtype=np.int8),
        np.array([item for _, item in stream], dtype=np.int64),
    )


def model(stream: Stream) -> set[int]:
    """What is live after a stream."""
    live: set[int] = set()
    for op, item in stream:
        live.add(item) if op > 0 else live.discard(item)
    return live


# -- instances ---------------------------------------------------------------------------------------------------


@st.composite
def streams(
    draw: st.DrawFn, kinds: Sequence[str] = MONOTONE, max_n: int = 24, max_k: int = 5, max_length: int = 60
) -> Instance:
    """A monotone objective in some unit, k, and a stream of updates among the facts."""
    n = draw(st.integers(1, max_n))
    f = monotone(n, draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(kinds)))
    unit = draw(st.sampled_from([1.0, 1.0, 1.0, 1e-100, 1e100]))
    if unit != 1.0:
        f = objectives.mixture([f], [unit])
    length = draw(st.integers(0, max_length))
    stream = mixed(n, length, draw(st.integers(0, 2**32 - 1)))
    wishes: dict[str, Any] = {"epsilon": draw(st.sampled_from([0.1, 0.3, 0.5]))}
    if draw(st.booleans()):
        wishes["trials"] = draw(st.sampled_from([1, 4]))  # so few that sample counts pay off on small instances
    facts = {"stream": stream}
    return Instance((f, draw(st.integers(1, max_k))), {"rng": draw(st.integers(0, 9))}, wishes, facts)


@st.composite
def crowded(draw: st.DrawFn) -> Instance:
    """Many items of few values: full buckets, whose deleted items stay behind as ghosts, and ties everywhere."""
    n = draw(st.integers(20, 48))
    seed = draw(st.integers(0, 2**32 - 1))
    kind = draw(st.sampled_from(["modular", "equal", "facility-location", "coverage"]))
    if kind == "modular":
        f = objectives.modular(np.random.default_rng(seed).integers(1, 3, n))
    elif kind == "equal":
        f = equal_items(n, 3)
    else:
        f = monotone(n, seed, kind)
    wishes = {"epsilon": 0.5, "trials": draw(st.sampled_from([1, 4]))}
    facts = {"stream": mixed(n, draw(st.integers(n, 3 * n)), seed)}
    return Instance((f, draw(st.integers(2, 9))), {"rng": draw(st.integers(0, 9))}, wishes, facts)


@st.composite
def started(draw: st.DrawFn) -> Instance:
    """A call that inserts items at once, sometimes into a window: what the general laws see."""
    case = draw(streams(max_length=0))
    f, _ = case.args
    items = draw(st.permutations(range(f.n_items)))[: draw(st.integers(0, f.n_items))]
    options = {**case.options, "items": items}
    if draw(st.booleans()):
        options["window"] = draw(st.integers(1, 12))
    return Instance(case.args, options, case.wishes)


def invalid_calls() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    f = objectives.coverage([[0, 1], [1, 2], [3], [0, 3]])
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((None, 2), {}, "objective", "None"),
        ((np.eye(4), 2), {}, "objective", "(4, 4)"),
        ((falling(4, 1), 2), {}, "objective", "graph_cut"),
        ((f, 0), {}, "k", "0"),
        ((f, 2.5), {}, "k", "2.5"),
        ((f, True), {}, "k", "True"),
        ((f, None), {}, "k", "None"),
        ((f, 2), {"items": [4]}, "items", "4"),
        ((f, 2), {"items": [0, 0]}, "items", "twice"),
        ((f, 2), {"items": "ab"}, "items", ""),
        ((f, 2), {"items": 3}, "items", "3"),
        ((f, 2), {"window": 0}, "window", "0"),
        ((f, 2), {"window": 1.5}, "window", "1.5"),
        ((f, 2), {"window": "10"}, "window", "'10'"),
        ((f, 2), {"rng": -1}, "rng", "-1"),
        ((f, 2), {"rng": 0.5}, "rng", "0.5"),
        ((f, 2), {"epsilon": 0.0}, "epsilon", "0.0"),
        ((f, 2), {"epsilon": 0.6}, "epsilon", "0.6"),
        ((f, 2), {"epsilon": math.nan}, "epsilon", "nan"),
        ((f, 2), {"epsilon": "0.2"}, "epsilon", "'0.2'"),
        ((f, 2), {"refill": 1}, "refill", "1"),
        ((f, 2), {"trials": 0}, "trials", "0"),
        ((f, 2), {"trials": 1.0}, "trials", "1.0"),
        ((f, 2), {"max_failure": 0.0}, "max_failure", "0.0"),
        ((f, 2), {"max_failure": 1.0}, "max_failure", "1.0"),
        ((f, 2), {"n_jobs": 0}, "n_jobs", "0"),
    ]
    declared = dynamic_submodular_maximization.signature.parameters
    made = []
    for args, options, argument, mentions in calls:
        fixed = {name: value for name, value in options.items() if name in declared}
        wishes = {name: value for name, value in options.items() if name not in declared}
        made.append(Invalid(args, fixed, wishes, argument=argument, mentions=mentions))
    return made


def _long() -> Instance:
    """Many seconds of work: every gain is four million multiplications."""
    X = np.random.default_rng(0).random((60_000, 64), dtype=np.float32)
    return Instance((objectives.facility_location(X=X, gamma=1.0), 50), {"items": range(60_000), "rng": 0})


SUITE = Suite(
    dynamic_submodular_maximization, instances=started(), invalid=st.sampled_from(invalid_calls()), long=_long
)


# -- the laws ----------------------------------------------------------------------------------------------------


def _walk(solver: AnySolver, instance: Instance, step: int) -> Iterator[tuple[DynamicSelector, set[int]]]:
    """The selector and what should be live, after every `step` updates of the instance's stream."""
    selector = instance.call(solver)
    stream: Stream = instance.facts["stream"]
    for start in range(0, len(stream), step):
        selector.apply(*split(stream[start : start + step]))
        yield selector, model(stream[: start + step])


@SUITE.law("feasible", given=streams() | crowded())
def feasible(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    naive, tolerance = by_definition(f), slack(f) * scale_of(f)
    for selector, live in _walk(solver, instance, 4):
        chosen = selector.solution()
        assert chosen.dtype == np.int64, f"the solution is of {chosen.dtype}"
        assert len(chosen) <= k, f"{len(chosen)} items for k={k}"
        assert len(set(chosen.tolist())) == len(chosen), f"{chosen} holds an item twice"
        assert set(chosen.tolist()) <= live, f"{chosen} is not live: {sorted(live)} are"
        value, expected = selector.value(), naive(chosen.tolist())
        assert abs(value - expected) <= tolerance, f"value() is {value}, the solution is worth {expected}"
        assert (selector.solution() == chosen).all(), f"read again without an update, {chosen} is {selector.solution()}"


@SUITE.law("live", given=streams(kinds=("coverage", "modular")))
def live_items(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    for selector, live in _walk(solver, instance, 3):
        assert len(selector) == len(live), f"len is {len(selector)}, {len(live)} are live"
        assert sorted(selector) == sorted(live), f"iteration gives {sorted(selector)}, {sorted(live)} are live"
        assert sorted(selector.live().tolist()) == sorted(live), f"live() is {selector.live()}"
        told = {item for item in range(-1, f.n_items + 2) if item in selector}
        assert told == live, f"in says {sorted(told)}, {sorted(live)} are live"


@st.composite
def small(draw: st.DrawFn) -> Instance:
    """A stream whose optimum brute force finds; sometimes one that deletes what is chosen."""
    case = draw(streams(max_n=9, max_k=3, max_length=30))
    adaptive = draw(st.booleans())
    return Instance(case.args, case.options, case.wishes, {**case.facts, "adaptive": adaptive})


@SUITE.law("certificate", given=small())
def certificate(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    tolerance = slack(f) * scale_of(f)
    selector = instance.call(solver)
    live: set[int] = set()
    for op, item in instance.facts["stream"]:
        if (op > 0) == (item in live):
            continue  # an adaptive stream has deleted it already, or left it
        selector.insert(item) if op > 0 else selector.delete(item)
        live.add(item) if op > 0 else live.discard(item)
        if instance.facts["adaptive"] and op < 0 and len(selector.solution()):
            hit = int(selector.solution()[0])
            selector.delete(hit)
            live.discard(hit)
        best = best_of(f, live, k)
        bound, value = selector.upper_bound(), selector.value()
        assert bound >= best - tolerance, f"upper_bound() is {bound}, {k} of {sorted(live)} are worth {best}"
        assert value <= best + tolerance, f"value() is {value}, the optimum {best}"
        ratio = min(1.0, value / bound) if bound > 0 else 1.0
        told = selector.certified_ratio()
        assert math.isclose(told, ratio, rel_tol=1e-9), f"certified_ratio() is {told}, not {ratio}"


@SUITE.law("batches", given=streams() | crowded())
def batches(solver: AnySolver, instance: Instance) -> None:
    whole, single, runs = (instance.call(solver) for _ in range(3))
    stream: Stream = instance.facts["stream"]
    whole.apply(*split(stream))
    for op, item in stream:
        single.insert(item) if op > 0 else single.delete(item)
    place = 0
    while place < len(stream):
        end = place
        while end < len(stream) and stream[end][0] == stream[place][0]:
            end += 1
        many = runs.insert_many if stream[place][0] > 0 else runs.delete_many
        many([item for _, item in stream[place:end]])
        place = end
    assert single == whole, f"one by one gives {single.solution()}, apply {whole.solution()}"
    assert runs == whole, f"insert_many and delete_many give {runs.solution()}, apply {whole.solution()}"


@SUITE.law("snapshots", given=streams() | crowded())
def snapshots(solver: AnySolver, instance: Instance) -> None:
    stream: Stream = instance.facts["stream"]
    cut = len(stream) // 2
    selector = instance.call(solver)
    selector.apply(*split(stream[:cut]))
    if cut % 2:
        selector.solution()  # a memory of it must be in the snapshot, too
    copies = [restored(type(selector), instance.args[0], selector.snapshot()), pickle.loads(pickle.dumps(selector))]
    for copy in copies:
        assert copy.snapshot() == selector.snapshot(), "a restored selector has another snapshot"
    selector.apply(*split(stream[cut:]))
    for copy, how in zip(copies, ("snapshot", "pickle"), strict=True):
        copy.apply(*split(stream[cut:]))
        assert copy == selector, f"after a {how} {copy.solution()} with {copy.stats}, not {selector.solution()}"


@SUITE.law("window", given=streams())
def window(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    width = 1 + (f.n_items + k) % 9
    windowed = instance.but(window=width).call(solver)
    plain = instance.call(solver)
    for item in range(f.n_items):
        windowed.insert(item)
        plain.insert(item)
        if item >= width:
            plain.delete(item - width)
        expected = list(range(max(0, item + 1 - width), item + 1))
        assert windowed.live().tolist() == expected, f"window={width} holds {windowed.live()} after {item}"
    assert windowed.solution().tolist() == plain.solution().tolist(), "a window chooses otherwise than its updates"
    batch = instance.but(window=width).call(solver)
    batch.insert_many(range(f.n_items))
    assert batch == windowed, "insert_many into a window does otherwise than insert"
    if f.n_items:
        last = f.n_items - 1
        try:
            batch.insert_many([last])
        except DuplicateItem:
            assert batch.live().tolist() == windowed.live().tolist(), "a refused insertion has moved the window"
        else:
            raise AssertionError(f"item {last} was inserted twice")


@SUITE.law("emptying", given=streams())
def emptying(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    stream: Stream = instance.facts["stream"]
    selector = instance.call(solver)
    selector.apply(*split(stream))
    selector.delete_many(sorted(model(stream)))
    assert len(selector) == 0, f"{len(selector)} items are live after all were deleted"
    assert selector.solution().tolist() == [], f"{selector.solution()} are chosen of nothing"
    assert selector.solution().dtype == np.int64, f"an empty solution is of {selector.solution().dtype}"
    empty = f.value([])
    assert selector.value() == empty, f"nothing is worth {selector.value()}, not {empty}"
    assert selector.upper_bound() == empty, f"upper_bound() of nothing is {selector.upper_bound()}, not {empty}"


@SUITE.law("worthless", given=streams(kinds=("modular", "coverage", "weighted-coverage")))
def worthless(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    nothing = objectives.mixture([f], [1.0])
    stream: Stream = instance.facts["stream"]
    idle = [item for item in range(nothing.n_items) if f.value([item]) == 0]
    busy = [(op, item) for op, item in stream if item not in idle]
    with_them, without = (instance.but(nothing, k).call(solver) for _ in range(2))
    without.apply(*split(busy))
    with_them.apply(*split(busy))
    with_them.insert_many(idle)
    with_them.delete_many(idle)
    assert with_them.value() == without.value(), f"worth {with_them.value()} with them, {without.value()} without"


@SUITE.law("refusals", given=streams(kinds=("coverage", "facility-location")))
def refusals(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    stream: Stream = instance.facts["stream"]
    selector = instance.call(solver)
    selector.apply(*split(stream))
    before, live = selector.snapshot(), model(stream)
    for item in range(-1, f.n_items + 1):
        outside = not 0 <= item < f.n_items
        bad: list[tuple[str, type[Exception]]] = []
        if outside:
            bad = [("insert", UnknownItem), ("delete", UnknownItem)]
        elif item in live:
            bad = [("insert", DuplicateItem)]
        else:
            bad = [("delete", UnknownItem)]
        for name, expected in bad:
            try:
                getattr(selector, name)(item)
            except expected as refused:
                assert "item" in str(refused), f"the message names no item: {refused}"
                assert str(item) in str(refused), f"the message does not name {item}: {refused}"
            else:
                raise AssertionError(f"{name}({item}) was accepted; live: {sorted(live)}")
    assert selector.snapshot() == before, "a refused update has changed the selector"
    free = sorted(set(range(f.n_items)) - live)
    if free:
        try:
            selector.apply([1, 1, 1], [free[0], free[0], free[-1]])
        except DuplicateItem as refused:
            assert "1" in str(refused), f"the message does not tell the position: {refused}"
            assert set(selector) == live | {free[0]}, "what was before the failure should be done, and no more"
        else:
            raise AssertionError(f"item {free[0]} was inserted twice")


@SUITE.law("queries", given=streams(kinds=("coverage", "weighted-coverage"), max_length=40) | crowded())
def queries(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    counting = Counting(by_definition(f))
    own = objectives.python(counting, f.n_items)
    selector = instance.but(own, k).call(solver)
    before = counting.calls
    for place, (op, item) in enumerate(instance.facts["stream"]):
        selector.insert(item) if op > 0 else selector.delete(item)
        if place % 7 == 0:
            selector.certified_ratio()
    told, asked = selector.stats["queries"], counting.calls - before
    assert told == asked, f"stats says {told} queries, the function was called {asked} times"
    per_update = told / max(1, len(instance.facts["stream"]))
    assert math.isclose(selector.stats["queries_per_update"], per_update), f"{selector.stats}, not {per_update}"


class Fault(Exception):
    """What a failing objective raises."""


class Failing:
    """A set function that fails at its n-th call, once."""

    def __init__(self, function: Any, at: int) -> None:
        self.function = function
        self.left = at

    def __call__(self, items: list[int]) -> float:
        """The value of a set, or Fault."""
        self.left -= 1
        if self.left == 0:
            raise Fault("the objective is out of order")
        return float(self.function(items))


@SUITE.law("failures", given=streams(kinds=("coverage",), max_n=10, max_k=3, max_length=30))
def failures(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    stream: Stream = instance.facts["stream"]
    naive = by_definition(f)
    failing = Failing(naive, 2 + (7 * len(stream) + k) % 90)
    selector = instance.but(objectives.python(failing, f.n_items), k).call(solver)
    for op, item in stream:
        if (op > 0) == (item in selector):
            continue  # an update that failed had happened all the same, or had not
        try:
            selector.insert(item) if op > 0 else selector.delete(item)
            selector.solution()
        except Fault:
            assert failing.left == 0, "an exception was raised a second time"
    failing.left = -1  # it works again for good
    chosen, live = selector.solution(), set(selector)
    assert set(chosen.tolist()) <= live, f"after a failure {chosen} is chosen of {sorted(live)}"
    assert len(chosen) <= k, f"after a failure {chosen} is chosen for k={k}"
    assert math.isclose(selector.value(), naive(chosen.tolist()), abs_tol=1e-9), "after a failure the value is wrong"
    best = best_of(f, live, k)
    assert selector.upper_bound() >= best - 1e-9, f"after a failure the bound is {selector.upper_bound()} < {best}"


@SUITE.law("machine", given=st.builds(lambda seed: Instance((), {"rng": seed}), st.integers(0, 2**20)), scale=0.05)
def machine(solver: AnySolver, instance: Instance) -> None:
    run_machine(solver, instance.options["rng"])


EXPECTATION = 400
"""Seeds that an expectation is averaged over."""


@SUITE.law("expectation", instances=False)
def expectation(solver: AnySolver) -> None:
    falling_off = objectives.modular(0.9 ** np.arange(12))  # every item near a guess of its own
    for epsilon, k, f, seed in (
        (0.1, 3, monotone(12, 1, "coverage"), 1),
        (0.2, 2, monotone(12, 2, "facility-location"), 2),
        (0.2, 8, falling_off, 3),
    ):
        stream = mixed(12, 60, seed)
        probes = [20, 40, 60]
        best = [best_of(f, model(stream[:probe]), k) for probe in probes]
        options: dict[str, Any] = {"epsilon": epsilon}
        if "refill" in solver.signature.parameters:
            options["refill"] = False  # the promise does not need it
        values = np.zeros((EXPECTATION, len(probes)))
        for run in range(EXPECTATION):
            selector = solver(f, k, rng=run, **options)
            start = 0
            for column, probe in enumerate(probes):
                selector.apply(*split(stream[start:probe]))
                values[run, column] = selector.value()
                start = probe
        claimed = RATIOS[solver.claims.expected_ratio](k, epsilon)
        for column, probe in enumerate(probes):
            mean = values[:, column].mean()
            error = 6 * values[:, column].std() / math.sqrt(EXPECTATION)
            least = claimed * best[column] - error - 1e-9
            assert mean >= least, f"{f.name}: after {probe} updates the mean is {mean} of {best[column]}"


@SUITE.law("invariants", given=streams() | crowded())
def invariants(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    if slack(f) > 1e-6:
        return  # single precision blurs the thresholds, which are compared exactly
    for selector, live in _walk(solver, instance, 1):
        what = selector.broken()  # type: ignore[attr-defined]
        assert what is None, f"with {sorted(live)} live: {what}"


def equal_items(n: int = 40, size: int = 5) -> Objective:
    """Items that cover as many elements each, no two the same one: nothing tells them apart but their numbers."""
    return objectives.coverage([list(range(size * item, size * (item + 1))) for item in range(n)])


UNIFORMITY = 1500
"""Seeds that frequencies are counted over."""


@SUITE.law("uniformity", instances=False)
def uniformity(solver: AnySolver) -> None:
    n, k, deleted = 40, 8, [3, 11, 17, 29, 38]
    f = equal_items(n)
    # At epsilon 0.5 a bucket may lose 9 of its 40 items unnoticed. One trial makes counts so cheap that they are used.
    options = {"epsilon": 0.5} | ({"trials": 1} if "trials" in solver.signature.parameters else {})
    counts = np.zeros(n)
    taken = 0
    for run in range(1, UNIFORMITY + 1):
        selector: Any = solver(f, k, items=range(n), rng=run, **options)
        selector.rebuild_all()
        selector.delete_many(deleted)
        bucket, sample = next((bucket, sample) for _, place, bucket, sample in selector.levels() if place == 0)
        assert len(bucket) == n, (
            f"a bucket of {len(bucket)}: it should not have been built anew for {len(deleted)} of {n}"
        )
        counts[sample] += 1
        taken += len(sample)
        if run not in (100, UNIFORMITY):
            continue  # a gross bias shows at once
        share = taken / (run * n)
        # Given the size, counts are binomial; chi-square with 39 degrees of freedom exceeds 110 with probability 1e-8.
        chi = float(((counts - run * share) ** 2).sum() / (run * share * (1 - share)))
        assert chi < 110, (
            f"after {run} seeds, chi-square is {chi:.0f}: deleted items were sampled {counts[deleted]} times, "
            f"all {counts.mean():.0f} times in the mean"
        )


@SUITE.law("sublinear", instances=False)
def sublinear(solver: AnySolver) -> None:
    points = []
    for power in range(8, 13):
        width = 2**power
        rng = np.random.default_rng(power)
        n = 2 * width
        rows = [rng.integers(0, 5000, rng.integers(1, 20)).tolist() for _ in range(n)]
        selector = solver(objectives.coverage(rows), 10, items=range(width), rng=0, epsilon=0.5)
        before = selector.stats
        ops, items = split([pair for item in range(width) for pair in ((1, width + item), (-1, item))])
        selector.apply(ops, items)
        after = selector.stats
        asked = (after["queries"] - before["queries"]) / (after["updates"] - before["updates"])
        points.append((math.log(width), math.log(asked)))
    slope = float(np.polyfit([x for x, _ in points], [y for _, y in points], 1)[0])
    told = ", ".join(f"{math.exp(x):.0f}: {math.exp(y):.0f}" for x, y in points)
    assert slope < 0.5, f"queries per update grow as the window to the {slope:.2f} ({told})"


@SUITE.law("recomputed", given=streams())
def recomputed(solver: AnySolver, instance: Instance) -> None:
    from porism import registry

    static = registry.get(f"submodular-maximization/{solver.claims.same_solution_as}")
    f, k = instance.args
    for selector, live in _walk(solver, instance, 6):
        if live:
            expected = static(f, k, candidates=sorted(live)).ranking.tolist()
            assert selector.solution().tolist() == expected, f"chose {selector.solution()}, {static.name} {expected}"
