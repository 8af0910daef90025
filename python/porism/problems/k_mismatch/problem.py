"""The problem `k-mismatch`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism.problems.hamming_distances._strings import String

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "KMismatchResult", "k_mismatch"]

STATEMENTS = (
    Law(
        "oracle",
        "positions are those with at most k mismatches by the definition, ascending, each with its distance",
        source="the definition",
    ),
    Law("filter", "the hits are the shifts of hamming-distances whose distance is at most k", source="the definition"),
    Law(
        "monotone",
        "a hit for k is a hit for every larger k, at the same distance",
        source="follows from the definition",
    ),
    Law("all-shifts", "with k = m every shift is a hit", source="follows from the definition"),
    Law("relabelling", "an injective map of the letters changes nothing", source="follows from the definition"),
    Law(
        "reversal",
        "the hits of the reversed pattern in the reversed text are those of the pattern, mirrored",
        source="follows from the definition",
    ),
    Law(
        "kinds",
        "bytes, str and integers of any dtype with the same symbols give the same hits",
        source="porism's interface",
    ),
    Law(
        "layout", "memory layout, byte order and writeability of the arrays change nothing", source="porism's interface"
    ),
    Law(
        "patterns",
        "many patterns in one call give what each gives by itself, in order of position, then of pattern",
        source="porism's interface",
    ),
    Law(
        "strands",
        "reverse_complement=True adds the hits of the reverse complement, on strand -1",
        source="the definition",
    ),
    Law(
        "mismatch-positions",
        "a hit has exactly as many mismatch positions as its distance, and they differ",
        source="the definition",
    ),
    Law(
        "wildcards",
        "wildcards and sets of nucleotides match what they stand for",
        claim="wildcards",
        source="the definition",
    ),
    Law(
        "jumps",
        "at most k + 1 jumps for each shift, however long the strings agree",
        claim="jumps_bounded",
        source="Landau & Vishkin 1986; Galil & Giancarlo 1986",
    ),
    Law(
        "marks",
        "counting marks takes at most 2⌈√k⌉ increments for each symbol of the text, and few shifts keep k of them",
        claim="marks",
        source="Amir, Lewenstein & Porat 2004",
    ),
    Law(
        "periods",
        "where text and pattern are periodic up to k breaks, hits are counted by differences with the period",
        claim="finds_periods",
        source="Gawrychowski & Uznański 2018, Section 3",
    ),
    Law(
        "seeds",
        "the hits depend on no seed",
        claim="las_vegas",
        source="Las Vegas: chance decides the time, never the hits",
    ),
    Law(
        "packs",
        "letters with many breaks are counted in fields that share the coefficients of a transform",
        claim="packs",
        source="Chan, Jin, Vassilevska Williams & Xu 2023",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KMismatchResult(porism.Result):
    """Where patterns nearly occur.

    Attributes
    ----------
    positions : (n_hits,) int64 array
        Where a hit begins in the text, ascending.
    distances : (n_hits,) int32 array
        Its mismatches, 0 … k.
    pattern_ids : (n_hits,) int64 array
        Which of `patterns` it is of; 0 for a single pattern.
    strands : (n_hits,) int8 array
        1, or -1 for a hit of the reverse complement.
    text_length : int
        Symbols of the text.
    branch_counts : dict of str to int
        How often each branch of the algorithm was taken: "frequent_marks", "rare_marks" and "exact" of Amir, Lewenstein
        and Porat's; "empty", "sparse" and "periodic" windows of Gawrychowski and Uznański's frame.
    operations : dict of str to int
        Elementary operations: symbols "compared", shifts "verified", "jumps" from mismatch to mismatch, "increments" of
        sparse counting, "butterflies" of transforms, some of which are for "estimating" distances, and letters "packed"
        into shared coefficients.
    plans : dict of str to int
        Which solver did the work, for how many patterns.
    """

    positions: npt.NDArray[np.int64]
    distances: npt.NDArray[np.int32]
    pattern_ids: npt.NDArray[np.int64] = field(repr=False)
    strands: npt.NDArray[np.int8] = field(repr=False)
    text_length: int = field(repr=False)
    branch_counts: dict[str, int] = field(repr=False)
    operations: dict[str, int] = field(repr=False)
    plans: dict[str, int]

    def __len__(self) -> int:
        return len(self.positions)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the hits along the text: distance over position, exact ones below, and where they crowd.

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
        from porism.problems.k_mismatch._plot import plot

        return plot(self, ax)


@porism.problem(
    "k-mismatch",
    result=KMismatchResult,
    tags=("strings", "pattern-matching"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
    command=".command",
)
def k_mismatch(  # type: ignore[empty-body]
    text: String, pattern: String | None = None, k: int | None = None
) -> KMismatchResult:
    """Find every place of a text at which a pattern occurs with at most k mismatches.

    Mismatches are substitutions; nothing is inserted or deleted. Exact: all places, each with its true distance,
    overlapping ones too.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where to look. Bytes and contiguous arrays are read in place.
    pattern : bytes, str or (m,) array of integers
        What to look for, of the same kind, 1 ≤ m ≤ n.
    k : int
        The largest number of mismatches, 0 or more.

    Returns
    -------
    KMismatchResult

    Raises
    ------
    InvalidInput
        If a string is empty, the pattern longer than the text, or k negative.
    InvalidType
        If the two are not of one kind, or no strings, or k no integer.

    Examples
    --------
    >>> from porism import registry
    >>> result = registry.get("k-mismatch")("abracadabra", "abba", 2)
    >>> result.positions, result.distances
    (array([0, 7]), array([1, 1], dtype=int32))
    """
