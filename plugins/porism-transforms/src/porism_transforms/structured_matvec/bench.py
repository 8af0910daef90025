"""What `porism bench structured-matvec` measures: square Monarch matrices of square blocks against the dense product.

A peer may prepare what depends on the matrix alone: the dense one is written out before the timing begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from porism import Solver
from porism.bench import Limit, Peer, Task, Workload
from porism_transforms._monarch import MonarchMatrix
from porism_transforms.structured_matvec.problem import StructuredProduct

__all__ = ["WORKLOADS"]

Call = Callable[[], Any]
SOLVERS = ("monarch-product",)


def maker(batch: int) -> Callable[[int, int], Task]:
    """Instances with that many vectors."""

    def make(n: int, seed: int) -> Task:
        size = math.isqrt(n)
        rng = np.random.default_rng(seed)
        first, second = (rng.standard_normal((size, size, size), dtype=np.float32) / math.sqrt(size) for _ in range(2))
        X = rng.standard_normal((batch, n), dtype=np.float32)
        return Task(args=(first, second, X), facts={"weights": rng.standard_normal(n)})

    return make


def functional(task: Task, value: Any) -> float:
    """Products times random weights, taken to their mean square."""
    y = value.y if isinstance(value, StructuredProduct) else np.asarray(value)
    return float(np.sqrt(np.mean((y.astype(np.float64) @ task.facts["weights"]) ** 2)))


def streamed(task: Task, value: Any) -> Limit | None:
    """Parameters and vectors are read, products are written."""
    first, second, X = task.args
    return Limit(
        what="parameters and vectors read, products written", nbytes=first.nbytes + second.nbytes + 2.0 * X.nbytes
    )


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Call:
    """The matrix object for the solver that has one; others are called."""
    first, second, X = task.args
    if solver.name not in SOLVERS:
        return lambda: task.call(solver, **options)
    matrix = MonarchMatrix(first, second, n_jobs=options.get("n_jobs"))
    return lambda: matrix.apply(X)


def dense_start(task: Task) -> Call:
    """BLAS with the matrix written out beforehand."""
    first, second, X = task.args
    dense = np.ascontiguousarray(MonarchMatrix(first, second).to_dense().T)
    return lambda: X @ dense


def matmul_start(task: Task) -> Call:
    """`numpy.matmul` over stacks of blocks, as a port of the published PyTorch code is written."""
    first, second, X = task.args
    k, q, p = first.shape
    ours, s, r = second.shape

    def call() -> Any:
        z = np.matmul(X.reshape(len(X), k, p).transpose(1, 0, 2), first.transpose(0, 2, 1))
        z = np.ascontiguousarray(z.transpose(1, 2, 0)).reshape(len(X), ours, r)
        y = np.matmul(z.transpose(1, 0, 2), second.transpose(0, 2, 1))
        return np.ascontiguousarray(y.transpose(1, 2, 0)).reshape(len(X), s * ours)

    return call


def peers() -> tuple[Peer, ...]:
    """Who else takes part."""
    return (
        Peer(name="numpy dense", form="written out beforehand", of=SOLVERS, start=dense_start, copies=0.0),
        Peer(name="numpy.matmul", form="stacks of blocks", of=SOLVERS, start=matmul_start),
    )


WORKLOADS = tuple(
    Workload(
        name=f"batch-{batch}",
        summary=f"n x n Monarch matrix of square blocks, float32, {batch} vectors",
        sizes=(1024, 4096, 16_384),
        make=maker(batch),
        check=functional,
        check_name="functional",
        tolerance=1e-4,
        memory=lambda n, batch=batch: 300_000_000 + 12 * n * n + 64 * n * batch,  # type: ignore[misc]
        limit=streamed,
        start=start,
        solvers=("monarch-product", "einsum"),
        largest={"numpy dense": 16_384},
        peers=peers(),
    )
    for batch in (1, 64, 512)
)
