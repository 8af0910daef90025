"""FasterPAM in plain Python, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from porism import Claims, InvalidInput, Solver
from porism._validation import as_rng
from porism.problems.k_medoids import KMedoidsResult, k_medoids
from porism.problems.k_medoids.laws import build
from porism.problems.k_medoids.solvers import Call, prepared

BUGS = {
    "second nearest is kept when a nearer medoid comes": "local-optimum",
    "shared part of the change is dropped": "local-optimum",
    "shared part is not added when slots are compared with the best so far": "local-optimum",
    "stops after the first pass": "local-optimum",
    "last candidate is never tried": "local-optimum",
    "first swap is taken whatever it costs": "history",
    "labels are those before the last swap": "nearest",
    "loss adds up in single precision": "loss",
    "loss is of the squared distances": "loss",
    "a medoid's duplicate takes it over": "partition",
    "BUILD stops early on duplicates": "partition",
    "medoids are positions in the search order": "nearest",
    "rows are read for columns": "asymmetric",
    "the tie goes to the last BUILD candidate": "zero-passes",
    "says it has converged without looking": "zero-passes",
    "every pair is evaluated by itself": "work",
    "Fortran order is read as C order": "layout",
    "X is overwritten": "inputs-untouched",
    "rng is ignored": "same-seed",
    "unknown options are swallowed": "unknown-option",
    "input is not checked": "bad-input",
    "threads change the order": "thread-invariance",
    "a threshold in absolute units": "scaling",
    "alternates instead of swapping": "local-optimum",
    "weights count in the loss only": "weights",
    "weights are ignored": "weights",
    "weights are relative": "weights",
    "fixed medoids are exchanged": "constraints",
    "fixed medoids come in any order": "constraints",
    "forbidden objects are tried": "constraints",
    "forbidden objects are drawn": "constraints",
    "the last of the runs is returned": "restarts",
    "every run has the same seed": "restarts",
    "condensed matrices are read column by column": "condensed",
    "integers are summed as floats": "integers",
    "integers are summed in their own width": "integers",
    "predicts rows instead of labels": "predict",
    "keeps the first rows in place of the medoids": "predict",
    "cosine is of the angle's half": "metrics",
    "a last pass is made too many": "patience",
    "the last of equally good slots is emptied": "swaps",
    "a candidate that did not improve is skipped until the pass after next": "swaps",
    "the second nearest is not renewed where the new medoid is between": "swaps",
}
"""Each mistake, and a law that catches it."""


class State:
    """Nearest and second nearest medoid of every object, as slots and distances."""

    def __init__(self, D: Any, medoids: list[int], weights: Any) -> None:
        n = len(D)
        self.D, self.medoids, self.weights = D, medoids, weights
        to = D[:, medoids]
        self.n1 = np.argmin(to, axis=1)
        for slot, medoid in enumerate(medoids):
            self.n1[medoid] = slot
        self.d1 = to[np.arange(n), self.n1]
        far = np.iinfo(np.int64).max if D.dtype.kind == "i" else np.inf
        rest = to.copy()
        rest[np.arange(n), self.n1] = far
        self.d2 = rest.min(axis=1)
        self.alone = len(medoids) == 1

    @np.errstate(over="ignore")
    def loss(self) -> Any:
        return (self.d1 * self.weights).sum().item()

    @np.errstate(invalid="ignore", over="ignore")  # infinitely far from every medoid: no change, and refused in the end
    def change(self, j: int, n_fixed: int) -> tuple[int, Any, Any]:
        """Best slot for candidate j, the change of the loss, and the part that all slots share."""
        x, w = self.D[:, j], self.weights
        removal = np.zeros(len(self.medoids), dtype=self.D.dtype)
        gap = np.zeros_like(self.d1) if self.alone else self.d2 - self.d1
        np.add.at(removal, self.n1, w * gap)
        near = x < self.d1
        shared = (w * (x - self.d1))[near].sum().item()
        np.add.at(removal, self.n1[near], -(w * gap)[near])
        if self.alone:
            removal[0] = (w * (x - self.d1))[~near].sum()
        else:
            between = ~near & (x < self.d2)
            np.add.at(removal, self.n1[between], (w * (x - self.d2))[between])
        removal[:n_fixed] = np.iinfo(np.int64).max if removal.dtype.kind == "i" else np.inf
        slot = int(np.argmin(removal))
        return slot, removal[slot].item() + shared, shared


def mutant(bug: str | None) -> Solver[..., KMedoidsResult]:
    """A solver that claims what `fasterpam` claims; correct for ``bug=None``."""

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
        sample_weight: Any = None,
        fixed: Any = None,
        forbidden: Any = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
        symmetric: bool = True,
        memory_limit: int | None = None,
    ) -> KMedoidsResult:
        options = {
            "metric": metric, "metric_params": metric_params, "init": init, "n_init": n_init, "max_iter": max_iter,
            "order": order, "sample_weight": sample_weight, "fixed": fixed, "forbidden": forbidden, "rng": rng,
            "n_jobs": n_jobs, "progress": progress, "symmetric": symmetric, "memory_limit": memory_limit,
        }  # fmt: skip
        generator = None if bug == "rng is ignored" else rng
        if not isinstance(rng, np.random.Generator) and bug != "input is not checked":
            generator = np.random.default_rng(as_rng(generator))
        runs = []
        for _ in range(n_init if isinstance(n_init, int) and n_init > 0 else 1):
            source = copy.deepcopy(generator) if bug == "every run has the same seed" and n_init > 1 else generator
            runs.append(_solve(bug, X, k, {**options, "rng": source}))
        return runs[-1] if bug == "the last of the runs is returned" else min(runs, key=lambda run: run.loss)

    def careless(X: Any, k: int, **options: Any) -> KMedoidsResult:
        known = {name: value for name, value in options.items() if name in solve.__kwdefaults__}
        return solve(X, k, **known)

    function: Callable[..., KMedoidsResult] = careless if bug == "unknown options are swallowed" else solve
    claims = Claims(
        local_optimum="swap",
        fast_swap=True,
        swaps="eager",
        thread_invariant=True,
        exact_integers=True,
        predicts=True,
        descent=True,
    )
    return Solver(function, k_medoids, "mutant", claims=claims)


def _solve(bug: str | None, X: Any, k: int, options: dict[str, Any]) -> KMedoidsResult:
    if bug == "input is not checked":
        n = np.size(X) or 1
        call = prepared(np.zeros((n, 1)), 1)
    elif bug == "condensed matrices are read column by column" and np.ndim(X) == 1:
        n = round((1 + np.sqrt(1 + 8 * len(X))) / 2)
        square = np.zeros((n, n), dtype=X.dtype)
        square[np.tril_indices(n, -1)] = X
        call = prepared(square + square.T, k, **options)
    else:
        call = prepared(X, k, **options)
    D, k, start = call.D, call.k, call.start
    weights = np.ones(len(D), dtype=np.int64) if call.weights is None else call.weights
    forbidden = np.zeros(len(D), dtype=bool) if call.forbidden is None else call.forbidden
    n_fixed = 0 if bug == "fixed medoids are exchanged" else len(call.fixed)
    if bug == "weights are relative":
        weights = weights / weights.sum() * len(weights)
    own_width = D.dtype if bug == "integers are summed in their own width" else np.int64
    D = np.array(D, dtype=own_width if D.dtype.kind == "i" and bug != "integers are summed as floats" else np.float64)
    if bug == "cosine is of the angle's half" and options["metric"] == "cosine":
        D = 1 - np.sqrt(np.maximum(0.0, 1 - D / 2))
    if bug == "Fortran order is read as C order" and not np.asarray(X).flags.c_contiguous:
        D = D[::-1, ::-1]
    if bug == "X is overwritten" and isinstance(X, np.ndarray) and X.flags.writeable:
        X += 1
    if bug == "loss is of the squared distances":
        D = D**2
    seen = D.T if bug == "rows are read for columns" else D
    rng = np.random.default_rng(options["rng"])
    n = len(D)
    medoids = _start(bug, seen, k, start, rng, weights, call.fixed, forbidden)
    walk = rng.permutation(n) if options["order"] == "random" else np.arange(n)
    if bug == "threads change the order" and options["n_jobs"] not in (None, 1):
        walk = walk[::-1]
    counted = np.ones_like(weights) if bug in ("weights are ignored", "weights count in the loss only") else weights
    state = State(seen, medoids, counted)
    losses = [state.loss()]
    before = state
    n_swap = n_iter = n_eval = 0
    tried: dict[int, int] = {}
    converged = bug == "says it has converged without looking"
    if bug == "alternates instead of swapping":
        medoids, converged = _alternate(seen, medoids), options["max_iter"] > 0
        state = before = State(seen, medoids, counted)
        losses.append(state.loss())
        n_iter = 1
    candidates = walk[:-1] if bug == "last candidate is never tried" else walk
    while n_iter < options["max_iter"] and bug != "alternates instead of swapping":
        n_iter += 1
        swapped = False
        for j in candidates:
            if int(j) in state.medoids or (forbidden[j] and bug != "forbidden objects are tried"):
                continue
            if n_fixed == k:
                continue
            n_eval += k if bug == "every pair is evaluated by itself" else 1
            slot, change, shared = state.change(int(j), n_fixed)
            if bug == "the last of equally good slots is emptied":
                equal = [i for i in range(n_fixed, k) if total_change(state, int(j), i) == change]
                slot = equal[-1] if equal else slot
            if bug == "a candidate that did not improve is skipped until the pass after next":
                change = 0 if tried.get(int(j)) == n_iter - 1 else change
                if change >= 0:
                    tried[int(j)] = n_iter if tried.get(int(j)) != n_iter - 1 else 0
            if bug == "shared part of the change is dropped":
                change -= shared
            if bug == "shared part is not added when slots are compared with the best so far" and shared < 0:
                slot = 0
                change = total_change(state, int(j), 0)
            least = -1e-3 * 2**15 if bug == "a threshold in absolute units" else 0
            if bug == "first swap is taken whatever it costs" and n_swap == 0:
                least = np.inf
            if change < least:
                before = state
                chosen = list(state.medoids)
                chosen[slot] = int(j)
                state = State(seen, chosen, counted)
                if bug == "the second nearest is not renewed where the new medoid is between":
                    x = seen[:, int(j)]
                    between = (before.n1 != slot) & (x >= before.d1) & (x < before.d2)
                    state.d2 = np.where(between, np.maximum(before.d2, x), state.d2)
                if bug == "second nearest is kept when a nearer medoid comes":
                    state.d2 = np.where(before.n1 != slot, np.maximum(state.d2, before.d2), state.d2)
                n_swap += 1
                swapped = True
        losses.append(state.loss())
        if not swapped:
            converged = True
            break
        if bug == "stops after the first pass":
            converged = True
            break
    labels = before.n1 if bug == "labels are those before the last swap" else state.n1
    found = np.array(state.medoids, dtype=np.int64)
    if bug == "a medoid's duplicate takes it over":
        labels = np.argmin(D[:, found], axis=1)
    if bug == "medoids are positions in the search order":
        found = np.argsort(walk)[found]
    if bug == "fixed medoids come in any order":
        turned = np.argsort(found)
        found, labels = found[turned], np.argsort(turned)[labels]
    if bug == "weights count in the loss only":
        state.weights = weights
        losses[-1] = state.loss()
    loss = losses[-1]
    if bug == "a last pass is made too many" and n_iter == 2:
        loss = losses[0]
    if bug == "loss adds up in single precision":
        loss = float(np.cumsum(state.d1.astype(np.float32) + np.float32(1e5))[-1] - np.float32(1e5 * n))
    if np.isinf(loss):
        raise InvalidInput("X: infinitely far from every medoid, or more than float64 can hold, times sample_weight")
    return KMedoidsResult(
        medoids=found,
        labels=labels.astype(np.int64),
        loss=loss,
        n_iter=n_iter,
        n_swap=n_swap,
        converged=converged,
        losses=np.array(losses),
        distances=D[np.arange(n), np.array(state.medoids)[state.n1]],
        n_eval=n_eval,
        n_dist=n_eval * n,
        _prototypes=_prototypes(bug, call, found),
    )


def _prototypes(bug: str | None, call: Call, found: Any) -> Any:
    if bug == "keeps the first rows in place of the medoids":
        return call.prototypes(np.arange(len(found)))
    kept = call.prototypes(found)
    if bug != "predicts rows instead of labels":
        return kept

    class Rows:
        def distances(self, X: Any, threads: int) -> Any:
            near = np.argmin(kept.distances(X, threads), axis=1)
            rows = np.ones((len(near), len(call.D)))
            rows[np.arange(len(near)), found[near]] = 0
            return rows

    return Rows()


def total_change(state: State, j: int, slot: int) -> float:
    chosen = list(state.medoids)
    chosen[slot] = j
    return float((state.D[:, chosen].min(axis=1) * state.weights).sum() - state.loss())


def _start(
    bug: str | None,
    D: Any,
    k: int,
    start: Any,
    rng: np.random.Generator,
    weights: Any,
    fixed: Any,
    forbidden: Any,
) -> list[int]:
    if not isinstance(start, str):
        return [int(i) for i in start]
    if start != "build":
        drawn = rng.permutation(len(D)) if start == "random" else np.arange(len(D))
        barred = np.zeros_like(forbidden) if bug == "forbidden objects are drawn" else forbidden
        rest = [int(i) for i in drawn if not barred[i] and i not in fixed]
        return [*(int(i) for i in fixed), *rest][:k]
    chosen = build(D, k, weights, fixed, np.flatnonzero(forbidden))
    if bug == "BUILD stops early on duplicates":
        return [i for place, i in enumerate(chosen) if place == 0 or D[i, chosen[:place]].min() > 0]
    if bug == "the tie goes to the last BUILD candidate":
        flipped = np.asarray(D)[::-1, ::-1]
        return [len(D) - 1 - i for i in build(flipped, k)]
    return chosen


def _alternate(D: Any, medoids: list[int]) -> list[int]:
    for _ in range(100):
        labels = State(D, medoids, np.ones(len(D))).n1
        better = []
        for slot in range(len(medoids)):
            own = np.flatnonzero(labels == slot)
            better.append(int(own[np.argmin(D[np.ix_(own, own)].sum(axis=0))]))
        if better == medoids:
            break
        medoids = better
    return medoids
