"""What every polynomial-expressiveness solver keeps, as code: all orders by hand, and graphs that models confuse."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_evaluation.laws import K4, one_value
from porism_graphs.equivariant_polynomial_evaluation.solvers import contraction_path
from porism_graphs.polynomial_expressiveness.problem import Expressiveness, polynomial_expressiveness

__all__ = ["HEXAGON", "ROOK", "SHRIKHANDE", "SUITE", "TRIANGLES", "can"]

AnySolver = Solver[..., Expressiveness]

MODELS = ("mpnn", "ppgn", "ppgn-symmetric", "1-bank", "2-bank", "3-bank", "4-bank")
WIDTHS = {"mpnn": 1, "ppgn": 2, "ppgn-symmetric": 2, "1-bank": 1, "2-bank": 2, "3-bank": 3, "4-bank": 4}


def _circulant(n: int, steps: tuple[int, ...]) -> npt.NDArray[np.int64]:
    A = np.zeros((n, n), dtype=np.int64)
    for i, step in itertools.product(range(n), steps):
        A[i, (i + step) % n] = A[(i + step) % n, i] = 1
    return A


def _cayley(steps: set[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """Pairs modulo 4, joined where their difference is one of the steps."""
    points = list(itertools.product(range(4), repeat=2))
    made = [[((a - c) % 4, (b - d) % 4) in steps for c, d in points] for a, b in points]
    return np.array(made, dtype=np.int64)


HEXAGON = _circulant(6, (1,))
TRIANGLES = _circulant(6, (2,))
ROOK = _cayley({(0, i) for i in (1, 2, 3)} | {(i, 0) for i in (1, 2, 3)})
SHRIKHANDE = _cayley({(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)})


# -- the oracle: every order, on labelled sets -------------------------------------------------------------------------


def can(H: GraphPolynomial, model: str) -> bool:
    """Whether some order of contractions leaves nothing but outputs, with matrices in a usable direction."""
    width = WIDTHS[model]
    directed = model == "ppgn" and not H.symmetric
    start: list[tuple[int, ...]] = [(r, s) for r, s, *_ in H.edges if r != s]
    summed = [v for v in range(H.n_vertices) if v not in H.outputs]

    def fits(v: int, tensors: list[tuple[int, ...]]) -> list[tuple[int, ...]] | None:
        touching = [one for one in tensors if v in one]
        rest = [one for one in tensors if v not in one]
        near = sorted({u for one in touching for u in one} - {v})
        if len(near) > width:
            return None
        if len(near) == 2 and directed:
            ways: list[tuple[int, ...]] = [
                (a, b) for a, b in itertools.permutations(near) if set(touching) == {(a, v), (v, b)}
            ]
            return rest + ways[:1] if ways else None
        return [*rest, tuple(near)] if len(near) > 1 else rest

    for order in itertools.permutations(summed):
        tensors: list[tuple[int, ...]] | None = start
        for v in order:
            tensors = None if tensors is None else fits(v, tensors)
        if tensors is not None and not (directed and any(one != H.outputs for one in tensors)):
            return True
    return False


# -- instances ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def pool(degree: int, output: str, symmetric: bool, simple: bool) -> tuple[GraphPolynomial, ...]:
    """Polynomials to draw from."""
    family = Family(degree, output, symmetric, True, simple, False, None, 1)
    return tuple(H for H in multigraphs(family) if H.n_vertices <= 6)


HARD = tuple(
    GraphPolynomial(tuple(edges), outputs, n, symmetric)
    for symmetric in (False, True)
    for edges, outputs, n in (
        (K4, (), 4),
        (K4, (0,), 4),
        (K4, (4,), 5),
        (K4, (0, 3), 4),
        (K4[1:], (0, 1), 4),
        (K4[1:], (1, 0), 4),
        (K4[1:], (2, 3), 4),
        ([(0, 1), (2, 1)], (0, 2), 3),
        ([(0, 1), (1, 0), (1, 2)], (0, 2), 3),
        ([(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)], (1, 3), 4),
        ([(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1)], (), 5),
        ([(a, b + 3) for a in range(3) for b in range(3)], (), 6),
    )
)


@st.composite
def instances(draw: st.DrawFn, models: tuple[str, ...] = (*MODELS, "mpnn", "ppgn", "ppgn", "ppgn")) -> Instance:
    """A small polynomial, or one of those that are hard, and a model."""
    if draw(st.integers(0, 3)) == 0:
        H = draw(st.sampled_from(HARD))
    else:
        output = draw(st.sampled_from(["graph", "node", "edge"]))
        degree = draw(st.integers(0, 4 if output != "edge" else 3))
        H = draw(st.sampled_from(pool(degree, output, draw(st.booleans()), draw(st.booleans())) or HARD))
    return Instance((H, draw(st.sampled_from(models))))


TRIANGLE = GraphPolynomial(((0, 1), (1, 2), (0, 2)), (), symmetric=True)

BAD: list[tuple[Any, Any, str, str]] = [
    (TRIANGLE, "gcn", "model", "'gcn'"),
    (TRIANGLE, "k-bank", "model", "'k-bank'"),
    (TRIANGLE, "0-bank", "model", "'0-bank'"),
    (TRIANGLE, "-bank", "model", "'-bank'"),
    (TRIANGLE, 2, "model", "2"),
    (TRIANGLE, None, "model", "None"),
    ([(0, 1)], "mpnn", "H", "[(0, 1)]"),
    (None, "mpnn", "H", "None"),
    ("triangle", "mpnn", "H", "'triangle'"),
]

SUITE = Suite(
    polynomial_expressiveness,
    instances=instances(),
    invalid=[Invalid((H, model), argument=name, mentions=text) for H, model, name, text in BAD],
)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result, (H, _) = instance.call(solver), instance.args
    summed = set(range(H.n_vertices)) - set(H.outputs)
    assert isinstance(result.expressible, bool)
    assert result.polynomial == H, f"polynomial is {result.polynomial}"
    assert len(set(result.order)) == len(result.order), f"order is {result.order}"
    assert set(result.order) <= summed, f"order is {result.order}, summed are {summed}"
    assert not result.expressible or set(result.order) == summed, f"order is {result.order}, summed are {summed}"
    assert bool(result.program) == result.expressible


@SUITE.law("reproduces")
def reproduces(solver: AnySolver, instance: Instance) -> None:
    result, (H, _) = instance.call(solver), instance.args
    if not result.expressible:
        return
    rng = np.random.default_rng(len(H.edges))
    for n in (1, 2, 3):
        X = rng.integers(-3, 4, (n, n))
        X = X + X.T if H.symmetric else X
        found, expected = result.run(X), one_value(H, X)
        assert np.array_equal(found.astype(object), expected), (
            f"{found.tolist()}, by hand {expected.tolist()}\n{result}"
        )


@SUITE.law("bank")
def bank(solver: AnySolver, instance: Instance) -> None:
    result, (_, model) = instance.call(solver), instance.args
    made = {one.name: one.op for one in result.program}
    for one in result.program:
        if WIDTHS[model] == 1:
            assert one.op not in ("matmul", "contract"), f"{model} has no {one}"
        if WIDTHS[model] == 2:
            assert one.op != "contract", f"{model} has no {one}"
        if model == "ppgn":
            assert one.op != "transpose", f"{model} has no {one}"
        if one.op == "transpose":
            assert made[one.operands[0]] == "X", f"{one} transposes what is not X"
        if one.op == "contract":
            axes = {axis for part in one.detail[:-1] for axis in part}
            assert len(axes) <= WIDTHS[model] + 1, f"{one} is over {len(axes)} vertices"


@SUITE.law("decides")
def decides(solver: AnySolver, instance: Instance) -> None:
    found, expected = instance.call(solver).expressible, can(*instance.args)
    assert found == expected, f"expressible is {found}, by all orders {expected}"


@SUITE.law("relabelling")
def relabelling(solver: AnySolver, instance: Instance) -> None:
    H, model = instance.args
    expected = instance.call(solver).expressible
    for seed in range(3):
        to = np.random.default_rng(seed).permutation(H.n_vertices).tolist()
        edges = [(to[r], to[s], *c) for r, s, *c in H.edges]
        moved = GraphPolynomial(edges, tuple(to[v] for v in H.outputs), H.n_vertices, H.symmetric)  # type: ignore[arg-type]
        found = instance.but(moved, model).call(solver).expressible
        assert found == expected, f"expressible is {expected}, of {moved} {found}"


@SUITE.law("hierarchy")
def hierarchy(solver: AnySolver, instance: Instance) -> None:
    H = instance.args[0]
    able = {model: instance.but(H, model).call(solver).expressible for model in MODELS}
    for less, more in (("mpnn", "2-bank"), ("ppgn", "ppgn-symmetric"), ("2-bank", "3-bank"), ("3-bank", "4-bank")):
        assert able[more] or not able[less], f"{less} computes it and {more} does not"
    for one, other in (("mpnn", "1-bank"), ("ppgn-symmetric", "2-bank")):
        assert able[one] == able[other], f"{one} and {other} differ"
    assert not H.symmetric or able["ppgn"] == able["ppgn-symmetric"], "on symmetric matrices transposes add nothing"


@SUITE.law("refinement", given=instances(("mpnn",)))
def refinement(solver: AnySolver, instance: Instance) -> None:
    H, _ = instance.args
    if len(H.outputs) < 2 and instance.call(solver).expressible:
        one, other = (np.unique(contraction_path(H, A).values) for A in (HEXAGON, TRIANGLES))
        assert np.array_equal(one, other), f"mpnn cannot tell them apart, {one} and {other}"
        assert len(one) == 1, f"all vertices are alike, {one}"
    for outputs in ((), (0,)):
        triangle = GraphPolynomial(TRIANGLE.edges, outputs, symmetric=True)
        assert not instance.but(triangle, "mpnn").call(solver).expressible, f"mpnn cannot see {triangle}"
        one, other = (contraction_path(triangle, A).values for A in (HEXAGON, TRIANGLES))
        assert not np.array_equal(one, other), f"{triangle} is the same on both graphs"


@SUITE.law("strongly-regular", given=instances(("ppgn", "ppgn-symmetric", "2-bank")))
def strongly_regular(solver: AnySolver, instance: Instance) -> None:
    H, model = instance.args
    if not H.outputs and instance.call(solver).expressible:
        one, other = (contraction_path(H, A).values for A in (SHRIKHANDE, ROOK))
        assert one == other, f"edge banks cannot tell them apart, {one} and {other}"
    K = GraphPolynomial(tuple(K4), symmetric=True)
    assert not instance.but(K, model).call(solver).expressible, "no edge bank sees K4"
    assert contraction_path(K, SHRIKHANDE).values != contraction_path(K, ROOK).values


@SUITE.law("first-failures", instances=False)
def first_failures(solver: AnySolver) -> None:
    expected = {
        ("mpnn", "graph"): (3, [TRIANGLE]),
        ("mpnn", "node"): (3, [GraphPolynomial(TRIANGLE.edges, one, symmetric=True) for one in ((0,), (3,))]),
        ("mpnn", "edge"): (2, [GraphPolynomial(((0, 1), (1, 2)), (0, 2), symmetric=True)]),
        ("ppgn", "graph"): (6, [GraphPolynomial(tuple(K4), symmetric=True)]),
        ("ppgn", "node"): (6, [GraphPolynomial(tuple(K4), one, symmetric=True) for one in ((0,), (4,))]),
        ("ppgn", "edge"): (5, [GraphPolynomial(tuple(K4[1:]), (0, 1), symmetric=True)]),
    }
    for (model, output), (first, polynomials) in expected.items():
        degrees = range(first + 1) if output != "node" or first < 6 else (first,)
        found: list[GraphPolynomial] = []
        for degree in degrees:
            family = Family(degree, output, True, False, True, False, None, 1)
            some = [H for H in multigraphs(family) if H.n_vertices <= 7]  # forests of eight vertices and more are easy
            found += [H.canonical() for H in some if not solver(H, model).expressible]
        wanted = {H.canonical() for H in polynomials}
        assert set(found) == wanted, f"{model}, {output}: first failures {list(map(str, found))}"
