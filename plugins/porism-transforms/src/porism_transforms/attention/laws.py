"""What every attention solver keeps, as code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.attention.problem import Attended, attention

__all__ = ["SUITE", "expected"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., Attended]


def expected(instance: Instance) -> tuple[Array, Array]:
    """Means and logarithms of sums of weights, place by place, in double precision."""
    q, k, v = (np.asarray(a, dtype=np.float64) for a in instance.args)
    heads, causal = instance.options["n_heads"], instance.options["causal"]
    size = q.shape[2] // heads
    y, sums = np.zeros_like(q), np.zeros((len(q), heads, q.shape[1]))
    for item in range(len(q)):
        for h in range(heads):
            part = slice(h * size, (h + 1) * size)
            for n in range(q.shape[1]):
                heard = range(n + 1) if causal else range(q.shape[1])
                scores = [float(q[item, n, part] @ k[item, m, part]) / math.sqrt(size) for m in heard]
                most = max(scores)
                weights = [math.exp(s - most) for s in scores]
                total = math.fsum(weights)
                y[item, n, part] = sum(w * v[item, m, part] for w, m in zip(weights, heard, strict=True)) / total
                sums[item, h, n] = most + math.log(total)
    return y, sums


def slack(instance: Instance) -> float:
    """Rounding of scores becomes relative errors of weights."""
    q, k, v = (float(np.abs(np.asarray(a, dtype=np.float64)).max()) for a in instance.args)
    single = all(np.asarray(a).dtype.newbyteorder("=") == np.float32 for a in instance.args)
    channels = int(np.shape(instance.args[0])[2])
    eps = float(np.finfo(np.float32 if single else np.float64).eps)
    return 50 * eps * (1 + q * k * channels) * (1 + v)


@st.composite
def instances(draw: st.DrawFn, causal: bool | None = None, double: bool = False) -> Instance:
    """Short sequences, some with scores whose exponentials would overflow, some with equal ones."""
    batch, length, channels = draw(st.sampled_from([(1, 1, 1), (2, 2, 2), (1, 7, 4), (2, 12, 6), (1, 70, 2)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    heads = draw(st.sampled_from([h for h in (1, 2, 3) if channels % h == 0]))
    size = draw(st.sampled_from([0.0, 1.0, 1.0, 60.0]))
    dtype = np.float64 if double else draw(st.sampled_from([np.float64, np.float64, np.float32]))
    q, k, v = (rng.standard_normal((batch, length, channels)) for _ in range(3))
    arrays = [draw(layouts(a.astype(dtype))) for a in (q * size, k * max(size, 1.0), v)]
    one_way = draw(st.booleans()) if causal is None else causal
    return Instance(tuple(arrays), {"n_heads": heads, "causal": one_way})


def _invalid() -> list[Invalid]:
    q = np.ones((1, 4, 6))
    calls: list[tuple[Any, Any, Any, dict[str, Any], str, str]] = [
        (q[0], q, q, {}, "q", "(4, 6)"),
        (q[:0], q, q, {}, "q", "(0, 4, 6)"),
        (q, q[:, :3], q, {}, "k", "(1, 3, 6)"),
        (q, q, q[..., :3], {}, "v", "(1, 4, 3)"),
        (q, q * np.nan, q, {}, "k", "nan"),
        (q, q, q.astype(complex), {}, "v", "complex128"),
        (q, q, q, {"n_heads": 4}, "n_heads", "4"),
        (q, q, q, {"n_heads": 0}, "n_heads", "0"),
        (q, q, q, {"causal": None}, "causal", "None"),
    ]
    return [Invalid(tuple(args), options, argument=name, mentions=says) for *args, options, name, says in calls]


SUITE = Suite(attention, instances=instances(), invalid=_invalid())


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    shape = np.shape(instance.args[0])
    kinds = {np.asarray(a).dtype.newbyteorder("=") for a in instance.args}
    dtype = np.float32 if kinds == {np.dtype(np.float32)} else np.float64
    found = (result.y.shape, result.y.dtype, result.log_weights.shape)
    wanted = (shape, dtype, (shape[0], instance.options["n_heads"], shape[1]))
    assert found == wanted, f"shapes and dtype are {found}, they must be {wanted}"


@SUITE.law("oracle")
def oracle(solver: AnySolver, instance: Instance) -> None:
    exact, _ = expected(instance)
    off = float(np.abs(instance.call(solver).y - exact).max())
    assert off <= slack(instance), f"y is {off:.3g} from the definition, rounding is {slack(instance):.3g}"


@SUITE.law("normalisers")
def normalisers(solver: AnySolver, instance: Instance) -> None:
    _, exact = expected(instance)
    off = float(np.abs(instance.call(solver).log_weights - exact).max())
    assert off <= slack(instance), f"log_weights are {off:.3g} from the definition, rounding is {slack(instance):.3g}"


@SUITE.law("convex")
def convex(solver: AnySolver, instance: Instance) -> None:
    y, v = instance.call(solver).y, np.asarray(instance.args[2])
    if instance.options["causal"]:
        least, most = np.minimum.accumulate(v, axis=1), np.maximum.accumulate(v, axis=1)
    else:
        least, most = v.min(axis=1, keepdims=True), v.max(axis=1, keepdims=True)
    off = float(max((least - y).max(), (y - most).max()))
    assert off <= slack(instance), f"y is {off:.3g} beyond the values that it is a mean of"


@SUITE.law("causality", given=instances(causal=True))
def causality(solver: AnySolver, instance: Instance) -> None:
    q, k, v = instance.args
    t = q.shape[1] // 2
    changed = [np.array(a) for a in (k, v)]
    for array in changed:
        array[:, t:] = 3 - 2 * array[:, t:]
    one, other = instance.call(solver).y[:, :t], instance.but(q, *changed).call(solver).y[:, :t]
    off = float(np.abs(one - other).max()) if t else 0.0
    assert off <= slack(instance), f"what keys and values are from {t} on changes y before that by {off:.3g}"


@SUITE.law("permutation", given=instances(causal=False))
def permutation(solver: AnySolver, instance: Instance) -> None:
    q, k, v = instance.args
    order = np.random.default_rng(q.size).permutation(q.shape[1])
    off = float(np.abs(instance.call(solver).y - instance.but(q, k[:, order], v[:, order]).call(solver).y).max())
    assert off <= slack(instance), f"permuting keys and values changes y by {off:.3g}"


@SUITE.law("shift", given=instances(double=True))
def shift(solver: AnySolver, instance: Instance) -> None:
    q, k, v = instance.args
    moved = instance.but(q, k + np.arange(1, q.shape[2] + 1), v)
    off = float(np.abs(instance.call(solver).y - moved.call(solver).y).max())
    assert off <= slack(instance) + slack(moved), f"a vector added to all keys changes y by {off:.3g}"
