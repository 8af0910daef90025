"""The solvers of `hamming-distances`: thin fronts of the Rust kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism._core import hamming as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_float, as_integer, as_seed
from porism.problems.hamming_distances._call import prepared
from porism.problems.hamming_distances._strings import String
from porism.problems.hamming_distances.problem import HammingDistancesResult, KernelStep, hamming_distances

__all__ = [
    "abrahamson",
    "auto",
    "bit_sliced",
    "byte_simd",
    "chan_jin_williams_xu",
    "naive",
    "per_letter_fft",
    "scatter",
]

EVERY = {"thread_invariant": True, "interruptible": True, "deterministic": True}

FISCHER_PATERSON_1974 = Paper(
    key="fischer1974string",
    title="String-Matching and Other Products",
    authors=("Fischer, Michael J.", "Paterson, Michael S."),
    year=1974,
    venue="Complexity of Computation, SIAM-AMS Proceedings",
    volume="7",
    pages="113--125",
    kind="incollection",
)

ABRAHAMSON_1987 = Paper(
    key="abrahamson1987generalized",
    title="Generalized String Matching",
    authors=("Abrahamson, Karl",),
    year=1987,
    venue="SIAM Journal on Computing",
    volume="16",
    pages="1039--1051",
    doi="10.1137/0216067",
)

CHAN_2023 = Paper(
    key="chan2023faster",
    title="Faster Algorithms for Text-to-Pattern {H}amming Distances",
    authors=("Chan, Timothy M.", "Jin, Ce", "Vassilevska Williams, Virginia", "Xu, Yinzhan"),
    year=2023,
    venue="IEEE Symposium on Foundations of Computer Science (FOCS)",
    arxiv="2310.13174",
    kind="inproceedings",
)

OPERATIONS = ("comparisons", "row_shifts", "increments", "butterflies", "packed", "unresolved", "recursions")


def _solve(
    method: str,
    text: Any,
    pattern: Any,
    options: dict[str, Any],
    *,
    parameter: float | None = None,
    seed: int = 0,
    block: int = 0,
) -> HammingDistancesResult:
    """Check the call and run the kernel called `method`."""
    progress = options.pop("progress")
    options["reverse"] = options.pop("reverse_complement")
    call = prepared(text, pattern, progress=progress, **options)
    with reporting(progress, method) as report:
        done = kernel.distances(
            call.text,
            call.patterns,
            call.out,
            method,
            call.mode,
            call.relation,
            call.wildcard,
            call.compared if call.wildcard is not None else None,
            call.threads,
            report,
            parameter,
            seed,
            block,
        )
    distances, others = call.shaped(call.out)
    counted = {name: getattr(done, name) for name in OPERATIONS}
    return HammingDistancesResult(
        distances=distances,
        first_shift=0 if call.mode == "valid" else 1 - call.patterns.shape[1],
        n_compared=None if call.compared is None else call.shaped(call.compared)[0],
        reverse_distances=others,
        kernel_plan=tuple(KernelStep(*step) for step in done.steps),
        operations={name: count for name, count in counted.items() if count},
    )


def search(
    text: String,
    pattern: String | None = None,
    *,
    patterns: Sequence[String] | None = None,
    mode: str = "valid",
    wildcard: Any = None,
    alphabet: str | None = None,
    reverse_complement: bool = False,
    out: npt.NDArray[np.int32] | None = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> HammingDistancesResult:
    """The options that all solvers have.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where to look.
    pattern : bytes, str or (m,) array of integers
        What to look for, of the same kind.
    patterns : sequence of strings, optional
        Many patterns of one length instead of `pattern`: the results have a row for each.
    mode : str
        "valid": only shifts at which the pattern lies within the text; "full": all at which they overlap.
    wildcard : bytes, str or int, optional
        A symbol that matches every other.
    alphabet : str, optional
        "iupac" or "iupac-within": letters are codes for sets of nucleotides.
    reverse_complement : bool
        Compare the reverse complement of each pattern too: `reverse_distances`. Letters must be nucleotide codes.
    out : (n_shifts,) array of int32, optional
        Where to write the distances; with `patterns` a row for each, with `reverse_complement` these rows and then as
        many for the other strand.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, 0.0)`` about twenty times a second: patterns done.
    """
    raise AssertionError("only its signature and its documentation are used")


def blocked(*, block: int = 0) -> None:
    """The option of the solvers that slice bits.

    Parameters
    ----------
    block : int
        Shifts that share bit planes; 0 for as many as are good.
    """


def split(*, threshold: float | None = None) -> None:
    """The option of Abrahamson's solver.

    Parameters
    ----------
    threshold : float or None
        A letter is frequent if it stands at more positions of the pattern; None is √(m log₂ m).
    """


def packing(*, field_bits: int | None = None, rng: Rng = None) -> None:
    """The options of the packed solver.

    Parameters
    ----------
    field_bits : int or None
        Bits of a field, 1 … 13, whatever it counts: small ones overflow and are settled by certificates. None is 8 for
        letters with fewer than 256 positions and 13 for others.
    rng : None, int or numpy.random.Generator
        Of the primes that certify. They change how much work is done, never the distances.
    """


@porism.solver(
    hamming_distances,
    "auto",
    default=True,
    complexity="the cheapest kernel for each letter, by a table of measured costs",
    claims=Claims(forced=True, subquadratic=True, scatters=True, **EVERY),
)
@like(search, blocked)
def auto(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Count every letter by the kernel that a cost model expects to be the cheapest: use this one."""
    block = as_integer("block", options.pop("block"), 0, 1 << 20)
    return _solve("auto", text, pattern, options, block=block)


