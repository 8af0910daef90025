"""A plugin that ends the process at import."""

import porism

PORISM_API = 1

raise SystemExit("this plugin needs a newer machine")


@porism.problem("exits", result=porism.Result)
def mine(x) -> porism.Result:
    """Nothing."""


@porism.solver(mine, "exits-solver")
def solve(x) -> porism.Result:
    """Nothing."""
    return porism.Result()


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(mine, solve)
