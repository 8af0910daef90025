"""The solvers of `sumset`: thin fronts of the Rust kernels, and a planner."""

from __future__ import annotations

from typing import Any

import porism
from porism import Claims, Paper
from porism._core import sumset as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_choice, as_flag, as_integer, as_n_jobs
from porism.errors import InvalidInput, InvalidType
from porism.problems.sumset._elements import CHAN_JIN_WILLIAMS_XU_2023, as_elements, seed_of, stats_of, window
from porism.problems.sumset.problem import SumsetResult, sumset

__all__ = ["as_fields", "auto", "chan_jin_williams_xu", "fft", "pairs_sort", "scatter_bits", "shift_or", "sparse"]

EVERY = {"thread_invariant": True, "interruptible": True, "deterministic": True}
"""What every solver here claims."""

COLE_HARIHARAN_2002 = Paper(
    key="cole2002verifying",
    title="Verifying Candidate Matches in Sparse and Wildcard Matching",
    authors=("Cole, Richard", "Hariharan, Ramesh"),
    year=2002,
    venue="ACM Symposium on Theory of Computing (STOC)",
    pages="592--601",
    kind="inproceedings",
)


def as_fields(fields: object) -> tuple[int, int] | None:
    """(positions, bits) of packed coefficients, or None."""
    if fields is None:
        return None
    if not isinstance(fields, (tuple, list)) or len(fields) != 2:
        raise InvalidType(f"fields must be None or a pair (positions, bits), got {fields!r}")
    positions, bits = as_integer("fields", fields[0], 1, 31), as_integer("fields", fields[1], 1, 32)
    if (2 * positions - 1) * bits > 62:
        raise InvalidInput(f"fields must have (2·positions - 1)·bits <= 62, got {(positions, bits)}")
    return positions, bits


def as_precision(precision: object) -> str | None:
    """``"f32"``, ``"f64"``, or None for the cheapest that is certified."""
    return None if precision is None else as_choice("precision", precision, ("f32", "f64"), also="None")


def _find(
    name: str | None,
    a: Any,
    b: Any = None,
    *,
    difference: bool,
    lo: int | None,
    hi: int | None,
    duplicates: str,
    rng: Rng,
    n_jobs: int | None,
    progress: Progress,
    **more: Any,
) -> SumsetResult:
    first = as_elements("a", a)
    second = first if b is None else as_elements("b", b)
    low, high = window(lo, hi)
    with reporting(progress, "sumset") as report:
        found = kernel.find(
            first,
            second,
            kernel=name,
            difference=as_flag("difference", difference),
            low=low,
            high=high,
            duplicates=as_choice("duplicates", duplicates, ("reject", "merge")),
            seed=seed_of(rng),
            n_threads=as_n_jobs(n_jobs),
            progress=report,
            **more,
        )
    place = (found.origin, found.step, found.length)
    listed = [] if found.values is None else [found.values]
    return SumsetResult(found.size, found.kernel, found.bits, place, stats_of(found), listed)


def _call(
    a: Any,
    b: Any = None,
    *,
    difference: bool = False,
    lo: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SumsetResult:
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
    sumset, "auto", complexity="that of the solver it takes", claims=Claims(**EVERY, sparse=True), default=True
)
@like(_call)
def auto(a: Any, b: Any = None, **options: Any) -> SumsetResult:
    """Let a cost model choose the kernel; `result.kernel` names it."""
    return _find(None, a, b, **options)


@porism.solver(
    sumset,
    "pairs-sort",
    complexity="O(N₁N₂ log U / 11) time, memory of the output",
    claims=Claims(**EVERY, sparse=True),
)
@like(_call)
def pairs_sort(a: Any, b: Any = None, **options: Any) -> SumsetResult:
    """Make all sums, range by range, and sort them: any universe, the reference for everything else."""
    return _find("pairs-sort", a, b, **options)


@porism.solver(sumset, "scatter-bits", complexity="O(N₁N₂ + U/64) time, U/8 bytes", claims=Claims(**EVERY))
@like(_call)
def scatter_bits(a: Any, b: Any = None, **options: Any) -> SumsetResult:
    """Mark every sum in a table, tile by tile: the best for few pairs."""
    return _find("scatter-bits", a, b, **options)


def _saturation(*, saturation: bool = True) -> None:
    """Model of an option.

    Parameters
    ----------
    saturation : bool
        Leave a tile of the table as soon as it is full.
    """


@porism.solver(
    sumset,
    "shift-or",
    complexity="O(N₁U/512) time, about O(U²/(512 N₂)) for random dense sets; U bytes",
    claims=Claims(**EVERY, saturates=True),
)
@like(_call, _saturation)
def shift_or(a: Any, b: Any = None, *, saturation: bool = True, **options: Any) -> SumsetResult:
    """Or the bit set of the larger set, shifted by every element of the smaller one."""
    return _find("shift-or", a, b, saturation=as_flag("saturation", saturation), **options)


def _precision(*, precision: str | None = None) -> None:
    """Model of an option.

    Parameters
    ----------
    precision : {None, "f32", "f64"}
        Floating-point numbers of the transforms; refused if their rounding error cannot be proved to be harmless.
    """


@porism.solver(sumset, "fft", complexity="O(U log U) time and memory", claims=Claims(**EVERY))
@like(_call, _precision)
def fft(a: Any, b: Any = None, *, precision: str | None = None, **options: Any) -> SumsetResult:
    """Multiply indicator polynomials by Fourier transforms whose rounding error is proved to be less than one half."""
    return _find("fft", a, b, precision=as_precision(precision), **options)


def _buckets(*, buckets: int | None = None) -> None:
    """Model of an option.

    Parameters
    ----------
    buckets : int, optional
        How many buckets to begin with; by default four times the least possible size of the sumset.
    """


@porism.solver(
    sumset,
    "sparse",
    paper=COLE_HARIHARAN_2002,
    complexity="O(S log S) expected time and memory for S sums, whatever the universe",
    claims=Claims(**EVERY, sparse=True, certified_buckets=True),
)
@like(_call, _buckets)
def sparse(a: Any, b: Any = None, *, buckets: int | None = None, **options: Any) -> SumsetResult:
    """Hash sums into buckets and certify those that hold one value: time by the output. Random, never wrong."""
    number = None if buckets is None else as_integer("buckets", buckets, 1, 1 << 40)
    return _find("sparse", a, b, buckets=number, **options)


def _fields(*, fields: tuple[int, int] | None = None) -> None:
    """Model of an option.

    Parameters
    ----------
    fields : (int, int), optional
        Positions that share a coefficient, and bits for each; by default the densest that are likely to do.
    """


@porism.solver(
    sumset,
    "chan-jin-williams-xu",
    paper=CHAN_JIN_WILLIAMS_XU_2023,
    complexity="O(U log λ) word operations for average multiplicity λ = N₁N₂/U between 1 and log U",
    claims=Claims(**EVERY, packed=True),
)
@like(_call, _fields)
def chan_jin_williams_xu(
    a: Any, b: Any = None, *, fields: tuple[int, int] | None = None, **options: Any
) -> SumsetResult:
    """Count with several small fields in one coefficient, certify by a random prime, and recurse on the rest."""
    return _find("chan-jin-williams-xu", a, b, fields=as_fields(fields), **options)
