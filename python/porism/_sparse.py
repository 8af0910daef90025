"""Sparse matrices in arguments and results, recognised by what they can do: SciPy need not be imported for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["is_sparse", "same_entries", "stored"]


def is_sparse(value: object) -> bool:
    """Whether `value` is a scipy.sparse array or matrix."""
    return all(hasattr(value, name) for name in ("tocoo", "nnz", "format", "shape"))


def stored(matrix: Any) -> dict[str, npt.NDArray[Any]]:
    """The arrays that a sparse matrix is made of, by name; its own, not copies, where the format has such arrays.

    ``data, indices, indptr`` for CSR, CSC and BSR, ``data, row, col`` for everything else. Duplicate entries and
    explicit
    zeros are there as they are stored.
    """
    if matrix.format in ("csr", "csc", "bsr"):
        return {name: np.asarray(getattr(matrix, name)) for name in ("data", "indices", "indptr")}
    coo = matrix.tocoo()
    return {name: np.asarray(getattr(coo, name)) for name in ("data", "row", "col")}


def same_entries(a: Any, b: Any) -> bool:
    """Whether two sparse matrices are the same in format, shape, dtype and stored entries (NaN equals NaN)."""
    if (a.format, a.shape, a.dtype) != (b.format, b.shape, b.dtype):
        return False
    ours, theirs = stored(a), stored(b)
    inexact = a.dtype.kind in "fc"
    return all(np.array_equal(ours[name], theirs[name], equal_nan=inexact and name == "data") for name in ours)
