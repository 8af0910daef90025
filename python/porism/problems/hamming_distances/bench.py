"""What `porism bench hamming-distances` measures: strings by the pattern's length, and what users write today.

The size is m, the pattern's length; the text has 2^20 symbols. Results must be equal element by element: the check is
a checksum of all distances.

Peers: `scipy.signal.oaconvolve` of the letters' indicators, rounded, in double precision and in single (exact only as
long as it happens to be); NumPy, a vectorised comparison for each position of the pattern; Numba, the plain double
loop, and a vertical one: counters of a byte for 256 shifts, one symbol of the pattern at a time, written out every 255
rows. For words, where letters are thousands, transforms are hopeless, and NumPy also has one histogram of the
differences of positions for each letter.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Variant, Workload

__all__ = ["WORKLOADS"]

Array = npt.NDArray[Any]

N = 1 << 20
"""Symbols of the text."""

LIMIT_PER_SECOND = 256 * 3.7e9
"""Comparisons: a row of 512 shifts is one load that straddles two cache lines, so two cycles, at 3.7 GHz."""


# -- instances ---------------------------------------------------------------------------------------------------------


def dna(n: int, seed: int) -> Array:
    """Synthetic DNA: each nucleotide drawn by the three before it, with shares as uneven as in genomes."""
    rng = np.random.default_rng([seed, 4])
    table = np.cumsum(rng.dirichlet([4.0, 3.0, 3.0, 4.0], 64), axis=1)
    chains = 1024  # side by side, one behind the other in the end
    steps = -(-n // chains)
    state = rng.integers(0, 64, chains)
    letters = np.empty((chains, steps), dtype=np.uint8)
    for step in range(steps):
        letter = (rng.random(chains)[:, None] >= table[state, :3]).sum(axis=1)
        letters[:, step] = letter
        state = (state * 4 + letter) & 63
    return np.frombuffer(b"ACGT", dtype=np.uint8)[letters.ravel()[:n]]


def uniform_bytes(n: int, seed: int) -> Array:
    """Any byte, all alike."""
    return np.random.default_rng([seed, 256]).integers(0, 256, n, dtype=np.uint8)


def word_ids(n: int, seed: int) -> Array:
    """Words by their ranks: 10 000 of them, with Zipf's shares, and no more than 6 % for the most frequent."""
    rng = np.random.default_rng([seed, 10_000])
    shares = 1.0 / (np.arange(10_000) + 1.7)
    return rng.choice(10_000, n, p=shares / shares.sum()).astype(np.uint16)


def planted(make: Callable[[int, int], Array]) -> Callable[[int, int], Task]:
    """Makes the job of finding a piece of the text, a tenth of it changed, in the text."""

    def task(size: int, seed: int) -> Task:
        text = make(N, seed)
        rng = np.random.default_rng([seed, size])
        at = int(rng.integers(0, N - size + 1))
        pattern = text[at : at + size].copy()
        changed = rng.random(size) < 0.1
        pattern[changed] = rng.permutation(pattern)[changed]
        return Task(args=(text, pattern))

    return task


def distances_of(value: Any) -> Array:
    """A solver's distances, or what a peer returned."""
    return np.asarray(getattr(value, "distances", value)).reshape(-1)


def checksum(task: Task, value: Any) -> str:
    """All distances in eight digits."""
    return f"{zlib.crc32(distances_of(value).astype(np.int32).tobytes()):08x}"


def compared(task: Task, value: Any) -> Limit:
    """Comparisons at the rate at which rows of bits can be loaded, or the result written."""
    text, pattern = task.args
    shifts = len(text) - len(pattern) + 1
    pairs = shifts * len(pattern)
    return Limit(what=f"{pairs:.3g} comparisons, 256 a cycle", seconds=pairs / LIMIT_PER_SECOND)


def into_out(solver: Any, task: Task, options: Any) -> Callable[[], Any]:
    """A solver that writes to memory which is there already."""
    text, pattern = task.args
    out = np.zeros(len(text) - len(pattern) + 1, dtype=np.int32)
    return lambda: solver(text, pattern, out=out, **options)


# -- peers -------------------------------------------------------------------------------------------------------------


def oaconvolve(task: Task, dtype: type[np.floating[Any]]) -> Callable[[], Array]:
    """One overlap-add convolution for every letter of the pattern."""
    from scipy.signal import oaconvolve as convolve

    text, pattern = task.args

    def call() -> Array:
        matches = np.zeros(len(text) - len(pattern) + 1, dtype=dtype)
        for letter in np.unique(pattern):
            ours, theirs = (text == letter).astype(dtype), (pattern[::-1] == letter).astype(dtype)
            matches += convolve(ours, theirs, mode="valid")
        return len(pattern) - np.rint(matches).astype(np.int32)

    return call


def numpy_rows(task: Task) -> Callable[[], Array]:
    """One comparison of long arrays for every position of the pattern, counted in bytes where that is enough."""
    text, pattern = task.args
    shifts = len(text) - len(pattern) + 1

    def call() -> Array:
        total = np.zeros(shifts, dtype=np.int32)
        for start in range(0, len(pattern), 255):
            part = np.zeros(shifts, dtype=np.uint8)
            for j in range(start, min(start + 255, len(pattern))):
                part += text[j : j + shifts] != pattern[j]
            total += part
        return total

    return call


