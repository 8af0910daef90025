"""What else the transforms behind the product are good for: powers, convolution with directions, series, coefficients,
rotations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.validation import as_array, as_choice, as_integer
from porism_transforms.spherical_product import _table
from porism_transforms.spherical_product._arguments import as_coefficients, as_directions
from porism_transforms.spherical_product._harmonics import (
    harmonics,
    legendre,
    order_places,
    quadrature,
    rotation_blocks,
    scales,
    turned,
)
from porism_transforms.spherical_product.plan import Basis, as_lmax_out, space

__all__ = [
    "fourier_to_sh",
    "gaunt_coefficients",
    "gaunt_conv",
    "gaunt_power",
    "rotate",
    "sh_to_fourier",
    "spherical_harmonics",
]

Array = npt.NDArray[Any]

AXES = ("e3nn", "standard")


def gaunt_coefficients(l1: int, l2: int, l3: int) -> npt.NDArray[np.float64]:
    """The integrals of three real orthonormal harmonics of these degrees, (2l1+1, 2l2+1, 2l3+1).

    They are 0 unless l1 + l2 + l3 is even and the degrees form a triangle.

    Raises
    ------
    InvalidInput
        If a degree is negative.
    """
    degrees = [as_integer(name, l, 0) for name, l in (("l1", l1), ("l2", l2), ("l3", l3))]
    return np.asarray(_table.block(*degrees))


def spherical_harmonics(
    lmax: int, directions: Any, *, normalization: str = "integral", axis_order: str = "e3nn"
) -> npt.NDArray[np.float64]:
    """All real harmonics up to degree lmax at directions (points, 3): (points, (lmax+1)²), as e3nn numbers them.

    Raises
    ------
    InvalidInput
        If lmax is negative, or directions are no finite vectors of length above 0.
    """
    lmax = as_integer("lmax", lmax, 0)
    as_choice("normalization", normalization, ("integral", "component", "norm"))
    points = turned(as_directions("directions", directions), as_choice("axis_order", axis_order, AXES))
    return harmonics(lmax, points) * scales(lmax, normalization)


def gaunt_power(
    x: Any, nu: int, *, lmax_out: int | None = None, normalization: str = "integral", method: str = "grid"
) -> Array:
    """The nu-fold product of a function with itself, as in many-body descriptors: there once, back once.

    Parameters
    ----------
    x : (..., (L+1)²) array-like
        Real coefficients.
    nu : int
        How many factors, at least 1.
    lmax_out : int, optional
        Largest degree of the outcome, nu L by default.
    normalization : {"integral", "component", "norm"}
        Of the harmonics.
    method : {"grid", "fourier"}
        Through values at quadrature nodes or through Fourier series.

    Returns
    -------
    (..., (lmax_out+1)²) array

    Raises
    ------
    InvalidInput
        If an argument is out of range; `InvalidType` for one that is no number.
    """
    given = as_coefficients("x", x)
    nu = as_integer("nu", nu, 1)
    counted = Basis("real", as_choice("normalization", normalization, ("integral", "component", "norm")))
    as_choice("method", method, ("grid", "fourier"))
    lmax = math.isqrt(given.shape[-1]) - 1
    most = as_lmax_out(lmax_out, nu * lmax)
    rows = np.ascontiguousarray(counted.inward(given).reshape(-1, given.shape[-1]), dtype=given.dtype)
    field = space({lmax}, nu * lmax, most, method, given.dtype)
    made = np.empty((len(rows), (most + 1) ** 2), dtype=given.dtype)
    for start, end in field.spans(len(rows)):
        made[start:end] = field.backward(field.forward(rows[start:end]) ** nu)
    return counted.outward(made.reshape(*given.shape[:-1], made.shape[1]))


def rotate(x: Any, rotation: Any, *, axis_order: str = "e3nn") -> Array:
    """The coefficients of rotated functions: of f(R⁻¹ r), given those of f(r).

    Parameters
    ----------
    x : (..., (L+1)²) array-like
        Real coefficients, in any normalisation.
    rotation : (3, 3) array-like
        An orthogonal matrix, improper ones too.
    axis_order : {"e3nn", "standard"}
        Which coordinate is the polar axis: the second, y, or the third, z.

    Returns
    -------
    array of the shape of x

    Raises
    ------
    InvalidInput
        If rotation is not orthogonal to 1e-6.
    """
    given = as_coefficients("x", x)
    matrix = as_array("rotation", rotation, ndim=2, dtypes=[np.float64], promote=np.float64)
    if matrix.shape != (3, 3) or not np.allclose(matrix @ matrix.T, np.eye(3), rtol=0, atol=1e-6):
        raise InvalidInput(f"rotation must be an orthogonal matrix of shape (3, 3), got {matrix.tolist()}")
    blocks = rotation_blocks(math.isqrt(given.shape[-1]) - 1, matrix, as_choice("axis_order", axis_order, AXES))
    made = np.empty_like(given)
    for l, turn in enumerate(blocks):
        span = slice(l * l, (l + 1) ** 2)
        made[..., span] = given[..., span] @ turn.T.astype(given.dtype)
    return made


def gaunt_conv(
    x: Any,
    directions: Any,
    lmax2: int,
    *,
    lmax_out: int | None = None,
    w2: Any = None,
    normalization: str = "integral",
    axis_order: str = "e3nn",
) -> Array:
    """The Gaunt product of features with the harmonics of a direction each: the convolution of equivariant networks.

    The same as ``spherical_product(x, spherical_harmonics(lmax2, directions), w2=w2)``, by rotating each direction to
    the pole, where only the harmonics of order 0 are not zero and the product does not mix orders: O(L³) for each
    item, without a grid.

    Parameters
    ----------
    x : (items, (L+1)²) array-like
        Real coefficients.
    directions : (items, 3) array-like
        A vector for each item, of any length above 0.
    lmax2 : int
        Largest degree of the harmonics.
    lmax_out : int, optional
        Largest degree of the outcome, L + lmax2 by default.
    w2 : (lmax2+1,) array-like, optional
        A weight for each degree of the harmonics.
    normalization, axis_order
        As in :func:`spherical_harmonics`; of the harmonics, x and the outcome.

    Returns
    -------
    (items, (lmax_out+1)²) array

    Raises
    ------
    InvalidInput
        If the numbers of items differ, or an argument is out of range.
    """
    given = as_coefficients("x", x)
    as_choice("normalization", normalization, ("integral", "component", "norm"))
    points = turned(as_directions("directions", directions), as_choice("axis_order", axis_order, AXES))
    if given.ndim != 2 or len(given) != len(points):
        raise InvalidInput(f"x must have a row for each of the {len(points)} directions, got shape {given.shape}")
    lmax, lmax2 = math.isqrt(given.shape[-1]) - 1, as_integer("lmax2", lmax2, 0)
    most = as_lmax_out(lmax_out, lmax + lmax2)
    weights = np.ones(lmax2 + 1) if w2 is None else as_array("w2", w2, ndim=1, dtypes=[np.float64], promote=np.float64)
    if len(weights) != lmax2 + 1:
        raise InvalidInput(f"w2 must have {lmax2 + 1} weights, one for each degree, got {len(weights)}")
    counted = Basis("real", normalization)
    rows = counted.inward(given).astype(np.float64)
    x_axis, y_axis, z_axis = points.T
    azimuth, polar = np.arctan2(y_axis, x_axis), np.arctan2(np.hypot(x_axis, y_axis), z_axis)
    top = max(lmax, most)
    # about y = about z, conjugated by the rotation that takes z to y: the same matrices for every item
    swap = rotation_blocks(top, np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]), "standard")
    rows = _about_pole(rows, -azimuth)
    rows = _blockwise(_about_pole(_blockwise(rows, swap, True), -polar), swap, False)
    # once for the harmonics as coefficients, once for what these coefficients belong to
    zonal = scales(lmax2, normalization)[[l * l + l for l in range(lmax2 + 1)]] ** 2 * weights
    rows = _zonal_product(rows, zonal, lmax, lmax2, most)
    rows = _blockwise(_about_pole(_blockwise(rows, swap, True), polar), swap, False)
    return counted.outward(_about_pole(rows, azimuth)).astype(given.dtype)


def _about_pole(x: Array, angle: Array) -> Array:
    """Functions rotated about the polar axis, each by its own angle."""
    made = x.copy()
    lmax = math.isqrt(x.shape[1]) - 1
    for m in range(1, lmax + 1):
        cosine, sine = np.cos(m * angle)[:, None], np.sin(m * angle)[:, None]
        plus, minus = order_places(lmax, m), order_places(lmax, -m)
        made[:, plus] = cosine * x[:, plus] - sine * x[:, minus]
        made[:, minus] = sine * x[:, plus] + cosine * x[:, minus]
    return made


def _blockwise(x: Array, blocks: list[Array], back: bool) -> Array:
    made = np.empty_like(x)
    for l in range(math.isqrt(x.shape[1])):
        span = slice(l * l, (l + 1) ** 2)
        made[:, span] = x[:, span] @ (blocks[l] if back else blocks[l].T)
    return made


def _zonal_product(x: Array, zonal: Array, lmax: int, lmax2: int, lmax_out: int) -> Array:
    """Products with one function of order 0, the sum of zonal[l] R_l0(pole) R_l0."""
    cosine, sine, weight, _ = quadrature(lmax + lmax2 + lmax_out)
    theta = legendre(max(lmax, lmax2, lmax_out), cosine, sine)
    pole = np.sqrt((2.0 * np.arange(lmax2 + 1) + 1.0) / (4.0 * math.pi))
    ring = weight * ((zonal * pole) @ theta[0][: lmax2 + 1])
    made = np.zeros((len(x), (lmax_out + 1) ** 2))
    for m in range(min(lmax, lmax_out) + 1):
        coupling = (theta[m][: lmax + 1 - m] * ring) @ theta[m][: lmax_out + 1 - m].T
        for order in {m, -m}:
            made[:, order_places(lmax_out, order)] = x[:, order_places(lmax, order)] @ coupling
    return made


def sh_to_fourier(x: Any) -> npt.NDArray[np.complex128]:
    """The Fourier coefficients of functions on the sphere, θ continued to the whole circle.

    Parameters
    ----------
    x : (..., (L+1)²) array-like
        Real coefficients of orthonormal harmonics.

    Returns
    -------
    (..., 2L+1, 2L+1) complex128 array
        Entry (u + L, v + L) belongs to e^{i(uθ + vφ)}; the polar axis is that from which θ counts.
    """
    given = as_coefficients("x", x).astype(np.float64)
    lmax = math.isqrt(given.shape[-1]) - 1
    rows = given.reshape(-1, given.shape[-1])
    from porism_transforms.spherical_product._spaces import Torus

    half = Torus({lmax}, lmax, lmax, np.float64).series(rows)
    size = half.shape[2]
    made = np.zeros((len(rows), 2 * lmax + 1, 2 * lmax + 1), dtype=np.complex128)
    u = np.arange(-lmax, lmax + 1)
    for v in range(lmax + 1):
        made[:, :, lmax + v] = half[v][:, u % size]
        made[:, :, lmax - v] = np.conj(half[v][:, -u % size])
    return made.reshape(*given.shape[:-1], 2 * lmax + 1, 2 * lmax + 1)


def fourier_to_sh(series: Any, lmax_out: int | None = None) -> npt.NDArray[np.float64]:
    """The inverse of :func:`sh_to_fourier`: the projection of a real Fourier series on the harmonics up to lmax_out.

    Parameters
    ----------
    series : (..., 2L+1, 2L+1) array-like of complex numbers
        As :func:`sh_to_fourier` gives it, or a convolution of such.
    lmax_out : int, optional
        Largest degree of the outcome, L by default.

    Returns
    -------
    (..., (lmax_out+1)²) float64 array

    Raises
    ------
    InvalidInput
        If the last two dimensions are not odd and equal, or lmax_out is above L.
    """
    given = np.asarray(series, dtype=np.complex128)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2] or given.shape[-1] % 2 == 0:
        raise InvalidInput(f"series must have the shape (..., 2L+1, 2L+1), got {given.shape}")
    lmax = given.shape[-1] // 2
    most = as_lmax_out(lmax_out, lmax)
    from porism_transforms.spherical_product._spaces import Torus

    torus = Torus({lmax}, lmax, most, np.float64)
    rows = given.reshape(-1, *given.shape[-2:])
    size = torus.series(np.zeros((1, (lmax + 1) ** 2))).shape[2]
    half = np.zeros((lmax + 1, len(rows), size), dtype=np.complex128)
    half[:, :, np.arange(-lmax, lmax + 1) % size] = rows[:, :, lmax:].transpose(2, 0, 1)
    return torus.from_series(half).reshape(*given.shape[:-2], (most + 1) ** 2)
