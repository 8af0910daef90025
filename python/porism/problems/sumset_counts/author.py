"""For a solver of `sumset-counts` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_choice, as_flag, as_rng
from porism.errors import InvalidInput, ResultOverflow
from porism.problems.sumset._elements import as_elements, as_weights, window
from porism.problems.sumset.author import distinct, refuse_overflow
from porism.problems.sumset_counts.problem import SumsetCountsResult

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    a: npt.NDArray[np.int64]
    weights_a: npt.NDArray[np.uint64]
    b: npt.NDArray[np.int64]
    weights_b: npt.NDArray[np.uint64]
    difference: bool
    lo: int | None
    hi: int | None
    rng: np.random.Generator


def checked(
    a: Any,
    b: Any = None,
    *,
    weights_a: Any = None,
    weights_b: Any = None,
    difference: bool = False,
    lo: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
) -> Call:
    """The canonical arguments.

    Elements are distinct and rising, each with the weight ≥ 1 with which it counts, whether that comes from weights or
    from duplicates. All sums (or differences) fit int64, and all counts.

    Raises
    ------
    InvalidInput, InvalidType, ResultOverflow
        As the problem says.
    """
    policy = as_choice("duplicates", duplicates, ("reject", "merge", "count"))
    low, high = window(lo, hi)
    minus = as_flag("difference", difference)
    first = as_elements("a", a)
    own = as_weights("weights_a", weights_a, len(first))
    if b is None:
        if weights_b is not None:
            raise InvalidInput("weights_b must be None where b is None, got weights")
        second, other = first, own
    else:
        second = as_elements("b", b)
        other = as_weights("weights_b", weights_b, len(second))
    if policy == "merge" and (own is not None or other is not None):
        raise InvalidInput("duplicates must be 'reject' or 'count' where there are weights, got 'merge'")
    x, wx = _side("a", first, own, policy)
    y, wy = _side("b", second, other, policy)
    refuse_overflow(x, y, minus)
    if sum(wx.tolist()) * sum(wy.tolist()) >= 1 << 63:
        raise ResultOverflow("counts may reach 2^63, which is not counted")
    return Call(x, wx, y, wy, minus, low, high, as_rng(rng))


def _side(
    name: str, values: npt.NDArray[np.int64], weights: npt.NDArray[np.uint64] | None, policy: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    if policy == "reject":
        distinct(name, values, policy)
    found, place = np.unique(values, return_inverse=True)
    total = [0] * len(found)  # Python's integers: added up before it is known whether 64 bits hold them
    for i, weight in zip(place.tolist(), [1] * len(values) if weights is None else weights.tolist(), strict=True):
        total[i] = 1 if policy == "merge" else total[i] + weight
    if sum(total) >= 1 << 63:
        raise ResultOverflow(f"the weights of {name} add up to {sum(total)}, so that counts may reach 2^63")
    counted = np.array(total, dtype=np.uint64)
    return found[counted > 0], counted[counted > 0]


def outcome(call: Call, values: npt.ArrayLike, counts: npt.ArrayLike, kernel: str) -> SumsetCountsResult:
    """The result: the rising, distinct `values`, how often each occurs, and what the algorithm is called."""
    listed = np.array(values, dtype=np.int64), np.array(counts, dtype=np.uint64)
    return SumsetCountsResult(kernel, None, (0, 1), {}, [listed])
