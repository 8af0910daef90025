"""Feature-based functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._sparse import is_sparse
from porism._validation import as_choice, as_float
from porism.errors import InvalidInput
from porism.objectives._inputs import as_matrix, as_weights, naming
from porism.objectives._objective import Objective, made

__all__ = ["CONCAVE", "feature_based"]

CONCAVE = ("sqrt", "log1p", "fraction", "capped")


def feature_based(
    X: Any, concave: str = "sqrt", *, cap: float | None = None, weights: npt.ArrayLike | None = None
) -> Objective:
    """How much the chosen items hold of every feature, with diminishing returns.

    f(S) = sum over features d of weights[d] · g(sum over e in S of X[e, d]).

    Parameters
    ----------
    X : (n_items, n_features) array, or sparse matrix
        How much each item holds of each feature, finite and ≥ 0: counts of words, activations, concentrations.
    concave : str
        g: ``"sqrt"``, ``"log1p"`` (ln(1 + x)), ``"fraction"`` (x / (1 + x)) or ``"capped"`` (min(x, cap)).
    cap : float, optional
        For "capped": where a feature is full.
    weights : (n_features,) array-like, optional
        What each feature is worth; 1 by default.

    Raises
    ------
    InvalidInput, InvalidType
        If X or the weights are negative or not finite, or a parameter is out of its range.
    """
    kind = as_choice("concave", concave, CONCAVE)
    if (kind == "capped") != (cap is not None):
        raise InvalidInput(f"cap must be given exactly where concave='capped', got {cap!r} for concave={kind!r}")
    limit = 0.0 if cap is None else as_float("cap", cap, 0.0, np.inf, ends="[)")
    matrix, transposed = as_matrix("X", X)
    if transposed:
        matrix, _ = as_matrix("X", X.tocsr() if is_sparse(X) else np.ascontiguousarray(X))
    own = None if weights is None else as_weights("weights", weights, np.shape(X)[1], "features")
    arguments: dict[str, Any] = {"X": X, "concave": kind}
    if cap is not None:
        arguments["cap"] = limit
    if own is not None:
        arguments["weights"] = own
    with naming("X", X):
        return made("feature_based", kernel.feature_based(matrix, kind, limit, own), **arguments)
