"""The catalogue: what the registry knows, as pages."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from porism._law import GENERAL, Law
from porism._paper import Paper
from porism._problem import Problem
from porism._registry import registry
from porism._solver import Solver
from porism.bench import digest
from porism.site._examples import Example
from porism.site._markdown import code_block, docstring, inline, sections, table
from porism.site._records import Records, recorded_part

__all__ = ["Catalogue", "write_catalogue"]

AnyProblem = Problem[..., Any]
AnySolver = Solver[..., Any]


@dataclass
class Catalogue:
    """What was written, for the navigation.

    Attributes
    ----------
    problems : dict of str to list of dict
        Page of each problem, and name and page of each of its solvers, relative to the pages' folder.
    solvers, papers, laws : int
        How many there are.
    """

    problems: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    solvers: int = 0
    papers: int = 0
    laws: int = 0


def write_catalogue(
    folder: Path, *, examples: Mapping[str, Example], records: Mapping[str, Records], guides: Mapping[str, str]
) -> Catalogue:
    """Write the catalogue's pages.

    Parameters
    ----------
    folder : Path
        The pages' folder; the catalogue goes into ``catalogue`` and ``papers`` there.
    examples : mapping of str to Example
        The examples that were run, by the problem's name.
    records : mapping of str to sequence of Record
        The recorded benchmarks, by the problem's name.
    guides : mapping of str to str
        The texts of the guides, by page, to find those about a problem.
    """
    catalogue = Catalogue()
    home = folder / "catalogue"
    cited: dict[str, tuple[Paper, list[AnySolver]]] = {}
    problems = registry.problems()
    for problem in problems:
        place = home / _slug(problem)
        place.mkdir(parents=True, exist_ok=True)
        solvers = registry.solvers(problem=problem)
        found = records.get(problem.name, ())
        example = examples.get(problem.name)
        text = _problem_page(problem, solvers, example, found, place, _guides_of(problem, guides))
        (place / "index.md").write_text(text, encoding="utf-8")
        told = digest(found)
        pages: list[dict[str, str]] = []
        for solver in solvers:
            text = _solver_page(solver, told.get(solver.name, []))
            (place / f"{solver.name}.md").write_text(text, encoding="utf-8")
            pages.append({solver.name: f"catalogue/{place.name}/{solver.name}.md"})
            if solver.paper is not None:
                cited.setdefault(solver.paper.key, (solver.paper, []))[1].append(solver)
        catalogue.problems[f"catalogue/{place.name}/index.md"] = pages
        catalogue.solvers += len(solvers)
        catalogue.laws += len(problem.statements)
    catalogue.papers = len(cited)
    catalogue.laws += len(GENERAL)
    (home / "index.md").write_text(_overview(problems, examples), encoding="utf-8")
    (home / "solvers.md").write_text(_all_solvers(), encoding="utf-8")
    _write_papers(folder / "papers", cited)
    return catalogue


def _slug(item: AnyProblem) -> str:
    """A name for a folder: the problem's, with its distribution where another one has the short name."""
    return registry.name_of(item).replace("::", "--")


def _guides_of(problem: AnyProblem, guides: Mapping[str, str]) -> dict[str, str]:
    """Title by page of the guides that import the problem's package or name it."""
    package = problem.__module__.rpartition(".")[0]
    about = [page for page, text in guides.items() if f"from {package} import" in text or f"`{problem.name}`" in text]
    return {page: guides[page].lstrip().splitlines()[0].lstrip("# ") for page in about}


# -- problems ----------------------------------------------------------------------------------------------------------


