"""The worked example: where to put rescue huts in the hills of Tennessee, so that help is nowhere far on foot."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import TooLarge, registry
from porism.problems.p_median.problem import PMedianResult, p_median

__all__ = ["Hills", "demo", "hills"]

P = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Hills:
    """Terrain, places in it, and how long the way from some of them to all of them takes on foot."""

    elevation: Floats
    """Metres, (rows, columns)."""
    places: Floats
    """(n, 2): kilometres east and south of the corner."""
    sites: npt.NDArray[np.int64]
    """(m,): the places where a hut may stand."""
    minutes: Floats
    """(n, m), in Fortran order: the walk to each place from each site."""


def hills(step: int = 16) -> Hills:
    """The surroundings of the Jacksboro fault, from the elevation model that comes with Matplotlib.

    Walkers go from place to place on a grid, to the neighbours and by knight's moves, at the pace of Tobler's hiking
    function: 6 km/h a little downhill, slower up, and slower down what is steep. So the way back takes another time.

    Parameters
    ----------
    step : int
        Every so manieth point of the model in both directions is a place (they are some 75 by 93 m apart), and every
        second place in both directions may have a hut.

    Returns
    -------
    Hills
    """
    from matplotlib.cbook import get_sample_data
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    loaded: Any = get_sample_data("jacksboro_fault_dem.npz")
    with loaded as model:
        elevation = model["elevation"][::step, ::step].astype(np.float64)
        north = float(model["ymin"])
        across = step * float(model["dx"]) * 111.32 * np.cos(np.radians(north))
        down = step * float(model["dy"]) * 111.13
    rows, columns = elevation.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    height = elevation.ravel() / 1000
    sources, targets, hours = [], [], []
    for south, east in ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (2, -1), (1, -2)):
        a = number[: rows - south, max(0, -east) : columns - max(0, east)].ravel()
        b = number[south:, max(0, east) : columns + min(0, east)].ravel()
        length = float(np.hypot(south * down, east * across))
        for here, there in ((a, b), (b, a)):
            slope = (height[there] - height[here]) / length
            sources.append(here)
            targets.append(there)
            hours.append(length / (6 * np.exp(-3.5 * np.abs(slope + 0.05))))
    n = rows * columns
    ways = csr_array((np.concatenate(hours), (np.concatenate(sources), np.concatenate(targets))), shape=(n, n))
    sites = number[::2, ::2].ravel()
    y, x = np.divmod(np.arange(n), columns)
    return Hills(
        elevation=elevation,
        places=np.column_stack([x * across, y * down]),
        sites=sites.astype(np.int64),
        minutes=60 * dijkstra(ways, indices=sites).T,
    )


def demo(console: Console, picture: Path) -> None:
    """Choose sites for rescue huts with every solver, check the default one by the laws, and draw a map.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    land = hills()
    n, m = land.minutes.shape
    low, high = land.elevation.min(), land.elevation.max()
    console.print(
        f"Jacksboro, Tennessee: {n} places between {low:.0f} and {high:.0f} m; {P} huts at {m} possible sites.\n"
        "How many minutes help needs on foot, in the mean over all places:\n"
    )
    table = Table("solver", box=None, pad_edge=False)
    for column in ("minutes", "worst", "exchanges", "milliseconds"):
        table.add_column(column, justify="right")
    results: dict[str, PMedianResult] = {}
    for solver in registry.solvers(problem=p_median):
        started = time.perf_counter()
        try:
            result = solver(land.minutes, P, rng=0)
        except TooLarge as error:  # somebody else's solver
            console.print(f"{solver.name}: {error}", markup=False)
            continue
        results[solver.name] = result
        took = time.perf_counter() - started
        table.add_row(
            solver.name + (" (proven)" if result.proven else ""),
            f"{result.cost / n:.3f}",
            f"{result.client_costs.max():.1f}",
            str(result.n_swap),
            f"{1000 * took:.1f}",
        )
    console.print(table)
    assert p_median.default is not None
    _check(console, registry.name_of(p_median.default))
    _draw(land, min(results.values(), key=lambda result: result.cost), picture)
    console.print(f"\nThe huts, and who is nearest to which: {picture.resolve()}", soft_wrap=True)


def _check(console: Console, name: str) -> None:
    from porism.conformance import check

    report = check(name, profile="quick")
    tried = sum(outcome.examples for outcome in report.outcomes)
    report.raise_for_failures()
    console.print(f"\n{name}: {len(report.outcomes)} laws checked on {tried} instances: all hold")


def _draw(land: Hills, result: PMedianResult, picture: Path) -> None:
    from matplotlib import pyplot

    figure: Any = pyplot.figure(figsize=(12, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    east, south = land.places[-1]
    left.imshow(land.elevation, cmap="gist_earth", extent=(0, east, south, 0), alpha=0.5, interpolation="bilinear")
    result.plot(land.places, land.places[land.sites], ax=left)
    left.set_xlim(-0.7, east + 0.7)
    left.set_ylim(south + 0.7, -0.7)
    left.set_xlabel("km east")
    left.set_ylabel("km south")
    left.set_title(f"{len(result.sites)} huts, {result.cost / len(land.places):.1f} minutes in the mean")
    result.plot(ax=right)
    right.set_ylabel("minutes")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
