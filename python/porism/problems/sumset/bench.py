"""What `porism bench sumset` measures: sets by size, and what people use today.

Everyone is timed to its own form of the set of sums: a bit set here, a big integer, an array of coefficients. The
values are not extracted by anybody, except where there is no other form (universe of 2^40). The check is computed
afterwards from the set itself.

Structured sets beside random ones: random dense sets are kind to `shift-or`, which leaves tiles that are full.
`outlier` has even numbers and one odd one, so that dividing by the common divisor does not help, and half of the bits
of every tile never come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Workload

__all__ = ["UNIVERSE", "WORKLOADS", "checksum", "intervals", "outliers", "progressions", "random_sets", "sum_of"]

Ints = npt.NDArray[np.int64]

UNIVERSE = 1 << 20
"""Both sets are below this."""


def random_sets(n: int, seed: int, universe: int = UNIVERSE) -> tuple[Ints, Ints]:
    """Two random sets, sorted."""
    rng = np.random.default_rng(seed)
    if universe > 1 << 24:
        drawn = [np.unique(rng.integers(0, universe, n)) for _ in range(2)]
        return drawn[0], drawn[1]
    a, b = (np.sort(rng.choice(universe, n, replace=False)).astype(np.int64) for _ in range(2))
    return a, b


def outliers(n: int, seed: int) -> tuple[Ints, Ints]:
    """Random even numbers, and one odd one in each set."""
    rng = np.random.default_rng(seed)
    half = UNIVERSE // 2 - 2
    a, b = (np.append(2 * np.sort(rng.choice(half, n - 1, replace=False)), UNIVERSE - 1) for _ in range(2))
    return a.astype(np.int64), b.astype(np.int64)


def intervals(n: int, seed: int) -> tuple[Ints, Ints]:
    """An interval, and one element far away."""
    a = np.append(np.arange(n - 1), UNIVERSE - 1)
    return a.astype(np.int64), np.append(np.arange(n - 1), UNIVERSE - 2).astype(np.int64)


def progressions(n: int, seed: int) -> tuple[Ints, Ints]:
    """Generalised arithmetic progressions of dimension 2, with different steps."""
    side = int(n**0.5)
    i, j = np.divmod(np.arange(side * side), side)
    top = (UNIVERSE - 1 - side) // max(1, side - 1)
    return np.unique(i * top + j).astype(np.int64), np.unique(i * (top - 1) + 2 * j).astype(np.int64)


def task(make: Callable[[int, int], tuple[Ints, Ints]]) -> Callable[[int, int], Task]:
    """The job of adding the two sets."""
    return lambda size, seed: Task(args=make(size, seed))


def sum_of(values: Ints) -> str:
    """How many values there are, and their sum modulo 2^64: two sets that agree in both are taken to be equal."""
    return f"{len(values)} sums, {int(values.astype(np.uint64).sum())}"


def checksum(task: Task, value: Any) -> str:
    """The same from whatever a contender calls a sumset: a result, a big integer, coefficients, sorted values."""
    if isinstance(value, int):
        size = value.bit_length() // 8 + 1
        bits = np.unpackbits(np.frombuffer(value.to_bytes(size, "little"), np.uint8), bitorder="little")
        return sum_of(np.flatnonzero(bits))
    if isinstance(value, np.ndarray):
        return sum_of(np.flatnonzero(value > 0.5) if value.dtype.kind == "f" else value)
    return sum_of(value.values)


# -- peers -------------------------------------------------------------------------------------------------------------


def _as_int(values: Ints, length: int) -> int:
    bits = np.zeros(length, np.uint8)
    bits[values] = 1
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def _big_int(task: Task) -> Callable[[], int]:
    a, b = task.args

    def call() -> int:
        row = _as_int(b, int(b[-1]) + 1)
        sums = 0
        for x in a.tolist():
            sums |= row << x
        return sums

    return call


def _scipy(dtype: type[np.floating[Any]]) -> Callable[[Task], Callable[[], npt.NDArray[Any]]]:
    def start(task: Task) -> Callable[[], npt.NDArray[Any]]:
        from scipy import fft

        a, b = task.args
        length = int(fft.next_fast_len(int(a[-1] + b[-1]) + 1, real=True))

        def call() -> npt.NDArray[Any]:
            rows = np.zeros((2, length), dtype)
            rows[0, a] = 1
            rows[1, b] = 1
            x, y = fft.rfft(rows)
            product: npt.NDArray[Any] = fft.irfft(x * y, length)
            return product

        return call

    return start


def _sort_in_place(task: Task) -> Callable[[], Ints]:
    a, b = task.args

    def call() -> Ints:
        sums = np.add.outer(a, b).ravel()
        sums.sort()
        keep = np.empty(len(sums), np.bool_)
        keep[0] = True
        np.not_equal(sums[1:], sums[:-1], out=keep[1:])
        values: Ints = sums[keep]
        return values

    return call


def _unique(task: Task) -> Callable[[], Ints]:
    a, b = task.args
    return lambda: np.unique(np.add.outer(a, b))


DENSE = ("auto", "scatter-bits", "shift-or", "fft", "chan-jin-williams-xu", "pairs-sort")
BIG_INT = Peer(name="python int", form="or of shifts", of=DENSE, start=_big_int)
SCIPY_32 = Peer(
    name="scipy.fft",
    form="rfft f32",
    of=DENSE,
    start=_scipy(np.float32),
    note="not proved to be right: rounded and hoped",
)
SCIPY_64 = Peer(name="scipy.fft", form="rfft f64", of=DENSE, start=_scipy(np.float64))
SORT = Peer(
    name="numpy.sort",
    form="in place, neighbour mask",
    of=("auto", "pairs-sort"),
    start=_sort_in_place,
    note="the sums are made within the timing, as they are for the solvers",
)
UNIQUE = Peer(name="numpy.unique", form="of add.outer", of=("auto", "pairs-sort"), start=_unique)


def loads(task: Task, value: Any) -> Limit | None:
    """What `shift-or` had to load: 1024 bytes for each row of a tile that it read, one register in a cycle at 3 GHz."""
    rows = value.stats.get("rows_read") if hasattr(value, "stats") else None
    return None if rows is None else Limit(what=f"{rows[0]} rows of 1024 bytes loaded", seconds=rows[0] * 16 / 3e9)


def _workload(name: str, summary: str, make: Callable[[int, int], tuple[Ints, Ints]], **more: Any) -> Workload:
    return Workload(
        name=name,
        summary=summary,
        sizes=more.pop("sizes", (1024, 4096, 16384)),
        make=task(make),
        check=checksum,
        check_name="sums",
        memory=lambda n: 1 << 29,
        unit="N",
        peers=more.pop("peers", (BIG_INT, SCIPY_32, SCIPY_64)),
        largest={"pairs-sort": 4096, "scatter-bits": 16384, "python int": 16384},
        limit=loads,
        solvers=more.pop("solvers", DENSE),
        **more,
    )


WORKLOADS = (
    _workload("random", "random sets of N numbers below 2^20", random_sets),
    _workload("outlier", "N even numbers below 2^20 and an odd one", outliers),
    _workload("interval", "an interval of N numbers and one near 2^20", intervals),
    _workload(
        "progressions", "generalised progressions of N numbers below 2^20", progressions, sizes=(1024, 4096, 16384)
    ),
    _workload(
        "sparse",
        "random sets of N numbers below 2^40",
        lambda n, seed: random_sets(n, seed, 1 << 40),
        sizes=(512, 2048),
        peers=(SORT, UNIQUE),
        solvers=("auto", "pairs-sort"),
    ),
)
