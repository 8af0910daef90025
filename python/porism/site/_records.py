"""Recorded benchmarks as pages: a plot, a table and a verdict for every workload."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from porism.bench import Measurement, Record, plot
from porism.bench._table import _check, _mebibytes, _ratio, shown_seconds, verdicts
from porism.site._markdown import code_block, inline, table

__all__ = ["Records", "recorded_part"]

Records = Sequence[Record]


def recorded_part(found: Records, folder: Path) -> str:
    """Markdown about the records; the plots are drawn into `folder`, beside the page."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [(record, workload) for record in found for workload in record.workloads]
    parts = []
    for number, (record, subject) in enumerate(pieces):
        name = subject.name
        picture = folder / f"benchmark-{name}-{number}.svg"
        plot(record, name, picture, size=(8.0, 4.4))
        body = "\n".join(
            (
                f"[![Seconds of every contender on {name}]({picture.name}){{ .plot }}]({picture.name})\n",
                _table(record, name),
                _verdicts(record, name),
                _machine(record),
                code_block(record.command, "sh"),
            )
        )
        summary = f"{name}: {inline(subject.summary)}"
        if len(pieces) > 3:  # many: each behind its title, the first one open
            opened = "???+" if number == 0 else "???"
            indented = "\n".join("    " + line if line else "" for line in body.splitlines())
            parts.append(f'{opened} abstract "{summary.replace(chr(34), chr(39))}"\n\n{indented}\n')
        else:
            parts.append(f"### {summary}\n\n{body}")
    return "\n".join(parts)


def _table(record: Record, workload: str) -> str:
    """Everybody at the largest size."""
    size = record.sizes(workload)[-1]
    subject = next(w for w in record.workloads if w.name == workload)
    rows = []
    for m in sorted(record.group(workload, size), key=lambda m: (not m.ok, m.median if m.ok else 0.0)):
        if m.ok:
            memory = ("" if m.peak_exact else "≤ ") + _mebibytes(m.memory)
            cells = (shown_seconds(m.median), f"{m.spread:.0%}", _ratio(record, m), memory, _check(record, m))
            rows.append((_name(record, m), *map(inline, cells)))
        else:
            rows.append((_name(record, m), m.status, "", "", "", inline(m.message)))
    head = ("contender", "median", "spread", f"vs {record.reference}", "memory", inline(subject.check_name))
    return f"At {subject.unit} = {size}:\n\n" + table(head, rows, right=(1, 2, 3, 4, 5))


def _name(record: Record, m: Measurement) -> str:
    text = inline(m.contender)
    return f"**{text}**" if m.contender == record.reference else text if m.kind == "solver" else f"*{text}*"


def _verdicts(record: Record, workload: str) -> str:
    lines = [line for line in verdicts(record, workload) if line.startswith(_largest(record, workload))]
    return "\n".join(f"- {inline(line)}" for line in lines) + "\n" if lines else ""


def _largest(record: Record, workload: str) -> str:
    subject = next(w for w in record.workloads if w.name == workload)
    return f"{subject.unit} = {record.sizes(workload)[-1]}: "


def _machine(record: Record) -> str:
    machine = record.machine
    load = "" if machine.load is None else f", load {machine.load:g} before it began"
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        inline(
            f"Recorded on {record.date[:10]}: {machine.cpu}, {machine.cores} cores, {machine.isa}, {machine.system}"
            f"{load}; {versions}. {record.repeats} runs each, n_jobs = {record.n_jobs}."
        )
        + "\n"
    )
