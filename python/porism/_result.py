"""The base of every result."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from porism._sparse import is_sparse, same_entries

__all__ = ["Result"]

_SHOWN = 6  # as many elements of an array as a repr shows


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        flat = value.ravel()
        head = ", ".join(_brief(item) for item in flat[:_SHOWN].tolist())
        more = ", …" if flat.size > _SHOWN else ""
        return f"{value.dtype}{list(value.shape)}([{head}{more}])"
    if is_sparse(value):
        return f"{value.dtype}{list(value.shape)}({value.nnz} stored)"
    return f"{value:.8g}" if isinstance(value, float) else repr(value)


class Result:
    """What a solver returns: a frozen dataclass with NumPy fields, or sparse ones.

    Subclasses are declared with ``@dataclass(frozen=True, slots=True, eq=False, repr=False)`` and get a repr that
    stays short whatever the arrays' sizes, equality that compares arrays element by element (NaN equals NaN), and
    :meth:`to_dict`.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """``{field: value}`` in the fields' order; arrays are the result's own, not copies."""
        return {field.name: getattr(self, field.name) for field in self._fields()}

    def _fields(self) -> tuple[dataclasses.Field[Any], ...]:
        return tuple(f for f in dataclasses.fields(self) if not f.name.startswith("_"))  # type: ignore[arg-type]

    def __repr__(self) -> str:
        body = ", ".join(f"{f.name}={_brief(getattr(self, f.name))}" for f in self._fields() if f.repr)
        return f"{type(self).__name__}({body})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(a, getattr(other, name)) for name, a in self.to_dict().items())

    __hash__ = None  # type: ignore[assignment]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        inexact = a.dtype.kind in "fc" and b.dtype.kind in "fc"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=inexact)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(value, b[name]) for name, value in a.items())
    if is_sparse(a) or is_sparse(b):
        return is_sparse(a) and is_sparse(b) and same_entries(a, b)
    return bool(a == b)
