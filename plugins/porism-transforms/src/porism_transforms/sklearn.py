"""Estimators for scikit-learn's pipelines: ``from porism_transforms.sklearn import MonarchMixerClassifier``.

Fitting needs PyTorch (``pip install 'porism-transforms[torch]'``), predicting does not: what was trained is kept as
:class:`porism_transforms.MixerParams`, which the solver `m2` runs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from porism import InvalidInput, MissingExtra
from porism.validation import as_flag, as_float, as_integer
from porism_transforms.monarch_mixer_layer import MixerParams, m2

__all__ = ["MonarchMixerClassifier"]

Array = npt.NDArray[Any]


class MonarchMixerClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Layers of Monarch Mixer that classify sequences: sub-quadratic in their length, block-diagonal in their width.

    Each row of X is a sequence of places of `n_channels` numbers each. Numbers are standardised, lifted to `dim`
    channels by a linear map, a vector for each place is added, `depth` layers follow, and a linear map of their mean
    over places names the class. Trained by AdamW on the cross-entropy, with a rate that falls along a cosine.

    Parameters
    ----------
    dim : int
        Channels of the layers.
    depth : int
        Layers.
    n_channels : int
        Numbers at each place; divides the number of features.
    blocks : int
        Of the dimension mixers' block-diagonal maps; divides `dim`.
    expansion : int
        How many times wider dimension mixers are inside.
    causal : bool
        Whether places hear only those before them.
    residual : bool
        A second long convolution in each layer.
    max_iter : int
        Passes over the training data.
    batch_size : int
        Sequences in each step.
    learning_rate, weight_decay : float
        Of AdamW; the rate is the largest one.
    random_state : None, int or numpy.random.RandomState
        Source of randomness, as everywhere in scikit-learn: starting values and orders. With the same one, and as many
        of torch's threads, the same data give the same numbers.

    Attributes
    ----------
    classes_ : array
        Known labels.
    layers_ : list of MixerParams
        What was trained.
    weights_ : dict of str to array
        ``mean``, ``scale``, ``lift``, ``places``, ``head``, ``bias``.
    loss_curve_ : list of float
        Mean cross-entropy in each pass.
    n_params_ : int
        Numbers that were trained.
    n_iter_ : int
        Passes that were made.
    n_features_in_ : int
        Of X.
    """

    def __init__(
        self,
        dim: int = 32,
        depth: int = 2,
        *,
        n_channels: int = 1,
        blocks: int = 4,
        expansion: int = 2,
        causal: bool = False,
        residual: bool = True,
        max_iter: int = 40,
        batch_size: int = 32,
        learning_rate: float = 5e-3,
        weight_decay: float = 1e-2,
        random_state: Any = None,
    ) -> None:
        self.dim = dim
        self.depth = depth
        self.n_channels = n_channels
        self.blocks = blocks
        self.expansion = expansion
        self.causal = causal
        self.residual = residual
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> MonarchMixerClassifier:
        """Train on sequences and their labels.

        Parameters
        ----------
        X : (n, L * n_channels) array-like
            A sequence in each row, place by place.
        y : (n,) array-like
            Labels.

        Raises
        ------
        InvalidInput
            If a parameter is out of its range, or n_channels does not divide the number of features.
        MissingExtra
            Without PyTorch.
        """
        checked, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        encoder = LabelEncoder().fit(labels)
        self.classes_ = encoder.classes_
        channels = as_integer("n_channels", self.n_channels, 1)
        if checked.shape[1] % channels:
            raise InvalidInput(f"n_channels must divide the {checked.shape[1]} features, got {channels}")
        as_flag("causal", self.causal)
        depth, passes = as_integer("depth", self.depth, 1), as_integer("max_iter", self.max_iter, 1)
        size = as_integer("batch_size", self.batch_size, 1)
        rate = as_float("learning_rate", self.learning_rate, 0.0)
        decay = as_float("weight_decay", self.weight_decay, 0.0)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have at least two classes, got 1 class: {self.classes_[0]!r}")
        torch = _torch()
        state = self.random_state
        if not isinstance(state, int | np.integer):
            state = check_random_state(state).randint(0, 2**31 - 1)
        rng = np.random.default_rng(int(state))
        length = checked.shape[1] // channels
        params = [
            MixerParams.random(
                self.dim,
                max(length, 2),
                bidirectional=not self.causal,
                residual=self.residual,
                blocks=self.blocks,
                expansion=self.expansion,
                rng=rng,
            )
            for _ in range(depth)
        ]
        dim = params[0].dim
        start = {
            "lift": rng.standard_normal((channels, dim)) / math.sqrt(channels),
            "places": 0.1 * rng.standard_normal((length, dim)),
            "head": rng.standard_normal((dim, len(self.classes_))) / math.sqrt(dim),
            "bias": np.zeros(len(self.classes_)),
        }
        mean, scale = checked.mean(axis=0), checked.std(axis=0)
        scale[scale == 0] = 1.0
        self.weights_ = {"mean": mean, "scale": scale}
        sequences = torch.tensor(self._standardised(checked), dtype=torch.float32)
        targets = torch.tensor(encoder.transform(labels))
        model = _model(torch, params, start, bool(self.causal))
        self._train(torch, model, sequences, targets, rng, passes, size, rate, decay)
        for name in start:
            self.weights_[name] = getattr(model, name).detach().double().numpy()
        self.layers_ = [layer.params() for layer in model.layers]
        self.n_params_ = sum(parameter.numel() for parameter in model.parameters())
        self.n_iter_ = passes
        return self

    def _train(
        self,
        torch: Any,
        model: Any,
        sequences: Any,
        targets: Any,
        rng: np.random.Generator,
        passes: int,
        size: int,
        rate: float,
        decay: float,
    ) -> None:
        matrices = [p for p in model.parameters() if p.ndim > 1]
        vectors = [p for p in model.parameters() if p.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW(groups, lr=rate)
        steps = passes * -(-len(sequences) // size)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: min(1.0, (step + 1) / (0.05 * steps + 1)) * 0.5 * (1 + math.cos(math.pi * step / steps)),
        )
        self.loss_curve_: list[float] = []
        for _ in range(passes):
            total = 0.0
            order = torch.tensor(rng.permutation(len(sequences)))
            for part in order.split(size):
                loss = torch.nn.functional.cross_entropy(model(sequences[part]), targets[part])
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total += float(loss.detach()) * len(part)
            self.loss_curve_.append(total / len(sequences))

    def _standardised(self, X: Array) -> Array:
        """Sequences (n, L, n_channels)."""
        rows: Array = ((X - self.weights_["mean"]) / self.weights_["scale"]).reshape(len(X), -1, self.n_channels)
        return rows

    def decision_function(self, X: Any) -> Array:
        """Logits: (n, classes), or (n,) of the second class over the first where there are two.

        Parameters
        ----------
        X : (n, L * n_channels) array-like
            Sequences.
        """
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X: Any) -> Array:
        """Probabilities of the classes, (n, classes).

        Parameters
        ----------
        X : (n, L * n_channels) array-like
            Sequences.
        """
        logits = self._logits(X)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: Array = weights / weights.sum(axis=1, keepdims=True)
        return found

    def predict(self, X: Any) -> Array:
        """The likeliest class of each sequence, (n,).

        Parameters
        ----------
        X : (n, L * n_channels) array-like
            Sequences.
        """
        places = self._logits(X).argmax(axis=1)
        found: Array = self.classes_[places]
        return found

    def _logits(self, X: Any) -> Array:
        check_is_fitted(self)
        checked = validate_data(self, X, dtype=np.float64, reset=False)
        parts = [self._logits_of(checked[i : i + 256]) for i in range(0, len(checked), 256)]
        return np.concatenate(parts)

    def _logits_of(self, X: Array) -> Array:
        x = self._standardised(X) @ self.weights_["lift"] + self.weights_["places"]
        for params in self.layers_:
            x = m2(x, params, causal=bool(self.causal)).y
        found: Array = x.mean(axis=1) @ self.weights_["head"] + self.weights_["bias"]
        return found


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("torch is not installed: pip install 'porism-transforms[torch]'") from error
    return torch


def _model(torch: Any, params: list[MixerParams], start: dict[str, Array], causal: bool) -> Any:
    """The network, as a module."""
    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    class Network(torch.nn.Module):  # type: ignore[misc,name-defined,unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(MonarchMixerLayer(one, causal=causal) for one in params)
            for name, value in start.items():
                self.register_parameter(name, torch.nn.Parameter(torch.tensor(value, dtype=torch.float32)))

        def forward(self, sequences: Any) -> Any:
            x = sequences @ self.lift + self.places
            for layer in self.layers:
                x = layer(x)
            return x.mean(1) @ self.head + self.bias

    return Network()
