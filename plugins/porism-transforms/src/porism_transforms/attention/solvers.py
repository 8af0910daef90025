"""Softmax attention by panels of queries, and with the matrix of weights written out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.validation import as_array, as_flag, as_integer, check_finite, check_memory
from porism_transforms.attention.problem import Attended, attention

__all__ = ["as_heads", "attention_matrix", "softmax_attention"]

Array = npt.NDArray[Any]

VASWANI_2017 = Paper(
    key="vaswani2017attention",
    title="Attention Is All You Need",
    authors=(
        "Vaswani, Ashish",
        "Shazeer, Noam",
        "Parmar, Niki",
        "Uszkoreit, Jakob",
        "Jones, Llion",
        "Gomez, Aidan N.",
        "Kaiser, {\\L}ukasz",
        "Polosukhin, Illia",
    ),
    year=2017,
    venue="Advances in Neural Information Processing Systems (NeurIPS)",
    arxiv="1706.03762",
    kind="inproceedings",
)

PANEL = 64
"""Queries at a time."""

TILE = 2048
"""Keys at a time: with `PANEL` queries, scores that stay in a core's cache."""


def as_heads(q: object, k: object, v: object, n_heads: object, causal: object) -> tuple[Array, Array, Array, bool]:
    """Check the canonical arguments: queries, already divided by the root, keys and values, each (B, heads, L, D')."""
    kinds = [getattr(a, "dtype", np.dtype(np.float64)) for a in (q, k, v)]
    single = all(isinstance(a, np.dtype) and a.newbyteorder("=") == np.float32 for a in kinds)
    dtype = np.dtype(np.float32 if single else np.float64)
    arrays: list[Array] = []
    for name, value in (("q", q), ("k", k), ("v", v)):
        array = as_array(name, value, ndim=3, dtypes=(dtype,), promote=dtype)
        if 0 in array.shape:
            raise InvalidInput(f"{name} must have a batch, a length and channels of at least 1, got {array.shape}")
        if arrays and array.shape != arrays[0].shape:
            raise InvalidInput(f"{name} must be of shape {arrays[0].shape}, as q is, got {array.shape}")
        check_finite(name, array)
        arrays.append(array)
    one_way = as_flag("causal", causal)
    batch, length, channels = arrays[0].shape
    heads = as_integer("n_heads", n_heads, 1)
    if channels % heads:
        raise InvalidInput(f"n_heads must divide the {channels} channels, got {heads}")
    query, key, values = (
        np.ascontiguousarray(a.reshape(batch, length, heads, -1).transpose(0, 2, 1, 3)) for a in arrays
    )
    return query / dtype.type(math.sqrt(channels // heads)), key, values, one_way


def outcome(y: Array, log_weights: Array) -> Attended:
    """The result, heads side by side again."""
    batch, heads, length, channels = y.shape
    return Attended(np.ascontiguousarray(y.transpose(0, 2, 1, 3)).reshape(batch, length, heads * channels), log_weights)


@porism.solver(
    attention,
    "softmax-attention",
    paper=VASWANI_2017,
    complexity="O(B L² D) time, O(B L D) memory",
    claims=Claims(deterministic=True),
    tags=("exact",),
    default=True,
)
def softmax_attention(
    q: npt.ArrayLike, k: npt.ArrayLike, v: npt.ArrayLike, *, n_heads: int = 1, causal: bool = True
) -> Attended:
    """A panel of queries at a time, over tiles of keys whose weights are rescaled as larger scores turn up.

    Notes
    -----
    Exact: products by BLAS, and for every query the largest score so far is subtracted before exponentials are taken.
    No matrix of L x L is made.
    """
    query, key, values, one_way = as_heads(q, k, v, n_heads, causal)
    y = np.empty_like(values)
    log_weights = np.empty(query.shape[:3], dtype=query.dtype)
    length = query.shape[2]
    for item in np.ndindex(query.shape[:2]):
        turned = np.ascontiguousarray(key[item].T)
        for start in range(0, length, PANEL):
            stop = min(start + PANEL, length)
            panel = query[item][start:stop]
            most = np.full((stop - start, 1), -np.inf, dtype=query.dtype)
            total, heard = np.zeros_like(most), np.zeros_like(panel)
            end = stop if one_way else length
            for low in range(0, end, TILE):
                high = min(low + TILE, end)
                scores = panel @ turned[:, low:high]
                if one_way and high > start:
                    later = np.arange(low, high) > np.arange(start, stop)[:, None]
                    scores[later] = -np.inf
                largest = np.maximum(most, scores.max(axis=1, keepdims=True))
                np.exp(np.subtract(scores, largest, out=scores), out=scores)
                shrink = np.exp(most - largest)
                total = total * shrink + scores.sum(axis=1, keepdims=True)
                heard = heard * shrink + scores @ values[item][low:high]
                most = largest
            y[item][start:stop] = heard / total
            log_weights[item][start:stop] = (most + np.log(total))[:, 0]
    return outcome(y, log_weights)


@porism.solver(
    attention,
    "attention-matrix",
    paper=VASWANI_2017,
    complexity="O(B L² D) time, an L x L matrix for each head",
    claims=Claims(deterministic=True),
    tags=("baseline", "exact"),
)
def attention_matrix(
    q: npt.ArrayLike, k: npt.ArrayLike, v: npt.ArrayLike, *, n_heads: int = 1, causal: bool = True
) -> Attended:
    """All weights at once, as the formula says."""
    query, key, values, one_way = as_heads(q, k, v, n_heads, causal)
    length = query.shape[2]
    needed = 3 * query.itemsize * query.shape[0] * query.shape[1] * length**2
    check_memory("attention-matrix: its weights", needed, None, advice="softmax-attention makes none")
    scores = query @ key.swapaxes(2, 3)
    if one_way:
        scores[..., np.triu(np.ones((length, length), dtype=bool), 1)] = -np.inf
    most = scores.max(axis=3, keepdims=True)
    weights = np.exp(scores - most)
    total = weights.sum(axis=3, keepdims=True)
    return outcome(weights @ values / total, (most + np.log(total))[..., 0])
