"""What every graph-polynomial-features solver keeps, as code."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_evaluation.laws import one_value
from porism_graphs.graph_polynomial_features.problem import GraphFeatures, graph_polynomial_features
from porism_graphs.polynomial_expressiveness.laws import HEXAGON, TRIANGLES, can

__all__ = ["SUITE", "cycles"]

Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., GraphFeatures]

OUTPUTS = ("graph", "node", "edge")


def dense(graph: Any) -> npt.NDArray[Any]:
    """The adjacency matrix as an array."""
    plain: Any = graph.toarray() if hasattr(graph, "toarray") else graph
    return np.asarray(plain)


def cycles(A: npt.NDArray[Any], k: int) -> int:
    """How many cycles of length k there are as subgraphs, by trying all sequences of vertices."""
    found = 0
    for path in itertools.permutations(range(len(A)), k):
        if path[0] == min(path) and path[1] < path[-1]:
            found += all(A[u, v] for u, v in zip(path, path[1:] + path[:1], strict=True))
    return found


@st.composite
def simple_graphs(draw: st.DrawFn, least: int = 1, most: int = 4) -> Any:
    """Small graphs, in forms that are taken."""
    n = draw(st.integers(least, most))
    pairs = list(itertools.combinations(range(n), 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    A = np.zeros((n, n))
    for u, v in edges:
        A[u, v] = A[v, u] = 1.0
    form = draw(st.sampled_from(["array", "int", "bool", "csr", "coo"]))
    return {
        "array": A,
        "int": A.astype(np.int64),
        "bool": A > 0,
        "csr": sparse.csr_array(A),
        "coo": sparse.coo_array(A),
    }[form]


@st.composite
def weighted(draw: st.DrawFn) -> Any:
    """Small directed graphs with weights and loops."""
    n = draw(st.integers(1, 3))
    entries = draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.0, 0.5]), min_size=n * n, max_size=n * n))
    A = np.array(entries).reshape(n, n)
    return A if draw(st.booleans()) else sparse.csr_array(A)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Some graphs, and a choice of features."""
    simple = draw(st.booleans())
    output = draw(st.sampled_from(OUTPUTS))
    degree = draw(st.integers(1, 4)) if simple and output != "edge" else draw(st.integers(1, 2))
    options: dict[str, Any] = {"degree": degree, "output": output, "simple": simple}
    options["missing_for"] = draw(st.sampled_from(["mpnn", "mpnn", None, "ppgn", "1-bank"]))
    options["normalise"] = draw(st.sampled_from(["log1p", "density", None]))
    if draw(st.booleans()):
        options["connected"] = draw(st.booleans())
    graphs = draw(st.lists(simple_graphs() if simple else weighted(), min_size=1, max_size=3))
    return Instance((graphs,), options)


K2 = np.array([[0, 1], [1, 0]])
BAD: list[tuple[Any, dict[str, Any], str, str]] = [
    ([], {}, "graphs", "none"),
    (None, {}, "graphs", "None"),
    ("graph.txt", {}, "graphs", "'graph.txt'"),
    (K2, {}, "graphs", "shape (2, 2)"),
    ([K2, K2[:1]], {}, "graphs[1]", "(1, 2)"),
    ([np.eye(2)], {}, "graphs[0]", "self-loops"),
    ([np.triu(K2)], {}, "graphs[0]", "symmetric"),
    ([-K2], {"simple": False}, "graphs[0]", "-1"),
    ([K2 * np.nan], {"simple": False}, "graphs[0]", "nan"),
    ([K2], {"degree": 0}, "degree", "0"),
    ([K2], {"degree": 2.0}, "degree", "2.0"),
    ([K2], {"output": "pair"}, "output", "'pair'"),
    ([K2], {"simple": 1}, "simple", "1"),
    ([K2], {"connected": None}, "connected", "None"),
    ([K2], {"missing_for": "gin"}, "missing_for", "'gin'"),
    ([K2], {"missing_for": 1}, "missing_for", "1"),
    ([K2], {"normalise": "max"}, "normalise", "'max'"),
    ([K2], {"normalise": True}, "normalise", "True"),
]

SUITE = Suite(
    graph_polynomial_features,
    instances=instances(),
    invalid=[Invalid((graphs,), options, argument=name, mentions=text) for graphs, options, name, text in BAD],
)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result, (graphs,) = instance.call(solver), instance.args
    axes = OUTPUTS.index(instance.options["output"])
    sizes = [len(dense(graph)) ** axes for graph in graphs]
    assert result.offsets.dtype == np.int64
    assert result.offsets.tolist() == [sum(sizes[:i]) for i in range(len(sizes) + 1)], f"offsets are {result.offsets}"
    assert result.features.dtype == np.float64
    assert result.features.shape == (sum(sizes), len(result.polynomials)), f"features are {result.features.shape}"
    assert np.isfinite(result.features).all()
    assert result.output == instance.options["output"]
    for i, graph in enumerate(graphs):
        shape = (len(dense(graph)),) * axes + (len(result.polynomials),)
        assert result.of(i).shape == shape, f"of({i}) has shape {result.of(i).shape}"


