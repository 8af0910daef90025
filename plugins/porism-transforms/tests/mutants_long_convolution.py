"""Long convolution in plain NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms._convolution import as_factors, out_length
from porism_transforms.long_convolution import LongConvolutionResult, long_convolution
from porism_transforms.long_convolution.solvers import as_call

BUGS = {
    "the tail comes around: the transform is too short": "direct",
    "the kernel is reversed": "impulse",
    "the last tap is forgotten": "direct",
    "same begins one number late": "direct",
    "circular is not folded": "direct",
    "circular wraps a long kernel only once": "direct",
    "the output is one number late": "impulse",
    "the next input is looked at": "causality",
    "the spectrum is in single precision": "direct",
    "sums are truncated to integers": "integers",
    "twiddles are made by recurrence in single precision": "direct",
    "small outputs are set to zero": "direct",
    "outputs saturate": "linearity",
    "the first number is taken for an offset": "shift",
    "the longer one is cut to the shorter one": "commutativity",
    "the gate of the input is forgotten": "gates",
    "the gate of the output is applied to the input": "gates",
    "skip adds the gated input": "gates",
    "skip is applied before the gate": "gates",
    "all channels have the first kernel": "direct",
    "two channels of different kernels are packed into one transform": "channels",
    "the batch is averaged": "channels",
    "y is always float64": "form",
    "y has the length of the transform": "form",
    "products are counted as if nothing were padding": "counted",
    "factors are made up": "counted",
    "u is gated in place": "inputs-untouched",
    "rng decides the last digits": "deterministic",
    "input is not checked": "bad-input",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., LongConvolutionResult]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    @solver(long_convolution, "mutant", claims=Claims(deterministic=True, factored=True))
    def solve(
        u: Any,
        k: Any,
        *,
        mode: str = "causal",
        pre_gate: Any = None,
        post_gate: Any = None,
        skip: Any = None,
        factors: Any = None,
        rng: Any = None,
    ) -> LongConvolutionResult:
        as_rng(rng)
        if bug == "input is not checked":
            u, k = (np.nan_to_num(np.asarray(a, dtype=np.float64), posinf=0.0) for a in (u, k))
        call = as_call(u, k, mode, pre_gate, post_gate, skip)
        batch, channels, length = call.u.shape
        taps = call.k.shape[1]
        least = length + taps - 1
        factors = as_factors(factors, -(-least // 2))
        if bug == "u is gated in place" and isinstance(u, np.ndarray) and u.dtype.kind == "f" and u.flags.writeable:
            u *= 2
        x, kernel = call.u.astype(np.float64), call.k.astype(np.float64)
        gated = x if call.pre_gate is None or bug == "the gate of the input is forgotten" else x * call.pre_gate
        if bug == "the gate of the output is applied to the input" and call.post_gate is not None:
            gated = gated * call.post_gate[..., :length]
        if bug == "the kernel is reversed":
            kernel = kernel[:, ::-1]
        if bug == "the last tap is forgotten":
            kernel = np.where(np.arange(taps) == taps - 1, 0, kernel)
        if bug == "all channels have the first kernel":
            kernel = np.repeat(kernel[:1], channels, axis=0)
        if bug == "the batch is averaged":
            gated = np.repeat(gated.mean(axis=0, keepdims=True), batch, axis=0)
        if bug == "the first number is taken for an offset":
            gated = gated - gated[..., :1]
        if bug == "the longer one is cut to the shorter one":
            kernel = kernel * (np.arange(taps) < length)
        n = least if bug != "the tail comes around: the transform is too short" else max(length, taps)
        spectrum, kernels = np.fft.rfft(gated, n), np.fft.rfft(kernel, n)
        if bug == "the spectrum is in single precision":
            kernels = kernels.astype(np.complex64)
        if bug == "twiddles are made by recurrence in single precision":
            kernels = kernels * np.cumprod(np.full(kernels.shape[1], np.exp(2e-7j)))
        if bug == "two channels of different kernels are packed into one transform" and channels > 1:
            packed = np.fft.ifft(np.fft.fft(gated[:, 0] + 1j * gated[:, 1], n) * np.fft.fft(kernel[0], n))
            whole = np.fft.irfft(spectrum * kernels, n)
            whole[:, 0], whole[:, 1] = packed.real, packed.imag
        else:
            whole = np.fft.irfft(spectrum * kernels, n)
        if n == 1:
            whole = gated[..., :1] * kernel[:, :1]
            if bug == "the spectrum is in single precision":
                whole = whole.astype(np.float32).astype(np.float64)
        whole = np.pad(whole, ((0, 0), (0, 0), (0, least - whole.shape[2])))
        if bug == "the output is one number late":
            whole = np.roll(whole, 1, axis=2)
        if bug == "the next input is looked at":
            whole = whole + 1e-3 * np.roll(np.pad(gated, ((0, 0), (0, 0), (0, taps - 1))), -1, axis=2)
        if bug == "small outputs are set to zero":
            whole = np.where(np.abs(whole) < 0.05 * np.abs(whole).max(), 0, whole)
        if bug == "outputs saturate":
            whole = np.clip(whole, -10, 10)
        if bug == "sums are truncated to integers":
            whole = np.trunc(whole - 0.5)
        wanted = out_length(mode, length, taps)
        if mode == "circular":
            turns = -(-least // length)
            parts = np.pad(whole, ((0, 0), (0, 0), (0, turns * length - least))).reshape(batch, channels, turns, length)
            if bug == "circular is not folded":
                parts = parts[:, :, :1]
            if bug == "circular wraps a long kernel only once":
                parts = parts[:, :, :2]
            y = parts.sum(axis=2)
        else:
            start = (taps - 1) // 2 if mode == "same" else 0
            if bug == "same begins one number late" and mode == "same":
                start = taps // 2
            y = whole[..., start : start + wanted]
        extra = 0.0
        if call.skip is not None:
            extra = call.skip[:, None] * (gated if bug == "skip adds the gated input" else x)
        if bug == "skip is applied before the gate":
            y, extra = y + extra, 0.0
        if call.post_gate is not None and bug != "the gate of the output is applied to the input":
            y = y * call.post_gate
        y = y + extra
        if bug == "rng decides the last digits":
            y = y * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, y.shape))
        y = np.ascontiguousarray(y, dtype=np.float64 if bug == "y is always float64" else call.u.dtype)
        if bug == "y has the length of the transform":
            y = np.pad(y, ((0, 0), (0, 0), (0, 1)))
        macs = _count(factors, length, taps, mode, bug) * batch * channels
        if bug == "factors are made up":
            factors = (2, *factors[1:])
        return call.result(y, factors, macs)

    return solve


def _count(factors: tuple[int, ...], length: int, taps: int, mode: str, bug: str | None) -> int:
    points = math.prod(factors)
    size = points // factors[0]
    if bug == "products are counted as if nothing were padding":
        return 8 * points * sum(factors)
    taken = 2 * points if mode == "circular" else out_length(mode, length, taps)
    taken += (taps - 1) // 2 if mode == "same" else 0
    ends = sum(
        (2 if numbers <= points else 4) * -(-min(numbers, points) // size) * points for numbers in (length, taken)
    )
    return 8 * points * sum(factors[1:]) + ends
