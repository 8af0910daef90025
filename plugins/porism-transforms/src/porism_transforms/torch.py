"""Long convolutions and Monarch products as functions of PyTorch, with gradients of their own, on the CPU."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from porism import InvalidInput
from porism.validation import as_choice, as_integer
from porism_transforms._convolution import spectral_taps
from porism_transforms._monarch import MonarchMatrix
from porism_transforms._plan import LongConv

__all__ = ["LongConvolution", "frequency_sparse_conv", "long_conv", "monarch_product"]

OPTIONS = ("pre_gate", "post_gate", "skip")


def long_conv(
    u: Any,
    k: Any = None,
    *,
    mode: str = "causal",
    fft_size: int | None = None,
    k_f: Any = None,
    pre_gate: Any = None,
    post_gate: Any = None,
    skip: Any = None,
) -> Any:
    """``post_gate * conv(u * pre_gate, k) + skip * u``, differentiable in all of them.

    Parameters
    ----------
    u : (B, H, L) tensor of float32 or float64; in mode circular complex ones too
        Sequences.
    k : (H, Lk) tensor
        A kernel for each channel.
    mode : {"causal", "circular", "full", "same"}
        As in the problem `long-convolution`.
    fft_size : int, optional
        As in the problem `long-convolution`.
    k_f : tensor, optional
        Spectra instead of k, as in the problem `long-convolution`; differentiable too. What they hold beyond the
        fft_size - L + 1 taps that do not come around is cut off, not refused.
    pre_gate, post_gate, skip : tensors, optional
        As in the problem `long-convolution`.

    Returns
    -------
    y : tensor
    """
    if k_f is not None:
        n, taps = spectral_taps(u.shape[2], k, mode, fft_size)
        k = (torch.fft.ifft if u.is_complex() else torch.fft.irfft)(k_f, n)[:, :taps]
    elif k is None:
        raise InvalidInput("k must be given, or k_f, got neither")
    return _call({"mode": mode, "fft_size": fft_size}, u, k, pre_gate, post_gate, skip)


def frequency_sparse_conv(
    u: Any, k: Any, *, factors: Sequence[int], keep: Sequence[int], symmetric: bool = False
) -> Any:
    """Causal convolution with a block of each spectrum, differentiable in both.

    Parameters
    ----------
    u : (B, H, L) tensor of float32 or float64
        Sequences.
    k : (H, Lk) tensor
        A kernel for each channel.
    factors, keep, symmetric
        As in the problem `frequency-sparse-convolution`.

    Returns
    -------
    y : (B, H, L) tensor
    """
    return _call({"factors": tuple(factors), "keep": tuple(keep), "symmetric": symmetric}, u, k, None, None, None)


def _call(plan: dict[str, Any], *given: Any) -> Any:
    dtype = functools.reduce(torch.promote_types, (t.dtype for t in given[:2]))
    return _Convolution.apply(plan, *(None if t is None else t.to(dtype) for t in given))


class LongConvolution(torch.nn.Module):  # type: ignore[misc,unused-ignore]
    """A layer of long convolutions: each channel has a kernel and a multiple of its input that are learned.

    Parameters
    ----------
    channels : int
        How many channels H.
    taps : int
        Taps of the kernels, which start as noise that decays.
    mode : {"causal", "circular", "same"}
        As in the problem `long-convolution`.
    dtype : torch.dtype, optional
        Of the parameters `k` (H, taps) and `skip` (H,).
    """

    def __init__(self, channels: int, taps: int, *, mode: str = "causal", dtype: Any = None) -> None:
        super().__init__()
        self.mode = as_choice("mode", mode, ("causal", "circular", "same"))
        shape = as_integer("channels", channels, 1), as_integer("taps", taps, 1)
        decay = torch.exp(-4 * torch.arange(taps, dtype=dtype) / taps)
        self.k = torch.nn.Parameter(torch.randn(shape, dtype=dtype) * decay * (8 / taps) ** 0.5)
        self.skip = torch.nn.Parameter(torch.zeros(channels, dtype=dtype))

    def forward(self, u: Any, *, pre_gate: Any = None, post_gate: Any = None) -> Any:
        """``post_gate * conv(u * pre_gate, k) + skip * u`` of sequences (B, H, L)."""
        return long_conv(u, self.k, mode=self.mode, pre_gate=pre_gate, post_gate=post_gate, skip=self.skip)

    def extra_repr(self) -> str:
        """What PyTorch prints of it."""
        return f"channels={self.k.shape[0]}, taps={self.k.shape[1]}, mode={self.mode!r}"


class _Convolution(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
    """The plan's call and its gradients."""

    @staticmethod
    def forward(ctx: Any, plan: Any, u: Any, k: Any, *options: Any) -> Any:  # type: ignore[override,unused-ignore]
        ctx.plan = plan
        ctx.save_for_backward(u, k, *options)
        return torch.from_numpy(_plan(plan, u, k)(_array(u), check_finite=False, **_named(options)))

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:  # type: ignore[override,unused-ignore]
        u, k, *options = ctx.saved_tensors
        found = _plan(ctx.plan, u, k).gradients(_array(u), _array(dy), check_finite=False, **_named(options))
        parts = (found.u, found.k, *(getattr(found, name) for name in OPTIONS))
        return None, *(None if part is None else torch.from_numpy(np.ascontiguousarray(part)) for part in parts)


def _array(tensor: Any) -> Any:
    return tensor.detach().resolve_conj().resolve_neg().contiguous().numpy()


def _named(options: Any) -> dict[str, Any]:
    return {name: _array(value) for name, value in zip(OPTIONS, options, strict=True) if value is not None}


def _plan(options: dict[str, Any], u: Any, k: Any) -> LongConv:
    plan = LongConv(u.shape[2], u.shape[1], kernel_len=k.shape[1], dtype=_array(u).dtype, **options)
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
