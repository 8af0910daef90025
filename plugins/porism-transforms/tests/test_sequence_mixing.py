"""Sequence mixing: laws, mutants, and what makes Monarch matrices causal."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import porism
from porism.conformance import check, parametrize
from porism_transforms import CausalBasis, fft_convolution, monarch_mixer, toeplitz_direct
from porism_transforms.sequence_mixing.laws import values

MUTANTS = "sequence_mixing"
RNG = np.random.default_rng(0)


@parametrize(monarch_mixer)
def test_law(law):
    law(examples=20)


@parametrize(fft_convolution, toeplitz_direct)
def test_law_of_baselines(law):
    law(examples=8)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=15).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def test_values_of_a_basis_are_a_monarch_matrix():
    basis = CausalBasis.random(6, rng=0)
    matrix = values(basis, False)
    # rows i_1 b + i_0, columns j_0 b + j_1: of rank one over (i_1, j_0) for every (i_0, j_1)
    for i_0 in range(6):
        for j_1 in range(6):
            singular = np.linalg.svd(matrix[i_0::6, j_1::6], compute_uv=False)
            assert singular[1] <= 1e-10 * singular[0]


def jacobian(bases, length):
    b = bases[0].b
    k = RNG.standard_normal((1, length))
    out, of_k, of_u = values(bases[0], False), values(bases[1], True), values(bases[2], True)
    product = (of_k[:, :length] @ k[0])[:, None] * of_u[:, :length]
    return np.linalg.solve(out, product)[:length], b


def test_causal_for_triangular_coefficients_and_not_for_others():
    bases = [CausalBasis.random(8, rng=seed) for seed in range(3)]
    J, b = jacobian(bases, 32)
    assert np.abs(J.imag).max() <= 1e-10 * np.abs(J).max()
    assert np.abs(np.triu(J, 1)).max() <= 1e-10 * np.abs(J).max()
    # the control: entries below the diagonals, which the class refuses, written into the arrays
    for basis in bases:
        basis.L = basis.L + RNG.standard_normal((b, b)) / b
        basis.R = basis.R + RNG.standard_normal((b, b, b)) / b

    def every_power(basis, cut):
        w = np.exp(-2j * np.pi * np.arange(b * b) / (b * b))
        top = b // 2 if cut else b
        columns = np.zeros((b * b, b * b), dtype=complex)
        for j in range(top * b):
            j_0, j_1 = divmod(j, b)
            left = sum(basis.L[j_1, t] * w**t for t in range(b))
            columns[:, j] = left * sum(basis.R[j_1, j_0, t] * w ** (b * t) for t in range(top))
        return columns

    out, of_k, of_u = (every_power(basis, cut) for basis, cut in zip(bases, (False, True, True), strict=True))
    J = np.linalg.solve(out, (of_k[:, :32] @ RNG.standard_normal(32))[:, None] * of_u[:, :32])[:32]
    assert np.abs(np.triu(J, 1)).max() > 1e-3 * np.abs(J).max()


def test_bases_change_there_and_back():
    basis = CausalBasis.random(10, rng=1)
    x = RNG.standard_normal((3, 2, 100))
    dense = basis.dense(False)
    np.testing.assert_allclose(basis.numbers(x @ dense.T), x, atol=1e-9)
    half = RNG.standard_normal((4, 37))
    np.testing.assert_allclose(basis.powers(half), (half @ basis.dense(True)[:50, :37].T), atol=1e-12)


@pytest.mark.parametrize("b", [2, 8, 30])
def test_the_condition_is_estimated_from_below_and_closely(b):
    upper = np.triu(RNG.standard_normal((b, b)), 1)
    for basis in (
        CausalBasis.random(b, rng=b),
        CausalBasis.identity(b),
        CausalBasis(np.eye(b) + upper, np.eye(b) - np.broadcast_to(upper, (b, b, b))),
    ):
        exact = np.linalg.cond(basis.L, 1) * np.linalg.cond(basis.R, 1).max()
        assert exact / 3 <= basis.condition <= exact * (1 + 1e-9)
    flat = CausalBasis(np.triu(np.ones((b, b)), 1), np.tile(np.eye(b), (b, 1, 1)))
    assert flat.condition == np.inf


def test_no_matrix_of_the_length_squared_is_made():
    length = 1 << 13
    b = CausalBasis.holding(length)
    bases = tuple(CausalBasis.random(b, rng=seed) for seed in range(3))
    u, k = RNG.standard_normal((1, length, 1)), RNG.standard_normal((1, length))
    tracemalloc.start()
    monarch_mixer(u, k, bases=bases)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 8 * b**3  # b³ is what the bases hold, length**2 would be 32 times that
    assert 8 * length**2 > 4 * 8 * b**3


@pytest.mark.parametrize(
    ("L", "R", "says"),
    [
        (np.eye(3), np.tile(np.eye(3), (3, 1, 1)), "even b"),
        (np.ones((4, 4)), np.tile(np.eye(4), (4, 1, 1)), "L must be upper triangular"),
        (np.eye(4), np.ones((4, 4, 4)), "R must be upper triangular"),
        (np.eye(4)[:, :3], np.ones((4, 4, 4)), r"L must be of shape \(4, 4\)"),
        (np.eye(4), np.ones((4, 4, 3)), r"R must be of shape \(4, 4, 4\)"),
        (np.eye(4) * np.nan, np.tile(np.eye(4), (4, 1, 1)), "L must be finite"),
    ],
)
def test_bases_that_are_refused(L, R, says):
    with pytest.raises(porism.InvalidInput, match=says):
        CausalBasis(L, R)


def test_a_basis_that_is_nearly_singular_is_refused_with_its_condition():
    near = CausalBasis(np.diag([1.0, 1e-13, 1, 1]), np.tile(np.eye(4), (4, 1, 1)))
    fine = CausalBasis.identity(4)
    with pytest.raises(
        porism.InvalidInput, match=r"bases\[0\] must have a condition number of at most 1e\+12, got 1e\+13"
    ):
        monarch_mixer(np.ones((1, 4, 1)), np.ones((1, 4)), bases=(near, fine, fine))
