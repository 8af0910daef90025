"""A plugin whose hook raises after it has added something."""

import porism

PORISM_API = 1


@porism.problem("raises-in-hook", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "raises-in-hook-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
    raise RuntimeError("no licence [/at all]\nfor this machine")
