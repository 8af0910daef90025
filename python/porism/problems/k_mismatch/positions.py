"""Which positions of a hit are the mismatches."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import as_integer
from porism.problems.hamming_distances._strings import String, Strings, strings

__all__ = ["differing", "mismatch_positions"]


def mismatch_positions(
    text: String, pattern: String, position: int, *, wildcard: Any = None, alphabet: str | None = None
) -> npt.NDArray[np.int64]:
    """The positions of the pattern that differ from the text, when the pattern begins at `position` of the text.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where the hit is.
    pattern : bytes, str or (m,) array of integers
        What was searched for; the reverse complement for a hit on the other strand.
    position : int
        A position of a hit, or any other shift in 0 … n - m.
    wildcard : bytes, str or int, optional
        A symbol that matches every other.
    alphabet : str, optional
        "iupac" or "iupac-within", as in the solvers.

    Returns
    -------
    (distance,) int64 array
        Ascending positions in the pattern, 0 … m - 1.

    Raises
    ------
    InvalidInput, InvalidType
        If the pattern does not lie within the text there, and as in :func:`porism.problems.k_mismatch.k_mismatch`.
    """
    m = len(pattern)
    last = len(text) - m
    as_integer("position", position, 0, max(last, 0), note="where the pattern lies within the text")
    call = strings(text[position : position + m], [pattern], wildcard=wildcard, alphabet=alphabet)
    if len(call.text) < m:
        as_integer("position", position, 0, -1, note="the pattern is longer than the text")
    found: npt.NDArray[np.int64] = np.flatnonzero(differing(call, call.text, call.patterns[0])).astype(np.int64)
    return found


def differing(call: Strings, text: npt.NDArray[Any], pattern: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where two strings of one length mismatch, under the relation and the wildcard of a call."""
    if call.relation == "equal":
        differ: npt.NDArray[np.bool_] = text != pattern
        if call.wildcard is not None:
            differ &= (text != call.wildcard) & (pattern != call.wildcard)
        return differ
    if call.relation == "overlap":
        differ = (text & pattern) == 0
    else:
        differ = ((text & ~pattern) != 0) | (text == 0)
    return differ
