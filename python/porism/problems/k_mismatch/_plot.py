"""The picture of a search: hits along the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from porism import optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.k_mismatch.problem import KMismatchResult

__all__ = ["plot"]

BINS = 200


def plot(result: KMismatchResult, ax: Axes | None) -> Axes:
    """Draw a mark for each hit, exact ones at the bottom, over a band that is dark where hits crowd."""
    axes = optional.axes(ax, figsize=(9, 3))
    most = int(result.distances.max()) if len(result) else 0
    crowd, edges = np.histogram(result.positions, bins=BINS, range=(0, max(result.text_length, 1)))
    axes.pcolormesh(edges, [-1.0, -0.6], crowd[None, :], cmap="Greys", vmin=0)
    exact = result.distances == 0
    for chosen, marker, label in ((exact, "D", "exact"), (~exact, "o", "with mismatches")):
        for strand, colour in ((1, "C0"), (-1, "C1")):
            own = chosen & (result.strands == strand)
            if own.any():
                name = label if strand == 1 else f"{label}, other strand"
                axes.scatter(
                    result.positions[own],
                    result.distances[own],
                    s=22,
                    marker=marker,
                    color=colour,
                    label=name,
                    zorder=3,
                )
    axes.set_xlim(0, max(result.text_length, 1))
    axes.set_ylim(-1.1, most + 0.5)
    axes.set_yticks(range(most + 1))
    axes.set_xlabel("position in the text")
    axes.set_ylabel("mismatches")
    axes.set_title(f"{len(result)} hits in {result.text_length} symbols")
    if len(result):
        axes.legend(fontsize="small", loc="upper right")
    return axes
