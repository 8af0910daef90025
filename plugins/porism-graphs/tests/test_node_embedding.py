"""Node embeddings: laws and mutants, published code beside ours, quality on real data, results, limits, the example."""

from __future__ import annotations

import copy
import importlib.util
import pickle
import sys
import warnings
from pathlib import Path

import networkx
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.neighbors import kneighbors_graph
from threadpoolctl import threadpool_limits

import porism
from porism.conformance import check, parametrize
from porism.kernels import graph as kernel
from porism_graphs import FastRPEmbedding, deepwalk, fastrp, node2vec, prone, randne, randomized_svd
from porism_graphs._graph import to_kernel
from porism_graphs.node_embedding import SOLVERS
from porism_graphs.node_embedding._call import row_normalised
from porism_graphs.node_embedding._graphs import block_model
from porism_graphs.personalized_pagerank.example import karate_club

KARATE = karate_club()
CLUB = np.array([networkx.karate_club_graph().nodes[v]["club"] == "Officer" for v in range(34)])


def _mutants():
    path = Path(__file__).parent / "mutants_node_embedding.py"
    spec = importlib.util.spec_from_file_location("porism_graphs_mutants_node_embedding", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()


@pytest.fixture(autouse=True, scope="module")
def _one_thread_for_linear_algebra():
    """Small matrices: on a busy machine threads that wait for one another take longer than the work."""
    with threadpool_limits(1):
        yield


@parametrize(*SOLVERS)
def test_law(law):
    law(examples=12)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law():
    check(mutants.mutant(None), examples=12).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), mutants.BUGS.items())
def test_mutant_is_caught(bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
    assert "replay(" in report.failures[0].code


# -- quality on real data ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    A = kneighbors_graph(data.data, 10)
    return sparse.csr_array(((A + A.T) > 0).astype(np.float64)), data.target


def accuracy(vectors, labels, C=0.1):
    """Of logistic regression from a tenth of the labels, over five splits."""
    found = []
    for train, test in StratifiedShuffleSplit(5, train_size=0.1, random_state=0).split(vectors, labels):
        model = LogisticRegression(C=C, max_iter=300).fit(vectors[train], labels[train])
        found.append(model.score(vectors[test], labels[test]))
    return float(np.mean(found))


def test_digits_are_told_apart_from_a_tenth_of_the_labels(digits):
    A, labels = digits
    assert accuracy(fastrp(A, 128, weights=(0, 0, 1, 7), beta=-0.65, rng=0).vectors, labels) >= 0.95
    nothing = mutants.mutant("nothing is propagated")(A, 128, rng=0)
    assert accuracy(nothing.vectors, labels) <= 0.2


@pytest.mark.parametrize("solver", [randomized_svd, prone, randne], ids=lambda solver: solver.name)
def test_baselines_tell_digits_apart(solver, digits):
    A, labels = digits
    assert accuracy(solver(A, 64, rng=0).vectors, labels) >= 0.9


def test_walkers_tell_digits_apart(digits):
    A, labels = digits
    result = node2vec(A, 32, n_walks=4, walk_length=20, window=5, epochs=3, learning_rate=0.1, rng=0)
    assert accuracy(result.vectors, labels) >= 0.9


def test_blocks_are_found_as_well_as_by_the_svd():
    A, labels = block_model(800, 8, seed=5, inside=10, outside=6)
    ours, spectral = (accuracy(solver(A, 64, rng=0).vectors, labels) for solver in (fastrp, randomized_svd))
    assert ours >= 0.5, "chance is 0.125"
    assert ours >= spectral - 0.03


@pytest.mark.parametrize("solver", [fastrp, randomized_svd, prone, deepwalk], ids=lambda solver: solver.name)
def test_the_karate_club_splits(solver):
    vectors = solver(KARATE, 16, rng=0).vectors
    centres = np.array([vectors[side == CLUB].mean(axis=0) for side in (False, True)])
    nearer = np.linalg.norm(vectors - centres[1], axis=1) < np.linalg.norm(vectors - centres[0], axis=1)
    assert (nearer == CLUB).sum() >= 31


# -- beside the authors' formulas --------------------------------------------------------------------------------------


def test_fastrp_is_the_published_computation():
    """What the authors' program does, with our R: d^beta without 2m, and scikit-learn's scale at the end."""
    from sklearn.preprocessing import normalize, scale

    A, _ = block_model(300, 4, seed=2)
    result = fastrp(A, 32, weights=(1, 1, 7.81, 45.28), beta=-0.5, dtype="float64", rng=1)
    d = np.asarray(A.sum(axis=1)).ravel()
    M = sparse.diags_array(1 / d) @ A
    U = M @ (result.projection().toarray() * (d**-0.5)[:, None])
    parts = [U]
    for _ in range(3):
        parts.append(M @ parts[-1])
    merged = sum(w * normalize(part, norm="l2", axis=1) for w, part in zip((1, 1, 7.81, 45.28), parts, strict=True))
    np.testing.assert_allclose(result.vectors, scale(merged), rtol=0, atol=1e-9)


def test_svd_spans_the_leading_singular_vectors():
    A, _ = block_model(200, 4, seed=3)
    d = np.asarray(A.sum(axis=1)).ravel() ** -0.5
    U, values, _ = np.linalg.svd(d[:, None] * A.toarray() * d[None])
    result = randomized_svd(A, 4, n_iter=20, standardize=False, dtype="float64", rng=0)
    np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=0) ** 2, values[:4], rtol=1e-6)
    inside = U[:, :4].T @ (result.vectors / np.sqrt(values[:4]))
    np.testing.assert_allclose(np.abs(np.linalg.det(inside)), 1, atol=1e-6)


