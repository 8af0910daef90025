"""The problem `spherical-product`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism_transforms.spherical_product._arguments import as_directions
from porism_transforms.spherical_product._harmonics import harmonics, turned
from porism_transforms.spherical_product.plan import Basis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "SphericalProduct", "spherical_product"]

STATEMENTS = (
    Law(
        "form",
        "coefficients have the broadcast shape, (lmax_out+1)² of them last, and the precision of the operands",
        source="porism's interface",
    ),
    Law(
        "oracle", "the outcome is what quadrature with SciPy's harmonics gives", source="Luo, Chen & Krishnapriyan 2024"
    ),
    Law(
        "function",
        "where nothing is cut, the values of the outcome are the products of the operands' values",
        source="the definition",
    ),
    Law(
        "equivariance",
        "rotating or inverting both operands rotates or inverts the outcome, weights or not",
        source="follows from the definition",
    ),
    Law("commutative", "exchanging the operands changes nothing", source="follows from the definition"),
    Law("associative", "(x1 x2) x3 is x1 (x2 x3) where nothing is cut", source="follows from the definition"),
    Law("unit", "the constant function 1 as an operand returns the other one", source="follows from the definition"),
    Law(
        "selection",
        "two operands of one degree each lead to degrees of even sum inside the triangle only",
        source="parity and the triangle inequality of Gaunt coefficients",
    ),
    Law(
        "positive",
        "a real function times itself is nowhere negative, and its mean is the operand's squared norm",
        source="follows from the definition",
    ),
    Law("truncation", "a smaller lmax_out is the whole outcome, cut", source="the definition"),
    Law("bilinear", "the outcome is linear in each operand", source="follows from the definition"),
    Law("weights", "weights multiply the degrees of the operands and of the outcome", source="the definition"),
    Law(
        "normalization",
        "component and norm coefficients describe the same product as integral ones",
        source="the definition",
    ),
    Law("bases", "complex harmonics describe the same product as real ones", source="follows from the definition"),
    Law("batch", "a batch is its items one by one; leading dimensions broadcast", source="porism's interface"),
    Law("symmetric", "the inner product of x3 with x1 x2 is symmetric in all three", source="Gaunt coefficients are"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SphericalProduct(porism.Result):
    """A product of functions on the sphere, or many.

    Attributes
    ----------
    coefficients : (..., (lmax+1)²) array
        Coefficient l² + l + m belongs to the harmonic of degree l and order m.
    lmax : int
        The largest degree.
    normalization : str
        ``"integral"``, ``"component"`` or ``"norm"``, as in the call.
    basis : str
        ``"real"`` or ``"complex"``, as in the call.
    """

    coefficients: npt.NDArray[Any]
    lmax: int
    normalization: str
    basis: str

    def evaluate(self, directions: Any, *, axis_order: str = "e3nn") -> npt.NDArray[Any]:
        """The values at points of the sphere.

        Parameters
        ----------
        directions : (points, 3) array-like
            Vectors of any length above 0.
        axis_order : {"e3nn", "standard"}
            Which coordinate is the polar axis: the second, y, or the third, z.

        Returns
        -------
        (..., points) array

        Raises
        ------
        InvalidInput
            If directions are no finite vectors of length above 0.
        """
        points = turned(as_directions("directions", directions), _axes(axis_order))
        values = Basis(self.basis, self.normalization).inward(self.coefficients) @ harmonics(self.lmax, points).T
        return np.asarray(values)

    def plot(self, item: int = 0, *, ax: Axes | None = None) -> Axes:
        """Draw one function over longitude and latitude, the polar axis up (of a complex one the real part).

        Parameters
        ----------
        item : int
            Which of the products, in row-major order of the leading dimensions.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-transforms[plot]'``.
        InvalidInput
            If there is no such item.
        """
        rows = self.coefficients.reshape(-1, self.coefficients.shape[-1])
        porism.validation.as_integer("item", item, 0, len(rows) - 1)
        ax = optional.axes(ax, of="porism-transforms")
        longitude, latitude = np.linspace(-math.pi, math.pi, 181), np.linspace(-math.pi / 2, math.pi / 2, 91)
        flat = np.cos(latitude)[:, None]
        x, y = flat * np.cos(longitude), flat * np.sin(longitude)
        z = np.broadcast_to(np.sin(latitude)[:, None], x.shape)
        points = np.stack((x, y, z), axis=-1).reshape(-1, 3)
        one = SphericalProduct(rows[item], self.lmax, self.normalization, self.basis)
        values = one.evaluate(points, axis_order="standard").real.reshape(x.shape)
        drawn = ax.pcolormesh(np.degrees(longitude), np.degrees(latitude), values, cmap="RdBu_r", shading="gouraud")
        ax.figure.colorbar(drawn, ax=ax)
        ax.set_xlabel("longitude")
        ax.set_ylabel("latitude")
        return ax


def _axes(axis_order: object) -> str:
    return porism.validation.as_choice("axis_order", axis_order, ("e3nn", "standard"))


@porism.problem(
    "spherical-product",
    result=SphericalProduct,
    tags=("transform", "equivariance"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def spherical_product(  # type: ignore[empty-body]
    x1: Any,
    x2: Any,
    *,
    lmax_out: int | None = None,
    w1: Any = None,
    w2: Any = None,
    w3: Any = None,
    normalization: str = "integral",
    basis: str = "real",
) -> SphericalProduct:
    """Multiply functions on the sphere that are given by their spherical-harmonic coefficients.

    The outcome's coefficients are a sum of products of the operands' with Gaunt coefficients, the integrals of three
    harmonics. It is an equivariant tensor product, and a smaller one than the Clebsch-Gordan product: every path has
    l1 + l2 + l3 even (two vectors have no cross product here), and paths share the weights of their three degrees.

    Parameters
    ----------
    x1, x2 : (..., (L+1)²) array-like
        Coefficients, number l² + l + m for degree l and order m = -l..l; leading dimensions broadcast. float32 and
        float64 (complex64 and complex128 in the complex basis) are kept, other numbers become double precision. Finite.
    lmax_out : int, optional
        Largest degree of the outcome, L1 + L2 by default. Less cuts, exactly.
    w1, w2, w3 : (..., L+1) array-like, optional
        A weight for each degree of x1, x2 and of the outcome: the path l1, l2 → l3 counts w1[l1] w2[l2] w3[l3]-fold.
        Leading dimensions broadcast with those of the operands.
    normalization : {"integral", "component", "norm"}
        Of the harmonics, as e3nn has it: orthonormal on the sphere; √4π times that; and that divided by √(2l+1).
    basis : {"real", "complex"}
        Real harmonics, which with the polar axis y are those of e3nn; or complex ones with the Condon-Shortley phase,
        as in ``scipy.special.sph_harm_y``.

    Returns
    -------
    SphericalProduct

    Raises
    ------
    InvalidInput
        If the number of coefficients is no square, leading dimensions do not broadcast, a number is NaN or infinite,
        lmax_out is negative or above L1 + L2, weights have another length, or a name is unknown.
    InvalidType
        If an operand holds no numbers, or complex ones in the real basis.

    Examples
    --------
    >>> from porism import registry
    >>> result = registry.get("spherical-product")([0, 0, 1, 0], [0, 0, 1, 0])  # y times y
    >>> result.coefficients.round(4)[[0, 6]]
    array([0.2821, 0.2523])
    """
