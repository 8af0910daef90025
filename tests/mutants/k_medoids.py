"""FasterPAM in plain Python, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from porism import Claims, Solver
from porism.problems.k_medoids import KMedoidsResult, k_medoids
from porism.problems.k_medoids.laws import build
from porism.problems.k_medoids.solvers import checked

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
}
"""Each mistake, and a law that catches it."""


@dataclass
class State:
    """Nearest and second nearest medoid of every object, as slots and distances."""

    D: Any
    medoids: list[int]

    def __post_init__(self) -> None:
        n = len(self.D)
        to = self.D[:, self.medoids]
        self.n1 = np.argmin(to, axis=1)
        for slot, medoid in enumerate(self.medoids):
            self.n1[medoid] = slot
        self.d1 = to[np.arange(n), self.n1]
        rest = to.copy()
        rest[np.arange(n), self.n1] = np.inf
        self.d2 = rest.min(axis=1)

    def change(self, j: int) -> tuple[int, float, float]:
        """Best slot for candidate j, the change of the loss, and the part that all slots share."""
        x = self.D[:, j]
        removal = np.zeros(len(self.medoids))
        gap = np.where(np.isinf(self.d2), 0.0, self.d2 - self.d1)
        np.add.at(removal, self.n1, gap)
        near = x < self.d1
        shared = float((x - self.d1)[near].sum())
        np.add.at(removal, self.n1[near], -gap[near])
        between = ~near & (x < self.d2)
        np.add.at(removal, self.n1[between], np.where(np.isinf(self.d2), x - self.d1, x - self.d2)[between])
        if len(self.medoids) == 1:
            removal[0] = float((x - self.d1)[~near].sum())
        slot = int(np.argmin(removal))
        return slot, float(removal[slot]) + shared, shared


def mutant(bug: str | None) -> Solver[..., KMedoidsResult]:
    """A solver that claims what `fasterpam` claims; correct for ``bug=None``."""

    def solve(
        X: Any,
        k: int,
        *,
        metric: str = "euclidean",
        init: Any = "random",
        max_iter: int = 100,
        order: str = "random",
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
        symmetric: bool = True,
        memory_limit: int | None = None,
    ) -> KMedoidsResult:
        options = {
            "metric": metric, "init": init, "max_iter": max_iter, "order": order, "rng": rng, "n_jobs": n_jobs,
            "progress": progress, "symmetric": symmetric, "memory_limit": memory_limit,
        }  # fmt: skip
        return _solve(bug, X, k, options)

    def careless(X: Any, k: int, **options: Any) -> KMedoidsResult:
        known = {name: value for name, value in options.items() if name in solve.__kwdefaults__}
        return solve(X, k, **known)

    function: Callable[..., KMedoidsResult] = careless if bug == "unknown options are swallowed" else solve
    claims = Claims(local_optimum="swap", fast_swap=True, thread_invariant=True)
    return Solver(function, k_medoids, "mutant", claims=claims)


def _solve(bug: str | None, X: Any, k: int, options: dict[str, Any]) -> KMedoidsResult:
    if bug == "input is not checked":
        D = np.nan_to_num(np.asarray(X, dtype=float))
        k, start = 1, np.array([0])
        options = {**options, "rng": 0, "max_iter": 1}
        D = np.zeros((len(D), len(D)))
    else:
        D, k, start = checked(X, k, **options)
    D = np.array(D, dtype=np.float64)
    if bug == "Fortran order is read as C order" and not np.asarray(X).flags.c_contiguous:
        D = D[::-1, ::-1]
    if bug == "X is overwritten" and isinstance(X, np.ndarray) and X.flags.writeable:
        X += 1
    if bug == "loss is of the squared distances":
        D = D**2
    seen = D.T if bug == "rows are read for columns" else D
    rng = np.random.default_rng(None if bug == "rng is ignored" else options["rng"])
    n = len(D)
    medoids = _start(bug, seen, k, start, rng)
    walk = rng.permutation(n) if options["order"] == "random" else np.arange(n)
    if bug == "threads change the order" and options["n_jobs"] not in (None, 1):
        walk = walk[::-1]
    state = State(seen, medoids)
    losses = [float(state.d1.sum())]
    before = state
    n_swap = n_iter = n_eval = 0
    converged = bug == "says it has converged without looking"
    if bug == "alternates instead of swapping":
        medoids, converged = _alternate(seen, medoids), options["max_iter"] > 0
        state = before = State(seen, medoids)
        losses.append(float(state.d1.sum()))
        n_iter = 1
    candidates = walk[:-1] if bug == "last candidate is never tried" else walk
    while n_iter < options["max_iter"] and bug != "alternates instead of swapping":
        n_iter += 1
        swapped = False
        for j in candidates:
            if int(j) in state.medoids:
                continue
            n_eval += k if bug == "every pair is evaluated by itself" else 1
            slot, change, shared = state.change(int(j))
            if bug == "shared part of the change is dropped":
                change -= shared
            if bug == "shared part is not added when slots are compared with the best so far" and shared < 0:
                slot = 0
                change = total_change(state, int(j), 0)
            least = -1e-3 * 2**15 if bug == "a threshold in absolute units" else 0.0
            if bug == "first swap is taken whatever it costs" and n_swap == 0:
                least = np.inf
            if change < least:
                before = state
                chosen = list(state.medoids)
                chosen[slot] = int(j)
                state = State(seen, chosen)
                if bug == "second nearest is kept when a nearer medoid comes":
                    state.d2 = np.where(before.n1 != slot, np.maximum(state.d2, before.d2), state.d2)
                n_swap += 1
                swapped = True
        losses.append(float(state.d1.sum()))
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
    loss = losses[-1]
    if bug == "loss adds up in single precision":
        loss = float(np.cumsum(state.d1.astype(np.float32) + np.float32(1e5))[-1] - np.float32(1e5 * n))
    return KMedoidsResult(
        medoids=found,
        labels=labels.astype(np.int64),
        loss=float(loss),
        n_iter=n_iter,
        n_swap=n_swap,
        converged=converged,
        losses=np.array(losses),
        distances=D[np.arange(n), np.array(state.medoids)[state.n1]],
        n_eval=n_eval,
        n_dist=n_eval * n,
    )


def total_change(state: State, j: int, slot: int) -> float:
    chosen = list(state.medoids)
    chosen[slot] = j
    return float(state.D[:, chosen].min(axis=1).sum() - state.d1.sum())


def _start(bug: str | None, D: Any, k: int, start: Any, rng: np.random.Generator) -> list[int]:
    if not isinstance(start, str):
        return [int(i) for i in start]
    if start == "random":
        return [int(i) for i in rng.permutation(len(D))[:k]]
    chosen = build(D, k)
    if bug == "BUILD stops early on duplicates":
        return [i for place, i in enumerate(chosen) if place == 0 or D[i, chosen[:place]].min() > 0]
    if bug == "the tie goes to the last BUILD candidate":
        flipped = np.asarray(D)[::-1, ::-1]
        return [len(D) - 1 - i for i in build(flipped, k)]
    return chosen


def _alternate(D: Any, medoids: list[int]) -> list[int]:
    for _ in range(100):
        labels = State(D, medoids).n1
        better = []
        for slot in range(len(medoids)):
            own = np.flatnonzero(labels == slot)
            better.append(int(own[np.argmin(D[np.ix_(own, own)].sum(axis=0))]))
        if better == medoids:
            break
        medoids = better
    return medoids
