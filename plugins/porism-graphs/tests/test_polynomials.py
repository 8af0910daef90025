"""Equivariant polynomials: the laws and their mutants, the published tables, limits, and agreement with networkx."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import pickle
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest
from scipy import sparse

import porism_graphs
from porism import InvalidInput, InvalidType, ResultOverflow, TooLarge
from porism.conformance import check, parametrize
from porism_graphs import (
    GraphPolynomial,
    PolynomialFeatures,
    equivariant_polynomial_basis,
    equivariant_polynomial_evaluation,
    graph_polynomial_features,
    polynomial_expressiveness,
)
from porism_graphs.equivariant_polynomial_basis import SOLVERS as LISTERS
from porism_graphs.equivariant_polynomial_basis import count
from porism_graphs.equivariant_polynomial_evaluation import SOLVERS as EVALUATORS
from porism_graphs.equivariant_polynomial_evaluation import (
    brute_force_sum,
    contraction_path,
    cotengra,
    numpy_einsum,
    tree_decomposition,
)
from porism_graphs.graph_polynomial_features import SOLVERS as FEATURERS
from porism_graphs.polynomial_expressiveness import SOLVERS as DECIDERS
from porism_graphs.polynomial_expressiveness import expressible
from porism_graphs.polynomial_expressiveness import report as report_on


def _mutants():
    spec = importlib.util.spec_from_file_location(
        "porism_mutants_polynomials", Path(__file__).parent / "mutants_polynomials.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()
KARATE = networkx.to_numpy_array(networkx.karate_club_graph(), weight=None).astype(np.int64)
TRIANGLE = GraphPolynomial([(0, 1), (1, 2), (0, 2)], (0,), symmetric=True)
K4 = [(i, j) for j in range(4) for i in range(j)]


@parametrize(*LISTERS, *EVALUATORS, *DECIDERS, *FEATURERS)
def test_law(law):
    law(examples=20)


@pytest.mark.parametrize("problem", mutants.MUTANTS)
def test_the_solver_that_mutants_are_made_from_keeps_every_law(problem):
    check(mutants.MUTANTS[problem][1](None), examples=15).raise_for_failures()


@pytest.mark.parametrize(
    ("problem", "bug", "law"),
    [(problem, bug, law) for problem, (bugs, _) in mutants.MUTANTS.items() for bug, law in bugs.items()],
)
def test_mutant_is_caught(problem, bug, law):
    report = check(mutants.MUTANTS[problem][1](bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
    assert "replay(" in report.failures[0].code


# -- the basis ---------------------------------------------------------------------------------------------------------


def test_counts_without_listing_go_on():
    assert [count(1, output) for output in ("graph", "node", "edge")] == [2, 5, 15]  # Bell(2), Bell(3), Bell(4)
    assert count(6, "node") == 65_729
    # Simple graphs with so many edges and no isolated vertex (OEIS A000664).
    assert [count(d, symmetric=True, simple=True) for d in range(9)] == [1, 1, 2, 5, 11, 26, 68, 177, 497]
    # Connected simple graphs by their edges (OEIS A002905).
    counts = [count(d, symmetric=True, simple=True, connected=True) for d in range(1, 9)]
    assert counts == [1, 1, 3, 5, 12, 30, 79, 227]


def test_matchings_do_not_blow_up():
    """Twelve ends of six disjoint edges have 12! orders, none of which is tried."""
    listed = equivariant_polynomial_basis(6, symmetric=True, simple=True)
    assert listed.count == 68
    assert max(H.n_vertices for H in listed) == 12
    star = GraphPolynomial([(0, i) for i in range(1, 12)], symmetric=True)
    assert star.canonical().degree == 11


def test_too_many_are_refused_with_their_number():
    with pytest.raises(TooLarge, match="max_count must be 6719 at least"):
        equivariant_polynomial_basis(4, "edge", max_count=6000)
    with pytest.raises(TooLarge, match="degree"):
        count(60)
    with pytest.raises(TooLarge, match="n must be smaller"):
        LISTERS[2](4, "edge")
    with pytest.raises(TooLarge, match="n must be smaller"):
        LISTERS[2](1000, n=10**9)
    for solver in LISTERS:
        with pytest.raises(InvalidInput, match=r"degree must be an integer in 0\.\.1000"):
            solver(2**62)
    full = [np.ones((3, 3)) - np.eye(3)]
    with pytest.raises(InvalidInput, match=r"degree must be an integer in 1\.\.20"):
        graph_polynomial_features(full, degree=2**62)
    with pytest.raises(TooLarge, match="degree must be 6 at most, as there are 3991810 polynomials up to degree 7"):
        graph_polynomial_features(full, degree=20, output="edge", simple=False, connected=False)


def test_whatever_cannot_be_read_is_refused_by_name():
    triangle = GraphPolynomial([(0, 1), (1, 2), (2, 0)])
    with pytest.raises(InvalidType, match="H must be"):
        equivariant_polynomial_evaluation(np.array(3), np.ones((3, 3)))
    with pytest.raises(ResultOverflow, match="X must be smaller"):
        equivariant_polynomial_evaluation(triangle, [[10**400, 1], [1, 0]])
    with pytest.raises(InvalidInput, match="memory_limit must be"):
        equivariant_polynomial_evaluation(triangle, np.ones((3, 3)), memory_limit=10**400)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"edges": [(0, 2)], "outputs": ()}, InvalidInput, "vertex 1 is isolated: it is a factor n"),
        ({"edges": [(0, 1)], "n_vertices": 3}, InvalidInput, "vertex 2 is isolated"),
        (
            {"edges": [(0, 1)], "outputs": (2,), "n_vertices": 2},
            InvalidInput,
            "in 0..1, got 2",
        ),
        ({"edges": [(0, 1)], "outputs": (0, 1, 0)}, InvalidInput, "outputs must be at most two"),
        ({"edges": [(0, -1)]}, InvalidInput, "edges"),
        ({"edges": [(0, 1, 2, 3)]}, InvalidType, "edges must each be"),
        ({"edges": [(0, 1.0)]}, InvalidType, "edges"),
        ({"edges": "01"}, InvalidType, "edges"),
        ({"edges": [(0, 1)], "symmetric": 1}, InvalidType, "symmetric"),
        ({"edges": [(0, 1)], "n_vertices": 1}, InvalidInput, "n_vertices must be 2 at least"),
    ],
)
def test_what_is_no_polynomial_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        GraphPolynomial(**arguments)


def test_a_polynomial_is_data():
    H = GraphPolynomial([(2, 0), (0, 1, 1), (2, 0)], (1, 1))
    assert (H.degree, H.n_vertices, H.n_summed, H.channels, H.treewidth) == (3, 3, 2, 2, 1)
    assert H.einsum() == ([(0, 1), (2, 0), (2, 0)], (1, 1))
    assert pickle.loads(pickle.dumps(H)) == H
    assert hash(H) == hash(GraphPolynomial([(2, 0), (2, 0), (0, 1, 1)], (1, 1)))
    assert str(TRIANGLE) == "[0] 0-1 0-2 1-2"
    assert TRIANGLE(KARATE).tolist() == np.diag(np.linalg.matrix_power(KARATE, 3)).tolist()
    assert GraphPolynomial(K4).treewidth == 3
    assert GraphPolynomial(K4[1:], (0, 1)).treewidth == 3
    grid = [((i, j), (i + di, j + dj)) for i, j in itertools.product(range(4), repeat=2) for di, dj in ((0, 1), (1, 0))]
    edges = [(4 * a + b, 4 * c + d) for (a, b), (c, d) in grid if c < 4 and d < 4]
    assert GraphPolynomial(edges, symmetric=True).treewidth == 4


# -- evaluation --------------------------------------------------------------------------------------------------------


def test_an_edge_list_may_name_an_edge_once_for_polynomials_of_symmetric_matrices(tmp_path):
    path = tmp_path / "club.txt"
    path.write_text("".join(f"{u} {v}\n" for u, v in networkx.karate_club_graph().edges))
    triangle = GraphPolynomial([(0, 1), (1, 2), (0, 2)], (0,), symmetric=True)
    for form in (path, str(path)):
        np.testing.assert_array_equal(triangle(form), triangle(KARATE))
    out = GraphPolynomial([(0, 1)], (0,))  # of one that need not be symmetric the list is read as it is
    np.testing.assert_array_equal(out(path), np.triu(KARATE).sum(axis=1))


def test_triangles_and_squares_are_those_of_networkx():
    graph = networkx.karate_club_graph()
    for X in (graph, KARATE, sparse.csr_array(KARATE)):
        if X is graph:
            X = networkx.Graph(graph.edges)  # without weights
        values = equivariant_polynomial_evaluation(TRIANGLE, X).values
        wanted = networkx.triangles(X if isinstance(X, networkx.Graph) else graph)
        assert (values // 2).tolist() == list(wanted.values())


@pytest.mark.parametrize("solver", [contraction_path, tree_decomposition, cotengra])
def test_treewidth_three_and_four(solver):
    A = networkx.to_numpy_array(networkx.gnp_random_graph(12, 0.6, seed=1)).astype(np.int64)
    edges = list(itertools.combinations(range(5), 2))
    for outputs in ((), (0,), (0, 1)):
        for form in (A, sparse.csr_array(A)):
            H = GraphPolynomial(edges, outputs, symmetric=True)
            found = solver(H, form).values
            found = found.toarray() if hasattr(found, "toarray") else found
            assert np.array_equal(found, numpy_einsum(H, A).values)


def test_many_vertices_need_no_letters():
    path = GraphPolynomial([(i, i + 1) for i in range(60)], (0, 60))
    X = np.array([[1, 1], [1, 0]])
    for solver in (contraction_path, tree_decomposition, cotengra):
        assert solver(path, X).values.tolist() == np.linalg.matrix_power(X.astype(object), 60).tolist()
    with pytest.raises(TooLarge, match="52"):
        numpy_einsum(path, X)


def test_a_tensor_that_does_not_fit_is_refused_with_the_path():
    H = GraphPolynomial(K4[1:], (0, 1))
    X = np.random.default_rng(0).random((64, 64))
    assert contraction_path(H, X).values.shape == (64, 64)
    with pytest.raises(MemoryError, match=r"memory_limit .*path"):
        contraction_path(H, X, memory_limit=64 * 64 * 8 * 4)
    with pytest.raises(MemoryError, match="memory_limit"):
        contraction_path(TRIANGLE, KARATE, memory_limit=100)
    with pytest.raises(MemoryError, match="memory_limit"):
        tree_decomposition(GraphPolynomial([(0, 1), (1, 2)], (0, 2)), sparse.csr_array(KARATE), memory_limit=1000)
    with pytest.raises(TooLarge, match="maps"):
        brute_force_sum(GraphPolynomial([(i, i + 1) for i in range(6)]), KARATE)


def test_sparse_values_stay_sparse():
    n = 30_000
    ring = sparse.csr_array((np.ones(n, dtype=np.int64), (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    H = [GraphPolynomial([(0, 1), (1, 2)], (0, 2)), GraphPolynomial([(0, 1), (2, 2)], (0, 1))]
    found = tree_decomposition(H, ring).values
    assert found.shape == (2 * n, n)
    assert found.nnz == n  # of the second none, as there are no loops
    with pytest.raises(TooLarge, match="different components"):
        tree_decomposition(GraphPolynomial([(0, 2), (1, 3)], (0, 1)), ring, memory_limit=10**8)


def test_blocks_under_a_mask_change_nothing(monkeypatch):
    from porism_graphs._polynomials import sparse as machine

    H = [TRIANGLE, GraphPolynomial([(0, 1), (1, 2), (2, 3), (0, 3)], (0,), symmetric=True)]
    whole = tree_decomposition(H, sparse.csr_array(KARATE)).values
    monkeypatch.setattr(machine, "BLOCK", 7)
    assert np.array_equal(tree_decomposition(H, sparse.csr_array(KARATE)).values, whole)


def test_values_beyond_floats_are_refused():
    H = GraphPolynomial([(0, 1)] * 4)
    for solver in EVALUATORS:
        with pytest.raises(ResultOverflow, match="smaller in magnitude"):
            solver(H, np.full((2, 2), 1e100))
    with pytest.raises(ResultOverflow, match="dtype"):
        contraction_path(H, np.full((2, 2), 2**30), dtype="int64")
    assert contraction_path(H, np.full((2, 2), 2**30)).values == 4 * 2**120
    assert contraction_path(H, np.full((2, 2), 0.5), dtype="float32").values.dtype == np.float32


def test_programs_share_what_is_isomorphic():
    H = list(equivariant_polynomial_basis(4, "node", symmetric=True, simple=True))
    together = contraction_path(H, KARATE).n_products
    apart = sum(contraction_path(one, KARATE).n_products for one in H)
    assert together < apart / 2


def test_without_cotengra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cotengra", None)
    H = GraphPolynomial([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2)], symmetric=True)
    with pytest.raises(ImportError, match=r"pip install 'porism-graphs\[cotengra\]'"):
        cotengra(H, 1 - np.eye(9, dtype=int))


# -- expressiveness ----------------------------------------------------------------------------------------------------


def test_the_table_of_expressiveness():
    rows = {
        ("mpnn", "graph"): ([1, 1, 2, 4, 8, 16], [1, 1, 2, 5, 11, 26], 3),
        ("mpnn", "node"): ([1, 2, 5, 12, 29, 69], [1, 2, 5, 14, 38, 107], 3),
        ("mpnn", "edge"): ([2, 6, 17, 46, 122], [2, 6, 18, 57, 179], 2),
        ("ppgn", "graph"): ([1, 1, 2, 5, 11, 26, 67], [1, 1, 2, 5, 11, 26, 68], 6),
        ("ppgn", "node"): ([1, 2, 5, 14, 38, 107, 316], [1, 2, 5, 14, 38, 107, 318], 6),
        ("ppgn", "edge"): ([2, 6, 18, 57, 179, 573], [2, 6, 18, 57, 179, 574], 5),
    }
    for (model, output), (able, total, first) in rows.items():
        found = report_on(model, len(total) - 1, output)
        assert found.expressible.tolist() == able
        assert found.totals.tolist() == total
        assert found.first_failure == first
    assert report_on("3-bank", 6, "node").first_failure is None


def test_without_transposes_directions_count():
    against = GraphPolynomial([(0, 1), (2, 1)], (0, 2))  # a -> x <- b
    assert not expressible(against, "ppgn")
    assert expressible(against, "ppgn-symmetric")
    assert not expressible(GraphPolynomial([(1, 0)], (0, 1)), "ppgn")
    assert expressible(GraphPolynomial([(0, 1), (1, 0)], (0,)), "ppgn")  # the diagonal of a square
    result = polynomial_expressiveness(against, "ppgn-symmetric")
    X = np.arange(9).reshape(3, 3)
    assert np.array_equal(result.run(X), X @ X.T)
    with pytest.raises(InvalidInput, match="not expressible"):
        polynomial_expressiveness(against, "ppgn").run(X)


def test_a_wide_bank_runs_its_program():
    A = KARATE[:9, :9]
    for edges, outputs in ((K4, ()), (K4, (0,)), (K4[1:], (0, 1))):
        H = GraphPolynomial(edges, outputs, symmetric=True)
        result = polynomial_expressiveness(H, "3-bank")
        assert np.array_equal(result.run(A), contraction_path(H, A).values)
        assert "contract" in str(result)


# -- features ----------------------------------------------------------------------------------------------------------


def test_features_in_a_pipeline_count_cycles_exactly():
    from sklearn.base import clone
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    graphs = [networkx.gnp_random_graph(9, 0.4, seed=seed) for seed in range(60)]
    y = [sum(networkx.triangles(graph).values()) / 3 for graph in graphs]
    pipeline = make_pipeline(PolynomialFeatures(normalise=None), LinearRegression())
    pipeline = clone(pipeline).set_params(polynomialfeatures__degree=4)
    pipeline.fit(graphs[:40], y[:40])
    assert pipeline.score(graphs[40:], y[40:]) == pytest.approx(1, abs=1e-9)
    features = pipeline[0]
    assert features.get_feature_names_out().tolist() == [str(H) for H in features.polynomials_]
    assert repr(features) == "PolynomialFeatures(degree=4, normalise=None)"
    with pytest.raises(InvalidInput, match="fit"):
        PolynomialFeatures().transform(graphs)
    with pytest.raises(InvalidInput, match="depth"):
        PolynomialFeatures().set_params(depth=3)
    with pytest.raises(InvalidInput, match="degree"):
        PolynomialFeatures(degree=0).fit(graphs)


def test_features_of_pairs_have_their_shape():
    result = graph_polynomial_features([KARATE, KARATE[:5, :5]], degree=2, output="edge")
    assert result.of(0).shape == (34, 34, len(result.polynomials))
    assert result.of(1).shape[0] == 5
    with pytest.raises(InvalidInput, match="i must be"):
        result.of(2)


# -- pictures and examples ---------------------------------------------------------------------------------------------


def test_pictures():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    equivariant_polynomial_basis(2, "edge").plot()
    equivariant_polynomial_evaluation(TRIANGLE, KARATE).plot()
    H = list(equivariant_polynomial_basis(1, "edge"))
    equivariant_polynomial_evaluation(H, KARATE).plot(3)
    equivariant_polynomial_evaluation(H[0], sparse.csr_array(KARATE)).plot()
    report_on("mpnn", 4, "node").plot()
    graph_polynomial_features([KARATE], degree=4, output="node").plot()
    pyplot.close("all")
    with pytest.raises(InvalidInput, match="listed"):
        LISTERS[1](2).plot()


@pytest.mark.parametrize(
    "problem",
    [
        "equivariant_polynomial_basis",
        "equivariant_polynomial_evaluation",
        "polynomial_expressiveness",
        "graph_polynomial_features",
    ],
)
def test_example(problem, tmp_path):
    import matplotlib
    from rich.console import Console

    matplotlib.use("Agg")
    module = importlib.import_module(f"porism_graphs.{problem}.example")
    with open(tmp_path / "out.txt", "w") as file:
        module.demo(Console(file=file, width=160), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 5000
    if problem == "graph_polynomial_features":
        assert "1.000000, 100.0%" in (tmp_path / "out.txt").read_text()


def test_what_is_public_is_there():
    for name in porism_graphs.__all__:
        assert hasattr(porism_graphs, name)
