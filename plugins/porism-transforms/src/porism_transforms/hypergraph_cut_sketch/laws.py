"""What every hypergraph-cut-sketch solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_transforms.hypergraph_cut_sketch.problem import HypergraphResult, hypergraph_cut_sketch
from porism_transforms.sparse_walsh_hadamard.problem import NotSparseWarning

__all__ = ["SUITE", "Cuts"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., HypergraphResult]


@dataclass
class Cuts:
    """The cut function of known edges, by its definition, which counts how it is asked."""

    edges: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    evaluations: int = field(default=0, compare=False)
    points: set[int] = field(default_factory=set, compare=False, repr=False)
    budget: float = np.inf

    def __call__(self, sides: Words) -> Floats:
        """The weights of some cuts."""
        self.evaluations += len(sides)
        assert self.evaluations <= self.budget, f"{self.evaluations} cuts, {self.budget} are allowed"
        self.points.update(sides.tolist())
        total = np.zeros(len(sides))
        for edge, weight in zip(self.edges, self.weights, strict=True):
            on = sum((sides >> np.uint64(v)) & np.uint64(1) for v in edge)
            total += weight * ((on > 0) & (on < len(edge)))
        return total

    def expected(self) -> dict[tuple[int, ...], float]:
        """Weights by edge."""
        return dict(zip(self.edges, self.weights, strict=True))


def same(result: HypergraphResult, expected: dict[tuple[int, ...], float]) -> None:
    """Exactly those edges, and nearly those weights."""
    found = dict(zip(result.edges, result.weights.tolist(), strict=True))
    assert found.keys() == expected.keys(), f"edges {sorted(found)}, expected {sorted(expected)}"
    off = max((abs(found[edge] - weight) for edge, weight in expected.items()), default=0.0)
    most = max(map(abs, expected.values()), default=0.0)
    assert off <= 1e-8 * most, f"a weight is off by {off:.3g}"


@st.composite
def instances(draw: st.DrawFn, kind: str = "any") -> Instance:
    """Few edges: pairs; sets of four; pairs without triangles and sets of four; one of odd size; anything."""
    n = draw(st.sampled_from([2, 4, 7, 10, 12]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = ["pairs", "fours", "mixed", *(["sizes"] if kind == "any" else [])]
    chosen = draw(st.sampled_from(kinds))
    count = draw(st.integers(0, 4))
    edges: set[tuple[int, ...]] = set()
    if chosen in ("pairs", "mixed") or n < 5:
        # a path, which has no triangle
        order = rng.permutation(n)
        edges |= {tuple(sorted(map(int, order[i : i + 2]))) for i in range(min(count, n - 1))}
    if chosen in ("fours", "mixed") and n >= 5:
        edges |= {tuple(sorted(map(int, rng.choice(n, 4, replace=False)))) for _ in range(min(count, 3))}
    if chosen == "sizes" and n >= 5:
        edges |= {tuple(sorted(map(int, rng.choice(n, int(rng.integers(2, 5)), replace=False)))) for _ in range(count)}
    ordered = sorted(edges, key=lambda edge: (len(edge), edge))
    weights = rng.uniform(0.5, 2.0, len(ordered)).tolist() if draw(st.booleans()) else [1.0] * len(ordered)
    most = max(map(len, ordered), default=2)
    if chosen == "mixed":
        most = max(most, 2)
    return Instance((Cuts(tuple(ordered), tuple(weights)), n, most), {"rng": draw(st.integers(0, 2**32 - 1))})


def fresh(instance: Instance) -> Instance:
    """The same call of a function that has not been asked yet."""
    f = instance.args[0]
    return instance.but(Cuts(f.edges, f.weights), *instance.args[1:])


def zeros(sides: Words) -> Floats:
    """No edges."""
    return np.zeros(len(sides))


def undefined(sides: Words) -> Floats:
    """NaN everywhere."""
    return np.full(len(sides), np.nan)


def short(sides: Words) -> Floats:
    """One value too few."""
    return np.zeros(len(sides) - 1)


def imaginary(sides: Words) -> Any:
    """Complex numbers."""
    return np.ones(len(sides), dtype=complex)


def _invalid() -> list[Invalid]:
    calls: list[tuple[Any, Any, Any, dict[str, Any], str, str]] = [
        (None, 6, 2, {}, "cut", "NoneType"),
        (np.zeros(64), 6, 2, {}, "cut", "ndarray"),
        (undefined, 6, 2, {}, "cut", "nan"),
        (short, 6, 2, {}, "cut", "shape"),
        (imaginary, 6, 2, {}, "cut", "complex128"),
        (zeros, 1, 2, {}, "n", "1"),
        (zeros, 64, 2, {}, "n", "64"),
        (zeros, 6.0, 2, {}, "n", "6.0"),
        (zeros, 6, 1, {}, "max_edge_size", "1"),
        (zeros, 6, 17, {}, "max_edge_size", "17"),
        (zeros, 6, 2.0, {}, "max_edge_size", "2.0"),
        (zeros, 6, 2, {"verify": -1}, "verify", "-1"),
        (zeros, 6, 2, {"max_queries": 0}, "max_queries", "0"),
        (zeros, 12, 2, {"max_queries": 20}, "max_queries", "20"),
        (zeros, 6, 2, {"rng": "seed"}, "rng", "'seed'"),
        (zeros, 6, 2, {"n_chains": 0}, "n_chains", "0"),
        (zeros, 6, 2, {"subsampling": "slices"}, "subsampling", "'slices'"),
        (zeros, 6, 2, {"n_jobs": 0}, "n_jobs", "0"),
    ]
    declared = hypergraph_cut_sketch.signature.parameters
    return [
        Invalid(
            (cut, n, most),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for cut, n, most, options, argument, mentions in calls
    ]


SUITE = Suite(hypergraph_cut_sketch, instances=instances(), invalid=_invalid())


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    n, most = instance.args[1:]
    assert result.n == n
    assert list(result.edges) == sorted(set(result.edges), key=lambda edge: (len(edge), edge)), f"{result.edges}"
    for edge in result.edges:
        assert list(edge) == sorted(set(edge)), f"the edge {edge} is not sorted and distinct"
        assert 2 <= len(edge) <= most, f"the edge {edge} has other than 2 … {most} vertices"
        assert all(isinstance(v, int) and 0 <= v < n for v in edge), (
            f"the edge {edge} has other vertices than 0 … {n - 1}"
        )
    assert (result.weights.shape, result.weights.dtype) == ((len(result.edges),), np.float64)
    assert (np.isfinite(result.weights) & (result.weights != 0)).all(), f"weights {result.weights}"


@SUITE.law("cuts")
def cuts(solver: AnySolver, instance: Instance) -> None:
    cut, n = instance.args[:2]
    result = instance.call(solver)
    assert result.converged, "a few small edges did not converge"
    sides = np.random.default_rng(5).integers(0, 1 << n, 200, dtype=np.uint64)
    off = float(np.abs(result.cut(sides) - cut(sides)).max())
    assert off <= 1e-8 * sum(cut.weights), f"a cut is off by {off:.3g}"


@SUITE.law("recovery", given=instances(kind="even"))
def recovery(solver: AnySolver, instance: Instance) -> None:
    same(instance.call(solver), instance.args[0].expected())


@st.composite
def odd_edges(draw: st.DrawFn) -> Instance:
    """One edge of three or five vertices."""
    size, seed = draw(st.sampled_from([3, 5])), draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    edge = tuple(sorted(map(int, rng.choice(11, size, replace=False))))
    return Instance((Cuts((edge,), (float(rng.uniform(0.5, 2.0)),)), 11, size), {"rng": seed})


@SUITE.law("odd", given=odd_edges())
def odd(solver: AnySolver, instance: Instance) -> None:
    same(instance.call(solver), instance.args[0].expected())


@SUITE.law("relabelling", given=instances(kind="even"))
def relabelling(solver: AnySolver, instance: Instance) -> None:
    cut, n, most = instance.args
    to = np.random.default_rng(n).permutation(n).tolist()
    moved = {tuple(sorted(to[v] for v in edge)): weight for edge, weight in cut.expected().items()}
    same(instance.but(Cuts(tuple(moved), tuple(moved.values())), n, most).call(solver), moved)


@SUITE.law("linearity", given=instances(kind="even"))
def linearity(solver: AnySolver, instance: Instance) -> None:
    cut, n, most = instance.args
    for factor in (1e5, 3e-4):
        expected = {edge: factor * weight for edge, weight in cut.expected().items()}
        same(instance.but(lambda sides, factor=factor: factor * cut(sides), n, most).call(solver), expected)


@SUITE.law("counters")
def counters(solver: AnySolver, instance: Instance) -> None:
    instance = fresh(instance)
    cut = instance.args[0]
    result = instance.call(solver)
    assert result.n_evaluations == cut.evaluations, f"{result.n_evaluations} evaluations, {cut.evaluations} counted"
    assert result.n_queries == len(cut.points), f"{result.n_queries} different cuts, {len(cut.points)} counted"


@SUITE.law("empty", instances=False)
def empty(solver: AnySolver) -> None:
    for n in (2, 9, 13):
        result = solver(zeros, n, 4, rng=0)
        assert (result.edges, result.converged) == ((), True), f"{result.edges} without any cut"


@SUITE.law("no-cut", instances=False)
def no_cut(solver: AnySolver) -> None:
    def one_sided(sides: Words) -> Floats:
        return (sides & np.uint64(1)).astype(np.float64)

    def raised(sides: Words) -> Floats:
        return Cuts(((0, 3),), (1.0,))(sides) + 1.0

    larger = Cuts(((0, 1, 2, 3, 4, 5),), (1.0,))
    for wrong in (one_sided, raised, larger):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = solver(wrong, 9, 3, rng=1)
        assert not result.converged, f"{result.edges} for what is no cut of edges of three"
        assert any(issubclass(one.category, NotSparseWarning) for one in caught), "nobody was warned"


@SUITE.law("sketch", instances=False)
def sketch(solver: AnySolver) -> None:
    good = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        edges = {tuple(sorted(map(int, rng.choice(24, 4, replace=False)))) for _ in range(12)}
        cut = Cuts(tuple(sorted(edges)), (1.0,) * len(edges), budget=0.01 * 2**24)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)
            result = solver(cut, 24, 4, rng=seed)
        good += result.converged and result.edges == cut.edges
    assert good >= 9, f"{good} of 10 draws recovered"
