"""What the documents say is run: every Python block, every command's name, every link to a file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")]
GUIDES = sorted((ROOT / "docs").glob("*.md"))


def blocks(document: Path, language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", document.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) if block.startswith("   ") else block for block in found]


def test_the_readme_example_runs():
    (program,) = blocks(ROOT / "README.md", "python")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "KMedoidsResult(medoids=int64[10]" in done.stdout
    assert "fasterpam" in done.stdout


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_examples_of_the_guides_run(guide):
    programs = blocks(guide, "python")
    assert programs, f"{guide.name} has no example"
    for program in programs:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}\n{done.stderr}"


def test_the_solver_of_contributing_keeps_the_laws():
    source = next(block for block in blocks(ROOT / "CONTRIBUTING.md", "python") if "first_k" in block)
    program = (ROOT / "python/porism/problems/k_medoids/solvers.py").read_text() + "\n\n" + source
    namespace: dict[str, object] = {"__name__": "porism.problems.k_medoids.scratch"}
    # A second execution of the module makes its solvers anew; only the new one is of interest, and nothing is
    # registered.
    program = re.sub(r"\bdefault=True", "default=False", program)
    exec(compile(program, "contributing", "exec"), namespace)
    from porism.conformance import check

    check(namespace["first_k"], examples=20).raise_for_failures()


def test_the_plugin_of_contributing_is_one(tmp_path):
    """The files as they are printed, put where the text says: a plugin that porism takes, and whose laws hold."""
    document = ROOT / "CONTRIBUTING.md"
    python = blocks(document, "python")
    files = {
        "pyproject.toml": next(block for block in blocks(document, "toml") if "entry-points" in block),
        "my_plugin/__init__.py": next(block for block in python if "porism_register" in block),
        **{
            f"my_plugin/{name}.py": next(b for b in python if f"# {name}.py" in b)
            for name in ("problem", "solvers", "laws")
        },
    }
    for name, text in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    site = tmp_path / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(site),
    ]
    subprocess.run([*pip, str(tmp_path / "source")], check=True)
    cli = [sys.executable, "-m", "porism.cli"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [*cli, "check", "--plugin", "my-plugin", "--profile", "quick"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"passed +count +25 examples", done.stdout)
    assert "1 solver, 13 laws: 13 passed" in done.stdout


@pytest.mark.parametrize("document", [*DOCUMENTS, *GUIDES], ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_make_target_that_is_mentioned_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        for target in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", document.read_text(), re.MULTILINE):
            assert (target[0] or target[1]) in targets, f"{document.name} mentions make {target}"


def test_versions_agree():
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
    from porism import __version__

    assert __version__ == cargo["workspace"]["package"]["version"]
