"""PowerWalk, its index and its executors: laws and mutants, and what laws do not say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest
from scipy import sparse

import porism
from porism.conformance import check, parametrize
from porism_graphs import PPRIndex, fora, forward_push, mcep, mcfp, personalized_pagerank, power_iteration, powerwalk
from porism_graphs.personalized_pagerank import SerialExecutor, ThreadExecutor, example


def _mutants():
    spec = importlib.util.spec_from_file_location(
        "porism_graphs_mutants_powerwalk", Path(__file__).parent / "mutants_powerwalk.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()
KARATE = example.karate_club()


# -- laws --------------------------------------------------------------------------------------------------------------


@parametrize(powerwalk, mcfp, mcep, fora)
def test_law(law):
    law(examples=15)


@pytest.mark.parametrize("make", [mutants.walker, mutants.pusher, mutants.drawer], ids=["walker", "pusher", "drawer"])
def test_the_solvers_that_the_mutants_are_made_from_keep_every_law(make):
    check(make(None), examples=10).raise_for_failures()


BUGS = [
    (make, bug, law)
    for make, bugs in (
        (mutants.walker, mutants.WALKING),
        (mutants.pusher, mutants.PUSHING),
        (mutants.drawer, mutants.DRAWING),
    )
    for bug, law in bugs.items()
]


@pytest.mark.parametrize(("make", "bug", "law"), BUGS)
def test_mutant_is_caught(make, bug, law):
    report = check(make(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("law", ["rate", "online", "full-path"])
def test_what_end_points_cannot_do_is_noticed(law):
    """mcep must not claim what it does not keep: its own rate it does, the error of full paths it does not."""
    report = check(mutants.walker("only end points are counted"), laws=[law], shrink=False)
    assert report.ok == (law == "rate")


# -- agreement ---------------------------------------------------------------------------------------------------------


def directed(seed: int, n: int = 60, density: float = 0.05) -> networkx.DiGraph:
    """A weighted random graph; at this density some vertices dangle."""
    rng = np.random.default_rng(seed)
    graph = networkx.gnp_random_graph(n, density, seed=seed, directed=True)
    for u, v in graph.edges:
        graph[u][v]["weight"] = float(rng.uniform(0.1, 5))
    return graph


def test_more_walks_come_ever_nearer_to_networkx():
    graph = directed(1)
    expected = networkx.pagerank(graph, alpha=0.85, personalization={17: 1}, tol=1e-14, max_iter=10_000)
    truth = np.array([expected[v] for v in graph])
    apart = [
        np.abs(powerwalk(graph, 17, n_walks=R, n_steps=2, rng=0).scores.toarray()[0] - truth).sum()
        for R in (10, 1000, 100_000)
    ]
    assert apart[0] < 0.5
    assert apart[1] < apart[0] / 4
    assert apart[2] < 0.003


def test_error_bounds_are_within_a_few_times_the_error():
    """A bound that is always 2 would be honest too. Of noise, which cancels where walks meet, most of 1/alpha goes."""
    rng = np.random.default_rng(0)
    A = sparse.csr_array((rng.random((500, 500)) < 0.02).astype(float))
    exact = power_iteration(A, np.arange(20)).scores
    for solver in (powerwalk, mcfp, mcep, fora):
        result = solver(A, np.arange(20), rng=1)
        error = np.abs((result.scores - exact).toarray()).sum(axis=1)
        assert (result.error_bound >= error).all()
        assert (result.error_bound <= 5 * error).all(), solver.name


def test_the_bound_by_mass_is_what_may_be_wrong():
    result = powerwalk(KARATE, [0, 5], n_steps=4, bound="mass", rng=0)
    np.testing.assert_allclose(result.error_bound, 2 * 0.85**4, rtol=0.1)
    assert (mcfp(KARATE, 0, bound="mass", rng=0).error_bound == 2).all()


def test_the_same_walks_as_ever():
    """Results are the same on every machine: a change of the generator must not go unnoticed."""
    index = powerwalk.build(KARATE, n_walks=50, rng=0)
    shard = index.shards()[0]
    assert shard.values[:6].tolist() == [80, 12, 19, 12, 5, 7]
    assert (index.nnz, int(shard.values.sum())) == (1059, 11_388)


def test_sources_may_come_a_thousand_at_a_time():
    index = powerwalk.build(KARATE, n_walks=50, rng=0)
    many = np.random.default_rng(0).integers(34, size=1000)
    together = index.query(many)
    assert together.scores.shape == (1000, 34)
    for place in (0, 500, 999):
        alone = index.query(int(many[place]))
        np.testing.assert_allclose(together.scores.toarray()[place], alone.scores.toarray()[0], rtol=0, atol=1e-12)


def test_walks_are_refused_where_they_would_not_end():
    with pytest.raises(porism.InvalidInput, match=r"alpha must be 1e-06 or more where walks are drawn"):
        mcfp(KARATE, 0, alpha=1e-7)
    for walks in (2**32, 10**400):
        with pytest.raises(porism.InvalidInput, match=r"n_walks must be an integer in 1\.\.4294967295"):
            mcfp(KARATE, 0, n_walks=walks)
    for option in ("delta", "relative_error", "fail"):
        with pytest.raises(porism.InvalidInput, match=rf"delta must be larger.* {option}="):
            fora(KARATE, 0, **{option: 5e-324})
    assert power_iteration(KARATE, 0, tol=5e-324).scores.sum() == pytest.approx(1)
    with pytest.raises(porism.TooLarge, match=r"mcfp: fingerprints of 1 vertices may need"):
        mcfp(KARATE, 0, memory_limit=100)
    with pytest.raises(porism.TooLarge, match=r"powerwalk: an index of 34 vertices may need"):
        powerwalk.build(KARATE, memory_limit=1000)


def test_weights_that_underflow_are_edges_that_nobody_takes():
    A = np.array([[0, 1e300, 1e-300], [1, 0, 0], [1, 0, 0]])
    for solver in (powerwalk, mcfp, mcep, fora, forward_push):
        assert solver(A, 0).scores.toarray()[0, 2] == 0


def test_fora_keeps_its_promise_for_less_with_a_lower_delta():
    rng = np.random.default_rng(3)
    A = sparse.csr_array((rng.random((300, 300)) < 0.03).astype(float))
    exact = power_iteration(A, 7).scores.toarray()[0]
    errors = []
    for error in (0.9, 0.3, 0.1):
        found = fora(A, 7, relative_error=error, rng=0).scores.toarray()[0]
        ranked = exact >= 1 / 300
        errors.append(np.abs(found - exact)[ranked].max() / exact[ranked].max())
        assert (np.abs(found - exact)[ranked] <= error * exact[ranked]).all()
    assert errors[2] < errors[0]


# -- the index ---------------------------------------------------------------------------------------------------------


def test_an_index_answers_as_the_call_that_makes_none():
    graph = directed(2)
    index = powerwalk.build(graph, n_walks=30, rng=np.random.default_rng(7))
    alone = powerwalk(graph, [3, 20], n_walks=30, rng=np.random.default_rng(7))
    for other in (index.query([3, 20]), powerwalk(graph, [3, 20], index=index)):
        np.testing.assert_allclose(other.scores.toarray(), alone.scores.toarray(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"top": 3}, {"vertices": [0, 5, 9]}, {"n_shards": 4}, {"dangling": "stay"}])
def test_an_index_comes_back_from_disk(tmp_path, options):
    graph = directed(3)
    index = powerwalk.build(graph, n_walks=20, alpha=0.2, rng=1, **options)
    path = tmp_path / "some name"
    index.save(path)
    again = PPRIndex.load(path, graph)
    assert (again.fingerprints() != index.fingerprints()).nnz == 0
    for name in ("n", "alpha", "dangling", "n_walks", "seed", "top", "nnz", "digest"):
        assert getattr(again, name) == getattr(index, name), name
    one, other = index.query([5, 9]), again.query([5, 9])
    np.testing.assert_allclose(one.scores.toarray(), other.scores.toarray(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(one.lost_mass, other.lost_mass, rtol=0, atol=1e-12)
    with pytest.raises(porism.InvalidInput, match="must have been built for this graph"):
        PPRIndex.load(path, directed(4))


def test_a_file_that_is_no_index_is_refused(tmp_path):
    path = tmp_path / "index.npz"
    index = powerwalk.build(KARATE, n_walks=5, rng=1)
    index.save(path)
    whole = path.read_bytes()
    with np.load(path) as file:
        parts = dict(file)
    bad = [
        {**parts, "format": np.array("something else")},
        {**parts, "indices": parts["indices"] + 40},
        {**parts, "indptr": parts["indptr"][::-1]},
        {**parts, "graph_indices": parts["graph_indices"] + 1},
        {**parts, "graph_data": parts["graph_data"] / 2},
        {**parts, "alpha": np.float64(7)},
        {**parts, "values": parts["values"].astype(np.int16)},
        {name: part for name, part in parts.items() if name != "seed"},
    ]
    for content in (b"", b"graph", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(porism.InvalidInput, match=r"path must be a file that PPRIndex\.save wrote"):
            PPRIndex.load(path)
    for content in bad:
        np.savez(path, **content)
        with pytest.raises(porism.InvalidInput, match=r"path must be a file that PPRIndex\.save wrote"):
            PPRIndex.load(path)
    with pytest.raises(FileNotFoundError):
        PPRIndex.load(tmp_path / "none")


def test_flow_that_ends_where_no_fingerprint_is_is_lost_and_told():
    index = powerwalk.build(KARATE, n_walks=50, vertices=[0, 33], rng=0)
    assert repr(index).startswith("<PPRIndex of 2 of 34 vertices, 50 walks each, alpha=0.15:")
    result = index.query(0, n_steps=0)
    assert result.lost_mass[0] == 0
    nothing = index.query(5, n_steps=0)
    assert nothing.lost_mass[0] == 1
    assert nothing.error_bound[0] == 2
    assert nothing.scores.toarray()[0, 5] == 1  # what is said where nothing is known
    some = index.query(5, n_steps=2, threshold=0)
    assert 0 < some.lost_mass[0] < 0.85**2 + 1e-12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_walks": 0}, r"n_walks must be an integer in 1\.\.4294967295, got 0"),
        ({"top": 0}, "top must be an integer ≥ 1, got 0"),
        ({"vertices": []}, "vertices must be distinct vertices"),
        ({"vertices": [1, 1]}, "got one of them twice"),
        ({"vertices": [34]}, "got 34"),
        ({"vertices": [True]}, "dtype bool"),
        ({"n_shards": 0}, "n_shards must be an integer ≥ 1, got 0"),
        ({"executor": "dask"}, "executor must be None or an object with methods put"),
        ({"executor": SerialExecutor}, "executor must be None or an object with methods put"),
        ({"n_jobs": 0}, "n_jobs must be"),
        ({"rng": -1}, "rng must be"),
        ({"memory_limit": 1.5}, "memory_limit must be"),
        ({"alpha": 1.0}, r"alpha must be a number in \(0, 1\), got 1.0"),
        ({"alpha": 0.2, "damping": 0.8}, "damping must be left out"),
        ({"dangling": "die"}, "dangling must be"),
    ],
)
def test_bad_options_of_build(options, message):
    with pytest.raises(porism.InvalidInput, match=message):
        powerwalk.build(KARATE, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": 34}, "sources must be vertices"),
        ({"sources": [True]}, "sources must be vertices"),
        ({"n_steps": -1}, "n_steps must be an integer ≥ 0"),
        ({"threshold": 1.0}, "threshold must be"),
        ({"threshold": False}, "threshold must be"),
        ({"bound": None}, "bound must be one of 'residual', 'mass'"),
        ({"normalize": "yes"}, "normalize must be"),
    ],
)
def test_bad_options_of_a_query(options, message):
    index = powerwalk.build(KARATE, n_walks=2, rng=0)
    with pytest.raises(porism.InvalidInput, match=message):
        index.query(**{"sources": 0, **options})


@pytest.mark.parametrize(
    ("fingerprints", "message"),
    [
        (np.eye(3), r"got shape \(3, 3\)"),
        (-np.eye(34), "negative"),
        (np.full((34, 34), np.nan), "NaN"),
        ("eye", "got 'eye'"),
        (None, "got None"),
        ([[1.0], [1.0, 2.0]], "fingerprints must be"),
    ],
)
def test_bad_fingerprints(fingerprints, message):
    with pytest.raises(porism.InvalidInput, match=message):
        PPRIndex.from_fingerprints(KARATE, fingerprints)


# -- executors ---------------------------------------------------------------------------------------------------------


class Recording(SerialExecutor):
    """An executor of one's own, which says what it did."""

    def __init__(self):
        self.calls = []

    def put(self, value):
        self.calls.append("put")
        return super().put(value)

    def map(self, function, blocks):
        blocks = list(blocks)
        self.calls.append((function.__name__, len(blocks)))
        return super().map(function, blocks)


