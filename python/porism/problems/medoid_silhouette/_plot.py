"""Pictures of silhouettes."""

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

    from porism.problems.medoid_silhouette.problem import MedoidSilhouetteResult

__all__ = ["plot_curve", "plot_silhouettes"]


def plot_silhouettes(widths: npt.ArrayLike, labels: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw silhouette widths as Rousseeuw 1987 does: a bar for each object, sorted within its cluster.

    Parameters
    ----------
    widths : (n,) array of float
        What :func:`silhouettes` returns.
    labels : (n,) array of int
        The cluster of each object.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    MissingExtra
        Without Matplotlib: ``pip install 'porism[plot]'``.
    InvalidInput
        If there is not one label for each width.
    """
    values = as_array("widths", widths, ndim=1, dtypes=(np.float64,), promote=np.float64)
    clusters = as_array("labels", labels, ndim=1, dtypes=(np.int64,), promote=np.int64)
    if len(values) != len(clusters):
        raise InvalidInput(f"labels must have a label for each of the {len(values)} widths, got {len(clusters)}")
    axes = optional.axes(ax)
    pyplot: Any = require("matplotlib.pyplot", "plot")
    names = np.unique(clusters)
    colours = pyplot.get_cmap("tab10" if len(names) <= 10 else "tab20")
    start = 0
    for place, cluster in enumerate(names.tolist()):
        own = np.sort(values[clusters == cluster])[::-1]
        rows = np.arange(start, start + len(own))
        axes.barh(rows, own, height=1.0, color=colours(place % colours.N))
        axes.text(-0.02, rows.mean(), f"{cluster} ({len(own)})", ha="right", va="center", fontsize="small")
        start += len(own) + max(1, len(values) // 100)
    axes.axvline(float(values.mean()), color="black", linestyle="--", linewidth=1)
    axes.invert_yaxis()
    axes.set_yticks([])
    axes.set_xlabel("silhouette width")
    axes.set_title(f"{len(names)} clusters, average silhouette {values.mean():.4f}")
    return axes


def plot_curve(result: MedoidSilhouetteResult, ax: Axes | None) -> Axes:
    """The silhouette over k where there are several, over the passes where there is one."""
    axes = optional.axes(ax)
    if len(result.curve) > 1:
        axes.plot(list(result.curve), list(result.curve.values()), marker="o", markersize=4)
        axes.plot(len(result.medoids), result.silhouette, marker="o", markersize=10, fillstyle="none", color="black")
        axes.set_xlabel("number of medoids")
    else:
        axes.plot(result.silhouettes, marker="o", markersize=4)
        axes.set_xlabel("pass")
    axes.set_ylabel("average medoid silhouette")
    axes.set_title(f"{len(result.medoids)} medoids, silhouette {result.silhouette:.4f}")
    return axes
