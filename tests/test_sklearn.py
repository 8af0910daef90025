"""The estimator: scikit-learn's own checks, and what its users do with it."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.datasets import load_iris, make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, pairwise_distances
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import estimator_checks_generator

from porism import InvalidInput
from porism.problems.k_medoids import SOLVERS, fasterpam
from porism.sklearn import KMedoids

X, Y = make_blobs(150, centers=3, n_features=4, random_state=0)


def largest(x, y):
    return float(np.abs(x - y).max())


CHECKED = [
    KMedoids(n_clusters=3),
    KMedoids(n_clusters=3, method="alternate", init="heuristic", metric="manhattan"),
    KMedoids(n_clusters=3, method="pam", init="build", metric="canberra", n_init=2),
    KMedoids(n_clusters=3, metric=largest),
]


# All but one, which skips itself unless SciPy was started in a mode of its own, and asks nothing of an estimator whose
# tags promise no array API.
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(model, check, id=f"{model.method}-{at}-{check.func.__name__}")
        for at, estimator in enumerate(CHECKED)
        for model, check in estimator_checks_generator(estimator)
        if check.func.__name__ != "check_array_api_input"
    ],
)
def test_scikit_learns_own_checks(estimator, check):
    assert not get_tags(estimator).array_api_support
    check(estimator)


def test_it_is_the_solver():
    model = KMedoids(3, init=[0, 1, 2]).fit(X)
    result = fasterpam(X, 3, init=[0, 1, 2], rng=np.random.RandomState(0).randint(9))
    assert sorted(model.medoid_indices_.tolist()) == sorted(result.medoids.tolist())
    assert model.inertia_ == result.loss
    assert model.n_iter_ >= 1
    assert (model.cluster_centers_ == X[model.medoid_indices_]).all()
    assert (model.labels_ == model.predict(X)).all()
    assert adjusted_rand_score(Y, model.labels_) > 0.9


@pytest.mark.parametrize("metric", ["euclidean", "l1", "cosine", "chebyshev", "jaccard", "correlation"])
def test_metrics_of_porism_and_of_scikit_learn(metric):
    model = KMedoids(4, metric=metric, random_state=0).fit(X)
    D = cdist(X, X[model.medoid_indices_], {"l1": "cityblock"}.get(metric, metric))
    np.testing.assert_allclose(model.transform(X), D, atol=1e-9)
    assert model.inertia_ == pytest.approx(D.min(axis=1).sum(), abs=1e-9)


def test_metric_params():
    model = KMedoids(3, metric="minkowski", metric_params={"p": 3}, random_state=0).fit(X)
    D = cdist(X, X[model.medoid_indices_], "minkowski", p=3)
    np.testing.assert_allclose(model.transform(X), D)


def test_callables_and_their_parameters():
    def distance(x, y, power=1):
        return float((np.abs(x - y) ** power).sum())

    model = KMedoids(3, metric=distance, metric_params={"power": 2}, random_state=0).fit(X)
    by_name = KMedoids(3, metric="sqeuclidean", random_state=0).fit(X)
    assert (model.labels_ == by_name.labels_).all()
    np.testing.assert_allclose(model.transform(X), by_name.transform(X))


def test_precomputed_infinity_keeps_apart_and_nan_is_refused():
    D = np.ones((4, 4)) - np.eye(4)
    D[:2, 2:] = D[2:, :2] = np.inf
    model = KMedoids(2, metric="precomputed", random_state=0).fit(D)
    assert model.labels_[0] == model.labels_[1] != model.labels_[2] == model.labels_[3]
    assert model.predict(D).tolist() == model.labels_.tolist()
    D[0, 1] = np.nan
    for use in (model.predict, model.transform, model.fit):
        with pytest.raises(InvalidInput, match=r"X must contain no NaN, got nan at X\[0, 1\]"):
            use(D)


def test_precomputed_in_predict_transform_and_cross_validation():
    D = pairwise_distances(X)
    model = KMedoids(3, metric="precomputed", random_state=0).fit(D)
    direct = KMedoids(3, random_state=0).fit(X)
    assert (model.labels_ == direct.labels_).all()
    assert model.cluster_centers_ is None
    new = X[:5] + 0.1
    to_fitted = cdist(new, X)
    assert (model.predict(to_fitted) == direct.predict(new)).all()
    assert (model.transform(to_fitted) == to_fitted[:, model.medoid_indices_]).all()
    search = GridSearchCV(KMedoids(metric="precomputed", random_state=0), {"n_clusters": [2, 3]}, cv=3).fit(D)
    assert search.best_params_ == {"n_clusters": 3}


def test_pipeline_and_grid_search():
    pipeline = make_pipeline(StandardScaler(), KMedoids(random_state=0))
    grid = {"kmedoids__n_clusters": [1, 3], "kmedoids__method": ["fasterpam", "alternate"]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X)
    assert search.best_params_["kmedoids__n_clusters"] == 3
    assert search.predict(X).shape == (150,)
    assert list(search.best_estimator_.get_feature_names_out()) == ["kmedoids0", "kmedoids1", "kmedoids2"]


def test_data_frames_keep_their_names():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = KMedoids(3, random_state=0).set_output(transform="pandas").fit(frame)
    assert list(model.feature_names_in_) == list("abcd")
    assert model.n_features_in_ == 4
    out = model.transform(frame)
    assert list(out.columns) == ["kmedoids0", "kmedoids1", "kmedoids2"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["b", "a", "c", "d"]])


def test_mixed_types_under_gower():
    frame = pd.DataFrame(
        {
            "size": [1.0, 2.0, np.nan, 9.0, 10.0, 11.0],
            "colour": ["red", "red", "red", "blue", "blue", None],
            "ripe": [True, True, True, False, False, False],
        }
    )
    model = KMedoids(2, metric="gower", random_state=0).fit(frame)
    assert adjusted_rand_score([0, 0, 0, 1, 1, 1], model.labels_) == 1.0
    assert list(model.cluster_centers_.columns) == ["size", "colour", "ripe"]
    assert (model.predict(frame) == model.labels_).all()
    new = pd.DataFrame({"size": [0.0, 12.0], "colour": ["green", "blue"], "ripe": [True, False]})
    assert model.predict(new).tolist() == [model.labels_[0], model.labels_[4]]


def test_sparse_rows():
    S = sparse.random(80, 30, 0.2, "csr", random_state=0, dtype=np.float64)
    for metric in ("euclidean", "cosine", "manhattan"):
        thin = KMedoids(4, metric=metric, random_state=0).fit(S)
        thick = KMedoids(4, metric=metric, random_state=0).fit(S.toarray())
        assert thin.inertia_ == pytest.approx(thick.inertia_, rel=1e-6)
        assert sparse.issparse(thin.cluster_centers_)
        np.testing.assert_allclose(thin.transform(S), thick.transform(S.toarray()), atol=1e-6)
        np.testing.assert_allclose(thin.transform(S.toarray()), thick.transform(S), atol=1e-6)
    with pytest.raises(TypeError, match="Sparse"):
        KMedoids(4, metric="chebyshev").fit(S)


@pytest.mark.parametrize("method", ["pam", "alternate", "fasterpam"])
@pytest.mark.parametrize("init", ["random", "heuristic", "build"])
def test_the_spellings_of_scikit_learn_extra(method, init):
    iris = load_iris()
    model = KMedoids(n_clusters=3, metric="euclidean", method=method, init=init, max_iter=300, random_state=0)
    labels = model.fit_predict(iris.data)
    assert adjusted_rand_score(iris.target, labels) > 0.6


@pytest.mark.parametrize("method", [solver.name for solver in SOLVERS])
def test_every_solver_is_a_method(method):
    model = KMedoids(n_clusters=3, method=method, random_state=0).fit(X)
    assert adjusted_rand_score(Y, model.labels_) > 0.8
    assert (model.predict(X) == model.labels_).all()


def test_options_that_a_method_does_not_have_are_refused():
    with pytest.raises(InvalidInput, match="init must be 'random' where method='clara', got 'build'"):
        KMedoids(3, method="clara", init="build").fit(X)
    with pytest.raises(InvalidInput, match="n_init must be 1 where method='fastclarans', got 4"):
        KMedoids(3, method="fastclarans", n_init=4).fit(X)


def test_heuristic_is_the_objects_nearest_to_all_others():
    D = pairwise_distances(X)
    model = KMedoids(4, init="heuristic", max_iter=0).fit(X)
    assert model.medoid_indices_.tolist() == np.argsort(D.sum(axis=1), kind="stable")[:4].tolist()


def test_a_search_that_was_cut_short_says_so():
    with pytest.warns(ConvergenceWarning, match="max_iter=1"):
        KMedoids(8, method="fastpam1", max_iter=1, random_state=0).fit(X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer ≥ 1, got 0"),
        ({"n_clusters": 2.0}, "n_clusters must be an integer"),
        ({"n_clusters": 151}, "n_clusters .* 151 for n_samples=150"),
        ({"method": "fasterpan"}, "method must be one of .* did you mean 'fasterpam'"),
        ({"init": "heuristics"}, "init must be one of"),
        ({"metric": "manhatan"}, "manhatan"),
        ({"metric": 3}, "metric must be a str or a callable"),
        ({"metric_params": {"p": 3}}, "metric_params"),
        ({"max_iter": -1}, "max_iter"),
        ({"n_init": 0}, "n_init"),
        ({"n_jobs": 0}, "n_jobs"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        KMedoids(**parameters).fit(X)


def test_bad_matrices_are_refused():
    D = pairwise_distances(X)
    with pytest.raises(InvalidInput, match="symmetric"):
        KMedoids(3, metric="precomputed").fit(D + np.triu(D))


def test_models_are_clones_and_pickles():
    model = KMedoids(3, metric="manhattan", random_state=0)
    again = clone(model).fit(X)
    loaded = pickle.loads(pickle.dumps(again))
    assert (loaded.predict(X) == again.predict(X)).all()
    assert repr(model) == "KMedoids(metric='manhattan', n_clusters=3, random_state=0)"
