"""From the registry and the hand-written pages to HTML."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from porism import __version__
from porism._registry import registry
from porism.bench import records as records_of
from porism.errors import InvalidInput, PorismError
from porism.optional import require
from porism.site._catalogue import Catalogue, write_catalogue
from porism.site._examples import Example, run_examples
from porism.site._guides import CATALOGUE, FIRST, HOW_TO, TUTORIAL, write_guides

__all__ = ["build", "write_pages"]

ASSETS = Path(__file__).parent / "assets"

REFERENCE = {
    "porism": "The registry, declarations and errors: everything that a program or a plugin needs",
    "porism.conformance": "Testing solvers by their laws",
    "porism.bench": "Measuring solvers beside their peers",
    "porism.objectives": "Submodular set functions",
    "porism.sklearn": "The same as scikit-learn estimators",
    "porism.site": "Building this site",
}
"""The modules of the API reference, with a line about each."""

Tell = Callable[[str], object]


def build(
    out: str | Path,
    *,
    docs: str | Path | None = None,
    benchmarks: str | Path | None = None,
    examples: bool = True,
    reference: bool = True,
    pages: str | Path | None = None,
    on_progress: Tell = lambda text: None,
) -> Catalogue:
    """Build the site.

    Parameters
    ----------
    out : str or Path
        The folder for the HTML; what was in it goes.
    docs : str or Path, optional
        The folder with the hand-written pages and their ``images``; by default those that porism brings along.
    benchmarks : str or Path, optional
        The folder with the recorded benchmarks; by default those that the packages of the problems bring along.
    examples : bool
        Whether to run the worked examples and show what they print and draw. That takes a minute.
    reference : bool
        Whether to make the API reference.
    pages : str or Path, optional
        Where to leave the Markdown of all pages, and the configuration of MkDocs, for a site of your own.
    on_progress : callable, optional
        Called with a line before each piece of work.

    Returns
    -------
    Catalogue
        What the catalogue holds.

    Raises
    ------
    InvalidInput
        If `out` holds something that is no site, or a folder is not there.
    PorismError
        If an example fails, or MkDocs finds something wrong: a link that leads nowhere, a page in no place.
    MissingExtra
        Without the extra ``docs``.
    """
    out = Path(out)
    if out.exists() and any(out.iterdir()) and not (out / "index.html").exists():
        raise InvalidInput(f"out must be a new folder, or one with a site in it; {str(out)!r} holds something else")
    for module in ("mkdocs", "material", "mkdocstrings"):
        require(module, "docs")
    with tempfile.TemporaryDirectory(prefix="porism-site-") as scratch:
        work = Path(scratch if pages is None else pages)
        if pages is not None:
            shutil.rmtree(work / "pages", ignore_errors=True)
        catalogue = write_pages(
            work, docs=docs, benchmarks=benchmarks, examples=examples, reference=reference, on_progress=on_progress
        )
        on_progress("HTML")
        _mkdocs(work / "mkdocs.yml", out.resolve())
    return catalogue


def write_pages(
    work: Path,
    *,
    docs: str | Path | None = None,
    benchmarks: str | Path | None = None,
    examples: bool = True,
    reference: bool = True,
    on_progress: Tell = lambda text: None,
) -> Catalogue:
    """Write ``pages/`` and ``mkdocs.yml`` into `work`; the parameters are those of :func:`build`."""
    for name, given in (("docs", docs), ("benchmarks", benchmarks)):
        if given is not None and not Path(given).is_dir():
            raise InvalidInput(f"{name} must be a folder, {str(given)!r} is none")
    folder = work / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    problems = registry.problems()
    run: Mapping[str, Example] = run_examples(problems, folder / "images" / "examples", on_progress) if examples else {}
    on_progress("catalogue")
    written, recorded = (None if given is None else Path(given) for given in (docs, benchmarks))
    guides = write_guides(folder, written, run, recorded)
    records = {problem.name: records_of(problem, benchmarks) for problem in problems if problem.has_room("bench")}
    catalogue = write_catalogue(folder, examples=run, records=records, guides=guides)
    shutil.copytree(ASSETS, folder / "assets", dirs_exist_ok=True)
    if reference:
        _write_reference(folder / "reference")
    first = folder / FIRST
    text = first.read_text(encoding="utf-8") if first.exists() else f"# porism\n\n{CATALOGUE}\n"
    size = (
        f"[The catalogue](catalogue/index.md) holds {len(catalogue.problems)} problems, {catalogue.solvers} solvers "
        f"from [{catalogue.papers} papers](papers/index.md), and {catalogue.laws} laws."
    )
    first.write_text(text.replace(CATALOGUE, size), encoding="utf-8")
    config = _config(_navigation(folder, guides, catalogue, reference), reference)
    (work / "mkdocs.yml").write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return catalogue


def _write_reference(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for module, summary in REFERENCE.items():
        text = f"# {module}\n\n{summary}.\n\n::: {module}\n"
        (folder / f"{module}.md").write_text(text, encoding="utf-8")


def _navigation(
    folder: Path, guides: Sequence[str] | Mapping[str, str], catalogue: Catalogue, reference: bool
) -> list[Any]:
    """The pages that are there, in the order of a reader."""

    def those(names: Sequence[str]) -> list[str]:
        return [name for name in names if (folder / name).exists()]

    known: list[Any] = ["catalogue/index.md", "catalogue/solvers.md"]
    known += [{Path(page).parent.name: [page, *solvers]} for page, solvers in catalogue.problems.items()]
    sections: dict[str, list[Any]] = {
        "Start": those([FIRST, TUTORIAL]),
        "Guides": list(guides),
        "Catalogue": known,
        "Papers": ["papers/index.md"],
        "How-to": those(HOW_TO),
        "Reference": [
            *([f"reference/{module}.md" for module in REFERENCE] if reference else []),
            *those(["benchmarks.md", "changelog.md"]),
        ],
    }
    return [{title: pages} for title, pages in sections.items() if pages]


def _config(navigation: list[Any], reference: bool) -> dict[str, Any]:
    """What MkDocs is told: nothing that a browser would have to fetch from anywhere else."""
    plugins: list[Any] = [{"search": {"separator": r"[\s\-_/.,;:()\[\]]+"}}]
    if reference:
        options = {
            "docstring_style": "numpy",
            "extensions": ["porism.site._griffe"],
            "docstring_section_style": "list",
            "heading_level": 2,
            "inherited_members": True,
            "members_order": "source",
            "merge_init_into_class": True,
            "separate_signature": True,
            "show_root_heading": False,
            "show_root_toc_entry": False,
            "show_source": False,
            "show_submodules": False,
            "filters": ["!^_"],
        }
        plugins.append({"mkdocstrings": {"handlers": {"python": {"options": options}}}})
    return {
        "site_name": "porism",
        "site_description": "Algorithm papers as algorithms that you can call, compare and trust",
        "copyright": f"porism {__version__} · MIT or Apache-2.0",
        "docs_dir": "pages",
        "use_directory_urls": False,  # the pages can be read from a disk too
        "strict": True,
        "nav": navigation,
        "not_in_nav": "/papers/*\n!/papers/index.md\n",
        "extra_css": ["assets/site.css"],
        "extra": {"generator": False},
        "theme": {
            "name": "material",
            "font": False,  # the reader's own
            "logo": "assets/porism.svg",
            "favicon": "assets/porism.svg",
            "palette": [
                {
                    "media": "(prefers-color-scheme: light)",
                    "scheme": "default",
                    "primary": "indigo",
                    "accent": "deep orange",
                    "toggle": {"icon": "material/weather-night", "name": "Dark"},
                },
                {
                    "media": "(prefers-color-scheme: dark)",
                    "scheme": "slate",
                    "primary": "indigo",
                    "accent": "deep orange",
                    "toggle": {"icon": "material/weather-sunny", "name": "Light"},
                },
            ],
            "features": [
                "content.code.copy",
                "navigation.footer",
                "navigation.indexes",
                "navigation.prune",
                "navigation.tabs",
                "navigation.top",
                "search.highlight",
                "search.suggest",
                "toc.follow",
            ],
        },
        "markdown_extensions": [
            "abbr",
            "admonition",
            "attr_list",
            "def_list",
            "md_in_html",
            "tables",
            {"toc": {"permalink": True}},
            {"pymdownx.highlight": {"anchor_linenums": True}},
            "pymdownx.details",
            "pymdownx.superfences",
        ],
        "plugins": plugins,
        "validation": {"omitted_files": "warn", "links": {"anchors": "warn", "absolute_links": "warn"}},
    }


def _mkdocs(config: Path, out: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(config), "--site-dir", str(out)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise PorismError("MkDocs found something wrong:\n" + "\n".join(lines[-40:]))
