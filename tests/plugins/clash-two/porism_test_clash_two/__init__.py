"""A plugin that claims names that porism-test-clash claims too."""

from dataclasses import dataclass

import porism
from porism.problems.k_medoids import KMedoidsResult, alternating, k_medoids

PORISM_API = 1


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Nothing(porism.Result):
    """Says who answered."""

    by: str


@porism.solver(k_medoids, "novel")
def novel(X, k, *, metric="euclidean", rng=None) -> KMedoidsResult:
    """Claimed by another plugin too."""
    return alternating(X, k, metric=metric, rng=rng)


@porism.problem("contested", result=Nothing)
def contested(x) -> Nothing:
    """Claimed by another plugin too."""


@porism.solver(contested, "only")
def only(x) -> Nothing:
    """Solve it."""
    return Nothing("clash-two: only")


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(novel, contested, only)
