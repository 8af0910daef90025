"""A plugin as it should be: a new solver for one of porism's problems, and a problem of its own with laws."""

import porism
from porism_test_good.divisor import common_divisor, euclid, subtraction
from porism_test_good.restarts import restarts

PORISM_API = 1


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Add what this distribution has."""
    registry.add(restarts, common_divisor, euclid, subtraction)
