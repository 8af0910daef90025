"""Pictures of who is served from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import optional
from porism._validation import as_array
from porism.errors import InvalidInput
from porism.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.p_median.problem import PMedianResult

__all__ = ["plot"]


def plot(result: PMedianResult, clients: npt.ArrayLike | None, sites: npt.ArrayLike | None, ax: Axes | None) -> Axes:
    """Draw `result` as a map, or, without places, as sorted costs."""
    here, there = _places(result, clients, sites)
    pyplot: Any = require("matplotlib.pyplot", "plot")
    axes = optional.axes(ax)
    colours = pyplot.get_cmap("tab10" if len(result.sites) <= 10 else "tab20")
    place = {site: position for position, site in enumerate(result.sites.tolist())}
    slots = np.array([place[site] for site in result.assignment.tolist()], dtype=np.intp)
    if here is None or there is None:
        _curves(result, slots, axes, colours)
    else:
        _map(here, there[result.sites], slots, axes, colours)
    axes.set_title(f"{len(result.sites)} sites, cost {result.cost:.6g}")
    return axes


Places = npt.NDArray[np.float64] | None


def _places(result: PMedianResult, clients: npt.ArrayLike | None, sites: npt.ArrayLike | None) -> tuple[Places, Places]:
    if clients is None:
        if sites is not None:
            raise InvalidInput("clients must be places too where sites are, got None")
        return None, None
    here = as_array("clients", clients, ndim=2, dtypes=[np.float64], promote=np.float64)
    n = len(result.assignment)
    if here.shape != (n, 2):
        raise InvalidInput(f"clients must hold a place for each of the {n} clients, ({n}, 2), got shape {here.shape}")
    there = here if sites is None else as_array("sites", sites, ndim=2, dtypes=[np.float64], promote=np.float64)
    last = int(result.sites.max())
    if there.shape[1] != 2 or len(there) <= last:
        what = "clients (as sites is None)" if sites is None else "sites"
        raise InvalidInput(f"{what} must hold a place for each site, up to {last} at least, got shape {there.shape}")
    return here, there


def _curves(result: PMedianResult, slots: npt.NDArray[np.intp], axes: Axes, colours: Any) -> None:
    for slot, site in enumerate(result.sites.tolist()):
        own = np.sort(result.client_costs[slots == slot])
        axes.plot(np.linspace(0, 1, len(own)), own, color=colours(slot % colours.N), label=f"{site} ({len(own)})")
    axes.set_xlabel("share of the site's clients")
    axes.set_ylabel("cost")
    if len(result.sites) <= 20:
        axes.legend(title="site (clients)", fontsize="small")


def _map(
    clients: npt.NDArray[np.float64],
    chosen: npt.NDArray[np.float64],
    slots: npt.NDArray[np.intp],
    axes: Axes,
    colours: Any,
) -> None:
    from matplotlib.collections import LineCollection

    shades = colours(slots % colours.N)
    axes.add_collection(
        LineCollection(list(np.stack([clients, chosen[slots]], axis=1)), colors=shades, linewidths=0.4, alpha=0.5)
    )
    axes.scatter(clients[:, 0], clients[:, 1], s=8, c=shades, linewidths=0)
    face = colours(np.arange(len(chosen)) % colours.N)
    axes.scatter(chosen[:, 0], chosen[:, 1], s=80, c=face, marker="s", edgecolors="black", linewidths=1.2, zorder=3)
    axes.set_aspect("equal")
