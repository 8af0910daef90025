"""Worked examples: prototypes of handwritten digits, of words under edit distance, and of mixed rows under Gower's.

:func:`demo` is what ``porism demo k-medoids`` runs; run :func:`words` and :func:`mixed` with
``python -m porism.problems.k_medoids.example``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from porism import registry
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids

__all__ = ["demo", "edit_distance", "mixed", "words"]

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


def edit_distance(a: str, b: str) -> float:
    """Levenshtein's distance: insertions, deletions and replacements of letters that make `a` into `b`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return float(row[-1])


def words(console: Console, k: int = 12) -> KMedoidsResult:
    """Cluster the names in Python's standard library by their spelling.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    k : int
        Number of groups.

    Returns
    -------
    KMedoidsResult
    """
    import sys

    from porism.problems.k_medoids.solvers import fasterpam

    names = sorted(name for name in sys.stdlib_module_names if not name.startswith("_"))
    result = fasterpam(names, k, metric=edit_distance, rng=0, n_init=5)
    console.print(f"{len(names)} modules of the standard library under edit distance, k = {k}\n")
    for cluster, medoid in enumerate(result.medoids.tolist()):
        own = [names[i] for i in (result.labels == cluster).nonzero()[0] if i != medoid]
        console.print(f"[bold]{names[medoid]}[/]: {', '.join(own[:8])}{' …' if len(own) > 8 else ''}")
    new = "numpy"
    console.print(f"\n{new} belongs to {names[result.medoids[result.predict([new])[0]]]}")
    return result


def mixed(console: Console, k: int = 3) -> KMedoidsResult:
    """Cluster scikit-learn's wines as a table of numbers and categories with holes, under Gower's dissimilarity.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    k : int
        Number of groups.

    Returns
    -------
    KMedoidsResult
    """
    import numpy as np
    import numpy.typing as npt
    from sklearn.datasets import load_wine
    from sklearn.metrics import adjusted_rand_score

    from porism.problems.k_medoids.solvers import fasterpam

    wines = load_wine()
    table: npt.NDArray[Any] = wines.data.astype(object)
    names = list(wines.feature_names)
    hue, alcohol = names.index("hue"), names.index("alcohol")
    table[:, hue] = np.where(wines.data[:, hue] > 1, "blue", "red")  # a category, as a taster would note it
    table[::10, alcohol] = None  # and every tenth was not measured
    result = fasterpam(table, k, metric="gower", rng=0, n_init=5)
    agreement = adjusted_rand_score(wines.target, result.labels)
    console.print(f"\n{len(table)} wines, {len(names)} columns, one of them a category, one with holes, k = {k}")
    console.print(f"medoids: rows {result.medoids.tolist()}; adjusted Rand index with the growers: {agreement:.2f}")
    return result


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


if __name__ == "__main__":
    words(Console())
    mixed(Console())
