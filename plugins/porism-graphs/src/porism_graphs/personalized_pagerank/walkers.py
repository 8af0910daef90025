"""The solvers of `personalized-pagerank` that draw random walks: PowerWalk, plain Monte Carlo, and FORA.

All estimate the *killed* walk x of the module `solvers`, without bias, and divide by its mass at the end. What they
share:

- Walks are the same for the same seed, whatever threads there are, and whatever else is asked in the same call. Two
  vertices in a batch draw different walks, the same vertex twice the same ones.
- ``error_bound`` is certain. A Monte-Carlo method may promise an error with some probability, or measure it: once an
  answer is there, how far it is from solving the equation of the scores bounds how far it is from the scores, for two
  products with the graph. That is what is done here (``bound="residual"``). It does not assume that the walks were
  random, and it is two to four times the true error, which is what is left of a factor 1/alpha after errors of both
  signs have cancelled along a step. What probability has to say goes into the choice of `n_walks`: errors fall as
  1/sqrt(n_walks).
- Fingerprints that restart stuck walkers at their own start would be wrong, since that is another source than the
  query's: walkers die instead, and ``dangling="source"`` is in the division by the mass.

Where this departs from the paper's programs: theirs cut walks after ten steps, which loses 0.85^10 = 0.2 of the mass;
divide groups of walkers over edges by rounding, which makes and loses walkers; and count in 16 bits. Here lengths are
geometric, every walker steps by itself, and a count that leaves 32 bits raises `ResultOverflow`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.validation import Report, as_flag, as_n_jobs, reporting, stages
from porism_graphs._arguments import as_choice, as_integer, as_number, check_memory
from porism_graphs._graph import to_kernel
from porism_graphs.personalized_pagerank._walking import (
    BOUNDS,
    WalkGraph,
    check_alpha,
    finish,
    from_kernel,
    mass_of,
)
from porism_graphs.personalized_pagerank.index import (
    BYTES,
    MOST_WALKS,
    PPRIndex,
    as_settings,
    build,
    draw_seed,
    fingerprints,
)
from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank
from porism_graphs.personalized_pagerank.solvers import Query, as_query

__all__ = ["fora", "mcep", "mcfp", "powerwalk"]

LIU_2016 = Paper(
    key="liu2016powerwalk",
    title="{PowerWalk}: Scalable Personalized {PageRank} via Random Walks with Vertex-Centric Decomposition",
    authors=("Liu, Qin", "Li, Zhenguo", "Lui, John C. S.", "Cheng, Jiefeng"),
    year=2016,
    venue="25th ACM International Conference on Information and Knowledge Management (CIKM)",
    pages="195--204",
    arxiv="1608.06054",
    doi="10.1145/2983323.2983713",
    kind="inproceedings",
)

FOGARAS_2005 = Paper(
    key="fogaras2005towards",
    title="Towards Scaling Fully Personalized {PageRank}: Algorithms, Lower Bounds, and Experiments",
    authors=("Fogaras, Dániel", "Rácz, Balázs", "Csalogány, Károly", "Sarlós, Tamás"),
    year=2005,
    venue="Internet Mathematics",
    pages="333--358",
    doi="10.1080/15427951.2005.10129104",
    kind="article",
)

AVRACHENKOV_2007 = Paper(
    key="avrachenkov2007monte",
    title="{Monte} {Carlo} Methods in {PageRank} Computation: When One Iteration is Sufficient",
    authors=("Avrachenkov, Konstantin", "Litvak, Nelly", "Nemirovsky, Danil", "Osipova, Natalia"),
    year=2007,
    venue="SIAM Journal on Numerical Analysis",
    pages="890--904",
    doi="10.1137/050643799",
    kind="article",
)

WANG_2017 = Paper(
    key="wang2017fora",
    title="{FORA}: Simple and Effective Approximate Single-Source Personalized {PageRank}",
    authors=("Wang, Sibo", "Yang, Renchi", "Xiao, Xiaokui", "Wei, Zhewei", "Yang, Yin"),
    year=2017,
    venue="23rd ACM SIGKDD International Conference on Knowledge Discovery and Data Mining",
    pages="505--514",
    doi="10.1145/3097983.3098072",
    kind="inproceedings",
)


@porism.solver(
    personalized_pagerank,
    "powerwalk",
    aliases=("verd",),
    paper=LIU_2016,
    complexity="index: O(n n_walks / alpha) steps and entries at most; query: n_steps times the edges that its mass "
    "touches, and the fingerprints where it is then",
    claims=Claims(index=True, unbiased=True, linear=True, rate=True, full_path=True, interruptible=True),
    tags=("monte-carlo", "index"),
    build=build,
)
def powerwalk(
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    n_walks: int = 100,
    n_steps: int = 3,
    threshold: float = 1e-6,
    index: PPRIndex | None = None,
    bound: str = "residual",
    normalize: bool = True,
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PPRResult:
    """PowerWalk: follow the mass exactly for a few steps, and on by random walks from all vertices that it has reached.

    The answer is what has stopped so far, and for the mass that is still under way the fingerprints of the vertices
    where it is: how often random walks from there visited each vertex. Without an index fingerprints are made of the
    vertices that the query needs. ``powerwalk.build(A, …)`` makes an index of all of them, once, for many queries.

    Parameters
    ----------
    n_walks : int
        Walks from each vertex.
    n_steps : int
        Steps that mass is followed exactly: the vertex-centric decomposition. What is estimated is
        (1-alpha)^n_steps of the mass then, spread over many fingerprints whose errors average out.
    threshold : float
        Mass that is dropped where less than that arrives at a vertex in a step; `lost_mass` says how much it was.
    index : PPRIndex, optional
        Made by ``powerwalk.build`` for this graph, this alpha and this `dangling`; `n_walks` and `rng` then
        have no part in it.
    bound : {"residual", "mass"}
        Where `error_bound` comes from, which holds in either case: from the answer's residual, which costs two
        products of it with the graph, or from mass alone, for nothing, and several times as large.
    normalize : bool
        False to get the estimates of the killed walk itself, whose rows sum to less where walkers die at dangling
        vertices, and nearly to 1 elsewhere. These are unbiased, and linear in the source.
    rng : None, int or numpy.random.Generator
        The seed, or where it is drawn from.
    n_jobs : int, optional
        Threads. They do not change the result.
    memory_limit : int, optional
        Bytes that fingerprints may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    InvalidInput
        If `index` is of another graph or another alpha.
    TooLarge
        If the fingerprints of the vertices that mass has reached may not fit in `memory_limit`.
    ResultOverflow
        If a vertex is counted 2^32 times.
    """
    from porism.kernels import graph as kernel

    query = as_query(A, sources, alpha, damping, dangling)
    walks = as_integer("n_walks", n_walks, 1, MOST_WALKS)
    steps, least, bound, normalize, threads = as_settings(n_steps, threshold, bound, normalize, n_jobs)
    seed = draw_seed(rng)
    graph = WalkGraph(query.graph)
    if index is not None:
        if not isinstance(index, PPRIndex):
            raise porism.InvalidType(f"index must be None or a PPRIndex, got a {type(index).__name__}: {index!r:.60}")
        index.matches(graph, query.alpha, dangling)
        with reporting(progress, "powerwalk") as report:
            return index.answer(query.sources, steps, least, bound, normalize, threads, report)
    with reporting(progress, "powerwalk") as report:
        following, walking, judging = stages(report, 1, 4, 1)
        stopped, flow, dropped = kernel.follow(
            graph.matrix, to_kernel(query.sources), query.alpha, steps, least, threads, following
        )
        moving = from_kernel(flow)
        made = _combined(
            graph, query.alpha, stopped, moving, walks, seed, False, threads, memory_limit, "powerwalk", walking
        )
        return finish(
            graph,
            query.sources,
            made,
            query.alpha,
            known=mass_of(from_kernel(stopped)),
            open_mass=mass_of(moving) + dropped,
            lost=dropped,
            n_steps=steps,
            bound=bound,
            normalize=normalize,
            n_jobs=threads,
            progress=judging,
        )


def _combined(
    graph: WalkGraph,
    alpha: float,
    stopped: Any,
    flow: Any,
    n_walks: int,
    seed: int,
    ends: bool,
    n_jobs: int,
    memory_limit: object,
    name: str,
    report: Report | None,
) -> Any:
    """What has stopped, and the estimates of where the flow goes by as many walks from each vertex that has some."""
    from porism.kernels import graph as kernel

    check_alpha(alpha)
    starts = np.unique(flow.indices).astype(np.int64)
    entries = len(starts) * min(graph.n, n_walks if ends else n_walks / alpha)
    check_memory(f"{name}: fingerprints of {len(starts)} vertices", int(2 * BYTES * entries), memory_limit)
    walking, adding = stages(report, 3, 1)
    number = np.array([n_walks], dtype=np.uint64)
    shard = fingerprints(graph, starts, number, alpha, seed, ends, None, n_jobs, walking)
    place = np.searchsorted(starts, flow.indices)
    narrow = _with_columns(flow, place, len(starts))
    scale = (1.0 if ends else alpha) / n_walks
    return from_kernel(
        kernel.combine(stopped, to_kernel(narrow), shard.indptr, shard.indices, shard.values, scale, n_jobs, adding)
    )


def _with_columns(rows: Any, columns: npt.NDArray[Any], n_columns: int) -> Any:
    from scipy import sparse

    return sparse.csr_array((rows.data, columns, rows.indptr), shape=(rows.shape[0], n_columns))


def _empty(query: Query) -> Any:
    from scipy import sparse

    return to_kernel(sparse.csr_array(query.sources.shape))


def sampled(  # type: ignore[empty-body]
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    n_walks: int = 1000,
    bound: str = "residual",
    normalize: bool = True,
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PPRResult:
    """What the plain Monte-Carlo methods take.

    Parameters
    ----------
    n_walks : int
        Walks from each source.
    bound : {"residual", "mass"}
        Where `error_bound` comes from, which holds in either case: from the answer's residual, which costs two
        products of it with the graph, or from mass alone, which is no bound at all where everything was drawn.
    normalize : bool
        False to get the estimates of the killed walk itself, which are unbiased, and linear in the source.
    rng : None, int or numpy.random.Generator
        The seed, or where it is drawn from.
    n_jobs : int, optional
        Threads. They do not change the result.
    memory_limit : int, optional
        Bytes that counts may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    TooLarge
        If the counts may not fit in `memory_limit`.
    ResultOverflow
        If a vertex is counted 2^32 times.
    """


def _by_walks(
    name: str,
    A: Any,
    sources: Any,
    *,
    alpha: float | None,
    damping: float | None,
    dangling: str,
    n_walks: int,
    bound: str,
    normalize: bool,
    rng: Any,
    n_jobs: int | None,
    memory_limit: int | None,
    progress: Any,
) -> PPRResult:
    """As many walks from each source, of which visits count, or with ``name="mcep"`` ends."""
    query, ends = as_query(A, sources, alpha, damping, dangling), name == "mcep"
    walks, bound = as_integer("n_walks", n_walks, 1, MOST_WALKS), as_choice("bound", bound, BOUNDS)
    normalize, threads, seed = as_flag("normalize", normalize), as_n_jobs(n_jobs), draw_seed(rng)
    graph, q = WalkGraph(query.graph), query.sources.shape[0]
    with reporting(progress, name) as report:
        walking, judging = stages(report, 4, 1)
        empty = _empty(query)
        made = _combined(
            graph, query.alpha, empty, query.sources, walks, seed, ends, threads, memory_limit, name, walking
        )
        return finish(
            graph,
            query.sources,
            made,
            query.alpha,
            known=np.zeros(q),
            open_mass=np.ones(q),
            lost=np.zeros(q),
            n_steps=0,
            bound=bound,
            normalize=normalize,
            n_jobs=threads,
            progress=judging,
        )


@porism.solver(
    personalized_pagerank,
    "mcfp",
    aliases=("monte-carlo-full-path",),
    paper=AVRACHENKOV_2007,
    complexity="O(n_walks / alpha) steps for each vertex among the sources",
    claims=Claims(unbiased=True, linear=True, rate=True, full_path=True, interruptible=True),
    tags=("monte-carlo", "baseline"),
)
@porism.like(sampled)
def mcfp(A: Any, sources: Any, **options: Any) -> PPRResult:
    """Monte Carlo, full path: random walks from the source, which count at every vertex that they visit.

    A walk visits v x(v)/alpha times in the mean, the start included, so that alpha times the visits is an estimate
    without bias. Its variance is less than that of the end points alone (:func:`mcep`), of which a walk has one.
    """
    return _by_walks("mcfp", A, sources, **options)


@porism.solver(
    personalized_pagerank,
    "mcep",
    aliases=("monte-carlo-end-point",),
    paper=FOGARAS_2005,
    complexity="O(n_walks / alpha) steps for each vertex among the sources",
    claims=Claims(unbiased=True, linear=True, rate=True, interruptible=True),
    tags=("monte-carlo", "baseline"),
)
@porism.like(sampled)
def mcep(A: Any, sources: Any, **options: Any) -> PPRResult:
    """Monte Carlo, end point: random walks from the source, which count where they stop.

    A walk stops at v with probability x(v). One that dies at a dangling vertex has not stopped, and counts nowhere.
    """
    return _by_walks("mcep", A, sources, **options)


@porism.solver(
    personalized_pagerank,
    "fora",
    paper=WANG_2017,
    complexity="O(sqrt(m log(1/fail) / delta) / (relative_error alpha)) for each query",
    claims=Claims(unbiased=True, relative_error=True, interruptible=True),
    tags=("monte-carlo", "local", "baseline"),
)
def fora(
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    relative_error: float = 0.5,
    delta: float | None = None,
    fail: float | None = None,
    r_max: float | None = None,
    bound: str = "residual",
    normalize: bool = True,
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PPRResult:
    """FORA: forward push first, and random walks from the residue that it leaves lying.

    Parameters
    ----------
    relative_error : float
        Of the killed walk's score, for every vertex that scores `delta` or more, in (0, 1).
    delta : float, optional
        The least score that the promise is about, in (0, 1). None: 1/n.
    fail : float, optional
        The probability, for each such vertex, that the promise is not kept, in (0, 1). None: 1/n.
    r_max : float, optional
        Residue per out-edge that is left to walks, in (0, 1). None: what balances pushes and walks.
    bound : {"residual", "mass"}
        Where `error_bound` comes from, which holds in either case: from the answer's residual, which costs two
        products of it with the graph, or from mass alone, for nothing, and several times as large.
    normalize : bool
        False to get the estimates of the killed walk itself, which are unbiased.
    rng : None, int or numpy.random.Generator
        The seed, or where it is drawn from.
    n_jobs : int, optional
        Threads. They do not change the result.
    memory_limit : int, optional
        Bytes that the counts of a query may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    TooLarge
        If the counts may not fit in `memory_limit`.

    Notes
    -----
    With K = (2 relative_error / 3 + 2) ln(2 / fail) / (relative_error^2 delta) there are ceil(K r(v)) walks from each
    vertex v, where r(v) is its residue, and each adds r(v) over their number where it stops. The promise then follows
    from a Chernoff bound, as each walk adds 1/K at most. Pushes cost 1/r_max and walks up to m r_max K, which
    r_max = relative_error / sqrt(m) sqrt(delta / ((2 relative_error / 3 + 2) ln(2 / fail))) makes equal.
    """
    from scipy import sparse

    from porism.kernels import graph as kernel

    query = as_query(A, sources, alpha, damping, dangling)
    n, edges = query.graph.n, max(query.graph.transitions.nnz, 1)
    error = as_number("relative_error", relative_error, 0, 1)
    least = as_number("delta", 1.0 / max(n, 2) if delta is None else delta, 0, 1)
    failing = as_number("fail", 1.0 / max(n, 2) if fail is None else fail, 0, 1)
    factor = (2 * error / 3 + 2) * math.log(2 / failing)
    per_mass = factor / error / error / least
    balanced = min(error / math.sqrt(edges) * math.sqrt(least / factor), 0.5)
    lying = balanced if r_max is None else as_number("r_max", r_max, 0, 1)
    bound, normalize = as_choice("bound", bound, BOUNDS), as_flag("normalize", normalize)
    threads, seed = as_n_jobs(n_jobs), draw_seed(rng)
    check_alpha(query.alpha)
    if not per_mass < 2.0**50:
        raise InvalidInput(
            f"delta must be larger, or relative_error or fail, as {per_mass:.2g} walks would be needed for a unit of "
            f"residue, got delta={least:g}, relative_error={error:g} and fail={failing:g}"
        )
    graph, q = WalkGraph(query.graph), query.sources.shape[0]
    with reporting(progress, "fora") as report:
        pushing, walking, judging = stages(report, 1, 4, 1)
        pushed, rest, _, _ = kernel.forward_push(
            graph.matrix, to_kernel(query.sources), query.alpha, lying, threads, pushing
        )
        kept, residue = from_kernel(pushed), from_kernel(rest)
        parts = []
        for row, told in enumerate(stages(walking, *[1] * q)):
            left = residue[[row]]
            numbers = np.maximum(np.ceil(left.data * per_mass), 1.0)
            entries = int(np.minimum(numbers, n).sum())
            check_memory(f"fora: end points of {numbers.sum():.3g} walks", 2 * BYTES * entries, memory_limit)
            starts, many = left.indices.astype(np.int64), numbers.astype(np.uint64)
            shard = fingerprints(graph, starts, many, query.alpha, seed, True, None, threads, told)
            flow = sparse.csr_array(
                (left.data / numbers, np.arange(left.nnz), np.array([0, left.nnz])), shape=(1, left.nnz)
            )
            base = to_kernel(kept[[row]])
            made = kernel.combine(base, to_kernel(flow), shard.indptr, shard.indices, shard.values, 1.0, threads)
            parts.append(from_kernel(made))
        return finish(
            graph,
            query.sources,
            sparse.csr_array(sparse.vstack(parts, format="csr")),
            query.alpha,
            known=mass_of(kept),
            open_mass=mass_of(residue),
            lost=np.zeros(q),
            n_steps=0,
            bound=bound,
            normalize=normalize,
            n_jobs=threads,
            progress=judging,
        )
