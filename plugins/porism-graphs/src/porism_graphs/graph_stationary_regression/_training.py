"""Fitting: standardised features and targets, batches of graphs, Adam; and what is left of it, a predictor."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from porism import ComputationError, InvalidInput
from porism_graphs.graph_stationary_regression._layers import Adam
from porism_graphs.graph_stationary_regression._networks import Network
from porism_graphs.graph_stationary_regression._sample import Batch, GraphSample

__all__ = ["NetworkPredictor", "Predictor", "Scaling", "Settings", "Vector", "train"]

Floats = npt.NDArray[Any]
Vector = npt.NDArray[np.float64]

CHUNK = 200_000
"""Edges of the graphs that are predicted side by side."""


class Predictor(Protocol):
    """What a fit leaves behind."""

    def predict(self, samples: Sequence[GraphSample]) -> Vector:
        """A number for each vertex, or for each graph, in one array."""

    def flat(self) -> Vector:
        """Everything that was learned, as one vector."""


@dataclass(frozen=True)
class Settings:
    """How a network is trained."""

    updates: int
    batch_graphs: int
    lr: float
    schedule: str
    dtype: str


@dataclass(frozen=True, eq=False)
class Scaling:
    """Shifts and factors, of the training graphs, that bring features and targets to mean 0 and deviation 1."""

    node: tuple[Vector, Vector]
    edge: tuple[Vector, Vector]
    target: tuple[float, float]

    @classmethod
    def of(cls, samples: Sequence[GraphSample], y: Vector) -> Scaling:
        """Those of the training set; what is constant is only shifted, and an only feature that is 1 stays 1."""
        found = []
        for name in ("node_feat", "edge_feat"):
            rows = np.concatenate([getattr(sample, name) for sample in samples])
            shift, factor = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
            if len(rows):
                largest = np.abs(rows).max(axis=0, initial=0)
                deviation = _deviation(rows)
                varies = deviation > 1e-12 * largest
                shift, factor = np.where(varies, rows.mean(axis=0), 0.0), np.where(varies, deviation, 1.0)
            found.append((shift, factor))
        spread = float(_deviation(y))
        return cls(found[0], found[1], (float(y.mean()), spread if spread > 1e-12 * float(np.abs(y).max()) else 1.0))

    def batch(self, samples: Sequence[GraphSample], dtype: Any) -> Batch:
        """Graphs side by side, their features scaled."""
        batch = Batch.of(samples, np.float64)
        node, edge = ((part - s[0]) / s[1] for part, s in ((batch.node, self.node), (batch.edge, self.edge)))
        return replace(batch, node=node.astype(dtype), edge=edge.astype(dtype))


def _deviation(rows: Vector) -> Any:
    """The standard deviation of columns, in powers of two that their squares do not leave the range of."""
    unit = np.ldexp(1.0, np.frexp(np.abs(rows).max(axis=0))[1])
    return (rows / unit).std(axis=0) * unit


@dataclass(frozen=True, eq=False)
class NetworkPredictor:
    """A trained network, in float64."""

    network: Network
    scaling: Scaling

    def predict(self, samples: Sequence[GraphSample]) -> Vector:
        """See :class:`Predictor`."""
        found, part, size = [], [], 0
        for place, sample in enumerate(samples):
            part.append(sample)
            size += sample.m + sample.n
            if size > CHUNK or place == len(samples) - 1:
                y, _ = self.network.forward(self.scaling.batch(part, np.float64))
                found.append(y[:, 0] * self.scaling.target[1] + self.scaling.target[0])
                part, size = [], 0
        return np.concatenate(found)

    def flat(self) -> Vector:
        """See :class:`Predictor`."""
        return np.concatenate([p.ravel() for p in self.network.parameters])

    def changed(self, flat: Vector) -> NetworkPredictor:
        """The same network with other parameters."""
        made = copy.deepcopy(self)
        _fill(made.network, flat)
        return made

    def loss(self, samples: Sequence[GraphSample], y: Vector) -> tuple[float, Vector]:
        """Mean squared error of the standardised targets, and its gradient by all parameters."""
        network = copy.deepcopy(self.network)
        for gradient in network.gradients:
            gradient.fill(0)
        batch = self.scaling.batch(samples, np.float64)
        predicted, cache = network.forward(batch)
        off = predicted[:, 0] - (y - self.scaling.target[0]) / self.scaling.target[1]
        network.backward(batch, cache, (2 / len(off) * off)[:, None])
        return float((off * off).mean()), np.concatenate([g.ravel() for g in network.gradients])


def _fill(network: Network, flat: Vector) -> None:
    place = 0
    for p in network.parameters:
        p[...] = flat[place : place + p.size].reshape(p.shape)
        place += p.size


def train(
    make: Callable[[Any], Network],
    samples: list[GraphSample],
    y: Vector,
    level: str,
    settings: Settings,
    rng: np.random.Generator,
    progress: Callable[[int, int, float], object] | None,
) -> tuple[NetworkPredictor, Vector]:
    """Fit a network that `make` makes for a dtype; the predictor, and the loss of every update."""
    dtype = np.dtype(settings.dtype)
    network, scaling = make(dtype), Scaling.of(samples, y)
    goal = ((y - scaling.target[0]) / scaling.target[1]).astype(dtype)
    ends = np.cumsum([0, *(sample.n if level == "node" else 1 for sample in samples)])
    adam = Adam(network.parameters, settings.lr)
    history = np.zeros(settings.updates)
    size = min(settings.batch_graphs, len(samples))
    queue: list[int] = []
    whole = scaling.batch(samples, dtype) if size == len(samples) else None
    for t in range(settings.updates):
        if len(queue) < size:
            queue += rng.permutation(len(samples)).tolist()
        chosen, queue = queue[:size], queue[size:]
        if whole is not None:
            batch, wanted = whole, goal
        else:
            batch = scaling.batch([samples[i] for i in chosen], dtype)
            wanted = np.concatenate([goal[ends[i] : ends[i + 1]] for i in chosen])
        with np.errstate(over="ignore", invalid="ignore"):  # what diverges is told below
            predicted, cache = network.forward(batch)
            off = predicted[:, 0] - wanted
            history[t] = float((off * off).mean())
        if not np.isfinite(history[t]):
            raise ComputationError(f"training diverged at update {t} with lr={settings.lr:g}: the loss is {history[t]}")
        factor = 1.0 if settings.schedule == "constant" else 0.5 * (1 + np.cos(np.pi * t / settings.updates))
        with np.errstate(over="ignore", invalid="ignore"):
            network.backward(batch, cache, (off * off.dtype.type(2 / len(off)))[:, None])
            adam.update(network.gradients, factor)
        network.project()
        if progress is not None:
            progress(t + 1, settings.updates, history[t])
    fitted = make(np.dtype(np.float64))
    if len(fitted.parameters) != len(network.parameters):
        raise InvalidInput("encoder must make the same parameters every time, got others the second time")
    _fill(fitted, np.concatenate([p.ravel() for p in network.parameters]).astype(np.float64))
    return NetworkPredictor(fitted, scaling), history