def numpy_histogram(task: Task) -> Callable[[], Array]:
    """All differences of positions of equal letters, in one histogram, letter by letter."""
    text, pattern = task.args
    shifts = len(text) - len(pattern) + 1

    def call() -> Array:
        order, reverse = np.argsort(text, kind="stable"), np.argsort(pattern, kind="stable")
        known, starts, counts = np.unique(pattern[reverse], return_index=True, return_counts=True)
        firsts = np.searchsorted(text[order], known, "left")
        lasts = np.searchsorted(text[order], known, "right")
        matches = np.zeros(shifts, dtype=np.int64)
        for start, count, first, last in zip(starts, counts, firsts, lasts, strict=True):
            places, positions = order[first:last], reverse[start : start + count]
            for some in np.array_split(positions, max(1, len(places) * count >> 22)):
                difference = np.subtract.outer(places, some).ravel()
                difference = difference[(difference >= 0) & (difference < shifts)]
                matches += np.bincount(difference, minlength=shifts)
        return (len(pattern) - matches).astype(np.int32)

    return call


@cache
def _numba_loops() -> tuple[Callable[..., None], Callable[..., None]]:
    """The plain double loop, and the vertical one, compiled."""
    import numba

    @numba.njit(nogil=True)
    def plain(text: Array, pattern: Array, out: Array) -> None:
        for s in range(out.size):
            count = 0
            for j in range(pattern.size):
                count += text[s + j] != pattern[j]
            out[s] = count

    @numba.njit(nogil=True, error_model="numpy")
    def vertical(text: Array, pattern: Array, out: Array) -> None:
        block = 256
        counts = np.zeros(block, dtype=np.uint8)
        one, zero = np.uint8(1), np.uint8(0)
        whole = out.size // block * block
        for start in range(0, whole, block):
            total = out[start : start + block]
            total[:] = 0
            for first in range(0, pattern.size, 255):
                counts[:] = 0
                for j in range(first, min(first + 255, pattern.size)):
                    symbol = pattern[j]
                    row = text[start + j : start + j + block]  # a slice of known length: no index can be negative
                    for i in range(block):
                        counts[i] = np.uint8(counts[i] + (one if row[i] != symbol else zero))
                for i in range(block):
                    total[i] += counts[i]
        for s in range(whole, out.size):
            count = 0
            for j in range(pattern.size):
                count += text[s + j] != pattern[j]
            out[s] = count

    return plain, vertical


def numba_loop(task: Task, which: int) -> Callable[[], Array]:
    """One of the compiled loops, warmed up."""
    loop = _numba_loops()[which]
    text, pattern = task.args
    loop(text[:2000], pattern[:100], np.empty(1900, dtype=np.int32))

    def call() -> Array:
        out = np.empty(len(text) - len(pattern) + 1, dtype=np.int32)
        loop(text, pattern, out)
        return out

    return call


def peer(name: str, form: str, start: Callable[[Task], Callable[[], Any]], distributions: tuple[str, ...]) -> Peer:
    """A peer of `auto`."""
    return Peer(name=name, form=form, of=("auto",), start=start, distributions=distributions)


OACONVOLVE = (
    peer("oaconvolve", "float64", lambda task: oaconvolve(task, np.float64), ("scipy",)),
    peer("oaconvolve", "float32", lambda task: oaconvolve(task, np.float32), ("scipy",)),
)
NUMBA = (
    peer("numba", "double loop", lambda task: numba_loop(task, 0), ("numba",)),
    peer("numba", "vertical u8", lambda task: numba_loop(task, 1), ("numba",)),
)
ROWS = (peer("numpy", "rows", numpy_rows, ("numpy",)),)
HISTOGRAM = (peer("numpy", "histogram", numpy_histogram, ("numpy",)),)

THREADS = (Variant(solver="auto", form="2 threads", options={"n_jobs": 2}),)

LARGEST = {"numba": 16_384, "numpy": 1024, "byte-simd": 16_384, "bit-sliced": 131_072}


def memory(size: int) -> int:
    """The strings, the distances, and what transforms of eight times the pattern's length take."""
    return 300 << 20 | size * 64


def workload(
    name: str, summary: str, sizes: tuple[int, ...], make: Callable[[int, int], Array], **more: Any
) -> Workload:
    """Strings of one kind."""
    given: dict[str, Any] = {
        "solvers": ("auto", "byte-simd", "bit-sliced", "per-letter-fft"),
        "variants": THREADS,
        "largest": LARGEST,
        "unit": "m",
        "limit": compared,
        **more,
    }
    return Workload(
        name=name,
        summary=summary,
        sizes=sizes,
        make=planted(make),
        check=checksum,
        check_name="crc32",
        memory=memory,
        **given,
    )


WORKLOADS = (
    workload(
        "dna",
        "synthetic DNA of 2^20 letters, patterns of m",
        (16, 64, 1024, 16_384, 131_072),
        dna,
        peers=(*OACONVOLVE, *NUMBA, *ROWS),
    ),
    workload(
        "dna-kernel",
        "the same, distances written to memory that is there already",
        (16, 64, 256),
        dna,
        start=into_out,
        solvers=("auto", "byte-simd", "bit-sliced"),
    ),
    workload(
        "bytes",
        "2^20 uniform bytes, patterns of m",
        (64, 1000, 10_000),
        uniform_bytes,
        peers=(*NUMBA, *ROWS),
        solvers=("auto", "byte-simd", "bit-sliced", "scatter"),
    ),
    workload(
        "words",
        "2^20 words of 10 000 with Zipf's shares, patterns of m",
        (1024, 16_384),
        word_ids,
        peers=(*HISTOGRAM, *ROWS),
        solvers=("auto", "bit-sliced", "scatter"),
        largest={**LARGEST, "numpy": 16_384},
    ),
    workload(
        "bytes-transforms",
        "2^20 uniform bytes against a transform for each of 256 letters",
        (10_000,),
        uniform_bytes,
        peers=OACONVOLVE[:1],
        solvers=("auto", "per-letter-fft"),
        heavy=True,
    ),
)
