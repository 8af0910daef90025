"""The worked example: sunspots through fewer and fewer frequencies, and what that saves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.frequency_sparse_convolution.problem import frequency_sparse_convolution
from porism_transforms.long_convolution.example import sunspots

__all__ = ["demo"]

Floats = npt.NDArray[np.float64]
FACTORS = (2, 16, 16)
BANDS = (16, 8, 4, 2, 1)
"""How many of the 16 bands of low frequencies are kept."""


def demo(console: Console, picture: Path) -> None:
    """Keep fewer and fewer bands of the spectrum, count the operations, compare with a mask; draw what is left.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    years, counts = sunspots()
    counts = counts[: 512 - 1]
    u, echo = (counts - counts.mean())[None, None], np.array([[1.0]])
    console.print(f"{counts.size} years of sunspots in a transform of {' x '.join(map(str, FACTORS))} points\n")
    table = Table("bands kept", box=None, pad_edge=False)
    for column in (
        "of all frequencies",
        "operations, one side of them",
        "differs from a mask by",
        "what is left of the variance",
    ):
        table.add_column(column, justify="right")
    sparse, dense = (
        registry.get(f"frequency-sparse-convolution/{name}") for name in ("flash-fft-conv-sparse", "masked-fft")
    )
    assert sparse is frequency_sparse_convolution.default
    left: dict[int, Floats] = {}
    for bands in BANDS:
        options: dict[str, Any] = {"factors": FACTORS, "keep": (2, 16, bands), "symmetric": True}
        found, masked = sparse(u, echo, **options), dense(u, echo, **options)
        left[bands] = found.y[0, 0]
        table.add_row(
            f"{bands} of 16",
            f"{found.kept_fraction:.3f}",
            f"{sparse(u, echo, factors=FACTORS, keep=(2, 16, bands)).macs:,}",
            f"{np.abs(found.y - masked.y).max():.1e}",
            f"{found.y.var() / u.var():.3f}",
        )
    console.print(table)
    one_way = sparse(u, echo, factors=FACTORS, keep=(1, 16, 4))
    console.print(
        f"\nHalf of the first digit as well, which is every other frequency: {one_way.macs:,} operations, "
        f"{one_way.kept_fraction:.3f} of the frequencies"
    )
    _draw(years[: counts.size], u[0, 0], left, picture)
    console.print(f"\nWhat the bands hold: {picture.resolve()}", soft_wrap=True)


def _draw(years: Floats, counts: Floats, left: dict[int, Floats], picture: Path) -> None:
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(10, 5), layout="constrained")
    ax.plot(years, counts, color="0.8", linewidth=1, label="counted, less the mean")
    for bands in BANDS[2:]:
        ax.plot(years, left[bands], linewidth=1.4, label=f"{bands} of 16 bands")
    ax.set_xlabel("year")
    ax.set_ylabel("sunspots")
    ax.legend()
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
