"""What the documents say is run: every Python block, command and session in a docstring; links lead somewhere."""

from __future__ import annotations

import doctest
import gzip
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from porism import registry

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")]
GUIDES = sorted((ROOT / "docs").glob("*.md"))
PLUGINS = sorted((ROOT / "plugins").glob("*/README.md"))


def blocks(document: Path, language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", document.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) if block.startswith("   ") else block for block in found]


def test_the_readme_example_runs():
    (program,) = blocks(ROOT / "README.md", "python")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "KMedoidsResult(medoids=int64[10]" in done.stdout
    assert "fasterpam" in done.stdout


@pytest.mark.parametrize("guide", [*GUIDES, *PLUGINS], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_of_the_guides_run(guide):
    programs = blocks(guide, "python")
    assert programs, f"{guide.name} has no example"
    for program in programs:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}\n{done.stderr}"


def data_of(folder):
    """The files that the commands in the documents read."""
    rng = np.random.default_rng(0)
    for name in ("data.csv", "features.csv"):
        np.savetxt(folder / name, rng.random((60, 4)), delimiter=",")
    (folder / "ops.csv").write_text("".join(f"+,{item}\n" for item in range(40)) + "-,3\n")
    genome = "".join(rng.choice(list("ACGT"), 2000)) + "GATTACAGATTACA"
    (folder / "genome.fa").write_text(f">one\n{genome}\n")
    (folder / "genome.fa.gz").write_bytes(gzip.compress((folder / "genome.fa").read_bytes()))
    (folder / "guides.txt").write_text(f"{genome[100:120]}\n{genome[900:920]}\n")
    (folder / "letters.txt").write_text("nothing but for the purpose of an example\n" * 20)


def commands():
    """Every line of a shell that calls porism; make's targets and commands about a plugin have tests of their own."""
    found = []
    for document in [*DOCUMENTS, *GUIDES, *PLUGINS]:
        if document.name in ("plugin-author.md", "kernel-author.md"):  # their commands are about a plugin in the making
            continue
        for block in blocks(document, "sh"):
            for line in block.splitlines():
                command = line.partition("  #")[0].strip()
                if re.search(r"(^|\| )porism (?!new-plugin)", command) and "--plugin" not in command:
                    found.append(pytest.param(command, id=f"{document.name}: {command[:60]}"))
    return found


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_documents_run(command, tmp_path):
    data_of(tmp_path)
    if "porism check" in command and "--profile" not in command:
        command += " --profile quick"  # the documents mean the default, which takes longer
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "MPLBACKEND": "Agg"}
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("problem", registry.problems(), ids=lambda problem: problem.name)
def test_the_example_of_every_problem_is_true(problem):
    """What the catalogue shows of each: the session in its docstring."""
    session = doctest.DocTestParser().get_doctest(problem.doc, {}, problem.name, None, None)
    assert session.examples, f"the docstring of {problem.name} has no example"
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(session, out=said.append)
    assert not result.failed, "".join(said)


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
    assert re.search(r"passed +count +\d+ examples", done.stdout)
    assert "1 solver, 13 laws: 13 passed" in done.stdout


@pytest.mark.parametrize("document", [*DOCUMENTS, *GUIDES, *PLUGINS], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_make_target_that_is_mentioned_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [*DOCUMENTS, *GUIDES]:
        for target in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", document.read_text(), re.MULTILINE):
            assert (target[0] or target[1]) in targets, f"{document.name} mentions make {target}"


def test_versions_agree():
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
    from porism import __version__

    assert __version__ == cargo["workspace"]["package"]["version"]
