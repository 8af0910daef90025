"""What every solver of `hamming-distances` keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.problems.hamming_distances.problem import HammingDistancesResult, hamming_distances

__all__ = ["SUITE", "by_definition", "texts"]

Ints = npt.NDArray[Any]
AnySolver = Solver[..., HammingDistancesResult]

# -- the oracle: slow and obviously correct ----------------------------------------------------------------------

NUCLEOTIDES = {
    "A": "A", "C": "C", "G": "G", "T": "T", "U": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT", "-": "", ".": "",
}  # fmt: skip


def letters(string: Any) -> list[Any]:
    """The symbols of a string, as Python objects that compare."""
    return list(string) if isinstance(string, (str, bytes)) else [int(symbol) for symbol in string]


def by_definition(text: Any, pattern: Any, mode: str, wildcard: Any, alphabet: str | None) -> tuple[Ints, Ints]:
    """The distances and the positions compared, pair by pair."""
    wild = letters(wildcard)[0] if isinstance(wildcard, (str, bytes)) else wildcard
    t, p = letters(text), letters(pattern)
    n, m = len(t), len(p)
    shifts = range(n - m + 1) if mode == "valid" else range(1 - m, n)
    distances, compared = [], []
    for shift in shifts:
        pairs = [(t[shift + j], p[j]) for j in range(m) if 0 <= shift + j < n]
        if alphabet is None:
            solid = [(a, b) for a, b in pairs if wild is None or wild not in (a, b)]
            distances.append(sum(a != b for a, b in solid))
            compared.append(len(solid))
            continue
        as_letter = [tuple(chr(x) if isinstance(x, int) else x for x in pair) for pair in pairs]
        sets = [(set(NUCLEOTIDES[a.upper()]), set(NUCLEOTIDES[b.upper()])) for a, b in as_letter]
        matched = [bool(a & b) if alphabet == "iupac" else bool(a) and a <= b for a, b in sets]
        distances.append(matched.count(False))
    return np.array(distances, dtype=np.int32), np.array(compared, dtype=np.int32)


def expected(instance: Instance) -> tuple[Ints, Ints]:
    """What an instance's distances are."""
    text, pattern = instance.args
    options = instance.options
    return by_definition(text, pattern, options.get("mode", "valid"), options.get("wildcard"), options.get("alphabet"))


# -- instances ---------------------------------------------------------------------------------------------------


