"""The solvers of `hamming-distances`: thin fronts of the Rust kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims
from porism._core import hamming as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress
from porism.problems.hamming_distances._call import prepared
from porism.problems.hamming_distances._strings import String
from porism.problems.hamming_distances.problem import HammingDistancesResult, hamming_distances

__all__ = ["naive"]

EVERY = {"thread_invariant": True, "interruptible": True, "deterministic": True}


def _solve(method: str, text: Any, pattern: Any, options: dict[str, Any]) -> HammingDistancesResult:
    """Check the call and run the kernel called `method`."""
    progress = options.pop("progress")
    options["reverse"] = options.pop("reverse_complement")
    call = prepared(text, pattern, progress=progress, **options)
    with reporting(progress, method) as report:
        kernel.distances(
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
        )
    distances, others = call.shaped(call.out)
    return HammingDistancesResult(
        distances=distances,
        first_shift=0 if call.mode == "valid" else 1 - call.patterns.shape[1],
        n_compared=None if call.compared is None else call.shaped(call.compared)[0],
        reverse_distances=others,
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
        Many patterns of one length instead of `pattern`, in one pass over the text: the results have a row for each.
    mode : str
        "valid": only shifts at which the pattern lies within the text; "full": all at which they overlap.
    wildcard : bytes, str or int, optional
        A symbol that matches every other.
    alphabet : str, optional
        "iupac" or "iupac-within": letters are codes for sets of nucleotides.
    reverse_complement : bool
        Compare the reverse complement of each pattern too: `reverse_distances`. Letters must be nucleotide codes.
    out : (n_shifts,) array of int32, optional
        Where to write the distances; with `patterns` a row for each, with `reverse_complement` these rows and then as many for the other strand.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, 0.0)`` about twenty times a second.
    """
    raise AssertionError("only its signature and its documentation are used")


@porism.solver(
    hamming_distances, "naive", complexity="O(nm) time, no memory besides the result", claims=Claims(**EVERY)
)
@like(search)
def naive(text: Any, pattern: Any = None, **options: Any) -> HammingDistancesResult:
    """Compare symbol by symbol, by the definition. An oracle: only for small strings."""
    return _solve("naive", text, pattern, options)
