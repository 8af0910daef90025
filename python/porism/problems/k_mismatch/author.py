"""For a solver of `k-mismatch` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import as_integer
from porism.errors import InvalidInput, InvalidType
from porism.problems.hamming_distances._strings import strings
from porism.problems.k_mismatch.problem import KMismatchResult

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call: symbols are numbers, equal where the strings' symbols are."""

    text: npt.NDArray[Any]
    pattern: npt.NDArray[Any]
    k: int


def checked(text: Any, pattern: Any = None, k: Any = None) -> Call:
    """The canonical arguments: one pattern, no longer than the text, and k ≥ 0.

    Raises
    ------
    InvalidInput, InvalidType
        As the problem says.
    """
    number = as_integer("k", k, 0)
    if pattern is None:
        raise InvalidType("pattern must be bytes, str or a 1-D array of integers, got None")
    found = strings(text, [pattern])
    if len(found.patterns[0]) > len(found.text):
        raise InvalidInput(
            f"pattern must have at most {len(found.text)} symbols, as the text has, got {len(found.patterns[0])}"
        )
    return Call(found.text, found.patterns[0], number)


def outcome(call: Call, positions: npt.ArrayLike, distances: npt.ArrayLike) -> KMismatchResult:
    """The result: where the pattern begins with at most k mismatches, rising, and with how many."""
    places = np.array(positions, dtype=np.int64)
    return KMismatchResult(
        positions=places,
        distances=np.array(distances, dtype=np.int32),
        pattern_ids=np.zeros(len(places), dtype=np.int64),
        strands=np.ones(len(places), dtype=np.int8),
        text_length=len(call.text),
        branch_counts={},
        operations={},
        plans={},
    )
