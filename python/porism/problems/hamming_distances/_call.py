"""One call of a solver, checked whole: symbols, patterns, where the results go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import as_choice, as_flag, as_n_jobs, check_memory, check_progress, describe
from porism.errors import InvalidInput, InvalidType
from porism.problems.hamming_distances._strings import Relation, Symbols, reverse_complement, strings

__all__ = ["Call", "prepared"]

MODES = ("valid", "full")

Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Call:
    """What a kernel is called with, and how its rows become a result."""

    text: Symbols
    patterns: Symbols
    wildcard: int | None
    relation: Relation
    mode: str
    out: Counts
    compared: Counts | None
    many: bool
    both: bool
    threads: int

    def shaped(self, rows: Counts) -> tuple[Counts, Counts | None]:
        """The rows of the patterns, and those of their reverse complements where there are any."""
        n = len(rows) // 2 if self.both else len(rows)
        own, others = rows[:n], rows[n:] if self.both else None
        if self.many:
            return own, others
        return own[0], None if others is None else others[0]


def prepared(
    text: object,
    pattern: object,
    *,
    patterns: object = None,
    mode: object = "valid",
    wildcard: object = None,
    alphabet: object = None,
    reverse: object = False,
    out: object = None,
    n_jobs: object = None,
    progress: object = False,
) -> Call:
    """Check a call of a solver of `hamming-distances`.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says; nothing has been changed then.
    """
    mode = as_choice("mode", mode, MODES)
    both = as_flag("reverse_complement", reverse)
    threads = as_n_jobs(n_jobs)
    check_progress(progress)
    given, names = _given(pattern, patterns)
    if both:
        given = [*given, *(reverse_complement(name, one) for name, one in zip(names, given, strict=True))]
        names = [*names, *(f"the reverse complement of {name}" for name in names)]
    found = strings(text, given, wildcard=wildcard, alphabet=alphabet, names=names)
    n, lengths = len(found.text), [len(one) for one in found.patterns]
    m = lengths[0]
    for name, length in zip(names, lengths, strict=True):
        if length != m:
            raise InvalidInput(
                f"patterns must be of one length, got {m} and {length} ({name}); call once for each length"
            )
    if n == 0:
        raise InvalidInput("text must have at least one symbol, got none")
    if mode == "valid" and m > n:
        raise InvalidInput(f"pattern must be at most as long as text with mode='valid', got {m} symbols and {n}")
    shifts = n - m + 1 if mode == "valid" else n + m - 1
    rows = len(lengths)
    buffers = (0 if out is not None else 1) + (wildcard is not None)
    check_memory("the result", 4 * rows * shifts * buffers, None, advice="; search for fewer patterns at a time")
    many = patterns is not None
    result = (
        np.empty((rows, shifts), dtype=np.int32)
        if out is None
        else _out(out, rows, shifts, flat=rows == 1 and not many)
    )
    compared = None if wildcard is None else np.empty((rows, shifts), dtype=np.int32)
    if compared is not None and found.wildcard is None:  # a wildcard that the strings' dtype cannot hold
        compared[:] = _overlaps(n, m, mode)
    stacked = found.patterns[0][np.newaxis] if rows == 1 else np.stack(found.patterns)
    return Call(found.text, stacked, found.wildcard, found.relation, mode, result, compared, many, both, threads)


def _given(pattern: object, patterns: object) -> tuple[list[Any], list[str]]:
    if patterns is None:
        if pattern is None:
            raise InvalidType("pattern must be bytes, str or a 1-D array of integers, got None")
        return [pattern], ["pattern"]
    if pattern is not None:
        raise InvalidInput("pattern must be None where patterns are given, got both")
    if isinstance(patterns, (str, bytes)) or not isinstance(patterns, (Sequence, np.ndarray)):
        raise InvalidType(f"patterns must be a sequence of strings, got {describe(patterns)}")
    if len(patterns) == 0:
        raise InvalidInput("patterns must hold at least one pattern, got none")
    return list(patterns), [f"patterns[{i}]" for i in range(len(patterns))]


def _out(out: object, rows: int, shifts: int, *, flat: bool) -> Counts:
    shape = (shifts,) if flat else (rows, shifts)
    must = f"out must be a writeable C-contiguous array of int32 and shape {shape}"
    if not isinstance(out, np.ndarray):
        raise InvalidType(f"{must}, got {describe(out)}")
    if out.dtype != np.int32 or not out.dtype.isnative:
        raise InvalidType(f"{must}, got dtype {out.dtype}")
    if out.shape != shape:
        raise InvalidInput(f"{must}, got shape {out.shape}")
    if not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
        raise InvalidInput(f"{must}, got one that is not")
    return out.reshape(rows, shifts)


def _overlaps(n: int, m: int, mode: str) -> npt.NDArray[np.int64]:
    """At how many positions text and pattern overlap, at every shift."""
    if mode == "valid":
        return np.full(n - m + 1, m)
    shift = np.arange(1 - m, n)
    return np.minimum(shift + m, n) - np.maximum(shift, 0)
