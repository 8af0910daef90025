"""The problem `k-fold-sumset`: its canonical call, and the laws that its solvers keep."""

from __future__ import annotations

from typing import Any

import porism
from porism import Law
from porism._validation import Rng
from porism.problems.sumset._elements import from_table
from porism.problems.sumset.problem import SumsetResult

__all__ = ["STATEMENTS", "from_table", "k_fold_sumset"]

STATEMENTS = (
    Law("by-definition", "the values are exactly the sums of k elements, repetition allowed", source="the definition"),
    Law("additivity", "(j + k)A is jA + kA", source="follows from the definition"),
    Law("trivial", "0A is {0}, 1A is A", source="the definition"),
    Law("growth", "|kA| >= k|A| - k + 1", source="classic"),
    Law("window", "hi keeps the sums below it and nothing else", source="porism's interface"),
    Law("large-k", "for large k the result is that of Nathanson's structure theorem", source="Nathanson 1972"),
    Law(
        "modulus",
        "with a modulus the values are the residues of the sums, for any k however large",
        source="the definition",
    ),
    Law(
        "cauchy-davenport",
        "modulo a prime p, |kA| >= min(p, k|A| - k + 1), where A is counted modulo p",
        source="Cauchy 1813, Davenport 1935",
    ),
    Law("overflow", "sums that do not fit int64 raise ResultOverflow, and never wrap", source="porism's interface"),
)


@porism.problem(
    "k-fold-sumset",
    result=SumsetResult,
    tags=("combinatorics", "convolution"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def k_fold_sumset(  # type: ignore[empty-body]
    a: Any,
    k: int,
    *,
    modulus: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
) -> SumsetResult:
    """Find all sums of k elements of a set, repetition allowed, in the integers or modulo a number.

    *How often* each sum occurs is not asked: multiplicities grow like n^k. Where they fit, ``sumset-counts`` gives them
    summand by summand, with the last counts as weights, and raises where they do not.

    Parameters
    ----------
    a : (n,) array of integers, sequence, set or range
        Any int64, negative ones too.
    k : int
        How many summands, 0 or more; the empty sum is 0.
    modulus : int, optional
        Add in the integers modulo it, 1 … 2^63 - 1: values are residues from 0 on. Then k may be as large as you like.
    hi : int, optional
        Only sums, or residues, below it.
    duplicates : {"reject", "merge"}
        What happens to elements that occur more than once.
    rng : None, int or numpy.random.Generator
        For solvers that draw at random: the result never depends on it.

    Returns
    -------
    SumsetResult

    Raises
    ------
    InvalidInput
        For an array that is not 1-D, duplicates, k < 0, a modulus out of range.
    InvalidType
        For elements, k, modulus or hi that are no integers.
    ResultOverflow
        If a sum does not fit int64, and there is no modulus.
    TooLarge
        If the bit set would need more than 4 GiB.

    Examples
    --------
    >>> from porism import registry
    >>> registry.get("k-fold-sumset")([0, 1, 5], 3).values
    array([ 0,  1,  2,  3,  5,  6,  7, 10, 11, 15])
    >>> registry.get("k-fold-sumset")([0, 1, 3, 4, 9, 10, 12], 2, modulus=13).size  # two squares make every residue
    13
    """
