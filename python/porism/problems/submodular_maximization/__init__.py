"""Submodular maximization: choose at most k items whose joint value is large."""

from porism.problems.submodular_maximization._matroids import (
    Matroid,
    graphic_matroid,
    laminar_matroid,
    partition_matroid,
)
from porism.problems.submodular_maximization.problem import SelectionResult, submodular_maximization
from porism.problems.submodular_maximization.solvers import (
    brute_force,
    double_greedy,
    greedy,
    lazy_greedy,
    random,
    random_greedy,
    sieve_streaming,
    sieve_streaming_pp,
    stochastic_greedy,
    threshold_greedy,
    two_stage,
)

SOLVERS = (
    lazy_greedy,
    greedy,
    stochastic_greedy,
    threshold_greedy,
    two_stage,
    sieve_streaming,
    sieve_streaming_pp,
    random_greedy,
    double_greedy,
    random,
    brute_force,
)

__all__ = [
    "SOLVERS",
    "Matroid",
    "SelectionResult",
    "brute_force",
    "double_greedy",
    "graphic_matroid",
    "greedy",
    "laminar_matroid",
    "lazy_greedy",
    "partition_matroid",
    "random",
    "random_greedy",
    "sieve_streaming",
    "sieve_streaming_pp",
    "stochastic_greedy",
    "submodular_maximization",
    "threshold_greedy",
    "two_stage",
]
