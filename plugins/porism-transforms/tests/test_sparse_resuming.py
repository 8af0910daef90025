"""Resuming a sparse transform: from files, after failures, whatever was asked before; and functions of sets."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

from porism import InvalidInput, InvalidType, objectives
from porism_transforms import (
    NotSparseWarning,
    Remembered,
    Sketch,
    dense_wht,
    lasso_wht,
    of_bits,
    of_sets,
    sparse_fht,
    spright_ml,
    spright_nso,
    spright_so,
)
from porism_transforms.sparse_walsh_hadamard.laws import random_spectrum, stored

pytestmark = pytest.mark.filterwarnings("ignore::porism_transforms.NotSparseWarning")


@pytest.mark.parametrize("solver", [spright_nso, spright_so, spright_ml, sparse_fht])
def test_a_sketch_is_resumed_from_its_file(solver, tmp_path):
    f = random_spectrum(15, 12, 3)
    begun = solver(f, 15, b=3, rng=5)
    begun.sketch.save(tmp_path / "seen")
    loaded = Sketch.load(tmp_path / "seen")
    assert loaded == begun.sketch
    assert loaded.resume(f, b=5) == begun.resume(f, b=5) == solver(f, 15, b=5, rng=5)


def test_whatever_is_doubled_no_point_is_asked_for_twice():
    f = random_spectrum(20, 60, 2)
    result = spright_nso(f, 20, rng=1)  # without K: from 8 bins a stage on
    assert result.converged
    assert result.n_evaluations == f.evaluations == 3 * 64 * 21 + 64  # those of the last round alone


def test_a_noiseless_function_takes_one_chain_and_a_second_one_where_that_fails():
    f = random_spectrum(22, 30, 1)
    assert spright_nso(f, 22, b=6, rng=0).n_evaluations == 3 * 64 * 23 + 64
    crowded = spright_nso(f, 22, b=2, rng=0)
    assert not crowded.converged
    assert crowded.n_evaluations == 3 * 4 * 2 * 23 + 64
    assert spright_nso(f, 22, K=30, noise_std=None, rng=0).n_evaluations == 3 * 64 * 23 + 64
    noisy = spright_nso(random_spectrum(22, 30, 1, 0.1), 22, K=30, noise_std=None, rng=0)
    assert noisy.n_evaluations == 3 * 64 * 8 * 23 + 64
    assert noisy.support.tolist() == list(f.support)


def test_what_was_seen_is_not_read_again_where_all_is_read():
    f = random_spectrum(12, 200, 0)
    f.remembers = True
    result = spright_nso(f, 12, rng=0)
    assert result.dense
    assert result.n_queries == len(f.points) == 4096
    assert result.n_evaluations == f.evaluations
    assert result.support.tolist() == list(f.support)
    again = result.resume(f)
    assert again == result
    array = stored(10, 3, 0, 0.2)
    dense = dense_wht(array, noise_std=0.2)
    assert dense.resume(array, K=2).support.tolist() == dense_wht(array, K=2, noise_std=0.2).support.tolist()


def test_a_resumed_call_asks_for_no_less():
    f = random_spectrum(18, 8, 4)
    large = spright_nso(f, 18, b=5, n_stages=4, n_chains=2, verify=100, rng=0)
    small = large.resume(f, b=3, n_stages=2, n_chains=1, verify=10)
    assert (small.support.tolist(), small.n_evaluations) == (large.support.tolist(), large.n_evaluations)
    kept = large.resume(f, max_queries=1)
    assert kept == large


def test_wrong_resumptions_are_refused():
    f = random_spectrum(14, 8, 4)
    result = spright_nso(f, 14, b=4, rng=0)
    with pytest.raises(InvalidType, match="resume has no option 'seed'"):
        result.resume(f, seed=1)
    with pytest.raises(InvalidType, match="resume has no option 'n_chains'"):
        sparse_fht(f, 14, b=4, rng=0).resume(f, n_chains=2)
    with pytest.raises(InvalidInput, match="n must be 13 for an array"):
        result.resume(np.zeros(1 << 13))
    with pytest.raises(InvalidInput, match="b must be"):
        result.resume(f, b=15)
    with pytest.raises(InvalidInput, match="n_jobs must be"):
        result.resume(f, n_jobs=0)
    with pytest.raises(InvalidInput, match="keeps what it saw"):
        lasso_wht(random_spectrum(10, 2, 0), 10, K=2, rng=0).resume(f)
    slices = spright_nso(f, 14, b=4, rng=0, subsampling="bits")
    with pytest.raises(InvalidInput, match="n_stages must be 3 as before"):
        slices.resume(f, n_stages=4)
    assert slices.resume(f, b=5) == spright_nso(f, 14, b=5, rng=0, subsampling="bits")


def test_files_that_hold_no_sketch_are_refused(tmp_path):
    path = tmp_path / "seen"
    for content in (b"", b"text", b"PK\x03\x04 and no more"):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match="path must be a file that a sketch was saved to"):
            Sketch.load(path)
    with pytest.raises(FileNotFoundError):
        Sketch.load(tmp_path / "nothing")
    np.savez(tmp_path / "other.npz", samples=np.zeros(3))
    with pytest.raises(InvalidInput, match="header"):
        Sketch.load(tmp_path / "other.npz")
    result = spright_nso(random_spectrum(10, 2, 0), 10, b=2, n_chains=1, rng=0)
    result.sketch.save(path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["samples"] = arrays["samples"][1:]
    np.savez(tmp_path / "cut.npz", **arrays)
    with pytest.raises(InvalidInput, match="not those of its design"):
        Sketch.load(tmp_path / "cut.npz")


def test_what_fails_half_way_goes_on_where_it_was(tmp_path):
    truth = random_spectrum(20, 10, 1)
    calls = itertools.count()

    def failing(points):
        if next(calls) == 7:
            raise ConnectionError("the server is gone")
        return truth(points.copy())

    f = Remembered(failing, 20, batch_size=100)
    with pytest.raises(ConnectionError):
        spright_nso(f, 20, K=10, rng=0)
    assert len(f) == truth.evaluations == 700
    f.save(tmp_path / "answers")
    again = Remembered(failing, 20).restore(tmp_path / "answers")
    result = spright_nso(again, 20, K=10, rng=0)
    assert result.support.tolist() == list(truth.support)
    assert result.n_queries == len(again) == truth.evaluations
    assert np.array_equal(again(again.points[::-1]), again.values[::-1])
    with pytest.raises(InvalidInput, match="of 21 variables"):
        Remembered(failing, 21).restore(tmp_path / "answers")
    (tmp_path / "text").write_text("none")
    with pytest.raises(InvalidInput, match="path must be"):
        f.restore(tmp_path / "text")
    assert f(np.empty(0, np.uint64)).shape == (0,)


def test_functions_of_sets_and_of_bits_are_functions_of_words():
    f = objectives.facility_location(np.random.default_rng(0).random((12, 6)))
    everything = [[i for i in range(6) if word >> i & 1] for word in range(64)]
    expected = [f.value(one) for one in everything]
    found = of_sets(f.value, 6)(np.arange(64, dtype=np.uint64))
    assert found.tolist() == expected
    names = of_sets(lambda coalition: float("b" in coalition and "c" in coalition), ["a", "b", "c"])
    assert spright_nso(names, 3).interactions(2) == {(1, 2): 1.0}
    rows = of_bits(lambda rows: np.array([f.value(np.flatnonzero(row)) for row in rows]), 6)
    assert rows(np.arange(64, dtype=np.uint64)).tolist() == expected
    for wrong in (["a", "a"], [], list(range(64))):
        with pytest.raises(InvalidInput, match="players must be"):
            of_sets(f.value, wrong)
    for wrong in ("abc", 3.0):
        with pytest.raises(InvalidType, match="players must be"):
            of_sets(f.value, wrong)
    with pytest.raises(InvalidInput, match="n must be"):
        of_bits(f.value, 64)
    with pytest.raises(InvalidType, match="f must be a callable"):
        of_bits(3, 4)
    with pytest.raises(InvalidType, match="f must return"):
        spright_nso(of_sets(lambda coalition: "much", 8), 8)


@pytest.mark.parametrize("solver", [spright_nso, sparse_fht, lasso_wht])
def test_the_warning_names_the_line_that_called(solver):
    f = random_spectrum(13, 2000, 1)
    wishes = {"n_samples": 200} if solver is lasso_wht else {"b": 3}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = solver(f, 13, rng=0, **wishes)
        if solver is not lasso_wht:
            result.resume(f)
            result.sketch.resume(f)
    assert [one.filename for one in caught if one.category is NotSparseWarning] == [__file__] * (
        1 if solver is lasso_wht else 3
    )


SOLVERS = [spright_nso, spright_so, spright_ml, sparse_fht, lasso_wht, dense_wht]


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("size", [1.5e308, 3e-310])
def test_numbers_at_the_ends_of_the_range(solver, size):
    result = solver(lambda X: np.where(X & np.uint64(1), size, -size), 12, rng=0)
    assert result.converged
    assert result.support.tolist() == [1]
    np.testing.assert_allclose(result.coefficients / size, [-1.0], rtol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_function_far_below_its_noise_is_nothing(solver):
    result = solver(lambda X: np.full(len(X), 1e-200), 12, K=2, noise_std=1.0, rng=0)
    assert len(result.support) == 0


def test_what_is_no_answer_is_refused():
    with pytest.raises(InvalidType, match=r"f must return .* without masked entries"):
        spright_nso(lambda X: np.ma.masked_all(len(X)), 12, rng=0)
    with pytest.raises(InvalidInput, match=r"b must be an integer in 1\.\.40"):
        spright_nso(lambda X: np.zeros(len(X)), 63, b=41)
    with pytest.raises(InvalidInput, match="max_queries must be"):
        spright_nso(lambda X: np.zeros(len(X)), 63, K=2**62)
    with pytest.raises(ZeroDivisionError):
        spright_nso(lambda X: 1 // 0, 12)
    assert spright_nso(random_spectrum(12, 2, 0), 12, rng=0).evaluate([]).shape == (0,)
