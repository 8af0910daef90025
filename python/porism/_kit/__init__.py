"""``porism new-plugin``: a complete distribution to begin with, out of templates."""

from __future__ import annotations

import builtins
import datetime
import importlib.util
import keyword
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from porism._plugins import API_VERSION, CORE
from porism._problem import check_name
from porism.errors import InvalidInput, NotFound, PluginError

__all__ = ["Kit", "new_plugin", "plan"]

TEMPLATES = "templates"
SUFFIX = ".tmpl"  # nobody's linter, type checker or test runner takes a template for code
MARK = re.compile(r"@([A-Z]+)@")

EQUIVALENT = {
    "python": """
    "merging: while width < n: [< is <=]": "one more level, in which there is one block and nothing to merge with it",
""",
    "rust": "",
}
"""Mutations of each flavour's solvers that change nothing."""


@dataclass(frozen=True)
class Kit:
    """What is to be written: checked names, and every file's text.

    Attributes
    ----------
    name, module, problem : str
        The distribution, its import package, and the problem that it declares.
    rust : bool
        Whether it has a Rust crate of its own.
    target : Path
        The folder that will be made.
    contents : dict of str to str
        Each file's text by its path in that folder.
    """

    name: str
    module: str
    problem: str
    rust: bool
    target: Path
    contents: dict[str, str]

    def write(self) -> list[Path]:
        """Write everything, or nothing: the folder appears when it is whole.

        Raises
        ------
        InvalidInput
            If that is not possible, or the folder exists by now.
        """
        parent = self.target.parent
        try:
            half = Path(tempfile.mkdtemp(prefix=f".{self.name}-", dir=parent))
        except OSError as error:
            raise InvalidInput(f"out: cannot write into {str(parent)!r}: {error.strerror}") from None
        try:
            for path, text in self.contents.items():
                file = half / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            half.chmod(0o777 & ~_umask())  # mkdtemp's folder is its owner's alone
            if os.path.lexists(self.target):
                raise InvalidInput(f"{str(self.target)!r} exists already")
            half.rename(self.target)
        except OSError as error:
            raise InvalidInput(f"out: cannot write {str(self.target)!r}: {error.strerror}") from None
        finally:
            shutil.rmtree(half, ignore_errors=True)
        return [self.target / path for path in self.contents]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def new_plugin(
    name: str,
    *,
    rust: bool = False,
    out: str | os.PathLike[str] = ".",
    problem: str | None = None,
    author: str | None = None,
) -> Path:
    """Write a complete plugin distribution, and return its folder. The parameters are those of :func:`plan`."""
    kit = plan(name, rust=rust, out=out, problem=problem, author=author)
    kit.write()
    return kit.target


