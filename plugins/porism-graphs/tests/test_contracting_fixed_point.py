"""The laws of fixed points and their mutants; agreement with SciPy, warnings, threads, batches, limits."""

from __future__ import annotations

import importlib.util
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

import porism
from porism.conformance import check, parametrize
from porism_graphs.contracting_fixed_point import (
    SOLVERS,
    ConvergenceWarning,
    FixedPoint,
    anderson,
    direct_sparse_lu,
    gmres,
    picard,
    unrolled,
)


def load(topic: str):
    name = f"porism_graphs_mutants_{topic}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"mutants_{topic}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


mutants = load("contracting")


@parametrize(picard)
def test_law(law):
    law(examples=20)


@parametrize(*[solver for solver in SOLVERS if solver is not picard])
def test_law_of_the_others(law):
    law(examples=5)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law():
    check(mutants.mutant(None), examples=10).raise_for_failures()


@pytest.mark.parametrize(("bug", "law"), mutants.BUGS.items())
def test_mutant_is_caught(bug, law):
    report = check(mutants.mutant(bug), examples=80, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def problem(n: int, m: int, heads: int, seed: int = 0, dtype: type = np.float64):
    rng = np.random.default_rng(seed)
    edges = rng.integers(n, size=(2, m))
    return edges, rng.random((m, heads)).astype(dtype), rng.standard_normal((n, heads)).astype(dtype)


# -- the numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", [picard, direct_sparse_lu, gmres, anderson])
@pytest.mark.parametrize("normalize", ["in-degree", "out-degree"])
def test_equals_scipy_on_a_larger_graph(solver, normalize):
    n, m, heads, gamma = 600, 4000, 9, 0.8
    edges, gains, bias = problem(n, m, heads)
    degrees = np.bincount(edges[1 if normalize == "in-degree" else 0], minlength=n)
    scale = gamma / degrees[edges[1 if normalize == "in-degree" else 0]]
    found = solver(edges, gains, bias, gamma=gamma, normalize=normalize)
    for h in range(0, heads, 4):
        A = sparse.coo_array((scale * gains[:, h], (edges[1], edges[0])), shape=(n, n)).tocsc()
        np.testing.assert_allclose(found.x[:, h], spsolve(sparse.eye_array(n, format="csc") - A, bias[:, h]), atol=1e-8)
    assert found.error_bound.max() <= 1.01e-10 * np.abs(bias).sum()


def test_a_hub_of_ten_thousand_edges_contracts():
    n = 10_001
    into = np.array([np.arange(1, n), np.zeros(n - 1, dtype=int)])
    for normalize, edges in (("in-degree", into), ("out-degree", into[::-1]), ("in-degree", into[::-1])):
        found = picard(edges, np.ones((n - 1, 1)), np.ones((n, 1)), gamma=0.9, normalize=normalize)
        y, z = np.ones((n, 1)), -np.ones((n, 1))
        apart = np.abs(found.step(y) - found.step(z))
        if normalize == "in-degree":
            assert apart.max() <= 0.9 * 2 * (1 + 1e-12)
        else:
            assert apart.sum() <= 0.9 * 2 * n * (1 + 1e-12)
        assert found.error_bound.max() <= 1e-9 * n


def test_threads_and_batch_mates_change_no_bit():
    edges, gains, bias = problem(6000, 60_000, 11, seed=3)
    one = picard(edges, gains, bias)
    assert picard(edges, gains, bias, n_jobs=3) == one
    small = [problem(20, 60, 11, seed=seed) for seed in range(50)]
    ends = np.arange(51) * 20
    together = picard(
        np.concatenate([part[0] + 20 * i for i, part in enumerate(small)], axis=1),
        np.concatenate([part[1] for part in small]),
        np.concatenate([part[2] * 10.0**i for i, part in enumerate(small)]),
        batch_ptr=ends,
        n_jobs=2,
    )
    for i in (0, 7, 49):
        alone = picard(*small[i][:2], small[i][2] * 10.0**i)
        assert (together.x[ends[i] : ends[i + 1]] == alone.x).all()
        assert (together.iterations[i] == alone.iterations[0]).all()


def test_single_precision_ends_at_its_rounding_and_says_so():
    edges, gains, bias = problem(500, 3000, 16, dtype=np.float32)
    found = picard(edges, gains, bias, gamma=0.9)
    exact = picard(edges, gains.astype(float), bias.astype(float), gamma=0.9, tol=1e-13)
    assert found.x.dtype == np.float32
    off = np.abs(found.x - exact.x).max(axis=0)
    assert (off <= found.error_bound[0]).all()
    assert off.max() < 1e-4
    assert all(part.dtype == np.float32 for part in found.vjp(np.ones_like(bias)))


def test_iterations_are_what_gamma_says():
    edges = np.array([[0, 1], [1, 0]])
    for gamma, low, high in ((0.5, 30, 36), (0.9, 200, 260), (0.99, 2300, 2900)):
        assert low <= picard(edges, np.ones((2, 1)), np.ones((2, 1)), gamma=gamma).iterations[0, 0] <= high
    alternating = anderson(edges, np.ones((2, 1)), np.array([[1.0], [0.0]]), gamma=0.99)
    assert alternating.iterations[0, 0] < 20


def test_anderson_and_gmres_need_fewer_steps_where_gamma_is_near_one():
    edges, _, bias = problem(400, 1600, 2)
    gains = np.ones((1600, 2))
    plain, fast, krylov = (solver(edges, gains, bias, gamma=0.999) for solver in (picard, anderson, gmres))
    assert fast.iterations.max() < plain.iterations.min() / 5
    assert krylov.iterations.max() < plain.iterations.min() / 5
    bound = plain.error_bound + fast.error_bound
    assert (np.abs(plain.x - fast.x).max(axis=0) <= bound[0]).all()


@pytest.mark.parametrize("solver", [picard, anderson, gmres])
def test_max_iter_ends_early_with_a_warning_that_tells_the_bound(solver):
    edges, gains, bias = problem(50, 300, 2)
    with pytest.warns(ConvergenceWarning, match=r"max_iter=2 came before tol=1e-10; the error is .* at most"):
        found = solver(edges, gains, bias, gamma=0.95, max_iter=2)
    exact = direct_sparse_lu(edges, gains, bias, gamma=0.95)
    assert (np.abs(found.x - exact.x).max(axis=0) <= found.error_bound[0] + exact.error_bound[0]).all()


def test_back_propagation_through_steps_tends_to_the_implicit_gradient():
    edges, gains, bias = problem(30, 120, 3)
    g = np.random.default_rng(1).standard_normal((30, 3))
    exact = picard(edges, gains, bias, gamma=0.7, tol=1e-13).vjp(g)
    gaps = []
    for T in (1, 3, 10, 30, 100):
        through = unrolled(edges, gains, bias, gamma=0.7, n_steps=T).vjp(g)
        gaps.append(max(np.abs(a - b).max() for a, b in zip(through, exact, strict=True)))
        assert gaps[-1] <= 20 * T * 0.7**T + 1e-10
    assert gaps[1] > 0.05  # three steps are visibly not enough


def test_unrolled_is_exact_for_its_own_iterate():
    edges, gains, bias = problem(6, 14, 2)
    g = np.random.default_rng(1).standard_normal((6, 2))
    by_gains, by_bias = unrolled(edges, gains, bias, n_steps=3).vjp(g)
    for grads, at, position in ((by_gains, gains, 1), (by_bias, bias, 2)):
        for place in [(0, 0), (3, 1), (5, 0)]:
            losses = []
            for sign in (1, -1):
                args = [edges, gains.copy() * 0.9 + 0.05, bias.copy()]
                base = [edges, gains * 0.9 + 0.05, bias]
                args[position][place] += sign * 1e-5
                losses.append(float((g * unrolled(*args, n_steps=3).x).sum()))
            inner = unrolled(*base, n_steps=3).vjp(g)[position - 1]
            assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(inner[place], rel=1e-6, abs=1e-8)
        assert grads.shape == at.shape


# -- limits ------------------------------------------------------------------------------------------------------------


def test_one_vertex_loops_and_no_edges():
    for solver in SOLVERS:
        assert solver(np.zeros((2, 0), dtype=int), np.zeros((0, 1)), [[3.0]]).x.tolist() == [[3.0]]
        assert solver([[], []], np.zeros((0, 1)), [[3.0], [4.0]]).x.tolist() == [[3.0], [4.0]]
        loops = solver([[0, 0], [0, 0]], [[1.0], [0.5]], [[3.0]], gamma=0.5)
        assert loops.x[0, 0] == pytest.approx(3 / (1 - 0.5 * 0.75))


@pytest.mark.parametrize("solver", [picard, anderson, gmres, direct_sparse_lu])
@pytest.mark.parametrize("unit", [1e-300, 1e-100, 1e-35, 1e100, 1e300])
def test_the_tolerance_is_relative_to_biases_of_any_size(solver, unit):
    edges, gains, bias = problem(30, 120, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = solver(edges, gains, bias * unit, gamma=0.9)
        by_gains, by_bias = found.vjp(bias * unit if unit < 1 else bias)
    exact = direct_sparse_lu(edges, gains, bias, gamma=0.9)
    np.testing.assert_allclose(found.x / unit, exact.x, atol=1e-9)
    assert (np.abs(found.x / unit - exact.x).max(axis=0) <= found.error_bound / unit + exact.error_bound).all()
    np.testing.assert_allclose(by_bias / min(unit, 1), exact.vjp(bias)[1], atol=1e-9)
    assert by_gains.shape == gains.shape


def test_no_bound_is_told_where_rounding_may_undo_the_contraction():
    edges, ones, gamma = np.array([[0, 1], [1, 0]]), np.ones((2, 1)), np.nextafter(1.0, 0.0)
    for solver, more in ((picard, {"max_iter": 50}), (anderson, {"max_iter": 50}), (gmres, {"max_iter": 50})):
        with pytest.warns(ConvergenceWarning, match="no bound is known"):
            assert np.isinf(solver(edges, ones, ones, gamma=gamma, **more).error_bound).all()
    assert np.isinf(unrolled(edges, ones, ones, gamma=gamma).error_bound).all()
    assert direct_sparse_lu(edges, ones, ones, gamma=1 - 1e-12).error_bound.min() > 0
    hub = np.array([np.arange(10_000), np.zeros(10_000, dtype=int)])
    weights, bias = np.ones((10_000, 1), dtype=np.float32), np.ones((10_000, 1), dtype=np.float32)
    for solver in (picard, anderson, direct_sparse_lu):  # many edges are no reason: norms are summed in float64
        found = solver(hub, weights, bias, gamma=0.9995, **({} if solver is direct_sparse_lu else {"tol": 1e-3}))
        assert 0 <= found.error_bound[0, 0] < 1e4


def test_the_least_tolerance_there_is():
    found = SOLVERS[0]([[0], [1]], [[1.0]], [[1.0], [1.0]], tol=5e-324)
    assert found.x.tolist() == [[1.0], [1.5]]


def test_results_compare_print_pickle_and_keep_their_derivatives():
    edges, gains, bias = problem(9, 30, 2)
    for solver in SOLVERS:
        found = solver(edges, gains, bias)
        again = pickle.loads(pickle.dumps(found))
        assert again == found
        assert repr(found).startswith("FixedPoint(x=float64[9, 2](")
        assert list(found.to_dict()) == ["x", "iterations", "residual", "error_bound"]
        for a, b in zip(again.vjp(bias), found.vjp(bias), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)


def test_bad_arguments_of_the_result_are_told():
    found = picard([[0], [1]], [[1.0]], [[1.0], [2.0]])
    with pytest.raises(porism.InvalidInput, match="g must have 2 rows, as x has; got shape"):
        found.vjp([[1.0]])
    with pytest.raises(porism.InvalidInput, match="g must be finite"):
        found.vjp([[1.0], [np.nan]])
    with pytest.raises(porism.InvalidInput, match="y must have 1 columns"):
        found.step([[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(porism.InvalidInput, match="gains must be in"):
        picard([[0], [1]], [[1.5]], [[1.0], [2.0]])
    with pytest.raises(porism.ResultOverflow, match="more than float64 can hold"):
        picard([[0], [1]], [[1.0]], [[1e308], [2.0]])


def test_progress_and_the_picture():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    heard = []
    edges, gains, bias = problem(3000, 60_000, 16)
    found = picard(edges, gains, bias, progress=lambda *told: heard.append(told))
    assert heard[-1][0] == heard[-1][1] == 2  # two blocks of 8 heads
    axes = found.plot(steps=20)
    assert len(axes.lines) == 16 + 2
    pyplot.close("all")
    assert isinstance(found, FixedPoint)
