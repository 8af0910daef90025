"""What every contracting-fixed-point solver keeps, as code: strategies for instances, the dense oracle, and the
checks.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_graphs.contracting_fixed_point._system import ConvergenceWarning
from porism_graphs.contracting_fixed_point.problem import FixedPoint, contracting_fixed_point

__all__ = ["SUITE", "Dense", "dense", "differences"]

Floats = npt.NDArray[Any]
AnySolver = Solver[..., FixedPoint]

ORACLE = 1e-11
"""Rounding of the oracle, relative to ‖b‖ / (1 − γ): I − γ A has condition number (1 + γ) / (1 − γ) at most, 200
here."""


# -- the oracle: a dense matrix for each head, written down from the definition ---------------------------------------


@dataclass(frozen=True)
class Dense:
    """The instance's matrices γ A (H, n, n), bias (n, H), graph of each vertex, number of graphs, and norm."""

    A: Floats
    b: Floats
    graph: npt.NDArray[np.intp]
    n_graphs: int
    gamma: float
    one: bool

    def solve(self, b: Floats | None = None) -> Floats:
        """(I − γ A)⁻¹ b."""
        right = self.b if b is None else b
        eye = np.eye(len(right))
        return np.stack([np.linalg.solve(eye - A, right[:, h]) for h, A in enumerate(self.A)], axis=1)

    def step(self, x: Floats) -> Floats:
        """γ A x + b."""
        moved: Floats = np.einsum("hij,jh->ih", self.A, x) + self.b
        return moved

    def norm(self, x: Floats) -> Floats:
        """By graph and head, (G, H), in the norm that the map contracts in."""
        parts = [np.abs(x[self.graph == g]) for g in range(self.n_graphs)]
        return np.array([(part.sum(axis=0) if self.one else part.max(axis=0, initial=0.0)) for part in parts])


def dense(instance: Instance) -> Dense:
    """What the instance means."""
    (senders, receivers), gains, bias = (np.asarray(part) for part in instance.args)
    gains, bias = gains.astype(np.float64), bias.astype(np.float64)
    n, heads = bias.shape
    gamma, normalize = float(instance.options.get("gamma", 0.5)), instance.options.get("normalize", "in-degree")
    A = np.zeros((heads, n, n))
    for j, i, row in zip(senders.astype(int), receivers.astype(int), gains, strict=True):
        degree = {
            "in-degree": int((receivers == i).sum()),
            "out-degree": int((senders == j).sum()),
            "none": 1,
        }[normalize]
        A[:, i, j] += gamma * row / degree
    one = normalize == "out-degree" or (normalize == "none" and bool((A.sum(axis=2) > gamma * (1 + 1e-9)).any()))
    ptr = instance.options.get("batch_ptr")
    ends = np.array([0, n]) if ptr is None else np.asarray(ptr, dtype=int)
    graph = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    return Dense(A, bias, graph, len(ends) - 1, gamma, one)


def _slack(call: Dense, result: FixedPoint, tol: float = 1e-10) -> Floats:
    """How far from the dense solution an exact solver may be, (G, H): its tolerance, and rounding in its precision."""
    unit = ORACLE if result.x.dtype == np.float64 else 4e-6
    return call.norm(call.b) * (tol + unit / (1 - call.gamma)) + _of_nothing(call)


def _of_nothing(call: Dense) -> Floats:
    """What a bias of 0 is solved to, which nothing is relative to: 1e-30 times the tolerance at most."""
    return np.where(call.norm(call.b) == 0, 1e-29, 0.0)


