"""Which positions of a hit are the mismatches."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import as_integer
from porism.errors import InvalidInput
from porism.problems.hamming_distances._strings import String
from porism.problems.hamming_distances.positions import mismatch_positions as positions_of

__all__ = ["mismatch_positions"]


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
    m, n = len(pattern), len(text)
    if m > n:
        raise InvalidInput(f"position must be where the pattern lies within the text, which has {n} of {m} symbols")
    at = as_integer("position", position, 0, n - m, note="where the pattern lies within the text")
    return positions_of(text[at : at + m], pattern, 0, wildcard=wildcard, alphabet=alphabet)
