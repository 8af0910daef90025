"""Long convolutions and Monarch products as functions of JAX, with gradients of their own.

The computation is that of the compiled kernels, on the CPU, called back from compiled functions; gradients are those of
:meth:`porism_transforms.LongConv.gradients` and of the products with blocks, not traced through. Works under `jax.jit`,
`jax.grad`, `jax.vmap` (one call for each example) and `jax.value_and_grad`; in float32, or in float64 where JAX has it
enabled.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from porism import InvalidInput
from porism_transforms._convolution import out_length, spectral_taps
from porism_transforms._monarch import MonarchMatrix
from porism_transforms._plan import LongConv

__all__ = ["frequency_sparse_conv", "long_conv", "monarch_product"]


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
    u : (B, H, L) array of float32 or float64; in mode circular complex ones too
        Sequences.
    k : (H, Lk) array
        A kernel for each channel.
    mode : {"causal", "circular", "full", "same"}
        As in the problem `long-convolution`.
    fft_size : int, optional
        As in the problem `long-convolution`.
    k_f : array, optional
        Spectra instead of k, as in the problem `long-convolution`; differentiable too. What they hold beyond the
        fft_size - L + 1 taps that do not come around is cut off, not refused.
    pre_gate, post_gate, skip : arrays, optional
        As in the problem `long-convolution`.

    Returns
    -------
    y : array
        In the wider dtype of u and k.
    """
    if k_f is not None:
        n, taps = spectral_taps(jnp.shape(u)[2], k, mode, fft_size)
        transform = jnp.fft.ifft if jnp.iscomplexobj(u) else jnp.fft.irfft
        k = transform(k_f, n)[:, :taps]
    elif k is None:
        raise InvalidInput("k must be given, or k_f, got neither")
    return _call({"mode": mode, "fft_size": fft_size}, u, k, pre_gate, post_gate, skip)


def frequency_sparse_conv(
    u: Any, k: Any, *, factors: Sequence[int], keep: Sequence[int], symmetric: bool = False
) -> Any:
    """Causal convolution with a block of each spectrum, differentiable in both.

    Parameters
    ----------
    u : (B, H, L) array of float32 or float64
        Sequences.
    k : (H, Lk) array
        A kernel for each channel.
    factors, keep, symmetric
        As in the problem `frequency-sparse-convolution`.

    Returns
    -------
    y : (B, H, L) array
    """
    return _call({"factors": tuple(factors), "keep": tuple(keep), "symmetric": symmetric}, u, k)


def _call(plan: dict[str, Any], u: Any, k: Any, pre_gate: Any = None, post_gate: Any = None, skip: Any = None) -> Any:
    dtype = jnp.result_type(u, k)
    given = {"pre_gate": pre_gate, "post_gate": post_gate, "skip": skip}
    names = tuple(name for name, value in given.items() if value is not None)
    arrays = [jnp.asarray(value, dtype) for value in (u, k, *(given[name] for name in names))]
    return _conv(tuple(plan.items()), names, *arrays)


def _like(shape: Any, dtype: Any) -> Any:
    """What a callback returns."""
    make: Any = jax.ShapeDtypeStruct
    return make(shape, dtype)


Plan = tuple[tuple[str, Any], ...]
"""Options of a plan, hashable as JAX wants what is not differentiated."""


def _plan(options: Plan, u: Any, k: Any) -> LongConv:
    plan = LongConv(u.shape[2], u.shape[1], kernel_len=k.shape[1], dtype=u.dtype, **dict(options))
    return plan.set_kernel(np.asarray(k), check_finite=False)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _conv(plan: Plan, names: tuple[str, ...], u: Any, k: Any, *more: Any) -> Any:
    length = out_length(dict(plan).get("mode", "causal"), u.shape[2], k.shape[1])

    def call(u: Any, k: Any, *more: Any) -> Any:
        options = dict(zip(names, map(np.asarray, more), strict=True))
        return _plan(plan, u, k)(np.asarray(u), check_finite=False, **options)

    shape = _like((*u.shape[:2], length), u.dtype)
    return jax.pure_callback(call, shape, u, k, *more, vmap_method="sequential")


def _conv_forward(plan: Plan, names: tuple[str, ...], *arrays: Any) -> Any:
    return _conv(plan, names, *arrays), arrays


def _conv_backward(plan: Plan, names: tuple[str, ...], arrays: Any, dy: Any) -> Any:
    def call(dy: Any, u: Any, k: Any, *more: Any) -> Any:
        options = dict(zip(names, map(np.asarray, more), strict=True))
        # a cotangent of JAX is the conjugate of the gradient that it stands for
        found = _plan(plan, u, k).gradients(np.asarray(u), np.conj(dy), check_finite=False, **options)
        return tuple(np.conj(getattr(found, name)).astype(u.dtype, copy=False) for name in ("u", "k", *names))

    shapes = tuple(_like(a.shape, a.dtype) for a in arrays)
    return jax.pure_callback(call, shapes, dy, *arrays, vmap_method="sequential")


_conv.defvjp(_conv_forward, _conv_backward)


def monarch_product(first: Any, second: Any, X: Any) -> Any:
    """The products of a Monarch matrix with the rows of X, differentiable in blocks and rows.

    Parameters
    ----------
    first : (k, q, p) array
        Blocks that are applied first.
    second : (l, s, r) array
        Blocks that are applied second.
    X : (batch, k p) array
        Vectors.

    Returns
    -------
    y : (batch, s l) array
    """
    dtype = jnp.result_type(first, second, X)
    return _product(*(jnp.asarray(a, dtype) for a in (first, second, X)))


@jax.custom_vjp
def _product(first: Any, second: Any, X: Any) -> Any:
    shape = _like((X.shape[0], second.shape[0] * second.shape[1]), X.dtype)

    def call(first: Any, second: Any, X: Any) -> Any:
        return MonarchMatrix(np.asarray(first), np.asarray(second)).apply(np.asarray(X))

    return jax.pure_callback(call, shape, first, second, X, vmap_method="sequential")


def _product_forward(first: Any, second: Any, X: Any) -> Any:
    return _product(first, second, X), (first, second, X)


def _product_backward(arrays: Any, dy: Any) -> Any:
    def call(dy: Any, *arrays: Any) -> Any:
        first, second, X = (np.asarray(a) for a in arrays)
        dy = np.asarray(dy)
        k, q, p = first.shape
        ours, s, r = second.shape
        x = X.reshape(-1, k, p)
        z = MonarchMatrix(first).apply(X).reshape(-1, ours, r)
        grid = dy.reshape(-1, s, ours)
        dsecond = np.einsum("nsb,nbr->bsr", grid, z, optimize=True)
        dz = np.einsum("bsr,nsb->nbr", second, grid, optimize=True).reshape(-1, q, k)
        dfirst = np.einsum("nqi,nip->iqp", dz, x, optimize=True)
        dX = np.einsum("iqp,nqi->nip", first, dz, optimize=True).reshape(X.shape)
        return tuple(np.asarray(a, dtype=X.dtype) for a in (dfirst, dsecond, dX))

    shapes = tuple(_like(a.shape, a.dtype) for a in arrays)
    return jax.pure_callback(call, shapes, dy, *arrays, vmap_method="sequential")


_product.defvjp(_product_forward, _product_backward)
