"""Search with at most k mismatches: every place of a text at which a pattern nearly occurs."""

from porism.problems.k_mismatch.positions import mismatch_positions
from porism.problems.k_mismatch.problem import KMismatchResult, k_mismatch
from porism.problems.k_mismatch.solvers import (
    amir_lewenstein_porat,
    auto,
    chan_jin_williams_xu_k,
    early_abandon,
    gawrychowski_uznanski,
    kangaroo,
    pigeonhole,
    threshold_all,
)

SOLVERS = (
    auto,
    early_abandon,
    pigeonhole,
    threshold_all,
    kangaroo,
    amir_lewenstein_porat,
    gawrychowski_uznanski,
    chan_jin_williams_xu_k,
)

__all__ = [
    "SOLVERS",
    "KMismatchResult",
    "amir_lewenstein_porat",
    "auto",
    "chan_jin_williams_xu_k",
    "early_abandon",
    "gawrychowski_uznanski",
    "k_mismatch",
    "kangaroo",
    "mismatch_positions",
    "pigeonhole",
    "threshold_all",
]