@st.composite
def ranks(draw: st.DrawFn, largest: int = 600) -> tuple[list[int], list[int], int]:
    """A text and a pattern of ranks, and how many there are: random, constant, periodic, planted or all distinct."""
    sigma = draw(st.sampled_from([1, 2, 4, 20, 300]))
    m = draw(st.one_of(st.integers(1, 20), st.sampled_from([31, 63, 64, 65, 127, 128, 255, 256, 257])))
    m = min(m, largest)
    more = draw(st.one_of(st.integers(0, 40), st.sampled_from([255, 256, 257, 505, 511, 512, 513])))
    more = min(more, largest)
    kind = draw(st.sampled_from(["random", "constant", "periodic", "planted", "distinct"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if kind == "constant":
        return [0] * (m + more), [0] * m, 1
    if kind == "periodic":
        period = draw(st.integers(1, 5))
        base = rng.integers(0, sigma, period).tolist()
        return [base[i % period] for i in range(m + more)], [base[i % period] for i in range(m)], sigma
    if kind == "distinct":
        return list(range(m + more)), list(range(more, m + more)), m + more
    text = rng.integers(0, sigma, m + more)
    pattern = rng.integers(0, sigma, m)
    if kind == "planted":
        at = draw(st.integers(0, more))
        noise = rng.random(m) < 0.1
        text[at : at + m] = np.where(noise, text[at : at + m], pattern)
    return text.tolist(), pattern.tolist(), sigma


@st.composite
def numbers(draw: st.DrawFn) -> Instance:
    """The same as arrays."""
    text, pattern, sigma = draw(ranks())
    return Instance((np.array(text), np.array(pattern)), {}, {}, {"sigma": sigma})


LARGE = np.array([-(2**63), -1, 2**63 - 1, 10**18, 0, 255, 256, 65_536], dtype=np.int64)


def named(symbols: list[int], kind: str, sigma: int) -> Any:
    """Ranks as a string of some kind."""
    if kind == "bytes":
        return bytes(symbols)
    if kind == "latin":
        return "".join(chr(0x20 + symbol) for symbol in symbols)
    if kind == "str":
        return "".join(chr(0x3B1 + 7 * symbol) for symbol in symbols)
    if kind == "large":
        names = np.concatenate([LARGE, np.arange(1000) * 2**40 + 17])
        return names[np.array(symbols, dtype=np.int64)]
    return np.array(symbols, dtype=kind)


@st.composite
def texts(draw: st.DrawFn) -> Instance:
    """A text and a pattern of any kind, with and without wildcards."""
    text, pattern, sigma = draw(ranks())
    kinds = ["str", "large", "i8", "u4", "i4", "u2"] + (["bytes", "latin", "u1"] if sigma <= 90 else [])
    kinds = [kind for kind in kinds if not (kind == "u2" and sigma > 65_535)]
    kind = draw(st.sampled_from(kinds))
    ours, theirs = named(text, kind, sigma), named(pattern, kind, sigma)
    options: dict[str, Any] = {"mode": draw(st.sampled_from(["valid", "valid", "full"]))}
    if draw(st.booleans()):
        symbol = draw(st.sampled_from([0, min(1, sigma - 1), sigma]))
        wild = named([symbol], kind, sigma + 1)
        options["wildcard"] = wild if isinstance(wild, (str, bytes)) else int(wild[0])
    wishes = {"n_jobs": draw(st.sampled_from([None, 2]))}
    return Instance((ours, theirs), options, wishes, {"sigma": sigma})


@st.composite
def arrays(draw: st.DrawFn) -> Instance:
    """Integers in every layout and of two dtypes."""
    text, pattern, _ = draw(ranks(largest=200))
    top = max(text + pattern)
    dtypes = [d for d in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8") if top <= np.iinfo(d).max]
    ours = draw(layouts(np.array(text, dtype=draw(st.sampled_from(dtypes)))))
    theirs = draw(layouts(np.array(pattern, dtype=draw(st.sampled_from(dtypes)))))
    return Instance((ours, theirs), {}, {})


@st.composite
def nucleotides(draw: st.DrawFn) -> Instance:
    """DNA with IUPAC's codes, in either case."""
    alphabet = draw(st.sampled_from(["iupac", "iupac-within"]))
    codes = st.sampled_from("ACGTACGTacgtURYSWKMBDHVNn-.")
    m = draw(st.integers(1, 40))
    more = draw(st.integers(0, 60))
    pattern = "".join(draw(st.lists(codes, min_size=m, max_size=m)))
    text = "".join(draw(st.lists(codes, min_size=m + more, max_size=m + more)))
    options = {"alphabet": alphabet, "mode": draw(st.sampled_from(["valid", "full"]))}
    if draw(st.booleans()):
        return Instance((text.encode(), pattern.encode()), options)
    return Instance((text, pattern), options)


instances = texts() | arrays() | nucleotides()


def invalid_calls() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    short, long = "abc", "abcabc"
    numbers = np.arange(6)
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        (("", "a"), {"mode": "full"}, "text", "none"),
        ((long, ""), {}, "pattern", "none"),
        ((short, long), {}, "pattern", "6 symbols and 3"),
        ((long, b"abc"), {}, "pattern", "bytes"),
        ((b"abc", "a"), {}, "pattern", "str"),
        ((numbers, "a"), {}, "pattern", "str"),
        ((b"abc", np.array([97])), {}, "pattern", "integers"),
        ((numbers, np.array([1.0])), {}, "pattern", "float64"),
        ((numbers.astype(float), numbers), {}, "text", "float64"),
        ((np.array([1, None], dtype=object), numbers[:1]), {}, "text", "object"),
        ((numbers.reshape(2, 3), numbers[:1]), {}, "text", "(2, 3)"),
        ((numbers, numbers.reshape(2, 3)), {}, "pattern", "(2, 3)"),
        ((None, "a"), {}, "text", "None"),
        ((long, None), {}, "pattern", "None"),
        ((long, 3), {}, "pattern", "3"),
        ((long, short), {"mode": "vald"}, "mode", "'valid'"),
        ((long, short), {"mode": 1}, "mode", "1"),
        ((long, short), {"wildcard": b"a"}, "wildcard", "b'a'"),
        ((long, short), {"wildcard": "ab"}, "wildcard", "'ab'"),
        ((long, short), {"wildcard": ""}, "wildcard", "''"),
        ((b"abc", b"a"), {"wildcard": "a"}, "wildcard", "'a'"),
        ((b"abc", b"a"), {"wildcard": 97}, "wildcard", "97"),
        ((numbers, numbers[:2]), {"wildcard": 1.5}, "wildcard", "1.5"),
        ((numbers, numbers[:2]), {"wildcard": True}, "wildcard", "True"),
        (("ACGT", "AXG"), {"alphabet": "iupac"}, "pattern", "'X' at pattern[1]"),
        (("AC GT", "AG"), {"alphabet": "iupac"}, "text", "' ' at text[2]"),
        (("ACGT", "AG"), {"alphabet": "dna"}, "alphabet", "'dna'"),
        (("ACGT", "AG"), {"alphabet": "iupac", "wildcard": "N"}, "wildcard", "'N'"),
        ((numbers, numbers[:2]), {"alphabet": "iupac"}, "text", "integers"),
        ((long, "axc"), {"reverse_complement": True}, "pattern", "'x' at pattern[1]"),
        ((numbers, numbers[:2]), {"reverse_complement": True}, "pattern", "integers"),
        ((long, short), {"reverse_complement": 1}, "reverse_complement", "1"),
        ((long, short), {"patterns": ["abc"]}, "pattern", "both"),
        ((long, None), {"patterns": []}, "patterns", "none"),
        ((long, None), {"patterns": "abc"}, "patterns", "'abc'"),
        ((long, None), {"patterns": ["abc", "ab"]}, "patterns", "3 and 2"),
        ((long, None), {"patterns": ["abc", b"abc"]}, "patterns[1]", "bytes"),
        ((long, short), {"out": np.zeros(4, dtype=np.int64)}, "out", "int64"),
        ((long, short), {"out": np.zeros(5, dtype=np.int32)}, "out", "(5,)"),
        ((long, short), {"out": [0] * 4}, "out", "[0, 0, 0, 0]"),
        ((long, short), {"out": np.zeros(8, dtype=np.int32)[::2]}, "out", ""),
        ((long, short), {"n_jobs": 0}, "n_jobs", "0"),
        ((long, short), {"progress": 3}, "progress", "3"),
        ((long, short), {"block": -1}, "block", "-1"),
        ((long, short), {"threshold": -1.0}, "threshold", "-1.0"),
        ((long, short), {"field_bits": 0}, "field_bits", "0"),
        ((long, short), {"rng": "seed"}, "rng", "'seed'"),
    ]
    declared = hamming_distances.signature.parameters
    made = []
    for args, options, argument, mentions in calls:
        fixed = {name: value for name, value in options.items() if name in declared}
        wishes = {name: value for name, value in options.items() if name not in declared}
        made.append(Invalid(args, fixed, wishes, argument=argument, mentions=mentions))
    return made


def _invalid(solver: AnySolver) -> st.SearchStrategy[Any]:
    # A call whose only mistake is in an option that the solver has not is a valid call of it.
    known = {*solver.signature.parameters, *hamming_distances.signature.parameters}
    return st.sampled_from([call for call in invalid_calls() if known.issuperset(call.wishes)])


def _long() -> Instance:
    """Some seconds of work for every solver: many letters, long strings."""
    rng = np.random.default_rng(0)
    text, pattern = rng.integers(0, 40, 3_000_000), rng.integers(0, 40, 400_000)
    return Instance((text.astype(np.uint8), pattern.astype(np.uint8)))


SUITE = Suite(hamming_distances, instances=instances, invalid=_invalid, long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------


def same(ours: Ints, theirs: Ints, what: str) -> None:
    """Two arrays are equal, in shape and dtype too."""
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, expected {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, expected {theirs.dtype}"
    wrong = np.flatnonzero(ours != theirs)
    assert wrong.size == 0, f"{what}: {ours.flat[wrong[0]]} at [{wrong[0]}], expected {theirs.flat[wrong[0]]}"


@SUITE.law("oracle")
def oracle(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    distances, compared = expected(instance)
    same(result.distances, distances, "distances")
    if instance.options.get("wildcard") is None:
        assert result.n_compared is None, "n_compared without a wildcard"
    else:
        assert result.n_compared is not None, "no n_compared with a wildcard"
        same(result.n_compared, compared, "n_compared")
    m = len(instance.args[1])
    first = 0 if instance.options.get("mode", "valid") == "valid" else 1 - m
    assert result.first_shift == first, f"first_shift {result.first_shift}, expected {first}"
    assert result.reverse_distances is None, "reverse_distances nobody asked for"


@SUITE.law("range")
def within_range(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    result = instance.call(solver)
    assert result.distances.min() >= 0, f"distance {result.distances.min()}"
    assert result.distances.max() <= len(pattern), f"distance {result.distances.max()} of {len(pattern)}"
    if instance.options.get("alphabet") is None:
        at = (len(text) - len(pattern)) // 2
        taken = instance.but(text, text[at : at + len(pattern)]).call(solver)
        assert taken.distances[at - taken.first_shift] == 0, "the text differs from itself"


@SUITE.law("layout", given=arrays())
def layout(solver: AnySolver, instance: Instance) -> None:
    plain = tuple(np.array(symbols.tolist(), dtype=np.int64) for symbols in instance.args)
    same(instance.call(solver).distances, instance.but(*plain).call(solver).distances, "distances")


@SUITE.law("relabelling", given=numbers())
def relabelling(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    plain = instance.call(solver).distances
    sigma = instance.facts["sigma"]
    names = np.random.default_rng(sigma).permutation(np.concatenate([LARGE, np.arange(1000) * 2**40 + 17]))
    same(solver(names[text], names[pattern]).distances, plain, "renamed")
    some = names[text]
    if (some >= 0).all():
        same(solver(some.astype(np.uint64), names[pattern]).distances, plain, "of mixed sign")
    big = np.array(text, dtype=np.uint64) + np.uint64(2**63)
    same(solver(big, np.array(pattern, dtype=np.uint64) + np.uint64(2**63)).distances, plain, "beyond 2^63")


@SUITE.law("kinds", given=numbers())
def kinds(solver: AnySolver, instance: Instance) -> None:
    text, pattern = (symbols.tolist() for symbols in instance.args)
    sigma = instance.facts["sigma"]
    plain = instance.call(solver).distances
    for kind in ("str", "large", "bytes", "latin") if sigma <= 200 and max(text) < 200 else ("str", "large"):
        found = solver(named(text, kind, sigma), named(pattern, kind, sigma)).distances
        same(found, plain, kind)


@SUITE.law("reversal")
def reversal(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    turned = instance.but(text[::-1], pattern[::-1]).call(solver)
    same(turned.distances[::-1], instance.call(solver).distances, "reversed")


@SUITE.law("splitting", given=texts())
def splitting(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    m = len(pattern)
    if m < 2:
        return
    valid = {**instance.options, "mode": "valid"}
    cut = m // 3 + 1 if m > 2 else 1
    whole = instance.but(**valid).call(solver).distances
    first = instance.but(text, pattern[:cut], **valid).call(solver).distances
    second = instance.but(text[cut:], pattern[cut:], **valid).call(solver).distances
    same(first[: len(whole)] + second, whole, "the parts together")


@SUITE.law("substitution", given=numbers())
def substitution(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    at = (7 * len(text)) // 11
    before = instance.call(solver).distances
    changed = text.copy()
    changed[at] = (text[at] + 1) % (instance.facts["sigma"] + 1)
    after = instance.but(changed, pattern).call(solver).distances
    moved = np.flatnonzero(before != after)
    assert np.abs(before - after).max() <= 1, "one symbol changed a distance by more than 1"
    assert all(at - len(pattern) < s <= at for s in moved), f"text[{at}] changed the distance at shift {moved}"


@SUITE.law("mass", given=numbers())
def mass(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    n, m = len(text), len(pattern)
    result = solver(text, pattern, mode="full")
    assert result.distances.shape == (n + m - 1,), f"{result.distances.shape} distances"
    shift = np.arange(1 - m, n)
    overlap = np.minimum(shift + m, n) - np.maximum(shift, 0)
    equal = sum(int((text == letter).sum()) * int((pattern == letter).sum()) for letter in set(pattern.tolist()))
    matches = int((overlap - result.distances).sum())
    assert matches == equal, f"{matches} matches, {equal} pairs of equal letters"


@SUITE.law("full")
def full(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    n, m = len(text), len(pattern)
    every = instance.but(mode="full").call(solver)
    inner = instance.but(mode="valid").call(solver)
    same(every.distances[m - 1 : n], inner.distances, "the middle")
    ends = instance.but(text[:1], pattern[-1:], mode="full").call(solver).distances
    assert every.distances[0] == ends[0], "the first shift compares one position"
    if m <= 8:
        turned = instance.but(pattern, text, mode="full")
        if instance.options.get("alphabet") != "iupac-within":
            same(turned.call(solver).distances[::-1], every.distances, "text and pattern exchanged")


@SUITE.law("wildcard", given=texts())
def wildcards(solver: AnySolver, instance: Instance) -> None:
    wild = instance.options.get("wildcard")
    plain = instance.but(wildcard=None)
    if wild is None:
        foreign: Any = "\N{SNOWMAN}" if isinstance(instance.args[0], str) else 2**62 + 12345
        if isinstance(instance.args[0], bytes):
            foreign = b"\xfe"
        same(instance.but(wildcard=foreign).call(solver).distances, plain.call(solver).distances, "a foreign wildcard")
        return
    result = instance.call(solver)
    assert result.n_compared is not None, "no n_compared"
    assert (result.distances <= result.n_compared).all(), "more mismatches than positions compared"
    assert (result.distances <= plain.call(solver).distances).all(), "a wildcard made a distance larger"
    text, pattern = instance.args
    empty = pattern[:0]
    if isinstance(pattern, np.ndarray):
        nothing: Any = np.full(len(pattern), wild, dtype=np.int64)
    else:
        nothing = empty + wild * len(pattern)
    zero = instance.but(text, nothing).call(solver)
    assert not zero.distances.any(), "a pattern of wildcards differs from something"
    assert not zero.n_compared.any(), "a pattern of wildcards was compared"


@SUITE.law("iupac", given=nucleotides())
def iupac(solver: AnySolver, instance: Instance) -> None:
    oracle(solver, instance)
    text, pattern = instance.args
    upper = instance.but(text.upper(), pattern.lower()).call(solver).distances
    same(upper, instance.call(solver).distances, "in another case")


@SUITE.law("strands", given=nucleotides())
def strands(solver: AnySolver, instance: Instance) -> None:
    text, pattern = instance.args
    result = instance.call(solver, reverse_complement=True)
    if "reverse_complement" not in solver.signature.parameters:
        return
    pairs = str.maketrans("ACGTURYSWKMBDHVNacgturyswkmbdhvn", "TGCAAYRSWMKVHDBNtgcaayrswmkvhdbn")
    other = (
        pattern.translate(pairs)[::-1] if isinstance(pattern, str) else pattern.decode().translate(pairs)[::-1].encode()
    )
    same(result.distances, instance.call(solver).distances, "this strand")
    assert result.reverse_distances is not None, "no reverse_distances"
    same(result.reverse_distances, instance.but(text, other).call(solver).distances, "the other strand")


@SUITE.law("patterns", given=texts())
def many_patterns(solver: AnySolver, instance: Instance) -> None:
    if "patterns" not in solver.signature.parameters:
        return
    text, pattern = instance.args
    given = [pattern, pattern[::-1], pattern]
    result = instance.but(text, None).call(solver, patterns=given)
    rows = [instance.but(text, one).call(solver) for one in given]
    same(result.distances, np.stack([row.distances for row in rows]), "the rows")
    if instance.options.get("wildcard") is not None:
        assert result.n_compared is not None, "no n_compared"
        same(result.n_compared, np.stack([row.n_compared for row in rows if row.n_compared is not None]), "n_compared")


@SUITE.law("out", given=texts())
def out(solver: AnySolver, instance: Instance) -> None:
    if "out" not in solver.signature.parameters:
        return
    plain = instance.call(solver).distances
    buffer = np.full(len(plain) + 64, -7, dtype=np.int32)
    result = instance.call(solver, out=buffer[32:-32])
    same(buffer[32:-32], plain, "what was written")
    assert np.shares_memory(result.distances, buffer), "the result is not what was given"
    assert (buffer[:32] == -7).all(), "written before the buffer"
    assert (buffer[-32:] == -7).all(), "written behind the buffer"


@SUITE.law("counters", instances=False)
def counters(solver: AnySolver) -> None:
    lengths = (
        [255, 256, 257, 512] if solver.name == "naive" else [255, 256, 257, 32_767, 32_768, 65_535, 65_536, 70_001]
    )
    for m in lengths:
        text = b"a" * (m + 700)
        result = solver(text, b"a" * m)
        assert not result.distances.any(), f"m = {m}: {result.distances.max()} mismatches in a constant text"
        odd = b"a" * (m // 2) + b"b" + b"a" * (m - m // 2 - 1)
        assert (solver(text, odd).distances == 1).all(), f"m = {m}: not 1 mismatch with one odd letter"


@SUITE.law("plan", given=texts())
def plan(solver: AnySolver, instance: Instance) -> None:
    result = instance.but(wildcard=None).call(solver)
    pattern = letters(instance.args[1])
    if not result.kernel_plan:
        return  # a solver of others need not have kernels
    assert sum(step.n_letters for step in result.kernel_plan) == len(set(pattern)), f"{result.kernel_plan}"
    assert sum(step.n_positions for step in result.kernel_plan) == len(pattern), f"{result.kernel_plan}"


@SUITE.law("forced")
def forced(solver: AnySolver, instance: Instance) -> None:
    plain = instance.call(solver).distances
    for block in (1, 512, 1024, 5000):
        same(instance.call(solver, block=block).distances, plain, f"block={block}")


@SUITE.law("frequent-letters", instances=False)
def frequent_letters(solver: AnySolver) -> None:
    done = []
    for m in (1 << 15, 1 << 17):
        result = solver(b"a" * (2 * m), b"a" * m)
        assert not result.distances.any(), "a constant text differs from itself"
        done.append(sum(result.operations.values()))
    # nm would be 16 times as much.
    assert done[1] < 8 * done[0], f"{done} operations for m = 2^15, 2^17"


@SUITE.law("rare-letters", instances=False)
def rare_letters(solver: AnySolver) -> None:
    rng = np.random.default_rng(5)
    text, pattern = rng.permutation(60_000), rng.permutation(60_000)[:30_000]
    result = solver(text, pattern)
    shifts = len(text) - len(pattern) + 1
    pairs = shifts * len(pattern) - int(result.distances.sum(dtype=np.int64))
    assert result.operations.get("increments", 0) == pairs, f"{result.operations} for {pairs} pairs"
    assert sum(result.operations.values()) == pairs, f"{result.operations} for {pairs} pairs"


@SUITE.law("certificates", instances=False)
def certificates(solver: AnySolver) -> None:
    rng = np.random.default_rng(11)
    m, sigma = 1500, 40  # 37 of each letter: more than a field of two bits counts
    pattern = rng.integers(0, sigma, m)
    text = np.concatenate([rng.integers(0, sigma, 2000), np.tile(pattern[:50], 40), pattern])
    right, _ = by_definition(text[:1800], pattern, "valid", None, None)
    seen: dict[str, int] = {}
    for bits in (2, 3, 13):
        result = solver(text, pattern, field_bits=bits, rng=bits)
        same(result.distances[:301], right, f"fields of {bits} bits")
        same(result.distances, solver(text, pattern, rng=0).distances, f"fields of {bits} bits")
        assert any(step.kernel == "packed" for step in result.kernel_plan), f"nothing is packed: {result.kernel_plan}"
        assert result.operations.get("packed", 0) > 0, f"no packed coefficient was read: {result.operations}"
        if bits < 4:
            seen = {name: seen.get(name, 0) + result.operations.get(name, 0) for name in ("unresolved", "recursions")}
    assert seen["unresolved"] > 0, "no count was left unresolved: certificates were not needed"
    assert seen["recursions"] > 0, "no fresh prime was drawn"


@SUITE.law("exponent", instances=False)
def exponent(solver: AnySolver) -> None:
    sizes, done = [], []
    for log in (11, 13, 15):
        m = 1 << log
        sigma = round(math.sqrt(m / math.log(m)))
        rng = np.random.default_rng(log)
        text, pattern = (rng.integers(0, sigma, length).astype(np.uint16) for length in (2 * m, m))
        operations = solver(text, pattern).operations
        sizes.append(log)
        done.append(math.log2(operations.get("increments", 0) + operations.get("butterflies", 0)))
    slope = float(np.polyfit(sizes, done, 1)[0])
    # Logarithms and the steps of powers of two blur it; nm would be 2, and n log m would be about 1.1.
    assert 1.2 < slope < 1.85, f"operations grow like m^{slope:.2f}"
