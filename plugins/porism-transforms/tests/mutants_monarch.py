"""Monarch projections and products in plain NumPy, with one plausible mistake at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms import MonarchMatrix, StructuredApproximation, StructuredProduct
from porism_transforms.structured_matrix_approximation import structured_matrix_approximation
from porism_transforms.structured_matrix_approximation.solvers import as_dense, padded_shape
from porism_transforms.structured_matvec import structured_matvec
from porism_transforms.structured_matvec.solvers import as_product

PROJECTION = {
    "the singular value is forgotten": "scaling",
    "a singular value is taken twice": "no-worse-than-zero",
    "the second singular vector is taken": "discarded",
    "slices are cut without the permutation": "fixed-point",
    "slices are averaged instead of decomposed": "optimal",
    "the factors are scaled to norm one": "optimal",
    "columns are never dealt out": "fourier",
    "the error is that of the largest entry": "error",
    "the error is not squared": "discarded",
    "more blocks than are paid for": "budget",
    "compression is counted in bytes": "form",
    "the relative error is of the squares": "form",
    "what is padded repeats the last row and column": "padded",
    "the first rows are cut": "padded",
}
PRODUCT = {
    "the permutation between the factors is forgotten": "dense",
    "the permutation at the end is forgotten": "dense",
    "blocks are transposed": "dense",
    "the imaginary part is cast away": "dense",
    "y is always float64": "form",
    "rows are multiplied by what came before": "batch",
    "products are clipped": "linearity",
    "the matrix is written out": "counted",
}
BUGS = {**PROJECTION, **PRODUCT}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., Any]:
    """The solver with that mistake; None for the right product."""
    return projection(bug) if bug in PROJECTION else product(bug)


def projection(bug: str | None) -> Solver[..., StructuredApproximation]:
    """The projection with that mistake."""

    @solver(structured_matrix_approximation, "mutant", claims=Claims(deterministic=True, optimal=True))
    def solve(A: Any, *, blocks: Any = None, pad: bool = False, rng: Any = None) -> StructuredApproximation:
        as_rng(rng)
        given, rows, columns = as_dense(A, blocks, pad)
        m, n = padded_shape(given, rows, columns)
        missing = [(0, m - given.shape[0]), (0, n - given.shape[1])]
        if bug == "the first rows are cut":
            missing[0] = missing[0][::-1]
        repeated = bug == "what is padded repeats the last row and column"
        array = np.pad(given, missing, mode="edge" if repeated else "constant")
        if bug == "columns are never dealt out":
            array = array + 0
            array = array[:, np.arange(n).reshape(columns, -1).T.ravel()]
        if bug == "slices are cut without the permutation":
            parts = array.reshape(rows, m // rows, columns, n // columns).transpose(0, 2, 1, 3)
        else:
            parts = array.reshape(m // rows, rows, columns, n // columns).transpose(1, 2, 0, 3)
        left, values, right = np.linalg.svd(parts, full_matrices=False)
        take = min(1, values.shape[-1] - 1) if bug == "the second singular vector is taken" else 0
        value = values[..., take, None]
        if bug == "the singular value is forgotten":
            value = np.ones_like(value)
        if bug == "a singular value is taken twice":
            value = 2.5 * value
        first, second = right[..., take, :] * value, left[..., take]
        if bug == "slices are averaged instead of decomposed":
            first, second = parts.mean(axis=2), np.ones_like(second)
        if bug == "the factors are scaled to norm one":
            first = first / max(np.linalg.norm(first), 1e-300)
        blocks_one = np.ascontiguousarray(first.transpose(1, 0, 2))
        blocks_two = np.ascontiguousarray(second.transpose(0, 2, 1))
        if bug == "more blocks than are paid for":
            blocks_two = np.concatenate((blocks_two, 0 * blocks_two), axis=2)
            blocks_one = _interleaved(blocks_one, rows)
        matrix = MonarchMatrix(blocks_one, blocks_two, shape=given.shape)
        difference = np.asarray(A) - matrix.to_dense()
        error, norm = float(np.linalg.norm(difference)), float(np.linalg.norm(np.asarray(A)))
        if bug == "the error is that of the largest entry":
            error = float(np.abs(difference).max())
        if bug == "the error is not squared":
            error = float(values[..., 1:].sum())
        share = error / norm if norm else 0.0
        if bug == "the relative error is of the squares":
            share *= share
        compression = given.size / matrix.n_params * (8 if bug == "compression is counted in bytes" else 1)
        return StructuredApproximation(matrix, error, share, matrix.n_params, compression)

    return solve


def _interleaved(blocks: np.ndarray, rows: int) -> np.ndarray:
    """Each result followed by one of zeros: the parameters of a sum of two, of which the second is zero."""
    wide = np.zeros((blocks.shape[0], 2 * rows, blocks.shape[2]), dtype=blocks.dtype)
    wide[:, ::2] = blocks[:, :rows]
    return wide


def product(bug: str | None) -> Solver[..., StructuredProduct]:
    """The product with that mistake."""

    @solver(structured_matvec, "mutant", claims=Claims(deterministic=True, structured=True))
    def solve(first: Any, second: Any, X: Any, *, rng: Any = None) -> StructuredProduct:
        as_rng(rng)
        matrix, rows = as_product(first, second, X)
        one, two = matrix.factors
        if bug == "the imaginary part is cast away":
            one, two, rows = one.real, two.real, rows.real
        if bug == "blocks are transposed":
            one = one.transpose(0, 2, 1).reshape(one.shape)
        z = np.einsum("iqp,nip->niq", one, rows.reshape(len(rows), one.shape[0], one.shape[2]))
        if bug != "the permutation between the factors is forgotten":
            z = z.transpose(0, 2, 1)
        y = np.einsum("bsr,nbr->nbs", two, z.reshape(len(rows), two.shape[0], two.shape[2]))
        if bug != "the permutation at the end is forgotten":
            y = y.transpose(0, 2, 1)
        y = np.ascontiguousarray(y.reshape(len(rows), matrix.shape[0]))
        if bug == "rows are multiplied by what came before":
            y = np.cumsum(y, axis=0)
        if bug == "products are clipped":
            y = np.clip(y.real, -1, 1) + 0 * y
        if bug == "y is always float64":
            y = y.real.astype(np.float64)
        flops = 2 * matrix.n_params * len(rows)
        if bug == "the matrix is written out":
            flops = 2 * matrix.shape[0] * matrix.shape[1] * (len(rows) + 1)
        return StructuredProduct(y.astype(y.dtype if bug else rows.dtype), flops)

    return solve
