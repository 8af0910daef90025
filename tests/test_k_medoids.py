"""k-medoids beside its peer, on pinned results, and in the cases that no law covers."""

from __future__ import annotations

import kmedoids
import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits, load_iris

from porism import InvalidInput, InvalidType, TooLarge, registry
from porism.problems.k_medoids import (
    alternating,
    clara,
    fastclarans,
    fasterclara,
    fasterpam,
    fastpam1,
    fastpam2,
    memory_plan,
    onebatchpam,
    pam,
)
from porism.problems.k_medoids.laws import exchanges, total
from porism.problems.k_medoids.solvers import outcome
from porism.problems.medoid_silhouette import silhouette

SWAPPING = [fasterpam, fastpam1, pam]


def digits():
    return load_digits().data


def euclidean(X):
    return cdist(X, X)


def random_matrix(n, seed=0):
    A = np.random.default_rng(seed).random((n, n))
    D = A + A.T
    np.fill_diagonal(D, 0)
    return D


PEER = {"fasterpam": kmedoids.fasterpam, "fastpam1": kmedoids.fastpam1, "pam": kmedoids.pam}


@pytest.mark.parametrize("solver", SWAPPING, ids=lambda s: s.name)
@pytest.mark.parametrize(
    ("D", "k", "tie_free"),
    [
        (euclidean(load_iris().data), 3, False),
        (euclidean(digits()[:600]), 10, True),
        (random_matrix(300), 12, True),
        (random_matrix(200, 5).astype(np.float32), 7, True),
    ],
    ids=["iris", "digits", "random", "random-f32"],
)
def test_agrees_with_the_peer_from_the_same_start(solver, D, k, tie_free):
    start = np.random.default_rng(3).choice(len(D), k, replace=False)
    ours = solver(D, k, metric="precomputed", init=start, order="input", max_iter=200)
    theirs = PEER[solver.name](D, start.astype(np.uint64), max_iter=200)
    if tie_free:
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-6)
        assert sorted(ours.medoids.tolist()) == sorted(int(m) for m in theirs.medoids)
        assert ours.n_swap == theirs.n_swap
    else:
        for medoids in (ours.medoids, np.asarray(theirs.medoids, dtype=np.int64)):
            assert exchanges(D, medoids) >= total(D, medoids) * (1 - 1e-12)


@pytest.mark.parametrize("k", [2, 5, 9])
def test_pam_and_fastpam1_swap_alike_one_by_one(k):
    D = euclidean(digits()[:300])
    start = np.arange(k)
    for passes in range(30):
        one, two = (s(D, k, metric="precomputed", init=start, max_iter=passes) for s in (pam, fastpam1))
        assert (one.medoids == two.medoids).all()
        assert one.n_swap == two.n_swap
        assert one.loss == pytest.approx(two.loss, rel=1e-12)
        if one.converged:
            break
    else:
        pytest.fail("not converged after 30 swaps")


def test_digits_are_pinned():
    X = digits()
    expected = [186, 345, 360, 983, 1039, 1075, 1327, 1387, 1417, 1696]
    for solver in SWAPPING:
        result = solver(X, 10, init="build")
        assert result.loss == pytest.approx(51194.700, abs=2e-3)
        assert sorted(result.medoids.tolist()) == expected
    assert fasterpam(X, 10, init="build", max_iter=0).loss == pytest.approx(51884.050, abs=2e-3)
    assert alternating(X, 10, init="build").loss == pytest.approx(51486.663, abs=2e-3)


def test_default_start_reaches_the_best_known_digits_loss():
    X = digits()
    assert min(fasterpam(X, 10, rng=seed).loss for seed in range(10)) == pytest.approx(51194.700, abs=2e-3)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32, np.float64])
