"""`progress=`: a bar for people, a callable for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from porism._validation import Progress, check_progress

__all__ = ["reporting"]

Report = Callable[[int, int, float], object]


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
