"""The worked example: the layers of a network that reads digits, by Monarch matrices and by others as small."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.structured_matrix_approximation.problem import structured_matrix_approximation

__all__ = ["accuracy", "demo", "finetuned", "trained"]

Array = npt.NDArray[Any]


def trained(seed: int = 0) -> tuple[Any, tuple[Array, Array, Array, Array]]:
    """A network 64 - 64 - 64 - 10 that scikit-learn has trained on its digits, and the digits: train, test, labels."""
    from sklearn.datasets import load_digits
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    digits = load_digits()
    split = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.3, random_state=seed, stratify=digits.target
    )
    network = MLPClassifier((64, 64), max_iter=80, random_state=seed, learning_rate_init=3e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(split[0], split[2])
    return network, tuple(split)


def accuracy(network: Any, layers: list[Array], X: Array, y: Array) -> float:
    """The share of digits that the network reads rightly with its two hidden layers replaced."""
    hidden = X
    for weights, bias in zip([*layers, network.coefs_[2]], network.intercepts_, strict=True):
        last = weights.shape[1] == 10
        hidden = hidden @ weights + bias if last else np.maximum(hidden @ weights + bias, 0)
    return float(np.mean(network.classes_[hidden.argmax(axis=1)] == y))


def finetuned(network: Any, layers: list[Array], split: tuple[Array, ...], seed: int = 0) -> float:
    """The accuracy after the last layer alone has been fitted again, to what the replaced ones make of the digits."""
    from sklearn.linear_model import LogisticRegression

    def features(X: Array) -> Array:
        for weights, bias in zip(layers, network.intercepts_[:2], strict=True):
            X = np.maximum(X @ weights + bias, 0)
        return X

    head = LogisticRegression(max_iter=2000, random_state=seed).fit(features(split[0]), split[2])
    return float(head.score(features(split[1]), split[3]))


def demo(console: Console, picture: Path) -> None:
    """Replace both hidden layers by every structure, and let the network read the digits it was not trained on.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    network, split = trained()
    _, X, _, y = split
    dense = network.coefs_[:2]
    console.print(
        f"Two layers of 64 x 64 read {len(y)} digits with accuracy {accuracy(network, dense, X, y):.3f}; "
        "replaced by layers of a quarter of the parameters, and the last layer fitted again:\n"
    )
    table = Table("structure", box=None, pad_edge=False)
    for column in ("parameters", "relative errors", "accuracy", "last layer fitted"):
        table.add_column(column, justify="right")
    drawn = []
    for solver in registry.solvers(problem=structured_matrix_approximation):
        results = [solver(weights.T, blocks=8) for weights in dense]
        layers = [result.matrix.to_dense().T for result in results]
        table.add_row(
            solver.name,
            str(sum(result.n_params for result in results)),
            ", ".join(f"{result.relative_error:.3f}" for result in results),
            f"{accuracy(network, layers, X, y):.3f}",
            f"{finetuned(network, layers, split):.3f}",
        )
        drawn.append((solver.name, results[1]))
    console.print(table)
    _draw(dense[1].T, drawn, picture)
    console.print(f"\nThe second layer, and what stands for it: {picture.resolve()}", soft_wrap=True)


def _draw(dense: Array, drawn: list[tuple[str, Any]], picture: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 1 + len(drawn), figsize=(4 * (1 + len(drawn)), 4.4), layout="constrained")
    most = float(np.abs(dense).max())
    axes[0].imshow(dense, cmap="RdBu", vmin=-most, vmax=most)
    axes[0].set_title(f"trained, {dense.size} parameters", fontsize="medium")
    for ax, (name, result) in zip(axes[1:], drawn, strict=True):
        result.plot(ax=ax)
        ax.set_xlabel(name)
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
