"""For a solver of `approx-hamming-distances` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_float, as_rng
from porism.errors import InvalidInput
from porism.problems.approx_hamming_distances.problem import ApproxHammingDistancesResult
from porism.problems.hamming_distances._strings import strings

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call: symbols are numbers, equal where the strings' symbols are."""

    text: npt.NDArray[Any]
    pattern: npt.NDArray[Any]
    epsilon: float
    failure_probability: float
    rng: np.random.Generator


def checked(
    text: Any, pattern: Any, *, epsilon: float = 0.1, failure_probability: float = 1e-3, rng: Rng = None
) -> Call:
    """The canonical arguments: a pattern no longer than the text, and probabilities strictly between 0 and 1.

    Raises
    ------
    InvalidInput, InvalidType
        As the problem says.
    """
    error = as_float("epsilon", epsilon, 0.0, 1.0, ends="()")
    delta = as_float("failure_probability", failure_probability, 0.0, 1.0, ends="()")
    found = strings(text, [pattern])
    ours, theirs = found.text, found.patterns[0]
    if len(theirs) > len(ours):
        raise InvalidInput(f"pattern must be at most as long as text, got {len(theirs)} symbols and {len(ours)}")
    return Call(ours, theirs, error, delta, as_rng(rng))


def outcome(
    call: Call, estimates: npt.ArrayLike, *, lower_bounds: npt.ArrayLike | None = None, repetitions: int = 1
) -> ApproxHammingDistancesResult:
    """The result: an estimate for each shift, and what the distances certainly are at least, where that is known."""
    least = None if lower_bounds is None else np.array(lower_bounds, dtype=np.int32)
    return ApproxHammingDistancesResult(np.array(estimates, dtype=np.float64), least, repetitions)
