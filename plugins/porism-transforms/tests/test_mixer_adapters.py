"""The layer in JAX and in PyTorch: what the solvers compute, and gradients against differences in double precision."""

from __future__ import annotations

import numpy as np
import pytest

from porism_transforms import MixerParams, m2
from porism_transforms.monarch_mixer_layer.laws import made

RNG = np.random.default_rng(0)
LENGTH = 9
CASES = [(True, "fft", True), (True, "plan", False), (False, "fft", False), (False, "plan", True)]


def inputs(causal, whole):
    params = made(
        4, LENGTH + 2, 7, bidirectional=not causal, residual=whole, mlp=whole, blocks=2, projection_blocks=1 + whole
    )
    return RNG.standard_normal((2, LENGTH, 4)), params


def differences(params, u, causal, directions):
    """How sum(y * c) changes along each direction of the parameters, by central differences, and c."""
    c = np.cos(np.arange(u.size)).reshape(u.shape)
    h = 1e-5
    found = []
    for direction in directions:
        ends = [
            MixerParams({n: v + s * h * direction[n] for n, v in params.items()}, span=params.span) for s in (1, -1)
        ]
        plus, minus = (
            (m2(u + s * h * direction["u"], p, causal=causal).y * c).sum() for s, p in zip((1, -1), ends, strict=True)
        )
        found.append((plus - minus) / (2 * h))
    return np.array(found), c


def directions_of(params, u):
    """Every array by itself, and u, at random."""
    names = [name for name in params if not name.endswith(".decay")]
    zero = {name: np.zeros_like(value) for name, value in params.items()} | {"u": np.zeros_like(u)}
    random = {name: RNG.standard_normal(zero[name].shape) for name in zero}
    return names, [{**zero, name: random[name]} for name in [*names, "u"]]


@pytest.fixture
def jax():
    found = pytest.importorskip("jax")
    found.config.update("jax_enable_x64", True)  # for all threads: kernels are called back from one of JAX's own
    yield found
    found.config.update("jax_enable_x64", False)


@pytest.mark.parametrize(("causal", "convolution", "whole"), CASES)
def test_jax(jax, causal, convolution, whole):
    from porism_transforms.monarch_mixer_layer import jax as ours

    u, params = inputs(causal, whole)
    arrays = ours.numbers(params, np.float64)

    def layer(u, arrays):
        return ours.m2(u, arrays, span=params.span, causal=causal, convolution=convolution)

    np.testing.assert_allclose(jax.jit(layer)(u, arrays), m2(u, params, causal=causal).y, atol=1e-11)
    names, directions = directions_of(params, u)
    wanted, c = differences(params, u, causal, directions)
    by_u, by_arrays = jax.jit(jax.grad(lambda u, a: (layer(u, a) * c).sum(), (0, 1)))(u, arrays)
    found = [(np.asarray(by_arrays[n]) * d[n]).sum() for n, d in zip(names, directions, strict=False)]
    found.append((np.asarray(by_u) * directions[-1]["u"]).sum())
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


def test_jax_in_single_precision(jax):
    from porism_transforms.monarch_mixer_layer import jax as ours

    u, params = inputs(True, True)
    y = ours.m2(u.astype(np.float32), ours.numbers(params), span=params.span)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, m2(u, params).y, atol=1e-3)


@pytest.mark.parametrize(("causal", "convolution", "whole"), CASES)
def test_torch(causal, convolution, whole):
    torch = pytest.importorskip("torch")
    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    u, params = inputs(causal, whole)
    layer = MonarchMixerLayer(params, causal=causal, convolution=convolution, dtype=torch.float64)
    assert layer.params() == params
    x = torch.tensor(u, requires_grad=True)
    y = layer(x)
    np.testing.assert_allclose(y.detach(), m2(u, params, causal=causal).y, atol=1e-11)
    names, directions = directions_of(params, u)
    wanted, c = differences(params, u, causal, directions)
    arrays = layer.arrays()
    trained = [arrays[name] for name in names if arrays[name].requires_grad]
    assert len(trained) == len(list(layer.parameters()))
    grads = torch.autograd.grad((y * torch.tensor(c)).sum(), [*(arrays[name] for name in names), x])
    found = [float((g.numpy() * d[n]).sum()) for n, d, g in zip([*names, "u"], directions, grads, strict=True)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


def test_torch_gradgradcheck_of_the_transforms():
    torch = pytest.importorskip("torch")
    from porism_transforms.monarch_mixer_layer.torch import m2 as layer

    u, params = inputs(True, False)
    arrays = {name: torch.tensor(np.array(value)) for name, value in params.items()}
    x = torch.tensor(u[:1, :4], requires_grad=True)
    skip = arrays["skip"].requires_grad_()

    def call(x, skip):
        return layer(x, {**arrays, "skip": skip}, span=params.span)

    assert torch.autograd.gradcheck(call, (x, skip))
    assert torch.autograd.gradgradcheck(call, (x, skip))


def test_a_layer_s_state_goes_to_a_file_and_back(tmp_path):
    torch = pytest.importorskip("torch")
    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    _, params = inputs(True, True)
    layer, other = (MonarchMixerLayer(MixerParams(p, span=params.span)) for p in (params, params.but(skip=np.zeros(4))))
    torch.save(layer.state_dict(), tmp_path / "layer.pt")
    other.load_state_dict(torch.load(tmp_path / "layer.pt"))
    assert other.params() == layer.params()
