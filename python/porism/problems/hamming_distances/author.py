"""For a solver of `hamming-distances` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism.problems.hamming_distances._call import prepared
from porism.problems.hamming_distances.problem import HammingDistancesResult

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call: symbols are numbers, equal where the strings' symbols are."""

    text: npt.NDArray[Any]
    pattern: npt.NDArray[Any]
    shifts: range
    """The shifts to answer: where the pattern begins in the text, negative ones with ``mode="full"``."""
    wildcard: int | None
    relation: str

    def aligned(self, shift: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The parts of text and pattern that lie on each other at `shift`."""
        first, last = max(0, -shift), min(len(self.pattern), len(self.text) - shift)
        return self.text[first + shift : last + shift], self.pattern[first:last]

    def compare(self, ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> tuple[int, int]:
        """How many symbols of the text's part and the pattern's differ, and how many are compared at all."""
        if self.relation == "overlap":  # of nucleotide codes, as sets
            match = (ours & theirs) != 0
        elif self.relation == "within":
            match = ((ours & ~theirs) == 0) & (ours != 0)
        else:
            match = ours == theirs
        if self.wildcard is None:
            return int((~match).sum()), len(match)
        solid = (ours != self.wildcard) & (theirs != self.wildcard)
        return int((~match & solid).sum()), int(solid.sum())


def checked(text: Any, pattern: Any = None, *, mode: Any = "valid", wildcard: Any = None, alphabet: Any = None) -> Call:
    """The canonical arguments.

    Raises
    ------
    InvalidInput, InvalidType
        As the problem says.
    """
    call = prepared(text, pattern, mode=mode, wildcard=wildcard, alphabet=alphabet)
    n, m = len(call.text), call.patterns.shape[1]
    shifts = range(n - m + 1) if call.mode == "valid" else range(1 - m, n)
    return Call(call.text, call.patterns[0], shifts, call.wildcard, call.relation)


def outcome(call: Call, distances: npt.ArrayLike, n_compared: npt.ArrayLike | None = None) -> HammingDistancesResult:
    """The result.

    Parameters
    ----------
    call : Call
        What :func:`checked` returned.
    distances : array of int
        One for each of `call.shifts`.
    n_compared : array of int, optional
        How many positions were compared at each shift; only with a wildcard, and then needed.
    """
    compared = None if call.wildcard is None or n_compared is None else np.array(n_compared, dtype=np.int32)
    return HammingDistancesResult(np.array(distances, dtype=np.int32), call.shifts.start, compared)
