"""
Search with at most k mismatches.
"""

from numpy import int32, int64
from numpy.typing import NDArray
from typing import Any, SupportsIndex, final

__all__ = ["Hits", "search"]

@final
class Hits:
    """
    Hits of patterns in a text, and how they were found.
    """
    @property
    def counters(self, /) -> list[tuple[str, int]]:
        """
        How often each branch was taken, and elementary operations by kind.
        """
    @property
    def distances(self, /) -> NDArray[int32]:
        """
        int32: the mismatches at each.
        """
    @property
    def patterns(self, /) -> NDArray[int64]:
        """
        int64: the pattern of each.
        """
    @property
    def plans(self, /) -> list[tuple[str, int]]:
        """
        Which method was used for how many patterns.
        """
    @property
    def positions(self, /) -> NDArray[int64]:
        """
        int64: where, ascending.
        """

def search(text: NDArray[Any], patterns: NDArray[Any], ends: NDArray[Any], k: SupportsIndex, method: str = "auto", relation: str = "equal", wildcard: SupportsIndex | None = None, seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Hits:
    """
    Every place of `text` at which one of the patterns has at most `k` mismatches.

    `text` and `patterns` are 1-D arrays of uint8, uint16, uint32 or uint64; pattern i is `patterns[ends[i - 1]:ends[i]]`, with `ends` an int64 array. `method` is a solver's
    name; `relation` is "equal", or, for sets as bits of bytes, "overlap" or "within"; `wildcard` is a symbol that matches every other. `seed` of those methods that
    draw random numbers costs time only.
    """
