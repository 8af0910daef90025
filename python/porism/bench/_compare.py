"""Two records beside each other, and the recorded ones of a project."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from porism._problem import Problem
from porism._validation import as_float
from porism.bench._record import Record, load
from porism.bench._table import shown_seconds, verdicts
from porism.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Change", "compare", "digest", "recorded", "refresh", "render_changes"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One contender in two records.

    Attributes
    ----------
    workload, size, contender : str, int, str
        What was measured twice.
    old, new : float
        Medians in seconds.
    verdict : str
        ``"slower"`` or ``"faster"`` if the medians differ by more than the threshold *and* the runs of the two records
        do not overlap, ``"same"`` otherwise; ``"broken"`` or ``"repaired"`` if only the old or the new one ran to
        the end.
    """

    workload: str
    size: int
    contender: str
    old: float
    new: float
    verdict: str

    @property
    def ratio(self) -> float:
        """New time over old."""
        return self.new / self.old


def compare(old: Record, new: Record, *, threshold: float = 1.1) -> list[Change]:
    """What became slower or faster between two records; the worst first.

    Peers measured in both tell whether the machine changed: if they became slower too, it did.

    Parameters
    ----------
    old, new : Record
        Of the same problem.
    threshold : float
        The ratio of medians that counts as a change.

    Raises
    ------
    InvalidInput
        If the records are of different problems.
    """
    if old.problem != new.problem:
        raise InvalidInput(f"new must be a record of {old.problem!r}, got one of {new.problem!r}")
    threshold = as_float("threshold", threshold, 1.0)
    changes = []
    for before in old.measurements:
        after = new.find(before.workload, before.size, before.contender)
        if after is None or not (before.ok or after.ok):
            continue
        verdict = "same"
        if before.ok != after.ok:
            verdict = "broken" if before.ok else "repaired"
        elif after.median > before.median * threshold and min(after.seconds) > max(before.seconds):
            verdict = "slower"
        elif before.median > after.median * threshold and min(before.seconds) > max(after.seconds):
            verdict = "faster"
        changes.append(
            Change(
                workload=before.workload,
                size=before.size,
                contender=before.contender,
                old=before.median,
                new=after.median,
                verdict=verdict,
            )
        )
    order = ["broken", "slower", "same", "faster", "repaired"]
    return sorted(changes, key=lambda change: (order.index(change.verdict), -change.ratio))


def render_changes(changes: list[Change]) -> RenderableType:
    """A table for a terminal of what :func:`compare` found."""
    from rich.table import Table

    table = Table("workload", "size", "contender", "old", "new", "new/old", "verdict", box=None, pad_edge=False)
    styles = {"broken": "red", "slower": "red", "faster": "green", "repaired": "green"}
    for change in changes:
        table.add_row(
            change.workload,
            str(change.size),
            change.contender.replace("[", r"\["),
            shown_seconds(change.old),
            shown_seconds(change.new),
            f"{change.ratio:.2f}" if change.ratio == change.ratio else "",
            change.verdict,
            style=styles.get(change.verdict, ""),
        )
    return table


def recorded(problem: Problem[..., Any], solver: str | None = None, folder: str | Path | None = None) -> list[str]:
    """What the recorded benchmarks say about a problem or one of its solvers, a line for each recorded workload.

    Parameters
    ----------
    problem : Problem
        Whose records.
    solver : str, optional
        Only lines about this solver.
    folder : str or Path, optional
        Where the records are. By default ``benchmarks`` in the working directory, where there are any of this problem;
        else what the problem's package brings along of its own, in ``recorded.json`` beside its bench module.
    """
    told = digest(problem, Path("benchmarks") if folder is None else Path(folder))
    if not told and folder is None:
        told = _brought_along(problem)
    return told.get(OVERVIEW if solver is None else solver, [])


OVERVIEW = ""
"""The key of the lines about the solver that the others are compared with."""

DIGEST = "recorded.json"
"""What a package brings along of its records: ``{problem: {solver: [line, …]}}``."""


def digest(problem: Problem[..., Any], folder: Path) -> dict[str, list[str]]:
    """The lines about every solver in the records of `folder`, by its name, and those under :data:`OVERVIEW`."""
    told: dict[str, list[str]] = {}
    for path in sorted(folder.glob(f"{problem.name}-*.json")):
        try:
            record = load(path)
        except InvalidInput:  # somebody else's file: no reason to fail where nobody asked for it
            continue
        if record.problem != problem.name:
            continue
        solvers = dict.fromkeys(m.contender for m in record.measurements if m.kind == "solver" and not m.form)
        for key, solver in ((OVERVIEW, None), *((name, name) for name in solvers)):
            told.setdefault(key, []).extend(_lines(record, solver))
    return {key: lines for key, lines in told.items() if lines}


def refresh(problem: Problem[..., Any], folder: Path) -> Path | None:
    """Write the digest of `folder` beside the problem's bench module, if both are of one source tree.

    Returns
    -------
    Path or None
        The file, if there was reason to write one.
    """
    module = problem.room("bench")
    if module is None or module.__file__ is None:
        return None
    path = Path(module.__file__).resolve().with_name(DIGEST)
    if folder.resolve().parent not in path.parents:
        return None
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    told = known | {problem.name: digest(problem, folder)}
    if told == known or not (known or told[problem.name]):
        return None
    text = json.dumps({name: told[name] for name in sorted(told) if told[name]}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _brought_along(problem: Problem[..., Any]) -> dict[str, list[str]]:
    module = problem.room("bench")
    if module is None or not module.__package__:
        return {}
    try:
        text = resources.files(module.__package__).joinpath(DIGEST).read_text(encoding="utf-8")
        told: dict[str, list[str]] = json.loads(text)[problem.name]
    except (OSError, ValueError, KeyError):
        return {}
    return told


def _lines(record: Record, solver: str | None) -> list[str]:
    lines = []
    for workload in record.workloads:
        name = record.reference if solver is None else solver
        sizes = [size for size in record.sizes(workload.name) if _ran(record, workload.name, size, name)]
        if not sizes:
            continue
        size = sizes[-1]
        found = record.find(workload.name, size, name)
        assert found is not None
        prefix = f"{workload.unit} = {size}: {name} "
        beside = [line.removeprefix(prefix) for line in verdicts(record, workload.name) if line.startswith(prefix)]
        where = f"{record.machine.isa}, {record.date[:10]}"
        text = f"{workload.name}, {workload.unit} = {size}: {name} {shown_seconds(found.median)}"
        lines.append("; ".join([text, *beside]) + f" ({where})")
    return lines


def _ran(record: Record, workload: str, size: int, name: str) -> bool:
    found = record.find(workload, size, name)
    return found is not None and found.ok
