"""What `porism bench count-3sum` measures: pairs by target, beside NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Peer, Task, Workload

__all__ = ["WORKLOADS"]


def make(size: int, seed: int) -> Task:
    """Two sets of `size` numbers within 16·size, `size` targets."""
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, 16 * size, size) for _ in range(2))
    return Task(args=(a, -b, size))


def dense(size: int, seed: int) -> Task:
    """Two multisets of `size` numbers within size/4, size/4 targets."""
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, size // 4, size) for _ in range(2))
    return Task(args=(a, -b, size // 4))


def checksum(task: Task, value: Any) -> str:
    """Pairs, and the first moment."""
    counts = value if isinstance(value, np.ndarray) else value.counts
    return f"{int(counts.sum())} pairs, {int((np.arange(len(counts)) * counts).sum())}"


def _bincount(task: Task) -> Callable[[], npt.NDArray[np.int64]]:
    a, b, n = task.args

    def call() -> npt.NDArray[np.int64]:
        counts = np.zeros(n, np.int64)
        ordered = np.sort(b)
        for x in a:
            low, high = np.searchsorted(ordered, (-x, n - x))
            np.add.at(counts, ordered[low:high] + x, 1)
        return counts

    return call


PEERS = (Peer(name="numpy", form="searchsorted, add.at", of=("auto", "pairs-window"), start=_bincount),)


def _workload(name: str, summary: str, make: Callable[[int, int], Task]) -> Workload:
    return Workload(
        name=name,
        summary=summary,
        sizes=(1024, 8192),
        make=make,
        check=checksum,
        check_name="counts",
        memory=lambda n: 1 << 28,
        unit="N",
        peers=PEERS,
    )


WORKLOADS = (
    _workload("comparable", "N numbers within 16N on either side, N targets", make),
    _workload("dense", "multisets of N numbers within N/4, N/4 targets", dense),
)
