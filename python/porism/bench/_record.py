"""What a benchmark leaves behind: every run of every contender, and what follows from them."""

from __future__ import annotations

import dataclasses
import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from porism.bench._machine import Machine
from porism.errors import InvalidInput

__all__ = ["FORMAT", "Growth", "Measurement", "Note", "Ratio", "Record", "Subject", "load"]

FORMAT = 1
"""Version of the JSON layout."""

Status = Literal["ok", "failed", "timeout", "missing", "left out"]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One contender on one workload at one size.

    Attributes
    ----------
    workload, size, contender : str, int, str
        What was measured; `contender` is a solver's name, or a peer's or variant's label.
    kind : str
        ``"solver"`` (variants too) or ``"peer"``.
    name, form : str
        The solver or peer, and which form of it.
    of : tuple of str
        For a peer, the solvers that it competes with.
    answer : str
        Contenders with the same answer must come to the same check value; others may differ (another local optimum).
    tolerance : float
        Relative tolerance of the check value.
    status : str
        ``"ok"``, ``"failed"``, ``"timeout"``, ``"missing"`` (not installed) or ``"left out"``.
    message : str
        Why it is not ``"ok"``.
    note : str
        What a reader should know about this form.
    threads : int
        Threads that its pools were pinned to; 0 for as many as it likes.
    seconds : tuple of float
        All timed runs in order, each one call or the mean of as many as take 10 ms. Those of one round stand at the
        same place for every contender.
    first : float
        Seconds of the untimed warm-up call; 0 where it did not get so far.
    checks : tuple of float or str
        The check value of the warm-up and of each run.
    resident, peak : int
        Bytes held by the process before the first call, and at most during it.
    peak_exact : bool
        False where the peak may be that of building the instance.
    limit, limit_seconds : str, float
        What the physical limit consists of, and the time that it comes to; empty and 0 where none is known.
    """

    workload: str
    size: int
    contender: str
    kind: Literal["solver", "peer"] = "solver"
    name: str = ""
    form: str = ""
    of: tuple[str, ...] = ()
    answer: str = ""
    tolerance: float = 0.0
    status: Status = "ok"
    message: str = ""
    note: str = ""
    threads: int = 1
    seconds: tuple[float, ...] = ()
    first: float = 0.0
    checks: tuple[float | str, ...] = ()
    resident: int = 0
    peak: int = 0
    peak_exact: bool = True
    limit: str = ""
    limit_seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it ran to the end."""
        return self.status == "ok"

    @property
    def median(self) -> float:
        """Median of the timed runs, in seconds; NaN where there are none."""
        return statistics.median(self.seconds) if self.seconds else math.nan

    @property
    def spread(self) -> float:
        """Longest minus shortest run, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median if self.seconds else math.nan

    @property
    def memory(self) -> int:
        """Bytes that the first call took beyond what was held before it: its result, its copies, its working space."""
        return max(0, self.peak - self.resident)

    @property
    def distance(self) -> float:
        """Median over the physical limit; NaN where none is known."""
        return self.median / self.limit_seconds if self.limit_seconds > 0 else math.nan

    @property
    def group(self) -> tuple[str, int]:
        """Workload and size."""
        return self.workload, self.size


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times as long as another contender one takes.

    Attributes
    ----------
    median, low, high : float
        Of the ratios taken round by round (`paired`), or of the medians, with the extremes that the runs allow.
    same_result : bool or None
        True if both had to come to the same check value and did; False if they had to and did not: then the ratio is
        no comparison; None if they need not (two heuristics).
    """

    median: float
    low: float
    high: float
    paired: bool
    same_result: bool | None


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How a contender's time grows: the exponent of the size, by least squares on the logarithms of size and median."""

    exponent: float
    sizes: tuple[int, ...]

    @property
    def note(self) -> str:
        """What to be careful about."""
        return "" if len(self.sizes) >= 3 else f"from {len(self.sizes)} sizes only"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The workload of which a record holds measurements."""

    name: str
    summary: str
    unit: str = "n"
    check_name: str = "check"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark about one group of measurements, such as that its contenders ran one after the other."""

    workload: str
    size: int
    text: str
    paired: bool = True


