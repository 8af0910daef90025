"""The worked example: roles in a karate club, by polynomials of its friendships with a value at each member."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs.equivariant_polynomial_evaluation.bench import node_polynomials
from porism_graphs.equivariant_polynomial_evaluation.problem import equivariant_polynomial_evaluation
from porism_graphs.personalized_pagerank.example import karate_club

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Evaluate all polynomials up to degree 5 with a value at each node, by every solver; draw members by their roles.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A = karate_club().astype(np.int64)
    H = [one for one in node_polynomials() if one.connected and one.degree]
    console.print(f"A karate club: {A.shape[0]} members, {A.nnz // 2} friendships; {len(H)} connected polynomials\n")
    table = Table("solver", box=None, pad_edge=False)
    for column in ("contractions", "seconds"):
        table.add_column(column, justify="right")
    values = None
    for solver in registry.solvers(problem=equivariant_polynomial_evaluation):
        if "oracle" in solver.tags:
            continue
        try:
            started = time.perf_counter()
            result = solver(H, A)
        except ImportError as error:
            console.print(f"{solver.name}: {error}")
            continue
        table.add_row(solver.name, str(result.n_products), f"{time.perf_counter() - started:.3f}")
        assert values is None or np.array_equal(values, result.values), f"{solver.name} has other values"
        values = result.values
    console.print(table)
    assert values is not None
    profile = np.log1p(values.astype(np.float64))
    profile -= profile.mean(axis=1, keepdims=True)
    _, sizes, members = np.linalg.svd(profile, full_matrices=False)
    console.print(f"\nTwo directions explain {sizes[:2].dot(sizes[:2]) / sizes.dot(sizes):.1%} of the logarithms.")
    _draw(members[:2] * sizes[:2, None], values[[one.degree == 1 for one in H]][0], picture)
    console.print(f"Members by their roles: {picture.resolve()}", soft_wrap=True)


def _draw(where: npt.NDArray[Any], degrees: npt.NDArray[Any], picture: Path) -> None:
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(8, 5), layout="constrained")
    drawn = ax.scatter(where[0], where[1], c=degrees, s=180, cmap="YlOrRd", edgecolors="0.4")
    for member, (x, y) in enumerate(where.T):
        ax.annotate(str(member), (x, y), ha="center", va="center", fontsize=7)
    figure.colorbar(drawn, ax=ax, label="friends")
    ax.set_xlabel("first direction of log(1 + values)")
    ax.set_ylabel("second")
    ax.set_title("members with the same role lie together", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
