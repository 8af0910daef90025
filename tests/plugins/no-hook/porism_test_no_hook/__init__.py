"""A plugin without the hook: the function is there, and not marked."""

import porism

PORISM_API = 1


@porism.problem("no-hook", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "no-hook-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
