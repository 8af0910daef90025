"""The k-mismatch solvers: thin fronts of the Rust kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import porism
from porism import Claims, Paper
from porism._core import k_mismatch as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_flag, as_integer, as_n_jobs, as_seed, describe
from porism.errors import InvalidInput, InvalidType
from porism.problems.hamming_distances._strings import String, reverse_complement, strings
from porism.problems.k_mismatch.problem import KMismatchResult, k_mismatch

__all__ = [
    "amir_lewenstein_porat",
    "auto",
    "chan_jin_williams_xu_k",
    "early_abandon",
    "gawrychowski_uznanski",
    "kangaroo",
    "pigeonhole",
    "threshold_all",
]

LANDAU_VISHKIN_1986 = Paper(
    key="landau1986efficient",
    title="Efficient String Matching with k Mismatches",
    authors=("Landau, Gad M.", "Vishkin, Uzi"),
    year=1986,
    venue="Theoretical Computer Science",
    volume="43",
    pages="239--249",
    doi="10.1016/0304-3975(86)90178-7",
)

AMIR_LEWENSTEIN_PORAT_2004 = Paper(
    key="amir2004faster",
    title="Faster Algorithms for String Matching with k Mismatches",
    authors=("Amir, Amihood", "Lewenstein, Moshe", "Porat, Ely"),
    year=2004,
    venue="Journal of Algorithms",
    volume="50",
    pages="257--275",
    doi="10.1016/S0196-6774(03)00097-X",
)

GAWRYCHOWSKI_UZNANSKI_2018 = Paper(
    key="gawrychowski2018towards",
    title="Towards Unified Approximate Pattern Matching for Hamming and L1 Distance",
    authors=("Gawrychowski, Paweł", "Uznański, Przemysław"),
    year=2018,
    venue="International Colloquium on Automata, Languages, and Programming (ICALP)",
    pages="62:1--62:13",
    doi="10.4230/LIPIcs.ICALP.2018.62",
)

CHAN_JIN_WILLIAMS_XU_2023 = Paper(
    key="chan2023faster",
    title="Faster Algorithms for Text-to-Pattern {H}amming Distances",
    authors=("Chan, Timothy M.", "Jin, Ce", "Vassilevska Williams, Virginia", "Xu, Yinzhan"),
    year=2023,
    venue="IEEE Symposium on Foundations of Computer Science (FOCS)",
    arxiv="2310.13174",
    kind="inproceedings",
)

EVERY = {"thread_invariant": True, "interruptible": True}

BRANCHES = ("frequent_marks", "rare_marks", "exact", "empty", "sparse", "periodic")


def _solve(method: str, text: Any, pattern: Any, k: Any, options: dict[str, Any]) -> KMismatchResult:
    """Check the call, run the kernel called `method`."""
    bound = as_integer("k", k, 0)
    wanted, names = _patterns(pattern, options["patterns"])
    both = as_flag("reverse_complement", options["reverse_complement"])
    others = [reverse_complement(name, one) for name, one in zip(names, wanted, strict=True)] if both else []
    call = strings(
        text,
        [*wanted, *others],
        wildcard=options.get("wildcard"),
        alphabet=options.get("alphabet"),
        names=[*names, *names] if both else names,
    )
    for name, symbols in zip(names, call.patterns, strict=False):
        if len(symbols) > len(call.text):
            raise InvalidInput(
                f"{name} must have at most the {len(call.text)} symbols that text has, got {len(symbols)} symbols"
            )
    seed, threads = as_seed(options.get("rng", 0)), as_n_jobs(options["n_jobs"])
    longest = max(len(symbols) for symbols in call.patterns)
    joined = np.concatenate(call.patterns) if len(call.patterns) > 1 else np.ascontiguousarray(call.patterns[0])
    ends = np.cumsum([len(symbols) for symbols in call.patterns], dtype=np.int64)
    with reporting(options["progress"], method) as report:
        found = kernel.search(
            call.text,
            joined,
            ends,
            min(bound, longest),
            method,
            call.relation,
            call.wildcard,
            seed,
            threads,
            report,
        )
    counters = dict(found.counters)
    reverse = found.patterns >= len(wanted)
    return KMismatchResult(
        positions=found.positions,
        distances=found.distances,
        pattern_ids=found.patterns % len(wanted),
        strands=np.where(reverse, np.int8(-1), np.int8(1)),
        text_length=len(call.text),
        branch_counts={name: counters.pop(name) for name in BRANCHES},
        operations=counters,
        plans=dict(found.plans),
    )


def _patterns(pattern: Any, patterns: Any) -> tuple[list[Any], list[str]]:
    """The patterns and what messages call them."""
    if patterns is None:
        if pattern is None:
            raise InvalidType("pattern must be bytes, str or a 1-D array of integers, got None; or give patterns=[…]")
        return [pattern], ["pattern"]
    if pattern is not None:
        raise InvalidInput(f"pattern must be None where patterns are given, got {describe(pattern)}")
    if isinstance(patterns, (str, bytes, bytearray)) or not isinstance(patterns, (Sequence, np.ndarray)):
        raise InvalidType(f"patterns must be a sequence of strings, got {describe(patterns)}")
    found = list(patterns)
    if not found:
        raise InvalidInput("patterns must hold at least one pattern, got none")
    return found, [f"patterns[{i}]" for i in range(len(found))]


def search(
    text: String,
    pattern: String | None = None,
    k: int | None = None,
    *,
    patterns: Sequence[String] | None = None,
    reverse_complement: bool = False,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> KMismatchResult:
    """The options that all solvers have.

    Parameters
    ----------
    text : bytes, str or (n,) array of integers
        Where to look.
    pattern : bytes, str or (m,) array of integers
        What to look for, of the same kind.
    k : int
        The largest number of mismatches.
    patterns : sequence of strings, optional
        Many patterns, of any lengths, instead of `pattern`: ``k_mismatch(text, patterns=guides, k=3)``.
    reverse_complement : bool
        Search for the reverse complement of each pattern too. Its letters must be nucleotide codes.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, 0.0)`` about twenty times a second.
    """
    raise AssertionError("only its signature and its documentation are used")


def matching(*, wildcard: Any = None, alphabet: str | None = None) -> None:
    """What matches what.

    Parameters
    ----------
    wildcard : bytes, str or int, optional
        A symbol that matches every other, in the text and in the pattern.
    alphabet : str, optional
        "iupac": letters are IUPAC's codes for sets of nucleotides and match where the sets have an element in common;
        "iupac-within": where the text's set is not empty and lies within the pattern's, so that an N in the text
        matches only an N.
    """


def randomised(*, rng: Rng = None) -> None:
    """The option of solvers that draw random numbers.

    Parameters
    ----------
    rng : None, int or numpy.random.Generator
        Source of randomness. It costs or saves time; the hits never depend on it.
    """


@porism.solver(
    k_mismatch,
    "auto",
    default=True,
    complexity="what the fastest of the others takes; about k + 10 byte comparisons a shift, 64 a cycle, on most texts",
    claims=Claims(deterministic=True, wildcards=True, **EVERY),
)
@like(search, matching)
def auto(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Take the search that is expected to be fastest, from the letters' frequencies and a sample of the text."""
    return _solve("auto", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "early-abandon",
    complexity="O(nm) byte comparisons at worst, 64 a cycle; about n(k + 10) on texts that are not periodic",
    claims=Claims(deterministic=True, wildcards=True, **EVERY),
)
@like(search, matching)
def early_abandon(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Count mismatches of 256 shifts at once, rare letters first, and give up when all have more than k."""
    return _solve("early-abandon", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "pigeonhole",
    complexity="k + 1 exact searches, and O(m) for each place where one of the pieces occurs",
    claims=Claims(deterministic=True, **EVERY),
)
@like(search)
def pigeonhole(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Search for k + 1 pieces, one of which must occur unchanged, and verify around them.

    For bytes; larger alphabets are searched as `early-abandon` does, and `plans` says so.
    """
    return _solve("pigeonhole", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "threshold-all",
    complexity="that of hamming-distances",
    claims=Claims(deterministic=True, wildcards=True, **EVERY),
)
@like(search, matching)
def threshold_all(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Count all distances exactly, as `hamming-distances` does, and keep those of at most k."""
    return _solve("threshold-all", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "kangaroo",
    aliases=("landau-vishkin",),
    paper=LANDAU_VISHKIN_1986,
    complexity="O(nk) time, O(m) memory, whatever the strings",
    claims=Claims(deterministic=True, jumps_bounded=True, **EVERY),
)
@like(search)
def kangaroo(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Jump from mismatch to mismatch by longest common extensions, k + 1 jumps a shift."""
    return _solve("kangaroo", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "amir-lewenstein-porat",
    paper=AMIR_LEWENSTEIN_PORAT_2004,
    complexity="O(n√k) time with logarithms",
    claims=Claims(deterministic=True, marks=True, **EVERY),
)
@like(search)
def amir_lewenstein_porat(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Mark 2k positions of the pattern, count where marks match, verify only shifts that keep k of them."""
    return _solve("amir-lewenstein-porat", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "gawrychowski-uznanski",
    paper=GAWRYCHOWSKI_UZNANSKI_2018,
    complexity="O(n + nk/√m) time with logarithms, for 1 ≤ k ≤ m/4",
    claims=Claims(finds_periods=True, las_vegas=True, **EVERY),
)
@like(search, randomised)
def gawrychowski_uznanski(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """Estimate where few mismatches are possible; where such places crowd, count by differences with their period."""
    return _solve("gawrychowski-uznanski", text, pattern, k, options)


@porism.solver(
    k_mismatch,
    "chan-jin-williams-xu-k",
    paper=CHAN_JIN_WILLIAMS_XU_2023,
    complexity="the structure of O(n + nk/√m) time: the same frame, with fields that share coefficients of transforms",
    claims=Claims(finds_periods=True, las_vegas=True, packs=True, **EVERY),
)
@like(search, randomised)
def chan_jin_williams_xu_k(text: Any, pattern: Any = None, k: Any = None, **options: Any) -> KMismatchResult:
    """The frame of Gawrychowski and Uznański, whose sparse counting packs several shifts into a coefficient."""
    return _solve("chan-jin-williams-xu-k", text, pattern, k, options)