def test_prone_is_the_published_computation():
    from scipy.special import iv
    from sklearn.preprocessing import normalize

    A, _ = block_model(150, 3, seed=4)
    n, dim = 150, 8
    C = normalize(sparse.csr_matrix(A), "l1")
    popular = np.asarray(C.sum(axis=0)).ravel() ** 0.75
    F = C.toarray()
    there = F > 0
    F[there] = np.log(F[there]) - np.log((popular / popular.sum())[np.nonzero(there)[1]])
    U, values, _ = np.linalg.svd(F)
    a = normalize(U[:, :dim] * np.sqrt(values[:dim]))
    looped = A.toarray() + np.eye(n)
    M = np.eye(n) - looped / looped.sum(axis=1, keepdims=True) - 0.2 * np.eye(n)
    before, now = a, 0.5 * M @ M @ a - a
    sums = iv(0, 0.5) * before - 2 * iv(1, 0.5) * now
    for i in range(2, 10):
        before, now = now, M @ M @ now - 2 * now - before
        sums += (-1) ** i * 2 * iv(i, 0.5) * now
    U, values, _ = np.linalg.svd(looped @ (a - sums), full_matrices=False)
    expected = normalize(U * np.sqrt(values))
    found = prone(A, dim, n_iter=400, standardize=False, dtype="float64", rng=0).vectors
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-5)


def test_randne_is_the_published_computation():
    A, _ = block_model(120, 3, seed=6)
    found = randne(A, 8, normalize=False, standardize=False, dtype="float64", rng=0)
    R = np.empty((120, 8))
    made = kernel.Projection(8, None, found.seed)
    made.rows(np.arange(120, dtype=np.uint64), np.ones(120), R)
    U = np.linalg.qr(R)[0] * np.sqrt(120 / 8)
    expected = U.copy()
    for weight in (1e2, 1e4, 1e5):
        U = row_normalised(A) @ U
        expected += weight * U
    np.testing.assert_allclose(found.vectors, expected, rtol=0, atol=1e-6)


# -- walks -------------------------------------------------------------------------------------------------------------


def test_deepwalk_is_node2vec_without_bias():
    options = {"n_walks": 3, "walk_length": 10, "window": 3, "rng": 4}
    plain, biased = deepwalk(KARATE, 8, **options), node2vec(KARATE, 8, p=1.0, q=1.0, **options)
    assert (plain.vectors == biased.vectors).all()
    assert (plain.vectors != node2vec(KARATE, 8, p=0.1, q=4.0, **options).vectors).any()


