"""FastRP from its parts, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy import sparse

from porism import Claims, Solver, solver
from porism.kernels import graph as kernel
from porism.validation import as_choice, as_flag, as_float
from porism_graphs._graph import to_kernel
from porism_graphs.node_embedding import projection as right
from porism_graphs.node_embedding._call import as_weights, prepared, row_normalised
from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding

BUGS = {
    "degrees weight the rows, not the columns": "degree-side",
    "degrees are weighted by 1/beta": "algebra",
    "columns of R are weighted, as if they were vertices": "algebra",
    "degrees are not divided by 2m": "degree-side",
    "beta is ignored": "algebra",
    "the transition matrix has columns that sum to 1": "algebra",
    "the adjacency matrix is taken for the transition matrix": "degree-side",
    "the first power is L R": "algebra",
    "a power is left out": "algebra",
    "weights begin at the zeroth power": "algebra",
    "sqrt(s) is forgotten": "projection",
    "1/sqrt(dim) is forgotten": "projection",
    "inner products are not scaled by dim": "inner-products",
    "all entries of R are positive": "projection",
    "R has three times the density": "projection",
    "R has the same columns four times": "inner-products",
    "columns are mixed up after some": "convergence",
    "rows of R come from one stream": "projection-rows",
    "each vertex has its own rounding": "same-neighbours",
    "vertices keep their place": "relabelling",
    "the sum is normalised, not each power": "merging",
    "normalising is forgotten": "merging",
    "zero rows are normalised to ones": "merging",
    "a constant leaks into all components": "components",
    "degrees count in absolute weight": "scale",
    "standardizing divides by the variance": "standardized",
    "standardizing forgets the mean": "standardized",
    "means count who has no edges though they are NaN": "standardized",
    "isolated vertices keep a vector": "isolated",
    "nan is taken for zero": "isolated",
    "of duplicate entries the last one counts": "representation",
    "vectors are double whatever is asked": "form",
    "vectors are in Fortran order": "form",
    "nothing is propagated": "blocks",
    "reweighting forgets to normalise": "reweighting",
    "new rows are not normalised": "new-rows",
    "new rows skip the first power": "new-rows",
    "threads add up in their own order": "thread-invariance",
    "the seed is ignored": "same-seed",
    "A is overwritten": "inputs-untouched",
}
"""Each mistake, and a law that catches it."""


class Slipping(right.FastRPEmbedding):
    """A result whose methods are wrong in one way."""

    bug = ""

    def reweighted(self, weights: Any, **options: Any) -> Any:
        if type(self).bug == "reweighting forgets to normalise":
            options["normalize"] = False
        return super().reweighted(weights, **options)

    def transform_rows(self, rows: Any, **options: Any) -> Any:
        W = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float64)
        if type(self).bug == "new rows are not normalised":
            params = {**self.params, "input_matrix": "adjacency"}
            return right.FastRPEmbedding.transform_rows(dataclasses.replace(self, params=params), W, **options)
        if type(self).bug == "new rows skip the first power":
            parts = np.concatenate((self.parts[1:], self.parts[-1:]))
            return right.FastRPEmbedding.transform_rows(dataclasses.replace(self, parts=parts), W, **options)
        return super().transform_rows(rows, **options)


def mutant(bug: str | None) -> Solver[..., NodeEmbedding]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug
    slips = bug is not None and BUGS[bug] in ("reweighting", "new-rows")
    kind = type("Slipping", (Slipping,), {"bug": bug, "__slots__": ()}) if slips else right.FastRPEmbedding

    def solve(
        A: Any,
        dim: int = 128,
        *,
        weights: Any = (0.0, 0.0, 1.0, 6.67),
        beta: float = -0.628,
        projection: Any = "very-sparse",
        density: float | None = None,
        input_matrix: str = "transition",
        normalize: bool = True,
        merge: str = "sum",
        keep_parts: bool = False,
        standardize: bool = True,
        isolated: str = "zero",
        dtype: str = "float32",
        rng: Any = None,
        n_jobs: int | None = None,
    ) -> right.FastRPEmbedding:
        given = as_weights("weights", weights)
        beta = as_float("beta", beta, -64, 64)
        normalize, keep_parts = as_flag("normalize", normalize), as_flag("keep_parts", keep_parts)
        merge = as_choice("merge", merge, right.MERGES)
        input_matrix = as_choice("input_matrix", input_matrix, ("transition", "adjacency"))
        name, share = right._kind(projection, density)
        if bug == "A is overwritten":
            spoil(A)
        if bug == "of duplicate entries the last one counts" and hasattr(A, "tocoo"):
            coo = sparse.coo_array(A)
            last = np.zeros(coo.shape)
            last[coo.row, coo.col] = coo.data
            A = last
        options = {
            "weights": tuple(given.tolist()),
            "beta": beta,
            "projection": name,
            "density": share,
            "input_matrix": input_matrix,
            "normalize": normalize,
            "merge": merge,
        }
        seeded = None if bug == "the seed is ignored" else rng
        call = prepared(A, dim, standardize, isolated, dtype, seeded, n_jobs, **options)
        params, n, W = call.params, call.n, call.adjacency
        if name == "very-sparse" and share is None:
            params["density"] = float(1 / np.sqrt(n))
        matrix = right._as_projection(projection, n, dim) if name == "given" else None
        if bug == "degrees are not divided by 2m":
            d = np.bincount(W.indices, weights=W.data, minlength=n)
            contexts = np.where(d > 0, np.maximum(d, 1e-300) ** beta, 0.0)
        elif bug == "degrees count in absolute weight":
            d = np.bincount(W.indices, weights=W.data, minlength=n) + 1.0
            contexts = (d / d.sum()) ** beta
        else:
            wrong = {"degrees are weighted by 1/beta": 1 / beta if beta else 0.0, "beta is ignored": 0.0}
            contexts = right._contexts(call, wrong.get(bug or "", beta))
        M = W.toarray() if input_matrix == "adjacency" else row_normalised(W).toarray()
        if bug == "the transition matrix has columns that sum to 1" and input_matrix == "transition":
            M = row_normalised(W.T.tocsr()).T.toarray()
        if bug == "the adjacency matrix is taken for the transition matrix":
            M = W.toarray()
        R = np.empty((n, dim))
        if matrix is not None:
            R[:] = matrix.toarray() if sparse.issparse(matrix) else matrix
        else:
            made = kernel.Projection(dim, params["density"], call.seed)
            made.rows(np.arange(n, dtype=np.uint64), np.ones(n), R)
            R = spoiled(R, bug, dim, params["density"], call.seed)
            matrix = R if bug is not None and BUGS[bug] in ("projection", "projection-rows") else None
        side = M if bug != "degrees weight the rows, not the columns" else contexts[:, None] * M
        inner = R if side is not M else contexts[:, None] * R
        if bug == "columns of R are weighted, as if they were vertices":
            inner = R * np.resize(contexts, dim)
        U = inner.astype(call.dtype)
        sparse_M = to_kernel(sparse.csr_array(side))
        parts = np.empty((len(given), n, dim), dtype=call.dtype)
        for k in range(len(given)):
            if bug == "the first power is L R" and k == 0:
                parts[k] = U
            elif bug == "nothing is propagated":
                parts[k] = R
            else:
                kernel.spmm(sparse_M, U, parts[k], call.n_jobs)
                if bug == "a power is left out" and k == 1:
                    kernel.spmm(sparse_M, parts[k].copy(), parts[k], call.n_jobs)
            U = parts[k].copy()
        if bug == "each vertex has its own rounding":
            parts *= (1 + 1e-6 * np.arange(n))[None, :, None].astype(call.dtype)
        if bug == "vertices keep their place":
            parts[:, :, 0] += 1e-3 * np.arange(n)
        if bug == "inner products are not scaled by dim":
            parts *= np.sqrt(dim).astype(call.dtype)
        if bug == "columns are mixed up after some" and dim > 100:
            parts[:, :, 64:] = parts[:, :, :64].repeat(dim // 64, axis=2)[:, :, : dim - 64]
        if bug == "threads add up in their own order" and call.n_jobs > 1:
            parts *= call.dtype.type(1 + 4 * np.finfo(call.dtype).eps)
        merged = dict(params)
        if bug in ("the sum is normalised, not each power", "normalising is forgotten"):
            merged["normalize"] = False
        merger = right._Merger(given, merged, (n, dim), call.dtype, call.n_jobs)
        for k in range(len(given)):
            part = parts[k - 1 if bug == "weights begin at the zeroth power" and k else k]
            if bug == "zero rows are normalised to ones" and normalize:
                part = np.where(part.any(axis=1, keepdims=True), part, call.dtype.type(1))
            merger.add(k, np.ascontiguousarray(part))
        vectors = merger.vectors
        if bug == "the sum is normalised, not each power" and normalize:
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        if bug == "a constant leaks into all components":
            vectors = vectors + call.dtype.type(np.abs(vectors).max(initial=0))
        if bug == "isolated vertices keep a vector":
            vectors[call.alone] = 0.25
        vectors = np.ascontiguousarray(vectors)
        finishing = dict(params)
        if bug == "means count who has no edges though they are NaN" or bug == "nan is taken for zero":
            finishing["isolated"] = "zero"
        vectors, mean, scale = right._finish(vectors, call.alone, finishing, call.n_jobs)
        if standardize and bug == "standardizing divides by the variance":
            vectors, scale = vectors / scale.astype(vectors.dtype), scale**2
        if standardize and bug == "standardizing forgets the mean":
            vectors, mean = vectors + (mean / scale).astype(vectors.dtype), 0 * mean
        if bug == "means count who has no edges though they are NaN" and isolated == "nan":
            vectors[call.alone] = np.nan
        vectors = vectors.astype(call.dtype)
        if bug == "vectors are double whatever is asked":
            vectors = vectors.astype(np.float64)
        if bug == "vectors are in Fortran order":
            vectors = np.asfortranarray(vectors)
        kept = parts if keep_parts else parts[:0]
        return kind(vectors, call.seed, params, kept, given, contexts, call.alone, mean, scale, matrix)

    return solver(node_embedding, "mutant", claims=Claims(random_projection=True, thread_invariant=True))(solve)


def spoiled(R: Any, bug: str | None, dim: int, density: float | None, seed: int) -> Any:
    """R as a mistaken solver makes it."""
    if bug == "sqrt(s) is forgotten" and density is not None:
        return R * np.sqrt(density)
    if bug == "1/sqrt(dim) is forgotten":
        return R * np.sqrt(dim)
    if bug == "all entries of R are positive":
        return np.abs(R)
    if bug == "R has the same columns four times":
        return np.tile(R[:, : (dim + 3) // 4], 4)[:, :dim]
    if bug == "R has three times the density" and density is not None:
        made = kernel.Projection(dim, min(1.0, 3 * density), seed)
        made.rows(np.arange(len(R), dtype=np.uint64), np.ones(len(R)), R)
    if bug == "rows of R come from one stream" and density is not None:
        made = kernel.Projection(R.size, density, seed)
        one = np.empty((1, R.size))
        made.rows(np.zeros(1, dtype=np.uint64), np.ones(1), one)
        return one.reshape(R.shape) * np.sqrt(len(R))
    return R


def spoil(A: Any) -> None:
    """Divide in place, where that is possible: what a careless normalisation does."""
    data = getattr(A, "data", None) if hasattr(A, "tocoo") else A
    if isinstance(data, np.ndarray) and data.dtype.kind == "f" and data.flags.writeable:
        data /= 2.0
