"""The second."""

import porism

PORISM_API = 1


@porism.problem("twins", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "twins-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
