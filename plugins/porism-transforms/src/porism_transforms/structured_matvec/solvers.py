"""Products with Monarch matrices: by blocks, by einsum, and by the matrix written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType
from porism.validation import plain_array
from porism_transforms._monarch import MonarchMatrix, as_blocks
from porism_transforms.structured_matrix_approximation.solvers import DAO_2022
from porism_transforms.structured_matvec.problem import StructuredProduct, structured_matvec

__all__ = ["as_product", "dense_product", "einsum_product", "monarch_product"]

Array = npt.NDArray[Any]


def as_product(first: object, second: object, X: object, n_jobs: int | None = None) -> tuple[MonarchMatrix, Array]:
    """Check the canonical arguments: the matrix, and the vectors in the dtype of the product."""
    one, two = as_blocks("first", first), as_blocks("second", second)
    if one.shape[0] * one.shape[1] != two.shape[0] * two.shape[2]:
        made, taken = one.shape[0] * one.shape[1], two.shape[0] * two.shape[2]
        raise InvalidInput(
            f"second must take {made} numbers, as first makes them, got {two.shape}, which takes {taken}"
        )
    matrix = MonarchMatrix(one, two, n_jobs=n_jobs)
    must = f"a 2-D array of numbers with {matrix.shape[1]} columns"
    rows = plain_array("X", X, must)
    if rows.dtype.kind not in "fiubc":
        raise InvalidType(f"X must be {must}, got dtype {rows.dtype}")
    if rows.ndim != 2 or rows.shape[1] != matrix.shape[1]:
        raise InvalidInput(f"X must be {must}, got shape {rows.shape}")
    known = (np.float32, np.float64, np.complex64, np.complex128)
    native = rows.dtype.newbyteorder("=")
    target = native if native in known else np.complex128 if rows.dtype.kind == "c" else np.float64
    return matrix, np.require(rows, np.result_type(target, matrix.dtype), ["C", "ALIGNED"])


@porism.solver(
    structured_matvec,
    "monarch-product",
    paper=DAO_2022,
    complexity="O(k q p + l s r) for each vector, a read of each parameter for many of them",
    claims=Claims(deterministic=True, thread_invariant=True, structured=True),
    tags=("monarch",),
    default=True,
)
def monarch_product(
    first: npt.ArrayLike, second: npt.ArrayLike, X: npt.ArrayLike, *, n_jobs: int | None = None
) -> StructuredProduct:
    """One vector, and 16 or more with blocks of up to 64 numbers, by a kernel that deals results out; the rest by BLAS.

    Parameters
    ----------
    n_jobs : int, optional
        Threads of the compiled kernel, over vectors.
    """
    matrix, rows = as_product(first, second, X, n_jobs)
    y = matrix.apply(rows)
    return StructuredProduct(y, matrix.flops)


@porism.solver(
    structured_matvec,
    "einsum",
    complexity="O(k q p + l s r) for each vector",
    claims=Claims(deterministic=True, structured=True),
    tags=("baseline",),
)
def einsum_product(first: npt.ArrayLike, second: npt.ArrayLike, X: npt.ArrayLike) -> StructuredProduct:
    """Two calls of `numpy.einsum`, and transpositions between them."""
    matrix, rows = as_product(first, second, X)
    one, two = matrix.factors
    z = np.einsum("iqp,nip->nqi", one, rows.reshape(len(rows), one.shape[0], one.shape[2]))
    y = np.einsum("bsr,nbr->nsb", two, z.reshape(len(rows), two.shape[0], two.shape[2]))
    return StructuredProduct(
        np.ascontiguousarray(y.reshape(len(rows), matrix.shape[0])), 2 * matrix.n_params * len(rows)
    )


@porism.solver(
    structured_matvec,
    "dense",
    complexity="O(s l k p) for each vector, and for the matrix, which is written out",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def dense_product(first: npt.ArrayLike, second: npt.ArrayLike, X: npt.ArrayLike) -> StructuredProduct:
    """The matrix written out, and one product by BLAS."""
    matrix, rows = as_product(first, second, X)
    dense = matrix.to_dense()
    return StructuredProduct(np.ascontiguousarray(rows @ dense.T), 2 * dense.size * len(rows))