def _problem_page(
    problem: AnyProblem,
    solvers: Sequence[AnySolver],
    example: Example | None,
    found: Records,
    place: Path,
    guides: Mapping[str, str],
) -> str:
    facts = [f"**from** {registry.owner(problem)}"]
    if problem.tags:
        facts.append("**tags** " + ", ".join(sorted(problem.tags)))
    if guides:
        facts.append("**guide** " + ", ".join(f"[{title}](../../{page})" for page, title in guides.items()))
    parts = [
        f"# {registry.name_of(problem)}\n",
        inline(problem.summary) + "\n",
        " · ".join(facts) + "\n",
        _summary_rest(problem),
        code_block(f"solver{_signature(problem.signature)}", "python"),
        "## Solvers side by side\n",
        _side_by_side(problem, solvers),
        _example_part(problem, example),
    ]
    if found:
        parts += ["## Recorded benchmarks\n", _recorded_intro(), recorded_part(found, place)]
    parts += [
        "## Arguments, result and errors\n",
        docstring(problem.doc, without=("", "Examples")),
        _result_part(problem),
        "## Laws\n",
        "What every solver of this problem keeps, and what those keep that claim it; "
        "`porism check` tests any solver by them, yours too.\n",
        _laws_table([*problem.statements, *GENERAL]),
    ]
    return "\n".join(part for part in parts if part)


def _recorded_intro() -> str:
    return (
        "Peers (*in italics*) run in the same benchmark, in turn with the solvers, on the same instances; a ratio "
        "counts only where both came to the same result. Read ratios and medians, not single times.\n"
    )


def _summary_rest(problem: AnyProblem) -> str:
    """What the docstring says after its first sentence, before the first section."""
    _, lines = sections(problem.doc)[0]
    text = "\n".join(lines)
    return docstring(text[len(problem.doc.split("\n\n", 1)[0]) :].strip("\n")) + "\n"


def _side_by_side(problem: AnyProblem, solvers: Sequence[AnySolver]) -> str:
    rows = []
    for solver in solvers:
        name = f"[`{solver.name}`]({solver.name}.md)" + (" **(default)**" if solver is problem.default else "")
        also = f"<br>also {', '.join(f'`{alias}`' for alias in solver.aliases)}" if solver.aliases else ""
        paper = f"[{inline(solver.paper.short)}](../../papers/{solver.paper.key}.md)" if solver.paper else ""
        owner = "" if registry.owner(solver) == registry.owner(problem) else f"<br>from {registry.owner(solver)}"
        rows.append((name + also + owner, inline(solver.summary), paper, inline(solver.complexity), _claims(solver)))
    return table(("solver", "what it is", "paper", "complexity", "claims"), rows)


def _claims(solver: AnySolver) -> str:
    return ", ".join(
        f"`{name}`" if value is True else f"`{name}={value}`" for name, value in solver.claims.items()
    ).replace("|", "&#124;")


def _example_part(problem: AnyProblem, example: Example | None) -> str:
    parts = ["## Example\n"]
    for title, lines in sections(problem.doc):
        if title == "Examples":
            parts.append(code_block("\n".join(lines).strip("\n"), "pycon"))
    if example is not None:
        picture = f"../../images/examples/{example.picture.name}"
        parts += [
            f"The worked example on real data, `porism demo {problem.name}`:\n",
            f"[![What the worked example of {problem.name} draws]({picture}){{ .plot }}]({picture})\n",
            '??? example "What it prints"\n\n'
            + "\n".join("    " + line for line in code_block(example.printed, "text").splitlines())
            + "\n",
        ]
    return "\n".join(parts) if len(parts) > 1 else ""


def _result_part(problem: AnyProblem) -> str:
    doc = inspect.cleandoc(problem.result.__doc__ or "")
    return f"### `{problem.result.__name__}`\n\n" + docstring(doc, without=("Examples",), level=4)


def _laws_table(laws: Sequence[Law]) -> str:
    rows = [
        (
            f"`{law.name}`",
            inline(law.statement),
            f"`{law.claim}`" if law.claim else "every solver",
            inline(law.source),
        )
        for law in laws
    ]
    return table(("law", "what always holds", "for", "source"), rows)


