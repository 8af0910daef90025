"""Silhouettes of clusterings that are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import kmedoids as kernel
from porism._validation import as_array
from porism.errors import InvalidInput, InvalidType
from porism.problems.k_medoids._objects import Metric
from porism.problems.k_medoids.solvers import by_candidate, prepared

__all__ = ["medoid_silhouette", "silhouette", "silhouettes"]


def silhouettes(
    X: Any,
    labels: npt.ArrayLike,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    symmetric: bool = True,
) -> npt.NDArray[np.float64]:
    """The silhouette width of every object (Rousseeuw 1987).

    That is (b - a) / max(a, b), with a the object's mean dissimilarity to the rest of its cluster, and b the least mean
    dissimilarity to another cluster: 1 is well inside, 0 between two clusters, below 0 in the wrong one. Objects that
    are alone in their cluster have 0.

    Parameters
    ----------
    X : (n, d) array, (n, n) or condensed dissimilarities with metric="precomputed", or a sequence of objects
        As in the problem `k-medoids`.
    labels : (n,) array of int
        The cluster of each object; any numbers.
    metric, metric_params, n_jobs, symmetric
        As in the problem `k-medoids`.

    Returns
    -------
    (n,) float64 array
        Between -1 and 1.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        If X is bad input as for `k-medoids`, there is not one label an object, or there are not two clusters at least.
    """
    call = prepared(X, 1, metric=metric, metric_params=metric_params, n_jobs=n_jobs, symmetric=symmetric)
    given = as_array("labels", labels, ndim=1, dtypes=(np.int64,), promote=np.float64)
    n = len(call.D)
    if given.dtype.kind != "i" and np.asarray(labels).dtype.kind not in "iub":
        raise InvalidType(f"labels must be a 1-D array of integers, got dtype {np.asarray(labels).dtype}")
    if len(given) != n:
        raise InvalidInput(f"labels must have a label for each of the {n} objects, got {len(given)}")
    clusters, compact = np.unique(given, return_inverse=True)
    if len(clusters) < 2:
        raise InvalidInput(f"labels must name at least two clusters, got {len(clusters)}")
    return kernel.silhouette(by_candidate(call, symmetric), compact.astype(np.int64), len(clusters))


def silhouette(
    X: Any,
    labels: npt.ArrayLike,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    symmetric: bool = True,
) -> float:
    """The average silhouette width of a clustering, between -1 and 1: the mean of :func:`silhouettes`.

    Parameters, errors
        As of :func:`silhouettes`.
    """
    return float(
        silhouettes(X, labels, metric=metric, metric_params=metric_params, n_jobs=n_jobs, symmetric=symmetric).mean()
    )


def medoid_silhouette(
    X: Any,
    medoids: npt.ArrayLike,
    *,
    metric: Metric = "euclidean",
    metric_params: Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    symmetric: bool = True,
) -> float:
    """The average medoid silhouette of medoids: the mean of 1 - a/b over all objects.

    a is an object's dissimilarity to the nearest medoid, b that to the second nearest, and 0/0 counts 0.

    Parameters
    ----------
    X : (n, d) array, (n, n) or condensed dissimilarities with metric="precomputed", or a sequence of objects
        As in the problem `k-medoids`.
    medoids : (k,) array of int
        Distinct rows of X.
    metric, metric_params, n_jobs, symmetric
        As in the problem `k-medoids`.

    Returns
    -------
    float
        Between 0 and 1; 0 for a single medoid.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        If X is bad input as for `k-medoids`, or `medoids` are no distinct rows of it.
    """
    call = prepared(X, 1, metric=metric, metric_params=metric_params, fixed=None, n_jobs=n_jobs, symmetric=symmetric)
    n = len(call.D)
    chosen = np.asarray(medoids)
    must = f"an array of distinct row indices in 0..{n - 1}"
    if chosen.ndim != 1 or not len(chosen):
        raise InvalidInput(f"medoids must be {must}, got an array of shape {chosen.shape}")
    if chosen.dtype.kind not in "iu":
        raise InvalidType(f"medoids must be {must}, got dtype {chosen.dtype}")
    wrong = chosen[(chosen < 0) | (chosen >= n)]
    if len(wrong) or len(np.unique(chosen)) < len(chosen):
        raise InvalidInput(f"medoids must be {must}, got {wrong[0] if len(wrong) else chosen.tolist()}")
    return kernel.medoid_silhouette(by_candidate(call, symmetric), chosen.astype(np.int64))
