"""Graph algorithms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy is imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_graphs._graph import GraphTooLarge
from porism_graphs.node_embedding import (
    FastRPEmbedding,
    NodeEmbedding,
    deepwalk,
    fastrp,
    node2vec,
    node_embedding,
    prone,
    randne,
    randomized_svd,
)
from porism_graphs.personalized_pagerank import PPRResult, forward_push, personalized_pagerank, power_iteration

__all__ = [
    "PORISM_API",
    "FastRPEmbedding",
    "GraphTooLarge",
    "NodeEmbedding",
    "PPRResult",
    "deepwalk",
    "fastrp",
    "forward_push",
    "node2vec",
    "node_embedding",
    "personalized_pagerank",
    "power_iteration",
    "prone",
    "randne",
    "randomized_svd",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(personalized_pagerank, power_iteration, forward_push)
    registry.add(node_embedding, fastrp, randomized_svd, deepwalk, node2vec, prone, randne)
