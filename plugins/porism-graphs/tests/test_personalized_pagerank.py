"""What the laws do not say: agreement with networkx, the result's methods, limits, the example, being a good plugin."""

from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys

import networkx
import numpy as np
import pytest
from scipy import sparse

import porism
import porism_graphs
from porism_graphs import GraphTooLarge, PPRResult, forward_push, personalized_pagerank, power_iteration
from porism_graphs.personalized_pagerank import example, solvers

KARATE = example.karate_club()


def directed(seed: int, n: int = 60, density: float = 0.05) -> networkx.DiGraph:
    """A weighted random graph; at this density some vertices dangle."""
    rng = np.random.default_rng(seed)
    graph = networkx.gnp_random_graph(n, density, seed=seed, directed=True)
    for u, v in graph.edges:
        graph[u][v]["weight"] = float(rng.uniform(0.1, 5))
    return graph


@pytest.mark.parametrize(("seed", "alpha"), [(1, 0.15), (2, 0.15), (3, 0.5), (4, 0.05)])
def test_power_iteration_equals_networkx(seed, alpha):
    graph = directed(seed)
    A = networkx.to_scipy_sparse_array(graph)
    assert (A.sum(axis=1) == 0).any(), "no vertex dangles"
    sources = [0, 17, 41]
    result = power_iteration(A, sources, alpha=alpha)
    for row, u in zip(result.scores.toarray(), sources, strict=True):
        expected = networkx.pagerank(graph, alpha=1 - alpha, personalization={u: 1}, tol=1e-14, max_iter=10_000)
        np.testing.assert_allclose(row, [expected[v] for v in graph], rtol=0, atol=1e-8)


def test_a_set_of_sources_equals_networkx():
    graph = directed(5)
    shares = {3: 0.25, 8: 0.5, 30: 0.25}
    row = np.zeros((1, len(graph)))
    row[0, list(shares)] = list(shares.values())
    expected = networkx.pagerank(graph, alpha=0.85, personalization=shares, tol=1e-14, max_iter=10_000)
    result = power_iteration(networkx.to_scipy_sparse_array(graph), row)
    np.testing.assert_allclose(result.scores.toarray()[0], [expected[v] for v in graph], rtol=0, atol=1e-8)


def test_staying_equals_networkx_with_loops_added():
    graph = directed(6)
    looped = graph.copy()
    looped.add_edges_from((v, v) for v in graph if not graph.out_degree(v))
    result = power_iteration(networkx.to_scipy_sparse_array(graph), 0, dangling="stay")
    expected = networkx.pagerank(looped, alpha=0.85, personalization={0: 1}, tol=1e-14, max_iter=10_000)
    np.testing.assert_allclose(result.scores.toarray()[0], [expected[v] for v in graph], rtol=0, atol=1e-8)


