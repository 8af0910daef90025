"""What is not a law of the problems about sums: results as objects, refusals before memory is asked for, examples."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from porism import InvalidInput, ResultOverflow, TooLarge, registry
from porism.kernels import sumset as kernel
from porism.problems import count_3sum, subset_sum, sumset, sumset_counts
from porism.problems.sumset import BitSet
from porism.problems.sumset.example import cohort_totals, goldbach, golomb, r2, two_squares

FAR = [0, 1, 2**60]


@pytest.mark.parametrize("solver", ["scatter-bits", "shift-or", "fft", "chan-jin-williams-xu"])
def test_a_table_of_a_huge_universe_is_refused(solver):
    with pytest.raises(TooLarge, match="limit"):
        registry.get(f"sumset/{solver}")(FAR, [0, 3, 2**60 + 1])


def test_bits_of_values_far_apart_are_refused():
    result = sumset.auto(FAR)
    assert result.size == 6
    with pytest.raises(TooLarge, match="bit set"):
        result.as_bitset()


def test_results_are_equal_by_their_sums_and_survive_pickling():
    a, b = sumset.shift_or([1, 4, 9], rng=1), sumset.shift_or([9, 1, 4], rng=2)
    assert a == b == pickle.loads(pickle.dumps(a))
    assert a != sumset.shift_or([1, 4, 10])
    assert a.to_dict().keys() == {"values", "size", "kernel"}
    assert repr(a) == "SumsetResult(size=6, kernel='shift-or')"


def test_bits_are_not_copied():
    result = sumset.shift_or(range(0, 10_000, 3), [0, 1])
    first, second = result.as_bitset(), result.as_bitset()
    assert np.shares_memory(first.words, second.words)
    assert np.shares_memory(first.words, first.to_bytes())
    assert first.to_bools().sum() == result.size == len(first)


def test_a_bit_set_of_values():
    values = np.array([-7, -1, 5, 11, 305], np.int64)
    bits = BitSet.from_values(values)
    assert bits.step == 6
    assert bits.values().tolist() == values.tolist()
    assert 5 in bits
    assert 6 not in bits
    assert 4.0 not in bits
    assert len(BitSet.from_values(values[:0])) == 0


def test_a_multiset_keeps_the_extremes():
    counts = sumset_counts.auto([2**62, 2**62, -(2**62)], [2**62 - 1], duplicates="count")
    assert dict(zip(counts.values.tolist(), counts.counts.tolist(), strict=True)) == {2**63 - 1: 2, -1: 1}
    with pytest.raises(ResultOverflow, match="sums"):
        sumset_counts.auto([2**62], [2**62])


def test_single_precision_that_is_not_proved_is_refused():
    with pytest.raises(InvalidInput, match=r"may be off by 1\.8\d*, too much"):
        sumset.fft(range(1 << 17), precision="f32")


def test_the_planner_says_what_it_expects():
    rng = np.random.default_rng(0)
    a, b = (rng.choice(1 << 20, 8192, replace=False) for _ in range(2))
    (first, cost), *others = kernel.costs(a, b)
    assert first == kernel.find(a, b).kernel == "shift-or"
    assert all(cost <= other for _, other in others)


def test_every_instruction_set_gives_the_same():
    program = """
import hashlib, numpy as np
from porism.kernels import isa, sumset
rng = np.random.default_rng(3)
a, b = (rng.choice(30_000, 900, replace=False) for _ in range(2))
bits = sumset.find(a, b, kernel="shift-or").bits
counts = sumset.count(a, b, kernel="bit-sliced").narrow
totals = sumset.subset_sums(a, 200_000).bits
print(isa(), hashlib.sha256(bits.tobytes() + counts.tobytes() + totals.tobytes()).hexdigest())
"""
    found = {}
    for name in ("portable", "avx2", "avx512"):
        env = {**os.environ, "PORISM_ISA": name}
        done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        used, digest = done.stdout.split()
        found[used] = digest
    assert "portable" in found
    assert len(set(found.values())) == 1, found


def test_two_squares_are_jacobis():
    found = two_squares(500)
    counts = dict(zip(found.values.tolist(), found.counts.tolist(), strict=True))
    assert counts.pop(0) == 1
    assert all(counts.get(n, 0) == r2(n) for n in range(1, 500))


def test_goldbach_up_to_ten_thousand():
    assert goldbach(10_000).values.tolist() == list(range(6, 10_000, 2))


def test_a_golomb_ruler_measures_every_distance_once():
    found = golomb((0, 1, 4, 9, 11))
    assert found.counts[found.values > 0].tolist() == [1] * 10


def test_half_of_the_cohort():
    cholesterol, totals = cohort_totals()
    assert cholesterol.shape == (442,)
    assert (int(cholesterol.min()), int(cholesterol.max())) == (97, 301)
    assert int(cholesterol[totals.certificate].sum()) == totals.best == int(cholesterol.sum()) // 2


def test_nothing_that_is_reported_by_chance_is_wrong():
    items = np.random.default_rng(1).integers(1, 400, 60)
    exact = subset_sum.bitset_dp(items, 3000)
    for solver in (subset_sum.jin_wu, subset_sum.bringmann):
        found = solver(items, 3000, rng=5)
        assert found.one_sided
        assert not (found.reachable & ~exact.reachable).any()


def test_auto_of_count_3sum_takes_blocks_where_pairs_are_many():
    n = 1 << 13
    values = np.random.default_rng(0).integers(0, n // 8, n)
    dense = count_3sum.auto(values, -values, n // 8)
    assert dense.method == "blocked"
    assert (dense.counts == count_3sum.pairs_window(values, -values, n // 8).counts).all()
    assert count_3sum.auto([1, 2], [3], 10).method == "pairs-window"
