"""The problem `sumset-counts`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._core import sumset as kernel
from porism._validation import Rng
from porism.problems.sumset._elements import from_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "SumsetCountsResult", "from_table", "sumset_counts"]

STATEMENTS = (
    Law(
        "all-pairs",
        "every sum has as its count how many pairs make it, or how much they weigh",
        source="the definition",
    ),
    Law(
        "mass",
        "the counts add up to |A|·|B|, with weights to the product of their sums",
        source="follows from the definition",
    ),
    Law(
        "first-moment",
        "the sum of z·r(z) is |B|·ΣA + |A|·ΣB: no field is lost, none misplaced",
        source="follows from the definition",
    ),
    Law("bounded", "no count exceeds min(|A|, |B|)", source="follows from the definition"),
    Law("table", "the dense table says the same as values and counts", source="porism's interface"),
    Law(
        "translation",
        "(A + x) + (B + y) has the counts of A + B shifted by x + y",
        source="follows from the definition",
    ),
    Law("window", "a window keeps the counts of lo <= s < hi and nothing else", source="porism's interface"),
    Law("difference", "in A - A, 0 occurs |A| times, and z as often as -z", source="follows from the definition"),
    Law("golomb", "every nonzero difference of a Golomb ruler occurs once", source="definition of a Golomb ruler"),
    Law("multisets", "duplicates='count' is weights that say how often", source="the definition"),
    Law(
        "weights",
        "weights multiply, and an element of weight 0 is as good as absent",
        claim="weighted",
        source="the definition",
    ),
    Law(
        "overflow",
        "counts that may reach 2^63 and sums beyond int64 raise ResultOverflow, and never wrap",
        source="porism's interface",
    ),
    Law(
        "buckets",
        "far too few buckets at the beginning only cost more rounds",
        claim="certified_buckets",
        source="porism's interface",
    ),
    Law(
        "fields",
        "packed fields that are far too small are noticed, and the rest is resolved",
        claim="packed",
        source="porism's interface",
    ),
    Law(
        "certificate",
        "single precision is refused where its rounding error is not proved harmless",
        claim="certified_fft",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SumsetCountsResult(porism.Result):
    """How often each sum occurs.

    Attributes
    ----------
    kernel : str
        Which kernel ran.
    """

    kernel: str
    _table: npt.NDArray[Any] | None = field(repr=False, default=None)
    _place: tuple[int, int] = field(repr=False, default=(0, 1))
    _stats: dict[str, list[int]] = field(repr=False, default_factory=dict)
    _listed: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]] = field(repr=False, default_factory=list)

    def _lists(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        if not self._listed:
            assert self._table is not None
            self._listed.append(kernel.occurring(np.ascontiguousarray(self._table), *self._place))
        return self._listed[0]

    @property
    def values(self) -> npt.NDArray[np.int64]:
        """(size,) int64 array: the sums that occur, rising. Made from the table when first asked for."""
        return self._lists()[0]

    @property
    def counts(self) -> npt.NDArray[np.uint64]:
        """(size,) uint64 array: how often each of `values` occurs."""
        return self._lists()[1]

    @property
    def size(self) -> int:
        """How many different sums there are."""
        return len(self.values)

    @property
    def table(self) -> npt.NDArray[Any] | None:
        """uint32 or uint64 array: the count of ``origin + step * i`` at i. None if the kernel lists sums."""
        return self._table

    @property
    def origin(self) -> int:
        """The sum that `table` begins with."""
        return self._place[0]

    @property
    def step(self) -> int:
        """What the sums of `table` are apart."""
        return self._place[1]

    @property
    def stats(self) -> dict[str, list[int]]:
        """What the kernel says about its work (fields, primes drawn, …)."""
        return dict(self._stats)

    def to_dict(self) -> dict[str, Any]:
        """``{"values": …, "counts": …, "kernel": …}``."""
        return {"values": self.values, "counts": self.counts, "kernel": self.kernel}

    def plot(self, *, ax: Axes | None = None, label: str = "sum") -> Axes:
        """Draw the multiplicity profile: how often each sum occurs.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.
        label : str
            What the sums are: ``"lag"``, for instance.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism[plot]'``.
        """
        from porism.problems.sumset._plot import plot_counts

        return plot_counts(self.values, self.counts, ax, label)


@porism.problem(
    "sumset-counts",
    result=SumsetCountsResult,
    tags=("combinatorics", "convolution", "counting"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def sumset_counts(  # type: ignore[empty-body]
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
) -> SumsetCountsResult:
    """Count how often each sum a + b of an element of one set and an element of another occurs.

    Parameters
    ----------
    a : (n,) array of integers, sequence, set or range
        Any int64, negative ones too.
    b : the same, optional
        None is `a` itself, with its weights.
    weights_a, weights_b : (n,) arrays of integers ≥ 0, optional
        How much each element weighs; a pair weighs the product. By default 1.
    difference : bool
        Count the differences a - b instead.
    lo, hi : int, optional
        Only sums with lo <= sum < hi.
    duplicates : {"reject", "merge", "count"}
        What happens to elements that occur more than once: an error, they count once, or they are a multiset (and
        weights are added). "merge" cannot be told which weight to take, and goes without weights.
    rng : None, int or numpy.random.Generator
        For solvers that draw at random: time depends on it, the result never.

    Returns
    -------
    SumsetCountsResult
        Empty if a set is.

    Raises
    ------
    InvalidInput
        For arrays that are not 1-D, duplicates, lo >= hi, negative weights or not one for each element; where a solver
        has no weights; where `fft` cannot prove its rounding error to be harmless, as with large weights (take `ntt`).
    InvalidType
        For elements, weights or bounds that are no integers (floats, bools).
    ResultOverflow
        If a sum does not fit int64, or the product of the sums of the weights is 2^63 or more.
    TooLarge
        If a solver that needs a table would need more than 4 GiB.

    Examples
    --------
    >>> from porism import registry
    >>> result = registry.get("sumset-counts/auto")(range(1, 7))  # two dice
    >>> dict(zip(result.values.tolist(), result.counts.tolist()))
    {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 5, 9: 4, 10: 3, 11: 2, 12: 1}
    """
