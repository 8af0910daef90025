"""What every k-mismatch solver keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.problems.hamming_distances._strings import Strings, reverse_complement, strings
from porism.problems.hamming_distances.solvers import naive
from porism.problems.k_mismatch.positions import mismatch_positions
from porism.problems.k_mismatch.problem import KMismatchResult, k_mismatch

__all__ = ["SUITE", "instances", "oracle", "periodic"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., KMismatchResult]
Hits = list[tuple[int, int]]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------


def oracle(text: Any, pattern: Any, k: int, wildcard: Any = None, alphabet: str | None = None) -> Hits:
    """Positions and distances, window by window."""
    call = strings(text, [pattern], wildcard=wildcard, alphabet=alphabet)
    (short,) = call.patterns
    hits = []
    for shift in range(len(call.text) - len(short) + 1):
        distance = int(differing(call, call.text[shift : shift + len(short)], short).sum())
        if distance <= k:
            hits.append((shift, distance))
    return hits


def differing(call: Strings, text: Array, pattern: Array) -> Array:
    """Where two strings of one length mismatch, under the relation and the wildcard of a call."""
    if call.relation == "overlap":
        return np.equal(text & pattern, 0)
    if call.relation == "within":
        return np.not_equal(text & ~pattern, 0) | np.equal(text, 0)
    differ = np.not_equal(text, pattern)
    if call.wildcard is not None:
        differ = differ & (text != call.wildcard) & (pattern != call.wildcard)
    return differ


def hits_of(result: KMismatchResult) -> Hits:
    """The same of a result."""
    return list(zip(result.positions.tolist(), result.distances.tolist(), strict=True))


def _agree(result: KMismatchResult, expected: Hits, what: str = "by the definition") -> None:
    found = hits_of(result)
    wrong = sorted(set(found) ^ set(expected))
    assert not wrong, (
        f"{wrong[0]} is {'found' if wrong[0] in found else 'missing'}, not so {what} ({len(wrong)} differ)"
    )
    assert found == expected, f"the order is {found[:6]}, {what} {expected[:6]}"


# -- instances ---------------------------------------------------------------------------------------------------

LENGTHS = (1, 2, 3, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 247, 248, 249, 255, 256, 257, 300, 511, 513)
SHIFTS = (1, 2, 15, 16, 17, 31, 33, 127, 128, 129, 255, 256, 257, 258, 511, 512, 513, 700)
SIGMAS = (1, 2, 4, 20, 300, 10**18)


def make(style: str, sigma: int, m: int, shifts: int, changes: int, seed: int) -> tuple[Array, Array]:
    """A text with `shifts` shifts and a pattern of m symbols below `sigma`."""
    rng = np.random.default_rng(seed)
    n = m + shifts - 1
    letters = rng.integers(0, sigma, size=8)
    if style == "random":
        text, pattern = rng.integers(0, sigma, size=n), rng.integers(0, sigma, size=m)
    else:
        period = 1 if style == "constant" else int(rng.integers(1, 7))
        text, pattern = (letters[np.arange(length) % period] for length in (n, m))
    if style == "planted":
        text, pattern = rng.integers(0, sigma, size=n), rng.integers(0, sigma, size=m)
        for start in rng.integers(0, shifts, size=1 + shifts // max(m, 16)):
            text[start : start + m] = pattern
    for string, count in ((text, changes * n // max(m, 1)), (pattern, changes if style != "planted" else 0)):
        places = rng.integers(0, len(string), size=count)
        string[places] = rng.integers(0, sigma, size=count)
    return text, pattern


def as_kind(kind: str, *arrays: Array) -> list[Any]:
    """The same symbols as bytes, str, wide str, or integers of some dtype."""
    if kind == "bytes":
        return [array.astype(np.uint8).tobytes() for array in arrays]
    if kind == "str":
        return ["".join(chr(97 + int(symbol)) for symbol in array) for array in arrays]
    if kind == "wide":
        return ["".join(chr(0x4E00 + int(symbol)) for symbol in array) for array in arrays]
    return [array.astype(kind) for array in arrays]


def _kinds(sigma: int) -> list[str]:
    if sigma <= 20:
        return ["bytes", "str", "wide", "int8", "uint16", ">i4", "int64"]
    return ["int64", ">u8"] if sigma > 2**15 else ["wide", "int16", "uint32", "int64"]


@st.composite
def instances(draw: st.DrawFn, most: int = 700, dense: bool = False) -> Instance:
    """Strings of every kind: random, planted, periodic and constant ones, at lengths where vectors and blocks end."""
    style = draw(
        st.sampled_from(["planted", "random", "periodic", "constant"] if not dense else ["periodic", "planted"])
    )
    sigma = draw(st.sampled_from(SIGMAS if not dense else SIGMAS[:4]))
    m = draw(st.sampled_from(LENGTHS) | st.integers(1, 80))
    shifts = min(draw(st.sampled_from(SHIFTS) | st.integers(1, 80)), most)
    text, pattern = make(style, sigma, m, shifts, draw(st.integers(0, 8)), draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(_kinds(sigma)))
    k = draw(st.integers(0, 6) | st.integers(0, m + 1) | st.sampled_from([m // 4, m // 8]))
    return Instance((*as_kind(kind, text, pattern), k), {}, {"n_jobs": draw(st.sampled_from([1, 2]))})


@st.composite
def arrays(draw: st.DrawFn) -> Instance:
    """Integers in every layout."""
    style = draw(st.sampled_from(["planted", "periodic"]))
    sigma = draw(st.sampled_from([2, 4, 100]))
    text, pattern = make(
        style, sigma, draw(st.integers(1, 70)), draw(st.integers(1, 300)), 3, draw(st.integers(0, 999))
    )
    dtype = draw(st.sampled_from(["u1", "i1", "i2", "u4", "i8"]))
    k = draw(st.integers(0, 8))
    return Instance((draw(layouts(text.astype(dtype))), draw(layouts(pattern.astype(dtype))), k))


@st.composite
def nucleotides(draw: st.DrawFn) -> Instance:
    """Codes of nucleotides, ambiguous ones among them, with a wildcard or as sets."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    codes = np.frombuffer(draw(st.sampled_from([b"ACGT", b"ACGTNRY", b"acgtnACGTN-", b"NA"])), dtype=np.uint8)
    m, shifts = draw(st.integers(1, 70)), draw(st.sampled_from(SHIFTS))
    text, pattern = (codes[rng.integers(0, len(codes), size=length)] for length in (m + shifts - 1, m))
    if draw(st.booleans()):
        start = int(rng.integers(0, shifts))
        text[start : start + m] = pattern
    rule: dict[str, Any] = draw(
        st.sampled_from([{"wildcard": b"N"}, {"wildcard": b"z"}, {"alphabet": "iupac"}, {"alphabet": "iupac-within"}])
    )
    k = draw(st.integers(0, 5) | st.integers(0, m))
    return Instance((text.tobytes(), pattern.tobytes(), k), {}, rule)


