"""The worked example: Waring's problem. How many squares, or cubes, does a number need?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

__all__ = ["demo", "needed"]

Ints = npt.NDArray[np.int64]


def needed(power: int, limit: int) -> Ints:
    """How many positive integers' powers each number below `limit` is a sum of, at least.

    Returns
    -------
    (limit,) int64 array
        0 for 0, 1 for the powers themselves, and so on.
    """
    from porism.problems.k_fold_sumset import powering

    roots = np.arange(int(limit ** (1 / power)) + 2, dtype=np.int64) ** power
    powers = roots[roots < limit]  # 0 among them: sums of k powers are sums of fewer too
    least = np.full(limit, -1, dtype=np.int64)
    k = 0
    while (least < 0).any():
        found = powering(powers, k, hi=limit).values
        least[found[least[found] < 0]] = k
        k += 1
    return least


def demo(console: Console, picture: Path) -> None:
    """Check Lagrange's and Legendre's theorems below 100 000, find the numbers that need nine cubes, draw the shares.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    limit = 100_000
    squares = needed(2, limit)
    assert squares.max() == 4, "Lagrange 1770: four squares are enough"
    odd = np.arange(1, limit)
    while (odd % 4 == 0).any():
        odd[odd % 4 == 0] //= 4
    assert (np.flatnonzero(squares == 4) == np.flatnonzero(odd % 8 == 7) + 1).all(), "Legendre 1798: 4^a(8b + 7)"
    console.print(f"below {limit}: four squares are enough, and {int((squares == 4).sum())} numbers, all 4^a(8b + 7), ")
    console.print("need as many; the theorems of Lagrange and Legendre\n")
    cubes = needed(3, limit)
    nine = np.flatnonzero(cubes == 9).tolist()
    eight = np.flatnonzero(cubes == 8).tolist()
    assert nine == [23, 239], "Dickson 1939"
    assert len(eight) == 15, "below 454, and nowhere else: Landau, Dickson, Siksek"
    assert max(eight) == 454
    console.print(
        f"nine cubes are needed by {nine[0]} and {nine[1]} alone, eight by {len(eight)} numbers up to {eight[-1]}"
    )

    figure = pyplot.figure(figsize=(9, 3.6), layout="constrained")
    panels: Any = figure.subplots(1, 2)
    for axes, least, name in zip(panels, (squares, cubes), ("squares", "cubes"), strict=True):
        ks = np.arange(1, least.max() + 1)
        axes.bar(ks, [(least == k).sum() for k in ks], color="tab:blue")
        axes.set_yscale("log")
        axes.set_xticks(ks)
        axes.set_xlabel(f"{name} needed")
        axes.set_ylabel(f"numbers below {limit}")
        axes.grid(True, axis="y", alpha=0.25)
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nHow many need how many: {picture.resolve()}", soft_wrap=True)
