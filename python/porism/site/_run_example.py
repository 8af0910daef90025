"""``python -m porism.site._run_example MODULE PICTURE``: run one worked example, in a process of its own."""

from __future__ import annotations

import importlib
import io
import sys
from pathlib import Path

import matplotlib
from rich.console import Console

COLUMNS = 96
"""How wide the output of an example may be."""


def main(module: str, picture: str) -> None:
    """Run it; what it prints goes to standard output, without the place of the picture."""
    matplotlib.use("Agg")
    text = io.StringIO()
    console = Console(file=text, width=COLUMNS, color_system=None, highlight=False)
    importlib.import_module(module).demo(console, Path(picture))
    lines = [line.rstrip() for line in text.getvalue().replace(picture, Path(picture).name).splitlines()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
