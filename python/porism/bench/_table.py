"""A record as tables for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from porism._validation import _bytes
from porism.bench._record import Measurement, Ratio, Record, Subject

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table

__all__ = ["render", "shown_seconds", "verdicts"]


WIDE = 108
"""Columns from which on a table has room for the limit and the growth; below, they are told in words."""


def render(record: Record) -> RenderableType:
    """Tables for a terminal: one for each workload, with growth exponents and the verdict over each peer's best form.

    Parameters
    ----------
    record : Record
        What :func:`porism.bench.run` returned or :func:`porism.bench.load` read.
    """
    return _Tables(record)


class _Tables:
    """Tables that know how wide they may be when they are printed."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        record, wide = self._record, options.max_width >= WIDE
        for workload in record.workloads:
            yield Text(f"{record.problem}: {workload.name}", style="bold")
            yield Text(workload.summary, style="dim")
            yield _table(record, workload, wide)
            yield from (Text(line, style="dim") for line in _remarks(record, workload, wide))
            yield from (Text(line) for line in verdicts(record, workload.name))
            yield Text("")
        yield from (Text(line, style="dim") for line in _machine(record))


def _table(record: Record, workload: Subject, wide: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    limited = wide and any(m.limit_seconds for m in record.measurements if m.workload == workload.name)
    growing = wide and len(record.sizes(workload.name)) > 1
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0))
    table.add_column(workload.unit, justify="right", no_wrap=True)
    table.add_column("contender", overflow="fold", min_width=12)
    titles = ["median", "spread", f"vs {record.reference}", "memory", workload.check_name]
    for title in (*titles, *(["vs limit"] if limited else []), *(["growth"] if growing else [])):
        # Some check values are long: they wrap, so that the contenders' names do not have to give way.
        table.add_column(title, justify="right", no_wrap=title != workload.check_name, overflow="fold")
    for size in record.sizes(workload.name):
        group = [m for m in record.group(workload.name, size) if m.ok]
        shown, name = str(size), ""
        for m in group:
            best = any(m is peer for solver in group for peer, _ in record.best_peers(solver))
            style = (
                "bold" if m.contender == record.reference else "" if m.kind == "solver" else "cyan" if best else "dim"
            )
            if m.form and m.name != name:  # the forms of a peer stand below its name
                table.add_row(shown, Text(m.name))
                shown = ""
            cells = [
                shown,
                f"  {m.form}" if m.form else m.contender,
                shown_seconds(m.median),
                f"{m.spread:.0%}",
                _ratio(record, m),
                ("" if m.peak_exact else "≤ ") + _mebibytes(m.memory),
                _check(record, m),
            ]
            if limited:
                cells.append(_times(m.distance) if math.isfinite(m.distance) else "")
            if growing:
                growth = record.growth(workload.name, m.contender)
                cells.append(f"{workload.unit}^{growth.exponent:.2f}" if growth and size == growth.sizes[-1] else "")
            table.add_row(*(Text(cell) for cell in cells), style=style)
            shown, name = "", m.name
    return table


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.3g} MiB" if size < 1000 << 20 else _bytes(size)


def _ratio(record: Record, m: Measurement) -> str:
    """Against the reference; for the peer of another solver, against that one."""
    opponent = record.find(*m.group, record.reference)
    if m.kind == "peer" and record.reference not in m.of:
        opponent = next((found for name in m.of if (found := record.find(*m.group, name)) is not None), None)
    ratio = None if opponent is None else record.ratio(m, opponent)
    if opponent is None or ratio is None:
        return ""
    if ratio.same_result is False:
        return "other result"
    of = "" if opponent.contender == record.reference else f" {opponent.contender}"
    return f"{_times(ratio.median)}{of}"


def _check(record: Record, m: Measurement) -> str:
    first = m.checks[0]
    text = first if isinstance(first, str) else f"{first:.8g}"
    return f"{text} ≠" if record.agrees(m) is False else text


def _remarks(record: Record, workload: Subject, wide: bool) -> list[str]:
    lines = []
    grown = {name: record.growth(workload.name, name) for name in record.contenders(workload.name)}
    exponents = {name: growth for name, growth in grown.items() if growth is not None}
    if exponents and not wide:
        lines.append(
            "growth: " + ", ".join(f"{name} {workload.unit}^{g.exponent:.2f}" for name, g in exponents.items())
        )
    if any(growth.note for growth in exponents.values()):
        lines.append("growth: exponents from 2 sizes only say little")
    for m in record.measurements:
        if m.workload == workload.name and not m.ok:
            lines.append(f"{workload.unit} = {m.size}: {m.contender} {m.status}: {m.message}")
    for m in record.measurements:
        if m.workload == workload.name and m.limit and m.contender == record.reference:
            lines.append(
                f"{workload.unit} = {m.size}: limit of {m.contender}: {shown_seconds(m.limit_seconds)}, {m.limit}"
            )
    notes = {m.contender: m.note for m in record.measurements if m.workload == workload.name and m.note}
    lines += [f"{contender}: {note}" for contender, note in notes.items()]
    lines += [f"{workload.unit} = {n.size}: {n.text}" for n in record.notes if n.workload == workload.name]
    return lines


def _limit(m: Measurement) -> str:
    distance = f", {_times(m.distance)} off" if math.isfinite(m.distance) else ""
    return f"{shown_seconds(m.limit_seconds)}{distance}: {m.limit}"


def verdicts(record: Record, workload: str) -> list[str]:
    """A line for each size, solver and peer: how it compares with the peer's best form that came to the same result."""
    unit = next((w.unit for w in record.workloads if w.name == workload), "n")
    lines = []
    for size in record.sizes(workload):
        for m in record.group(workload, size):
            if m.kind == "solver" and m.ok:
                lines += [
                    f"{unit} = {size}: {m.contender} {_faster(ratio)} {peer.name} in its best form ({peer.form})"
                    for peer, ratio in record.best_peers(m)
                ]
    return lines


def _faster(ratio: Ratio) -> str:
    """How the solver does, from the ratio of the peer's time to the solver's."""
    if ratio.median >= 1:
        return f"is {_times(ratio.median)} as fast ({_times(ratio.low)}–{_times(ratio.high)}) as"
    return f"takes {_times(1 / ratio.median)} as long ({_times(1 / ratio.high)}–{_times(1 / ratio.low)}) as"


def _times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 99.5 else f"{ratio:.1f}×" if ratio >= 9.95 else f"{ratio:.2f}×"


def shown_seconds(seconds: float) -> str:
    """``1.23 s``, ``45.6 ms``, ``7.89 µs``."""
    if math.isnan(seconds):
        return ""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1 or unit == "µs":
            value = seconds * factor
            return f"{value:.0f} {unit}" if value >= 99.5 else f"{value:.3g} {unit}"
    raise AssertionError


def _machine(record: Record) -> list[str]:
    machine = record.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    bandwidth = f", {machine.bandwidth / 1e9:.1f} GB/s from memory" if machine.bandwidth else ""
    load = "" if machine.load is None else f", load {machine.load:g} before"
    return [
        f"{machine.cpu}, {machine.cores} cores, {machine.isa}{bandwidth}, {machine.system}{load}",
        versions,
        f"{record.date}, {record.repeats} runs each, n_jobs = {record.n_jobs}, seed {record.seed}",
        record.command,
    ]
