"""The layer for PyTorch, an optional extra: its derivative by torch's own check, training, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an optional extra of porism-graphs, and not installed")

import porism  # noqa: E402
from porism_graphs.contracting_fixed_point import picard  # noqa: E402
from porism_graphs.torch import ContractingLayer, fixed_point  # noqa: E402


def problem(dtype):
    rng = np.random.default_rng(0)
    edges = torch.from_numpy(rng.integers(6, size=(2, 14)))
    gains = torch.from_numpy(0.1 + 0.8 * rng.random((14, 3))).to(dtype).requires_grad_()
    bias = torch.from_numpy(rng.standard_normal((6, 3))).to(dtype).requires_grad_()
    return edges, gains, bias


@pytest.mark.parametrize("normalize", ["in-degree", "out-degree"])
def test_gradcheck(normalize):
    edges, gains, bias = problem(torch.float64)

    def solve(gains, bias):
        return fixed_point(edges, gains, bias, gamma=0.7, normalize=normalize, tol=1e-14)

    assert torch.autograd.gradcheck(solve, (gains, bias), eps=1e-5, atol=1e-7)
    x = solve(gains, bias)
    expected = picard(edges.numpy(), gains.detach().numpy(), bias.detach().numpy(), gamma=0.7, normalize=normalize)
    np.testing.assert_allclose(x.detach().numpy(), expected.x, atol=1e-9)


def test_equals_back_propagation_through_many_steps():
    edges, gains, bias = problem(torch.float64)
    shares = 1 / torch.bincount(edges[1], minlength=6)[edges[1]]
    x = torch.zeros_like(bias)
    for _ in range(60):
        x = bias + 0.5 * torch.zeros_like(bias).index_add(0, edges[1], (shares[:, None] * gains) * x[edges[0]])
    g = torch.linspace(-1, 1, 18, dtype=torch.float64).reshape(6, 3)
    through = torch.autograd.grad((g * x).sum(), (gains, bias))
    implicit = torch.autograd.grad((g * fixed_point(edges, gains, bias)).sum(), (gains, bias))
    for a, b in zip(through, implicit, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-9)


def test_the_layer_trains_in_single_precision():
    edges, _, bias = problem(torch.float32)
    layer = ContractingLayer(gamma=0.8)
    wanted = layer(edges, torch.full((14, 3), 2.0), bias).detach()
    logits = torch.zeros((14, 3), requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.1)
    losses = []
    for _ in range(200):
        optimizer.zero_grad()
        loss = ((layer(edges, logits, bias.detach()) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert layer(edges, logits, bias).dtype == torch.float32
    assert losses[-1] < 1e-2 * losses[0]


def test_refusals():
    edges, gains, bias = problem(torch.float64)
    with pytest.raises(porism.InvalidInput, match="gains must be in"):
        fixed_point(edges, gains * 5, bias)
    x = fixed_point(edges, gains, bias)
    (first,) = torch.autograd.grad((x**2).sum(), bias, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
