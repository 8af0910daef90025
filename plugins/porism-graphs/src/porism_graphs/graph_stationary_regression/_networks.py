"""Networks from a batch of graphs to predictions: the convergent one, and two that it is compared with.

What they have in common: an encoder of message-passing layers before, a perceptron (with a read-out of whole graphs)
behind. In between is a fixed point of contracting linear maps, a fixed number of untied layers, or an implicit layer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from porism import ComputationError, InvalidType
from porism_graphs._arguments import told
from porism_graphs.contracting_fixed_point._system import System
from porism_graphs.contracting_fixed_point.solvers import backward as fixed_point_backward
from porism_graphs.contracting_fixed_point.solvers import forward as fixed_point_forward
from porism_graphs.graph_stationary_regression._layers import SLOPE, GraphBlock, Layer, Mlp, glorot
from porism_graphs.graph_stationary_regression._sample import Batch

__all__ = ["Convergent", "Encoder", "Implicit", "MessagePassing", "MessagePassingEncoder", "Network", "Shape"]

Floats = npt.NDArray[Any]


@runtime_checkable
class Encoder(Protocol):
    """What maps a graph's features to the maps of all heads; any object with these can be one.

    Attributes
    ----------
    parameters, gradients : lists of arrays
        What is learned, updated in place, and gradients, added up by :meth:`encode_vjp`.
    """

    parameters: list[Floats]
    gradients: list[Floats]

    def encode(self, batch: Batch) -> tuple[Floats, Floats, Any]:
        """Logits of gains (m, H), biases (n, H), and whatever :meth:`encode_vjp` needs."""

    def encode_vjp(self, batch: Batch, cache: Any, g_logits: Floats, g_bias: Floats) -> None:
        """Add to `gradients` those of a loss whose gradients by logits and biases are given."""


class Shape:
    """The sizes that all networks share."""

    def __init__(
        self,
        node: int,
        edge: int,
        *,
        n_heads: int,
        hidden: int,
        n_message_layers: int,
        decoder: tuple[int, ...],
        activation: str,
        aggregation: str,
        level: str,
        readout: str,
        rng: np.random.Generator,
        dtype: Any,
    ) -> None:
        self.node, self.edge, self.n_heads, self.hidden = node, edge, n_heads, hidden
        self.n_message_layers, self.decoder = n_message_layers, decoder
        self.activation, self.aggregation = activation, aggregation
        self.level, self.readout, self.rng, self.dtype = level, readout, rng, dtype


class MessagePassingEncoder(Layer):
    """`n_message_layers` blocks, and one more whose edges give logits and whose vertices give biases."""

    def __init__(self, shape: Shape, out: int | None = None) -> None:
        super().__init__()
        heads = shape.n_heads if out is None else out
        widths = [(shape.node, shape.edge), *[(shape.hidden, shape.hidden)] * shape.n_message_layers]
        self.blocks = []
        for place, (node, edge) in enumerate(widths):
            last = place == len(widths) - 1
            block = GraphBlock(
                node,
                edge,
                shape.hidden,
                (heads, heads) if last else (shape.hidden, shape.hidden),
                aggregation=shape.aggregation,
                activation=shape.activation,
                rng=shape.rng,
                dtype=shape.dtype,
            )
            self.blocks.append(block)
            self.adopt(block)

    def encode(self, batch: Batch) -> tuple[Floats, Floats, Any]:
        """See :class:`Encoder`."""
        v, e, caches = batch.node, batch.edge, []
        for block in self.blocks:
            new_v, new_e, cache = block.forward(batch, v, e)
            kept = v.shape == new_v.shape and e.shape == new_e.shape  # residual between layers of one width
            kept &= block is not self.blocks[-1]
            v, e = (new_v + v, new_e + e) if kept else (new_v, new_e)
            caches.append((cache, kept))
        return e, v, caches

    def encode_vjp(self, batch: Batch, cache: Any, g_logits: Floats, g_bias: Floats) -> None:
        """See :class:`Encoder`."""
        g_e, g_v = g_logits, g_bias
        for block, (inner, kept) in zip(reversed(self.blocks), reversed(cache), strict=True):
            old_v, old_e = block.backward(batch, inner, g_v, g_e)
            g_v, g_e = (old_v + g_v, old_e + g_e) if kept else (old_v, old_e)


class Network(Layer, ABC):
    """Features of a batch in, predictions (N, 1) out."""

    level: str
    readout: str
    decoder: Mlp

    def forward(self, batch: Batch) -> tuple[Floats, Any]:
        """Predictions, and what :meth:`backward` needs."""
        x, cache = self.inner(batch)
        pooled = x if self.level == "node" else batch.pooled(x, self.readout == "mean")
        y, decoded = self.decoder.forward(pooled)
        return y, (cache, decoded)

    def backward(self, batch: Batch, cache: Any, g: Floats) -> None:
        """Add to `gradients` those of a loss whose gradient by the predictions is `g`."""
        inner, decoded = cache
        g_x = self.decoder.backward(decoded, g)
        if self.level == "graph":
            g_x = batch.spread(g_x, self.readout == "mean")
        self.inner_backward(batch, inner, g_x)

    @abstractmethod
    def inner(self, batch: Batch) -> tuple[Floats, Any]:
        """A state for each vertex, (n, width)."""

    @abstractmethod
    def inner_backward(self, batch: Batch, cache: Any, g: Floats) -> None:
        """Its gradients."""

    def project(self) -> None:
        """Restore what an update of the parameters may have broken."""

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(p.size for p in self.parameters)

    def _close(self, shape: Shape, width: int) -> None:
        self.level, self.readout = shape.level, shape.readout
        self.decoder = Mlp((width, *shape.decoder, 1), shape.activation, shape.rng, shape.dtype)
        self.adopt(self.decoder)


class Convergent(Network):
    """The paper's: heads of contracting linear maps, of which encoder and gamma decide, and their fixed points.

    Gains come from logits by the logistic function or by clipping, and are divided by degrees, or by a softmax over the
    edges into a vertex (or out of it), and are not: either way they are in [0, 1] whatever the weights and the maps
    contract by construction. Only with the softmax can one edge of many carry all of gamma.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        gamma: float,
        gains: str,
        normalize: str,
        tol: float,
        encoder: Callable[[Shape], Encoder] | None = None,
    ) -> None:
        super().__init__()
        self.gamma, self.gains, self.normalize, self.tol = gamma, gains, normalize, tol
        self.encoder: Encoder = MessagePassingEncoder(shape) if encoder is None else encoder(shape)
        if not isinstance(self.encoder, Encoder):
            raise InvalidType(f"encoder must make an Encoder of a Shape, got one that makes {told(self.encoder)}")
        self.parameters += self.encoder.parameters
        self.gradients += self.encoder.gradients
        if encoder is None and gains == "clip":  # where clipping has a slope: logits begin near 0.5
            last = self.encoder.blocks[-1].edge_out  # type: ignore[attr-defined]
            last.parameters[0] *= 0.1
            last.parameters[1] += 0.5
        self._close(shape, shape.n_heads)

    def system(self, batch: Batch) -> tuple[System, Callable[[Floats], Floats], Any]:
        """The maps of all heads, what turns gradients by gains into those by logits, and the encoder's cache."""
        logits, bias, cache = self.encoder.encode(batch)
        by_receiver = self.normalize == "in-degree"
        ends = batch.into if by_receiver else batch.start
        shares = batch.shares
        if self.gains == "softmax":
            gains, chain = _softmax(batch, logits, by_receiver)
            shares = batch.ones
        elif self.gains == "clip":
            gains = np.clip(logits, 0, 1)
            chain = _times(((logits > 0) & (logits < 1)).astype(logits.dtype))
        else:
            gains = 0.5 * (1 + np.tanh(0.5 * logits))
            chain = _times(gains * (1 - gains))
        if self.gains != "softmax" and not by_receiver:
            shares = (1.0 / np.bincount(ends, minlength=batch.n)[ends]).astype(batch.node.dtype)
        system = System(
            batch.into.astype(np.uint32),
            batch.start.astype(np.uint32),
            np.ascontiguousarray(gains),
            np.ascontiguousarray(bias),
            np.ascontiguousarray(shares * shares.dtype.type(self.gamma)),
            self.gamma,
            "infinity" if by_receiver else "one",
            batch.graphs,
        )
        system.__dict__["gather"], system.__dict__["turned"] = batch.gather, batch.turned
        return system, chain, cache

    @property
    def options(self) -> dict[str, Any]:
        """Of the solver of fixed points: more steps than any tolerance needs, as contraction ends them."""
        return {"tol": self.tol, "max_iter": 10_000_000, "start": None, "n_threads": 1}

    def inner(self, batch: Batch) -> tuple[Floats, Any]:
        """See :class:`Network`."""
        system, chain, cache = self.system(batch)
        if not (np.isfinite(system.gains).all() and np.isfinite(system.bias).all()):
            raise ComputationError("training diverged: the encoder's gains or biases are not finite; lower lr")
        x = fixed_point_forward("picard", system, self.options).x
        return x, (system, x, chain, cache)

    def inner_backward(self, batch: Batch, cache: Any, g: Floats) -> None:
        """See :class:`Network`."""
        system, x, chain, encoded = cache
        g_gains, g_bias = fixed_point_backward("picard", system, x, np.ascontiguousarray(g), self.options)
        self.encoder.encode_vjp(batch, encoded, chain(g_gains), g_bias)


