"""The worked example: pressures in the streets of Soho, by a model that has seen synthetic networks of pores only."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism_graphs.graph_stationary_regression import data
from porism_graphs.graph_stationary_regression.problem import StationaryModel
from porism_graphs.graph_stationary_regression.solvers import cgs, mean, ridge_on_diffused_features

__all__ = ["demo", "networks"]

UPDATES = 200


def networks(count: int, low: int, high: int, rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    """Synthetic networks of pores of `low` to `high` vertices, and their pressures."""
    pairs = [data.pore_network(int(n), rng) for n in rng.integers(low, high + 1, count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def demo(console: Console, picture: Path) -> None:
    """Train on small networks, print how well models do on others, on larger ones and on the streets; draw the
    streets.
    """
    rng = np.random.default_rng(0)
    training = networks(100, 40, 100, rng)
    unseen, larger = networks(20, 40, 100, rng), networks(3, 500, 500, rng)
    streets, pressure, places, pairs = data.street_network()
    console.print(
        f"100 networks of 40 to 100 pores to learn from; {streets.n} crossings and {len(pairs)} streets of Soho to "
        "test on, as pipes of one diameter.\n"
    )
    table = Table("solver", "unseen R²", "500 pores R²", "Soho R²", "seconds", box=None, pad_edge=False)
    fitted: dict[str, StationaryModel] = {}
    started = time.perf_counter()
    fitted["cgs"] = cgs(*training, rng=0, gamma=0.9, gains="softmax", updates=UPDATES, batch_graphs=8)
    seconds = {"cgs": time.perf_counter() - started}
    started = time.perf_counter()
    fitted["ridge"] = ridge_on_diffused_features(*training)
    seconds["ridge"] = time.perf_counter() - started
    fitted["mean"] = mean(*training)
    for name, model in fitted.items():
        scores = [model.score(*graphs) for graphs in (unseen, larger, ([streets], [pressure]))]
        table.add_row(name, *(f"{score:.3f}" for score in scores), f"{seconds.get(name, 0.0):.1f}")
    console.print(table)
    found = fitted["cgs"].fixed_point(streets)
    console.print(
        f"\nThe fixed points of all {found.x.shape[1]} heads in Soho are exact to "
        f"{float(found.error_bound.max()):.1e}, after {int(found.iterations.max())} iterations at most."
    )
    (predicted,) = fitted["cgs"].predict([streets])
    _draw(fitted["cgs"], pressure, predicted, places, pairs, picture)
    console.print(f"\nPressures, exact and predicted, and the training: {picture.resolve()}", soft_wrap=True)


def _draw(
    model: StationaryModel,
    pressure: npt.NDArray[np.float64],
    predicted: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
    pairs: npt.NDArray[np.intp],
    picture: Path,
) -> None:
    from matplotlib import pyplot
    from matplotlib.collections import LineCollection

    figure, axes = pyplot.subplots(1, 3, figsize=(15, 4.6), layout="constrained")
    for ax, values, title in ((axes[0], pressure, "exact pressure"), (axes[1], predicted, "predicted")):
        middle = (values[pairs[:, 0]] + values[pairs[:, 1]]) / 2
        lines = LineCollection(list(places[pairs]), array=middle, cmap="viridis", linewidths=2.5, clim=(0, 1))
        ax.add_collection(lines)
        ax.scatter(*places.T, c=values, cmap="viridis", s=14, vmin=0, vmax=1, zorder=2)
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.set_title(f"{title}, streets of Soho", fontsize="medium")
    figure.colorbar(lines, ax=axes[:2], label="pressure", shrink=0.8)
    model.plot(ax=axes[2])
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
