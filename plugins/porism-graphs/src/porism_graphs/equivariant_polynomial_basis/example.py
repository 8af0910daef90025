"""The worked example: how many equivariant polynomials there are, and a drawing of some."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from porism_graphs.equivariant_polynomial_basis.solvers import count, molien_burnside, multigraph_enumeration

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Count the polynomials by degree, list them, and draw those with three edges and a value at each node.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    table = Table("X", "values at", *(f"degree {degree}" for degree in range(7)), box=None, pad_edge=False)
    for symmetric in (False, True):
        for output in ("graph", "node", "edge"):
            counts = [count(degree, output, symmetric=symmetric) for degree in range(7)]
            table.add_row("symmetric" if symmetric else "any", output, *map(str, counts))
    console.print("Equivariant polynomials, by molien-burnside: none is listed.\n")
    console.print(table)
    listed = multigraph_enumeration(3, "node", symmetric=True)
    counted = molien_burnside(3, "node", symmetric=True)
    console.print(
        f"\nListed: {len(listed)} of degree 3 for symmetric X with a value at each node; counted {counted.count}."
    )
    figure = listed.plot(most=70)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"Their multigraphs: {picture.resolve()}", soft_wrap=True)
