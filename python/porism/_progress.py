"""`progress=`: a bar for people, a callable for programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import TypeVar

from porism._validation import Progress, check_progress

__all__ = ["Report", "counted", "reporting", "stages"]

T = TypeVar("T")

Report = Callable[[int, int, float], object]
"""What progress is told to: ``(done, total, value)``."""

TICK = 0.05
"""Seconds between two reports, as compiled kernels have it."""

FINE = 1000
"""Parts that a whole of several stages is counted in."""


@contextmanager
def reporting(progress: Progress, title: str, value: str = "") -> Iterator[Report | None]:
    """What to hand to a kernel as its `progress`: None, the caller's own callable, or one that draws a bar on stderr.

    Parameters
    ----------
    progress : bool or callable
        As the solver got it.
    title : str
        What the bar is about.
    value : str
        What the reported value is, for example ``"loss"``.

    Raises
    ------
    InvalidType
        If `progress` is neither a bool nor callable.
    """
    check_progress(progress)
    if callable(progress):
        yield progress
    elif not progress:
        yield None
    else:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[value]}"),
            TimeElapsedColumn(),
        )
        with Bar(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(title, total=None, value="")

            def report(done: int, total: int, reached: float) -> None:
                text = f"{value} {reached:.6g}" if value else ""
                bar.update(task, completed=done, total=total or None, value=text)

            yield report
            bar.update(task, total=1, completed=1)  # totals are estimates, and searches end when they are done


def stages(report: Report | None, *shares: float) -> list[Report | None]:
    """What to hand to each of several kernels that run one after the other, so that together they count up once.

    Parameters
    ----------
    report : callable or None
        What :func:`reporting` gave.
    *shares : float
        How long each stage takes, as far as that is known; only their ratios count.

    Returns
    -------
    list
        A callable for each stage, which tells `report` of the whole in thousandths; nothing but None without a report.
    """
    if report is None:
        return [None] * len(shares)
    ends = [FINE * end / sum(shares) for end in accumulate(shares)]
    reached = 0

    def stage(start: float, end: float) -> Report:
        def tell(done: int, total: int, value: float) -> None:
            nonlocal reached
            part = min(done / total, 1.0) if total else 0.0  # kernels estimate their totals
            reached = max(reached, round(start + (end - start) * part))
            report(reached, FINE, value)

        return tell

    return [stage(start, end) for start, end in zip([0.0, *ends], ends, strict=False)]


def counted(report: Report | None, items: Iterable[T], total: int | None = None) -> Iterator[T]:
    """Go through `items`, and tell how many of them are done: after the first, the last, and at most every 50 ms.

    Parameters
    ----------
    report : callable or None
        What :func:`reporting` gave.
    items : iterable
        What a loop goes through.
    total : int, optional
        How many they are; the length of a sequence by default.
    """
    if report is None:
        yield from items
        return
    whole = total if total is not None else len(items) if isinstance(items, Sequence) else 0
    due, told, done = 0.0, 0, 0
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() >= due:
            report(done, whole, 0.0)
            due, told = time.monotonic() + TICK, done
    if done != told:
        report(done, whole, 0.0)
