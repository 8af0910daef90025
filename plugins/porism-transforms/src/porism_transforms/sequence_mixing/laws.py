"""What every sequence-mixing solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms._causal import CausalBasis
from porism_transforms.sequence_mixing.problem import MixedSequences, sequence_mixing

__all__ = ["SUITE", "expected", "values"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., MixedSequences]


# -- the oracle: Monarch matrices of values, written out by their definition -------------------------------------------


def values(basis: CausalBasis, cut: bool) -> Array:
    """The matrix of the values q_j(w^i), column by column."""
    b = basis.b
    w = np.exp(-2j * np.pi * np.arange(b * b) / (b * b))
    top = b // 2 if cut else b
    columns = np.zeros((b * b, b * b), dtype=complex)
    for j in range(top * b):
        j_0, j_1 = divmod(j, b)
        left = sum(basis.L[j_1, t] * w**t for t in range(j_1, b))
        columns[:, j] = left * sum(basis.R[j_1, j_0, t] * w ** (b * t) for t in range(j_0, top))
    return columns


def expected(instance: Instance) -> tuple[Array, float]:
    """What comes out, and a scale for rounding."""
    u, k = (np.asarray(a, dtype=np.float64) for a in instance.args)
    length, bases = u.shape[1], instance.options["bases"]
    y = np.empty_like(u)
    scale = float(np.abs(u).sum(axis=1).max() * np.abs(k).max())
    if bases is None:
        start = 0 if instance.options["causal"] else length - 1
        for item, row in enumerate(u):
            for d in range(u.shape[2]):
                y[item, :, d] = np.convolve(row[:, d], k[d])[start : start + length]
        return y, scale
    out, of_k, of_u = values(bases[0], False), values(bases[1], True), values(bases[2], True)
    for item, row in enumerate(u):
        for d in range(u.shape[2]):
            product = (of_k[:, : k.shape[1]] @ k[d]) * (of_u[:, :length] @ row[:, d])
            found = np.linalg.solve(out, product)
            y[item, :, d] = found.real[:length]
    return y, scale * 100 * max(1.0, bases[0].condition)


@st.composite
def instances(draw: st.DrawFn, causal: bool | None = None, plain: bool = False) -> Instance:
    """Short sequences with and without bases."""
    batch, length, channels = draw(st.sampled_from([(1, 1, 1), (2, 2, 1), (1, 7, 2), (2, 18, 2), (1, 32, 1)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    one_way = draw(st.booleans()) if causal is None else causal
    taps = draw(st.sampled_from(sorted({1, max(1, length // 2), length}))) if one_way else 2 * length - 1
    u, k = rng.standard_normal((batch, length, channels)), rng.standard_normal((channels, taps))
    bases = None
    if one_way and not plain and draw(st.booleans() | st.just(True)):
        b = CausalBasis.holding(length)
        bases = tuple(CausalBasis.random(b, rng=rng) for _ in range(3))
    return Instance((draw(layouts(u)), draw(layouts(k))), {"causal": one_way, "bases": bases})


def _invalid() -> list[Invalid]:
    u, k = np.ones((1, 8, 2)), np.ones((2, 8))
    fine = CausalBasis.identity(4)
    flat = CausalBasis(np.diag([1.0, 0, 1, 1]), fine.R)
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (u[0], k, {}, "u", "(8, 2)"),
        (u * np.inf, k, {}, "u", "inf"),
        (u.astype(complex), k, {}, "u", "complex128"),
        (u[:0], k, {}, "u", "(0, 8, 2)"),
        (u, k[:1], {}, "k", "(1, 8)"),
        (u, np.ones((2, 9)), {}, "k", "(2, 9)"),
        (u, k, {"causal": False}, "k", "(2, 15)"),
        (u, k * np.nan, {}, "k", "nan"),
        (u, k, {"causal": 1}, "causal", "1"),
        (u, k, {"bases": (fine, fine)}, "bases", "2 of sizes"),
        (u, k, {"bases": fine}, "bases", "CausalBasis"),
        (u, k, {"bases": (flat, fine, fine)}, "bases", "entry j=1"),
        (u, k, {"bases": (CausalBasis.identity(6), fine, fine)}, "bases", "[6, 4, 4]"),
        (np.ones((1, 9, 2)), k, {"bases": (fine, fine, fine)}, "bases", "9"),
        (u, np.ones((2, 15)), {"causal": False, "bases": (fine, fine, fine)}, "bases", "bidirectional"),
    ]
    return [Invalid((a, b), options, argument=name, mentions=says) for a, b, options, name, says in calls]


SUITE = Suite(sequence_mixing, instances=instances(), invalid=_invalid())


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    y = instance.call(solver).y
    assert (y.shape, y.dtype) == (np.shape(instance.args[0]), np.float64), f"y is {y.dtype}{list(y.shape)}"


@SUITE.law("oracle")
def oracle(solver: AnySolver, instance: Instance) -> None:
    exact, scale = expected(instance)
    off = float(np.abs(instance.call(solver).y - exact).max())
    assert off <= 1e-12 * scale, f"y is {off:.3g} from the product of matrices, of scale {scale:.3g}"


@SUITE.law("linearity")
def linearity(solver: AnySolver, instance: Instance) -> None:
    u, k = instance.args
    other = u[:, ::-1] + 1
    one, two, both = (instance.but(v, k).call(solver).y for v in (u, other, 3 * u - 2 * other))
    scale = 10 * max(expected(instance)[1], expected(instance.but(other, k))[1])
    off = float(np.abs(both - (3 * one - 2 * two)).max())
    assert off <= 1e-12 * scale, f"3 u - 2 v gives something {off:.3g} from 3 y - 2 z"


@SUITE.law("causality", given=instances(causal=True))
def causality(solver: AnySolver, instance: Instance) -> None:
    u, k = instance.args
    t = u.shape[1] // 2
    changed = np.array(u)
    changed[:, t:] = 5 - 2 * changed[:, t:]
    one, other = (instance.but(v, k).call(solver).y[:, :t] for v in (u, changed))
    scale = max(expected(instance)[1], expected(instance.but(changed, k))[1])
    off = float(np.abs(one - other).max()) if t else 0.0
    assert off <= 1e-12 * scale, f"what u is from {t} on changes y before that by {off:.3g}, of scale {scale:.3g}"


@SUITE.law("identity", given=instances(causal=True, plain=True))
def identity(solver: AnySolver, instance: Instance) -> None:
    u, k = instance.args
    basis = CausalBasis.identity(CausalBasis.holding(u.shape[1]))
    y = instance.but(u, k, bases=(basis, basis, basis)).call(solver).y
    exact, scale = expected(instance)
    off = float(np.abs(y - exact).max())
    assert off <= 1e-12 * scale, f"in bases of powers y is {off:.3g} from the convolution"


@SUITE.law("two-sided", given=instances(causal=False))
def two_sided(solver: AnySolver, instance: Instance) -> None:
    u, k = instance.args
    one = instance.call(solver).y
    other = instance.but(np.ascontiguousarray(u[:, ::-1]), np.ascontiguousarray(k[:, ::-1])).call(solver).y
    off = float(np.abs(one - other[:, ::-1]).max())
    assert off <= 1e-12 * expected(instance)[1], f"reversing u and k gives something {off:.3g} from y reversed"
