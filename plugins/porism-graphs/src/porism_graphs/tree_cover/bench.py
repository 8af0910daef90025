"""What `porism bench tree-cover` measures: Delaunay triangulations. No library covers graphs with trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism.bench import Task, Workload
from porism_graphs._generate import delaunay
from porism_graphs.tree_cover.problem import TreeCover

__all__ = ["WORKLOADS"]


def make(size: int, seed: int) -> Task:
    """A Delaunay triangulation of random points of density 1."""
    return Task(args=(delaunay(size, seed)[0],), options={"eps": 0.5})


def check(task: Task, value: Any) -> float:
    """1 if a vertex in the middle shares a tree with all others within 1 + eps of their distance."""
    from scipy.sparse.csgraph import dijkstra

    assert isinstance(value, TreeCover)
    n = value.n
    true = dijkstra(task.args[0], indices=n // 2)
    others = np.setdiff1d(np.random.default_rng(0).integers(n, size=50), n // 2)
    return float((value.query(np.full(len(others), n // 2), others) <= 1.5 * true[others] * (1 + 1e-9)).all())


def memory(size: int) -> int:
    """Trees, and for `every-root` all of them."""
    return 300_000_000 + 60_000 * size


WORKLOADS = (
    Workload(
        name="delaunay",
        summary="Delaunay triangulations of random points, eps 0.5",
        sizes=(500, 2000, 10_000),
        make=make,
        check=check,
        check_name="within",
        memory=memory,
        solvers=("shortcut-trees", "merged-trees", "every-root"),
        largest={"every-root": 2000},
    ),
)
