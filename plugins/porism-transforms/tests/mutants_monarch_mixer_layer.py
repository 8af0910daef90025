"""The layer of Monarch Mixer with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms.monarch_mixer_layer import MixedLayer, forward, monarch_mixer_layer, solvers
from porism_transforms.sequence_mixing.solvers import MixingCall

BUGS = {
    "the short convolution looks ahead": "causality",
    "the short convolution's taps are reversed": "oracle",
    "the short convolution comes around": "causality",
    "the long convolution comes around": "causality",
    "bases are ignored": "oracle",
    "the basis of the output is that of k": "oracle",
    "the first gate is left out": "gates",
    "the second gate is left out": "gates",
    "x1 and x2 are exchanged": "oracle",
    "the skip is left out": "oracle",
    "the residual convolution is that of the gated product": "oracle",
    "sines are not multiplied by frequencies": "filter",
    "filters do not decay": "filter",
    "the filter's positions go by the sequence's length": "prefix",
    "features have plus the sine": "filter",
    "reverse taps begin at the place itself": "filter",
    "the reverse filter is the other one reversed": "two-sided",
    "the bidirectional layer is causal": "two-sided",
    "factors are not dealt out": "oracle",
    "the gate of the dimension mixer is a logistic function": "oracle",
    "nothing goes around the mixers": "oracle",
    "normalisation is over places": "causality",
    "normalisation is over the batch": "batch",
    "channels are before places": "form",
    "rng decides the last digits": "deterministic",
    "u is changed": "inputs-untouched",
}
"""Each mistake, and a law that catches it."""


@contextmanager
def broken(bug: str | None) -> Iterator[None]:
    """The functions of the module `forward`, with that mistake."""
    right = {name: getattr(forward, name) for name in ("short", "kernel", "taps", "mix", "_normal")}

    def short(ops: Any, x: Any, weights: Any, bias: Any) -> Any:
        if bug == "the short convolution looks ahead":
            return right["short"](ops, x[:, ::-1], weights, bias)[:, ::-1]
        if bug == "the short convolution's taps are reversed":
            weights = weights[:, ::-1]
        if bug == "the short convolution comes around":
            return sum(np.roll(x, j, axis=1) * weights[:, j] for j in range(weights.shape[1])) + bias
        found = right["short"](ops, x, weights, bias)
        D = found.shape[2] // 3
        if bug == "the first gate is left out":
            found[..., :D] = 1
        if bug == "the second gate is left out":
            found[..., D : 2 * D] = 1
        if bug == "x1 and x2 are exchanged":
            found = np.concatenate([found[..., D : 2 * D], found[..., :D], found[..., 2 * D :]], axis=2)
        return found

    def taps(ops: Any, arrays: Any, part: str, length: int, span: int) -> Any:
        changed = dict(arrays)
        if bug == "sines are not multiplied by frequencies":
            changed[f"{part}.frequency"] = np.ones_like(arrays[f"{part}.frequency"])
        if bug == "filters do not decay":
            changed[f"{part}.decay"] = np.zeros_like(arrays[f"{part}.decay"])
        if bug == "the filter's positions go by the sequence's length":
            span = max(length, 2)
        if bug == "features have plus the sine":
            weights = np.array(arrays[f"{part}.weights.0"])
            weights[:, 1 + (weights.shape[1] - 1) // 2 :] *= -1
            changed[f"{part}.weights.0"] = weights
        return right["taps"](ops, changed, part, length, span)

    def kernel(ops: Any, arrays: Any, part: str, length: int, span: int, causal: bool) -> Any:
        found = right["kernel"](ops, arrays, part, length, span, causal)
        if not causal and bug == "reverse taps begin at the place itself":
            ahead = taps(ops, arrays, "reverse" if part == "filter" else f"{part}_reverse", length, span)
            found = np.concatenate([ahead[:, :0:-1], found[:, length - 1 :]], axis=1)
        if not causal and bug == "the reverse filter is the other one reversed":
            found = np.concatenate([found[:, : length - 1 : -1], found[:, length - 1 :]], axis=1)
        if not causal and bug == "the bidirectional layer is causal":
            found = np.where(np.arange(2 * length - 1) < length - 1, 0, found)
        return found

    def mix(ops: Any, arrays: Any, u: Any, span: int, causal: bool) -> Any:
        if bug == "the skip is left out":
            arrays = {**arrays, "skip": arrays["skip"] * 0}
        if bug == "the residual convolution is that of the gated product" and "residual_skip" in arrays:
            arrays = {name: arrays.get(name.replace("filter", "residual"), a) for name, a in arrays.items()}
        return right["mix"](ops, arrays, u, span, causal)

    def normal(ops: Any, arrays: Any, part: str, x: Any) -> Any:
        if bug in ("normalisation is over places", "normalisation is over the batch"):
            axis = 1 if "places" in bug else 0
            x = x / (1 + np.abs(x).max(axis=axis, keepdims=True))
        return right["_normal"](ops, arrays, part, x)

    with mock.patch.multiple(forward, short=short, kernel=kernel, taps=taps, mix=mix, _normal=normal):
        yield


def mutant(bug: str | None) -> Solver[..., MixedLayer]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    @solver(monarch_mixer_layer, "mutant", claims=Claims(deterministic=True))
    def solve(u: Any, params: Any, *, causal: bool = True, bases: Any = None, rng: Any = None) -> MixedLayer:
        as_rng(rng)
        call = solvers.as_layer(u, params, causal, bases)
        if bug == "u is changed" and isinstance(u, np.ndarray) and u.flags.writeable:
            u += 1
        given = call[3]
        if bug == "bases are ignored":
            given = None
        if bug == "the basis of the output is that of k" and given is not None:
            given = (given[1], given[1], given[2])

        def convolve(mixing: MixingCall) -> Any:
            if bug == "the long convolution comes around" and mixing.causal:
                n = mixing.u.shape[2]
                return np.fft.irfft(np.fft.rfft(mixing.u, n) * np.fft.rfft(mixing.k, n), n)
            return mixing.written_out()

        right = forward.einsum_linear(np)

        def linear(x: Any, factors: list[Any]) -> Any:
            if bug != "factors are not dealt out":
                return right(x, factors)
            for factor in factors:
                pieces = x.reshape(*x.shape[:-1], factor.shape[0], factor.shape[2])
                x = np.einsum("iqp,...ip->...iq", factor, pieces).reshape(*x.shape[:-1], -1)
            return x

        ops = solvers._ops(convolve, linear, given)
        if bug == "the gate of the dimension mixer is a logistic function":
            ops = replace(ops, erf=np.tanh)
        with broken(bug):
            found = solvers._outcome(ops, call)
        y = found.y
        if bug == "nothing goes around the mixers" and "up.bias" in call[1]:
            y = y - call[0]
        if bug == "channels are before places":
            y = np.ascontiguousarray(y.transpose(0, 2, 1))[..., None]
        if bug == "rng decides the last digits":
            y = y * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, y.shape))
        return MixedLayer(y, found.filters, found.condition)

    return solve
