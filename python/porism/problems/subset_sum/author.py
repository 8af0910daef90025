"""For a solver of `subset-sum` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_integer, as_rng
from porism.errors import InvalidInput, TooLarge
from porism.problems.subset_sum.problem import SubsetSumResult
from porism.problems.sumset._elements import TABLE_LIMIT, as_elements

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    items: npt.NDArray[np.int64]
    target: int
    rng: np.random.Generator


def checked(items: Any, target: Any, *, rng: Rng = None) -> Call:
    """The canonical arguments: a contiguous int64 array of numbers ≥ 0, an int ≥ 0, a generator.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says.
    """
    values = as_elements("items", items)
    if len(values) and int(values.min()) < 0:
        place = int(np.argmin(values))
        raise InvalidInput(f"items must not be negative, got {int(values[place])} at items[{place}]")
    top = as_integer("target", target, 0)
    if top >= 8 * TABLE_LIMIT:
        raise TooLarge(f"a table for target {top} needs {top // 8} bytes, the limit is {TABLE_LIMIT}")
    return Call(values, top, as_rng(rng))


def outcome(
    call: Call, reachable: npt.ArrayLike, *, one_sided: bool = False, certificate: npt.ArrayLike | None = None
) -> SubsetSumResult:
    """The result.

    Parameters
    ----------
    call : Call
        What :func:`checked` returned.
    reachable : (target + 1,) array of bool
        Whether each total can be made; 0 always can.
    one_sided : bool
        Whether a total may be missing. A solver that claims `exact` never says so, and every other one always.
    certificate : (m,) array of int, optional
        Indices of items that make the largest total.
    """
    totals = np.asarray(reachable, dtype=np.bool_)
    packed = np.packbits(totals, bitorder="little")
    words = np.zeros(-(-len(totals) // 64), dtype="<u8")
    words.view(np.uint8)[: len(packed)] = packed
    chosen = None if certificate is None else np.array(certificate, dtype=np.int64)
    best = int(np.flatnonzero(totals)[-1])
    return SubsetSumResult(best, one_sided, chosen, words.astype(np.uint64), call.target)
