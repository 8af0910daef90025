"""A plugin whose hook has a name that porism does not know."""

import porism

PORISM_API = 1


@porism.problem("misspelt-hook", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "misspelt-hook-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_registers(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
