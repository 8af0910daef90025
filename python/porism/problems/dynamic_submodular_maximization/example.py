"""Worked examples: exemplars in a sliding window of digits, and a summary that forgets what is withdrawn.

:func:`demo` is what ``porism demo dynamic-submodular-maximization`` runs; run :func:`summary` with
``python -m porism.problems.dynamic_submodular_maximization.example``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from porism import objectives, registry
from porism.objectives import Objective
from porism.problems.dynamic_submodular_maximization.problem import dynamic_submodular_maximization
from porism.problems.submodular_maximization import lazy_greedy
from porism.problems.submodular_maximization.example import documents, sentences

__all__ = ["demo", "growth", "run_window", "summary"]

K, WINDOW, EPSILON = 10, 300, 0.5


def run_window(solver: Any, f: Objective, k: int, window: int, *, every: int = 25) -> dict[str, Any]:
    """Let all items of `f` slide through a window, and read the solution now and then.

    Parameters
    ----------
    solver : Solver
        Of the problem dynamic-submodular-maximization.
    f : Objective
        What is maximised.
    k, window : int
        How many items are chosen, and live.
    every : int
        Insertions between readings.

    Returns
    -------
    dict
        ``at`` (insertions before each reading), ``values``, ``greedy`` (what lazy greedy reaches then), ``seconds``,
        ``queries_per_update``, ``selector``.
    """
    options = {"epsilon": EPSILON} if "epsilon" in solver.signature.parameters else {}
    selector = solver(f, k, window=window, rng=0, **options)
    at, values, greedy = [], [], []
    seconds = 0.0
    for start in range(0, f.n_items, every):
        started = time.perf_counter()
        selector.insert_many(range(start, min(start + every, f.n_items)))
        value = selector.value()
        seconds += time.perf_counter() - started
        at.append(min(start + every, f.n_items))
        values.append(value)
        greedy.append(lazy_greedy(f, k, candidates=selector.live(), bound="free").value)
    return {
        "at": at,
        "values": np.array(values),
        "greedy": np.array(greedy),
        "seconds": seconds,
        "queries_per_update": selector.stats["queries_per_update"],
        "selector": selector,
    }


def growth(solver: Any, windows: list[int], k: int = K) -> list[float]:
    """Queries per update of random coverage in sliding windows of these widths, once the window is full."""
    found = []
    for window in windows:
        rng = np.random.default_rng(window)
        rows = [rng.integers(0, 5000, rng.integers(1, 20)).tolist() for _ in range(2 * window)]
        options = {"epsilon": EPSILON} if "epsilon" in solver.signature.parameters else {}
        selector = solver(objectives.coverage(rows), k, window=window, items=range(window), rng=0, **options)
        before = selector.stats
        for start in range(window, 2 * window, 8):
            selector.insert_many(range(start, min(start + 8, 2 * window)))
            selector.solution()
        after = selector.stats
        found.append((after["queries"] - before["queries"]) / (after["updates"] - before["updates"]))
    return found


def demo(console: Console, picture: Path) -> None:
    """Keep exemplars of a window of digits with every solver, check the default one by the laws, draw the stream.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from sklearn.datasets import load_digits
    from sklearn.metrics.pairwise import rbf_kernel

    digits = load_digits()
    f = objectives.facility_location(rbf_kernel(digits.data, gamma=1e-3).astype(np.float32), symmetric=True)
    console.print(
        f"scikit-learn's handwritten digits, one after the other through a window of {WINDOW}: {K} exemplars, "
        "read every 25 insertions\n"
    )
    runs = {}
    table = Table("solver", "value / greedy", "worst", "queries per update", "seconds", box=None, pad_edge=False)
    for solver in registry.solvers(problem=dynamic_submodular_maximization):
        done = runs[solver.name] = run_window(solver, f, K, WINDOW)
        ratio = done["values"] / done["greedy"]
        table.add_row(
            registry.name_of(solver),
            f"{ratio.mean():.3f}",
            f"{ratio.min():.3f}",
            f"{done['queries_per_update']:.0f}",
            f"{done['seconds']:.2f}",
        )
    console.print(table)
    assert dynamic_submodular_maximization.default is not None
    name = registry.name_of(dynamic_submodular_maximization.default)
    from porism.problems.submodular_maximization.example import _check

    _check(console, name)
    _draw(runs, digits, picture)
    console.print(f"\nValues along the stream, queries, exemplars: {picture.resolve()}", soft_wrap=True)


def _draw(runs: dict[str, dict[str, Any]], digits: Any, picture: Path) -> None:
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(11, 8), layout="constrained")
    panels: Any = figure.subfigures(2, 1, height_ratios=(1, 3))
    upper, lower = panels
    last = runs["dynamic-submodular"]["selector"].solution()
    upper.suptitle(f"{len(last)} exemplars of the last {WINDOW} digits")
    for item, axes in zip(last, np.atleast_1d(upper.subplots(1, len(last))), strict=True):
        axes.imshow(digits.images[item], cmap="gray_r", interpolation="nearest")
        axes.set_axis_off()
    left, right = lower.subplots(1, 2)
    for name, done in runs.items():
        left.plot(done["at"], done["values"], label=name, linewidth=1.2)
    left.set_xlabel("insertions")
    left.set_ylabel("value")
    left.set_title("along the stream")
    left.legend(fontsize="small")
    windows = [64, 128, 256, 512, 1024, 2048]
    for name in ("dynamic-submodular", "recompute-lazy-greedy"):
        asked = growth(registry.get(f"dynamic-submodular-maximization/{name}"), windows)
        right.loglog(windows, asked, marker=".", label=name)
    right.set_xlabel("window")
    right.set_ylabel("queries per update, read after every 8 insertions")
    right.set_title("random coverage")
    right.legend(fontsize="small")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)


def summary(console: Console, k: int = 6) -> list[list[str]]:
    """Summarise the descriptions of scikit-learn's data sets, and keep the summary as they are withdrawn one by one.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    k : int
        Sentences in the summary.

    Returns
    -------
    list of list of str
        The summary before and after each withdrawal.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = {name: sentences(text) for name, text in documents().items()}
    pool = [(name, sentence) for name, own in texts.items() for sentence in own]
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform([text for _, text in pool])
    f = objectives.feature_based(words, "sqrt")
    solver = registry.get("dynamic-submodular-maximization")
    selector = solver(f, k, items=range(len(pool)), rng=0)
    found = []

    def tell(title: str) -> None:
        chosen = selector.solution().tolist()
        ratio = f"{len(selector)} sentences left, at least {selector.certified_ratio():.0%} of the best summary"
        console.print(f"\n[bold]{title}[/] ({ratio})")
        for item in chosen:
            console.print(f"  {pool[item][0]}: {pool[item][1]}", highlight=False)
        found.append([pool[item][1] for item in chosen])

    tell(f"all {len(texts)} descriptions")
    for gone in list(texts)[:-1]:
        selector.delete_many([item for item, (name, _) in enumerate(pool) if name == gone])
        tell(f"without {gone}")
    return found


if __name__ == "__main__":
    summary(Console())