def _quietly(solver: AnySolver, instance: Instance, **more: Any) -> FixedPoint:
    """A call that may well end too early."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found: FixedPoint = instance.call(solver, **more)
        return found


# -- instances ---------------------------------------------------------------------------------------------------------

GAMMAS = (0.5, 0.5, 0.9, 0.125, 0.99, 1e-6)


@st.composite
def _graph(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    n = draw(st.integers(1, 7))
    kind = draw(st.sampled_from(["random", "random", "random", "hub", "sink", "parallel", "cycle", "edgeless"]))
    vertex = st.integers(0, n - 1)
    if kind == "random":  # loops and parallel edges among them
        return n, draw(st.lists(st.tuples(vertex, vertex), max_size=3 * n))
    if kind == "hub":
        return n, [(0, i) for i in range(n)] + [(i, 0) for i in range(1, n, 2)]
    if kind == "sink":
        return n, [(i, 0) for i in range(n)]
    if kind == "parallel":
        return n, [(0, n - 1)] * draw(st.integers(2, 6)) + [(n - 1, 0)]
    if kind == "cycle":
        return n, [(i, (i + 1) % n) for i in range(n)]
    return n, []


@st.composite
def instances(draw: st.DrawFn, graphs: int = 3, single: bool = True, plain: bool = False) -> Instance:
    """A batch of small graphs with gains from 0 to 1, both ends often, biases of any sign and size."""
    parts = draw(st.lists(_graph(), min_size=1, max_size=graphs))
    ends = np.cumsum([0, *(n for n, _ in parts)])
    edges = [(u + base, v + base) for (_, part), base in zip(parts, ends[:-1].tolist(), strict=True) for u, v in part]
    edge_index = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    heads, n = draw(st.integers(1, 3)), int(ends[-1])
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    gains = rng.choice([0.0, 1.0, 1.0, 0.5, np.nan], (len(edges), heads))
    gains = np.where(np.isnan(gains), rng.random(gains.shape), gains)
    sizes = [0.0, 1.0, 1.0, 1e3] if plain else [0.0, 1.0, 1.0, 1e6, 1e-60]
    bias = rng.standard_normal((n, heads)) * rng.choice(sizes, (1, heads))
    normalize = draw(st.sampled_from(["in-degree", "out-degree", "none"]))
    if normalize == "none" and len(edges):
        side = edge_index[draw(st.integers(0, 1))]
        gains /= np.bincount(side, minlength=n)[side][:, None]
    gamma = draw(st.sampled_from(GAMMAS[:4] if plain else GAMMAS))
    options: dict[str, Any] = {"normalize": normalize, "gamma": gamma}
    if len(parts) > 1:
        options["batch_ptr"] = draw(st.sampled_from([ends, ends.tolist(), ends.astype(np.uint16)]))
    dtype = draw(st.sampled_from([np.int64, np.int32, np.uint8]))
    if single and draw(st.integers(0, 4)) == 0 and normalize != "none":
        gains, bias = gains.astype(np.float32), bias.astype(np.float32)
    args = (draw(layouts(edge_index.astype(dtype))), draw(layouts(gains)), draw(layouts(bias)))
    return Instance(args, options)


def _invalid() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    edges = np.array([[0, 1, 2, 2], [1, 2, 0, 1]])
    gains, bias = np.full((4, 2), 0.5), np.ones((3, 2))

    def patched(array: Floats, value: float) -> Floats:
        changed = array.copy()
        changed[1, 1] = value
        return changed

    wide = np.array([[0, 1], [1, 2]])
    calls: list[tuple[Any, Any, Any, dict[str, Any], str, str]] = [
        (edges.astype(float), gains, bias, {}, "edge_index", "float64"),
        (edges.astype(bool), gains, bias, {}, "edge_index", "bool"),
        (patched(edges, 3), gains, bias, {}, "edge_index", "3 at edge_index[1, 1]"),
        (patched(edges, -1), gains, bias, {}, "edge_index", "-1 at edge_index[1, 1]"),
        (edges.T, gains, bias, {}, "edge_index", "(4, 2)"),
        (edges[0], gains, bias, {}, "edge_index", "(4,)"),
        (edges[:, :3], gains, bias, {}, "gains", "(4, 2)"),
        (None, gains, bias, {}, "edge_index", "None"),
        ("graph", gains, bias, {}, "edge_index", "'graph'"),
        ([[0, 1], [1]], gains[:2], bias, {}, "edge_index", ""),
        (np.ma.masked_equal(edges, 2), gains, bias, {}, "edge_index", "masked"),
        (edges, gains[:3], bias, {}, "gains", "(3, 2)"),
        (edges, gains[:, :1], bias, {}, "gains", "(4, 1)"),
        (edges, gains[:, 0], bias, {}, "gains", "1-D"),
        (edges, patched(gains, 1.0625), bias, {}, "gains", "1.0625 at gains[1, 1]"),
        (edges, patched(gains, -0.25), bias, {}, "gains", "-0.25 at gains[1, 1]"),
        (edges, patched(gains, np.nan), bias, {}, "gains", "nan at gains[1, 1]"),
        (edges, patched(gains, np.inf), bias, {}, "gains", "inf at gains[1, 1]"),
        (edges, gains.astype(complex), bias, {}, "gains", "complex128"),
        (edges, "gains", bias, {}, "gains", ""),
        (edges, gains, bias[:2], {}, "edge_index", "2 at edge_index[0, 2]"),
        (edges, gains, bias[:, 0], {}, "bias", "1-D"),
        (edges, gains, patched(bias, np.nan), {}, "bias", "nan at bias[1, 1]"),
        (edges, gains, patched(bias, -np.inf), {}, "bias", "-inf at bias[1, 1]"),
        (np.zeros((2, 0), dtype=int), np.zeros((0, 2)), np.zeros((0, 2)), {}, "bias", "(0, 2)"),
        (edges, np.zeros((4, 0)), np.zeros((3, 0)), {}, "bias", "(3, 0)"),
        (edges, gains, bias, {"gamma": 0.0}, "gamma", "0.0"),
        (edges, gains, bias, {"gamma": 1.0}, "gamma", "1.0"),
        (edges, gains, bias, {"gamma": -0.5}, "gamma", "-0.5"),
        (edges, gains, bias, {"gamma": np.nan}, "gamma", "nan"),
        (edges, gains, bias, {"gamma": "0.5"}, "gamma", "'0.5'"),
        (edges, gains, bias, {"gamma": True}, "gamma", "True"),
        (edges, gains, bias, {"normalize": "degree"}, "normalize", "'degree'"),
        (edges, gains, bias, {"normalize": None}, "normalize", "None"),
        (edges, np.ones((4, 2)), bias, {"normalize": "none"}, "gains", "2 at vertex 1"),
        (edges, gains, bias, {"batch_ptr": [0, 2]}, "batch_ptr", "[0, 2]"),
        (edges, gains, bias, {"batch_ptr": [1, 3]}, "batch_ptr", "[1, 3]"),
        (edges, gains, bias, {"batch_ptr": [0, 2, 1, 3]}, "batch_ptr", "[0, 2, 1, 3]"),
        (edges, gains, bias, {"batch_ptr": [0.0, 3.0]}, "batch_ptr", "[0.0, 3.0]"),
        (edges, gains, bias, {"batch_ptr": [[0], [3]]}, "batch_ptr", "[[0], [3]]"),
        (wide, gains[:2], bias, {"batch_ptr": [0, 2, 3]}, "edge_index", "1 → 2 at column 1"),
        (edges, gains, bias, {"tol": 0.0}, "tol", "0.0"),
        (edges, gains, bias, {"tol": 1.0}, "tol", "1.0"),
        (edges, gains, bias, {"tol": None}, "tol", "None"),
        (edges, gains, bias, {"gamma": 1 - 1e-9, "tol": 1e-10, "max_iter": None}, "gamma", "0.999999999"),
        (edges, gains, bias, {"max_iter": 0}, "max_iter", "0"),
        (edges, gains, bias, {"max_iter": 10.0}, "max_iter", "10.0"),
        (edges, gains, bias, {"start": bias[:2]}, "start", "(2, 2)"),
        (edges, gains, bias, {"start": patched(bias, np.nan)}, "start", "nan"),
        (edges, gains, bias, {"start": patched(bias, 1e308)}, "start", "1e+308"),
        (edges, gains, bias, {"n_jobs": 0}, "n_jobs", "0"),
        (edges, gains, bias, {"progress": 1}, "progress", "1"),
        (edges, gains, bias, {"window": 0}, "window", "0"),
        (edges, gains, bias, {"n_steps": 0}, "n_steps", "0"),
        (edges, gains, bias, {"n_steps": 1000, "memory_limit": 1000}, "memory_limit", "1000"),
    ]
    declared = contracting_fixed_point.signature.parameters
    return [
        Invalid(
            (edge_index, a, b),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for edge_index, a, b, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """A gamma near 1 on a graph where no vertex loses anything: tens of thousands of steps."""
    n, m, heads = 20_000, 100_000, 16
    rng = np.random.default_rng(0)
    edges = np.vstack((rng.integers(n, size=m), np.concatenate((np.arange(n), rng.integers(n, size=m - n)))))
    return Instance((edges, np.ones((m, heads)), rng.standard_normal((n, heads)) + 1), {"gamma": 0.9997})


SUITE = Suite(contracting_fixed_point, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


def _below(values: Floats, bound: Floats, what: str) -> None:
    excess = np.asarray(values) - np.asarray(bound)
    assert np.isfinite(values).all(), f"{what}: {values}"
    place = np.unravel_index(int(np.argmax(excess)), excess.shape) if excess.size else ()
    assert not excess.size or excess[place] <= 0, (
        f"{what}: {float(np.asarray(values)[place]):.6g} at {tuple(map(int, place))}, at most "
        f"{float(np.broadcast_to(bound, excess.shape)[place]):.6g} allowed"
    )


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result, call = instance.call(solver), dense(instance)
    wanted = np.float32 if all(part.dtype == np.float32 for part in map(np.asarray, instance.args[1:])) else np.float64
    assert (result.x.shape, result.x.dtype) == (call.b.shape, wanted), f"x is {result.x.dtype}{list(result.x.shape)}"
    shape = (call.n_graphs, call.b.shape[1])
    for name, dtype in (("iterations", np.int64), ("residual", np.float64), ("error_bound", np.float64)):
        found = getattr(result, name)
        assert (found.shape, found.dtype) == (shape, dtype), f"{name} is {found.dtype}{list(found.shape)}"
        assert (found >= 0).all(), f"{name} is {found}"


@SUITE.law("error-bound")
def error_bound(solver: AnySolver, instance: Instance) -> None:
    call = dense(instance)
    expected = call.solve()
    slack = ORACLE * call.norm(call.b) / (1 - call.gamma)
    for rough in ({}, {"tol": 0.1, "n_steps": 3}, {"max_iter": 1, "n_steps": 1}, {"max_iter": 3, "n_steps": 7}):
        result = _quietly(solver, instance, **rough)
        off = call.norm(result.x.astype(np.float64) - expected)
        _below(off, result.error_bound + slack, f"distance from the dense solution ({rough})")


@SUITE.law("residual")
def residual(solver: AnySolver, instance: Instance) -> None:
    call = dense(instance)
    for rough in ({}, {"max_iter": 2, "n_steps": 2}):
        result = _quietly(solver, instance, **rough)
        x = result.x.astype(np.float64)
        unit = 1e-14 if result.x.dtype == np.float64 else 4e-6
        slack = unit * (call.norm(call.b) + call.norm(x)) * 8
        _below(call.norm(call.step(x) - x), result.residual + slack, f"what x moves by ({rough})")


@SUITE.law("contraction")
def contraction(solver: AnySolver, instance: Instance) -> None:
    call, result = dense(instance), instance.call(solver)
    rng = np.random.default_rng(len(call.b))
    unit = 1e-13 if result.x.dtype == np.float64 else 4e-6
    for size in (1.0, 1e4):
        y, z = (size * rng.standard_normal(call.b.shape) for _ in range(2))
        if size == 1e4:  # where rows, and where columns, add up most
            y, z = np.full_like(y, size), np.zeros_like(z)
        apart = call.norm(result.step(y).astype(np.float64) - result.step(z))
        allowed = call.gamma * call.norm(y - z) + unit * (call.norm(y) + call.norm(z) + call.norm(call.b))
        _below(apart, allowed, "distance of two points after a step")


@SUITE.law("size")
def size(solver: AnySolver, instance: Instance) -> None:
    call, result = dense(instance), instance.call(solver)
    x = result.x.astype(np.float64)
    slack = result.error_bound * 2 + 1e-12 * call.norm(call.b)
    if "exact" not in solver.claims:  # further from the fixed point than its own bound says nothing new
        slack = slack + call.norm(x) * call.gamma
    _below(call.norm(x), call.norm(call.b) / (1 - call.gamma) * (1 + 1e-12) + slack, "size of x")
    _below(call.norm(x - call.b), call.gamma * call.norm(x) * (1 + 1e-9) + slack, "size of x - b")


@SUITE.law("small-gamma")
def small_gamma(solver: AnySolver, instance: Instance) -> None:
    for gamma in (1e-3, 1e-9):
        changed = instance.but(gamma=gamma)
        call, result = dense(changed), changed.call(solver)
        allowed = call.norm(call.b) * (
            gamma / (1 - gamma) * (1 + 1e-9) + (1e-13 if result.x.dtype == np.float64 else 1e-6)
        )
        _below(call.norm(result.x.astype(np.float64) - call.b), allowed + _of_nothing(call), f"x - b for gamma={gamma}")


@SUITE.law("edgeless")
def edgeless(solver: AnySolver, instance: Instance) -> None:
    bias = np.asarray(instance.args[2])
    none = instance.but(np.zeros((2, 0), dtype=np.int64), np.zeros((0, bias.shape[1]), dtype=bias.dtype), bias)
    result = none.call(solver)
    assert (result.x == bias).all(), f"x is {result.x.tolist()}, b {bias.tolist()}"


@SUITE.law("monotone")
def monotone(solver: AnySolver, instance: Instance) -> None:
    edges, gains, bias = instance.args
    up = np.abs(np.asarray(bias))
    low, high = (instance.but(edges, gains, part).call(solver) for part in (up, up * up.dtype.type(1.5)))
    call = dense(instance.but(edges, gains, up))
    slack = (low.error_bound + high.error_bound).max() + 1e-12 * up.max()
    assert (low.x >= up - slack).all(), f"x is below b >= 0 by {float((up - low.x).max()):.3g}"
    assert (high.x >= low.x - slack).all(), f"x falls by {float((low.x - high.x).max()):.3g} where b grows"
    assert call.b.min() >= 0


@SUITE.law("linear")
def linear(solver: AnySolver, instance: Instance) -> None:
    edges, gains, bias = instance.args
    b = np.asarray(bias)
    other = np.roll(b, 1, axis=0) * b.dtype.type(-0.5)
    both = b * b.dtype.type(2) + other
    calls = [instance.but(edges, gains, part).call(solver) for part in (b, other, both)]
    combined = 2.0 * calls[0].x.astype(np.float64) + calls[1].x
    slack = 2 * calls[0].error_bound + calls[1].error_bound + calls[2].error_bound
    call = dense(instance)
    rounded = 1e-14 if calls[0].x.dtype == np.float64 else 1e-6
    scale = call.norm(b.astype(np.float64)) + call.norm(other.astype(np.float64))
    slack = slack + rounded * scale / (1 - call.gamma) * 8 + _of_nothing(call)
    _below(call.norm(calls[2].x - combined), slack, "x of a combination, from the combination")


@SUITE.law("heads")
def heads(solver: AnySolver, instance: Instance) -> None:
    edges, gains, bias = instance.args
    together, call = instance.call(solver), dense(instance)
    if instance.options.get("normalize") == "none":
        return  # which norm is chosen, and with it the meaning of the bound, depends on all heads
    for h in range(call.b.shape[1]):
        alone = instance.but(edges, np.asarray(gains)[:, [h]], np.asarray(bias)[:, [h]]).call(solver)
        part = Dense(call.A[[h]], call.b[:, [h]], call.graph, call.n_graphs, call.gamma, call.one)
        bound = alone.error_bound + together.error_bound[:, [h]]
        _below(part.norm(alone.x.astype(np.float64) - together.x[:, [h]]), bound, f"head {h} alone, from among others")


@SUITE.law("batch", given=instances(graphs=4))
def batch(solver: AnySolver, instance: Instance) -> None:
    (senders, receivers), gains, bias = (np.asarray(part) for part in instance.args)
    ptr = instance.options.get("batch_ptr")
    if ptr is None or instance.options["normalize"] == "none":
        return
    together = instance.call(solver)
    for g, (first, last) in enumerate(itertools.pairwise(ptr)):
        first, last = int(first), int(last)
        inside = (receivers >= first) & (receivers < last)
        edges = np.array([senders[inside], receivers[inside]], dtype=np.int64) - first
        single = instance.but(edges, gains[inside], bias[first:last], batch_ptr=None)
        alone, call = single.call(solver), dense(single)
        bound = alone.error_bound + together.error_bound[[g]]
        _below(
            call.norm(alone.x.astype(np.float64) - together.x[first:last]), bound, f"graph {g} alone, from the batch"
        )


@SUITE.law("relabelling", given=instances(graphs=1))
def relabelling(solver: AnySolver, instance: Instance) -> None:
    edges, gains, bias = (np.asarray(part) for part in instance.args)
    rng = np.random.default_rng(len(bias))
    to, order = rng.permutation(len(bias)), rng.permutation(len(gains))
    place = np.argsort(to)  # vertex v becomes place[v]
    expected = instance.call(solver)
    result = instance.but(place[edges.astype(np.int64)][:, order], gains[order], bias[to]).call(solver)
    bound = result.error_bound + expected.error_bound
    apart = dense(instance).norm(result.x.astype(np.float64) - expected.x[to])
    _below(apart, bound, "x after relabelling, from x relabelled")


def _changes(call: Dense, instance: Instance, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Random changes of gains and bias, an upstream gradient, and the change of x that the former make."""
    rng = np.random.default_rng(seed)
    (senders, receivers), gains, _ = (np.asarray(part) for part in instance.args)
    da, db, g = (rng.standard_normal(shape) for shape in (gains.shape, call.b.shape, call.b.shape))
    normalize = instance.options.get("normalize", "in-degree")
    x = call.solve()
    moved = db.copy()
    for e, (j, i) in enumerate(zip(senders.astype(int), receivers.astype(int), strict=True)):
        degree = {"in-degree": (receivers == i).sum(), "out-degree": (senders == j).sum(), "none": 1}[normalize]
        moved[i] += call.gamma / degree * da[e] * x[j]
    return da, db, g, call.solve(moved)


