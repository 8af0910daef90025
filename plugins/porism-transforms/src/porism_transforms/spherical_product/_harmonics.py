"""Spherical harmonics as numbers: normalised Legendre functions by a stable recurrence, values, rotations, bases.

Real harmonics are R_l0 = Θ_l0, R_lm = √2 Θ_lm cos mφ and R_l,-m = √2 Θ_lm sin mφ for m > 0, orthonormal on the sphere,
with Θ positive just below the pole (no Condon-Shortley phase), numbered l² + l + m. With the polar axis y and φ
counted from z to x they are those of e3nn.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "degrees",
    "harmonics",
    "legendre",
    "order_places",
    "quadrature",
    "rotation_blocks",
    "scales",
    "to_complex",
    "to_real",
    "turned",
]

Floats = npt.NDArray[np.float64]


def degrees(lmax: int) -> npt.NDArray[np.intp]:
    """The degree l of each of the (lmax+1)² coefficients."""
    return np.repeat(np.arange(lmax + 1), 2 * np.arange(lmax + 1) + 1)


def order_places(lmax: int, m: int) -> npt.NDArray[np.intp]:
    """Where the coefficients of order m stand, in rising degree from |m| on."""
    l = np.arange(abs(m), lmax + 1)
    return l * l + l + m


def legendre(lmax: int, cosine: Floats, sine: Floats) -> list[Floats]:
    """Normalised associated Legendre functions Θ_lm, for each order m = 0..lmax an array of shape (lmax+1-m, points).

    The sine may be negative: that continues Θ beyond the pole as (-1)^m Θ_lm(2π - θ), the continuation in which it is a
    trigonometric polynomial of degree l. ∫ Θ² sin θ dθ over [0, π] is 1/2π. The recurrence in l is the usual stable
    one; no factorials occur.
    """
    found: list[Floats] = []
    top = np.full(len(cosine), 1.0 / math.sqrt(4.0 * math.pi))
    for m in range(lmax + 1):
        if m:
            top = top * (sine * math.sqrt((2 * m + 1) / (2 * m)))
        rows = np.empty((lmax + 1 - m, len(cosine)))
        rows[0] = top
        if lmax > m:
            rows[1] = math.sqrt(2 * m + 3) * cosine * top
        for l in range(m + 2, lmax + 1):
            a = math.sqrt((4 * l * l - 1) / (l * l - m * m))
            b = math.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
            rows[l - m] = a * (cosine * rows[l - m - 1] - b * rows[l - m - 2])
        found.append(rows)
    return found


def turned(directions: Floats, axis_order: str) -> Floats:
    """Directions with the polar axis last: e3nn's (x, y, z) have it second."""
    return directions if axis_order == "standard" else directions[..., [2, 0, 1]]


def harmonics(lmax: int, directions: Floats) -> Floats:
    """The real harmonics at points, the polar axis last: (points, 3) of any length above 0 give (points, (lmax+1)²)."""
    length = np.linalg.norm(directions, axis=1)
    x, y, z = (directions / length[:, None]).T
    theta = legendre(lmax, z, np.hypot(x, y))
    phi = np.arctan2(y, x)
    values = np.empty((len(directions), (lmax + 1) ** 2))
    values[:, order_places(lmax, 0)] = theta[0].T
    for m in range(1, lmax + 1):
        values[:, order_places(lmax, m)] = (math.sqrt(2.0) * np.cos(m * phi) * theta[m]).T
        values[:, order_places(lmax, -m)] = (math.sqrt(2.0) * np.sin(m * phi) * theta[m]).T
    return values


def quadrature(degree: int) -> tuple[Floats, Floats, Floats, int]:
    """Nodes that integrate every function of that degree on the sphere exactly.

    Returns
    -------
    cosine, sine, weight : (n_theta,) arrays
        Gauss-Legendre nodes in cos θ; the weights are those of the whole ring, to be divided by n_phi.
    n_phi : int
        Equidistant angles φ on every ring, from 0 on.
    """
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    return nodes, np.sqrt((1.0 - nodes) * (1.0 + nodes)), 2.0 * math.pi * weights, degree + 1


def sphere_points(degree: int) -> tuple[Floats, Floats]:
    """The nodes of :func:`quadrature` as directions (points, 3), the polar axis last, and their weights."""
    cosine, sine, weight, n_phi = quadrature(degree)
    phi = 2.0 * math.pi * np.arange(n_phi) / n_phi
    x, y = sine[:, None] * np.cos(phi), sine[:, None] * np.sin(phi)
    points = np.stack((x, y, np.broadcast_to(cosine[:, None], x.shape)), axis=-1).reshape(-1, 3)
    return points, np.repeat(weight / n_phi, n_phi)


def rotation_blocks(lmax: int, rotation: Floats, axis_order: str) -> list[Floats]:
    """The matrices D_l, (2l+1, 2l+1) each, that turn coefficients: of f(r) into those of f(R⁻¹ r). Improper rotations
    too.

    By quadrature, which is exact up to rounding: D_l[m, m'] = ∫ R_lm(r) R_lm'(R⁻¹ r) dr.
    """
    points, weights = sphere_points(2 * lmax)
    if axis_order != "standard":
        swap = np.eye(3)[[2, 0, 1]]  # takes e3nn's coordinates to standard ones
        rotation = swap @ rotation @ swap.T
    here = harmonics(lmax, points)
    there = harmonics(lmax, points @ rotation)  # the rows of points @ R are R⁻¹ r
    blocks = []
    for l in range(lmax + 1):
        span = slice(l * l, (l + 1) ** 2)
        blocks.append(here[:, span].T @ (weights[:, None] * there[:, span]))
    return blocks


@functools.cache
def scales(lmax: int, normalization: str) -> Floats:
    """What coefficients of that normalisation are multiplied by to become those of orthonormal ("integral")
    harmonics.
    """
    if normalization == "integral":
        return np.ones((lmax + 1) ** 2)
    component = np.full((lmax + 1) ** 2, math.sqrt(4.0 * math.pi))
    return component if normalization == "component" else component / np.sqrt(2.0 * degrees(lmax) + 1.0)


def to_real(x: Any, lmax: int) -> Any:
    """Coefficients of complex harmonics (with the Condon-Shortley phase) as complex coefficients of real ones."""
    made = np.array(x, dtype=np.result_type(x, np.complex64))
    for m in range(1, lmax + 1):
        plus, minus = order_places(lmax, m), order_places(lmax, -m)
        a, b = (-1.0) ** m * x[..., plus], x[..., minus]
        made[..., plus], made[..., minus] = (a + b) * math.sqrt(0.5), 1j * (a - b) * math.sqrt(0.5)
    return made


def to_complex(x: Any, lmax: int) -> Any:
    """The inverse of :func:`to_real`."""
    made = np.array(x, dtype=np.result_type(x, np.complex64))
    for m in range(1, lmax + 1):
        plus, minus = order_places(lmax, m), order_places(lmax, -m)
        a, b = x[..., plus], x[..., minus]
        made[..., plus] = (-1.0) ** m * (a - 1j * b) * math.sqrt(0.5)
        made[..., minus] = (a + 1j * b) * math.sqrt(0.5)
    return made
