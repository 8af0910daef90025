"""The medoid-silhouette solvers: thin fronts of the Rust kernels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism._core import kmedoids as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_integer, as_n_jobs, as_rng, as_seed
from porism.problems._choice import Init
from porism.problems.k_medoids._objects import Metric
from porism.problems.k_medoids.solvers import by_candidate, prepared
from porism.problems.medoid_silhouette.problem import MedoidSilhouetteResult, medoid_silhouette_problem

__all__ = ["dynmsc", "fastermsc", "fastmsc", "pammedsil", "pamsil"]

VAN_DER_LAAN_2003 = Paper(
    key="vanderlaan2003new",
    title="A New Partitioning Around Medoids Algorithm",
    authors=("van der Laan, Mark J.", "Pollard, Katherine S.", "Bryan, Jennifer"),
    year=2003,
    venue="Journal of Statistical Computation and Simulation",
    volume="73",
    pages="575--584",
    doi="10.1080/0094965031000136012",
)

LENSSEN_SCHUBERT_2024 = Paper(
    key="lenssen2024medoid",
    title="Medoid Silhouette Clustering with Automatic Cluster Number Selection",
    authors=("Lenssen, Lars", "Schubert, Erich"),
    year=2024,
    venue="Information Systems",
    volume="120",
    pages="102290",
    doi="10.1016/j.is.2023.102290",
    arxiv="2309.03751",
)

EVERY = {"thread_invariant": True, "interruptible": True}


def _solve(method: str, X: Any, k: int, options: dict[str, Any]) -> MedoidSilhouetteResult:
    """Check the call, make the dissimilarities, run the kernel called `method`."""
    lowest = options.pop("k_min", None)
    if lowest is not None:
        as_integer("k_min", lowest, 1)
    call = prepared(X, k, **options)
    k_min = call.k
    if method == "dynmsc":
        k_min = min(2, call.k) if lowest is None else as_integer("k_min", lowest, 1, call.k, note="k")
    generator, threads = as_rng(options["rng"]), as_n_jobs(options["n_jobs"])
    D = by_candidate(call, options["symmetric"], threads)
    runs = []
    curve: dict[int, float] = {}
    medoids: dict[int, npt.NDArray[np.int64]] = {}
    for _ in range(options["n_init"]):
        with reporting(options["progress"], method, "silhouette") as report:
            found = kernel.solve_silhouette(
                D,
                call.k,
                method,
                call.start,
                k_min,
                options["max_iter"],
                options["order"],
                as_seed(generator),
                threads,
                report,
            )
        runs.append(found)
        at = 0
        for size, value in enumerate(found.curve.tolist(), k_min):
            if size not in curve or value > curve[size]:
                curve[size], medoids[size] = value, found.curve_medoids[at : at + size]
            at += size
    best = max(runs, key=lambda run: run.silhouette)  # the first of equals
    return MedoidSilhouetteResult(
        medoids=best.medoids,
        labels=best.labels,
        silhouette=best.silhouette,
        n_iter=best.n_iter,
        n_swap=best.n_swap,
        converged=best.converged,
        silhouettes=best.silhouettes,
        curve=curve,
        curve_medoids=medoids,
        n_eval=best.n_eval,
        _prototypes=call.prototypes(best.medoids),
    )


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
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    symmetric: bool = True,
    memory_limit: int | None = None,
) -> MedoidSilhouetteResult:
    """The options that the searches have in common.

    Parameters
    ----------
    X : (n, d) array, (n, n) or condensed dissimilarities with metric="precomputed", or a sequence of objects
        As in :func:`porism.problems.k_medoids.fasterpam`.
    k : int
        Number of medoids, 1 … n.
    metric : str or callable
        As in `fasterpam`.
    metric_params : dict or None
        As in `fasterpam`.
    init : str or (k,) array of int
        Where to start, as in `fasterpam`.
    n_init : int
        Runs, each with its own randomness; the best is returned, with its own counts. The curve has the best of them
        for each number of medoids.
    max_iter : int
        Passes at most; 0 only assigns the objects to the initial medoids.
    order : str
        In which order candidates are tried, where that is free: "random" (a permutation drawn once) or "input".
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result. A Generator is advanced by one number a run.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, silhouette)`` about twenty times a second.
    symmetric : bool
        Whether a precomputed matrix must be symmetric.
    memory_limit : int or None
        Bytes that the dissimilarity matrix made from X may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


def least(*, k_min: int | None = None) -> None:
    """The option of DynMSC.

    Parameters
    ----------
    k_min : int or None
        The smallest number of medoids that is tried, 1 … k; None is 2, or 1 for k = 1.
    """


@porism.solver(
    medoid_silhouette_problem,
    "fastermsc",
    default=True,
    paper=LENSSEN_SCHUBERT_2024,
    complexity="O(n(n-k)) time a pass, a few passes; O(n²) memory",
    claims=Claims(fixed_k=True, local_optimum="swap", **EVERY),
)
@like(search)
def fastermsc(X: Any, k: int, **options: Any) -> MedoidSilhouetteResult:
    """FasterMSC: try the objects in turn as medoids, and swap at once when that raises the medoid silhouette."""
    return _solve("fastermsc", X, k, options)


@porism.solver(
    medoid_silhouette_problem,
    "fastmsc",
    paper=LENSSEN_SCHUBERT_2024,
    complexity="O(n(n-k)) time an iteration of one swap; O(n²) memory",
    claims=Claims(fixed_k=True, local_optimum="swap", same_result_as="pammedsil", **EVERY),
)
@like(search)
def fastmsc(X: Any, k: int, **options: Any) -> MedoidSilhouetteResult:
    """FastMSC: PAMMEDSIL's swaps, one by one, each found k times faster."""
    return _solve("fastmsc", X, k, options)


@porism.solver(
    medoid_silhouette_problem,
    "pammedsil",
    paper=VAN_DER_LAAN_2003,
    complexity="O(k(n-k)n) time an iteration of one swap; O(n²) memory",
    claims=Claims(fixed_k=True, local_optimum="swap", **EVERY),
)
@like(search)
def pammedsil(X: Any, k: int, **options: Any) -> MedoidSilhouetteResult:
    """PAMMEDSIL: each iteration evaluates all exchanges one by one, and makes that which raises the silhouette most."""
    return _solve("pammedsil", X, k, options)


@porism.solver(
    medoid_silhouette_problem,
    "pamsil",
    paper=VAN_DER_LAAN_2003,
    complexity="O(k(n-k)n²) time an iteration of one swap; O(n²) memory",
    claims=Claims(fixed_k=True, local_optimum="swap", silhouette_proper=True, **EVERY),
)
@like(search)
def pamsil(X: Any, k: int, **options: Any) -> MedoidSilhouetteResult:
    """PAMSIL: as PAMMEDSIL, for the average silhouette proper. A baseline: only for small data."""
    return _solve("pamsil", X, k, options)


@porism.solver(
    medoid_silhouette_problem,
    "dynmsc",
    paper=LENSSEN_SCHUBERT_2024,
    complexity="O(n(n-k)) time a pass, a few passes for each k; O(n²) memory",
    claims=Claims(chooses_k=True, **EVERY),
)
@like(search, least)
def dynmsc(X: Any, k: int, **options: Any) -> MedoidSilhouetteResult:
    """DynMSC: FasterMSC with k medoids, then with one less and one less; the best number is chosen.

    After each search the medoid goes whose removal costs the least silhouette. The result is the best of all, and has
    the whole curve: look at it (``result.plot()``) before you believe the best k, which is often the smallest.
    """
    return _solve("dynmsc", X, k, options)
