"""The worked example: digits read pixel by pixel, and after how many pixels they are known.

The layer is as it is before training; only a linear readout is fitted, at every eighth place one of its own, so that
nothing but NumPy is needed. What the causal layer makes of a place knows the pixels so far, what the bidirectional one
makes of it knows all.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.monarch_mixer_layer.problem import monarch_mixer_layer

__all__ = ["accuracy", "demo", "digits"]

Floats = npt.NDArray[np.float64]
CHANNELS = 32
PLACES = range(7, 64, 8)
"""Ends of rows of pixels, where the layer is read out."""


def digits() -> tuple[Floats, npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The digits that scikit-learn ships, row by row, their labels, and which of them are for training."""
    from sklearn.datasets import load_digits

    found = load_digits()
    train = np.random.default_rng(0).random(len(found.data)) < 0.7
    return found.data / 16.0 - 0.3, found.target, train


def accuracy(features: Floats, labels: npt.NDArray[Any], train: npt.NDArray[np.bool_], penalty: float = 1.0) -> float:
    """The share of the other digits that ridge regression on features of those for training names rightly."""
    mean, spread = features[train].mean(axis=0), features[train].std(axis=0) + 1e-6
    X = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    wanted = np.eye(10)[labels[train]]
    weights = np.linalg.solve(X[train].T @ X[train] + penalty * np.eye(X.shape[1]), X[train].T @ wanted)
    return float(np.mean((X[~train] @ weights).argmax(axis=1) == labels[~train]))


def demo(console: Console, picture: Path) -> None:
    """Read digits by a causal and by a bidirectional layer; draw accuracies by the pixels read, and the filters.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    pixels, labels, train = digits()
    params = MixerParams.random(CHANNELS, 64, bidirectional=True, residual=True, mlp=False, rng=0)
    u = pixels[:, :, None] * np.random.default_rng(1).standard_normal(CHANNELS)
    console.print(f"{len(u)} digits of {u.shape[1]} pixels, a layer before training: {params}\n")
    table = Table("layer", "solver", box=None, pad_edge=False)
    for place in PLACES:
        table.add_column(f"{place + 1} px", justify="right")
    table.add_column("seconds", justify="right")
    shown: dict[str, list[float]] = {}
    result: Any = None
    for name, causal in (("causal", True), ("bidirectional", False)):
        for solver in registry.solvers(problem=monarch_mixer_layer):
            started = time.perf_counter()
            result = solver(u, params, causal=causal)
            seconds = time.perf_counter() - started
            rates = [accuracy(result.y[:, place], labels, train) for place in PLACES]
            table.add_row(name, solver.name, *(f"{rate:.2f}" for rate in rates), f"{seconds:.2f}")
            shown.setdefault(name, rates)
    shown["the pixels themselves"] = [accuracy(pixels[:, : place + 1], labels, train) for place in PLACES]
    table.add_row("the pixels themselves", "", *(f"{rate:.2f}" for rate in shown["the pixels themselves"]), "")
    console.print(table)
    console.print("\nAt its first places the causal layer cannot know what comes; the bidirectional one does.")
    _draw(shown, result, picture)
    console.print(f"\nAccuracies and filters: {picture.resolve()}", soft_wrap=True)


def _draw(shown: dict[str, list[float]], result: Any, picture: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for name, rates in shown.items():
        axes[0].plot([place + 1 for place in PLACES], rates, marker="o", label=name)
    axes[0].set_xlabel("pixels read")
    axes[0].set_ylabel("share of digits known")
    axes[0].legend(fontsize="small")
    result.plot(ax=axes[1])
    axes[1].set_title("long filters before training", fontsize="medium")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
