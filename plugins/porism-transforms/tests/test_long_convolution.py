"""Long convolutions: laws, mutants, and the plan that is kept between calls."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import signal

import porism
from porism.conformance import check, parametrize
from porism_transforms import LongConv
from porism_transforms.long_convolution import (
    direct_conv,
    flash_fft_conv,
    long_convolution,
    overlap_add,
    rfft_conv,
    scipy_fftconvolve,
)

MUTANTS = "long_convolution"
RNG = np.random.default_rng(0)


@parametrize(flash_fft_conv)
def test_law(law):
    law(examples=20)


@parametrize(scipy_fftconvolve, rfft_conv, overlap_add, direct_conv)
def test_law_of_baselines(law):
    law(examples=6)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=15).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def reference(u, k, mode="causal"):
    whole = np.array([[np.convolve(row, kernel) for row, kernel in zip(item, k, strict=True)] for item in u])
    return whole[..., : u.shape[2]] if mode == "causal" else whole


# -- plans -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("length", "taps"), [(256, 256), (1000, 1000), (5000, 31), (3000, 600), (70_000, 17)])
def test_a_plan_equals_scipy(dtype, length, taps):
    u, k = RNG.standard_normal((2, 3, length)), RNG.standard_normal((3, taps))
    plan = LongConv(length, 3, kernel_len=taps, dtype=dtype).set_kernel(k)
    expected = signal.fftconvolve(u, k[None], axes=2)[..., :length]
    assert plan(u).dtype == dtype
    np.testing.assert_allclose(plan(u), expected, atol=60 * np.finfo(dtype).eps * np.sqrt(taps) * 5)


def test_short_kernels_are_convolved_in_windows():
    assert LongConv(1 << 20, 1, kernel_len=100).windows > 100
    assert LongConv(4096, 1).windows == 1
    assert LongConv(4096, 1).factors == (16, 16, 16)


def test_plans_are_reused_bit_by_bit_in_any_order_of_the_batch():
    u = RNG.standard_normal((5, 4, 700)).astype(np.float32)
    plan = LongConv(700, 4, n_jobs=2).set_kernel(RNG.standard_normal((4, 700)))
    first = plan(u)
    assert np.array_equal(first, plan(u))
    order = [3, 1, 4, 0, 2]
    assert np.array_equal(first[order], plan(np.ascontiguousarray(u[order])))
    assert np.array_equal(first[2:3], plan(u[2:3]))
    serial = LongConv(700, 4, n_jobs=1)
    serial.set_kernel(RNG.standard_normal((4, 700)))
    assert not np.array_equal(serial(u), first)


def test_output_goes_where_it_is_asked_for():
    u = RNG.standard_normal((2, 2, 300))
    plan = LongConv(300, 2, dtype=np.float64).set_kernel(RNG.standard_normal((2, 300)))
    out = np.full((2, 2, 300), np.nan)
    assert plan(u, out=out) is out
    assert np.array_equal(out, plan(u))
    for bad in (np.empty((2, 2, 301)), np.empty((2, 2, 300), np.float32), out[..., ::-1], [1.0], out.T):
        with pytest.raises(porism.InvalidInput, match="out must be a writeable C-contiguous float64 array of shape"):
            plan(u, out=bad)


def test_spectra_in_natural_order():
    k = RNG.standard_normal((2, 300))
    dense = LongConv(300, 2, dtype=np.float64).set_kernel(k)
    points = dense.fft_size // 2
    at = 4 * np.arange(points) - 1
    np.testing.assert_allclose(dense.spectrum_natural_order(), np.fft.fft(k, 4 * points)[:, at], atol=1e-11)
    cyclic = LongConv(512, 2, factors=(2, 16, 16), keep=(2, 16, 16), mode="circular", dtype=np.float64)
    k = RNG.standard_normal((2, 512))
    np.testing.assert_allclose(cyclic.set_kernel(k).spectrum_natural_order(), np.fft.fft(k), atol=1e-11)


@pytest.mark.parametrize(
    ("mode", "length", "taps"),
    [
        ("causal", 300, 300),
        ("causal", 9000, 20),
        ("full", 50, 70),
        ("same", 60, 31),
        ("circular", 64, 64),
        ("circular", 20, 70),
    ],
)
def test_gradients_are_those_of_the_definition(mode, length, taps):
    batch, channels = 2, 2
    plan = LongConv(length, channels, kernel_len=taps, mode=mode, dtype=np.float64)
    u, k = RNG.standard_normal((batch, channels, length)), RNG.standard_normal((channels, taps))
    options = {
        "pre_gate": RNG.standard_normal(u.shape),
        "post_gate": RNG.standard_normal((*u.shape[:2], plan.out_length)),
    }
    if mode != "full":
        options["skip"] = RNG.standard_normal(channels)
    plan.set_kernel(k)
    dy = RNG.standard_normal((batch, channels, plan.out_length))
    found = plan.gradients(u, dy, **options)

    def value(**changed):
        given = {"u": u, "k": k, **options, **changed}
        return float((dy * flash_fft_conv(given.pop("u"), given.pop("k"), mode=mode, **given).y).sum())

    for name, at, gradient in [("u", u, found.u), ("k", k, found.k)] + [
        (name, options[name], getattr(found, name)) for name in options
    ]:
        direction = RNG.standard_normal(at.shape)
        slope = (value(**{name: at + direction}) - value(**{name: at - direction})) / 2  # linear in each: exact
        np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-9, atol=1e-8, err_msg=name)


def test_gradients_are_adjoints():
    u, dy = RNG.standard_normal((2, 3, 3, 5000))
    plan = LongConv(5000, 3, dtype=np.float64).set_kernel(RNG.standard_normal((3, 5000)))
    du, dk = plan.grad(u, dy)
    np.testing.assert_allclose((dy * plan(u)).sum(), (du * u).sum(), rtol=1e-10)
    wanted = np.array([[dy[:, h, j:].ravel() @ u[:, h, : 5000 - j].ravel() for j in (0, 7, 4999)] for h in range(3)])
    np.testing.assert_allclose(dk[:, [0, 7, 4999]], wanted, atol=1e-9)


def test_streams_in_any_pieces_give_what_one_call_gives():
    u, k = RNG.standard_normal((2, 3, 5000)), RNG.standard_normal((3, 300))
    plan = LongConv(1000, 3, kernel_len=300, dtype=np.float64).set_kernel(k)
    cuts = np.sort(RNG.integers(1, 5000, 30))
    state, pieces = plan.state(2), []
    for a, b in zip([0, *cuts], [*cuts, 5000], strict=True):
        if a < b:
            before = state.copy()
            y, later = plan.stream(state, u[..., a:b])
            assert np.array_equal(state, before)
            pieces.append(y)
            state = later
    np.testing.assert_allclose(np.concatenate(pieces, axis=2), reference(u, k), atol=1e-12 * 300)
    np.testing.assert_array_equal(state, u[..., -299:])


def test_memory_of_windows_does_not_depend_on_the_length():
    peaks = []
    for length in (1 << 14, 1 << 20):
        u = np.ones((1, 1, length), dtype=np.float32)
        out = np.empty_like(u)
        plan = LongConv(length, 1, kernel_len=64).set_kernel(np.ones((1, 64)))
        assert plan.fft_size <= 1 << 12
        tracemalloc.start()
        plan(u, out=out, check_finite=False)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000


def test_what_a_plan_refuses():
    plan = LongConv(300, 2)
    with pytest.raises(porism.InvalidInput, match="k must be set before"):
        plan(np.ones((1, 2, 300)))
    with pytest.raises(porism.InvalidInput, match=r"k must be of shape \(2, 300\), got \(2, 299\)"):
        plan.set_kernel(np.ones((2, 299)))
    plan.set_kernel(np.ones((2, 300)))
    for u in (np.ones((1, 2, 299)), np.ones((1, 3, 300)), np.ones((0, 2, 300))):
        with pytest.raises(porism.InvalidInput, match="u must be of shape"):
            plan(u)
    with pytest.raises(porism.InvalidInput, match="u must be finite, got nan"):
        plan(np.full((1, 2, 300), np.nan))
    assert np.isnan(plan(np.full((1, 2, 300), np.nan), check_finite=False)).all()
    for bad in ({"dtype": "int8"}, {"dtype": 3}, {"length": 0}, {"mode": "no"}, {"symmetric": True}, {"keep": "16"}):
        with pytest.raises(porism.InvalidInput, match=next(iter(bad))):
            LongConv(**{"length": 300, "channels": 1, **bad})
    for bad in ({"factors": np.array(3)}, {"factors": (2, 16, 16), "keep": np.array(3)}):
        with pytest.raises(porism.InvalidType, match=list(bad)[-1]):
            LongConv(200, 1, **bad)
    with pytest.raises(porism.InvalidInput, match="keep must be between 1 and each of the factors"):
        LongConv(200, 1, factors=(2, 16, 16), keep=(3, 16, 16))


def test_rows_longer_than_a_window_are_cut_without_aliasing():
    u, k = RNG.standard_normal((1, 1, 2000)), RNG.standard_normal((1, 500))
    result = flash_fft_conv(u, k, factors=(16, 16))  # 512 numbers in a window, 13 of them new
    np.testing.assert_allclose(result.y, direct_conv(u, k).y, atol=1e-11)
    assert result.factors == (16, 16)


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    result = long_convolution.default(np.ones((1, 2, 9)), np.ones((2, 3)))
    assert result.plot(channel=1).lines[0].get_ydata().tolist() == pytest.approx([1, 2, 3, 3, 3, 3, 3, 3, 3])
    pyplot.close("all")
    with pytest.raises(porism.InvalidInput, match=r"channel must be in 0\.\.1, got 2"):
        result.plot(channel=2)


# -- sizes, spectra and complex numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "taps", "size"), [(40, 40, None), (40, 30, 55), (40, 90, 41), (9, 300, 9), (30, 4, 99)]
)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_gradients_of_circular_plans_of_any_size_are_adjoints(length, taps, size, dtype):
    def numbers(*shape):
        x = RNG.standard_normal(shape)
        return x + 1j * RNG.standard_normal(shape) if np.dtype(dtype).kind == "c" else x

    u, dy, before, after = (numbers(2, 3, length) for _ in range(4))
    k, skip = numbers(3, taps), numbers(3)
    plan = LongConv(length, 3, kernel_len=taps, mode="circular", fft_size=size, dtype=dtype).set_kernel(k)
    options = {"pre_gate": before, "post_gate": after, "skip": skip}
    found = plan.gradients(u, dy, **options)

    def value(**changed):
        given = {"u": u, "k": k, **options, **changed}
        y = direct_conv(given.pop("u"), given.pop("k"), mode="circular", fft_size=size, **given).y
        return float((dy.conj() * y).real.sum())

    for name, at in {"u": u, "k": k, **options}.items():
        direction = numbers(*at.shape)
        slope = (value(**{name: at + direction}) - value(**{name: at - direction})) / 2  # linear in each: exact
        gradient = getattr(found, name)
        assert gradient.dtype == dtype
        np.testing.assert_allclose((gradient.conj() * direction).real.sum(), slope, rtol=1e-9, atol=1e-8, err_msg=name)


@pytest.mark.parametrize(
    ("mode", "size"), [("causal", 101), ("causal", 256), ("full", 99), ("circular", 50), ("circular", 71)]
)
def test_plans_take_spectra_for_kernels(mode, size):
    u, k = RNG.standard_normal((2, 3, 50)), RNG.standard_normal((3, 50))
    plan = LongConv(50, 3, mode=mode, fft_size=size, dtype=np.float64)
    by_spectra = plan.set_kernel(k_f=np.fft.rfft(k, size))(u)
    np.testing.assert_allclose(by_spectra, plan.set_kernel(k)(u), atol=1e-12)


def test_sparse_plans_take_spectra_too():
    u, k = RNG.standard_normal((1, 2, 400)), RNG.standard_normal((2, 100))
    plan = LongConv(400, 2, kernel_len=100, factors=(2, 16, 16), keep=(1, 16, 3), dtype=np.float64)
    wanted = plan.set_kernel(k)(u)
    np.testing.assert_allclose(plan.set_kernel(k_f=np.fft.rfft(k, 512))(u), wanted, atol=1e-12)


def test_a_size_is_that_of_one_transform():
    windows = LongConv(9000, 1, kernel_len=20)
    whole = LongConv(9000, 1, kernel_len=20, fft_size=20_000)
    assert windows.windows > 1
    assert whole.windows == 1
    assert whole.fft_size >= 20_000
    u, k = RNG.standard_normal((1, 1, 9000)), RNG.standard_normal((1, 20))
    np.testing.assert_allclose(whole.set_kernel(k)(u), windows.set_kernel(k)(u), atol=1e-4)


def test_single_precision_stays_single():
    u = (RNG.standard_normal((2, 2, 60)) + 1j).astype(np.complex64)
    k = RNG.standard_normal((2, 9)).astype(np.float32)
    for solver in (flash_fft_conv, rfft_conv, scipy_fftconvolve):
        assert solver(u, k, mode="circular").y.dtype == np.complex64
    k_f = np.fft.rfft(k, 70).astype(np.complex64)
    assert flash_fft_conv(u.real, k_f=k_f, fft_size=70).y.dtype == np.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fft_size": 598}, "fft_size must be at least 599 in mode 'causal'"),
        ({"mode": "circular", "fft_size": 299}, "fft_size must be at least the length 300"),
        ({"dtype": np.complex64}, "dtype must be float32 or float64 in mode 'causal', got complex64"),
        ({"factors": (2, 16, 16), "keep": (1, 16, 3), "kernel_len": 3, "fft_size": 512}, "fft_size must be left out"),
        ({"mode": "circular", "fft_size": 1 << 45, "kernel_len": 1 << 45}, "LongConv: tables|shorter"),
    ],
)
def test_sizes_and_numbers_that_a_plan_refuses(options, message):
    with pytest.raises(porism.InvalidInput, match=message):
        LongConv(300, 1, **options)


def test_kernels_and_spectra_that_a_plan_refuses():
    plan = LongConv(300, 1)
    with pytest.raises(porism.InvalidInput, match="k must be given, or k_f, got neither"):
        plan.set_kernel()
    with pytest.raises(porism.InvalidInput, match="fft_size must be given to the plan for spectra"):
        plan.set_kernel(k_f=np.ones((1, 301)))
    sized = LongConv(300, 1, fft_size=1000)
    with pytest.raises(porism.InvalidInput, match=r"k_f must be of shape \(1, 501\), numpy\.fft\.rfft\(k, 1000\), got"):
        sized.set_kernel(k_f=np.ones((1, 500)))
    with pytest.raises(porism.InvalidInput, match=r"kernels of 300 taps, got .* of the norm of kernel 0 beyond"):
        sized.set_kernel(k_f=np.fft.rfft(np.ones((1, 301)), 1000))
    assert np.isnan(sized.set_kernel(k_f=np.full((1, 501), np.nan), check_finite=False)(np.ones((1, 1, 300)))).all()
