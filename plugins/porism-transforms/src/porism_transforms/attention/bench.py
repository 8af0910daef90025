"""What `porism bench attention` measures: causal attention with four heads, in single precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_transforms.attention.problem import Attended

__all__ = ["WORKLOADS"]

Call = Callable[[], Any]
CHANNELS, HEADS = 64, 4
SOLVERS = ("softmax-attention",)


def make(length: int, seed: int) -> Task:
    """One sequence of that length."""
    rng = np.random.default_rng(seed)
    arrays = tuple(rng.standard_normal((1, length, CHANNELS), dtype=np.float32) for _ in range(3))
    options = {"n_heads": HEADS, "causal": True}
    return Task(args=arrays, options=options, facts={"weights": rng.standard_normal((length, CHANNELS))})


def functional(task: Task, value: Any) -> float:
    """Outputs times random weights, taken to their root mean square by channel: no cancellation."""
    y = value.y if isinstance(value, Attended) else np.asarray(value)
    return float(np.sqrt(np.mean(np.sum(y.reshape(-1, CHANNELS) * task.facts["weights"], axis=0) ** 2)))


def jax_start(task: Task) -> Call:
    """`jax.nn.dot_product_attention`, jitted."""
    import jax

    q, k, v = (jax.numpy.asarray(a.reshape(1, -1, HEADS, CHANNELS // HEADS)) for a in task.args)
    call = jax.jit(lambda q, k, v: jax.nn.dot_product_attention(q, k, v, is_causal=True))
    call(q, k, v).block_until_ready()
    return lambda: call(q, k, v).block_until_ready()


def torch_start(task: Task) -> Call:
    """`torch.nn.functional.scaled_dot_product_attention`."""
    import torch

    q, k, v = (torch.tensor(a.reshape(1, -1, HEADS, CHANNELS // HEADS).transpose(0, 2, 1, 3).copy()) for a in task.args)

    def call() -> Any:
        with torch.no_grad():
            y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).contiguous().numpy()

    return call


def peer(name: str, form: str, begin: Callable[[Task], Call], needs: tuple[str, ...], install: str) -> Peer:
    """A peer of the solvers above."""
    return Peer(name=name, form=form, of=SOLVERS, start=begin, distributions=needs, install=install)


WORKLOADS = (
    Workload(
        name="causal",
        summary=f"causal, float32, one sequence, {CHANNELS} channels in {HEADS} heads",
        sizes=(256, 1024, 4096),
        make=make,
        check=functional,
        check_name="functional",
        tolerance=1e-4,
        unit="L",
        memory=lambda length: 500_000_000 + 24 * HEADS * length**2,
        largest={"attention-matrix": 4096, "jax.nn.dot_product_attention": 4096},
        peers=(
            peer("jax.nn.dot_product_attention", "jitted", jax_start, ("jax",), "porism-transforms[jax]"),
            peer("torch scaled_dot_product_attention", "default call", torch_start, ("torch",), "torch"),
        ),
    ),
)
