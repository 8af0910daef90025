"""What `porism bench k-medoids` measures: instances by size, and the peers that users have today.

Every contender begins with the same medoids and tries candidates in the order of the rows, so that all make the same
swaps; the check is the loss, computed from the medoids in double precision. The peer, `kmedoids`, is Schubert's own
implementation. It reads columns, so that on the C-ordered matrix which users have it goes against the memory's grain,
and on a matrix in Fortran order along with it: that is its best form, and the one that decides.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Variant, Workload
from porism.optional import require

__all__ = ["WORKLOADS"]

Floats = npt.NDArray[Any]

MAX_ITER = 1000
"""Passes; more than any search here needs, so that none is compared unfinished (FastPAM1 makes one swap a pass)."""

SLOW = {"pam": 500, "fastpam1": 2000, "kmedoids.pam": 500, "kmedoids.fastpam1": 2000}
"""Largest sizes of the methods that need a pass for every swap."""


# -- instances ---------------------------------------------------------------------------------------------------------


def blobs(n: int, d: int, centres: int, seed: int) -> npt.NDArray[np.float32]:
    """`n` points around as many `centres` in d dimensions, drawn from a box ten times as wide as the clouds."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-10.0, 10.0, (centres, d))
    return (middle[rng.integers(centres, size=n)] + rng.standard_normal((n, d))).astype(np.float32)


def digits(n: int, seed: int) -> npt.NDArray[np.float64]:
    """`n` of scikit-learn's 1797 handwritten digits: the first ones, as they come."""
    datasets: Any = require("sklearn.datasets", "bench")
    return np.ascontiguousarray(datasets.load_digits().data[:n], dtype=np.float64)


def distances(X: Floats, dtype: type[np.floating[Any]]) -> Floats:
    """Euclidean distances, exactly symmetric, in C order: made by SciPy, not by what is measured, block by block."""
    from scipy.spatial.distance import cdist

    n, step = len(X), 512
    D = np.empty((n, n), dtype)
    for i in range(0, n, step):
        block = cdist(X[i : i + step], X[i:])
        D[i : i + step, i:] = block
        D[i:, i : i + step] = D[i : i + step, i:].T
    return D


def start(n: int, k: int, seed: int) -> npt.NDArray[np.int64]:
    """Distinct rows to begin with, `k` of them."""
    return np.random.default_rng([seed, 1]).choice(n, k, replace=False).astype(np.int64)


def matrix_task(
    points: Callable[[int, int], Floats], k: int, dtype: type[np.floating[Any]]
) -> Callable[[int, int], Task]:
    """Makes the job of clustering a precomputed matrix from given medoids."""

    def make(size: int, seed: int) -> Task:
        D = distances(points(size, seed), dtype)
        wishes = {"init": start(len(D), k, seed), "order": "input", "max_iter": MAX_ITER}
        return Task(args=(D, k), options={"metric": "precomputed"}, wishes=wishes)

    return make


def build_task(
    points: Callable[[int, int], Floats], k: int, dtype: type[np.floating[Any]]
) -> Callable[[int, int], Task]:
    """Makes the job of PAM's greedy initialisation alone: no swaps."""

    def make(size: int, seed: int) -> Task:
        D = distances(points(size, seed), dtype)
        return Task(args=(D, k), options={"metric": "precomputed"}, wishes={"init": "build", "max_iter": 0})

    return make


def distances_task(points: Callable[[int, int], Floats], k: int) -> Callable[[int, int], Task]:
    """Makes the job of computing all distances between rows, and little else: the first k are the medoids."""

    def make(size: int, seed: int) -> Task:
        wishes = {"init": "first", "max_iter": 0}
        return Task(args=(points(size, seed), k), options={"metric": "euclidean"}, wishes=wishes)

    return make


def rows_task(points: Callable[[int, int], Floats], k: int) -> Callable[[int, int], Task]:
    """Makes the job of clustering rows of data, distances included."""

    def make(size: int, seed: int) -> Task:
        X = points(size, seed)
        wishes = {"init": start(len(X), k, seed), "order": "input", "max_iter": MAX_ITER}
        return Task(args=(X, k), options={"metric": "euclidean"}, wishes=wishes)

    return make


# -- what must agree, and what cannot be beaten ------------------------------------------------------------------------


def matrix_loss(task: Task, value: Any) -> float:
    """The loss of a result's medoids, from the matrix (symmetric: rows are columns)."""
    D = task.args[0]
    nearest = D[int(value.medoids[0])].copy()
    for medoid in value.medoids[1:]:
        np.minimum(nearest, D[int(medoid)], out=nearest)
    return float(nearest.sum(dtype=np.float64))


