"""What `porism bench polynomial-expressiveness` measures: deciding grids, where trying all orders gives up."""

from __future__ import annotations

from typing import Any

from porism.bench import Task, Workload
from porism_graphs._polynomials.polynomial import GraphPolynomial

__all__ = ["WORKLOADS", "ladder"]


def ladder(rungs: int) -> GraphPolynomial:
    """Two paths, joined rung by rung: treewidth two."""
    sides = [((0, i), (0, i + 1)) for i in range(rungs - 1)] + [((1, i), (1, i + 1)) for i in range(rungs - 1)]
    edges = [*sides, *(((0, i), (1, i)) for i in range(rungs))]
    return GraphPolynomial(tuple((2 * i + r, 2 * j + s) for (r, i), (s, j) in edges), symmetric=True)


def make(size: int, seed: int) -> Task:
    """Whether an edge bank computes a ladder."""
    return Task(args=(ladder(size), "2-bank"))


def decided(task: Task, value: Any) -> float:
    """Whether it does."""
    return float(value.expressible)


WORKLOADS = (
    Workload(
        name="ladder",
        summary="ladders of so many rungs, for tensors of two axes",
        sizes=(4, 20, 60),
        make=make,
        check=decided,
        check_name="expressible",
        memory=lambda size: 100_000_000,
        unit="rungs",
        largest={"all-orders": 4},
    ),
)
