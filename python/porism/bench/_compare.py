"""Two records beside each other: what became slower."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from porism._validation import as_float
from porism.bench._record import Measurement, Record
from porism.bench._table import shown_seconds
from porism.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Change", "Comparison", "compare", "render_changes"]

FEW = 3
"""With fewer runs than these the spread says little."""

UNKNOWN_NOISE = 1.5
"""What the medians must differ by where it does."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One contender in two records.

    Attributes
    ----------
    workload, size, contender, kind : str, int, str, str
        What was measured twice.
    old, new : float
        Medians in seconds.
    noise : float
        The ratio of medians that the spread of the runs explains by itself: how far the slowest run of one record lies
        above its median, times how far the median of the other lies above its fastest. 1.5 at least where there are
        fewer than 3 runs.
    drift : float
        The median ratio of the peers measured in both at this workload and size, new over old: what the machine does.
        1 where there are none.
    verdict : str
        ``"slower"`` or ``"faster"`` if the medians differ by more than the threshold *and* the noise, ``"same"``
        otherwise; ``"broken"`` or ``"repaired"`` if only the old or the new one ran to the end.
    """

    workload: str
    size: int
    contender: str
    kind: str = "solver"
    old: float
    new: float
    noise: float = 1.0
    drift: float = 1.0
    verdict: str

    @property
    def ratio(self) -> float:
        """New time over old."""
        return self.new / self.old


class Comparison(list[Change]):
    """What became of every contender of both records, the worst first, and what else to know.

    Attributes
    ----------
    remarks : tuple of str
        What differs between the two machines, versions or settings, so that times may not be comparable.
    """

    def __init__(self, changes: Sequence[Change], remarks: Sequence[str] = ()) -> None:
        super().__init__(changes)
        self.remarks = tuple(remarks)

    @property
    def worse(self) -> list[Change]:
        """Solvers that became slower, or do not run any more. Peers are not porism's to mend."""
        return [change for change in self if change.kind == "solver" and change.verdict in ("slower", "broken")]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        changes = [
            {
                **{name: _finite(value) for name, value in dataclasses.asdict(change).items()},
                "ratio": _finite(change.ratio),
            }
            for change in self
        ]
        return {"worse": len(self.worse), "remarks": list(self.remarks), "changes": changes}


def compare(old: Record, new: Record, *, threshold: float = 1.1, relative: bool = False) -> Comparison:
    """What became slower or faster between two records; the worst first.

    Peers measured in both tell whether the machine changed: if they became slower too, it did.

    Parameters
    ----------
    old, new : Record
        Of the same problem.
    threshold : float
        The ratio of medians that counts as a change at least; where the runs spread more than that, more is needed.
    relative : bool
        Whether to divide by what the peers' times did in the meantime (:attr:`Change.drift`).

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
        drift = _drift(old, new, before.group)
        noise, verdict = 1.0, "broken" if before.ok else "repaired"
        if before.ok and after.ok:
            ratio = after.median / before.median / (drift if relative and before.kind == "solver" else 1.0)
            up, down = _noise(before, after), _noise(after, before)
            noise = up if ratio >= 1 else down
            verdict = (
                "slower" if ratio > max(threshold, up) else "faster" if 1 / ratio > max(threshold, down) else "same"
            )
        changes.append(
            Change(
                workload=before.workload,
                size=before.size,
                contender=before.contender,
                kind=before.kind,
                old=before.median,
                new=after.median,
                noise=noise,
                drift=drift,
                verdict=verdict,
            )
        )
    order = ["broken", "slower", "same", "faster", "repaired"]
    changes.sort(key=lambda change: (order.index(change.verdict), -change.ratio))
    return Comparison(changes, _remarks(old, new))


def _noise(low: Measurement, high: Measurement) -> float:
    """The ratio of the median of `high` to that of `low` up to which their runs overlap."""
    overlap = max(low.seconds) / low.median * high.median / min(high.seconds)
    return max(overlap, UNKNOWN_NOISE) if min(len(low.seconds), len(high.seconds)) < FEW else overlap


def _drift(old: Record, new: Record, group: tuple[str, int]) -> float:
    ratios = [
        after.median / before.median
        for before in old.group(*group)
        if before.kind == "peer" and before.ok
        if (after := new.find(*group, before.contender)) is not None and after.ok
    ]
    return statistics.median(ratios) if ratios else 1.0


def _remarks(old: Record, new: Record) -> list[str]:
    """What else is different, porism's own version aside."""
    lines = []
    for name, what in (("cpu", "processor"), ("cores", "cores"), ("isa", "instruction set"), ("system", "system")):
        before, after = getattr(old.machine, name), getattr(new.machine, name)
        if before != after:
            lines.append(f"the {what} changed from {before} to {after}")
    for name, before in old.machine.versions.items():
        after = new.machine.versions.get(name)
        if name != "porism" and after is not None and after != before:
            lines.append(f"{name} changed from {before} to {after}")
    for name in ("seed", "n_jobs"):
        if getattr(old, name) != getattr(new, name):
            lines.append(f"{name} changed from {getattr(old, name)} to {getattr(new, name)}")
    measured = {(*m.group, m.contender) for m in new.measurements}
    missing = sorted({(*m.group, m.contender) for m in old.measurements if m.ok} - measured)
    lines += [f"{workload} {size}: {name} is not in the new record" for workload, size, name in missing]
    return lines


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def render_changes(changes: Sequence[Change]) -> RenderableType:
    """A table for a terminal of what :func:`compare` found."""
    from rich.table import Table
    from rich.text import Text

    table = Table("workload", "size", "contender", box=None, pad_edge=False)
    for column in ("old", "new", "new/old", "noise", "peers", "verdict"):
        table.add_column(column, justify="right", no_wrap=True)
    styles = {"broken": "red", "slower": "red", "faster": "green", "repaired": "green"}
    for change in changes:
        cells = (
            change.workload,
            str(change.size),
            change.contender,
            shown_seconds(change.old),
            shown_seconds(change.new),
            f"{change.ratio:.2f}" if math.isfinite(change.ratio) else "",
            f"{change.noise:.2f}" if math.isfinite(change.ratio) else "",
            f"{change.drift:.2f}" if change.drift != 1.0 else "",
            change.verdict,
        )
        table.add_row(*map(Text, cells), style=styles.get(change.verdict, ""))
    return table
