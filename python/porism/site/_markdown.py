"""Docstrings and tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["code_block", "docstring", "inline", "sections", "table"]

_CODE = re.compile(r"(?::[a-z]+:)?(``.+?``|`[^`]+`)", re.DOTALL)
_SPECIAL = re.compile(r"([\\*_\[\]#|])")

Section = tuple[str, list[str]]
"""A heading, "" for what stands before the first, and its lines."""


def inline(text: str) -> str:
    """Running text of a docstring: what is in backticks becomes code, everything else means itself."""
    parts = []
    place = 0
    for match in _CODE.finditer(text):
        parts.append(_plain(text[place : match.start()]))
        code = match.group(1).strip("`").strip()
        parts.append(f"<code>{_plain(code)}</code>" if "|" in code else f"`{code}`")  # a | would end a table's cell
        place = match.end()
    return "".join([*parts, _plain(text[place:])])


def _plain(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;")).replace(r"\|", "&#124;")
    return escaped.replace("{", "&#123;")  # which would begin a list of attributes


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A table of cells that are Markdown already; the columns numbered `right` are set to the right."""
    rule = ["--:" if column in right else ":--" for column in range(len(header))]
    lines = [list(header), rule, *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") or " " for cell in line) + " |" for line in lines) + "\n"


def code_block(text: str, language: str = "") -> str:
    """A fenced block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def sections(doc: str) -> list[Section]:
    """The sections of a NumPy-style docstring whose indentation has been removed."""
    lines = doc.splitlines()
    found: list[Section] = [("", [])]
    skip = False
    for line, below in zip(lines, [*lines, ""][1:], strict=True):
        if skip:
            skip = False
        elif line.strip() and re.fullmatch(r"-{3,}", below.strip()):
            found.append((line.strip(), []))
            skip = True
        else:
            found[-1][1].append(line)
    return found


def docstring(doc: str, without: Sequence[str] = (), level: int = 3) -> str:
    """A docstring as Markdown; sections named in `without`, and the first sentence, are somebody else's business."""
    parts = []
    for title, lines in sections(doc):
        if title in without:
            continue
        if title:
            parts.append(f"{'#' * level} {title}\n")
        if title in ("Parameters", "Other Parameters", "Returns", "Raises", "Attributes", "Yields"):
            parts.append(_definitions(lines))
        else:
            parts.append(_text(lines))
    return "\n".join(part for part in parts if part.strip())


def _definitions(lines: list[str]) -> str:
    """``name : type`` with an indented description each, as a list of definitions."""
    entries: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.strip() and not line[0].isspace():
            entries.append((line.strip(), []))
        elif entries:
            entries[-1][1].append(line.strip())
    shown = []
    for head, body in entries:
        name, colon, kind = head.partition(" : ")
        text = " ".join(body).strip()
        term = f"`{name}`" + (f" : {inline(kind)}" if colon else "")
        shown.append(f"{term}\n:   {inline(text) or '&nbsp;'}\n")
    return "\n".join(shown)


def _text(lines: list[str]) -> str:
    """Paragraphs, lists, examples and literal blocks."""
    parts = []
    for block in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        rows = block.splitlines()
        if not rows or not block.strip():
            continue
        if rows[0].lstrip().startswith(">>>"):
            parts.append(
                code_block("\n".join(row.strip() if row.strip().startswith(">>>") else row for row in rows), "pycon")
            )
        elif all(row.startswith("    ") for row in rows):
            parts.append(code_block("\n".join(row[4:] for row in rows), "text"))
        elif re.match(r"\s*([-*]|\d+\.) ", rows[0]):
            parts.append(_list(rows))
        else:
            parts.append(inline(" ".join(row.strip() for row in rows)) + "\n")
    return "\n".join(parts)


def _list(rows: list[str]) -> str:
    items: list[str] = []
    for row in rows:
        marked = re.match(r"\s*([-*]|\d+\.) (.*)", row)
        if marked:
            items.append(marked.group(2))
        else:
            items[-1] += " " + row.strip()
    return "\n".join(f"- {inline(item)}" for item in items) + "\n"
