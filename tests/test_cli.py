"""The command line as people meet it: real processes, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PORISM = [sys.executable, "-m", "porism.cli"]


def porism(*arguments: str, stdin: bytes | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PORISM, *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1"},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def fails(done: subprocess.CompletedProcess[str], code: int, *mentions: str) -> None:
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for mention in mentions:
        assert mention in done.stderr, done.stderr


@pytest.fixture
def points(tmp_path):
    X = np.vstack([np.random.default_rng(0).normal(loc, 0.1, (20, 2)) for loc in (0, 5, 9)])
    path = tmp_path / "points.npy"
    np.save(path, X)
    return path


def test_list_shows_every_solver_and_marks_the_default():
    done = porism("list")
    assert done.returncode == 0, done.stderr
    for name in ("k-medoids/fasterpam *", "k-medoids/fastpam1", "k-medoids/pam", "k-medoids/alternating"):
        assert name in done.stdout


def test_list_can_be_narrowed():
    done = porism("list", "--problem", "k-medoids", "--search", "alternating")
    assert "k-medoids/alternating" in done.stdout
    fails(porism("list", "--problem", "k-mediods"), 2, "k-medoids")


def test_list_plugins_says_where_everything_comes_from():
    done = porism("list", "--plugins")
    assert done.returncode == 0
    assert "porism.problems" in done.stdout


def test_show_solver_tells_paper_claims_options_and_laws():
    done = porism("show", "fastpam")
    assert done.returncode == 0, done.stderr
    for text in (
        "k-medoids/fasterpam",
        "Schubert & Rousseeuw 2021",
        "10.1016/j.is.2021.101804",
        "max_iter",
        "100",
        "local-optimum",
        "local_optimum=swap",
        "X[o, m], not X[m, o]",
        '{"categorical": [column, …]}',
    ):
        assert text in done.stdout, text


def test_show_problem_tells_call_result_and_solvers():
    done = porism("show", "k-medoids")
    assert "solver(X, k, *, metric='euclidean', rng=None)" in done.stdout
    assert "KMedoidsResult" in done.stdout
    assert "fasterpam (default)" in done.stdout


def test_show_unknown_name_suggests_the_closest():
    fails(porism("show", "fastrpam"), 2, "fasterpam")


def test_cite_prints_bibtex():
    done = porism("cite", "fasterpam")
    assert done.stdout.startswith("@article{schubert2021fast,")
    assert "Rousseeuw, Peter J." in done.stdout
    assert "booktitle" in porism("cite", "pam").stdout, "a chapter of a collection"


def test_run_prints_json(points):
    done = porism("run", "fasterpam", str(points), "-k", "3", "--rng", "0")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["medoids"]) == 3
    assert len(result["labels"]) == 60
    assert result["converged"] is True


def test_run_passes_options_on(points):
    base = json.loads(porism("run", "k-medoids", str(points), "-k", "3", "--rng=0").stdout)
    city = json.loads(
        porism(
            "run", "fasterpam", str(points), "--k", "3", "--rng", "0", "--metric", "manhattan", "--max-iter", "7"
        ).stdout
    )
    assert city["loss"] != base["loss"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".npz", ".npy"])
def test_run_reads_every_format_alike(points, tmp_path, suffix):
    X = np.load(points)
    path = tmp_path / f"data{suffix}"
    if suffix == ".npz":
        np.savez(path, X=X, other=X[:3])
    elif suffix == ".npy":
        np.save(path, X)
    else:
        mark = {".csv": ",", ".tsv": "\t", ".txt": " "}[suffix]
        lines = [mark.join(("x", "y"))] + [mark.join(map(repr, map(float, row))) for row in X]
        path.write_text("\n".join(lines) + "\n")
    assert (
        porism("run", "fasterpam", str(path), "-k", "3", "--rng", "0").stdout
        == porism("run", "fasterpam", str(points), "-k", "3", "--rng", "0").stdout
    )


def test_run_reads_parquet(points, tmp_path):
    import pandas

    X = np.load(points)
    path = tmp_path / "points.parquet"
    pandas.DataFrame({"x": X[:, 0], "name": "p", "y": X[:, 1]}).to_parquet(path)
    expected = porism("run", "fasterpam", str(points), "-k3", "--rng=0").stdout
    assert porism("run", "fasterpam", str(path), "-k3", "--rng=0", "--columns", "x,y").stdout == expected
    fails(porism("run", "fasterpam", str(path), "-k3"), 2, "column 'name'", "--columns")


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet", ".csv"])
def test_run_says_what_is_wrong_with_a_file(points, tmp_path, suffix):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"PK\x03\x04 not \xff what it says")
    fails(porism("run", "fasterpam", str(path), "-k", "3"), 2, path.name)
    path.write_bytes(b"")
    fails(porism("run", "fasterpam", str(path), "-k", "3"), 2, path.name)
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    fails(porism("run", "fasterpam", str(folder), "-k", "3"), 2, folder.name)
    if suffix == ".npz":
        path.write_bytes(points.read_bytes())
        fails(porism("run", "fasterpam", str(path), "-k", "3"), 2, "rename it")


def test_run_reads_standard_input(points):
    text = "\n".join(",".join(map(repr, map(float, row))) for row in np.load(points)).encode()
    expected = porism("run", "fasterpam", str(points), "-k", "3", "--rng", "0").stdout
    assert porism("run", "fasterpam", "-", "-k", "3", "--rng", "0", stdin=text).stdout == expected
    assert porism("run", "fasterpam", "-", "-k", "3", "--rng", "0", stdin=points.read_bytes()).stdout == expected


def test_run_chooses_columns_by_name(tmp_path):
    path = tmp_path / "iris.csv"
    path.write_text("species,a,b\nx,1,2\ny,3,4\nz,9,9\n")
    fails(porism("run", "fasterpam", str(path), "-k", "2"), 2, "species", "--columns")
    done = porism("run", "fasterpam", str(path), "-k", "2", "--columns", "a,b")
    assert done.returncode == 0, done.stderr
    fails(porism("run", "fasterpam", str(path), "-k", "2", "--columns", "a,c"), 2, "'c'", "species, a, b")


def test_a_file_of_one_column_is_a_set_of_integers(tmp_path):
    (tmp_path / "numbers.csv").write_text("item,price\nnut,3\nbolt,5\nnail,9\n")
    prices = ["numbers.csv", "--columns", "price"]
    done = porism("run", "subset-sum", *prices, "--target", "13", cwd=tmp_path)
    assert json.loads(done.stdout)["best"] == 12, done.stderr
    (tmp_path / "numbers.csv").write_text("3\n5.5\n9\n")
    fails(porism("run", "k-fold-sumset", "numbers.csv", "-k", "2", cwd=tmp_path), 2, "integers", "5.5 in place 1")


def test_a_long_cell_is_not_quoted_whole(tmp_path):
    (tmp_path / "prose.txt").write_text("abracadabra" * 100)
    done = porism("run", "fasterpam", "prose.txt", "-k", "2", cwd=tmp_path)
    fails(done, 2, "not numeric", "abracadabra")
    assert len(done.stderr) < 200


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_run_writes_the_result_to_a_file(points, tmp_path, suffix):
    out = tmp_path / f"result{suffix}"
    done = porism("run", "fasterpam", str(points), "-k", "3", "--rng", "0", "--out", str(out))
    assert done.returncode == 0, done.stderr
    medoids = json.loads(out.read_text())["medoids"] if suffix == ".json" else np.load(out)["medoids"].tolist()
    assert len(medoids) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_run_draws_a_picture(points, tmp_path):
    picture = tmp_path / "picture.png"
    done = porism("run", "fasterpam", str(points), "-k", "3", "--plot", str(picture))
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["run", "fasterpam", "POINTS"], ["needs -k"]),
        (["run", "fasterpam", "POINTS", "-k"], ["-k needs a value"]),
        (["run", "fasterpam", "POINTS", "-k", "0"], ["k must be", "0"]),
        (["run", "fasterpam", "POINTS", "-k", "many"], ["k must be", "'many'"]),
        (["run", "fasterpam", "POINTS", "-k", "3", "--metrik", "cosine"], ["metrik", "metric"]),
        (["run", "fasterpam", "POINTS", "-k", "3", "--metric", "cosin"], ["metric", "cosine"]),
        (["run", "fasterpam", "missing.csv", "-k", "3"], ["missing.csv", "No such file"]),
        (["run", "fasterpam", "data.xlsx", "-k", "3"], [".csv", "data.xlsx"]),
        (["run", "fasterpam", "POINTS", "-k", "3", "--out", "result.txt"], ["--out", ".json"]),
        (["run", "fasterpam", "missing.csv", "-k", "3", "--out", "result.txt"], ["--out", ".json"]),
        (["run", "fasterpam", "missing.csv", "-k", "3", "--out", "nowhere/result.json"], ["--out", "nowhere"]),
        (["run", "fasterpam", "missing.csv", "-k", "3", "--plot", "picture.xyz"], ["--plot", ".png", "picture.xyz"]),
        (["run", "fasterpam", "missing.csv", "-k", "3", "--plot", "nowhere/picture.png"], ["--plot", "nowhere"]),
        (["run", "fasterpam", "POINTS", "-k", "3", "--seed", "0"], ["seed", "rng"]),
        (["run", "nothing", "POINTS", "-k", "3"], ["nothing"]),
        (["check"], ["check needs"]),
        (["check", "fasterpam", "--profile", "hard"], ["profile", "hard"]),
        (["check", "fasterpam", "--law", "losss"], ["losss", "loss"]),
        (["check", "--plugin", "no-such-plugin"], ["no-such-plugin"]),
        (["frobnicate"], ["frobnicate"]),
        (["run"], ["name"]),
        (["demo", "k-mediods"], ["k-medoids"]),
        (["bench", "k-mediods"], ["k-medoids"]),
        (["bench", "k-medoids", "--sizes", "many"], ["--sizes", "'many'"]),
        (["bench", "k-medoids", "--workloads", "nothing"], ["nothing"]),
        (["bench", "k-medoids", "--solvers", "fastrpam"], ["fasterpam"]),
        (["bench", "k-medoids", "--sizes", ","], ["sizes", "none"]),
        (["bench", "--plots", "nowhere"], ["plots", "'nowhere'"]),
        (["bench", "--plots", "."], ["plots", "no record"]),
        (["run", "ball-carving", "POINTS", "--delta", "1", "--plot", "p.png"], ["--plot", "result.plot(A, positions)"]),
        (["cite", "hamming-distances/naive"], ["names no paper"]),
        (["demo", "--out", "picture.xyz"], ["--out", ".png", "picture.xyz"]),
        (["run", "sumset", "POINTS", "-b", "[1]"], ["one column, got 2", "--columns"]),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(points, tmp_path, arguments, mentions):
    words = [str(points) if word == "POINTS" else word for word in arguments]
    fails(porism(*words, cwd=tmp_path), 2, *mentions)


def test_debug_shows_the_traceback(points):
    done = porism("run", "fasterpam", str(points), "-k", "0", "--debug")
    assert "Traceback" in done.stderr
    assert "InvalidInput" in done.stderr


def test_check_reports_each_law(tmp_path):
    report = tmp_path / "report.json"
    done = porism("check", "fasterpam", "--examples", "5", "--seed", "3", "--report", str(report), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "local-optimum" in done.stdout
    assert "0 failed (seed 3)" in done.stdout
    written = json.loads(report.read_text())
    assert (written["format"], written["ok"]) == (1, True)
    (entry,) = written["solvers"]
    assert entry["ok"] is True
    assert {outcome["status"] for outcome in entry["outcomes"]} == {"passed"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json"]


def test_the_version_is_the_package_s():
    from porism import __version__

    assert porism("--version").stdout == f"porism {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_names_every_command(arguments):
    done = porism(*arguments)
    assert done.returncode == 0
    for command in ("list", "show", "cite", "run", "check", "laws", "bench", "demo", "new-plugin"):
        assert re.search(rf"^\s+{command}\s", done.stdout, re.MULTILINE), command


def test_pytest_runs_the_laws_of_a_solver(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--porism", "fasterpam", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--porism", "fastrpam", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 4
    assert "fasterpam" in done.stderr


def test_demo_runs_the_main_job_on_real_data(tmp_path):
    picture = tmp_path / "report.png"
    done = porism("demo", "--out", str(picture))
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("fasterpam", "fastpam1", "pam", "alternating"):
        assert f"k-medoids/{name}" in done.stdout
    assert "51194.7" in done.stdout
    assert "all hold" in done.stdout
    assert str(picture) in done.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
