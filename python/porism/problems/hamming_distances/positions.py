"""Where a text and a pattern differ at one alignment."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import as_integer
from porism.problems.hamming_distances._strings import String, strings

__all__ = ["mismatch_positions"]


def mismatch_positions(
    text: String, pattern: String, shift: int, *, wildcard: Any = None, alphabet: str | None = None
) -> npt.NDArray[np.int64]:
    """The positions of `pattern` at which it differs from ``text[shift:]``, in rising order.

    Parameters
    ----------
    text, pattern : bytes, str or arrays of integers
        As for :func:`hamming_distances`.
    shift : int
        The alignment, from ``1 - m`` to ``n - 1``: pattern[j] stands at text[shift + j]. Only the overlap is compared.
    wildcard, alphabet
        As for :func:`hamming_distances`.

    Returns
    -------
    (distance,) array of int64

    Raises
    ------
    InvalidInput
        As :func:`hamming_distances`, and for a shift at which the two do not overlap.
    """
    found = strings(text, [pattern], wildcard=wildcard, alphabet=alphabet)
    n, m = len(found.text), len(found.patterns[0])
    at = as_integer("shift", shift, 1 - m, n - 1)
    first, last = max(0, -at), min(m, n - at)
    ours, theirs = found.text[first + at : last + at], found.patterns[0][first:last]
    if found.relation == "overlap":
        differ = (ours & theirs) == 0
    elif found.relation == "within":
        differ = ((ours & ~theirs) != 0) | (ours == 0)
    else:
        differ = ours != theirs
        if found.wildcard is not None:
            differ &= (ours != found.wildcard) & (theirs != found.wildcard)
    return np.flatnonzero(differ).astype(np.int64) + first
