"""Drawing small graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, optional
from porism_graphs._labelled import LabelledGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_graph", "spread"]


def spread(graph: LabelledGraph, rounds: int = 200) -> npt.NDArray[np.float64]:
    """Places whose distances are near those in the graph: stress majorisation from a circle (SMACOF, unit weights)."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components, shortest_path

    n = graph.n
    if n == 1:
        return np.zeros((1, 2))
    ones = np.ones(len(graph.indices))
    A = sparse.csr_array((ones, graph.indices.astype(np.int64), graph.indptr), shape=(n, n))
    wanted = shortest_path(A, unweighted=True)
    _, part = connected_components(A, directed=False)
    apart = wanted[np.isfinite(wanted)].max() + 1  # components are so far from one another
    wanted[~np.isfinite(wanted)] = apart
    turn = 2 * np.pi * np.argsort(np.lexsort((wanted[0], part))) / n
    where = np.column_stack((np.cos(turn), np.sin(turn)))
    for _ in range(rounds):
        distance = np.linalg.norm(where[:, None] - where[None], axis=2)
        pull = -np.divide(wanted, distance, out=np.zeros_like(wanted), where=distance > 0)
        np.fill_diagonal(pull, pull.diagonal() - pull.sum(axis=1))
        where = pull @ where / n
    return where


def draw_graph(graph: LabelledGraph, colours: npt.NDArray[Any], *, layout: Any = None, ax: Axes | None = None) -> Axes:
    """Draw a graph with its vertices in the colours that these numbers stand for."""
    where = spread(graph) if layout is None else np.asarray(layout, dtype=np.float64)
    if where.shape != (graph.n, 2):
        raise InvalidInput(f"layout must have shape ({graph.n}, 2), got {where.shape}")
    ax = optional.axes(ax, of="porism-graphs")
    for u, v in graph.edges():
        ax.plot(*where[[u, v]].T, color="0.8", linewidth=0.8, zorder=1)
    names, ranks = np.unique(colours, return_inverse=True)
    size = 260 if graph.n <= 40 else 60
    palette = "tab20" if len(names) <= 20 else "viridis"
    ax.scatter(where[:, 0], where[:, 1], c=ranks, s=size, cmap=palette, edgecolors="0.3", zorder=2)
    if graph.n <= 40:
        for name, (x, y) in zip(colours, where, strict=True):
            ax.annotate(str(name), (x, y), ha="center", va="center", fontsize=7, zorder=3)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax
