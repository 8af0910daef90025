"""What every spherical-product solver keeps, as code: strategies for instances, the oracle, and the checks.

The oracle shares nothing with the solvers: SciPy's complex harmonics, made real here, and a quadrature of its own.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st
from scipy.special import sph_harm_y

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.spherical_product.problem import SphericalProduct, spherical_product

__all__ = ["SUITE", "oracle", "reference"]

Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., SphericalProduct]

MOST = 4
"""Largest degree of the operands."""

DEGREE = 4 * MOST
"""What the oracle's quadrature integrates exactly: two operands, and an outcome of both their degrees."""


# -- the oracle --------------------------------------------------------------------------------------------------------


@functools.cache
def reference(lmax: int, basis: str, normalization: str) -> tuple[npt.NDArray[Any], Floats, Floats]:
    """Harmonics at the nodes of a quadrature, (points, (lmax+1)²), the weights, and the points as (x, y, z), z the
    axis.
    """
    cosine, weight = np.polynomial.legendre.leggauss(DEGREE // 2 + 1)
    phi = 2 * math.pi * np.arange(DEGREE + 1) / (DEGREE + 1)
    polar, azimuth = (grid.ravel() for grid in np.meshgrid(np.arccos(cosine), phi, indexing="ij"))
    weights = np.repeat(weight, len(phi)) * 2 * math.pi / len(phi)
    columns = []
    for l in range(lmax + 1):
        factor = {"integral": 1.0, "component": math.sqrt(4 * math.pi), "norm": math.sqrt(4 * math.pi / (2 * l + 1))}
        for m in range(-l, l + 1):
            value: Any = sph_harm_y(l, abs(m), polar, azimuth) * (-1.0) ** m  # without the Condon-Shortley phase
            if basis == "complex":
                value = value * (-1.0) ** m if m >= 0 else np.conj(value)
            elif m:
                value = math.sqrt(2) * (value.real if m > 0 else value.imag)
            else:
                value = value.real
            columns.append(factor[normalization] * value)
    points = np.stack((np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)), axis=1)
    return np.stack(columns, axis=1), weights, points


def lmax_of(x: Any) -> int:
    """The degree of coefficients."""
    return math.isqrt(np.shape(x)[-1]) - 1


def oracle(instance: Instance) -> npt.NDArray[Any]:
    """The outcome by quadrature: values of both operands, weights of degrees in place, projected on each harmonic."""
    basis = instance.options.get("basis", "real")
    normalization = instance.options.get("normalization", "integral")
    values = []
    for x, weight in zip(instance.args, (instance.options.get("w1"), instance.options.get("w2")), strict=True):
        table = reference(lmax_of(x), basis, normalization)[0]
        given = np.asarray(x, dtype=complex if basis == "complex" else float)
        values.append((given if weight is None else given * spread(weight)) @ table.T)
    lmax = instance.options.get("lmax_out")
    lmax = lmax_of(instance.args[0]) + lmax_of(instance.args[1]) if lmax is None else lmax
    orthonormal, weights, _ = reference(lmax, basis, "integral")
    norms = np.abs(reference(lmax, basis, normalization)[0]).max(axis=0) / np.abs(orthonormal).max(axis=0)
    made = (values[0] * values[1] * weights) @ np.conj(orthonormal) / norms
    w3 = instance.options.get("w3")
    return np.asarray(made if w3 is None else made * spread(w3))


def spread(weights: Any) -> Floats:
    """Weights of degrees as factors of coefficients."""
    array = np.asarray(weights, dtype=np.float64)
    return np.asarray(array[..., np.repeat(np.arange(array.shape[-1]), 2 * np.arange(array.shape[-1]) + 1)])


# -- instances ---------------------------------------------------------------------------------------------------------


LEADS: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((), ()),
    ((3,), (3,)),
    ((2, 1), (4,)),
    ((), (2,)),
    ((0,), ()),
]
"""Leading dimensions of the operands."""