@dataclass(frozen=True, kw_only=True)
class Record:
    """Measurements of one problem, made in one run.

    Attributes
    ----------
    problem, date, command : str
        What was measured, when (UTC), and the command that does it again.
    machine : Machine
        Where.
    reference : str
        The contender whose time is 1 in the table.
    repeats, seed, n_jobs, timeout : int, int, int, float
        The settings.
    workloads : tuple of Subject
        What was run.
    measurements : tuple of Measurement
        Every contender, also those that failed.
    notes : tuple of Note
        Remarks.
    """

    problem: str
    date: str
    command: str
    machine: Machine
    reference: str
    repeats: int
    seed: int
    n_jobs: int
    timeout: float
    workloads: tuple[Subject, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    def only(self, workload: str) -> Record:
        """The part about one workload."""
        return dataclasses.replace(
            self,
            workloads=tuple(w for w in self.workloads if w.name == workload),
            measurements=tuple(m for m in self.measurements if m.workload == workload),
            notes=tuple(n for n in self.notes if n.workload == workload),
        )

    def sizes(self, workload: str) -> list[int]:
        """The sizes measured, ascending."""
        return sorted({m.size for m in self.measurements if m.workload == workload})

    def group(self, workload: str, size: int) -> list[Measurement]:
        """All contenders of one workload at one size, in the order in which they ran."""
        return [m for m in self.measurements if m.group == (workload, size)]

    def find(self, workload: str, size: int, contender: str) -> Measurement | None:
        """One measurement, if there is one."""
        return next((m for m in self.group(workload, size) if m.contender == contender), None)

    # -- what follows ----------------------------------------------------------------------------------------------

    def agrees(self, measurement: Measurement) -> bool | None:
        """Whether all its check values are those of the first who promises the same answer; None where nobody ran."""
        anchor = self._anchor(measurement)
        if anchor is None or not measurement.checks:
            return None
        tolerance = max(measurement.tolerance, anchor.tolerance)
        return all(_close(check, anchor.checks[0], tolerance) for check in measurement.checks)

    def _anchor(self, measurement: Measurement) -> Measurement | None:
        same = [m for m in self.group(*measurement.group) if m.ok and m.checks and m.answer == measurement.answer]
        return next(iter(sorted(same, key=lambda m: (m.kind != "solver", m.contender != self.reference))), None)

    def ratio(self, measurement: Measurement, other: Measurement | None = None) -> Ratio | None:
        """Its time over that of `other` (by default the reference at the same workload and size), round by round.

        None where one of the two has no runs.
        """
        if other is None:
            other = self.find(*measurement.group, self.reference)
        if other is None or not (measurement.ok and other.ok and measurement.seconds and other.seconds):
            return None
        same: bool | None = None
        if measurement.answer == other.answer:
            same = self.agrees(measurement) is not False and self.agrees(other) is not False
        if self.paired(*measurement.group):
            ratios = [a / b for a, b in zip(measurement.seconds, other.seconds, strict=False)]
            return Ratio(
                median=statistics.median(ratios), low=min(ratios), high=max(ratios), paired=True, same_result=same
            )
        return Ratio(
            median=measurement.median / other.median,
            low=min(measurement.seconds) / max(other.seconds),
            high=max(measurement.seconds) / min(other.seconds),
            paired=False,
            same_result=same,
        )

    def paired(self, workload: str, size: int) -> bool:
        """Whether the contenders ran round robin, so that run i of one and run i of another saw the same machine."""
        return all(note.paired for note in self.notes if (note.workload, note.size) == (workload, size))

    def best_peers(self, solver: Measurement) -> list[tuple[Measurement, Ratio]]:
        """For every peer of a solver the fastest form that came to the same result, with its ratio to the solver."""
        best: dict[str, tuple[Measurement, Ratio]] = {}
        for peer in self.group(*solver.group):
            if peer.kind != "peer" or solver.name not in peer.of:
                continue
            ratio = self.ratio(peer, solver)
            if ratio is None or ratio.same_result is False:
                continue
            if peer.name not in best or peer.median < best[peer.name][0].median:
                best[peer.name] = (peer, ratio)
        return list(best.values())

    def growth(self, workload: str, contender: str) -> Growth | None:
        """The growth exponent of one contender; None where it ran at fewer than two sizes."""
        runs = [
            m for m in self.measurements if (m.workload, m.contender) == (workload, contender) and m.ok and m.seconds
        ]
        points = sorted({m.size: m.median for m in runs}.items())
        if len(points) < 2:
            return None
        slope = statistics.linear_regression(
            [math.log(size) for size, _ in points], [math.log(seconds) for _, seconds in points]
        ).slope
        return Growth(exponent=slope, sizes=tuple(size for size, _ in points))

    def contenders(self, workload: str) -> list[str]:
        """Everybody who was to take part in a workload, in order."""
        return list(dict.fromkeys(m.contender for m in self.measurements if m.workload == workload))

    # -- JSON --------------------------------------------------------------------------------------------------------

    def to_dict(self, *, derived: bool = True) -> dict[str, Any]:
        """For JSON: the fields, and under ``derived`` what follows from them.

        Parameters
        ----------
        derived : bool
            False leaves out what follows and what is at its default: the least that :meth:`from_dict` needs.
        """
        if not derived:
            least: dict[str, Any] = _least(self)
            return {"format": FORMAT, **least}
        plain = {"format": FORMAT, **dataclasses.asdict(self)}
        plain["measurements"] = [
            {**dataclasses.asdict(m), "derived": _without_nan(self._derived(m))} for m in self.measurements
        ]
        plain["growth"] = [
            {"workload": workload.name, "contender": contender, **dataclasses.asdict(growth), "note": growth.note}
            for workload in self.workloads
            for contender in self.contenders(workload.name)
            if (growth := self.growth(workload.name, contender)) is not None
        ]
        return plain

    def _derived(self, m: Measurement) -> dict[str, Any]:
        if not m.seconds:
            return {}
        ratio = self.ratio(m)
        versus = {
            solver: dataclasses.asdict(found)
            for solver in m.of
            if (opponent := self.find(*m.group, solver)) is not None and (found := self.ratio(m, opponent)) is not None
        }
        return {
            "median": m.median,
            "min": min(m.seconds),
            "max": max(m.seconds),
            "spread": m.spread,
            "memory": m.memory,
            "agrees": self.agrees(m),
            "ratio_to_reference": None if ratio is None else dataclasses.asdict(ratio),
            "ratio_to": versus,
            "times_the_limit": m.distance,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Record:
        """The record that :meth:`to_dict` told.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it is no record.
        ValueError
            If it has a layout that this porism does not know.
        """
        if plain["format"] != FORMAT:
            raise ValueError(f"a benchmark record of format {plain['format']}, this porism reads {FORMAT}")
        return cls(
            **{
                **_fields(cls, plain),
                "machine": Machine(**_fields(Machine, plain["machine"])),
                "workloads": tuple(Subject(**_fields(Subject, w)) for w in plain.get("workloads", ())),
                "measurements": tuple(Measurement(**_fields(Measurement, m)) for m in plain.get("measurements", ())),
                "notes": tuple(Note(**_fields(Note, n)) for n in plain.get("notes", ())),
            }
        )

    def save(self, path: str | Path) -> None:
        """Write the record as JSON, whole or not at all.

        Raises
        ------
        InvalidInput
            If the file cannot be written.
        """
        path = Path(path)
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
        scratch = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_text(text + "\n", encoding="utf-8")
            scratch.replace(path)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            raise InvalidInput(f"out: cannot write {str(path)!r}: {error.strerror or error}") from None


def load(path: str | Path) -> Record:
    """Read a record that :meth:`Record.save` wrote.

    Raises
    ------
    InvalidInput
        If it cannot be read, is no record, or has a layout that this porism does not know.
    """
    try:
        return Record.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidInput(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{str(path)!r} is no benchmark record: {type(error).__name__}: {error}") from None


def _least(value: Any) -> Any:
    """A dataclass as a dictionary of what is not at its default, all the way down."""
    if dataclasses.is_dataclass(value):
        told = {f.name: (getattr(value, f.name), f.default) for f in dataclasses.fields(value)}
        return {name: _least(own) for name, (own, default) in told.items() if own != default}
    return [_least(item) for item in value] if isinstance(value, tuple) else value


def _fields(kind: type, plain: Mapping[str, Any]) -> dict[str, Any]:
    """What of `plain` the dataclass `kind` has; what is derived is computed anew."""
    names = {f.name for f in dataclasses.fields(kind)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items() if name in names}


def _close(a: float | str, b: float | str, tolerance: float) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }


def merged(records: Iterable[Record]) -> Record:
    """One record of several that differ in their measurements only."""
    parts: Sequence[Record] = list(records)
    return dataclasses.replace(
        parts[0],
        workloads=tuple(w for part in parts for w in part.workloads),
        measurements=tuple(m for part in parts for m in part.measurements),
        notes=tuple(n for part in parts for n in part.notes),
    )
