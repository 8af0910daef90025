"""Values of equivariant polynomials: contractions of copies of one tensor, shared by a whole basis."""

from porism_graphs.equivariant_polynomial_evaluation.problem import PolynomialValues, equivariant_polynomial_evaluation
from porism_graphs.equivariant_polynomial_evaluation.solvers import (
    brute_force_sum,
    contraction_path,
    cotengra,
    numpy_einsum,
    tree_decomposition,
)

__all__ = [
    "SOLVERS",
    "PolynomialValues",
    "brute_force_sum",
    "contraction_path",
    "cotengra",
    "equivariant_polynomial_evaluation",
    "numpy_einsum",
    "tree_decomposition",
]

SOLVERS = (contraction_path, tree_decomposition, cotengra, brute_force_sum, numpy_einsum)
