"""Objectives over similarities, given as a matrix or computed from rows when they are needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._sparse import is_sparse
from porism._validation import as_array, as_choice, as_flag, as_float, check_finite
from porism.errors import InvalidInput
from porism.objectives._inputs import as_matrix, naming, square
from porism.objectives._objective import Objective, made

__all__ = ["METRICS", "facility_location", "graph_cut", "log_det", "saturated_coverage", "sum_redundancy"]

METRICS = ("rbf", "cosine", "dot", "inverse-distance", "squared-distance")

SPOT_CHECKS = 512
"""Pairs of entries that are compared where a matrix is said to be symmetric."""


def facility_location(
    S: Any = None,
    *,
    symmetric: bool = False,
    X: npt.ArrayLike | None = None,
    clients: npt.ArrayLike | None = None,
    metric: str = "rbf",
    gamma: float | None = None,
    offset: float | None = None,
) -> Objective:
    """How well every client is served by the nearest chosen item: f(T) = sum over u of max over e in T of S[u, e].

    Either from similarities `S`, or with ``X=`` from feature vectors, whose similarities are computed as they are
    needed and never stored: memory is that of X, whatever the number of items.

    Parameters
    ----------
    S : (n_clients, n_items) array, or sparse matrix
        Similarities, finite and ≥ 0; what a sparse matrix does not store is 0, as in a graph of nearest neighbours.
        float32 stays float32. Read where it lies if it is in Fortran order, or symmetric up to rounding (to 1e-12 of
        its entries, 1e-6 in float32): leave it alone then. Turned round otherwise, which takes a copy.
    symmetric : bool
        Promise that S is symmetric, which saves finding that out. The promise is tested on a few hundred entries.
    X : (n_items, d) array-like, instead of S
        Feature vectors of the items.
    clients : (n_clients, d) array-like, optional
        With X: vectors of the clients; by default the items themselves.
    metric : str
        With X: ``"rbf"`` (exp(-gamma · squared distance)), ``"cosine"`` or ``"dot"`` (cut off at 0),
        ``"inverse-distance"`` (1 / (1 + distance)) or ``"squared-distance"`` (offset - squared distance, cut off at 0).
        Computed in single precision.
    gamma : float, optional
        For "rbf"; by default 1 / (d · variance of X).
    offset : float, optional
        For "squared-distance"; by default the square of twice the largest distance from the mean of X, so that nothing
        is cut off.

    Returns
    -------
    Objective
        A gain costs a column of S; with X, n_clients · d multiplications.

    Raises
    ------
    InvalidInput, InvalidType
        If similarities are negative or not finite, or a parameter is out of its range.
    """
    if (S is None) == (X is None):
        raise InvalidInput("S must be given, or else X; got " + ("neither" if S is None else "both"))
    if X is not None:
        return _from_features(X, clients, metric, gamma, offset)
    if clients is not None or gamma is not None or offset is not None:
        name = "clients" if clients is not None else "gamma" if gamma is not None else "offset"
        raise InvalidInput(f"{name} must go with X, got it with S")
    mirrored = as_flag("symmetric", symmetric)
    matrix, transposed = as_matrix("S", S, columns_first=True)
    if mirrored:
        _spot_check(S)
        transposed = False
    arguments = {"S": S} | ({"symmetric": True} if mirrored else {})
    with naming("S", S, transposed=not mirrored):
        return made("facility_location", kernel.facility_location(matrix, transposed), **arguments)


def _from_features(X: Any, clients: Any, metric: str, gamma: float | None, offset: float | None) -> Objective:
    kind = as_choice("metric", metric, METRICS)
    rows = as_array("X", X, ndim=2, dtypes=[np.float32, np.float64], promote=np.float64)
    check_finite("X", rows)
    others = None
    if clients is not None:
        others = as_array("clients", clients, ndim=2, dtypes=[rows.dtype], promote=rows.dtype)
        check_finite("clients", others)
        if others.shape[1] != rows.shape[1]:
            raise InvalidInput(f"clients must have the {rows.shape[1]} columns of X, got {others.shape[1]}")
    arguments: dict[str, Any] = {"X": rows, "metric": kind}
    if others is not None:
        arguments["clients"] = others
    parameter = 0.0
    if kind == "rbf":
        parameter = _default_gamma(rows) if gamma is None else as_float("gamma", gamma, 0.0, 1e30, ends="(]")
        arguments["gamma"] = parameter
    elif gamma is not None:
        raise InvalidInput(f"gamma must go with metric='rbf', got it with metric={kind!r}")
    if kind == "squared-distance":
        high = _default_offset(rows, others) if offset is None else as_float("offset", offset, 0.0, 1e38, ends="(]")
        parameter = arguments["offset"] = high
    elif offset is not None:
        raise InvalidInput(f"offset must go with metric='squared-distance', got it with metric={kind!r}")
    with naming("X", rows):
        made_of = kernel.facility_location_features(rows, kind, parameter, others)
    return made("facility_location", made_of, **arguments)


def _default_gamma(X: npt.NDArray[Any]) -> float:
    variance = float(X.var(dtype=np.float64)) if X.size else 0.0
    return 1.0 / (X.shape[1] * variance) if variance > 0 else 1.0


def _default_offset(X: npt.NDArray[Any], clients: npt.NDArray[Any] | None) -> float:
    if not X.size:
        return 1.0
    mean = X.mean(axis=0, dtype=np.float64)
    radius = max(
        float(np.square(rows - mean).sum(axis=1).max(initial=0.0)) for rows in (X, clients) if rows is not None
    )
    return 4.0 * radius * (1 + 1e-6) or 1.0


def _spot_check(S: Any) -> None:
    square("S", S)
    shape = np.shape(S)
    if is_sparse(S) or shape[0] == 0:
        return  # turning a sparse matrix round is cheap beside reading it: the kernel's own reading finds what matters
    array = np.asarray(S)
    rows, columns = np.random.default_rng(0).integers(0, shape[0], (2, SPOT_CHECKS))
    a, b = array[rows, columns], array[columns, rows]
    differ = np.abs(a - b) > 1e-5 * np.maximum(np.abs(a), np.abs(b))
    if differ.any():
        place = int(np.argmax(differ))
        i, j = int(rows[place]), int(columns[place])
        raise InvalidInput(
            f"S must be symmetric where symmetric=True, got {a[place]} at S[{i}, {j}], {b[place]} at S[{j}, {i}]"
        )


def saturated_coverage(S: Any, alpha: float = 0.25) -> Objective:
    """Similarity to all chosen items together, up to a share of what all items give.

    f(T) = sum over clients u of min(sum over e in T of S[u, e], alpha · sum over all e of S[u, e]). The second sum runs
    over the whole ground set: where items come and go, over those that are not live too.

    Parameters
    ----------
    S : (n_clients, n_items) array, or sparse matrix
        Similarities, finite and ≥ 0.
    alpha : float
        Where a client is full, in (0, 1].

    Raises
    ------
    InvalidInput, InvalidType
        If similarities are negative or not finite, or alpha is out of range.
    """
    share = as_float("alpha", alpha, 0.0, 1.0, ends="(]")
    matrix, transposed = as_matrix("S", S, columns_first=True)
    with naming("S", S, transposed=True):
        return made("saturated_coverage", kernel.saturated_coverage(matrix, share, transposed), S=S, alpha=share)


def graph_cut(S: Any, lam: float = 0.5) -> Objective:
    """Similarity of all items to the chosen ones, less similarity among them.

    f(T) = sum over all u and e in T of S[u, e] - lam · sum over e, e' in T of S[e, e'], pairs counted both ways.

    Parameters
    ----------
    S : (n_items, n_items) array, or sparse matrix
        Symmetric similarities, finite and ≥ 0.
    lam : float
        How much similarity among the chosen items counts. Up to 1/2 the function is monotone; above, only
        ``random-greedy``, ``double-greedy``, ``random`` and ``brute-force`` take it.

    Raises
    ------
    InvalidInput, InvalidType
        If S is not so, or lam is negative.
    """
    penalty = as_float("lam", lam, 0.0, np.inf, ends="[)")
    matrix, transposed = as_matrix("S", S)
    square("S", S)
    with naming("S", S, transposed):
        return made("graph_cut", kernel.graph_cut(matrix, penalty), S=S, lam=penalty)


def sum_redundancy(S: Any) -> Objective:
    """How little the chosen items resemble one another: the sum of S, less that of S[e, e'] over all chosen e, e'.

    Falls with every item, so that it is of use where exactly k items are wanted: ``greedy`` and ``lazy-greedy`` then
    choose k.

    Parameters
    ----------
    S : (n_items, n_items) array, or sparse matrix
        Symmetric similarities, finite and ≥ 0.

    Raises
    ------
    InvalidInput, InvalidType
        If S is not so.
    """
    matrix, transposed = as_matrix("S", S)
    square("S", S)
    with naming("S", S, transposed):
        return made("sum_redundancy", kernel.sum_redundancy(matrix), S=S)


def log_det(K: npt.ArrayLike, sigma: float = 1.0, *, thorough: bool = False) -> Objective:
    """The volume that the chosen items span: log det(I + K[T, T] / sigma²).

    The information that noisy measurements at the chosen places give about a Gaussian process, and what determinantal
    point processes prefer.

    Parameters
    ----------
    K : (n_items, n_items) array-like
        A symmetric positive semidefinite kernel.
    sigma : float
        Standard deviation of the noise, above 0.
    thorough : bool
        Whether to prove that K is semidefinite, in cubic time. Without it every 2×2 minor is checked, and a pivot that
        is too small raises :class:`NotPositiveSemidefinite` when it is met.

    Returns
    -------
    Objective
        A gain costs |T|² operations.

    Raises
    ------
    InvalidInput, InvalidType, NotPositiveSemidefinite
        If K is not so, or sigma is out of range.
    """
    noise = as_float("sigma", sigma, 0.0, np.inf, ends="()")
    proven = as_flag("thorough", thorough)
    kernel_matrix = as_array("K", K, ndim=2, dtypes=[np.float32, np.float64], promote=np.float64)
    check_finite("K", kernel_matrix)
    square("K", kernel_matrix)
    with naming("K", kernel_matrix):
        return made("log_det", kernel.log_det(kernel_matrix, noise, proven), K=kernel_matrix, sigma=noise)
