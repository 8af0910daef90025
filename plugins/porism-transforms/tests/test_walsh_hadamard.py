"""The dense transform: its laws and mutants, agreement with others' transforms, the kernel itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import hadamard

from porism import InvalidInput, InvalidType, ResultOverflow, TooLarge
from porism.conformance import check, parametrize
from porism.kernels import transform
from porism_transforms import fwht, hadamard_matrix, walsh_hadamard_transform
from porism_transforms.walsh_hadamard_transform.laws import butterflies

MUTANTS = "walsh_hadamard"


@parametrize(fwht, hadamard_matrix)
def test_law(law):
    law(examples=20)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=15).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("n", [1, 2, 8, 64, 512])
def test_it_is_sympy_s_and_scipy_s_transform(n):
    from sympy import fwht as sympy_fwht

    X = np.random.default_rng(n).integers(-50, 50, n)
    assert fwht(X).coefficients.tolist() == list(map(int, sympy_fwht(X.tolist())))
    assert fwht(X).coefficients.tolist() == (hadamard(n) @ X).tolist()


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8"])
@pytest.mark.parametrize("bits", [0, 3, 9, 13, 17, 20])
def test_long_rows_are_the_textbook_s_loop_bit_for_bit(bits, dtype):
    X = np.random.default_rng(bits).integers(-99, 99, (2, 1 << bits)).astype(dtype)
    if dtype[0] == "f":
        X *= np.dtype(dtype).type(0.1)
    for n_jobs in (1, 2):
        assert np.array_equal(fwht(X, n_jobs=n_jobs).coefficients, butterflies(X))


def test_overwriting_saves_the_copy():
    X = np.arange(16.0).reshape(2, 8)
    expected = fwht(X).coefficients
    assert np.array_equal(X, np.arange(16.0).reshape(2, 8))
    found = fwht(X, overwrite_x=True).coefficients
    assert np.shares_memory(found, X)
    assert np.array_equal(X, expected)
    X.setflags(write=False)
    assert not np.shares_memory(fwht(X, overwrite_x=True).coefficients, X)


def test_integers_are_exact_to_the_last_one_or_refused():
    top = np.iinfo(np.int64).max
    assert fwht([top, 0, 0, 0]).coefficients.tolist() == [top] * 4
    assert fwht([top - 1, 1]).coefficients.tolist() == [top, top - 2]
    with pytest.raises(ResultOverflow, match="int64"):
        fwht([top, 1])
    X = np.array([[2**30, 2**30]], dtype=np.int32)
    with pytest.raises(ResultOverflow, match="int32"):
        transform.fwht(X)
    assert X.tolist() == [[2**30, 2**30]]  # refused before anything was written


def test_the_kernel_refuses_what_it_cannot_transform_in_place():
    for wrong in (np.zeros(8), np.zeros((8, 8))[:, ::2], np.zeros((2, 8), dtype=np.int16), np.zeros((2, 8), ">f8")):
        with pytest.raises(InvalidType):
            transform.fwht(wrong)
    with pytest.raises(InvalidInput, match="power of two"):
        transform.fwht(np.zeros((2, 6)))


def test_more_than_there_is_memory_for_is_refused():
    with pytest.raises(TooLarge, match="a copy of X"):
        fwht(np.broadcast_to(1.0, 1 << 40))


def test_nan_and_infinity_spread_as_in_sums():
    assert np.isnan(fwht([np.nan, 1.0]).coefficients).all()
    assert fwht([np.inf, 1.0]).coefficients.tolist() == [np.inf, np.inf]


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = walsh_hadamard_transform(np.eye(8), order="sequency").plot()
    assert axes.get_xlabel() == "coefficient, sequency order"
    pyplot.close("all")
