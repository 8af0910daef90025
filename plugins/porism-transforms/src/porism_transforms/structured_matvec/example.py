"""The worked example: the Fourier transform is a Monarch matrix, and multiplies handwritten digits as one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms._monarch import MonarchMatrix
from porism_transforms.structured_matvec.problem import structured_matvec

__all__ = ["demo", "fourier_factors"]

Array = npt.NDArray[Any]


def fourier_factors(m: int) -> tuple[Array, Array]:
    """Blocks (m, m, m) of two factors whose product is the Fourier transform of m² numbers in transposed order."""
    j, n = np.arange(m), m * m
    small = np.exp(-2j * np.pi * np.outer(j, j) / m)
    twiddles = np.exp(-2j * np.pi * np.outer(j, j) / n)
    # block i transforms numbers i, i + m, …; number q of that, turned by its twiddle, goes to block q of the second
    first = np.stack([twiddles[i][:, None] * small for i in range(m)])
    return first, np.stack([small for _ in range(m)])


def demo(console: Console, picture: Path) -> None:
    """Transform digits by two block-diagonal factors with every solver; draw the matrix and its factors.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from sklearn.datasets import load_digits

    X = load_digits().data
    m = 8
    first, second = fourier_factors(m)
    dealt = X.reshape(-1, m, m).transpose(0, 2, 1).reshape(len(X), -1)  # every eighth number together
    expected = np.fft.fft(X, axis=1)
    matrix = MonarchMatrix(first, second)
    console.print(
        f"{len(X)} digits of {m * m} pixels; the transform as two factors of {m} blocks: "
        f"{matrix.n_params} numbers instead of {m**4}\n"
    )
    table = Table("solver", box=None, pad_edge=False)
    for column in ("operations", "differs from numpy.fft by", "ms"):
        table.add_column(column, justify="right")
    for solver in registry.solvers(problem=structured_matvec):
        solver(first, second, dealt)
        started = time.perf_counter()
        found = solver(first, second, dealt)
        seconds = time.perf_counter() - started
        error = np.abs(found.y - expected).max() / np.abs(expected).max()
        table.add_row(solver.name, f"{found.flops:,}", f"{error:.1e}", f"{1e3 * seconds:.2f}")
    console.print(table)
    back = matrix.solve(expected.T).T
    console.print(f"\nSolving by the blocks brings the digits back to {np.abs(back - dealt).max():.1e}")
    _draw(matrix, first, second, picture)
    console.print(f"\nThe matrix and its factors: {picture.resolve()}", soft_wrap=True)


def _draw(matrix: MonarchMatrix, first: Array, second: Array, picture: Path) -> None:
    from matplotlib import pyplot
    from scipy.linalg import block_diag

    figure, axes = pyplot.subplots(1, 3, figsize=(13, 4.5), layout="constrained")
    shown = {
        "the Fourier matrix, columns dealt out": matrix.to_dense(),
        "first factor": block_diag(*first),
        "second factor": block_diag(*second),
    }
    for ax, (title, values) in zip(axes, shown.items(), strict=True):
        ax.imshow(np.where(values == 0, np.nan, np.angle(values)), cmap="twilight")
        ax.set_title(title, fontsize="medium")
        ax.set_xticks([])
        ax.set_yticks([])
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
