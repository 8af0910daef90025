"""The search with k mismatches beyond its laws: the command line, reading in pieces, pictures."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porism import InvalidInput, registry
from porism._sequences import Source, pieces, read_patterns
from porism.problems.k_mismatch import k_mismatch, mismatch_positions
from porism.problems.k_mismatch.laws import hits_of, oracle

RNG = np.random.default_rng(0)
GENOME = {
    name: RNG.choice(np.frombuffer(b"ACGTacgtN", np.uint8), length).tobytes()
    for name, length in (("chr1", 5000), ("empty", 0), ("chr2", 777), ("short", 5))
}
GUIDE = GENOME["chr1"][100:120].upper()


def fasta(width: int = 60, newline: bytes = b"\n") -> bytes:
    lines = []
    for name, sequence in GENOME.items():
        lines.append(b">" + name.encode() + b" of nothing real")
        lines += [sequence[i : i + width] for i in range(0, len(sequence), width)]
    return newline.join(lines) + newline


def run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "porism.cli", "run", *arguments],
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def expected(k: int, pattern: bytes = GUIDE) -> list[tuple[str, int, int]]:
    found = []
    for name, sequence in GENOME.items():
        if len(sequence) >= len(pattern):
            found += [(name, position, distance) for position, distance in oracle(sequence.upper(), pattern, k)]
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("block", [1, 61, 1000, 1 << 24])
def test_fasta_is_searched_record_by_record_in_pieces(tmp_path, packed, block):
    path = tmp_path / ("genome.fa.gz" if packed else "genome.fa")
    path.write_bytes(gzip.compress(fasta()) if packed else fasta())
    done = run("k-mismatch", "--pattern", GUIDE.decode(), "-k", "9", str(path), "--block", str(block))
    assert done.returncode == 0, done.stderr
    header, *lines = rows(done.stdout)
    assert header == ["record", "position", "strand", "pattern", "mismatches", "match"]
    assert [(line[0], int(line[1]), int(line[4])) for line in lines] == expected(9)
    record, position = lines[0][0], int(lines[0][1])
    assert lines[0][5] == GENOME[record][position : position + 20].upper().decode()


def test_a_pattern_across_two_records_is_no_hit(tmp_path):
    path = tmp_path / "two.fa"
    path.write_bytes(b">one\nAAAACC\n>two\nGGTTTT\n")
    assert len(rows(run("k-mismatch", "--pattern", "CCGG", "-k", "0", str(path)).stdout)) == 1
    assert len(rows(run("k-mismatch", "--pattern", "CCGG", "-k", "1", str(path)).stdout)) == 1


def test_text_is_searched_as_it_is_and_standard_input_too(tmp_path):
    text = "Über Stock und Stein,\nüber Stock und Bein\n".encode()
    path = tmp_path / "text.txt"
    path.write_bytes(text)
    done = run("k-mismatch", str(path), "--pattern", "Stock und Stein", "-k", "3", "--to", "json")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)
    assert [(hit["position"], hit["mismatches"]) for hit in hits] == oracle(text, b"Stock und Stein", 3)
    assert json.loads(
        run("k-mismatch", "-", "--pattern", "Stock und Stein", "-k3", "--to=json", stdin=text).stdout
    ) == [{**hit, "record": "standard input"} for hit in hits]
    assert (
        json.loads(run("k-mismatch", str(path), "--pattern", "Nothing of it", "-k", "1", "--to", "json").stdout) == []
    )


def test_patterns_from_files_both_strands_and_out(tmp_path):
    genome, guides = tmp_path / "genome.fa", tmp_path / "guides.txt"
    genome.write_bytes(fasta(newline=b"\r\n"))
    guides.write_text(f"# guides\n{GUIDE.decode()} first\nACGTACGT\tsecond\n")
    out = tmp_path / "hits.json"
    picture = tmp_path / "hits.png"
    done = run(
        "k-mismatch", str(genome), "--patterns", str(guides), "-k", "2", "--reverse-complement",
        "--out", str(out), "--plot", str(picture),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    hits = json.loads(out.read_text())
    assert {hit["pattern"] for hit in hits} == {"first", "second"}
    assert {hit["strand"] for hit in hits} == {"+", "-"}
    forward = [
        (h["record"], h["position"], h["mismatches"]) for h in hits if (h["pattern"], h["strand"]) == ("first", "+")
    ]
    assert forward == expected(2)
    assert picture.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        (["--pattern", "ACGT"], "-k"),
        (["-k", "1"], "--pattern"),
        (["--pattern", "ACGT", "-k", "x"], "'x'"),
        (["--pattern", "ACGT", "-k", "-1"], "-1"),
        (["--pattern", "ACGT", "-k", "1", "--bad"], "--bad"),
        (["--pattern", "ACGT", "-k", "1", "--format", "fastq"], "fastq"),
        (["--pattern", "ACGT", "-k", "1", "--block", "0"], "--block"),
        (["--pattern", "ACGT", "-k", "1", "--columns", "a"], "--columns"),
        (["--pattern", "ACGJ", "-k", "1", "--alphabet", "iupac"], "'J'"),
        (["--patterns", "nowhere.txt", "-k", "1"], "nowhere.txt"),
    ],
)
def test_bad_usage_is_one_line(tmp_path, arguments, mention):
    path = tmp_path / "genome.fa"
    path.write_bytes(fasta())
    done = run("k-mismatch", str(path), *arguments)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert mention in done.stderr, done.stderr


def test_unreadable_data_is_one_line(tmp_path):
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(b"ACGT" * 1000)[:40])
    for path in (tmp_path / "nowhere.fa", broken):
        done = run("k-mismatch", str(path), "--pattern", "ACGT", "-k", "1")
        assert done.returncode == 2, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "DATA" in done.stderr


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b x", ""]), st.binary(max_size=40)), max_size=5),
    st.integers(1, 50),
    st.integers(0, 12),
    st.integers(1, 9),
    st.booleans(),
)
def test_pieces_put_together_are_the_records(records, block, overlap, width, final):
    alphabet = b"ACGTNacgt"
    records = [(name, bytes(alphabet[c % 9] for c in symbols)) for name, symbols in records]
    lines = []
    for name, symbols in records:
        lines += [b">" + name.encode(), *(symbols[i : i + width] for i in range(0, len(symbols), width))]
    data = b"\n".join(lines) + (b"\n" if final and lines else b"")
    stream = io.BytesIO(data)
    found = list(pieces(Source("x", stream, stream, len(data)), overlap, format="fasta", block=block))
    together: list[tuple[str, bytes]] = []
    for piece in found:
        if piece.start == 0:
            together.append((piece.record, b""))
        name, before = together[-1]
        assert piece.record == name
        assert len(before) == piece.start
        assert piece.own == len(piece.symbols) or piece.own == len(piece.symbols) - overlap
        together[-1] = (name, before + piece.symbols[: piece.own])
    assert together == [(name.split()[0] if name else "", symbols) for name, symbols in records if symbols]


def test_what_is_no_fasta_is_refused_where_fasta_was_said():
    stream = io.BytesIO(b"ACGT\n>late\nACGT\n")
    with pytest.raises(InvalidInput, match="must begin with '>'"):
        list(pieces(Source("x.fa", stream, stream, 0), 3, format="fasta"))


def test_pattern_files_of_both_kinds(tmp_path):
    lines, records = tmp_path / "a.txt", tmp_path / "b.fa"
    lines.write_bytes(b"ACGT one\n\nGGTT\n")
    records.write_bytes(b">one\nAC\nGT\n>GGTT\nGGTT")
    assert read_patterns(str(lines)) == read_patterns(str(records)) == {"one": b"ACGT", "GGTT": b"GGTT"}
    lines.write_bytes(b"# nothing\n")
    with pytest.raises(InvalidInput, match="at least one pattern"):
        read_patterns(str(lines))


def test_mismatch_positions_are_those_of_the_pattern():
    assert mismatch_positions("xxabcd", "abXY", 2).tolist() == [2, 3]
    assert mismatch_positions(b"ACGN", b"ACTT", 0, wildcard=b"N").tolist() == [2]
    assert mismatch_positions(b"ACGT", b"ACRR", 0, alphabet="iupac").tolist() == [3]
    with pytest.raises(InvalidInput, match="position"):
        mismatch_positions("abc", "ab", 2)
    with pytest.raises(InvalidInput, match="position"):
        mismatch_positions("abc", "abcd", 0)


def test_thousands_of_patterns_in_one_call():
    text = RNG.choice(np.frombuffer(b"ACGT", np.uint8), 20_000)
    starts = RNG.integers(0, 19_900, 1500)
    guides = [text[start : start + 20 + start % 4].tobytes() for start in starts.tolist()]
    result = k_mismatch(text.tobytes(), patterns=guides, k=3)
    found = set(zip(result.pattern_ids.tolist(), result.positions.tolist(), strict=True))
    assert all((i, start) in found for i, start in enumerate(starts.tolist()))
    for i in (0, 700, 1499):
        own = result.pattern_ids == i
        pairs = list(zip(result.positions[own].tolist(), result.distances[own].tolist(), strict=True))
        assert pairs == oracle(text.tobytes(), guides[i], 3)


@pytest.mark.parametrize("solver", [s.name for s in registry.solvers(problem="k-mismatch")])
def test_every_solver_on_one_real_text(solver):
    from pydoc_data.topics import topics

    text = topics["assert"] + topics["assignment"][:4000]
    pattern = text[300:420]
    found = registry.get(f"k-mismatch/{solver}")(text, pattern, 30)
    assert hits_of(found) == oracle(text, pattern, 30)


def test_words_are_symbols_too():
    from pydoc_data.topics import topics

    words = " ".join(topics.values()).split()
    ids = np.unique(words, return_inverse=True)[1]
    assert ids.max() > 5000
    pattern = ids[2000:2060].copy()
    pattern[::10] = -1
    result = k_mismatch(ids, pattern, 8)
    assert (2000, 6) in hits_of(result)


def test_the_picture_has_every_hit():
    import matplotlib

    matplotlib.use("Agg")
    axes = k_mismatch(b"abracadabra" * 5, b"abra", 2, reverse_complement=False).plot()
    assert "mismatches" in axes.get_ylabel()
    assert sum(len(c.get_offsets()) for c in axes.collections[1:]) == len(k_mismatch(b"abracadabra" * 5, b"abra", 2))
    axes.figure.clear()
