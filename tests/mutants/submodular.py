"""Greedy in plain Python, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism import Claims, Solver, objectives
from porism._validation import as_n_jobs, as_rng
from porism.objectives import Objective
from porism.problems.submodular_maximization import SelectionResult, submodular_maximization
from porism.problems.submodular_maximization.solvers import selected

BUGS = {
    "ties go to the largest number": "greedy-choice",
    "old gains are taken for fresh ones": "greedy-choice",
    "the last candidate is never asked": "greedy-choice",
    "gains are those of the first round": "gains",
    "value forgets the initial items": "value",
    "value adds up in half precision": "value",
    "initial items are ranked again": "feasible",
    "candidates are ignored": "feasible",
    "takes one more than k": "feasible",
    "an item may come twice": "feasible",
    "the bound forgets what is chosen": "certificate",
    "the bound adds k - 1 gains": "certificate",
    "the certified bound is the value": "certificate",
    "the first round is not counted": "queries",
    "any objective will do": "monotonicity",
    "an absolute threshold": "scaling",
    "a tight bound is not looked for": "bounds",
    "ends where nothing is gained": "exactly-k",
    "the budget may be passed once": "budget",
    "gain per cost without the best single item": "budget",
    "groups may give one more": "matroid",
    "rng breaks ties": "deterministic",
    "threads change the order": "thread-invariance",
    "every second call is another": "same-seed",
    "unknown options are swallowed": "unknown-option",
    "input is not checked": "bad-input",
    "the order of the candidates breaks ties": "candidate-order",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., SelectionResult]:
    """A solver that claims what `greedy` claims, but the interrupts; correct for ``bug=None``."""
    calls = [0]

    def solve(
        objective: Any,
        k: int,
        *,
        initial: Any = (),
        candidates: Any = None,
        rng: Any = None,
        bound: str = "auto",
        n_jobs: int | None = None,
        progress: Any = False,
        costs: Any = None,
        budget: float | None = None,
        matroid: Any = None,
        **unknown: Any,
    ) -> SelectionResult:
        calls[0] += 1
        given = {"initial": initial, "candidates": candidates, "rng": rng, "bound": bound, "n_jobs": n_jobs}
        given |= {"progress": progress, "costs": costs, "budget": budget, "matroid": matroid}
        if unknown and bug != "unknown options are swallowed":
            selected("greedy", objective, k, **given, **unknown)
        if bug != "input is not checked":
            # The real solver refuses what is to be refused, asked about another objective, so that no call is counted.
            stand_in = objective
            if isinstance(objective, Objective):
                accepted = objective.monotonicity != "neither" or bug == "any objective will do"
                stand_in = objectives.modular(np.ones(objective.n_items)) if accepted else objective
            selected("greedy", stand_in, k, **given)
        return _greedy(bug, calls[0], objective, k, given)

    function: Callable[..., SelectionResult] = solve
    if bug != "unknown options are swallowed":

        def strict(
            objective: Any,
            k: int,
            *,
            initial: Any = (),
            candidates: Any = None,
            rng: Any = None,
            bound: str = "auto",
            n_jobs: int | None = None,
            progress: Any = False,
            costs: Any = None,
            budget: float | None = None,
            matroid: Any = None,
        ) -> SelectionResult:
            return solve(
                objective,
                k,
                initial=initial,
                candidates=candidates,
                rng=rng,
                bound=bound,
                n_jobs=n_jobs,
                progress=progress,
                costs=costs,
                budget=budget,
                matroid=matroid,
            )

        function = strict
    claims = Claims(
        deterministic=True,
        greedy_choice=True,
        approximation_ratio="1 - (1 - 1/k)^k",
        budget=True,
        matroid=True,
        exactly_k=True,
        order_free=True,
        scale_free=True,
        thread_invariant=True,
    )
    return Solver(function, submodular_maximization, "mutant", claims=claims)


def _greedy(bug: str | None, call: int, f: Any, k: int, given: dict[str, Any]) -> SelectionResult:
    initial = [int(item) for item in given["initial"]]
    offered = range(f.n_items) if given["candidates"] is None else [int(item) for item in given["candidates"]]
    if bug == "candidates are ignored":
        offered = range(f.n_items)
    costs = None if given["costs"] is None else np.asarray(given["costs"], dtype=float)
    left = [e for e in offered if e not in initial or bug == "initial items are ranked again"]
    if bug != "the order of the candidates breaks ties":
        left.sort()
    if bug == "the last candidate is never asked" and len(left) > 2:
        left.pop()
    if bug == "rng breaks ties":
        as_rng(given["rng"]).shuffle(left)
    if bug == "threads change the order" and as_n_jobs(given["n_jobs"]) > 1:
        left.reverse()
    if bug == "every second call is another" and call % 2 and left:
        left.pop(0)
    queries = 0
    tie = bug in ("rng breaks ties", "the order of the candidates breaks ties", "threads change the order")

    def value(members: list[int]) -> float:
        nonlocal queries
        queries += bool(members)
        return float(f.value(list(dict.fromkeys(members))))

    start = current = value(initial)
    ranking: list[int] = []
    gains: list[float] = []
    falls = f.monotonicity == "decreasing"
    upper = np.inf
    first: dict[int, float] = {}
    known: dict[int, float] = {}

    def admitted(e: int) -> bool:
        within = costs is None or costs[[*ranking, e]].sum() <= given["budget"]
        if bug == "the budget may be passed once" and costs is not None:
            within = costs[ranking].sum() <= given["budget"] if ranking else within
        free = given["matroid"] is None or given["matroid"].is_independent([*ranking, e])
        if bug == "groups may give one more" and given["matroid"] is not None:
            free = free or (bool(ranking) and given["matroid"].is_independent([*ranking[1:], e]))
        return within and free

    constrained = costs is not None or given["matroid"] is not None
    for _ in range(k + (bug == "takes one more than k")):
        asked = [e for e in left if admitted(e)]
        if not asked:
            break
        if bug == "old gains are taken for fresh ones" and first:
            known = {e: first.get(e, 0.0) for e in asked}
        else:
            known = {e: value([*initial, *ranking, e]) - current for e in asked}
        if not first:
            first = dict(known)
            if bug == "the first round is not counted":
                queries -= 1
        if not constrained and (not falls or not ranking):
            top = sorted(known.values(), reverse=True)[: k - (bug == "the bound adds k - 1 gains")]
            base = start if bug == "the bound forgets what is chosen" else current
            if ranking or bug != "the bound forgets what is chosen":
                upper = min(upper, base + sum(gain for gain in top if gain > 0 or falls))
        score = {e: known[e] / (costs[e] if costs is not None else 1.0) for e in asked}
        most = max(score.values())
        best = [e for e in asked if score[e] == most]
        item = best[0] if tie else (max(best) if bug == "ties go to the largest number" else min(best))
        if bug == "an absolute threshold" and known[item] < 0.8 and ranking:
            break
        if bug == "ends where nothing is gained" and known[item] <= 0 and falls:
            break
        ranking.append(item)
        gain = first[item] if bug == "gains are those of the first round" else known[item]
        gains.append(gain)
        current += known[item]
        if bug != "an item may come twice":
            left.remove(item)
    if costs is not None and first and bug != "gain per cost without the best single item":
        single = max(first, key=lambda e: (first[e], -e))
        if start + first[single] > current:
            ranking, gains, current = [single], [first[single]], start + first[single]
    if constrained:
        # A bound that ignores the constraints, but holds: everything at its gain alone.
        upper = min(upper, start + sum(value([*initial, e]) - start for e in offered if e not in initial))
    elif given["bound"] == "tight" and not falls and f.monotonicity == "increasing":
        rest = {e: value([*initial, *ranking, e]) - current for e in left}
        top = sorted(rest.values(), reverse=True)[:k]
        if bug != "a tight bound is not looked for":
            upper = min(upper, current + sum(gain for gain in top if gain > 0))
        else:
            upper += abs(current) + 1
    elif not np.isfinite(upper):
        upper = current
    if bug == "the certified bound is the value":
        upper = current
    total = current
    if bug == "value forgets the initial items":
        total = float(f.value(list(dict.fromkeys(ranking))))
    if bug == "value adds up in half precision":
        total = float(np.float16(min(1000.0, current / 3)) * 3)
    return SelectionResult(
        np.array(ranking, dtype=np.int64), np.array(gains, dtype=np.float64), total, max(float(upper), total), queries
    )