def test_any_object_with_two_methods_is_an_executor():
    mine = Recording()
    index = powerwalk.build(KARATE, n_walks=20, n_shards=5, executor=mine, rng=4)
    whole = powerwalk.build(KARATE, n_walks=20, rng=4)
    assert (index.fingerprints() != whole.fingerprints()).nnz == 0
    result = index.query([0, 9])
    np.testing.assert_allclose(result.scores.toarray(), whole.query([0, 9]).scores.toarray(), rtol=0, atol=1e-12)
    # five shards, five answers, and a tree of sums
    assert mine.calls == [
        "put",
        ("fingerprints", 5),
        ("_facts", 5),
        ("_answer", 5),
        ("_sum", 2),
        ("_sum", 1),
        ("_sum", 1),
    ]


def test_threads_of_this_process():
    with ThreadExecutor(2) as threads:
        index = powerwalk.build(KARATE, n_walks=20, n_shards=7, executor=threads, rng=4)
        whole = powerwalk.build(KARATE, n_walks=20, rng=4)
        assert (index.fingerprints() != whole.fingerprints()).nnz == 0
        found = index.query(np.arange(34)).scores.toarray()
        np.testing.assert_allclose(found, whole.query(np.arange(34)).scores.toarray(), rtol=0, atol=1e-12)
    with pytest.raises(porism.InvalidInput, match="n_threads must be an integer ≥ 1, got 0"):
        ThreadExecutor(0)


