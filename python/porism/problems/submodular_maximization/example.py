"""A worked example: exemplars of handwritten digits; and real text to summarise.

:func:`demo` is what ``porism demo submodular-maximization`` runs; :func:`documents` and :func:`sentences` are real text
for summaries.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from porism import objectives, registry
from porism.problems.submodular_maximization.problem import SelectionResult, submodular_maximization

__all__ = ["demo", "documents", "sentences"]

K = 20


def demo(console: Console, picture: Path) -> None:
    """Choose exemplars of scikit-learn's digits with every solver, check the default one by the laws, draw its choice.

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
    f = objectives.facility_location(X=X, gamma=1e-3)
    console.print(f"scikit-learn's handwritten digits: {len(X)} images, facility location, k = {K} exemplars\n")
    results: dict[str, tuple[SelectionResult, float]] = {}
    for solver in registry.solvers(problem=submodular_maximization):
        if solver.name in ("brute-force", "double-greedy"):
            continue  # for small instances, and for choosing without a bound on the number
        started = time.perf_counter()
        result = solver(f, K, rng=0)
        results[registry.name_of(solver)] = (result, time.perf_counter() - started)
    table = Table("solver", *(("value", "of the optimum at least", "queries", "seconds")), box=None, pad_edge=False)
    for name, (result, seconds) in sorted(results.items(), key=lambda entry: -entry[1][0].value):
        table.add_row(
            name, f"{result.value:.2f}", f"{result.certified_ratio:.1%}", str(result.queries), f"{seconds:.3f}"
        )
    console.print(table)
    assert submodular_maximization.default is not None
    name = registry.name_of(submodular_maximization.default)
    _check(console, name)
    _draw(results[name][0], digits, picture)
    console.print(f"\nThe exemplars of {name}: {picture.resolve()}", soft_wrap=True)


def _check(console: Console, name: str) -> None:
    from porism.conformance import check

    report = check(name, profile="quick")
    tried = sum(outcome.examples for outcome in report.outcomes)
    console.print(f"\n{name}: {len(report.outcomes)} laws checked on {tried} instances", end="")
    console.print(": all hold" if report.ok else "")
    for outcome in report.failures:
        console.print(f"  {outcome.law} fails: {outcome.message}\n{outcome.code}", markup=False)
    report.raise_for_failures()


def _draw(result: SelectionResult, digits: Any, picture: Path) -> None:
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(11, 7.5), layout="constrained")
    panels: Any = figure.subfigures(2, 1, height_ratios=(1, 1.8))
    upper, lower = panels
    upper.suptitle(f"{len(result.ranking)} exemplars of {len(digits.target)} handwritten digits, in order of choice")
    for item, axes in zip(result.ranking, np.ravel(upper.subplots(2, K // 2)), strict=True):
        axes.imshow(digits.images[item], cmap="gray_r", interpolation="nearest")
        axes.set_axis_off()
    left, right = lower.subplots(1, 2)
    result.plot(digits.data, ax=left)
    result.plot(ax=right)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)


DATA_SETS = ("breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine")


def documents() -> dict[str, str]:
    """The descriptions of scikit-learn's data sets, by name."""
    from sklearn import datasets

    return {name: getattr(datasets, f"load_{name}")().DESCR for name in DATA_SETS}


def sentences(text: str) -> list[str]:
    """The sentences of a description that are prose: no tables, headings or references."""
    text = re.split(r"References|Source URL", text)[0]
    flat = re.sub(r"\s+", " ", re.sub(r"^[^a-zA-Z]*$|^[ .:*|=-]*$", "", text, flags=re.MULTILINE))
    found = (sentence.strip() for sentence in re.split(r"(?<=[a-z)][.!?]) (?=[A-Z])", flat))
    return [
        s
        for s in found
        if 8 <= len(s.split()) <= 45 and s[0].isupper() and not re.search(r"[:=|*_]{2}|http|ISBN|pp\.", s)
    ]
