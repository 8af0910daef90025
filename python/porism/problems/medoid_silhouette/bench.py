"""What `porism bench medoid-silhouette` measures: the searches beside those of `kmedoids`, from the same medoids.

Instances are those of :mod:`porism.problems.k_medoids.bench`; the check is the medoid silhouette, computed from the
medoids. The peer has one thread, no option for the order (it tries candidates as they come), and reads columns: the
matrix in Fortran order is its best form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Limit, Peer, Task, Workload
from porism.problems.k_medoids.bench import MAX_ITER, Floats, blobs32, digits, matrix_memory, matrix_task

__all__ = ["WORKLOADS"]


def silhouette_of(task: Task, value: Any) -> float:
    """The average medoid silhouette of a result's medoids, from the matrix."""
    D = task.args[0]
    two = np.partition(D[np.asarray(value.medoids, dtype=np.int64)].astype(np.float64), 1, axis=0)[:2]
    share = np.divide(two[0], two[1], out=np.zeros(len(D)), where=two[1] > 0)
    return float(1.0 - share.mean())


def evaluated(task: Task, value: Any) -> Limit:
    """Every candidate that is evaluated is a row that must come from memory."""
    D, _ = task.args
    return Limit(what=f"{value.n_eval} rows swept", nbytes=float(value.n_eval) * len(D) * D.itemsize)


def peer(function: str, form: str, *, fortran: bool) -> Peer:
    """A search of the package `kmedoids` from the task's medoids."""

    def prepare(task: Task) -> Callable[[], Any]:
        import kmedoids

        D = np.asfortranarray(task.args[0]) if fortran else task.args[0]
        call, init = getattr(kmedoids, function), task.wishes["init"]
        return lambda: call(D, init, max_iter=MAX_ITER)

    return Peer(
        name=f"kmedoids.{function}",
        form=form,
        of=(function,),
        start=prepare,
        distributions=("kmedoids",),
        copies=1.0 if fortran else 0.0,
    )


PEERS = tuple(
    peer(name, form, fortran=fortran)
    for name in ("fastermsc", "fastmsc", "pammedsil")
    for form, fortran in (("C order", False), ("F order", True))
)

SLOW = {"pammedsil": 450, "fastmsc": 1797, "kmedoids.pammedsil": 450, "kmedoids.fastmsc": 1797}
"""Largest sizes of the methods that need a pass for every swap."""


def workload(
    name: str, summary: str, sizes: tuple[int, ...], points: Callable[[int, int], Floats], k: int, **more: Any
) -> Workload:
    """A precomputed matrix and given medoids."""
    dtype = more.pop("dtype", np.float32)
    return Workload(
        name=name,
        summary=summary,
        sizes=sizes,
        make=matrix_task(points, k, dtype),
        check=silhouette_of,
        check_name="silhouette",
        tolerance=1e-6,
        memory=matrix_memory(np.dtype(dtype).itemsize),
        peers=PEERS,
        largest=SLOW,
        limit=evaluated,
        **more,
    )


WORKLOADS = (
    workload(
        "digits",
        "precomputed f64 matrix, scikit-learn's handwritten digits, k = 10",
        (450, 900, 1797),
        digits,
        10,
        dtype=np.float64,
        solvers=("fastermsc", "fastmsc", "pammedsil"),
        most=1797,
    ),
    *(
        workload(
            f"blobs-k{k}",
            f"precomputed f32 matrix, 50 clouds in 32 dimensions, k = {k}",
            (1000, 5000, 20_000),
            blobs32,
            k,
            solvers=("fastermsc",),
            heavy=True,
        )
        for k in (10, 50, 100)
    ),
)
