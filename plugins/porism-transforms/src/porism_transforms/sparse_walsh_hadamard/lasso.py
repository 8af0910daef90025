"""The LASSO over random queries, whose matrix is never formed: a product with it is a transform."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.kernels import transform
from porism_transforms.sparse_walsh_hadamard.oracle import unit_of
from porism_transforms.sparse_walsh_hadamard.problem import SparseWHTResult
from porism_transforms.sparse_walsh_hadamard.rounds import Call, agree, warn

__all__ = ["lasso", "signs"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

LEVELS = 8
"""How often the penalty is lowered until what was seen is explained."""


def signs(points: Words, support: Words) -> Floats:
    """``(-1)^<x, k>`` for points x in rows and indices k in columns."""
    words = points[:, None] & support
    for shift in (32, 16, 8, 4, 2, 1):
        words ^= words >> np.uint64(shift)
    return np.asarray(1.0 - 2.0 * (words & np.uint64(1)).astype(np.float64))


def _transformed(values: Floats) -> Floats:
    rows = values.reshape(1, -1).copy()
    transform.fwht(rows)
    return np.asarray(rows[0])


def _scattered(places: npt.NDArray[np.int64], values: Floats, size: int) -> Floats:
    found: Any = np.bincount(places, values, size)
    return np.asarray(found, dtype=np.float64)


def lasso(call: Call, count: int, max_iter: int) -> SparseWHTResult:
    """The LASSO from `count` random queries, with a penalty that is lowered until the rest is noise."""
    size = 1 << call.n
    points = call.rng.permutation(size)[:count].astype(np.uint64)
    values = call.oracle(points)
    places = points.astype(np.int64)
    unit = unit_of(float(np.abs(values).max()), call.noise_std)
    values = values / unit
    scale = float(np.abs(values).max())
    known = None if call.noise_std is None else call.noise_std / unit
    gradient = _transformed(_scattered(places, values, size)) / count
    penalty = float(np.abs(gradient).max()) / 2
    support, coefficients, rest = np.empty(0, np.uint64), np.empty(0), values
    start, steps = np.zeros(size), 0
    for _ in range(LEVELS):
        noise = known if known is not None else math.sqrt(float(np.mean(np.square(rest))))
        if scale == 0 or (known is not None and _explained(rest, known, scale)):
            break
        penalty = max(penalty / 3, noise * math.sqrt(2 * call.n * math.log(2) / count))
        start, taken = _proximal(start, places, values, penalty, max_iter)
        steps += taken
        there = np.flatnonzero(start).astype(np.uint64)
        if len(there) > count // 2:
            break  # nothing sparse explains it
        support, coefficients, rest = _fitted(points, values, there, known, call.n)
        start = np.zeros(size)
        start[support.astype(np.int64)] = coefficients
    free = max(1, count - len(support))
    noise = known if known is not None else math.sqrt(float(np.square(rest).sum()) / free)
    order = np.argsort(support)
    support, coefficients = support[order], coefficients[order]
    fresh = call.oracle.random_points(call.verify, call.rng)
    explained = _explained(rest, noise, scale) or scale == 0
    converged = explained and agree(support, coefficients, fresh, call.oracle(fresh) / unit, noise, scale)
    if not converged:
        warn(f"{len(support)} coefficients do not explain what was seen", call.oracle.n_evaluations, stacklevel=6)
    return SparseWHTResult(
        support=support,
        coefficients=coefficients * unit,
        n=call.n,
        converged=converged,
        n_queries=transform.count_distinct(np.concatenate((points, fresh))),
        n_evaluations=call.oracle.n_evaluations,
        n_iterations=steps,
        unresolved_bins=0,
        noise_std=noise * unit if call.noise_std is None else call.noise_std,
        std_error=noise * unit / math.sqrt(count),
        verify=call.verify,
        dense=count == size,
    )


def _explained(rest: Floats, noise: float, scale: float) -> bool:
    slack = 1.0 + 4.0 * math.sqrt(2.0 / len(rest))
    return float(np.mean(np.square(rest))) <= slack * noise**2 + (1e-10 * scale) ** 2


def _proximal(
    x: Floats, places: npt.NDArray[np.int64], values: Floats, penalty: float, max_iter: int
) -> tuple[Floats, int]:
    """FISTA from x; ends when a step changes little of what the penalty allows."""
    size, count = len(x), len(places)
    step = count / size  # the largest eigenvalue of A'A / count is size / count at most
    ahead, momentum, steps = x, 1.0, 0
    while steps < max_iter:
        steps += 1
        off = _transformed(ahead)[places] - values
        moved = ahead - step * _transformed(_scattered(places, off, size)) / count
        following = np.sign(moved) * np.maximum(np.abs(moved) - step * penalty, 0.0)
        larger = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        change = following - x
        ahead = following + (momentum - 1) / larger * change
        x, momentum = following, larger
        if float(np.abs(change).max()) <= 0.01 * step * penalty:
            break
    return x, steps


def _fitted(points: Words, values: Floats, support: Words, known: float | None, n: int) -> tuple[Words, Floats, Floats]:
    """Least squares on the support, without what is no larger than noise would be; and what it does not explain."""
    coefficients: Any = np.empty(0)
    rest = values
    for _ in range(3):
        A = signs(points, support)
        coefficients = np.linalg.lstsq(A, values, rcond=None)[0]
        rest = values - A @ coefficients
        free = max(1, len(points) - len(support))
        noise = known if known else math.sqrt(float(np.square(rest).sum()) / free)
        least = max(4.0, math.sqrt(2 * n * math.log(2))) * noise / math.sqrt(len(points))
        kept = np.abs(coefficients) > max(least, 1e-11 * float(np.abs(values).max()))
        if kept.all():
            break
        support = support[kept]
    else:
        A = signs(points, support)
        coefficients = np.linalg.lstsq(A, values, rcond=None)[0]
        rest = values - A @ coefficients
    return support, coefficients, rest