def test_the_outcome_of_a_python_solver_is_that_of_the_core(dtype):
    D = (euclidean(load_iris().data) * 100).astype(dtype)
    D = np.minimum(D, D.T)
    start = np.array([60, 3, 119])
    core = fasterpam(D, 3, metric="precomputed", init=start, max_iter=0)
    made = outcome(D, start)
    assert (made.medoids == core.medoids).all()
    assert (made.labels == core.labels).all()
    assert made.loss == pytest.approx(core.loss, rel=1e-6)
    assert type(made.loss) is type(core.loss)
    assert made.distances.dtype == core.distances.dtype


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_metrics_agree_with_scipy(metric, dtype):
    X = np.random.default_rng(0).normal(3, 1, (150, 7)).astype(dtype)
    name = {"manhattan": "cityblock"}.get(metric, metric)
    D = cdist(X.astype(np.float64), X.astype(np.float64), name)
    result = fasterpam(X, 6, metric=metric, rng=0)
    rel = 1e-5 if dtype is np.float32 else 1e-10
    assert result.loss == pytest.approx(total(D, result.medoids), rel=rel)
    assert result.distances == pytest.approx(D[np.arange(150), result.medoids[result.labels]], rel=rel, abs=rel)


def test_far_from_the_origin_distances_keep_their_digits():
    X = np.random.default_rng(0).normal(size=(200, 4)) + 1e6
    D = cdist(X, X)
    result = fasterpam(X, 5, init=np.arange(5), max_iter=0)
    assert result.distances == pytest.approx(D[:, :5].min(axis=1), rel=1e-6, abs=1e-9)


def test_a_precomputed_float_matrix_is_read_in_place():
    import resource

    n = 6000
    D = np.zeros((n, n), dtype=np.float32)
    D[:] = np.abs(np.arange(n, dtype=np.float32)[:, None] - np.arange(n, dtype=np.float32))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for matrix in (D, D.T):
        fasterpam(matrix, 5, metric="precomputed", rng=0, max_iter=2)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < D.nbytes / 4, f"{grown} bytes more for a matrix of {D.nbytes}"


def test_forbidden_pairs_are_obeyed_and_unreachable_objects_refused():
    inf = np.inf
    D = np.array([[0, 1, inf, inf], [1, 0, inf, inf], [inf, inf, 0, 2], [inf, inf, 2, 0]])
    result = fasterpam(D, 2, metric="precomputed", rng=0)
    assert result.loss == 3.0
    with pytest.raises(InvalidInput, match="X"):
        fasterpam(D, 1, metric="precomputed", rng=0)


def test_asymmetric_matrices_are_read_in_the_right_direction():
    rng = np.random.default_rng(0)
    D = rng.random((60, 60))
    np.fill_diagonal(D, 0)
    with pytest.raises(InvalidInput, match="symmetric"):
        fasterpam(D, 4, metric="precomputed")
    for matrix in (D, np.asfortranarray(D), D.T, np.repeat(D, 2, axis=1)[:, ::2]):
        for solver in (*SWAPPING, alternating):
            result = solver(matrix, 4, metric="precomputed", symmetric=False, rng=0)
            assert result.loss == pytest.approx(total(matrix, result.medoids), rel=1e-12)


def test_memory_limit_refuses_before_allocating():
    X = np.zeros((200_000, 2))
    with pytest.raises(TooLarge, match=r"200000 × 200000 .* memory_limit=1000000") as caught:
        fasterpam(X, 5, memory_limit=1_000_000)
    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value, InvalidInput)


@pytest.mark.parametrize(
    ("X", "k"),
    [([[1], [2], [9]], 2), (np.array([[1], [2], [9]], dtype=np.uint8), np.int32(2)), (np.float16([[1], [2], [9]]), 2)],
)
def test_what_can_be_read_as_numbers_is(X, k):
    assert fasterpam(X, k, rng=0).loss == 1.0


def test_a_data_frame_is_read():
    import pandas

    frame = pandas.DataFrame({"a": [0.0, 0.1, 5.0], "b": [0.0, 0.0, 5.0]})
    assert fasterpam(frame, 2, rng=0).loss == pytest.approx(0.1)


def test_one_object_and_all_objects_as_medoids():
    X = np.random.default_rng(0).random((7, 2))
    for solver in (*SWAPPING, alternating):
        assert solver(X[:1], 1).loss == 0.0
        result = solver(X, 7, rng=0)
        assert result.loss == 0.0
        assert sorted(result.medoids.tolist()) == list(range(7))


