"""Texts and patterns from Python: bytes, str or integers become arrays of unsigned symbols, without a copy if possible.

What a symbol's number is does not matter to the kernels, only which are equal. With ``alphabet="iupac"`` it does: a
symbol is then the set of nucleotides that a code stands for, a bit each.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from porism._validation import as_choice, describe
from porism.errors import InvalidInput, InvalidType

__all__ = [
    "ALPHABETS",
    "Kind",
    "Relation",
    "String",
    "Strings",
    "Symbols",
    "one_kind",
    "reverse_complement",
    "strings",
    "symbols_of",
]

Symbols = npt.NDArray[np.unsignedinteger[Any]]
Kind = Literal["bytes", "str", "integers"]
Relation = Literal["equal", "overlap", "within"]

String = bytes | bytearray | memoryview | mmap.mmap | str | Sequence[int] | npt.NDArray[np.integer[Any]]
"""What a text or a pattern may be."""

ALPHABETS: dict[str, Relation] = {"iupac": "overlap", "iupac-within": "within"}
"""Alphabets whose symbols are sets, and when two of them match."""

_NUCLEOTIDES = {
    "A": 1, "C": 2, "G": 4, "T": 8, "U": 8, "R": 5, "Y": 10, "S": 6, "W": 9, "K": 12, "M": 3, "B": 14, "D": 13,
    "H": 11, "V": 7, "N": 15, "-": 0, ".": 0,
}  # fmt: skip
"""IUPAC's codes for sets of nucleotides: NC-IUB 1984. Gaps are empty."""

_NO_CODE = 255

_CODES = np.full(256, _NO_CODE, dtype=np.uint8)
for _code, _set in _NUCLEOTIDES.items():
    _CODES[ord(_code)] = _CODES[ord(_code.lower())] = _set

_COMPLEMENTS = bytes.maketrans(b"ACGTURYSWKMBDHVNacgturyswkmbdhvn", b"TGCAAYRSWMKVHDBNtgcaayrswmkvhdbn")


@dataclass(frozen=True, slots=True)
class Strings:
    """A text and patterns as kernels take them: of one unsigned integer type, contiguous, in native byte order."""

    kind: Kind
    text: Symbols
    patterns: tuple[Symbols, ...]
    wildcard: int | None
    relation: Relation


def symbols_of(name: str, value: object) -> tuple[Kind, npt.NDArray[Any]]:
    """The symbols of one string: uint8 for bytes, uint8 or uint32 for str, or integers of the dtype that they have.

    Bytes and contiguous arrays are not copied.

    Raises
    ------
    InvalidType
        If it is neither bytes nor str nor 1-D integers.
    InvalidInput
        If it has another number of dimensions.
    """
    must = f"{name} must be bytes, str or a 1-D array of integers"
    if isinstance(value, str):
        if value.isascii():
            return "str", np.frombuffer(value.encode("ascii"), dtype=np.uint8)
        try:
            return "str", np.frombuffer(value.encode("latin-1"), dtype=np.uint8)
        except UnicodeEncodeError:
            points = np.frombuffer(value.encode("utf-32-le", "surrogatepass"), dtype="<u4")
            return "str", points.astype(np.uint32, copy=False)
    if isinstance(value, (bytes, bytearray, mmap.mmap)):
        return "bytes", np.frombuffer(value, dtype=np.uint8) if len(value) else np.empty(0, np.uint8)
    if isinstance(value, memoryview):
        if value.format not in ("B", "b", "c") or value.ndim != 1:
            raise InvalidType(f"{must}, got a memoryview of format {value.format!r} and {value.ndim} dimensions")
        return "bytes", np.frombuffer(value.cast("B") if value.contiguous else bytes(value), dtype=np.uint8)
    if value is None or isinstance(value, (int, float, complex, dict, set, np.generic)):
        raise InvalidType(f"{must}, got {describe(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{must}, got a masked array; fill or drop its masked entries first")
    try:
        array = np.asarray(value)
    except Exception as error:  # ValueError for a ragged list; whatever the value's own __array__ raises
        raise InvalidType(f"{must}, got {type(value).__name__} that is no array: {error}") from None
    if array.ndim != 1:
        raise InvalidInput(f"{must}, got {array.ndim}-D of shape {array.shape}")
    if array.size == 0 and not isinstance(value, np.ndarray):
        array = array.astype(np.int64)
    if array.dtype.kind == "S" and array.dtype.itemsize == 1:
        return "bytes", np.ascontiguousarray(array).view(np.uint8)
    if array.dtype.kind not in "iub":
        raise InvalidType(f"{must}, got dtype {array.dtype}")
    native = array.dtype.newbyteorder("=")
    return "integers", np.require(array, dtype=native, requirements=["C", "A"])


