"""The worked example: which cycles, paths and induced patterns a graph network of a given strength can count."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from porism_graphs._drawing import draw_graph
from porism_graphs.motif_count.bench import cycle
from porism_graphs.motif_count.example import MOLECULES, molecule
from porism_graphs.wl_dimension.problem import wl_dimension

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Tabulate dimensions of cycles and paths, and of rings of a molecule with and without labels; draw witnesses.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    table = Table("vertices", *map(str, range(3, 9)), box=None, pad_edge=False)
    paths = [(n, tuple((i, i + 1) for i in range(n - 1))) for n in range(3, 9)]
    cycles = [cycle(n) for n in range(3, 9)]
    table.add_row("cycles", *(str(wl_dimension(pattern).k) for pattern in cycles))
    table.add_row("paths", *(str(wl_dimension(pattern).k) for pattern in paths))
    induced = [str(wl_dimension(pattern, kind="induced").k) for pattern in paths[:4]]
    table.add_row("induced paths", *induced, "…", "…")
    console.print(table)
    adenine = molecule(MOLECULES["adenine"])
    for name, pattern in (("labels", adenine), ("no labels", adenine[:2])):
        console.print(f"adenine as a pattern, with {name}: dimension {wl_dimension(pattern).k}")
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 4), layout="constrained")
    for ax, n in zip(axes, (5, 7, 8), strict=True):
        found = wl_dimension(cycle(n))
        if found.witness is not None:
            shown = found.witness.labelled()
            draw_graph(shown, shown.indptr[1:] * 0, ax=ax)
        ax.set_title(f"a {n}-cycle folds to this: treewidth {found.k}", fontsize="medium")
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
    console.print(f"\nWhat the cycles fold to: {picture.resolve()}", soft_wrap=True)