def test_one_medoid_is_the_object_of_least_sum():
    D = euclidean(digits()[:400])
    for solver in (*SWAPPING, alternating):
        result = solver(D, 1, metric="precomputed", rng=0)
        assert result.medoids.tolist() == [int(D.sum(axis=0).argmin())]


def test_all_equal_dissimilarities_converge_at_once():
    D = np.ones((30, 30)) - np.eye(30)
    for solver in (*SWAPPING, alternating):
        result = solver(D, 4, metric="precomputed", rng=0)
        assert result.converged
        assert result.n_swap == 0
        assert result.loss == 26.0


def test_unknown_options_name_the_closest():
    with pytest.raises(InvalidType, match=r"no option 'max_iterations'; did you mean 'max_iter'"):
        fasterpam([[0.0], [1.0]], 1, max_iterations=3)
    with pytest.raises(InvalidType, match=r"no option 'random_state'; did you mean 'rng'"):
        fasterpam([[0.0], [1.0]], 1, random_state=0)
    with pytest.raises(InvalidType, match=r"multiple values for argument 'k'"):
        fasterpam([[0.0], [1.0]], 1, k=1)
    with pytest.raises(TypeError, match=r"fasterpam\(X, k, \*, …\): missing a required argument: 'k'"):
        fasterpam([[0.0], [1.0]])


def test_no_more_threads_than_can_be_of_use_are_started():
    X = np.random.default_rng(0).random((600, 3))
    assert fasterpam(X, 5, rng=0, n_jobs=2**70) == fasterpam(X, 5, rng=0)


def test_a_numpy_bool_is_a_flag():
    X = np.random.default_rng(0).random((40, 3))
    assert fasterpam(X, 5, rng=0, progress=np.False_) == fasterpam(X, 5, rng=0)
    assert fasterpam(X, 5, rng=0, matrix=np.False_) == fasterpam(X, 5, rng=0, matrix=False)


def test_metadata_is_data():
    assert fasterpam.claims.local_optimum == "swap"
    assert fastpam1.claims.same_result_as == "pam"
    assert fasterpam.claims.nothing_of_the_kind is None
    assert fasterpam.options["max_iter"].default == 100
    assert fasterpam.options["init"].type
    assert fasterpam.options["init"].doc
    assert fasterpam.paper.doi == "10.1016/j.is.2021.101804"
    assert registry.search("cluster")
    assert fasterpam in registry.search("eager clustering")


# A star of five: object 0 is near to all others, and the farther apart two others are the larger their numbers.
STAR = np.array(
    [[0, 2, 3, 4, 5], [2, 0, 6, 7, 8], [3, 6, 0, 9, 10], [4, 7, 9, 0, 11], [5, 8, 10, 11, 0]], dtype=np.int32
)


@pytest.mark.parametrize("solver", [*SWAPPING, fastpam2, fastclarans], ids=lambda s: s.name)
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32, np.float64])
def test_the_star_is_solved_as_by_the_peer(solver, dtype):
    D = STAR.astype(dtype)
    if "init" in solver.options:
        greedy = solver(D, 2, metric="precomputed", init="build", max_iter=0)
        assert greedy.medoids.tolist() == [0, 4]
        assert greedy.loss == 9
        result, threads = (solver(D, 2, metric="precomputed", init="build", n_jobs=n) for n in (1, 2))
    else:
        result, threads = (solver(D, 2, metric="precomputed", rng=0, max_neighbor=3, n_jobs=n) for n in (1, 2))
    assert result.loss == 9
    assert sorted(result.medoids.tolist()) == [0, 4]
    assert result == threads
    assert isinstance(result.loss, int) == (np.dtype(dtype).kind == "i")


def test_alternating_on_the_star_stays_where_it_is():
    start = alternating(STAR, 2, metric="precomputed", init="build")
    again = alternating(STAR, 2, metric="precomputed", init=start.medoids)
    assert start.loss == again.loss == kmedoids.alternating(STAR, 2, init="build").loss
    assert again.n_swap == 0


