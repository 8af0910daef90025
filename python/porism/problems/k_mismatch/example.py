"""Worked examples: near-duplicate passages in Python's documentation, and an off-target scan on synthetic DNA.

:func:`demo` is what ``porism demo k-mismatch`` runs; run both with ``python -m porism.problems.k_mismatch.example``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from porism.problems.k_mismatch.positions import mismatch_positions
from porism.problems.k_mismatch.problem import KMismatchResult
from porism.problems.k_mismatch.solvers import auto

__all__ = ["demo", "off_targets", "passages"]

LENGTH = 80
"""Characters of a passage."""

SHARE = 0.25
"""Share of them that may differ."""


def demo(console: Console, picture: Path) -> None:
    """Look for a passage's near-duplicates in Python's documentation, and draw them along the text.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    result = passages(console)
    off_targets(console)
    from matplotlib import pyplot

    axes: Any = result.plot()
    axes.set_title(f"{len(result)} passages like the one at 0 mismatches, in Python's documentation topics")
    axes.figure.savefig(picture, dpi=130)
    pyplot.close(axes.figure)
    console.print(f"\nThe passages along the text: {picture.resolve()}", soft_wrap=True)


def passages(console: Console) -> KMismatchResult:
    """Find what is written nearly the same in several places of Python's documentation topics.

    Every passage of the text is a pattern; the one with the most near-duplicates elsewhere is shown.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.

    Returns
    -------
    KMismatchResult
        Of that passage.
    """
    from pydoc_data.topics import topics

    text = "\n".join(topics.values())
    k = int(SHARE * LENGTH)
    starts = [at for at in range(0, len(text) - LENGTH, LENGTH // 2) if _is_prose(text[at : at + LENGTH])]
    started = time.perf_counter()
    result = auto(text, patterns=[text[at : at + LENGTH] for at in starts], k=k)
    seconds = time.perf_counter() - started
    # Exact copies are quotations; what differs here and there is more interesting.
    near = result.distances > 0
    most = int(np.bincount(result.pattern_ids[near], minlength=len(starts)).argmax())
    passage = text[starts[most] : starts[most] + LENGTH]
    own = auto(text, passage, k)
    console.print(
        f"Python's documentation topics: {len(text)} characters, {len(starts)} passages of {LENGTH}, k = {k}, "
        f"{seconds:.2f} s\nThe passage at {starts[most]} occurs {len(own)} times; differing characters in red:\n"
    )
    for position, distance in list(zip(own.positions.tolist(), own.distances.tolist(), strict=True))[:12]:
        console.print(f"{position:8} {distance:3}  ", end="")
        console.print(_marked(text, passage, position), no_wrap=True, overflow="crop", crop=False, soft_wrap=True)
    return own


def _is_prose(passage: str) -> bool:
    """Whether it is made of words, and not of the lines and blanks of a table."""
    return sum(map(str.isalpha, passage)) > 0.7 * len(passage)


def _marked(text: str, pattern: str, position: int) -> Any:
    from rich.text import Text

    shown = Text(text[position : position + len(pattern)].translate({ord("\n"): "⏎"}))
    for j in mismatch_positions(text, pattern, position).tolist():
        shown.stylize("bold red", j, j + 1)
    return shown


def off_targets(console: Console, n: int = 2_000_000, n_guides: int = 500, k: int = 4) -> KMismatchResult:
    """Scan both strands of a synthetic genome for the off-targets of many guides.

    The DNA is made by a random generator (:func:`porism.problems.k_mismatch.bench.nucleotides`), and so are the guides,
    cut out of it: this shows how such a scan is called and how long it takes, nothing about any genome.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    n, n_guides, k : int
        Nucleotides, guides, and mismatches.

    Returns
    -------
    KMismatchResult
    """
    from porism.problems.k_mismatch.bench import nucleotides

    genome = nucleotides(n, seed=0)
    # A guide is 20 nucleotides before an NGG; the PAM counts like any other position here, N matches all.
    ends = [at for at in range(20, n - 3, n // (50 * n_guides)) if genome[at + 1 : at + 3] == b"GG"][:n_guides]
    guides = [genome[at - 20 : at] + b"NGG" for at in ends]
    started = time.perf_counter()
    result = auto(genome, patterns=guides, k=k, alphabet="iupac-within", reverse_complement=True)
    seconds = time.perf_counter() - started
    console.print(
        f"\nSynthetic DNA: {n} nucleotides, {len(guides)} guides with NGG, both strands, at most {k} mismatches, "
        f"{seconds:.2f} s ({', '.join(result.plans)})"
    )
    counts = np.bincount(result.distances, minlength=k + 1)
    table = Table("mismatches", *map(str, range(k + 1)), box=None, pad_edge=False)
    table.add_row("places", *map(str, counts.tolist()))
    console.print(table)
    return result


if __name__ == "__main__":
    passages(Console())
    off_targets(Console())
