"""Monarch matrices: laws, mutants, and the matrix as an object."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy.sparse import linalg

import porism
from porism.conformance import check, parametrize
from porism_transforms import (
    BlockDiagonal,
    MonarchMatrix,
    block_diagonal,
    dense_product,
    einsum_product,
    monarch_product,
    monarch_projection,
    truncated_svd,
)
from porism_transforms.structured_matrix_approximation.laws import written_out

MUTANTS = "monarch"
RNG = np.random.default_rng(0)


@parametrize(monarch_projection, monarch_product)
def test_law(law):
    law(examples=20)


@parametrize(truncated_svd, block_diagonal, einsum_product, dense_product)
def test_law_of_baselines(law):
    law(examples=8)


def test_the_solvers_that_the_mutants_are_made_from_keep_every_law(mutants):
    for right in (mutants.projection(None), mutants.product(None)):
        check(right, examples=20).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=80, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def matrix(dtype=np.float64, **options):
    first, second = RNG.standard_normal((6, 4, 5)), RNG.standard_normal((3, 7, 8))
    if np.dtype(dtype).kind == "c":
        first, second = first + 1j * first[::-1], second + 1j * second[::-1]
    return MonarchMatrix(first.astype(dtype), second.astype(dtype), **options)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_products_are_those_of_the_matrix_written_out(dtype):
    M = matrix(dtype)
    dense = M.to_dense()
    eps = 100 * np.finfo(dtype).eps * np.linalg.norm(dense)
    assert (M.shape, dense.shape, dense.dtype, M.n_params) == ((21, 30), (21, 30), dtype, 6 * 4 * 5 + 3 * 7 * 8)
    if dtype == np.float64:
        np.testing.assert_allclose(dense, written_out(*M.factors), atol=1e-13)
    X, Z = RNG.standard_normal((30, 9)).astype(dtype), RNG.standard_normal((21, 9)).astype(dtype)
    np.testing.assert_allclose(M @ X, dense @ X, atol=eps)
    np.testing.assert_allclose(M @ X[:, 0], dense @ X[:, 0], atol=eps)
    np.testing.assert_allclose(M @ X[:, ::2], dense @ X[:, ::2], atol=eps)
    np.testing.assert_allclose(M.T @ Z, dense.T @ Z, atol=eps)
    np.testing.assert_allclose(M.H @ Z, dense.conj().T @ Z, atol=eps)
    np.testing.assert_allclose(Z.T @ M, Z.T @ dense, atol=eps)
    np.testing.assert_allclose(
        M.apply(RNG.standard_normal((2, 3, 30)) * 0 + 1), np.broadcast_to(dense.sum(1), (2, 3, 21)), atol=eps
    )
    np.testing.assert_allclose(M.H.to_dense(), dense.conj().T)
    for there_and_back in (M.T.T, M.H.H):
        assert there_and_back is M
    np.testing.assert_allclose(M.T.H.to_dense(), dense.conj())
    np.testing.assert_allclose(M.H.T.to_dense(), dense.conj())


@pytest.mark.parametrize("n", [0, 1, 2, 15, 16, 17, 300])
@pytest.mark.parametrize("size", [5, 64, 65])
def test_however_many_vectors_of_blocks_however_large(n, size):
    M = MonarchMatrix(RNG.standard_normal((3, 2, size)), RNG.standard_normal((2, size, 3)))
    X = RNG.standard_normal((n, 3 * size))
    np.testing.assert_allclose(M.apply(X), X @ written_out(*M.factors).T, atol=1e-11)


def test_adjoint_law():
    M = matrix(np.complex128)
    x, y = RNG.standard_normal(30) + 1j, RNG.standard_normal(21) - 2j
    np.testing.assert_allclose(np.vdot(y, M @ x), np.vdot(M.H @ y, x))
    np.testing.assert_allclose((M @ x) @ y, x @ (M.T @ y))


@pytest.mark.parametrize("order", [2, 3, 4])
def test_solve_undoes_products(order):
    n = {2: 36, 3: 64, 4: 81}[order]
    M = MonarchMatrix.random(n, order=order, rng=order)
    assert M.n_params == order * round(n ** (1 + 1 / order))
    X = RNG.standard_normal((n, 5))
    np.testing.assert_allclose(M.solve(M @ X), X, atol=1e-8)
    np.testing.assert_allclose(M.solve(M @ X[:, 0]), X[:, 0], atol=1e-8)
    np.testing.assert_allclose(M.solve(X), np.linalg.solve(M.to_dense(), X), atol=1e-8)


def test_solve_refuses_what_it_must():
    with pytest.raises(porism.InvalidInput, match=r"factors\[0\] must have square blocks"):
        matrix().solve(np.ones(21))
    singular = MonarchMatrix(np.ones((2, 2, 2)), np.ones((2, 2, 2)))
    with pytest.raises(porism.ComputationError, match="a block has condition number"):
        singular.solve(np.ones(4))
    with pytest.raises(porism.InvalidInput, match=r"b must be of shape \(36,\)"):
        MonarchMatrix.random(36, rng=0).solve(np.ones(35))


def test_a_product_of_monarch_matrices_is_the_product_of_what_they_are():
    A, B = (MonarchMatrix.random(16, rng=seed) for seed in (1, 2))
    both = MonarchMatrix(*B.factors, *A.factors)
    np.testing.assert_allclose(both.to_dense(), A.to_dense() @ B.to_dense(), atol=1e-12)


def test_scipy_takes_it_as_a_linear_operator():
    M = MonarchMatrix.random(64, rng=3)
    operator = M.aslinearoperator()
    b = RNG.standard_normal(64)
    found = linalg.lsqr(operator, b, atol=1e-14, btol=1e-14, iter_lim=5000)[0]
    np.testing.assert_allclose(M @ found, b, atol=1e-6)
    np.testing.assert_allclose(linalg.aslinearoperator(M).rmatvec(b), M.H @ b)


def test_nothing_dense_is_made_for_a_product():
    n = 1 << 16
    M = MonarchMatrix.random(n, rng=0, dtype=np.float32)
    y = M @ np.ones(n, dtype=np.float32)  # written out the matrix would take 16 GiB
    assert y.shape == (n,)
    assert M.flops == 2 * M.n_params == 4 * n * 256


def test_threads_change_nothing():
    first, second = RNG.standard_normal((2, 16, 16, 16)).astype(np.float32)
    X = RNG.standard_normal((100, 256)).astype(np.float32)
    assert np.array_equal(MonarchMatrix(first, second).apply(X), MonarchMatrix(first, second, n_jobs=2).apply(X))


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ((), "none"),
        ((np.ones((2, 2)),), r"factors\[0\] .* \(2, 2\)"),
        ((np.ones((2, 2, 2)), np.ones((3, 2, 2))), r"factors\[1\] must take 4 numbers"),
        ((np.full((1, 1, 1), np.nan),), "finite"),
        ((np.array([[["a"]]]),), "<U1"),
    ],
)
def test_blocks_that_are_refused(factors, says):
    with pytest.raises(porism.InvalidInput, match=says):
        MonarchMatrix(*factors)


def test_vectors_that_are_refused():
    M = matrix()
    for bad in (np.ones(29), np.ones((29, 3)), np.ones((2, 30, 3)), "x", None):
        with pytest.raises(porism.InvalidInput, match="x must be"):
            M @ bad
    with pytest.raises(porism.InvalidInput, match="x must be"):
        M.T @ np.ones(20)
    with pytest.raises(porism.InvalidInput, match="n must be a power 3 of an integer, or pad must be True, got 36"):
        MonarchMatrix.random(36, order=3)


def test_matrices_compare_print_copy_and_pickle():
    M = matrix()
    assert pickle.loads(pickle.dumps(M)) == M == copy.deepcopy(M)
    assert MonarchMatrix.random(16, rng=1) != MonarchMatrix.random(16, rng=2)
    assert repr(M) == "MonarchMatrix(21 x 30, blocks (6, 4, 5), (3, 7, 8), float64)"
    B = BlockDiagonal([np.ones((2, 3)), np.ones((1, 1))])
    assert repr(B) == "BlockDiagonal(3 x 4, 2 blocks, float64)"
    assert B.to_dense().tolist() == [[1, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]]
    with pytest.raises(porism.InvalidInput, match="x must be"):
        B.apply(np.ones(3))


def test_a_matrix_that_is_cut():
    first, second = RNG.standard_normal((4, 3, 5)), RNG.standard_normal((3, 6, 4))
    whole = MonarchMatrix(first, second)
    M = MonarchMatrix(first, second, shape=(17, 18))
    dense = whole.to_dense()[:17, :18]
    assert (M.shape, M.whole, M.n_params) == ((17, 18), (18, 20), whole.n_params)
    assert repr(M).startswith("MonarchMatrix(17 x 18,")
    np.testing.assert_allclose(M.to_dense(), dense, atol=1e-13)
    X, Z = RNG.standard_normal((18, 3)), RNG.standard_normal((17, 3))
    np.testing.assert_allclose(M @ X, dense @ X, atol=1e-12)
    np.testing.assert_allclose(M.T @ Z, dense.T @ Z, atol=1e-12)
    np.testing.assert_allclose(Z.T @ M, Z.T @ dense, atol=1e-12)
    np.testing.assert_allclose(M.H.T.to_dense(), dense, atol=1e-13)
    assert pickle.loads(pickle.dumps(M)) == M != whole
    square = MonarchMatrix(*MonarchMatrix.random(4, rng=0).factors, shape=(3, 3))
    with pytest.raises(porism.InvalidInput, match=r"shape must be \(4, 4\), that of the factors"):
        square.solve(np.ones(3))
    for bad in ((19, 20), (18, 21), (0, 1), (1.5, 2), 3):
        with pytest.raises(porism.InvalidInput, match="shape must be"):
            MonarchMatrix(first, second, shape=bad)


def test_any_size_by_padding():
    for n, order in ((7, 2), (36, 2), (30, 3), (1, 2)):
        M = MonarchMatrix.random(n, order=order, pad=True, rng=0)
        assert M.shape == (n, n)
        np.testing.assert_allclose(M @ np.eye(n), M.to_dense(), atol=1e-13)
    assert MonarchMatrix.random(36, pad=True, rng=0) == MonarchMatrix.random(36, rng=0)
    A = RNG.standard_normal((7, 11))
    found = monarch_projection(A, pad=True)
    assert found.matrix.shape == (7, 11)
    assert found.n_params == 3 * 12 + 3 * 9  # without padding 1 x 11 + 1 x 7 blocks: A itself
    assert 0 < found.relative_error < 1


def test_parameters_of_a_transformer_s_layers():
    """Two layers 768 → 3072 → 768 with four blocks in the one factor that M2 keeps have a quarter of the parameters."""
    up, down = MonarchMatrix(np.zeros((4, 768, 192))), MonarchMatrix(np.zeros((4, 192, 768)))
    assert (up.shape, down.shape) == ((3072, 768), (768, 3072))
    assert up.n_params + down.n_params == (768 * 3072 * 2) // 4


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    result = monarch_projection(RNG.standard_normal((16, 16)))
    assert result.plot().get_title().startswith("128 parameters")
    pyplot.close("all")
