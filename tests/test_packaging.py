"""What is installed: the wheel's contents, and what a bare installation says about extras that are missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True, cwd=folder)
    (path,) = folder.glob("porism-*.whl")
    return path


def test_the_wheel_holds_what_it_should(wheel):
    assert "-abi3-" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
        points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    for name in ("porism/py.typed", "porism/_core.abi3.so", "porism/_core/__init__.pyi", "porism/_core/kmedoids.pyi"):
        assert name in names, name
    assert {"porism/site/guides/index.md", "porism/site/assets/site.css"} <= names, "what the site is built from"
    assert all(name.startswith(("porism/", "porism-")) for name in names), "nothing lies about beside the package"
    assert any(name.endswith("licenses/LICENSE-MIT") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]
    assert "License-Expression: MIT OR Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "porism=porism.cli:main" in points.replace(" ", "")
    assert "[pytest11]" in points


def test_the_installed_wheel_works_without_the_checkout(wheel, tmp_path):
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*pip, str(wheel)], check=True)
    program = (
        "import porism, porism._core; print(porism.__file__, porism._core.__file__);"
        "print(porism.registry.get('fasterpam')([[0.0], [1.0], [9.0]], 2, rng=0).loss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(site / "porism/__init__.py"), str(site / "porism/_core.abi3.so"), "1.0"]
    show = [sys.executable, "-m", "porism.cli", "show", "fasterpam"]
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "200"}
    done = subprocess.run(show, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "recorded benchmark" in done.stdout
    assert "blobs-k100, n = 5000: fasterpam" in done.stdout


def test_every_extra_that_a_message_names_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    source = "\n".join(path.read_text() for path in (ROOT / "python/porism").rglob("*.py"))
    named = set(re.findall(r'require\("[\w.]+", "(\w+)"\)', source)) | set(re.findall(r"porism\[([a-z]+)\]", source))
    assert {"plot", "check", "demo", "bench", "parquet"} <= named
    assert named <= project["optional-dependencies"].keys()


@pytest.mark.parametrize(
    ("missing", "command", "extra"),
    [
        ("matplotlib", ["demo"], "demo"),
        ("sklearn", ["demo"], "demo"),
        ("hypothesis", ["check", "fasterpam"], "check"),
        ("mkdocs", ["site"], "docs"),
    ],
)
def test_a_missing_extra_is_one_line(missing, command, extra, tmp_path):
    program = f"import sys; sys.modules[{missing!r}] = None; from porism.cli import main; main({command!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == f"porism: {missing} is not installed: pip install 'porism[{extra}]'"
