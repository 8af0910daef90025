"""The k-medoids solvers: thin fronts of the Rust kernels.

All of them exchange one medoid for one other object as long as that lowers the loss, and differ in how they look for
the exchange;
`alternating` is the exception, and the weaker for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, Paper
from porism._core import kmedoids as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import (
    Progress,
    Rng,
    as_array,
    as_choice,
    as_flag,
    as_integer,
    as_n_jobs,
    as_rng,
    as_seed,
    check_finite,
    check_memory,
    check_progress,
    describe,
)
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids

__all__ = ["alternating", "checked", "fasterpam", "fastpam1", "pam"]

METRICS = ("euclidean", "sqeuclidean", "manhattan", "cosine")
INITS = ("random", "build")
FLOATS = (np.float32, np.float64)
ORDERS = ("random", "input")

Init = str | npt.ArrayLike
Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]

KAUFMAN_ROUSSEEUW_1987 = Paper(
    key="kaufman1987clustering",
    title="Clustering by Means of Medoids",
    authors=("Kaufman, Leonard", "Rousseeuw, Peter J."),
    year=1987,
    venue="Statistical Data Analysis Based on the L1-Norm and Related Methods",
    pages="405--416",
    kind="incollection",
)

SCHUBERT_ROUSSEEUW_2019 = Paper(
    key="schubert2019faster",
    title="Faster k-Medoids Clustering: Improving the {PAM}, {CLARA}, and {CLARANS} Algorithms",
    authors=("Schubert, Erich", "Rousseeuw, Peter J."),
    year=2019,
    venue="Similarity Search and Applications (SISAP)",
    pages="171--187",
    doi="10.1007/978-3-030-32047-8_16",
    arxiv="1810.05691",
    kind="inproceedings",
)

SCHUBERT_ROUSSEEUW_2021 = Paper(
    key="schubert2021fast",
    title="Fast and Eager k-Medoids Clustering: {O(k)} Runtime Improvement of the {PAM}, {CLARA}, and {CLARANS} "
    "Algorithms",
    authors=("Schubert, Erich", "Rousseeuw, Peter J."),
    year=2021,
    venue="Information Systems",
    volume="101",
    pages="101804",
    doi="10.1016/j.is.2021.101804",
    arxiv="2008.05171",
)

PARK_JUN_2009 = Paper(
    key="park2009simple",
    title="A Simple and Fast Algorithm for K-Medoids Clustering",
    authors=("Park, Hae-Sang", "Jun, Chi-Hyuck"),
    year=2009,
    venue="Expert Systems with Applications",
    volume="36",
    pages="3336--3341",
    doi="10.1016/j.eswa.2008.01.039",
)


def checked(
    X: npt.ArrayLike,
    k: int,
    *,
    metric: str = "euclidean",
    init: Init = "random",
    max_iter: int = 100,
    order: str = "random",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    symmetric: bool = True,
    memory_limit: int | None = None,
) -> tuple[Floats, int, str | npt.NDArray[np.int64]]:
    """Check a call of a k-medoids solver whole, and make its dissimilarities, as every solver of it begins.

    The parameters are those of :func:`search`.

    Returns
    -------
    D : (n, n) array of float32 or float64
        Dissimilarity of object o to medoid m at ``[o, m]``, in C or Fortran order: X itself, not a copy, where it is
        precomputed and fit for use.
    k : int
        As a Python int.
    start : str or (k,) int64 array
        The initialisation's name, or the given indices.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As :func:`k_medoids` says; nothing has been changed then.
    """
    as_choice("metric", metric, (*METRICS, "precomputed"))
    as_integer("max_iter", max_iter, 0, 2**32 - 1)
    as_choice("order", order, ORDERS)
    as_rng(rng)
    as_flag("symmetric", symmetric)
    check_progress(progress)
    threads = as_n_jobs(n_jobs)
    if memory_limit is not None:
        as_integer("memory_limit", memory_limit, 0)
    values = _values(X, metric)
    n = len(values)
    count = as_integer("k", k, 1, n, note="the number of objects in X")
    start = _start(init, count, n)
    if metric == "precomputed":
        stored, mirrored = (values, False) if values.flags.c_contiguous else (values.T, True)
        kernel.check_square(stored, symmetric, mirrored, threads)
        return values, count, start
    check_memory(f"X: the matrix of {n} × {n} dissimilarities", n * n * values.itemsize, memory_limit)
    with reporting(progress, "dissimilarities") as report:
        return kernel.pairwise(values, metric, threads, report), count, start


def _values(X: npt.ArrayLike, metric: str) -> Floats:
    """X as floats: rows of data, or a square matrix."""
    if metric != "precomputed":
        values = as_array("X", X, ndim=2, dtypes=FLOATS, promote=np.float64)
        if values.size == 0:
            raise InvalidInput(f"X must have at least one row and one column, got shape {values.shape}")
        check_finite("X", values)
        return values
    values = as_array("X", X, ndim=2, dtypes=FLOATS, promote=np.float64, order="A")
    if values.shape[0] != values.shape[1] or values.size == 0:
        raise InvalidInput(
            f"X must be a square matrix of at least one object where metric='precomputed', got shape {values.shape}"
        )
    return values


def _start(init: Init, k: int, n: int) -> str | npt.NDArray[np.int64]:
    """The name of an initialisation, or k distinct row indices."""
    if isinstance(init, str):
        return as_choice("init", init, INITS, also=f"an array of {k} row indices")
    must = f"one of {', '.join(map(repr, INITS))} or an array of {k} distinct row indices in 0..{n - 1}"
    indices = np.asarray(init) if not np.isscalar(init) and init is not None else None
    if indices is None or indices.ndim != 1:
        raise InvalidType(f"init must be {must}, got {describe(init)}")
    if indices.dtype.kind not in "iu":
        raise InvalidType(f"init must be {must}, got dtype {indices.dtype}")
    if len(indices) != k:
        raise InvalidInput(f"init must be {must}, got {len(indices)} indices")
    outside = indices[(indices < 0) | (indices >= n)]
    if len(outside):
        raise InvalidInput(f"init must be {must}, got {outside[0]}")
    values, counts = np.unique(indices, return_counts=True)
    if len(values) < k:
        raise InvalidInput(f"init must be {must}, got {values[counts > 1][0]} twice")
    return np.ascontiguousarray(indices, dtype=np.int64)


def _solve(method: str, X: npt.ArrayLike, k: int, options: dict[str, Any]) -> KMedoidsResult:
    """Check the call, make the dissimilarities, run the kernel called `method`."""
    D, count, start = checked(X, k, **options)
    seed = as_seed(options["rng"])
    if options["symmetric"] and D.flags.c_contiguous:
        by_candidate = D  # a symmetric matrix reads the same by rows and by columns
    else:
        by_candidate = D.T if D.flags.f_contiguous else kernel.transposed(D)
    threads = as_n_jobs(options["n_jobs"])
    with reporting(options["progress"], method, "loss") as report:
        found = kernel.solve(
            by_candidate, count, method, start, options["max_iter"], options["order"], seed, threads, report
        )
    return KMedoidsResult(
        medoids=found.medoids,
        labels=found.labels,
        loss=found.loss,
        n_iter=found.n_iter,
        n_swap=found.n_swap,
        converged=found.converged,
        losses=found.losses,
        distances=found.distances,
        n_eval=found.n_eval,
        n_dist=found.n_dist,
    )


def search(
    X: npt.ArrayLike,
    k: int,
    *,
    metric: str = "euclidean",
    init: Init = "random",
    max_iter: int = 100,
    order: str = "random",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    symmetric: bool = True,
    memory_limit: int | None = None,
) -> KMedoidsResult:
    """The options that the searches have in common.

    Parameters
    ----------
    X : (n, d) array of float32 or float64, or (n, n) with metric="precomputed"
        One object a row; or the dissimilarity matrix, where X[o, m] is the dissimilarity of object o to medoid m.
        A precomputed matrix in C order is read in place, one in Fortran order too; integers and other floats are
        copied to float64.
    k : int
        Number of medoids, 1 … n.
    metric : str
        "euclidean", "sqeuclidean", "manhattan", "cosine" (1 between a zero row and any other) or "precomputed".
    init : str or (k,) array of int
        Where to start: "random" (k distinct objects), "build" (PAM's greedy choice, slow for large n), or the rows of
        X to begin with.
    max_iter : int
        Passes at most; 0 only assigns the objects to the initial medoids.
    order : str
        In which order candidates are tried, where that is free: "random" (a permutation drawn once) or "input".
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, loss)`` about twenty times a second.
    symmetric : bool
        Whether a precomputed matrix must be symmetric. With False it may be any; one in C order is then copied
        transposed.
    memory_limit : int or None
        Bytes that the dissimilarity matrix made from X may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


