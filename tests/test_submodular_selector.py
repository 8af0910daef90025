"""The selector: scikit-learn's own checks, apricot's names, streams with initial subsets."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.utils.estimator_checks import estimator_checks_generator

from porism import InvalidInput, objectives
from porism.problems.submodular_maximization import lazy_greedy, sieve_streaming_pp
from porism.sklearn import SubmodularSelector

X = load_iris().data

# These take for granted that `transform` takes any rows and gives back as many. A selector gives back what it chose.
FEWER_ROWS = {
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_transformer_data_not_an_array",
    "check_transformer_general",
}
CHECKED = [
    SubmodularSelector(3),
    SubmodularSelector(3, metric="cosine", method="stochastic-greedy"),
    SubmodularSelector(3, objective="feature-based"),
]


@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(model, check, id=f"{at}-{check.func.__name__}")
        for at, model in enumerate(CHECKED)
        for model, check in estimator_checks_generator(model)
        if check.func.__name__ != "check_array_api_input"  # skips itself
    ],
)
def test_scikit_learns_own_checks(estimator, check):
    if check.func.__name__ not in FEWER_ROWS:
        check(estimator)
    else:
        with pytest.raises((AssertionError, IndexError, InvalidInput)):
            check(estimator)


def test_it_is_the_solver():
    model = SubmodularSelector(8, gamma=0.5).fit(X)
    result = lazy_greedy(objectives.facility_location(X=X, gamma=0.5), 8)
    assert model.ranking.tolist() == model.ranking_.tolist() == result.ranking.tolist()
    assert model.gains.tolist() == result.gains.tolist()
    assert model.value_ == result.value
    assert model.result_.certified_ratio > 0.9
    assert (model.transform(X) == X[result.ranking]).all()
    assert (model.subset_ == model.transform()).all()
    assert (SubmodularSelector(8, gamma=0.5).fit_transform(X) == model.subset_).all()
    assert clone(model).get_params() == model.get_params()
    assert pickle.loads(pickle.dumps(model)).ranking.tolist() == model.ranking.tolist()


def test_data_frames_keep_their_rows():
    frame = pd.DataFrame(X, columns=list("abcd"), index=[f"flower {i}" for i in range(len(X))])
    chosen = SubmodularSelector(4).fit(frame).transform(frame)
    assert chosen.index.str.startswith("flower").all()
    assert len(chosen) == 4


def test_similarities_may_be_given():
    S = np.exp(-0.5 * np.square(X[:, None] - X[None]).sum(axis=2))
    model = SubmodularSelector(8, metric="precomputed").fit(S)
    assert model.ranking.tolist() == SubmodularSelector(8, gamma=0.5).fit(X).ranking.tolist()
    # Rankings hold no item twice and gains never rise, whatever the matrix: where earlier libraries slipped.
    assert len(set(model.ranking.tolist())) == 8
    assert (np.diff(model.gains) <= 1e-9).all()


def test_initial_rows_count_and_are_not_ranked():
    first = SubmodularSelector(3, gamma=0.5).fit(X)
    rest = SubmodularSelector(5, gamma=0.5, initial_subset=first.ranking).fit(X)
    assert [*first.ranking, *rest.ranking] == SubmodularSelector(8, gamma=0.5).fit(X).ranking.tolist()
    mask = np.zeros(len(X), dtype=bool)
    mask[first.ranking] = True
    assert rest.ranking.tolist() == SubmodularSelector(5, gamma=0.5, initial_subset=mask).fit(X).ranking.tolist()


def test_costs():
    costs = np.linspace(1, 3, len(X))
    model = SubmodularSelector(len(X)).fit(X, sample_cost=costs, budget=9.0)
    assert costs[model.ranking].sum() <= 9.0
    with pytest.raises(InvalidInput, match="sample_cost"):
        SubmodularSelector(3, method="two-stage").fit(X, sample_cost=costs, budget=9.0)


@pytest.mark.parametrize("made", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("initial", [None, [4, 0]])
def test_batches_give_what_the_whole_stream_gives(made, initial):
    counts = np.asarray(load_digits().data[:300])
    whole = sieve_streaming_pp(objectives.feature_based(counts), 10, initial=initial or (), epsilon=0.2, bound="free")
    model = SubmodularSelector(10, objective="feature-based", epsilon=0.2, initial_subset=initial)
    for start in (0, 5, 6, 100, 250):
        end = {0: 5, 5: 6, 6: 100, 100: 250, 250: 300}[start]
        model.partial_fit(made(counts[start:end]))
        assert not set(model.ranking) & set(initial or ())
    assert model.ranking.tolist() == whole.ranking.tolist()
    assert model.value_ == pytest.approx(whole.value, rel=1e-12)
    assert model.n_samples_seen_ == 300
    subset = model.transform()
    subset = subset.toarray() if sparse.issparse(subset) else subset
    assert (subset == counts[model.ranking]).all()
    held = model._stream["rows"].shape[0]
    assert held < 150, f"{held} of 300 rows are kept"


def test_facility_location_in_batches_comes_close_to_greedy():
    digits = load_digits().data
    model = SubmodularSelector(20, gamma=1e-3, initial_subset=[0], random_state=0, reservoir_size=400)
    for batch in np.array_split(digits, 9):
        model.partial_fit(batch)
    f = objectives.facility_location(X=digits, gamma=1e-3)
    best = lazy_greedy(f, 20, initial=[0]).value
    assert f.value([0, *model.ranking]) > 0.75 * best
    assert 0 not in model.ranking
    assert model.fit(digits).value_ == pytest.approx(best)  # fit forgets the stream


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"objective": "facilty-location"}, "'facility-location'"),
        ({"metric": "euclidean"}, "metric"),
        ({"method": "lazy"}, "'lazy-greedy'"),
        ({"initial_subset": [200]}, "initial_subset"),
        ({"initial_subset": [1, 1]}, "initial_subset"),
        ({"initial_subset": np.ones(3, bool)}, "initial_subset"),
        ({"objective": lambda X: objectives.modular([1.0])}, "objective"),
    ],
)
def test_what_is_wrong_is_named(options, names):
    with pytest.raises(InvalidInput, match=names):
        SubmodularSelector(**options).fit(X)


def test_streams_need_rows():
    with pytest.raises(InvalidInput, match="partial_fit"):
        SubmodularSelector(3, metric="precomputed").partial_fit(np.eye(4))
    model = SubmodularSelector(3).fit(X)
    with pytest.raises(InvalidInput, match="150 rows"):
        model.transform(X[:100])
