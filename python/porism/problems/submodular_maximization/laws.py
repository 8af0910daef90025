"""What every solver of submodular maximization keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import Solver, objectives
from porism._sparse import is_sparse
from porism.conformance import Instance, Invalid, Suite
from porism.objectives import NotMonotone, Objective
from porism.problems.submodular_maximization._matroids import (
    Matroid,
    graphic_matroid,
    laminar_matroid,
    partition_matroid,
)
from porism.problems.submodular_maximization.problem import SelectionResult, submodular_maximization

__all__ = ["RATIOS", "SUITE", "best_of", "by_definition", "falling", "monotone", "slack"]

AnySolver = Solver[..., SelectionResult]
SetFunction = Callable[[Sequence[int]], float]


# -- the oracle: every objective as its definition says ----------------------------------------------------------


def by_definition(f: Objective) -> SetFunction:
    """The same function, computed from nothing for every set, as its docstring defines it."""
    given = {name: _dense(value) for name, value in f.arguments.items()}
    definitions: dict[str, Callable[[dict[str, Any]], SetFunction]] = {
        "coverage": _coverage,
        "weighted_coverage": _coverage,
        "probabilistic_coverage": _probabilistic,
        "influence": _influence,
        "facility_location": _facility,
        "feature_based": _feature_based,
        "saturated_coverage": _saturated,
        "graph_cut": _graph_cut,
        "sum_redundancy": _redundancy,
        "log_det": _log_det,
        "modular": _modular,
        "mixture": _mixture,
        "python": _own,
    }
    return definitions[f.name](given)


def _dense(value: Any) -> Any:
    if is_sparse(value):
        return value.toarray().astype(np.float64)
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" else value


def _modular(given: dict[str, Any]) -> SetFunction:
    return lambda S: float(given["weights"][list(S)].sum())


def _own(given: dict[str, Any]) -> SetFunction:
    return lambda S: float(given["value"](sorted(S)))


def _coverage(given: dict[str, Any]) -> SetFunction:
    covers = given["X"] != 0
    weights = given.get("weights", np.ones(covers.shape[1]))
    return lambda S: float(weights[covers[list(S)].any(axis=0)].sum()) if len(S) else 0.0


def _probabilistic(given: dict[str, Any]) -> SetFunction:
    X = given["X"]
    weights = given.get("weights", np.ones(X.shape[1]))
    return lambda S: float(weights @ (1.0 - np.prod(1.0 - X[list(S)], axis=0)))


def _influence(given: dict[str, Any]) -> SetFunction:
    hit = given["sets"] != 0
    return lambda S: float(hit[:, list(S)].any(axis=1).sum()) * hit.shape[1] / max(1, len(hit))


def similarity(given: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Clients × items, from vectors."""
    X = given["X"]
    Y = given.get("clients", X)
    square = np.square(Y[:, None, :] - X[None, :, :]).sum(axis=2)
    kind = given["metric"]
    if kind == "rbf":
        made = np.exp(-given["gamma"] * square)
    elif kind == "inverse-distance":
        made = 1.0 / (1.0 + np.sqrt(square))
    elif kind == "squared-distance":
        made = np.maximum(0.0, given["offset"] - square)
    else:
        if kind == "cosine":
            X, Y = (rows / np.where((norm := np.linalg.norm(rows, axis=1)) > 0, norm, 1.0)[:, None] for rows in (X, Y))
        made = np.maximum(0.0, Y @ X.T)
    return np.asarray(made)


def _facility(given: dict[str, Any]) -> SetFunction:
    S = given["S"] if "S" in given else similarity(given)
    return lambda T: float(S[:, list(T)].max(axis=1, initial=0.0).sum())


def _feature_based(given: dict[str, Any]) -> SetFunction:
    X, cap = given["X"], given.get("cap", 0.0)
    weights = given.get("weights", np.ones(X.shape[1]))
    g: dict[str, Callable[[Any], Any]] = {
        "sqrt": np.sqrt,
        "log1p": np.log1p,
        "fraction": lambda x: x / (1.0 + x),
        "capped": lambda x: np.minimum(x, cap),
    }
    return lambda S: float(weights @ g[given["concave"]](X[list(S)].sum(axis=0)))


