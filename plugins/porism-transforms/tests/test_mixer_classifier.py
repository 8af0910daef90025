"""The classifier of Monarch Mixer layers: scikit-learn's own checks, digits, and what it keeps."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

import porism

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import estimator_checks_generator

from porism_transforms.sklearn import MonarchMixerClassifier

SMALL = MonarchMixerClassifier(8, 1, blocks=2, max_iter=15, batch_size=32, learning_rate=2e-2, random_state=0)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def digits():
    found = load_digits()
    return found.data[:600], found.target[:600]


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{at}-{check.func.__name__}")
        for at, (_, check) in enumerate(estimator_checks_generator(SMALL))
        if check.func.__name__ != "check_array_api_input"
    ],
)
def test_scikit_learns_own_checks(torch, check):
    check(clone(SMALL))


def test_digits_row_by_row(torch, digits):
    X, y = digits
    model = MonarchMixerClassifier(16, 1, n_channels=8, max_iter=20, batch_size=16, random_state=0).fit(
        X[:400], y[:400]
    )
    assert model.score(X[400:], y[400:]) > 0.6  # chance is 0.1
    assert model.loss_curve_[-1] < 0.5 * model.loss_curve_[0]
    assert model.n_params_ == sum(p.n_params for p in model.layers_) + sum(
        model.weights_[name].size for name in ("lift", "places", "head", "bias")
    )
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


def test_the_same_seed_gives_the_same_numbers(torch, digits):
    X, y = digits
    options = {"dim": 8, "depth": 1, "n_channels": 16, "max_iter": 2, "causal": True}
    state = torch.random.get_rng_state()
    first, second, other = (MonarchMixerClassifier(**options, random_state=s).fit(X, y) for s in (3, 3, 4))
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))
    assert not np.array_equal(first.predict_proba(X), other.predict_proba(X))
    assert torch.equal(state, torch.random.get_rng_state())


def test_what_is_kept_computes_what_was_trained(torch, digits):
    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    X, y = digits
    model = MonarchMixerClassifier(8, 2, n_channels=8, max_iter=1, random_state=0).fit(X, y)
    x = torch.tensor(model._standardised(X) @ model.weights_["lift"] + model.weights_["places"])
    for params in model.layers_:
        x = MonarchMixerLayer(params, causal=False, dtype=torch.float64)(x)
    logits = x.mean(1).detach().numpy() @ model.weights_["head"] + model.weights_["bias"]
    np.testing.assert_allclose(model.decision_function(X), logits, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_channels": 5}, "n_channels must divide the 64 features, got 5"),
        ({"dim": 6}, "blocks must divide dim=6, got 4"),
        ({"depth": 0}, "depth must be"),
        ({"max_iter": 0}, "max_iter must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"learning_rate": -1.0}, "learning_rate must be"),
        ({"causal": "no"}, "causal must be"),
    ],
)
def test_options_that_are_refused(torch, digits, options, says):
    with pytest.raises(porism.InvalidInput, match=says):
        MonarchMixerClassifier(**options).fit(*digits)


def test_without_torch_fitting_says_what_to_install(digits, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(porism.MissingExtra, match=r"pip install 'porism-transforms\[torch\]'"):
        SMALL.fit(*digits)


def test_importing_it_imports_no_torch():
    program = "import porism_transforms.sklearn, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
