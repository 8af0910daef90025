"""For a solver of `count-3sum` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_integer, as_rng
from porism.errors import TooLarge
from porism.problems.count_3sum.problem import Count3SumResult
from porism.problems.sumset._elements import TABLE_LIMIT, as_elements

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    n_targets: int
    rng: np.random.Generator


def checked(a: Any, b: Any, n_targets: Any, *, rng: Rng = None) -> Call:
    """The canonical arguments: contiguous int64 arrays, an int ≥ 1, a generator.

    Sums a[i] + b[j] may not fit int64: add Python's integers, or compare a[i] with c - b[j] where that does.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says.
    """
    first, second = as_elements("a", a), as_elements("b", b)
    number = as_integer("n_targets", n_targets, 1)
    if 8 * number > TABLE_LIMIT:
        raise TooLarge(f"counts for n_targets={number} need {8 * number} bytes, the limit is {TABLE_LIMIT}")
    return Call(first, second, number, as_rng(rng))


def outcome(call: Call, counts: npt.ArrayLike, method: str) -> Count3SumResult:
    """The result: `counts`, one for each target, by the algorithm called `method`."""
    return Count3SumResult(np.array(counts, dtype=np.int64), method)
