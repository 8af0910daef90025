"""Graph algorithms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy is imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_graphs._graph import GraphTooLarge
from porism_graphs.personalized_pagerank import (
    PPRIndex,
    PPRResult,
    fora,
    forward_push,
    mcep,
    mcfp,
    personalized_pagerank,
    power_iteration,
    powerwalk,
)

__all__ = [
    "PORISM_API",
    "GraphTooLarge",
    "PPRIndex",
    "PPRResult",
    "fora",
    "forward_push",
    "mcep",
    "mcfp",
    "personalized_pagerank",
    "power_iteration",
    "powerwalk",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(personalized_pagerank, power_iteration, forward_push, powerwalk, fora, mcfp, mcep)
