"""The worked example: three centuries of sunspots through a causal map, and what a change in one year changes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms._causal import CausalBasis
from porism_transforms.sequence_mixing.problem import sequence_mixing

__all__ = ["demo"]

Floats = npt.NDArray[np.float64]
CHANGED = 1859
"""The year of the largest solar storm on record, whose count is doubled."""


def sunspots() -> tuple[Floats, Floats]:
    """Yearly numbers of sunspots from 1700 to 2008, as statsmodels ships them: years and standardised counts."""
    from statsmodels.datasets import sunspots as data

    frame = data.load_pandas().data
    counts = frame["SUNACTIVITY"].to_numpy(dtype=np.float64)
    return frame["YEAR"].to_numpy(dtype=np.float64), (counts - counts.mean()) / counts.std()


def demo(console: Console, picture: Path) -> None:
    """Mix the sunspots one way and both ways, with and without bases, and see where a change in one year is heard.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    years, counts = sunspots()
    n = len(counts)
    rng = np.random.default_rng(0)
    decay = np.exp(-np.arange(n) / 20.0)
    one_way, both = rng.standard_normal(n) * decay, rng.standard_normal(2 * n - 1) * np.r_[decay[:0:-1], decay]
    b = CausalBasis.holding(n)
    bases = tuple(CausalBasis.random(b, rng=i) for i in range(3))
    maps: dict[str, tuple[Floats, dict[str, Any]]] = {
        "causal convolution": (one_way, {"causal": True}),
        "causal, random bases": (one_way, {"causal": True, "bases": bases}),
        "bidirectional": (both, {"causal": False}),
    }
    changed = counts.copy()
    changed[years == CHANGED] *= 2
    place = int(np.flatnonzero(years == CHANGED)[0])
    console.print(f"{n} years of sunspots; the count of {CHANGED} is doubled\n")
    table = Table("map", "solver", box=None, pad_edge=False)
    for column in ("changed before", "changed after", "seconds"):
        table.add_column(column, justify="right")
    differences: dict[str, Floats] = {}
    for name, (kernel, options) in maps.items():
        for solver in registry.solvers(problem=sequence_mixing):
            started = time.perf_counter()
            heard = [solver(u[None, :, None], kernel[None], **options).y[0, :, 0] for u in (counts, changed)]
            seconds = (time.perf_counter() - started) / 2
            difference = np.abs(heard[1] - heard[0])
            before, after = difference[:place].max(), difference[place:].max()
            table.add_row(name, solver.name, f"{before:.1e}", f"{after:.1e}", f"{seconds:.4f}")
            if solver is sequence_mixing.default:
                differences[name] = difference
    console.print(table)
    condition = max(basis.condition for basis in bases)
    console.print(
        f"\nMonarch matrices of {b} x {b} blocks; condition of the bases up to {condition:.1f}, so that nothing before "
        f"{CHANGED} changes beyond rounding"
    )
    _draw(years, differences, picture)
    console.print(f"\nWhere the change is heard: {picture.resolve()}", soft_wrap=True)


def _draw(years: Floats, differences: dict[str, Floats], picture: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(differences), 1, figsize=(10, 7), sharex=True, layout="constrained")
    for ax, (name, difference) in zip(axes, differences.items(), strict=True):
        ax.semilogy(years, np.maximum(difference, 1e-17), linewidth=1)
        ax.axvline(CHANGED, color="0.5", linewidth=0.8, linestyle="--")
        ax.set_ylabel("change")
        ax.set_title(name, fontsize="medium")
    axes[-1].set_xlabel(f"year (that of the change, {CHANGED}, is dashed)")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
