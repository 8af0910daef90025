"""The product for frameworks that compile and differentiate: three matrix products, which they know how to do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.validation import as_choice
from porism_transforms.spherical_product._harmonics import degrees, scales
from porism_transforms.spherical_product.plan import GauntPlan, as_lmax_out

__all__ = ["product"]


@functools.lru_cache(maxsize=32)
def _matrices(lmax1: int, lmax2: int, lmax_out: int, normalization: str, dtype: str) -> list[npt.NDArray[Any]]:
    """There, there and back, the normalisation of the harmonics multiplied in."""
    a, b, c = GauntPlan(lmax1, lmax2, lmax_out).matrices()
    first, second, third = (scales(lmax, normalization) for lmax in (lmax1, lmax2, lmax_out))
    return [np.asarray(m, dtype=dtype) for m in (first[:, None] * a, second[:, None] * b, c / third)]


def product(
    constant: Callable[[npt.NDArray[Any], Any], Any],
    x1: Any,
    x2: Any,
    lmax_out: int | None,
    weights: tuple[Any, Any, Any],
    normalization: str,
) -> Any:
    """The outcome's coefficients as the framework's own array; `constant` makes one of a NumPy array, like another
    one.
    """
    as_choice("normalization", normalization, ("integral", "component", "norm"))
    lmax = []
    for name, x in (("x1", x1), ("x2", x2)):
        n = x.shape[-1] if len(x.shape) else 0
        if n == 0 or math.isqrt(n) ** 2 != n:
            got = f"shape {tuple(x.shape)}"
            raise InvalidInput(f"{name} must have (L+1)² coefficients in its last dimension, got {got}")
        lmax.append(math.isqrt(n) - 1)
    ends = (*lmax, as_lmax_out(lmax_out, sum(lmax)))
    for name, w, end in zip(("w1", "w2", "w3"), weights, ends, strict=True):
        if w is not None and (len(w.shape) == 0 or w.shape[-1] != end + 1):
            raise InvalidInput(f"{name} must have {end + 1} weights, one for each degree, got shape {tuple(w.shape)}")
    double = all(str(x.dtype).endswith("64") for x in (x1, x2))
    a, b, c = (constant(m, x1) for m in _matrices(*ends, normalization, "float64" if double else "float32"))
    one, other, third = ((None if w is None else w[..., degrees(l)]) for w, l in zip(weights, ends, strict=True))
    values = ((x1 if one is None else x1 * one) @ a) * ((x2 if other is None else x2 * other) @ b)
    made = values @ c
    return made if third is None else made * third
