"""Long convolutions by a planned Monarch transform, and by what people use today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.validation import as_choice, as_n_jobs, check_memory
from porism_transforms._convolution import MODES, as_gate, as_kernel, as_signal, out_length
from porism_transforms._plan import LongConv
from porism_transforms.long_convolution.problem import LongConvolutionResult, long_convolution

__all__ = ["Call", "as_call", "direct_conv", "flash_fft_conv", "overlap_add", "rfft_conv", "scipy_fftconvolve"]

Array = npt.NDArray[Any]

FU_2024 = Paper(
    key="fu2024flashfftconv",
    title="{FlashFFTConv}: Efficient Convolutions for Long Sequences with Tensor Cores",
    authors=("Fu, Daniel Y.", "Kumbong, Hermann", "Nguyen, Eric", "R{\\'e}, Christopher"),
    year=2024,
    venue="International Conference on Learning Representations (ICLR)",
    arxiv="2311.05908",
    kind="inproceedings",
)


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked, all in one dtype."""

    u: Array
    k: Array
    mode: str
    pre_gate: Array | None
    post_gate: Array | None
    skip: Array | None

    @property
    def wanted(self) -> int:
        """Numbers of an output sequence."""
        return out_length(self.mode, self.u.shape[2], self.k.shape[1])

    def result(self, y: Array, factors: tuple[int, ...] = (), macs: int = 0, spectra: int = 0) -> LongConvolutionResult:
        """The result with that output."""
        gates = (self.pre_gate, self.post_gate, self.skip)
        moved = self.u.nbytes + y.nbytes + sum(a.nbytes for a in gates if a is not None)
        return LongConvolutionResult(y, factors, macs, moved + spectra)

    def around(self, convolve: Callable[[Array], Array]) -> LongConvolutionResult:
        """Gates and skip around a solver that has none: `convolve` takes the gated u to all L + Lk - 1 numbers."""
        length, taps = self.u.shape[2], self.k.shape[1]
        whole = convolve(self.u if self.pre_gate is None else self.u * self.pre_gate)
        if self.mode == "circular":
            turns = -(-whole.shape[2] // length)
            whole = np.pad(whole, ((0, 0), (0, 0), (0, turns * length - whole.shape[2])))
            y = whole.reshape(*whole.shape[:2], turns, length).sum(axis=2)
        else:
            start = (taps - 1) // 2 if self.mode == "same" else 0
            y = whole[..., start : start + self.wanted]
        if self.post_gate is not None:
            y = y * self.post_gate
        if self.skip is not None:
            y = y + self.skip[:, None] * self.u
        return self.result(np.ascontiguousarray(y, dtype=self.u.dtype))


def as_call(
    u: object, k: object, mode: object, pre_gate: object, post_gate: object, skip: object, *, finite: bool = True
) -> Call:
    """Check the canonical arguments; errors as :func:`long_convolution` documents."""
    mode = as_choice("mode", mode, MODES)
    signal = as_signal("u", u, finite=finite)
    kernel = as_kernel("k", k, signal.shape[1], None, finite=finite)
    dtype = np.result_type(signal, kernel)
    signal, kernel = (np.ascontiguousarray(a, dtype=dtype) for a in (signal, kernel))
    shape = (*signal.shape[:2], out_length(mode, signal.shape[2], kernel.shape[1]))
    before = None if pre_gate is None else as_gate("pre_gate", pre_gate, signal.shape, dtype, finite=finite)
    after = None if post_gate is None else as_gate("post_gate", post_gate, shape, dtype, finite=finite)
    if skip is not None and mode == "full":
        raise InvalidInput("skip must be left out in mode 'full', where y is longer than u")
    multiples = None if skip is None else as_gate("skip", skip, (signal.shape[1],), dtype, finite=finite)
    return Call(signal, kernel, mode, before, after, multiples)


@porism.solver(
    long_convolution,
    "flash-fft-conv",
    paper=FU_2024,
    complexity="O(B H L log Lk) time; memory for u, y, the kernels' spectra, and a window for each thread",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True, factored=True),
    tags=("monarch", "fft"),
    default=True,
)
def flash_fft_conv(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    mode: str = "causal",
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
    factors: Sequence[int] | None = None,
    n_jobs: int | None = None,
) -> LongConvolutionResult:
    """A planned transform by Monarch factors, with gates, skip and padding in the same pass over each sequence.

    What is computed for one sequence stays in the cache from its first number read to its last number written: there
    are no intermediate arrays of all sequences. For repeated calls with the same kernels keep a plan,
    :class:`porism_transforms.LongConv`, which holds the kernels' spectra.

    Parameters
    ----------
    factors : sequence of int, optional
        Factors of the transform's complex points: 2, 3, 4, 5, 8 or 16 each, the last two of them 16. Chosen by
        default, as is the size: one window for a sequence, or for a short kernel several that overlap.
    n_jobs : int, optional
        Threads, over batch, channels and windows.
    """
    call = as_call(u, k, mode, pre_gate, post_gate, skip)
    _, channels, length = call.u.shape
    plan = LongConv(
        length,
        channels,
        kernel_len=call.k.shape[1],
        mode=call.mode,
        factors=factors,
        dtype=call.u.dtype,
        n_jobs=n_jobs,
    )
    spectra = channels * 2 * (plan.fft_size // 2) * call.u.itemsize
    check_memory("flash-fft-conv: the kernels' spectra", spectra, None)
    plan.set_kernel(call.k, check_finite=False)
    y = plan(call.u, pre_gate=call.pre_gate, post_gate=call.post_gate, skip=call.skip, check_finite=False)
    return call.result(y, plan.factors, plan.macs, spectra)


@porism.solver(
    long_convolution,
    "scipy-fftconvolve",
    complexity="O(B H (L + Lk) log(L + Lk)) time, and several complex arrays of the size of all sequences",
    claims=Claims(deterministic=True),
    tags=("baseline", "fft"),
)
def scipy_fftconvolve(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    mode: str = "causal",
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
) -> LongConvolutionResult:
    """`scipy.signal.fftconvolve`, which transforms the kernels in every call."""
    from scipy import signal

    call = as_call(u, k, mode, pre_gate, post_gate, skip)
    return call.around(lambda rows: np.asarray(signal.fftconvolve(rows, call.k[None], mode="full", axes=2)))


@porism.solver(
    long_convolution,
    "rfft-conv",
    complexity="O(B H (L + Lk) log(L + Lk)) time, and a complex array of the size of all padded sequences",
    claims=Claims(deterministic=True, thread_invariant=True),
    tags=("baseline", "fft"),
)
def rfft_conv(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    mode: str = "causal",
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
    n_jobs: int | None = None,
) -> LongConvolutionResult:
    """Real transforms of `scipy.fft`, padded to a fast length.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, the `workers` of `scipy.fft`.
    """
    from scipy import fft

    call = as_call(u, k, mode, pre_gate, post_gate, skip)
    workers = as_n_jobs(n_jobs)
    whole = call.u.shape[2] + call.k.shape[1] - 1
    n = fft.next_fast_len(whole, real=True)
    spectra = fft.rfft(call.k, n, workers=workers)
    return call.around(
        lambda rows: np.asarray(
            fft.irfft(fft.rfft(rows, n, workers=workers) * spectra, n, workers=workers)[..., :whole]
        )
    )


@porism.solver(
    long_convolution,
    "overlap-add",
    complexity="O(B H L log Lk) time, and several complex arrays of the size of all sequences",
    claims=Claims(deterministic=True),
    tags=("baseline", "fft"),
)
def overlap_add(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    mode: str = "causal",
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
) -> LongConvolutionResult:
    """`scipy.signal.oaconvolve`: blocks that are transformed one by one and added up, good for short kernels."""
    from scipy import signal

    call = as_call(u, k, mode, pre_gate, post_gate, skip)
    return call.around(lambda rows: np.asarray(signal.oaconvolve(rows, call.k[None], mode="full", axes=2)))


@porism.solver(
    long_convolution,
    "direct-conv",
    complexity="O(B H L Lk) time",
    claims=Claims(deterministic=True),
    tags=("baseline", "exact"),
)
def direct_conv(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    mode: str = "causal",
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
) -> LongConvolutionResult:
    """Sums of products, by `numpy.convolve` for each sequence."""
    call = as_call(u, k, mode, pre_gate, post_gate, skip)

    def convolve(rows: Array) -> Array:
        return np.array([[np.convolve(row, kernel) for row, kernel in zip(item, call.k, strict=True)] for item in rows])

    return call.around(convolve)