def _signature(signature: inspect.Signature) -> str:
    """``(X, k, *, metric="euclidean", rng=None)``, without types."""
    shown = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        text = parameter.name
        if parameter.kind is parameter.VAR_KEYWORD:
            text = f"**{text}"
        if parameter.default is not parameter.empty:
            text += f"={parameter.default!r}"
        shown.append(text)
    line = f"({', '.join(shown)})"
    return line if len(line) < 90 else "(\n    " + ",\n    ".join(shown) + ",\n)"


# -- solvers -----------------------------------------------------------------------------------------------------------


def _solver_page(solver: AnySolver, told: Sequence[str]) -> str:
    problem = solver.problem
    variable, name = solver.__name__, registry.name_of(solver)
    facts: list[tuple[str, str]] = [("problem", f"[{registry.name_of(problem)}](index.md): {inline(problem.summary)}")]
    if solver.paper is not None:
        paper = f"[{inline(str(solver.paper))}](../../papers/{solver.paper.key}.md)"
        facts.append(
            ("paper", paper + (f" ([{inline(solver.paper.link)}]({solver.paper.link}))" if solver.paper.link else ""))
        )
    facts.append(("complexity", inline(solver.complexity)))
    facts.append(("claims", _claims(solver)))
    facts.append(("from", registry.owner(solver)))
    call = f"from {_importable(solver)} import {variable}\n\n{variable}{_signature(solver.signature)}"
    own = [law for law in (*problem.statements, *GENERAL) if law.claim is not None and law.claim in solver.claims]
    parts = [
        f"# {solver.name}{_also(solver)}\n",
        inline(solver.summary) + "\n",
        '<div class="facts" markdown>\n\n'
        + table(("", ""), [(f"**{label}**", text) for label, text in facts if text])
        + "\n</div>\n",
        code_block(call, "python"),
        f'The same as `registry.get("{name}")`; in a shell, `porism show {name}`.\n',
        docstring(_rest_of(solver), without=("Parameters", "Returns", "Raises", "Examples"), level=2),
        "## Arguments and options\n",
        _options(solver),
    ]
    if own:
        parts += [
            "## Laws of its claims\n",
            f"Besides [the laws of every solver of {problem.name}](index.md#laws):\n",
            _laws_table(own),
        ]
    if told:
        parts += [
            "## Recorded benchmarks\n",
            "\n".join(f"- {inline(line)}" for line in told) + "\n",
            f"Tables and plots: [{problem.name}](index.md#recorded-benchmarks).\n",
        ]
    if solver.paper is not None:
        parts += ["## To cite it\n", code_block(solver.paper.bibtex(), "bibtex")]
    return "\n".join(part for part in parts if part)


def _also(solver: AnySolver) -> str:
    """The aliases, for the title: whoever searches for one of them finds the page first."""
    return f" (also {', '.join(solver.aliases)})" if solver.aliases else ""


def _importable(solver: AnySolver) -> str:
    """The shortest module from which the solver can be imported: its problem's package, as a rule."""
    import sys

    package = solver.__module__.rpartition(".")[0]
    module = sys.modules.get(package)
    return package if module is not None and getattr(module, solver.__name__, None) is solver else solver.__module__


def _rest_of(solver: AnySolver) -> str:
    """The docstring after its first paragraph's first sentence."""
    first, _, rest = solver.doc.partition("\n\n")
    remainder = " ".join(first.split())[len(solver.summary) :].strip()
    return f"{remainder}\n\n{rest}" if remainder else rest


def _options(solver: AnySolver) -> str:
    rows = []
    documented = solver.options
    for name in solver.problem.arguments:
        rows.append((f"`{name}`", "required", "[as in the problem](index.md#arguments-result-and-errors)"))
    for option in documented.values():
        default = "required" if option.default is inspect.Parameter.empty else f"`{option.default!r}`"
        kind = f"*{inline(option.type)}*. " if option.type else ""
        rows.append((f"`{option.name}`", default.replace("|", "&#124;"), kind + inline(option.doc)))
    return table(("name", "default", "what it is"), rows)


# -- overviews and papers ----------------------------------------------------------------------------------------------


