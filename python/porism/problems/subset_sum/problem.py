"""The problem `subset-sum`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng
from porism.problems.sumset._elements import BitSet, from_table

__all__ = ["STATEMENTS", "SubsetSumResult", "from_table", "subset_sum"]

STATEMENTS = (
    Law("one-sided", "no total is reported that no items make", source="the definition"),
    Law("complete", "every total that some items make is reported", claim="exact", source="the definition"),
    Law(
        "probability",
        "one fixed total is found in at least 195 of 200 seeded runs at delta = 0.01",
        claim="one_sided",
        source="the promised probability, and the tail of a binomial",
    ),
    Law("best", "best is the largest total reported, and the empty set makes 0", source="the definition"),
    Law(
        "witness", "the certificate names distinct items that add up to best", claim="witness", source="the definition"
    ),
    Law(
        "complement",
        "up to the sum of all items, s can be made iff that sum less s can",
        claim="exact",
        source="follows from the definition",
    ),
    Law(
        "honesty",
        "one_sided says whether a total that is not reported may be possible after all",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SubsetSumResult(porism.Result):
    """Which totals some of the items make.

    Attributes
    ----------
    best : int
        The largest total found, at most the target.
    one_sided : bool
        Whether a total that is not reported may be possible after all (with the small probability that the solver
        states). Totals that are reported are certain.
    certificate : (m,) int64 array or None
        Indices of items that make `best`, where asked for.
    """

    best: int
    one_sided: bool
    certificate: npt.NDArray[np.int64] | None
    _bits: npt.NDArray[np.uint64] = field(repr=False)
    _target: int = field(repr=False)
    _listed: list[npt.NDArray[np.bool_]] = field(repr=False, default_factory=list)

    @property
    def reachable(self) -> npt.NDArray[np.bool_]:
        """(target + 1,) bool array: whether each total can be made. Made from the bits when first asked for."""
        if not self._listed:
            self._listed.append(self.as_bitset().to_bools())
        return self._listed[0]

    def as_bitset(self) -> BitSet:
        """The totals as bits, the kernel's own memory."""
        return BitSet(self._bits, 0, 1, self._target + 1)

    def to_dict(self) -> dict[str, Any]:
        """``{"reachable": …, "best": …, "one_sided": …, "certificate": …}``."""
        return {
            "reachable": self.reachable,
            "best": self.best,
            "one_sided": self.one_sided,
            "certificate": self.certificate,
        }


@porism.problem(
    "subset-sum",
    result=SubsetSumResult,
    tags=("combinatorics", "knapsack"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def subset_sum(items: Any, target: int, *, rng: Rng = None) -> SubsetSumResult:  # type: ignore[empty-body]
    """Find which totals up to a target are sums of some of the items, each used at most once.

    Parameters
    ----------
    items : (n,) array of integers ≥ 0, sequence or range
        A multiset: equal items are different items.
    target : int
        The largest total of interest.
    rng : None, int or numpy.random.Generator
        For solvers that draw at random; the same seed gives the same result.

    Returns
    -------
    SubsetSumResult

    Raises
    ------
    InvalidInput
        For an array that is not 1-D, negative items or target.
    InvalidType
        For items or a target that are no integers.
    TooLarge
        If a table would need more than 4 GiB.

    Examples
    --------
    >>> from porism import registry
    >>> items = [3, 34, 4, 12, 5, 2]
    >>> result = registry.get("bitset-dp")(items, 10, witness=True)
    >>> result.best, [items[i] for i in result.certificate]
    (10, [3, 5, 2])
    """
