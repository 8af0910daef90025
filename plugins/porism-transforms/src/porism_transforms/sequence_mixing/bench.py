"""What `porism bench sequence-mixing` measures: plain and in bases of polynomials, causal and bidirectional.

The kernels come with the call, as those that a network makes do, so that their transforms are timed too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_transforms._causal import CausalBasis
from porism_transforms.sequence_mixing.problem import MixedSequences

__all__ = ["WORKLOADS"]

Call = Callable[[], Any]
CHANNELS, BATCH = 16, 2
SOLVERS = ("monarch-mixer",)


def maker(kind: str) -> Callable[[int, int], Task]:
    """Instances of a kind."""

    def make(length: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        causal = kind != "bidirectional"
        decay = np.exp(-np.arange(length) / (0.3 * length))
        k = rng.standard_normal((CHANNELS, length)) * decay
        if not causal:
            k = np.concatenate([(rng.standard_normal((CHANNELS, length)) * decay)[:, :0:-1], k], axis=1)
        bases = None
        if kind == "bases":
            b = CausalBasis.holding(length)
            bases = tuple(CausalBasis.random(b, rng=rng) for _ in range(3))
        u = rng.standard_normal((BATCH, length, CHANNELS))
        weights = rng.standard_normal((length, CHANNELS))
        return Task(args=(u, k), options={"causal": causal, "bases": bases}, facts={"weights": weights})

    return make


def functional(task: Task, value: Any) -> float:
    """Outputs times random weights, taken to their root mean square by channel."""
    y = value.y if isinstance(value, MixedSequences) else np.asarray(value)
    return float(np.sqrt(np.mean(np.sum(y * task.facts["weights"], axis=1) ** 2)))


def numpy_start(task: Task) -> Call:
    """`scipy.fft` along the axis of places, as the published code is written."""
    from scipy import fft

    u, k = task.args
    length, causal = u.shape[1], task.options["causal"]
    n = fft.next_fast_len(2 * length - 1 if causal else 3 * length - 2, real=True)
    start = 0 if causal else length - 1

    def call() -> Any:
        turned = np.ascontiguousarray(u.transpose(0, 2, 1))
        y = fft.irfft(fft.rfft(turned, n) * fft.rfft(k, n), n)[..., start : start + length]
        return np.ascontiguousarray(y.transpose(0, 2, 1))

    return call


def jax_start(task: Task) -> Call:
    """The same jitted, in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    from porism_transforms.monarch_mixer_layer.jax import by_fft

    u, k = (jax.numpy.asarray(a) for a in task.args)
    call = jax.jit(lambda u, k: by_fft(u.swapaxes(1, 2), k, True).swapaxes(1, 2))
    call(u, k).block_until_ready()
    return lambda: call(u, k).block_until_ready()


def peer(name: str, form: str, begin: Callable[[Task], Call], needs: tuple[str, ...], install: str) -> Peer:
    """A peer of the solvers above."""
    return Peer(name=name, form=form, of=SOLVERS, start=begin, distributions=needs, install=install)


def workload(kind: str, summary: str, sizes: tuple[int, ...], *peers: Peer) -> Workload:
    """A kind of instances."""
    return Workload(
        name=kind,
        summary=f"{summary}, float64, {BATCH} sequences of {CHANNELS} channels",
        sizes=sizes,
        make=maker(kind),
        check=functional,
        check_name="functional",
        tolerance=1e-6,
        unit="L",
        memory=lambda length: 300_000_000 + 400 * BATCH * CHANNELS * length + 400 * min(length, 2048) ** 2,
        largest={"toeplitz-direct": 1024 if kind != "bases" else 256},
        peers=peers,
    )


BY_HAND = peer("scipy.fft", "real transforms, by hand", numpy_start, ("scipy",), "scipy")
JITTED = peer("jax.numpy.fft", "jitted", jax_start, ("jax",), "porism-transforms[jax]")

WORKLOADS = (
    workload("causal", "causal convolutions", (256, 1024, 4096, 16_384), BY_HAND, JITTED),
    workload("bidirectional", "two-sided convolutions", (256, 1024, 4096, 16_384), BY_HAND),
    workload("bases", "causal, in random bases of polynomials", (256, 1024, 4096, 16_384)),
)
