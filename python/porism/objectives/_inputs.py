"""Matrices as users have them, in the form that the kernels take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._sparse import is_sparse
from porism._validation import as_array, check_finite, check_memory, describe
from porism.errors import InvalidInput, InvalidType
from porism.objectives._errors import InvalidObjective

__all__ = ["Matrix", "as_matrix", "as_pattern", "as_weights", "naming", "square"]

Parts = tuple[npt.NDArray[np.int64], npt.NDArray[Any], npt.NDArray[Any], int]
Matrix = Any
"""A 2-D array-like, or a scipy.sparse matrix or array."""


def as_matrix(name: str, value: Matrix, *, columns_first: bool = False) -> tuple[npt.NDArray[Any] | Parts, bool]:
    """A matrix for a kernel, and whether the kernel has to transpose it.

    Parameters
    ----------
    name : str
        The argument, for messages.
    value : array-like or sparse
        The matrix.
    columns_first : bool
        Whether the kernel wants a row for each *column* of the matrix.

    Returns
    -------
    (array or parts, transposed)
        float32 and float64 keep their type; other real numbers become float64. Whatever lies in memory as the kernel
        wants it is not turned round.
    """
    if is_sparse(value):
        if value.ndim != 2:
            raise InvalidInput(f"{name} must be a 2-D matrix, got {value.ndim}-D")
        by_columns = value.format == "csc"
        matrix = value if by_columns else value.tocsr()
        n_columns = matrix.shape[0] if by_columns else matrix.shape[1]
        return _parts(name, matrix, n_columns), columns_first != by_columns
    array = as_array(name, value, ndim=2, dtypes=[np.float32, np.float64], promote=np.float64, order="A")
    check_memory(f"{name}: a copy", array.nbytes, None)
    if array.flags.c_contiguous:
        return array, columns_first
    return array.T, not columns_first


def _parts(name: str, matrix: Any, n_columns: int) -> Parts:
    indptr = np.ascontiguousarray(matrix.indptr, dtype=np.int64)
    end = int(indptr[-1]) if len(indptr) else 0
    indices, data = matrix.indices, matrix.data
    if 0 <= end < len(indices):  # SciPy lets buffers be longer than what they hold
        indices, data = indices[:end], data[:end]
    if data.dtype.kind not in "fiub":
        raise InvalidType(f"{name} must be a matrix of real numbers, got dtype {data.dtype}")
    if indices.dtype not in (np.dtype(np.int32), np.dtype(np.int64)):
        indices = indices.astype(np.int64)
    kept = data.dtype in (np.dtype(np.float32), np.dtype(np.float64))
    return (
        indptr,
        np.ascontiguousarray(indices),
        np.ascontiguousarray(data, dtype=None if kept else np.float64),
        n_columns,
    )


@contextmanager
def naming(name: str, value: Matrix, transposed: bool = False) -> Iterator[None]:
    """Let what the kernel says about its own buffers be said about the argument `name`.

    `transposed` tells whether the kernel was given the rows of `value` turned round.
    """
    try:
        yield
    except InvalidObjective as refused:
        message = str(refused)
        found = re.match(r"values\[(\d+)\] (.*)", message)
        if found is None:
            raise type(refused)(f"{name}: {message}") from None
        if is_sparse(value):
            raise type(refused)(f"{name} {found[2]} in its data") from None
        n_rows, n_columns = np.shape(value)
        row, column = divmod(int(found[1]), n_rows if transposed else n_columns)
        place = (column, row) if transposed else (row, column)
        raise type(refused)(f"{name} {found[2]} at {name}[{place[0]}, {place[1]}]") from None


def square(name: str, value: Matrix) -> None:
    """Refuse a matrix that is not square."""
    shape = np.shape(value)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InvalidInput(f"{name} must be a square matrix, got shape {shape}")


def as_pattern(name: str, value: Any, n_columns: int | None = None) -> tuple[Parts, Any]:
    """Which elements each item covers, as the parts of a sparse matrix, and as what it can be made from again.

    `value` is a matrix with a row per item (whatever is not 0 covers), or a sequence that holds for every item the
    elements that it covers: integers ≥ 0, or anything hashable, which is then numbered in order of appearance.
    """
    from scipy import sparse

    if is_sparse(value):
        matrix = value.tocsr()
        if matrix.dtype.kind not in "fiub":
            raise InvalidType(f"{name} must be a matrix of real numbers, got dtype {matrix.dtype}")
        parts = _parts(name, matrix, matrix.shape[1])
        check_finite(name, parts[2])
        if (parts[2] == 0).any():  # zeros that are stored cover nothing
            matrix = matrix.copy()
            matrix.eliminate_zeros()
            parts = _parts(name, matrix, matrix.shape[1])
        return parts, matrix
    if isinstance(value, np.ndarray):
        array = as_array(name, value, ndim=2, dtypes=[value.dtype], promote=np.float64)
        check_finite(name, array)
        matrix = sparse.csr_array(array != 0)
        return _parts(name, matrix, matrix.shape[1]), matrix
    rows = _rows(name, value)
    if all(isinstance(element, (int, np.integer)) for row in rows for element in row):
        numbered = [[int(element) for element in row] for row in rows]
    else:
        numbers: dict[Any, int] = {}
        numbered = [[numbers.setdefault(element, len(numbers)) for element in row] for row in rows]
    indptr = np.cumsum([0, *map(len, numbered)], dtype=np.int64)
    try:
        indices = np.fromiter((u for row in numbered for u in row), dtype=np.int64, count=int(indptr[-1]))
    except OverflowError:
        raise InvalidInput(f"{name} must hold elements below 2**32 - 1") from None
    lowest, highest = (int(indices.min()), int(indices.max())) if len(indices) else (0, -1)
    if lowest < 0:
        raise InvalidInput(f"{name} must hold elements ≥ 0, got {lowest}")
    width = highest + 1 if n_columns is None else n_columns
    if highest >= width:
        raise InvalidInput(f"{name} must hold elements in 0..{width - 1}, got {highest}")
    data = np.ones(len(indices))
    return (indptr, indices, data, width), sparse.csr_array((data, indices, indptr), shape=(len(rows), width))


def _rows(name: str, value: Any) -> list[list[Any]]:
    must = "a matrix with a row per item, or a sequence of the elements that each item covers"
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidType(f"{name} must be {must}, got {describe(value)}")
    rows = []
    for place, row in enumerate(value):
        if isinstance(row, str) or not isinstance(row, Iterable):
            raise InvalidType(f"{name} must be {must}, got {describe(row)} at {name}[{place}]")
        rows.append(list(row))
    return rows


def as_weights(name: str, value: npt.ArrayLike, length: int | None, of: str) -> npt.NDArray[np.float64]:
    """Weights, one for each of `length` things called `of`, or of as many as there are weights."""
    weights = as_array(name, value, ndim=1, dtypes=[np.float64], promote=np.float64)
    if length is not None and len(weights) != length:
        raise InvalidInput(f"{name} must have one entry for each of the {length} {of}, got {len(weights)}")
    bad = ~((weights >= 0) & np.isfinite(weights))
    if bad.any():
        place = int(np.argmax(bad))
        raise InvalidInput(f"{name} must be finite and at least 0, got {weights[place]} at {name}[{place}]")
    return weights
