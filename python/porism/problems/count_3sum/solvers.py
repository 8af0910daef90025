"""The solvers of `count-3sum`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims
from porism._core import sumset as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_integer, as_n_jobs
from porism.errors import TooLarge
from porism.problems.count_3sum.problem import Count3SumResult, count_3sum
from porism.problems.sumset._elements import CHAN_JIN_WILLIAMS_XU_2023, INT64, TABLE_LIMIT, as_elements, seed_of
from porism.problems.sumset.solvers import EVERY

__all__ = ["auto", "blocked", "pairs_window", "via_hamming"]

FEW = 30_000_000
"""Pairs with a sum among the targets up to which going through them is the fastest."""


def _solve(
    method: str | None, a: Any, b: Any, n_targets: int, *, rng: Rng, n_jobs: int | None, progress: Progress
) -> Count3SumResult:
    first, second = as_elements("a", a), as_elements("b", b)
    number = as_integer("n_targets", n_targets, 1)
    if 8 * number > TABLE_LIMIT:
        raise TooLarge(f"counts for n_targets={number} need {8 * number} bytes, the limit is {TABLE_LIMIT}")
    seed, threads = seed_of(rng), as_n_jobs(n_jobs)
    chosen = method or ("pairs-window" if _pairs(first, second, number) <= FEW else "blocked")
    with reporting(progress, "count-3sum") as report:
        counts, layers = kernel.count_3sum(
            first, second, number, method=chosen, seed=seed, n_threads=threads, progress=report
        )
    return Count3SumResult(counts, chosen, layers)


def _pairs(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], n_targets: int) -> float:
    """About how many pairs have a sum among the targets, from a sample of the elements of `a`."""
    if len(a) * len(b) <= FEW:
        return 0.0
    ordered = np.sort(b)
    sample = a[:: max(1, len(a) // 1000)]
    # In floating point: saturating where sums leave int64.
    low = np.clip(-sample.astype(np.float64), float(INT64.min), 2.0**63 - 1024).astype(np.int64)
    high = np.clip(n_targets - sample.astype(np.float64), float(INT64.min), 2.0**63 - 1024).astype(np.int64)
    inside = np.searchsorted(ordered, high) - np.searchsorted(ordered, low)
    return float(inside.mean()) * len(a)


def _call(
    a: Any, b: Any, n_targets: int, *, rng: Rng = None, n_jobs: int | None = None, progress: Progress = False
) -> Count3SumResult:
    """Model of the options.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as in scikit-learn: None is 1, -1 all cores. They never change a result.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    raise AssertionError("only its signature and its documentation are used")


@porism.solver(count_3sum, "auto", complexity="that of the solver it takes", claims=Claims(**EVERY), default=True)
@like(_call)
def auto(a: Any, b: Any, n_targets: int, **options: Any) -> Count3SumResult:
    """Go through the pairs where they are few, and count by blocks where they are many; `result.method` says which."""
    return _solve(None, a, b, n_targets, **options)


@porism.solver(
    count_3sum,
    "pairs-window",
    complexity="O(N log N + pairs with a sum among the targets)",
    claims=Claims(**EVERY),
)
@like(_call)
def pairs_window(a: Any, b: Any, n_targets: int, **options: Any) -> Count3SumResult:
    """Sort both sets, and slide a window over one while going through the other: the reference."""
    return _solve("pairs-window", a, b, n_targets, **options)


@porism.solver(
    count_3sum,
    "blocked",
    complexity="a sumset-counts for each pair of blocks of n_targets integers that can meet",
    claims=Claims(**EVERY),
)
@like(_call)
def blocked(a: Any, b: Any, n_targets: int, **options: Any) -> Count3SumResult:
    """Cut the integers into blocks as long as the range of targets, and count the sums of residues of each pair."""
    return _solve("blocked", a, b, n_targets, **options)


@porism.solver(
    count_3sum,
    "via-hamming",
    paper=CHAN_JIN_WILLIAMS_XU_2023,
    complexity="Hamming distances for every pair of layers: O(N^1.5) expected with the paper's algorithm for them",
    claims=Claims(**EVERY),
)
@like(_call)
def via_hamming(a: Any, b: Any, n_targets: int, **options: Any) -> Count3SumResult:
    """Write the sets as layers of strings, and add up what their Hamming distances leave."""
    return _solve("via-hamming", a, b, n_targets, **options)
