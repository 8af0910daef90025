"""The loop over butterflies in NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from porism import Claims, ResultOverflow, Solver, solver
from porism.validation import as_rng
from porism_transforms import WalshHadamardResult, walsh_hadamard_transform
from porism_transforms.walsh_hadamard_transform.solvers import as_call, permutation

BUGS = {
    "the last bit is forgotten": "definition",
    "differences are taken the other way": "definition",
    "the highest bit comes first": "textbook",
    "floats are single": "textbook",
    "integers wrap": "integers",
    "integers that might overflow are refused": "integers",
    "large integers go through floats": "integers",
    "ortho divides by n": "norm",
    "forward is ortho": "norm",
    "the transform is normalised always": "involution",
    "energy leaks": "parseval",
    "dyadic is natural": "order",
    "sequency forgets the Gray code": "order",
    "the first axis is transformed": "axis",
    "a batch is one long row": "axis",
    "the last coefficient is 0": "parseval",
    "coefficients are too large by one": "convolution",
    "integers become floats": "form",
    "the coefficients are X's own memory": "form",
    "X is overwritten": "inputs-untouched",
    "input is not checked": "bad-input",
    "rng decides the last digits": "deterministic",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., WalshHadamardResult]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def solve(
        X: Any, *, axis: int = -1, norm: str = "backward", order: str = "natural", rng: Any = None
    ) -> WalshHadamardResult:
        as_rng(rng)
        if bug == "input is not checked":
            X = np.nan_to_num(np.resize(np.asarray(X, dtype=np.float64), 4))
        if bug == "the first axis is transformed" and np.ndim(X) > 1:
            axis = 0 if np.shape(X)[0] & (np.shape(X)[0] - 1) == 0 < np.shape(X)[0] else axis
        if bug == "forward is ortho" and norm == "forward":
            norm = "ortho"
        call = as_call(X, axis, norm, order)
        rows = call.rows
        if bug == "X is overwritten" and isinstance(X, np.ndarray) and X.flags.writeable and X.dtype.kind == "f":
            X /= 2
        dtype = rows.dtype
        wide = rows.astype(object) if dtype.kind == "i" else rows.copy()
        if bug == "integers wrap":
            wide = rows.copy()
        if bug == "large integers go through floats" and dtype.kind == "i":
            wide = rows.astype(np.float64)
        if bug == "floats are single" and dtype.kind == "f":
            wide = rows.astype(np.float32)
        limits = np.iinfo(dtype) if dtype.kind == "i" else None
        timid = bug == "integers that might overflow are refused" and limits is not None and rows.size
        if timid and np.abs(rows.astype(object)).sum(axis=-1).max() > limits.max:
            raise ResultOverflow("perhaps")
        n = rows.shape[-1]
        bits = list(range(n.bit_length() - 1))
        if bug == "the last bit is forgotten":
            bits = bits[:-1]
        if bug == "the highest bit comes first":
            bits.reverse()
        if bug == "a batch is one long row" and len(rows) > 1 and len(rows) & (len(rows) - 1) == 0:
            wide = wide.reshape(1, -1)
            bits = list(range(wide.shape[-1].bit_length() - 1))
        for bit in bits if rows.size else ():
            pairs = wide.reshape(-1, 2, 1 << bit)
            low, high = pairs[:, 0].copy(), pairs[:, 1].copy()
            pairs[:, 0] = low + high
            pairs[:, 1] = high - low if bug == "differences are taken the other way" else low - high
        wide = wide.reshape(rows.shape)
        if bug == "the transform is normalised always" and dtype.kind == "f":
            wide = wide / n
        if bug == "energy leaks" and dtype.kind == "f":
            wide = wide * 1.001
        if bug == "the last coefficient is 0" and rows.size:
            wide[:, -1] = 0
        if bug == "coefficients are too large by one" and dtype.kind == "f":
            wide = wide + dtype.type(1)
        checked = limits is not None and bug != "integers wrap" and wide.size
        if checked and not limits.min <= wide.min() <= wide.max() <= limits.max:
            raise ResultOverflow("a coefficient does not fit")
        found = wide.astype(np.float64 if bug == "integers become floats" else dtype)
        if bug == "rng decides the last digits" and dtype.kind == "f":
            found = found * (1 + 1e-6 * np.random.default_rng(rng).random())
        if bug == "ortho divides by n" and norm == "ortho":
            call = dataclasses.replace(call, norm="forward")
        if bug == "dyadic is natural" and order == "dyadic":
            call = dataclasses.replace(call, order="natural")
        if bug == "sequency forgets the Gray code" and order == "sequency":
            found, call = found[:, permutation(n, "dyadic")], dataclasses.replace(call, order="natural")
        result = call.outcome(found)
        if bug == "the coefficients are X's own memory" and isinstance(X, np.ndarray) and n == 1:
            return WalshHadamardResult(X, result.axis, norm, order)
        return WalshHadamardResult(result.coefficients, result.axis, norm, order)

    claims = Claims(textbook=True, deterministic=True)
    return solver(walsh_hadamard_transform, "mutant", claims=claims)(solve)
