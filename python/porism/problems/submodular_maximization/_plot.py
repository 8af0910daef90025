"""Pictures of a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import optional
from porism._validation import as_array
from porism.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.submodular_maximization.problem import SelectionResult

__all__ = ["plane", "plot"]


def plot(result: SelectionResult, X: Any, ax: Axes | None) -> Axes:
    """Draw `result` as a curve of values, or its items among the rows of X."""
    points = None
    if X is not None:
        points = as_array("X", X, ndim=2, dtypes=[np.float64], promote=np.float64)
        if len(result.ranking) and len(points) <= int(result.ranking.max()):
            raise InvalidInput(f"X must have a row for every item, got {len(points)} rows")
    axes = optional.axes(ax)
    if points is None:
        start = result.value - float(result.gains.sum())
        values = start + np.concatenate([[0.0], np.cumsum(result.gains)])
        axes.plot(np.arange(len(values)), values, marker="." if len(values) < 60 else None)
        axes.axhline(result.upper_bound, color="grey", linestyle="--", linewidth=1)
        axes.annotate("no choice is worth more", (0, result.upper_bound), va="bottom", fontsize="small", color="grey")
        axes.set_xlabel("items chosen")
        axes.set_ylabel("value")
    else:
        flat = plane(points)
        chosen = flat[result.ranking]
        axes.scatter(flat[:, 0], flat[:, 1], s=6, color="lightgrey", linewidths=0)
        axes.scatter(chosen[:, 0], chosen[:, 1], s=60, facecolors="none", edgecolors="tab:red", linewidths=1.5)
        for place, at in enumerate(chosen[:50], 1):
            axes.annotate(str(place), (float(at[0]), float(at[1])), fontsize="x-small", ha="center", va="center")
        axes.set_xlabel("first principal component")
        axes.set_ylabel("second principal component")
    axes.set_title(f"{len(result.ranking)} items, at least {result.certified_ratio:.1%} of the optimum")
    return axes


def plane(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The coordinates along the first two principal axes; zeros where there are fewer."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    flat = np.zeros((len(points), 2))
    flat[:, : len(axes)] = centred @ axes.T
    return flat
