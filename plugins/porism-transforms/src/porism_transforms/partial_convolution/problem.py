"""The problem `partial-convolution`: short kernels along sequences without end, a chunk at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "PartialConvolutionResult", "partial_convolution"]

STATEMENTS = (
    Law(
        "form",
        "y has the shape of u, and state holds the last kernel_len - 1 inputs of each sequence",
        source="porism's interface",
    ),
    Law(
        "direct",
        "y is within 10 eps log2(N) times the norms of the sums of products with the first kernel_len taps",
        source="the definition",
    ),
    Law("truncation", "taps from kernel_len on change nothing", source="follows from the definition"),
    Law(
        "streaming",
        "chunks of any lengths, each with the state of the one before, give what one call gives",
        source="porism's interface",
    ),
    Law("state", "without a state everything before the first number counts as zero", source="the definition"),
    Law(
        "memory",
        "extra memory does not depend on the length of u",
        claim="constant_memory",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PartialConvolutionResult(porism.Result):
    """A convolved chunk, and what the next one needs of it.

    Attributes
    ----------
    y : (B, H, L) array of float32 or float64
        The output at the places of u.
    state : (B, H, kernel_len - 1) array
        The last inputs, for the next call.
    """

    y: npt.NDArray[Any]
    state: npt.NDArray[Any]


@porism.problem(
    "partial-convolution",
    result=PartialConvolutionResult,
    tags=("signal", "convolution", "streaming"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def partial_convolution(  # type: ignore[empty-body]
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    kernel_len: int | None = None,
    state: npt.ArrayLike | None = None,
) -> PartialConvolutionResult:
    """Convolve sequences causally with the first taps of kernels, whatever came before and however much will follow.

    A model trained on sequences of one length is applied to one a thousand times as long (a genome), or to one that
    arrives in pieces (sound): output n is the sum over j < kernel_len of k[j] u[n - j].

    Parameters
    ----------
    u : (B, H, L) array-like
        The next L numbers of each sequence. float32 stays float32, other real numbers become float64.
    k : (H, Lk) array-like
        A kernel for each channel.
    kernel_len : int, optional
        How many of the taps count; all by default.
    state : (B, H, kernel_len - 1) array-like, optional
        The numbers before u, from the result of the call before; zeros by default.

    Returns
    -------
    PartialConvolutionResult

    Raises
    ------
    InvalidInput
        If a shape does not fit, something is empty, NaN or infinite, or kernel_len is not among the taps.
    InvalidType
        If an array holds no real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> solve = registry.get("partial-convolution")
    >>> first = solve(np.array([[[1.0, 2.0]]]), [[1.0, 0.5, 9.0]], kernel_len=2)
    >>> solve(np.array([[[3.0]]]), [[1.0, 0.5, 9.0]], kernel_len=2, state=first.state).y.round(12)
    array([[[4.]]])
    """