@SUITE.law("choice")
def choice(solver: AnySolver, instance: Instance) -> None:
    options = {"connected": True, **instance.options}
    expected = set()
    for degree in range(1, options["degree"] + 1):
        simple = options["simple"]
        family = Family(degree, options["output"], simple, True, simple, False, None, 1)
        for H in multigraphs(family):
            wanted = options["missing_for"] is None or not can(H, options["missing_for"])
            if wanted and (H.connected or not options["connected"]):
                expected.add(H.canonical())
    found = instance.call(solver).polynomials
    degrees = [H.degree for H in found]
    assert degrees == sorted(degrees), f"degrees are {degrees}"
    assert len({H.canonical() for H in found}) == len(found), "a polynomial is there twice"
    assert {H.canonical() for H in found} == expected, f"{len(found)} polynomials, and not {len(expected)}"


@SUITE.law("values")
def values(solver: AnySolver, instance: Instance) -> None:
    result, (graphs,) = instance.call(solver), instance.args
    for i, graph in enumerate(graphs):
        A = dense(graph).astype(float)
        for k, H in enumerate(result.polynomials):
            expected = one_value(H, A).astype(float)
            if instance.options["normalise"] == "log1p":
                expected = np.log1p(expected)
            elif instance.options["normalise"] == "density":
                expected = expected / len(A) ** H.n_summed
            found = result.of(i)[..., k]
            assert np.allclose(found, expected, rtol=1e-10, atol=1e-12), (
                f"{H} of graph {i} is {found}, and not {expected}"
            )


@SUITE.law("equivariance")
def equivariance(solver: AnySolver, instance: Instance) -> None:
    (graphs,) = instance.args
    before = instance.call(solver)
    orders = [np.random.default_rng(len(dense(g))).permutation(len(dense(g))) for g in graphs]
    after = instance.but([dense(g)[np.ix_(to, to)] for g, to in zip(graphs, orders, strict=True)]).call(solver)
    for i, to in enumerate(orders):
        axes = before.of(i).ndim - 1
        moved = before.of(i)[np.ix_(*[to] * axes)] if axes else before.of(i)
        assert np.allclose(after.of(i), moved, rtol=1e-10, atol=1e-12), f"graph {i} relabelled by {to}"


@SUITE.law("apart")
def apart(solver: AnySolver, instance: Instance) -> None:
    (graphs,) = instance.args
    together = instance.call(solver)
    for i, graph in enumerate(graphs):
        alone = instance.but([graph]).call(solver)
        assert np.array_equal(alone.of(0), together.of(i)), f"graph {i} alone has other features than among others"


@SUITE.law("cycles", given=simple_graphs(5, 6).map(lambda graph: Instance(([graph],))), scale=0.5)
def cycle_counts(solver: AnySolver, instance: Instance) -> None:
    (graphs,) = instance.args
    result = instance.but(degree=5, normalise=None).call(solver)
    columns = {H.canonical(): k for k, H in enumerate(result.polynomials)}

    def feature(*edges: tuple[int, int]) -> float:
        return float(result.of(0)[columns[GraphPolynomial(edges, symmetric=True).canonical()]])

    triangle, pan = feature((0, 1), (1, 2), (0, 2)), feature((0, 1), (1, 2), (0, 2), (0, 3))
    pentagon = feature((0, 1), (1, 2), (2, 3), (3, 4), (0, 4))
    A = dense(graphs[0])
    assert triangle / 6 == cycles(A, 3), f"{triangle / 6} triangles, by hand {cycles(A, 3)}"
    fives = (pentagon - 5 * pan + 5 * triangle) / 10
    assert fives == cycles(A, 5), f"{fives} cycles of five, by hand {cycles(A, 5)}"


@SUITE.law("refinement", instances=False)
def refinement(solver: AnySolver) -> None:
    for output in ("graph", "node"):
        result = solver([HEXAGON, TRIANGLES], degree=3, output=output)
        assert not np.array_equal(result.of(0), result.of(1)), f"{output} features do not tell them apart"
        rest = solver([HEXAGON, TRIANGLES], degree=3, output=output, missing_for=None)
        kept = [k for k, H in enumerate(rest.polynomials) if H not in result.polynomials]
        assert kept, "all polynomials are missing"
        assert np.array_equal(rest.of(0)[..., kept], rest.of(1)[..., kept]), "message passing tells them apart"