def rows_loss(task: Task, value: Any) -> float:
    """The loss of a result's medoids, from the rows."""
    from scipy.spatial.distance import cdist

    X = task.args[0]
    medoids = X[np.asarray(value.medoids, dtype=np.int64)]
    blocks = (cdist(X[i : i + 4096], medoids).min(axis=1).sum() for i in range(0, len(X), 4096))
    return float(sum(blocks))


def swept(task: Task, value: Any) -> Limit:
    """The dissimilarities that the search really read must come from memory, whatever is done with them."""
    D, k = task.args
    saved = 1.0 - value.n_eval / max(1, value.n_iter * (len(D) - k))
    what = f"{value.n_dist:.3g} dissimilarities read in {value.n_iter} passes, {saved:.0%} of the evaluations saved"
    return Limit(what=what, nbytes=float(value.n_dist) * D.itemsize)


def matrix_memory(itemsize: int) -> Callable[[int], int]:
    """The matrix, and what Python and the blocks from which it is made take besides."""
    return lambda n: n * n * itemsize + 512 * n * 8 + (200 << 20)


# -- peers -------------------------------------------------------------------------------------------------------------


def kmedoids_peer(
    function: str, of: str, form: str, *, fortran: bool = False, alike: bool = True, **options: Any
) -> Peer:
    """A function of the package `kmedoids` on a precomputed matrix, begun with the task's medoids."""

    def prepare(task: Task) -> Callable[[], Any]:
        import kmedoids

        D = np.asfortranarray(task.args[0]) if fortran else task.args[0]
        call = getattr(kmedoids, function)
        init = task.wishes["init"]
        return lambda: call(D, init, max_iter=MAX_ITER, **options)

    return Peer(
        name=f"kmedoids.{function}",
        form=form,
        of=(of,),
        start=prepare,
        distributions=("kmedoids",),
        pinned=alike,
        copies=1.0 if fortran else 0.0,
        tolerance=None if alike else 1e-2,
        note="" if alike else "on several threads it takes an order of its own and ends in other optima: 1 % allowed",
    )


def kmedoids_build(form: str, fortran: bool) -> Peer:
    """`kmedoids.pam_build`, which has no option."""

    def prepare(task: Task) -> Callable[[], Any]:
        import kmedoids

        D, k = task.args
        D = np.asfortranarray(D) if fortran else D
        return lambda: kmedoids.pam_build(D, k)

    copies = 1.0 if fortran else 0.0
    return Peer(
        name="kmedoids.pam_build",
        form=form,
        of=("fasterpam",),
        start=prepare,
        distributions=("kmedoids",),
        copies=copies,
    )


def scikit_learn_and_kmedoids(form: str, fortran: bool) -> Peer:
    """What users write who have rows: scikit-learn's distances, then the peer's search, on one thread."""

    def prepare(task: Task) -> Callable[[], Any]:
        import kmedoids
        from sklearn.metrics import pairwise_distances

        X = task.args[0]
        init = task.wishes["init"]

        def call() -> Any:
            D = pairwise_distances(X)
            return kmedoids.fasterpam(D.T if fortran else D, init, max_iter=MAX_ITER, n_cpu=1)

        return call

    return Peer(
        name="sklearn + kmedoids",
        form=form,
        of=("fasterpam",),
        start=prepare,
        distributions=("scikit-learn", "kmedoids"),
        copies=1.0,
        note="D.T of the symmetric matrix is the same matrix in Fortran order, without a copy" if fortran else "",
    )


def scikit_learn_distances() -> Peer:
    """scikit-learn's distances alone."""

    def prepare(task: Task) -> Callable[[], Any]:
        from sklearn.metrics import pairwise_distances

        X, k = task.args
        return lambda: SimpleNamespace(D=pairwise_distances(X), medoids=range(k))

    return Peer(
        name="sklearn.metrics.pairwise_distances",
        form="n_jobs=1",
        of=("fasterpam",),
        start=prepare,
        distributions=("scikit-learn",),
        copies=1.0,
    )


FASTERPAM = (
    kmedoids_peer("fasterpam", "fasterpam", "default call", alike=False),
    kmedoids_peer("fasterpam", "fasterpam", "n_cpu=1, C order", n_cpu=1),
    kmedoids_peer("fasterpam", "fasterpam", "n_cpu=1, F order", n_cpu=1, fortran=True),
)

OTHERS = tuple(
    kmedoids_peer(name, name, form, fortran=fortran)
    for name in ("fastpam1", "pam", "alternating")
    for form, fortran in (("C order", False), ("F order", True))
)

ROWS = (
    scikit_learn_and_kmedoids("n_cpu=1, C order", fortran=False),
    scikit_learn_and_kmedoids("n_cpu=1, F order", fortran=True),
)

TWO_THREADS = (Variant(solver="fasterpam", form="2 threads", options={"n_jobs": 2}),)

