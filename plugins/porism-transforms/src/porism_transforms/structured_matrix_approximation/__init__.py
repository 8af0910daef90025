"""Structured approximations of dense matrices."""

from porism_transforms.structured_matrix_approximation.problem import (
    StructuredApproximation,
    structured_matrix_approximation,
)
from porism_transforms.structured_matrix_approximation.solvers import (
    block_diagonal,
    monarch_projection,
    truncated_svd,
)

__all__ = [
    "StructuredApproximation",
    "block_diagonal",
    "monarch_projection",
    "structured_matrix_approximation",
    "truncated_svd",
]
