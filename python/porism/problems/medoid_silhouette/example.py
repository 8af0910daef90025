"""The worked example: how many groups of wines are there?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from porism.problems.medoid_silhouette._plot import plot_silhouettes
from porism.problems.medoid_silhouette.scores import silhouettes
from porism.problems.medoid_silhouette.solvers import dynmsc

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Find the number of groups among scikit-learn's wines, and draw the curve that says so.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot
    from sklearn.datasets import load_wine
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler

    wines = load_wine()
    X = StandardScaler().fit_transform(wines.data)
    console.print(f"scikit-learn's wines: {X.shape[0]} of three growers, {X.shape[1]} measurements each\n")
    result = dynmsc(X, 10, rng=0)
    table = Table("medoids", box=None, pad_edge=False)
    table.add_column("average medoid silhouette", justify="right")
    for k, value in result.curve.items():
        table.add_row(f"{k}{' (best)' if k == len(result.medoids) else ''}", f"{value:.4f}")
    console.print(table)
    agreement = adjusted_rand_score(wines.target, result.labels)
    console.print(f"\n{len(result.medoids)} groups; adjusted Rand index with the growers: {agreement:.2f}")
    figure: Any = pyplot.figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    result.plot(ax=left)
    plot_silhouettes(silhouettes(X, result.labels), result.labels, ax=right)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nThe curve, and the silhouette of every wine: {picture.resolve()}", soft_wrap=True)
