"""What the laws of the sparse transform do not say: degrees, estimated noise, methods of the result, the example."""

from __future__ import annotations

import numpy as np
import pytest

from porism import InvalidInput, InvalidType
from porism_transforms import NotSparseWarning, SparseWHTResult, lasso_wht, spright_nso, spright_so
from porism_transforms.sparse_walsh_hadamard import example
from porism_transforms.sparse_walsh_hadamard.laws import Characters, random_spectrum


def test_offsets_of_a_code_are_fewer_where_degrees_are_known():
    rng = np.random.default_rng(0)
    support = {sum({1 << int(v) for v in rng.integers(0, 60, 3)}) for _ in range(40)}
    f = Characters(tuple(sorted(support)), (1.0,) * len(support), remembers=False)
    plain = spright_nso(f, 60, K=40, rng=1)
    known = spright_nso(f, 60, K=40, max_degree=3, rng=1)
    assert known.support.tolist() == plain.support.tolist() == list(f.support)
    assert known.n_evaluations < plain.n_evaluations / 2.5


def test_evaluations_grow_as_the_variables_do_not_as_the_points():
    counts = [spright_nso(random_spectrum(n, 64, 0), n, b=7, rng=3).n_evaluations - 64 for n in (16, 24, 32, 48)]
    assert counts == [3 * 128 * (n + 1) for n in (16, 24, 32, 48)]


@pytest.mark.parametrize("solver", [spright_nso, spright_so])
def test_noise_is_estimated(solver):
    f = random_spectrum(20, 20, 4, 0.5)
    result = solver(f, 20, K=20, noise_std=None, n_chains=8, rng=0)
    assert result.support.tolist() == list(f.support)
    assert result.noise_std == pytest.approx(0.5, rel=0.15)


def test_what_is_not_sparse_is_said_not_to_be():
    with pytest.warns(NotSparseWarning, match="was not resolved"):
        result = spright_nso(lambda x: ((x * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) * 1.0, 30, b=4, rng=0)
    assert not result.converged


def result_of(n: int, **coefficients: float) -> SparseWHTResult:
    support = np.array(sorted(int(k[1:]) for k in coefficients), dtype=np.uint64)
    values = np.array([coefficients[f"k{k}"] for k in support])
    return SparseWHTResult(support, values, n, True, 1, 1, 1, 0, 0.0, 0.0, 10, False)


def test_a_search_that_is_cut_short_says_so():
    f = random_spectrum(6, 20, 0)
    with pytest.warns(NotSparseWarning):
        found = lasso_wht(f, 6, max_iter=1, n_samples=8, rng=0)
    assert len(found.support) == len(found.coefficients)
    assert not found.converged
    for solver in (lasso_wht, spright_so):
        with pytest.raises(InvalidInput, match=r"noise_std must be a number in \[0, 1e\+150\]"):
            solver(f, 6, noise_std=1e300)


def test_the_result_s_methods():
    result = result_of(3, k0=1.0, k1=-0.5, k3=0.25, k7=3.0)
    assert result.degrees.tolist() == [0, 1, 2, 3]
    assert result.to_dense().tolist() == [1.0, -0.5, 0, 0.25, 0, 0, 0, 3.0]
    assert result.top(2)[0].tolist() == [7, 0]
    assert result.banzhaf().tolist() == [1.0, 0.0, 0.0]
    assert result.interactions(2) == {(0, 1): 1.0}
    every = np.arange(8, dtype=np.uint64)
    bools = (every[:, None] >> np.arange(3, dtype=np.uint64)) & np.uint64(1) == 1
    assert np.array_equal(result.evaluate(every), result.evaluate(bools))
    assert result.shapley().sum() == pytest.approx(result.evaluate([7])[0] - result.evaluate([0])[0])
    assert result.miss_probability(4) == pytest.approx(0.75**10)
    with pytest.raises(InvalidInput, match="X must be words of 3 bits"):
        result.evaluate([8])
    with pytest.raises(InvalidType, match="float64"):
        result.evaluate([0.5])


def test_the_model_of_the_example_is_learned():
    _, f = example.ablation()
    result, r_squared = example.learn(f)
    assert r_squared > 0.95
    assert result.n_queries < 2**30 / 1000


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    assert result_of(3, k0=1.0, k3=0.25).plot().get_xlabel() == "variables of a coefficient"
    pyplot.close("all")
