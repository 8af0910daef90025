"""k-medoids clustering: choose k of n objects so that every object is near one of them."""

from porism.problems.k_medoids._memory import MemoryPlan, memory_plan
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids
from porism.problems.k_medoids.solvers import (
    alternating,
    clara,
    clarans,
    fastclarans,
    fasterclara,
    fasterpam,
    fastpam1,
    fastpam2,
    onebatchpam,
    pam,
)

SOLVERS = (
    fasterpam,
    fastpam1,
    fastpam2,
    pam,
    alternating,
    clara,
    fasterclara,
    clarans,
    fastclarans,
    onebatchpam,
)

__all__ = [
    "SOLVERS",
    "KMedoidsResult",
    "MemoryPlan",
    "alternating",
    "clara",
    "clarans",
    "fastclarans",
    "fasterclara",
    "fasterpam",
    "fastpam1",
    "fastpam2",
    "k_medoids",
    "memory_plan",
    "onebatchpam",
    "pam",
]
