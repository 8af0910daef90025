"""What the API reference reads of docstrings: reStructuredText's roles and examples, as Markdown has them."""

from __future__ import annotations

import re
from typing import Any

import griffe

__all__ = ["Markdown", "as_markdown"]

_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")
_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)


def as_markdown(doc: str) -> str:
    """A docstring with code in backticks for roles, and its examples fenced, without directives for doctest."""
    if "```" in doc:  # seen already
        return doc
    doc = re.sub(r"(?<!`)``(?!`)", "`", _ROLE.sub(r"`\1`", doc))

    def fenced(match: re.Match[str]) -> str:
        text = re.sub(r" *# doctest: \S+", "", match.group(0))
        return f"```pycon\n{text}\n```"

    return _EXAMPLE.sub(fenced, doc)


class Markdown(griffe.Extension):
    """Griffe calls it for everything that it finds, and at last for the package as a whole."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Rewrite a docstring."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)

    def on_package(self, *, pkg: Any, **_: Any) -> None:
        """The package's own."""
        self.on_object(obj=pkg)
