"""What `porism bench low-diameter-shortcut-partition` measures: grids, and random triangulations of the plane.

No library decomposes graphs so. The yardstick is one search of the whole graph, by SciPy: what has to be done at least
to look at every edge in order of distance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_graphs._generate import delaunay, grid
from porism_graphs.shortcut_partition.problem import ShortcutPartition

__all__ = ["WORKLOADS"]

DELTA = 20.0


def make_grid(size: int, seed: int) -> Task:
    """A square grid of about `size` vertices, edges of length 1."""
    side = round(size**0.5)
    return Task(args=(grid(side, side), DELTA))


def make_triangles(size: int, seed: int) -> Task:
    """A Delaunay triangulation of random points of density 1."""
    return Task(args=(delaunay(size, seed)[0], DELTA))


def check(task: Task, value: Any) -> float:
    """1 for clusters of bounded radius, and for whoever has reached everything."""
    if isinstance(value, ShortcutPartition):
        return float(value.radii.max() <= 2 * DELTA * (1 + 1e-9) and (value.labels >= 0).all())
    return float(np.isfinite(value).all())


def scipy_start(task: Task) -> Callable[[], Any]:
    """One search of the whole graph."""
    from scipy.sparse.csgraph import dijkstra

    return lambda: dijkstra(task.args[0], indices=0)


def memory(size: int) -> int:
    """The matrix in a few forms, and the arrays of a search."""
    return 200_000_000 + 1500 * size


PEERS = (
    Peer(
        name="scipy.sparse.csgraph.dijkstra",
        form="one search of the whole graph",
        of=("buffered-cop", "voronoi-net"),
        start=scipy_start,
        distributions=("scipy",),
        note="a yardstick, not the same job",
    ),
)

WORKLOADS = (
    Workload(
        name="grid",
        summary=f"square grids, edges of length 1, delta {DELTA:g}",
        sizes=(10_000, 100_000, 1_000_000),
        make=make_grid,
        check=check,
        check_name="bounded",
        memory=memory,
        peers=PEERS,
    ),
    Workload(
        name="delaunay",
        summary=f"Delaunay triangulations of random points of density 1, delta {DELTA:g}",
        sizes=(10_000, 100_000),
        make=make_triangles,
        check=check,
        check_name="bounded",
        memory=memory,
        peers=PEERS,
    ),
)
