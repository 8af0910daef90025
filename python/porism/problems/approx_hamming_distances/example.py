"""The worked example: estimates of how far a misremembered passage is from every place of a text."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from porism import registry
from porism.problems.approx_hamming_distances.problem import approx_hamming_distances

__all__ = ["demo"]

EPSILON = 0.2


def demo(console: Console, picture: Path) -> None:
    """Estimate the distances of a passage to Python's documentation with every solver; draw the errors.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    from porism.problems.hamming_distances.example import misremembered, topics

    text = topics()[:20_000]
    pattern, place, exact = misremembered(text, length=1000)
    truth = exact.distances
    console.print(f"{len(text)} letters, a passage of {len(pattern)}, 5 % of it changed; epsilon = {EPSILON}\n")
    table = Table("solver", "within", "mean error", "at the passage", "seconds", box=None, pad_edge=False)
    solvers = registry.solvers(problem=approx_hamming_distances)
    figure = pyplot.figure(figsize=(10, 3.6), layout="constrained")
    panels: Any = figure.subplots(1, len(solvers), sharex=True)
    for axes, solver in zip(panels, solvers, strict=True):
        started = time.perf_counter()
        result = solver(text, pattern, epsilon=EPSILON, rng=0)
        seconds = time.perf_counter() - started
        scale = truth if "relative" in solver.claims else len(pattern)
        error = (result.estimates - truth) / scale
        table.add_row(
            solver.name,
            f"{np.mean(abs(error) <= EPSILON):.1%}",
            f"{np.mean(abs(error)):.1%}",
            f"{result.estimates[place]:.0f} of {truth[place]}",
            f"{seconds:.3f}",
        )
        assert (abs(error) <= EPSILON).all(), f"{solver.name} fails once in 1000 runs, and not with this seed"
        axes.hist(error, bins=40)
        axes.axvspan(-EPSILON, EPSILON, color="tab:green", alpha=0.12)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(solver.name, fontsize=10)
        axes.set_xlabel("error, as a share of " + ("the distance" if "relative" in solver.claims else "the pattern"))
        axes.set_yticks([])
    panels[0].set_ylabel("places of the text")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(table)
    console.print(f"\nThe errors, and what epsilon allows: {picture.resolve()}", soft_wrap=True)
