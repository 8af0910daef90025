"""The problem `walsh-hadamard-transform`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "WalshHadamardResult", "walsh_hadamard_transform"]

STATEMENTS = (
    Law(
        "form",
        "the coefficients have the shape of X, its dtype where that is computed in, and own their memory",
        source="porism's interface",
    ),
    Law(
        "definition",
        "coefficient k is the sum of X[i] (-1)^popcount(i & k), times the factor of norm",
        source="the definition",
    ),
    Law("involution", "the transform of the transform is n times X", source="follows from the definition"),
    Law("parseval", "the squares of the coefficients sum to n times those of X", source="Parseval's identity"),
    Law(
        "integers",
        "integers are transformed exactly, or ResultOverflow says that a coefficient does not fit",
        source="porism's interface",
    ),
    Law(
        "norm",
        "'forward' divides by n, 'ortho' by its root, which makes the transform its own inverse",
        source="the definition",
    ),
    Law(
        "order",
        "'sequency' sorts the coefficients by the sign changes of their function, 'dyadic' by reversed bits",
        source="the definition",
    ),
    Law("axis", "an axis is transformed like each of its rows alone", source="the definition"),
    Law(
        "convolution",
        "the product of two transforms is the transform of their convolution over XOR",
        source="the convolution theorem of (Z/2)^n",
    ),
    Law(
        "textbook",
        "floats are bit for bit those of the loop over butterflies, lowest bit first",
        claim="textbook",
        source="Fino & Algazi 1976",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WalshHadamardResult(porism.Result):
    """The coefficients.

    Attributes
    ----------
    coefficients : array of the shape of X
        float32, float64, int32 or int64.
    axis : int
        Along which axis, ≥ 0.
    norm : str
        The factor: "backward", "ortho" or "forward".
    order : str
        The order of the coefficients: "natural", "sequency" or "dyadic".
    """

    coefficients: npt.NDArray[Any]
    axis: int
    norm: str
    order: str

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the mean energy of each coefficient.

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
        rows = np.moveaxis(self.coefficients, self.axis, -1).reshape(-1, self.coefficients.shape[self.axis])
        ax.semilogy(np.mean(np.square(rows, dtype=np.float64), axis=0), ".", color="#4c72b0", markersize=3)
        ax.set_xlabel(f"coefficient, {self.order} order")
        ax.set_ylabel("mean square")
        return ax


@porism.problem(
    "walsh-hadamard-transform",
    result=WalshHadamardResult,
    tags=("transform",),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def walsh_hadamard_transform(  # type: ignore[empty-body]
    X: npt.ArrayLike, *, axis: int = -1, norm: str = "backward", order: str = "natural"
) -> WalshHadamardResult:
    """Transform by the Hadamard matrix: the characters of n = 2^m points as bit strings, with signs for sines.

    ``y[k] = sum(X[i] * (-1) ** (i & k).bit_count() for i in range(n))``. The spectrum of a Boolean function, the
    effects of a factorial design, and a cheap rotation that spreads a vector over all of its coordinates.

    Parameters
    ----------
    X : array of real numbers
        Any shape; its length n along `axis` is a power of two. float32, float64, int32 and int64 are computed in
        themselves, smaller integers and bools in int64, float16 in float32. NaN and infinity spread as in a sum.
    axis : int
        Which axis.
    norm : {"backward", "ortho", "forward"}
        A factor 1, 1/√n or 1/n; with other than 1 integers become float64.
    order : {"natural", "sequency", "dyadic"}
        The order of the coefficients: Hadamard's, Walsh's, Paley's.

    Returns
    -------
    WalshHadamardResult

    Raises
    ------
    InvalidInput
        If X has no axis, or its length along `axis` is no power of two; if axis, norm or order is something else.
    InvalidType
        If X does not hold real numbers.
    ResultOverflow
        If a coefficient of integers does not fit their type.

    Examples
    --------
    >>> from porism import registry
    >>> registry.get("walsh-hadamard-transform")([1, 0, 1, 0, 0, 1, 1, 0]).coefficients
    array([ 4,  2,  0, -2,  0,  2,  0,  2])
    """
