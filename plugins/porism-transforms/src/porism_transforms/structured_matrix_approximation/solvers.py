"""The nearest Monarch matrix, and structures of as few parameters that people use otherwise.

Row a l + b and column i p + t of a Monarch matrix with blocks W1 (k, l, p) and W2 (l, s, k) meet in the entry
W2[b, a, i] W1[i, b, t]: for every pair (b, i) the slice over (a, t) has rank one, and nothing else is asked of a
Monarch matrix. The slices of A can therefore be approximated one by one, each by its first singular vectors.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, Paper
from porism.validation import as_flag, as_integer, check_finite, plain_array
from porism_transforms._monarch import BlockDiagonal, MonarchMatrix, balanced, splits
from porism_transforms.structured_matrix_approximation.problem import (
    StructuredApproximation,
    structured_matrix_approximation,
)

__all__ = ["as_dense", "block_diagonal", "monarch_projection", "outcome", "truncated_svd"]

Array = npt.NDArray[Any]

DAO_2022 = Paper(
    key="dao2022monarch",
    title="Monarch: Expressive Structured Matrices for Efficient and Accurate Training",
    authors=(
        "Dao, Tri",
        "Chen, Beidi",
        "Sohoni, Nimit",
        "Desai, Arjun",
        "Poli, Michael",
        "Grogan, Jessica",
        "Liu, Alexander",
        "Rao, Aniruddh",
        "Rudra, Atri",
        "R{\\'e}, Christopher",
    ),
    year=2022,
    venue="International Conference on Machine Learning (ICML)",
    arxiv="2204.00595",
    kind="inproceedings",
)


def as_dense(A: object, blocks: object, pad: object = False) -> tuple[Array, int, int]:
    """Check the canonical arguments: the matrix, blocks of rows and blocks of columns."""
    must = "a 2-D array of numbers, with at least one row and one column"
    if isinstance(A, np.ma.MaskedArray) and np.ma.is_masked(A):
        raise InvalidType(f"A must be {must}, got a masked array")
    array = plain_array("A", A, must)
    if array.dtype.kind not in "fiubc":
        raise InvalidType(f"A must be {must}, got dtype {array.dtype}")
    if array.ndim != 2 or 0 in array.shape:
        raise InvalidInput(f"A must be {must}, got shape {array.shape}")
    native = array.dtype.newbyteorder("=")
    known = (np.float32, np.float64, np.complex64, np.complex128)
    target = native if native in known else np.complex128 if array.dtype.kind == "c" else np.float64
    array = np.ascontiguousarray(array, dtype=target)
    check_finite("A", array.view(array.real.dtype))
    m, n = array.shape
    padding = as_flag("pad", pad)
    if blocks is None:
        counts = [round(math.sqrt(size)) if padding else balanced(size) for size in (m, n)]
        return array, counts[0], counts[1]
    pair = blocks if isinstance(blocks, tuple | list) else (blocks, blocks)
    if len(pair) != 2:
        raise InvalidInput(f"blocks must be an integer or a pair of integers, got {blocks!r}")
    rows, columns = (as_integer("blocks", value, 1) for value in pair)
    for count, size, what in ((rows, m, "rows"), (columns, n, "columns")):
        if padding and count > size:
            raise InvalidInput(f"blocks must be at most {size}, the number of {what}, got {count}")
        if not padding and size % count:
            known_splits = ", ".join(str(k) for k, _ in splits(size))
            must = f"divide {size} {what} (by one of {known_splits}), or pad must be True"
            raise InvalidInput(f"blocks must {must}, got {count}")
    return array, rows, columns


def padded_shape(array: Array, rows: int, columns: int) -> tuple[int, int]:
    """The least multiples of the numbers of blocks."""
    m, n = array.shape
    return -(-m // rows) * rows, -(-n // columns) * columns


def outcome(A: Array, matrix: Any) -> StructuredApproximation:
    """The result with that matrix."""
    error = float(np.linalg.norm(A - matrix.to_dense()))
    norm = float(np.linalg.norm(A))
    return StructuredApproximation(
        matrix, error, error / norm if norm else 0.0, matrix.n_params, A.size / matrix.n_params
    )


@porism.solver(
    structured_matrix_approximation,
    "monarch-projection",
    paper=DAO_2022,
    complexity="singular value decompositions of l k slices of m/l x n/k",
    claims=Claims(deterministic=True, optimal=True),
    tags=("monarch", "exact"),
    default=True,
)
def monarch_projection(
    A: npt.ArrayLike,
    *,
    blocks: int | tuple[int, int] | None = None,
    pad: bool = False,
) -> StructuredApproximation:
    """The nearest Monarch matrix in the Frobenius norm: the first singular vectors of every slice.

    Notes
    -----
    The square root of a singular value goes to either factor, so that their parameters are of one size.
    """
    array, rows, columns = as_dense(A, blocks, pad)
    m, n = padded_shape(array, rows, columns)
    whole = array if (m, n) == array.shape else np.pad(array, ((0, m - array.shape[0]), (0, n - array.shape[1])))
    slices = whole.reshape(m // rows, rows, columns, n // columns).transpose(1, 2, 0, 3)  # (b, i, a, t)
    scale = float(np.abs(array).max())
    scale = scale if np.isfinite(1 / scale if scale else np.inf) else 1.0
    left, values, right = np.linalg.svd(slices / scale, full_matrices=False)
    root = np.sqrt(values[..., 0] * scale)[..., None]
    second = (left[..., 0] * root).transpose(0, 2, 1)  # (b, a, i)
    first = (right[..., 0, :] * root).transpose(1, 0, 2)  # (i, b, t)
    return outcome(array, MonarchMatrix(first, second, shape=array.shape))


@porism.solver(
    structured_matrix_approximation,
    "truncated-svd",
    complexity="O(m n min(m, n))",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def truncated_svd(
    A: npt.ArrayLike,
    *,
    blocks: int | tuple[int, int] | None = None,
    pad: bool = False,
) -> StructuredApproximation:
    """The nearest matrix of low rank, of as high a rank as the Monarch matrix's parameters allow."""
    array, rows, columns = as_dense(A, blocks, pad)
    m, n = array.shape
    above, beside = padded_shape(array, rows, columns)
    rank = min((rows * beside + columns * above) // (m + n), m, n)
    scale = float(np.abs(array).max()) or 1.0
    left, values, right = np.linalg.svd(array / scale, full_matrices=False)
    first = (values[:rank, None] * right[:rank])[None]
    return outcome(array, MonarchMatrix(first, (left[:, :rank] * scale)[None]))


@porism.solver(
    structured_matrix_approximation,
    "block-diagonal",
    complexity="O(m n)",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def block_diagonal(
    A: npt.ArrayLike,
    *,
    blocks: int | tuple[int, int] | None = None,
    pad: bool = False,
) -> StructuredApproximation:
    """The blocks along the diagonal, as large as the Monarch matrix's parameters allow."""
    array, rows, columns = as_dense(A, blocks, pad)
    m, n = array.shape
    above, beside = padded_shape(array, rows, columns)
    budget = rows * beside + columns * above
    for count in range(1, min(m, n) + 1):
        tops, lefts = (np.linspace(0, size, count + 1).astype(int) for size in (m, n))
        if int((np.diff(tops) * np.diff(lefts)).sum()) <= budget:
            break
    cut = [
        np.ascontiguousarray(array[a:b, c:d])
        for a, b, c, d in zip(tops[:-1], tops[1:], lefts[:-1], lefts[1:], strict=True)
    ]
    return outcome(array, BlockDiagonal(cut))
