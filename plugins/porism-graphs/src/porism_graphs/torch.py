"""Contracting fixed points as a layer of PyTorch: forward a solve, backward the adjoint solve, nothing recorded
between.

Not imported by the plugin: ``from porism_graphs.torch import fixed_point`` needs an installed torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

try:
    import torch
except ImportError as error:
    from porism import MissingExtra

    raise MissingExtra("torch is not installed: pip install torch, in the form that pytorch.org advises") from error

from porism_graphs.contracting_fixed_point.solvers import picard

__all__ = ["ContractingLayer", "fixed_point"]


class _Solve(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
    """Gains and bias in, x out."""

    @staticmethod
    def forward(ctx: Any, gains: Any, bias: Any, edge_index: Any, options: dict[str, Any]) -> Any:
        """Solve, and keep the result for its derivative."""
        a, b = (part.detach().cpu().numpy() for part in (gains, bias))
        found = picard(edge_index, a, b, **options)
        ctx.found, ctx.like = found, (gains.dtype, gains.device, bias.dtype, bias.device)
        return torch.from_numpy(found.x).to(bias)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        """One more solve, of the adjoint system."""
        by_gains, by_bias = ctx.found.vjp(g.detach().cpu().numpy())
        gains_dtype, gains_device, bias_dtype, bias_device = ctx.like
        return (
            torch.from_numpy(by_gains).to(gains_device, gains_dtype),
            torch.from_numpy(by_bias).to(bias_device, bias_dtype),
            None,
            None,
        )


def fixed_point(edge_index: Any, gains: Any, bias: Any, **options: Any) -> Any:
    """The fixed point of x = γ A x + b, differentiable by gains and bias.

    Computed on the CPU by the solver `picard`, wherever the tensors are. First derivatives only: a second one
    raises, as torch says that the function was not made for it.

    Parameters
    ----------
    edge_index : (2, m) integer tensor or array-like
        Senders, and receivers.
    gains : (m, H) tensor
        In [0, 1].
    bias : (n, H) tensor
    **options
        Those of `picard`: `gamma`, `normalize`, `batch_ptr`, `tol`, `n_jobs` …

    Returns
    -------
    (n, H) tensor
        Like `bias`.

    Raises
    ------
    InvalidInput, InvalidType
        As `contracting-fixed-point` does.
    """
    edges = edge_index.detach().cpu().numpy() if isinstance(edge_index, torch.Tensor) else edge_index
    pointers = options.get("batch_ptr")
    if isinstance(pointers, torch.Tensor):
        options = {**options, "batch_ptr": pointers.detach().cpu().numpy()}
    return _Once.apply(gains, bias, np.asarray(edges), options)


class _Once(_Solve):
    """The same, where a derivative of the derivative is refused instead of being wrong."""

    @staticmethod
    @torch.autograd.function.once_differentiable  # type: ignore[untyped-decorator,unused-ignore]
    def backward(ctx: Any, g: Any) -> Any:
        """See :class:`_Solve`."""
        return _Solve.backward(ctx, g)


class ContractingLayer(torch.nn.Module):  # type: ignore[misc,unused-ignore]
    """The layer: logits become gains by the logistic function, and with biases a fixed point.

    Parameters
    ----------
    gamma : float
        By which the map contracts.
    normalize : {"in-degree", "out-degree"}
        What gains are divided by.
    tol : float
        Error allowed, relative to biases.
    """

    def __init__(self, gamma: float = 0.5, normalize: str = "in-degree", tol: float = 1e-10) -> None:
        super().__init__()
        self.gamma, self.normalize, self.tol = gamma, normalize, tol

    def forward(self, edge_index: Any, logits: Any, bias: Any, batch_ptr: Any = None) -> Any:
        """The fixed points, (n, H), of all heads."""
        options = {"gamma": self.gamma, "normalize": self.normalize, "tol": self.tol, "batch_ptr": batch_ptr}
        return fixed_point(edge_index, torch.sigmoid(logits), bias, **options)
