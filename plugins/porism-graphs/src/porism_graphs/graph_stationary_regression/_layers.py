"""Layers with gradients written by hand: a forward pass returns what its backward pass needs, and nothing is recorded.

Gradients of parameters are added up in `gradients`, a list parallel to `parameters`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism_graphs.graph_stationary_regression._sample import Batch

__all__ = ["ACTIVATIONS", "AGGREGATIONS", "Adam", "GraphBlock", "Layer", "Mlp"]

Floats = npt.NDArray[Any]

SLOPE = 0.01
"""Of a leaky rectifier, where its argument is negative."""

ACTIVATIONS = ("leaky_relu", "silu", "tanh")
AGGREGATIONS = ("sum", "mean", "max", "mean-max")


def activated(kind: str, z: Floats) -> tuple[Floats, Floats]:
    """The activation of z, and its derivative there."""
    if kind == "leaky_relu":
        slope = np.where(z > 0, z.dtype.type(1), z.dtype.type(SLOPE))
        return z * slope, slope
    if kind == "tanh":
        y = np.tanh(z)
        return y, 1 - y * y
    half = 0.5 * (1 + np.tanh(0.5 * z))  # the logistic function, without overflow
    return z * half, half * (1 + z * (1 - half))


class Layer:
    """Parameters, and the gradients that add up beside them."""

    def __init__(self) -> None:
        self.parameters: list[Floats] = []
        self.gradients: list[Floats] = []

    def add(self, value: Floats) -> int:
        """A further parameter, and its number."""
        self.parameters.append(value)
        self.gradients.append(np.zeros_like(value))
        return len(self.parameters) - 1

    def adopt(self, layer: Layer) -> None:
        """The parameters of a part of this layer."""
        self.parameters += layer.parameters
        self.gradients += layer.gradients


def glorot(rng: np.random.Generator, rows: int, columns: int, dtype: Any) -> Floats:
    """Uniform weights that keep variances about the same (Glorot & Bengio 2010)."""
    reach = np.sqrt(6.0 / max(1, rows + columns))
    return rng.uniform(-reach, reach, (rows, columns)).astype(dtype)


class Mlp(Layer):
    """Linear layers with an activation between them; none after the last."""

    def __init__(self, widths: Sequence[int], activation: str, rng: np.random.Generator, dtype: Any) -> None:
        super().__init__()
        self.activation = activation
        for rows, columns in itertools.pairwise(widths):
            self.add(glorot(rng, rows, columns, dtype))
            self.add(np.zeros(columns, dtype=dtype))

    def forward(self, x: Floats) -> tuple[Floats, list[tuple[Floats, Floats | None]]]:
        """The output, and inputs and slopes of every layer."""
        cache: list[tuple[Floats, Floats | None]] = []
        for place in range(0, len(self.parameters), 2):
            z = x @ self.parameters[place] + self.parameters[place + 1]
            if place + 2 < len(self.parameters):
                y, slope = activated(self.activation, z)
                cache.append((x, slope))
                x = y
            else:
                cache.append((x, None))
                x = z
        return x, cache

    def backward(self, cache: list[tuple[Floats, Floats | None]], g: Floats) -> Floats:
        """The gradient by the input, from that by the output."""
        for layer in range(len(cache) - 1, -1, -1):
            x, slope = cache[layer]
            if slope is not None:
                g = g * slope
            self.gradients[2 * layer] += x.T @ g
            self.gradients[2 * layer + 1] += g.sum(axis=0)
            g = g @ self.parameters[2 * layer].T
        return g


class GraphBlock(Layer):
    """One round of messages: edges look at their ends, vertices at what the edges into them say.

    e' = E(e, v[sender], v[receiver]) and v' = V(v, aggregate of e' into v), each an MLP with one hidden layer. The
    first layer of E is linear in its three inputs, so that its products with v are made once for each vertex, not
    each edge.
    """

    def __init__(
        self,
        node: int,
        edge: int,
        hidden: int,
        out: tuple[int, int],
        *,
        aggregation: str,
        activation: str,
        rng: np.random.Generator,
        dtype: Any,
    ) -> None:
        super().__init__()
        self.aggregation, self.activation = aggregation, activation
        weights = glorot(rng, edge + 2 * node, hidden, dtype)
        for part in np.split(weights, [edge, edge + node]):
            self.add(np.ascontiguousarray(part))
        self.add(np.zeros(hidden, dtype=dtype))
        self.message = Mlp((hidden, hidden), activation, rng, dtype)
        self.adopt(self.message)
        self.edge_out = Mlp((hidden, out[1]), activation, rng, dtype)
        self.adopt(self.edge_out)
        told = hidden * (2 if aggregation == "mean-max" else 1)
        self.vertex = Mlp((node + told, hidden, out[0]), activation, rng, dtype)
        self.adopt(self.vertex)

    def forward(self, batch: Batch, v: Floats, e: Floats) -> tuple[Floats, Floats, Any]:
        """New features of vertices and of edges."""
        by_edge, by_sender, by_receiver, shift = self.parameters[:4]
        z = e @ by_edge
        z += (v @ by_sender)[batch.start]
        z += (v @ by_receiver)[batch.into]
        z += shift
        first, slope = activated(self.activation, z)
        inner, message_cache = self.message.forward(first)
        told, told_slope = activated(self.activation, inner)
        edge, edge_cache = self.edge_out.forward(told)
        heard, mask = self.aggregate(batch, told)
        node, vertex_cache = self.vertex.forward(np.concatenate((v, heard), axis=1))
        return node, edge, (v, e, slope, message_cache, told_slope, edge_cache, mask, vertex_cache)

    def backward(self, batch: Batch, cache: Any, g_node: Floats, g_edge: Floats) -> tuple[Floats, Floats]:
        """Gradients by old features of vertices and of edges."""
        v, e, slope, message_cache, told_slope, edge_cache, mask, vertex_cache = cache
        g_vertex = self.vertex.backward(vertex_cache, g_node)
        g_v, g_heard = g_vertex[:, : v.shape[1]], g_vertex[:, v.shape[1] :]
        g_told = self.edge_out.backward(edge_cache, g_edge)
        g_told += self.aggregate_back(batch, g_heard, mask)
        g_z = self.message.backward(message_cache, g_told * told_slope) * slope
        by_edge, by_sender, by_receiver, _ = self.parameters[:4]
        out, into = batch.sent(g_z), batch.received(g_z)
        for place, gradient in enumerate((e.T @ g_z, v.T @ out, v.T @ into, g_z.sum(axis=0))):
            self.gradients[place] += gradient
        return g_v + out @ by_sender.T + into @ by_receiver.T, g_z @ by_edge.T

    def aggregate(self, batch: Batch, values: Floats) -> tuple[Floats, Floats | None]:
        """What each vertex hears: 0 where no edge ends."""
        parts: list[Floats] = []
        mask = None
        if self.aggregation != "max":
            parts.append(batch.received(values, None if self.aggregation == "sum" else batch.shares))
        if "max" in self.aggregation:
            vertices, first = batch.receivers
            largest = np.zeros((batch.n, values.shape[1]), dtype=values.dtype)
            if len(vertices):
                largest[vertices] = np.maximum.reduceat(values, first, axis=0)
            mask = (values == largest[batch.into]).astype(values.dtype)
            mask /= batch.received(mask)[batch.into]  # ties share the gradient, whatever the order of edges
            parts.append(largest)
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0], mask

    def aggregate_back(self, batch: Batch, g: Floats, mask: Floats | None) -> Floats:
        """The gradient by what the edges say."""
        width = g.shape[1] // 2 if self.aggregation == "mean-max" else g.shape[1]
        result = np.zeros((len(batch.into), width), dtype=g.dtype)
        if self.aggregation != "max":
            result += g[:, :width][batch.into]
            if self.aggregation != "sum":
                result *= batch.shares[:, None]
        if mask is not None:
            result += g[:, -width:][batch.into] * mask
        return result


class Adam:
    """Adam (Kingma & Ba 2015) on all parameters as one vector."""

    def __init__(self, parameters: list[Floats], lr: float) -> None:
        self.parameters, self.lr, self.t = parameters, lr, 0
        self.first, self.second = ([np.zeros_like(p) for p in parameters] for _ in range(2))

    def update(self, gradients: list[Floats], factor: float) -> None:
        """A step of `factor` times the learning rate; gradients are set back to 0."""
        self.t += 1
        rate = self.lr * factor * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= (rate * m / (np.sqrt(v) + 1e-8)).astype(p.dtype)
            g.fill(0)