def test_an_error_on_an_executor_is_the_caller_s():
    class Failing(SerialExecutor):
        def map(self, function, blocks):
            raise RuntimeError("no more machines")

    with pytest.raises(RuntimeError, match="no more machines"):
        powerwalk.build(KARATE, executor=Failing())


def test_every_solver_of_the_problem_is_registered():
    names = {solver.name for solver in porism.registry.solvers(problem=personalized_pagerank)}
    assert {"power-iteration", "forward-push", "powerwalk", "fora", "mcfp", "mcep"} <= names
    assert porism.registry.get("powerwalk").build is powerwalk.build


def test_the_best_of_each_row_alone():
    index = powerwalk.build(KARATE, rng=0)
    whole, best = index.query([0, 5, 33]), index.query([0, 5, 33], top_k=4)
    assert np.diff(best.scores.indptr).tolist() == [4, 4, 4]
    for found, expected in zip(best.top(4), whole.top(4), strict=True):
        np.testing.assert_array_equal(found, expected)
    exact = power_iteration(KARATE, [0, 5, 33], tol=1e-12).scores.toarray()
    assert (np.abs(best.scores.toarray() - exact).sum(axis=1) <= best.error_bound).all()
    assert whole.truncated(1000) == whole
    for bad in (0, -1, True, 1.5, "4"):
        with pytest.raises(porism.InvalidInput, match="top_k"):
            index.query(0, top_k=bad)
