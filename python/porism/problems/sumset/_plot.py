"""Pictures of sumsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from porism import optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_counts", "plot_density"]

STEMS = 400
"""More different sums than this are drawn as a curve."""


def plot_density(values: npt.NDArray[np.int64], ax: Axes | None) -> Axes:
    """The share of integers that are sums, over the range."""
    axes = optional.axes(ax)
    if len(values):
        edges = np.linspace(float(values[0]), float(values[-1]) + 1.0, min(200, max(2, len(values))) + 1)
        members = np.histogram(values.astype(np.float64), edges)[0]
        axes.stairs(members / np.maximum(1.0, np.diff(edges)), edges, fill=True)
    axes.set_xlabel("sum")
    axes.set_ylabel("share of integers that are sums")
    axes.set_title(f"{len(values)} sums")
    return axes


def plot_counts(
    values: npt.NDArray[np.int64], counts: npt.NDArray[np.uint64], ax: Axes | None, label: str = "sum"
) -> Axes:
    """How often each sum occurs: stems where there are few, the largest of each stretch where there are many."""
    axes = optional.axes(ax)
    if len(values) > STEMS:
        edges = np.linspace(0, len(values), 2 * STEMS + 1).astype(np.intp)[:-1]
        axes.plot(values[edges], np.maximum.reduceat(counts, edges), linewidth=0.8)
    elif len(values):
        axes.vlines(values, 0, counts, linewidth=max(0.5, 150 / len(values) ** 0.9))
    axes.set_xlabel(label)
    axes.set_ylabel("how often")
    axes.set_title(f"{len(values)} different values from {int(counts.sum())} pairs")
    return axes
