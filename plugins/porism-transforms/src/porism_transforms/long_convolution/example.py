"""The worked example: three centuries of sunspots, smoothed by a wide kernel, and a room that is heard and unheard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms._plan import LongConv
from porism_transforms.long_convolution.problem import long_convolution

__all__ = ["demo", "room", "sunspots", "tricube"]

Floats = npt.NDArray[np.float64]
YEARS = (11, 45, 101)
"""Widths of kernels: a solar cycle, several, and about a century."""


def sunspots() -> tuple[Floats, Floats]:
    """Yearly numbers of sunspots from 1700 to 2008, as statsmodels ships them: years and counts."""
    from statsmodels.datasets import sunspots as data

    frame = data.load_pandas().data
    return frame["YEAR"].to_numpy(dtype=np.float64), frame["SUNACTIVITY"].to_numpy(dtype=np.float64)


def tricube(width: int) -> Floats:
    """Weights of a smooth window of that many numbers, summing to 1."""
    at = np.abs(np.linspace(-1, 1, width + 2)[1:-1])
    weights = (1 - at**3) ** 3
    return np.asarray(weights / weights.sum())


def room(n: int, seed: int = 0) -> Floats:
    """A response like that of a room: noise that decays by 60 dB over its length, after a direct sound."""
    response = np.random.default_rng(seed).standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    response[0] = 10.0
    return np.asarray(response / np.linalg.norm(response))


def demo(console: Console, picture: Path) -> None:
    """Smooth the sunspots with every solver and compare with sums; stream a sound through a room.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    years, counts = sunspots()
    channels = np.broadcast_to(counts, (1, len(YEARS), len(counts)))
    kernels = np.zeros((len(YEARS), max(YEARS)))
    for row, width in zip(kernels, YEARS, strict=True):
        row[(max(YEARS) - width) // 2 :][:width] = tricube(width)
    exact = np.array([np.convolve(counts, kernel)[max(YEARS) // 2 :][: len(counts)] for kernel in kernels])
    console.print(f"{len(counts)} years of sunspots, smoothed over {', '.join(map(str, YEARS))} years\n")
    table = Table("solver", box=None, pad_edge=False)
    for column in ("farthest from sums", "seconds"):
        table.add_column(column, justify="right")
    smooth: Any = None
    for solver in registry.solvers(problem=long_convolution):
        started = time.perf_counter()
        smooth = solver(channels, kernels, mode="same")
        seconds = time.perf_counter() - started
        table.add_row(solver.name, f"{np.abs(smooth.y[0] - exact).max():.1e}", f"{seconds:.5f}")
    console.print(table)

    rate, seconds_long = 16_000, 20
    n = rate * seconds_long
    t = np.arange(n) / rate
    chirp = np.sin(2 * np.pi * (100 + 95 * t) * t)
    response = room(2 * rate)
    wanted = registry.get("long-convolution/overlap-add")(chirp[None, None], response[None]).y
    plan = LongConv(rate // 4, 1, kernel_len=len(response)).set_kernel(response[None])
    state, pieces = plan.state(1), []
    started = time.perf_counter()
    for begin in range(0, n, rate // 4):
        y, state = plan.stream(state, chirp[None, None, begin : begin + rate // 4])
        pieces.append(y)
    took = time.perf_counter() - started
    heard = np.concatenate(pieces, axis=2)
    noise = 20 * np.log10(np.linalg.norm(wanted) / np.linalg.norm(heard - wanted))
    console.print(
        f"\nA chirp of {seconds_long} s through a room of {len(response) / rate:.0f} s, streamed by quarters of a second in "
        f"single precision: {took / seconds_long:.4f} of real time, {noise:.0f} dB above its error"
    )
    _draw(years, counts, smooth.y[0], response, heard[0, 0], rate, picture)
    console.print(f"\nThe smoothed sunspots, and the chirp: {picture.resolve()}", soft_wrap=True)


def _draw(
    years: Floats, counts: Floats, smooth: Floats, response: Floats, heard: Floats, rate: int, picture: Path
) -> None:
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5), layout="constrained")
    left.plot(years, counts, color="0.8", linewidth=1, label="counted")
    for width, row in zip(YEARS, smooth, strict=True):
        left.plot(years, row, linewidth=1.5, label=f"over {width} years")
    left.set_xlabel("year")
    left.set_ylabel("sunspots (the ends taper: nothing is known beyond them)")
    left.legend()
    right.specgram(heard, NFFT=512, Fs=rate, noverlap=256, cmap="magma")
    right.set_xlabel("seconds")
    right.set_ylabel("Hz")
    right.set_title(f"a chirp in a room of {len(response)} taps", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
