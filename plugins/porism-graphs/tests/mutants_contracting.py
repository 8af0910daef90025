"""A dense solver of contracting fixed points, and the same with one plausible mistake at a time: what the laws must
catch.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from porism import Claims, Solver, solver
from porism.validation import as_float, as_integer
from porism_graphs.contracting_fixed_point import ConvergenceWarning, FixedPoint, contracting_fixed_point
from porism_graphs.contracting_fixed_point._system import checked, matrix_like

BUGS = {
    "iterations are counted in floats": "form",
    "a bound is given for the batch only": "form",
    "iterations end after three steps, and nobody is told": "error-bound",
    "the bound is the last change": "error-bound",
    "the bound forgets the graphs but the first": "error-bound",
    "residual is zero": "residual",
    "degrees are of the other end": "contraction",
    "degrees count parallel edges once": "contraction",
    "gains are not divided": "contraction",
    "loops are not counted in the degree": "contraction",
    "x is doubled": "size",
    "gamma is a tenth at least": "small-gamma",
    "isolated vertices get nothing": "edgeless",
    "the map is subtracted": "monotone",
    "negative biases are cut": "linear",
    "heads share the gains of the first": "heads",
    "one stop for all heads": "fixed-point",
    "graphs of a batch leak": "batch",
    "vertices are sorted by degree": "relabelling",
    "the adjoint is not transposed": "transpose",
    "the gradient forgets the degree": "transpose",
    "the gradient by gains takes b for x": "gradient",
    "gradients go through the last step only": "unrolled-limit",
    "gradients go through three steps": "unrolled-limit",
    "edges go the other way": "fixed-point",
    "of parallel edges the last counts": "fixed-point",
    "x is in single precision": "fixed-point",
    "tol is a hundred times what was asked": "fixed-point",
    "small biases are solved to an absolute error": "fixed-point",
    "the start is added to b": "uniqueness",
    "gains are overwritten": "inputs-untouched",
    "rng decides the last digits": "deterministic",
    "input is not checked": "bad-input",
    "unknown options are swallowed": "unknown-option",
}
"""Each mistake, and a law that catches it."""


class Mutated(FixedPoint):
    """A result that keeps a dense matrix for each head."""

    __slots__ = ()

    def vjp(self, g: Any) -> Any:
        """The gradient, with the mistake in ``_method``."""
        bug, A, system = self._method, self._options["A"], self._system
        g = matrix_like("g", g, *self.x.shape, "as x has")
        v = np.empty(g.shape)
        for h, matrix in enumerate(A):
            turned = matrix if bug == "the adjoint is not transposed" else matrix.T
            v[:, h] = np.linalg.solve(np.eye(len(g)) - turned, g[:, h])
            if bug == "gradients go through the last step only":
                v[:, h] = g[:, h]
            if bug == "gradients go through three steps":
                v[:, h] = g[:, h] + matrix.T @ g[:, h] + matrix.T @ matrix.T @ g[:, h]
        scale = system.gamma if bug == "the gradient forgets the degree" else system.scale[:, None]
        x = system.bias if bug == "the gradient by gains takes b for x" else self.x
        return scale * v[system.into] * x[system.start], v

    def step(self, y: Any) -> Any:
        """The map, with the mistakes that its matrix has."""
        y = matrix_like("y", y, *self.x.shape, "as x has")
        moved = np.stack([A @ y[:, h] for h, A in enumerate(self._options["A"])], axis=1)
        return (moved + self._options["b"]).astype(self.x.dtype)


def matrices(system: Any, how: str, bug: str | None) -> Any:
    """gamma A of every head."""
    n, heads = system.bias.shape
    A = np.zeros((heads, n, n))
    gamma = max(system.gamma, 0.1) if bug == "gamma is a tenth at least" else system.gamma
    edges = list(zip(system.start.tolist(), system.into.tolist(), strict=True))
    for e, (j, i) in enumerate(edges):
        mine = [one for one in edges if one[1] == i] if how == "in-degree" else [one for one in edges if one[0] == j]
        if bug == "degrees are of the other end":
            mine = (
                [one for one in edges if one[0] == j] if how == "in-degree" else [one for one in edges if one[1] == i]
            )
        if bug == "degrees count parallel edges once":
            mine = list(set(mine))
        if bug == "loops are not counted in the degree":
            mine = [one for one in mine if one[0] != one[1]] or [None]
        divisor = 1 if how == "none" or bug == "gains are not divided" else len(mine)
        gains = system.gains[e]
        if bug == "heads share the gains of the first":
            gains = np.full_like(gains, gains[0])
        if bug == "edges go the other way":
            i, j = j, i
        if bug == "of parallel edges the last counts":
            A[:, i, j] = 0
        A[:, i, j] += gamma * gains / divisor
    return -A if bug == "the map is subtracted" else A


def mutant(bug: str | None) -> Solver[..., FixedPoint]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug

    def solve(
        edge_index: Any,
        gains: Any,
        bias: Any,
        *,
        gamma: float = 0.5,
        normalize: str = "in-degree",
        batch_ptr: Any = None,
        tol: float = 1e-10,
        start: Any = None,
        rng: Any = None,
    ) -> FixedPoint:
        if bug == "input is not checked":
            gains = np.clip(np.nan_to_num(np.asarray(gains, dtype=np.float64)), 0, 1)
        if bug == "gains are overwritten" and isinstance(gains, np.ndarray) and gains.flags.writeable:
            gains *= gains.dtype.type(0.5)
        np.random.default_rng(rng if rng is None else as_integer("rng", rng, 0))
        tol = as_float("tol", tol, 0, 1, ends="()")
        system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
        A, b = matrices(system, normalize, bug), system.bias.astype(np.float64)
        if start is not None:
            begin = matrix_like("start", start, *b.shape, "as bias has")
            if float(np.abs(begin).max()) > 1e300:
                from porism import InvalidInput

                raise InvalidInput(f"start must be smaller, got {np.abs(begin).max():g}")
            b = b + 1e-3 * begin if bug == "the start is added to b" else b
        if bug == "negative biases are cut":
            b = np.maximum(b, 0)
        if bug == "graphs of a batch leak" and len(system.graphs) > 2:
            b = b + 0.01 * b.mean(axis=0)
        x = np.stack([np.linalg.solve(np.eye(len(b)) - A[h], b[:, h]) for h in range(b.shape[1])], axis=1)
        if bug in ("one stop for all heads", "tol is a hundred times what was asked") or bug in STEPS:
            x = iterated(system, A, b, tol, bug)
        if bug == "small biases are solved to an absolute error":
            x[np.abs(x) < 1e-40] = 0
        if bug == "x is doubled":
            x = 2 * x
        if bug == "isolated vertices get nothing":
            x[~(A != 0).any(axis=(0, 2))] = 0
        if bug == "vertices are sorted by degree":
            x = x[np.argsort((A != 0).sum(axis=(0, 2)), kind="stable")]
        if bug == "x is in single precision":
            x = x.astype(np.float32)
        if bug == "rng decides the last digits":
            x = x * (1 + 1e-15 * np.random.default_rng(rng).integers(0, 9, x.shape))
        x = np.ascontiguousarray(x, dtype=system.bias.dtype)
        residual, bound = system.certified(x)
        if bug in SURE:
            bound = 1e-10 * (1 + system.sizes(system.bias))
        if bug == "the bound is the last change":
            bound = residual.copy()
        if bug == "the bound forgets the graphs but the first":
            bound[1:] = 0
        if bug == "a bound is given for the batch only":
            bound = bound.max(axis=0)
        if bug == "residual is zero":
            residual = np.zeros_like(residual)
        counts = np.ones(system.shape, dtype=np.float64 if bug == "iterations are counted in floats" else np.int64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return Mutated(x, counts, residual, bound, system, str(bug), {"A": A, "b": system.bias.astype(np.float64)})

    whole: Any = solve
    if bug == "unknown options are swallowed":

        def whole(edge_index: Any, gains: Any, bias: Any, **options: Any) -> FixedPoint:
            known = ("gamma", "normalize", "batch_ptr", "tol", "start", "rng")
            return solve(edge_index, gains, bias, **{name: options[name] for name in known if name in options})

    claims = Claims(exact=True, implicit_gradient=True, deterministic=True)
    return solver(contracting_fixed_point, "mutant", claims=claims)(whole)


SURE = (
    "iterations end after three steps, and nobody is told",
    "x is doubled",
    "the map is subtracted",
    "negative biases are cut",
    "heads share the gains of the first",
    "graphs of a batch leak",
    "vertices are sorted by degree",
)
"""What believes in its wrong x: a bound that is honest about it would excuse it."""

STEPS = ("iterations end after three steps, and nobody is told", "the bound is the last change", "residual is zero")


def iterated(system: Any, A: Any, b: Any, tol: float, bug: str) -> Any:
    """Picard iteration that ends when it should not."""
    x = np.zeros_like(b)
    for t in range(100_000):
        y = np.stack([A[h] @ x[:, h] + b[:, h] for h in range(b.shape[1])], axis=1)
        change = system.sizes(y - x) * system.gamma / (1 - system.gamma)
        allowed = tol * system.sizes(b) + 1e-15 * system.sizes(y)
        x = y
        if bug in STEPS:
            if t == 2:
                break
        elif bug == "one stop for all heads":
            if change.ravel()[0] <= allowed.ravel()[0]:
                break
        elif (change <= 100 * allowed).all():
            break
    return x
