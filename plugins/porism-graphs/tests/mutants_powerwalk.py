"""PowerWalk, forward push and FORA in plain NumPy, and the same with one mistake at a time: what the laws must catch."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
from scipy import sparse

from porism import Claims, InvalidInput, Solver, solver
from porism.validation import as_flag, as_rng
from porism_graphs._arguments import as_number
from porism_graphs.personalized_pagerank import PPRIndex, PPRResult, personalized_pagerank, powerwalk
from porism_graphs.personalized_pagerank._walking import WalkGraph, finish, mass_of
from porism_graphs.personalized_pagerank.index import Shard, as_settings
from porism_graphs.personalized_pagerank.solvers import as_query

WALKING = {
    "the index is not used": "decomposition",
    "what fingerprints say is not used": "online",
    "dangling flow returns to the source while it is followed": "decomposition",
    "flow is followed a step further than it is counted": "decomposition",
    "what has stopped keeps walking": "decomposition",
    "fingerprints are taken as they are, whatever the flow": "index-bound",
    "what is dropped is not told": "index-bound",
    "what is below the threshold is rounded up to it": "prune",
    "mass is lost without a threshold": "prune",
    "what an index has dropped is not told": "pruned-index",
    "an index keeps the last entries and fills up the rest": "pruned-index",
    "walks are numbered by shards": "shards",
    "the start is not counted": "unbiased",
    "walks end after ten steps": "unbiased",
    "stuck walkers go back to where they started": "unbiased",
    "each fingerprint is divided by its own total": "unbiased",
    "walkers are divided over edges by rounding": "unbiased",
    "weights are ignored": "unbiased",
    "every vertex has the same random numbers": "online",
    "only end points are counted": "full-path",
    "more than a hundred walks are not drawn": "rate",
    "every query draws anew": "linear",
    "normalize=False is ignored": "linear",
    "the bound is what is usual": "error-bound",
    "the bound is of the killed walk alone": "error-bound",
    "the index of any graph is taken": "bad-input",
    "threads have seeds of their own": "thread-invariance",
}
"""Each mistake, and a law that catches it."""

PUSHING = {
    "degrees are not counted": "push",
    "stuck mass is kept whole": "push",
    "residue is set to zero after its push": "push",
    "lost_mass is the largest residue": "push",
    "what was lost is not in the bound": "error-bound",
}

DRAWING = {
    "walks start at the source": "unbiased",
    "there are as many walks from each vertex": "relative-error",
    "end points are visits": "unbiased",
    "walkers that are stuck stop there": "unbiased",
    "the residue is forgotten": "relative-error",
}


def walks(P: Any, start: int, R: int, c: float, rng: np.random.Generator, bug: str | None, ends: bool = False) -> Any:
    """Visits of R walks from a vertex, by vertex."""
    n = len(P)
    reach = np.cumsum(P, axis=1)
    count = np.zeros(n)
    at = np.full(R, start)
    left = rng.geometric(c, R) - 1
    if bug == "walks end after ten steps":
        left = np.minimum(left, 9)
    if not ends and bug != "the start is not counted":
        count[start] += R
    if bug == "walkers are divided over edges by rounding":
        there = np.zeros(n)
        there[start] = R
        for _ in range(200):  # a walker alone on a cycle would be rounded up for ever
            there = np.rint(((1 - c) * there)[:, None] * P).sum(axis=0)
            count += there
        return count
    while len(at):
        if ends:
            np.add.at(count, at[left == 0], 1)
        at, left = at[left > 0], left[left > 0] - 1
        stuck = reach[at, -1] == 0 if len(at) else np.zeros(0, dtype=bool)
        if bug == "stuck walkers go back to where they started":
            at = np.where(stuck, start, at)
            moved = stuck
        else:
            if bug == "walkers that are stuck stop there":
                np.add.at(count, at[stuck], 1)
            at, left = at[~stuck], left[~stuck]
            moved = np.zeros(len(at), dtype=bool)
        if not len(at):
            break
        draw = rng.random(len(at)) * reach[at, -1]
        step = np.minimum((reach[at] <= draw[:, None]).sum(axis=1), n - 1)
        at = np.where(moved, at, step)
        if not ends:
            np.add.at(count, at, 1)
    return count


def fingerprint(P: Any, start: int, R: int, c: float, seed: int, bug: str | None) -> Any:
    """The estimate of the killed walk from a vertex."""
    key = 0 if bug == "every vertex has the same random numbers" else start
    rng = np.random.default_rng([seed, key])
    if bug == "more than a hundred walks are not drawn":
        R = min(R, 100)
    if bug == "only end points are counted":
        return walks(P, start, R, c, rng, bug, ends=True) / R
    count = walks(P, start, R, c, rng, bug)
    return count / count.sum() if bug == "each fingerprint is divided by its own total" else c * count / R


class LooseIndex(PPRIndex):
    """An index whose mistake is in what it tells."""

    def query(self, sources: Any, **options: Any) -> PPRResult:
        result = super().query(sources, **options)
        return PPRResult(result.scores, np.zeros(len(result.lost_mass)), result.error_bound, result.n_steps)


def building(bug: str | None) -> Any:
    """How an index is built with that mistake."""

    def build(
        A: Any, *, n_shards: int | None = None, top: int | None = None, vertices: Any = None, **options: Any
    ) -> Any:
        if bug == "walks are numbered by shards" and (n_shards or vertices is not None):
            options["rng"] = 6
        index = powerwalk.build(A, n_shards=n_shards, top=top, vertices=vertices, **options)
        if bug == "what an index has dropped is not told" and top:
            index.__class__ = LooseIndex
        if bug == "an index keeps the last entries and fills up the rest" and top:
            (shard,) = index.shards()
            counts = shard.values + (shard.dropped / np.maximum(np.diff(shard.indptr), 1)).repeat(np.diff(shard.indptr))
            wrong = Shard(shard.vertices, shard.indptr, shard.indices, counts.astype(np.uint32), shard.dropped)
            index._shards = [types.SimpleNamespace(result=lambda: wrong)]
        return index

    return build


CLAIMS = Claims(index=True, unbiased=True, linear=True, rate=True, full_path=True)


def walker(bug: str | None) -> Solver[..., PPRResult]:
    """PowerWalk with that mistake; None for the right one."""
    assert bug is None or bug in WALKING, bug

    @solver(personalized_pagerank, "mutant", claims=CLAIMS, build=building(bug))
    def solve(
        A: Any,
        sources: Any,
        *,
        alpha: float | None = None,
        damping: float | None = None,
        dangling: str = "source",
        n_walks: int = 100,
        n_steps: int = 3,
        threshold: float = 1e-6,
        index: Any = None,
        bound: str = "residual",
        normalize: bool = True,
        rng: Any = None,
        n_jobs: int | None = None,
    ) -> PPRResult:
        query = as_query(A, sources, alpha, damping, dangling)
        T, least, bound, normalize, threads = as_settings(n_steps, threshold, bound, normalize, n_jobs)
        if isinstance(n_walks, bool) or not isinstance(n_walks, int) or n_walks < 1:
            raise InvalidInput(f"n_walks must be 1 or more, got {n_walks!r}")
        seed = int(as_rng(rng).integers(2**62))
        if bug == "threads have seeds of their own":
            seed += threads
        graph = WalkGraph(query.graph)
        if index is not None:
            if not isinstance(index, PPRIndex):
                raise InvalidInput(f"index must be a PPRIndex, got a {type(index).__name__}")
            if bug != "the index of any graph is taken":
                index.matches(graph, query.alpha, dangling)
        c, P = query.alpha, graph.transitions.toarray()
        if bug == "weights are ignored":
            P = (P > 0) / np.maximum((P > 0).sum(axis=1), 1)[:, None]
        starts, known = query.sources.toarray(), np.zeros(query.sources.shape)
        flow, dropped = starts.copy(), np.zeros(len(starts))
        for _ in range(T):
            known += c * flow
            stuck = flow[:, ~P.any(axis=1)].sum(axis=1)
            flow = (1.0 if bug == "what has stopped keeps walking" else 1 - c) * flow @ P
            if bug == "dangling flow returns to the source while it is followed":
                flow += (1 - c) * stuck[:, None] * starts
            if bug == "mass is lost without a threshold":
                dropped += 1e-6
            small = (flow > 0) & (flow < least)
            if bug == "what is below the threshold is rounded up to it":
                flow[small] = least
            else:
                dropped += np.where(small, flow, 0).sum(axis=1)
                flow[small] = 0
        if bug == "flow is followed a step further than it is counted":
            flow = (1 - c) * flow @ P
        estimates = known.copy()
        if index is not None and bug != "the index is not used":
            prints = index.fingerprints().toarray()
            mass = (flow > 0) / len(P) if bug == "fingerprints are taken as they are, whatever the flow" else flow
            estimates += mass @ prints
        else:
            drawn: dict[int, Any] = {}
            for q, row in enumerate(flow):
                for w in np.flatnonzero(row):
                    own = seed + 1000 * q if bug == "every query draws anew" else seed
                    if w not in drawn or bug == "every query draws anew":
                        drawn[w] = fingerprint(P, int(w), n_walks, c, own, bug)
                    if bug != "what fingerprints say is not used":
                        estimates[q] += row[w] * drawn[w]
        answers = sparse.csr_array(estimates)
        result = finish(
            graph,
            query.sources,
            answers,
            c,
            known=known.sum(axis=1),
            open_mass=flow.sum(axis=1) + dropped,
            lost=np.zeros(len(starts)) if bug == "what is dropped is not told" else dropped,
            n_steps=T,
            bound=bound,
            normalize=normalize or bug == "normalize=False is ignored",
            n_jobs=threads,
        )
        told = result.error_bound
        if bug == "the bound is what is usual":
            told = np.full(len(told), 0.5 / np.sqrt(n_walks))
        if bug == "the bound is of the killed walk alone":
            told = told / 2 * np.minimum(mass_of(answers), 1.0)
        return PPRResult(result.scores, result.lost_mass, told, T)

    return solve


def pusher(bug: str | None) -> Solver[..., PPRResult]:
    """Forward push with that mistake; None for the right one."""
    assert bug is None or bug in PUSHING, bug

    @solver(personalized_pagerank, "mutant", claims=Claims(push=True, deterministic=True))
    def solve(
        A: Any,
        sources: Any,
        *,
        alpha: float | None = None,
        damping: float | None = None,
        dangling: str = "source",
        epsilon: float = 1e-6,
        normalize: bool = True,
    ) -> PPRResult:
        query = as_query(A, sources, alpha, damping, dangling)
        epsilon, normalize = as_number("epsilon", epsilon, 0, 1), as_flag("normalize", normalize)
        P, c = query.graph.transitions.toarray(), query.alpha
        ends = ~P.any(axis=1)
        limit = epsilon * (len(P) if bug == "degrees are not counted" else np.maximum((P > 0).sum(axis=1), 1))
        kept, residue = np.zeros(query.sources.shape), query.sources.toarray()
        active, rounds = residue > 0, 0
        while active.any():
            moved = np.where(active, residue, 0)
            kept += (np.where(ends, 1.0, c) if bug == "stuck mass is kept whole" else c) * moved
            arrived = (1 - c) * moved @ P
            if bug == "residue is set to zero after its push":
                residue = np.where(active, 0, residue + arrived)
            else:
                residue = residue - moved + arrived
            active, rounds = residue > limit, rounds + 1
        left, mass = residue.sum(axis=1), kept.sum(axis=1)
        bound = (2 * left / (mass + left) if normalize else left) + 1e-12
        if bug == "what was lost is not in the bound":
            bound = np.full(len(left), 1e-12)
        lost = residue.max(axis=1) if bug == "lost_mass is the largest residue" else left
        scores = sparse.csr_array(kept / mass[:, None] if normalize else kept)
        return PPRResult(scores, np.minimum(lost, 1.0), bound, rounds)

    return solve


def drawer(bug: str | None) -> Solver[..., PPRResult]:
    """FORA with that mistake; None for the right one."""
    assert bug is None or bug in DRAWING, bug

    @solver(personalized_pagerank, "mutant", claims=Claims(unbiased=True, relative_error=True))
    def solve(
        A: Any,
        sources: Any,
        *,
        alpha: float | None = None,
        damping: float | None = None,
        dangling: str = "source",
        normalize: bool = True,
        rng: Any = None,
    ) -> PPRResult:
        query, normalize = as_query(A, sources, alpha, damping, dangling), as_flag("normalize", normalize)
        graph = WalkGraph(query.graph)
        P, c, n = graph.transitions.toarray(), query.alpha, query.graph.n
        per_mass = (2.0 + 1 / 3) * np.log(2.0 * n) / (0.25 / n)
        limit = 0.5 * np.sqrt(1 / max(graph.transitions.nnz, 1)) * np.sqrt(0.25 / per_mass) * 8
        limit = limit * np.maximum((P > 0).sum(axis=1), 1)
        draw = as_rng(rng)
        rows = []
        for start in query.sources.toarray():
            kept, residue, active = np.zeros(n), start.copy(), start > 0
            while active.any():
                moved = np.where(active, residue, 0)
                kept += c * moved
                residue = residue - moved + (1 - c) * moved @ P
                active = residue > limit
            for v in np.flatnonzero(residue):
                if bug == "the residue is forgotten":
                    break
                many = int(np.ceil(residue[v] * per_mass))
                if bug == "there are as many walks from each vertex":
                    many = 1
                begin = int(np.flatnonzero(start)[0]) if bug == "walks start at the source" else int(v)
                ends = bug != "end points are visits"
                kept += residue[v] / many * walks(P, begin, many, c, draw, bug, ends=ends)
            rows.append(kept)
        known = np.zeros(len(rows))
        return finish(
            graph,
            query.sources,
            sparse.csr_array(np.array(rows)),
            c,
            known=known,
            open_mass=known + 1,
            lost=known,
            n_steps=0,
            bound="residual",
            normalize=normalize,
            n_jobs=1,
        )

    return solve
