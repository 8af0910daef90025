"""The problem `approx-hamming-distances`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng
from porism.problems.hamming_distances._strings import String

__all__ = ["STATEMENTS", "ApproxHammingDistancesResult", "approx_hamming_distances"]

STATEMENTS = (
    Law("shape", "one estimate for each shift, between 0 and m", source="porism's interface"),
    Law("bounds", "lower_bounds never exceed the distances, whatever the seed", source="follows from the definition"),
    Law("equal", "where the pattern occurs the estimate is 0", source="follows from the definition"),
    Law(
        "one-sided",
        "estimates never exceed the distances, whatever the seed",
        claim="one_sided",
        source="merging letters can only merge mismatches",
    ),
    Law(
        "relative",
        "all estimates are within ε of the distances, with the promised probability",
        claim="relative",
        source="Markov's inequality in each of log2(n/δ) rounds, or Chebyshev's in each of a median's parts",
    ),
    Law(
        "additive",
        "all estimates are within εm of the distances, with the promised probability",
        claim="additive",
        source="Hoeffding 1963, Theorem 2 and Section 6 (sampling without replacement)",
    ),
    Law(
        "precision",
        "a smaller epsilon is paid for by more repetitions, or a larger sample",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ApproxHammingDistancesResult(porism.Result):
    """Estimates at all shifts.

    Parameters
    ----------
    estimates : (n - m + 1,) array of float64
        Of how many positions differ.
    lower_bounds : (n - m + 1,) array of int32, or None
        What the distances certainly are at least, from solvers that know.
    repetitions : int
        Random maps drawn, or positions sampled.
    """

    estimates: npt.NDArray[np.float64]
    lower_bounds: npt.NDArray[np.int32] | None
    repetitions: int


@porism.problem(
    "approx-hamming-distances",
    result=ApproxHammingDistancesResult,
    tags=("strings", "pattern-matching", "randomized"),
    statements=STATEMENTS,
    laws=".laws",
    example=".example",
)
def approx_hamming_distances(  # type: ignore[empty-body]
    text: String, pattern: String, *, epsilon: float = 0.1, failure_probability: float = 1e-3, rng: Rng = None
) -> ApproxHammingDistancesResult:
    """Estimate, at every alignment of a pattern with a text, at how many positions the two differ.

    The best bound known, O(n / ε^0.93) up to logarithms (Chan, Jin, Vassilevska Williams & Xu 2023), rests on fast
    rectangular matrix multiplication and would pay at no size that exists; no solver here bears its name. For most
    inputs the exact `hamming-distances` is faster than any estimate: look at it first.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where to look.
    pattern : bytes, str or (m,) array of integers
        What to look for, of the same kind, 1 ≤ m ≤ n.
    epsilon : float
        The error allowed, from 1e-12 to less than 1: a share of the distance, or with `block-sampling` of m.
    failure_probability : float
        With what probability some estimate may miss that, from 1e-12 to less than 1.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    ApproxHammingDistancesResult

    Raises
    ------
    InvalidInput
        If a string is empty, the pattern longer than the text, or a parameter out of range.
    InvalidType
        If the strings are not of one kind, or no strings.

    Examples
    --------
    >>> from porism import registry
    >>> text, pattern = "abracadabra" * 1000, "abracadabra" * 20
    >>> estimate = registry.get("kopelowitz-porat")(text, pattern, epsilon=0.1, rng=0)
    >>> exact = registry.get("hamming-distances")(text, pattern)
    >>> bool((estimate.estimates <= exact.distances).all())
    True
    >>> bool((estimate.estimates >= 0.9 * exact.distances).all())
    True
    """
