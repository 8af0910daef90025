"""The worked example: which features of a fitted model act together, by leaving them out.

A gradient boosting model of 30 features is asked with some of them replaced by their mean: a function of 30 bits, a
billion points. Its largest Walsh coefficients are looked for with an estimated noise, which here is all that is too
small to be told apart, and are put to the test on 100 000 fresh points.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism_transforms.sparse_walsh_hadamard.problem import SparseWHTResult, members
from porism_transforms.sparse_walsh_hadamard.solvers import spright_nso

__all__ = ["ablation", "demo", "learn"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

FRESH = 100_000


def ablation(patient: int = 0) -> tuple[list[str], Callable[[Words], Floats]]:
    """A model of scikit-learn's breast-cancer data, and its log-odds for one patient by which features are kept.

    Parameters
    ----------
    patient : int
        Whose features are kept; others are the mean of all.

    Returns
    -------
    names : list of str
        The 30 features.
    f : callable
        Log-odds of a benign tumour at uint64 points: bit i says whether feature i is kept.
    """
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import GradientBoostingClassifier

    data = load_breast_cancer()
    model = GradientBoostingClassifier(n_estimators=60, max_depth=3, random_state=0).fit(data.data, data.target)
    mean, kept = data.data.mean(axis=0), data.data[patient]

    def f(points: Words) -> Floats:
        bits = (points[:, None] >> np.arange(30, dtype=np.uint64)) & np.uint64(1)
        return np.asarray(model.decision_function(np.where(bits == 1, kept, mean)))

    return [str(name) for name in data.feature_names], f


def learn(f: Callable[[Words], Floats]) -> tuple[SparseWHTResult, float]:
    """The large coefficients of a function of 30 bits, and what they explain of it on fresh points (R²)."""
    import warnings

    from porism_transforms.sparse_walsh_hadamard.problem import NotSparseWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotSparseWarning)  # what is left is measured below
        result = spright_nso(f, 30, b=9, noise_std=None, n_chains=2, max_degree=4, verify=1000, rng=0)
    points = np.random.default_rng(1).integers(0, 1 << 30, FRESH, dtype=np.uint64)
    values = f(points)
    unexplained = np.square(values - result.evaluate(points)).sum() / np.square(values - values.mean()).sum()
    return result, 1.0 - float(unexplained)


def demo(console: Console, picture: Path) -> None:
    """Explain one prediction by single features and by those that act together; draw the spectrum by degree.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    names, f = ablation()
    result, r_squared = learn(f)
    largest = int(result.degrees.max(initial=0))
    console.print(
        f"{len(result.support)} coefficients of up to {largest} features, from {result.n_queries} of 2^30 ablations; "
        f"R² = {r_squared:.4f} on {FRESH} fresh ones\n"
    )
    shapley, banzhaf = result.shapley(), result.banzhaf()
    table = Table("feature", box=None, pad_edge=False)
    for column in ("Shapley value", "Banzhaf value"):
        table.add_column(column, justify="right")
    for i in np.argsort(-np.abs(shapley))[:6]:
        table.add_row(names[i], f"{shapley[i]:+.3f}", f"{banzhaf[i]:+.3f}")
    console.print(table)
    together = Table("act together", "interaction", box=None, pad_edge=False)
    for pair, value in list(result.interactions(2).items())[:6]:
        together.add_row(" × ".join(names[i] for i in pair), f"{value:+.3f}")
    console.print()
    console.print(together)
    _draw(result, names, r_squared, picture)
    console.print(f"\nThe spectrum by degree: {picture.resolve()}", soft_wrap=True)


def _draw(result: SparseWHTResult, names: list[str], r_squared: float, picture: Path) -> None:
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    result.plot(ax=left)
    left.set_title(f"{len(result.support)} coefficients, R² = {r_squared:.3f}", fontsize="medium")
    places, values = result.top(13)
    shown = [(int(k), float(v)) for k, v in zip(places, values, strict=True) if k][:12]
    labels = [" × ".join(names[i] for i in members(k)) for k, _ in shown]
    heights: Any = np.arange(len(shown))
    right.barh(heights, [v for _, v in shown], color="#4c72b0")
    right.set_yticks(heights, labels, fontsize="small")
    right.invert_yaxis()
    right.set_xlabel("coefficient, in log-odds")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