def test_the_silhouette_of_the_star_is_the_peers():
    labels = pam(STAR, 2, metric="precomputed", init="build").labels
    theirs = kmedoids.silhouette(STAR, labels.astype(np.uint64))[0]
    assert silhouette(STAR, labels, metric="precomputed") == pytest.approx(theirs, abs=1e-12)
    assert silhouette(STAR, labels, metric="precomputed", n_jobs=2) == silhouette(STAR, labels, metric="precomputed")


@pytest.mark.parametrize("solver", [clara, fasterclara, onebatchpam], ids=lambda s: s.name)
def test_sampling_solvers_come_near_and_never_need_the_matrix(solver):
    X = np.random.default_rng(0).normal(size=(4000, 4)) + 8 * np.random.default_rng(1).integers(0, 3, (4000, 1))
    best = fasterpam(X, 6, rng=0, n_init=2).loss
    result = solver(X, 6, rng=0, memory_limit=4000 * 1010 * 8)
    assert result.loss <= 1.15 * best
    assert result.loss == pytest.approx(total(cdist(X, X), result.medoids), rel=1e-9)


def test_without_room_for_the_matrix_fasterpam_does_the_same_without():
    X = np.random.default_rng(0).random((1500, 3))
    wishes = {"sample_weight": np.arange(1500) % 4, "fixed": [7], "forbidden": [8, 9]}
    room = 1500 * 80 * 8
    for options in ({}, {"n_init": 3}, {"init": "kmeans++"}, {"init": "first"}, wishes):
        short, full = (fasterpam(X, 5, rng=3, memory_limit=limit, **options) for limit in (room, None))
        for name in ("medoids", "labels", "distances", "loss", "n_iter", "n_swap", "converged"):
            assert np.array_equal(getattr(short, name), getattr(full, name)), (name, options)
    with pytest.raises(TooLarge, match="1500 × 1500"):
        fasterpam(X, 5, memory_limit=room, matrix=True)
    with pytest.raises(TooLarge, match="1500 × 1500"):
        fasterpam(X, 5, memory_limit=room, init="build")  # which needs the matrix


def test_the_memory_plan_is_what_happens():
    X = np.random.default_rng(0).random((400, 3)).astype(np.float32)
    for limit in (10, 400 * 69 * 4 - 1, 400 * 69 * 4, 400 * 400 * 4 - 1, 400 * 400 * 4, None):
        plan = memory_plan(400, 5, memory_limit=limit)
        assert (plan.matrix_bytes, plan.lean_bytes) == (640_000, 110_400)
        assert plan.matrix or (plan.lean_bytes <= limit < plan.matrix_bytes)
        if limit is None or plan.matrix_bytes <= limit or not plan.matrix:
            result = fasterpam(X, 5, rng=0, memory_limit=limit)
            assert (len(result.losses) == result.n_iter + 1) == plan.matrix  # without it the last loss is told
        else:
            with pytest.raises(TooLarge):
                fasterpam(X, 5, memory_limit=limit)
    text = str(memory_plan(100_000, 50, memory_limit=2**31))
    assert "37.25 GiB" in text
    assert "without a matrix" in text
    for bad, name in (({"n": 0, "k": 1}, "n"), ({"n": 3, "k": 4}, "k"), ({"n": 3, "k": 1, "itemsize": 2}, "itemsize")):
        with pytest.raises(InvalidInput, match=f"^{name} must be"):
            memory_plan(**bad)


