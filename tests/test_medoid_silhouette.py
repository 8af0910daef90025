"""Medoid silhouettes beside scikit-learn and the peer, and in the cases that no law covers."""

from __future__ import annotations

import kmedoids
import matplotlib as mpl
import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics import silhouette_samples, silhouette_score

from porism import InvalidInput, registry
from porism.problems.k_medoids import fasterpam
from porism.problems.medoid_silhouette import (
    SOLVERS,
    dynmsc,
    fastermsc,
    fastmsc,
    medoid_silhouette,
    plot_silhouettes,
    silhouette,
    silhouettes,
)

IRIS = load_iris().data


def test_silhouettes_are_those_of_scikit_learn():
    for X in (IRIS, load_digits().data[:300]):
        labels = fasterpam(X, 5, rng=0).labels
        np.testing.assert_allclose(silhouettes(X, labels), silhouette_samples(X, labels), atol=1e-9)
        assert silhouette(X, labels) == pytest.approx(silhouette_score(X, labels), abs=1e-9)
        assert silhouette(pdist(X), labels + 7, metric="precomputed") == pytest.approx(silhouette_score(X, labels))


@pytest.mark.parametrize("k", [2, 3, 6])
def test_fastmsc_and_fastermsc_reach_the_peers_silhouette(k):
    D = squareform(pdist(IRIS + np.random.default_rng(0).normal(scale=1e-3, size=IRIS.shape)))
    start = np.arange(k) * 20
    ours = fastmsc(D, k, metric="precomputed", init=start)
    theirs = kmedoids.fastmsc(D, start.astype(np.uint64), max_iter=100)
    assert ours.silhouette == pytest.approx(theirs.loss, abs=1e-9)
    assert sorted(ours.medoids.tolist()) == sorted(int(m) for m in theirs.medoids)
    eager = fastermsc(D, k, metric="precomputed", init=start, order="input")
    theirs = kmedoids.fastermsc(D, start.astype(np.uint64), max_iter=100)
    assert eager.silhouette == pytest.approx(theirs.loss, abs=1e-9)


def test_dynmsc_is_no_worse_than_the_peers_and_has_the_whole_curve():
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(c, 0.3, (40, 2)) for c in ((0, 0), (5, 0), (0, 5), (5, 5))])
    result = dynmsc(X, 10, rng=0)
    assert len(result.medoids) == 4
    assert list(result.curve) == list(range(2, 11))
    for k, medoids in result.curve_medoids.items():
        assert medoid_silhouette(X, medoids) == pytest.approx(result.curve[k], abs=1e-9)
    D = squareform(pdist(X))
    theirs = kmedoids.dynmsc(D, np.arange(10).astype(np.uint64), minimum_k=2)
    assert dynmsc(D, 10, metric="precomputed", init=np.arange(10)).silhouette >= theirs.loss - 1e-9


def test_one_medoid_has_no_silhouette():
    assert medoid_silhouette(IRIS, [3]) == 0.0
    assert fastermsc(IRIS, 1, rng=0).silhouette == 0.0


def test_the_problem_is_registered_with_its_default():
    assert registry.get("medoid-silhouette").name == "fastermsc"
    assert registry.get("dynmsc") is dynmsc


def test_new_objects_are_predicted():
    result = fastermsc(IRIS, 3, rng=0)
    assert (result.predict(IRIS) == result.labels).mean() > 0.95


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: silhouettes(IRIS, np.zeros(150, dtype=int)), "labels must name at least two clusters, got 1"),
        (lambda: silhouettes(IRIS, [0, 1]), "labels must have a label for each of the 150 objects, got 2"),
        (lambda: silhouettes(IRIS, np.zeros(150)), "labels must be a 1-D array of integers, got dtype float64"),
        (lambda: medoid_silhouette(IRIS, [0, 150]), r"medoids must be .* in 0..149, got 150"),
        (lambda: medoid_silhouette(IRIS, [1, 1]), r"medoids must be an array of distinct row indices"),
        (lambda: medoid_silhouette(IRIS, []), r"medoids must be .* got an array of shape"),
        (lambda: dynmsc(IRIS, 3, k_min=4), r"k_min must be an integer in 1..3 \(k\), got 4"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_pictures():
    mpl.use("Agg")
    result = dynmsc(IRIS, 6, rng=0)
    assert result.plot().get_xlabel() == "number of medoids"
    assert fastermsc(IRIS, 3, rng=0).plot().get_xlabel() == "pass"
    drawn = plot_silhouettes(silhouettes(IRIS, result.labels), result.labels)
    assert drawn.get_xlabel() == "silhouette width"
    with pytest.raises(InvalidInput, match="labels"):
        plot_silhouettes([0.5, 0.1], [0])


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: s.name)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_objects_out_of_reach_have_silhouette_zero(solver, k):
    D = np.full((6, 6), np.inf)
    D[:2, :2], D[2:4, 2:4] = [[0, 1], [1, 0]], [[0, 2], [2, 0]]  # two pairs, and two that reach nobody
    np.fill_diagonal(D, 0)
    result = solver(D, k, metric="precomputed", init="first")
    assert ((result.labels >= 0) & (result.labels < len(result.medoids))).all()
    assert medoid_silhouette(D, result.medoids, metric="precomputed") == pytest.approx(expected(D, result.medoids))


def expected(D, medoids):
    """The mean of 1 - a/b; infinitely far from both is no nearer to one than to the other."""
    if len(medoids) == 1:
        return 0.0
    a, b = np.sort(D[:, medoids], axis=1)[:, :2].T
    ratios = np.array(
        [1.0 if x == np.inf else 0.0 if y == np.inf or x == 0 else x / y for x, y in zip(a, b, strict=True)]
    )
    return 1.0 - ratios.mean()
