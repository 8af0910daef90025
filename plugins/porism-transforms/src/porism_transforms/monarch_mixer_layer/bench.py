"""What `porism bench monarch-mixer-layer` measures: whole layers, causal and bidirectional, in double precision.

The peers are the published layer in JAX and in PyTorch: the same formulas with their own transforms and products. They
keep the long filters' networks in the call, as a model that is trained does, and so does porism's solver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.monarch_mixer_layer.problem import MixedLayer

__all__ = ["WORKLOADS"]

Call = Callable[[], Any]
CHANNELS, BATCH = 64, 2
SOLVERS = ("m2",)


def maker(causal: bool) -> Callable[[int, int], Task]:
    """Instances of either kind."""

    def make(length: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        params = MixerParams.random(CHANNELS, length, bidirectional=not causal, residual=not causal, rng=rng)
        u = rng.standard_normal((BATCH, length, CHANNELS))
        return Task(args=(u, params), options={"causal": causal}, facts={"weights": rng.standard_normal(u.shape[1:])})

    return make


def functional(task: Task, value: Any) -> float:
    """Outputs times random weights, taken to their root mean square by channel."""
    y = value.y if isinstance(value, MixedLayer) else np.asarray(value)
    return float(np.sqrt(np.mean(np.sum(y * task.facts["weights"], axis=1) ** 2)))


def jax_start(task: Task) -> Call:
    """The layer jitted, in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    from porism_transforms.monarch_mixer_layer.jax import m2, numbers

    u, params = task.args
    arrays, x = numbers(params, np.float64), jax.numpy.asarray(u)
    call = jax.jit(lambda x, arrays: m2(x, arrays, span=params.span, causal=task.options["causal"]))
    call(x, arrays).block_until_ready()
    return lambda: call(x, arrays).block_until_ready()


def torch_start(task: Task) -> Call:
    """The module, without gradients, in double precision."""
    import torch

    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    u, params = task.args
    module = MonarchMixerLayer(params, causal=task.options["causal"], dtype=torch.float64)
    x = torch.from_numpy(u)

    def call() -> Any:
        with torch.no_grad():
            return module(x).numpy()

    return call


def peer(name: str, form: str, begin: Callable[[Task], Call], needs: tuple[str, ...], install: str) -> Peer:
    """A peer of the solvers above."""
    return Peer(name=name, form=form, of=SOLVERS, start=begin, distributions=needs, install=install)


WORKLOADS = tuple(
    Workload(
        name="causal" if causal else "bidirectional",
        summary=f"{'causal' if causal else 'bidirectional, residual'}, float64, {BATCH} sequences of {CHANNELS} "
        "channels, gated dimension mixer of four blocks, expansion 4",
        sizes=(256, 1024, 4096),
        make=maker(causal),
        check=functional,
        check_name="functional",
        unit="L",
        memory=lambda length: 500_000_000 + 300 * BATCH * CHANNELS * length + 100 * length**2,
        largest={"m2-written-out": 1024},
        peers=(
            peer("layer in JAX", "jitted, jax.numpy.fft", jax_start, ("jax",), "porism-transforms[jax]"),
            peer("layer in PyTorch", "torch.fft, no gradients", torch_start, ("torch",), "torch"),
        ),
    )
    for causal in (True, False)
)