@SUITE.law("transpose", given=instances(plain=True, single=False))
def transpose(solver: AnySolver, instance: Instance) -> None:
    call = dense(instance)
    da, db, g, dx = _changes(call, instance, len(call.b))
    result = instance.call(solver, n_steps=400)
    grad_gains, grad_bias = result.vjp(g)
    assert grad_gains.shape == da.shape
    assert grad_bias.shape == db.shape
    forward, backward = float((g * dx).sum()), float((grad_gains * da).sum() + (grad_bias * db).sum())
    scale = (
        float(np.abs(g).sum() * (np.abs(call.b).max() + 1) * (np.abs(da).max(initial=0) + 1)) / (1 - call.gamma) ** 2
    )
    assert abs(forward - backward) <= 1e-8 * scale, f"⟨g, J v⟩ is {forward!r}, ⟨Jᵀ g, v⟩ {backward!r}"


@SUITE.law("fixed-point")
def fixed_point(solver: AnySolver, instance: Instance) -> None:
    call = dense(instance)
    expected = call.solve()
    for tol in (1e-10, 1e-5):
        result = instance.call(solver, tol=tol)
        x = result.x.astype(np.float64)
        slack = _slack(call, result, tol)
        _below(call.norm(x - expected), slack, f"distance from the dense solution (tol={tol})")
        _below(call.norm(call.step(x) - x), 2 * slack, f"what x moves by in a step (tol={tol})")