def _saturated(given: dict[str, Any]) -> SetFunction:
    S = given["S"]
    full = given["alpha"] * S.sum(axis=1)
    return lambda T: float(np.minimum(S[:, list(T)].sum(axis=1), full).sum())


def _graph_cut(given: dict[str, Any]) -> SetFunction:
    S = given["S"]
    return lambda T: float(S[:, list(T)].sum() - given["lam"] * S[np.ix_(list(T), list(T))].sum())


def _redundancy(given: dict[str, Any]) -> SetFunction:
    S = given["S"]
    return lambda T: float(S.sum() - S[np.ix_(list(T), list(T))].sum())


def _log_det(given: dict[str, Any]) -> SetFunction:
    K, sigma = given["K"], given["sigma"]
    return lambda T: float(np.linalg.slogdet(np.eye(len(T)) + K[np.ix_(list(T), list(T))] / sigma**2)[1])


def _mixture(given: dict[str, Any]) -> SetFunction:
    parts = [by_definition(part) for part in given["parts"]]
    return lambda S: float(sum(w * part(S) for w, part in zip(given["weights"], parts, strict=True)))


def slack(f: Objective) -> float:
    """How far a value may be from its definition, relative to the largest value."""
    if f.name == "facility_location" and "X" in f.arguments:
        return 2e-5  # similarities are computed in single precision
    parts = f.arguments.get("parts", ())
    return max([1e-7 if f.name == "log_det" else 1e-9, *map(slack, parts)])


def scale_of(f: Objective) -> float:
    """A bound of the values' size, for tolerances."""
    naive = by_definition(f)
    return sum(abs(naive([e]) - naive([])) for e in range(f.n_items)) + abs(naive([])) + 1e-300


def best_of(
    f: Objective,
    ground: Iterable[int],
    k: int,
    initial: Sequence[int] = (),
    *,
    admits: Any = None,
    exactly: bool = False,
) -> float:
    """The best value of at most k (or exactly k) of the items of `ground` with the initial ones, by looking at all."""
    naive = by_definition(f)
    items = sorted(set(ground) - set(initial))
    k = min(k, len(items))
    sets = itertools.chain.from_iterable(itertools.combinations(items, m) for m in range(k if exactly else 0, k + 1))
    return max(naive([*initial, *chosen]) for chosen in sets if admits is None or admits(chosen))


RATIOS: dict[str, Callable[[int, float], float]] = {
    "1": lambda k, epsilon: 1.0,
    "1/2": lambda k, epsilon: 0.5,
    "1/e": lambda k, epsilon: math.exp(-1),
    "1/2 - epsilon": lambda k, epsilon: 0.5 - epsilon,
    "1 - 1/e - epsilon": lambda k, epsilon: 1 - math.exp(-1) - epsilon,
    "1 - exp(-(1 - epsilon))": lambda k, epsilon: 1 - math.exp(-(1 - epsilon)),
    "1 - (1 - 1/k)^k": lambda k, epsilon: 1 - (1 - 1 / k) ** k,
}
"""What a claimed ratio is for a k and an epsilon."""


# -- instances ---------------------------------------------------------------------------------------------------