@pytest.mark.parametrize("form", ["csr_array", "csc_matrix", "coo_array"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_sparse_rows_are_those_written_out(form, dtype):
    X = np.random.default_rng(0).integers(0, 5, (90, 6)) * (np.random.default_rng(1).random((90, 6)) < 0.4)
    X = X.astype(dtype)
    rows = getattr(sparse, form)(X)
    for solver in (fasterpam, fasterclara):
        for metric in ("euclidean", "cosine", "jaccard"):
            result = solver(rows, 4, metric=metric, rng=0)
            assert result == solver(X, 4, metric=metric, rng=0)
            assert (result.predict(rows) == result.predict(X)).all()
    with pytest.raises(TooLarge, match="sparse matrix"):
        fasterpam(sparse.csr_array((50, 10**6)), 2, memory_limit=10**6)
    with pytest.raises(InvalidType, match=r"\+inf for pairs"):
        fasterpam(sparse.csr_array(np.zeros((4, 4))), 2, metric="precomputed")


@pytest.mark.parametrize("solver", [*SWAPPING, fastpam2], ids=lambda s: s.name)
def test_a_fixed_medoid_alone_needs_a_pass_to_converge(solver):
    D = np.array([[0, 2, 3], [2, 0, 4], [3, 4, 0]])
    for passes, converged in ((0, False), (1, True)):
        result = solver(D, 1, metric="precomputed", fixed=[2], max_iter=passes)
        assert (result.medoids.tolist(), result.loss, result.converged, result.n_iter) == ([2], 7, converged, passes)


def test_one_start_that_leaves_an_object_out_does_not_spoil_the_others():
    D = np.full((6, 6), np.inf)
    D[:3, :3] = D[3:, 3:] = 1.0
    np.fill_diagonal(D, 0.0)
    seeds = range(20)
    with pytest.raises(InvalidInput, match="infinitely far"):
        for seed in seeds:
            fasterpam(D, 2, metric="precomputed", max_iter=0, rng=seed)
    for seed in seeds:
        assert fasterpam(D, 2, metric="precomputed", max_iter=0, rng=seed, n_init=40).loss == 4.0


def test_a_zero_row_is_at_distance_0_from_itself_without_the_matrix_too():
    X = np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0], [-1, 0, 0]], dtype=np.float32)
    for start in range(4):
        full, lean = (fasterpam(X, 1, metric="cosine", init=[start], order="input", matrix=m) for m in (True, False))
        assert full.loss == lean.loss == 3.0


def test_gower_by_hand():
    import pandas as pd

    frame = pd.DataFrame(
        {
            "size": [0.0, 10.0, np.nan],
            "count": pd.array([1, None, 3], dtype="Int64"),
            "colour": pd.Categorical(["red", "blue", "red"]),
            "zip": [1, 2, 1],
            "day": pd.to_datetime(["2024-01-01", "2024-01-11", None]),
        }
    )
    params = {"categorical": ["zip"]}
    result = fasterpam(frame, 3, metric="gower", metric_params=params, init=[0, 1, 2])
    D = result.dissimilarities(frame)
    expected = [[0, (1 + 1 + 1 + 1) / 4, (1 + 0 + 0) / 3], [1, 0, (1 + 1) / 2], [1 / 3, 1, 0]]
    np.testing.assert_allclose(D, expected)
    with pytest.raises(InvalidInput, match="columns"):
        result.predict(frame[["size"]])


def test_predict_refuses_what_is_not_like_the_data():
    X = np.random.default_rng(0).random((20, 3))
    result = fasterpam(X, 4, rng=0)
    with pytest.raises(InvalidInput, match="X must have 3 columns"):
        result.predict(X[:, :2])
    D = cdist(X, X)
    result = fasterpam(D, 4, metric="precomputed", rng=0)
    with pytest.raises(InvalidInput, match=r"a column for each of the 4 medoids .* got shape \(2, 5\)"):
        result.predict(D[:2, :5])
    with pytest.raises(InvalidInput, match="≥ 0"):
        result.predict(-1 - D)


def test_minkowski_takes_its_exponent():
    X = np.random.default_rng(0).random((50, 3))
    for p in (1, 1.5, 3, np.inf):
        result = fasterpam(X, 4, metric="minkowski", metric_params={"p": p}, rng=0)
        assert result.loss == pytest.approx(total(cdist(X, X, "minkowski", p=p), result.medoids), rel=1e-10)


def test_pictures():
    import matplotlib as mpl

    mpl.use("Agg")
    X = np.random.default_rng(0).random((80, 5))
    result = fasterpam(X, 4, rng=0)
    assert result.plot().get_ylabel() == "dissimilarity to the medoid"
    assert result.plot(X).get_xlabel() == "first principal component"
    with pytest.raises(InvalidInput, match="X must have the 80 rows"):
        result.plot(X[:10])
