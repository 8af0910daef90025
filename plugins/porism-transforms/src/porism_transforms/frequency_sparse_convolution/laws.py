"""What every frequency-sparse-convolution solver keeps, as code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.frequency_sparse_convolution.problem import FrequencySparseResult, frequency_sparse_convolution

__all__ = ["SUITE", "mask_of"]

Floats = npt.NDArray[Any]
AnySolver = Solver[..., FrequencySparseResult]


def mask_of(factors: Sequence[int], keep: Sequence[int], symmetric: bool) -> npt.NDArray[np.bool_]:
    """Which frequencies are kept, digit by digit."""
    n = math.prod(factors)

    def kept(k: int) -> bool:
        for factor, a in zip(factors, keep, strict=True):
            if k % factor >= a:
                return False
            k //= factor
        return True

    return np.array([kept(k) or (symmetric and kept(-k % n)) for k in range(n)])


def masked(u: Floats, k: Floats, mask: Floats) -> Floats:
    """The real part of the convolution by the masked spectrum."""
    n = len(mask)
    product = np.fft.fft(u, n) * np.fft.fft(k, n) * mask
    return np.asarray(np.fft.ifft(product).real[..., : u.shape[2]])


def parts(instance: Instance) -> tuple[Floats, Floats, Floats, float]:
    """The sequences, the kernels, the mask, and how far from the truth a number may be."""
    u, k = (np.asarray(a, dtype=np.float64) for a in instance.args)
    mask = mask_of(**instance.options)
    single = all(np.asarray(a).dtype.newbyteorder("=") == np.float32 for a in instance.args)
    eps = float(np.finfo(np.float32 if single else np.float64).eps)
    scale = np.linalg.norm(u, axis=2).max() * np.linalg.norm(k, axis=1).max()
    return u, k, mask, 10 * eps * math.log2(len(mask)) * float(scale)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Any digits of transforms of two and three factors."""
    factors = draw(st.sampled_from([(16, 16), (2, 16, 16), (3, 16, 16), (5, 16, 16), (16, 16, 16)]))
    first = [draw(st.integers(1, factor)) for factor in factors[:-2]]
    keep = (*first, 16, draw(st.integers(1, 16)))
    n = math.prod(factors)
    length = draw(st.integers(1, n))
    taps = draw(st.integers(1, n - length + 1))
    batch, channels = draw(st.sampled_from([(1, 1), (2, 2)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    u, k = (rng.standard_normal(shape).astype(dtype) for shape in ((batch, channels, length), (channels, taps)))
    options = {"factors": factors, "keep": keep, "symmetric": draw(st.booleans())}
    return Instance((draw(layouts(u)), draw(layouts(k))), options)


def _invalid() -> list[Invalid]:
    u, k = np.ones((1, 2, 50)), np.ones((2, 3))
    good: dict[str, Any] = {"factors": (16, 16), "keep": (16, 4)}
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (u[0], k, good, "u", "(2, 50)"),
        (u * np.nan, k, good, "u", "nan"),
        (u, k[:1], good, "k", "(1, 3)"),
        (u, k, {**good, "factors": (7, 16)}, "factors", "(7, 16)"),
        (u, k, {**good, "factors": None}, "factors", "()"),
        (np.ones((1, 2, 255)), k, good, "factors", "256"),
        (u, k, {**good, "keep": (16,)}, "keep", "(16,)"),
        (u, k, {**good, "keep": (16, 17)}, "keep", "(16, 17)"),
        (u, k, {**good, "keep": (16, 0)}, "keep", "(16, 0)"),
        (u, k, {**good, "keep": (4, 16)}, "keep", "(4, 16)"),
        (u, k, {**good, "keep": (16, 4.0)}, "keep", "4.0"),
        (u, k, {**good, "keep": None}, "keep", "()"),
        (u, k, {**good, "symmetric": 1}, "symmetric", "1"),
    ]
    return [Invalid((a, b), options, argument=name, mentions=says) for a, b, options, name, says in calls]


def _long() -> Instance:
    rng = np.random.default_rng(0)
    options = {"factors": (8, 16, 16, 16, 16), "keep": (8, 16, 16, 16, 16)}
    return Instance((rng.standard_normal((16, 8, 1 << 18)), rng.standard_normal((8, 1 << 18))), options)


SUITE = Suite(frequency_sparse_convolution, instances=instances(), invalid=_invalid(), long=_long)


def near(found: Floats, exact: Floats, bound: float, what: str) -> None:
    """All numbers are within the bound."""
    off = float(np.abs(found - exact).max())
    assert off <= bound, f"y is {off:.3g} from {what}, allowed is {bound:.3g}"


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    u, _, mask, _ = parts(instance)
    result = instance.call(solver)
    single = all(np.asarray(a).dtype.newbyteorder("=") == np.float32 for a in instance.args)
    wanted = (u.shape, np.float32 if single else np.float64, float(mask.mean()))
    found = (result.y.shape, result.y.dtype, result.kept_fraction)
    assert found == wanted, f"shape, dtype and kept fraction are {found}, they must be {wanted}"


@SUITE.law("masked")
def is_masked(solver: AnySolver, instance: Instance) -> None:
    u, k, mask, bound = parts(instance)
    near(instance.call(solver).y, masked(u, k, mask), bound, "the dense convolution with the mask")


@SUITE.law("everything")
def everything(solver: AnySolver, instance: Instance) -> None:
    u, k, _, bound = parts(instance)
    y = instance.but(keep=instance.options["factors"]).call(solver).y
    near(y, masked(u, k, np.ones(math.prod(instance.options["factors"]))), bound, "the plain convolution")


@SUITE.law("projection", scale=0.5)
def projection(solver: AnySolver, instance: Instance) -> None:
    u, k, _, _ = parts(instance)
    u, k = u[..., :100], k[:, :50]
    options = {**instance.options, "symmetric": True}
    n = math.prod(options["factors"])
    mask = mask_of(**options)
    # a kernel that is masked already is as long as the transform: it fits with sequences of one number
    whole = np.fft.ifft(np.fft.fft(k, n) * mask).real
    one = instance.but(u[..., :1], k, **options).call(solver).y
    again = instance.but(u[..., :1], whole, **options).call(solver).y
    near(again, one, 1e-12 * float(np.linalg.norm(u)) * float(np.linalg.norm(k)), "y of the kernel that is not masked")


@SUITE.law("counted")
def counted(solver: AnySolver, instance: Instance) -> None:
    u = instance.args[0]
    factors, keep = instance.options["factors"], instance.options["keep"]
    kept = list(keep)
    if instance.options["symmetric"]:
        first = factors[0]
        kept = [len({d % first for a in range(keep[0]) for d in (a, -a)}), *factors[1:]]
    points = math.prod(factors)
    total, share = 0, 1.0
    for i, (factor, a) in enumerate(zip(factors, kept, strict=True)):
        size = points // factors[0]
        rows = -(-u.shape[2] // size) if i == 0 else factor
        total += round(2 * share * (2 if i == 0 else 4) * (points // factor) * rows * a)
        share *= a / factor
    macs = instance.call(solver).macs
    wanted = total * u.shape[0] * u.shape[1]
    assert macs == wanted, f"{macs} products counted for {keep} of {factors}, kept digits say {wanted}"
