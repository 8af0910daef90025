"""The worked example: trees that keep the walks of Soho."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs._streets import soho
from porism_graphs.tree_cover.problem import TreeCover, tree_cover

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Cover the streets of Soho with trees, say what walks grow by, and draw four forests.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A, positions = soho()
    console.print(f"Soho: {A.shape[0]} places; some tree keeps each walk, eps = 0.5\n")
    rng = np.random.default_rng(0)
    u, v = (rng.integers(A.shape[0], size=500) for _ in range(2))
    exact = registry.get("distance-oracle/dijkstra")(A).query(u, v)
    table = Table("solver", box=None, pad_edge=False)
    for column in ("trees", "forests", "walks longer, mean", "at most"):
        table.add_column(column, justify="right")
    made: dict[str, TreeCover] = {}
    for solver in registry.solvers(problem=tree_cover):
        cover, name = solver(A), solver.name
        made[name] = cover
        ratio = np.divide(cover.query(u, v), exact, out=np.ones(len(u)), where=exact > 0)
        table.add_row(
            name, str(len(cover.forest_of)), str(cover.n_forests), f"{ratio.mean():.3f}", f"{ratio.max():.2f}"
        )
    console.print(table)
    _draw(next(iter(made.values())), positions, picture)
    console.print(f"\nFour of the forests: {picture.resolve()}", soft_wrap=True)


def _draw(cover: TreeCover, positions: npt.NDArray[np.float64], picture: Path) -> None:
    from matplotlib import pyplot
    from matplotlib.collections import LineCollection

    figure, places = pyplot.subplots(2, 2, figsize=(9, 9), layout="constrained")
    trees = np.bincount(cover.forest_of)
    held = np.bincount(cover.forest_of, weights=np.diff(cover.indptr))
    full = [i for i in np.argsort(-held) if trees[i] > 1]
    for ax, index in zip(places.flat, full[:: max(1, len(full) // 8)][:4], strict=False):
        parents, depth = cover.forest(int(index))
        edges = np.flatnonzero(parents >= 0)
        ax.add_collection(LineCollection(list(np.stack((positions[edges], positions[parents[edges]]), axis=1))))
        roots = np.isfinite(depth) & (parents < 0)
        ax.scatter(*positions[roots].T, s=12, c="black", zorder=3)
        ax.set_title(f"forest {index}: {trees[index]} trees", fontsize="medium")
        ax.set_aspect("equal")
        ax.set_axis_off()
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
