"""Fast interchange, greedy addition and enumeration in plain Python, and each with one plausible mistake at a time."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from porism import Claims, InvalidInput, Solver
from porism._validation import as_float, as_integer, as_rng
from porism.problems.p_median import PMedianResult, fast_interchange, greedy_addition, p_median, teitz_bart
from porism.problems.p_median._call import Call, prepared
from porism.problems.p_median.laws import additions

BUGS = {
    "a site is its own client": "nearest",
    "clients are assigned by position in sites": "selection",
    "labels are those before the last exchange": "nearest",
    "Fortran order is read as C order": "layout",
    "stops after the first pass": "local-optimum",
    "last site is never tried": "local-optimum",
    "only the first site may leave": "local-optimum",
    "says it has converged without looking": "zero-passes",
    "demand counts in the cost only": "demand",
    "demand is ignored": "demand",
    "a client without demand must be served": "demand",
    "client costs are multiplied by demand": "demand",
    "fixed sites are exchanged": "constraints",
    "fixed sites come in any order": "constraints",
    "forbidden sites are tried": "constraints",
    "a forbidden pair costs nothing": "forbidden-pairs",
    "a forbidden pair is a large number": "forbidden-pairs",
    "gives up where the start leaves somebody out": "forbidden-pairs",
    "the last of the runs is returned": "restarts",
    "integers are summed as floats": "integers",
    "integers are summed in their own width": "integers",
    "a threshold in absolute units": "scaling",
    "the history is of the first pass": "history",
    "every result is proven": "bound",
    "the lower bound is the cost": "bound",
    "costs are overwritten": "inputs-untouched",
}
"""Each mistake of an eager exchange, and a law that catches it."""

ADDING = {
    "adds the best sites by themselves": "greedy",
    "the last of equals is added": "greedy",
    "a site is dropped for every second one": "greedy",
    "serves as cheaply as possible, then as many": "forbidden-pairs",
    "demand is ignored": "demand",
    "fixed sites are not counted": "constraints",
    "the history is one short": "history",
    "adds dear sites": "savings",
}
"""Each mistake of a greedy addition."""

ENUMERATING = {
    "the last choice is not tried": "exact",
    "stops at the first local optimum": "exact",
    "demand is ignored": "exact",
    "infeasible choices are skipped without a word": "exact",
    "bounds too high": "bound",
}
"""Each mistake of an exact solver."""

WRONG = (
    (fast_interchange, {"steepest": True}, "steepest"),
    (fast_interchange, {"greedy": True}, "greedy"),
    (fast_interchange, {"exact": True}, "exact"),
    (fast_interchange, {"as_k_medoids": "fastpam1"}, "k-medoids"),
    (teitz_bart, {"as_k_medoids": "fasterpam"}, "k-medoids"),
    (greedy_addition, {"exact": True}, "exact"),
)
"""Solvers, what they would be wrong to claim, and the law that says so."""


def mutant(bug: str | None) -> Solver[..., PMedianResult]:
    """A solver that claims what `fast-interchange` claims, but for its perturbation; correct for ``bug=None``."""

    def solve(
        costs: Any,
        p: int,
        *,
        init: Any = "random",
        n_init: int = 1,
        max_iter: int = 100,
        order: str = "random",
        demand: Any = None,
        fixed: Any = None,
        forbidden: Any = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
        memory_limit: int | None = None,
    ) -> PMedianResult:
        call = prepared(
            costs, p, init=init, n_init=n_init, max_iter=max_iter, order=order, demand=demand, fixed=fixed,
            forbidden=forbidden, rng=rng, n_jobs=n_jobs, progress=progress, memory_limit=memory_limit,
        )  # fmt: skip
        if bug == "costs are overwritten" and isinstance(costs, np.ndarray) and costs.flags.writeable:
            costs += 1
        generator = as_rng(rng)
        runs = [_exchange(bug, call, max_iter, order, generator) for _ in range(n_init)]
        served = [run for run in runs if run is not None]
        if not served:
            raise InvalidInput("costs: no sites that serve every client were found")
        return served[-1] if bug == "the last of the runs is returned" else min(served, key=lambda run: run.cost)

    claims = Claims(local_optimum="swap", descent=True, exact_integers=True, thread_invariant=True)
    return Solver(solve, p_median, "mutant", claims=claims)


def _values(bug: str | None, call: Call) -> Any:
    whole = call.costs.dtype.kind == "i" and bug != "integers are summed as floats"
    values = np.array(call.costs, dtype=np.int64 if whole else np.float64)
    if bug == "a forbidden pair costs nothing":
        values[np.isinf(values)] = 0
    if bug == "a forbidden pair is a large number":
        values[np.isinf(values)] = 1e6
    if bug == "Fortran order is read as C order":
        values = values.ravel(order="K").reshape(values.shape)
    return values


def _weights(bug: str | None, call: Call) -> Any:
    n = len(call.costs)
    if call.demand is None or bug == "demand is ignored":
        return np.ones(n, dtype=np.int64)
    return call.demand


def _paid(values: Any, sites: Any, weights: Any, least: float = 0.0) -> tuple[int, Any]:
    """How many clients that count are left out, and what the others pay."""
    near = values[:, sites].min(axis=1)
    served = np.isfinite(near)
    return int((~served & (weights > least)).sum()), (near[served] * weights[served]).sum().item()


def _result(bug: str | None, call: Call, values: Any, sites: Any, weights: Any, **more: Any) -> PMedianResult:
    chosen = np.array(sites, dtype=np.int64)
    positions = np.argmin(values[:, more.pop("labelled", chosen)], axis=1)
    own = values[np.arange(len(values)), chosen[positions]]
    assignment = positions if bug == "clients are assigned by position in sites" else chosen[positions]
    if bug == "a site is its own client":
        here = chosen[chosen < len(assignment)]
        assignment[here] = here
    if bug == "client costs are multiplied by demand" and call.demand is not None:
        own = own * weights
    _, cost = _paid(values, chosen, weights)
    if bug == "integers are summed in their own width" and call.costs.dtype.kind == "i":
        cost = own.astype(np.int32).sum(dtype=np.int32).item()
    fields: dict[str, Any] = {
        "n_iter": 0, "n_swap": 0, "converged": True, "proven": bug == "every result is proven", "n_eval": 0,
        "lower_bound": float(cost) if bug in ("the lower bound is the cost", "every result is proven") else 0.0,
        "n_read": 0, "history": np.array([cost]),
    }  # fmt: skip
    return PMedianResult(
        sites=chosen, assignment=assignment.astype(np.int64), cost=cost, client_costs=own, **{**fields, **more}
    )


def _exchange(
    bug: str | None, call: Call, max_iter: int, order: str, generator: np.random.Generator
) -> PMedianResult | None:
    values, weights = _values(bug, call), _weights(bug, call)
    if bug == "demand counts in the cost only":
        weights = np.ones(len(values), dtype=np.int64)
    m = values.shape[1]
    barred = np.zeros(m, dtype=bool) if call.forbidden is None else call.forbidden
    drawn = generator.permutation(m)
    kept = call.fixed.tolist()
    if not isinstance(call.start, str):
        sites = call.start.tolist()
    elif call.start == "build":
        sites = additions(values, call.p, weights, kept, np.flatnonzero(barred))
    else:
        rest = [s for s in (drawn if call.start == "random" else np.arange(m)).tolist() if not barred[s]]
        sites = [*kept, *(s for s in rest if s not in kept)][: call.p]
    least = -1.0 if bug == "a client without demand must be served" else 0.0
    now, before = _paid(values, sites, weights, least), list(sites)
    if bug == "gives up where the start leaves somebody out" and now[0]:
        return None
    history, n_swap = [now], 0
    converged = bug == "says it has converged without looking"
    walk = generator.permutation(m) if order == "random" else np.arange(m)
    walk = walk[:-1] if bug == "last site is never tried" else walk
    n_fixed = 0 if bug == "fixed sites are exchanged" else len(kept)
    leaving = range(n_fixed, min(call.p, n_fixed + 1) if bug == "only the first site may leave" else call.p)
    while len(history) <= max_iter and not converged:
        swapped = False
        for site in walk.tolist():
            if site in sites or (barred[site] and bug != "forbidden sites are tried") or not len(leaving):
                continue
            trials = [[site if place == slot else s for place, s in enumerate(sites)] for slot in leaving]
            found = [_paid(values, trial, weights, least) for trial in trials]
            best = min(range(len(found)), key=lambda i: found[i])
            left, price = found[best]
            better = (left, price) < now
            if bug == "a threshold in absolute units":
                better = left < now[0] or price < now[1] - 1e-3
            if better:
                before, sites, now, swapped = sites, trials[best], found[best], True
                n_swap += 1
        history.append(now)
        converged = not swapped or bug == "stops after the first pass"
    if now[0]:
        return None
    if bug == "fixed sites come in any order":
        sites = sorted(sites)
    weights = _weights(bug, call)
    prices = [price if not left else np.inf for left, price in history]
    prices[-1] = _paid(values, sites, weights)[1]
    if bug == "the history is of the first pass":
        prices = prices[:2]
    return _result(
        bug,
        call,
        values,
        sites,
        weights,
        n_iter=len(history) - 1,
        n_swap=n_swap,
        converged=converged,
        history=np.array(prices),
        labelled=before if bug == "labels are those before the last exchange" else sites,
    )


def adding(bug: str | None) -> Solver[..., PMedianResult]:
    """A solver that claims what `greedy-addition` claims."""

    def solve(
        costs: Any,
        p: int,
        *,
        demand: Any = None,
        fixed: Any = None,
        forbidden: Any = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
        memory_limit: int | None = None,
    ) -> PMedianResult:
        call = prepared(
            costs, p, demand=demand, fixed=fixed, forbidden=forbidden, rng=rng, n_jobs=n_jobs, progress=progress,
            memory_limit=memory_limit,
        )  # fmt: skip
        values, weights = _values(bug, call), _weights(bug, call)
        allowed, sites = call.allowed.tolist(), call.fixed.tolist()
        if bug == "fixed sites are not counted" and len(sites) < p:
            sites = []
        history = [] if not sites else [_paid(values, sites, weights)]
        while len(sites) < p:
            free = [site for site in allowed if site not in sites]
            after = {site: _paid(values, [*sites, site], weights) for site in free}
            if bug == "adds the best sites by themselves":
                after = {site: _paid(values, [site], weights) for site in free}
            if bug == "serves as cheaply as possible, then as many":
                after = {site: (after[site][1], after[site][0]) for site in free}
            if bug == "the last of equals is added":
                free = free[::-1]
            best = max(free, key=after.__getitem__) if bug == "adds dear sites" else min(free, key=after.__getitem__)
            if bug == "a site is dropped for every second one" and len(sites) == 2:
                sites[0] = free[0] if free[0] != best else free[-1] if free[-1] != best else sites[0]
            sites = [*sites, best]
            history.append(_paid(values, sites, weights))
        prices = [price if not left else np.inf for left, price in history]
        if history[-1][0]:
            raise InvalidInput("costs: no sites that serve every client were found")
        prices = prices[1:] if bug == "the history is one short" and p > 1 else prices
        return _result(bug, call, values, sites, weights, n_iter=len(prices) - 1, history=np.array(prices))

    claims = Claims(greedy=True, deterministic=True, exact_integers=True, thread_invariant=True)
    return Solver(solve, p_median, "mutant", claims=claims)


def enumerating(bug: str | None) -> Solver[..., PMedianResult]:
    """A solver that claims what `milp` claims."""

    def solve(
        costs: Any,
        p: int,
        *,
        demand: Any = None,
        fixed: Any = None,
        forbidden: Any = None,
        time_limit: float | None = None,
        rng: Any = None,
        memory_limit: int | None = None,
    ) -> PMedianResult:
        if time_limit is not None:
            as_float("time_limit", time_limit, 0.0, ends="()")
        call = prepared(costs, p, demand=demand, fixed=fixed, forbidden=forbidden, rng=rng, memory_limit=memory_limit)
        as_integer("p", p, 1)
        values, weights = _values(bug, call), _weights(bug, call)
        kept = call.fixed.tolist()
        free = [site for site in call.allowed.tolist() if site not in kept]
        choices = [[*kept, *chosen] for chosen in itertools.combinations(free, p - len(kept))]
        if bug == "the last choice is not tried" and len(choices) > 1:
            choices = choices[:-1]
        found = [_paid(values, chosen, weights) for chosen in choices]
        best = min(range(len(found)), key=found.__getitem__)
        if bug == "stops at the first local optimum":
            best = next((i for i in range(len(found) - 1) if found[i] < found[i + 1]), best)
        if bug == "infeasible choices are skipped without a word":
            best = min(range(len(found)), key=lambda i: (found[i][1], found[i][0]))
        if found[best][0]:
            raise InvalidInput("costs: no sites serve every client")
        price = _paid(values, choices[best], _weights(None, call) if bug != "demand is ignored" else weights)[1]
        bound = float(price) * (1.5 if bug == "bounds too high" else 1.0)
        return _result(bug, call, values, choices[best], weights, proven=True, lower_bound=bound)

    claims = Claims(exact=True, deterministic=True, exact_integers=True)
    return Solver(solve, p_median, "mutant", claims=claims)
