"""Two baselines without gradients: the mean, and a ridge regression on what features diffuse to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism_graphs.graph_stationary_regression._sample import Batch, GraphSample
from porism_graphs.graph_stationary_regression._training import Vector

__all__ = ["MeanPredictor", "RidgePredictor", "diffused", "ridge"]

Floats = npt.NDArray[Any]

ALPHAS = np.geomspace(1e-6, 1e4, 21)
"""Penalties to choose from, relative to the number of rows."""


@dataclass(frozen=True, eq=False)
class MeanPredictor:
    """The mean of all training targets, whatever the graph."""

    mean: float
    level: str

    def predict(self, samples: Sequence[GraphSample]) -> Vector:
        """See Predictor."""
        return np.full(sum(s.n if self.level == "node" else 1 for s in samples), self.mean)

    def flat(self) -> Vector:
        """See Predictor."""
        return np.array([self.mean])


def diffused(batch: Batch, steps: Sequence[float], pooled: str | None) -> Floats:
    """Features that no training makes: those of vertices, of in-edges (mean, largest, least), and their fixed points.

    For each gamma of `steps` the fixed point of x = gamma P x + features, P the mean over in-edges: what a random walk
    gathers, near for small gamma, far for large.
    """
    parts = [batch.node]
    vertices, first = batch.receivers
    for join in (np.add, np.maximum, np.minimum):
        heard = np.zeros((batch.n, batch.edge.shape[1]))
        if len(vertices):
            heard[vertices] = join.reduceat(batch.edge, first, axis=0)
        if join is np.add:
            heard /= np.maximum(np.bincount(batch.into, minlength=batch.n), 1)[:, None]
        parts.append(heard)
    local = np.ascontiguousarray(np.concatenate(parts, axis=1))
    found = [local]
    ones = np.ones((len(batch.into), local.shape[1]))
    for gamma in steps:
        scale = gamma * batch.shares
        found.append(batch.gather.picard(ones, scale, local, None, "infinity", 1e-10, 1_000_000, 1)[0])
    features = np.concatenate(found, axis=1)
    return features if pooled is None else batch.pooled(features, pooled == "mean")


@dataclass(frozen=True, eq=False)
class RidgePredictor:
    """A linear function of diffused features."""

    steps: tuple[float, ...]
    pooled: str | None
    shift: Vector
    factor: Vector
    weights: Vector
    mean: float

    def predict(self, samples: Sequence[GraphSample]) -> Vector:
        """See Predictor."""
        features = diffused(Batch.of(samples, np.float64), self.steps, self.pooled)
        found: Vector = (features - self.shift) / self.factor @ self.weights + self.mean
        return found

    def flat(self) -> Vector:
        """See Predictor."""
        return np.append(self.weights, self.mean)


def ridge(samples: Sequence[GraphSample], y: Vector, steps: tuple[float, ...], pooled: str | None) -> RidgePredictor:
    """Fit it, its penalty chosen by generalized cross-validation (Golub, Heath & Wahba 1979)."""
    features = diffused(Batch.of(samples, np.float64), steps, pooled)
    shift, deviation = features.mean(axis=0), features.std(axis=0)
    factor = np.where(deviation > 1e-12 * np.abs(features).max(axis=0), deviation, 1.0)
    X = (features - shift) / factor
    mean = float(y.mean())
    left, values, right = np.linalg.svd(X, full_matrices=False)
    seen = left.T @ (y - mean)
    best, weights = np.inf, np.zeros(X.shape[1])
    outside = float((y - mean) @ (y - mean) - seen @ seen)
    for alpha in ALPHAS:
        kept = values**2 / (values**2 + alpha * len(y))
        off = max(outside, 0.0) + float((((1 - kept) * seen) ** 2).sum())
        freedom = len(y) - 1 - float(kept.sum())
        score = off / freedom**2 if freedom > 0 else np.inf
        if score < best:
            best = score
            weights = right.T @ (np.divide(kept, values, out=np.zeros_like(values), where=values > 0) * seen)
    return RidgePredictor(steps, pooled, shift, factor, weights, mean)
