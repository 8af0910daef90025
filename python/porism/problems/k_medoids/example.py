"""The worked example: ten prototypes of handwritten digits, by every solver there is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from porism import registry
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids

__all__ = ["demo"]

K = 10


def demo(console: Console, picture: Path) -> None:
    """Cluster scikit-learn's digits with every k-medoids solver, check the default one by the laws, draw its medoids.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    X = digits.data
    console.print(f"scikit-learn's handwritten digits: {X.shape[0]} images of {X.shape[1]} pixels, k = {K} medoids\n")
    results: dict[str, tuple[KMedoidsResult, float]] = {}
    for solver in registry.solvers(problem=k_medoids):
        started = time.perf_counter()
        result = solver(X, K, rng=0)
        results[registry.name_of(solver)] = (result, time.perf_counter() - started)
    console.print(_table(results))
    assert k_medoids.default is not None
    name = registry.name_of(k_medoids.default)
    _check(console, name)
    best = results[name][0]
    _draw(best, digits, picture)
    console.print(f"\nThe medoids of {name}, and the clusters they stand for: {picture.resolve()}", soft_wrap=True)


def _table(results: dict[str, tuple[KMedoidsResult, float]]) -> Table:
    slowest = max(seconds for _, seconds in results.values())
    table = Table("solver", box=None, pad_edge=False)
    for column in ("loss", "swaps", "passes", "seconds", "times faster than the slowest"):
        table.add_column(column, justify="right")
    for name, (result, seconds) in sorted(results.items(), key=lambda row: row[1][1]):
        table.add_row(
            name,
            f"{result.loss:.1f}",
            str(result.n_swap),
            str(result.n_iter),
            f"{seconds:.3f}",
            f"{slowest / seconds:.1f}",
        )
    return table


def _check(console: Console, name: str) -> None:
    from porism.conformance import check

    report = check(name, profile="quick")
    tried = sum(outcome.examples for outcome in report.outcomes)
    console.print(f"\n{name}: {len(report.outcomes)} laws checked on {tried} instances", end="")
    console.print(": all hold" if report.ok else "")
    for outcome in report.failures:
        console.print(f"  {outcome.law} fails: {outcome.message}\n{outcome.code}", markup=False)
    report.raise_for_failures()


def _draw(result: KMedoidsResult, digits: Any, picture: Path) -> None:
    from matplotlib import pyplot
    from sklearn.metrics import adjusted_rand_score

    agreement = adjusted_rand_score(digits.target, result.labels)
    figure = pyplot.figure(figsize=(11, 7.5), layout="constrained")
    panels: Any = figure.subfigures(2, 1, height_ratios=(1, 2.2))
    upper, lower = panels
    upper.suptitle(
        f"{K} medoids of {len(digits.target)} handwritten digits "
        f"(adjusted Rand index with the true digits: {agreement:.2f})"
    )
    for cluster, axes in enumerate(upper.subplots(1, K)):
        medoid = result.medoids[cluster]
        axes.imshow(digits.images[medoid], cmap="gray_r", interpolation="nearest")
        axes.set_title(f"{(result.labels == cluster).sum()} objects", fontsize="small")
        axes.set_xlabel(f"a {digits.target[medoid]}, row {medoid}", fontsize="small")
        axes.set_xticks([])
        axes.set_yticks([])
    left, right = lower.subplots(1, 2)
    result.plot(digits.data, ax=left)
    result.plot(ax=right)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
