"""The worked example: sums of two squares, Goldbach's sums, an antenna layout, a cohort's totals; each checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from rich.console import Console

    from porism.problems.sumset_counts.problem import SumsetCountsResult

__all__ = ["GOLOMB_RULERS", "cohort_totals", "demo", "goldbach", "golomb", "r2", "two_squares"]

Ints = npt.NDArray[np.int64]

GOLOMB_RULERS = ((0, 1, 4, 9, 11), (0, 1, 4, 10, 12, 17), (0, 1, 6, 10, 23, 26, 34, 41, 53, 55))
"""Optimal Golomb rulers of 5, 6 and 10 marks."""

ARRAY = (0, 1, 6, 10, 23, 26, 34, 41, 53, 55)
"""An antenna array laid out as one of them: 45 pairs, 45 different baselines."""


def r2(n: int) -> int:
    """In how many ways n > 0 is x² + y², signs and order counted: 4(d₁ - d₃), d_i its divisors that are i modulo 4."""
    divisors = [d for d in range(1, n + 1) if n % d == 0]
    return 4 * sum((d % 4 == 1) - (d % 4 == 3) for d in divisors)


def two_squares(limit: int) -> SumsetCountsResult:
    """How often each number below `limit` is a sum of two squares of integers, with signs and order.

    Parameters
    ----------
    limit : int
        Sums up to it.

    Returns
    -------
    SumsetCountsResult
        Its counts are r₂(n): Jacobi's formula is :func:`r2`.
    """
    from porism.problems.sumset_counts import auto

    roots = np.arange(int((limit - 1) ** 0.5) + 1)
    # 0 is one square, every other the square of two integers.
    return auto(roots**2, weights_a=np.where(roots == 0, 1, 2), hi=limit)


def primes(limit: int) -> Ints:
    """The primes below `limit`, by Eratosthenes' sieve."""
    sieve = np.ones(limit, np.bool_)
    sieve[:2] = False
    for p in range(2, int(limit**0.5) + 1):
        if sieve[p]:
            sieve[p * p :: p] = False
    return np.flatnonzero(sieve).astype(np.int64)


def goldbach(limit: int) -> SumsetCountsResult:
    """In how many ways each even number below `limit` is a sum of two odd primes, order counted."""
    from porism.problems.sumset_counts import auto

    return auto(primes(limit)[1:], hi=limit)


def golomb(ruler: tuple[int, ...]) -> SumsetCountsResult:
    """How often each distance between marks occurs; 0 occurs as often as there are marks, every other once."""
    from porism.problems.sumset_counts import auto

    return auto(ruler, difference=True)


def cohort_totals() -> tuple[Ints, Any]:
    """Which total cholesterol can some of the 442 patients of scikit-learn's diabetes data have together?

    Returns
    -------
    cholesterol : (442,) int64 array
        In mg/dl, whole numbers.
    result : SubsetSumResult
        The totals up to half of everybody's, and patients who have the largest of them.
    """
    from sklearn.datasets import load_diabetes

    from porism.problems.subset_sum import bitset_dp

    data = load_diabetes(scaled=False)
    column = data.data[:, data.feature_names.index("s1")]
    cholesterol: Ints = np.rint(column).astype(np.int64)
    assert (cholesterol == column).all(), "the column holds whole numbers"
    return cholesterol, bitset_dp(cholesterol, int(cholesterol.sum()) // 2, witness=True)


def demo(console: Console, picture: Path) -> None:
    """Add squares, primes, marks of rulers and patients; check each against what is known; draw multiplicities.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    squares = two_squares(100_000)
    known = {1: 4, 2: 4, 5: 8, 25: 12, 50: 12, 65: 16, 1105: 32}
    counts = dict(zip(squares.values.tolist(), squares.counts.tolist(), strict=True))
    assert all(counts[n] == count == r2(n) for n, count in known.items())
    assert 3 not in counts
    share = squares.size / 100_000
    console.print(
        f"{squares.size} of the first 100000 numbers are sums of two squares ({share:.1%}), by {squares.kernel}"
    )

    pairs = goldbach(100_000)
    assert pairs.values.tolist() == list(range(6, 100_000, 2)), "an even number is no sum of two primes"
    console.print(f"every even number from 6 to 99998 is a sum of two odd primes, by {pairs.kernel}")

    for ruler in GOLOMB_RULERS:
        lags = golomb(ruler)
        assert (lags.counts[lags.values != 0] == 1).all()
        assert lags.size == len(ruler) * (len(ruler) - 1) + 1
    console.print(f"{len(GOLOMB_RULERS)} rulers measure every distance at most once")

    cholesterol, totals = cohort_totals()
    half = int(cholesterol.sum()) // 2
    chosen = totals.certificate
    assert chosen is not None
    assert int(cholesterol[chosen].sum()) == totals.best == half
    possible = int(totals.reachable.sum())
    console.print(
        f"of {len(cholesterol)} patients some have together any of {possible} totals up to {half} mg/dl; "
        f"{len(chosen)} of them exactly half of everybody's"
    )

    figure = pyplot.figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    pairs.plot(ax=left, label="even number")
    left.set_title("ways to write an even number as two primes")
    golomb(ARRAY).plot(ax=right, label="baseline")
    right.set_title("an antenna array: each baseline once")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nMultiplicities: {picture.resolve()}", soft_wrap=True)
