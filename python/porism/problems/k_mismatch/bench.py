"""What `porism bench k-mismatch` measures: short patterns with few mismatches in ten million symbols; guides; periods.

The check is made of all hits, positions and distances, so that only who finds the same ones is compared. `regex`
searches for substitutions with ``(?:…){s<=k}`` and, with ``overlapped=True``, finds a hit at every place. `fuzzysearch`
hands out one hit of each group that overlaps; its matcher of substitutions alone, before that consolidation, finds all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Limit, Peer, Task, Variant, Workload
from porism.problems.k_mismatch.problem import KMismatchResult

__all__ = ["WORKLOADS"]

Hits = list[tuple[int, int]]

N = 10_000_000


# -- instances ---------------------------------------------------------------------------------------------------------


def nucleotides(n: int, seed: int) -> bytes:
    """Synthetic DNA: a Markov chain of order 3 with rates drawn at random, milder than those of real genomes."""
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet([8.0] * 4, size=64).cumsum(axis=1)
    uniform = rng.random(n)
    # A chain is sequential, but forgets: 4096 of them, side by side, make one text.
    lanes = min(4096, n)
    state = rng.integers(0, 64, size=lanes)
    length = -(-n // lanes)
    uniform = np.resize(uniform, length * lanes).reshape(length, lanes)
    codes = np.empty((length, lanes), dtype=np.uint8)
    for row in range(length):
        letter = (uniform[row][:, None] > rates[state]).sum(axis=1).clip(max=3)
        codes[row] = letter
        state = (state * 4 + letter) % 64
    return np.frombuffer(b"ACGT", np.uint8)[codes.T.ravel()[:n]].tobytes()


def prose(n: int, seed: int) -> bytes:
    """Python's own documentation topics, repeated with different letters changed until they are n bytes."""
    from pydoc_data.topics import topics

    rng = np.random.default_rng(seed)
    once = np.frombuffer("\n".join(topics.values()).encode(), np.uint8)
    text = np.resize(once, n)
    changed = rng.integers(0, n, size=n // 50)
    text[changed] = once[rng.integers(0, len(once), size=len(changed))]
    return text.tobytes()


def planted(text: bytes, m: int, k: int, seed: int) -> tuple[bytes, bytes]:
    """A pattern out of `text`, and the text with 200 copies of it that have up to k + 1 changes each."""
    rng = np.random.default_rng([seed, m, k])
    symbols = np.frombuffer(text, np.uint8).copy()
    start = int(rng.integers(0, len(text) - m))
    pattern = symbols[start : start + m].copy()
    letters = np.unique(symbols[: 1 << 16])
    for slot in range(200):
        place = slot * (len(text) // 200) + int(rng.integers(0, max(1, len(text) // 200 - 2 * m)))
        copy = pattern.copy()
        changed = rng.choice(m, size=int(rng.integers(0, min(k + 1, m) + 1)), replace=False)
        copy[changed] = letters[rng.integers(0, len(letters), size=len(changed))]
        symbols[place : place + m] = copy
    return symbols.tobytes(), pattern.tobytes()


def task(made: Callable[[int, int], bytes], m: int, k: int) -> Callable[[int, int], Task]:
    """Makes the job of finding one pattern."""

    def make(size: int, seed: int) -> Task:
        text, pattern = planted(made(size, seed), m, k, seed)
        return Task(args=(text, pattern, k))

    return make


def guides(count: int, k: int) -> Callable[[int, int], Task]:
    """Makes the job of finding many guides of 23 nucleotides on both strands."""

    def make(size: int, seed: int) -> Task:
        text = nucleotides(size, seed)
        rng = np.random.default_rng([seed, count])
        chosen = [text[start : start + 23] for start in rng.integers(0, size - 23, size=count).tolist()]
        return Task(args=(text, None, k), wishes={"patterns": chosen, "reverse_complement": True})

    return make


def periodic(m: int, k: int) -> Callable[[int, int], Task]:
    """Makes the job of finding a long periodic pattern with many changes in a text of the same period."""

    def make(size: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        text, pattern = (np.array([0, 1], np.uint8)[np.arange(length) % 2] for length in (size, m))
        for string, count in ((text, size * k // (3 * m)), (pattern, k // 3)):
            string[rng.integers(0, len(string), size=count)] = rng.integers(0, 2, size=count)
        return Task(args=(text, pattern, k), wishes={"rng": 0})

    return make


# -- what must agree, and what cannot be beaten ------------------------------------------------------------------------


def fingerprint(task: Task, value: Any) -> str:
    """How many hits there are, and a sum over them that hardly two different sets have in common."""
    if isinstance(value, KMismatchResult):
        positions, distances = value.positions, value.distances
        extra = value.pattern_ids * 2 + (value.strands < 0)
    else:
        pairs = np.array(sorted(value), dtype=np.int64).reshape(-1, 2)
        positions, distances = pairs[:, 0], pairs[:, 1].astype(np.int32)
        extra = np.zeros_like(positions)
    mixed = (positions + 1) * 1_000_003 + distances.astype(np.int64) * 7919 + extra * 104_729
    return f"{len(positions)} hits, {int(np.bitwise_xor.reduce(mixed * mixed, initial=0)):x}"


def streamed(task: Task, value: Any) -> Limit | None:
    """The text has to be read once, whatever is done with it."""
    if not isinstance(value, KMismatchResult):
        return None
    return Limit(what="the text read once", nbytes=float(len(task.args[0])))


# -- peers -------------------------------------------------------------------------------------------------------------


def regex_start(task: Task) -> Callable[[], Hits]:
    """`regex`: a fuzzy pattern with substitutions only, at every place."""
    import regex

    text, pattern, k = task.args
    fuzzy = regex.compile(b"(?:" + regex.escape(pattern) + b"){s<=%d}" % k)

    def call() -> Hits:
        # `fuzzy_counts` are those of the way that was found first: the true distances of the few hits are counted here.
        starts = [match.start() for match in fuzzy.finditer(text, overlapped=True)]
        return [(start, distance(text, pattern, start)) for start in starts]

    return call


def distance(text: bytes, pattern: bytes, start: int) -> int:
    """Mismatches of one window."""
    return sum(a != b for a, b in zip(text[start : start + len(pattern)], pattern, strict=True))


def fuzzysearch_start(task: Task) -> Callable[[], Hits]:
    """`fuzzysearch` as its users call it: one hit of each overlapping group."""
    import fuzzysearch

    text, pattern, k = task.args

    def call() -> Hits:
        found = fuzzysearch.find_near_matches(
            pattern, text, max_substitutions=k, max_insertions=0, max_deletions=0, max_l_dist=k
        )
        return [(match.start, match.dist) for match in found]

    return call


def fuzzysearch_all_start(task: Task) -> Callable[[], Hits]:
    """`fuzzysearch`'s matcher of substitutions, before its hits are consolidated."""
    from fuzzysearch.substitutions_only import find_near_matches_substitutions_ngrams

    text, pattern, k = task.args
    if len(pattern) // (k + 1) < 3:
        from fuzzysearch.substitutions_only import find_near_matches_substitutions_lp as matcher
    else:
        matcher = find_near_matches_substitutions_ngrams

    def call() -> Hits:
        return [(match.start, match.dist) for match in matcher(pattern, text, k)]

    return call


PEERS = (
    Peer(
        name="regex",
        form="{s<=k}, overlapped",
        of=("auto",),
        start=regex_start,
        distributions=("regex",),
        note="distances of its hits are counted again, some hundred in all",
    ),
    Peer(
        name="fuzzysearch",
        form="find_near_matches",
        of=("auto",),
        start=fuzzysearch_start,
        distributions=("fuzzysearch",),
        note="consolidates overlapping hits",
    ),
    Peer(
        name="fuzzysearch",
        form="without consolidation",
        of=("auto",),
        start=fuzzysearch_all_start,
        distributions=("fuzzysearch",),
    ),
)


# -- workloads ---------------------------------------------------------------------------------------------------------


def memory(size: int) -> int:
    """The text in a few copies, while it is made as numbers too."""
    return 200_000_000 + 40 * size


FAST = ("auto", "early-abandon", "pigeonhole")


def short(kind: str, made: Callable[[int, int], bytes], m: int, k: int, **more: Any) -> Workload:
    """One pattern of m symbols with k mismatches."""
    given: dict[str, Any] = {"sizes": (N,), "solvers": FAST, **more}
    return Workload(
        name=f"{kind}-m{m}-k{k}",
        summary=f"one pattern of {m} symbols, {k} mismatches, 200 planted copies, {kind}",
        make=task(made, m, k),
        check=fingerprint,
        check_name="hits",
        memory=memory,
        limit=streamed,
        peers=PEERS,
        **given,
    )


WORKLOADS = (
    *(
        short("dna", nucleotides, m, k, heavy=(m, k) not in ((20, 1), (20, 4), (60, 4)))
        for m in (20, 40, 60)
        for k in (1, 2, 3, 4)
    ),
    *(short("text", prose, m, k, heavy=(m, k) != (40, 3)) for m in (20, 40, 60) for k in (1, 3)),
    Workload(
        name="guides",
        summary="1000 guides of 23 nucleotides on both strands, 3 mismatches, synthetic DNA",
        sizes=(1_000_000,),
        make=guides(1000, 3),
        check=fingerprint,
        check_name="hits",
        memory=memory,
        solvers=("auto",),
        variants=(Variant(solver="auto", form="2 threads", options={"n_jobs": 2}),),
        heavy=True,
    ),
    Workload(
        name="periodic",
        summary="a pattern of 16 384 symbols with period 2 and 1000 mismatches allowed, in a text of the same period",
        sizes=(1 << 17,),
        make=periodic(1 << 14, 1000),
        check=fingerprint,
        check_name="hits",
        memory=memory,
        heavy=True,
    ),
)
