"""The solvers of `sumset-counts`: thin fronts of the Rust kernels, and a planner."""

from __future__ import annotations

from typing import Any

import porism
from porism import Claims
from porism._core import sumset as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_choice, as_flag, as_integer, as_n_jobs
from porism.errors import InvalidInput
from porism.problems.sumset._elements import (
    CHAN_JIN_WILLIAMS_XU_2023,
    as_elements,
    as_weights,
    seed_of,
    stats_of,
    window,
)
from porism.problems.sumset.solvers import (
    COLE_HARIHARAN_2002,
    EVERY,
    _buckets,
    _fields,
    _precision,
    as_fields,
    as_precision,
)
from porism.problems.sumset_counts.problem import SumsetCountsResult, sumset_counts

__all__ = ["auto", "bit_sliced", "chan_jin_williams_xu", "fft", "ntt", "pairs_sort", "scatter_counts", "sparse"]


def _count(
    name: str | None,
    a: Any,
    b: Any = None,
    *,
    weights_a: Any,
    weights_b: Any,
    difference: bool,
    lo: int | None,
    hi: int | None,
    duplicates: str,
    rng: Rng,
    n_jobs: int | None,
    progress: Progress,
    **more: Any,
) -> SumsetCountsResult:
    first = as_elements("a", a)
    first_weights = as_weights("weights_a", weights_a, len(first))
    if b is None:
        if weights_b is not None:
            raise InvalidInput("weights_b must be None where b is None (a's weights are used), got weights")
        second, second_weights = first, first_weights
    else:
        second = as_elements("b", b)
        second_weights = as_weights("weights_b", weights_b, len(second))
    policy = as_choice("duplicates", duplicates, ("reject", "merge", "count"))
    if policy == "merge" and (first_weights is not None or second_weights is not None):
        raise InvalidInput("duplicates must be 'reject' or 'count' where there are weights, got 'merge'")
    low, high = window(lo, hi)
    with reporting(progress, "sumset-counts") as report:
        found = kernel.count(
            first,
            second,
            weights_a=first_weights,
            weights_b=second_weights,
            kernel=name,
            difference=as_flag("difference", difference),
            low=low,
            high=high,
            duplicates=policy,
            seed=seed_of(rng),
            n_threads=as_n_jobs(n_jobs),
            progress=report,
            **more,
        )
    table = found.narrow if found.narrow is not None else found.wide
    listed = [] if found.values is None or found.counts is None else [(found.values, found.counts)]
    return SumsetCountsResult(found.kernel, table, (found.origin, found.step), stats_of(found), listed)


def _call(
    a: Any,
    b: Any = None,
    *,
    weights_a: Any = None,
    weights_b: Any = None,
    difference: bool = False,
    lo: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SumsetCountsResult:
    """Model of the options.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as in scikit-learn: None is 1, -1 all cores. They never change a result.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    raise AssertionError("only its signature and its documentation are used")


@porism.solver(
    sumset_counts,
    "auto",
    complexity="that of the solver it takes",
    claims=Claims(**EVERY, weighted=True),
    default=True,
)
@like(_call)
def auto(a: Any, b: Any = None, **options: Any) -> SumsetCountsResult:
    """Let a cost model choose the kernel; `result.kernel` names it."""
    return _count(None, a, b, **options)


@porism.solver(
    sumset_counts,
    "pairs-sort",
    complexity="O(N₁N₂ log U / 11) time, memory of the output",
    claims=Claims(**EVERY, weighted=True),
)
@like(_call)
def pairs_sort(a: Any, b: Any = None, **options: Any) -> SumsetCountsResult:
    """Make all sums, range by range, sort them and count: any universe, the reference for everything else."""
    return _count("pairs-sort", a, b, **options)


@porism.solver(
    sumset_counts,
    "scatter-counts",
    complexity="O(N₁N₂ + U) time, 4U bytes (8U with weights)",
    claims=Claims(**EVERY, weighted=True),
)
@like(_call)
def scatter_counts(a: Any, b: Any = None, **options: Any) -> SumsetCountsResult:
    """Increment a counter for every pair, tile by tile: the best for few pairs."""
    return _count("scatter-counts", a, b, **options)


@porism.solver(sumset_counts, "bit-sliced", complexity="O(N₁U/437) time, 5U bytes; no weights", claims=Claims(**EVERY))
@like(_call)
def bit_sliced(a: Any, b: Any = None, **options: Any) -> SumsetCountsResult:
    """Add up shifted bit sets in vertical counters by carry-save adders, 512 sums at a time. Takes no weights."""
    return _count("bit-sliced", a, b, **options)


@porism.solver(
    sumset_counts,
    "fft",
    complexity="O(U log U) time and memory",
    claims=Claims(**EVERY, weighted=True, certified_fft=True),
)
@like(_call, _precision)
def fft(a: Any, b: Any = None, *, precision: str | None = None, **options: Any) -> SumsetCountsResult:
    """Multiply polynomials by Fourier transforms whose rounding error is proved to be less than one half."""
    return _count("fft", a, b, precision=as_precision(precision), **options)


@porism.solver(sumset_counts, "ntt", complexity="O(U log U) time and memory", claims=Claims(**EVERY, weighted=True))
@like(_call)
def ntt(a: Any, b: Any = None, **options: Any) -> SumsetCountsResult:
    """Multiply polynomials modulo 2^64 - 2^32 + 1: exact whatever the weights."""
    return _count("ntt", a, b, **options)


@porism.solver(
    sumset_counts,
    "sparse",
    paper=COLE_HARIHARAN_2002,
    complexity="O(S log S) expected time and memory for S sums, whatever the universe",
    claims=Claims(**EVERY, weighted=True, certified_buckets=True),
)
@like(_call, _buckets)
def sparse(a: Any, b: Any = None, *, buckets: int | None = None, **options: Any) -> SumsetCountsResult:
    """Hash sums into buckets and certify those that hold one value: time by the output. Random, never wrong."""
    number = None if buckets is None else as_integer("buckets", buckets, 1, 1 << 40)
    return _count("sparse", a, b, buckets=number, **options)


@porism.solver(
    sumset_counts,
    "chan-jin-williams-xu",
    paper=CHAN_JIN_WILLIAMS_XU_2023,
    complexity="O(U log λ) word operations for average multiplicity λ = N₁N₂/U between 1 and log U",
    claims=Claims(**EVERY, packed=True),
)
@like(_call, _fields)
def chan_jin_williams_xu(
    a: Any, b: Any = None, *, fields: tuple[int, int] | None = None, **options: Any
) -> SumsetCountsResult:
    """Count in several small fields to a coefficient, certify by a random prime, recurse on the rest. No weights."""
    return _count("chan-jin-williams-xu", a, b, fields=as_fields(fields), **options)
