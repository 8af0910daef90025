"""What a public repository has beside the code: workflows, security policy, citation, and one version everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def loaded(path):
    return yaml.safe_load(path.read_text())


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_workflows_for_tests_site_and_release():
    assert [path.stem for path in WORKFLOWS] == ["ci", "docs", "release"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_whole(path):
    workflow = loaded(path)
    assert workflow["name"] == path.stem
    assert workflow[True], "`on`, which YAML 1.1 reads as true"
    assert workflow["permissions"] == {"contents": "read"}, "what writes says so in its own job"
    for name, job in workflow["jobs"].items():
        assert job["runs-on"], name
        assert set(job.get("needs", ()) if isinstance(job.get("needs"), list) else [job.get("needs")]) <= {
            *workflow["jobs"],
            None,
        }
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), f"{name}: {step}"
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)", step["uses"]), step["uses"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_what_is_there(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = "\n".join(step["run"] for step in steps(loaded(path)) if "run" in step)
    assert set(re.findall(r"\bmake ([a-z-]+)", commands)) <= targets
    for script in re.findall(r"python (tools/\w+\.py)", commands):
        assert (ROOT / script).exists(), script
    for extra in re.findall(r"porism\[([a-z-]+)\]", commands):
        assert extra in PROJECT["optional-dependencies"], extra
    assert "https://" not in commands, "registries and hosts are the runner's business"


def test_every_supported_python_is_tested_and_the_oldest_rust():
    jobs = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]
    declared = {c.rpartition(" ")[2] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)}
    assert set(jobs["test"]["strategy"]["matrix"]["python"]) == declared
    assert PROJECT["requires-python"] == f">={min(declared, key=lambda v: int(v.split('.')[1]))}"
    oldest = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    assert f"cargo +{oldest} check" in "\n".join(step.get("run", "") for step in jobs["oldest-rust"]["steps"])


def test_publishing_needs_every_trial_and_no_secret():
    workflow = loaded(ROOT / ".github/workflows/release.yml")
    publish = workflow["jobs"]["publish"]
    assert set(publish["needs"]) == {"try-wheels", "try-sdist"}
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["if"].startswith("startsWith(github.ref, 'refs/tags/")
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text()


def test_the_citation_is_one():
    citation = loaded(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "version"} <= citation.keys()
    assert sorted(citation["license"]) == sorted(PROJECT["license"].split(" OR "))


def test_versions_agree_everywhere():
    done = subprocess.run([sys.executable, ROOT / "tools/release.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    done = subprocess.run(
        [sys.executable, ROOT / "tools/release.py", "v99.0.0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Cargo.toml has version" in done.stdout
    assert "CITATION.cff has version" in done.stdout
    assert "CHANGELOG.md has no section [99.0.0]" in done.stdout


def test_the_security_policy_says_where_to_report():
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text()
