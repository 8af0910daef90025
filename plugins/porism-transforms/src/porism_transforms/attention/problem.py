"""The problem `attention`: every place of a sequence hears others, weighted by what both say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "Attended", "attention"]

STATEMENTS = (
    Law(
        "form",
        "y has a row for each query, of the values' channels, and log_weights a number for each head",
        source="porism's interface",
    ),
    Law(
        "oracle",
        "y is the mean of values weighted by exponentials of scores, within rounding",
        source="Vaswani et al. 2017",
    ),
    Law(
        "convex",
        "every number of y lies between the least and the largest of the values that it is a mean of",
        source="follows from the definition",
    ),
    Law(
        "causality",
        "causal attention changes nothing before t where keys and values change from t on",
        source="follows from the definition",
    ),
    Law(
        "permutation",
        "permuting keys together with values changes nothing, without causality",
        source="follows from the definition",
    ),
    Law("shift", "a vector added to all keys changes nothing", source="follows from the definition"),
    Law("normalisers", "log_weights are the logarithms of the sums of weights", source="the definition"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attended(porism.Result):
    """What is heard.

    Attributes
    ----------
    y : (B, L, D) array
        A weighted mean of values for each place and head.
    log_weights : (B, n_heads, L) array
        Logarithms of the sums of weights: with them parts of the sequence can be put together.
    """

    y: npt.NDArray[Any]
    log_weights: npt.NDArray[Any]


@porism.problem(
    "attention",
    result=Attended,
    tags=("sequence", "neural"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def attention(  # type: ignore[empty-body]
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    n_heads: int = 1,
    causal: bool = True,
) -> Attended:
    """Softmax attention: what `sequence-mixing` and `monarch-mixer-layer` take the place of, quadratic in the length.

    Head h of place n gives sum over m of exp(s[n, m]) v[m] / sum over m of exp(s[n, m]), with the scores
    s[n, m] = q[n] · k[m] / sqrt(D / n_heads) of its channels h D / n_heads and those after; causal: m ≤ n alone.

    Parameters
    ----------
    q, k, v : (B, L, D) array-like
        Queries, keys and values. All of float32 are computed with as such, others as float64.
    n_heads : int
        Divides D.
    causal : bool
        Whether each place hears only itself and those before it.

    Returns
    -------
    Attended

    Raises
    ------
    InvalidInput
        If shapes differ, a number is not finite, or n_heads does not divide D.
    InvalidType
        If an array holds no real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> v = np.array([[[1.0], [2.0], [6.0]]])
    >>> registry.get("attention")(v * 0, v * 0, v).y.ravel()
    array([1. , 1.5, 3. ])
    """
