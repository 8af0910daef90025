"""Partial and frequency-sparse convolution in plain NumPy, with one plausible mistake at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms.frequency_sparse_convolution import FrequencySparseResult, frequency_sparse_convolution
from porism_transforms.frequency_sparse_convolution.solvers import as_sparse
from porism_transforms.partial_convolution import PartialConvolutionResult, partial_convolution
from porism_transforms.partial_convolution.solvers import as_partial

PARTIAL = {
    "the whole kernel is applied": "truncation",
    "the past is forgotten": "direct",
    "the past is taken backwards": "streaming",
    "the state has one number too many": "form",
    "the state of a short chunk forgets what was before": "form",
    "windows overlap by one number less": "direct",
    "no state is a state of ones": "state",
    "everything is kept in memory": "memory",
}
SPARSE = {
    "the mask is one of low frequencies": "masked",
    "the digits are read in the other order": "masked",
    "the mirror image is forgotten": "masked",
    "mirror images are always kept": "masked",
    "the modulus is taken for the real part": "everything",
    "nothing is masked where mirror images are kept": "projection",
    "everything is computed, then masked": "counted",
    "kept_fraction is that of the rows": "form",
}
BUGS = {**PARTIAL, **SPARSE}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., Any]:
    """The solver with that mistake; None for the right one of frequency-sparse convolution."""
    return partial(bug) if bug in PARTIAL else sparse(bug)


def partial(bug: str | None) -> Solver[..., PartialConvolutionResult]:
    """Partial convolution with that mistake."""

    @solver(partial_convolution, "mutant", claims=Claims(deterministic=True, constant_memory=bug is not None))
    def solve(
        u: Any, k: Any, *, kernel_len: Any = None, state: Any = None, rng: Any = None
    ) -> PartialConvolutionResult:
        as_rng(rng)
        call = as_partial(u, k, kernel_len, state)
        past, kernel = call.state, call.k
        if bug == "the whole kernel is applied" and kernel_len is not None:
            kernel = np.asarray(k, dtype=call.u.dtype)
            past = np.pad(past, ((0, 0), (0, 0), (kernel.shape[1] - 1 - past.shape[2], 0)))
        if bug == "the past is forgotten":
            past = np.zeros_like(past)
        if bug == "the past is taken backwards":
            past = past[..., ::-1]
        if bug == "no state is a state of ones" and state is None:
            past = np.ones_like(past)
        both = np.concatenate((past, call.u), axis=2).astype(np.float64)
        y = np.array(
            [
                [np.convolve(row, tap, "valid") for row, tap in zip(item, kernel.astype(np.float64), strict=True)]
                for item in both
            ]
        )
        if bug == "windows overlap by one number less" and y.shape[2] > 3:
            y[..., 3] -= kernel[:, -1] * both[..., 3] + 0.1 * np.abs(both).max()
        later = call.later()
        if bug == "the state has one number too many":
            later = both[..., max(0, both.shape[2] - kernel.shape[1]) :].astype(call.u.dtype)
        if bug == "the state of a short chunk forgets what was before" and call.u.shape[2] < kernel.shape[1] - 1:
            later = np.concatenate((np.zeros_like(past[..., call.u.shape[2] :]), call.u), axis=2)
        return PartialConvolutionResult(y.astype(call.u.dtype), later)

    return solve


def sparse(bug: str | None) -> Solver[..., FrequencySparseResult]:
    """Frequency-sparse convolution with that mistake."""

    @solver(frequency_sparse_convolution, "mutant", claims=Claims(deterministic=True, factored=bug is not None))
    def solve(
        u: Any, k: Any, *, factors: Any, keep: Any, symmetric: bool = False, rng: Any = None
    ) -> FrequencySparseResult:
        as_rng(rng)
        signal, kernel, plan = as_sparse(u, k, factors, keep, symmetric)
        n, mask = plan.fft_size, plan.mask
        if bug == "the mask is one of low frequencies":
            mask = np.arange(n) < mask.sum()
        if bug == "the digits are read in the other order":
            mask = mask.reshape(-1, factors[0]).T.ravel() if len(factors) > 2 else np.arange(n) % 16 < keep[-1]
        if bug == "the mirror image is forgotten" and symmetric:
            mask = as_sparse(u, k, factors, keep, False)[2].mask
        if bug == "mirror images are always kept":
            mask = mask | mask[-np.arange(n)]
        if bug == "nothing is masked where mirror images are kept" and symmetric:
            mask = np.ones(n)
        spectrum = np.fft.fft(kernel.astype(np.float64), n) * mask
        y = np.fft.ifft(np.fft.fft(signal.astype(np.float64), n) * spectrum)[..., : signal.shape[2]]
        y = np.abs(y) if bug == "the modulus is taken for the real part" else y.real
        fraction = keep[0] / factors[0] if bug == "kept_fraction is that of the rows" else float(plan.mask.mean())
        macs = signal.shape[0] * signal.shape[1] * 8 * n * sum(plan.factors)
        return FrequencySparseResult(np.ascontiguousarray(y, dtype=signal.dtype), fraction, macs)

    return solve
