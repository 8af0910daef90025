"""What every partial-convolution solver keeps, as code."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.partial_convolution.problem import PartialConvolutionResult, partial_convolution

__all__ = ["SUITE"]

Floats = npt.NDArray[Any]
AnySolver = Solver[..., PartialConvolutionResult]


def parts(instance: Instance) -> tuple[Floats, Floats, Floats]:
    """The sequences, the taps that count, and the state, as float64."""
    u, k = (np.asarray(a, dtype=np.float64) for a in instance.args)
    taps = instance.options.get("kernel_len") or k.shape[1]
    state = instance.options.get("state")
    return u, k[:, :taps], np.zeros((*u.shape[:2], taps - 1)) if state is None else np.asarray(state, dtype=np.float64)


def dtype_of(instance: Instance) -> np.dtype[Any]:
    """What is computed with."""
    single = all(np.asarray(a).dtype.newbyteorder("=") == np.float32 for a in instance.args)
    return np.dtype(np.float32 if single else np.float64)


def expected(instance: Instance) -> tuple[Floats, float]:
    """The exact output and how far from it a number may be."""
    u, k, state = parts(instance)
    both = np.concatenate((state, u), axis=2)
    y = np.array([[np.convolve(row, kernel, "valid") for row, kernel in zip(item, k, strict=True)] for item in both])
    scale = np.linalg.norm(both, axis=2).max() * np.linalg.norm(k, axis=1).max()
    eps = float(np.finfo(dtype_of(instance)).eps)
    return y, 10 * eps * math.log2(both.shape[2] + 8 * k.shape[1] + 512) * float(scale)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Chunks shorter and longer than the kernel, with and without a past."""
    batch, channels = draw(st.sampled_from([(1, 1), (2, 3)]))
    length = draw(st.integers(1, 50) | st.sampled_from([600, 5000]))
    taps = draw(st.sampled_from([1, 2, 5, 40, 300]))
    counted = draw(st.sampled_from([None, 1, max(1, taps // 2), taps]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    u, k = (rng.standard_normal(shape).astype(dtype) for shape in ((batch, channels, length), (channels, taps)))
    options: dict[str, Any] = {"kernel_len": counted}
    if draw(st.booleans()):
        options["state"] = rng.standard_normal((batch, channels, (counted or taps) - 1)).astype(dtype)
    return Instance((draw(layouts(u)), draw(layouts(k))), options)


def _invalid() -> list[Invalid]:
    u, k = np.ones((1, 2, 5)), np.ones((2, 3))
    bad = np.full((1, 2, 2), np.inf)
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (u[0], k, {}, "u", "(2, 5)"),
        (u * np.nan, k, {}, "u", "nan"),
        (u.astype(complex), k, {}, "u", "complex128"),
        (u, k[:1], {}, "k", "(1, 3)"),
        (u, k, {"kernel_len": 0}, "kernel_len", "0"),
        (u, k, {"kernel_len": 4}, "kernel_len", "4"),
        (u, k, {"kernel_len": 2.0}, "kernel_len", "2.0"),
        (u, k, {"state": np.ones((1, 2, 3))}, "state", "(1, 2, 3)"),
        (u, k, {"state": bad}, "state", "inf"),
        (u, k, {"state": bad, "kernel_len": 2}, "state", "(1, 2, 2)"),
    ]
    return [Invalid((a, b), options, argument=name, mentions=says) for a, b, options, name, says in calls]


def _long() -> Instance:
    rng = np.random.default_rng(0)
    return Instance((rng.standard_normal((8, 4, 1 << 20)), rng.standard_normal((4, 3000))))


SUITE = Suite(partial_convolution, instances=instances(), invalid=_invalid(), long=_long)


def near(found: Floats, exact: Floats, bound: float, what: str) -> None:
    """All numbers are within the bound."""
    off = float(np.abs(found - exact).max())
    assert off <= bound, f"y is {off:.3g} from {what}, allowed is {bound:.3g}"


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    u, k, past = parts(instance)
    result = instance.call(solver)
    found = (result.y.shape, result.y.dtype, result.state.dtype)
    assert found == (u.shape, dtype_of(instance), dtype_of(instance)), f"y and state are {found}"
    both = np.concatenate((past, u), axis=2)
    wanted = both[..., both.shape[2] - (k.shape[1] - 1) :]
    assert np.array_equal(result.state, wanted), f"state is {result.state}, the last inputs are {wanted}"


@SUITE.law("direct")
def direct(solver: AnySolver, instance: Instance) -> None:
    exact, bound = expected(instance)
    near(instance.call(solver).y, exact, bound, "the sums of products")


@SUITE.law("truncation")
def truncation(solver: AnySolver, instance: Instance) -> None:
    u, k, _ = parts(instance)
    more = np.concatenate((k, 1e3 * np.ones((k.shape[0], 7))), axis=1)
    plain = instance.but(u, k, kernel_len=None).call(solver).y
    exact, bound = expected(instance.but(u, k, kernel_len=None))
    near(instance.but(u, more, kernel_len=k.shape[1]).call(solver).y, plain, 2 * bound, "what the first taps give")


@SUITE.law("streaming")
def streaming(solver: AnySolver, instance: Instance) -> None:
    u, k = instance.args
    _, bound = expected(instance)
    whole = instance.call(solver)
    length, state, pieces = u.shape[2], instance.options.get("state"), []
    cuts = sorted({0, 1, length // 3, length // 2, length})
    for a, b in zip(cuts[:-1], cuts[1:], strict=True):
        part = instance.but(u[..., a:b], k, state=state).call(solver)
        pieces.append(part.y)
        state = part.state
    near(np.concatenate(pieces, axis=2), whole.y, 2 * bound, f"one call, in pieces cut at {cuts}")
    assert np.array_equal(state, whole.state), "the last state of the pieces is not that of one call"


@SUITE.law("state")
def zero_state(solver: AnySolver, instance: Instance) -> None:
    u, k, past = parts(instance)
    without, with_zeros = (instance.but(u, k, state=s).call(solver) for s in (None, np.zeros_like(past)))
    if past.shape[2] or instance.options.get("kernel_len") is None:
        assert np.array_equal(without.y, with_zeros.y), "a state of zeros is not what no state is"


@SUITE.law("memory", instances=False)
def constant_memory(solver: AnySolver) -> None:
    peaks = []
    for length in (1 << 14, 1 << 18):
        u, k = np.ones((1, 1, length), dtype=np.float32), np.ones((1, 50), dtype=np.float32)
        solver(u, k)
        tracemalloc.start()
        try:
            y = solver(u, k).y
            peaks.append(tracemalloc.get_traced_memory()[1] - y.nbytes)
        finally:
            tracemalloc.stop()
    # a look at the numbers is taken in blocks of 2^18, with a byte for each
    assert peaks[1] < peaks[0] + (1 << 19), f"besides y, {peaks[0]} bytes for 2^14 numbers and {peaks[1]} for 2^18"
