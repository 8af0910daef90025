"""The site's pages, before MkDocs makes HTML of them; `make docs-check` looks at the HTML in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from porism import InvalidInput, PorismError, registry
from porism.site import build, write_pages
from porism.site._examples import _run
from porism.site._guides import PICTURES, write_guides
from porism.site._markdown import docstring, inline, table

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    catalogue = write_pages(folder, benchmarks=ROOT / "benchmarks", examples=False)
    return folder, catalogue


def page(site, name):
    return (site[0] / "pages" / name).read_text(encoding="utf-8")


def test_every_problem_solver_and_paper_has_a_page(site):
    folder, catalogue = site
    problems = registry.problems()
    assert len(catalogue.problems) == len(problems)
    assert catalogue.solvers == len(registry.solvers())
    keys = set()
    for problem in problems:
        text = page(site, f"catalogue/{problem.name}/index.md")
        for law in problem.statements:
            assert f"`{law.name}`" in text
        for solver in registry.solvers(problem=problem):
            assert f"[`{solver.name}`]({solver.name}.md)" in text
            own = page(site, f"catalogue/{problem.name}/{solver.name}.md")
            assert all(alias in own.splitlines()[0] for alias in solver.aliases)
            for option in solver.options:
                assert f"`{option}`" in own
            if solver.paper is not None:
                keys.add(solver.paper.key)
                assert solver.cite() in own
                assert solver.cite() in page(site, f"papers/{solver.paper.key}.md")
    assert catalogue.papers == len(keys) == len(list((folder / "pages/papers").glob("*.md"))) - 1


def test_a_paper_is_the_same_wherever_it_is_cited():
    """Two solvers of one paper give one BibTeX entry."""
    entries: dict[str, set[str]] = {}
    for solver in registry.solvers():
        if solver.paper is not None:
            entries.setdefault(solver.paper.key, set()).add(solver.cite())
    assert not {key: found for key, found in entries.items() if len(found) > 1}


def test_plugins_have_their_place(site):
    text = page(site, "catalogue/personalized-pagerank/index.md")
    assert "**from** porism-graphs" in text
    assert "personalized-pagerank" in page(site, "catalogue/index.md")


def test_records_are_shown_with_plot_table_and_command(site):
    text = page(site, "catalogue/k-medoids/index.md")
    plots = re.findall(r"\((benchmark-[\w.-]+\.svg)\)", text)
    assert len(set(plots)) >= 8
    for plot in plots:
        assert (site[0] / "pages/catalogue/k-medoids" / plot).stat().st_size > 5000
    assert "| **fasterpam** | 47.4 ms |" in text
    assert "porism bench k-medoids --workloads blobs-k100" in text
    assert "fasterpam is" in text
    assert "AMD EPYC, 2 cores, avx512" in text


def test_what_is_not_known_is_not_promised(site):
    """A problem without a record has no chapter about records, and a paper without an address no link."""
    assert "## Recorded benchmarks" not in page(site, "catalogue/approx-hamming-distances/index.md")
    assert "http" not in page(site, "papers/cole2002verifying.md")


def test_laws_that_rest_on_a_paper_are_on_its_page(site):
    text = page(site, "papers/schubert2019faster.md")
    assert "## Laws that rest on it" in text
    assert "[`same-result`](../catalogue/k-medoids/index.md#laws) of k-medoids" in text


def test_links_between_pages_lead_somewhere(site):
    pages = site[0] / "pages"
    count = 0
    for path in pages.rglob("*.md"):
        prose = re.sub(r"^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", prose):
            assert (path.parent / target).exists(), f"{path.relative_to(pages)} links to {target}"
            count += 1
    assert count > 500


def test_the_navigation_holds_every_page_but_papers_once(site):
    config = json.loads((site[0] / "mkdocs.yml").read_text(encoding="utf-8"))

    def flat(entry):
        if isinstance(entry, str):
            return [entry]
        return [name for part in (entry.values() if isinstance(entry, dict) else entry) for name in flat(part)]

    named = flat(config["nav"])
    there = {path.relative_to(site[0] / "pages").as_posix() for path in (site[0] / "pages").rglob("*.md")}
    assert len(named) == len(set(named))
    assert there - set(named) == {name for name in there if name.startswith("papers/") and name != "papers/index.md"}
    assert set(named) <= there
    assert config["theme"]["font"] is False, "nothing is fetched from elsewhere"


def test_the_package_holds_every_document():
    """As links, which a wheel and an sdist hold as files: without them a wheel could not build the guides."""
    guides = ROOT / "python/porism/site/guides"
    for path in sorted((ROOT / "docs").glob("*.md")):
        link = guides / path.name
        relative = f"../../../../docs/{path.name}"
        assert link.resolve() == path, f"cd {guides.relative_to(ROOT)} && ln -s {relative}"
    for link in guides.rglob("*.*"):
        assert link.exists(), f"{link.name} leads nowhere"
    images = {path.name for path in (guides / "images").iterdir()} | PICTURES.keys()
    for path in (ROOT / "docs").glob("*.md"):
        for name in re.findall(r"\(images/([\w.-]+)\)", path.read_text()):
            assert name in images, f"{path.name} shows {name}, which neither an example draws nor the package holds"
    assert set(PICTURES.values()) <= {problem.name for problem in registry.problems()}


def test_a_picture_that_is_not_there_is_not_shown(tmp_path):
    source = tmp_path / "docs"
    source.mkdir()
    (source / "one.md").write_text(
        "# One\n\n![a](images/none.png)\n[home](../README.md#words), [two](two.md), [x](y.json)\n"
    )
    (source / "index.md").write_text("# Home\n\n```python\nx = [1](index.md)\n```\n")
    guides = write_guides(tmp_path / "out", source, {})
    assert list(guides) == ["one.md"]
    assert (tmp_path / "out/one.md").read_text() == "# One\n\n\n[home](index.md#words), two, x\n"
    assert "x = [1](index.md)" in (tmp_path / "out/index.md").read_text()


def test_docstrings_become_markdown():
    text = docstring(
        "Take *what* is_there.\n\n- one, with\n  a second line\n- :func:`two`\n\n"
        "Parameters\n----------\nX : (n, d) array\n    Rows, X[o, m] | more.\n\n"
        "Notes\n-----\n::\n\n    code\n\n>>> 1 + 1\n2\n"
    )
    assert "Take \\*what\\* is\\_there." in text
    assert "- one, with a second line\n- `two`" in text
    assert "`X` : (n, d) array\n:   Rows, X\\[o, m\\] &#124; more." in text
    assert "```pycon\n>>> 1 + 1\n2\n```" in text
    assert "```text\ncode\n```" in text
    assert inline("``a|b`` < c") == "<code>a&#124;b</code> &lt; c"
    assert inline('x : {"a", "b"}') == 'x : &#123;"a", "b"}', "no list of attributes"
    assert table(("a", "b"), [("1", "")], right=(1,)) == "| a | b |\n| :-- | --: |\n| 1 |   |\n"


def test_an_example_that_fails_stops_the_build(tmp_path):
    with pytest.raises(PorismError, match=r"the example no_such_module failed: (.|\n)*ModuleNotFoundError"):
        _run("no_such_module", tmp_path / "x.png")


def test_an_example_prints_no_place_of_this_machine(tmp_path):
    example = _run("porism.problems.count_3sum.example", tmp_path / "taxi.png")
    assert "count-3sum/auto" in example.printed
    assert "How they come: taxi.png" in example.printed
    assert str(tmp_path) not in example.printed
    assert example.picture.stat().st_size > 10_000


def test_other_peoples_folders_are_left_alone(tmp_path):
    (tmp_path / "precious.txt").touch()
    with pytest.raises(InvalidInput, match="out must be a new folder"):
        build(tmp_path)
