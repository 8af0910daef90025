"""The solvers of `subset-sum`."""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims, Paper
from porism._core import sumset as kernel
from porism._progress import reporting
from porism._validation import Progress, Rng, as_flag, as_float, as_integer, as_n_jobs
from porism.errors import InvalidInput, TooLarge
from porism.problems.subset_sum.problem import SubsetSumResult, subset_sum
from porism.problems.sumset._elements import TABLE_LIMIT, as_elements, seed_of

__all__ = ["bitset_dp", "bringmann", "jin_wu"]

BRINGMANN_2017 = Paper(
    key="bringmann2017near",
    title="A Near-Linear Pseudopolynomial Time Algorithm for Subset Sum",
    authors=("Bringmann, Karl",),
    year=2017,
    venue="ACM-SIAM Symposium on Discrete Algorithms (SODA)",
    pages="1073--1084",
    arxiv="1610.04712",
    kind="inproceedings",
)

JIN_WU_2019 = Paper(
    key="jin2019simple",
    title="A Simple Near-Linear Pseudopolynomial Time Randomized Algorithm for Subset Sum",
    authors=("Jin, Ce", "Wu, Hongxun"),
    year=2019,
    venue="Symposium on Simplicity in Algorithms (SOSA)",
    arxiv="1807.11597",
    kind="inproceedings",
)


def _solve(
    method: str,
    items: Any,
    target: int,
    rng: Rng,
    n_jobs: int | None,
    progress: Progress,
    *,
    witness: bool = False,
    delta: float = 0.01,
) -> SubsetSumResult:
    values = as_elements("items", items)
    if len(values) and int(values.min()) < 0:
        place = int(np.argmin(values))
        raise InvalidInput(f"items must not be negative, got {int(values[place])} at items[{place}]")
    top = as_integer("target", target, 0)
    if top >= 8 * TABLE_LIMIT:
        raise TooLarge(f"a table for target {top} needs {top // 8} bytes, the limit is {TABLE_LIMIT}")
    with reporting(progress, "subset-sum") as report:
        found = kernel.subset_sums(
            values,
            top,
            method=method,
            witness=witness,
            delta=delta,
            seed=seed_of(rng),
            n_threads=as_n_jobs(n_jobs),
            progress=report,
        )
    chosen = None if found.certificate is None else found.certificate.astype(np.int64)
    return SubsetSumResult(found.best, method != "bitset-dp", chosen, found.bits, top)


@porism.solver(
    subset_sum,
    "bitset-dp",
    complexity="O(nt/512) time, t/8 bytes (4t more with a witness)",
    claims=Claims(exact=True, witness=True, deterministic=True, interruptible=True, thread_invariant=True),
    default=True,
)
def bitset_dp(
    items: Any,
    target: int,
    *,
    witness: bool = False,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SubsetSumResult:
    """Shift and or a bit set for every item, equal items put together: the strong baseline, exact.

    Parameters
    ----------
    witness : bool
        Also name items that make the best total. Takes 4 bytes for each total, and more time.
    n_jobs : int or None
        Accepted, and without effect: the work is limited by memory.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    return _solve("bitset-dp", items, target, rng, n_jobs, progress, witness=as_flag("witness", witness))


@porism.solver(
    subset_sum,
    "bringmann",
    paper=BRINGMANN_2017,
    complexity="O(t log t log⁵(n/δ)) time, O(t log(n/δ)) memory",
    claims=Claims(one_sided=True, thread_invariant=True),
)
def bringmann(
    items: Any,
    target: int,
    *,
    delta: float = 0.01,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SubsetSumResult:
    """Layers, random colours and trees of sumsets. A showcase of sumsets: `bitset-dp` is faster at practical sizes.

    Parameters
    ----------
    delta : float
        Probability, for each possible total, that it is missed.
    n_jobs : int or None
        Threads, as in scikit-learn.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    risk = as_float("delta", delta, 0.0, 1.0)
    if not 0.0 < risk < 1.0:
        raise InvalidInput(f"delta must be a number between 0 and 1, got {risk!r}")
    return _solve("bringmann", items, target, rng, n_jobs, progress, delta=risk)


@porism.solver(
    subset_sum,
    "jin-wu",
    paper=JIN_WU_2019,
    complexity="O(n + t log² t) time, O(t) memory",
    claims=Claims(one_sided=True, thread_invariant=True, interruptible=True),
)
def jin_wu(
    items: Any,
    target: int,
    *,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SubsetSumResult:
    """Expand a product of power series with random weights: misses a total with probability n·2⁻⁶³·⁹ at most.

    Where the paper draws a random prime, the weights of the items are drawn here, modulo one large prime: one-sided in
    the same way, with a smaller probability.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as in scikit-learn.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    return _solve("jin-wu", items, target, rng, n_jobs, progress)
