"""Long convolutions by a planned Monarch transform, and by what people use today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper, like
from porism.validation import as_choice, as_flag, as_n_jobs, check_memory
from porism_transforms._convolution import (
    MODES,
    as_gate,
    as_kernel,
    as_signal,
    as_size,
    kernel_of,
    out_length,
    spectral_taps,
)
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
    """The canonical arguments, checked, all in one dtype; `size` is the transform that was asked for."""

    u: Array
    k: Array
    mode: str
    size: int | None
    pre_gate: Array | None
    post_gate: Array | None
    skip: Array | None

    @property
    def wanted(self) -> int:
        """Numbers of an output sequence."""
        return out_length(self.mode, self.u.shape[2], self.k.shape[1])

    @property
    def whole(self) -> int:
        """Numbers of a convolution of which nothing comes around."""
        return int(self.u.shape[2] + self.k.shape[1] - 1)

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
            period = min(length if self.size is None else self.size, whole.shape[2])
            turns = -(-whole.shape[2] // period)
            whole = np.pad(whole, ((0, 0), (0, 0), (0, turns * period - whole.shape[2])))
            y = whole.reshape(*whole.shape[:2], turns, period).sum(axis=2)[..., :length]
        else:
            start = (taps - 1) // 2 if self.mode == "same" else 0
            y = whole[..., start : start + self.wanted]
        if self.post_gate is not None:
            y = y * self.post_gate
        if self.skip is not None:
            y = y + self.skip[:, None] * self.u
        return self.result(np.ascontiguousarray(y, dtype=self.u.dtype))


def as_call(
    u: object,
    k: object,
    *,
    mode: object,
    fft_size: object,
    k_f: object,
    pre_gate: object,
    post_gate: object,
    skip: object,
    finite: bool = True,
) -> Call:
    """Check the canonical arguments; errors as :func:`long_convolution` documents."""
    mode = as_choice("mode", mode, MODES)
    signal = as_signal("u", u, finite=finite, complex_too=mode == "circular")
    channels, length = signal.shape[1:]
    if k is None and k_f is None:
        raise InvalidInput("k must be given, or k_f, got neither")
    if k_f is None:
        kernel = as_kernel("k", k, channels, None, finite=finite, complex_too=mode == "circular")
        size = as_size(fft_size, mode, length, kernel.shape[1])
    else:
        n, taps = spectral_taps(length, k, mode, fft_size)
        size = n
        kernel = kernel_of(k_f, n, channels, taps, whole=signal.dtype.kind == "c", finite=finite)
    dtype = np.result_type(signal, kernel)
    signal, kernel = (np.ascontiguousarray(a, dtype=dtype) for a in (signal, kernel))
    shape = (*signal.shape[:2], out_length(mode, length, kernel.shape[1]))
    before = None if pre_gate is None else as_gate("pre_gate", pre_gate, signal.shape, dtype, finite=finite)
    after = None if post_gate is None else as_gate("post_gate", post_gate, shape, dtype, finite=finite)
    if skip is not None and mode == "full":
        raise InvalidInput("skip must be left out in mode 'full', where y is longer than u")
    multiples = None if skip is None else as_gate("skip", skip, (channels,), dtype, finite=finite)
    return Call(signal, kernel, mode, size, before, after, multiples)


def _canonical(
    u: npt.ArrayLike,
    k: npt.ArrayLike | None = None,
    *,
    mode: str = "causal",
    fft_size: int | None = None,
    k_f: npt.ArrayLike | None = None,
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
) -> LongConvolutionResult:
    """What every solver of the problem takes; documented there."""
    raise AssertionError("only its signature is used")


def _threads(*, n_jobs: int | None = None) -> None:
    """Model of an option.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, as in scikit-learn, over batch, channels and windows; they never change a result.
    """


def _planned(*, factors: Sequence[int] | None = None, check_finite: bool = True) -> None:
    """Model of options.

    Parameters
    ----------
    factors : sequence of int, optional
        Factors of the transform's complex points: 2, 3, 4, 5, 8 or 16 each, the last two of them 16. Chosen by
        default, as is the size: one window for a sequence, or for a short kernel several that overlap.
    check_finite : bool
        False saves a look at all numbers; a NaN or infinity then spreads over its whole row.
    """


@porism.solver(
    long_convolution,
    "flash-fft-conv",
    paper=FU_2024,
    complexity="O(B H L log Lk) time; memory for u, y, the kernels' spectra, and a window for each thread",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True, factored=True),
    tags=("monarch", "fft"),
    default=True,
)
@like(_canonical, _planned, _threads)
def flash_fft_conv(
    u: Any,
    k: Any = None,
    *,
    factors: Sequence[int] | None = None,
    check_finite: bool = True,
    n_jobs: int | None = None,
    **options: Any,
) -> LongConvolutionResult:
    """A planned transform by Monarch factors, with gates, skip and padding in the same pass over each sequence.

    What is computed for one sequence stays in the cache from its first number read to its last number written: there
    are no intermediate arrays of all sequences. (Complex sequences are the exception: they are packed and gated
    beforehand.) For repeated calls with the same kernels keep a plan, :class:`porism_transforms.LongConv`, which holds
    the kernels' spectra.
    """
    call = as_call(u, k, finite=as_flag("check_finite", check_finite), **options)
    _, channels, length = call.u.shape
    plan = LongConv(
        length,
        channels,
        kernel_len=call.k.shape[1],
        mode=call.mode,
        fft_size=call.size,
        factors=factors,
        dtype=call.u.dtype,
        n_jobs=n_jobs,
    )
    spectra = channels * 2 * (plan.fft_size // 2) * call.u.real.itemsize
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
@like(_canonical)
def scipy_fftconvolve(u: Any, k: Any = None, **options: Any) -> LongConvolutionResult:
    """`scipy.signal.fftconvolve`, which transforms the kernels in every call."""
    from scipy import signal

    call = as_call(u, k, **options)
    return call.around(lambda rows: np.asarray(signal.fftconvolve(rows, call.k[None], mode="full", axes=2)))


@porism.solver(
    long_convolution,
    "rfft-conv",
    complexity="O(B H (L + Lk) log(L + Lk)) time, and a complex array of the size of all padded sequences",
    claims=Claims(deterministic=True, thread_invariant=True),
    tags=("baseline", "fft"),
)
@like(_canonical, _threads)
def rfft_conv(u: Any, k: Any = None, *, n_jobs: int | None = None, **options: Any) -> LongConvolutionResult:
    """Transforms of `scipy.fft`, real ones for real numbers, padded to a fast length or to `fft_size`."""
    from scipy import fft

    call = as_call(u, k, **options)
    workers = as_n_jobs(n_jobs)
    real = call.u.dtype.kind != "c"
    there, back = (fft.rfft, fft.irfft) if real else (fft.fft, fft.ifft)
    n = fft.next_fast_len(call.whole, real=real) if call.size is None else max(call.size, call.whole)
    spectra = there(call.k, n, workers=workers)
    return call.around(
        lambda rows: np.asarray(back(there(rows, n, workers=workers) * spectra, n, workers=workers)[..., : call.whole])
    )


@porism.solver(
    long_convolution,
    "overlap-add",
    complexity="O(B H L log Lk) time, and several complex arrays of the size of all sequences",
    claims=Claims(deterministic=True),
    tags=("baseline", "fft"),
)
@like(_canonical)
def overlap_add(u: Any, k: Any = None, **options: Any) -> LongConvolutionResult:
    """`scipy.signal.oaconvolve`: blocks that are transformed one by one and added up, good for short kernels."""
    from scipy import signal

    call = as_call(u, k, **options)
    return call.around(lambda rows: np.asarray(signal.oaconvolve(rows, call.k[None], mode="full", axes=2)))


@porism.solver(
    long_convolution,
    "direct-conv",
    complexity="O(B H L Lk) time",
    claims=Claims(deterministic=True),
    tags=("baseline", "exact"),
)
@like(_canonical)
def direct_conv(u: Any, k: Any = None, **options: Any) -> LongConvolutionResult:
    """Sums of products, by `numpy.convolve` for each sequence."""
    call = as_call(u, k, **options)

    def convolve(rows: Array) -> Array:
        return np.array([[np.convolve(row, kernel) for row, kernel in zip(item, call.k, strict=True)] for item in rows])

    return call.around(convolve)
