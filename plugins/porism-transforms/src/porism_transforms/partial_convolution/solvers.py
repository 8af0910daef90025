"""Windows that overlap by the kernel, in constant memory, and SciPy's blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims
from porism.validation import as_integer
from porism_transforms._convolution import as_gate, as_kernel, as_signal
from porism_transforms._plan import LongConv
from porism_transforms.long_convolution.solvers import FU_2024
from porism_transforms.partial_convolution.problem import PartialConvolutionResult, partial_convolution

__all__ = ["PartialCall", "as_partial", "block_conv", "partial_conv"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class PartialCall:
    """The canonical arguments, checked, all in one dtype; `k` holds the taps that count."""

    u: Array
    k: Array
    state: Array

    def later(self) -> Array:
        """The state after u."""
        taps = self.k.shape[1]
        if self.u.shape[2] >= taps - 1:
            return self.u[..., self.u.shape[2] - (taps - 1) :].copy()
        return np.concatenate((self.state[..., self.u.shape[2] :], self.u), axis=2)


def as_partial(u: object, k: object, kernel_len: object, state: object) -> PartialCall:
    """Check the canonical arguments; errors as :func:`partial_convolution` documents."""
    signal = as_signal("u", u)
    kernel = as_kernel("k", k, signal.shape[1], None)
    taps = kernel.shape[1] if kernel_len is None else as_integer("kernel_len", kernel_len, 1, kernel.shape[1])
    dtype = np.result_type(signal, kernel)
    signal, kernel = (np.ascontiguousarray(a, dtype=dtype) for a in (signal, kernel[:, :taps]))
    shape = (*signal.shape[:2], taps - 1)
    return PartialCall(
        signal, kernel, np.zeros(shape, dtype) if state is None else as_gate("state", state, shape, dtype)
    )


@porism.solver(
    partial_convolution,
    "partial-conv",
    paper=FU_2024,
    complexity="O(B H L log Lk) time; memory for y, and a window of a few times Lk for each thread",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True, constant_memory=True),
    tags=("monarch", "streaming"),
    default=True,
)
def partial_conv(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    kernel_len: int | None = None,
    state: npt.ArrayLike | None = None,
    n_jobs: int | None = None,
) -> PartialConvolutionResult:
    """Overlap-save: windows of a planned transform that overlap by a kernel's length less one.

    For repeated calls keep a plan, :class:`porism_transforms.LongConv`, and its method `stream`.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, over batch, channels and windows.
    """
    call = as_partial(u, k, kernel_len, state)
    taps = call.k.shape[1]
    # windows are planned for a sequence long enough that their size is a matter of the kernel alone
    plan = LongConv(max(64 * taps, 4096), call.k.shape[0], kernel_len=taps, dtype=call.u.dtype, n_jobs=n_jobs)
    y, later = plan.set_kernel(call.k, check_finite=False).stream(call.state, call.u, check_finite=False)
    return PartialConvolutionResult(y, later)


@porism.solver(
    partial_convolution,
    "block-conv",
    complexity="O(B H L log Lk) time, and several arrays of the size of all sequences",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def block_conv(
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    kernel_len: int | None = None,
    state: npt.ArrayLike | None = None,
) -> PartialConvolutionResult:
    """`scipy.signal.oaconvolve` of the state and u together."""
    from scipy import signal

    call = as_partial(u, k, kernel_len, state)
    taps = call.k.shape[1]
    both = np.concatenate((call.state, call.u), axis=2)
    y = signal.oaconvolve(both, call.k[None], axes=2)[..., taps - 1 : taps - 1 + call.u.shape[2]]
    return PartialConvolutionResult(np.ascontiguousarray(y, dtype=call.u.dtype), call.later())
