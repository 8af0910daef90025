"""The worked example: the streets of Soho in quarters that short walks cross few of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs._streets import soho
from porism_graphs.shortcut_partition.problem import ShortcutPartition, low_diameter_shortcut_partition

__all__ = ["demo"]

DELTA = 120.0


def demo(console: Console, picture: Path) -> None:
    """Partition the streets of Soho with every solver; count the quarters that shortest walks cross, and draw two.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A, positions = soho()
    console.print(f"Soho: {A.shape[0]} places on {A.nnz // 2} pieces of street, {A.sum() / 2000:.1f} km\n")
    u, v = np.triu_indices(A.shape[0], 1)
    table = Table("solver", box=None, pad_edge=False)
    for column in ("quarters", "largest radius", "steps for each 120 m, mean", "at most"):
        table.add_column(column, justify="right")
    made: dict[str, ShortcutPartition] = {}
    for solver in registry.solvers(problem=low_diameter_shortcut_partition):
        options = {"rng": 0} if "rng" in solver.signature.parameters else {}
        partition = solver(A, DELTA, **options)
        apart, hops = partition.hops(A, u, v)
        ratio = hops / np.ceil(apart / DELTA)
        name = solver.name
        made[name] = partition
        radius = f"{partition.radii.max():.0f} m"
        table.add_row(name, str(partition.n_clusters), radius, f"{ratio.mean():.2f}", f"{ratio.max():.1f}")
    console.print(table)
    cop = next(partition.cop for partition in made.values() if partition.cop is not None)
    wrong = cop.verify(A, planar=True)
    console.print(f"\n{cop.n_supernodes} supernodes, width {cop.width}; the verifier found {len(wrong)} faults")
    _draw(made, A, positions, picture)
    console.print(f"\nThe quarters: {picture.resolve()}", soft_wrap=True)


def _draw(made: dict[str, ShortcutPartition], A: object, positions: object, picture: Path) -> None:
    from matplotlib import pyplot

    figure, places = pyplot.subplots(1, 2, figsize=(13, 6.5), layout="constrained")
    shown = [name for name in made if name == "buffered-cop"] + [n for n in made if n == "ball-carving"]
    for ax, name in zip(places, shown, strict=True):
        made[name].plot(A, positions, ax=ax)  # type: ignore[arg-type]
        ax.set_title(f"{name}: {made[name].n_clusters} quarters", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
