"""The problem `structured-matrix-approximation`: a dense matrix by one of far fewer parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "StructuredApproximation", "structured_matrix_approximation"]

STATEMENTS = (
    Law(
        "form",
        "the matrix has the shape of A, and n_params, relative_error and compression say what it is",
        source="porism's interface",
    ),
    Law("error", "frobenius_error is the norm of A less the matrix written out", source="the definition"),
    Law(
        "budget",
        "there are at most l n + k m parameters, as many as a Monarch matrix of l and k blocks has",
        source="the definition",
    ),
    Law("scaling", "twice the matrix has twice the error", source="follows from the definition"),
    Law("no-worse-than-zero", "the error is at most the norm of A", source="follows from the definition"),
    Law(
        "discarded",
        "the squared error is the sum of the squared singular values but the first of all slices",
        claim="optimal",
        source="Dao et al. 2022, on the projection onto Monarch matrices; Eckart & Young 1936 for each slice",
    ),
    Law(
        "padded",
        "with pad the result is that of the matrix padded with zeros, cut",
        claim="optimal",
        source="missing entries are whole rows and columns of slices: those of zeros are as good as any",
    ),
    Law("fixed-point", "what is a Monarch matrix already is found again", claim="optimal", source="Dao et al. 2022"),
    Law(
        "optimal",
        "neither a perturbation nor alternating least squares from other starts is nearer to A",
        claim="optimal",
        source="Dao et al. 2022",
    ),
    Law(
        "fourier",
        "the discrete Fourier transform with columns in transposed order is a Monarch matrix, otherwise none",
        claim="optimal",
        source="Dao et al. 2022, on transforms that are Monarch matrices",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StructuredApproximation(porism.Result):
    """A structured matrix near a dense one.

    Attributes
    ----------
    matrix : MonarchMatrix or BlockDiagonal
        With `apply`, `to_dense`, `shape`, `n_params`; a `MonarchMatrix` with ``@``, ``T``, ``H`` and `solve` too.
    frobenius_error : float
        The norm of the difference.
    relative_error : float
        The same as a share of the norm of A; 0 where A is zero.
    n_params : int
        Parameters of the matrix.
    compression : float
        How many times fewer those are than entries of A.
    """

    matrix: Any
    frobenius_error: float
    relative_error: float
    n_params: int
    compression: float

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the matrix written out, the sizes of its entries as colours.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-transforms[plot]'``.
        """
        ax = optional.axes(ax, of="porism-transforms")
        dense = self.matrix.to_dense()
        values = np.abs(dense) if np.iscomplexobj(dense) else dense
        most = float(np.abs(values).max()) or 1.0
        ax.imshow(values, cmap="RdBu", vmin=-most, vmax=most)
        ax.set_title(f"{self.n_params} parameters, relative error {self.relative_error:.2g}", fontsize="medium")
        return ax


@porism.problem(
    "structured-matrix-approximation",
    result=StructuredApproximation,
    tags=("matrix", "compression"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def structured_matrix_approximation(  # type: ignore[empty-body]
    A: npt.ArrayLike,
    *,
    blocks: int | tuple[int, int] | None = None,
    pad: bool = False,
) -> StructuredApproximation:
    """Approximate a dense matrix by one that has few parameters and is fast to multiply with.

    A linear layer, a covariance, an operator that was measured: A of shape (m, n) takes m n numbers, and a Monarch
    matrix with l blocks of rows and k blocks of columns l n + k m, for a square one about 2 n^1.5.

    Parameters
    ----------
    A : (m, n) array-like
        float32, float64 and complex matrices are computed with as they are, other numbers as float64.
    blocks : int or (int, int), optional
        Blocks of rows and blocks of columns, l and k, divisors of m and n; one number is both. By default each is the
        divisor nearest to the square root. Other structures take no more parameters than the Monarch matrix.
    pad : bool
        Let blocks be any numbers, and pad A with zeros to their multiples: the Monarch matrix is cut to the shape of A.
        By default each number of blocks is then the square root, rounded.

    Returns
    -------
    StructuredApproximation

    Raises
    ------
    InvalidInput
        If A is empty or not 2-D or has a NaN or infinity, or blocks do not divide its shape, nor are to be padded for;
        names what would.
    InvalidType
        If A holds no numbers, or blocks are no integers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> A = np.kron(np.arange(16.0).reshape(4, 4), np.ones((4, 4)))  # a Kronecker product is a Monarch matrix
    >>> result = registry.get("structured-matrix-approximation")(A)
    >>> result.n_params, result.relative_error < 1e-14
    (128, True)
    """
