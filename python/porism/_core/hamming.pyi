"""
Text-to-pattern Hamming distances.
"""

from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Report", "calibrate", "costs", "distances", "reset_costs"]

@final
class Report:
    """
    What was done: which kernels counted what, and how many elementary operations that took.
    """
    @property
    def butterflies(self, /) -> int:
        """
        Butterflies of transforms.
        """
    @property
    def comparisons(self, /) -> int:
        """
        Symbols compared.
        """
    @property
    def increments(self, /) -> int:
        """
        Matching pairs.
        """
    @property
    def packed(self, /) -> int:
        """
        Packed coefficients read.
        """
    @property
    def recursions(self, /) -> int:
        """
        Further primes.
        """
    @property
    def row_shifts(self, /) -> int:
        """
        Shifts in rows of bits.
        """
    @property
    def steps(self, /) -> list[tuple[str, int, int, float]]:
        """
        Of each kernel its name, how many letters and positions of the patterns it counted, and the nanoseconds that were expected.
        """
    @property
    def unresolved(self, /) -> int:
        """
        Packed counts that the first prime did not certify.
        """

def calibrate() -> dict[str, list[float]]:
    """
    Measure what the kernels cost on this machine, in about a second, and let the planner of this process work by it. Returns the costs in nanoseconds.
    """

def costs() -> dict[str, list[float]]:
    """
    The costs by which the planner works, in nanoseconds.
    """

def distances(text: NDArray[Any], patterns: NDArray[Any], out: NDArray[Any], method: str = "auto", mode: str = "valid", relation: str = "equal", wildcard: SupportsIndex | None = None, compared: NDArray[Any] | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None, parameter: SupportsFloat | SupportsIndex | None = None, seed: SupportsIndex = 0, block: SupportsIndex = 0) -> Report:
    """
    Write the distances of every row of `patterns` at every shift to the same row of `out`.

    `text` is a 1-D array of uint8, uint16, uint32 or uint64, `patterns` a 2-D one, in any of these types; `out` a 2-D array of int32, a row for each pattern
    and a column for each shift: `len(text) - m + 1` with mode "valid", `len(text) + m - 1` with "full". `compared`, of the same shape, receives how many positions
    were compared: those at which neither symbol is `wildcard`. `relation` is "equal", or, for sets as bits of bytes, "overlap" or "within".

    `method` is "naive", "byte-simd", "bit-sliced", "scatter", "per-letter-fft", "abrahamson" (`parameter` positions or more are many), "chan-jin-williams-xu" (with fields of
    `parameter` bits and primes by `seed`), "auto", or "mixed": a kernel for each letter drawn by `seed`. `block` shifts share bit planes, 0 for as many as are good.
    """

def reset_costs() -> None:
    """
    Let the planner work by the costs that porism comes with again.
    """