BUILD = (kmedoids_build("C order", fortran=False), kmedoids_build("F order", fortran=True))


# -- workloads ---------------------------------------------------------------------------------------------------------


def blobs20(size: int, seed: int) -> Floats:
    """50 clouds in 20 dimensions."""
    return blobs(size, 20, 50, seed)


def blobs32(size: int, seed: int) -> Floats:
    """50 clouds in 32 dimensions."""
    return blobs(size, 32, 50, seed)


def matrix_workload(
    name: str,
    summary: str,
    sizes: tuple[int, ...],
    points: Callable[[int, int], Floats],
    k: int,
    dtype: type[np.floating[Any]] = np.float32,
    **more: Any,
) -> Workload:
    """A precomputed matrix and given medoids: FasterPAM against its peer, unless `more` says otherwise."""
    given: dict[str, Any] = {"solvers": ("fasterpam",), "peers": FASTERPAM, **more}
    return Workload(
        name=name,
        summary=summary,
        sizes=sizes,
        make=matrix_task(points, k, dtype),
        check=matrix_loss,
        check_name="loss",
        tolerance=1e-6,
        memory=matrix_memory(np.dtype(dtype).itemsize),
        limit=swept,
        **given,
    )


WORKLOADS = (
    matrix_workload(
        "blobs",
        "precomputed f32 matrix, 50 clouds in 20 dimensions, k = 50",
        (500, 1000, 2000, 4000),
        blobs20,
        50,
        solvers=None,
        peers=(*FASTERPAM, *OTHERS),
        largest=SLOW,
    ),
    matrix_workload(
        "blobs-f64",
        "precomputed f64 matrix, 50 clouds in 20 dimensions, k = 50",
        (1000, 2000, 4000),
        blobs20,
        50,
        np.float64,
    ),
    matrix_workload(
        "blobs-k100",
        "precomputed f32 matrix, 50 clouds in 20 dimensions, k = 100",
        (5000,),
        blobs20,
        100,
    ),
    matrix_workload(
        "digits",
        "precomputed f64 matrix, scikit-learn's handwritten digits, k = 10",
        (450, 900, 1797),
        digits,
        10,
        np.float64,
        solvers=None,
        peers=(*FASTERPAM, *OTHERS),
        most=1797,
    ),
    Workload(
        name="rows",
        summary="f32 rows to medoids, distances included: 50 clouds in 20 dimensions, k = 50",
        sizes=(1000, 2000, 4000),
        make=rows_task(blobs20, 50),
        check=rows_loss,
        check_name="loss",
        tolerance=1e-4,  # the distances themselves differ by rounding, and so may the swaps
        memory=matrix_memory(4),
        solvers=("fasterpam",),
        peers=ROWS,
    ),
    # What takes minutes or gigabytes: run when asked for by name, or with heavy=True.
    Workload(
        name="build",
        summary="PAM's BUILD alone on a precomputed f32 matrix, 50 clouds in 20 dimensions, k = 50",
        sizes=(1000, 2000, 4000),
        make=build_task(blobs20, 50, np.float32),
        check=matrix_loss,
        check_name="loss",
        tolerance=1e-6,
        memory=matrix_memory(4),
        solvers=("fasterpam",),
        peers=BUILD,
        variants=TWO_THREADS,
        heavy=True,
    ),
    Workload(
        name="distances",
        summary="f32 rows to all their distances: 50 clouds in 32 dimensions",
        sizes=(5000, 10_000, 20_000),
        make=distances_task(blobs32, 10),
        check=rows_loss,
        check_name="loss of the first ten",
        tolerance=1e-4,
        memory=matrix_memory(4),
        solvers=("fasterpam",),
        peers=(scikit_learn_distances(),),
        variants=TWO_THREADS,
        heavy=True,
    ),
    *(
        matrix_workload(
            f"large-{kind}-k{k}",
            f"precomputed {kind} matrix, 50 clouds in 32 dimensions, k = {k}",
            (20_000,),
            blobs32,
            k,
            dtype,
            variants=TWO_THREADS,
            heavy=True,
        )
        for kind, dtype in (("f32", np.float32), ("f64", np.float64))
        for k in (10, 100, 500)
    ),
    *(
        Workload(
            name=f"large-rows-k{k}",
            summary=f"f32 rows to medoids, distances included: 50 clouds in 32 dimensions, k = {k}",
            sizes=(20_000,),
            make=rows_task(blobs32, k),
            check=rows_loss,
            check_name="loss",
            tolerance=1e-4,
            memory=matrix_memory(4),
            solvers=("fasterpam",),
            peers=ROWS,
            variants=TWO_THREADS,
            heavy=True,
        )
        for k in (10, 100)
    ),
)
