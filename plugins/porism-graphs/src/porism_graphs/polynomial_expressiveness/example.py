"""The worked example: what architectures compute of the polynomials of simple graphs, and how."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.polynomial_expressiveness.solvers import report, vertex_elimination

__all__ = ["demo"]

ROWS = (("graph", 6), ("node", 6), ("edge", 5))


def demo(console: Console, picture: Path) -> None:
    """Report on three models, and print the program that computes cycles of four at a node.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    table = Table("model", "values at", *(f"degree {d}" for d in range(7)), box=None, pad_edge=False)
    reports, failures = {}, []
    for model in ("mpnn", "ppgn", "3-bank"):
        for output, most in ROWS:
            found = reports[model, output] = report(model, most, output)
            table.add_row(model, output, *(f"{a}/{b}" for a, b in zip(found.expressible, found.totals, strict=True)))
            first = [str(H) for H in found.missing if H.degree == found.first_failure]
            if first:
                failures.append(f"{model}, {output}, degree {found.first_failure}: {'; '.join(first)}")
    console.print("Expressible polynomials of simple graphs, by degree:\n")
    console.print(table)
    console.print("\nFirst failures, as [outputs] edges:", *failures, sep="\n", markup=False)
    square = GraphPolynomial(((0, 1), (1, 2), (2, 3), (0, 3)), (0,), symmetric=True)
    console.print(f"\nHow ppgn computes {square}:\n{vertex_elimination(square, 'ppgn')}", markup=False)
    figure, frames = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for frame, model in zip(frames, ("mpnn", "ppgn"), strict=True):
        reports[model, "node"].plot(ax=frame)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nThe same as a picture: {picture.resolve()}", soft_wrap=True)
