"""Pictures of multigraphs: a small frame for each polynomial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import pyplot
from matplotlib.patches import Circle, FancyArrowPatch

from porism_graphs._polynomials.polynomial import GraphPolynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["drawn"]

OUTPUT, SUMMED = "#c44e52", "white"


def drawn(polynomials: Sequence[GraphPolynomial], columns: int = 10) -> Figure:
    """A figure with all of them, outputs filled and numbered by their places."""
    rows = max(1, -(-len(polynomials) // columns))
    figure, frames = pyplot.subplots(
        rows,
        min(columns, max(1, len(polynomials))),
        figsize=(columns, 1.15 * rows),
        squeeze=False,
        layout="constrained",
    )
    for frame in frames.ravel():
        frame.set_axis_off()
    for frame, H in zip(frames.ravel(), polynomials, strict=False):
        _draw(frame, H)
    return figure


def _draw(ax: Axes, H: GraphPolynomial) -> None:
    n = max(H.n_vertices, 1)
    turn = np.pi / 2 + 2 * np.pi * np.arange(n) / n
    where = np.column_stack((np.cos(turn), np.sin(turn))) if n > 1 else np.zeros((1, 2))
    counts = Counter(edge[:2] for edge in H.edges)
    for (r, s), times in counts.items():
        if r == s:
            away = where[r] * (1.28 if n > 1 else 1) + (0 if n > 1 else 0.3)
            ax.add_patch(Circle(tuple(away), 0.27, fill=False, color="0.4"))
            middle = away * 1.2
        else:
            bend = "arc3,rad=0.25" if (s, r) in counts else "arc3"
            style = "-" if H.symmetric else "-|>"
            ends = tuple(where[r]), tuple(where[s])
            arrow = FancyArrowPatch(
                *ends, arrowstyle=style, connectionstyle=bend, mutation_scale=7, shrinkA=4, shrinkB=4, color="0.4"
            )
            ax.add_patch(arrow)
            middle = where[[r, s]].mean(axis=0)
        if times > 1:
            ax.annotate(str(times), tuple(middle), fontsize=6, ha="center", va="center", backgroundcolor="white")
    for v in range(H.n_vertices):
        places = [str(place + 1) for place, output in enumerate(H.outputs) if output == v]
        ax.plot(*where[v], "o", markersize=9, color=OUTPUT if places else SUMMED, markeredgecolor="0.3", zorder=3)
        if len(H.outputs) > 1 and places:
            ax.annotate(
                ",".join(places), tuple(where[v]), fontsize=5, color="white", ha="center", va="center", zorder=4
            )
    ax.set_xlim(-1.7, 1.7)
    ax.set_ylim(-1.7, 1.7)
    ax.set_aspect("equal")
