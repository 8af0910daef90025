"""Text-to-pattern Hamming distances: at every alignment, how many positions differ."""

from porism.problems.hamming_distances.problem import HammingDistancesResult, KernelStep, hamming_distances
from porism.problems.hamming_distances.solvers import naive

SOLVERS = (naive,)

__all__ = ["SOLVERS", "HammingDistancesResult", "KernelStep", "hamming_distances", "naive"]
