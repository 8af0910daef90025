"""Which totals some of the items make."""

from porism.problems.subset_sum.problem import SubsetSumResult, subset_sum
from porism.problems.subset_sum.solvers import bitset_dp, bringmann, jin_wu

SOLVERS = (bitset_dp, bringmann, jin_wu)

__all__ = ["SOLVERS", "SubsetSumResult", "bitset_dp", "bringmann", "jin_wu", "subset_sum"]
