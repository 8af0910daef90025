"""The worked example: how far it is from anywhere to anywhere in Soho."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs._streets import soho
from porism_graphs.distance_oracle.problem import distance_oracle

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Ask every oracle for all distances in Soho, and draw how far the answers are off by distance.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A, _ = soho()
    n = A.shape[0]
    console.print(f"Soho: {n} places; all {n * (n - 1) // 2} walks, eps = 0.25\n")
    u, v = np.triu_indices(n, 1)
    table = Table("solver", box=None, pad_edge=False)
    for column in ("bytes for each place", "µs for each walk", "too long, mean", "at most"):
        table.add_column(column, justify="right")
    answers: dict[str, npt.NDArray[np.float64]] = {}
    true = registry.get("distance-oracle/dijkstra")(A).query(u, v)
    for solver in registry.solvers(problem=distance_oracle):
        oracle, name = solver(A, eps=0.25), solver.name
        started = time.perf_counter()
        answers[name] = oracle.query(u, v)
        took = (time.perf_counter() - started) / len(u)
        off = answers[name] / true - 1
        size = f"{oracle.nbytes / n:.0f}"
        table.add_row(name, size, f"{took * 1e6:.2f}", f"{off.mean():.2%}", f"{off.max():.2%}")
    console.print(table)
    _draw({name: found / true - 1 for name, found in answers.items()}, true, picture)
    console.print(f"\nErrors by distance: {picture.resolve()}", soft_wrap=True)


def _draw(errors: dict[str, npt.NDArray[np.float64]], true: npt.NDArray[np.float64], picture: Path) -> None:
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    chosen = np.random.default_rng(0).choice(len(true), min(4000, len(true)), replace=False)
    for name, off in errors.items():
        if off.max() > 1e-6:
            ax.scatter(true[chosen], np.maximum(off[chosen], 0), s=3, label=name, alpha=0.5)
    ax.axhline(0.25, color="0.4", linewidth=0.8, linestyle="--")
    ax.set(xlabel="metres", ylabel="answer over distance, less one", ylim=(-0.01, 1))
    ax.legend()
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
