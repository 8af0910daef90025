"""What `porism bench sumset-counts` measures: the sets of `sumset`, counted, beside what people use today.

Everyone is timed to a table of counts, or to the product's coefficients; values are extracted by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Peer, Task, Workload
from porism.problems.sumset import bench as sumset_bench

__all__ = ["WORKLOADS"]


def checksum(task: Task, value: Any) -> str:
    """How many sums, pairs, and the first moment of the counts."""
    if isinstance(value, np.ndarray):
        counts = np.rint(value).astype(np.int64)
        places = np.flatnonzero(counts)
        counts = counts[places]
    elif hasattr(value, "coeffs"):
        counts = np.array([int(c) for c in value.coeffs()], np.int64)
        places = np.flatnonzero(counts)
        counts = counts[places]
    else:
        places, counts = value.values, value.counts.astype(np.int64)
    moment = int((places * counts).sum())
    return f"{len(places)} sums of {int(counts.sum())} pairs, {moment}"


def _flint(task: Task) -> Callable[[], Any]:
    import flint

    a, b = task.args

    def polynomial(values: npt.NDArray[np.int64]) -> Any:
        coefficients = np.zeros(int(values[-1]) + 1, np.int64)
        coefficients[values] = 1
        return flint.fmpz_poly(coefficients.tolist())

    first, second = polynomial(a), polynomial(b)
    return lambda: first * second


SOLVERS = ("auto", "scatter-counts", "bit-sliced", "fft", "ntt", "chan-jin-williams-xu", "pairs-sort")
PEERS = (
    Peer(name="scipy.fft", form="rfft f64", of=SOLVERS, start=sumset_bench._scipy(np.float64)),
    Peer(
        name="python-flint",
        form="fmpz_poly",
        of=SOLVERS,
        start=_flint,
        distributions=("python-flint",),
        note="polynomials are made beforehand",
    ),
)


def _workload(name: str, summary: str, make: Callable[..., Any]) -> Workload:
    return Workload(
        name=name,
        summary=summary,
        sizes=(1024, 4096, 16384),
        make=sumset_bench.task(make),
        check=checksum,
        check_name="counts",
        memory=lambda n: 1 << 30,
        unit="N",
        peers=PEERS,
        largest={"pairs-sort": 4096, "scatter-counts": 16384},
        solvers=SOLVERS,
    )


WORKLOADS = (
    _workload("random", "random sets of N numbers below 2^20", sumset_bench.random_sets),
    _workload("outlier", "N even numbers below 2^20 and an odd one", sumset_bench.outliers),
    _workload("interval", "an interval of N numbers and one near 2^20", sumset_bench.intervals),
)
