"""Small things about names and docstrings that several modules need."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Iterable

__all__ = ["closest", "did_you_mean", "first_sentence", "parameter_docs"]


def closest(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Up to `n` of `known` that `name` may have been meant to be, best first; spelling and parts of names count."""
    pool = sorted(set(known))
    folded = name.casefold()
    by_fold = {candidate.casefold(): candidate for candidate in reversed(pool)}
    found = [by_fold[hit] for hit in difflib.get_close_matches(folded, by_fold, n=n, cutoff=0.6)]
    if len(folded) >= 3:
        found += [candidate for candidate in pool if folded in candidate.casefold() and candidate not in found]
    return found[:n]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`"; did you mean 'a', 'b' or 'c'?"`, or nothing where nothing is close."""
    found = [repr(candidate) for candidate in closest(name, known)]
    if not found:
        return ""
    head, last = found[:-1], found[-1]
    return f"; did you mean {', '.join(head)} or {last}?" if head else f"; did you mean {last}?"


def first_sentence(doc: str | None) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = inspect.cleandoc(doc or "").split("\n\n", 1)[0]
    line = " ".join(paragraph.split())
    match = re.match(r"(.+?[.!?])(?:\s|$)", line)
    return match.group(1) if match else line


def parameter_docs(doc: str | None) -> dict[str, tuple[str, str]]:
    """``{name: (type, description)}`` from the Parameters section of a NumPy-style docstring."""
    lines = inspect.cleandoc(doc or "").splitlines()
    found: dict[str, tuple[str, str]] = {}
    names: list[str] = []
    inside = False
    for i, line in enumerate(lines):
        underlined = i + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[i + 1].strip()) is not None
        if underlined:
            inside = line.strip() in ("Parameters", "Other Parameters")
            names = []
        elif not inside or not line.strip() or re.fullmatch(r"-{3,}", line.strip()):
            continue
        elif not line[0].isspace():
            head, _, kind = line.partition(" : ")
            names = [name.strip().lstrip("*") for name in head.split(",")]
            found.update({name: (kind.strip(), "") for name in names})
        else:
            for name in names:
                kind, text = found[name]
                found[name] = (kind, f"{text} {line.strip()}".strip())
    return found
