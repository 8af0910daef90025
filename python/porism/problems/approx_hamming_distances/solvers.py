"""The solvers of `approx-hamming-distances`: exact distances of strings whose letters were merged, or of a sample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism._core import hamming as kernel
from porism._progress import Report, reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_float, as_n_jobs, as_rng, check_progress
from porism.errors import InvalidInput
from porism.problems.approx_hamming_distances.problem import ApproxHammingDistancesResult, approx_hamming_distances
from porism.problems.hamming_distances._strings import String, strings

__all__ = ["block_sampling", "karloff", "kopelowitz_porat"]

KARLOFF_1993 = Paper(
    key="karloff1993fast",
    title="Fast Algorithms for Approximately Counting Mismatches",
    authors=("Karloff, Howard",),
    year=1993,
    venue="Information Processing Letters",
    volume="48",
    pages="53--60",
    doi="10.1016/0020-0190(93)90177-B",
)

KOPELOWITZ_PORAT_2018 = Paper(
    key="kopelowitz2018simple",
    title="A Simple Algorithm for Approximating the Text-To-Pattern {H}amming Distance",
    authors=("Kopelowitz, Tsvi", "Porat, Ely"),
    year=2018,
    venue="Symposium on Simplicity in Algorithms (SOSA)",
    doi="10.4230/OASIcs.SOSA.2018.10",
    kind="inproceedings",
)

HOEFFDING_1963 = Paper(
    key="hoeffding1963probability",
    title="Probability Inequalities for Sums of Bounded Random Variables",
    authors=("Hoeffding, Wassily",),
    year=1963,
    venue="Journal of the American Statistical Association",
    volume="58",
    pages="13--30",
    doi="10.1080/01621459.1963.10500830",
)

HALF_AGAINST_EIGHTH = 0.5 * math.log(4) + 0.5 * math.log(4 / 7)
"""How fast the probability that half of the parts of a median fail falls, where each fails with probability 1/8."""

Ints = npt.NDArray[Any]

LEAST = 1e-12
"""Of the error and of the probability to miss it: less than one mismatch in a pattern of 2^31 symbols."""


@dataclass(frozen=True)
class Job:
    """A checked call: ranks of the pattern's letters, 0 … sigma - 1, and sigma for all others of the text."""

    text: Ints
    pattern: Ints
    sigma: int
    epsilon: float
    delta: float
    rng: np.random.Generator
    threads: int

    @property
    def shifts(self) -> int:
        """How many estimates are wanted."""
        return len(self.text) - len(self.pattern) + 1

    def distances(self, text: Ints, pattern: Ints, out: npt.NDArray[np.int32], wildcard: int | None = None) -> None:
        """The exact distances of other strings of the same lengths."""
        rows = pattern[np.newaxis]
        kernel.distances(text, rows, out[np.newaxis], "auto", "valid", "equal", wildcard, None, self.threads)


def checked(
    text: Any,
    pattern: Any,
    *,
    epsilon: float,
    failure_probability: float,
    rng: Rng,
    n_jobs: int | None,
    progress: Progress,
) -> Job:
    """Check a call.

    Raises
    ------
    InvalidInput, InvalidType
        As the problem says.
    """
    error = as_float("epsilon", epsilon, LEAST, 1.0, ends="[)")
    delta = as_float("failure_probability", failure_probability, LEAST, 1.0, ends="[)")
    check_progress(progress)
    threads = as_n_jobs(n_jobs)
    found = strings(text, [pattern])
    ours, theirs = found.text, found.patterns[0]
    threads = min(threads, 1 + (len(ours) >> 16))  # thousands of short passes would only start threads
    if len(theirs) > len(ours):
        raise InvalidInput(f"pattern must be at most as long as text, got {len(theirs)} symbols and {len(ours)}")
    known, ranks = np.unique(theirs, return_inverse=True)
    if ours.dtype.itemsize <= 2:
        table = np.full(1 << 8 * ours.dtype.itemsize, len(known), dtype=np.intp)
        table[known] = np.arange(len(known))
        text_ranks = table[ours]
    else:
        at = np.searchsorted(known, ours)
        at[at == len(known)] = 0
        text_ranks = np.where(known[at] == ours, at, len(known))
    return Job(text_ranks, ranks.reshape(-1), len(known), error, delta, as_rng(rng), threads)


def rounds(n: int, report: Report | None) -> Iterator[int]:
    """The numbers below `n`, each reported when it is done."""
    for i in range(n):
        yield i
        if report is not None:
            report(i + 1, n, 0.0)


