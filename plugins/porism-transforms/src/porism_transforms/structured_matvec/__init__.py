"""Products with Monarch matrices."""

from porism_transforms.structured_matvec.problem import StructuredProduct, structured_matvec
from porism_transforms.structured_matvec.solvers import dense_product, einsum_product, monarch_product

__all__ = ["StructuredProduct", "dense_product", "einsum_product", "monarch_product", "structured_matvec"]
