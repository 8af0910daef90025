"""What `porism bench long-convolution` measures: layers of long convolutions, causal, in single precision.

The kernels are the same in every call, as they are for whoever filters or evaluates a model: what depends on them alone
is prepared outside the timing, for solvers and for peers that can keep it. The check is a random functional of y.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import Solver
from porism.bench import Limit, Peer, Task, Variant, Workload
from porism_transforms._plan import LongConv

__all__ = ["WORKLOADS"]

ROWS = 64
CHANNELS = 8
MOST = 1 << 22
"""Numbers of u, so that the longest sequences do not need more memory than there is."""
SOLVERS = ("flash-fft-conv",)
INSTALL = "porism-transforms[bench]"

Call = Callable[[], Any]


def make(length: int, seed: int) -> Task:
    """Sequences of that length, and kernels as long that decay."""
    rows = max(4, min(ROWS, MOST // length))
    channels = min(CHANNELS, rows // 2)
    rng = np.random.default_rng(seed)
    u = rng.standard_normal((rows // channels, channels, length), dtype=np.float32)
    decay = np.exp(-np.arange(length) / (0.3 * length))
    k = (rng.standard_normal((channels, length)) * decay).astype(np.float32)
    return Task(args=(u, k), facts={"weights": rng.standard_normal(length)})


def functional(task: Task, value: Any) -> float:
    """Outputs times random weights, taken to their mean square: no cancellation."""
    y: npt.NDArray[Any] = value.y if hasattr(value, "y") else np.asarray(value)
    return float(np.sqrt(np.mean((y.astype(np.float64) @ task.facts["weights"]) ** 2)))


def streamed(task: Task, value: Any) -> Limit | None:
    """Reading u and writing y."""
    u = task.args[0]
    return Limit(what="u read and y written once", nbytes=2.0 * u.nbytes)


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Call:
    """A plan for the solver that has plans; others are called."""
    if solver.name not in SOLVERS:
        return lambda: task.call(solver, **options)
    u, k = task.args
    plan = LongConv(u.shape[2], u.shape[1], dtype=u.dtype, n_jobs=options.get("n_jobs")).set_kernel(k)
    return lambda: plan(u)


def rfft_start(task: Task) -> Call:
    """`scipy.fft` with the kernels' spectra kept: the fair one."""
    from scipy import fft

    u, k = task.args
    length = u.shape[2]
    n = fft.next_fast_len(2 * length - 1, real=True)
    spectra = fft.rfft(k, n)
    return lambda: fft.irfft(fft.rfft(u, n) * spectra, n)[..., :length]


def fftconvolve_start(task: Task) -> Call:
    """`scipy.signal.fftconvolve`, as people write it."""
    from scipy import signal

    u, k = task.args
    return lambda: signal.fftconvolve(u, k[None], axes=2)[..., : u.shape[2]]


def oaconvolve_start(task: Task) -> Call:
    """`scipy.signal.oaconvolve`."""
    from scipy import signal

    u, k = task.args
    return lambda: signal.oaconvolve(u, k[None], axes=2)[..., : u.shape[2]]


def jax_start(task: Task) -> Call:
    """A jitted function with the kernels' spectra kept."""
    import jax

    u, k = task.args
    length = u.shape[2]
    spectra = jax.numpy.fft.rfft(jax.numpy.asarray(k), 2 * length)

    @jax.jit
    def convolve(x: Any) -> Any:
        return jax.numpy.fft.irfft(jax.numpy.fft.rfft(x, 2 * length) * spectra, 2 * length)[..., :length]

    x = jax.numpy.asarray(u)
    convolve(x).block_until_ready()
    return lambda: convolve(x).block_until_ready()


def torch_start(task: Task) -> Call:
    """`torch.fft` with the kernels' spectra kept."""
    import torch

    u, k = (torch.from_numpy(a) for a in task.args)
    torch.set_num_threads(1)
    length = u.shape[2]
    spectra = torch.fft.rfft(k, n=2 * length)

    def call() -> Any:
        with torch.inference_mode():
            return torch.fft.irfft(torch.fft.rfft(u, n=2 * length) * spectra, n=2 * length)[..., :length].numpy()

    return call


def pyfftw_start(task: Task) -> Call:
    """FFTW with measured plans and the kernels' spectra kept, into arrays of its own."""
    import pyfftw

    u, k = task.args
    length = u.shape[2]
    padded = pyfftw.zeros_aligned((*u.shape[:2], 2 * length), dtype=u.dtype)
    spectrum = pyfftw.empty_aligned((*u.shape[:2], length + 1), dtype=np.complex64)
    forward = pyfftw.FFTW(padded, spectrum, axes=(2,), flags=("FFTW_MEASURE",))
    backward = pyfftw.FFTW(spectrum, padded, axes=(2,), direction="FFTW_BACKWARD", flags=("FFTW_MEASURE",))
    spectra = np.fft.rfft(k, 2 * length).astype(np.complex64)

    def call() -> Any:
        padded[..., :length] = u
        padded[..., length:] = 0
        forward()
        np.multiply(spectrum, spectra, out=spectrum)
        return backward()[..., :length].copy()

    return call


def memory(length: int) -> int:
    """Sequences, their padded spectra in a few forms, and what the libraries are themselves."""
    return 400_000_000 + 64 * max(4 * length, min(ROWS * length, MOST))


def peer(name: str, form: str, begin: Callable[[Task], Call], *needs: str) -> Peer:
    """A peer of the solvers above."""
    return Peer(name=name, form=form, of=SOLVERS, start=begin, distributions=needs, install=INSTALL)


WORKLOADS = (
    Workload(
        name="causal",
        summary=f"causal, float32, {ROWS} sequences (fewer long ones) in {CHANNELS} channels, kernels as long, kept",
        sizes=(256, 1024, 4096, 16_384, 65_536, 1 << 20),
        make=make,
        check=functional,
        check_name="functional",
        tolerance=1e-4,
        unit="L",
        memory=memory,
        limit=streamed,
        start=start,
        solvers=("flash-fft-conv",),
        variants=(Variant(solver="flash-fft-conv", form="2 threads", options={"n_jobs": 2}),),
        peers=(
            peer("scipy.fft.rfft", "spectra kept", rfft_start, "scipy"),
            peer("scipy.signal.fftconvolve", "default call", fftconvolve_start, "scipy"),
            peer("scipy.signal.oaconvolve", "default call", oaconvolve_start, "scipy"),
            peer("jax.numpy.fft", "jitted, spectra kept", jax_start, "jax"),
            peer("torch.fft", "spectra kept", torch_start, "torch"),
            peer("pyfftw", "measured plans, spectra kept", pyfftw_start, "pyfftw"),
        ),
    ),
)