def plan(
    name: str,
    *,
    rust: bool = False,
    out: str | os.PathLike[str] = ".",
    problem: str | None = None,
    author: str | None = None,
) -> Kit:
    """Check the names and fill in the templates; writes nothing.

    Parameters
    ----------
    name : str
        The distribution's: letters, digits, and single ``-``, ``_`` or ``.`` between them.
    rust : bool
        With a Rust crate of its own (maturin, PyO3, abi3) instead of pure Python.
    out : path
        The folder in which the folder `name` is made.
    problem : str, optional
        What to call the problem; the distribution's name without ``porism-`` by default.
    author : str, optional
        Who holds the copyright; "the authors of `name`" by default.

    Raises
    ------
    InvalidInput
        For a name that a distribution, a module or a problem cannot have or that somebody has, for a folder that exists
        already, or one to put it in that does not.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9]|[-_.](?=[A-Za-z0-9]))*", name):
        raise InvalidInput(
            f"name must be that of a distribution: letters, digits and single hyphens, beginning with a letter "
            f"('my-plugin'), got {name!r}"
        )
    module = re.sub(r"[-_.]", "_", name).lower()
    _check_module(name, module)
    folder = Path(out)
    if not folder.is_dir():
        raise InvalidInput(f"out must be a folder that exists, got {str(folder)!r}")
    target = folder / name
    if os.path.lexists(target):
        raise InvalidInput(f"{str(target)!r} exists already; choose another name, or --out another folder")
    called = module.replace("_", "-").removeprefix("porism-") if problem is None else problem
    _check_problem(called, "name" if problem is None else "problem")
    if author is not None and (not isinstance(author, str) or not author.strip() or not author.isprintable()):
        raise InvalidInput(f"author must be one line of text, got {author!r}")
    if importlib.util.find_spec(module) is not None:
        raise InvalidInput(f"name must be new: a module {module!r} is installed already")
    flavour = "rust" if rust else "python"
    words = {
        "API": str(API_VERSION),
        "CLASS": "".join(part[:1].upper() + part[1:] for part in called.split("-")),
        "CRATE": module,
        "EQUIVALENT": EQUIVALENT[flavour],
        "FUNCTION": called.replace("-", "_"),
        "HOLDER": author.strip() if author is not None else f"the authors of {name}",
        "MODULE": module,
        "NAME": name,
        "PORISM": _own_version(),
        "PROBLEM": called,
        "YEAR": str(datetime.date.today().year),
    }
    root = files(__name__) / TEMPLATES
    parts = {path.removesuffix(SUFFIX): part.read_text("utf-8").rstrip("\n") for path, part in _walk(root / "parts")}
    contents = {}
    for layer in ("common", flavour):
        for path, template in _walk(root / layer):
            place = path.removesuffix(SUFFIX).replace("MODULE", module).replace("dot-", ".")
            contents[place] = _filled(template.read_text("utf-8"), words, parts)
    return Kit(name, module, called, rust, target, dict(sorted(contents.items())))


def _filled(text: str, words: dict[str, str], parts: dict[str, str]) -> str:
    text = MARK.sub(lambda mark: parts.get(mark[1], mark[0]), text)
    return MARK.sub(lambda mark: words[mark[1]], text)


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIX):
            yield prefix + entry.name, entry


def _check_module(name: str, module: str) -> None:
    taken = {"porism": "is porism's own", "test": "is Python's", "tests": "is what every test folder is called"}
    if keyword.iskeyword(module) or keyword.issoftkeyword(module):
        raise InvalidInput(f"name must make a Python module, got {name!r}: {module!r} is a keyword")
    if module in sys.stdlib_module_names:
        raise InvalidInput(f"name must be new, got {name!r}: Python itself has a module {module!r}")
    if module in taken:
        raise InvalidInput(f"name must be new, got {name!r}: {module!r} {taken[module]}")


IMPORTED = """
annotations any arrays bench bisect by_definition callable claims console dataclass demo agreements example exchange
extremes floats form insort instance instances invalid invalidinput invalidtype isinstance json kendalltau kernel knuth
large law laws layouts long memory merging missingextra narrow np npt numpy oracle order paper path peer peers
permutations porism problem ranks result reversal shuffled solver solvers st staging statements suite table task ties
total workload workloads
"""
"""Names that the templates use themselves."""


def _check_problem(problem: str, argument: str) -> None:
    from porism._registry import Registry

    try:
        check_name("problem", problem)
    except PluginError as error:
        raise InvalidInput(f"{argument}: {error}") from None
    function = problem.replace("-", "_")
    if not problem.islower() or keyword.iskeyword(function) or keyword.issoftkeyword(function):
        raise InvalidInput(f"{argument} must make a name in lower case that is no keyword, got {problem!r}")
    if function in IMPORTED.split() or hasattr(builtins, function):
        raise InvalidInput(f"{argument} must not be a word that the templates use themselves, got {problem!r}")
    core = Registry(plugins=False)
    try:
        core.problem(problem)
    except NotFound:
        if problem not in core:
            return
    raise InvalidInput(f"{argument}: {problem!r} is a name of {CORE}'s own; say --problem NAME to choose another")


def _own_version() -> str:
    """The first release of this one's minor version: what a new plugin asks for."""
    from porism import __version__

    release = re.match(r"\d+\.\d+", __version__)
    return release[0] if release is not None else __version__