def test_forward_push_touches_only_the_neighbourhood():
    n = 4000
    ring = sparse.csr_array((np.ones(n), (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    result = forward_push(ring, 7, epsilon=1e-4)
    assert result.scores.nnz < 100
    np.testing.assert_allclose(result.lost_mass, 0.85**result.n_steps, rtol=1e-12)


def test_push_invariant():
    """The killed walk is what was kept plus the killed walk of the residue, which is epsilon per edge at most."""
    A = networkx.to_scipy_sparse_array(directed(7))
    for epsilon in (1e-2, 1e-3, 1e-5):
        result = forward_push(A, 3, epsilon=epsilon, dangling="stay")
        degrees = np.maximum(np.diff(sparse.csr_array(A).indptr), 1)
        assert result.lost_mass[0] <= epsilon * degrees.sum()
        exact = power_iteration(A, 3, dangling="stay").scores.toarray()
        kept = result.scores.toarray() * (1 - result.lost_mass[0])  # nothing dies where walkers stay
        lacking = exact - kept
        assert (lacking >= -1e-9).all()
        assert lacking.sum() == pytest.approx(result.lost_mass[0], abs=1e-9)


def test_blocks_of_queries_give_what_one_block_gives(monkeypatch):
    whole = power_iteration(KARATE, np.arange(34))
    monkeypatch.setattr(solvers, "BLOCK", 34 * 5)
    split = power_iteration(KARATE, np.arange(34))
    assert split.scores.shape == (34, 34)
    np.testing.assert_allclose(split.scores.toarray(), whole.scores.toarray(), rtol=0, atol=2e-10)
    assert len(split.lost_mass) == len(split.error_bound) == 34
    assert split.n_steps == whole.n_steps


def test_max_iter_ends_early_and_says_how_far_it_came():
    result = power_iteration(KARATE, 0, max_iter=10)
    assert result.n_steps == 10
    assert result.lost_mass[0] == pytest.approx(0.85**10)
    assert result.error_bound[0] == pytest.approx(2 * 0.85**10, rel=1e-5)


def test_tol_is_kept_and_not_needlessly_exceeded():
    for tol in (0.5, 1e-3, 1e-8, 1e-12):
        result = power_iteration(KARATE, [0, 33], tol=tol)
        assert result.error_bound.max() <= tol * 1.001 + 1e-12
        assert 2 * 0.85 ** (result.n_steps - 1) > tol


def test_a_path_is_followed_to_its_end_and_no_further():
    n = 9
    path = sparse.csr_array((np.ones(n - 1), (np.arange(n - 1), np.arange(1, n))), shape=(n, n))
    result = power_iteration(path, 0, alpha=0.5)
    assert result.n_steps == n
    assert result.lost_mass[0] == 0
    weights = 0.5 ** np.arange(n)
    np.testing.assert_allclose(result.scores.toarray()[0], weights / weights.sum(), rtol=1e-14)


def test_one_vertex():
    for A in (np.zeros((1, 1)), np.ones((1, 1)), sparse.csr_array((1, 1)), [[0]]):
        for solver in (power_iteration, forward_push):
            for dangling in ("source", "stay"):
                assert solver(A, 0, dangling=dangling).scores.toarray().tolist() == [[1.0]]


def test_weights_at_the_ends_of_the_range():
    """Rows are divided by their largest weight first: neither sums that overflow nor subnormal ones hurt."""
    tame = np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    expected = power_iteration(tame, [0, 1, 2])
    for scale in (2.0**1022, 2.0**-1070):
        assert power_iteration(tame * scale, [0, 1, 2]) == expected
    assert power_iteration([[0, 1e300, 1e-300], [1, 0, 0], [1, 0, 0]], 0).scores.toarray()[0, 2] < 1e-300


def test_graphs_of_networkx_are_taken():
    graph = directed(1)
    assert power_iteration(graph, 0) == power_iteration(networkx.to_scipy_sparse_array(graph), 0)


def test_too_many_vertices_is_an_overflow_error_too():
    with pytest.raises(GraphTooLarge, match="2147483648 vertices") as caught:
        power_iteration(sparse.coo_array((2**31, 2**31)), 0)
    assert isinstance(caught.value, OverflowError)
    assert isinstance(caught.value, porism.InvalidInput)


def test_scores_that_would_not_fit_are_refused_before_anything_is_allocated():
    n = 2_000_000
    A = sparse.csr_array((n, n))
    with pytest.raises(
        porism.TooLarge, match=r"the scores of 2000000 vertices for 100000 sources may need .* MiB"
    ) as caught:
        power_iteration(A, np.zeros(100_000, dtype=int))
    assert isinstance(caught.value, MemoryError)


def test_an_alpha_that_would_take_forever_is_refused_with_the_steps():
    with pytest.raises(porism.InvalidInput, match=r"alpha=1e-09 needs 4\.\de\+10 steps for tol=1e-10"):
        power_iteration(KARATE, 0, alpha=1e-9)
    with pytest.raises(porism.InvalidInput, match="needs inf steps"):
        power_iteration(KARATE, 0, alpha=1e-300)
    result = power_iteration(KARATE, 0, alpha=1e-9, max_iter=50)
    assert result.n_steps == 50
    assert result.error_bound[0] > 1


def test_the_same_array_may_be_a_graph_and_its_sources():
    A = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert power_iteration(A, A).scores.shape == (2, 2)


# -- the result --------------------------------------------------------------------------------------------------------


def result_of(rows) -> PPRResult:
    rows = np.asarray(rows, dtype=np.float64)
    return PPRResult(sparse.csr_array(rows), np.zeros(len(rows)), np.full(len(rows), 1e-3), 1)


def test_top_is_sorted_by_score_then_number():
    ids, scores = result_of([[0.2, 0.1, 0.2, 0.3, 0.2], [0, 0, 1, 0, 0]]).top(3)
    assert ids.tolist() == [[3, 0, 2], [2, -1, -1]]
    assert scores.tolist() == [[0.3, 0.2, 0.2], [1, 0, 0]]
    assert (ids.dtype, scores.dtype) == (np.int64, np.float64)


def test_top_of_more_than_there_are_gives_all():
    ids, scores = result_of([[0.5, 0.5]]).top(10)
    assert ids.tolist() == [[0, 1]]
    assert scores.tolist() == [[0.5, 0.5]]


def test_top_agrees_with_a_full_sort():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 5, (20, 30)) / 4.0
    for k in (1, 2, 7, 30):
        ids, _ = result_of(rows).top(k)
        for row, found in zip(rows, ids, strict=True):
            order = sorted(np.flatnonzero(row), key=lambda v, row=row: (-row[v], v))[:k]
            assert found[found >= 0].tolist() == order


@pytest.mark.parametrize("k", [0, -1, 1.5, True, None, "3"])
def test_top_of_a_bad_number(k):
    with pytest.raises(porism.InvalidInput, match="k must be an integer ≥ 1"):
        result_of([[1.0]]).top(k)


def test_results_compare_print_copy_and_pickle():
    result = power_iteration(KARATE, [0, 1])
    assert result == power_iteration(KARATE, [0, 1])
    assert result != power_iteration(KARATE, [1, 0])
    assert pickle.loads(pickle.dumps(result)) == result == copy.deepcopy(result)
    assert repr(result).startswith("PPRResult(scores=float64[2, 34](68 stored), lost_mass=float64[2]([")
    assert list(result.to_dict()) == ["scores", "lost_mass", "error_bound", "n_steps"]


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = power_iteration(KARATE, [0, 33]).plot(query=1, k=5)
    assert axes.get_yticklabels()[0].get_text() == "33"
    named = result_of([[0.25, 0.75, 0.0]]).plot(["a", "b", "c"])
    assert [label.get_text() for label in named.get_yticklabels()] == ["b", "a"]
    pyplot.close("all")
    with pytest.raises(porism.InvalidInput, match="labels must be 34, one for each vertex, got 1"):
        power_iteration(KARATE, 0).plot(["a"])
    with pytest.raises(porism.InvalidInput, match=r"query must be in 0\.\.0, got 1"):
        power_iteration(KARATE, 0).plot(query=1)


# -- the example -------------------------------------------------------------------------------------------------------


def test_karate_club_is_networkx_s():
    expected = networkx.to_scipy_sparse_array(networkx.karate_club_graph(), weight=None)
    assert (example.karate_club() != expected).nnz == 0


def test_import_graph_reads_imports(tmp_path, monkeypatch):
    package = tmp_path / "toy_library"
    (package / "sub" / "tests").mkdir(parents=True)
    files = {
        "__init__.py": "from .sub import inner\nfrom . import alone",
        "alone.py": "import os, numpy",
        "user.py": "import toy_library.sub.inner as i\nfrom .sub.inner import e, f\ndef g():\n    from .alone import x",
        "sub/__init__.py": "",
        "sub/inner.py": "from .. import alone\nfrom ..user import g\nfrom . import inner",
        "sub/tests/test_it.py": "import toy_library",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    modules, A = example.import_graph("toy_library")
    edges = {(modules[u], modules[v]) for u, v in zip(*A.nonzero(), strict=True)}
    assert modules == [
        "toy_library",
        "toy_library.alone",
        "toy_library.sub",
        "toy_library.sub.inner",
        "toy_library.user",
    ]
    assert edges == {
        ("toy_library", "toy_library.sub.inner"),
        ("toy_library", "toy_library.alone"),
        ("toy_library.user", "toy_library.sub.inner"),
        ("toy_library.user", "toy_library.alone"),
        ("toy_library.sub.inner", "toy_library.alone"),
        ("toy_library.sub.inner", "toy_library.user"),
    }
    assert A[modules.index("toy_library.user"), modules.index("toy_library.sub.inner")] == 2
    with pytest.raises(porism.InvalidInput, match="library must be an installed package, got 'no_such_library'"):
        example.import_graph("no_such_library")


def test_import_graph_of_a_real_library_dangles():
    modules, A = example.import_graph("networkx")
    degrees = np.diff(A.indptr)
    assert len(modules) > 100
    assert (degrees == 0).any()
    result = personalized_pagerank(A, modules.index("networkx.algorithms.centrality"))
    assert all(modules[v].startswith("networkx") for v in itertools.chain(*result.top(5)[0]))


# -- being a good plugin -----------------------------------------------------------------------------------------------


def test_the_hook_registers_everything():
    staging = porism.Staging("porism-graphs")
    porism_graphs.porism_register(staging)
    assert {"personalized-pagerank", "node-embedding"} <= {problem.name for problem in staging.problems}
    assert {"power-iteration", "forward-push", "fastrp", "node2vec"} <= {solver.name for solver in staging.solvers}
    assert porism_graphs.PORISM_API == porism.API_VERSION
    assert personalized_pagerank.default is power_iteration


def test_loading_the_plugin_imports_no_scipy():
    program = "import porism_graphs, sys; print([m for m in ('scipy', 'hypothesis', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_public_modules_of_porism_are_used():
    from pathlib import Path

    used = {
        line.split()[1]
        for path in Path(porism_graphs.__file__).parent.rglob("*.py")
        for line in path.read_text().splitlines()
        if line.strip().startswith(("from porism", "import porism")) and not line.split()[1].startswith("porism_graphs")
    }
    public = {"conformance", "bench", "kernels", "errors", "validation", "objectives"}
    assert used <= {"porism", *(f"porism.{name}" for name in public)}
