"""The worked example: two graphs that no message-passing network tells apart, with different numbers of 5-cycles."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from porism_graphs.motif_count.bench import PATTERNS, cycle
from porism_graphs.motif_count.example import molecule
from porism_graphs.wl_certificate.problem import wl_certificate

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Find certificates for several patterns, one of them a ring of a molecule; draw that of the 5-cycle.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    patterns = {
        "triangle": cycle(3),
        "5-cycle": PATTERNS["c5"],
        "path on 4": (4, ((0, 1), (1, 2), (2, 3))),
        "clique of 4": (4, ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))),
        "ring of imidazole": molecule("C1=NC=CN1"),
    }
    table = Table("pattern", "dimension", "vertices", "copies in G", "in H", "verified", box=None, pad_edge=False)
    for name, pattern in patterns.items():
        found = wl_certificate(pattern)
        row = (found.k, found.G[0], found.count_G, found.count_H, found.verify())
        table.add_row(name, *map(str, row))
    console.print(table)
    figure = wl_certificate(patterns["5-cycle"]).plot()
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
    console.print(f"\nTwo graphs that colour refinement takes for equal: {picture.resolve()}", soft_wrap=True)
