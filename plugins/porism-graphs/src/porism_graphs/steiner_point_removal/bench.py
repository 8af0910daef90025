"""What `porism bench steiner-point-removal` measures: random terminals in triangulations, and the tips of combs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_graphs._generate import comb, delaunay
from porism_graphs.steiner_point_removal.problem import MinorResult

__all__ = ["WORKLOADS"]


def make_triangles(size: int, seed: int) -> Task:
    """One vertex in fifty of a Delaunay triangulation."""
    chosen = np.sort(np.random.default_rng([seed, 1]).choice(size, max(1, size // 50), replace=False))
    return Task(args=(delaunay(size, seed)[0], chosen), wishes={"rng": seed})


def make_comb(size: int, seed: int) -> Task:
    """The tips of a comb."""
    return Task(args=(comb(size // 2), np.arange(size // 2, 2 * (size // 2))), wishes={"rng": seed})


def check(task: Task, value: Any) -> int:
    """How many vertices were assigned."""
    return len(value.assignment) if isinstance(value, MinorResult) else sum(map(len, value.values()))


def networkx_start(task: Task) -> Callable[[], Any]:
    """Cells of a graph that was made beforehand; no minor, and no lengths."""
    import networkx

    graph = networkx.from_scipy_sparse_array(task.args[0])
    terminals = set(task.args[1].tolist())
    return lambda: networkx.voronoi_cells(graph, terminals)


def memory(size: int) -> int:
    """The matrix in a few forms, the arrays of a search, and the objects of networkx."""
    return 200_000_000 + 6000 * size


PEERS = (
    Peer(
        name="networkx.voronoi_cells",
        form="default call",
        of=("voronoi-minor",),
        start=networkx_start,
        distributions=("networkx",),
        install="porism-graphs[bench]",
        note="assigns only: no minor, no lengths",
    ),
)

WORKLOADS = (
    Workload(
        name="delaunay",
        summary="one vertex in 50 of Delaunay triangulations of random points",
        sizes=(1000, 10_000, 100_000),
        make=make_triangles,
        check=check,
        check_name="assigned",
        memory=memory,
        peers=PEERS,
        largest={"networkx.voronoi_cells": 10_000},
    ),
    Workload(
        name="comb",
        summary="the tips of combs with teeth of length 20",
        sizes=(1000, 10_000),
        make=make_comb,
        check=check,
        check_name="assigned",
        memory=memory,
        peers=PEERS,
    ),
)
