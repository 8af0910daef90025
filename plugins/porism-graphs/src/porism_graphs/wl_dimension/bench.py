"""What `porism bench wl-dimension` measures: cycles and paths, by their number of vertices."""

from __future__ import annotations

from typing import Any

from porism.bench import Task, Workload

__all__ = ["WORKLOADS"]


def make_cycle(size: int, seed: int) -> Task:
    """The cycle."""
    return Task(args=((size, tuple((i, (i + 1) % size) for i in range(size))),))


def make_path(size: int, seed: int) -> Task:
    """The path."""
    return Task(args=((size, tuple((i, i + 1) for i in range(size - 1))),))


def dimension(task: Task, value: Any) -> int:
    """The dimension."""
    return int(value.k)


WORKLOADS = tuple(
    Workload(
        name=name,
        summary=f"{name} on n vertices; bases are remembered between calls, so that the first one counts",
        sizes=(6, 8, 9, 10),
        make=make,
        check=dimension,
        check_name="k",
        memory=lambda size: 300_000_000,
        largest={"all-quotients": 6},
    )
    for name, make in (("cycle", make_cycle), ("path", make_path))
)
