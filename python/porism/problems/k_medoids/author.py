"""For a solver of `k-medoids` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_rng
from porism.problems.k_medoids.problem import KMedoidsResult
from porism.problems.k_medoids.solvers import outcome as _outcome
from porism.problems.k_medoids.solvers import prepared

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    D: npt.NDArray[Any]
    """(n, n): the dissimilarity of object o to medoid m at ``[o, m]``, of floats or integers; never write."""
    k: int
    rng: np.random.Generator


def checked(X: Any, k: Any, *, metric: Any = "euclidean", rng: Rng = None) -> Call:
    """The canonical arguments: the dissimilarities by whatever metric, an int from 1 to n, a generator.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says.
    """
    call = prepared(X, k, metric=metric)
    return Call(call.D, call.k, as_rng(rng))


def outcome(
    call: Call,
    medoids: npt.ArrayLike,
    *,
    n_iter: int = 0,
    n_swap: int = 0,
    converged: bool = False,
    losses: npt.ArrayLike | None = None,
) -> KMedoidsResult:
    """The result of having chosen `medoids`, k distinct objects: labels, distances and loss follow."""
    return _outcome(call.D, medoids, n_iter=n_iter, n_swap=n_swap, converged=converged, losses=losses)
