"""Power iteration in plain NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_graphs._arguments import as_integer, as_number
from porism_graphs.personalized_pagerank import PPRResult, personalized_pagerank
from porism_graphs.personalized_pagerank.solvers import as_query

BUGS = {
    "alpha is taken for the damping factor": "exact",
    "damping is ignored": "damping",
    "the start is not counted": "start",
    "dangling mass is lost": "distribution",
    "dangling mass goes to all vertices alike": "exact",
    "stay is taken for source": "exact",
    "scores are not normalised": "isolated",
    "the last step is announced and not made": "error-bound",
    "the bound forgets that scores are normalised": "error-bound",
    "the bound is always zero": "error-bound",
    "lost mass is told in percent": "lost-mass",
    "walks end after ten steps, and nobody is told": "nothing-lost",
    "edges are followed backwards": "exact",
    "weights are ignored": "exact",
    "columns are normalised": "exact",
    "of duplicate entries the last one counts": "representation",
    "explicit zeros are edges": "representation",
    "weights under one are none": "scaling",
    "only the first source is asked": "batch",
    "a distribution is taken for its largest entry": "linearity",
    "a later query goes on where the last one ended": "batch",
    "the first vertex is the source of a distribution": "one-hot",
    "vertices keep the order of their degrees": "relabelling",
    "scores are in single precision": "exact",
    "zeros are stored": "form",
    "scores are dense": "form",
    "A is overwritten": "inputs-untouched",
    "rng decides the last digits": "deterministic",
    "input is not checked": "bad-input",
    "unknown options are swallowed": "unknown-option",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., PPRResult]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def solve(
        A: Any,
        sources: Any,
        *,
        alpha: float | None = None,
        damping: float | None = None,
        dangling: str = "source",
        tol: float = 1e-10,
        max_iter: int = 100_000,
        rng: Any = None,
        **other: Any,
    ) -> PPRResult:
        if bug != "unknown options are swallowed" and other:
            raise TypeError
        as_rng(rng)
        if bug == "damping is ignored" and damping is not None:
            damping = 0.85
        if bug == "input is not checked":
            A = np.abs(np.nan_to_num(np.asarray(A.toarray() if hasattr(A, "toarray") else A)))
        query = as_query(changed(A, bug), sources, alpha, damping, dangling)
        tol, max_iter = as_number("tol", tol, 0, 1, closed=True), as_integer("max_iter", max_iter, 1)
        n, P = query.graph.n, query.graph.transitions.toarray()
        starts = query.sources.toarray()
        c = query.walk if bug == "alpha is taken for the damping factor" else query.alpha
        if bug == "stay is taken for source":
            P[np.flatnonzero(as_query(A, 0, alpha, damping, "source").graph.dangling)] = 0.0
        if bug == "dangling mass goes to all vertices alike":
            P[~P.any(axis=1)] = 1.0 / n
        if bug == "edges are followed backwards":
            P = P.T / np.maximum(P.sum(axis=0), 1e-300)[:, None]
        if bug == "columns are normalised":
            P = P / np.maximum(P.sum(axis=0), 1e-300)
        if bug == "a distribution is taken for its largest entry":
            starts = np.eye(n)[np.argmax(starts, axis=1)]
        if bug == "the first vertex is the source of a distribution" and np.ndim(sources) == 2:
            starts = np.eye(n)[np.zeros(len(starts), dtype=int)]
        if bug == "only the first source is asked":
            starts = np.repeat(starts[:1], len(starts), axis=0)
        rows, lost, bounds, steps = [], [], [], 0
        for place, start in enumerate(starts):
            flow, visits = start.copy(), np.zeros(n)
            if bug == "a later query goes on where the last one ended" and place:
                flow = (flow + rows[-1]) / 2
            if bug == "the start is not counted":
                flow = (1 - c) * P.T @ flow
                visits += 1e-300 * start + (0 if flow.any() else start)
            taken = 0
            while True:
                visits += c * flow
                flow = (1 - c) * P.T @ flow
                taken += 1
                left = flow.sum()
                lacking = 2 * left / (visits.sum() + left)
                if lacking <= tol or taken >= max_iter:
                    break
                if bug == "walks end after ten steps, and nobody is told" and taken == 10:
                    left = lacking = 0.0
                    break
            if bug == "the last step is announced and not made":
                lacking *= (1 - c) ** 2
            if bug == "the bound forgets that scores are normalised":
                lacking = left
            if bug == "the bound is always zero":
                lacking = 0.0
            keeps = bug == "scores are not normalised" or (bug == "dangling mass is lost" and dangling == "source")
            rows.append(visits if keeps else visits / visits.sum())
            lost.append(min(left, 1.0) * (100 if bug == "lost mass is told in percent" else 1))
            bounds.append(min(lacking * 1.000001 + (0 if bug == "the bound is always zero" else 1e-13 * n / c), 2.0))
            steps = max(steps, taken)
        found = np.array(rows)
        if bug == "vertices keep the order of their degrees":
            found = found[:, np.argsort((P > 0).sum(axis=1), kind="stable")]
        if bug == "scores are in single precision":
            found = found.astype(np.float32).astype(np.float64)
        if bug == "rng decides the last digits":
            found = found * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, found.shape))
        scores = sparse.csr_array(found)
        if bug == "zeros are stored":
            full = np.tile(np.arange(n), len(found))
            scores = sparse.csr_array((found.ravel(), full, np.arange(len(found) + 1) * n), shape=found.shape)
        if bug == "scores are dense":
            scores = found
        return PPRResult(scores, np.array(lost), np.array(bounds), steps)

    if bug != "unknown options are swallowed":  # without **other the declaration refuses them, as it does for all
        whole = solve

        def solve(  # type: ignore[no-redef,misc]
            A: Any,
            sources: Any,
            *,
            alpha: float | None = None,
            damping: float | None = None,
            dangling: str = "source",
            tol: float = 1e-10,
            max_iter: int = 100_000,
            rng: Any = None,
        ) -> PPRResult:
            given = {"alpha": alpha, "damping": damping, "dangling": dangling, "tol": tol, "max_iter": max_iter}
            return whole(A, sources, **given, rng=rng)

    declare = solver(personalized_pagerank, "mutant", claims=Claims(exact=True, deterministic=True))
    return declare(solve)


def changed(A: Any, bug: str | None) -> Any:
    """The matrix as a mistaken solver reads it."""
    if bug == "A is overwritten":
        spoil(A)
    if bug == "weights are ignored":
        return np.asarray(A.toarray() if hasattr(A, "toarray") else A) != 0
    if bug == "weights under one are none":
        W = np.asarray(A.toarray() if hasattr(A, "toarray") else A, dtype=np.float64)
        return np.where(W < 1, 0.0, W)
    if bug in ("of duplicate entries the last one counts", "explicit zeros are edges") and hasattr(A, "tocoo"):
        coo = sparse.coo_array(A)
        if bug == "explicit zeros are edges":
            return sparse.coo_array((np.where(coo.data == 0, 0.25, coo.data), (coo.row, coo.col)), shape=coo.shape)
        W = np.zeros(coo.shape)
        W[coo.row, coo.col] = coo.data
        return W
    return A


def spoil(A: Any) -> None:
    """Divide in place, where that is possible: what a careless normalisation does."""
    data = getattr(A, "data", None) if hasattr(A, "tocoo") else A
    if isinstance(data, np.ndarray) and data.dtype.kind == "f" and data.flags.writeable:
        data /= 2.0
