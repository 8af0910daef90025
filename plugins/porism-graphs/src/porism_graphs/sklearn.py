"""Estimators for scikit-learn's pipelines: ``from porism_graphs.sklearn import FastRP``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from porism_graphs.node_embedding import fastrp

__all__ = ["FastRP"]


class FastRP(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Node embedding by FastRP; rows of what is fitted are adjacency lists, and so are those that are transformed.

    Parameters
    ----------
    dim, weights, beta, projection, density, input_matrix, normalize, merge, standardize, isolated, dtype, n_jobs
        As for :func:`porism_graphs.fastrp`.
    random_state : None, int or numpy.random.RandomState
        Source of randomness, as everywhere in scikit-learn. An integer gives what ``rng=`` with it gives.

    Attributes
    ----------
    result_ : FastRPEmbedding
        With its parts, so that ``result_.reweighted(…)`` tries other weights at next to no cost.
    embedding_ : (n, width) array
        The vectors of the graph's vertices.
    n_features_in_ : int
        Number of vertices.
    """

    def __init__(
        self,
        dim: int = 128,
        *,
        weights: Sequence[float] = (0.0, 0.0, 1.0, 6.67),
        beta: float = -0.628,
        projection: Any = "very-sparse",
        density: float | None = None,
        input_matrix: str = "transition",
        normalize: bool = True,
        merge: str = "sum",
        standardize: bool = True,
        isolated: str = "zero",
        dtype: str = "float32",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.dim = dim
        self.weights = weights
        self.beta = beta
        self.projection = projection
        self.density = density
        self.input_matrix = input_matrix
        self.normalize = normalize
        self.merge = merge
        self.standardize = standardize
        self.isolated = isolated
        self.dtype = dtype
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> FastRP:
        """Embed the vertices of the graph whose adjacency matrix is X.

        Parameters
        ----------
        X : (n, n) sparse matrix or array, or graph
            As `A` of :func:`porism_graphs.fastrp`.
        y : ignored

        Raises
        ------
        InvalidInput
            As :func:`porism_graphs.fastrp`.
        """
        options = {name: value for name, value in self.get_params(deep=False).items() if name != "random_state"}
        state = self.random_state
        if state is not None and not isinstance(state, int | np.integer):
            state = int(check_random_state(state).randint(0, 2**31 - 1))
        self.result_: Any = fastrp(X, **options, keep_parts=True, rng=state)
        self.embedding_: npt.NDArray[Any] = self.result_.vectors
        self.n_features_in_ = len(self.embedding_)
        self._n_features_out = self.embedding_.shape[1]
        return self

    def fit_transform(self, X: Any, y: Any = None) -> npt.NDArray[Any]:
        """Embed the vertices of the graph and return their vectors.

        Parameters
        ----------
        X : (n, n) sparse matrix or array, or graph
            As `A` of :func:`porism_graphs.fastrp`.
        y : ignored

        Returns
        -------
        (n, width) array
        """
        return self.fit(X).embedding_

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Vectors of new vertices, by their edges to those that were fitted.

        Parameters
        ----------
        X : (r, n) sparse matrix or array-like
            Rows of edges.

        Returns
        -------
        (r, width) array

        Raises
        ------
        InvalidInput
            If X has another number of columns, or negative or infinite weights.
        """
        check_is_fitted(self)
        found: npt.NDArray[Any] = self.result_.transform_rows(X, n_jobs=self.n_jobs)
        return found
