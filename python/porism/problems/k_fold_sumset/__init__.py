"""Sums of k elements of one set."""

from porism.problems.k_fold_sumset.problem import k_fold_sumset
from porism.problems.k_fold_sumset.solvers import iterated, powering

SOLVERS = (powering, iterated)

__all__ = ["SOLVERS", "iterated", "k_fold_sumset", "powering"]
