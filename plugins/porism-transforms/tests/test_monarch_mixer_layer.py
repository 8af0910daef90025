"""The layer of Monarch Mixer: laws, mutants, its parameters, and what it must not need memory for."""

from __future__ import annotations

import copy
import pickle
import tracemalloc

import numpy as np
import pytest

import porism
from porism.conformance import check, parametrize
from porism_transforms import CausalBasis, MixerParams, m2, m2_fft, m2_written_out

MUTANTS = "monarch_mixer_layer"
RNG = np.random.default_rng(0)


@parametrize(m2)
def test_law(law):
    law(examples=15)


@parametrize(m2_fft, m2_written_out)
def test_law_of_baselines(law):
    law(examples=4)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=8).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=40, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def test_the_published_sizes():
    """Those of the 80M-parameter M2-BERT: what a dimension mixer of four blocks saves."""
    params = MixerParams.random(768, 128, bidirectional=True, residual=True, rng=0)
    mixer = sum(params[f"{part}.factors.0"].size for part in ("up", "down"))
    assert mixer == 3 * 768 * 3072 // 4  # a gated one has three matrices, each of a quarter
    assert params["filter.weights.1"].shape == (16, 16)
    assert (params["filter.frequency"] == 10).all()
    decay = params["filter.decay"]
    assert np.isclose(np.exp(-decay[0] * 1.5), 0.01)
    assert np.isclose(np.exp(-decay[-1] * 0.3), 0.01)


def test_no_matrix_of_the_length_squared_is_made():
    length = 1 << 13
    params = MixerParams.random(2, length, blocks=1, rng=0)
    u = RNG.standard_normal((1, length, 2))
    tracemalloc.start()
    m2(u, params)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * length**2 / 16


def test_the_jacobian_is_triangular_in_random_bases_and_full_where_it_is_bidirectional():
    length, h = 12, 1e-6
    params = MixerParams.random(1, length, bidirectional=True, mlp=False, blocks=1, rng=0)
    bases = tuple(CausalBasis.random(CausalBasis.holding(length), rng=i) for i in range(3))
    u = RNG.standard_normal((1, length, 1))

    def jacobian(**options):
        bumped = u + h * np.eye(length)[:, :, None]
        return ((m2(bumped, params, **options).y - m2(u, params, **options).y)[..., 0] / h).T

    J = jacobian(bases=bases)
    assert np.abs(np.triu(J, 1)).max() <= 1e-6 * np.abs(J).max()
    assert np.abs(np.triu(jacobian(causal=False), 1)).max() > 1e-3


def test_params_compare_print_copy_and_pickle():
    params = MixerParams.random(4, 10, rng=0)
    assert pickle.loads(pickle.dumps(params)) == params == copy.deepcopy(params)
    assert params != MixerParams.random(4, 10, rng=1)
    assert params != params.but(skip=np.zeros(4))
    assert repr(params) == f"MixerParams(dim=4, span=10, causal, {params.n_params} parameters)"
    assert params.get("no such") is None
    with pytest.raises(ValueError, match="read-only"):
        params["skip"][0] = 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"skip": np.ones(3)}, r"must take 3 numbers"),
        ({"skip": None}, r"params\['skip'\]"),
        ({"in.factors.0": np.ones((1, 11, 4)), "in.bias": np.ones(11)}, "must make 12 numbers"),
        ({"in.factors.0": np.ones((1, 12, 4)) * 1j}, "complex128"),
        ({"in.bias": np.ones(4)}, r"params\['in.bias'\] must be of shape \(12,\)"),
        ({"short.taps": np.ones((4, 3))}, r"params\['short.taps'\] must be of shape \(12, 3\)"),
        ({"filter.out": np.ones((4, 9))}, r"params\['filter.weights.0'\] must be of shape \(9, 3\)"),
        ({"filter.weights.0": np.ones((16, 4))}, "odd number of features"),
        ({"filter.decay": np.full(4, np.nan)}, r"params\['filter.decay'\] must be finite"),
        ({"residual_skip": np.ones(4)}, "together"),
        ({"up.factors.0": np.ones((1, 3, 4)), "up.bias": np.ones(3)}, "even number"),
        ({"down.factors.0": np.ones((1, 3, 16)), "down.bias": np.ones(3)}, "must make 4 numbers"),
        ({"wat": np.ones(1)}, "known names alone, got wat"),
        ({3: np.ones(1)}, "a name 3"),
        ({"out.bias": np.ones((0,))}, r"params\['out.bias'\] must not be empty"),
    ],
)
def test_params_that_are_refused(change, says):
    params = dict(MixerParams.random(4, 10, rng=0))
    with pytest.raises(porism.InvalidInput, match=says):
        MixerParams({**params, **change}, span=10)


@pytest.mark.parametrize("missing", ["skip", "in.factors.0", "in.bias", "short.taps", "filter.out", "norm.scale"])
def test_what_is_missing_is_named(missing):
    params = {name: value for name, value in MixerParams.random(4, 10, rng=0).items() if name != missing}
    with pytest.raises(porism.InvalidInput, match=missing):
        MixerParams(params, span=10)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"dim": 0}, "dim must be"),
        ({"span": 1}, "span must be"),
        ({"emb_dim": 4}, "emb_dim must be odd"),
        ({"blocks": 3}, "blocks must divide dim=4"),
        ({"projection_blocks": 3}, "projection_blocks must divide"),
        ({"rng": "x"}, "rng must be"),
        ({"mlp": 1}, "mlp must be"),
    ],
)
def test_random_refuses(options, says):
    with pytest.raises(porism.InvalidInput, match=says):
        MixerParams.random(**{"dim": 4, "span": 10, **options})
    with pytest.raises(porism.InvalidType, match="mapping"):
        MixerParams([1], span=4)


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    params = MixerParams.random(4, 10, bidirectional=True, rng=0)
    ax = m2(np.ones((1, 10, 4)), params, causal=False).plot()
    assert ax.lines[0].get_xdata()[0] == -9
    pyplot.close("all")
