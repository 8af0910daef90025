"""For a solver of `k-fold-sumset` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_choice, as_integer, as_rng
from porism.errors import ResultOverflow
from porism.problems.sumset._elements import as_elements, as_limit
from porism.problems.sumset.author import distinct, outcome

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    a: npt.NDArray[np.int64]
    k: int
    hi: int | None
    rng: np.random.Generator


def checked(a: Any, k: Any, *, hi: int | None = None, duplicates: str = "reject", rng: Rng = None) -> Call:
    """The canonical arguments: a rising int64 array of distinct elements, k of which fit int64 in sum, and k ≥ 0.

    Raises
    ------
    InvalidInput, InvalidType, ResultOverflow
        As the problem says.
    """
    policy = as_choice("duplicates", duplicates, ("reject", "merge"))
    number = as_integer("k", k, 0)
    high = as_limit("hi", hi)
    values = distinct("a", as_elements("a", a), policy)
    for value in values[[0, -1]].tolist() if len(values) else ():
        if not -(2**63) <= number * value < 2**63:
            raise ResultOverflow(f"{number} times {value} does not fit int64")
    return Call(values, number, high, as_rng(rng))