def one_kind(kinds: Sequence[tuple[str, Kind]]) -> Kind:
    """The kind that all of several named strings are of.

    Raises
    ------
    InvalidType
        If they are not of one kind.
    """
    (first, kind), *others = kinds
    for name, other in others:
        if other != kind:
            raise InvalidType(f"{name} must be {kind} as {first} is, got {other}")
    return kind


def strings(
    text: object,
    patterns: Sequence[object],
    *,
    wildcard: object = None,
    alphabet: object = None,
    names: Sequence[str] | None = None,
) -> Strings:
    """Check a text and patterns, and make symbols of one type of them.

    Parameters
    ----------
    text : String
        The text.
    patterns : sequence of String
        The patterns, of the text's kind, none of them empty.
    wildcard : bytes, str or int, optional
        A single symbol of the text's kind.
    alphabet : str, optional
        One of :data:`ALPHABETS`: symbols are codes for sets of nucleotides.
    names : sequence of str, optional
        What messages call the patterns.

    Raises
    ------
    InvalidType, InvalidInput
        For strings of different kinds, an empty pattern, a wildcard of another kind, or letters that are no codes.
    """
    names = (
        ["pattern" if len(patterns) == 1 else f"patterns[{i}]" for i in range(len(patterns))]
        if names is None
        else names
    )
    kind, text_symbols = symbols_of("text", text)
    found = [symbols_of(name, pattern) for name, pattern in zip(names, patterns, strict=True)]
    one_kind([("text", kind), *((name, other) for name, (other, _) in zip(names, found, strict=True))])
    for name, (_, symbols) in zip(names, found, strict=True):
        if symbols.size == 0:
            raise InvalidInput(f"{name} must have at least one symbol, got none")
    wild = None if wildcard is None else _wildcard(kind, wildcard)
    if alphabet is not None:
        relation = ALPHABETS[as_choice("alphabet", alphabet, ALPHABETS)]
        if wild is not None:
            raise InvalidInput(
                f"wildcard must be None with alphabet={alphabet!r}, whose N stands for any, got {wildcard!r}"
            )
        coded = [
            _codes(name, kind, s) for name, (_, s) in zip(("text", *names), ((kind, text_symbols), *found), strict=True)
        ]
        return Strings(kind, coded[0], tuple(coded[1:]), None, relation)
    text_symbols, *others, wild = _one_type([text_symbols, *(symbols for _, symbols in found)], wild)
    return Strings(kind, text_symbols, tuple(others), wild, "equal")


def _codes(name: str, kind: Kind, symbols: npt.NDArray[Any]) -> Symbols:
    """The sets of nucleotides that the codes stand for."""
    if kind == "integers":
        raise InvalidType(f"{name} must be bytes or str where alphabet says what letters stand for, got integers")
    if symbols.dtype == np.uint8:
        sets: Symbols = _CODES[symbols]
        wrong = sets == _NO_CODE
        if not wrong.any():
            return sets
        at = int(np.argmax(wrong))
    else:
        at = int(np.argmax(symbols > 127))
    letter = chr(int(symbols[at]))
    raise InvalidInput(f"{name} must consist of IUPAC's codes {''.join(_NUCLEOTIDES)}, got {letter!r} at {name}[{at}]")


