"""What `porism bench subset-sum` measures: the totals up to a target, beside big integers and NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Workload

__all__ = ["WORKLOADS"]

TARGET = 10**7


def make(size: int, seed: int) -> Task:
    """`size` random items below 10^5."""
    return Task(args=(np.random.default_rng(seed).integers(1, 10**5, size), TARGET))


def strays(size: int, seed: int) -> Task:
    """Multiples of 3 below 10^5, and one number that is none: a third of the totals never comes, and no word fills."""
    items = 3 * np.random.default_rng(seed).integers(1, 33_333, size)
    items[0] = 1
    return Task(args=(items, TARGET))


def small(size: int, seed: int) -> Task:
    """200 random items, and `size` as the target."""
    return Task(args=(np.random.default_rng(seed).integers(1, max(2, size // 20), 200), size))


def checksum(task: Task, value: Any) -> str:
    """How many totals, and their sum."""
    target = task.args[1]
    if isinstance(value, int):
        packed = np.frombuffer(value.to_bytes(target // 8 + 9, "little"), np.uint8)
        reachable = np.unpackbits(packed, bitorder="little")[: target + 1]
    elif isinstance(value, np.ndarray):
        reachable = value[: target + 1] if value.dtype == np.bool_ else _bits(value, target)
    else:
        reachable = value.reachable
    totals = np.flatnonzero(reachable)
    return f"{len(totals)} totals, {int(totals.sum())}"


def _bits(words: npt.NDArray[np.uint64], target: int) -> npt.NDArray[np.uint8]:
    return np.unpackbits(words.view(np.uint8), bitorder="little")[: target + 1]


def _big_int(task: Task) -> Callable[[], int]:
    items, target = task.args

    def call() -> int:
        sums, mask = 1, (1 << (target + 1)) - 1
        for x in items.tolist():
            sums |= (sums << x) & mask
        return sums

    return call


def _bools(task: Task) -> Callable[[], npt.NDArray[np.bool_]]:
    items, target = task.args

    def call() -> npt.NDArray[np.bool_]:
        reachable = np.zeros(target + 1, np.bool_)
        reachable[0] = True
        for x in items.tolist():
            if x <= target:
                reachable[x:] |= reachable[: target + 1 - x].copy()
        return reachable

    return call


def _packed(task: Task) -> Callable[[], npt.NDArray[np.uint64]]:
    items, target = task.args

    def call() -> npt.NDArray[np.uint64]:
        words = np.zeros(target // 64 + 1, np.uint64)
        words[0] = 1
        for x in items.tolist():
            whole, part = divmod(x, 64)
            if whole < len(words):
                source = words[: len(words) - whole]
                shifted = source << np.uint64(part)
                if part:
                    shifted[1:] |= source[:-1] >> np.uint64(64 - part)
                words[whole:] |= shifted
        return words

    return call


def loads(task: Task, value: Any) -> Limit:
    """For two items 64 bytes of the bit set are loaded from four places, three of them across lines, at 3 GHz."""
    items, target = task.args
    nbytes = float(np.minimum(np.cumsum(np.sort(items)), target).sum()) / 8
    return Limit(what=f"{len(items)} items through a bit set", seconds=nbytes / 64 * 7 / 2 / 3e9)


def _workload(name: str, summary: str, make: Callable[[int, int], Task], **more: Any) -> Workload:
    return Workload(
        name=name,
        summary=summary,
        sizes=(300, 1000),
        make=make,
        check=checksum,
        check_name="totals",
        memory=lambda n: 1 << 27,
        unit="N",
        solvers=("bitset-dp",),
        peers=(
            Peer(name="python int", form="shift, mask, or", of=("bitset-dp",), start=_big_int),
            Peer(name="numpy", form="bools", of=("bitset-dp",), start=_bools),
            Peer(name="numpy", form="64 to a word", of=("bitset-dp",), start=_packed),
        ),
        **more,
    )


WORKLOADS = (
    _workload("target-1e7", "N random items below 10^5, target 10^7", make),
    _workload("stray-1e7", "N multiples of 3 below 10^5 but one, target 10^7", strays, limit=loads),
    Workload(
        name="methods",
        summary="200 random items below t/20, target t",
        sizes=(1000, 10_000),
        make=small,
        check=checksum,
        check_name="totals",
        memory=lambda t: 1 << 27,
        unit="t",
        largest={"bringmann": 1000},
    ),
)