@SUITE.law("uniqueness", scale=0.5)
def uniqueness(solver: AnySolver, instance: Instance) -> None:
    call, expected = dense(instance), instance.call(solver)
    rng = np.random.default_rng(len(call.b))
    for reach in (1.0, 1.0, 1e3, 1e6, 1e6):
        start = (reach * rng.standard_normal(call.b.shape)).astype(expected.x.dtype)
        result = instance.call(solver, start=start)
        bound = result.error_bound + expected.error_bound
        _below(call.norm(result.x.astype(np.float64) - expected.x), bound, f"x from a start of size {reach:g}, from x")
        _below(bound, 4 * _slack(call, result), f"error bounds from a start of size {reach:g}")


def differences(call: Any, at: Floats, step: float) -> Floats:
    """Central differences of the scalar function `call` of an array."""
    slope = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += step
        down[place] -= step
        slope[place] = (call(up) - call(down)) / (2 * step)
    return slope


@SUITE.law("gradient", given=instances(graphs=2, plain=True, single=False), scale=0.5)
def gradient(solver: AnySolver, instance: Instance) -> None:
    edges, gains, bias = (np.asarray(part, dtype=None) for part in instance.args)
    gains, bias = 0.05 + 0.9 * gains.astype(np.float64), bias.astype(np.float64)  # inside, so that both sides exist
    inner = instance.but(edges, gains, bias)
    if instance.options["normalize"] == "none":
        inner = instance.but(edges, gains * 0.9 / max(1, *np.bincount(np.ravel(edges), minlength=1)), bias)
        gains = inner.args[1]
    g = np.random.default_rng(len(bias)).standard_normal(bias.shape)
    result = inner.call(solver, tol=1e-13)

    def loss(gains: Floats, bias: Floats) -> float:
        return float((g * dense(inner.but(edges, gains, bias)).solve()).sum())

    by_gains = differences(lambda a: loss(a, bias), gains, 1e-4 / max(1, gains.shape[0]))
    by_bias = differences(lambda b: loss(gains, b), bias, 1e-3)
    for name, found, expected in zip(("gains", "bias"), result.vjp(g), (by_gains, by_bias), strict=True):
        scale = (1 + float(np.abs(expected).max(initial=0))) / (1 - float(inner.options["gamma"])) ** 2
        off = float(np.abs(found - expected).max(initial=0))
        assert off <= 1e-5 * scale, (
            f"vjp by {name} is off by {off:.3g}: {found.tolist()}, differences {expected.tolist()}"
        )


