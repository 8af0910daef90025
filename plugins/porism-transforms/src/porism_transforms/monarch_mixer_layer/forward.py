"""The layer, written once for NumPy, JAX and PyTorch: what differs between them is in an :class:`Ops`.

With u the input, normalised first where the layer has a dimension mixer, and W for linear maps of block-diagonal
factors:

    (x1, x2, v) = short(W_in u)                      three sequences, each place with the w - 1 before it
    s           = x2 * (K * (x1 * v) + skip * x1 * v)  the long convolution, between two gates
    s           = s + K' * u + skip' * u             where the layer has a residual convolution
    y           = W_out s

and with a dimension mixer y = x + W_down (gelu(g) * h), (g, h) = W_up norm2(x), x = u + W_out s.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from porism_transforms.monarch_mixer_layer.parameters import factors_of

__all__ = ["EPS", "Ops", "kernel", "layer", "mix", "taps"]

EPS = 1e-5
"""Added to variances before their square roots."""


@dataclass(frozen=True)
class Ops:
    """What a framework brings.

    Attributes
    ----------
    xp : module
        With ``einsum``, ``sin``, ``cos``, ``exp``, ``sqrt``, ``concatenate``, ``flip``, ``zeros_like``.
    arange : callable
        ``arange(n, like)``: the numbers 0 … n - 1 in the dtype of an array.
    erf : callable
        The error function.
    convolve : callable
        ``convolve(x, k, causal)`` for x (B, D, L) and k (D, L), or (D, 2 L - 1) where not causal: (B, D, L).
    linear : callable
        ``linear(x, factors)``: factors applied along the last axis, each followed by dealing out.
    """

    xp: Any
    arange: Callable[[int, Any], Any]
    erf: Callable[[Any], Any]
    convolve: Callable[[Any, Any, bool], Any]
    linear: Callable[[Any, list[Any]], Any]


def einsum_linear(xp: Any) -> Callable[[Any, list[Any]], Any]:
    """Linear maps by two-index sums, which every framework differentiates."""

    def linear(x: Any, factors: list[Any]) -> Any:
        for factor in factors:
            blocks, _, columns = factor.shape
            pieces = x.reshape(*x.shape[:-1], blocks, columns)
            dealt = xp.einsum("iqp,...ip->...qi", factor, pieces)
            x = dealt.reshape(*x.shape[:-1], -1)
        return x

    return linear


def taps(ops: Ops, arrays: Mapping[str, Any], part: str, length: int, span: int) -> Any:
    """The first taps of a long filter, (D, length): a network's answers to features of a position, made to decay.

    Position j has the features t = j / (span - 1) and, for frequencies f from 1e-4 to their number less one, the cosine
    and minus the sine of 2 pi f j / span. The network's layers are linear, each followed by a sine of multiples; its
    outputs are multiplied by exp(-decay t), a rate for each channel.
    """
    xp = ops.xp
    weights, i = arrays[f"{part}.weights.0"], 0
    bands = (weights.shape[1] - 1) // 2
    place = ops.arange(length, weights)
    t = place / (span - 1)
    features = [t]
    frequencies = [1e-4 + (bands - 1 - 1e-4) * f / (bands - 1) if bands > 1 else 1e-4 for f in range(bands)]
    for f in frequencies:
        features.append(xp.cos(place * (2 * math.pi * f / span)))
    for f in frequencies:
        features.append(-xp.sin(place * (2 * math.pi * f / span)))
    hidden = xp.stack(features, 1)
    while f"{part}.weights.{i}" in arrays:
        hidden = hidden @ arrays[f"{part}.weights.{i}"].T + arrays[f"{part}.biases.{i}"]
        hidden = xp.sin(arrays[f"{part}.frequency"] * hidden)
        i += 1
    return arrays[f"{part}.out"] @ hidden.T * xp.exp(-arrays[f"{part}.decay"][:, None] * t)


def kernel(ops: Ops, arrays: Mapping[str, Any], part: str, length: int, span: int, causal: bool) -> Any:
    """The kernel of a long convolution: (D, length), or (D, 2 length - 1) with what comes after first.

    Tap j of the reverse filter is for what is j + 1 places ahead, as the published layer has it.
    """
    behind = taps(ops, arrays, part, length, span)
    if causal:
        return behind
    reverse = "reverse" if part == "filter" else f"{part}_reverse"
    ahead = taps(ops, arrays, reverse, length, span)
    return ops.xp.concatenate([ops.xp.flip(ahead[:, : length - 1], (1,)), behind], 1)


def short(ops: Ops, x: Any, weights: Any, bias: Any) -> Any:
    """Each place with those before it, channel by channel: x (B, L, D), weights (D, w)."""
    length = x.shape[1]
    found = x * weights[:, 0] + bias
    for j in range(1, min(weights.shape[1], length)):
        shifted = ops.xp.concatenate([ops.xp.zeros_like(x[:, :j]), x[:, : length - j]], 1)
        found = found + shifted * weights[:, j]
    return found


def mix(ops: Ops, arrays: Mapping[str, Any], u: Any, span: int, causal: bool) -> Any:
    """The sequence mixer: u (B, L, D) to (B, L, D)."""
    D, length = u.shape[2], u.shape[1]
    projected = ops.linear(u, factors_of(arrays, "in")) + arrays["in.bias"]
    every = short(ops, projected, arrays["short.taps"], arrays["short.bias"])
    first, second, value = (every[..., i * D : (i + 1) * D] for i in range(3))
    gated = first * value

    def long(x: Any, part: str, skip: Any) -> Any:
        k = kernel(ops, arrays, part, length, span, causal)
        return ops.convolve(x.swapaxes(1, 2), k, causal).swapaxes(1, 2) + skip * x

    mixed = second * long(gated, "filter", arrays["skip"])
    if "residual_skip" in arrays:
        mixed = mixed + long(u, "residual", arrays["residual_skip"])
    return ops.linear(mixed, factors_of(arrays, "out")) + arrays["out.bias"]


def layer(ops: Ops, arrays: Mapping[str, Any], u: Any, span: int, causal: bool) -> Any:
    """The layer: the sequence mixer, and the dimension mixer where there is one."""
    if "up.factors.0" not in arrays:
        return mix(ops, arrays, u, span, causal)
    x = u + mix(ops, arrays, _normal(ops, arrays, "norm", u), span, causal)
    both = ops.linear(_normal(ops, arrays, "norm2", x), factors_of(arrays, "up")) + arrays["up.bias"]
    inner = both.shape[-1] // 2
    gate = both[..., :inner]
    gate = gate * 0.5 * (1 + ops.erf(gate / math.sqrt(2)))
    return x + ops.linear(gate * both[..., inner:], factors_of(arrays, "down")) + arrays["down.bias"]


def _normal(ops: Ops, arrays: Mapping[str, Any], part: str, x: Any) -> Any:
    centred = x - x.mean(-1)[..., None]
    deviation = ops.xp.sqrt((centred * centred).mean(-1)[..., None] + EPS)
    return centred / deviation * arrays[f"{part}.scale"] + arrays[f"{part}.shift"]