@porism.solver(
    hamming_distances, "naive", complexity="O(nm) time, no memory besides the result", claims=Claims(**EVERY)
)
@like(search)
def naive(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Compare symbol by symbol, by the definition. An oracle: only for small strings."""
    return _solve("naive", text, pattern, options)


@porism.solver(
    hamming_distances,
    "byte-simd",
    complexity="O(nm) time, 32 symbols an instruction; no memory besides the result",
    claims=Claims(**EVERY),
)
@like(search)
def byte_simd(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Compare symbol by symbol, many shifts at once. For patterns of up to a few dozen symbols of large alphabets."""
    return _solve("byte-simd", text, pattern, options)


@porism.solver(
    hamming_distances,
    "bit-sliced",
    complexity="O(nm/w) operations on w = 512 bits (AVX-512), 256 (AVX2); O(σ(B + m)/8) memory for blocks of B shifts",
    claims=Claims(forced=True, **EVERY),
)
@like(search, blocked)
def bit_sliced(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Add up bit planes of the letters with carry-save adders: 512 shifts at once. The workhorse up to m ≈ 50 000."""
    block = as_integer("block", options.pop("block"), 0, 1 << 20)
    return _solve("bit-sliced", text, pattern, options, block=block)


@porism.solver(
    hamming_distances,
    "scatter",
    complexity="one increment for every pair of equal letters, O(n + m + pairs); O(m) memory",
    claims=Claims(scatters=True, **EVERY),
)
@like(search)
def scatter(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Count pairs of equal letters one by one: for large alphabets, words and numbers."""
    return _solve("scatter", text, pattern, options)


@porism.solver(
    hamming_distances,
    "per-letter-fft",
    paper=FISCHER_PATERSON_1974,
    complexity="O(σ n log m) time, O(σ m) memory",
    claims=Claims(subquadratic=True, **EVERY),
)
@like(search)
def per_letter_fft(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Correlate the indicators of every letter by fast Fourier transforms, exactly by a proved rounding bound."""
    return _solve("per-letter-fft", text, pattern, options)


@porism.solver(
    hamming_distances,
    "abrahamson",
    paper=ABRAHAMSON_1987,
    complexity="O(n √(m log m)) time",
    claims=Claims(subquadratic=True, scatters=True, exponent=True, **EVERY),
)
@like(search, split)
def abrahamson(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Transform the letters that are frequent in the pattern, and count the pairs of the others one by one."""
    threshold = options.pop("threshold")
    parameter = None if threshold is None else as_float("threshold", threshold, 0.0)
    return _solve("abrahamson", text, pattern, options, parameter=parameter)


@porism.solver(
    hamming_distances,
    "chan-jin-williams-xu",
    paper=CHAN_2023,
    complexity="O(n √m) time in the paper; here fields of 8 or 13 bits stand for its word-sized ones",
    claims=Claims(
        subquadratic=True, scatters=True, packs=True, exponent=True, thread_invariant=True, interruptible=True
    ),
)
@like(search, packing)
def chan_jin_williams_xu(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Count letters between rare and frequent by packed transforms with certificates: the theorem's structure.

    Reconstructed from the theorem (see the kernel's documentation); a constant of 512 makes `bit-sliced` faster in
    practice, so that `auto` does not choose it: this solver is here to be measured.
    """
    bits, rng = options.pop("field_bits"), options.pop("rng")
    parameter = None if bits is None else float(as_integer("field_bits", bits, 1, 13))
    return _solve("chan-jin-williams-xu", text, pattern, options, parameter=parameter, seed=as_seed(rng))
