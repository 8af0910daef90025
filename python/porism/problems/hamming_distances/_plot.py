"""The picture of distances along a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from porism import optional
from porism._validation import as_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.hamming_distances.problem import HammingDistancesResult

__all__ = ["plot"]

BINS = 2000
"""Shifts are gathered in so many bins, of which the least, the mean and the largest distance are drawn."""


def plot(result: HammingDistancesResult, k: int | None, ax: Axes | None) -> Axes:
    """Draw the distance profile, with the shifts of at most `k` mismatches marked."""
    if k is not None:
        as_integer("k", k, 0)
    axes = optional.axes(ax, figsize=(9, 3.2))
    rows = np.atleast_2d(result.distances)
    shown = rows.min(axis=0)
    limit = int(shown.min()) if k is None else k
    starts = np.linspace(0, len(shown), min(BINS, len(shown)), endpoint=False).astype(np.int64)
    shifts = starts + result.first_shift
    least, most = np.minimum.reduceat(shown, starts), np.maximum.reduceat(shown, starts)
    mean = np.add.reduceat(shown.astype(np.int64), starts) / np.diff([*starts, len(shown)])
    axes.fill_between(shifts, least, most, color="tab:blue", alpha=0.3, linewidth=0, label="least to most")
    axes.plot(shifts, mean, color="tab:blue", linewidth=0.6, label="mean")
    hits = np.flatnonzero(shown <= limit)
    axes.plot(hits + result.first_shift, shown[hits], "v", color="tab:red", markersize=6, label=f"≤ {limit} mismatches")
    axes.set_xlabel("shift")
    axes.set_ylabel("mismatches")
    axes.set_ylim(bottom=-0.03 * max(1, int(shown.max())))
    axes.set_title(f"{len(hits)} of {len(shown)} shifts with at most {limit} mismatches")
    axes.legend(loc="lower right", fontsize="small")
    return axes
