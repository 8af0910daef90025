"""A basis of the equivariant polynomials of a matrix: one for each multigraph with marked vertices."""

from porism_graphs.equivariant_polynomial_basis.problem import PolynomialBasis, equivariant_polynomial_basis
from porism_graphs.equivariant_polynomial_basis.solvers import (
    count,
    molien_burnside,
    multigraph_enumeration,
    orbit_enumeration,
)

__all__ = [
    "SOLVERS",
    "PolynomialBasis",
    "count",
    "equivariant_polynomial_basis",
    "molien_burnside",
    "multigraph_enumeration",
    "orbit_enumeration",
]

SOLVERS = (multigraph_enumeration, molien_burnside, orbit_enumeration)
