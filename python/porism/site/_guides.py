"""The hand-written pages: those of ``docs/``, which the package holds as links and a wheel as files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from porism.site._examples import Example

__all__ = ["FIRST", "HOW_TO", "TUTORIAL", "write_guides"]

HERE = Path(__file__).parent / "guides"

FIRST = "index.md"
TUTORIAL = "tutorial.md"
HOW_TO = ("performance.md", "plugin-author.md", "kernel-author.md", "conformance.md", "contributing.md")
"""The how-to pages, in order, as far as they are there."""
GUIDES = ("k-medoids.md", "p-median.md", "submodular.md", "hamming-distances.md", "k-mismatch.md", "sumsets.md")
"""The guides that come first; others follow by name."""
APART = (FIRST, TUTORIAL, "changelog.md", "benchmarks.md", *HOW_TO)

PICTURES = {
    "digits.png": "k-medoids",
    "silhouettes.png": "medoid-silhouette",
    "huts.png": "p-median",
    "submodular-stream.png": "dynamic-submodular-maximization",
    "hamming-profile.png": "hamming-distances",
    "k-mismatch.png": "k-mismatch",
    "sumsets.png": "sumset",
}
"""Pictures in the guides that worked examples draw, by the problem whose example it is."""

_MOVED = {
    "../CHANGELOG.md": "changelog.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../benchmarks/README.md": "benchmarks.md",
    "../README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
}
"""Where links between the documents of the source tree lead on the site."""


CATALOGUE = "<!-- catalogue -->"
"""Where a page says how large the catalogue is, with a link to it."""


def write_guides(
    folder: Path, source: Path | None, examples: Mapping[str, Example], benchmarks: Path | None = None
) -> dict[str, str]:
    """Copy the hand-written pages into `folder`.

    Parameters
    ----------
    folder : Path
        The pages' folder.
    source : Path, optional
        The folder with ``*.md`` and ``images``; by default what the package holds.
    examples : mapping of str to Example
        The examples that were run: their pictures are drawn anew.
    benchmarks : Path, optional
        The folder with the records, where the pictures on the page about them are.

    Returns
    -------
    dict of str to str
        The texts of the guides in order, by page; the pages of :data:`APART` are not among them.
    """
    source = HERE if source is None else source
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(source.glob("*.md"))}
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    for path in sorted((source / "images").glob("*.png")):
        shutil.copyfile(path, images / path.name)
    for name, problem in PICTURES.items():
        if problem in examples:
            shutil.copyfile(examples[problem].picture, images / name)
    if benchmarks is not None and "benchmarks.md" in pages:
        for name in re.findall(r"!\[[^\]]*\]\(([\w-]+\.png)\)", pages["benchmarks.md"]):
            shutil.copyfile(benchmarks / name, images / name)
        pages["benchmarks.md"] = re.sub(r"(!\[[^\]]*\]\()([\w-]+\.png\))", r"\1images/\2", pages["benchmarks.md"])
    known = {path.name for path in images.iterdir()}
    for name, text in pages.items():
        (folder / name).write_text(_for_the_site(text, pages, known), encoding="utf-8")
    ordered = [name for name in GUIDES if name in pages]
    ordered += [name for name in pages if name not in (*GUIDES, *APART)]
    return {name: pages[name] for name in ordered}


def _for_the_site(text: str, pages: Mapping[str, str], images: set[str]) -> str:
    """Links that lead out of ``docs/`` lead to the pages of the site, or are no links where there is no such page."""

    def link(match: re.Match[str]) -> str:
        bang, label, target, anchor = match.groups()
        if target.startswith(("http:", "https:", "mailto:")):
            return match.group(0)
        target = _MOVED.get(target, target).removeprefix("../docs/").removeprefix("docs/")
        there = target in pages or (target.startswith("images/") and target.removeprefix("images/") in images)
        if there:
            return f"{bang}[{label}]({target}{anchor or ''}){'{ .plot }' if bang else ''}"
        return "" if bang else label

    parts = re.split(r"(^ *```.*?^ *```$)", text, flags=re.MULTILINE | re.DOTALL)
    pattern = re.compile(r"(!?)\[([^\]]*)\]\(([^)#]+)(#[^)]*)?\)")
    return "".join(part if part.lstrip().startswith("```") else pattern.sub(lambda m: link(m), part) for part in parts)
