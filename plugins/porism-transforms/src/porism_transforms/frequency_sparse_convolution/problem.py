"""The problem `frequency-sparse-convolution`: convolution by a spectrum of which a block is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "FrequencySparseResult", "frequency_sparse_convolution"]

STATEMENTS = (
    Law(
        "form",
        "y has the shape of u, kept_fraction is the share of the frequencies that the mask keeps",
        source="porism's interface",
    ),
    Law(
        "masked",
        "y is within 10 eps log2(N) times the norms of the real part of the dense convolution by the masked spectrum",
        source="Fu, Kumbong, Nguyen & Ré 2024, on frequency-sparse convolutions",
    ),
    Law("everything", "keeping all frequencies is the plain convolution", source="follows from the definition"),
    Law(
        "projection",
        "for a mask that is its own mirror image, y of a kernel that is masked already is the same",
        source="follows from the definition",
    ),
    Law(
        "counted",
        "macs is what the kept digits say: passes over blocks that are not kept are not made",
        claim="factored",
        source="Fu, Kumbong, Nguyen & Ré 2024, on frequency-sparse convolutions",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrequencySparseResult(porism.Result):
    """Convolved sequences.

    Attributes
    ----------
    y : (B, H, L) array of float32 or float64
        The output.
    kept_fraction : float
        The share of the frequencies that are kept.
    macs : int
        Multiplications and additions of real numbers that the transforms of u would take as products with the matrices
        of the factors, as far as they are made. 0 for solvers without factors.
    """

    y: npt.NDArray[Any]
    kept_fraction: float
    macs: int


@porism.problem(
    "frequency-sparse-convolution",
    result=FrequencySparseResult,
    tags=("signal", "convolution"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def frequency_sparse_convolution(  # type: ignore[empty-body]
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    factors: Sequence[int],
    keep: Sequence[int],
    symmetric: bool = False,
) -> FrequencySparseResult:
    """Convolve causally with kernels of whose spectra only a block is kept, in the layout of a Monarch transform.

    Frequency k of N = prod(factors) has the digits k = k_0 + f_0 (k_1 + f_1 (k_2 + …)), and is kept if digit i is below
    keep[i] for all i. Keeping k_0 < a therefore keeps classes modulo f_0, *not* low frequencies; those are kept by the
    last digit, k_p < a: the band below a N / f_p. With both u and k padded by zeros to length N,
    y = real(ifft(fft(u) * fft(k) * mask)), the first L numbers of it: for a mask that is not its own mirror image the
    inverse transform is not real, and its real part is what is meant.

    Parameters
    ----------
    u : (B, H, L) array-like
        Sequences. float32 stays float32, other real numbers become float64.
    k : (H, Lk) array-like
        A kernel for each channel.
    factors : sequence of int
        2, 3, 4, 5, 8 or 16 each, the last two of them 16; they multiply to L + Lk - 1 at least.
    keep : sequence of int
        How many values of each digit are kept; all 16 of the last but one.
    symmetric : bool
        Keep -k with every kept frequency k.

    Returns
    -------
    FrequencySparseResult

    Raises
    ------
    InvalidInput
        If a shape does not fit, something is empty, NaN or infinite, or factors or keep are not as above.
    InvalidType
        If an array holds no real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> solve = registry.get("frequency-sparse-convolution")
    >>> u = np.ones((1, 1, 200))
    >>> solve(u, np.ones((1, 30)), factors=(2, 16, 16), keep=(1, 16, 4)).kept_fraction
    0.125
    """
