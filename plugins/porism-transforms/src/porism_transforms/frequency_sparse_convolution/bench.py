"""What `porism bench frequency-sparse-convolution` measures: a quarter of the spectrum, of either kind.

As u is real, the real part of the masked product is the plain circular convolution with the kernel that is masked
beforehand, which is real too. Peers are given that kernel's spectrum: they lose nothing by not knowing of blocks. So is
the dense plan of this package, which has to take in all of the masked kernel's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import Solver
from porism.bench import Peer, Task, Workload
from porism_transforms._convolution import factors_of
from porism_transforms._plan import LongConv
from porism_transforms.long_convolution.bench import INSTALL, Call, functional, streamed

__all__ = ["WORKLOADS"]

SOLVERS = ("flash-fft-conv-sparse",)
ROWS, CHANNELS = 32, 8


def maker(first: int, last: int) -> Any:
    """Instances that keep so many results of the first factor, and of the last."""

    def make(points: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        factors = factors_of(points)
        length = points // 2
        u = rng.standard_normal((ROWS // CHANNELS, CHANNELS, length), dtype=np.float32)
        decay = np.exp(-np.arange(length) / (0.3 * length))
        k = (rng.standard_normal((CHANNELS, length)) * decay).astype(np.float32)
        keep = (factors[0] * first // 16, *factors[1:-1], last)
        options = {"factors": factors, "keep": keep}
        return Task(args=(u, k), options=options, facts={"weights": rng.standard_normal(length)})

    return make


def plan_of(task: Task, n_jobs: int | None = None) -> LongConv:
    """The plan with its kernels."""
    u, k = task.args
    plan = LongConv(u.shape[2], u.shape[1], kernel_len=k.shape[1], dtype=u.dtype, n_jobs=n_jobs, **dict(task.options))
    return plan.set_kernel(k)


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Call:
    """A plan for the solver that has plans; others are called."""
    if solver.name not in SOLVERS:
        return lambda: task.call(solver, **options)
    plan = plan_of(task, options.get("n_jobs"))
    return lambda: plan(task.args[0])


def masked_spectra(task: Task) -> npt.NDArray[np.complex64]:
    """Spectra of the real kernels that do the same."""
    masked = np.fft.ifft(plan_of(task).spectrum_natural_order()).real
    return np.fft.rfft(masked).astype(np.complex64)


def dense_start(task: Task) -> Call:
    """The dense plan, with those kernels."""
    u = task.args[0]
    spectra = masked_spectra(task)
    n = 2 * (spectra.shape[1] - 1)
    plan = LongConv(u.shape[2], u.shape[1], kernel_len=n, mode="circular", fft_size=n, dtype=u.dtype)
    plan.set_kernel(k_f=spectra)
    return lambda: plan(u)


def rfft_start(task: Task) -> Call:
    """`scipy.fft` with those spectra."""
    from scipy import fft

    u = task.args[0]
    spectra = masked_spectra(task)
    n, length = 2 * (spectra.shape[1] - 1), u.shape[2]
    return lambda: fft.irfft(fft.rfft(u, n) * spectra, n)[..., :length]


def jax_start(task: Task) -> Call:
    """A jitted function with those spectra."""
    import jax

    u = task.args[0]
    spectra = jax.numpy.asarray(masked_spectra(task))
    n, length = 2 * (spectra.shape[1] - 1), u.shape[2]

    @jax.jit
    def convolve(x: Any) -> Any:
        return jax.numpy.fft.irfft(jax.numpy.fft.rfft(x, n) * spectra, n)[..., :length]

    x = jax.numpy.asarray(u)
    convolve(x).block_until_ready()
    return lambda: convolve(x).block_until_ready()


PEERS = (
    Peer(name="LongConv", form="dense, masked kernels", of=SOLVERS, start=dense_start),
    Peer(
        name="scipy.fft.rfft",
        form="spectra kept",
        of=SOLVERS,
        start=rfft_start,
        distributions=("scipy",),
        install=INSTALL,
    ),
    Peer(
        name="jax.numpy.fft",
        form="jitted, spectra kept",
        of=SOLVERS,
        start=jax_start,
        distributions=("jax",),
        install="porism-transforms[jax]",
    ),
)

WORKLOADS = tuple(
    Workload(
        name=name,
        summary=f"{what} of N points, float32, {ROWS} sequences of N / 2 in {CHANNELS} channels, kernels as long, kept",
        sizes=(4096, 65_536),
        make=maker(first, last),
        check=functional,
        check_name="functional",
        tolerance=1e-4,
        unit="N",
        memory=lambda points: 400_000_000 + 40 * ROWS * points,
        limit=streamed,
        start=start,
        solvers=("flash-fft-conv-sparse", "masked-fft"),
        peers=PEERS,
    )
    for name, what, first, last in (
        ("classes", "a quarter of the frequencies modulo 16", 4, 16),
        ("band", "the lowest quarter of the frequencies", 16, 4),
    )
)
