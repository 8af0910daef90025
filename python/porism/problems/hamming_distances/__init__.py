"""Text-to-pattern Hamming distances: at every alignment, how many positions differ."""

from porism.problems.hamming_distances.positions import mismatch_positions
from porism.problems.hamming_distances.problem import HammingDistancesResult, KernelStep, hamming_distances
from porism.problems.hamming_distances.solvers import (
    abrahamson,
    auto,
    bit_sliced,
    byte_simd,
    chan_jin_williams_xu,
    naive,
    per_letter_fft,
    scatter,
)

SOLVERS = (auto, naive, byte_simd, bit_sliced, scatter, per_letter_fft, abrahamson, chan_jin_williams_xu)

__all__ = [
    "SOLVERS",
    "HammingDistancesResult",
    "KernelStep",
    "abrahamson",
    "auto",
    "bit_sliced",
    "byte_simd",
    "chan_jin_williams_xu",
    "hamming_distances",
    "mismatch_positions",
    "naive",
    "per_letter_fft",
    "scatter",
]
