"""What every long-convolution solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms._convolution import MODES, out_length
from porism_transforms.long_convolution.problem import LongConvolutionResult, long_convolution

__all__ = ["SUITE", "expected", "sums"]

Floats = npt.NDArray[Any]
AnySolver = Solver[..., LongConvolutionResult]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def sums(u: Floats, k: Floats, mode: str, size: int | None = None) -> Floats:
    """Sums of products for one sequence, in extended precision where the machine has it."""
    wide = np.result_type(u, k, np.longdouble)
    whole = np.zeros(len(u) + len(k) - 1, dtype=wide)
    for j, tap in enumerate(k.astype(wide)):
        whole[j : j + len(u)] += tap * u
    if mode == "circular":
        return np.array([whole[n :: size or len(u)].sum() for n in range(len(u))])
    start = (len(k) - 1) // 2 if mode == "same" else 0
    return whole[start : start + out_length(mode, len(u), len(k))]


def parts(instance: Instance) -> tuple[Floats, Floats, dict[str, Any]]:
    """The arrays u and k as numbers, and all options that the problem declares."""
    defaults = {"mode": "causal", "fft_size": None, "pre_gate": None, "post_gate": None, "skip": None}
    u, k = (np.asarray(a) for a in instance.args)
    u, k = (a.astype(np.complex128 if a.dtype.kind == "c" else np.float64) for a in (u, k))
    return u, k, {**defaults, **instance.options}


def expected(instance: Instance) -> tuple[Floats, Floats]:
    """The exact output, and how far from it each sequence may be."""
    u, k, options = parts(instance)
    gated = u if options["pre_gate"] is None else u * np.asarray(options["pre_gate"])
    mode, n = options["mode"], options["fft_size"]
    y = np.array([[sums(row, kernel, mode, n) for row, kernel in zip(item, k, strict=True)] for item in gated])
    size = y.shape[2] + u.shape[2] + k.shape[1] + 512
    eps = np.finfo(dtype_of(instance)).eps
    bound = eps * math.log2(size) * 10 * np.linalg.norm(gated, axis=2) * np.linalg.norm(k, axis=1)
    bound = bound * math.sqrt(-(-k.shape[1] // u.shape[2])) + 4 * np.finfo(dtype_of(instance)).tiny
    if options["post_gate"] is not None:
        y = y * np.asarray(options["post_gate"])
        bound = bound * np.maximum(np.abs(options["post_gate"]).max(axis=2), 1)
    if options["skip"] is not None:
        y = y + np.asarray(options["skip"])[:, None] * u
        bound = bound + 4 * eps * (np.abs(np.asarray(options["skip"]))[:, None] * np.abs(u)).max(axis=2)
    if dtype_of(instance).kind == "c":
        bound = 2 * bound
    return y, bound + 2 * eps * np.abs(y).max(axis=2).astype(np.float64)


def dtype_of(instance: Instance) -> np.dtype[Any]:
    """What is computed with."""
    kinds = [np.asarray(a).dtype.newbyteorder("=") for a in instance.args]
    single = all(kind in (np.float32, np.complex64) for kind in kinds)
    return np.result_type(np.float32 if single else np.float64, *(kind for kind in kinds if kind.kind == "c"))


def within(found: Floats, exact: Floats, bound: Floats, what: str) -> None:
    """No sequence is farther from what it must be than its bound."""
    distance = np.abs(found.astype(np.result_type(found, np.longdouble)) - exact).max(axis=2)
    worst = np.unravel_index(int(np.argmax(distance - bound)), distance.shape)
    assert distance[worst] <= bound[worst], (
        f"sequence {tuple(map(int, worst))} is {float(distance[worst]):.3g} from {what}, "
        f"allowed is {float(bound[worst]):.3g}"
    )


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: st.DrawFn, mode: str | None = None, plain: bool = False, wholes: bool = False) -> Instance:
    """Sequences and kernels of all lengths around each other and around the sizes of transforms."""
    batch, channels = draw(st.sampled_from([(1, 1), (1, 3), (2, 1), (3, 2)]))
    length = draw(st.integers(1, 40) | st.integers(1, 12) | st.sampled_from([127, 256, 257, 300, 511, 1025]))
    taps = draw(
        st.sampled_from(sorted({1, 2, max(1, length // 7), max(1, length - 1), length, length + 1, 2 * length + 3}))
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    chosen = mode or draw(st.sampled_from(MODES))
    dtype = np.float64 if wholes else draw(st.sampled_from([np.float32, np.float64]))
    turned = () if plain or chosen != "circular" else draw(st.sampled_from([(), (), ("u",), ("k",), ("u", "k")]))

    def numbers(*shape: int) -> Floats:
        if wholes:
            return rng.integers(-20, 21, shape).astype(np.float64)
        return (rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 4)).astype(dtype)

    def values(name: str, *shape: int) -> Floats:
        return numbers(*shape) + np.asarray(1j * numbers(*shape)) if name in turned else numbers(*shape)

    options: dict[str, Any] = {"mode": chosen}
    if not plain:
        least = length if chosen == "circular" else length + taps - 1
        more = draw(st.sampled_from([None, None, None, None, 0, 1, taps - 1, taps + 2, 100]))
        options["fft_size"] = None if more is None else least + more
        shape = (batch, channels, out_length(chosen, length, taps))
        if draw(st.booleans()):
            options["pre_gate"] = values("u", batch, channels, length)
        if draw(st.booleans()):
            options["post_gate"] = numbers(*shape)
        if chosen != "full" and draw(st.booleans()):
            options["skip"] = numbers(channels)
    u = draw(layouts(values("u", batch, channels, length)))
    return Instance((u, draw(layouts(values("k", channels, taps)))), options)


def _invalid() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    u = np.arange(12.0).reshape(1, 2, 6)
    k = np.ones((2, 3))
    bad = u.copy()
    bad[0, 1, 2] = np.nan
    endless = k.copy()
    endless[1, 2] = np.inf
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (u[0], k, {}, "u", "(2, 6)"),
        (u[None], k, {}, "u", "4-D"),
        (np.empty((0, 2, 6)), k, {}, "u", "(0, 2, 6)"),
        (np.empty((1, 2, 0)), k, {}, "u", "(1, 2, 0)"),
        (bad, k, {}, "u", "nan at u[0, 1, 2]"),
        (u, endless, {}, "k", "inf at k[1, 2]"),
        (u.astype(complex), k, {}, "u", "complex128"),
        (u.astype(complex), k, {"mode": "full"}, "u", "complex128"),
        (bad * 1j, k, {"mode": "circular"}, "u", "nan"),
        (u, k.astype(complex), {}, "k", "complex128"),
        (u.astype(object), k, {}, "u", "object"),
        ("text", k, {}, "u", "0-D"),
        (None, k, {}, "u", ""),
        (u, k[:1], {}, "k", "(1, 3)"),
        (u, k[0], {}, "k", "1-D"),
        (u, np.empty((2, 0)), {}, "k", "(2, 0)"),
        (u, k, {"mode": "valid"}, "mode", "'valid'"),
        (u, k, {"mode": None}, "mode", "None"),
        (u, k, {"fft_size": 7}, "fft_size", "at least 8"),
        (u, k, {"fft_size": 5, "mode": "circular"}, "fft_size", "got 5"),
        (u, k, {"fft_size": 8.0}, "fft_size", "8.0"),
        (u, k, {"fft_size": "8"}, "fft_size", "'8'"),
        (u, None, {}, "k", "neither"),
        (u, k, {"k_f": np.ones((2, 5)), "fft_size": 8}, "k", "both"),
        (u, None, {"k_f": np.ones((2, 5))}, "fft_size", "None"),
        (u, None, {"k_f": np.ones((2, 5)), "fft_size": 5}, "fft_size", "at least 6"),
        (u, None, {"k_f": np.ones((2, 6)), "fft_size": 8}, "k_f", "(2, 6)"),
        (u, None, {"k_f": np.ones((1, 5)), "fft_size": 8}, "k_f", "(1, 5)"),
        (u, None, {"k_f": np.full((2, 5), np.inf), "fft_size": 8}, "k_f", "inf"),
        (u, None, {"k_f": np.arange(10.0).reshape(2, 5), "fft_size": 8}, "k_f", "3 taps"),
        (u, None, {"k_f": np.ones((2, 5)), "fft_size": 8, "mode": "same"}, "k", "'same'"),
        (u, None, {"k_f": np.ones(5), "fft_size": 8}, "k_f", "1-D"),
        (u, None, {"k_f": "one", "fft_size": 8}, "k_f", ""),
        (u * 1j, None, {"k_f": np.ones((2, 4)), "mode": "circular"}, "k_f", "(2, 6)"),
        (u, k, {"pre_gate": u * 1j, "mode": "circular"}, "pre_gate", "complex128"),
        (u, k, {"pre_gate": u[..., 1:]}, "pre_gate", "(1, 2, 5)"),
        (u, k, {"pre_gate": bad}, "pre_gate", "nan"),
        (u, k, {"post_gate": u, "mode": "full"}, "post_gate", "(1, 2, 6)"),
        (u, k, {"post_gate": u[0]}, "post_gate", "2-D"),
        (u, k, {"skip": np.ones(3)}, "skip", "(3,)"),
        (u, k, {"skip": np.ones(2), "mode": "full"}, "skip", "'full'"),
        (u, k, {"skip": "one"}, "skip", ""),
        (u, k, {"factors": (7, 16, 16)}, "factors", "(7, 16, 16)"),
        (u, k, {"factors": (16,)}, "factors", "(16,)"),
        (u, k, {"factors": "256"}, "factors", "'256'"),
        (u, k, {"factors": (16.0, 16)}, "factors", "16.0"),
        (np.ones((1, 2, 600)), k, {"factors": (16, 16), "mode": "full"}, "factors", "256"),
        (u, k, {"check_finite": 1}, "check_finite", "1"),
        (u, k, {"n_jobs": 0}, "n_jobs", "0"),
    ]
    declared = long_convolution.signature.parameters
    return [
        Invalid(
            (signal, kernel),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for signal, kernel, options, argument, mentions in calls
    ]


def _long() -> Instance:
    rng = np.random.default_rng(0)
    return Instance((rng.standard_normal((16, 8, 1 << 18)), rng.standard_normal((8, 1 << 18))))


SUITE = Suite(long_convolution, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    result = instance.call(solver)
    shape = (*u.shape[:2], out_length(options["mode"], u.shape[2], k.shape[1]))
    assert result.y.shape == shape, f"y has shape {result.y.shape}, it must be {shape}"
    assert result.y.dtype == dtype_of(instance), (
        f"y is {result.y.dtype}, of {[np.asarray(a).dtype for a in instance.args]}"
    )
    assert result.bytes_moved >= result.y.nbytes, f"{result.bytes_moved} bytes moved, y alone has {result.y.nbytes}"


@SUITE.law("direct")
def direct(solver: AnySolver, instance: Instance) -> None:
    exact, bound = expected(instance)
    within(instance.call(solver).y, exact, bound, "the sum of products")


@SUITE.law("around", given=instances(mode="circular"))
def around(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    n = options["fft_size"] or u.shape[2]
    bare = instance.but(u, k, pre_gate=None, post_gate=None, skip=None)
    wrapped = np.pad(k, ((0, 0), (0, -k.shape[1] % n))).reshape(len(k), -1, n).sum(axis=1)
    wanted: Floats = np.fft.ifft(np.fft.fft(u, n) * np.fft.fft(wrapped))[..., : u.shape[2]]
    if dtype_of(bare).kind != "c":
        wanted = wanted.real
    within(bare.call(solver).y, wanted, 2 * expected(bare)[1], f"the product of transforms at {n} points")


@SUITE.law("impulse", given=instances(plain=True))
def impulse(solver: AnySolver, instance: Instance) -> None:
    u, k, _ = parts(instance)
    at_once = np.zeros_like(u)
    at_once[:, :, 0] = 1
    y = instance.but(at_once, k, mode="full").call(solver).y
    wanted = np.zeros_like(y)
    wanted[:, :, : k.shape[1]] = k
    off = float(np.abs(y - wanted).max())
    assert off <= 1e-13 * np.linalg.norm(k), f"an impulse gives something {off:.3g} from the kernel"


@SUITE.law("linearity", given=instances(plain=True))
def linearity(solver: AnySolver, instance: Instance) -> None:
    u, k, _ = parts(instance)
    other = u[..., ::-1] * 0.5 + 1
    one, two, both = (instance.but(v, k).call(solver).y for v in (u, other, 3 * u - 2 * other))
    scale = np.linalg.norm(u) + np.linalg.norm(other)
    off = float(np.abs(both - (3 * one - 2 * two)).max())
    assert off <= 1e-12 * scale * np.linalg.norm(k), f"3 u - 2 v gives something {off:.3g} from 3 y - 2 z"


@SUITE.law("shift", given=instances(plain=True, mode="full"))
def shift(solver: AnySolver, instance: Instance) -> None:
    u, k, _ = parts(instance)
    s = 1 + u.shape[2] // 3
    late = np.pad(u, ((0, 0), (0, 0), (s, 0)))
    now, later = (instance.but(v, k).call(solver).y for v in (u, late))
    off = float(np.abs(later - np.pad(now, ((0, 0), (0, 0), (s, 0)))).max())
    assert off <= 1e-12 * np.linalg.norm(u) * np.linalg.norm(k), f"u delayed by {s} gives something {off:.3g} else"


@SUITE.law("commutativity", given=instances(plain=True, mode="full"))
def commutativity(solver: AnySolver, instance: Instance) -> None:
    u, k, _ = parts(instance)
    one, other = (instance.but(v, w).call(solver).y for v, w in ((u[:1], k), (k[None], u[0])))
    off = float(np.abs(one - other).max())
    assert off <= 1e-12 * np.linalg.norm(u) * np.linalg.norm(k), f"u * k and k * u are {off:.3g} apart"


@SUITE.law("causality", given=instances(mode="causal"))
def causality(solver: AnySolver, instance: Instance) -> None:
    u = np.array(instance.args[0])
    t = u.shape[2] // 2
    changed = u.copy()
    changed[..., t:] = 7 - 2 * changed[..., t:]
    other = instance.but(changed, instance.args[1])
    before, after = instance.call(solver).y, other.call(solver).y
    bound = expected(instance)[1] + expected(other)[1]
    if t:
        within(after[..., :t], before[..., :t], bound, f"what it was before u changed from {t} on")


@SUITE.law("integers", given=instances(plain=True, wholes=True))
def integers(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    y = np.rint(instance.call(solver).y)
    wanted = np.array([[sums(row, kernel, options["mode"]) for row, kernel in zip(item, k, strict=True)] for item in u])
    assert np.array_equal(y, wanted), f"of integers, {int((y != wanted).sum())} of {y.size} sums are wrong"


@SUITE.law("gates", given=instances(plain=True))
def gates(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    before = np.sin(np.arange(u.size)).reshape(u.shape)
    plain = instance.but(u * before, k).call(solver).y
    after = np.cos(np.arange(plain.size)).reshape(plain.shape)
    found = instance.but(u, k, pre_gate=before, post_gate=after).call(solver).y
    scale = np.linalg.norm(u) * np.linalg.norm(k)
    off = float(np.abs(found - after * plain).max())
    assert off <= 1e-12 * scale, f"gates give something {off:.3g} from products with them"
    if options["mode"] != "full":
        skip = np.arange(1.0, 1 + u.shape[1])
        found = instance.but(u, k, pre_gate=before, post_gate=after, skip=skip).call(solver).y
        off = float(np.abs(found - (after * plain + skip[:, None] * u)).max())
        assert off <= 1e-12 * (scale + np.abs(u).max() * skip.max()), f"skip gives something {off:.3g} from its sum"


@SUITE.law("size")
def size(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    causal = options["mode"] != "circular"
    plain, other = instance.but(fft_size=None), instance.but(fft_size=u.shape[2] + k.shape[1] + 9)
    if not causal:  # nothing comes around that late
        plain = instance.but(u.real, k.real, mode="causal", fft_size=None)
        other = other.but(u.real, k.real)
        real = {name: value.real for name, value in instance.options.items() if isinstance(value, np.ndarray)}
        plain, other = plain.but(**real), other.but(**real)
    what = "what it is without a size" if causal else "the causal convolution"
    within(other.call(solver).y, plain.call(solver).y, 2 * expected(plain)[1], what)


@SUITE.law("spectra")
def spectra(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    mode, length, taps = options["mode"], u.shape[2], k.shape[1]
    if mode == "same" or (k.dtype.kind == "c" and u.dtype.kind != "c"):
        return
    n = options["fft_size"] or (length if mode == "circular" else length + taps + 5)
    wrapped = np.pad(k, ((0, 0), (0, -taps % n))).reshape(len(k), -1, n).sum(axis=1)
    k_f = np.fft.fft(wrapped) if u.dtype.kind == "c" else np.fft.rfft(wrapped)
    given = instance.but(u, k, fft_size=n, post_gate=None)
    y = given.but(u, None, k_f=k_f).call(solver).y
    wanted = n if mode == "full" else length
    assert y.shape[2] == wanted, f"y of spectra has {y.shape[2]} numbers, it must have {wanted}"
    known, bound = given.call(solver).y, 2 * expected(given)[1] + 1e-13 * np.linalg.norm(wrapped, axis=1).max()
    within(y, np.pad(known, ((0, 0), (0, 0), (0, wanted - known.shape[2]))), bound, "what the kernels give")


@SUITE.law("complex", given=instances(mode="circular"))
def parts_apart(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    n = options["fft_size"]
    v = u.imag + u.real[..., ::-1]
    found = instance.but(u.real + 1j * v, k, pre_gate=None, post_gate=None, skip=None)
    real, imaginary = (found.but(a, k).call(solver).y for a in (u.real, v))
    bound = 2 * expected(found)[1]
    within(found.call(solver).y, real + 1j * imaginary, bound, f"y of the parts, around {n}")


@SUITE.law("channels")
def channels(solver: AnySolver, instance: Instance) -> None:
    u, k = (np.asarray(a) for a in instance.args)
    together = instance.call(solver).y
    _, bound = expected(instance)
    for b, h in ((0, 0), (u.shape[0] - 1, u.shape[1] - 1)):
        cut = {
            name: value[h : h + 1] if name == "skip" else value[b : b + 1, h : h + 1]
            for name, value in instance.options.items()
            if isinstance(value, np.ndarray)
        }
        alone = instance.but(u[b : b + 1, h : h + 1], k[h : h + 1], **cut).call(solver).y
        within(alone, together[b : b + 1, h : h + 1], 2 * bound[b : b + 1, h : h + 1], f"[{b}, {h}] among others")


@SUITE.law("counted", given=instances())
def counted(solver: AnySolver, instance: Instance) -> None:
    u, k, options = parts(instance)
    batch, channels, length = u.shape
    around, double = options["mode"] == "circular", "c" in (u.dtype.kind, k.dtype.kind)
    period = options["fft_size"] or length
    whole = length + (min(k.shape[1], period) if around else k.shape[1]) - 1
    folded = around and period < whole
    least = whole if around else max(whole, options["fft_size"] or 0)
    for first in ((), (2,), (5, 3), (16,)):
        factors = (*first, 16, 16)
        points = math.prod(factors)
        if least > (points if double else 2 * points):
            continue
        result = instance.call(solver, factors=factors)
        assert result.factors == factors, f"factors are {result.factors}, asked for were {factors}"
        inner = 4 * points * sum(factors[1:])
        size = points // factors[0]
        taken = length if around else out_length(options["mode"], length, k.shape[1])
        taken += (k.shape[1] - 1) // 2 if options["mode"] == "same" else 0
        ends = 0
        # a circular output that is folded comes from the whole ring, and complex numbers fill its two halves
        for numbers in (2 * points if double else length, 2 * points if double or folded else taken):
            rows, real = (-(-min(numbers, points) // size), numbers <= points)
            ends += (2 if real else 4) * rows * size * factors[0]
        wanted = batch * channels * (2 * inner + ends)
        assert result.macs == wanted, f"{result.macs} products counted for {factors}, the factors say {wanted}"
