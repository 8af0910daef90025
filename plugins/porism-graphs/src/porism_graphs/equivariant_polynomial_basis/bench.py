"""What `porism bench equivariant-polynomial-basis` measures: listing and counting by degree.

No library lists or counts this basis, so that there is no peer; the solvers are measured beside one another.
"""

from __future__ import annotations

from typing import Any

from porism.bench import Task, Workload

__all__ = ["WORKLOADS"]


def make_general(size: int, seed: int) -> Task:
    """All matrices, values at nodes."""
    return Task(args=(size, "node"))


def make_simple(size: int, seed: int) -> Task:
    """Simple graphs, values at nodes."""
    return Task(args=(size, "node"), options={"symmetric": True, "simple": True})


def counted(task: Task, value: Any) -> float:
    """How many polynomials there are."""
    return float(value.count)


def memory(size: int) -> int:
    """The interpreter, and a kilobyte for each polynomial."""
    return int(120_000_000 + 2000 * 7**size)


SOLVERS = ("multigraph-enumeration", "molien-burnside")

WORKLOADS = (
    Workload(
        name="general-node",
        summary="all polynomials of matrices with values at nodes: 32, 199, 1323, 9094 of degree 2 to 5",
        sizes=(2, 3, 4, 5),
        make=make_general,
        check=counted,
        check_name="count",
        memory=memory,
        unit="degree",
        solvers=SOLVERS,
    ),
    Workload(
        name="simple-node",
        summary="those of simple graphs",
        sizes=(4, 5, 6, 7),
        make=make_simple,
        check=counted,
        check_name="count",
        memory=lambda size: 120_000_000 + 2000 * 3**size,
        unit="degree",
        solvers=SOLVERS,
    ),
)
