"""What every p-median solver keeps, as code: strategies for instances, an oracle, and the checks of the laws."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import InvalidInput, Solver, registry
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.problems.p_median.problem import PMedianResult, p_median

__all__ = ["SUITE", "additions", "brute_force", "exchanges", "paid"]

Matrix = npt.NDArray[Any]
AnySolver = Solver[..., PMedianResult]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------


def paid(costs: Matrix, sites: npt.ArrayLike, demand: Matrix | None = None) -> float:
    """What all clients pay in sum: every one goes to its cheapest site. Clients without demand pay nothing."""
    nearest = np.asarray(costs, dtype=np.float64)[:, np.asarray(sites, dtype=np.intp)].min(axis=1)
    weights = np.ones(len(nearest)) if demand is None else np.asarray(demand, dtype=np.float64)
    return float((nearest[weights > 0] * weights[weights > 0]).sum())


def exchanges(
    costs: Matrix,
    sites: npt.NDArray[np.int64],
    demand: Matrix | None = None,
    fixed: npt.ArrayLike = (),
    forbidden: npt.ArrayLike = (),
) -> float:
    """The least cost that exchanging one site for one other gives."""
    others = np.setdiff1d(np.arange(costs.shape[1]), [*sites, *np.asarray(forbidden, dtype=np.int64)])
    leaving = np.setdiff1d(sites, fixed)
    trials = (np.where(sites == old, new, sites) for old in leaving for new in others)
    return min((paid(costs, trial, demand) for trial in trials), default=np.inf)


def brute_force(
    costs: Matrix, p: int, demand: Matrix | None = None, fixed: npt.ArrayLike = (), forbidden: npt.ArrayLike = ()
) -> float:
    """The least cost over all choices of p sites; infinite where none serves every client."""
    kept = np.asarray(fixed, dtype=np.int64).tolist()
    free = np.setdiff1d(np.arange(costs.shape[1]), [*kept, *np.asarray(forbidden, dtype=np.int64)]).tolist()
    choices = itertools.combinations(free, p - len(kept))
    return min(paid(costs, [*kept, *chosen], demand) for chosen in choices)


def additions(
    costs: Matrix, p: int, demand: Matrix | None = None, fixed: npt.ArrayLike = (), forbidden: npt.ArrayLike = ()
) -> list[int]:
    """Greedy addition by hand: serve as many as possible, then as cheaply as possible; the first of equals."""
    weights = np.ones(len(costs)) if demand is None else np.asarray(demand, dtype=np.float64)
    values = np.asarray(costs, dtype=np.float64)[weights > 0]
    weights = weights[weights > 0]
    chosen: list[int] = np.asarray(fixed, dtype=np.int64).tolist()
    barred = np.asarray(forbidden, dtype=np.int64).tolist()

    def after(site: int) -> tuple[int, float]:
        near = values[:, [*chosen, site]].min(axis=1)
        served = np.isfinite(near)
        return int((~served).sum()), float((near[served] * weights[served]).sum())

    while len(chosen) < p:
        free = [site for site in range(values.shape[1]) if site not in chosen and site not in barred]
        chosen.append(min(free, key=after))
    return chosen


# -- instances ---------------------------------------------------------------------------------------------------


def _plane(clients: Any, sites: Any) -> Matrix:
    """L1 distances of clients from sites on a grid."""
    here, there = (np.array(places, dtype=np.int64).reshape(-1, 2) for places in (clients, sites))
    distances: Matrix = np.abs(here[:, None, :] - there[None, :, :]).sum(axis=2)
    return distances


def _costs(draw: st.DrawFn, n: int, m: int, kind: str) -> Matrix:
    """Small integers, so that every sum is exact also in floats."""
    if kind == "plane":
        place = st.tuples(st.integers(0, 6), st.integers(0, 6))
        return _plane(
            draw(st.lists(place, min_size=n, max_size=n)),
            draw(st.lists(place, min_size=m, max_size=m)),
        )
    high = {"ties": 2, "wild": 10_000}[kind]
    return np.array(draw(st.lists(st.integers(0, high), min_size=n * m, max_size=n * m)), dtype=np.int64).reshape(n, m)


def _start(draw: st.DrawFn, m: int, p: int) -> dict[str, Any]:
    wishes: dict[str, Any] = {"order": draw(st.sampled_from(["input", "random"]))}
    init = draw(st.sampled_from(["random", "build", "first", "given"]))
    wishes["init"] = np.array(draw(st.permutations(range(m)))[:p], dtype=np.int64) if init == "given" else init
    return wishes


@st.composite
def rectangles(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = ("plane", "ties", "wild"),
    max_n: int = 14,
    max_m: int = 9,
    max_p: int | None = None,
    dtypes: tuple[str, ...] = ("f4", "f8", "i4", "i8"),
    relayout: bool = False,
    holes: bool = True,
) -> Instance:
    """Clients, sites, p and a start. With `holes` some pairs are forbidden, so few that any p sites serve everybody."""
    n, m = draw(st.integers(1, max_n)), draw(st.integers(1, max_m))
    p = draw(st.integers(1, m if max_p is None else min(m, max_p)))
    kind = draw(st.sampled_from(kinds))
    costs = _costs(draw, n, m, kind).astype(draw(st.sampled_from(dtypes)))
    if holes and costs.dtype.kind == "f" and draw(st.booleans()):
        for client in range(n):
            costs[client, draw(st.permutations(range(m)))[: draw(st.integers(0, p - 1))]] = np.inf
    if relayout:
        costs = draw(layouts(costs))
    return Instance((costs, p), {"rng": draw(st.integers(0, 9))}, _start(draw, m, p), {"metric": kind == "plane"})


@st.composite
def searching(draw: st.DrawFn) -> Instance:
    """Costs in which there is something to search, from a random start."""
    n, m = draw(st.integers(8, 24)), draw(st.integers(8, 20))
    p = draw(st.integers(2, m // 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if draw(st.booleans()):
        costs = _plane(rng.integers(0, 30, (n, 2)), rng.integers(0, 30, (m, 2)))
    else:
        costs = rng.integers(0, draw(st.sampled_from([5, 1000])), (n, m))
    wishes = {"init": "random", "order": draw(st.sampled_from(["input", "random"]))}
    return Instance((costs.astype(draw(st.sampled_from(["f4", "f8", "i4", "i8"]))), p), {"rng": 0}, wishes)


instances = rectangles(relayout=True)


def _invalid() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    costs = np.arange(24.0).reshape(6, 4)

    def patched(value: float, *places: tuple[Any, Any]) -> Matrix:
        changed = costs.copy()
        for place in places:
            changed[place] = value
        return changed

    whole = slice(None)
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((np.empty((0, 4)), 1), {}, "costs", "(0, 4)"),
        ((np.empty((6, 0)), 1), {}, "costs", "(6, 0)"),
        ((costs[0], 2), {}, "costs", "1-D"),
        ((costs[None], 2), {}, "costs", "3-D"),
        ((costs.astype(complex), 2), {}, "costs", "complex128"),
        ((costs.astype(object), 2), {}, "costs", "object"),
        ((np.array([["near", "far"]]), 1), {}, "costs", "<U4"),
        (("text", 2), {}, "costs", ""),
        ((None, 2), {}, "costs", ""),
        (([[1.0], [1.0, 2.0]], 1), {}, "costs", ""),
        ((sparse.csr_array(costs), 2), {}, "costs", "sparse"),
        ((patched(np.nan, (3, 1)), 2), {}, "costs", "nan for client 3 at site 1"),
        ((np.asfortranarray(patched(np.nan, (3, 1))), 2), {}, "costs", "nan for client 3 at site 1"),
        ((patched(-1.5, (0, 2)), 2), {}, "costs", "-1.5 for client 0 at site 2"),
        ((patched(-np.inf, (5, 0)), 2), {}, "costs", "-inf for client 5 at site 0"),
        ((costs.astype(np.int64) - 3, 2), {}, "costs", "-3 for client 0 at site 0"),
        ((costs.astype(np.int32).T - 3, 2), {}, "costs", "-3 for client 0 at site 0"),
        ((patched(np.inf, (2, whole), (4, whole)), 2), {}, "costs", "client 2 and 1 more"),
        ((np.asfortranarray(patched(np.inf, (2, whole))), 2), {}, "costs", "client 2"),
        ((patched(np.inf, (2, [0, 1])), 2), {"forbidden": [2, 3]}, "costs", "client 2"),
        ((np.full((6, 4), 2**60), 2), {}, "costs", "64-bit"),
        ((np.full((6, 4), 1e308), 2), {}, "costs", "1e+308"),
        ((costs.astype(np.int64), 2), {"demand": np.full(6, 2**58)}, "costs", "64-bit"),
        ((np.full((6, 4), 2**63, dtype=np.uint64), 2), {}, "costs", "9223372036854775808"),
        ((costs, 0), {}, "p", "0"),
        ((costs, -1), {}, "p", "-1"),
        ((costs, 5), {}, "p", "5"),
        ((costs, 2.0), {}, "p", "2.0"),
        ((costs, True), {}, "p", "True"),
        ((costs, None), {}, "p", "None"),
        ((costs, 3), {"forbidden": [0, 3]}, "p", "3"),
        ((costs, 2), {"rng": -1}, "rng", "-1"),
        ((costs, 2), {"rng": "seed"}, "rng", "'seed'"),
        ((costs, 2), {"init": "bild"}, "init", "'build'"),
        ((costs, 2), {"init": "kmeans++"}, "init", "'kmeans++'"),
        ((costs, 2), {"init": 7}, "init", "7"),
        ((costs, 2), {"init": [0, 4]}, "init", "4"),
        ((costs, 2), {"init": [0, -1]}, "init", "-1"),
        ((costs, 2), {"init": [3, 3]}, "init", "3"),
        ((costs, 2), {"init": [0, 1, 2]}, "init", "3"),
        ((costs, 2), {"init": [0.0, 1.0]}, "init", "float64"),
        ((costs, 2), {"init": [0, 1], "forbidden": [1]}, "init", "1"),
        ((costs, 2), {"init": [0, 1], "fixed": [3]}, "init", "3"),
        ((costs, 2), {"n_init": 0}, "n_init", "0"),
        ((costs, 2), {"n_perturb": -1}, "n_perturb", "-1"),
        ((costs, 2), {"max_iter": -1}, "max_iter", "-1"),
        ((costs, 2), {"max_iter": 1.5}, "max_iter", "1.5"),
        ((costs, 2), {"order": "sorted"}, "order", "'sorted'"),
        ((costs, 2), {"demand": np.ones(5)}, "demand", "5"),
        ((costs, 2), {"demand": np.ones((6, 1))}, "demand", "2-D"),
        ((costs, 2), {"demand": np.zeros(6)}, "demand", "zeros"),
        ((costs, 2), {"demand": [1, 1, 1, 1, 1, -2]}, "demand", "-2"),
        ((costs, 2), {"demand": [1, 1, np.nan, 1, 1, 1]}, "demand", "nan"),
        ((costs, 2), {"demand": np.full(6, 2**63, dtype=np.uint64)}, "demand", "9223372036854775808"),
        ((costs, 2), {"demand": "much"}, "demand", ""),
        ((costs, 2), {"fixed": [0, 1, 2]}, "fixed", "3"),
        ((costs, 2), {"fixed": [4]}, "fixed", "4"),
        ((costs, 2), {"fixed": [1, 1]}, "fixed", "twice"),
        ((costs, 2), {"fixed": 1}, "fixed", "1"),
        ((costs, 2), {"fixed": [1], "forbidden": [1]}, "fixed", "1"),
        ((costs, 2), {"forbidden": [-1]}, "forbidden", "-1"),
        ((costs, 2), {"forbidden": [True, False]}, "forbidden", "2"),
        ((costs, 2), {"forbidden": [0.5]}, "forbidden", "float64"),
        ((costs, 2), {"n_jobs": 0}, "n_jobs", "0"),
        ((costs, 2), {"progress": 3}, "progress", "3"),
        ((costs, 2), {"memory_limit": 100}, "memory_limit", "192"),
        ((costs, 2), {"memory_limit": -5}, "memory_limit", "-5"),
        ((costs, 2), {"time_limit": 0}, "time_limit", "0"),
        ((costs, 2), {"time_limit": "long"}, "time_limit", "'long'"),
        ((costs, 2), {"max_pairs": 0}, "max_pairs", "0"),
    ]
    made = []
    for args, options, argument, mentions in calls:
        declared = {name: value for name, value in options.items() if name == "rng"}
        wishes = {name: value for name, value in options.items() if name != "rng"}
        if argument in ("costs", "p") and not wishes.keys() <= {"demand", "forbidden"}:
            raise AssertionError("solvers without the option would accept the call")
        made.append(Invalid(args, declared, wishes, argument=argument, mentions=mentions))
    return made


def _long() -> Instance:
    """Several seconds of work for every search: many sites, no structure to converge on."""
    costs = np.random.default_rng(0).random((6000, 6000), dtype=np.float32)
    return Instance((costs.T, 400), {"rng": 0}, {"max_iter": 10_000})


SUITE = Suite(p_median, instances=instances, invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------


def _has(solver: AnySolver, *options: str) -> bool:
    """Whether the solver takes these options; without one, its law asks nothing of it."""
    return all(option in solver.signature.parameters for option in options)


def _values(instance: Instance) -> Matrix:
    return np.asarray(instance.args[0], dtype=np.float64)


@SUITE.law("selection")
def selection(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    result = instance.call(solver)
    n, m = costs.shape
    assert result.sites.dtype == np.int64, f"sites are {result.sites.dtype}"
    assert result.assignment.dtype == np.int64, f"the assignment is {result.assignment.dtype}"
    assert result.sites.shape == (p,), f"{len(result.sites)} sites for p={p}"
    assert len(set(result.sites.tolist())) == p, f"sites {result.sites} are not distinct"
    assert ((result.sites >= 0) & (result.sites < m)).all(), f"sites {result.sites} are no columns of costs"
    assert result.assignment.shape == (n,), f"{result.assignment.shape} assignments for {n} clients"
    assert np.isin(result.assignment, result.sites).all(), f"{result.assignment} has other sites than {result.sites}"


@SUITE.law("nearest")
def nearest(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    costs = _values(instance)
    own = costs[np.arange(len(costs)), result.assignment]
    best = costs[:, result.sites].min(axis=1)
    assert (own == best).all(), f"clients pay {own}, the cheapest of their sites cost {best}"


@SUITE.law("cost")
def cost(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    costs = _values(instance)
    own = costs[np.arange(len(costs)), result.assignment]
    whole = np.asarray(instance.args[0]).dtype.kind == "i"
    assert isinstance(result.cost, (float, int) if whole else float), f"cost is a {type(result.cost).__name__}"
    assert result.cost == own.sum(), f"cost {result.cost}, the clients pay {own.sum()}"
    assert (result.client_costs == own).all(), f"client_costs {result.client_costs}, they pay {own}"


@SUITE.law("history")
def history(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    costs, p = instance.args
    if "descent" in solver.claims and "n_perturb" not in instance.wishes:
        assert len(result.history) == result.n_iter + 1, f"{len(result.history)} costs for {result.n_iter} passes"
    if "greedy" in solver.claims:
        assert len(result.history) == p, f"{len(result.history)} costs for {p} additions"
        steps = [paid(costs, result.sites[:size]) for size in range(1, p + 1)]
        assert result.history.tolist() == steps, f"{result.history} after each addition, by hand {steps}"
    rises = [b > a for a, b in itertools.pairwise(result.history.tolist())]
    assert not any(rises), f"the cost went up: {result.history}"
    assert result.history[-1] == result.cost, f"the costs end at {result.history[-1]}, cost is {result.cost}"
    assert min(result.n_iter, result.n_swap, result.n_eval, result.n_read) >= 0


CLOSE = 1e-6
"""The tolerance to which an integer program is solved."""


@st.composite
def _unfinished(draw: st.DrawFn) -> Instance:
    """Searches that may have ended too early to be near the optimum."""
    instance = draw(rectangles(max_n=10, max_m=7))
    return Instance(
        instance.args, instance.options, {**instance.wishes, "max_iter": draw(st.sampled_from([0, 1, 100]))}
    )


@SUITE.law("bound", given=_unfinished(), scale=0.6)
def bound(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    best = brute_force(*instance.args)
    assert 0 <= result.lower_bound <= best * (1 + CLOSE), f"lower bound {result.lower_bound}, the optimum is {best}"
    assert result.cost >= best, f"cost {result.cost}, less than the optimum {best}"
    if result.proven:
        assert result.cost <= best * (1 + CLOSE), f"cost {result.cost} is said to be optimal, {best} is"
        assert result.lower_bound == result.cost, f"lower bound {result.lower_bound} of what is proven at {result.cost}"


@SUITE.law("layout")
def layout(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    plain = np.array(costs, dtype=costs.dtype.newbyteorder("="), order="C")
    expected, result = instance.but(plain, p).call(solver), instance.call(solver)
    assert result == expected, f"{result}, but {expected} from the same values in C order"


@SUITE.law("scaling", given=rectangles(dtypes=("f4", "f8")))
def scaling(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    for factor in (2.0**20, 2.0**-40):
        expected, result = instance.call(solver), instance.but(costs * costs.dtype.type(factor), p).call(solver)
        assert (result.sites == expected.sites).all(), f"sites {result.sites}, unscaled {expected.sites}"
        assert result.cost == expected.cost * factor, f"cost {result.cost}, unscaled {expected.cost}, factor {factor}"


@SUITE.law("clients")
def clients(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    turned = np.random.default_rng(0).permutation(len(costs))
    expected, result = instance.call(solver), instance.but(np.asarray(costs)[turned], p).call(solver)
    assert result.cost == expected.cost, f"cost {result.cost}, in another order of the clients {expected.cost}"
    if "exact" not in solver.claims:  # of several optima a program may find another one
        assert (result.sites == expected.sites).all(), f"sites {result.sites}, in another order {expected.sites}"
        assert (result.assignment == expected.assignment[turned]).all(), "clients are assigned to other sites"


@st.composite
def _demanding(draw: st.DrawFn) -> Instance:
    instance = draw(rectangles(max_n=8, max_m=7))
    n = len(instance.args[0])
    demand = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    demand[draw(st.integers(0, n - 1))] += 1
    dtype = draw(st.sampled_from([np.float64, np.int64, np.float32, np.uint8]))
    return Instance(instance.args, instance.options, {**instance.wishes, "demand": demand.astype(dtype)})


@SUITE.law("demand", given=_demanding())
def demand(solver: AnySolver, instance: Instance) -> None:
    if not _has(solver, "demand"):
        return
    costs, p = instance.args
    times = instance.wishes["demand"].astype(np.int64)
    result = instance.call(solver)
    expected = paid(costs, result.sites, times)
    assert result.cost == expected, f"cost {result.cost}, demand times cost sums to {expected}"
    if result.converged and "local_optimum" in solver.claims:
        best = exchanges(costs, result.sites, times)
        assert best >= result.cost, f"one exchange lowers the cost from {result.cost} to {best}"
    if "greedy" in solver.claims:
        assert result.sites.tolist() == additions(costs, p, times), f"{result.sites}, not as by hand"
    if np.isfinite(costs).all():  # until everybody is served, a client left out is one, whatever its demand
        copies = instance.but(np.repeat(costs, times, axis=0), p).call(solver, demand=None)
        assert copies.cost == result.cost, f"cost {result.cost}, with clients in place of demand {copies.cost}"
        if "exact" not in solver.claims:
            assert (copies.sites == result.sites).all(), f"sites {result.sites}, with clients {copies.sites}"
    lost = np.flatnonzero(times == 0)
    if len(lost) and costs.dtype.kind == "f":
        unserved = np.array(costs)
        unserved[lost] = np.inf
        again = instance.but(unserved, p).call(solver)
        assert again.cost == result.cost, f"cost {result.cost}, where nobody serves those of demand 0 {again.cost}"
        assert np.isinf(again.client_costs[lost]).all(), f"{again.client_costs} for clients that nobody serves"


@st.composite
def _constrained(draw: st.DrawFn) -> Instance:
    instance = draw(rectangles(max_n=10, max_m=8))
    costs, p = instance.args
    m = costs.shape[1]
    some = draw(st.permutations(range(m)))
    n_fixed, n_forbidden = draw(st.integers(0, p)), draw(st.integers(0, m - p))
    fixed, forbidden = np.array(some[:n_fixed], dtype=np.int64), np.array(some[m - n_forbidden :], dtype=np.int64)
    init = instance.wishes["init"]
    wishes = {
        "order": instance.wishes["order"],
        "init": init if isinstance(init, str) else np.array(draw(st.permutations(some[:p])), dtype=np.int64),
        "fixed": fixed,
        "forbidden": np.isin(np.arange(m), forbidden) if draw(st.booleans()) else forbidden,
    }
    return Instance(instance.args, instance.options, wishes)


@SUITE.law("constraints", given=_constrained())
def constraints(solver: AnySolver, instance: Instance) -> None:
    if not _has(solver, "fixed", "forbidden"):
        return
    costs, p = instance.args
    fixed, forbidden = instance.wishes["fixed"], instance.wishes["forbidden"]
    forbidden = np.flatnonzero(forbidden) if forbidden.dtype == np.bool_ else forbidden
    result = instance.call(solver)
    selection(solver, instance)
    assert (result.sites[: len(fixed)] == fixed).all(), f"sites {result.sites} do not begin with {fixed}"
    assert not np.isin(result.sites, forbidden).any(), f"sites {result.sites}, of which {forbidden} are forbidden"
    assert result.cost == paid(costs, result.sites), f"cost {result.cost}, by hand {paid(costs, result.sites)}"
    if result.converged and "local_optimum" in solver.claims:
        best = exchanges(costs, result.sites, None, fixed, forbidden)
        assert best >= result.cost, f"one exchange lowers the cost from {result.cost} to {best}"
    if "greedy" in solver.claims:
        expected = additions(costs, p, None, fixed, forbidden)
        assert result.sites.tolist() == expected, f"{result.sites}, by hand {expected}"
    if "exact" in solver.claims:
        best = brute_force(costs, p, None, fixed, forbidden)
        assert result.cost == best, f"cost {result.cost}, the optimum is {best}"
    nothing = np.empty(0, dtype=np.int64)
    free, unsaid = (instance.call(solver, init="first", fixed=none, forbidden=none) for none in (nothing, None))
    assert free == unsaid, f"{free} with nothing fixed or forbidden, {unsaid} without the options"


@st.composite
def _holed(draw: st.DrawFn) -> Instance:
    """Any pairs forbidden, but for one of each client."""
    instance = draw(rectangles(max_n=8, max_m=7, dtypes=("f4", "f8"), holes=False))
    costs, p = instance.args
    n, m = costs.shape
    for client in range(n):
        costs[client, draw(st.permutations(range(m)))[: draw(st.integers(0, m - 1))]] = np.inf
    return Instance((costs, p), instance.options, instance.wishes)


@SUITE.law("forbidden-pairs", given=_holed())
def forbidden_pairs(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    finite = np.isfinite(costs)
    dear = 1.0 + 2.0 * float(costs[finite].sum())
    if "exact" in solver.claims:
        exact(solver, instance)
        return
    priced = instance.but(np.where(finite, costs, dear).astype(np.float64), p).call(solver)
    try:
        result = instance.call(solver)
    except InvalidInput as error:
        assert "costs" in str(error), f"the message does not name costs: {error}"
        assert priced.cost >= dear, f"refused, though {priced.sites} serve every client"
        return
    assert np.isfinite(result.cost), f"{result.sites} leave a client unserved"
    assert (result.sites == priced.sites).all(), f"{result.sites}, with a high price in place of inf {priced.sites}"
    assert result.cost == priced.cost, f"cost {result.cost}, with a high price in place of inf {priced.cost}"


@SUITE.law("zero-passes", given=rectangles())
def zero_passes(solver: AnySolver, instance: Instance) -> None:
    if not _has(solver, "max_iter", "init"):
        return
    costs, p = instance.args
    result = instance.call(solver, max_iter=0)
    assert result.n_iter == 0, f"n_iter is {result.n_iter}"
    assert result.n_swap == 0, f"n_swap is {result.n_swap}"
    assert not result.converged, "converged without looking"
    init = instance.wishes["init"]
    if not isinstance(init, str):
        assert (result.sites == init).all(), f"sites {result.sites} are not the initial {init}"
    elif init == "first":
        assert result.sites.tolist() == list(range(p)), f"sites {result.sites} are not the first {p}"
    elif init == "build":
        assert result.sites.tolist() == additions(costs, p), f"sites {result.sites}, by hand {additions(costs, p)}"


@SUITE.law("restarts", given=rectangles() | searching(), scale=0.6)
def restarts(solver: AnySolver, instance: Instance) -> None:
    if not _has(solver, "n_init", "max_iter"):
        return
    for passes in (1, 100):  # after one pass the runs still differ
        one_by_one, at_once = np.random.default_rng(11), np.random.default_rng(11)
        runs = [instance.call(solver, rng=one_by_one, max_iter=passes) for _ in range(4)]
        best = min(runs, key=lambda run: run.cost)
        result = instance.call(solver, rng=at_once, max_iter=passes, n_init=4)
        assert result == best, f"{result}, the best of four runs is {best}"


@st.composite
def _integers(draw: st.DrawFn) -> Instance:
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    dtype = draw(st.sampled_from([np.int32, np.int64, np.uint32, np.uint8, np.int16, np.bool_]))
    high = 1 if dtype is np.bool_ else min(np.iinfo(dtype).max, 2**57)
    near = draw(st.booleans())  # sums that differ in their last digit only
    values = st.integers(max(0, high - 3) if near else 0, high)
    costs: Matrix = np.array(draw(st.lists(values, min_size=n * m, max_size=n * m)), dtype=dtype).reshape(n, m)
    p = draw(st.integers(1, m))
    return Instance((draw(layouts(costs)), p), {"rng": 0}, _start(draw, m, p))


def _exactly(costs: Matrix, sites: npt.ArrayLike) -> int:
    return sum(int(x) for x in costs[:, np.asarray(sites, dtype=np.intp)].min(axis=1))


@SUITE.law("integers", given=_integers())
def integers(solver: AnySolver, instance: Instance) -> None:
    costs = instance.args[0]
    result = instance.call(solver)
    expected = _exactly(costs, result.sites)
    assert isinstance(result.cost, int), f"cost is a {type(result.cost).__name__}"
    assert result.cost == expected, f"cost {result.cost}, exactly {expected}"
    assert result.client_costs.dtype == np.int64, f"client_costs are {result.client_costs.dtype}"
    assert result.history.dtype == np.int64, f"the history is of {result.history.dtype}"
    assert int(result.history[-1]) == expected, f"costs end at {result.history[-1]}, exactly {expected}"
    if result.converged and "local_optimum" in solver.claims:
        others = np.setdiff1d(np.arange(costs.shape[1]), result.sites)
        trials = (np.where(result.sites == old, new, result.sites) for old in result.sites for new in others)
        best = min((_exactly(costs, trial) for trial in trials), default=expected)
        assert best >= expected, f"one exchange lowers the cost from {expected} to {best}"


@SUITE.law("patience", given=rectangles() | searching())
def patience(solver: AnySolver, instance: Instance) -> None:
    if not _has(solver, "max_iter"):
        return
    found = [instance.call(solver, max_iter=passes).cost for passes in (0, 1, 2, 100)]
    assert found == sorted(found, reverse=True), f"costs {found} for 0, 1, 2, 100 passes"


@SUITE.law("perturbation", given=searching())
def perturbation(solver: AnySolver, instance: Instance) -> None:
    plain, rounds, more = (instance.call(solver, n_perturb=n) for n in (0, 5, 25))
    assert more.cost <= rounds.cost <= plain.cost, f"costs {plain.cost}, {rounds.cost}, {more.cost}"
    perturbed = Instance(instance.args, instance.options, {**instance.wishes, "n_perturb": 5})
    for law in (selection, nearest, cost, history, local_optimum):
        law(solver, perturbed)


@SUITE.law("local-optimum", given=rectangles(relayout=True) | searching() | searching())
def local_optimum(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if result.converged:
        best = exchanges(instance.args[0], result.sites)
        assert best >= result.cost, f"one exchange lowers the cost from {result.cost} to {best}"


@SUITE.law("approximation", given=rectangles(kinds=("plane",), max_n=10, max_m=8, max_p=4, holes=False))
def approximation(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if result.converged:
        best = brute_force(*instance.args)
        assert result.cost <= 5 * best, f"cost {result.cost}, the optimum is {best}"


@SUITE.law("steepest", given=rectangles() | searching())
def steepest(solver: AnySolver, instance: Instance) -> None:
    costs, _p = instance.args
    for passes in range(4):
        before, after = (instance.call(solver, max_iter=n) for n in (passes, passes + 1))
        best = min(before.cost, exchanges(costs, before.sites))
        assert after.cost == best, f"cost {after.cost} after exchange {passes + 1}, the best is {best}"


@st.composite
def _square(draw: st.DrawFn) -> Instance:
    """Clients that are sites: nobody pays at home, everybody elsewhere, in one direction more than in the other."""
    n = draw(st.integers(1, 14))
    p = draw(st.integers(1, n))
    high = draw(st.sampled_from([3, 1000]))
    costs = np.random.default_rng(draw(st.integers(0, 2**32))).integers(1, high + 1, (n, n))
    np.fill_diagonal(costs, 0)
    wishes = _start(draw, n, p)
    return Instance((costs.astype(draw(st.sampled_from(["f4", "f8", "i4", "i8"]))), p), {"rng": 3}, wishes)


@SUITE.law("k-medoids", given=_square())
def k_medoids(solver: AnySolver, instance: Instance) -> None:
    other: Solver[..., Any] = registry.get(f"k-medoids/{solver.claims.as_k_medoids}")
    costs, p = instance.args
    for passes in (100, 1, 2):
        result = instance.call(solver, max_iter=passes)
        wishes = {**instance.wishes, "max_iter": passes}
        expected = other(costs, p, metric="precomputed", symmetric=False, rng=3, **wishes)
        pairs = {
            "sites": (result.sites, expected.medoids),
            "assignment": (result.assignment, expected.medoids[expected.labels]),
            "cost": (result.cost, expected.loss),
            "n_iter": (result.n_iter, expected.n_iter),
            "n_swap": (result.n_swap, expected.n_swap),
            "history": (result.history, expected.losses),
            "converged": (result.converged, expected.converged),
        }
        for name, (a, b) in pairs.items():
            assert np.array_equal(a, b), f"{name} {a}, {other.name} has {b} (max_iter={passes})"


@SUITE.law("greedy", given=rectangles() | searching())
def greedy(solver: AnySolver, instance: Instance) -> None:
    expected, result = additions(*instance.args), instance.call(solver)
    assert result.sites.tolist() == expected, f"{result.sites}, by hand {expected}"


@SUITE.law("savings", given=rectangles(max_n=10, max_m=8, holes=False))
def savings(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    result = instance.call(solver)
    dearest = float(np.asarray(costs, dtype=np.float64).max(axis=1).sum())
    saved, most = dearest - result.cost, dearest - brute_force(costs, p)
    share = 1 - (1 - 1 / p) ** p
    assert saved >= share * most - 1e-9 * dearest, f"it saves {saved} of {most}, less than {share:.3f}"


@SUITE.law("exact", given=_demanding() | _holed() | rectangles())
def exact(solver: AnySolver, instance: Instance) -> None:
    costs, p = instance.args
    best = brute_force(costs, p, instance.wishes.get("demand") if _has(solver, "demand") else None)
    try:
        result = instance.call(solver)
    except InvalidInput as error:
        assert np.isinf(best), f"refused, though the optimum is {best}: {error}"
        return
    # The sums of the largest instances differ by a 1e-6th at least: the program's tolerance hides none of them.
    assert result.cost == best, f"cost {result.cost}, the optimum is {best}"
    assert result.proven, "is not said to be proven"
