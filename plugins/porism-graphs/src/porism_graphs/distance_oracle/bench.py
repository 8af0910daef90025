"""What `porism bench distance-oracle` measures: building an oracle, and queries of one that is built.

Queries are of random pairs, all in one call. The check is whether answers are within 1 + eps of the distance.
`pyroutingkit` (customizable contraction hierarchies) is exact on whole numbers and is what road networks are asked
with; lengths are given to it in thousandths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from porism import Solver
from porism.bench import Peer, Task, Workload
from porism_graphs._generate import delaunay
from porism_graphs.distance_oracle.problem import DistanceOracle

__all__ = ["WORKLOADS"]

EPS = 0.5
PAIRS = 2000
INSTALL = "porism-graphs[bench]"


def make(size: int, seed: int) -> Task:
    """A Delaunay triangulation, and random pairs with their distances."""
    from scipy.sparse.csgraph import dijkstra

    A, points = delaunay(size, seed)
    rng = np.random.default_rng([seed, 1])
    sources = rng.choice(size, 20, replace=False)
    u, v = np.repeat(sources, PAIRS // 20), rng.integers(size, size=PAIRS)
    order = rng.permutation(PAIRS)  # who groups queries by source must find them himself
    true = dijkstra(A, indices=sources)[np.repeat(np.arange(20), PAIRS // 20), v]
    return Task(
        args=(A,), options={"eps": EPS}, facts={"u": u[order], "v": v[order], "true": true[order], "at": points}
    )


def start_queries(solver: Solver[..., DistanceOracle], task: Task, options: Mapping[str, Any]) -> Callable[[], Any]:
    """Ask an oracle that was built beforehand."""
    oracle = task.call(solver, **options)
    return lambda: oracle.query(task.facts["u"], task.facts["v"])


def check(task: Task, value: Any) -> float:
    """1 if all answers are within 1 + eps of the distance."""
    answers = value.query(task.facts["u"], task.facts["v"]) if isinstance(value, DistanceOracle) else np.asarray(value)
    true = task.facts["true"]
    return float((answers >= true * (1 - 1e-9)).all() and (answers <= (1 + EPS) * true * (1 + 1e-9)).all())


def scipy_start(task: Task) -> Callable[[], Any]:
    """A search for each query, as SciPy has no other way to ask for a pair."""
    from scipy.sparse.csgraph import dijkstra

    A, u, v = task.args[0], task.facts["u"], task.facts["v"]

    def call() -> Any:
        sources, place = np.unique(u, return_inverse=True)
        return dijkstra(A, indices=sources)[place, v]

    return call


def routingkit_start(task: Task, *, build: bool) -> Callable[[], Any]:
    """A hierarchy, and one query a pair."""
    import pyroutingkit

    coo, at = task.args[0].tocoo(), task.facts["at"].astype(np.float32)
    ends = coo.row.astype(np.uint32), coo.col.astype(np.uint32)
    weights = np.ceil(coo.data * 1000).astype(np.uint32)

    def made() -> Any:
        hierarchy = pyroutingkit.CCH()
        hierarchy.build_topology(*ends, at[:, 1] / 10_000, at[:, 0] / 10_000, task.args[0].shape[0])
        hierarchy.customize_weights(weights)
        return hierarchy

    ready = made()

    def call() -> Any:
        hierarchy = made() if build else ready
        pairs = zip(task.facts["u"].tolist(), task.facts["v"].tolist(), strict=True)
        return np.array([hierarchy.query(u, v)[0] for u, v in pairs]) / 1000

    return call


def memory(size: int) -> int:
    """Labels, and the matrix in a few forms."""
    return 300_000_000 + 12_000 * size


SOLVERS = ("shortcut-hubs", "separator-oracle", "dijkstra")

WORKLOADS = (
    Workload(
        name="query",
        summary=f"{PAIRS} random pairs of a Delaunay triangulation, eps {EPS}, of an oracle that is built",
        sizes=(1000, 10_000, 50_000),
        make=make,
        check=check,
        check_name="within",
        memory=memory,
        start=start_queries,
        solvers=("shortcut-hubs", "separator-oracle", "dijkstra", "all-pairs"),
        largest={"all-pairs": 10_000},
        peers=(
            Peer(
                name="scipy.sparse.csgraph.dijkstra",
                form="a search for each different source",
                of=SOLVERS,
                start=scipy_start,
                distributions=("scipy",),
            ),
            Peer(
                name="pyroutingkit.CCH",
                form="a query for each pair",
                of=SOLVERS,
                start=partial(routingkit_start, build=False),
                distributions=("pyroutingkit",),
                install=INSTALL,
            ),
        ),
    ),
    Workload(
        name="build",
        summary=f"Delaunay triangulations, eps {EPS}",
        sizes=(1000, 10_000, 50_000),
        make=make,
        check=check,
        check_name="within",
        memory=memory,
        solvers=("shortcut-hubs", "separator-oracle", "all-pairs"),
        largest={"all-pairs": 10_000},
        peers=(
            Peer(
                name="pyroutingkit.CCH",
                form=f"build, and {PAIRS} queries",
                of=SOLVERS,
                start=partial(routingkit_start, build=True),
                distributions=("pyroutingkit",),
                install=INSTALL,
            ),
        ),
    ),
)
