"""``porism run k-mismatch``: search a text or FASTA file of any size, and print every hit."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

import numpy as np

from porism import Solver
from porism._progress import reporting
from porism._sequences import BLOCK, FORMATS, Piece, opened, pieces, read_patterns
from porism.errors import InvalidInput
from porism.problems.k_mismatch.problem import KMismatchResult

__all__ = ["run"]

COLUMNS = ("record", "position", "strand", "pattern", "mismatches", "match")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidInput(f"{self.prog}: {message}")


def _parser(name: str) -> _Parser:
    parser = _Parser(prog=f"porism run {name}", add_help=False, allow_abbrev=False)
    add = parser.add_argument
    add("data", help="a text or FASTA file, gzipped or not; - reads standard input")
    add("--pattern", action="append", default=[], help="what to look for; repeatable")
    add("--patterns", metavar="FILE", help="a file of patterns: FASTA, or one a line and perhaps a name")
    add("-k", "--k", type=int, required=True, help="the largest number of mismatches")
    add("--format", choices=FORMATS, default="auto", help="of DATA")
    add("--to", choices=("tsv", "json"), help="how to print; by default tsv, or what --out ends in")
    add("--ignore-case", action=argparse.BooleanOptionalAction, help="by default for FASTA only")
    add("--reverse-complement", action="store_true")
    add("--wildcard")
    add("--alphabet")
    add("--n-jobs", type=int)
    add("--block", type=int, default=BLOCK, help="bytes read at a time")
    add("--progress", action=argparse.BooleanOptionalAction, default=sys.stderr.isatty())
    return parser


class _Hits(NamedTuple):
    """Hits of one piece, in arrays, and the windows they are in."""

    piece: Piece
    result: KMismatchResult
    patterns: list[int]
    kept: Any


def run(solver: Solver[..., KMismatchResult], words: list[str], out: Path | None, plot: Path | None) -> None:
    """Search the file and print or write the hits as they come.

    Parameters
    ----------
    solver : Solver
        A solver of `k-mismatch`.
    words : list of str
        The rest of the command line, file and options in any order.
    out : Path or None
        Where to write; .tsv or .json. Standard output if None.
    plot : Path or None
        An image file for the picture of all hits.

    Raises
    ------
    InvalidInput
        For bad usage, a file that cannot be read, or what the solver refuses.
    """
    given = _parser(solver.name if solver is not solver.problem.default else "k-mismatch").parse_args(words)
    named = {text: text.encode() for text in given.pattern}
    if given.patterns is not None:
        named |= read_patterns(given.patterns)
    if not named:
        raise InvalidInput("k-mismatch needs --pattern or --patterns")
    if given.block < 1:
        raise InvalidInput(f"--block must be at least 1, got {given.block}")
    kind = given.to or (out.suffix[1:].lower() if out is not None else "tsv")
    if kind not in ("tsv", "json"):
        raise InvalidInput(f"--out must end in .tsv or .json, got {str(out)!r}")
    collected: list[Any] = []
    with opened(given.data) as source:
        fasta = given.format == "fasta" or (given.format == "auto" and _peek(source.stream) == b">")
        upper = fasta if given.ignore_case is None else given.ignore_case
        patterns = [pattern.upper() if upper else pattern for pattern in named.values()]
        options = _options(given, upper)
        names, overlap = list(named), max(map(len, patterns)) - 1
        offset, record, length, n_hits = 0, None, 0, 0
        with _output(out) as stream, reporting(bool(given.progress), solver.name, "hits") as report:
            write = _json_writer(stream) if kind == "json" else _tsv_writer(stream)
            for piece in pieces(source, overlap, format=given.format, upper=upper, block=given.block):
                if record != piece.record:
                    offset, record, length = offset + length, piece.record, 0
                length = piece.start + len(piece.symbols)
                hits = _search(solver, piece, patterns, given.k, options)
                if hits is not None:
                    n_hits += int(hits.kept.sum())
                    write(hits, names, patterns)
                    if plot is not None:
                        own = hits.result
                        collected.append(
                            (
                                own.positions[hits.kept] + piece.start + offset,
                                own.distances[hits.kept],
                                own.strands[hits.kept],
                            )
                        )
                if report is not None:
                    report(source.done(), source.size, float(n_hits))
            write(None, names, patterns)
    if plot is not None:
        _draw(collected, offset + length, plot)


def _peek(stream: Any) -> bytes:
    return bytes(stream.peek(1)[:1])


def _options(given: argparse.Namespace, upper: bool) -> dict[str, Any]:
    """The options that were given; the solver refuses those that it does not have."""
    wildcard = None if given.wildcard is None else given.wildcard.encode()
    wished = {
        "reverse_complement": given.reverse_complement or None,
        "wildcard": wildcard.upper() if wildcard and upper else wildcard,
        "alphabet": given.alphabet,
        "n_jobs": given.n_jobs,
    }
    return {name: value for name, value in wished.items() if value is not None}


def _search(
    solver: Solver[..., KMismatchResult], piece: Piece, patterns: list[bytes], k: int, options: dict[str, Any]
) -> _Hits | None:
    fitting = [i for i, pattern in enumerate(patterns) if len(pattern) <= len(piece.symbols)]
    if not fitting:
        return None
    result = solver(piece.symbols, None, k, patterns=[patterns[i] for i in fitting], **options)
    return _Hits(piece, result, fitting, result.positions < piece.own)


def _rows(hits: _Hits, names: list[str], patterns: list[bytes]) -> Iterator[tuple[str, int, str, str, int, str]]:
    result, piece = hits.result, hits.piece
    columns = (result.positions, result.strands, result.pattern_ids, result.distances)
    for position, strand, which, distance in zip(*(column[hits.kept].tolist() for column in columns), strict=True):
        one = hits.patterns[which]
        window = piece.symbols[position : position + len(patterns[one])].decode("utf-8", "backslashreplace")
        yield piece.record, piece.start + position, "+-"[strand < 0], names[one], distance, window


def _tsv_writer(stream: IO[str]) -> Any:
    stream.write("\t".join(COLUMNS) + "\n")

    def write(hits: _Hits | None, names: list[str], patterns: list[bytes]) -> None:
        if hits is not None:
            for row in _rows(hits, names, patterns):
                stream.write("\t".join(_cell(value) for value in row) + "\n")

    return write


def _cell(value: str | int) -> str:
    """Without what would break a line of the table."""
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def _json_writer(stream: IO[str]) -> Any:
    mark = "["

    def write(hits: _Hits | None, names: list[str], patterns: list[bytes]) -> None:
        nonlocal mark
        if hits is None:
            stream.write("[]\n" if mark == "[" else "\n]\n")
            return
        for row in _rows(hits, names, patterns):
            stream.write(f"{mark}\n " + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
            mark = ","

    return write


@contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that is there whole or not at all."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    scratch = path.with_name(f".{path.name}.part")
    try:
        with scratch.open("w", encoding="utf-8") as stream:
            yield stream
        scratch.replace(path)
    except OSError as error:
        raise InvalidInput(f"--out: cannot write {str(path)!r}: {error.strerror or error}") from None
    finally:
        scratch.unlink(missing_ok=True)


def _draw(collected: list[Any], length: int, path: Path) -> None:
    from porism.optional import require
    from porism.problems.k_mismatch._plot import plot

    require("matplotlib", "plot").use("Agg")
    empty = (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int8))
    positions, distances, strands = (np.concatenate(parts) for parts in zip(empty, *collected, strict=True))
    everything = KMismatchResult(positions, distances, np.zeros_like(positions), strands, length, {}, {}, {})
    axes: Any = plot(everything, None)
    try:
        axes.figure.savefig(path, dpi=150, bbox_inches="tight")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"--plot: cannot write {str(path)!r}: {error}") from None
