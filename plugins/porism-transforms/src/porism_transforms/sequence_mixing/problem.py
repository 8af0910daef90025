"""The problem `sequence-mixing`: every place of a sequence hears others, by kernels that were learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "MixedSequences", "sequence_mixing"]

STATEMENTS = (
    Law("form", "y has the shape of u", source="porism's interface"),
    Law(
        "oracle",
        "y is the product with matrices that are written out, within rounding and the conditioning of bases",
        source="the definition",
    ),
    Law("linearity", "mixing a sum is the sum of what is mixed", source="follows from the definition"),
    Law(
        "causality",
        "the causal map changes nothing before t where u changes from t on",
        source="Fu et al. 2023, causal parameterisation; reconstructed, see the module _causal",
    ),
    Law(
        "identity",
        "with bases of powers the causal map is numpy.convolve, cut at the length",
        source="follows from the definition",
    ),
    Law(
        "two-sided",
        "the bidirectional map hears both sides: reversing u and k reverses y",
        source="follows from the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MixedSequences(porism.Result):
    """Mixed sequences.

    Attributes
    ----------
    y : (B, L, D) array of float64
        The output.
    condition : float
        An estimate of the condition number of the basis that y is written in; 1 without bases.
    """

    y: npt.NDArray[Any]
    condition: float


@porism.problem(
    "sequence-mixing",
    result=MixedSequences,
    tags=("sequence", "convolution"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def sequence_mixing(  # type: ignore[empty-body]
    u: npt.ArrayLike,
    k: npt.ArrayLike,
    *,
    causal: bool = True,
    bases: Any = None,
) -> MixedSequences:
    """Mix the places of sequences, each channel by a kernel of its own.

    The map M0^-1 (M1 k . M2 u) of Monarch Mixer, with a product of Monarch matrices in the place of attention. Without
    bases all three are Fourier transforms, and it is a convolution; with bases it is causal for any coefficients (see
    :class:`porism_transforms.CausalBasis`), and costs O(L^1.5) for each channel, with no mask.

    Parameters
    ----------
    u : (B, L, D) array-like
        Sequences of length L with D channels, computed with as float64.
    k : (D, Lk) array-like
        Kernels. Causal: up to L taps, tap j for what is j places back. Bidirectional: 2 L - 1 taps, tap L - 1 + j for
        what is j places back, j from -(L - 1) to L - 1.
    causal : bool
        Whether each place hears only itself and those before it.
    bases : triple of CausalBasis, optional
        Those of the output, of k and of u, all for the same b with b² ≥ 2 L; for the causal map only.

    Returns
    -------
    MixedSequences

    Raises
    ------
    InvalidInput
        If a shape does not fit, a number is not finite, a sequence is longer than b² / 2, or the basis of the output is
        not invertible.
    InvalidType
        If an array holds no real numbers, or bases are something else.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> u = np.array([[[1.0], [2.0], [3.0]]])
    >>> registry.get("sequence-mixing")(u, [[1.0, 0.5]]).y.ravel().round(12)
    array([1. , 2.5, 4. ])
    """
