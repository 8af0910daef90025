"""The k-medoids solvers: thin fronts of the Rust kernels.

Most exchange one medoid for one other object as long as that lowers the loss, and differ in how they look for the
exchange; `alternating` is the exception, and the weaker for it. `clara`, `fasterclara` and `onebatchpam` look at
samples only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper, TooLarge
from porism._core import kmedoids as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import (
    Progress,
    Rng,
    _bytes,
    as_choice,
    as_flag,
    as_float,
    as_integer,
    as_n_jobs,
    as_rng,
    as_seed,
    check_memory,
    check_progress,
)
from porism.problems._choice import Choice, Init, as_weights
from porism.problems.k_medoids._memory import BLOCK, lean_bytes
from porism.problems.k_medoids._objects import Call, Given, Metric, Numbers, Vectors, objects
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids

__all__ = [
    "Call",
    "alternating",
    "by_candidate",
    "checked",
    "clara",
    "clarans",
    "fastclarans",
    "fasterclara",
    "fasterpam",
    "fastpam1",
    "fastpam2",
    "onebatchpam",
    "outcome",
    "pam",
    "prepared",
]

INITS = ("random", "build", "first", "lab", "kmeans++", "park-jun")
LEAN_INITS = ("random", "first", "kmeans++")
"""Those that look at no more than k rows of the matrix."""

ORDERS = ("random", "input")
EVERY = {"thread_invariant": True, "interruptible": True, "exact_integers": True, "predicts": True}
"""What every solver here claims that sees all dissimilarities."""

SAMPLED = {"thread_invariant": True, "interruptible": True, "predicts": True}
"""What those claim that see a sample."""


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


KAUFMAN_ROUSSEEUW_1986 = Paper(
    key="kaufman1986clustering",
    title="Clustering Large Data Sets",
    authors=("Kaufman, Leonard", "Rousseeuw, Peter J."),
    year=1986,
    venue="Pattern Recognition in Practice II",
    pages="425--437",
    kind="incollection",
)

NG_HAN_2002 = Paper(
    key="ng2002clarans",
    title="{CLARANS}: A Method for Clustering Objects for Spatial Data Mining",
    authors=("Ng, Raymond T.", "Han, Jiawei"),
    year=2002,
    venue="IEEE Transactions on Knowledge and Data Engineering",
    volume="14",
    pages="1003--1016",
    doi="10.1109/TKDE.2002.1033770",
)

DE_MATHELIN_2025 = Paper(
    key="demathelin2025onebatchpam",
    title="{OneBatchPAM}: A Fast and Frugal K-Medoids Algorithm",
    authors=(
        "de Mathelin, Antoine",
        "Cecchi, Nicolas Enrique",
        "Deheeger, François",
        "Mougeot, Mathilde",
        "Vayatis, Nicolas",
    ),
    year=2025,
    venue="Proceedings of the AAAI Conference on Artificial Intelligence",
    arxiv="2501.19285",
    kind="inproceedings",
)


def prepared(
    X: Any,
    k: int,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    init: Init = "random",
    n_init: int = 1,
    max_iter: int = 100,
    order: str = "random",
    sample_weight: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    symmetric: bool = True,
    memory_limit: int | None = None,
    matrix: bool = True,
) -> Call:
    """Check a call of a k-medoids solver whole, and make its dissimilarities, as every solver of it begins.

    The parameters are those of :func:`search`; with ``matrix=False`` no matrix is made from rows of floats, and D of
    the outcome is then of shape (0, 0).

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As :func:`k_medoids` says; nothing has been changed then.
    """
    as_integer("n_init", n_init, 1)
    as_integer("max_iter", max_iter, 0, 2**32 - 1)
    as_choice("order", order, ORDERS)
    as_rng(rng)
    as_flag("symmetric", symmetric)
    check_progress(progress)
    threads = as_n_jobs(n_jobs)
    if memory_limit is not None:
        as_integer("memory_limit", memory_limit, 0)
    found = objects(X, metric, metric_params, memory_limit)
    n = len(found)
    rows = Choice(n, "row indices", "object", "medoid")
    barred = rows.forbidden(forbidden)
    n_allowed = n if barred is None else n - int(barred.sum())
    note = "the number of objects in X" if barred is None else "the number of objects in X that are not forbidden"
    count = as_integer("k", k, 1, n_allowed, note=note)
    kept = rows.always(fixed, "k", count, barred)
    start = rows.start(init, INITS, count, kept, barred)
    weights = as_weights("sample_weight", sample_weight, n, "objects")
    if isinstance(found, Given):
        if found.D.dtype.kind == "i" and weights is not None and weights.dtype.kind == "f":
            check_memory(f"X: a copy of {n} × {n} dissimilarities in float64", n * n * 8, memory_limit)
            found = Given(found.D.astype(np.float64))
        D = found.D
        stored, mirrored = (D, False) if D.flags.c_contiguous else (D.T, True)
        heaviest = int(weights.max()) if weights is not None and D.dtype.kind == "i" else 1
        kernel.check_square(stored, symmetric, mirrored, threads, heaviest)
    elif isinstance(found, Vectors) and not matrix:
        D = np.empty((0, 0), dtype=found.rows.dtype)
    else:
        size = found.rows.dtype.itemsize if isinstance(found, Vectors) else 8
        check_memory(f"X: the matrix of {n} × {n} dissimilarities", n * n * size, memory_limit)
        with reporting(progress, "dissimilarities") as report:
            D = found.square(threads, symmetric, report)
    if weights is not None and D.dtype.kind == "f":
        weights = weights.astype(np.float64, copy=False)
    return Call(D, count, start, weights, kept, barred, found)


def checked(X: Any, k: int, **options: Any) -> tuple[Numbers, int, str | npt.NDArray[np.int64]]:
    """The least that a solver needs of :func:`prepared`: the dissimilarities, k as an int, and where to start.

    Returns
    -------
    D : (n, n) array of float32, float64, int32 or int64
        Dissimilarity of object o to medoid m at ``[o, m]``, in C or Fortran order: X itself, not a copy, where it is
        precomputed and fit for use.
    k : int
        As a Python int.
    start : str or (k,) int64 array
        The initialisation's name, or the given indices.
    """
    call = prepared(X, k, **options)
    return call.D, call.k, call.start


def by_candidate(call: Call, symmetric: bool, threads: int = 1) -> Numbers:
    """The dissimilarities as the core reads them: a row for each candidate, in C order."""
    if symmetric and call.D.flags.c_contiguous:
        return call.D  # a symmetric matrix reads the same by rows and by columns
    transposed: Numbers = call.D.T if call.D.flags.f_contiguous else kernel.transposed(call.D, threads)
    return transposed


def outcome(
    D: Numbers,
    medoids: npt.ArrayLike,
    *,
    n_iter: int = 0,
    n_swap: int = 0,
    converged: bool = False,
    losses: npt.ArrayLike | None = None,
) -> KMedoidsResult:
    """The result of having chosen `medoids`, as a solver written in Python ends: labels, distances and loss follow.

    Parameters
    ----------
    D : (n, n) array
        As :func:`checked` gives it.
    medoids : (k,) array of int
        Distinct rows of D.
    n_iter, n_swap, converged, losses
        As in :class:`KMedoidsResult`; without `losses` only the last one is told.

    Raises
    ------
    InvalidInput
        If some object is infinitely far from every medoid, or the loss exceeds what float64 holds.
    """
    chosen = np.ascontiguousarray(medoids, dtype=np.int64)
    to = D[:, chosen]
    labels = np.argmin(to, axis=1).astype(np.int64)
    labels[chosen] = np.arange(len(chosen))  # also where a duplicate is as near
    distances = to[np.arange(len(D)), labels].astype(np.int64 if D.dtype.kind == "i" else np.float64)
    lost = np.flatnonzero(np.isinf(distances))
    if len(lost):
        raise InvalidInput(f"X: object {lost[0]} (one of {len(lost)}) is infinitely far from every medoid")
    with np.errstate(over="ignore"):
        loss = _finite(distances.sum().item())
    told = np.array([loss]) if losses is None else np.asarray(losses)
    return KMedoidsResult(chosen, labels, loss, n_iter, n_swap, converged, told, distances, 0, to.size)


def _finite(loss: Any) -> Any:
    """`loss`, unless finite dissimilarities sum to infinity."""
    if loss == np.inf:
        raise InvalidInput("X must hold dissimilarities whose sum, times sample_weight, float64 can hold; got more")
    return loss


def _result(found: Any, call: Call) -> KMedoidsResult:
    return KMedoidsResult(
        medoids=found.medoids,
        labels=found.labels,
        loss=_finite(found.loss),
        n_iter=found.n_iter,
        n_swap=found.n_swap,
        converged=found.converged,
        losses=found.losses,
        distances=found.distances,
        n_eval=found.n_eval,
        n_dist=found.n_dist,
        _prototypes=call.prototypes(found.medoids),
    )


def _solve(method: str, X: Any, k: int, options: dict[str, Any], **special: Any) -> KMedoidsResult:
    """Check the call, make the dissimilarities, run the kernel called `method` as often as `n_init` says."""
    call = prepared(X, k, **options)
    generator, threads = as_rng(options["rng"]), as_n_jobs(options["n_jobs"])
    D = by_candidate(call, options["symmetric"], threads)
    best, refused = None, None
    for _ in range(options.get("n_init", 1)):
        try:
            with reporting(options["progress"], method, "loss") as report:
                found = kernel.solve(
                    D,
                    call.k,
                    method,
                    call.start,
                    options.get("max_iter", 100),
                    options.get("order", "random"),
                    as_seed(generator),
                    threads,
                    report,
                    call.weights,
                    call.forbidden,
                    call.fixed if len(call.fixed) else None,
                    **special,
                )
        except TooLarge:
            raise
        except InvalidInput as error:  # forbidden pairs, and this run came to medoids that leave somebody out
            refused = error
            continue
        if best is None or found.loss < best.loss:
            best = found
    if best is None and refused is not None:
        raise refused
    return _result(best, call)


def _sample(
    method: str, X: Any, k: int, options: dict[str, Any], needed: Callable[[int, int], int], **special: Any
) -> KMedoidsResult:
    """Check the call, and run the sampling kernel called `method` on rows, or on the matrix where there is one.

    `needed` is how many dissimilarities there are at a time for n objects and k.
    """
    call = prepared(X, k, **options, matrix=False)
    seed, threads = as_seed(options["rng"]), as_n_jobs(options["n_jobs"])
    rows: dict[str, Any] = {}
    if isinstance(call.objects, Vectors):
        values, rows = call.objects.rows, {"metric": call.objects.metric, "parameter": call.objects.parameter}
        most = needed(len(values), call.k)
        check_memory(f"X: {most} dissimilarities", most * values.itemsize, options["memory_limit"])
    else:
        values = by_candidate(call, options["symmetric"], threads)
        values = values if values.dtype.kind == "f" else values.astype(np.float64)
    with reporting(options["progress"], method, "loss") as report:
        found = kernel.sample(
            values,
            call.k,
            method,
            max_iter=options["max_iter"],
            order=options["order"],
            seed=seed,
            n_threads=threads,
            progress=report,
            **rows,
            **special,
        )
    return _result(found, call)


def _lean(X: Any, k: int, options: dict[str, Any]) -> KMedoidsResult:
    """FasterPAM on rows, whose dissimilarities are computed when they are needed."""
    call = prepared(X, k, **options, matrix=False)
    rows, start = call.objects, call.start
    if not isinstance(rows, Vectors):
        raise InvalidInput("matrix must be True or None where X holds no rows of numbers, got False")
    if isinstance(start, str) and start not in LEAN_INITS:
        raise InvalidInput(f"matrix must be True or None where init={start!r} is given, got False")
    needed = lean_bytes(len(rows), call.k, rows.rows.dtype.itemsize)
    what = f"X: {call.k} + {BLOCK} rows of {len(rows)} dissimilarities"
    check_memory(what, needed, options["memory_limit"])
    title = f"fasterpam without the matrix of {_bytes(len(rows) ** 2 * rows.rows.dtype.itemsize)}"
    generator, threads = as_rng(options["rng"]), as_n_jobs(options["n_jobs"])
    best = None
    for _ in range(options["n_init"]):
        with reporting(options["progress"], title, "loss") as report:
            found = kernel.solve_data(
                rows.rows,
                call.k,
                start,
                rows.metric,
                rows.parameter,
                options["max_iter"],
                options["order"],
                as_seed(generator),
                threads,
                report,
                call.weights,
                call.forbidden,
                call.fixed if len(call.fixed) else None,
            )
        if best is None or found.loss < best.loss:
            best = found
    return _result(best, call)


def search(
    X: Any,
    k: int,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    init: Init = "random",
    n_init: int = 1,
    max_iter: int = 100,
    order: str = "random",
    sample_weight: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
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
        A precomputed matrix of float32, float64, int32 or int64 is read in place in C order, and in Fortran order too;
        other types are copied (integers to integers, the rest to float64). Integers are summed exactly.
        It may be condensed, (n(n-1)/2,) in the order of ``scipy.spatial.distance.pdist``; it is expanded then.
    k : int
        Number of medoids, 1 … n.
    metric : str or callable
        "euclidean" ("l2"), "sqeuclidean", "manhattan" ("l1", "cityblock"), "cosine" (1 between a zero row and any
        other); "chebyshev", "minkowski", "canberra", "braycurtis" (of numbers ≥ 0; two zero rows do not differ),
        "hamming" (the share of unequal columns), "jaccard" (of the sets of nonzero columns), all as in SciPy; "gower"
        for a data frame of numbers and categories, with values missing; "precomputed".
        Or a function ``(x, y) -> float`` of two rows of an array or two items of any sequence, which is called for
        every pair once, or in both orders with symmetric=False.
    metric_params : dict or None
        ``{"p": …}``, at least 1, for "minkowski" (2 by default); ``{"categorical": [column, …]}`` for "gower", columns
        that hold categories though they look like numbers; keywords for a callable.
    init : str or (k,) array of int
        Where to start: "random" (k distinct objects), "build" (PAM's greedy choice), "lab" (the same on small samples),
        "kmeans++" (objects far from those chosen are likelier, in proportion to their dissimilarity), "park-jun" (the
        most central objects), "first" (the first k objects), or the rows of X to begin with.
    n_init : int
        Runs, each with its own randomness; the best is returned, with its own counts.
    max_iter : int
        Passes at most; 0 only assigns the objects to the initial medoids.
    order : str
        In which order candidates are tried, where that is free: "random" (a permutation drawn once) or "input".
    sample_weight : (n,) array of float or int, or None
        How many objects each object stands for, ≥ 0. Integer weights on integer dissimilarities are exact; others are
        taken in float64.
    fixed : array of int or None
        Rows of X that are and stay medoids. They come first in the result.
    forbidden : array of int, (n,) array of bool, or None
        Rows of X that may not be medoids.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result. A Generator is advanced by one number a run.
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


def objects_only(
    X: Any,
    k: int,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    symmetric: bool = True,
    memory_limit: int | None = None,
) -> KMedoidsResult:
    """The options of solvers that choose their own start.

    Parameters
    ----------
    X : (n, d) array of float32 or float64, or (n, n) with metric="precomputed"
        As in `fasterpam`.
    k : int
        Number of medoids, 1 … n.
    metric : str or callable
        As in `fasterpam`.
    metric_params : dict or None
        As in `fasterpam`.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, loss)`` about twenty times a second.
    symmetric : bool
        Whether a precomputed matrix must be symmetric.
    memory_limit : int or None
        Bytes that a dissimilarity matrix made from X may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


