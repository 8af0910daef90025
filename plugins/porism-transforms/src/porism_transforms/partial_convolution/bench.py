"""What `porism bench partial-convolution` measures: long sequences and short kernels, causal, in single precision.

The kernels are the same in every call: what depends on them alone is prepared outside the timing, for the solver and
for peers that can keep it. The check is a random functional of y.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from porism import Solver
from porism.bench import Peer, Task, Workload
from porism_transforms._plan import LongConv
from porism_transforms.long_convolution.bench import INSTALL, Call, functional, streamed

__all__ = ["WORKLOADS"]

SOLVERS = ("partial-conv",)
ROWS, CHANNELS = 4, 2


def maker(taps: int) -> Any:
    """Instances with kernels of so many taps."""

    def make(length: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        u = rng.standard_normal((ROWS // CHANNELS, CHANNELS, length), dtype=np.float32)
        decay = np.exp(-np.arange(taps) / (0.3 * taps))
        k = (rng.standard_normal((CHANNELS, taps)) * decay).astype(np.float32)
        return Task(args=(u, k), facts={"weights": rng.standard_normal(length)})

    return make


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Call:
    """A plan for the solver that has plans; others are called."""
    if solver.name not in SOLVERS:
        return lambda: task.call(solver, **options)
    u, k = task.args
    plan = LongConv(u.shape[2], CHANNELS, kernel_len=k.shape[1], dtype=u.dtype, n_jobs=options.get("n_jobs"))
    plan.set_kernel(k)
    return lambda: plan(u)


def windows_start(task: Task) -> Call:
    """Overlap-save written with `scipy.fft`: eight kernels' lengths at a time, spectra kept."""
    from scipy import fft

    u, k = task.args
    length, taps = u.shape[2], k.shape[1]
    n = fft.next_fast_len(8 * taps, real=True)
    piece = n - (taps - 1)
    count = -(-length // piece)
    spectra = fft.rfft(k, n)[:, None]

    def call() -> Any:
        padded = np.pad(u, ((0, 0), (0, 0), (taps - 1, count * piece - length)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, n, axis=2)[:, :, ::piece]
        y = fft.irfft(fft.rfft(windows) * spectra, n)[..., taps - 1 :]
        return y.reshape(*u.shape[:2], -1)[..., :length]

    return call


def oaconvolve_start(task: Task) -> Call:
    """`scipy.signal.oaconvolve`, as people write it."""
    from scipy import signal

    u, k = task.args
    return lambda: signal.oaconvolve(u, k[None], axes=2)[..., : u.shape[2]]


def conv1d_start(task: Task) -> Call:
    """A grouped `torch.nn.functional.conv1d`, which adds products up."""
    import torch

    u, k = (torch.from_numpy(a) for a in task.args)
    torch.set_num_threads(1)
    weights = k.flip(1)[:, None].contiguous()
    taps, length = k.shape[1], u.shape[2]
    return lambda: torch.nn.functional.conv1d(u, weights, padding=taps - 1, groups=CHANNELS)[..., :length].numpy()


WORKLOADS = tuple(
    Workload(
        name=f"taps-{taps}",
        summary=f"causal, float32, {ROWS} sequences in {CHANNELS} channels, {taps} taps, spectra kept",
        sizes=(1 << 14, 1 << 17, 1 << 20, 2_300_000),
        make=maker(taps),
        check=functional,
        check_name="functional",
        tolerance=1e-4,
        unit="L",
        memory=lambda length: 400_000_000 + 100 * ROWS * length,
        limit=streamed,
        start=start,
        solvers=("partial-conv", "block-conv"),
        largest={"torch.conv1d": 1 << 20 if taps < 1000 else 1 << 14},
        peers=(
            Peer(
                name="scipy.fft.rfft",
                form="windows, spectra kept",
                of=SOLVERS,
                start=windows_start,
                distributions=("scipy",),
                install=INSTALL,
            ),
            Peer(
                name="scipy.signal.oaconvolve",
                form="default call",
                of=SOLVERS,
                start=oaconvolve_start,
                distributions=("scipy",),
                install=INSTALL,
            ),
            Peer(
                name="torch.conv1d",
                form="grouped, one thread",
                of=SOLVERS,
                start=conv1d_start,
                distributions=("torch",),
                install="porism-transforms[torch]",
            ),
        ),
    )
    for taps in (64, 1024)
)
