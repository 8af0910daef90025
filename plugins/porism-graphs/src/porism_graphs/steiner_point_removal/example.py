"""The worked example: the streets of Soho reduced to a few corners."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs._streets import soho
from porism_graphs.steiner_point_removal.problem import MinorResult, steiner_point_removal

__all__ = ["demo"]

CORNERS = 40


def demo(console: Console, picture: Path) -> None:
    """Contract the streets of Soho to 40 places with every solver, say what walks grow by, and draw two.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A, positions = soho()
    corners = np.sort(np.random.default_rng(0).choice(A.shape[0], CORNERS, replace=False))
    console.print(f"Soho: {A.shape[0]} places, reduced to {CORNERS}\n")
    table = Table("solver", box=None, pad_edge=False)
    for column in ("edges", "walks longer, mean", "at most"):
        table.add_column(column, justify="right")
    made: dict[str, MinorResult] = {}
    for solver in registry.solvers(problem=steiner_point_removal):
        options = {"rng": 0} if "rng" in solver.signature.parameters else {}
        result = solver(A, corners, **options)
        ratio = result.stretch(A)[np.triu_indices(CORNERS, 1)]
        name = solver.name
        made[name] = result
        table.add_row(name, str(result.minor.nnz // 2), f"{ratio.mean():.2f}", f"{ratio.max():.2f}")
    console.print(table)
    _draw(made, A, positions, picture)
    console.print(f"\nWhat was contracted: {picture.resolve()}", soft_wrap=True)


def _draw(made: dict[str, MinorResult], A: object, positions: object, picture: Path) -> None:
    from matplotlib import pyplot

    figure, places = pyplot.subplots(1, 2, figsize=(13, 6.5), layout="constrained")
    for ax, (name, result) in zip(places, list(made.items())[:2], strict=True):
        result.plot(A, positions, ax=ax)  # type: ignore[arg-type]
        ax.set_title(f"{name}: walks up to {result.distortion(A):.2f} times as long", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
