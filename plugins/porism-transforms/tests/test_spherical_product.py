"""The laws and their mutants; what laws do not say: agreement with SymPy and e3nn's conventions, plans, gradients,
powers, series.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import porism
from porism.conformance import check, parametrize
from porism_transforms import gaunt_direct, gaunt_fourier, gaunt_grid, spherical_product
from porism_transforms.spherical_product import (
    GauntPlan,
    fourier_to_sh,
    gaunt_coefficients,
    gaunt_conv,
    gaunt_power,
    rotate,
    sh_to_fourier,
    spherical_harmonics,
)

MUTANTS = "spherical_product"

SOLVERS = (gaunt_grid, gaunt_fourier, gaunt_direct)


@parametrize(*SOLVERS)
def test_law(law):
    law(examples=20)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=15).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def normal(seed: int, *shape: int):
    return np.random.default_rng(seed).normal(size=shape)


# -- the numbers -------------------------------------------------------------------------------------------------------


def test_coefficients_are_those_of_sympy():
    wigner = pytest.importorskip("sympy.physics.wigner")
    for l1, l2, l3 in [(0, 0, 0), (1, 1, 2), (1, 2, 3), (2, 2, 2), (3, 1, 4), (1, 1, 1)]:
        block = gaunt_coefficients(l1, l2, l3)
        for m1, m2, m3 in np.ndindex(*block.shape):
            expected = float(wigner.real_gaunt(l1, l2, l3, m1 - l1, m2 - l2, m3 - l3))
            assert abs(block[m1, m2, m3] - expected) < 1e-14, (l1, l2, l3, m1 - l1, m2 - l2, m3 - l3)


def test_coefficients_are_symmetric_in_all_three():
    block = gaunt_coefficients(2, 3, 5)
    np.testing.assert_allclose(gaunt_coefficients(3, 2, 5), block.transpose(1, 0, 2), atol=1e-14)
    np.testing.assert_allclose(gaunt_coefficients(5, 3, 2), block.transpose(2, 1, 0), atol=1e-14)


def test_the_conventions_are_those_of_e3nn():
    """In e3nn, harmonics of degree 1 are the vector itself, and degree 2 begins with √15 xz (component
    normalisation).
    """
    x, y, z = vector = np.array([1.0, 2.0, 3.0]) / math.sqrt(14)
    made = spherical_harmonics(2, vector[None], normalization="component")[0]
    np.testing.assert_allclose(made[1:4], math.sqrt(3) * vector, rtol=1e-14)
    np.testing.assert_allclose(made[4:6], [math.sqrt(15) * x * z, math.sqrt(15) * x * y], rtol=1e-13)
    np.testing.assert_allclose(made[6], math.sqrt(5) * (y * y - (x * x + z * z) / 2), rtol=1e-13)
    np.testing.assert_allclose(made[7:], [math.sqrt(15) * y * z, math.sqrt(15) / 2 * (z * z - x * x)], rtol=1e-13)
    polar = spherical_harmonics(3, [[0.0, 0.0, 5.0]], axis_order="standard")[0]
    assert np.flatnonzero(np.abs(polar) > 1e-14).tolist() == [0, 2, 6, 12]


@pytest.mark.parametrize("solver", SOLVERS[:2])
@pytest.mark.parametrize("lmax", [12, 40, 100])
def test_large_degrees_are_stable(solver, lmax):
    x1, x2 = normal(1, (lmax + 1) ** 2), normal(2, (lmax + 1) ** 2)
    result = solver(x1, x2)
    points = normal(3, 20, 3)
    table = spherical_harmonics(lmax, points)
    expected = (table @ x1) * (table @ x2)
    np.testing.assert_allclose(result.evaluate(points), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_solvers_agree_where_the_grid_changes_its_form():
    for lmax1, lmax2, lmax_out in [(8, 8, 16), (9, 8, 17), (3, 20, 23), (20, 3, 5), (17, 0, 17), (0, 0, 0)]:
        x1, x2 = normal(4, 3, (lmax1 + 1) ** 2), normal(5, 3, (lmax2 + 1) ** 2)
        found = [solver(x1, x2, lmax_out=lmax_out).coefficients for solver in SOLVERS]
        for other in found[1:]:
            np.testing.assert_allclose(other, found[0], rtol=0, atol=1e-11)


def test_blocks_of_a_large_batch_are_the_items():
    x1, x2 = normal(6, 3000, 9), normal(7, 3000, 16)
    whole, some = gaunt_grid(x1, x2).coefficients, [0, 1499, 2999]
    np.testing.assert_allclose(whole[some], gaunt_grid(x1[some], x2[some]).coefficients, atol=1e-14)
    one = gaunt_grid(x1[0], x2).coefficients
    np.testing.assert_allclose(one[2999], gaunt_grid(x1[0], x2[2999]).coefficients, atol=1e-14)


# -- plans and gradients -----------------------------------------------------------------------------------------------


def test_paths_have_an_even_sum():
    paths = GauntPlan(2, 1, 2).paths()
    assert (1, 1, 1) not in paths
    assert paths == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 2), (2, 0, 2), (2, 1, 1)]


@pytest.mark.parametrize("method", ["grid", "fourier", "direct"])
@pytest.mark.parametrize("degrees", [(2, 3, 5), (3, 1, 2), (4, 1, 0), (0, 2, 2)])
@pytest.mark.parametrize("kind", [float, complex])
def test_gradients_are_adjoint_and_those_of_differences(method, degrees, kind):
    plan = GauntPlan(*degrees, method=method)
    x1, x2, g = (normal(i, 2, (lmax + 1) ** 2).astype(kind) for i, lmax in enumerate(degrees))
    if kind is complex:
        x1, x2, g = (x + 1j * normal(9, *x.shape) for x in (x1, x2, g))
    one, other = plan.vjp(x1, x2, g)
    assert (one.shape, other.shape) == (x1.shape, x2.shape)
    for seed in range(3):
        d1, d2 = normal(seed, *x1.shape), normal(seed + 50, *x2.shape)
        change = plan.product(d1, x2) + plan.product(x1, d2)  # bilinear: the exact derivative
        expected = np.real(np.vdot(g, change))
        assert np.real(np.vdot(one, d1) + np.vdot(other, d2)) == pytest.approx(expected, abs=1e-11)
    step = 1e-6
    moved = x1.copy()
    moved[0, -1] += step
    difference = np.real(np.vdot(g, plan.product(moved, x2) - plan.product(x1, x2))) / step
    assert one[0, -1].real == pytest.approx(difference, rel=1e-6, abs=1e-6)


def test_tables_are_cubic():
    sizes = [GauntPlan(lmax, lmax, method=method).nbytes for method in ("grid", "fourier") for lmax in (24, 48)]
    for small, large in (sizes[:2], sizes[2:]):
        assert math.log2(large / small) < 3.1


def test_plans_refuse_what_they_cannot_take():
    plan = GauntPlan(1, 2)
    with pytest.raises(porism.InvalidInput, match=r"x2 must have 9 coefficients for degree 2, got \(4,\)"):
        plan.product(np.zeros(4), np.zeros(4))
    with pytest.raises(porism.InvalidInput, match="lmax1 must be an integer ≥ 0, got -1"):
        GauntPlan(-1, 2)
    with pytest.raises(porism.InvalidInput, match=r"lmax_out must be in 0\.\.3"):
        GauntPlan(1, 2, 4)
    with pytest.raises(porism.InvalidInput, match="method must be one of"):
        GauntPlan(1, 2, method="cubic")
    with pytest.raises(porism.InvalidInput, match="dtype must be float32 or float64, got int64"):
        GauntPlan(1, 2, dtype=np.int64)
    with pytest.warns(ResourceWarning, match="degrees 257 and 0"):
        GauntPlan(257, 0, 1)


# -- powers, directions, series, rotations -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["grid", "fourier"])
@pytest.mark.parametrize("normalization", ["integral", "component", "norm"])
def test_powers_are_repeated_products(method, normalization):
    x = normal(8, 2, 9)
    square = spherical_product(x, x, normalization=normalization).coefficients
    cube = spherical_product(square, x, normalization=normalization).coefficients
    np.testing.assert_allclose(gaunt_power(x, 1, normalization=normalization, method=method), x, atol=1e-13)
    np.testing.assert_allclose(gaunt_power(x, 3, normalization=normalization, method=method), cube, atol=1e-11)
    cut = gaunt_power(x, 3, lmax_out=2, normalization=normalization, method=method)
    np.testing.assert_allclose(cut, cube[:, :9], atol=1e-11)


@pytest.mark.parametrize("normalization", ["integral", "component", "norm"])
@pytest.mark.parametrize("axis_order", ["e3nn", "standard"])
def test_convolution_is_the_product_with_harmonics_of_the_directions(normalization, axis_order):
    directions = np.concatenate(
        (normal(9, 6, 3), [[0, 0, 1.0], [0, 0, -2.0], [0, 1.0, 0], [0, -1.0, 0], [1e-300, 0, 0]])
    )
    x, w2 = normal(10, len(directions), 16), normal(11, 5)
    table = spherical_harmonics(4, directions, normalization=normalization, axis_order=axis_order)
    for lmax_out in (None, 2, 5):
        expected = spherical_product(x, table, lmax_out=lmax_out, w2=w2, normalization=normalization).coefficients
        found = gaunt_conv(
            x, directions, 4, lmax_out=lmax_out, w2=w2, normalization=normalization, axis_order=axis_order
        )
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


def test_series_are_the_function_and_come_back():
    x = normal(12, 3, 25)
    series = sh_to_fourier(x)
    theta, phi = 0.7, 2.1
    u = np.arange(-4, 5)
    value = np.einsum("iuv,u,v->i", series, np.exp(1j * u * theta), np.exp(1j * u * phi))
    direction = [[math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)]]
    expected = x @ spherical_harmonics(4, direction, axis_order="standard")[0]
    np.testing.assert_allclose(value, expected, atol=1e-12)
    np.testing.assert_allclose(fourier_to_sh(series), x, atol=1e-12)
    np.testing.assert_allclose(fourier_to_sh(series, 2), x[:, :9], atol=1e-12)


def test_a_product_is_a_convolution_of_series():
    from scipy.signal import convolve2d

    x1, x2 = normal(13, 9), normal(14, 16)
    series = convolve2d(sh_to_fourier(x1), sh_to_fourier(x2))
    np.testing.assert_allclose(fourier_to_sh(series), gaunt_direct(x1, x2).coefficients, atol=1e-12)


def test_rotation_turns_the_function():
    rng = np.random.default_rng(15)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    for improper in (rotation, -rotation):
        for axis_order in ("e3nn", "standard"):
            x, points = rng.normal(size=16), rng.normal(size=(5, 3))
            there = rotate(x, improper, axis_order=axis_order) @ spherical_harmonics(3, points, axis_order=axis_order).T
            here = x @ spherical_harmonics(3, points @ improper, axis_order=axis_order).T
            np.testing.assert_allclose(there, here, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaunt_power(np.zeros(4), 0), "nu must be an integer ≥ 1, got 0"),
        (lambda: gaunt_power(np.zeros(5), 2), "x must be .* got 5"),
        (lambda: gaunt_power(np.zeros(4), 2, method="direct"), "method must be one of"),
        (lambda: gaunt_coefficients(1, -1, 0), "l2 must be an integer ≥ 0"),
        (lambda: gaunt_conv(np.zeros((2, 4)), np.ones((3, 3)), 1), "x must have a row for each of the 3 directions"),
        (lambda: gaunt_conv(np.zeros((1, 4)), np.zeros((1, 3)), 1), "directions must be vectors of length above 0"),
        (lambda: gaunt_conv(np.zeros((1, 4)), np.ones((1, 3)), 1, w2=[1.0]), "w2 must have 2 weights"),
        (lambda: rotate(np.zeros(4), np.ones((3, 3))), "rotation must be an orthogonal matrix"),
        (lambda: fourier_to_sh(np.zeros((2, 2))), r"series must have the shape \(\.\.\., 2L\+1, 2L\+1\)"),
        (lambda: spherical_harmonics(2, [[1.0, 2.0]]), "directions must have three coordinates"),
        (lambda: gaunt_grid([1.0], [1.0]).evaluate([[0, 0, 1.0]], axis_order="z"), "axis_order must be one of"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(porism.InvalidInput, match=message):
        call()


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    result = gaunt_grid(normal(16, 2, 9), normal(17, 9))
    assert result.plot(1).get_xlabel() == "longitude"
    with pytest.raises(porism.InvalidInput, match=r"item must be an integer in 0\.\.1, got 2"):
        result.plot(2)
    pyplot.close("all")


def test_matrices_are_the_product():
    plan = GauntPlan(2, 3, 4)
    a, b, c = plan.matrices()
    x1, x2 = normal(18, 5, 9), normal(19, 5, 16)
    np.testing.assert_allclose(((x1 @ a) * (x2 @ b)) @ c, plan.product(x1, x2), atol=1e-12)
    with pytest.raises(porism.InvalidInput, match=r"lmax1 \+ lmax2 \+ lmax_out must be 96 or less"):
        GauntPlan(30, 30).matrices()


# -- frameworks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("normalization", ["integral", "component", "norm"])
def test_jax_multiplies_compiles_and_differentiates(normalization):
    jax = pytest.importorskip("jax")
    from porism_transforms.spherical_product.jax import gaunt_product

    x1, x2, w3 = (normal(20 + i, *shape).astype(np.float32) for i, shape in enumerate([(5, 9), (5, 16), (4,)]))
    options = {"lmax_out": 3, "normalization": normalization}
    expected = gaunt_grid(x1, x2, w3=w3, **options).coefficients
    compiled = jax.jit(lambda a, b, w: gaunt_product(a, b, w3=w, **options))
    np.testing.assert_allclose(compiled(x1, x2, w3), expected, rtol=1e-4, atol=1e-4)
    one = jax.vmap(lambda a, b: gaunt_product(a, b, w3=w3, **options))
    np.testing.assert_allclose(one(x1, x2), expected, rtol=1e-4, atol=1e-4)
    gradients = jax.grad(lambda a, b: (gaunt_product(a, b, lmax_out=3) ** 2).sum() / 2, argnums=(0, 1))(x1, x2)
    expected = GauntPlan(2, 3, 3).vjp(x1, x2, gaunt_grid(x1, x2, lmax_out=3).coefficients)
    for found, exact in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-4)
    with pytest.raises(porism.InvalidInput, match=r"x2 must have \(L\+1\)² coefficients"):
        gaunt_product(x1, x2[:, :5])
    with pytest.raises(porism.InvalidInput, match="w1 must have 3 weights"):
        gaunt_product(x1, x2, w1=w3)


def test_torch_multiplies_and_differentiates():
    torch = pytest.importorskip("torch", reason="PyTorch is an optional extra: pip install 'porism-transforms[torch]'")
    from porism_transforms.spherical_product.torch import gaunt_product

    x1, x2 = (torch.tensor(normal(23 + i, 3, n), requires_grad=True) for i, n in enumerate((9, 16)))
    expected = gaunt_grid(x1.detach().numpy(), x2.detach().numpy()).coefficients
    np.testing.assert_allclose(gaunt_product(x1, x2).detach().numpy(), expected, atol=1e-12)
    assert torch.autograd.gradcheck(gaunt_product, (x1, x2))
    assert torch.autograd.gradgradcheck(gaunt_product, (x1[:1, :4], x2[:1, :4]))
