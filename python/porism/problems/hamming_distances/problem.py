"""The problem `hamming-distances`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism.problems.hamming_distances._strings import String

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "HammingDistancesResult", "KernelStep", "hamming_distances"]

STATEMENTS = (
    Law(
        "oracle",
        "distances are those of the definition, at every shift, in shape and dtype too",
        source="the definition",
    ),
    Law(
        "range",
        "0 ≤ distance ≤ m, and 0 where the pattern was taken from the text",
        source="follows from the definition",
    ),
    Law(
        "layout",
        "memory layout, byte order, writeability and integer dtype change nothing",
        source="porism's interface",
    ),
    Law(
        "relabelling",
        "an injective renaming of the letters, to any integers, changes nothing",
        source="follows from the definition",
    ),
    Law("kinds", "bytes, str and integers of the same symbols give the same distances", source="porism's interface"),
    Law("reversal", "reversing both strings reverses the distances", source="follows from the definition"),
    Law(
        "splitting",
        "distances of a pattern are those of its two parts, each at its place, added",
        source="follows from the definition",
    ),
    Law(
        "substitution",
        "changing one symbol of the text changes distances by at most 1, and only where it is compared",
        source="follows from the definition",
    ),
    Law(
        "mass",
        "with mode='full' the matches add up to the number of pairs of equal letters",
        source="every pair of positions meets at exactly one shift",
    ),
    Law("full", "mode='full' holds mode='valid' in its middle, and overlaps only at its ends", source="the definition"),
    Law(
        "wildcard",
        "wildcards match everything: distance, matches and positions with a wildcard add up to m, and one that does "
        "not occur changes nothing",
        source="the definition",
    ),
    Law(
        "iupac",
        "codes match where their sets of nucleotides meet, or where the text's lies within the pattern's",
        source="the definition",
    ),
    Law(
        "strands",
        "reverse_complement=True also gives the distances of the other strand's pattern",
        source="the definition",
    ),
    Law("patterns", "many patterns in one call give what each gives by itself", source="porism's interface"),
    Law("out", "out= receives the distances and is what the result holds", source="porism's interface"),
    Law(
        "counters",
        "no counter overflows: as many equal rows as fill a byte, and as fill 16 bits, count 0 mismatches",
        source="porism's interface",
    ),
    Law("plan", "every letter of the pattern is counted by exactly one kernel", source="porism's interface"),
    Law("forced", "the size of the blocks changes nothing", claim="forced", source="porism's interface"),
    Law(
        "frequent-letters",
        "constant strings take O(n log m) operations, not nm",
        claim="subquadratic",
        source="Abrahamson 1987: frequent letters are transformed",
    ),
    Law(
        "rare-letters",
        "letters that meet rarely are counted pair by pair: as many increments as pairs",
        claim="scatters",
        source="Abrahamson 1987: rare letters are counted pair by pair",
    ),
    Law(
        "certificates",
        "with fields of two bits the packed counts overflow, are certified by primes, and come out right all the same",
        claim="packs",
        source="counts are not negative, so that a residue's sum bounds each of its members",
    ),
    Law(
        "exponent",
        "operations on the bad case of Abrahamson's method grow like m to a power near 1.5",
        claim="exponent",
        source="Abrahamson 1987; Chan, Jin, Vassilevska Williams & Xu 2023, Theorem 1.1",
    ),
)


@dataclass(frozen=True, slots=True)
class KernelStep:
    """What one kernel did of the work.

    Parameters
    ----------
    kernel : str
        "naive", "byte-simd", "bit-sliced", "scatter", "fft" or "packed".
    n_letters : int
        How many of the patterns' letters it counted, summed over the patterns.
    n_positions : int
        How many of the patterns' positions hold these letters.
    cost : float
        What the planner expected, in nanoseconds of one core; 0 where the kernel was asked for by name.
    """

    kernel: str
    n_letters: int
    n_positions: int
    cost: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HammingDistancesResult(porism.Result):
    """The distances at all shifts.

    Parameters
    ----------
    distances : (n_shifts,) or (n_patterns, n_shifts) array of int32
        At shift ``first_shift + s``, how many positions differ. With ``out=`` it is that array.
    first_shift : int
        0, or ``1 - m`` with mode="full".
    n_compared : array of int32 like distances, or None
        With a wildcard: at how many positions neither symbol was one.
    reverse_distances : array of int32 like distances, or None
        With reverse_complement=True: the distances of the other strand's pattern.
    kernel_plan : tuple of KernelStep
        Which kernels counted which share of the letters.
    operations : dict of str to int
        Elementary operations made: "comparisons" of symbols (naive, byte-simd), "row_shifts" (bit-sliced), "increments"
        (scatter), "butterflies" (fft, packed); "packed" coefficients read, counts that were "unresolved" after the
        first prime, and "recursions" with further primes.
    """

    distances: npt.NDArray[np.int32]
    first_shift: int = 0
    n_compared: npt.NDArray[np.int32] | None = None
    reverse_distances: npt.NDArray[np.int32] | None = None
    kernel_plan: tuple[KernelStep, ...] = ()
    operations: dict[str, int] = field(default_factory=dict)

    def plot(self, *, k: int | None = None, ax: Axes | None = None) -> Axes:
        """Draw the distance profile along the text.

        Parameters
        ----------
        k : int, optional
            Mark the shifts with at most so many mismatches; by default the smallest distance there is.
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
        from porism.problems.hamming_distances._plot import plot

        return plot(self, k, ax)


@porism.problem(
    "hamming-distances",
    result=HammingDistancesResult,
    tags=("strings", "pattern-matching"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def hamming_distances(  # type: ignore[empty-body]
    text: String,
    pattern: String | None = None,
    *,
    mode: str = "valid",
    wildcard: Any = None,
    alphabet: str | None = None,
) -> HammingDistancesResult:
    """Count, at every alignment of a pattern with a text, the positions at which the two differ.

    Exact, for patterns from one symbol to millions, over any alphabet: primers and guides, log lines, paragraphs,
    words by their numbers.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where to look. Bytes and contiguous arrays are read in place.
    pattern : bytes, str or (m,) array of integers
        What to look for, of the same kind; 1 ≤ m, and m ≤ n with mode="valid". Integers may be of any dtype and value.
    mode : str
        "valid": the shifts at which the pattern lies within the text, 0 … n - m. "full": all at which they overlap,
        1 - m … n - 1; only the overlap is compared.
    wildcard : bytes, str or int, optional
        A symbol that matches every other, in the text and in the pattern.
    alphabet : str, optional
        "iupac": letters are IUPAC's codes for sets of nucleotides (upper or lower case, U is T, gaps are empty), and
        match where the sets have an element in common; "iupac-within": where the text's set is not empty and lies
        within the pattern's, so that an N in the text matches only an N.

    Returns
    -------
    HammingDistancesResult

    Raises
    ------
    InvalidInput
        If a string is empty, the pattern longer than the text with mode="valid", or a letter no code of the alphabet.
    InvalidType
        If the two are not of one kind, or no strings.
    TooLarge
        If the pattern has 2^31 symbols or more, or the result would not fit.

    Examples
    --------
    >>> from porism import registry
    >>> registry.get("hamming-distances")("abracadabra", "abba").distances
    array([1, 4, 3, 3, 3, 3, 3, 1], dtype=int32)
    """
