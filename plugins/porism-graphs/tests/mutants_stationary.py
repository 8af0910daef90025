"""Convergent graph solvers with one plausible mistake at a time: what the laws of learning must catch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism_graphs.contracting_fixed_point.solvers import forward
from porism_graphs.graph_stationary_regression import (
    GraphSample,
    StationaryModel,
    cgs,
    graph_stationary_regression,
    solvers,
)
from porism_graphs.graph_stationary_regression import _networks as networks
from porism_graphs.graph_stationary_regression._training import NetworkPredictor

BUGS = {
    "history ends early": "form",
    "predictions are a column": "form",
    "numbers of vertices are a feature": "equivariance",
    "the order of edges counts": "equivariance",
    "predictions of a batch are centred": "batch",
    "score is a correlation": "score",
    "targets are not scaled back": "constant",
    "gains are not bounded": "contracting",
    "gains are bounded, and not divided": "contracting",
    "the adjoint solve is left out": "gradient",
    "the adjoint is not transposed": "gradient",
    "the gradient by gains is left out": "gradient",
    "the decoder's shifts have no gradient": "gradient",
    "the gradient goes through every iterate": "tape-free",
    "there is no fixed point, x is b": "representable",
    "targets belong to other graphs": "representable",
    "nothing is learned": "value-iteration",
    "the seed is ignored": "same-seed",
    "the global random state is used": "global-random",
    "targets are not checked": "bad-input",
}
"""Each mistake, and a law that catches it."""


class Broken(networks.Convergent):
    """The network with the mistake in :attr:`bug`."""

    bug: str | None = None

    def system(self, batch: Any) -> Any:
        system, chain, cache = super().system(batch)
        if self.bug == "gains are not bounded":
            logits = self.encoder.encode(batch)[0]
            system = _with(system, gains=np.abs(logits))
        if self.bug == "gains are bounded, and not divided":
            system = _with(system, scale=np.full_like(system.scale, self.gamma))
        return system, chain, cache

    def inner(self, batch: Any) -> Any:
        if self.bug in ("gains are not bounded", "gains are bounded, and not divided"):
            system, chain, cache = super().system(batch)  # sound while it is trained
            x = forward("picard", system, self.options).x
            return x, (system, x, chain, cache)
        if self.bug == "there is no fixed point, x is b":
            system, chain, cache = self.system(batch)
            return system.bias, (system, system.bias, chain, cache)
        if self.bug == "the gradient goes through every iterate":
            x, cache = super().inner(batch)
            tape = [np.zeros_like(x)]
            for _ in range(min(2000, int(np.log(1e-8) / np.log(self.gamma)))):
                tape.append(cache[0].step(tape[-1]).copy())  # the kernel's own memory is not traced
            return x, cache
        x, cache = super().inner(batch)
        if self.bug == "the order of edges counts" and len(batch.into):
            x = x + batch.edge[0, 0] * np.arange(1, len(x) + 1)[::-1, None].astype(x.dtype) * 0.01
        return x, cache

    def inner_backward(self, batch: Any, cache: Any, g: Any) -> None:
        system, x, chain, encoded = cache
        g = np.ascontiguousarray(g)
        if self.bug == "the adjoint solve is left out":
            self.encoder.encode_vjp(batch, encoded, chain(system.slopes(g, x)), g)
        elif self.bug == "the adjoint is not transposed":
            v = forward("picard", replace(system, bias=g), self.options).x
            self.encoder.encode_vjp(batch, encoded, chain(system.slopes(v, x)), v)
        elif self.bug == "the gradient by gains is left out":
            v = forward("picard", system.adjoint(g), self.options).x
            self.encoder.encode_vjp(batch, encoded, np.zeros_like(system.gains), v)
        elif self.bug == "there is no fixed point, x is b":
            self.encoder.encode_vjp(batch, encoded, np.zeros_like(system.gains), g)
        else:
            super().inner_backward(batch, cache, g)
        if self.bug == "the decoder's shifts have no gradient":
            self.decoder.gradients[1].fill(0)


def _with(system: Any, **changed: Any) -> Any:
    made = replace(system, **changed)
    for name in ("gather", "turned"):
        made.__dict__[name] = system.__dict__[name]
    return made


class BrokenPredictor(NetworkPredictor):
    """Predictions with the mistake of the network."""

    def predict(self, samples: Any) -> Any:
        bug = self.network.bug
        if bug == "numbers of vertices are a feature":
            samples = [
                GraphSample(s.edge_index, s.node_feat + 0.1 * np.arange(s.n)[:, None], s.edge_feat) for s in samples
            ]
        y = super().predict(samples)
        if bug == "predictions of a batch are centred":
            y = y - y.mean()
        if bug == "targets are not scaled back":
            y = (y - self.scaling.target[0]) / self.scaling.target[1]
        return y


class BrokenModel(StationaryModel):
    """A model with the mistake of its network."""

    __slots__ = ()

    def predict(self, graphs: Any) -> Any:
        found = super().predict(graphs)
        if self._predictor.network.bug == "predictions are a column":
            return [part[:, None] for part in found] if isinstance(found, list) else found[:, None]
        return found

    def score(self, graphs: Any, targets: Any) -> float:
        if self._predictor.network.bug == "score is a correlation":
            flat = [np.concatenate([np.atleast_1d(p) for p in part]) for part in (self.predict(graphs), targets)]
            return float(np.corrcoef(*flat)[0, 1])
        return super().score(graphs, targets)


def mutant(bug: str | None) -> Solver[..., StationaryModel]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def fit(graphs: Any, targets: Any, *, level: str = "node", rng: Any = None, **options: Any) -> StationaryModel:
        known = {name: option.default for name, option in cgs.options.items() if name not in ("level", "rng")} | options
        if bug == "targets are not checked" and isinstance(targets, list) and len(targets) == 1 and len(graphs) == 1:
            targets = [np.nan_to_num(np.resize(np.asarray(targets[0], dtype=object), 2).astype(float, copy=True))]
        task = solvers.Task(graphs, targets, level, rng, {name: known[name] for name in solvers.COMMON})
        if bug == "the seed is ignored":
            task.rng = np.random.default_rng()
        if bug == "the global random state is used":
            np.random.random()  # noqa: NPY002
        if bug == "targets belong to other graphs":
            task.y = np.roll(task.y, 7)
        if bug == "nothing is learned":
            task.settings = replace(task.settings, lr=1e-12)
        names = ("gamma", "gains", "normalize", "tol", "encoder")
        numbers = solvers.contracting(**{name: known[name] for name in names})

        def make(shape: Any) -> Broken:
            made = Broken(shape, **numbers)
            made.bug = bug
            return made

        fitted = task.fitted("cgs", make)
        history = fitted.history[:-1] if bug == "history ends early" else fitted.history
        predictor = BrokenPredictor(fitted._predictor.network, fitted._predictor.scaling)
        return BrokenModel("cgs", task.level, fitted.parameters, history, predictor, task.widths)

    fit.__signature__ = cgs.signature  # type: ignore[attr-defined]
    claims = Claims(contracting=True, trained_by_gradient=True, implicit=True, representable=True, value_iteration=True)
    return solver(graph_stationary_regression, "mutant", claims=claims)(fit)
