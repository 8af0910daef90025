"""The problem `sumset`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng
from porism.problems.sumset._elements import BitSet, from_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "SumsetResult", "from_table", "sumset"]

STATEMENTS = (
    Law("all-pairs", "the values are exactly the sums of all pairs, each once, rising", source="the definition"),
    Law(
        "bitset",
        "the bit set has the same members as the values, without a copy where the kernel made bits",
        source="porism's interface",
    ),
    Law("translation", "(A + x) + (B + y) is A + B shifted by x + y", source="follows from the definition"),
    Law("dilation", "(dA) + (dB) is A + B times d, for negative d mirrored", source="follows from the definition"),
    Law("commutativity", "B + A is A + B, and b=None is b=a", source="follows from the definition"),
    Law("distributivity", "A + (B ∪ C) is (A + B) ∪ (A + C)", source="follows from the definition"),
    Law(
        "size",
        "|A| + |B| - 1 <= |A + B| <= |A|·|B|, with equality below for progressions of one step",
        source="classic",
    ),
    Law("window", "a window keeps the sums lo <= s < hi and nothing else", source="porism's interface"),
    Law("difference", "A - B is A + (-B), and A - A is symmetric and contains 0", source="follows from the definition"),
    Law(
        "far-apart",
        "a few elements in a universe of 2^60 take little time and memory",
        claim="sparse",
        source="porism's interface",
    ),
    Law("overflow", "sums that do not fit int64 raise ResultOverflow, and never wrap", source="porism's interface"),
    Law("duplicates", "duplicates are refused, or merged where asked for", source="porism's interface"),
    Law(
        "saturation",
        "leaving full tiles early changes nothing, in whatever order rows are taken",
        claim="saturates",
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
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SumsetResult(porism.Result):
    """Which sums there are.

    Attributes
    ----------
    size : int
        How many.
    kernel : str
        Which kernel ran.
    """

    size: int
    kernel: str
    _bits: npt.NDArray[np.uint64] | None = field(repr=False, default=None)
    _place: tuple[int, int, int] = field(repr=False, default=(0, 1, 0))
    _stats: dict[str, list[int]] = field(repr=False, default_factory=dict)
    _listed: list[npt.NDArray[np.int64]] = field(repr=False, default_factory=list)

    @property
    def values(self) -> npt.NDArray[np.int64]:
        """(size,) int64 array: the sums, rising. Made from the bits when first asked for."""
        if not self._listed:
            self._listed.append(self.as_bitset().values())
        return self._listed[0]

    @property
    def stats(self) -> dict[str, list[int]]:
        """What the kernel says about its work (rows read, primes drawn, …)."""
        return dict(self._stats)

    def as_bitset(self) -> BitSet:
        """The sums as bits; the kernel's own memory where it made bits.

        Raises
        ------
        TooLarge
            If a kernel listed the sums, and they lie so far apart that bits would take more than 4 GiB.
        """
        if self._bits is None:
            return BitSet.from_values(self._listed[0])
        return BitSet(self._bits, *self._place)

    def __contains__(self, value: object) -> bool:
        if self._bits is not None:
            return value in self.as_bitset()
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
            return False
        values = self._listed[0]
        place = int(np.searchsorted(values, int(value)))
        return place < len(values) and int(values[place]) == value

    def to_dict(self) -> dict[str, Any]:
        """``{"values": …, "size": …, "kernel": …}``."""
        return {"values": self.values, "size": self.size, "kernel": self.kernel}

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw how densely the sums lie, over their range.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism[plot]'``.
        """
        from porism.problems.sumset._plot import plot_density

        return plot_density(self.values, ax)


@porism.problem(
    "sumset",
    result=SumsetResult,
    tags=("combinatorics", "convolution"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def sumset(  # type: ignore[empty-body]
    a: Any,
    b: Any = None,
    *,
    difference: bool = False,
    lo: int | None = None,
    hi: int | None = None,
    duplicates: str = "reject",
    rng: Rng = None,
) -> SumsetResult:
    """Find all sums a + b of an element of one set and an element of another.

    Parameters
    ----------
    a : (n,) array of integers, sequence, set or range
        Any int64, negative ones too.
    b : the same, optional
        None is `a` itself.
    difference : bool
        Find the differences a - b instead.
    lo, hi : int, optional
        Only sums with lo <= sum < hi.
    duplicates : {"reject", "merge"}
        What happens to elements that occur more than once.
    rng : None, int or numpy.random.Generator
        For solvers that draw at random: time depends on it, the result never.

    Returns
    -------
    SumsetResult
        Empty if a set is.

    Raises
    ------
    InvalidInput
        For arrays that are not 1-D, duplicates, lo >= hi.
    InvalidType
        For elements or bounds that are no integers (floats, bools).
    ResultOverflow
        If a sum does not fit int64.
    TooLarge
        If a solver that needs a table would need more than 4 GiB.

    Examples
    --------
    >>> from porism import registry
    >>> registry.get("sumset/auto")([1, 2, 4], [0, 10]).values
    array([ 1,  2,  4, 11, 12, 14])
    >>> registry.get("sumset/auto")([1, 2, 4], [0, 10], difference=True).values
    array([-9, -8, -6,  1,  2,  4])
    """