@porism.solver(
    k_medoids,
    "fasterpam",
    default=True,
    aliases=("fastpam",),
    paper=SCHUBERT_ROUSSEEUW_2021,
    complexity="O(n(n-k)) time a pass, a few passes; O(n²) memory",
    claims=Claims(local_optimum="swap", fast_swap=True, thread_invariant=True, interruptible=True),
)
@like(search)
def fasterpam(X: npt.ArrayLike, k: int, **options: Any) -> KMedoidsResult:
    """FasterPAM: try the objects in turn as medoids, and swap at once when that lowers the loss.

    One sweep over an object's dissimilarities finds the best of its k possible swaps (Schubert & Rousseeuw 2021,
    Section 4), so that a pass costs what PAM needs for one k-th of an iteration, and makes many swaps. It ends when a
    full round brought none.
    From random starts its results are as good as PAM's; restart it a few times where quality matters. This is the
    solver to use.
    """
    return _solve("fasterpam", X, k, options)


@porism.solver(
    k_medoids,
    "fastpam1",
    paper=SCHUBERT_ROUSSEEUW_2019,
    complexity="O(n(n-k)) time an iteration of one swap; O(n²) memory",
    claims=Claims(
        local_optimum="swap",
        fast_swap=True,
        same_result_as="pam",
        order_free=True,
        thread_invariant=True,
        interruptible=True,
    ),
)
@like(search)
def fastpam1(X: npt.ArrayLike, k: int, **options: Any) -> KMedoidsResult:
    """FastPAM1: PAM's swaps, one by one, each found k times faster.

    Every iteration makes the best of all k(n-k) swaps, as PAM does, but evaluates the k swaps of an object together
    (Schubert & Rousseeuw 2019, Section 3). Use it to have exactly PAM's result; `fasterpam` is faster.
    """
    return _solve("fastpam1", X, k, options)


@porism.solver(
    k_medoids,
    "pam",
    paper=KAUFMAN_ROUSSEEUW_1987,
    complexity="O(k(n-k)²) time an iteration of one swap; O(n²) memory",
    claims=Claims(local_optimum="swap", order_free=True, thread_invariant=True, interruptible=True),
)
@like(search)
def pam(X: npt.ArrayLike, k: int, **options: Any) -> KMedoidsResult:
    """PAM's SWAP phase as published: each iteration evaluates all k(n-k) swaps one by one and makes the best.

    The baseline that the others are measured by. With ``init="build"`` it is the classical algorithm.
    """
    return _solve("pam", X, k, options)


@porism.solver(
    k_medoids,
    "alternating",
    paper=PARK_JUN_2009,
    complexity="O(n²) time an iteration at worst; O(n²) memory",
    claims=Claims(thread_invariant=True, interruptible=True),
)
@like(search)
def alternating(X: npt.ArrayLike, k: int, **options: Any) -> KMedoidsResult:
    """Alternate, as k-means does: assign every object to its nearest medoid, then choose each cluster's best medoid.

    Often called k-medoids without further name. Fast, but it stops in worse optima than swapping does, because a
    medoid never leaves its cluster.
    """
    return _solve("alternating", X, k, options)
