"""What `porism bench k-fold-sumset` measures: sums of k elements, beside powering of big integers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from porism.bench import Peer, Task, Workload
from porism.problems.sumset.bench import checksum

__all__ = ["WORKLOADS"]


def make(size: int, seed: int) -> Task:
    """32 random numbers below 4096, `size` of which are added."""
    rng = np.random.default_rng(seed)
    return Task(args=(np.append(0, np.sort(rng.choice(4095, 31, replace=False)) + 1).astype(np.int64), size))


def _big_int(task: Task) -> Callable[[], int]:
    a, k = task.args

    def call() -> int:
        sums = 1
        for _ in range(k):
            more = 0
            for x in a.tolist():
                more |= sums << x
            sums = more
        return sums

    return call


WORKLOADS = (
    Workload(
        name="random",
        summary="k of 32 random numbers below 4096, the least 0",
        sizes=(8, 64),
        make=make,
        check=checksum,
        check_name="sums",
        memory=lambda k: 1 << 28,
        unit="k",
        peers=(Peer(name="python int", form="or of shifts, k times", of=("powering", "iterated"), start=_big_int),),
    ),
)
