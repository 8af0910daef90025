"""The recorded benchmarks of a project: those in a folder, and what a package brings along of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from porism._problem import Problem
from porism.bench._record import Record, load
from porism.bench._table import shown_seconds, verdicts
from porism.errors import InvalidInput

__all__ = ["digest", "recorded", "records", "refresh"]

OVERVIEW = ""
"""The key of the lines about the solver that the others are compared with."""

KEPT = "recorded.json"
"""What a package brings along of its records, beside its bench module: ``{problem: [record, …]}``."""


def records(problem: Problem[..., Any], folder: str | Path | None = None) -> list[Record]:
    """The recorded benchmarks of a problem.

    Parameters
    ----------
    problem : Problem
        Whose records.
    folder : str or Path, optional
        Where the records are. By default ``benchmarks`` in the working directory, where there are any of this problem;
        else what the problem's package brings along of its own, in ``recorded.json`` beside its bench module.
    """
    found = _in_folder(problem, Path("benchmarks") if folder is None else Path(folder))
    return found if found or folder is not None else _brought_along(problem)


def recorded(problem: Problem[..., Any], solver: str | None = None, folder: str | Path | None = None) -> list[str]:
    """What the recorded benchmarks say about a problem or one of its solvers, a line for each recorded workload.

    Parameters
    ----------
    problem : Problem
        Whose records.
    solver : str, optional
        Only lines about this solver.
    folder : str or Path, optional
        Where the records are, as for :func:`records`.
    """
    return digest(records(problem, folder)).get(OVERVIEW if solver is None else solver, [])


def digest(found: Iterable[Record]) -> dict[str, list[str]]:
    """The lines about every solver in the records, by its name, and those under ``""`` about each reference."""
    told: dict[str, list[str]] = {}
    for record in found:
        solvers = dict.fromkeys(m.contender for m in record.measurements if m.kind == "solver" and not m.form)
        for key, solver in ((OVERVIEW, None), *((name, name) for name in solvers)):
            told.setdefault(key, []).extend(_lines(record, solver))
    return {key: lines for key, lines in told.items() if lines}


def refresh(problem: Problem[..., Any], folder: Path) -> Path | None:
    """Keep the records of `folder` beside the problem's bench module, if both are of one source tree.

    Returns
    -------
    Path or None
        The file, if there was reason to write one.
    """
    module = problem.room("bench")
    if module is None or module.__file__ is None:
        return None
    path = Path(module.__file__).resolve().with_name(KEPT)
    if folder.resolve().parent not in path.parents:
        return None
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    known: dict[str, list[Any]] = json.loads(before) if before else {}
    known[problem.name] = [record.to_dict(derived=False) for record in _in_folder(problem, folder)]
    text = _as_text({name: known[name] for name in sorted(known) if known[name]})
    if text == before or not (before or known[problem.name]):
        return None
    path.write_text(text, encoding="utf-8")
    return path


def _as_text(kept: dict[str, list[Any]]) -> str:
    """JSON with a line for each record: small, and a new record is one line of a diff."""

    def line(record: Any) -> str:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    problems = (f"{json.dumps(name)}: [\n" + ",\n".join(map(line, own)) + "\n]" for name, own in kept.items())
    return "{\n" + ",\n".join(problems) + "\n}\n"


def _in_folder(problem: Problem[..., Any], folder: Path) -> list[Record]:
    found = []
    for path in sorted(folder.glob(f"{problem.name}-*.json")):
        try:
            record = load(path)
        except InvalidInput:  # somebody else's file: no reason to fail where nobody asked for it
            continue
        if record.problem == problem.name:
            found.append(record)
    return found


def _brought_along(problem: Problem[..., Any]) -> list[Record]:
    module = problem.room("bench")
    if module is None or not module.__package__:
        return []
    try:
        text = resources.files(module.__package__).joinpath(KEPT).read_text(encoding="utf-8")
        return [Record.from_dict(plain) for plain in json.loads(text)[problem.name]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


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
