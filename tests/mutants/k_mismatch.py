"""A search with k mismatches in plain Python, and the same with one plausible mistake at a time."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np

from porism import Claims, InvalidInput, Solver
from porism._validation import as_flag, as_integer, as_n_jobs, check_progress
from porism.problems.hamming_distances._strings import reverse_complement as other_strand
from porism.problems.hamming_distances._strings import strings
from porism.problems.k_mismatch.problem import KMismatchResult, k_mismatch
from porism.problems.k_mismatch.solvers import _patterns, early_abandon, gawrychowski_uznanski

BUGS = {
    "fewer than k instead of at most k": "oracle",
    "the last shift is forgotten": "oracle",
    "the first shift is forgotten": "reversal",
    "distances are cut off at k - 1": "monotone",
    "one piece of the pigeonhole is missing": "oracle",
    "pieces leave out the pattern's last symbol": "all-shifts",
    "overlapping hits are merged": "filter",
    "counters wrap at 256": "oracle",
    "symbols are compared by their low byte": "relabelling",
    "a mismatch in the last block is not counted": "oracle",
    "hits are ordered by distance": "oracle",
    "patterns are searched for in the first one's length": "patterns",
    "the other strand is complemented and not reversed": "strands",
    "wildcards of the text match nothing": "wildcards",
    "sets match where they are equal": "wildcards",
    "distances are int64": "oracle",
    "strings are read in reverse where strided": "layout",
    "letters are compared by their case folded": "kinds",
}
"""Each mistake, and a law that catches it."""

SHORTCUTS = {
    "the periodic branch is dropped": ("periods", "finds_periods"),
    "nothing is packed": ("packs", "packs"),
    "jumps are symbol by symbol": ("jumps", "jumps_bounded"),
    "every position is marked": ("marks", "marks"),
    "candidates are lost to chance": ("seeds", "las_vegas"),
}
"""Right or nearly right results without the algorithm that was claimed: the law and the claim that it is about."""


def mutant(bug: str | None) -> Solver[..., KMismatchResult]:
    """A solver that claims what `early-abandon` claims; correct for ``bug=None``."""

    def solve(
        text: Any,
        pattern: Any = None,
        k: Any = None,
        *,
        patterns: Any = None,
        reverse_complement: bool = False,
        wildcard: Any = None,
        alphabet: str | None = None,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> KMismatchResult:
        k = as_integer("k", k, 0)
        as_n_jobs(n_jobs)
        check_progress(progress)
        wanted, names = _patterns(pattern, patterns)
        turned = []
        if as_flag("reverse_complement", reverse_complement):
            turned = [_other_strand(bug, name, one) for name, one in zip(names, wanted, strict=True)]
        call = strings(
            text,
            [*wanted, *turned],
            wildcard=wildcard,
            alphabet=alphabet,
            names=[*names, *names][: len(wanted) + len(turned)],
        )
        symbols = call.text
        if bug == "strings are read in reverse where strided" and isinstance(text, np.ndarray) and text.strides[0] < 0:
            symbols = symbols[::-1]
        hits = []
        for i, short in enumerate(call.patterns):
            if len(short) > len(symbols):
                name = names[i % len(wanted)]
                raise InvalidInput(f"{name} must have at most {len(symbols)} symbols, got {len(short)}")
            if bug == "patterns are searched for in the first one's length":
                short = short[: len(call.patterns[0])]
            for shift, distance in _search(bug, symbols, short, k, call):
                hits.append((shift, i, distance))
        hits.sort(key=lambda hit: hit[::-1] if bug == "hits are ordered by distance" else hit)
        if bug == "overlapping hits are merged":
            hits = [hit for j, hit in enumerate(hits) if j == 0 or hit[0] >= hits[j - 1][0] + len(call.patterns[0])]
        columns = np.array(hits, dtype=np.int64).reshape(-1, 3)
        distances = columns[:, 2] if bug == "distances are int64" else columns[:, 2].astype(np.int32)
        return KMismatchResult(
            positions=columns[:, 0].copy(),
            distances=distances.copy(),
            pattern_ids=columns[:, 1] % len(wanted),
            strands=np.where(columns[:, 1] >= len(wanted), np.int8(-1), np.int8(1)),
            text_length=len(symbols),
            branch_counts={},
            operations={},
            plans={"mutant": len(call.patterns)},
        )

    return Solver(solve, k_mismatch, "mutant", claims=Claims(deterministic=True, wildcards=True, thread_invariant=True))


def _other_strand(bug: str | None, name: str, pattern: Any) -> Any:
    turned = other_strand(name, pattern)
    return turned[::-1] if bug == "the other strand is complemented and not reversed" else turned


def _search(bug: str | None, text: Any, pattern: Any, k: int, call: Any) -> list[tuple[int, int]]:
    m, n_shifts = len(pattern), len(text) - len(pattern) + 1
    hits = []
    for shift in range(n_shifts):
        if (bug == "the last shift is forgotten" and shift == n_shifts - 1) or (
            bug == "the first shift is forgotten" and shift == 0
        ):
            continue
        differ = _differing(bug, text[shift : shift + m], pattern, call)
        if bug == "a mismatch in the last block is not counted" and m > 128:
            differ[m - m % 128 :] = False
        distance = int(differ.sum())
        if bug == "counters wrap at 256":
            distance = int(differ.astype(np.uint8).sum(dtype=np.uint8))
        if bug in ("one piece of the pigeonhole is missing", "pieces leave out the pattern's last symbol") and k < m:
            bounds = [i * m // (k + 1) for i in range(k + 2)]
            if bug == "one piece of the pigeonhole is missing":
                pieces = [(a, b) for a, b in itertools.pairwise(bounds[:-1])]
            else:
                pieces = [(a, b) for a, b in itertools.pairwise(bounds)][:-1]
            if pieces and not any(not differ[a:b].any() for a, b in pieces):
                continue
        if bug == "pieces leave out the pattern's last symbol" and k >= m and shift % 2:
            continue
        if distance < k or (distance == k and bug != "fewer than k instead of at most k"):
            hits.append((shift, min(distance, max(k - 1, 0)) if bug == "distances are cut off at k - 1" else distance))
    return hits


def _differing(bug: str | None, text: Any, pattern: Any, call: Any) -> Any:
    if call.relation == "overlap" and bug != "sets match where they are equal":
        return (text & pattern) == 0
    if call.relation == "within" and bug != "sets match where they are equal":
        return ((text & ~pattern) != 0) | (text == 0)
    if bug == "symbols are compared by their low byte":
        text, pattern = text & 0xFF, pattern & 0xFF
    if bug == "letters are compared by their case folded":
        text, pattern = text & ~np.array(32, text.dtype), pattern & ~np.array(32, text.dtype)
    differ = text != pattern
    if call.wildcard is not None:
        differ &= pattern != call.wildcard
        if bug != "wildcards of the text match nothing":
            differ &= text != call.wildcard
    return differ


def shortcut(bug: str) -> Solver[..., KMismatchResult]:
    """A solver that makes the claim of `bug` and does not keep it."""

    def solve(
        text: Any, pattern: Any = None, k: Any = None, *, rng: Any = None, n_jobs: int | None = None
    ) -> KMismatchResult:
        result = (gawrychowski_uznanski if bug == "nothing is packed" else early_abandon)(text, pattern, k)
        shifts = len(text) - len(pattern) + 1
        operations = dict(result.operations)
        if bug == "jumps are symbol by symbol":
            operations["jumps"] = shifts * len(pattern)
        if bug == "every position is marked":
            operations["increments"] = len(text) * len(pattern)
            return dataclasses.replace(
                result, operations=operations, branch_counts={"frequent_marks": 1, "rare_marks": 0, "exact": 0}
            )
        if bug == "candidates are lost to chance":
            kept = np.random.default_rng(rng).random(len(result)) > 0.1
            arrays = ("positions", "distances", "pattern_ids", "strands")
            return dataclasses.replace(result, **{name: getattr(result, name)[kept] for name in arrays})
        return dataclasses.replace(result, operations=operations)

    return Solver(solve, k_mismatch, "shortcut", claims=Claims(**{SHORTCUTS[bug][1]: True}))