def _times(slope: Floats) -> Callable[[Floats], Floats]:
    return lambda g: g * slope


def _softmax(batch: Batch, logits: Floats, by_receiver: bool) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Gains that sum to 1 over the edges into each vertex, or out of it, and the transpose of their derivative."""
    ends = batch.into if by_receiver else batch.start
    join = batch.received if by_receiver else batch.sent
    largest = np.full((batch.n, logits.shape[1]), -np.inf, dtype=logits.dtype)
    if by_receiver:
        vertices, first = batch.receivers
        if len(vertices):
            largest[vertices] = np.maximum.reduceat(logits, first, axis=0)
    else:
        np.maximum.at(largest, ends, logits)
    gains = np.exp(logits - largest[ends])
    gains /= join(gains)[ends]
    return gains, lambda g: gains * (g - join(gains * g)[ends])


class MessagePassing(Network):
    """The same encoder, and `n_layers` untied layers x ← φ(x S + mean of neighbours' x N + shift) in place of the
    fixed point.
    """

    def __init__(self, shape: Shape, *, width: int, n_layers: int) -> None:
        super().__init__()
        self.encoder = MessagePassingEncoder(shape, width)
        self.adopt(self.encoder)
        self.layers = []
        for _ in range(n_layers):
            layer = Layer()
            for rows in (width, width):
                layer.add(glorot(shape.rng, rows, width, shape.dtype))
            layer.add(np.zeros(width, dtype=shape.dtype))
            self.layers.append(layer)
            self.adopt(layer)
        self._close(shape, width)

    def inner(self, batch: Batch) -> tuple[Floats, Any]:
        """See :class:`Network`. What the edges' logits are to the fixed point, gates of the messages are here."""
        logits, x, cache = self.encoder.encode(batch)
        gates = np.ascontiguousarray(0.5 * (1 + np.tanh(0.5 * logits)))
        states = []
        for layer in self.layers:
            own, neighbours, shift = layer.parameters
            heard = batch.kernel("apply")(gates, batch.shares, np.ascontiguousarray(x), 1)
            z = x @ own + heard @ neighbours + shift
            slope = np.where(z > 0, z.dtype.type(1), z.dtype.type(SLOPE))
            states.append((x, heard, slope))
            x = z * slope + x
        return x, (cache, gates, states)

    def inner_backward(self, batch: Batch, cache: Any, g: Floats) -> None:
        """See :class:`Network`."""
        encoded, gates, states = cache
        g_gates = np.zeros_like(gates)
        for layer, (x, heard, slope) in zip(reversed(self.layers), reversed(states), strict=True):
            own, neighbours, _ = layer.parameters
            g_z = g * slope
            g_heard = np.ascontiguousarray(g_z @ neighbours.T)
            for place, gradient in enumerate((x.T @ g_z, heard.T @ g_z, g_z.sum(axis=0))):
                layer.gradients[place] += gradient
            g_gates += batch.kernel("products")(batch.shares, g_heard, np.ascontiguousarray(x))
            g = g + g_z @ own.T + batch.kernel("apply", turned=True)(gates, batch.shares, g_heard, 1)
        self.encoder.encode_vjp(batch, encoded, g_gates * gates * (1 - gates), g)


class Implicit(Network):
    """An implicit graph network in the manner of Gu et al. 2020: X = relu(A X W + b), W kept small by projection.

    A is the mean over in-edges, of largest-entry norm 1, so that the map contracts by kappa where every column of W has
    absolute values that sum to kappa at most. Only W couples channels; edges have no gains of their own.
    """

    def __init__(self, shape: Shape, *, kappa: float, tol: float) -> None:
        super().__init__()
        self.kappa, self.tol = kappa, tol
        self.encoder = MessagePassingEncoder(shape)
        self.adopt(self.encoder)
        self.place = len(self.parameters)
        self.add(glorot(shape.rng, shape.n_heads, shape.n_heads, shape.dtype))
        self.project()
        self._close(shape, shape.n_heads)

    def project(self) -> None:
        """The nearest columns, in the Euclidean sense, whose absolute values sum to kappa at most (Duchi et al.
        2008).
        """
        W = self.parameters[self.place]
        for column in np.flatnonzero(np.abs(W).sum(axis=0) > self.kappa) if np.isfinite(W).all() else ():
            sizes = np.sort(np.abs(W[:, column]))[::-1]
            excess = (np.cumsum(sizes) - self.kappa) / np.arange(1, len(sizes) + 1)
            cut = excess[np.flatnonzero(sizes >= excess)[-1]]  # equal where kappa is lost in rounding
            W[:, column] = np.sign(W[:, column]) * np.maximum(np.abs(W[:, column]) - cut, 0)

    def _mean(self, batch: Batch, x: Floats, turned: bool = False) -> Floats:
        ones = np.ones((len(batch.into), x.shape[1]), dtype=x.dtype)
        found: Floats = batch.kernel("apply", turned=turned)(ones, batch.shares, np.ascontiguousarray(x), 1)
        return found

    def _iterate(self, step: Callable[[Floats], Floats], x: Floats) -> Floats:
        """Steps of a map that contracts by kappa, until the rest is below the tolerance or below rounding."""
        floor = 8 * float(np.finfo(x.dtype).eps)
        for _ in range(100_000):
            y = step(x)
            change, size = float(np.abs(y - x).max(initial=0)), float(np.abs(y).max(initial=0))
            x = y
            if change * self.kappa / (1 - self.kappa) <= max(self.tol, floor / (1 - self.kappa)) * size + 1e-30:
                break
        return x

    def inner(self, batch: Batch) -> tuple[Floats, Any]:
        """See :class:`Network`."""
        _, b, cache = self.encoder.encode(batch)
        W = self.parameters[self.place]
        x = self._iterate(lambda x: np.maximum(self._mean(batch, x) @ W + b, 0), np.zeros_like(b))
        heard = self._mean(batch, x)
        return x, (cache, heard, (heard @ W + b > 0).astype(b.dtype))

    def inner_backward(self, batch: Batch, cache: Any, g: Floats) -> None:
        """See :class:`Network`. The adjoint V = φ' ∘ (g + Aᵀ V Wᵀ) contracts in the dual norm."""
        encoded, heard, slope = cache
        W = self.parameters[self.place]
        v = self._iterate(lambda v: slope * (g + self._mean(batch, v @ W.T, turned=True)), slope * g)
        self.gradients[self.place] += heard.T @ v
        self.encoder.encode_vjp(batch, encoded, np.zeros((len(batch.into), g.shape[1]), dtype=g.dtype), v)