def search(
    text: String,
    pattern: String,
    *,
    epsilon: float = 0.1,
    failure_probability: float = 1e-3,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> ApproxHammingDistancesResult:
    """The options that all solvers have.

    Parameters
    ----------
    text, pattern : bytes, str or arrays of integers
        Where to look, and what for.
    epsilon : float
        The error allowed.
    failure_probability : float
        With what probability some estimate may miss that.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, 0.0)`` after every round.
    """
    raise AssertionError("only its signature and its documentation are used")


EVERY = {"thread_invariant": True, "interruptible": True}


@porism.solver(
    approx_hamming_distances,
    "kopelowitz-porat",
    default=True,
    paper=KOPELOWITZ_PORAT_2018,
    complexity="log2(n/δ) exact distances over 2/ε letters: O(n/ε · log n · log m)",
    claims=Claims(one_sided=True, relative=True, **EVERY),
)
@like(search)
def kopelowitz_porat(text: Any, pattern: Any, **options: Any) -> ApproxHammingDistancesResult:
    """Merge the letters at random into 2/ε classes, again and again, and take the largest distances seen.

    Merging can hide mismatches but make none, so that the estimates are lower bounds. In each round a distance d loses
    d/k in the mean, k being the number of classes, and by Markov's inequality more than 2d/k with a probability of at
    most 1/2.
    """
    job = checked(text, pattern, **options)
    classes = math.ceil(2 / job.epsilon)
    n_rounds = max(1, math.ceil(math.log2(job.shifts / job.delta)))
    if classes >= job.sigma:
        n_rounds = 1  # no need to merge anything: the distances themselves
    kind = np.uint8 if classes < 255 else np.uint16 if classes < 65_535 else np.uint32
    best = np.zeros(job.shifts, dtype=np.int32)
    found = np.empty(job.shifts, dtype=np.int32)
    with reporting(options["progress"], "kopelowitz-porat") as report:
        for _ in rounds(n_rounds, report):
            if classes >= job.sigma:
                table = np.arange(job.sigma + 1).astype(kind)
            else:
                # Letters that the pattern has not differ from all of its letters, and keep doing so.
                table = np.append(job.rng.integers(0, classes, job.sigma), classes).astype(kind)
            job.distances(table[job.text], table[job.pattern], found)
            np.maximum(best, found, out=best)
    return ApproxHammingDistancesResult(best.astype(np.float64), best, n_rounds)


@porism.solver(
    approx_hamming_distances,
    "karloff",
    paper=KARLOFF_1993,
    complexity="20 ln(n/δ)/ε² exact distances over two letters: O(n/ε² · log n · log m)",
    claims=Claims(relative=True, **EVERY),
)
@like(search)
def karloff(text: Any, pattern: Any, **options: Any) -> ApproxHammingDistancesResult:
    """Map the letters at random to two, in which half of the mismatches are left in the mean.

    Twice the distance seen has the mean d and, lying between 0 and 2d, a variance of at most d². The mean of 8/ε² such
    is wrong by more than εd with a probability of at most 1/8, and the median of many means hardly ever.
    """
    job = checked(text, pattern, **options)
    size = math.ceil(8 / job.epsilon**2)
    parts = max(1, math.ceil(math.log(job.shifts / job.delta) / HALF_AGAINST_EIGHTH))
    means = np.empty((parts, job.shifts))
    found = np.empty(job.shifts, dtype=np.int32)
    total = np.empty(job.shifts, dtype=np.int64)
    with reporting(options["progress"], "karloff") as report:
        for part in rounds(parts, report):
            total[:] = 0
            for _ in range(size):
                table = job.rng.integers(0, 2, job.sigma + 1, dtype=np.uint8)
                job.distances(table[job.text], table[job.pattern], found)
                total += found
            means[part] = total * (2.0 / size)
    estimates = np.minimum(np.median(means, axis=0), float(len(job.pattern)))
    return ApproxHammingDistancesResult(estimates, None, parts * size)


@porism.solver(
    approx_hamming_distances,
    "block-sampling",
    paper=HOEFFDING_1963,
    complexity="exact distances at ln(2n/δ)/(2ε²) of the pattern's positions",
    claims=Claims(additive=True, **EVERY),
)
@like(search)
def block_sampling(text: Any, pattern: Any, **options: Any) -> ApproxHammingDistancesResult:
    """Compare only a sample of the pattern's positions, the same at all shifts, and scale: an additive guarantee.

    Estimates are within εm of the distances, not within a share of them: small distances drown.
    """
    job = checked(text, pattern, **options)
    m = len(job.pattern)
    size = min(m, math.ceil(math.log(2 * job.shifts / job.delta) / (2 * job.epsilon**2)))
    skipped = job.sigma + 1
    sampled = np.full(m, skipped)
    chosen = job.rng.permutation(m)[:size]
    sampled[chosen] = job.pattern[chosen]
    kind = np.uint8 if skipped < 256 else np.uint16 if skipped < 65_536 else np.uint32
    found = np.empty(job.shifts, dtype=np.int32)
    with reporting(options["progress"], "block-sampling"):
        job.distances(job.text.astype(kind), sampled.astype(kind), found, skipped)
    return ApproxHammingDistancesResult((found * (m / size)).astype(np.float64), found, size)
