"""The worked example: the karate club, refined round by round."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs._drawing import spread
from porism_graphs._labelled import as_labelled
from porism_graphs.personalized_pagerank.example import karate_club
from porism_graphs.weisfeiler_leman.problem import weisfeiler_leman

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Refine the colours of a karate club's members with every solver; draw them round by round.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    club = karate_club()
    table = Table("solver", box=None, pad_edge=False)
    for column in ("k", "rounds", "colours", "seconds"):
        table.add_column(column, justify="right")
    for solver in registry.solvers(problem=weisfeiler_leman):
        for k in (1, 2):
            started = time.perf_counter()
            result = solver(club, k)
            seconds = time.perf_counter() - started
            row = (str(k), str(result.rounds), str(result.histogram.shape[1]), f"{seconds:.4f}")
            table.add_row(registry.name_of(solver), *row)
    console.print(table)
    layout = spread(as_labelled("club", club))
    figure, axes = pyplot.subplots(1, 3, figsize=(15, 5), layout="constrained")
    for rounds, ax in enumerate(axes, 1):
        coloured = weisfeiler_leman(club, 1, rounds=rounds)
        coloured.plot(club, layout=layout, ax=ax)
        ax.set_title(f"{coloured.histogram.shape[1]} colours after round {rounds}", fontsize="medium")
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
    console.print(f"\nMembers who look alike after one, two and three rounds: {picture.resolve()}", soft_wrap=True)
