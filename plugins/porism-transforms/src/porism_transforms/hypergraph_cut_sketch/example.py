"""The worked example: a karate club, of which nothing can be asked but how many friendships a split would end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console

from porism_transforms.hypergraph_cut_sketch.problem import hypergraph_cut_sketch

__all__ = ["KARATE", "demo"]

KARATE = {
    0: (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31),
    1: (2, 3, 7, 13, 17, 19, 21, 30),
    2: (3, 7, 8, 9, 13, 27, 28, 32),
    3: (7, 12, 13),
    4: (6, 10),
    5: (6, 10, 16),
    6: (16,),
    8: (30, 32, 33),
    23: (25, 27, 29, 32, 33),
    24: (25, 27, 31),
    25: (31,),
    26: (29, 33),
    28: (31, 33),
    **dict.fromkeys((9, 13, 19, 27), (33,)),
    **dict.fromkeys((14, 15, 18, 20, 22, 29, 30, 31), (32, 33)),
    32: (33,),
}
"""Friendships in a karate club before it split (Zachary 1977): neighbours with a higher number."""


def demo(console: Console, picture: Path) -> None:
    """Recover the club's 78 friendships from cuts, and the split that it made.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    pairs = np.array([(u, v) for u, friends in KARATE.items() for v in friends], dtype=np.uint64)

    def cut(sides: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        ends = (sides[:, None, None] >> pairs) & np.uint64(1)
        return np.asarray((ends[..., 0] != ends[..., 1]).sum(axis=1), dtype=np.float64)

    result = hypergraph_cut_sketch(cut, 34, rng=0)
    right = {tuple(map(int, pair)) for pair in pairs} == set(result.edges)
    console.print(
        f"{len(result.edges)} friendships from {result.n_queries} of 2^34 splits, "
        f"{2**34 // result.n_queries} times fewer; all of them right: {right}"
    )
    instructor = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21}
    side = np.uint64(sum(1 << v for v in instructor))
    console.print(f"the split that the club made ended {result.cut(np.array([side]))[0]:.0f} of them")
    figure, ax = pyplot.subplots(figsize=(11, 5), layout="constrained")
    result.plot(ax=ax)
    ax.set_title(f"a karate club's friendships, from {result.n_queries} cuts", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nThe edges: {picture.resolve()}", soft_wrap=True)
