"""The problem `count-3sum`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng
from porism.problems.sumset._elements import from_table

__all__ = ["STATEMENTS", "Count3SumResult", "count_3sum", "from_table"]

STATEMENTS = (
    Law(
        "by-definition",
        "counts[c] is the number of pairs (i, j) with a[i] + b[j] = c, beyond int64 too",
        source="the definition",
    ),
    Law("symmetry", "exchanging a and b changes nothing", source="follows from the definition"),
    Law("translation", "a + x and b - x have the same counts", source="follows from the definition"),
    Law("prefix", "fewer targets are a prefix of more", source="porism's interface"),
    Law(
        "hamming",
        "the counts of the sets made of two strings are the pattern's length less the Hamming distances at every shift",
        source="Chan, Jin, Vassilevska Williams & Xu 2023 (equivalence); construction in `rust/sumset`",
    ),
    Law(
        "layers",
        "Hamming distances of the strings made of two sets, layer by layer, give their counts, also where all residues "
        "are equal",
        source="Chan, Jin, Vassilevska Williams & Xu 2023 (equivalence); construction in `rust/sumset`",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Count3SumResult(porism.Result):
    """How many pairs sum to each target.

    Attributes
    ----------
    counts : (n_targets,) int64 array
        For every c the number of pairs with a[i] + b[j] = c.
    method : str
        How they were counted.
    """

    counts: npt.NDArray[np.int64]
    method: str
    _layers: int = field(repr=False, default=0)

    @property
    def layers(self) -> int:
        """How many pairs of strings `via-hamming` compared."""
        return self._layers


@porism.problem(
    "count-3sum",
    result=Count3SumResult,
    tags=("combinatorics", "counting", "fine-grained"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def count_3sum(a: Any, b: Any, n_targets: int, *, rng: Rng = None) -> Count3SumResult:  # type: ignore[empty-body]
    """Count, for each target c = 0 … n_targets - 1, the pairs with a[i] + b[j] = c.

    Counting 3SUM with targets in an interval: equivalent to text-to-pattern Hamming distances, and solved through them
    in O(N^1.5) expected time for N elements and N targets.

    Parameters
    ----------
    a, b : (n,) and (m,) arrays of integers, sequences or ranges
        Any int64. Equal elements are different elements. Sums beyond int64 are computed rightly.
    n_targets : int
        How many targets, 1 or more.
    rng : None, int or numpy.random.Generator
        For solvers that draw at random: time depends on it, the result never.

    Returns
    -------
    Count3SumResult

    Raises
    ------
    InvalidInput
        For arrays that are not 1-D, n_targets < 1.
    InvalidType
        For elements or n_targets that are no integers.
    TooLarge
        If the counts would need more than 4 GiB.

    Examples
    --------
    >>> from porism import registry
    >>> registry.get("count-3sum")([1, 2, 3], [0, 1, 1], 5).counts
    array([0, 1, 3, 3, 2])
    """
