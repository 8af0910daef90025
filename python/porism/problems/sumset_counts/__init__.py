"""Sumsets with counts: how often each sum occurs."""

from porism.problems.sumset_counts.problem import SumsetCountsResult, sumset_counts
from porism.problems.sumset_counts.solvers import (
    auto,
    bit_sliced,
    chan_jin_williams_xu,
    fft,
    ntt,
    pairs_sort,
    scatter_counts,
    sparse,
)

SOLVERS = (auto, pairs_sort, scatter_counts, bit_sliced, fft, ntt, sparse, chan_jin_williams_xu)

__all__ = [
    "SOLVERS",
    "SumsetCountsResult",
    "auto",
    "bit_sliced",
    "chan_jin_williams_xu",
    "fft",
    "ntt",
    "pairs_sort",
    "scatter_counts",
    "sparse",
    "sumset_counts",
]