def monotone(n: int, seed: int, kind: str) -> Objective:
    """An objective of some kind over n items: small numbers, many ties, some worthless items."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 12))
    few = rng.integers(0, 4, (n, m)) * (rng.random((n, m)) < 0.5)
    S = rng.integers(0, 5, (m, n)).astype(np.float64)
    if kind == "coverage":
        return objectives.coverage(sparse.csr_array(few))
    if kind == "weighted-coverage":
        return objectives.weighted_coverage(few, rng.integers(0, 6, m))
    if kind == "probabilistic-coverage":
        return objectives.probabilistic_coverage(rng.random((n, m)) * (few > 0))
    if kind == "facility-location":
        return objectives.facility_location(S)
    if kind == "facility-location-sparse":
        return objectives.facility_location(sparse.csc_array(S * (S > 2)))
    if kind == "facility-location-vectors":
        metric = ("rbf", "cosine", "dot", "inverse-distance", "squared-distance")[seed % 5]
        return objectives.facility_location(X=rng.normal(size=(n, 3)), metric=metric)
    if kind == "feature-based":
        concave = ("sqrt", "log1p", "fraction")[seed % 3]
        return objectives.feature_based(few.astype(float), concave)
    if kind == "feature-based-capped":
        return objectives.feature_based(sparse.csr_array(few.astype(np.float32)), "capped", cap=3.0)
    if kind == "saturated-coverage":
        return objectives.saturated_coverage(S, 0.5)
    if kind == "graph-cut":
        return objectives.graph_cut(_symmetric(rng, n), 0.5)
    if kind == "log-det":
        rows = rng.normal(size=(n, 3))
        return objectives.log_det(rows @ rows.T, 0.7)
    if kind == "modular":
        return objectives.modular(rng.integers(0, 5, n))
    if kind == "influence":
        return objectives.influence(sets=sparse.csr_array(rng.random((12, n)) < 0.3))
    assert kind == "mixture"
    return objectives.mixture([objectives.coverage(sparse.csr_array(few)), objectives.modular(np.arange(n))], [2, 0.5])


MONOTONE = (
    "coverage",
    "facility-location",
    "weighted-coverage",
    "probabilistic-coverage",
    "facility-location-sparse",
    "facility-location-vectors",
    "feature-based",
    "feature-based-capped",
    "saturated-coverage",
    "graph-cut",
    "log-det",
    "modular",
    "influence",
    "mixture",
)


def _symmetric(rng: np.random.Generator, n: int) -> npt.NDArray[np.float64]:
    half = np.triu(rng.integers(0, 4, (n, n)))
    made: npt.NDArray[np.float64] = (half + np.triu(half, 1).T).astype(np.float64)
    return made


def falling(n: int, seed: int) -> Objective:
    """A graph cut that is not monotone, and nowhere negative."""
    return objectives.graph_cut(_symmetric(np.random.default_rng(seed), n), 1.0)


def decreasing(n: int, seed: int) -> Objective:
    """A redundancy, which falls with every item."""
    return objectives.sum_redundancy(_symmetric(np.random.default_rng(seed), n))


@st.composite
def cases(
    draw: st.DrawFn,
    solver: AnySolver,
    kinds: Sequence[str] = MONOTONE,
    max_n: int = 9,
    max_k: int = 4,
    plain: bool = False,
) -> Instance:
    """A monotone objective, k, and sometimes initial items and candidates."""
    n = draw(st.integers(1, max_n))
    f = monotone(n, draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(kinds)))
    k = n if "unconstrained" in solver.claims else draw(st.integers(1, max_k))
    options: dict[str, Any] = {"rng": draw(st.integers(0, 9))}
    if not plain and draw(st.booleans()):
        order = draw(st.permutations(range(n)))
        options["initial"] = np.array(order[: draw(st.integers(0, min(2, n)))], dtype=np.int64)
        if draw(st.booleans()):
            options["candidates"] = draw(st.permutations(range(n)))[: draw(st.integers(1, n))]
    wishes: dict[str, Any] = {}
    if draw(st.booleans()):
        wishes["epsilon"] = draw(st.sampled_from([0.05, 0.1, 0.3]))
    return Instance((f, k), options, wishes)


def instances(solver: AnySolver) -> st.SearchStrategy[Instance]:
    """What every law draws unless it says otherwise."""
    return cases(solver)


def plain(solver: AnySolver) -> st.SearchStrategy[Instance]:
    """Without initial items or candidates."""
    return cases(solver, plain=True)


def fell(S: list[int]) -> float:
    """No monotone function: worth less with every item."""
    return -float(len(S))


def lost(S: list[int]) -> float:
    """No function at all where there is anything."""
    return float("nan") if S else 0.0


def invalid_calls() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    f = objectives.coverage([[0, 1], [1, 2], [3], [0, 3]])
    costs = np.ones(4)
    groups = partition_matroid([0, 0, 1, 1], 1)
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((None, 2), {}, "objective", "None"),
        ((np.eye(4), 2), {}, "objective", "(4, 4)"),
        ((len, 2), {}, "objective", "objectives.python"),
        ((f, 0), {}, "k", "0"),
        ((f, -2), {}, "k", "-2"),
        ((f, 2.0), {}, "k", "2.0"),
        ((f, True), {}, "k", "True"),
        ((f, "2"), {}, "k", "'2'"),
        ((f, None), {}, "k", "None"),
        ((f, 4), {"initial": [4]}, "initial", "4"),
        ((f, 4), {"initial": [-1]}, "initial", "-1"),
        ((f, 4), {"initial": [1, 1]}, "initial", "twice"),
        ((f, 4), {"initial": [0.5]}, "initial", "float64"),
        ((f, 4), {"initial": 1}, "initial", "1"),
        ((f, 4), {"initial": ["a"]}, "initial", "<U1"),
        ((f, 4), {"candidates": [0, 7]}, "candidates", "7"),
        ((f, 4), {"candidates": [2, 2]}, "candidates", "twice"),
        ((f, 4), {"candidates": [[0], [1]]}, "candidates", "1-D"),
        ((f, 4), {"candidates": 3}, "candidates", "3"),
        ((f, 4), {"rng": -1}, "rng", "-1"),
        ((f, 4), {"rng": "seed"}, "rng", "'seed'"),
        ((f, 4), {"bound": "tigth"}, "bound", "'tight'"),
        ((f, 4), {"bound": 1}, "bound", "1"),
        ((f, 4), {"n_jobs": 0}, "n_jobs", "0"),
        ((f, 4), {"n_jobs": 1.5}, "n_jobs", "1.5"),
        ((f, 4), {"progress": 3}, "progress", "3"),
        ((f, 4), {"epsilon": 0.0}, "epsilon", "0.0"),
        ((f, 4), {"epsilon": 1.0}, "epsilon", "1.0"),
        ((f, 4), {"epsilon": math.nan}, "epsilon", "nan"),
        ((f, 4), {"epsilon": "0.1"}, "epsilon", "'0.1'"),
        ((f, 4), {"costs": costs}, "budget", "None"),
        ((f, 4), {"budget": 2.0}, "costs", "None"),
        ((f, 4), {"costs": costs[:3], "budget": 2.0}, "costs", "3"),
        ((f, 4), {"costs": [1, 1, 0, 1], "budget": 2.0}, "costs", "costs[2]"),
        ((f, 4), {"costs": [1, 1, np.nan, 1], "budget": 2.0}, "costs", "nan"),
        ((f, 4), {"costs": costs, "budget": -1.0}, "budget", "-1.0"),
        ((f, 4), {"costs": costs, "budget": np.inf}, "budget", "inf"),
        ((f, 4), {"matroid": [0, 1]}, "matroid", "[0, 1]"),
        ((f, 4), {"matroid": partition_matroid([0, 1], 1)}, "matroid", "2"),
        ((f, 4), {"matroid": groups, "n_jobs": "two"}, "n_jobs", "'two'"),
    ]
    declared = submodular_maximization.signature.parameters
    made = []
    for args, options, argument, mentions in calls:
        fixed = {name: value for name, value in options.items() if name in declared}
        wishes = {name: value for name, value in options.items() if name not in declared}
        made.append(Invalid(args, fixed, wishes, argument=argument, mentions=mentions))
    return made


def _long() -> Instance:
    """Several seconds of work: a pass over the items is 3·10¹¹ multiplications."""
    X = np.random.default_rng(0).random((60_000, 96), dtype=np.float32)
    return Instance((objectives.facility_location(X=X, gamma=1.0), 50), {"rng": 0})


SUITE = Suite(submodular_maximization, instances=instances, invalid=st.sampled_from(invalid_calls()), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------


def _ground(instance: Instance) -> tuple[Objective, int, list[int], list[int]]:
    """The objective, k, the initial items, and the candidates that are not initial."""
    f, k = instance.args
    initial = [int(item) for item in instance.options.get("initial", ())]
    offered = instance.options.get("candidates")
    candidates = range(f.n_items) if offered is None else map(int, offered)
    return f, k, initial, [item for item in candidates if item not in initial]


def _epsilon(instance: Instance) -> float:
    return float(instance.wishes.get("epsilon", 0.1))


@SUITE.law("feasible")
def feasible(solver: AnySolver, instance: Instance) -> None:
    _, k, initial, ground = _ground(instance)
    result = instance.call(solver)
    assert result.ranking.dtype == np.int64, f"the ranking is of {result.ranking.dtype}"
    assert result.gains.dtype == np.float64, f"the gains are of {result.gains.dtype}"
    assert result.gains.shape == result.ranking.shape, f"{len(result.gains)} gains for {len(result.ranking)} items"
    chosen = result.ranking.tolist()
    assert len(chosen) <= k, f"{len(chosen)} items for k={k}"
    assert len(set(chosen)) == len(chosen), f"{chosen} holds an item twice"
    assert set(chosen) <= set(ground), f"{chosen} is not among the candidates {ground} (initial: {initial})"


@SUITE.law("value")
def value(solver: AnySolver, instance: Instance) -> None:
    f, _, initial, _ = _ground(instance)
    result = instance.call(solver)
    expected = by_definition(f)([*initial, *result.ranking.tolist()])
    tolerance = slack(f) * scale_of(f)
    assert abs(result.value - expected) <= tolerance, f"value is {result.value}, the definition says {expected}"
    told = f.value([*initial, *result.ranking.tolist()])
    assert abs(told - expected) <= tolerance, f"the objective tells {told}, its definition says {expected}"


@SUITE.law("gains")
def gains(solver: AnySolver, instance: Instance) -> None:
    f, _, initial, _ = _ground(instance)
    result = instance.call(solver)
    naive, tolerance = by_definition(f), slack(f) * scale_of(f)
    members = list(initial)
    for item, gain in zip(result.ranking.tolist(), result.gains.tolist(), strict=True):
        expected = naive([*members, item]) - naive(members)
        assert abs(gain - expected) <= tolerance, f"the gain of {item} is {gain}, it adds {expected} to {members}"
        told = float(f.gains(members, [item])[0])
        assert abs(told - expected) <= tolerance, f"the objective tells {told} for {item}, it adds {expected}"
        members.append(item)
    total = float(result.gains.sum())
    expected = result.value - naive(initial)
    assert abs(total - expected) <= tolerance, f"gains sum to {total}, the value has grown by {expected}"


@SUITE.law("certificate", scale=0.6)
def certificate(solver: AnySolver, instance: Instance) -> None:
    f, k, initial, ground = _ground(instance)
    result = instance.call(solver)
    best = best_of(f, ground, k, initial)
    tolerance = slack(f) * scale_of(f)
    assert result.upper_bound >= best - tolerance, f"upper_bound is {result.upper_bound}, the optimum is {best}"
    assert result.value <= result.upper_bound, f"value {result.value} is above upper_bound {result.upper_bound}"
    ratio = min(1.0, result.value / result.upper_bound) if result.upper_bound > 0 else 1.0
    assert result.certified_ratio == ratio, f"certified_ratio is {result.certified_ratio}, not {ratio}"


class Counting:
    """A set function that counts its calls."""

    def __init__(self, function: SetFunction) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, items: list[int]) -> float:
        """The value of a set."""
        self.calls += 1
        return self.function(items)


@SUITE.law("queries", given=lambda solver: cases(solver, kinds=("coverage", "weighted-coverage")))
def queries(solver: AnySolver, instance: Instance) -> None:
    f, k, _, _ = _ground(instance)
    counting = Counting(by_definition(f))
    own = objectives.python(counting, f.n_items)
    before = counting.calls
    result = instance.but(own, k).call(solver)
    asked = counting.calls - before
    assert result.queries == asked, f"queries is {result.queries}, the function was called {asked} times"


@st.composite
def fallings(draw: st.DrawFn, solver: AnySolver) -> Instance:
    """A graph cut that may fall."""
    n = draw(st.integers(1, 8))
    k = n if "unconstrained" in solver.claims else draw(st.integers(1, 4))
    return Instance((falling(n, draw(st.integers(0, 2**32 - 1))), k), {"rng": draw(st.integers(0, 9))})


@SUITE.law("monotonicity", given=fallings)
def monotonicity(solver: AnySolver, instance: Instance) -> None:
    if "non_monotone" in solver.claims:
        instance.call(solver)
        return
    try:
        result = instance.call(solver)
    except NotMonotone as refused:
        assert "objective" in str(refused), f"the message does not name the objective: {refused}"
    else:
        raise AssertionError(f"{instance.args[0]} may fall, and was accepted: {result}")


@SUITE.law("non-monotone", given=fallings)
def non_monotone(solver: AnySolver, instance: Instance) -> None:
    for law in (feasible, value, gains, certificate):
        law(solver, instance)


@SUITE.law("scaling", given=lambda solver: cases(solver, kinds=("coverage", "weighted-coverage", "facility-location")))
def scaling(solver: AnySolver, instance: Instance) -> None:
    f, k, _, _ = _ground(instance)
    result = instance.call(solver)
    again = instance.but(objectives.mixture([f], [0.5]), k).call(solver)
    same = again.ranking.tolist() == result.ranking.tolist()
    assert same, f"half the objective gives {again.ranking}, the whole {result.ranking}"
    assert (2 * again.gains == result.gains).all(), (
        f"half the objective gives gains {again.gains}, not half of {result.gains}"
    )


@SUITE.law("initial")
def initial_items(solver: AnySolver, instance: Instance) -> None:
    f, k, initial, ground = _ground(instance)
    naive = by_definition(f)
    result = instance.call(solver)
    assert not set(result.ranking.tolist()) & set(initial), f"{result.ranking} repeats initial items {initial}"
    if initial and f.name in ("coverage", "weighted_coverage", "modular"):
        # What initial items cover counts once: the same as an objective of what is left.
        rest = objectives.python(lambda S: naive([*initial, *S]) - naive(initial), f.n_items)
        options = {name: v for name, v in instance.options.items() if name != "initial"} | {"candidates": ground}
        if ground:
            other = Instance((rest, k), options, instance.wishes).call(solver)
            assert other.ranking.tolist() == result.ranking.tolist(), (
                f"on top of {initial} it chose {result.ranking}, of what is left {other.ranking}"
            )


@SUITE.law("bounds")
def bounds(solver: AnySolver, instance: Instance) -> None:
    free, tight = (instance.call(solver, bound=bound) for bound in ("free", "tight"))
    assert free.ranking.tolist() == tight.ranking.tolist(), "bound changes the choice"
    assert free.value == tight.value, "bound changes the value"
    assert tight.upper_bound <= free.upper_bound, f"tight gives {tight.upper_bound}, free {free.upper_bound}"


@SUITE.law("greedy-choice")
def greedy_choice(solver: AnySolver, instance: Instance) -> None:
    f, k, initial, ground = _ground(instance)
    result = instance.call(solver)
    naive, tolerance = by_definition(f), slack(f) * scale_of(f)
    exact = f.name in ("coverage", "weighted_coverage", "modular", "saturated_coverage", "graph_cut")
    members, left = list(initial), set(ground)
    assert len(result.ranking) == min(k, len(ground)), f"{len(result.ranking)} items for k={k} of {len(ground)}"
    for item in result.ranking.tolist():
        added = {other: naive([*members, other]) - naive(members) for other in left}
        most = max(added.values())
        assert added[item] >= most - tolerance, f"{item} gains {added[item]} on top of {members}, another {most}"
        if exact:
            first = min(other for other, gain in added.items() if gain == most)
            assert item == first, f"{item} and {first} gain {most} on top of {members}: the smaller comes first"
        members.append(item)
        left.discard(item)


@SUITE.law("decreasing-gains")
def decreasing_gains(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    result = instance.call(solver)
    worst = float(np.diff(result.gains).max(initial=0.0))
    assert worst <= slack(f) * scale_of(f), f"gains rise by {worst}: {result.gains}"


@SUITE.law("same-ranking", given=lambda solver: cases(solver, max_n=40, max_k=12))
def same_ranking(solver: AnySolver, instance: Instance) -> None:
    from porism import registry

    other = registry.get(f"submodular-maximization/{solver.claims.same_ranking_as}")
    ours, theirs = instance.call(solver, bound="free"), instance.call(other, bound="free")
    assert ours.ranking.tolist() == theirs.ranking.tolist(), f"{ours.ranking}, {other.name} has {theirs.ranking}"
    assert ours.queries <= theirs.queries, f"{ours.queries} queries, {other.name} needs {theirs.queries}"


@SUITE.law("approximation", scale=0.6)
def approximation(solver: AnySolver, instance: Instance) -> None:
    f, k, initial, ground = _ground(instance)
    result = instance.call(solver)
    start = by_definition(f)(initial)
    best = best_of(f, ground, k, initial) - start
    ratio = RATIOS[solver.claims.approximation_ratio](k, _epsilon(instance))
    reached = result.value - start
    assert reached >= ratio * best - slack(f) * scale_of(f), (
        f"gained {reached} of {best}, the claim is {ratio:.3f} of it"
    )


@SUITE.law("expectation", instances=False)
def expectation(solver: AnySolver) -> None:
    epsilon = 0.1
    for seed, kind in enumerate(("coverage", "facility-location", "graph-cut", "falling")):
        if kind == "falling" and "non_monotone" not in solver.claims:
            continue
        f = falling(9, seed) if kind == "falling" else monotone(9, seed, kind)
        k = 9 if "unconstrained" in solver.claims else 3
        best = best_of(f, range(9), k)
        options = {"epsilon": epsilon} if "epsilon" in solver.signature.parameters else {}
        values = np.array([solver(f, k, rng=run, **options).value for run in range(400)])
        # Six standard errors: under 1e-8 for a mean that is exactly the claimed one.
        error = 6 * values.std() / 20
        claimed = RATIOS[solver.claims.expected_ratio](k, epsilon) * best
        assert values.mean() >= claimed - error - 1e-9, f"{f}: the mean is {values.mean()}, the claim is {claimed}"


@st.composite
def budgets(draw: st.DrawFn, solver: AnySolver) -> Instance:
    """Costs and a budget that some items exceed."""
    case = draw(cases(solver, plain=True, max_n=8))
    f, _ = case.args
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    costs = rng.integers(1, 8, f.n_items).astype(np.float64)
    wishes = {"costs": costs, "budget": float(draw(st.integers(0, 20)))}
    return Instance((f, f.n_items), case.options, wishes)


@SUITE.law("budget", given=budgets)
def budget(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    costs, limit = instance.wishes["costs"], instance.wishes["budget"]
    result = instance.call(solver)
    spent = float(costs[result.ranking].sum())
    assert spent <= limit, f"{result.ranking} costs {spent}, the budget is {limit}"
    best = best_of(f, range(f.n_items), k, admits=lambda chosen: costs[list(chosen)].sum() <= limit)
    start, tolerance = by_definition(f)([]), slack(f) * scale_of(f)
    least = (1 - math.exp(-1)) / 2 * (best - start)
    assert result.value - start >= least - tolerance, f"worth {result.value}, the best within the budget {best}"
    assert result.upper_bound >= best - tolerance, f"upper_bound is {result.upper_bound}, the optimum {best}"


def independent(matroid: Matroid, chosen: Sequence[int]) -> bool:
    """Whether a set is independent, by the definition of its matroid."""
    given = matroid.arguments
    if matroid.name == "partition_matroid":
        own = [given["groups"][item] for item in chosen]
        return all(own.count(group) <= given["capacities"] for group in own)
    if matroid.name == "laminar_matroid":
        count = np.zeros(len(given["capacities"]), dtype=int)
        for item in chosen:
            group = given["groups"][item]
            while True:
                count[group] += 1
                if given["parents"][group] == group:
                    break
                group = given["parents"][group]
        return bool((count <= given["capacities"]).all())
    tree = {end: end for edge in given["edges"] for end in edge}
    for item in chosen:
        a, b = given["edges"][item]
        if tree[a] == tree[b]:
            return False
        old = tree[b]
        tree = {end: tree[a] if root == old else root for end, root in tree.items()}
    return True


@st.composite
def matroids(draw: st.DrawFn, solver: AnySolver) -> Instance:
    """A matroid of each kind."""
    case = draw(cases(solver, plain=True, max_n=8))
    f, k = case.args
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["partition", "laminar", "graphic"]))
    if kind == "partition":
        matroid = partition_matroid(rng.integers(0, 3, f.n_items).tolist(), int(rng.integers(0, 3)))
    elif kind == "laminar":
        matroid = laminar_matroid(rng.integers(0, 4, f.n_items), [0, 0, 1, 0], rng.integers(0, 4, 4))
    else:
        matroid = graphic_matroid([(int(a), int(b)) for a, b in rng.integers(0, 4, (f.n_items, 2))])
    return Instance((f, k), case.options, {"matroid": matroid})


@SUITE.law("matroid", given=matroids)
def matroid(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    family = instance.wishes["matroid"]
    result = instance.call(solver)
    chosen = result.ranking.tolist()
    assert independent(family, chosen), f"{chosen} is not independent in {family}"
    assert family.is_independent(chosen), f"the matroid does not know that {chosen} is independent"
    best = best_of(f, range(f.n_items), k, admits=lambda set_: independent(family, set_))
    start, tolerance = by_definition(f)([]), slack(f) * scale_of(f)
    assert result.value - start >= (best - start) / 2 - tolerance, (
        f"worth {result.value}, the best independent set {best}"
    )
    assert result.upper_bound >= best - tolerance, f"upper_bound is {result.upper_bound}, the optimum {best}"


@st.composite
def redundancies(draw: st.DrawFn, solver: AnySolver) -> Instance:
    """An objective that falls with every item."""
    n = draw(st.integers(1, 8))
    f = decreasing(n, draw(st.integers(0, 2**32 - 1)))
    return Instance((f, draw(st.integers(1, 4))), {"rng": draw(st.integers(0, 9))})


@SUITE.law("exactly-k", given=redundancies)
def exactly_k(solver: AnySolver, instance: Instance) -> None:
    f, k = instance.args
    result = instance.call(solver)
    assert len(result.ranking) == min(k, f.n_items), f"{len(result.ranking)} items for k={k} of {f.n_items}"
    value(solver, instance)
    best = best_of(f, range(f.n_items), k, exactly=True)
    assert result.upper_bound >= best - 1e-9 * scale_of(f), f"upper_bound is {result.upper_bound}, the optimum {best}"


@SUITE.law("candidate-order")
def candidate_order(solver: AnySolver, instance: Instance) -> None:
    _, _, _, ground = _ground(instance)
    if not ground:
        return
    one, other = (instance.but(candidates=order).call(solver) for order in (sorted(ground), sorted(ground)[::-1]))
    assert one.ranking.tolist() == other.ranking.tolist(), f"{one.ranking} in order, {other.ranking} backwards"


@SUITE.law("unconstrained", instances=False)
def unconstrained(solver: AnySolver) -> None:
    f = falling(6, 1)
    try:
        solver(f, 5)
    except ValueError as refused:
        assert "k must" in str(refused), f"the message does not name k: {refused}"
        assert "6" in str(refused), f"the message does not say 6: {refused}"
    else:
        raise AssertionError("k=5 of 6 candidates was accepted")
