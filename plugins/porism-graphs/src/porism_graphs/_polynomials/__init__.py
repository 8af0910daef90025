"""What the problems about equivariant polynomials share: multigraphs, canonical forms, enumeration, contraction."""

from porism_graphs._polynomials.polynomial import GraphPolynomial

__all__ = ["GraphPolynomial"]