def test_walks_follow_weights():
    W = np.array([[0, 1, 3], [1, 0, 1], [3, 1, 0]], dtype=float)
    starts = np.zeros(20_000, dtype=np.uint32)
    walks = kernel.random_walks(to_kernel(sparse.csr_array(W)), starts, 2, 1.0, 1.0, 7, 2)
    assert abs((walks[:, 1] == 2).mean() - 0.75) < 0.02


def test_progress_is_reported():
    A, _ = block_model(400, 4, seed=7)
    seen = []
    deepwalk(A, 16, n_walks=4, progress=lambda done, total, value: seen.append((done, total)), rng=0)
    assert seen[-1][1] == 8 * 400
    assert all(done <= total for done, total in seen)


# -- the result --------------------------------------------------------------------------------------------------------


def test_results_compare_print_copy_and_pickle():
    result = fastrp(KARATE, 8, keep_parts=True, rng=0)
    assert result == fastrp(KARATE, 8, keep_parts=True, rng=0)
    assert result != fastrp(KARATE, 8, keep_parts=True, rng=1)
    assert pickle.loads(pickle.dumps(result)) == result == copy.deepcopy(result)
    assert repr(result).startswith("FastRPEmbedding(vectors=float32[34, 8]([")
    assert result.params["density"] == pytest.approx(34**-0.5)


def test_nearest():
    result = fastrp(KARATE, 32, standardize=False, dtype="float64", rng=0)
    vertices, cosines = result.nearest(0, 5)
    lengths = np.linalg.norm(result.vectors, axis=1)
    expected = result.vectors @ result.vectors[0] / lengths / lengths[0]
    expected[0] = -2
    assert vertices.tolist() == np.argsort(-expected, kind="stable")[:5].tolist()
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:5], rtol=1e-5)
    assert len(result.nearest(3, 100)[0]) == 33
    with pytest.raises(porism.InvalidInput, match=r"vertex must be in 0\.\.33, got 34"):
        result.nearest(34)
    with pytest.raises(porism.InvalidInput, match="k must be an integer ≥ 1"):
        result.nearest(0, 0)


def test_what_was_not_kept_is_said():
    result = fastrp(KARATE, 8, rng=0)
    with pytest.raises(porism.InvalidInput, match="keep_parts must be True for reweighted"):
        result.reweighted((1,))
    with pytest.raises(porism.InvalidInput, match="keep_parts must be True for transform_rows"):
        result.transform_rows(KARATE[:1])
    kept = fastrp(KARATE, 8, keep_parts=True, rng=0)
    with pytest.raises(porism.InvalidInput, match="weights must be 4 at most, one for each part, got 5"):
        kept.reweighted((1,) * 5)
    for rows, said in ((KARATE[:, :3], "34 columns"), (-KARATE[:1], r"-1.0 at rows\[0, 1\]"), ([[np.nan] * 34], "nan")):
        with pytest.raises(porism.InvalidInput, match=f"rows must be .*{said}"):
            kept.transform_rows(rows)


def test_a_new_vertex_lands_among_its_friends():
    A, labels = block_model(400, 4, seed=8)
    result = fastrp(A, 64, keep_parts=True, rng=0)
    rows = np.zeros((4, 400))
    for block in range(4):
        rows[block, np.flatnonzero(labels == block)[:12]] = 1
    new = result.transform_rows(rows)
    centres = np.array([result.vectors[labels == block].mean(axis=0) for block in range(4)])
    assert np.argmax(new @ centres.T, axis=1).tolist() == [0, 1, 2, 3]
    assert result.transform_rows(np.zeros((0, 400))).shape == (0, 64)


def test_kinds_of_projection_agree_in_what_they_find():
    A, labels = block_model(400, 4, seed=9)
    for options in ({"projection": "sparse"}, {"projection": "gaussian"}, {"density": 0.9}, {"merge": "concatenate"}):
        result = fastrp(A, 32, keep_parts=True, rng=0, **options)
        assert accuracy(result.vectors, labels) > 0.9, options
        assert (result.transform_rows(A) == result.vectors).all()
    assert fastrp(A, 32, merge="concatenate", rng=0).vectors.shape == (400, 64)


# -- limits ------------------------------------------------------------------------------------------------------------


