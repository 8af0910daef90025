"""What `porism bench structured-matrix-approximation` measures: trained-looking layers projected, in double precision.

A matrix that is Monarch with noise, so that slices have a gap. The check is the error that was reached, which the
best Monarch matrix alone reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_transforms._monarch import MonarchMatrix
from porism_transforms.structured_matrix_approximation.problem import StructuredApproximation

__all__ = ["WORKLOADS"]

Call = Callable[[], Any]
SOLVERS = ("monarch-projection",)


def make(n: int, seed: int) -> Task:
    """An n x n matrix of square blocks, a tenth of noise."""
    rng = np.random.default_rng(seed)
    A = MonarchMatrix.random(n, rng=rng).to_dense()
    A += 0.1 * np.linalg.norm(A) / n * rng.standard_normal((n, n))
    return Task(args=(A,), facts={"norm": float(np.linalg.norm(A))})


def distance(task: Task, value: Any) -> float:
    """The norm of what is left, as a share."""
    dense = value.matrix.to_dense() if isinstance(value, StructuredApproximation) else value()
    return float(np.linalg.norm(task.args[0] - dense)) / float(task.facts["norm"])


def port_start(task: Task) -> Call:
    """Slices by `numpy.linalg.svd`, batched, as a port of the published projection is written."""
    (A,) = task.args
    m = math.isqrt(len(A))

    def call() -> Any:
        slices = A.reshape(m, m, m, m).transpose(1, 2, 0, 3)
        left, values, right = np.linalg.svd(slices, full_matrices=False)
        best = left[..., 0], values[..., 0], right[..., 0, :]
        return lambda: np.einsum("bia,bi,bit->abit", *best).reshape(A.shape)

    return call


def loop_start(task: Task) -> Call:
    """`scipy.sparse.linalg.svds` with k = 1 for each slice, as people find the first singular vectors."""
    from scipy.sparse.linalg import svds

    (A,) = task.args
    m = math.isqrt(len(A))

    def call() -> Any:
        slices = A.reshape(m, m, m, m).transpose(1, 2, 0, 3)
        found = np.empty_like(slices)
        for place in np.ndindex(m, m):
            left, values, right = svds(slices[place], k=1, random_state=0)
            found[place] = values[0] * left * right
        return lambda: found.transpose(2, 0, 1, 3).reshape(A.shape)

    return call


WORKLOADS = (
    Workload(
        name="square",
        summary="n x n, Monarch of square blocks with a tenth of noise, float64",
        sizes=(256, 1024, 4096),
        make=make,
        check=distance,
        check_name="relative error",
        tolerance=1e-9,
        memory=lambda n: 300_000_000 + 100 * n * n,
        solvers=("monarch-projection",),
        largest={"svds, each slice": 256, "numpy.linalg.svd": 4096},
        peers=(
            Peer(name="numpy.linalg.svd", form="all slices at once", of=SOLVERS, start=port_start),
            Peer(name="svds, each slice", form="k = 1", of=SOLVERS, start=loop_start, tolerance=1e-6),
        ),
    ),
)
