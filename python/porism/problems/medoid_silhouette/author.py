"""For a solver of `medoid-silhouette` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_rng
from porism.problems.k_medoids.solvers import Call as Prepared
from porism.problems.k_medoids.solvers import prepared
from porism.problems.medoid_silhouette.problem import MedoidSilhouetteResult

__all__ = ["Call", "checked", "outcome", "score"]


class Call(NamedTuple):
    """A valid call."""

    D: npt.NDArray[Any]
    """(n, n): the dissimilarity of object o to medoid m at ``[o, m]``; never write."""
    k: int
    rng: np.random.Generator
    prepared: Prepared
    """What `predict` of the result needs."""


def checked(X: Any, k: Any, *, metric: Any = "euclidean", rng: Rng = None) -> Call:
    """The canonical arguments: the dissimilarities by whatever metric, an int from 1 to n, a generator.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says.
    """
    call = prepared(X, k, metric=metric)
    return Call(call.D, call.k, as_rng(rng), call)


def score(call: Call, medoids: npt.ArrayLike) -> float:
    """The average medoid silhouette of `medoids`: the mean of 1 - nearest/second nearest (0/0 counts 0); 0 for one."""
    near = np.sort(np.asarray(call.D, dtype=np.float64)[:, np.asarray(medoids, dtype=np.int64)], axis=1)
    if near.shape[1] == 1:
        return 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(near[:, 1] > 0, near[:, 0] / near[:, 1], 0.0)
    return float(1.0 - np.where(np.isnan(ratio), 0.0, ratio).mean())


def outcome(
    call: Call, medoids: npt.ArrayLike, *, n_iter: int = 0, n_swap: int = 0, converged: bool = False
) -> MedoidSilhouetteResult:
    """The result of having chosen `medoids`, k distinct objects: labels, silhouette and its curve follow."""
    chosen = np.array(medoids, dtype=np.int64)
    labels = np.argmin(call.D[:, chosen], axis=1).astype(np.int64)
    labels[chosen] = np.arange(len(chosen))  # also where a duplicate is as near
    value = score(call, chosen)
    return MedoidSilhouetteResult(
        medoids=chosen,
        labels=labels,
        silhouette=value,
        n_iter=n_iter,
        n_swap=n_swap,
        converged=converged,
        silhouettes=np.full(n_iter + 1, value),
        curve={len(chosen): value},
        curve_medoids={len(chosen): chosen.copy()},
        n_eval=0,
        _prototypes=call.prepared.prototypes(chosen),
    )
