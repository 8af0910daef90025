"""Hamming distances in NumPy, and the same with one plausible mistake at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft

from porism import Claims, Solver
from porism.problems.hamming_distances import HammingDistancesResult, hamming_distances
from porism.problems.hamming_distances._call import prepared

BUGS = {
    "the last block of shifts is left out": "oracle",
    "the last shift is left out": "oracle",
    "counts are kept in a byte": "counters",
    "counts are kept in 16 bits": "counters",
    "a float32 transform is not rounded": "oracle",
    "the carry of the fours is lost": "oracle",
    "rows are read one bit off": "oracle",
    "wildcards of the text are mismatches": "oracle",
    "wildcards on wildcards are taken away twice": "oracle",
    "wildcards count as compared": "oracle",
    "letters are compared by their low byte": "relabelling",
    "negative letters are cut off": "relabelling",
    "letters that only the text has are all the pattern's last": "oracle",
    "full mode compares what is beyond the text": "mass",
    "the overlap loses its last symbol": "splitting",
    "an N in the text is within anything": "iupac",
    "lower case is another letter": "iupac",
    "the dtype is int64": "oracle",
    "first_shift is always 0": "oracle",
    "the text is overwritten": "inputs-untouched",
}
"""Each mistake, and a law that catches it."""


def mutant(bug: str | None) -> Solver[..., HammingDistancesResult]:
    """A solver without further claims; correct for ``bug=None``."""

    def solve(
        text: Any, pattern: Any = None, *, mode: str = "valid", wildcard: Any = None, alphabet: str | None = None
    ) -> HammingDistancesResult:
        call = prepared(text, pattern, mode=mode, wildcard=wildcard, alphabet=alphabet)
        t, p = call.text.astype(np.uint64), call.patterns[0].astype(np.uint64)
        wild, m = call.wildcard, call.patterns.shape[1]
        if bug == "letters are compared by their low byte":
            t, p, wild = t & 255, p & 255, None if wild is None else wild & 255
        if bug == "negative letters are cut off":
            t, p = np.minimum(t, 2**63 - 1), np.minimum(p, 2**63 - 1)
        if bug == "letters that only the text has are all the pattern's last":
            t = np.where(np.isin(t, p), t, p[-1])
        if bug == "lower case is another letter" and alphabet is not None and isinstance(text, str):
            t = np.where([letter.islower() for letter in text], 0, t).astype(np.uint64)
        if bug == "an N in the text is within anything" and call.relation == "within":
            t = np.where(t == 15, p[0], t)
        n = len(t)
        shifts = range(n - m + 1) if mode == "valid" else range(1 - m, n)
        distances, compared = [], []
        for shift in shifts:
            first, last = max(0, -shift), min(m, n - shift)
            ours, theirs = t[first + shift : last + shift], p[first:last]
            if bug == "rows are read one bit off" and m > 8 and first + shift > 0:
                ours = np.append(t[first + shift - 1], ours[1:])
            if bug == "the overlap loses its last symbol" and m > 2:
                ours, theirs = ours[:-1], theirs[:-1]
            if call.relation == "overlap":
                match = (ours & theirs) != 0
            elif call.relation == "within":
                match = ((ours & ~theirs) == 0) & (ours != 0)
            else:
                match = ours == theirs
            solid = np.ones(len(ours), dtype=bool)
            if wild is not None:
                solid = (ours != wild) & (theirs != wild)
                if bug == "wildcards of the text are mismatches":
                    solid = theirs != wild
            count = int((~match & solid).sum())
            n_solid = int(solid.sum())
            if bug == "wildcards on wildcards are taken away twice" and wild is not None:
                n_solid -= int(((ours == wild) & (theirs == wild)).sum())
            if bug == "wildcards count as compared":
                n_solid = len(ours)
            if bug == "full mode compares what is beyond the text":
                count += m - (last - first)
            distances.append(count)
            compared.append(n_solid)
        found = np.array(distances, dtype=np.int64)
        matches = np.array(compared, dtype=np.int64) - found
        if bug == "a float32 transform is not rounded" and mode == "valid" and wild is None and alphabet is None:
            found = m - _transformed(t, p).astype(np.int64)
        if bug == "counts are kept in a byte":
            found = m - (matches & 255) if mode == "valid" else found
        if bug == "counts are kept in 16 bits":
            found = m - (matches & 65_535) if mode == "valid" else found
        if bug == "the carry of the fours is lost":
            found = np.where(found >= 8, found - 8, found)
        if bug == "the last block of shifts is left out" and len(found) > 512:
            found[512:] = 0
        if bug == "the last shift is left out" and len(found) > 1:
            found[-1] = found[-2]
        if bug == "the text is overwritten" and isinstance(text, np.ndarray) and text.flags.writeable:
            text[0] += 1
        return HammingDistancesResult(
            distances=found if bug == "the dtype is int64" else found.astype(np.int32),
            first_shift=0 if mode == "valid" or bug == "first_shift is always 0" else 1 - m,
            n_compared=None if wildcard is None else np.array(compared, dtype=np.int32),
        )

    return Solver(solve, hamming_distances, "mutant", claims=Claims(deterministic=True))


def _transformed(t: Any, p: Any) -> Any:
    """Matches by float32 transforms, cut off."""
    size = fft.next_fast_len(len(t) + len(p))
    total = np.zeros(size, dtype=np.float32)
    for letter in np.unique(p):
        ours = fft.rfft((t == letter).astype(np.float32), size)
        theirs = fft.rfft((p == letter).astype(np.float32), size)
        total += fft.irfft(ours * theirs.conj(), size)
    return total[: len(t) - len(p) + 1]
