"""The Gaunt product in JAX: compiled, vectorised and differentiated like any other function, to any order."""

from __future__ import annotations

from typing import Any

from porism_transforms.spherical_product._framework import product

__all__ = ["gaunt_product"]


def gaunt_product(
    x1: Any,
    x2: Any,
    *,
    lmax_out: int | None = None,
    w1: Any = None,
    w2: Any = None,
    w3: Any = None,
    normalization: str = "integral",
) -> Any:
    """Multiply functions on the sphere; arguments and outcome as in ``spherical_product``, in the real basis.

    Parameters
    ----------
    x1, x2 : (..., (L+1)²) jax.Array
        Real coefficients, float32 or float64; leading dimensions broadcast.
    lmax_out : int, optional
        Largest degree of the outcome, L1 + L2 by default.
    w1, w2, w3 : (..., L+1) jax.Array, optional
        A weight for each degree.
    normalization : {"integral", "component", "norm"}
        Of the harmonics.

    Returns
    -------
    (..., (lmax_out+1)²) jax.Array

    Raises
    ------
    InvalidInput
        If shapes do not fit, or L1 + L2 + lmax_out is above 96, where the matrices would take gigabytes.

    Examples
    --------
    >>> import jax
    >>> import jax.numpy as jnp
    >>> y = jnp.array([0.0, 0.0, 1.0, 0.0])
    >>> round(float(jax.grad(lambda x: gaunt_product(x, y, lmax_out=0)[0])(y)[2]), 4)
    0.2821
    """
    from jax import numpy as jnp

    one, other = jnp.asarray(x1), jnp.asarray(x2)
    w1, w2, w3 = (None if w is None else jnp.asarray(w) for w in (w1, w2, w3))
    return product(lambda matrix, _: jnp.asarray(matrix), one, other, lmax_out, (w1, w2, w3), normalization)
