"""What every monarch-mixer-layer solver keeps, as code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms._causal import CausalBasis
from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.monarch_mixer_layer.problem import MixedLayer, monarch_mixer_layer
from porism_transforms.sequence_mixing.laws import values
from porism_transforms.structured_matrix_approximation.laws import written_out

__all__ = ["SUITE", "expected", "expected_filters", "made"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., MixedLayer]


def made(dim: int, span: int, seed: int, **options: Any) -> MixerParams:
    """Parameters none of which is what training starts from, zeros and ones least of all."""
    rng = np.random.default_rng(seed)
    start = MixerParams.random(dim, span, rng=rng, order=3, expansion=2, **options)
    arrays = {name: value + 0.3 * rng.standard_normal(value.shape) for name, value in start.items()}
    arrays |= {name: value / 4 for name, value in arrays.items() if name.endswith(".frequency")}
    params = MixerParams(arrays, span=span)
    params.recipe = (__name__, "made", {"dim": dim, "span": span, "seed": seed, **options})  # type: ignore[attr-defined]
    return params


# -- the oracle: the definition, place by place ------------------------------------------------------------------------


def expected_taps(params: MixerParams, part: str, length: int) -> Array:
    """A long filter by its definition, tap by tap."""
    found = np.zeros((params.dim, length))
    bands = (params[f"{part}.weights.0"].shape[1] - 1) // 2
    for j in range(length):
        t = j / (params.span - 1)
        turns = [f * 2 * math.pi * j / params.span for f in np.linspace(1e-4, bands - 1, bands)]
        hidden = np.array([t, *(math.cos(a) for a in turns), *(-math.sin(a) for a in turns)])
        i = 0
        while f"{part}.weights.{i}" in params:
            hidden = params[f"{part}.weights.{i}"] @ hidden + params[f"{part}.biases.{i}"]
            hidden = np.array([math.sin(w * h) for w, h in zip(params[f"{part}.frequency"], hidden, strict=True)])
            i += 1
        for d in range(params.dim):
            found[d, j] = (params[f"{part}.out"][d] @ hidden) * math.exp(-params[f"{part}.decay"][d] * t)
    return found


def expected_filters(params: MixerParams, part: str, length: int, causal: bool) -> Array:
    """Kernels by lag, from what comes last to what is farthest back."""
    back = expected_taps(params, part, length)
    if causal:
        return back
    ahead = expected_taps(params, {"filter": "reverse", "residual": "residual_reverse"}[part], length)
    two = np.zeros((params.dim, 2 * length - 1))
    for lag in range(-(length - 1), length):
        two[:, length - 1 + lag] = back[:, lag] if lag >= 0 else ahead[:, -lag - 1]
    return two


def _matrix(params: MixerParams, part: str) -> Array:
    """A linear map written out."""
    factors: list[Array] = []
    while f"{part}.factors.{len(factors)}" in params:
        factors.append(params[f"{part}.factors.{len(factors)}"])
    (blocks, rows, _), last = factors[-1].shape, factors[-1]
    if len(factors) == 2:
        return written_out(*factors)
    whole = np.zeros((blocks * rows, blocks * last.shape[2]))
    for i in range(blocks):
        for j in range(rows):
            whole[j * blocks + i, i * last.shape[2] : (i + 1) * last.shape[2]] = last[i, j]
    return whole


def _long(params: MixerParams, x: Array, part: str, causal: bool, bases: Any) -> Array:
    """One long convolution of one sequence (L, D)."""
    length = len(x)
    k = expected_filters(params, part, length, causal)
    skip = params["skip" if part == "filter" else "residual_skip"]
    y = np.zeros_like(x)
    for d in range(params.dim):
        if bases is not None:
            out, of_k, of_u = values(bases[0], False), values(bases[1], True), values(bases[2], True)
            y[:, d] = np.linalg.solve(out, (of_k[:, :length] @ k[d]) * (of_u[:, :length] @ x[:, d])).real[:length]
        else:
            zero = 0 if causal else length - 1
            for n in range(length):
                for m in range(length):
                    if 0 <= zero + n - m < k.shape[1]:
                        y[n, d] += k[d, zero + n - m] * x[m, d]
        y[:, d] += skip[d] * x[:, d]
    return y


def expected(instance: Instance) -> Array:
    """What comes out."""
    u, params = np.asarray(instance.args[0], dtype=np.float64), instance.args[1]
    causal, bases, D = instance.options["causal"], instance.options["bases"], params.dim

    def normal(x: Array, part: str) -> Array:
        off = x - x.mean(axis=1, keepdims=True)
        off = off / np.sqrt((off**2).mean(axis=1, keepdims=True) + 1e-5)
        return np.asarray(off * params[f"{part}.scale"] + params[f"{part}.shift"])

    result = []
    for sequence in u:
        whole = "up.bias" in params
        x = normal(sequence, "norm") if whole else sequence
        projected = x @ _matrix(params, "in").T + params["in.bias"]
        short = np.zeros_like(projected)
        for n in range(len(x)):
            short[n] = params["short.bias"]
            for j in range(min(n + 1, params["short.taps"].shape[1])):
                short[n] += params["short.taps"][:, j] * projected[n - j]
        mixed = short[:, D : 2 * D] * _long(params, short[:, :D] * short[:, 2 * D :], "filter", causal, bases)
        if "residual_skip" in params:
            mixed = mixed + _long(params, x, "residual", causal, bases)
        y = mixed @ _matrix(params, "out").T + params["out.bias"]
        if whole:
            y = y + sequence
            both = normal(y, "norm2") @ _matrix(params, "up").T + params["up.bias"]
            gate, value = np.split(both, 2, axis=1)
            gate = np.array([[g * 0.5 * math.erfc(-g / math.sqrt(2)) for g in row] for row in gate])
            y = y + (gate * value) @ _matrix(params, "down").T + params["down.bias"]
        result.append(y)
    return np.array(result)


def slack(instance: Instance, y: Array) -> float:
    """Rounding that is allowed."""
    bases = instance.options["bases"]
    conditioning = 1.0 if bases is None else 100 * max(1.0, bases[0].condition)
    return 1e-11 * conditioning * (1 + float(np.abs(y).max()))


@st.composite
def instances(draw: st.DrawFn, causal: bool | None = None, plain: bool = False, mixer: bool = False) -> Instance:
    """Short sequences, layers with and without each of their parts."""
    one_way = draw(st.booleans()) if causal is None else causal
    dim = draw(st.sampled_from([1, 2, 4]))
    batch, length = draw(st.sampled_from([(1, 1), (2, 2), (1, 7), (2, 12)]))
    seed = draw(st.integers(0, 2**32))
    params = made(
        dim,
        length + draw(st.sampled_from([0, 3])) if length > 1 else 4,
        seed,
        bidirectional=not one_way or draw(st.booleans()),
        residual=not mixer and draw(st.booleans()),
        mlp=not mixer and dim > 1 and draw(st.booleans()),
        blocks=min(dim, 2),
        projection_blocks=draw(st.sampled_from([1, dim])),
        emb_dim=draw(st.sampled_from([3, 5, 7])),
        depth=draw(st.sampled_from([0, 2])),
        width=draw(st.sampled_from([1, 3])),
    )
    u = np.random.default_rng(seed).standard_normal((batch, length, dim))
    bases = None
    if one_way and not plain and draw(st.booleans()):
        rng = np.random.default_rng(seed)
        bases = tuple(CausalBasis.random(CausalBasis.holding(length), rng=rng) for _ in range(3))
    return Instance((draw(layouts(u)), params), {"causal": one_way, "bases": bases})


def _invalid() -> list[Invalid]:
    params = MixerParams.random(2, 8, blocks=1, rng=0)
    both = MixerParams.random(2, 8, blocks=1, bidirectional=True, rng=0)
    u = np.ones((1, 8, 2))
    fine = CausalBasis.identity(4)
    flat = CausalBasis(np.diag([1.0, 0, 1, 1]), fine.R)
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (u[0], params, {}, "u", "(8, 2)"),
        (u * np.nan, params, {}, "u", "nan"),
        (u.astype(complex), params, {}, "u", "complex128"),
        (u[:0], params, {}, "u", "(0, 8, 2)"),
        (u[..., :1], params, {}, "u", "(1, 8, 1)"),
        (np.ones((1, 9, 2)), params, {}, "u", "L <= 8"),
        (u, dict(params), {}, "params", "dict"),
        (u, None, {}, "params", "NoneType"),
        (u, params, {"causal": False}, "params", "reverse"),
        (u, params, {"causal": "yes"}, "causal", "'yes'"),
        (u, params, {"bases": (fine, fine)}, "bases", "2 of sizes"),
        (u, params, {"bases": fine}, "bases", "CausalBasis"),
        (u, params, {"bases": (flat, fine, fine)}, "bases", "entry j=1"),
        (u, both, {"causal": False, "bases": (fine, fine, fine)}, "bases", "bidirectional"),
    ]
    return [Invalid((a, b), options, argument=name, mentions=says) for a, b, options, name, says in calls]


SUITE = Suite(monarch_mixer_layer, instances=instances(), invalid=_invalid())


def _near(instance: Instance, found: Array, wanted: Array, what: str) -> None:
    off = float(np.abs(found - wanted).max()) if wanted.size else 0.0
    most = slack(instance, wanted) if wanted.size else 0.0
    assert off <= most, f"{what} by {off:.3g}, rounding is {most:.3g}"


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    shape = np.shape(instance.args[0])
    assert (result.y.shape, result.y.dtype) == (shape, np.float64), f"y is {result.y.dtype}{list(result.y.shape)}"
    taps = shape[1] if instance.options["causal"] else 2 * shape[1] - 1
    assert result.filters.shape == (shape[2], taps), f"filters are {result.filters.shape}"


@SUITE.law("oracle", scale=0.6)
def oracle(solver: AnySolver, instance: Instance) -> None:
    _near(instance, instance.call(solver).y, expected(instance), "y differs from the definition")


@SUITE.law("filter")
def filters(solver: AnySolver, instance: Instance) -> None:
    params, length = instance.args[1], np.shape(instance.args[0])[1]
    wanted = expected_filters(params, "filter", length, instance.options["causal"])
    off = float(np.abs(instance.call(solver).filters - wanted).max())
    assert off <= 1e-11 * (1 + float(np.abs(wanted).max())), f"filters differ from the definition by {off:.3g}"


@SUITE.law("causality", given=instances(causal=True))
def causality(solver: AnySolver, instance: Instance) -> None:
    u, params = instance.args
    t = u.shape[1] // 2
    changed = np.array(u)
    changed[:, t:] = 3 - 2 * changed[:, t:]
    one, other = (instance.but(v, params).call(solver).y for v in (u, changed))
    off = float(np.abs(one[:, :t] - other[:, :t]).max()) if t else 0.0
    most = slack(instance, np.concatenate([one, other]))
    assert off <= most, f"what u is from {t} on changes y before that by {off:.3g}, rounding is {most:.3g}"


@SUITE.law("two-sided", given=instances(causal=False))
def two_sided(solver: AnySolver, instance: Instance) -> None:
    u, params = instance.args
    silent = {name: value * 0 for name, value in params.items() if "reverse" in name and name.endswith(".out")}
    deaf = MixerParams({**params, **silent}, span=params.span)
    one = instance.but(u, deaf).call(solver).y
    _near(instance, one, instance.but(u, deaf, causal=True).call(solver).y, "without reverse filters it is not causal")
    if u.shape[1] > 1 and params.dim > 1:
        changed = np.array(u)
        changed[:, -1] = changed[:, -1, ::-1] + np.arange(params.dim)
        before, after = (instance.but(v, params).call(solver).y for v in (u, changed))
        assert (np.abs(after - before)[:, 0] > 0).any(), "the first place does not hear the last"


@SUITE.law("basis", given=instances(causal=True, plain=True))
def basis(solver: AnySolver, instance: Instance) -> None:
    powers = CausalBasis.identity(CausalBasis.holding(np.shape(instance.args[0])[1]))
    plain = instance.call(solver).y
    found = instance.but(bases=(powers, powers, powers)).call(solver).y
    _near(instance.but(bases=(powers, powers, powers)), found, plain, "in bases of powers y differs")


@SUITE.law("gates", given=instances(mixer=True))
def gates(solver: AnySolver, instance: Instance) -> None:
    u, params = instance.args
    D = params.dim
    for part in range(3):  # a zero among x1, x2 and v is enough
        taps, bias = np.array(params["short.taps"]), np.array(params["short.bias"])
        taps[part * D : (part + 1) * D] = 0
        bias[part * D : (part + 1) * D] = 0
        shut = instance.but(u, params.but(short__taps=taps, short__bias=bias)).call(solver).y
        _near(instance, shut, np.broadcast_to(params["out.bias"], shut.shape), "behind a closed gate y is not the bias")


@SUITE.law("batch")
def batch(solver: AnySolver, instance: Instance) -> None:
    u, params = instance.args
    together = instance.call(solver).y
    for i in range(len(u)):
        alone = instance.but(np.array(u[i : i + 1]), params).call(solver).y
        _near(instance, alone, together[i : i + 1], f"sequence {i} alone gives something else")


@SUITE.law("prefix", given=instances(causal=True))
def prefix(solver: AnySolver, instance: Instance) -> None:
    u, params = instance.args
    t = (u.shape[1] + 1) // 2
    whole = instance.call(solver).y
    found = instance.but(np.array(u[:, :t]), params).call(solver).y
    most = slack(instance, whole)
    off = float(np.abs(found - whole[:, :t]).max())
    assert off <= most, f"the first {t} places alone give something {off:.3g} else, rounding is {most:.3g}"
