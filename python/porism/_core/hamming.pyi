"""
Text-to-pattern Hamming distances.
"""

from numpy.typing import NDArray
from typing import Any, SupportsIndex

__all__ = ["distances"]

def distances(text: NDArray[Any], patterns: NDArray[Any], out: NDArray[Any], method: str = "naive", mode: str = "valid", relation: str = "equal", wildcard: SupportsIndex | None = None, compared: NDArray[Any] | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
    """
    Write the distances of every row of `patterns` at every shift to the same row of `out`.

    `text` is a 1-D array of uint8, uint16, uint32 or uint64, `patterns` a 2-D one, in any of these types; `out` a 2-D array of int32, a row for each pattern
    and a column for each shift: `len(text) - m + 1` with mode "valid", `len(text) + m - 1` with "full". `compared`, of the same shape, receives how many positions
    were compared: those at which neither symbol is `wildcard`. `relation` is "equal", or, for sets as bits of bytes, "overlap" or "within".
    """
