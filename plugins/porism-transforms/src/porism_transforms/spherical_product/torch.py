"""The Gaunt product in PyTorch: matrix products that autograd differentiates, to any order and on any device."""

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
    x1, x2 : (..., (L+1)²) torch.Tensor
        Real coefficients, float32 or float64, on one device; leading dimensions broadcast.
    lmax_out : int, optional
        Largest degree of the outcome, L1 + L2 by default.
    w1, w2, w3 : (..., L+1) torch.Tensor, optional
        A weight for each degree.
    normalization : {"integral", "component", "norm"}
        Of the harmonics.

    Returns
    -------
    (..., (lmax_out+1)²) torch.Tensor

    Raises
    ------
    InvalidInput
        If shapes do not fit, or L1 + L2 + lmax_out is above 96, where the matrices would take gigabytes.
    """
    import torch

    def constant(matrix: Any, like: Any) -> Any:
        return torch.as_tensor(matrix, device=like.device)

    return product(constant, x1, x2, lmax_out, (w1, w2, w3), normalization)
