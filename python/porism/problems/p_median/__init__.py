"""The p-median problem: choose p of m sites so that n clients are served as cheaply as can be."""

from porism.problems.p_median.problem import PMedianResult, p_median
from porism.problems.p_median.solvers import fast_interchange, greedy_addition, milp, teitz_bart

SOLVERS = (fast_interchange, teitz_bart, greedy_addition, milp)

__all__ = [
    "SOLVERS",
    "PMedianResult",
    "fast_interchange",
    "greedy_addition",
    "milp",
    "p_median",
    "teitz_bart",
]