def test_more_numbers_than_vertices_is_a_warning_only():
    for solver in SOLVERS:
        with pytest.warns(UserWarning, match="dim=6 is more than the 3 vertices"):
            assert solver([[0, 1, 0], [1, 0, 1], [0, 1, 0]], 6, rng=0).vectors.shape == (3, 6)


def test_one_vertex():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for solver in SOLVERS:
            for A in ([[0]], [[1]]):
                assert np.isfinite(solver(A, 3, rng=0).vectors).all()


def test_weights_at_the_ends_of_the_range():
    W = np.array([[0, 1.0, 3.0], [1.0, 0, 2.0], [3.0, 2.0, 0]])
    for solver in SOLVERS:
        expected = solver(W, 2, rng=0).vectors
        for scale in (2.0**1020, 2.0**-1060):
            assert (solver(W * scale, 2, rng=0).vectors == expected).all()
    wide = fastrp([[0, 1e300, 1e-300], [1, 0, 0], [1e-300, 0, 0]], 2, dtype="float64", rng=0)
    assert np.isfinite(wide.vectors).all()


def test_overflow_is_an_error():
    A = np.full((3, 3), 1e30)
    with pytest.raises(porism.ResultOverflow, match="exceed the range of float32"):
        fastrp(A, 2, input_matrix="adjacency", normalize=False, rng=0)
    with pytest.raises(porism.ResultOverflow, match="exceed the range of float32"):
        fastrp(A, 2, input_matrix="adjacency", normalize=False, standardize=False, rng=0)
    with pytest.raises(porism.ResultOverflow, match="exceed the range of float32"):
        randne(A, 2, input_matrix="adjacency", rng=0)
    with pytest.raises(porism.ResultOverflow, match="beta=-60 exceed the range"):
        fastrp([[0, 1, 1e9], [1, 0, 0], [1e9, 0, 0]], 2, beta=-60, rng=0)


def test_what_would_not_fit_is_refused_before_anything_is_allocated():
    n = 1_000_000
    with pytest.raises(porism.TooLarge, match="vectors of 100000 numbers for 1000000 vertices"):
        fastrp(sparse.csr_array((n, n)), 100_000, memory_limit=10**9, rng=0)


def test_a_vertex_that_is_only_pointed_at_counts_as_a_neighbour():
    result = fastrp([[0, 1], [0, 0]], 2, projection=np.eye(2), weights=(1,), standardize=False, rng=0)
    assert result.vectors.tolist() == [[0, 1], [0, 0]]


# -- the estimator -----------------------------------------------------------------------------------------------------


def test_the_estimator_does_what_the_solver_does():
    from porism_graphs.sklearn import FastRP

    model = FastRP(dim=8, random_state=3)
    found = model.fit_transform(KARATE)
    assert (found == fastrp(KARATE, 8, keep_parts=True, rng=3).vectors).all()
    assert (model.transform(KARATE[:5]) == found[:5]).all()
    assert (model.embedding_ == found).all()
    assert model.n_features_in_ == 34
    assert clone(model).get_params() == model.get_params()
    other = clone(model).set_params(weights=(1.0, 1.0), random_state=np.random.RandomState(0)).fit(KARATE)
    assert isinstance(other.result_, FastRPEmbedding)
    assert len(model.get_feature_names_out()) == 8


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = fastrp(KARATE, 8, rng=0).plot(CLUB.tolist())
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["False", "True"]
    fastrp([[0]], 1, rng=0).plot()
    pyplot.close("all")
    with pytest.raises(porism.InvalidInput, match="labels must be 34, one for each vertex, got 1"):
        fastrp(KARATE, 8, rng=0).plot(["a"])


def test_preferential_attachment_ends_and_attaches_to_the_old():
    from porism_graphs.node_embedding._graphs import preferential

    for seed in range(5):
        A = preferential(2000, 5, seed)
        degrees = np.diff(A.indptr)
        assert A.trace() == 0
        assert (A != A.T).nnz == 0
        assert 2 * 5 * 1900 < A.nnz <= 2 * 5 * 2000
        assert degrees[:20].mean() > 10 * np.median(degrees)  # the rich are the old
