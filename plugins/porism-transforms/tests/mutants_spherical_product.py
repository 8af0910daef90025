"""A product over a grid of its own, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_transforms.spherical_product import SphericalProduct, spherical_product
from porism_transforms.spherical_product._arguments import as_call, as_coefficients
from porism_transforms.spherical_product._harmonics import degrees, harmonics, legendre, sphere_points
from porism_transforms.spherical_product._spaces import Torus

BUGS = {
    "single precision is made double": "form",
    "rings are too few": "oracle",
    "angles on a ring are too few": "oracle",
    "the work is done in single precision": "oracle",
    "theta is continued without the sign of odd orders": "oracle",
    "the convolution is circular": "oracle",
    "the factor of the surface is forgotten": "unit",
    "the outcome's polar axis is another": "function",
    "one order of the outcome weighs more": "equivariance",
    "the first operand leaks into the outcome": "commutative",
    "vectors of the outcome are doubled": "associative",
    "degree two of the outcome is doubled": "symmetric",
    "vectors have a cross product": "selection",
    "the outcome has the wrong sign": "positive",
    "operands are cut to the outcome's degree": "truncation",
    "negative values are taken for 0": "bilinear",
    "the outcome's weights are ignored": "weights",
    "an operand's weights count twice": "weights",
    "norm is taken for component": "normalization",
    "normalization of the outcome is forgotten": "normalization",
    "the second operand is conjugated": "oracle",
    "complex orders are counted backwards": "bases",
    "all items have the first one's partner": "batch",
    "operands are overwritten": "inputs-untouched",
    "rng decides the last digits": "deterministic",
    "input is not checked": "bad-input",
}
"""Each mistake, and a law that catches it."""


def grid_product(one: Any, other: Any, lmax_out: int, bug: str | None) -> Any:
    """The product of real or complex coefficients of real orthonormal harmonics."""
    lmax1, lmax2 = (math.isqrt(x.shape[-1]) - 1 for x in (one, other))
    if bug == "operands are cut to the outcome's degree":
        one, other = one[..., : (lmax_out + 1) ** 2], other[..., : (lmax_out + 1) ** 2]
        lmax1, lmax2 = min(lmax1, lmax_out), min(lmax2, lmax_out)
    degree = lmax1 + lmax2 + lmax_out
    if bug == "angles on a ring are too few" and degree > 1:
        degree = degree - max(1, lmax_out)
    points, weights = sphere_points(degree)
    if bug == "rings are too few":
        points, weights = sphere_points(max(1, degree // 2))
    table = harmonics(max(lmax1, lmax2, lmax_out), points)
    if bug == "the work is done in single precision":
        table = table.astype(np.float32).astype(np.float64)
    values = (one @ table[:, : one.shape[-1]].T) * (other @ table[:, : other.shape[-1]].T)
    if bug == "negative values are taken for 0":
        values = np.maximum(values.real, 0) + 1j * values.imag if np.iscomplexobj(values) else np.maximum(values, 0)
    if bug == "the factor of the surface is forgotten":
        weights = weights / (4 * math.pi)
    if bug == "the outcome's polar axis is another":
        table = harmonics(lmax_out, points[:, [1, 2, 0]])
    return (values * weights) @ table[:, : (lmax_out + 1) ** 2]


def torus_product(one: Any, other: Any, lmax_out: int, bug: str) -> Any:
    """The same over Fourier series, with a mistake in them."""
    lmax1, lmax2 = (math.isqrt(x.shape[-1]) - 1 for x in (one, other))
    torus = Torus({lmax1, lmax2}, lmax1 + lmax2, lmax_out, np.float64)
    if bug == "the convolution is circular":
        torus._n_phi = max(1, 2 * (lmax1 + lmax2) - 1)
    else:  # no sign of odd orders: their sine series is that of a folded function
        for lmax in {lmax1, lmax2}:
            angle = 2 * math.pi * np.arange(2 * lmax + 2) / (2 * lmax + 2)
            folded = legendre(lmax, np.cos(angle), np.abs(np.sin(angle)))
            for m in range(1, lmax + 1, 2):
                waves = np.sin(np.outer(np.arange(lmax + 1), angle))
                torus._there[lmax][m] = folded[m] @ waves.T / (lmax + 1)
    shape = np.broadcast_shapes(one.shape[:-1], other.shape[:-1])
    rows = [np.broadcast_to(x, (*shape, x.shape[-1])).reshape(-1, x.shape[-1]) for x in (one, other)]
    parts = [
        torus.backward(torus.forward(a) * torus.forward(b))
        for a in (rows[0].real, rows[0].imag)
        for b in (rows[1].real, rows[1].imag)
    ]
    made = parts[0] - parts[3] + 1j * (parts[1] + parts[2])
    made = made if np.iscomplexobj(one) or np.iscomplexobj(other) else made.real
    return made.reshape(*shape, made.shape[1])


def reversed_orders(x: Any) -> Any:
    """Coefficient m of each degree in the place of -m."""
    degree = degrees(math.isqrt(x.shape[-1]) - 1)
    return x[..., 2 * degree * (degree + 1) - np.arange(x.shape[-1])]


def mutant(bug: str | None) -> Solver[..., SphericalProduct]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def solve(
        x1: Any,
        x2: Any,
        *,
        lmax_out: int | None = None,
        w1: Any = None,
        w2: Any = None,
        w3: Any = None,
        normalization: str = "integral",
        basis: str = "real",
        rng: Any = None,
    ) -> SphericalProduct:
        as_rng(rng)
        if bug == "input is not checked" and isinstance(x1, np.ndarray) and x1.dtype.kind in "fc":
            x1 = np.nan_to_num(x1)
        if bug == "operands are overwritten" and isinstance(x1, np.ndarray) and x1.flags.writeable:
            x1 += 1
        if bug == "complex orders are counted backwards" and basis == "complex":
            x1 = reversed_orders(as_coefficients("x1", x1, allow_complex=True))
        asked = "component" if bug == "norm is taken for component" and normalization == "norm" else normalization
        call = as_call(x1, x2, lmax_out, w1, w2, w3, asked, basis)
        one, other, third = call.x1, call.x2, call.w3
        if bug == "an operand's weights count twice" and w1 is not None:
            one = one * np.asarray(w1)[..., degrees(call.lmax1)]
        if bug == "the outcome's weights are ignored":
            third = None
        if bug == "the second operand is conjugated":
            other = np.conj(other)
        if bug == "all items have the first one's partner" and other.ndim > 1 and len(other):
            other = np.broadcast_to(other[:1], other.shape)
        if bug in ("the convolution is circular", "theta is continued without the sign of odd orders"):
            made = torus_product(one, other, call.lmax_out, bug)
        else:
            made = grid_product(one, other, call.lmax_out, bug)
        if bug == "one order of the outcome weighs more":
            made[..., [n * n + n for n in range(1, call.lmax_out + 1)]] *= 1.5
        if bug == "the first operand leaks into the outcome":
            n = min(made.shape[-1], one.shape[-1])
            made[..., :n] += 0.01 * one[..., :n]
        if bug == "vectors of the outcome are doubled":
            made[..., 1:4] *= 2
        if bug == "degree two of the outcome is doubled":
            made[..., 4:9] *= 2
        if bug == "vectors have a cross product" and min(call.lmax1, call.lmax2, call.lmax_out) > 0:
            made[..., 1:4] += 0.1 * np.cross(one[..., 1:4], other[..., 1:4])
        if bug == "the outcome has the wrong sign":
            made = -made
        if bug == "rng decides the last digits":
            made = made * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, made.shape))
        if bug == "normalization of the outcome is forgotten":
            call.basis.normalization = "integral"
        found = call.basis.outward(made, third)
        kinds = {"real": (np.float32, np.float64), "complex": (np.complex64, np.complex128)}[basis]
        kept = kinds[call.dtype == np.float64 or bug == "single precision is made double"]
        return SphericalProduct(found.astype(kept), call.lmax_out, normalization, basis)

    return solver(spherical_product, "mutant", claims=Claims(deterministic=True))(solve)
