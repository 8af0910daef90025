"""``porism new-plugin``: what it writes works as it stands, in both flavours, and its laws notice slips."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from porism import API_VERSION, InvalidInput
from porism._kit import new_plugin, plan

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"python": "demo-algo", "rust": "demo-rust"}


class Lab:
    """An environment with porism and every tool, and one generated plugin in it."""

    def __init__(self, folder: Path, flavour: str) -> None:
        self.folder, self.flavour = folder, flavour
        self.name = NAMES[flavour]
        self.module = self.name.replace("-", "_")
        venv.create(folder / "env", with_pip=False)
        self.python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        purelib = self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        seen = [path for path in site.getsitepackages() if Path(path).is_dir()]
        (Path(purelib) / "outer.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in seen))
        self.said = self.run("-m", "porism.cli", "new-plugin", self.name, *(["--rust"] if flavour == "rust" else []))
        self.project = folder / self.name
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
        self.run(*pip, str(self.project))

    def run(self, *arguments: str, cwd: Path | None = None, check: bool = True) -> str:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PORISM_", "PIP_", "PYTEST_"))
        }
        tools = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"  # maturin is called by its name
        cache = str(ROOT / "target" / "new-plugin")
        environment = {
            **kept,
            "PATH": tools,
            "CARGO_TARGET_DIR": cache,
            "MYPY_CACHE_DIR": f"{cache}/mypy-{self.flavour}",
        }
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=cwd or self.folder,
            env={**environment, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=["python", "rust"])
def lab(request, tmp_path_factory):
    if request.param == "rust" and shutil.which("cargo") is None:
        pytest.fail("the tests of porism need a Rust toolchain, as porism itself does")
    return Lab(tmp_path_factory.mktemp(request.param), request.param)


def test_the_plugin_is_taken_and_passes_the_check_untouched(lab):
    assert f"porism check --plugin {lab.name}" in lab.said
    done = lab.run("-m", "porism.cli", "check", "--plugin", lab.name, "--profile", "quick")
    assert re.search(r"2 solvers, \d+ laws: (\d+) passed, 0 failed", done), done
    assert "left out" not in lab.run("-m", "porism.cli", "list", "--plugins")


def test_its_own_tests_pass_untouched(lab):
    done = lab.run("-m", "pytest", "-p", "no:cacheprovider", "-q", cwd=lab.project)
    assert re.search(r"\d{2,} passed", done.splitlines()[-1]), done
    assert "skipped" not in done


def test_it_is_clean_under_linter_formatter_and_type_checker(lab):
    lab.run("-m", "ruff", "check", "--no-cache", ".", cwd=lab.project)
    lab.run("-m", "ruff", "format", "--no-cache", "--check", ".", cwd=lab.project)
    assert "Success" in lab.run("-m", "mypy", cwd=lab.project)


def test_its_metadata_is_whole(lab):
    project = tomllib.loads((lab.project / "pyproject.toml").read_text())["project"]
    assert project["name"] == lab.name
    assert project["entry-points"]["porism"] == {lab.name: lab.module}
    for name in ("README.md", "LICENSE", ".gitignore", ".github/workflows/ci.yml", f"src/{lab.module}/py.typed"):
        assert (lab.project / name).is_file(), name
    left = [path for path in lab.project.rglob("*") if path.is_file() and re.search(r"@[A-Z]{3,}@", path.read_text())]
    assert not left, "a mark of the templates is left"


KERNEL_MISTAKES = {
    " < ": (" > ", " <= "),
    " && ": (" || ",),
    " += ": (" -= ", " = "),
    " *= ": (" += ", " = "),
    "2 * ": ("2 + ", "1 * ", "3 * "),
    ".min(": (".max(",),
    " 1;": (" 0;", " 2;"),
    " 2;": (" 1;", " 3;"),
    " 0;": (" 1;",),
    "vec![0;": ("vec![1;",),
    "zip(0..)": ("zip(1..)",),
    ".0 < key": (".1 < key as usize",),
    "&right[ahead..]": ("&right[1..]", "&left[ahead..]"),
}
KERNEL_EQUIVALENT = {
    ("while width < keys.len()", " < ", " <= "),  # one more level, with one block
}

DRIVER = """
import ctypes, os, resource, signal, sys, types
import numpy as np
from demo_rust import solvers
from porism.conformance import check

library = ctypes.CDLL(sys.argv[1])
library.run.argtypes = [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]

def table(which):
    def call(keys):
        keys, found = np.ascontiguousarray(keys), np.zeros(len(keys), dtype=np.int64)
        if library.run(which, keys.ctypes.data, len(keys), found.ctypes.data):
            raise RuntimeError("the kernel panicked")
        return found
    return call

def caught(which):
    solvers._core = types.SimpleNamespace(table=table(which))
    laws = [law.name for law in solvers.merging.problem.statements]
    return not check(solvers.merging, examples=100, laws=laws, shrink=False).ok

assert not caught(0), "the unbroken kernel breaks a law"
for which in range(1, int(sys.argv[2])):
    child = os.fork()
    if child == 0:  # a broken kernel may loop, and eat memory while it does
        signal.alarm(5)
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        os._exit(0 if caught(which) else 7)
    if os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7:
        print(which)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="broken kernels are contained in forked processes")