def _numbers(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> npt.NDArray[Any]:
    x: npt.NDArray[Any] = rng.normal(size=shape)
    if kind == "sparse":
        x = x * (rng.random(shape) < 0.3)
    elif kind == "one":
        x = np.zeros(shape)
        x[..., rng.integers(shape[-1])] = 1.0
    elif kind == "integers":
        x = rng.integers(-3, 4, shape).astype(np.float64)
    return x


@st.composite
def instances(
    draw: st.DrawFn, *, plain: bool = False, whole: bool = False, single: bool = False, most: int = MOST
) -> Instance:
    """Operands of small degrees and every kind; `plain`: one real item each in double precision, without options."""
    lmax1, lmax2 = draw(st.integers(0, most)), draw(st.integers(0, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    leads = ((), ()) if plain else draw(st.sampled_from(LEADS))
    options: dict[str, Any] = {}
    if not plain:
        options["normalization"] = draw(st.sampled_from(["integral", "component", "norm"]))
        options["basis"] = draw(st.sampled_from(["real", "real", "complex"]))
    if not whole and draw(st.booleans()):
        options["lmax_out"] = draw(st.integers(0, lmax1 + lmax2))
    operands = []
    for lead, lmax in zip(leads, (lmax1, lmax2), strict=True):
        x = _numbers(rng, (*lead, (lmax + 1) ** 2), draw(st.sampled_from(["dense", "sparse", "one", "integers"])))
        if options.get("basis") == "complex" and draw(st.booleans()):
            x = x + 1j * _numbers(rng, x.shape, "dense")
        if single and draw(st.booleans()):
            x = x.astype(np.complex64 if x.dtype.kind == "c" else np.float32)
        operands.append(x if plain or x.size == 0 else draw(layouts(x) | st.just(x) | st.just(x.tolist())))
    if not plain:
        ends = (lmax1, lmax2, options.get("lmax_out", lmax1 + lmax2))
        for name, lmax in zip(("w1", "w2", "w3"), ends, strict=True):
            if draw(st.booleans()):
                options[name] = rng.normal(size=lmax + 1)
    return Instance(tuple(operands), options)


def _invalid() -> st.SearchStrategy[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    x = np.arange(4.0)
    holed = x.copy()
    holed[2] = np.nan
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (np.zeros(5), x, {}, "x1", "5"),
        (np.zeros((2, 0)), x, {}, "x1", "0"),
        (3.0, x, {}, "x1", "single"),
        (x, np.zeros((4, 3)), {}, "x2", "3"),
        (holed, x, {}, "x1", "nan"),
        (x, np.full(4, -np.inf), {}, "x2", "-inf"),
        (x * 1j, x, {}, "x1", "complex128"),
        (x, ["a", "b", "c", "d"], {}, "x2", "<U1"),
        (None, x, {}, "x1", "object"),
        ([[1.0], [1.0, 2.0]], x, {}, "x1", "list"),
        (np.ma.masked_equal(x, 2.0), x, {}, "x1", "masked"),
        (np.zeros((2, 4)), np.zeros((3, 4)), {}, "x2", "(3,)"),
        (x, x, {"lmax_out": 3}, "lmax_out", "3"),
        (x, x, {"lmax_out": -1}, "lmax_out", "-1"),
        (x, x, {"lmax_out": 1.0}, "lmax_out", "1.0"),
        (x, x, {"lmax_out": True}, "lmax_out", "True"),
        (x, x, {"w1": np.ones(3)}, "w1", "(3,)"),
        (x, x, {"w2": 1.0}, "w2", "()"),
        (x, x, {"w3": np.ones(2)}, "w3", "(2,)"),
        (x, x, {"w3": [1.0, np.inf, 0.0]}, "w3", "inf"),
        (x, x, {"w1": np.ones((2, 2)), "w2": np.ones((3, 2))}, "w2", "(3,)"),
        (x, x, {"normalization": "sphere"}, "normalization", "'sphere'"),
        (x, x, {"normalization": None}, "normalization", "None"),
        (x, x, {"basis": "cubic"}, "basis", "'cubic'"),
        (x, x, {"basis": 1}, "basis", "1"),
        (x, x, {"memory_limit": -1}, "memory_limit", "-1"),
        (np.zeros((1000, 1, 4)), np.zeros((1000, 4)), {"memory_limit": 1000}, "memory_limit", "1000"),
    ]
    declared = spherical_product.signature.parameters
    return st.sampled_from(
        [
            Invalid(
                (x1, x2),
                {name: value for name, value in options.items() if name in declared},
                {name: value for name, value in options.items() if name not in declared},
                argument=argument,
                mentions=mentions,
            )
            for x1, x2, options, argument, mentions in calls
        ]
    )


SUITE = Suite(spherical_product, instances=instances(), invalid=_invalid())


# -- the laws ----------------------------------------------------------------------------------------------------------


def _close(found: npt.NDArray[Any], expected: npt.NDArray[Any], what: str, eps: float = 1e-12) -> None:
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    assert found.shape == expected.shape, f"{what}: shape {found.shape} instead of {expected.shape}"
    worst = float(np.abs(found - expected).max(initial=0.0))
    assert worst <= eps * scale, f"{what}: off by {worst:.3g}, where the largest number is {scale:.3g}"


def _size(instance: Instance) -> float:
    """What rounding is measured by: the operands' norms."""
    return float(np.prod([1.0 + np.abs(np.asarray(x)).sum() for x in instance.args]))


def _plain(solver: AnySolver, x1: Any, x2: Any, **options: Any) -> npt.NDArray[Any]:
    return solver(x1, x2, **options).coefficients


@SUITE.law("form", given=instances(single=True))
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    lmax1, lmax2 = (lmax_of(x) for x in instance.args)
    lmax = instance.options.get("lmax_out", lmax1 + lmax2)
    weights = [np.shape(instance.options[name]) for name in ("w1", "w2", "w3") if name in instance.options]
    shape = np.broadcast_shapes(*(s[:-1] for s in (*map(np.shape, instance.args), *weights)))
    got = result.coefficients.shape
    assert got == (*shape, (lmax + 1) ** 2), f"coefficients have shape {got}"
    assert (result.lmax, result.normalization, result.basis) == (
        lmax,
        instance.options["normalization"],
        instance.options["basis"],
    )
    single = all(np.asarray(x).dtype.newbyteorder("=") in (np.float32, np.complex64) for x in instance.args)
    expected = {"real": "f", "complex": "c"}[instance.options["basis"]] + str(
        (4 if single else 8) * (2 if instance.options["basis"] == "complex" else 1)
    )
    assert result.coefficients.dtype.str[1:] == expected, f"coefficients are {result.coefficients.dtype}"


@SUITE.law("oracle", given=instances(single=True))
def agrees(solver: AnySolver, instance: Instance) -> None:
    single = any(np.asarray(x).dtype.newbyteorder("=") in (np.float32, np.complex64) for x in instance.args)
    found = instance.call(solver).coefficients
    given = [instance.options[name] for name in ("w1", "w2", "w3") if name in instance.options]
    size = _size(instance) * float(np.prod([1.0 + np.abs(w).max() for w in given]))
    _close(found, oracle(instance), "the outcome", (1e-5 if single else 1e-13) * size)


@SUITE.law("function", given=instances(plain=True, whole=True))
def function(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    points = np.random.default_rng(1).normal(size=(9, 3))
    values = [SphericalProduct(np.asarray(x), lmax_of(x), "integral", "real").evaluate(points) for x in instance.args]
    _close(result.evaluate(points), values[0] * values[1], "the values", 1e-12 * _size(instance))


@functools.cache
def _turn(seed: int, lmax: int) -> Floats:
    """A rotation of coefficients, improper for odd seeds: by least squares on the oracle's points, from their
    definition.
    """
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.linalg.det(rotation) * (-1.0) ** seed
    table, weights, points = reference(lmax, "real", "integral")
    back = points @ rotation
    turned = SphericalProduct(np.eye((lmax + 1) ** 2), lmax, "integral", "real").evaluate(back, axis_order="standard")
    return np.asarray((turned * weights) @ table)  # row k: harmonic k, turned


@SUITE.law("equivariance", given=instances(plain=True))
def equivariance(solver: AnySolver, instance: Instance) -> None:
    lmax1, lmax2 = (lmax_of(x) for x in instance.args)
    lmax = instance.options.get("lmax_out", lmax1 + lmax2)
    rng = np.random.default_rng(lmax)
    options = {"lmax_out": lmax, "w1": rng.normal(size=lmax1 + 1), "w3": rng.normal(size=lmax + 1)}
    for seed in (0, 1):
        before = _plain(solver, instance.args[0] @ _turn(seed, lmax1), instance.args[1] @ _turn(seed, lmax2), **options)
        after = _plain(solver, *instance.args, **options) @ _turn(seed, lmax)
        _close(before, after, "turning first is not turning last", 1e-11 * _size(instance))


@SUITE.law("commutative", given=instances(plain=True))
def commutative(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = instance.args
    one, other = (_plain(solver, *pair, **instance.options) for pair in ((x1, x2), (x2, x1)))
    _close(one, other, "exchanged operands", 1e-12 * _size(instance))


@SUITE.law("associative", given=instances(plain=True, whole=True, most=2))
def associative(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = instance.args
    x3 = np.random.default_rng(len(x1)).normal(size=9)
    left = _plain(solver, _plain(solver, x1, x2), x3)
    right = _plain(solver, x1, _plain(solver, x2, x3))
    _close(left, right, "(x1 x2) x3", 1e-11 * _size(instance))


@SUITE.law("unit", given=instances(plain=True, whole=True))
def unit(solver: AnySolver, instance: Instance) -> None:
    x1, _ = instance.args
    for one in ([math.sqrt(4 * math.pi)], [math.sqrt(4 * math.pi), 0.0, 0.0, 0.0]):
        found = _plain(solver, x1, one)
        _close(found[: len(x1)], np.asarray(x1), "x1 times 1", 1e-12 * _size(instance))
        _close(found[len(x1) :], np.zeros(len(found) - len(x1)), "what is beyond x1", 1e-12 * _size(instance))


@SUITE.law("selection", given=instances(plain=True, whole=True))
def selection(solver: AnySolver, instance: Instance) -> None:
    l1, l2 = (lmax_of(x) for x in instance.args)
    rng = np.random.default_rng(l1 + 7 * l2)
    x1, x2 = (np.concatenate((np.zeros(l * l), rng.normal(size=2 * l + 1))) for l in (l1, l2))
    found = _plain(solver, x1, x2)
    for l3 in range(l1 + l2 + 1):
        part = np.abs(found[l3 * l3 : (l3 + 1) ** 2]).max()
        if (l1 + l2 + l3) % 2 or l3 < abs(l1 - l2):
            assert part <= 1e-12 * (1 + np.abs(found).max()), f"degrees {l1} and {l2} lead to {l3}: {part:.3g}"
        else:
            assert part > 1e-6, f"degrees {l1} and {l2} do not lead to {l3}: {part:.3g}"


@SUITE.law("positive", given=instances(plain=True, whole=True))
def positive(solver: AnySolver, instance: Instance) -> None:
    x = np.asarray(instance.args[0])
    result = solver(x, x)
    values = result.evaluate(np.random.default_rng(2).normal(size=(50, 3)))
    assert values.min() >= -1e-12 * (1 + (x * x).sum()), f"the square of a function is {values.min()} somewhere"
    mean = result.coefficients[0] * math.sqrt(4 * math.pi)
    _close(mean[None], np.array([x @ x]), "the integral of the square", 1e-12)


@SUITE.law("truncation", given=instances(plain=True))
def truncation(solver: AnySolver, instance: Instance) -> None:
    whole = _plain(solver, *instance.args)
    cut = instance.call(solver).coefficients
    _close(cut, whole[: len(cut)], "the outcome, cut", 1e-12 * _size(instance))


@SUITE.law("bilinear", given=instances(plain=True))
def bilinear(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    rng = np.random.default_rng(3)
    y1, y2 = rng.normal(size=len(x1)), rng.normal(size=len(x2))
    found = _plain(solver, 2 * x1 - y1, x2 + 3 * y2, **instance.options)
    parts = {
        (a, b): _plain(solver, u, v, **instance.options)
        for a, u in (("x", x1), ("y", y1))
        for b, v in (("x", x2), ("y", y2))
    }
    expected = 2 * parts["x", "x"] + 6 * parts["x", "y"] - parts["y", "x"] - 3 * parts["y", "y"]
    _close(found, expected, "the product of sums", 1e-11 * _size(instance))


@SUITE.law("weights", given=instances(plain=True))
def weights(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    lmax = instance.options.get("lmax_out", lmax_of(x1) + lmax_of(x2))
    rng = np.random.default_rng(4)
    w1, w2, w3 = (rng.normal(size=n + 1) for n in (lmax_of(x1), lmax_of(x2), lmax))
    found = _plain(solver, x1, x2, lmax_out=lmax, w1=w1, w2=w2, w3=w3)
    by_hand = _plain(solver, x1 * spread(w1), x2 * spread(w2), lmax_out=lmax) * spread(w3)
    _close(found, by_hand, "weighted degrees", 1e-11 * _size(instance))


@SUITE.law("normalization", given=instances(plain=True))
def normalization(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    integral = _plain(solver, x1, x2, **instance.options)
    for name in ("component", "norm"):
        power = 0.0 if name == "component" else 0.5
        a, b, c = (
            spread(math.sqrt(4 * math.pi) / (2 * np.arange(lmax_of(x) + 1) + 1.0) ** power) for x in (x1, x2, integral)
        )
        found = _plain(solver, x1 / a, x2 / b, normalization=name, **instance.options)
        _close(found * c, integral, f"{name} coefficients", 1e-11 * _size(instance))


@SUITE.law("bases", given=instances(plain=True))
def bases(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    made = [_to_complex(x) for x in (x1, x2)]
    found = _plain(solver, *made, basis="complex", **instance.options)
    expected = _to_complex(_plain(solver, x1, x2, **instance.options))
    _close(found, expected, "complex coefficients", 1e-11 * _size(instance))


def _to_complex(x: Floats) -> npt.NDArray[np.complex128]:
    """Real coefficients as complex ones, by projection of the function on the oracle's complex harmonics."""
    lmax = lmax_of(x)
    table, weights, _ = reference(lmax, "real", "integral")
    return np.asarray(((x @ table.T) * weights) @ np.conj(reference(lmax, "complex", "integral")[0]))


@SUITE.law("batch")
def batch(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    found = instance.call(solver).coefficients
    shape = found.shape[:-1]
    assume(found.size > 0)
    for place in np.ndindex(*shape):
        one, other = (np.broadcast_to(x, (*shape, x.shape[-1]))[place] for x in (x1, x2))
        alone = solver(one, other, **instance.options).coefficients
        scale = 1 + np.abs(found).max()
        _close(found[place], alone, f"item {place} of the batch", 1e-12 * scale)


@SUITE.law("symmetric", given=instances(plain=True, whole=True))
def symmetric(solver: AnySolver, instance: Instance) -> None:
    x1, x2 = (np.asarray(x) for x in instance.args)
    x3 = np.random.default_rng(5).normal(size=(lmax_of(x1) + lmax_of(x2) + 1) ** 2)

    def inner(a: Floats, b: Floats, c: Floats) -> float:
        product = _plain(solver, a, b)
        n = min(len(product), len(c))
        return float(product[:n] @ c[:n])

    found = [inner(x1, x2, x3), inner(x1, x3, x2), inner(x3, x2, x1)]
    assert max(found) - min(found) <= 1e-11 * _size(instance) * (1 + np.abs(x3).sum()), f"the three are {found}"
