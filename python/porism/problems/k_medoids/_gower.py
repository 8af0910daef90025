"""Gower's dissimilarity, for rows of numbers and categories with missing values.

J. C. Gower: *A General Coefficient of Similarity and Some of Its Properties*, Biometrics 27 (1971), 857-871.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._sparse import is_sparse
from porism._validation import describe
from porism.errors import InvalidInput, InvalidType

__all__ = ["Columns", "unmixed"]


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are: which are numeric and with what range, and the categories of the others."""

    names: tuple[Any, ...]
    ranges: dict[int, float]
    categories: dict[int, dict[Any, int]]

    def encode(self, X: Any) -> npt.NDArray[np.float64]:
        """Rows with the same columns as the core takes them.

        Returns
        -------
        (n, columns) array
            The numeric columns in units of their range, then the categories as codes; NaN is missing. A category that
            was never seen has a code of its own.

        Raises
        ------
        InvalidInput
            If X has other columns, or something that is no number in a numeric one.
        """
        names, columns = _columns(X)
        if len(columns) != len(self.names):
            raise InvalidInput(f"X must have {len(self.names)} columns, as those clustered, got {len(columns)}")
        if names != self.names:
            raise InvalidInput(f"X must have the columns {list(self.names)}, got {list(names)}")
        rows = np.empty((len(columns[0]), len(columns)))
        for place, (at, width) in enumerate(self.ranges.items()):
            values = _numeric(columns[at])
            if values is None:
                raise InvalidInput(f"X must hold numbers in column {names[at]!r}, got {describe(columns[at])}")
            if np.isinf(values).any():
                row = int(np.argmax(np.isinf(values)))
                raise InvalidInput(f"X must be finite, got {values[row]} in row {row} of column {names[at]!r}")
            rows[:, place] = values / width if width > 0 else np.where(np.isnan(values), np.nan, 0.0)
        for place, (at, known) in enumerate(self.categories.items(), len(self.ranges)):
            codes = dict(known)
            rows[:, place] = [
                np.nan if _is_missing(value) else codes.setdefault(value, len(codes)) for value in columns[at].tolist()
            ]
        return rows


def unmixed(X: Any, categorical: Iterable[Any] | None = None) -> tuple[Columns, npt.NDArray[np.float64]]:
    """Read a table: a pandas data frame, or a 2-D array of numbers or objects.

    Columns of numbers and dates are numeric, all others (and bools) are categories, as are those that `categorical`
    lists by name or position. NaN, None and NaT are missing: two rows are compared by the columns that both have, and
    are 1 apart where there is none.

    Raises
    ------
    InvalidInput, InvalidType
        If X is no table with at least one row and one column, a number is infinite, or `categorical` lists a column
        that there is not.
    """
    names, columns = _columns(X)
    if not columns or not len(columns[0]):
        raise InvalidInput(f"X must have at least one row and one column, got shape {np.shape(X)}")
    forced = _positions(names, categorical)
    ranges: dict[int, float] = {}
    categories: dict[int, dict[Any, int]] = {}
    for at, column in enumerate(columns):
        values = None if at in forced or column.dtype.kind == "b" else _numeric(column)
        if values is None:
            known: dict[Any, int] = {}
            for value in column.tolist():
                if not _is_missing(value):
                    known.setdefault(value, len(known))
            categories[at] = known
            continue
        there = values[np.isfinite(values)]
        ranges[at] = _width(names[at], there) if len(there) else 0.0
    made = Columns(names, ranges, categories)
    return made, made.encode(X)


def _width(name: Any, values: npt.NDArray[np.float64]) -> float:
    low, high = float(values.min()), float(values.max())
    if high - low == np.inf:
        raise InvalidInput(f"X must span less than float64 can hold in column {name!r}, got {low:g} to {high:g}")
    return high - low


def _columns(X: Any) -> tuple[tuple[Any, ...], list[npt.NDArray[Any]]]:
    """Names and columns; arrays have positions for names."""
    if is_sparse(X):
        raise InvalidType("X must be a data frame or a 2-D array, got a sparse matrix; pass X.toarray()")
    if hasattr(X, "iloc") and hasattr(X, "columns"):
        return tuple(X.columns), [_plain(X.iloc[:, at]) for at in range(X.shape[1])]
    if isinstance(X, Sequence) and not isinstance(X, str):
        X = np.array(X, dtype=object)
    if not isinstance(X, np.ndarray):
        raise InvalidType(f"X must be a data frame or a 2-D array where metric='gower', got {describe(X)}")
    if X.ndim != 2:
        raise InvalidInput(f"X must be a data frame or a 2-D array where metric='gower', got {X.ndim}-D")
    return tuple(range(X.shape[1])), [X[:, at] for at in range(X.shape[1])]


def _plain(column: Any) -> npt.NDArray[Any]:
    """A pandas column as an array; nullable and categorical ones as floats or objects."""
    kind = getattr(column.dtype, "kind", "O")
    if isinstance(column.dtype, np.dtype):
        plain: npt.NDArray[Any] = column.to_numpy()
    elif kind in "fiu":
        plain = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        plain = column.astype(object).to_numpy()
    return plain


def _numeric(column: npt.NDArray[Any]) -> npt.NDArray[np.float64] | None:
    """The column as floats, NaN where missing; None if it is not one of numbers."""
    if column.dtype.kind in "fiu":
        return column.astype(np.float64)
    if column.dtype.kind in "mM":
        return np.where(np.isnat(column), np.nan, column.astype(np.int64))
    if column.dtype.kind != "O":
        return None
    values = column.tolist()
    number = (int, float, np.integer, np.floating)
    if any(isinstance(value, (bool, np.bool_)) or not isinstance(value, (*number, type(None))) for value in values):
        return None
    if all(value is None for value in values):
        return None
    return np.array([np.nan if value is None else float(value) for value in values])


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except TypeError:  # pandas.NA has no truth value
        return True


def _positions(names: tuple[Any, ...], chosen: Iterable[Any] | None) -> set[int]:
    if chosen is None:
        return set()
    if isinstance(chosen, str) or not isinstance(chosen, Iterable):
        raise InvalidType(f"metric_params: categorical must be a list of columns, got {describe(chosen)}")
    found = set()
    for column in chosen:
        if column in names:
            found.add(names.index(column))
        elif isinstance(column, (int, np.integer)) and 0 <= column < len(names):
            found.add(int(column))
        else:
            raise InvalidInput(f"metric_params: categorical must list columns of X ({list(names)}), got {column!r}")
    return found
