"""Softmax attention with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms.attention import Attended, attention
from porism_transforms.attention.solvers import as_heads, outcome

BUGS = {
    "scores are not divided by the root": "oracle",
    "the root is that of all channels": "oracle",
    "the largest score is not subtracted": "oracle",
    "weights are not normalised": "convex",
    "weights are normalised over queries": "convex",
    "places hear what comes next": "causality",
    "places do not hear themselves": "oracle",
    "masked places have score zero": "causality",
    "everything is causal": "permutation",
    "keys' positions are added to scores": "permutation",
    "keys are normalised": "shift",
    "heads are interleaved": "oracle",
    "all heads have the first head's weights": "oracle",
    "logarithms of weights lack the largest score": "normalisers",
    "y keeps heads apart": "form",
    "y is in double precision": "form",
    "rng decides the last digits": "deterministic",
    "v is changed": "inputs-untouched",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., Attended]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    @solver(attention, "mutant", claims=Claims(deterministic=True))
    def solve(q: Any, k: Any, v: Any, *, n_heads: int = 1, causal: bool = True, rng: Any = None) -> Attended:
        as_rng(rng)
        query, key, values, one_way = as_heads(q, k, v, n_heads, causal)
        if bug == "v is changed" and isinstance(v, np.ndarray) and v.flags.writeable:
            v += 1
        (_, heads, length, size), dtype = query.shape, query.dtype
        if bug == "heads are interleaved":
            query, key, values = (
                a.transpose(0, 2, 1, 3).reshape(-1, length, size, heads).transpose(0, 3, 1, 2)
                for a in (query, key, values)
            )
        if bug == "scores are not divided by the root":
            query = query * dtype.type(math.sqrt(size))
        if bug == "the root is that of all channels":
            query = query / dtype.type(math.sqrt(heads))
        if bug == "keys are normalised":
            key = key / (1e-9 + np.linalg.norm(key, axis=3, keepdims=True))
        scores = query @ key.swapaxes(2, 3)
        if bug == "all heads have the first head's weights":
            scores = np.repeat(scores[:, :1], heads, axis=1)
        if bug == "keys' positions are added to scores":
            scores = scores + np.arange(length, dtype=dtype)
        if one_way or bug == "everything is causal":
            start = {"places hear what comes next": 2, "places do not hear themselves": 0}.get(bug or "", 1)
            later = np.triu(np.ones((length, length), dtype=bool), start)
            later[0, 0] = False
            scores[..., later] = 0 if bug == "masked places have score zero" else -np.inf
        most = scores.max(axis=3, keepdims=True)
        if bug == "the largest score is not subtracted":
            most = most * 0
        with np.errstate(all="ignore"):
            weights = np.exp(scores - most)
            total = weights.sum(axis=2 if bug == "weights are normalised over queries" else 3, keepdims=True)
            if bug == "weights are normalised over queries":
                weights, total = weights / total, np.ones_like(most)
            if bug == "weights are not normalised":
                total = total * 0 + 1
            logs = np.log(total) if bug == "logarithms of weights lack the largest score" else most + np.log(total)
            found = outcome(weights @ values / total, logs[..., 0])
        y = found.y
        if bug == "heads are interleaved":
            y = y.reshape(len(y), length, heads, size).swapaxes(2, 3).reshape(y.shape)
        if bug == "y keeps heads apart":
            y = y.reshape(len(y), length, heads, size)
        if bug == "y is in double precision":
            y = y.astype(np.float64)
        if bug == "rng decides the last digits":
            y = y * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, y.shape))
        return Attended(y, found.log_weights)

    return solve
