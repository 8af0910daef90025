"""For a solver of `k-fold-sumset` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_choice, as_integer, as_rng
from porism.errors import ResultOverflow
from porism.problems.sumset._elements import as_elements, as_limit, as_modulus
from porism.problems.sumset.author import distinct, outcome

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    a: npt.NDArray[np.int64]
    k: int
    modulus: int | None
    hi: int | None
    rng: np.random.Generator


def checked(
    a: Any,
    k: Any,
    *,
    modulus: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
) -> Call:
    """The canonical arguments: a rising int64 array of distinct elements, and k ≥ 0.

    Without a modulus k elements fit int64 in sum. With one, distinct elements may have equal residues, and k any size.

    Raises
    ------
    InvalidInput, InvalidType, ResultOverflow
        As the problem says.
    """
    policy = as_choice("duplicates", duplicates, ("reject", "merge"))
    number = as_integer("k", k, 0, wide=True)
    order, high = as_modulus(modulus), as_limit("hi", hi)
    values = distinct("a", as_elements("a", a), policy)
    for value in values[[0, -1]].tolist() if len(values) and order is None else ():
        if not -(2**63) <= number * value < 2**63:
            raise ResultOverflow(f"{number} times {value} does not fit int64")
    return Call(values, number, order, high, as_rng(rng))
