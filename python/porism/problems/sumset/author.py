"""For a solver of `sumset` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_choice, as_flag, as_rng
from porism.errors import InvalidInput, ResultOverflow
from porism.problems.sumset._elements import as_elements, window
from porism.problems.sumset.problem import SumsetResult

__all__ = ["Call", "checked", "distinct", "outcome", "refuse_overflow"]


class Call(NamedTuple):
    """A valid call."""

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    difference: bool
    lo: int | None
    hi: int | None
    rng: np.random.Generator

    def within(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of the `values` lie in the window lo <= value < hi."""
        inside = np.ones(len(values), dtype=np.bool_)
        if self.lo is not None:
            inside &= values >= self.lo
        if self.hi is not None:
            inside &= values < self.hi
        return inside


def checked(
    a: Any,
    b: Any = None,
    *,
    difference: bool = False,
    lo: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
) -> Call:
    """The canonical arguments: rising int64 arrays of distinct elements, whose sums (or differences) all fit int64.

    Raises
    ------
    InvalidInput, InvalidType, ResultOverflow
        As the problem says.
    """
    policy = as_choice("duplicates", duplicates, ("reject", "merge"))
    low, high = window(lo, hi)
    minus = as_flag("difference", difference)
    first = distinct("a", as_elements("a", a), policy)
    second = first if b is None else distinct("b", as_elements("b", b), policy)
    refuse_overflow(first, second, minus)
    return Call(first, second, minus, low, high, as_rng(rng))


def distinct(name: str, values: npt.NDArray[np.int64], policy: str) -> npt.NDArray[np.int64]:
    """The elements once each, rising; refused where one occurs twice and `policy` is ``"reject"``."""
    found, counts = np.unique(values, return_counts=True)
    if policy == "reject" and len(found) < len(values):
        raise InvalidInput(f"{name} must hold distinct elements, got {found[counts.argmax()]} twice")
    return found


def refuse_overflow(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], difference: bool) -> None:
    """ResultOverflow where a sum of elements of the rising `a` and `b` does not fit int64."""
    if len(a) and len(b):
        least, most = (int(b[-1]), int(b[0])) if difference else (int(b[0]), int(b[-1]))
        sign = -1 if difference else 1
        for total in (int(a[0]) + sign * least, int(a[-1]) + sign * most):
            if not -(2**63) <= total < 2**63:
                raise ResultOverflow(f"sums of a and b reach {total}, which int64 does not hold")


def outcome(call: object, values: npt.ArrayLike, kernel: str) -> SumsetResult:
    """The result: the rising, distinct `values` that there are, found by the algorithm called `kernel`."""
    found = np.array(values, dtype=np.int64)
    return SumsetResult(len(found), kernel, None, (0, 1, 0), {}, [found])
