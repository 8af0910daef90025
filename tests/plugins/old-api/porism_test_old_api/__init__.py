"""A plugin for an older plugin interface."""

import porism

PORISM_API = 0


@porism.problem("old-api", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "old-api-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
