"""Estimates of text-to-pattern Hamming distances, with the probability that they are good."""

from porism.problems.approx_hamming_distances.problem import ApproxHammingDistancesResult, approx_hamming_distances
from porism.problems.approx_hamming_distances.solvers import block_sampling, karloff, kopelowitz_porat

SOLVERS = (kopelowitz_porat, karloff, block_sampling)

__all__ = [
    "SOLVERS",
    "ApproxHammingDistancesResult",
    "approx_hamming_distances",
    "block_sampling",
    "karloff",
    "kopelowitz_porat",
]
