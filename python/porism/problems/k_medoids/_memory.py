"""Whether there is room for the matrix of dissimilarities: what `fasterpam` decides, told before it is called."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from porism._validation import _bytes, as_integer, memory_allowed
from porism.errors import InvalidInput

__all__ = ["BLOCK", "MemoryPlan", "lean_bytes", "memory_plan"]

BLOCK = 64
"""Rows of dissimilarities that are there at a time where there is no matrix."""


def lean_bytes(n: int, k: int, itemsize: int) -> int:
    """What `fasterpam` needs for dissimilarities without a matrix: the medoids' rows, and those of a block."""
    return n * (k + BLOCK) * itemsize


@dataclass(frozen=True)
class MemoryPlan:
    """What k-medoids of n rows takes, with the matrix of dissimilarities and without. Printed, it is one sentence.

    Attributes
    ----------
    n, k : int
        Objects and medoids.
    matrix_bytes : int
        The matrix, n² dissimilarities.
    lean_bytes : int
        What is there at a time without it, n(k + 64) dissimilarities.
    allowed_bytes : int or None
        What they may take: `memory_limit`, or nine tenths of the memory available now; None where that is unknown.
    matrix : bool
        Whether ``fasterpam(X, k)`` makes the matrix.
    """

    n: int
    k: int
    matrix_bytes: int
    lean_bytes: int
    allowed_bytes: int | None
    matrix: bool

    def __str__(self) -> str:
        allowed = "unknown memory" if self.allowed_bytes is None else _bytes(self.allowed_bytes)
        kind = "with the matrix" if self.matrix else "without a matrix, dissimilarities computed again in every pass"
        return (
            f"n={self.n}, k={self.k}: the matrix takes {_bytes(self.matrix_bytes)}, doing without it "
            f"{_bytes(self.lean_bytes)}, of {allowed} allowed; fasterpam runs {kind}"
        )


def memory_plan(n: int, k: int, *, itemsize: int = 4, memory_limit: int | None = None) -> MemoryPlan:
    """Tell what ``fasterpam(X, k)`` on n rows of numbers will decide, and how much memory that takes.

    Parameters
    ----------
    n : int
        Rows of X.
    k : int
        Medoids, 1 … n.
    itemsize : int
        Bytes of a number: 4 where X is float32, 8 where it is of any other type.
    memory_limit : int or None
        As in `fasterpam`.

    Raises
    ------
    InvalidInput, InvalidType
        If an argument is out of its range.

    Examples
    --------
    >>> from porism.problems.k_medoids import memory_plan
    >>> print(memory_plan(100_000, 50, memory_limit=2**31))
    n=100000, k=50: the matrix takes 37.25 GiB, doing without it 43.49 MiB, of 2 GiB allowed; fasterpam runs without \
a matrix, dissimilarities computed again in every pass
    """
    rows = as_integer("n", n, 1)
    count = as_integer("k", k, 1, rows, note="n")
    if as_integer("itemsize", itemsize) not in (4, 8):
        raise InvalidInput(f"itemsize must be 4 (float32) or 8, got {itemsize}")
    whole, lean = rows * rows * int(itemsize), lean_bytes(rows, count, int(itemsize))
    allowed = memory_allowed(whole, memory_limit)  # None, too, where it is not worth asking
    matrix = allowed is None or whole <= allowed or lean > allowed
    known = memory_allowed(sys.maxsize, memory_limit)
    return MemoryPlan(rows, count, whole, lean, known, matrix)
