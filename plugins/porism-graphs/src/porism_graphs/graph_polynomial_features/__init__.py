"""Equivariant polynomials that a graph network cannot compute, as features for it."""

from porism_graphs.graph_polynomial_features.estimator import PolynomialFeatures
from porism_graphs.graph_polynomial_features.problem import GraphFeatures, graph_polynomial_features
from porism_graphs.graph_polynomial_features.solvers import one_by_one, shared_contractions, sparse_elimination

__all__ = [
    "SOLVERS",
    "GraphFeatures",
    "PolynomialFeatures",
    "graph_polynomial_features",
    "one_by_one",
    "shared_contractions",
    "sparse_elimination",
]

SOLVERS = (shared_contractions, sparse_elimination, one_by_one)
