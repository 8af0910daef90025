"""What `porism bench graph-polynomial-features` measures: what message passing misses, for many small graphs."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism.bench import Task, Workload
from porism_graphs.equivariant_polynomial_evaluation.bench import random_graph

__all__ = ["WORKLOADS"]


def make(size: int, seed: int) -> Task:
    """Graphs of the size of molecules: 20 to 29 nodes, a little more edges."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 30, size)
    graphs = [
        random_graph(int(n), int(1.3 * n), int(one))
        for n, one in zip(sizes, rng.integers(2**31, size=size), strict=True)
    ]
    return Task(args=(graphs,), options={"degree": 5, "output": "node"})


def functional(task: Task, value: Any) -> float:
    """The sum of all features."""
    return float(value.features.sum())


WORKLOADS = (
    Workload(
        name="molecules",
        summary="nodes of graphs with 20 to 29 nodes, degree 5, missing for mpnn",
        sizes=(10, 100, 1000),
        make=make,
        check=functional,
        check_name="sum",
        tolerance=1e-9,
        memory=lambda size: 250_000_000 + 20_000 * size,
        unit="graphs",
        largest={"one-by-one": 10},
    ),
)
