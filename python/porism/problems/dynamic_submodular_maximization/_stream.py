"""A stream of insertions and deletions from a file or standard input, for the command line.

A line is an update, ``op,item``, where op is ``+`` (or ``insert``, ``1``, ``+1``) or ``-`` (or ``delete``, ``-1``); an
empty line, or ``--batch N`` updates, ends a batch, and the solution is printed as a line of JSON. A first line of names
and lines that begin with ``#`` are skipped.

With a table (``DATA``) an item is the number of a row, and lines are worked off as they come. Without one, an insertion
tells what the item covers, ``+,item,element,element,…``, items and elements being any words; the objective is coverage,
and the stream is read to its end first, because the ground set must be known.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from porism._solver import Solver
from porism._validation import as_integer
from porism.errors import InvalidInput

__all__ = ["run"]

OPS = {"+": 1, "insert": 1, "1": 1, "+1": 1, "-": -1, "delete": -1, "-1": -1}

Update = tuple[int, list[str]]
"""The line's number, and its cells; no cells end a batch."""


def run(
    solver: Solver[..., Any],
    X: npt.NDArray[Any] | None,
    stream: str,
    arguments: list[Any],
    options: dict[str, Any],
    out: TextIO,
) -> None:
    """Work a stream off and print the solution after each batch.

    Parameters
    ----------
    solver : Solver
        Makes the live object.
    X : (n_items, d) array or None
        The table that the objective is made of, by :func:`from_table`.
    stream : str
        A file, or ``"-"`` for standard input.
    arguments, options : list, dict
        The solver's, with those of :func:`from_table` and ``batch``.
    out : file
        Where to print.

    Raises
    ------
    InvalidInput
        If the stream cannot be read; names the line.
    """
    from porism.problems.submodular_maximization.problem import from_table

    given = dict(options)
    size = as_integer("batch", given.pop("batch"), 1) if "batch" in given else None
    of_table = {name: given.pop(name) for name in TABLE_OPTIONS if name in given}
    with _lines(stream) as lines:
        updates = _updates(lines, stream)
        if X is not None:
            selector = solver(from_table(X, **of_table), *arguments, **given)
            _work(
                selector, ((line, *_numbered(line, cells, stream)) for line, cells in updates), size, stream, out, None
            )
            return
        if of_table:
            raise InvalidInput(f"{next(iter(of_table))} needs DATA, the table that the objective is made of")
        known = list(updates)
        names, covers = _ground(known, stream)
        from porism import objectives

        selector = solver(objectives.coverage(covers), *arguments, **given)
        place = {name: number for number, name in enumerate(names)}
        coded = ((line, *((_op(line, cells, stream), place[cells[1]]) if cells else (0, 0))) for line, cells in known)
        _work(selector, coded, size, stream, out, names)


TABLE_OPTIONS = ("objective", "metric", "gamma", "concave")


@contextmanager
def _lines(stream: str) -> Iterator[Iterable[str]]:
    if stream == "-":
        yield sys.stdin
        return
    try:
        with open(stream, encoding="utf-8-sig") as file:
            yield file
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"--stream: cannot read {stream!r}: {getattr(error, 'strerror', None) or error}") from None


def _updates(lines: Iterable[str], stream: str) -> Iterator[Update]:
    for number, text in enumerate(lines, 1):
        if text.lstrip().startswith("#"):
            continue
        cells = [cell.strip() for cell in next(csv.reader([text]), [])]
        if number == 1 and cells and cells[0].lower() in ("op", "operation"):
            continue
        if not any(cells):
            yield number, []
            continue
        if len(cells) < 2:
            raise InvalidInput(f"--stream: line {number} of {stream} must be op,item; got {text.strip()!r}")
        yield number, cells


def _op(line: int, cells: list[str], stream: str) -> int:
    if cells[0] not in OPS:
        raise InvalidInput(f"--stream: line {line} of {stream} must begin with + or -, got {cells[0]!r}")
    return OPS[cells[0]]


def _numbered(line: int, cells: list[str], stream: str) -> tuple[int, int]:
    if not cells:
        return 0, 0
    op = _op(line, cells, stream)
    if not cells[1].isdigit():
        raise InvalidInput(f"--stream: line {line} of {stream} must name a row of DATA by its number, got {cells[1]!r}")
    return op, int(cells[1])


def _ground(updates: list[Update], stream: str) -> tuple[list[str], list[list[str]]]:
    """The items in order of appearance, and what each covers."""
    covers: dict[str, list[str]] = {}
    for line, cells in updates:
        if not cells:
            continue
        elements = sorted({cell for cell in cells[2:] if cell})
        known = covers.get(cells[1])
        if _op(line, cells, stream) < 0:
            covers.setdefault(cells[1], [])
        elif known is None or not known:
            covers[cells[1]] = elements
        elif elements and elements != known:
            raise InvalidInput(
                f"--stream: line {line} of {stream}: item {cells[1]!r} covers something else than before"
            )
    return list(covers), list(covers.values())


def _work(
    selector: Any,
    updates: Iterable[tuple[int, int, int]],
    size: int | None,
    stream: str,
    out: TextIO,
    names: list[str] | None,
) -> None:
    done, pending = 0, 0
    for line, op, item in updates:
        if op:
            try:
                selector.insert(item) if op > 0 else selector.delete(item)
            except InvalidInput as refused:
                text = str(refused) if names is None else str(refused).replace(f"item {item}", f"item {names[item]!r}")
                raise type(refused)(f"--stream: line {line} of {stream}: {text}") from None
            done, pending = done + 1, pending + 1
        if pending and (not op or pending == size):
            _print(selector, done, out, names)
            pending = 0
    if pending or not done:
        _print(selector, done, out, names)


def _print(selector: Any, done: int, out: TextIO, names: list[str] | None) -> None:
    chosen = np.asarray(selector.solution()).tolist()
    told = {
        "updates": done,
        "live": len(selector),
        "solution": chosen if names is None else [names[item] for item in chosen],
        "value": selector.value(),
        "upper_bound": selector.upper_bound(),
        "certified_ratio": selector.certified_ratio(),
    }
    print(json.dumps(told), file=out, flush=True)
