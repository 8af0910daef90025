"""A plugin that claims names of porism's own, and names that porism-test-clash-two claims too."""

from dataclasses import dataclass

import porism
from porism.problems.k_medoids import KMedoidsResult, alternating, k_medoids

PORISM_API = 1


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Nothing(porism.Result):
    """Says who answered."""

    by: str


@porism.solver(k_medoids, "fasterpam")
def usurper(X, k, *, metric="euclidean", rng=None) -> KMedoidsResult:
    """Not FasterPAM."""
    return alternating(X, k, metric=metric, rng=rng)


@porism.solver(k_medoids, "half-new", aliases=("fastpam", "truly-new"))
def half_new(X, k, *, metric="euclidean", rng=None) -> KMedoidsResult:
    """A new name, and one alias of two."""
    return alternating(X, k, metric=metric, rng=rng)


@porism.solver(k_medoids, "novel")
def novel(X, k, *, metric="euclidean", rng=None) -> KMedoidsResult:
    """Claimed by another plugin too."""
    return alternating(X, k, metric=metric, rng=rng)


@porism.problem("k-medoids", result=Nothing)
def namesake(X, k) -> Nothing:
    """Something else of the same name."""


@porism.solver(namesake, "fancy", default=True)
def fancy(X, k) -> Nothing:
    """Solve the namesake."""
    return Nothing("clash: fancy")


@porism.problem("contested", result=Nothing)
def contested(x) -> Nothing:
    """Claimed by another plugin too."""


@porism.solver(contested, "only")
def only(x) -> Nothing:
    """Solve it."""
    return Nothing("clash: only")


@porism.problem("fasterpam", result=Nothing)
def bare(x) -> Nothing:
    """A problem that bears the name of a solver of porism's."""


@porism.solver(bare, "impostor")
def impostor(x) -> Nothing:
    """Solve it."""
    return Nothing("clash: impostor")


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(usurper, half_new, novel, namesake, fancy, contested, only, bare, impostor)