def samples(*, n_samples: int = 5, sample_size: int | None = None, max_iter: int = 100, order: str = "random") -> None:
    """The options of CLARA.

    Parameters
    ----------
    n_samples : int
        Samples that are searched.
    sample_size : int or None
        Objects in each: 40 + 2k in `clara`, 80 + 4k in `fasterclara` by default, n at most, k at least.
    max_iter : int
        Passes at most in each sample.
    order : str
        In which order candidates are tried: "random" or "input".
    """


def one_batch(
    *, batch_size: int | None = None, batch: str = "nniw", max_iter: int = 100, order: str = "random"
) -> None:
    """The options of OneBatchPAM.

    Parameters
    ----------
    batch_size : int or None
        Reference objects; 100 ln(kn) by default, n at most.
    batch : str
        What keeps the references themselves from being favoured as medoids: "nniw" (each counts as often as it is the
        nearest reference of an object), "debias" (none is near to itself), or "uniform" (nothing).
    max_iter : int
        Passes at most.
    order : str
        In which order candidates are tried: "random" or "input".
    """


def constrained(
    *,
    sample_weight: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
) -> None:
    """Weights and constraints.

    Parameters
    ----------
    sample_weight : (n,) array of float or int, or None
        How many objects each object stands for, ≥ 0.
    fixed : array of int or None
        Rows of X that are and stay medoids. They come first in the result.
    forbidden : array of int, (n,) array of bool, or None
        Rows of X that may not be medoids.
    """


