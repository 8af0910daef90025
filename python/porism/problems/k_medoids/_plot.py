"""Pictures of a clustering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import optional
from porism._validation import as_array
from porism.errors import InvalidInput
from porism.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.k_medoids.problem import KMedoidsResult

__all__ = ["plot"]


def plot(result: KMedoidsResult, X: npt.ArrayLike | None, ax: Axes | None) -> Axes:
    """Draw `result` in the plane of the first two principal components of X, or as sorted dissimilarities."""
    if X is not None:
        points = as_array("X", X, ndim=2, dtypes=[np.float64], promote=np.float64)
        if len(points) != len(result.labels):
            raise InvalidInput(f"X must have the {len(result.labels)} rows that were clustered, got {len(points)}")
    pyplot: Any = require("matplotlib.pyplot", "plot")
    axes = optional.axes(ax)
    colours = pyplot.get_cmap("tab10" if len(result.medoids) <= 10 else "tab20")
    if X is None:
        _curves(result, axes, colours)
    else:
        _plane(result, points, axes, colours)
    axes.set_title(f"{len(result.medoids)} medoids, loss {result.loss:.6g}")
    return axes


def _curves(result: KMedoidsResult, axes: Axes, colours: Any) -> None:
    for cluster in range(len(result.medoids)):
        own = np.sort(result.distances[result.labels == cluster])
        axes.plot(np.linspace(0, 1, len(own)), own, color=colours(cluster % colours.N), label=f"{cluster} ({len(own)})")
    axes.set_xlabel("share of the cluster's objects")
    axes.set_ylabel("dissimilarity to the medoid")
    if len(result.medoids) <= 20:
        axes.legend(title="cluster (size)", fontsize="small")


def _plane(result: KMedoidsResult, points: npt.NDArray[np.float64], axes: Axes, colours: Any) -> None:
    plane = _principal(points)
    axes.scatter(plane[:, 0], plane[:, 1], s=8, c=colours(result.labels % colours.N), linewidths=0)
    medoids = plane[result.medoids]
    face = colours(np.arange(len(medoids)) % colours.N)
    axes.scatter(medoids[:, 0], medoids[:, 1], s=70, c=face, edgecolors="black", linewidths=1.5, zorder=3)
    axes.set_xlabel("first principal component")
    axes.set_ylabel("second principal component")


def _principal(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The coordinates along the first two principal axes; zeros where there are fewer."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    plane = np.zeros((len(points), 2))
    plane[:, : len(axes)] = centred @ axes.T
    return plane
