"""Which equivariant polynomials a graph network of a given architecture computes, and by which contractions."""

from porism_graphs.polynomial_expressiveness.problem import (
    Expressiveness,
    ExpressivenessReport,
    polynomial_expressiveness,
)
from porism_graphs.polynomial_expressiveness.solvers import all_orders, expressible, report, vertex_elimination

__all__ = [
    "SOLVERS",
    "Expressiveness",
    "ExpressivenessReport",
    "all_orders",
    "expressible",
    "polynomial_expressiveness",
    "report",
    "vertex_elimination",
]

SOLVERS = (vertex_elimination, all_orders)
