"""Reading texts and sequences in pieces: plain text and FASTA, gzipped or not, larger than memory if need be.

Nothing here knows what the pieces are for. A piece overlaps the next of its record by as much as its reader asks for,
and never reaches into another record.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NamedTuple

from porism.errors import InvalidInput

__all__ = ["BLOCK", "FORMATS", "Piece", "Source", "opened", "pieces", "read_patterns"]

Format = Literal["auto", "fasta", "text"]

FORMATS: tuple[Format, ...] = ("auto", "fasta", "text")

BLOCK = 1 << 24
"""Bytes read at a time."""

HEADER = 1 << 20
"""Bytes that a header line may have: more is no FASTA."""

_BLANKS = b" \t\r\n\v\f"
_UPPER = bytes(range(256)).upper()


class Piece(NamedTuple):
    """A part of a record.

    Parameters
    ----------
    record : str
        The record's name: the first word of a FASTA header, or the file's name.
    start : int
        Where the piece begins in its record.
    symbols : bytes
        Its symbols, without line breaks where the format is FASTA.
    own : int
        So many of its places belong to this piece; the rest is repeated at the start of the next.
    """

    record: str
    start: int
    symbols: bytes
    own: int


@dataclass(slots=True)
class Source:
    """An open file that knows how far it has been read, compressed or not."""

    name: str
    stream: IO[bytes]
    raw: IO[bytes]
    size: int

    def done(self) -> int:
        """Bytes of the file that have been read; 0 where that cannot be told."""
        try:
            return self.raw.tell()
        except (OSError, ValueError):
            return 0


@contextmanager
def opened(path: str) -> Iterator[Source]:
    """Open a file, or standard input for ``"-"``; gzip is recognised by its first bytes.

    Raises
    ------
    InvalidInput
        If it cannot be read.
    """
    try:
        raw: IO[bytes] = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:  # ValueError: a NUL in it
        raise InvalidInput(f"DATA: cannot read {path!r}: {getattr(error, 'strerror', None) or error}") from None
    try:
        buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
        packed = buffered.peek(2)[:2] == b"\x1f\x8b"
        stream: IO[bytes] = gzip.GzipFile(fileobj=buffered) if packed else buffered  # type: ignore[assignment]
        size = 0 if path == "-" else os.fstat(raw.fileno()).st_size
        yield Source("standard input" if path == "-" else Path(path).name, stream, raw, size)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise InvalidInput(f"DATA: cannot read {path!r}: {error}") from None
    finally:
        if path != "-":
            raw.close()


def pieces(
    source: Source, overlap: int, *, format: Format = "auto", upper: bool = False, block: int = BLOCK
) -> Iterator[Piece]:
    """The records of a file, piece by piece.

    Parameters
    ----------
    source : Source
        From :func:`opened`.
    overlap : int
        Symbols that a piece shares with the next of its record: one less than the longest window that is looked for.
    format : str
        "fasta", "text" (the whole file is one record), or "auto": FASTA where the first character is ``>``.
    upper : bool
        Whether to turn ASCII letters into capitals.
    block : int
        Bytes that are read at a time.

    Raises
    ------
    InvalidInput
        If the format is "fasta" and the file is not.
    """
    blocks = iter(lambda: source.stream.read(block), b"")
    first = next(blocks, b"")
    chained = _chain(first, blocks)
    if format == "fasta" or (format == "auto" and first[:1] == b">"):
        parts = _fasta(chained, source.name, upper)
    else:
        parts = _text(chained, source.name, upper)
    yield from _overlapping(parts, overlap)


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


class _Part(NamedTuple):
    """Symbols that follow in a record, or, with a name, the beginning of the next."""

    name: str | None
    symbols: bytes


def _text(blocks: Iterable[bytes], name: str, upper: bool) -> Iterator[_Part]:
    yield _Part(name, b"")
    for block in blocks:
        yield _Part(None, block.translate(_UPPER) if upper else block)


def _fasta(blocks: Iterable[bytes], name: str, upper: bool) -> Iterator[_Part]:
    table = _UPPER if upper else None
    rest, fresh, begun = b"", True, False
    for block in blocks:
        data = rest + block
        rest, place = b"", 0
        while True:
            # `place` is in sequence lines, and begins one if `fresh`.
            if fresh and data[place : place + 1] == b">":
                mark = place
            else:
                at = data.find(b"\n>", place)
                mark = len(data) if at < 0 else at + 1
            symbols = data[place:mark].translate(table, _BLANKS)
            if symbols:
                if not begun:
                    raise InvalidInput(f"DATA: {name} is no FASTA file: it must begin with '>', got {symbols[:20]!r}")
                yield _Part(None, symbols)
            if mark == len(data):
                fresh = data[-1:] == b"\n"
                break
            end = data.find(b"\n", mark)
            if end < 0:
                rest, fresh = data[mark:], True
                if len(rest) > HEADER:
                    raise InvalidInput(f"DATA: {name} is no FASTA file: a header has more than {HEADER} characters")
                break
            begun = True
            yield _Part(_name(data[mark + 1 : end]), b"")
            place, fresh = end + 1, True
    if rest:
        yield _Part(_name(rest[1:]), b"")


def _name(header: bytes) -> str:
    words = header.decode("utf-8", "replace").split()
    return words[0] if words else ""


def _overlapping(parts: Iterable[_Part], overlap: int) -> Iterator[Piece]:
    record, start, held = "", 0, b""
    for part in parts:
        if part.name is not None:
            if held:
                yield Piece(record, start, held, len(held))
            record, start, held = part.name, 0, b""
            continue
        held += part.symbols
        own = len(held) - overlap
        if own > overlap:  # several short parts become one piece
            yield Piece(record, start, held, own)
            held, start = held[own:], start + own
    if held:
        yield Piece(record, start, held, len(held))


def read_patterns(path: str) -> dict[str, bytes]:
    """Patterns by name from a file: FASTA, or one a line, with a name after it if there is a tab or blank.

    Raises
    ------
    InvalidInput
        If the file cannot be read or holds no pattern.
    """
    found: dict[str, bytes] = {}
    with opened(path) as source:
        data = source.stream.read()
    if data[:1] == b">":
        name = ""
        for part in _fasta([data], source.name, False):
            if part.name is not None:
                name = part.name
                found[name] = b""
            else:
                found[name] += part.symbols
    else:
        for line in data.splitlines():
            words = line.split()
            if words and not words[0].startswith(b"#"):
                found[(words[1] if len(words) > 1 else words[0]).decode("utf-8", "replace")] = words[0]
    if not found or not all(found.values()):
        raise InvalidInput(f"--patterns: {source.name} must hold at least one pattern, and none that is empty")
    return found
