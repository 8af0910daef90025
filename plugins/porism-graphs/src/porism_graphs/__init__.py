"""Graph algorithms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy is imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_graphs import equivariant_polynomial_basis as _basis
from porism_graphs import equivariant_polynomial_evaluation as _evaluation
from porism_graphs import graph_polynomial_features as _features
from porism_graphs import polynomial_expressiveness as _expressiveness
from porism_graphs._graph import GraphTooLarge
from porism_graphs._polynomials import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis import PolynomialBasis, equivariant_polynomial_basis
from porism_graphs.equivariant_polynomial_evaluation import PolynomialValues, equivariant_polynomial_evaluation
from porism_graphs.graph_polynomial_features import GraphFeatures, PolynomialFeatures, graph_polynomial_features
from porism_graphs.personalized_pagerank import PPRResult, forward_push, personalized_pagerank, power_iteration
from porism_graphs.polynomial_expressiveness import Expressiveness, polynomial_expressiveness

__all__ = [
    "PORISM_API",
    "Expressiveness",
    "GraphFeatures",
    "GraphPolynomial",
    "GraphTooLarge",
    "PPRResult",
    "PolynomialBasis",
    "PolynomialFeatures",
    "PolynomialValues",
    "equivariant_polynomial_basis",
    "equivariant_polynomial_evaluation",
    "forward_push",
    "graph_polynomial_features",
    "personalized_pagerank",
    "polynomial_expressiveness",
    "power_iteration",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(personalized_pagerank, power_iteration, forward_push)
    registry.add(equivariant_polynomial_basis, *_basis.SOLVERS)
    registry.add(equivariant_polynomial_evaluation, *_evaluation.SOLVERS)
    registry.add(polynomial_expressiveness, *_expressiveness.SOLVERS)
    registry.add(graph_polynomial_features, *_features.SOLVERS)
