"""The problem `structured-matvec`: products of a Monarch matrix with many vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

import porism
from porism import Law

__all__ = ["STATEMENTS", "StructuredProduct", "structured_matvec"]

STATEMENTS = (
    Law(
        "form",
        "y has a row for each row of X, of the numbers that the matrix makes, in the wider dtype",
        source="porism's interface",
    ),
    Law(
        "dense",
        "y is the product with the matrix written out by its definition, up to rounding",
        source="the definition",
    ),
    Law(
        "linearity",
        "the product with a sum is the sum of the products, up to rounding",
        source="follows from the definition",
    ),
    Law("batch", "a vector alone gives what it gives among others, up to rounding", source="porism's interface"),
    Law("counted", "flops is 2 for each parameter and vector", claim="structured", source="Dao et al. 2022"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StructuredProduct(porism.Result):
    """Products.

    Attributes
    ----------
    y : (batch, s l) array
        The product with each row of X.
    flops : int
        Floating-point operations that were made for it.
    """

    y: npt.NDArray[Any]
    flops: int


@porism.problem(
    "structured-matvec",
    result=StructuredProduct,
    tags=("matrix",),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def structured_matvec(  # type: ignore[empty-body]
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    X: npt.ArrayLike,
) -> StructuredProduct:
    """Multiply vectors by a Monarch matrix of two block-diagonal factors.

    A factor of k blocks of shape (q, p) applies block i to piece i of a vector and deals the results out: number j of
    block i becomes number j k + i. The matrix is the second factor after the first. For repeated products, transposes
    and solves keep a :class:`porism_transforms.MonarchMatrix`.

    Parameters
    ----------
    first : (k, q, p) array-like
        Blocks that are applied first; float32, float64 or complex, other numbers become float64.
    second : (l, s, r) array-like
        Blocks that are applied second, l r = k q.
    X : (batch, k p) array-like
        Vectors, a row each.

    Returns
    -------
    StructuredProduct

    Raises
    ------
    InvalidInput
        If shapes do not fit together, or blocks are empty, NaN or infinite.
    InvalidType
        If an array holds no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> blocks = np.stack([np.eye(2), 2 * np.eye(2)])
    >>> registry.get("structured-matvec")(blocks, blocks, [[1.0, 2.0, 3.0, 4.0]]).y
    array([[ 1.,  4.,  6., 16.]])
    """
