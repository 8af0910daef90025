"""Counting 3SUM with targets in an interval."""

from porism.problems.count_3sum.problem import Count3SumResult, count_3sum
from porism.problems.count_3sum.solvers import auto, blocked, pairs_window, via_hamming

SOLVERS = (auto, pairs_window, blocked, via_hamming)

__all__ = ["SOLVERS", "Count3SumResult", "auto", "blocked", "count_3sum", "pairs_window", "via_hamming"]
