"""Monarch mixing in plain NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms import CausalBasis
from porism_transforms.sequence_mixing import MixedSequences, sequence_mixing
from porism_transforms.sequence_mixing.laws import values
from porism_transforms.sequence_mixing.solvers import as_mixing

BUGS = {
    "the coefficients are not triangular": "causality",
    "products come around: the sequence is not padded": "causality",
    "bases are ignored": "oracle",
    "the basis of k is used for u": "oracle",
    "the basis of the output is that of powers": "oracle",
    "the modulus of values is taken": "identity",
    "the two sides are exchanged": "oracle",
    "the bidirectional map hears the past alone": "two-sided",
    "the middle tap is counted twice": "two-sided",
    "all channels have the first kernel": "oracle",
    "the mean is subtracted": "causality",
    "outputs saturate": "linearity",
    "y keeps channels before places": "form",
    "y is in single precision": "form",
    "rng decides the last digits": "deterministic",
    "u is changed": "inputs-untouched",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., MixedSequences]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    @solver(sequence_mixing, "mutant", claims=Claims(deterministic=True))
    def solve(u: Any, k: Any, *, causal: bool = True, bases: Any = None, rng: Any = None) -> MixedSequences:
        as_rng(rng)
        call = as_mixing(u, k, causal, bases)
        if bug == "u is changed" and isinstance(u, np.ndarray) and u.flags.writeable:
            u += 1
        x, kernel = call.u, call.k
        length = x.shape[2]
        if bug == "all channels have the first kernel":
            kernel = np.repeat(kernel[:1], len(kernel), axis=0)
        if bug == "the mean is subtracted":
            x = x - x.mean(axis=2, keepdims=True)
        if bug == "the two sides are exchanged" and not causal:
            kernel = kernel[:, ::-1]
        if bug == "the bidirectional map hears the past alone" and not causal:
            kernel = np.where(np.arange(kernel.shape[1]) < length - 1, 0, kernel)
        if bug == "the middle tap is counted twice" and not causal:
            kernel = kernel * (1 + (np.arange(kernel.shape[1]) == 2 * length - 2))
        given = call.bases
        if given is None and causal:
            given = (CausalBasis.identity(CausalBasis.holding(length)),) * 3
        if given is not None and bug == "bases are ignored":
            given = (CausalBasis.identity(given[0].b),) * 3
        if given is None:
            y = np.array(
                [
                    [np.convolve(row, taps)[length - 1 : 2 * length - 1] for row, taps in zip(i, kernel, strict=True)]
                    for i in x
                ]
            )
        else:
            out, of_k, of_u = given
            if bug == "the basis of the output is that of powers":
                out = CausalBasis.identity(out.b)
            M0, M1, M2 = values(out, False), values(of_k, True), values(of_u, True)
            if bug == "the basis of k is used for u":
                M2 = M1
            if bug == "the coefficients are not triangular":
                M0 = M0 + 0.1 * np.roll(M0, 1, axis=1)
            if bug == "products come around: the sequence is not padded":
                M0 = M0[: out.b**2 // 2, : out.b**2 // 2] if length > 1 else M0
                M1, M2 = (M[: len(M0)] for M in (M1, M2))
                w = np.exp(-2j * np.pi * np.outer(np.arange(len(M0)), np.arange(out.b**2 // 2)) / len(M0))
                M0 = M1 = M2 = w
            if bug == "the modulus of values is taken":
                M1 = np.abs(M1)
            product = (kernel @ M1[:, : kernel.shape[1]].T) * (x @ M2[:, :length].T)
            y = np.linalg.solve(M0, product.reshape(-1, len(M0)).T).T.real[:, :length].reshape(x.shape)
        if bug == "outputs saturate":
            y = np.clip(y, -1, 1)
        if bug == "rng decides the last digits":
            y = y * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, y.shape))
        result = call.result(y)
        if bug == "y keeps channels before places":
            return MixedSequences(np.ascontiguousarray(y)[..., None], result.condition)
        if bug == "y is in single precision":
            return MixedSequences(result.y.astype(np.float32), result.condition)
        return result

    return solve
