"""The worked example: opinions in a karate club, and which friendships decide them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs.contracting_fixed_point.problem import FixedPoint, contracting_fixed_point
from porism_graphs.personalized_pagerank.example import KARATE

__all__ = ["demo", "opinions"]

INSTRUCTOR, OFFICER = 0, 33
SPLIT = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21})
"""Who stayed with the instructor when the club split (Zachary 1977)."""


def opinions(gamma: float = 0.95, **options: Any) -> tuple[FixedPoint, npt.NDArray[np.int64]]:
    """Everyone holds gamma times the mean of what friends hold; instructor and officer insist on +1 and -1 besides.

    Returns
    -------
    found : FixedPoint
        One head.
    edges : (2, 156) int64 array
        Friendships, in both directions.
    """
    pairs = np.array([(u, v) for u, friends in KARATE.items() for v in friends]).T
    edges = np.concatenate((pairs, pairs[::-1]), axis=1)
    bias = np.zeros((34, 1))
    bias[INSTRUCTOR], bias[OFFICER] = 1.0, -1.0
    found = contracting_fixed_point.default(edges, np.ones((edges.shape[1], 1)), bias, gamma=gamma, **options)  # type: ignore[misc]
    return found, edges


def demo(console: Console, picture: Path) -> None:
    """Print who sides with whom, what decides the closest case, and how solvers compare; draw convergence."""
    found, edges = opinions()
    x = found.x[:, 0]
    right = sum((x[v] > 0) == (v in SPLIT) for v in range(34))
    console.print(
        f"Opinions in a karate club: {int(found.iterations[0, 0])} iterations, "
        f"within {float(found.error_bound[0, 0]):.1e} of the fixed point.\n"
        f"Their signs are the sides on which {right} of 34 members were after the split.\n"
    )
    member = min((v for v in range(34)), key=lambda v: abs(x[v]))
    g = np.zeros_like(found.x)
    g[member] = 1.0
    by_gains, _ = found.vjp(g)
    table = Table("listens to", "trust's pull", box=None, pad_edge=False)
    for e in np.argsort(-np.abs(by_gains[:, 0]))[:6]:
        table.add_row(f"{edges[1, e]} → {edges[0, e]}", f"{by_gains[e, 0]:+.4f}")
    console.print(f"Member {member} is nearest to the middle ({x[member]:+.3f}). More trust would pull there:\n")
    console.print(table)
    compared = Table("solver", "iterations", "error ≤", "milliseconds", box=None, pad_edge=False)
    for name in ("picard", "anderson", "gmres", "direct-sparse-lu"):
        solver = registry.get(f"contracting-fixed-point/{name}")
        started = time.perf_counter()
        other = solver(edges, np.ones((edges.shape[1], 1)), found.step(np.zeros_like(found.x)), gamma=0.95)
        took = 1e3 * (time.perf_counter() - started)
        steps, bound = int(other.iterations.max()), float(other.error_bound.max())
        compared.add_row(name, str(steps), f"{bound:.1e}", f"{took:.2f}")
    console.print()
    console.print(compared)
    _draw(found, edges, picture)
    console.print(f"\nConvergence, and the club by opinion: {picture.resolve()}", soft_wrap=True)


def _draw(found: FixedPoint, edges: npt.NDArray[np.int64], picture: Path) -> None:
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 5), layout="constrained")
    rng = np.random.default_rng(0)
    heads = rng.random((edges.shape[1], 12))  # other trusts, as 12 more heads
    contracting_fixed_point(edges, heads, np.repeat(found.step(np.zeros_like(found.x)), 12, axis=1), gamma=0.7).plot(
        ax=left
    )
    left.set_title("12 heads with trusts at random, gamma = 0.7", fontsize="medium")
    x = found.x[:, 0]
    angle = np.linspace(0, 2 * np.pi, 34, endpoint=False)[np.argsort(np.argsort(-x))]
    where = np.column_stack((x, 0.8 * np.sin(7 * angle) * np.abs(x).max()))
    for u, v in edges.T[: edges.shape[1] // 2]:
        right.plot(*where[[u, v]].T, color="0.88", linewidth=0.7, zorder=1)
    colours = ["#4c72b0" if v in SPLIT else "#c44e52" for v in range(34)]
    right.scatter(*where.T, c=colours, s=130, edgecolors="white", zorder=2)
    for v in range(34):
        right.annotate(str(v), where[v], ha="center", va="center", fontsize=6, color="white", zorder=3)
    right.axvline(0, color="0.5", linewidth=0.8)
    right.set_xlabel("opinion; colours: the side after the split")
    right.set_yticks([])
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
