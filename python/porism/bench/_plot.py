"""A record as a picture: time over size, both logarithmic, a line for each contender."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from porism.bench._record import Measurement, Record, load
from porism.errors import InvalidInput
from porism.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot", "replot"]


def plot(record: Record, workload: str, path: str | Path, *, size: tuple[float, float] = (10.0, 5.0)) -> None:
    """Draw one workload of a record into an image file.

    Solid lines are solvers, dashed ones peers; bars reach from the fastest run to the slowest. Contenders whose check
    value differs are drawn hollow. With one size only, the contenders are rows.

    Parameters
    ----------
    record : Record
        The measurements.
    workload : str
        Which of its workloads.
    path : str or Path
        The file; what it ends in says which kind.
    size : (float, float)
        Width and height in inches.

    Raises
    ------
    MissingExtra
        Without Matplotlib.
    """
    require("matplotlib", "plot")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Not through pyplot, which would keep the figure and change the caller's backend.
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    measured = [m for m in record.measurements if m.workload == workload and m.ok]
    if len({m.size for m in measured}) > 1:
        _lines(axes, record, measured)
    else:
        _points(axes, record, measured)
    subject = next(w for w in record.workloads if w.name == workload)
    axes.set_title(f"{record.problem}: {subject.name}\n{subject.summary}", fontsize=10)
    axes.grid(True, which="both", alpha=0.25)
    if len({m.size for m in measured}) > 1:
        axes.set_xlabel(subject.unit)
        axes.set_ylabel("seconds")
    figure.text(0.995, 0.005, f"{record.machine.cpu}, {record.machine.isa}", ha="right", fontsize=6, alpha=0.6)
    figure.savefig(path, dpi=150)


def replot(folder: str | Path) -> list[Path]:
    """Draw every workload of every record in a folder anew, into ``<problem>-<workload>.png`` beside it.

    Returns
    -------
    list of Path
        The pictures. Files that are no records are passed over.

    Raises
    ------
    InvalidInput
        If there is no such folder, or no record in it.
    """
    if not Path(folder).is_dir():
        raise InvalidInput(f"plots: there is no folder {str(folder)!r}")
    drawn = []
    for path in sorted(Path(folder).glob("*.json")):
        try:
            record = load(path)
        except InvalidInput:
            continue
        for workload in record.workloads:
            drawn.append(path.with_name(f"{record.problem}-{workload.name}.png"))
            plot(record, workload.name, drawn[-1])
    if not drawn:
        raise InvalidInput(f"plots: there is no record in {str(folder)!r}")
    return drawn


def _lines(axes: Axes, record: Record, measured: list[Measurement]) -> None:
    from matplotlib import colormaps

    contenders = list(dict.fromkeys(m.contender for m in measured))
    axes.set_prop_cycle(color=colormaps["tab10" if len(contenders) <= 10 else "tab20"].colors)  # type: ignore[attr-defined]
    for contender in contenders:
        runs = sorted((m for m in measured if m.contender == contender), key=lambda m: m.size)
        middle = [m.median for m in runs]
        below = [m.median - min(m.seconds) for m in runs]
        above = [max(m.seconds) - m.median for m in runs]
        look: dict[str, Any] = {"linewidth": 2.5} if contender == record.reference else {"linewidth": 1.2}
        if runs[0].kind == "peer":
            look["linestyle"] = "--"
        if any(record.agrees(m) is False for m in runs):
            look["markerfacecolor"] = "none"
        growth = record.growth(runs[0].workload, contender)
        label = contender if growth is None else f"{contender}  (exponent {growth.exponent:.2f})"
        axes.errorbar([m.size for m in runs], middle, yerr=[below, above], marker="o", capsize=2, label=label, **look)
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = sorted({m.size for m in measured})
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xticks([], minor=True)
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _points(axes: Axes, record: Record, measured: list[Measurement]) -> None:
    """A row for each contender; points, because a bar on a logarithmic axis begins nowhere."""
    runs = sorted(measured, key=lambda m: m.median, reverse=True)
    for place, m in enumerate(runs):
        span = [[m.median - min(m.seconds)], [max(m.seconds) - m.median]]
        axes.errorbar(
            [m.median],
            [place],
            xerr=span,
            capsize=3,
            marker="o" if m.kind == "solver" else "s",
            markersize=9 if m.contender == record.reference else 6,
            color="tab:blue" if m.kind == "solver" else "tab:gray",
            markerfacecolor="none" if record.agrees(m) is False else None,
        )
    axes.set_yticks(range(len(runs)), [m.contender for m in runs], fontsize=7)
    axes.set_ylim(-0.7, max(0, len(runs) - 1) + 0.7)
    if runs:
        axes.set_xscale("log")
    axes.set_xlabel("seconds")
