"""The worked example: which years' sunspots a year is like, by attention, and what reading them costs by length."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.attention.problem import attention
from porism_transforms.sequence_mixing.example import sunspots

__all__ = ["demo", "forecasts"]

Floats = npt.NDArray[np.float64]
PAST = 22
"""Years that a year is known by: about two solar cycles."""


def forecasts(counts: Floats, solver: Any, sharpness: float) -> Floats:
    """For each year from the year `2 * PAST` on what followed the years that were like the one before it, and no later.

    Query and key of a year are the counts up to it, its value the count of the next year; a key of which the value is
    not known yet is that of a later place, which causal attention does not hear.
    """
    windows = np.lib.stride_tricks.sliding_window_view(counts, PAST)[:-1]
    keys = (windows[:-1] - windows.mean()) / windows.std()
    queries = (windows[1:] - windows.mean()) / windows.std()
    values = np.zeros_like(keys)
    values[:, 0] = counts[PAST : PAST + len(keys)]
    # exp(-sharpness |q - k|²) is exp(2 sharpness q·k - sharpness |k|²), but for what the normalisation takes away:
    # a further channel carries the last term, and the root that scores are divided by is multiplied in
    root = np.sqrt(PAST + 1)
    ones = np.ones((len(keys), 1))
    q = np.hstack([2 * sharpness * root * queries, -sharpness * root * ones])
    k = np.hstack([keys, (keys**2).sum(axis=1, keepdims=True)])
    v = np.hstack([values, 0 * ones])
    found: Floats = solver(q[None], k[None], v[None], causal=True).y[0, :, 0]
    return found[PAST:]


def demo(console: Console, picture: Path) -> None:
    """Foretell each year's sunspots by the years that were like those before it; time both solvers by length.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    years, counts = sunspots()
    solver = attention.default
    assert solver is not None
    at = years[2 * PAST + 1 :]
    truth, last = counts[2 * PAST + 1 :], counts[2 * PAST : -1]
    console.print(f"{len(at)} years of sunspots, each foretold from those before it alone (standardised counts)\n")
    table = Table("by", box=None, pad_edge=False)
    table.add_column("root mean square error", justify="right")
    shown = {}
    for name, found in {
        "the year before": last,
        "the mean of all years": forecasts(counts, solver, 0.0),
        "attention, sharpness 0.2": forecasts(counts, solver, 0.2),
        "attention, sharpness 1": forecasts(counts, solver, 1.0),
    }.items():
        table.add_row(name, f"{np.sqrt(np.mean((found - truth) ** 2)):.3f}")
        shown[name] = found
    console.print(table)
    console.print("\nMilliseconds by length (64 channels, four heads, single precision)\n")
    timing = Table("solver", box=None, pad_edge=False)
    lengths = (256, 512, 1024, 2048)
    for length in lengths:
        timing.add_column(str(length), justify="right")
    rng = np.random.default_rng(0)
    for one in registry.solvers(problem=attention):
        cells = []
        for length in lengths:
            q, k, v = rng.standard_normal((3, 1, length, 64), dtype=np.float32)
            started = time.perf_counter()
            one(q, k, v, n_heads=4)
            cells.append(f"{1e3 * (time.perf_counter() - started):.1f}")
        timing.add_row(one.name, *cells)
    console.print(timing)
    _draw(at, truth, shown, picture)
    console.print(f"\nWhat was foretold: {picture.resolve()}", soft_wrap=True)


def _draw(years: Floats, truth: Floats, shown: dict[str, Floats], picture: Path) -> None:
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(10, 4), layout="constrained")
    ax.plot(years, truth, color="0.6", linewidth=3, label="counted")
    for name in ("attention, sharpness 1", "attention, sharpness 0.2"):
        ax.plot(years, shown[name], linewidth=1, label=name)
    ax.set_xlabel("year")
    ax.set_ylabel("standardised count")
    ax.legend(fontsize="small")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