def _overview(problems: Sequence[AnyProblem], examples: Mapping[str, Example]) -> str:
    rows = []
    for problem in problems:
        slug = _slug(problem)
        solvers = registry.solvers(problem=problem)
        picture = ""
        if problem.name in examples:
            name = examples[problem.name].picture.name
            picture = f"[![]({f'../images/examples/{name}'}){{ .thumb }}]({slug}/index.md)"
        names = ", ".join(f"[`{solver.name}`]({slug}/{solver.name}.md)" for solver in solvers)
        link = f"[**{registry.name_of(problem)}**]({slug}/index.md)"
        rows.append((f"{link}<br>{inline(problem.summary)}", picture, names))
    return (
        "# Catalogue\n\nEvery problem that porism and the plugins installed beside it know, with its solvers. "
        "[All solvers](solvers.md) are in one table too, and so are [their papers](../papers/index.md).\n\n"
        + table(("problem", "", "solvers"), rows)
    )


def _all_solvers() -> str:
    rows = []
    for solver in registry.solvers():
        slug = _slug(solver.problem)
        also = "".join(f", `{alias}`" for alias in solver.aliases)
        paper = f"[{inline(solver.paper.short)}](../papers/{solver.paper.key}.md)" if solver.paper else ""
        rows.append(
            (
                f"[`{solver.name}`]({slug}/{solver.name}.md){also}",
                f"[{registry.name_of(solver.problem)}]({slug}/index.md)",
                paper,
                inline(solver.complexity),
            )
        )
    return f"# All solvers\n\n{len(rows)} solvers.\n\n" + table(("solver", "problem", "paper", "complexity"), rows)


def _write_papers(folder: Path, cited: Mapping[str, tuple[Paper, Sequence[AnySolver]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    laws = [(problem, law) for problem in registry.problems() for law in problem.statements]
    rows = []
    for key, (paper, solvers) in sorted(cited.items(), key=lambda item: (-item[1][0].year, item[0])):
        title = inline(_title(paper))
        (folder / f"{key}.md").write_text(_paper_page(paper, solvers, laws), encoding="utf-8")
        names = ", ".join(f"[`{registry.name_of(s)}`](../catalogue/{_slug(s.problem)}/{s.name}.md)" for s in solvers)
        rows.append((str(paper.year), f"[{title}]({key}.md)<br>{inline(', '.join(paper.authors))}", names))
    text = f"# Papers\n\n{len(rows)} papers whose algorithms can be called here.\n\n" + table(
        ("year", "paper", "solvers"), rows
    )
    (folder / "index.md").write_text(text, encoding="utf-8")


def _title(paper: Paper) -> str:
    return paper.title.replace("{", "").replace("}", "")


def _paper_page(paper: Paper, solvers: Sequence[AnySolver], laws: Sequence[tuple[AnyProblem, Law]]) -> str:
    where = ", ".join(part for part in (paper.venue, paper.volume, paper.pages, str(paper.year)) if part)
    parts = [f"# {inline(_title(paper))}\n", inline("; ".join(paper.authors)) + "\n", inline(where) + "\n"]
    if paper.link:
        parts.append(f"[{inline(paper.link)}]({paper.link})\n")
    rows = [
        (
            f"[`{registry.name_of(solver)}`](../catalogue/{_slug(solver.problem)}/{solver.name}.md)",
            inline(solver.summary),
            inline(solver.complexity),
        )
        for solver in solvers
    ]
    parts += ["## Its algorithms here\n", table(("solver", "what it is", "complexity"), rows)]
    resting = [(problem, law) for problem, law in laws if paper.short in law.source]
    if resting:
        parts += [
            "## Laws that rest on it\n",
            table(
                ("law", "what always holds", "source"),
                [
                    (
                        f"[`{law.name}`](../catalogue/{_slug(problem)}/index.md#laws) of {problem.name}",
                        inline(law.statement),
                        inline(law.source),
                    )
                    for problem, law in resting
                ],
            ),
        ]
    parts += ["## BibTeX\n", code_block(paper.bibtex(), "bibtex")]
    return "\n".join(parts)
