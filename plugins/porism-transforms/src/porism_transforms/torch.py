"""Long convolutions and Monarch products as functions of PyTorch, with gradients of their own, on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from porism_transforms._monarch import MonarchMatrix
from porism_transforms._plan import LongConv

__all__ = ["long_conv", "monarch_product"]

OPTIONS = ("pre_gate", "post_gate", "skip")


def long_conv(
    u: Any,
    k: Any,
    *,
    mode: str = "causal",
    pre_gate: Any = None,
    post_gate: Any = None,
    skip: Any = None,
) -> Any:
    """``post_gate * conv(u * pre_gate, k) + skip * u``, differentiable in all of them.

    Parameters
    ----------
    u : (B, H, L) tensor of float32 or float64
        Sequences.
    k : (H, Lk) tensor
        A kernel for each channel.
    mode : {"causal", "circular", "full", "same"}
        As in the problem `long-convolution`.
    pre_gate, post_gate, skip : tensors, optional
        As in the problem `long-convolution`.

    Returns
    -------
    y : tensor
    """
    return _Convolution.apply(mode, u, k, pre_gate, post_gate, skip)


class _Convolution(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
    """The plan's call and its gradients."""

    @staticmethod
    def forward(ctx: Any, mode: str, u: Any, k: Any, *options: Any) -> Any:  # type: ignore[override,unused-ignore]
        ctx.mode = mode
        ctx.save_for_backward(u, k, *options)
        plan = _plan(mode, u, k)
        return torch.from_numpy(plan(_array(u), check_finite=False, **_named(options)))

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:  # type: ignore[override,unused-ignore]
        u, k, *options = ctx.saved_tensors
        found = _plan(ctx.mode, u, k).gradients(_array(u), _array(dy), check_finite=False, **_named(options))
        parts = (found.u, found.k, *(getattr(found, name) for name in OPTIONS))
        return None, *(None if part is None else torch.from_numpy(np.ascontiguousarray(part)) for part in parts)


def _array(tensor: Any) -> Any:
    return tensor.detach().contiguous().numpy()


def _named(options: Any) -> dict[str, Any]:
    return {name: _array(value) for name, value in zip(OPTIONS, options, strict=True) if value is not None}


def _plan(mode: str, u: Any, k: Any) -> LongConv:
    plan = LongConv(u.shape[2], u.shape[1], kernel_len=k.shape[1], mode=mode, dtype=_array(u).dtype)
    return plan.set_kernel(_array(k), check_finite=False)


def monarch_product(first: Any, second: Any, X: Any) -> Any:
    """The products of a Monarch matrix with the rows of X, differentiable in blocks and rows.

    Parameters
    ----------
    first : (k, q, p) tensor
        Blocks that are applied first.
    second : (l, s, r) tensor
        Blocks that are applied second.
    X : (batch, k p) tensor
        Vectors.

    Returns
    -------
    y : (batch, s l) tensor
    """
    return _Product.apply(first, second, X)


class _Product(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
    """The matrix's product, and gradients by products with blocks."""

    @staticmethod
    def forward(ctx: Any, first: Any, second: Any, X: Any) -> Any:  # type: ignore[override,unused-ignore]
        ctx.save_for_backward(first, second, X)
        return torch.from_numpy(MonarchMatrix(_array(first), _array(second)).apply(_array(X)))

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:  # type: ignore[override,unused-ignore]
        first, second, X = ctx.saved_tensors
        (k, q, p), (ours, s, r) = first.shape, second.shape
        z = torch.from_numpy(MonarchMatrix(_array(first)).apply(_array(X))).reshape(-1, ours, r)
        grid = dy.reshape(-1, s, ours)
        dz = torch.einsum("bsr,nsb->nbr", second, grid).reshape(-1, q, k)
        return (
            torch.einsum("nqi,nip->iqp", dz, X.reshape(-1, k, p)),
            torch.einsum("nsb,nbr->bsr", grid, z),
            torch.einsum("iqp,nqi->nip", first, dz).reshape(X.shape),
        )
