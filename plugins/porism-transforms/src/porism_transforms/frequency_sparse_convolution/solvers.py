"""Transforms that compute what is kept only, and the dense ones with a mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims
from porism_transforms._convolution import as_kernel, as_signal
from porism_transforms._plan import LongConv
from porism_transforms.frequency_sparse_convolution.problem import FrequencySparseResult, frequency_sparse_convolution
from porism_transforms.long_convolution.solvers import FU_2024

__all__ = ["as_sparse", "flash_fft_conv_sparse", "masked_fft"]

Array = npt.NDArray[Any]


def as_sparse(
    u: object, k: object, factors: Sequence[int], keep: Sequence[int], symmetric: bool, n_jobs: int | None = None
) -> tuple[Array, Array, LongConv]:
    """Check the canonical arguments, and plan; errors as :func:`frequency_sparse_convolution` documents."""
    signal = as_signal("u", u)
    kernel = as_kernel("k", k, signal.shape[1], None)
    dtype = np.result_type(signal, kernel)
    signal, kernel = (np.ascontiguousarray(a, dtype=dtype) for a in (signal, kernel))
    plan = LongConv(
        signal.shape[2],
        signal.shape[1],
        kernel_len=kernel.shape[1],
        factors=() if factors is None else factors,
        keep=() if keep is None else keep,
        symmetric=symmetric,
        dtype=dtype,
        n_jobs=n_jobs,
    )
    return signal, kernel, plan


@porism.solver(
    frequency_sparse_convolution,
    "flash-fft-conv-sparse",
    paper=FU_2024,
    complexity="O(B H N sum(f)) time for dense factors f, less by what is not kept",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True, factored=True),
    tags=("monarch", "fft"),
    default=True,
)
def flash_fft_conv_sparse(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    factors: Sequence[int],
    keep: Sequence[int],
    symmetric: bool = False,
    n_jobs: int | None = None,
) -> FrequencySparseResult:
    """Blocks of the transform that are not kept are neither made nor gone into, in both directions.

    With `symmetric` only the first digit saves passes: of the others, the mirror image of a kept block depends on a
    borrow from the first.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, over batch and channels.
    """
    signal, kernel, plan = as_sparse(u, k, factors, keep, symmetric, n_jobs)
    y = plan.set_kernel(kernel, check_finite=False)(signal, check_finite=False)
    return FrequencySparseResult(y, plan.kept_fraction, plan.macs)


@porism.solver(
    frequency_sparse_convolution,
    "masked-fft",
    complexity="O(B H N log N) time, whatever is kept",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def masked_fft(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    factors: Sequence[int],
    keep: Sequence[int],
    symmetric: bool = False,
) -> FrequencySparseResult:
    """`scipy.fft` of everything, times the mask."""
    from scipy import fft

    signal, kernel, plan = as_sparse(u, k, factors, keep, symmetric)
    n = plan.fft_size
    y = fft.ifft(fft.fft(signal, n) * (fft.fft(kernel, n) * plan.mask))[..., : signal.shape[2]].real
    return FrequencySparseResult(np.ascontiguousarray(y, dtype=signal.dtype), plan.kept_fraction, 0)
