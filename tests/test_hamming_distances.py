"""What is not a law of `hamming-distances`: mixtures of kernels, helpers, pictures, memory, options."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from porism import InvalidInput, InvalidType, registry
from porism._core import hamming as kernel
from porism.problems.approx_hamming_distances import approx_hamming_distances, block_sampling, karloff, kopelowitz_porat
from porism.problems.hamming_distances import (
    SOLVERS,
    auto,
    chan_jin_williams_xu,
    hamming_distances,
    mismatch_positions,
    naive,
    per_letter_fft,
)
from porism.problems.hamming_distances._strings import reverse_complement
from porism.problems.hamming_distances.laws import by_definition


def draw(sigma, n, m, seed=0):
    rng = np.random.default_rng(seed)
    text, pattern = rng.integers(0, sigma, n), rng.integers(0, sigma, m)
    at = (n - m) // 3
    text[at : at + m] = np.where(rng.random(m) < 0.1, text[at : at + m], pattern)
    return text, pattern


@pytest.mark.parametrize("sigma", [4, 60, 1000])
@pytest.mark.parametrize("mode", ["valid", "full"])
def test_kernels_drawn_at_random_for_each_letter_add_up(sigma, mode):
    text, pattern = draw(sigma, 9000, 700)
    right = naive(text, pattern, mode=mode).distances
    for seed in range(12):
        out = np.full((1, len(right)), -1, dtype=np.int32)
        report = kernel.distances(
            text.astype(np.uint64), pattern.astype(np.uint64)[None], out, "mixed", mode, seed=seed, block=512
        )
        assert np.array_equal(out[0], right)
        assert len(report.steps) == 4 or sigma == 4


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.name)
@pytest.mark.parametrize(
    ("sigma", "n", "m"), [(4, 20_000, 5000), (256, 12_000, 3000), (5000, 30_000, 4000), (2, 9000, 1)]
)
def test_every_solver_at_sizes_beyond_those_of_the_laws(solver, sigma, n, m):
    text, pattern = draw(sigma, n, m)
    dtype = np.uint8 if sigma <= 256 else np.uint16
    text, pattern = text.astype(dtype), pattern.astype(dtype)
    windows = np.lib.stride_tricks.sliding_window_view(text, m)
    right = np.concatenate([(windows[i : i + 500] != pattern).sum(axis=1) for i in range(0, len(windows), 500)])
    for n_jobs in (1, 2):
        assert np.array_equal(solver(text, pattern, n_jobs=n_jobs).distances, right)


def test_a_wildcard_at_sizes_where_transforms_are_used():
    text, pattern = draw(3, 300_000, 140_000)
    text, pattern = text.astype(np.uint8), pattern.astype(np.uint8)
    found = {solver.name: solver(text, pattern, wildcard=2) for solver in (auto, per_letter_fft)}
    assert any(step.kernel == "fft" for step in found["per-letter-fft"].kernel_plan)
    for shift in (0, 1, 77_777, 160_000):
        window = text[shift : shift + len(pattern)]
        solid = (window != 2) & (pattern != 2)
        for result in found.values():
            assert result.n_compared[shift] == solid.sum()
            assert result.distances[shift] == ((window != pattern) & solid).sum()


def test_the_planner_takes_each_kernel_where_it_belongs():
    rng = np.random.default_rng(0)

    def kernels(sigma, n, m):
        text, pattern = rng.integers(0, sigma, n), rng.integers(0, sigma, m)
        return {step.kernel for step in auto(text, pattern).kernel_plan}

    assert kernels(4, 300_000, 1000) == {"bit-sliced"}
    assert kernels(4, 1_000_000, 400_000) == {"fft"}
    assert kernels(100_000, 200_000, 50_000) == {"scatter"}
    assert kernels(250, 100_000, 8) == {"byte-simd"}


def test_double_precision_where_single_is_not_certified():
    # Constant strings have the largest norms: single precision is proved to round right up to about L = 2^14.
    for m in (1 << 10, 1 << 13, 1 << 17):
        out = np.empty((1, 3 * m + 1), dtype=np.int32)
        kernel.distances(np.zeros(4 * m, np.uint8), np.zeros((1, m), np.uint8), out, "per-letter-fft")
        assert not out.any()


@pytest.mark.parametrize("bits", range(1, 14))
def test_fields_of_every_size(bits):
    text, pattern = draw(12, 5000, 900)
    right = naive(text, pattern).distances
    assert np.array_equal(chan_jin_williams_xu(text, pattern, field_bits=bits, rng=0).distances, right)


def test_mismatch_positions_are_those_that_the_distance_counts():
    text, pattern = "abracadabra", "acbd?"
    for wildcard in (None, "?"):
        result = hamming_distances(text, pattern, mode="full", wildcard=wildcard)
        for s, distance in enumerate(result.distances):
            found = mismatch_positions(text, pattern, s + result.first_shift, wildcard=wildcard)
            assert len(found) == distance
            assert found.dtype == np.int64
    assert mismatch_positions("ACGT", "NNRA", 0, alphabet="iupac").tolist() == [3]
    assert mismatch_positions("NCGT", "ANRT", 0, alphabet="iupac-within").tolist() == [0]
    with pytest.raises(InvalidInput, match="shift"):
        mismatch_positions("abc", "ab", 3)


def test_a_mapped_file_is_read_in_place(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"abracadabra" * 100)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        found = hamming_distances(mapped, b"abra").distances
        assert np.flatnonzero(found == 0)[:3].tolist() == [0, 7, 11]
        del found


def test_bytearrays_memoryviews_and_lists():
    right = hamming_distances(b"abracadabra", b"abra").distances
    assert np.array_equal(hamming_distances(bytearray(b"abracadabra"), memoryview(b"abra")).distances, right)
    assert np.array_equal(hamming_distances(memoryview(b"xaxbxrxaxcxaxdxaxbxrxa")[1::2], b"abra").distances, right)
    assert np.array_equal(hamming_distances(list(b"abracadabra"), tuple(b"abra")).distances, right)
    with pytest.raises(InvalidType, match="memoryview"):
        hamming_distances(memoryview(np.zeros((2, 2), np.uint8)), b"a")


def test_reverse_complements():
    assert reverse_complement("pattern", "AACGu") == "aCGTT"
    assert reverse_complement("pattern", b"RYKMBDHVN") == b"NBDHVKMRY"
    result = hamming_distances("AACGTT", patterns=["AAC", "GTT"], reverse_complement=True)
    assert result.distances[0, 0] == result.reverse_distances[1, 0] == 0
    assert result.distances[1, 3] == result.reverse_distances[0, 3] == 0


def test_out_of_many_patterns_has_the_other_strands_after_them():
    out = np.empty((4, 4), dtype=np.int32)
    result = hamming_distances("AACGTT", patterns=["AAC", "GTT"], reverse_complement=True, out=out)
    assert np.shares_memory(result.reverse_distances, out)
    assert np.array_equal(out[2:], result.reverse_distances)


def test_progress_is_reported():
    seen = []
    hamming_distances(b"ab" * 100_000, b"ab" * 500, progress=lambda *state: seen.append(state))
    assert seen


def test_the_profile_is_drawn():
    pytest.importorskip("matplotlib").use("Agg")
    text, pattern = draw(4, 30_000, 200)
    result = hamming_distances(text, pattern)
    axes = result.plot(k=60)
    assert "at most 60 mismatches" in axes.get_title()
    assert hamming_distances(b"abc", patterns=[b"a", b"b"]).plot().get_title().startswith("2 of 3")
    with pytest.raises(InvalidInput, match="k must"):
        result.plot(k=-1)


def test_the_registry_knows_both_problems():
    assert registry.get("hamming-distances") is auto
    assert registry.get("hamming-distances/bit-sliced").problem is hamming_distances
    assert registry.get("approx-hamming-distances") is kopelowitz_porat
    assert {solver.name for solver in registry.solvers(problem=approx_hamming_distances)} == {
        "kopelowitz-porat", "karloff", "block-sampling",
    }  # fmt: skip


def test_estimates_at_a_larger_size():
    text, pattern = draw(50, 3000, 400)
    exact, _ = by_definition(text, pattern, "valid", None, None)
    found = kopelowitz_porat(text, pattern, epsilon=0.1, rng=0)
    assert (found.estimates <= exact).all()
    assert (found.estimates >= 0.9 * exact).all()
    assert found.repetitions == 22
    found = block_sampling(text, pattern, epsilon=0.2, rng=0)
    assert np.abs(found.estimates - exact).max() <= 80
    assert found.repetitions < 250
    found = karloff(text, pattern, epsilon=0.4, failure_probability=0.01, rng=0)
    assert (np.abs(found.estimates - exact) <= 0.4 * exact).all()