def periodic(breaks: int, k: int, *, m: int = 1200, period: int = 3, sigma: int = 4, seed: int = 0) -> Instance:
    """A text and a pattern with one period and so many breaks each, over so few letters that hits crowd."""
    rng = np.random.default_rng([seed, breaks, k])
    letters = rng.permutation(sigma)[np.arange(period) % sigma]
    text, pattern = (letters[np.arange(length) % period] for length in (4 * m, m))
    for string, count in ((text, 4 * breaks), (pattern, breaks)):
        string[rng.integers(0, len(string), size=count)] = rng.integers(0, sigma, size=count)
    return Instance((text.astype(np.uint8), pattern.astype(np.uint8), k))


@st.composite
def periodic_instances(draw: st.DrawFn) -> Instance:
    """Periodic ones with few breaks for k."""
    m = draw(st.sampled_from([200, 401, 800]))
    k = draw(st.integers(8, m // 4))
    breaks = draw(st.integers(0, k // 4))
    return periodic(
        breaks, k, m=m, period=draw(st.integers(1, 5)), sigma=draw(st.integers(2, 5)), seed=draw(st.integers(0, 99))
    )


def _invalid() -> st.SearchStrategy[Invalid]:
    """One thing wrong at a time."""
    text, pattern = b"abracadabra", b"abra"
    array = np.arange(10)
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((text, b"", 1), {}, "pattern", ""),
        ((b"", pattern, 1), {}, "pattern", "0"),
        ((text, text + b"x", 1), {}, "pattern", "12"),
        ((text, "abra", 1), {}, "pattern", "str"),
        (("abracadabra", pattern, 1), {}, "pattern", "bytes"),
        ((array, pattern, 1), {}, "pattern", "bytes"),
        ((text, pattern, -1), {}, "k", "-1"),
        ((text, pattern, 1.0), {}, "k", "1.0"),
        ((text, pattern, True), {}, "k", "True"),
        ((text, pattern, None), {}, "k", "None"),
        ((text, pattern, "1"), {}, "k", "'1'"),
        ((text, None, 1), {}, "pattern", "None"),
        ((None, pattern, 1), {}, "text", "None"),
        ((array.astype(float), array[:2].astype(float), 1), {}, "text", "float64"),
        ((array.astype(object), array[:2], 1), {}, "text", "object"),
        ((array.reshape(2, 5), array[:2], 1), {}, "text", "(2, 5)"),
        ((text, pattern, 1), {"patterns": [pattern]}, "pattern", "abra"),
        ((text, None, 1), {"patterns": []}, "patterns", ""),
        ((text, None, 1), {"patterns": [pattern, b""]}, "patterns[1]", ""),
        ((text, None, 1), {"patterns": [pattern, "abra"]}, "patterns[1]", "str"),
        ((text, None, 1), {"patterns": b"abra"}, "patterns", ""),
        ((text, b"abrx", 1), {"reverse_complement": True}, "pattern", "'x'"),
        ((text, pattern, 1), {"reverse_complement": 1}, "reverse_complement", "1"),
        ((text, pattern, 1), {"wildcard": "a"}, "wildcard", "'a'"),
        ((text, pattern, 1), {"wildcard": b"ab"}, "wildcard", "ab"),
        ((text, pattern, 1), {"alphabet": "dna"}, "alphabet", "'dna'"),
        ((b"ACGTJ", b"ACG", 1), {"alphabet": "iupac"}, "text", "'J'"),
        ((text, pattern, 1), {"n_jobs": 0}, "n_jobs", "0"),
        ((text, pattern, 1), {"progress": 3}, "progress", "3"),
        ((text, pattern, 1), {"rng": -1}, "rng", "-1"),
    ]
    return st.sampled_from(
        [Invalid(args, {}, wishes, argument=argument, mentions=mentions) for args, wishes, argument, mentions in calls]
    )


def _for(solver: AnySolver) -> st.SearchStrategy[Invalid]:
    """Only calls whose wrong option the solver has: without it the call would be valid."""
    return _invalid().filter(lambda call: call.wishes.keys() <= solver.signature.parameters.keys())


def _long() -> Instance:
    """A periodic text, whose shifts all agree with the pattern for long."""
    text = np.tile(np.array([1, 2], dtype=np.uint8), 6_000_000)
    pattern = text[:3000].copy()
    pattern[1000:2000:5] = 7
    return Instance((text, pattern, 700), {}, {"rng": 0})


SUITE = Suite(k_mismatch, instances=instances(), invalid=_for, long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------


@SUITE.law("oracle", scale=4.0)
def by_definition(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    assert result.positions.dtype == np.int64, f"positions are {result.positions.dtype}"
    assert result.distances.dtype == np.int32, f"distances are {result.distances.dtype}"
    assert result.pattern_ids.dtype == np.int64, f"pattern_ids are {result.pattern_ids.dtype}"
    assert result.strands.dtype == np.int8, f"strands are {result.strands.dtype}"
    shapes = {array.shape for array in (result.positions, result.distances, result.pattern_ids, result.strands)}
    assert len(shapes) == 1, f"fields have shapes {shapes}"
    _agree(result, oracle(*instance.args))


@SUITE.law("filter")
def filtered(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    distances = naive(text, pattern).distances
    places = np.flatnonzero(distances <= k)
    _agree(
        instance.call(solver),
        list(zip(places.tolist(), distances[places].tolist(), strict=True)),
        "of hamming-distances",
    )


@SUITE.law("monotone")
def monotone(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    fewer, more = hits_of(instance.call(solver)), hits_of(instance.but(text, pattern, k + 2).call(solver))
    assert fewer == [hit for hit in more if hit[1] <= k], f"{fewer[:5]} for k={k}, {more[:5]} for k={k + 2}"


@SUITE.law("all-shifts")
def all_shifts(solver: AnySolver, instance: Instance) -> None:
    text, pattern, _ = instance.args
    result = instance.but(text, pattern, len(pattern)).call(solver)
    assert result.positions.tolist() == list(range(len(text) - len(pattern) + 1)), f"{result.positions}"


@SUITE.law("relabelling", given=arrays())
def relabelling(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    letters = np.unique(np.concatenate([text, pattern]))
    names = np.random.default_rng(len(text)).permutation(len(letters)) * (2**62 // len(letters)) - 2**61
    names[0] = 2**63 - 1
    renamed = [names[np.searchsorted(letters, string)] for string in (text, pattern)]
    _agree(instance.but(*renamed, k).call(solver), hits_of(instance.call(solver)), "with other letters")


@SUITE.law("reversal")
def reversal(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    last = len(text) - len(pattern)
    mirrored = [(last - position, distance) for position, distance in hits_of(instance.call(solver))][::-1]
    _agree(instance.but(text[::-1], pattern[::-1], k).call(solver), mirrored, "mirrored")


@SUITE.law("kinds")
def kinds(solver: AnySolver, instance: Instance) -> None:
    text, pattern = (strings(string, [string]).text for string in instance.args[:2])
    letters = {letter: rank for rank, letter in enumerate(np.unique(np.concatenate([text, pattern])).tolist())}
    ranks = [np.array([letters[letter] for letter in string.tolist()], dtype=np.int64) for string in (text, pattern)]
    expected = hits_of(instance.call(solver))
    for kind in ("bytes", "str", "wide", "uint8") if len(letters) < 20 else ("wide", "uint16", "uint64"):
        _agree(instance.but(*as_kind(kind, *ranks), instance.args[2]).call(solver), expected, f"as {kind}")


@SUITE.law("layout", given=arrays())
def layout(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    plain = [np.array(string, dtype=string.dtype.newbyteorder("="), order="C") for string in (text, pattern)]
    _agree(instance.call(solver), hits_of(instance.but(*plain, k).call(solver)), "in C order")


@SUITE.law("patterns", given=instances(most=200))
def many(solver: AnySolver, instance: Instance) -> None:
    if "patterns" not in solver.signature.parameters:
        return
    text, pattern, k = instance.args
    half = max(1, len(pattern) // 2)
    chosen = [text[:half], pattern, pattern[:half], pattern, text[-half:]]
    result = instance.but(text, None, k).call(solver, patterns=chosen)
    expected = []
    for i, one in enumerate(chosen):
        expected += [(position, i, distance) for position, distance in hits_of(instance.but(text, one, k).call(solver))]
    found = list(zip(result.positions.tolist(), result.pattern_ids.tolist(), result.distances.tolist(), strict=True))
    assert found == sorted(expected), f"together {found[:5]}, one by one {sorted(expected)[:5]}"


@SUITE.law("strands", given=nucleotides())
def strands(solver: AnySolver, instance: Instance) -> None:
    if "reverse_complement" not in solver.signature.parameters:
        return
    text, pattern, k = instance.args
    result = instance.call(solver, reverse_complement=True)
    expected = []
    for strand, one in ((1, pattern), (-1, reverse_complement("pattern", pattern))):
        own = hits_of(instance.but(text, one, k).call(solver))
        expected += [(position, -strand, distance) for position, distance in own]
    found = list(zip(result.positions.tolist(), (-result.strands).tolist(), result.distances.tolist(), strict=True))
    assert found == sorted(expected), f"together {found[:5]}, one by one {sorted(expected)[:5]}"
    assert not result.pattern_ids.any(), f"pattern_ids {result.pattern_ids} of a single pattern"


@SUITE.law("mismatch-positions")
def positions_of_mismatches(solver: AnySolver, instance: Instance) -> None:
    text, pattern, _ = instance.args
    for position, distance in hits_of(instance.call(solver))[:10]:
        places = mismatch_positions(text, pattern, position)
        assert len(places) == distance, f"{len(places)} positions at {position}, distance {distance}"
        assert all(text[position + j] != pattern[j] for j in places.tolist()), f"{places} at {position}"


@SUITE.law("wildcards", given=nucleotides(), scale=2.0)
def wildcards(solver: AnySolver, instance: Instance) -> None:
    _agree(instance.call(solver), oracle(*instance.args, **instance.wishes))


@SUITE.law("jumps", given=instances(dense=True) | periodic_instances())
def jumps(solver: AnySolver, instance: Instance) -> None:
    text, pattern, k = instance.args
    result = instance.call(solver)
    shifts = len(text) - len(pattern) + 1
    assert 0 < result.operations["jumps"] <= (k + 1) * shifts, (
        f"{result.operations['jumps']} jumps, k={k}, {shifts} shifts"
    )


@SUITE.law("marks", instances=False)
def marks(solver: AnySolver) -> None:
    seen = set()
    for sigma, m, k in ((20, 400, 25), (300, 400, 60), (2, 400, 60), (40, 900, 100), (8, 900, 9)):
        text, pattern = make("planted", sigma, m, 4000, 5, seed=sigma)
        result = solver(text, pattern, k)
        _agree(result, oracle(text, pattern, k))
        root = math.ceil(math.sqrt(k))
        used = [name for name in ("frequent_marks", "rare_marks", "exact") if result.branch_counts[name]]
        assert len(used) == 1, f"branches {result.branch_counts}"
        seen.update(used)
        if used != ["exact"]:
            increments, verified = result.operations["increments"], result.operations["verified"]
            # Blocks overlap by the pattern's length, which here adds less than the text once more.
            assert 0 < increments <= 2 * root * 2 * len(text), f"{increments} increments, {len(text)} symbols, k={k}"
            assert verified * k <= increments, f"{verified} shifts verified after {increments} increments"
    assert len(seen) == 3, f"only {seen} of the three branches were taken"


@SUITE.law("periods", given=periodic_instances(), scale=0.6)
def periods(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver, rng=1)
    assert result.branch_counts["periodic"] > 0, f"no window was counted by its period: {result.branch_counts}"
    _agree(result, oracle(*instance.args))


@SUITE.law("seeds", given=instances(dense=True) | periodic_instances(), scale=0.6)
def seeds(solver: AnySolver, instance: Instance) -> None:
    one, two = (hits_of(instance.call(solver, rng=seed)) for seed in (1, 2))
    assert one == two, f"rng=1 gave {one[:5]}, rng=2 {two[:5]}"


@SUITE.law("packs", instances=False)
def packs(solver: AnySolver) -> None:
    for breaks, k, period in ((800, 1000, 2), (900, 1000, 1)):
        instance = periodic(breaks, k, m=4000, period=period, sigma=2)
        result = instance.call(solver, rng=0)
        assert result.branch_counts["periodic"] > 0, f"{result.branch_counts}"
        assert result.operations["packed"] > 0, f"no letter was packed: {result.operations}"
        _agree(result, oracle(*instance.args))
