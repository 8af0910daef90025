"""Sumsets: which sums there are."""

from porism.problems.sumset._elements import BitSet
from porism.problems.sumset.problem import SumsetResult, sumset
from porism.problems.sumset.solvers import (
    auto,
    chan_jin_williams_xu,
    fft,
    pairs_sort,
    scatter_bits,
    shift_or,
    sparse,
)

SOLVERS = (auto, pairs_sort, scatter_bits, shift_or, fft, sparse, chan_jin_williams_xu)

__all__ = [
    "SOLVERS",
    "BitSet",
    "SumsetResult",
    "auto",
    "chan_jin_williams_xu",
    "fft",
    "pairs_sort",
    "scatter_bits",
    "shift_or",
    "sparse",
    "sumset",
]
