"""FasterMSC and DynMSC in plain Python, and the same with one plausible mistake at a time."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from porism import Claims, Solver
from porism._validation import as_integer
from porism.problems.k_medoids.solvers import prepared
from porism.problems.medoid_silhouette import MedoidSilhouetteResult, medoid_silhouette_problem
from porism.problems.medoid_silhouette.laws import assigned, average_silhouette, medoid_silhouette_of

BUGS = {
    "0/0 counts 1": "score",
    "third nearest medoids are forgotten": "history",
    "one medoid has its loss for a silhouette": "score",
    "is the silhouette proper": "score",
    "stops after the first pass": "local-optimum",
    "labels are those before the last swap": "nearest",
    "a medoid's duplicate takes it over": "partition",
    "rows are read for columns": "asymmetric",
    "returns one medoid too few": "number",
    "last pass is not recorded": "history",
    "the last of several runs is returned": "restarts",
}
"""Each mistake of a search with k medoids, and a law that catches it."""

CHOOSING = {
    "the medoid whose removal costs the most goes first": "deletion",
    "the curve is of the last k only": "curve",
    "the smallest k is returned": "curve",
    "the curve is one off": "curve",
    "the curve is of the best run only": "restarts",
}
"""Each mistake of a search that chooses k."""


def mutant(bug: str | None, *, choosing: bool = False) -> Solver[..., MedoidSilhouetteResult]:
    """A solver that claims what `fastermsc`, or `dynmsc`, claims; correct for ``bug=None``."""

    def solve(
        X: Any,
        k: int,
        *,
        metric: Any = "euclidean",
        metric_params: Any = None,
        init: Any = "random",
        n_init: int = 1,
        max_iter: int = 100,
        order: str = "random",
        k_min: int | None = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
        symmetric: bool = True,
        memory_limit: int | None = None,
    ) -> MedoidSilhouetteResult:
        call = prepared(
            X, k, metric=metric, metric_params=metric_params, init=init, n_init=n_init, max_iter=max_iter, order=order,
            rng=rng, n_jobs=n_jobs, progress=progress, symmetric=symmetric, memory_limit=memory_limit,
        )  # fmt: skip
        seen = np.array(call.D.T if bug == "rows are read for columns" else call.D, dtype=np.float64)
        generator = np.random.default_rng(rng)
        if k_min is not None:
            as_integer("k_min", k_min, 1, call.k)
        runs = [run(call, seen, k_min, max_iter, generator) for _ in range(n_init)]
        if bug == "the last of several runs is returned":
            return runs[-1]
        best = max(runs, key=lambda result: result.silhouette)
        if bug == "the curve is of the best run only":
            return best
        sources = {size: max(runs, key=lambda result, size=size: result.curve[size]) for size in best.curve}
        return dataclasses.replace(
            best,
            curve={size: result.curve[size] for size, result in sources.items()},
            curve_medoids={size: result.curve_medoids[size] for size, result in sources.items()},
        )

    def run(call: Any, seen: Any, k_min: int | None, max_iter: int, generator: Any) -> MedoidSilhouetteResult:
        k = call.k
        medoids = [
            int(i) for i in (generator.permutation(len(seen))[:k] if isinstance(call.start, str) else call.start)
        ]
        sizes = range(k, (k_min or 1) - 1, -1) if choosing else [k]
        curve, sets, best = {}, {}, None
        for size in sizes:
            while len(medoids) > size:
                costs = [_score(bug, seen, [m for m in medoids if m != gone]) for gone in medoids]
                worst = bug == "the medoid whose removal costs the most goes first"
                medoids.pop(int(np.argmin(costs) if worst else np.argmax(costs)))
            found = _search(bug, seen, medoids, max_iter)
            medoids = list(found[0])
            curve[size], sets[size] = found[1][-1], np.array(medoids, dtype=np.int64)
            if best is None or found[1][-1] > best[1][-1] or bug == "the smallest k is returned":
                best = found
        assert best is not None
        chosen, scores, labels, converged, n_swap = best
        if bug == "the curve is of the last k only":
            curve, sets = {size: curve[size]}, {size: sets[size]}
        if bug == "the curve is one off" and len(curve) > 1:
            curve = dict(zip(curve, [*list(curve.values())[1:], 0.0], strict=True))
        curve, sets = dict(sorted(curve.items())), dict(sorted(sets.items()))
        medoids_found = np.array(chosen, dtype=np.int64)
        if bug == "returns one medoid too few" and len(chosen) > 1:
            medoids_found, labels = medoids_found[:-1], np.minimum(labels, len(chosen) - 2)
        return MedoidSilhouetteResult(
            medoids=medoids_found,
            labels=labels.astype(np.int64),
            silhouette=float(scores[-1]),
            n_iter=len(scores) - 1,
            n_swap=n_swap,
            converged=converged,
            silhouettes=np.array(scores[:-1] if bug == "last pass is not recorded" and len(scores) > 1 else scores),
            curve=curve,
            curve_medoids=sets,
            n_eval=0,
            _prototypes=call.prototypes(medoids_found),
        )

    claims = Claims(chooses_k=True) if choosing else Claims(fixed_k=True, local_optimum="swap")
    return Solver(solve, medoid_silhouette_problem, "mutant", claims=claims)


def _score(bug: str | None, D: Any, medoids: list[int]) -> float:
    if bug == "is the silhouette proper":
        return average_silhouette(D, assigned(D, medoids))
    if len(medoids) == 1:
        return float(D[:, medoids].sum()) if bug == "one medoid has its loss for a silhouette" else 0.0
    value = medoid_silhouette_of(D, medoids)
    if bug == "0/0 counts 1":
        value -= float((np.sort(D[:, medoids], axis=1)[:, 1] == 0).mean())
    return value


def _search(bug: str | None, D: Any, medoids: list[int], max_iter: int) -> tuple[Any, ...]:
    now, before = list(medoids), list(medoids)
    scores, n_swap, converged = [_score(bug, D, now)], 0, False
    while len(scores) <= max_iter and not converged:
        swapped = False
        for j in range(len(D)):
            if j in now:
                continue
            for slot in range(len(now)):
                trial = [j if place == slot else m for place, m in enumerate(now)]
                value = _score(bug, D, trial)
                if bug == "third nearest medoids are forgotten" and len(now) > 2:
                    value = _without_third(D, now, slot, j)
                if value > _score(bug, D, now) + 1e-12:
                    before, now, swapped = now, trial, True
                    n_swap += 1
        scores.append(_score(bug, D, now))
        converged = not swapped or bug == "stops after the first pass"
    labels = assigned(D, before if bug == "labels are those before the last swap" else now)
    if bug == "a medoid's duplicate takes it over":
        labels = np.argmin(D[:, now], axis=1)
    return now, scores, labels, converged, n_swap


def _without_third(D: Any, medoids: list[int], slot: int, candidate: int) -> float:
    """The silhouette after an exchange, from the two medoids nearest before it and the candidate alone."""
    near = np.argsort(D[:, medoids], axis=1, kind="stable")[:, :2]
    pairs = np.take_along_axis(D[:, medoids], near, axis=1)
    pairs[near == slot] = np.inf
    rows = np.sort(np.column_stack([pairs, D[:, candidate]]), axis=1)
    return float(np.mean([1.0 - (a / b if 0 < b < np.inf else 0.0) for a, b in rows[:, :2]]))