def neighbors(*, n_local: int = 2, max_neighbor: int | None = None) -> None:
    """The options of CLARANS.

    Parameters
    ----------
    n_local : int
        Restarts from random medoids; the best is returned.
    max_neighbor : int or None
        Failures in a row that end a search: 1.25 % of the k(n-k) exchanges in `clarans`, 2.5 % of the n-k objects in
        `fastclarans` by default. There n-k certify a local optimum.
    """


def tolerance(*, fasttol: float = 1.0) -> None:
    """The option of FastPAM2.

    Parameters
    ----------
    fasttol : float
        How much less than expected a further swap of a pass may bring: 1 makes every swap that still improves, 0 only
        those that bring all that was expected.
    """


def eager(*, n_perturb: int = 0, matrix: bool | None = None) -> None:
    """The options of FasterPAM alone.

    Parameters
    ----------
    n_perturb : int
        Rounds of iterated local search afterwards: exchange a few medoids at random, improve, keep the better. Each
        costs about a pass, and they lead out of local optima.
    matrix : bool or None
        Whether to make the matrix of dissimilarities from the rows of X. Without it they are computed again whenever
        they are needed, in memory for n(k + 64) of them: the swaps and the result are the same. None makes it if it
        fits; :func:`porism.problems.k_medoids.memory_plan` tells what that comes to. `init` may be "random", "first",
        "kmeans++" or indices then, and `n_perturb` must be 0.
    """