@SUITE.law("unrolled-limit", given=instances(graphs=1, plain=True, single=False), scale=0.5)
def unrolled_limit(solver: AnySolver, instance: Instance) -> None:
    call = dense(instance)
    rng = np.random.default_rng(5)
    g = rng.standard_normal(call.b.shape)
    _, grad_bias = instance.call(solver).vjp(g)
    through, left = np.zeros_like(g), g
    for t in range(1, 41):
        through += left
        left = np.einsum("hji,jh->ih", call.A, left)
        if t in (1, 3, 10, 40):
            allowed = np.abs(g).sum(axis=0) * call.gamma**t / (1 - call.gamma) + 1e-8 * np.abs(g).sum() / (
                1 - call.gamma
            )
            _below(np.abs(grad_bias - through).max(axis=0), allowed, f"vjp by bias, from that through {t} steps")
    # a whole ring, so that one step is not all there is
    ring = np.array([[0, 1, 2, 3], [1, 2, 3, 0]])
    result = solver(ring, np.ones((4, 1)), np.ones((4, 1)), gamma=0.5)
    by_gains, by_bias = result.vjp(np.ones((4, 1)))
    assert np.allclose(by_bias, 2.0), (
        f"on a ring of gains 1 and gamma=0.5 the gradient by bias is 2, got {by_bias.tolist()}"
    )
    assert np.allclose(by_gains, 2.0), (
        f"on a ring of gains 1 and gamma=0.5 the gradient by gains is 2, got {by_gains.tolist()}"
    )
