"""The solvers of `k-fold-sumset`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism._core import sumset as kernel
from porism._progress import reporting
from porism._validation import Progress, Rng, as_choice, as_integer, as_n_jobs
from porism.errors import ResultOverflow
from porism.problems.k_fold_sumset.problem import k_fold_sumset
from porism.problems.sumset._elements import INT64, as_elements, as_limit, as_modulus, seed_of, stats_of
from porism.problems.sumset.problem import SumsetResult

__all__ = ["iterated", "powering"]

NATHANSON_1972 = Paper(
    key="nathanson1972sums",
    title="Sums of Finite Sets of Integers",
    authors=("Nathanson, Melvyn B.",),
    year=1972,
    venue="American Mathematical Monthly",
    volume="79",
    pages="1010--1012",
)


@porism.solver(
    k_fold_sumset,
    "powering",
    paper=NATHANSON_1972,
    complexity="O(log k) sumsets of bit sets, fewer once the stable form is reached; k(max - min)/8 bytes",
    claims=Claims(thread_invariant=True, deterministic=True),
    default=True,
)
def powering(
    a: Any,
    k: int,
    *,
    modulus: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SumsetResult:
    """Double the number of summands, and stop when what is left provably has the stable form.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as in scikit-learn.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    elements = as_elements("a", a)
    number = as_integer("k", k, 0, wide=True)
    policy = as_choice("duplicates", duplicates, ("reject", "merge"))
    order, high = as_modulus(modulus), _high(hi)
    if order is not None:
        number = _as_few(number, order)
    elif number > INT64.max:
        if len(elements) == 0 or (elements == 0).all():
            number = 1  # the empty set stays empty, and zeros add up to 0
        else:
            raise ResultOverflow(f"k must be so small that k sums fit int64, got {number}")
    with reporting(progress, "k-fold sumset") as report:
        found = kernel.k_fold(
            elements,
            number,
            modulus=order,
            high=high,
            duplicates=policy,
            seed=seed_of(rng),
            n_threads=as_n_jobs(n_jobs),
            progress=report,
        )
    return SumsetResult(found.size, found.kernel, found.bits, (found.origin, found.step, found.length), stats_of(found))


def _as_few(k: int, modulus: int) -> int:
    """A number of summands that fits 64 bits and gives the same residues as `k`.

    With 0 among the elements, every summand adds a residue or nothing ever again, so `modulus` summands give all that
    there is; and what was taken away from the elements to have 0 among them comes back times k modulo `modulus`.
    """
    return k if k < 2 * modulus else modulus + k % modulus


def _centred(residues: npt.NDArray[np.int64], modulus: int) -> npt.NDArray[np.int64]:
    """Residues so near to 0 that the sum of two fits int64."""
    return np.where(residues > modulus // 2, residues - modulus, residues)


def _high(hi: object) -> int | None:
    high = as_limit("hi", hi)
    if high is not None and high > INT64.max:
        return None
    return None if high is None else max(high, int(INT64.min))


@porism.solver(
    k_fold_sumset,
    "iterated",
    complexity="k - 1 sumsets with A; with a modulus no more than it takes until one adds nothing",
    claims=Claims(thread_invariant=True, deterministic=True),
)
def iterated(
    a: Any,
    k: int,
    *,
    modulus: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SumsetResult:
    """Add the set k - 1 times, as a check of `powering` and where the sums are few and far apart.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as in scikit-learn.
    progress : bool or callable
        Show a bar, or call ``progress(done, total, value)``.
    """
    elements = as_elements("a", a)
    number = as_integer("k", k, 0, wide=True)
    policy = as_choice("duplicates", duplicates, ("reject", "merge"))
    order, high = as_modulus(modulus), _high(hi)
    seed, threads = seed_of(rng), as_n_jobs(n_jobs)
    if order is None and len(elements) and number:
        for reach in (int(elements.min()) * number, int(elements.max()) * number):
            if not INT64.min <= reach <= INT64.max:
                raise ResultOverflow(f"sums may reach {reach}, more than what 64 bits hold (k={number})")
    values = np.zeros(1, np.int64)
    with reporting(progress, "k-fold sumset") as report:
        # One product more than none, so that duplicates are noticed whatever k is.
        first = kernel.find(elements, values, kernel=None, duplicates=policy, seed=seed).values
        distinct = np.unique(elements) if first is None else first
        if order is not None:
            distinct = _centred(np.unique(distinct % order), order)
        for done in range(number):
            found = kernel.find(values, distinct, kernel=None, seed=seed, n_threads=threads, progress=report)
            listed = found.values
            if listed is None:
                assert found.bits is not None
                listed = kernel.values_of(found.bits, found.origin, found.step)
            size, values = len(values), listed
            if order is not None:
                values = _centred(np.unique(values % order), order)
            if report is not None:
                report(done + 1, number, float(len(values)))
            if len(values) == 0:
                break
            if order is not None and len(values) == size:
                # From here on every summand moves the set by any one element, and that is all.
                by = np.array([(number - done - 1) * int(distinct[0]) % order])
                values = values + _centred(by, order)
                break
    if order is not None:
        values = np.sort(values % order)
    if high is not None:
        values = values[values < high]
    return SumsetResult(len(values), "iterated", None, (0, 1, 0), {}, [values])
