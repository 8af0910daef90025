"""What the worked examples print and draw."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from porism._problem import Problem
from porism.errors import PorismError
from porism.optional import require

__all__ = ["Example", "run_examples"]


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example that was run.

    Attributes
    ----------
    printed : str
        What it printed.
    picture : Path
        What it drew.
    """

    printed: str
    picture: Path


def run_examples(
    problems: Iterable[Problem[..., Any]], folder: Path, tell: Callable[[str], object] = lambda text: None
) -> Mapping[str, Example]:
    """Run the worked example of each problem that has one, in a process of its own; pictures go into `folder`.

    Raises
    ------
    PorismError
        If an example fails: a site does not show what does not work.
    """
    require("matplotlib", "docs")
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Example] = {}
    of_module: dict[str, Example] = {}
    for problem in problems:
        if not problem.has_room("example"):
            continue
        module: Any = problem.room("example")
        shared = f"{module.demo.__module__}:{module.demo.__qualname__}"  # one example may serve several problems
        if shared not in of_module:
            tell(f"example of {problem.name}")
            of_module[shared] = _run(module.demo.__module__, folder / f"{problem.name}.png")
        found[problem.name] = of_module[shared]
    return found


def _run(module: str, picture: Path) -> Example:
    command = [sys.executable, "-m", "porism.site._run_example", module, str(picture.resolve())]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=picture.parent)
    if done.returncode or not picture.exists():
        raise PorismError(f"the example {module} failed: {done.stderr.strip()[-2000:]}")
    return Example(done.stdout.rstrip() + "\n", picture)
