"""Worked examples: a misremembered paragraph found in a text by letters and by words, and guides in synthetic DNA.

:func:`demo` is what ``porism demo hamming-distances`` runs.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism.problems.hamming_distances.problem import HammingDistancesResult, hamming_distances
from porism.problems.hamming_distances.solvers import auto

__all__ = ["corrupted", "demo", "guides", "misremembered", "topics", "words"]


def topics() -> str:
    """Python's own documentation topics, as the standard library ships them: a book of about 460 000 letters.

    Dashes and quotation marks lie beyond Latin-1, so that it is a text of code points.
    """
    from pydoc_data.topics import topics as by_name

    return "\n".join(by_name[name] for name in sorted(by_name))


def corrupted(text: str, share: float, seed: int) -> str:
    """`text` with a share of its letters replaced by others of its own."""
    rng = np.random.default_rng(seed)
    symbols = np.array(list(text))
    hit = rng.random(len(symbols)) < share
    symbols[hit] = rng.permutation(symbols)[hit]
    return "".join(symbols)


def misremembered(text: str, length: int = 600, seed: int = 1) -> tuple[str, int, HammingDistancesResult]:
    """Take a passage from the text, change 5 % of its letters, and look for it.

    Returns
    -------
    pattern, place, result
        What was looked for, where it had been taken from, and the distances.
    """
    place = len(text) // 3
    pattern = corrupted(text[place : place + length], 0.05, seed)
    return pattern, place, auto(text, pattern)


def words(text: str, length: int = 120, seed: int = 2) -> tuple[int, HammingDistancesResult]:
    """The same with words for letters: each word is a number, and one in ten is another."""
    found = re.findall(r"\w+|[^\w\s]", text)
    _, ids = np.unique(found, return_inverse=True)
    place = len(ids) // 2
    pattern = ids[place : place + length].copy()
    rng = np.random.default_rng(seed)
    hit = rng.random(length) < 0.1
    pattern[hit] = rng.permutation(ids)[:length][hit]
    return place, auto(ids, pattern)


def guides(n: int = 500_000, count: int = 20, seed: int = 3) -> tuple[list[str], npt.NDArray[np.int64], Any]:
    """Off-target scan of guides in *synthetic* DNA: sites on either strand with few mismatches.

    Returns
    -------
    guides, planted, result
        The guides of 20 nucleotides, where sites were planted, and the distances of all guides on both strands.
    """
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("ACGT"), n)
    patterns = ["".join(rng.choice(list("ACGT"), 20)) for _ in range(count)]
    places = np.sort(rng.choice(n // 100, count, replace=False)) * 100
    for place, pattern in zip(places, patterns, strict=True):
        site = np.array(list(pattern))
        at = rng.choice(20, 2, replace=False)
        site[at] = ["ACGT"["ACGT".index(letter) - 1] for letter in site[at]]
        letters[place : place + 20] = site
    result = auto("".join(letters), patterns=patterns, reverse_complement=True)
    return patterns, places, result


def demo(console: Console, picture: Path) -> None:
    """Find a misremembered passage in Python's documentation with every solver, check the default, draw the profile.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    text = topics()
    pattern, place, result = misremembered(text)
    best = int(result.distances.argmin())
    console.print(f"Python's documentation topics: {len(text)} letters, {len(set(text))} of them different")
    console.print(f"a passage of {len(pattern)} letters, 5 % of them changed, was taken from {place}")
    console.print(f"nearest at {best}: {int(result.distances[best])} letters differ\n")
    table = Table("solver", "distance", "seconds", box=None, header_style="bold")
    for solver in registry.solvers(problem=hamming_distances):
        started = time.perf_counter()
        found = solver(text, pattern)
        seconds = time.perf_counter() - started
        table.add_row(registry.name_of(solver), str(int(found.distances.min())), f"{seconds:.4f}")
    console.print(table)
    at, by_words = words(text)
    nearest = int(by_words.distances.argmin())
    console.print(
        f"\nby words: taken from {at}, nearest at {nearest}, {int(by_words.distances[nearest])} of 120 differ"
    )
    patterns, places, scan = guides()
    hits = int((scan.distances <= 3).sum()), int((scan.reverse_distances <= 3).sum())
    known = sum(int(scan.distances[i, place] == 2) for i, place in enumerate(places))
    console.print(
        f"{len(patterns)} guides in synthetic DNA: {hits[0]} + {hits[1]} sites with at most 3 mismatches on the two "
        f"strands, {known} of {len(places)} planted ones among them"
    )
    from porism.conformance import check

    report = check("hamming-distances/auto", profile="quick")
    report.raise_for_failures()
    console.print(f"hamming-distances/auto: {len(report.outcomes)} laws hold\n")
    figure: Any = result.plot(k=100).figure
    figure.savefig(picture, dpi=120)
    console.print(f"The distances along the text: {picture.resolve()}", soft_wrap=True)
