"""The worked example: taxicab numbers, sums of two cubes in more than one way."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism.problems.count_3sum.problem import count_3sum

__all__ = ["cubes", "demo", "taxicab"]

LIMIT = 1_000_000

KNOWN = (1729, 4104, 13832, 20683, 32832, 39312, 40033, 46683, 64232, 65728)
"""The first numbers that are sums of two positive cubes in two ways: OEIS A001235."""


def cubes(limit: int) -> npt.NDArray[np.int64]:
    """The positive cubes below `limit`."""
    roots = np.arange(1, int(limit ** (1 / 3)) + 2, dtype=np.int64) ** 3
    return roots[roots < limit]


def taxicab(counts: npt.NDArray[np.int64]) -> list[int]:
    """The numbers with more than one pair of cubes, out of how often each occurs as an ordered sum."""
    twice = np.isin(np.arange(len(counts)), 2 * cubes(len(counts)))  # c³ + c³ is one pair, and occurs once
    return [int(n) for n in np.flatnonzero((counts + twice) // 2 >= 2)]


def demo(console: Console, picture: Path) -> None:
    """Find the taxicab numbers below a million with every solver, check them against the known ones, draw them.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    own = cubes(LIMIT)
    console.print(f"{len(own)} cubes below {LIMIT}; how often is each number a sum of two of them?\n")
    table = Table("solver", "taxicab numbers", "counted by", "seconds", box=None, pad_edge=False)
    found: list[int] = []
    for solver in registry.solvers(problem=count_3sum):
        started = time.perf_counter()
        result = solver(own, own, LIMIT, rng=0)
        seconds = time.perf_counter() - started
        found = taxicab(result.counts)
        assert tuple(found[: len(KNOWN)]) == KNOWN, solver.name
        table.add_row(registry.name_of(solver), str(len(found)), result.method, f"{seconds:.4f}")
    console.print(table)
    console.print(f"\nthe first: {', '.join(map(str, found[:6]))}, …")

    figure = pyplot.figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.step(found, np.arange(1, len(found) + 1), where="post")
    axes.annotate("1729 = 1³ + 12³ = 9³ + 10³", (1729, 1), (60_000, 4), arrowprops={"arrowstyle": "->"})
    axes.set_xlabel("number")
    axes.set_ylabel("sums of two cubes in two ways, so far")
    axes.grid(True, alpha=0.25)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nHow they come: {picture.resolve()}", soft_wrap=True)
