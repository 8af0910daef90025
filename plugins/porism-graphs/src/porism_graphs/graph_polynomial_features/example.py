"""The worked example: all 1253 graphs of up to seven nodes, and what a linear model sees of their cycles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism_graphs.graph_polynomial_features.solvers import shared_contractions

__all__ = ["atlas", "cycle_counts", "demo", "explained"]

Floats = npt.NDArray[np.float64]


def atlas() -> list[Any]:
    """The graphs of the atlas of Read and Wilson that have a node: 1252, of one to seven nodes."""
    from networkx.generators.atlas import graph_atlas_g

    return [graph for graph in graph_atlas_g() if len(graph)]


def cycle_counts(graph: Any, k: int) -> int:
    """Cycles of length k in a networkx graph, as subgraphs."""
    from networkx import simple_cycles

    return sum(1 for cycle in simple_cycles(graph, k) if len(cycle) == k)


def explained(X: Floats, y: Floats, train: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """R² on the graphs that are not in `train`, of a linear model fitted to those that are; and how many it has right.

    Right is a count that the prediction rounds to.
    """
    design = np.column_stack((np.ones(len(X)), X))
    scale = np.maximum(np.abs(design[train]).max(axis=0), 1e-300)
    weights, *_ = np.linalg.lstsq(design[train] / scale, y[train], rcond=None)
    rest = y[~train] - (design[~train] / scale) @ weights
    spread = ((y[~train] - y[~train].mean()) ** 2).sum()
    return float(1 - (rest @ rest) / spread), float((np.abs(rest) < 0.5).mean())


def demo(console: Console, picture: Path) -> None:
    """Regress counts of triangles and of cycles of five on what message passing computes, and on what it misses.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    graphs = atlas()
    train = np.random.default_rng(0).random(len(graphs)) < 0.5
    every = shared_contractions(graphs, degree=5, missing_for=None, normalise=None)
    missing = shared_contractions(graphs, degree=5, missing_for="mpnn", normalise=None)
    seen = [k for k, H in enumerate(every.polynomials) if H not in missing.polynomials]
    both = every.features
    console.print(
        f"{len(graphs)} graphs of up to seven nodes; half of them to fit a linear model.\n"
        "R² on the others, and the share of them whose count it has right:\n"
    )
    table = Table("target", f"{len(seen)} that mpnn computes", f"{len(missing.polynomials)} that it misses", "both")
    figure, frames = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for frame, (name, k) in zip(frames, (("triangles", 3), ("cycles of five", 5)), strict=True):
        y = np.array([cycle_counts(graph, k) for graph in graphs], dtype=np.float64)
        shares = [explained(X, y, train) for X in (both[:, seen], missing.features, both)]
        table.add_row(name, *(f"{share:.6f}, {right:.1%}" for share, right in shares))
        exact = [right for _, right in shares]
        frame.bar(["mpnn computes", "mpnn misses", "both"], exact, color=["#c44e52", "#4c72b0", "#55a868"])
        frame.set_title(f"{name}: share of graphs counted right", fontsize="medium")
        frame.set_ylim(0, 1.05)
    console.print(table)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nThe same as a picture: {picture.resolve()}", soft_wrap=True)