@porism.solver(
    k_medoids,
    "fasterpam",
    default=True,
    aliases=("fastpam",),
    paper=SCHUBERT_ROUSSEEUW_2021,
    complexity="O(n(n-k)) time a pass, a few passes; O(n²) memory",
    claims=Claims(
        local_optimum="swap",
        fast_swap=True,
        swaps="eager",
        no_matrix=True,
        perturbs=True,
        descent=True,
        **EVERY,
    ),
)
@like(search, eager)
def fasterpam(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """FasterPAM: try the objects in turn as medoids, and swap at once when that lowers the loss.

    One sweep over an object's dissimilarities finds the best of its k possible swaps (Schubert & Rousseeuw 2021,
    Section 4), so that a pass costs what PAM needs for one k-th of an iteration, and makes many swaps. It ends when a
    full round brought none.
    From random starts its results are as good as PAM's; restart it a few times where quality matters. This is the
    solver to use.
    """
    matrix, n_perturb = options.pop("matrix"), as_integer("n_perturb", options.pop("n_perturb"), 0)
    if matrix is not None:
        matrix = as_flag("matrix", matrix)
    if matrix is False:
        if n_perturb:
            raise InvalidInput("matrix must be True or None where n_perturb is given, got False")
        return _lean(X, k, options)
    try:
        return _solve("fasterpam", X, k, options, n_perturb=n_perturb)
    except TooLarge as error:
        if matrix or n_perturb:
            raise
        try:
            return _lean(X, k, options)
        except InvalidInput:
            raise error from None


@porism.solver(
    k_medoids,
    "fastpam1",
    paper=SCHUBERT_ROUSSEEUW_2019,
    complexity="O(n(n-k)) time an iteration of one swap; O(n²) memory",
    claims=Claims(
        local_optimum="swap",
        fast_swap=True,
        same_result_as="pam",
        swaps="steepest",
        order_free=True,
        descent=True,
        **EVERY,
    ),
)
@like(search)
def fastpam1(X: Any, k: int, **options: Any) -> KMedoidsResult:
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
    claims=Claims(local_optimum="swap", swaps="steepest", order_free=True, descent=True, **EVERY),
)
@like(search)
def pam(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """PAM's SWAP phase as published: each iteration evaluates all k(n-k) swaps one by one and makes the best.

    The baseline that the others are measured by. With ``init="build"`` it is the classical algorithm.
    """
    return _solve("pam", X, k, options)


@porism.solver(
    k_medoids,
    "alternating",
    paper=PARK_JUN_2009,
    complexity="O(n²) time an iteration at worst; O(n²) memory",
    claims=Claims(descent=True, **EVERY),
)
@like(search)
def alternating(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """Alternate, as k-means does: assign every object to its nearest medoid, then choose each cluster's best medoid.

    Often called k-medoids without further name. Fast, but it stops in worse optima than swapping does, because a
    medoid never leaves its cluster.
    """
    return _solve("alternating", X, k, options)


@porism.solver(
    k_medoids,
    "fastpam2",
    paper=SCHUBERT_ROUSSEEUW_2019,
    complexity="O(n(n-k)) time a pass of up to k swaps; O(n²) memory",
    claims=Claims(local_optimum="swap", fast_swap=True, descent=True, **EVERY),
)
@like(search, tolerance)
def fastpam2(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """FastPAM2: every pass finds the best swap of each medoid, and makes as many of them as still improve.

    The step from FastPAM1 to FasterPAM (Schubert & Rousseeuw 2019, Section 4), kept for comparison.
    """
    fasttol = as_float("fasttol", options.pop("fasttol"), 0.0, 1.0)
    return _solve("fastpam2", X, k, options, fasttol=fasttol)


def _samples(k: int, options: dict[str, Any], default: Callable[[int], int]) -> dict[str, Any]:
    """The options of CLARA for :func:`_sample`, taken out of `options`."""
    n_samples, size = as_integer("n_samples", options.pop("n_samples"), 1), options.pop("sample_size")
    if size is not None:
        size = as_integer("sample_size", size, int(k) if isinstance(k, (int, np.integer)) else 1, note="k or more")

    def needed(n: int, k: int) -> int:
        return int(max(n * k, min(n, default(k) if size is None else size) ** 2))

    return {"n_samples": n_samples, "size": size, "needed": needed}


@porism.solver(
    k_medoids,
    "clara",
    paper=KAUFMAN_ROUSSEEUW_1986,
    complexity="O(k³ + nkd) time a sample; O(k² + nd) memory",
    claims=Claims(**SAMPLED),
)
@like(objects_only, samples)
def clara(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """CLARA: PAM on a few samples, all objects assigned to each sample's medoids, the best kept.

    For data too large for a matrix. Each sample contains the best medoids so far.
    """
    return _sample("clara", X, k, options, **_samples(k, options, lambda k: 40 + 2 * k))


@porism.solver(
    k_medoids,
    "fasterclara",
    paper=SCHUBERT_ROUSSEEUW_2021,
    complexity="O(k² + nkd) time a sample; O(k² + nd) memory",
    claims=Claims(**SAMPLED),
)
@like(objects_only, samples)
def fasterclara(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """CLARA with FasterPAM in place of PAM, on samples twice as large.

    For data too large for a matrix (Schubert & Rousseeuw 2021, Section 5).
    """
    return _sample("fasterclara", X, k, options, **_samples(k, options, lambda k: 80 + 4 * k))


@porism.solver(
    k_medoids,
    "onebatchpam",
    paper=DE_MATHELIN_2025,
    complexity="O(mnd + mn) time a pass and O(mn) memory for m = O(log n) references",
    claims=Claims(**SAMPLED),
)
@like(objects_only, one_batch)
def onebatchpam(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """OneBatchPAM: eager swapping over all objects as candidates, judged by one sample of reference objects.

    For data too large for a matrix; better than CLARA, because every object may become a medoid.
    """
    size, batch = options.pop("batch_size"), as_choice("batch", options.pop("batch"), ("nniw", "debias", "uniform"))
    if size is not None:
        size = as_integer("batch_size", size, 1)

    def needed(n: int, k: int) -> int:
        return n * min(n, int(np.ceil(100 * max(1.0, np.log(k * n)))) if size is None else size)

    return _sample(batch, X, k, options, needed, size=size)


def _neighbors(options: dict[str, Any]) -> dict[str, Any]:
    """The options of CLARANS for the kernel, taken out of `options`."""
    n_local, most = as_integer("n_local", options.pop("n_local"), 1), options.pop("max_neighbor")
    return {"n_local": n_local, "max_neighbor": None if most is None else as_integer("max_neighbor", most, 1)}


@porism.solver(
    k_medoids,
    "clarans",
    paper=NG_HAN_2002,
    complexity="O(n) time an exchange tried, 1.25 % of k(n-k) in a row without success; O(n²) memory",
    claims=Claims(**EVERY),
)
@like(objects_only, constrained, neighbors)
def clarans(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """CLARANS: try random exchanges of a medoid for an object, until many in a row bring nothing."""
    return _solve("clarans", X, k, options, **_neighbors(options))


@porism.solver(
    k_medoids,
    "fastclarans",
    paper=SCHUBERT_ROUSSEEUW_2021,
    complexity="O(n) time for the k exchanges of an object, 2.5 % of n-k in a row without success; O(n²) memory",
    claims=Claims(certificate=True, **EVERY),
)
@like(objects_only, constrained, neighbors)
def fastclarans(X: Any, k: int, **options: Any) -> KMedoidsResult:
    """FastCLARANS: try all k exchanges of random objects, until many objects in a row bring nothing.

    It explores k times as much as CLARANS in the same time (Schubert & Rousseeuw 2021, Section 5).
    """
    return _solve("fastclarans", X, k, options, **_neighbors(options))