def _wildcard(kind: Kind, wildcard: object) -> int:
    if kind == "integers":
        if isinstance(wildcard, (bool, np.bool_)) or not isinstance(wildcard, (int, np.integer)):
            raise InvalidType(f"wildcard must be an integer as text's symbols are, got {describe(wildcard)}")
        return int(wildcard)
    if kind == "str":
        if not isinstance(wildcard, str):
            raise InvalidType(f"wildcard must be a str of length 1 as text is one, got {describe(wildcard)}")
        if len(wildcard) != 1:
            raise InvalidInput(f"wildcard must be a str of length 1, got {wildcard!r}")
        return ord(wildcard)
    if not isinstance(wildcard, (bytes, bytearray)):
        raise InvalidType(f"wildcard must be bytes of length 1 as text is bytes, got {describe(wildcard)}")
    if len(wildcard) != 1:
        raise InvalidInput(f"wildcard must be bytes of length 1, got {bytes(wildcard)!r}")
    return wildcard[0]


def _one_type(arrays: list[npt.NDArray[Any]], wildcard: int | None) -> list[Any]:
    """The same values in one unsigned type, where negative ones keep their bits; and the wildcard in it, as an int."""
    text, *patterns = (array.view(np.uint8) if array.dtype == bool else array for array in arrays)
    # A short pattern is cheaper to convert than a long text.
    fitting = [_narrowed(pattern, text.dtype) for pattern in patterns]
    if wildcard is not None and not _fits(wildcard, text.dtype):
        wildcard = None if not any(_fits(wildcard, pattern.dtype) for pattern in patterns) else wildcard
        fitting = [None] if wildcard is not None else fitting
    if all(pattern is not None for pattern in fitting):
        together = [text, *(pattern for pattern in fitting if pattern is not None)]
    else:
        common = np.result_type(*(array.dtype for array in (text, *patterns)))
        if common.kind == "f":  # int64 and uint64: no integer type holds both
            return _ranked([text, *patterns], wildcard)
        together = [array.astype(common, copy=False) for array in (text, *patterns)]
    width = together[0].dtype.itemsize
    unsigned = np.dtype(f"u{width}")
    mask = (1 << 8 * width) - 1
    return [*(array.view(unsigned) for array in together), None if wildcard is None else wildcard & mask]


def _fits(value: int, dtype: np.dtype[Any]) -> bool:
    info = np.iinfo(dtype)
    return info.min <= value <= info.max


def _narrowed(array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any] | None:
    if array.dtype == dtype or array.size == 0:
        return array.astype(dtype, copy=False)
    if _fits(int(array.min()), dtype) and _fits(int(array.max()), dtype):
        return array.astype(dtype)
    return None


def _ranked(arrays: list[npt.NDArray[Any]], wildcard: int | None) -> list[Any]:
    """Ranks of integers of which some are negative and some above 2^63."""
    keys = np.dtype([("above", "u1"), ("bits", "u8")])
    pairs = []
    for array in arrays:
        pair = np.zeros(len(array), dtype=keys)
        if array.dtype.kind == "u":
            pair["above"] = array > np.iinfo(np.int64).max
            pair["bits"] = array.astype(np.uint64)
        else:
            pair["bits"] = array.astype(np.int64).view(np.uint64)
        pairs.append(pair)
    known, ranks = np.unique(np.concatenate(pairs), return_inverse=True)
    ranks = ranks.reshape(-1).astype(np.uint64)
    wild = None
    if wildcard is not None:
        key = np.array([(wildcard >= 1 << 63, wildcard & (1 << 64) - 1)], dtype=keys)[0]
        wild = next((rank for rank in np.flatnonzero(known == key).tolist()), len(known))
    ends = np.cumsum([len(array) for array in arrays])
    return [*np.split(ranks, ends[:-1]), wild]


def reverse_complement(name: str, pattern: object) -> bytes | str:
    """The other strand, read in its own direction: complements of nucleotide codes, U read as T, in reverse order.

    Raises
    ------
    InvalidType
        If `pattern` is neither bytes nor str.
    InvalidInput
        If a letter is no IUPAC code.
    """
    kind, symbols = symbols_of(name, pattern)
    _codes(name, kind, symbols)
    turned = symbols.astype(np.uint8).tobytes().translate(_COMPLEMENTS)[::-1]
    return turned.decode("ascii") if kind == "str" else turned
