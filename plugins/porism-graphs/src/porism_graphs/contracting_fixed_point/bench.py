"""What `porism bench contracting-fixed-point` measures: a layer forward and backward, on random graphs.

Everyone finds the fixed points of all heads to 1e-10, and the gradient of a random functional of them by gains and
bias. The check is that functional plus one of the gradients. `scipy` users would factorize head by head
(`spsolve`), or iterate with a sparse matrix for each head; `torchdeq` iterates a function that gathers and adds in
PyTorch, and differentiates implicitly. `unrolled` goes through 50 steps, which at gamma = 0.5 are as good as all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from porism import Solver
from porism.bench import Limit, Peer, Task, Variant, Workload

__all__ = ["WORKLOADS"]

DEGREE, HEADS, GAMMA = 10, 16, 0.5


def make(size: int, seed: int) -> Task:
    """A random graph of so many vertices, 10 edges for each, and 16 heads."""
    rng = np.random.default_rng(seed)
    m = DEGREE * size
    edges = rng.integers(size, size=(2, m))
    gains, bias = rng.random((m, HEADS)), rng.standard_normal((size, HEADS))
    facts = {"g": rng.standard_normal((size, HEADS)), "weights": rng.standard_normal(HEADS)}
    return Task(args=(edges, gains, bias), options={"gamma": GAMMA}, wishes={"n_jobs": 1}, facts=facts)


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Callable[[], Any]:
    """Forward and backward."""

    def call() -> tuple[Any, Any, Any]:
        found = task.call(solver, **options)
        return (found.x, *found.vjp(task.facts["g"]))

    return call


def functional(task: Task, value: Any) -> float:
    """⟨g, x⟩, plus weighted sums of both gradients."""
    x, by_gains, by_bias = (np.asarray(part, dtype=np.float64) for part in value)
    weights = task.facts["weights"]
    signs = np.cos(np.arange(len(by_gains)))
    total = float((task.facts["g"] * x).sum()) + float(signs @ by_gains @ weights)
    return total + float((by_bias @ weights).sum()) + float(np.abs(x).sum())


def streamed(task: Task, value: Any) -> Limit:
    """Coefficients are streamed once in each of about 34 steps there and 34 back."""
    del value
    m = task.args[0].shape[1]
    return Limit(
        what="68 steps, each streaming a coefficient for each edge and head", nbytes=68.0 * m * (HEADS * 8 + 8)
    )


def _matrices(task: Task) -> list[Any]:
    from scipy import sparse

    edges, gains, bias = task.args
    n = len(bias)
    scale = GAMMA / np.bincount(edges[1], minlength=n)[edges[1]]
    return [sparse.coo_array((scale * gains[:, h], (edges[1], edges[0])), shape=(n, n)).tocsr() for h in range(HEADS)]


def _gradients(task: Task, x: Any, v: Any) -> tuple[Any, Any, Any]:
    edges, _, bias = task.args
    scale = GAMMA / np.bincount(edges[1], minlength=len(bias))[edges[1]]
    return x, scale[:, None] * v[edges[1]] * x[edges[0]], v


def scipy_factorized(task: Task) -> Callable[[], Any]:
    """A sparse factorization for each head, used for both solves."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    def call() -> tuple[Any, Any, Any]:
        x, v = np.empty(task.args[2].shape), np.empty(task.args[2].shape)
        for h, A in enumerate(_matrices(task)):
            factors = splu((sparse.eye_array(A.shape[0]) - A).tocsc())
            x[:, h], v[:, h] = factors.solve(task.args[2][:, h]), factors.solve(task.facts["g"][:, h], trans="T")
        return _gradients(task, x, v)

    return call


def scipy_iterated(task: Task) -> Callable[[], Any]:
    """A sparse matrix for each head, multiplied with until nothing moves by more than 1e-10."""

    def iterate(A: Any, b: Any) -> Any:
        x = b
        while True:
            y = A @ x + b
            if np.abs(y - x).max() <= 1e-10:
                return y
            x = y

    def call() -> tuple[Any, Any, Any]:
        x, v = np.empty(task.args[2].shape), np.empty(task.args[2].shape)
        for h, A in enumerate(_matrices(task)):
            x[:, h] = iterate(A, task.args[2][:, h])
            v[:, h] = iterate(A.T.tocsr(), task.facts["g"][:, h])
        return _gradients(task, x, v)

    return call


def torch_deq(task: Task) -> Callable[[], Any]:
    """A deep equilibrium layer over gather and index_add, differentiated implicitly by the same iteration."""
    import torch
    from torchdeq import get_deq

    made: list[Any] = [torch.from_numpy(np.ascontiguousarray(part)) for part in task.args]
    edges, gains, bias = made
    shares = (GAMMA / torch.bincount(edges[1], minlength=len(bias))[edges[1]])[:, None].double()
    g = torch.from_numpy(task.facts["g"])
    numbers = {"f_max_iter": 60, "b_max_iter": 60, "f_tol": 1e-10, "b_tol": 1e-10}
    layer = get_deq(f_solver="fixed_point_iter", b_solver="fixed_point_iter", ift=True, f_stop_mode="abs", **numbers)

    def call() -> tuple[Any, Any, Any]:
        a, b = (part.clone().requires_grad_() for part in (gains, bias))
        weights = shares * a

        def step(x: Any) -> Any:
            flat = x.reshape(bias.shape)
            return torch.zeros_like(flat).index_add(0, edges[1], weights * flat[edges[0]]) + b

        x = layer(step, torch.zeros_like(bias))[0][-1].reshape(bias.shape)
        (g * x).sum().backward()
        return x.detach().numpy(), a.grad.numpy(), b.grad.numpy()

    return call


SOLVERS = ("picard",)

WORKLOADS = (
    Workload(
        name="layer",
        summary=f"{DEGREE} n random edges, {HEADS} heads, gamma {GAMMA}, error 1e-10: forward, and backward by vjp",
        sizes=(1000, 10_000, 100_000),
        make=make,
        start=start,
        check=functional,
        check_name="functional",
        tolerance=1e-7,
        memory=lambda size: 600_000_000 + size * (DEGREE * HEADS * 8 * 8 + HEADS * 8 * 60),
        limit=streamed,
        largest={"direct-sparse-lu": 1000, "gmres": 1000, "anderson": 10_000, "scipy.splu": 1000},
        variants=(Variant(solver="picard", form="2 threads", options={"n_jobs": 2}),),
        peers=(
            Peer(
                name="scipy.splu",
                form="a factorization for each head",
                of=SOLVERS,
                start=scipy_factorized,
                distributions=("scipy",),
                install="scipy",
            ),
            Peer(
                name="scipy.csr",
                form="a matrix for each head, iterated",
                of=SOLVERS,
                start=scipy_iterated,
                distributions=("scipy",),
                install="scipy",
            ),
            Peer(
                name="torchdeq",
                form="fixed_point_iter over index_add",
                of=SOLVERS,
                start=torch_deq,
                distributions=("torchdeq", "torch"),
                install="torchdeq",
            ),
        ),
    ),
)
