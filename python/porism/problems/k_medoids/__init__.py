"""k-medoids clustering: choose k of n objects so that every object is near one of them."""

from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids
from porism.problems.k_medoids.solvers import alternating, fasterpam, fastpam1, pam

SOLVERS = (fasterpam, fastpam1, pam, alternating)

__all__ = ["SOLVERS", "KMedoidsResult", "alternating", "fasterpam", "fastpam1", "k_medoids", "pam"]
