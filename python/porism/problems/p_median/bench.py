"""What `porism bench p-median` measures: exchanges beside `kmedoids` where it can do the job, and the exact solver.

Where clients are sites and costs are symmetric, p-median is k-medoids, and the peer `kmedoids` of Schubert solves it
from the same start by the same exchanges. Its best form is a matrix in Fortran order, which both read in place; in C
order it goes against the memory's grain, and porism copies. Rectangles have no such peer: there the solvers are
measured beside one another on walks in real hills, and the exact one beside the program as textbooks have it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Workload
from porism.problems.k_medoids.bench import MAX_ITER, blobs20, distances, start
from porism.problems.p_median.example import P, hills

__all__ = ["WORKLOADS"]


def square(k: int, *, fortran: bool) -> Callable[[int, int], Task]:
    """Makes the job of choosing k of n points, in float32."""

    def make(size: int, seed: int) -> Task:
        costs = distances(blobs20(size, seed), np.float32)
        wishes = {"init": start(size, k, seed), "order": "input", "max_iter": MAX_ITER}
        return Task(args=(costs.T if fortran else costs, k), wishes=wishes)  # symmetric: the transpose is the same

    return make


def terrain(size: int, seed: int) -> Task:
    """Huts in the hills: about `size` places, of which a quarter are sites."""
    step = int(np.ceil(np.sqrt(344 * 403 / size)))
    wishes = {"order": "input", "init": "first", "max_iter": MAX_ITER}
    return Task(args=(hills(step).minutes, P), options={"rng": seed}, wishes=wishes)


def cost_of(task: Task, value: Any) -> float:
    """What all clients pay at the chosen sites, from the costs."""
    costs = task.args[0]
    chosen = np.asarray(value.sites if hasattr(value, "sites") else value.medoids, dtype=np.int64)
    return float(costs[:, chosen].min(axis=1).sum(dtype=np.float64))


def read(task: Task, value: Any) -> Limit | None:
    """The costs that the search really read must come from memory."""
    if value.proven:
        return None
    what = f"{value.n_read:.3g} costs read in {value.n_iter} passes"
    return Limit(what=what, nbytes=float(value.n_read) * task.args[0].itemsize)


def kmedoids_peer(form: str, *, fortran: bool) -> Peer:
    """`kmedoids.fasterpam` on one thread, from the task's sites."""

    def prepare(task: Task) -> Callable[[], Any]:
        import kmedoids

        D = np.asfortranarray(task.args[0]) if fortran else np.ascontiguousarray(task.args[0])
        init = task.wishes["init"]
        return lambda: kmedoids.fasterpam(D, init, max_iter=MAX_ITER, n_cpu=1)

    return Peer(
        name="kmedoids.fasterpam",
        form=form,
        of=("fast-interchange",),
        start=prepare,
        distributions=("kmedoids",),
        copies=1.0,
    )


@dataclass(frozen=True)
class Chosen:
    """What the textbook's program chose."""

    sites: npt.NDArray[np.int64]


def textbook(task: Task) -> Callable[[], Chosen]:
    """The program of ReVelle & Swain with all its pairs, as modelling libraries write it, solved to optimality."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    costs, p = task.args
    n, m = costs.shape

    def call() -> Chosen:
        pair = np.arange(n * m)
        ones = np.ones(n * m)
        width = n * m + m
        served = sparse.csr_array((ones, (pair // m, pair)), shape=(n, width))
        places = (np.concatenate([pair, pair]), np.concatenate([pair, n * m + pair % m]))
        chosen = sparse.csr_array((np.concatenate([ones, -ones]), places), shape=(n * m, width))
        counted = np.concatenate([np.zeros(n * m), np.ones(m)])
        done = milp(
            np.concatenate([costs.ravel(), np.zeros(m)]),
            integrality=counted,
            bounds=Bounds(0, 1),
            constraints=[
                LinearConstraint(served, 1, 1),
                LinearConstraint(chosen, -np.inf, 0),
                LinearConstraint(counted[None, :], p, p),
            ],
            options={"mip_rel_gap": 0.0},
        )
        return Chosen(np.flatnonzero(done.x[n * m :] > 0.5).astype(np.int64))

    return call


def memory(size: int) -> int:
    """The costs, a copy by site, and what Python takes besides."""
    return 2 * size * size * 4 + (300 << 20)


SQUARE = (kmedoids_peer("n_cpu=1, F order", fortran=True), kmedoids_peer("n_cpu=1, C order", fortran=False))

WORKLOADS = (
    *(
        Workload(
            name=f"square-{order}",
            summary=f"clients that are sites, f32 costs in {order.upper()} order, 50 clouds in 20 dimensions, p = 50",
            sizes=(1000, 2000, 4000),
            make=square(50, fortran=order == "f"),
            check=cost_of,
            check_name="cost",
            tolerance=1e-6,
            memory=memory,
            peers=SQUARE,
            solvers=("fast-interchange",),
            limit=read,
        )
        for order in ("f", "c")
    ),
    Workload(
        name="hills",
        summary=f"walking times in the hills of Tennessee from a quarter of the places to all, f64, p = {P}",
        sizes=(378, 572, 2193, 8686),
        make=terrain,
        check=cost_of,
        check_name="cost",
        tolerance=1e-6,
        memory=lambda size: 4 * size * size + (2 << 30),
        peers=(
            Peer(
                name="scipy.optimize.milp",
                form="the textbook's program",
                of=("milp",),
                start=textbook,
                distributions=("scipy",),
            ),
        ),
        largest={"milp": 572, "scipy.optimize.milp": 378},
        most=34_000,
        limit=read,
    ),
)
