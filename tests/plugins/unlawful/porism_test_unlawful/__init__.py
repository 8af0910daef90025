"""A plugin that loads, with a solver that breaks a law."""

from porism_test_good.divisor import DivisorResult, checked, common_divisor

import porism

PORISM_API = 1


@porism.solver(common_divisor, "smallest", claims=porism.Claims(deterministic=True))
def smallest(numbers: tuple) -> DivisorResult:
    """Take the smallest number, which is often right."""
    return DivisorResult(min(checked(numbers)), 0)


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(smallest)
