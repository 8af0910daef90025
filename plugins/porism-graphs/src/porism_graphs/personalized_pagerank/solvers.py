"""The baselines of `personalized-pagerank`: power iteration, which is exact to a tolerance, and forward push.

Both compute the *killed* walk: it starts at the source, and at each step stops with probability alpha, or because it
has nowhere to go. With x the expected number of visits times alpha, the scores with ``dangling="source"`` are
x / sum(x): a walker that jumps back to its source where it is stuck does what a new walker would do. That is exact, not
an approximation, and it is what makes the killed walk linear in its source whatever dangles. (An implementation that
restarts stuck walkers inside the iteration gets the same numbers for one source, and wrong ones as soon as walks of
several sources are combined, because each walk would restart elsewhere.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, Paper
from porism.validation import Report, as_flag, as_n_jobs, plain_array, reporting, stages
from porism_graphs._arguments import as_choice, as_integer, as_number, as_walk, check_memory, told
from porism_graphs._graph import Graph, as_distributions, as_graph, is_sparse, to_kernel
from porism_graphs.personalized_pagerank._walking import UNIT, WalkGraph, from_kernel, mass_of
from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank

__all__ = ["Query", "as_query", "as_sources", "forward_push", "power_iteration"]

Floats = npt.NDArray[np.float64]

BLOCK = 1 << 22
"""Entries of a dense block of flows: n times the queries that are computed together."""

MANY_STEPS = 1_000_000
"""Steps that are not begun unless asked for by `max_iter`."""

PAGE_1999 = Paper(
    key="page1999pagerank",
    title="The {PageRank} Citation Ranking: Bringing Order to the Web",
    authors=("Page, Lawrence", "Brin, Sergey", "Motwani, Rajeev", "Winograd, Terry"),
    year=1999,
    venue="Stanford InfoLab, Technical Report 1999-66",
    url="http://ilpubs.stanford.edu:8090/422/",
    kind="techreport",
)

ANDERSEN_CHUNG_LANG_2006 = Paper(
    key="andersen2006local",
    title="Local Graph Partitioning using {PageRank} Vectors",
    authors=("Andersen, Reid", "Chung, Fan", "Lang, Kevin"),
    year=2006,
    venue="47th Annual IEEE Symposium on Foundations of Computer Science (FOCS)",
    pages="475--486",
    doi="10.1109/FOCS.2006.44",
    kind="inproceedings",
)


@dataclass(frozen=True)
class Query:
    """The canonical arguments of the problem, checked.

    Attributes
    ----------
    graph : Graph
        With self-loops already in place for ``dangling="stay"``.
    sources : (q, n) scipy.sparse.csr_array of float64
        A distribution in each row.
    alpha, walk : float
        Probabilities of teleporting and of walking on.
    """

    graph: Graph
    sources: Any
    alpha: float
    walk: float


def as_query(A: object, sources: object, alpha: object, damping: object, dangling: object) -> Query:
    """Check the canonical arguments; errors as :func:`personalized_pagerank` documents."""
    teleport, walk = as_walk(alpha, damping)
    stay = as_choice("dangling", dangling, ("source", "stay")) == "stay"
    graph = as_graph("A", A)
    rows = as_sources(sources, graph.n)
    return Query(graph.with_loops() if stay and graph.dangling.any() else graph, rows, teleport, walk)


def as_sources(value: object, n: int) -> Any:
    """The distributions that a query of a graph with `n` vertices starts from, a row of a csr_array for each."""
    from scipy import sparse

    must = f"vertices (integers in 0..{n - 1}), or a matrix with {n} columns and rows that sum to 1"
    if is_sparse(value):
        return as_distributions("sources", value, n)
    if value is None or isinstance(value, str | bytes | dict | set):
        raise InvalidType(f"sources must be {must}, got {told(value)}")
    array = plain_array("sources", value, must)
    if array.ndim == 2:
        return as_distributions("sources", value, n)
    if array.ndim > 2:
        raise InvalidInput(f"sources must be {must}, got {told(array)}")
    vertices = array.reshape(-1)
    if vertices.size == 0:
        raise InvalidInput(f"sources must be {must}, got none")
    if vertices.dtype.kind not in "iu":
        raise InvalidType(f"sources must be {must}, got {told(value)}" + f" of dtype {vertices.dtype}")
    outside = np.flatnonzero((vertices < 0) | (vertices >= n))
    if outside.size:
        place = f" at sources[{outside[0]}]" if array.ndim else ""
        raise InvalidInput(f"sources must be {must}, got {vertices[outside[0]]}{place}")
    q = len(vertices)
    return sparse.csr_array((np.ones(q), vertices.astype(np.int64), np.arange(q + 1)), shape=(q, n))


@porism.solver(
    personalized_pagerank,
    "power-iteration",
    aliases=("ppr-power",),
    paper=PAGE_1999,
    complexity="O(m log(1/tol) / alpha) time for each query; n q scores, and 4 blocks of 32 MiB, of memory",
    claims=Claims(exact=True, deterministic=True, interruptible=True),
    tags=("exact", "baseline"),
    default=True,
)
def power_iteration(
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    tol: float = 1e-10,
    max_iter: int | None = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PPRResult:
    """Power iteration: follow the whole distribution of the walk step by step, until what still walks is below `tol`.

    Queries are computed together, a sparse-times-dense product a step, so that each adjacency list is read once for
    many of them. What still walks after T steps is known exactly, at most (1-alpha)^T, and gives the error bound.

    Parameters
    ----------
    tol : float
        L1 error allowed for each row of scores, in (0, 1]. Rounding adds about 1e-15 times the mean degree of visited
        vertices over alpha, which `error_bound` includes and `tol` does not.
    max_iter : int, optional
        Steps at most; `error_bound` then says how far the scores are. None: as many as `tol` needs, which is
        log(alpha tol / 2) / log(1-alpha) or fewer.
    n_jobs : int, optional
        Threads of the products. They do not change the result.
    memory_limit : int, optional
        Bytes that the scores may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, the value being the error that is left.

    Raises
    ------
    TooLarge
        If q times n scores may not fit in `memory_limit`.
    InvalidInput
        If alpha is so small that `tol` needs a million steps, and `max_iter` does not ask for them.

    Notes
    -----
    With f_0 the source and f_{t+1} = (1-alpha) P^T f_t, the killed walk is x = alpha (f_0 + f_1 + …). After T terms the
    rest is nonnegative and has mass r = sum(f_T) at most, so that normalising s, of mass S, is off by at most
    2r / (S + r) in L1.
    """
    query = as_query(A, sources, alpha, damping, dangling)
    tol = as_number("tol", tol, 0, 1, closed=True)
    limit, threads = _step_limit(query.alpha, query.walk, tol, max_iter), as_n_jobs(n_jobs)
    n, q = query.graph.n, query.sources.shape[0]
    check_memory(f"power-iteration: the scores of {n} vertices for {q} sources", 12 * n * q, memory_limit)
    backward = to_kernel(query.graph.transitions.T.tocsr())
    weight = np.asarray(query.graph.in_degrees() + query.graph.out_degrees() + 6, dtype=np.float64)
    width = max(1, BLOCK // n)
    blocks = [query.sources[start : start + width] for start in range(0, q, width)]
    with reporting(progress, "power-iteration", "error") as report:
        told = stages(report, *[block.shape[0] for block in blocks])
        return _joined(
            [_iterate(backward, b, query, tol, limit, weight, threads, t) for b, t in zip(blocks, told, strict=True)]
        )


def _step_limit(alpha: float, walk: float, tol: float, max_iter: object) -> int:
    if max_iter is not None:
        return as_integer("max_iter", max_iter, 1)
    # What was visited has mass alpha at least, however much of the walk has died at dangling vertices.
    needed = (math.log(tol) + math.log(alpha / 2)) / math.log(walk) if walk < 1 else math.inf
    if needed > MANY_STEPS:
        short = f"alpha={alpha:g} needs {needed:.2g} steps for tol={tol:g}"
        raise InvalidInput(f"alpha must be larger, or tol, or max_iter be given: {short}")
    return math.ceil(needed) + 1


def _iterate(
    backward: Any,
    sources: Any,
    query: Query,
    tol: float,
    limit: int,
    weight: Floats,
    n_jobs: int,
    report: Report | None,
) -> PPRResult:
    """Power iteration for one block of queries, each a column of a dense block of flows."""
    from porism.kernels import graph as kernel

    flow = np.ascontiguousarray(sources.toarray().T)
    visits, arrived = np.zeros_like(flow), np.empty_like(flow)
    mass = np.zeros(flow.shape[1])
    left = flow.sum(axis=0)
    steps = 0
    while True:
        visits += flow
        mass += left
        kernel.spmm(backward, flow, arrived, n_jobs)
        flow, arrived = arrived, flow
        flow *= query.walk
        left = flow.sum(axis=0)
        steps += 1
        # mass counts alpha-fold, as the scores do once they are multiplied by alpha
        lacking = 2 * left / (query.alpha * mass + left)
        if report is not None:
            report(steps, limit, float(lacking.max()))
        if steps == limit or float(lacking.max()) <= tol:
            break
    del flow, arrived
    visits *= query.alpha
    # Running error analysis, all terms being nonnegative: an error made in the flow adds at most its own size to the
    # scores; a step makes one rounding for each in-edge, and three and one for each out-edge in the transitions.
    rounded = 2 * UNIT * (weight @ visits / query.alpha + (steps + 64) * query.alpha * mass)
    bound = lacking * (1 + 1e-6) + 2 * rounded / (query.alpha * mass)
    scores, lost = _normalised(np.ascontiguousarray(visits.T)), np.minimum(left, 1.0)
    return PPRResult(scores, lost, np.minimum(bound, 2.0), steps)


def _normalised(rows: Floats) -> Any:
    from scipy import sparse

    rows /= rows.sum(axis=1, keepdims=True)
    return sparse.csr_array(rows)


def _joined(done: list[PPRResult]) -> PPRResult:
    from scipy import sparse

    if len(done) == 1:
        return done[0]
    return PPRResult(
        sparse.csr_array(sparse.vstack([part.scores for part in done], format="csr")),
        np.concatenate([part.lost_mass for part in done]),
        np.concatenate([part.error_bound for part in done]),
        max(part.n_steps for part in done),
    )


@porism.solver(
    personalized_pagerank,
    "forward-push",
    aliases=("acl-push",),
    paper=ANDERSEN_CHUNG_LANG_2006,
    complexity="O(1 / (epsilon alpha)) pushes along edges for each query, and two vectors of n for each thread",
    claims=Claims(push=True, deterministic=True, interruptible=True),
    tags=("local", "baseline"),
)
def forward_push(
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    epsilon: float = 1e-6,
    normalize: bool = True,
    n_jobs: int | None = None,
    progress: Any = False,
) -> PPRResult:
    """Forward push: move mass along edges only where much of it lies, and leave the rest lying.

    Every vertex has a residue, walking mass that has arrived and not been followed. As long as some vertex has more
    than `epsilon` for each of its out-edges, all such vertices keep alpha of it and push the rest to their
    out-neighbours. Only the neighbourhood of the source is ever touched; scores elsewhere are 0.

    Parameters
    ----------
    epsilon : float
        Residue per out-edge that is left lying, in (0, 1). The error is what is left in all, up to
        epsilon times the number of edges.
    normalize : bool
        False to get what was kept, which is below the killed walk everywhere, and by `lost_mass` in all.
    n_jobs : int, optional
        Threads, which share out the queries.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Notes
    -----
    Invariant (Andersen, Chung & Lang 2006, for the walk without laziness): the killed walk from the source is
    what has been kept, plus the killed walk of the residue. Vertices wait in a queue, and pass on in one push what they
    gathered while they waited; `n_steps` is how often it was gone through.
    """
    from porism.kernels import graph as kernel

    query = as_query(A, sources, alpha, damping, dangling)
    epsilon = as_number("epsilon", epsilon, 0, 1)
    normalize, threads = as_flag("normalize", normalize), as_n_jobs(n_jobs)
    graph = WalkGraph(query.graph)
    with reporting(progress, "forward-push") as report:
        pushed, lying, rounds, _ = kernel.forward_push(
            graph.matrix, to_kernel(query.sources), query.alpha, epsilon, threads, report
        )
    kept, left = from_kernel(pushed), mass_of(from_kernel(lying))
    mass = mass_of(kept)
    # one rounding for each in-edge in each round, of terms that are all positive
    rounded = 4 * UNIT * (rounds * (graph.widest + 8) + 64.0)
    bound = left * (1 + 1e-6) + rounded * mass
    if normalize:
        kept.data /= np.repeat(mass, np.diff(kept.indptr))
        kept.data /= np.repeat(mass_of(kept), np.diff(kept.indptr))
        bound = np.minimum(2 * left / (mass + left) * (1 + 1e-6) + rounded / mass, 2.0)
    return PPRResult(kept, np.minimum(left, 1.0), bound, int(rounds.max()))