def test_the_laws_catch_a_rust_kernel_with_one_character_wrong(lab, tmp_path):
    if lab.flavour == "python":
        return  # its own tests break it
    kernel = (lab.project / "rust/src/kernel.rs").read_text().partition("#[cfg(test)]")[0].replace("//!", "//")
    start = kernel.index("pub fn table")
    versions, mistakes = [kernel], [("", "", "")]
    for was, instead in KERNEL_MISTAKES.items():
        for place in (hit.start() for hit in re.finditer(re.escape(was), kernel) if hit.start() > start):
            line = kernel[kernel.rindex("\n", 0, place) : kernel.index("\n", place)].strip()
            for now in instead:
                if not any(part in line and (a, b) == (was, now) for part, a, b in KERNEL_EQUIVALENT):
                    versions.append(kernel[:place] + now + kernel[place + len(was) :])
                    mistakes.append((line, was, now))
    assert len(versions) > 20
    modules = "".join(f"mod m{i} {{\n{version}\n}}\n" for i, version in enumerate(versions))
    arms = "".join(f"{i} => m{i}::table::<()>(keys, || Ok(())),\n" for i in range(len(versions)))
    (tmp_path / "all.rs").write_text(
        f"""#![allow(warnings)]
        {modules}
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn run(which: usize, keys: *const i64, n: usize, found: *mut i64) -> i32 {{
            let keys = if n == 0 {{ &[][..] }} else {{ unsafe {{ std::slice::from_raw_parts(keys, n) }} }};
            std::panic::set_hook(Box::new(|_| ()));
            let done = std::panic::catch_unwind(|| match which {{ {arms} _ => Err(()) }});
            let Ok(Ok(table)) = done else {{ return 1 }};
            for (place, value) in table.into_iter().enumerate().take(n) {{ unsafe {{ *found.add(place) = value }} }}
            0
        }}
        """
    )
    rustc = [
        "rustc",
        "--edition",
        "2024",
        "-C",
        "debug-assertions=on",
        "--crate-type",
        "cdylib",
        "-o",
        "all.so",
        "all.rs",
    ]
    subprocess.run(rustc, cwd=tmp_path, check=True, capture_output=True, text=True)
    missed = lab.run("-c", DRIVER, str(tmp_path / "all.so"), str(len(versions))).split()
    assert not missed, [mistakes[int(which)] for which in missed]


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "name must be that of a distribution"),
        ("-x", "name must be that of a distribution"),
        ("2fast", "beginning with a letter"),
        ("two words", "single hyphens"),
        ("a--b", "single hyphens"),
        ("../up", "name must be that of a distribution"),
        ("päron", "name must be that of a distribution"),
        ("x" * 3 + "\n", "name must be that of a distribution"),
        ("class", "'class' is a keyword"),
        ("match", "'match' is a keyword"),
        ("json", "Python itself has a module 'json'"),
        ("scipy", "a module 'scipy' is installed already"),
        ("porism", "is porism's own"),
        ("tests", "every test folder"),
        ("k-medoids", "'k-medoids' is a name of porism's own; say --problem NAME"),
        ("porism-sumset", "'sumset' is a name of porism's own"),
        ("fasterpam", "'fasterpam' is a name of porism's own"),
        ("merging", "must not be a word that the templates use"),
        ("print", "must not be a word that the templates use"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, message):
    with pytest.raises(InvalidInput, match=re.escape(message)):
        new_plugin(name, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("problem", "message"),
    [("Upper", "lower case"), ("a_b", "joined by hyphens"), ("", "joined by hyphens"), ("lambda", "no keyword")],
)
def test_a_problem_that_cannot_be_is_refused(tmp_path, problem, message):
    with pytest.raises(InvalidInput, match=message):
        plan("fresh-name", out=tmp_path, problem=problem)


def test_what_is_there_is_left_alone(tmp_path):
    (tmp_path / "fresh-name").write_text("mine")
    with pytest.raises(InvalidInput, match="exists already; choose another name"):
        new_plugin("fresh-name", out=tmp_path)
    assert (tmp_path / "fresh-name").read_text() == "mine"
    with pytest.raises(InvalidInput, match="out must be a folder that exists"):
        new_plugin("fresh-name", out=tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="author must be one line"):
        new_plugin("other-name", out=tmp_path, author="a\nb")
    assert [path.name for path in tmp_path.iterdir()] == ["fresh-name"]


def test_nothing_half_written_is_left_where_the_disk_gives_out(tmp_path, monkeypatch):
    written = []
    write = Path.write_text

    def fail(self, *args, **kwargs):
        written.append(self)
        if len(written) == 5:
            raise OSError(28, "No space left on device")
        return write(self, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(InvalidInput, match="No space left on device"):
        new_plugin("fresh-name", out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rust", [False, True])
@pytest.mark.parametrize("name", ["ab", "Porism.Quick_Medians-2D"])
def test_names_of_any_length_and_spelling_make_tidy_source(tmp_path, name, rust):
    folder = new_plugin(name, out=tmp_path, rust=rust, author="Ada, Countess of Lovelace")
    assert "Countess" in (folder / "LICENSE").read_text()
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_plugin_declares_the_interface_that_this_porism_speaks(tmp_path):
    kit = plan("fresh-name", out=tmp_path, problem="something-else")
    assert f"PORISM_API = {API_VERSION}\n" in kit.contents["src/fresh_name/__init__.py"]
    assert "def something_else(X" in kit.contents["src/fresh_name/problem.py"]
    assert kit.problem == "something-else"


def test_the_templates_are_the_packages_data_and_nobody_s_code():
    source = ROOT / "python/porism/_kit/templates"
    assert all(path.suffix == ".tmpl" for path in source.rglob("*") if path.is_file())
