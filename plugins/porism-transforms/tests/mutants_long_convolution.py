"""Long convolution in plain NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import dataclasses
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
    "circular is not folded": "around",
    "circular wraps a long kernel only once": "around",
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
    "circular comes around at the length whatever the size": "around",
    "circular is causal where a size is given": "around",
    "a size is taken for the number of outputs that are right": "size",
    "spectra are taken for those of reversed kernels": "spectra",
    "spectra are taken for all frequencies": "spectra",
    "an odd size is made even": "spectra",
    "imaginary parts are dropped": "complex",
    "complex kernels are conjugated": "around",
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
        fft_size: Any = None,
        k_f: Any = None,
        pre_gate: Any = None,
        post_gate: Any = None,
        skip: Any = None,
        factors: Any = None,
        rng: Any = None,
    ) -> LongConvolutionResult:
        as_rng(rng)
        if bug == "input is not checked":
            u, k = (np.nan_to_num(np.asarray(a, dtype=np.float64), posinf=0.0) for a in (u, k))
        if k_f is not None and bug == "spectra are taken for those of reversed kernels":
            k_f = np.conj(k_f)
        if k_f is not None and bug == "spectra are taken for all frequencies" and np.asarray(k_f).dtype.kind == "c":
            k_f = np.where(np.arange(np.shape(k_f)[1]) == 0, k_f, np.multiply(k_f, 2))
        given = {"mode": mode, "pre_gate": pre_gate, "post_gate": post_gate, "skip": skip}
        call = as_call(u, k, fft_size=fft_size, k_f=k_f, **given)
        if bug == "an odd size is made even" and k_f is not None and call.u.dtype.kind != "c" and call.size:
            even = call.size - call.size % 2
            odd = np.fft.irfft(np.asarray(k_f), max(1, even))[:, : call.k.shape[1]].astype(call.k.dtype)
            call = dataclasses.replace(call, k=np.pad(odd, ((0, 0), (0, call.k.shape[1] - odd.shape[1]))))
        batch, channels, length = call.u.shape
        taps = call.k.shape[1]
        least = length + taps - 1
        around, double = mode == "circular", call.u.dtype.kind == "c"
        period = call.size or length
        whole_ring = length + (min(taps, period) if around else taps) - 1
        needed = whole_ring if around else max(whole_ring, call.size or 0)
        factors = as_factors(factors, needed if double else -(-needed // 2))
        if bug == "u is gated in place" and isinstance(u, np.ndarray) and u.dtype.kind == "f" and u.flags.writeable:
            u *= 2
        x, kernel = (a.astype(np.complex128 if double else np.float64) for a in (call.u, call.k))
        if bug == "imaginary parts are dropped":
            x = x.real
        if bug == "complex kernels are conjugated":
            kernel = kernel.conj()
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
        there, back = (np.fft.fft, np.fft.ifft) if double else (np.fft.rfft, np.fft.irfft)
        spectrum, kernels = there(gated, n), there(kernel, n)
        if bug == "the spectrum is in single precision":
            kernels = kernels.astype(np.complex64)
        if bug == "twiddles are made by recurrence in single precision":
            kernels = kernels * np.cumprod(np.full(kernels.shape[1], np.exp(2e-7j)))
        if bug == "two channels of different kernels are packed into one transform" and channels > 1:
            packed = np.fft.ifft(np.fft.fft(gated[:, 0] + 1j * gated[:, 1], n) * np.fft.fft(kernel[0], n))
            whole = back(spectrum * kernels, n)
            whole[:, 0], whole[:, 1] = packed.real, packed.imag
        else:
            whole = back(spectrum * kernels, n)
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
            whole = np.clip(whole.real, -10, 10)
        if bug == "sums are truncated to integers":
            whole = np.trunc(whole.real - 0.5)
        wanted = out_length(mode, length, taps)
        if mode == "circular":
            if bug == "circular comes around at the length whatever the size":
                period = length
            turns = -(-least // period)
            parts = np.pad(whole, ((0, 0), (0, 0), (0, turns * period - least))).reshape(batch, channels, turns, period)
            if bug == "circular is causal where a size is given" and call.size is not None:
                parts = parts[:, :, :1]
            if bug == "circular is not folded":
                parts = parts[:, :, :1]
            if bug == "circular wraps a long kernel only once":
                parts = parts[:, :, :2]
            y = parts.sum(axis=2)[..., :length]
        else:
            start = (taps - 1) // 2 if mode == "same" else 0
            if bug == "same begins one number late" and mode == "same":
                start = taps // 2
            y = whole[..., start : start + wanted]
        if bug == "a size is taken for the number of outputs that are right" and call.size is not None:
            y = np.where(np.arange(y.shape[2]) < call.size - least, y, 0)
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
        taken = length if around else out_length(mode, length, taps) + ((taps - 1) // 2 if mode == "same" else 0)
        filled = 2 * math.prod(factors)
        read = filled if double or (around and (call.size or length) < whole_ring) else taken
        macs = _count(factors, filled if double else length, read, bug) * batch * channels
        if bug == "factors are made up":
            factors = (2, *factors[1:])
        return call.result(y, factors, macs)

    return solve


def _count(factors: tuple[int, ...], filled: int, read: int, bug: str | None) -> int:
    """Products of a passage of which so many numbers are filled and read."""
    points = math.prod(factors)
    size = points // factors[0]
    if bug == "products are counted as if nothing were padding":
        return 8 * points * sum(factors)
    ends = sum((2 if n <= points else 4) * -(-min(n, points) // size) * points for n in (filled, read))
    return 8 * points * sum(factors[1:]) + ends
