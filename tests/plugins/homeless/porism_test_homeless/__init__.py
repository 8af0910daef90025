"""A plugin whose solver is for a problem that only porism-test-raises-in-hook has, which is left out."""

from porism_test_raises_in_hook import mine

import porism

PORISM_API = 1


@porism.solver(mine, "squatter")
def squatter(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(squatter)
