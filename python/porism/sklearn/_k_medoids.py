"""k-medoids clustering as a scikit-learn estimator, which passes scikit-learn's own ``check_estimator``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from porism import Solver, registry
from porism._sparse import is_sparse
from porism._validation import as_choice, as_integer, check_finite
from porism.errors import InvalidInput, InvalidType
from porism.problems.k_medoids import SOLVERS, KMedoidsResult, k_medoids
from porism.problems.k_medoids._objects import METRICS
from porism.problems.k_medoids.solvers import prepared

__all__ = ["KMedoids"]

METHODS = {"alternate": "alternating", "pam": "fastpam1"}
"""scikit-learn-extra's names. FastPAM1 makes PAM's swaps, one by one, and finds each k times faster."""

INITS = {"k-medoids++": "kmeans++"}

SPARSE = ("cityblock", "cosine", "euclidean", "l1", "l2", "manhattan", "sqeuclidean")
"""Metrics that scikit-learn computes from sparse rows."""


class KMedoids(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """k-medoids clustering: every cluster is represented by one of its own objects.

    Parameters
    ----------
    n_clusters : int
        Number of medoids.
    metric : str or callable
        A metric of :func:`porism.problems.k_medoids.k_medoids`, any other of
        ``sklearn.metrics.pairwise_distances``, or a function ``(x, y) -> float`` of two rows. With "precomputed", X is
        the square matrix of dissimilarities in `fit`, and has a column for each object of `fit` in `predict` and
        `transform`. "gower" takes data frames with columns of numbers and categories, and missing values.
    metric_params : dict or None
        The metric's own parameters, such as ``{"p": 3}`` for "minkowski".
    method : str
        A solver of the problem k-medoids: "fasterpam" (fast, and the quality of PAM), "fastpam1", "pam" (runs as
        "fastpam1", which makes the same swaps), "alternating" or "alternate" (like k-means; worse), and so on:
        ``porism list`` shows them.
    init : str or (n_clusters,) array of int
        "random", "build", "k-medoids++", "heuristic" (the objects nearest to all others; as scikit-learn-extra has it)
        or another initialisation that `method` takes, or the rows to start with.
    max_iter : int
        Passes at most. A `ConvergenceWarning` says when they were not enough.
    n_init : int
        Runs from different random states; the best is kept.
    random_state : None, int or numpy.random.RandomState
        Source of randomness, as everywhere in scikit-learn.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features) array, data frame or sparse matrix, or None
        The rows that are medoids; None for a precomputed matrix.
    medoid_indices_ : (n_clusters,) int64 array
        Where they are in the X of `fit`.
    labels_ : (n_samples,) int64 array
        Each object's cluster.
    inertia_ : float
        Sum of the dissimilarities of all objects to their medoids.
    n_iter_ : int
        Passes made.
    n_features_in_ : int
        Columns of the X of `fit`.
    feature_names_in_ : (n_features_in_,) array of object
        Their names, where X had names that are all strings.
    result_ : KMedoidsResult
        Everything else known about the clustering: swaps, the loss after every pass, `plot()`.

    Examples
    --------
    >>> import numpy as np
    >>> from porism.sklearn import KMedoids
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [9, 2], [9, 4], [9, 0]])
    >>> model = KMedoids(n_clusters=2, random_state=0).fit(X)
    >>> sorted(model.cluster_centers_.tolist())
    [[1.0, 2.0], [9.0, 2.0]]
    >>> bool(model.predict([[0, 0]]) == model.labels_[0])
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        metric: str | Callable[..., float] = "euclidean",
        metric_params: Mapping[str, Any] | None = None,
        method: str = "fasterpam",
        init: str | npt.ArrayLike = "random",
        max_iter: int = 100,
        n_init: int = 1,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.metric_params = metric_params
        self.method = method
        self.init = init
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> KMedoids:
        """Choose the medoids.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix, or (n_samples, n_samples) array
            The objects, or their dissimilarities where ``metric="precomputed"``.
        y : None
            Ignored.

        Raises
        ------
        InvalidInput
            If a parameter is out of its range, there are fewer objects than clusters, or X is not fit for the metric.
        """
        k = as_integer("n_clusters", self.n_clusters, 1)
        solve = self._solver()
        X = self._checked(X, reset=True)
        n = X.shape[0]
        if k > n:
            raise InvalidInput(f"n_clusters must be at most the number of samples, got {k} for n_samples={n}")
        params = dict(self.metric_params or {})
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        options: dict[str, Any] = {"metric": self.metric, "metric_params": self.metric_params}
        objects = X
        if not self._own(X):
            if isinstance(self.metric, str):
                params["n_jobs"] = self.n_jobs
            objects, options = pairwise_distances(X, metric=self.metric, **params), {"metric": "precomputed"}
        init = self.init if not isinstance(self.init, str) else INITS.get(self.init, self.init)
        if isinstance(init, str) and init == "heuristic":
            init = np.argsort(prepared(objects, k, **options).D.sum(axis=1), kind="stable")[:k]
        wanted = {"init": (init, "random"), "max_iter": (self.max_iter, 100), "n_init": (self.n_init, 1)}
        for option, (value, default) in wanted.items():
            if option in solve.options:
                options[option] = value
            elif not (isinstance(value, type(default)) and value == default):
                raise InvalidInput(f"{option} must be {default!r} where method={self.method!r}, got {value!r}")
        options["n_jobs"] = self.n_jobs
        result: KMedoidsResult = solve(objects, k, rng=seed, **options)
        if not result.converged and self.max_iter:
            warnings.warn(
                f"{self.method} was ended by max_iter={self.max_iter} before it converged", ConvergenceWarning, 2
            )
        self.result_ = result
        self.medoid_indices_ = result.medoids
        self.labels_ = result.labels
        self.inertia_ = result.loss
        self.n_iter_ = result.n_iter
        if self.metric == "precomputed":
            self.cluster_centers_ = None
        else:
            self.cluster_centers_ = X.iloc[result.medoids] if hasattr(X, "iloc") else X[result.medoids]
        return self

    def predict(self, X: Any) -> npt.NDArray[np.int64]:
        """The nearest medoid of each object.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix, or (n_samples, n_samples_fit) array
            New objects, or their dissimilarities to those of `fit` where ``metric="precomputed"``.

        Returns
        -------
        (n_samples,) int64 array
            Labels 0 … n_clusters-1, as in `labels_`.
        """
        return np.asarray(np.argmin(self.transform(X), axis=1), dtype=np.int64)

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """The dissimilarities of each object to all medoids.

        Parameters
        ----------
        X : (n_samples, n_features) array, data frame or sparse matrix, or (n_samples, n_samples_fit) array
            As in `predict`.

        Returns
        -------
        (n_samples, n_clusters) array
        """
        check_is_fitted(self)
        X = self._checked(X, reset=False)
        if self.metric == "precomputed":
            return np.ascontiguousarray(X[:, self.medoid_indices_])
        if self._own(X) and self._own(self.cluster_centers_):
            return self.result_.dissimilarities(X, n_jobs=self.n_jobs)
        made = pairwise_distances(X, self.cluster_centers_, metric=self.metric, **dict(self.metric_params or {}))
        return np.asarray(made)

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the sum of the dissimilarities of all objects to their nearest medoids: more is better.

        Parameters
        ----------
        X : array, data frame or sparse matrix
            As in `predict`.
        y : None
            Ignored.
        """
        return -float(self.transform(X).min(axis=1).sum())

    def _solver(self) -> Solver[..., KMedoidsResult]:
        solvers: dict[str, Solver[..., KMedoidsResult]] = {solver.name: solver for solver in SOLVERS}
        name = METHODS.get(self.method, self.method) if isinstance(self.method, str) else self.method
        if name not in solvers:  # a plugin's, perhaps
            solvers |= {solver.name: solver for solver in registry.solvers(problem=k_medoids)}
            as_choice("method", name, (*solvers, *METHODS))
        return solvers[name]

    def _own(self, X: Any) -> bool:
        """Whether porism computes the dissimilarities; otherwise scikit-learn does."""
        return isinstance(self.metric, str) and self.metric in METRICS and not is_sparse(X)

    def _checked(self, X: Any, *, reset: bool) -> Any:
        if not (callable(self.metric) or isinstance(self.metric, str)):
            raise InvalidType(f"metric must be a str or a callable, got {self.metric!r}")
        if self.metric == "gower":
            if not hasattr(X, "iloc"):
                X = np.asarray(X)
            return validate_data(self, X, reset=reset, skip_check_array=True)
        if self.metric == "precomputed":
            # Infinity is a pair that must not share a cluster; NaN is refused, in porism's words.
            found = validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=False)
            check_finite("X", found, infinity=True)
            return found
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr" if self._takes_sparse() else False,
            accept_large_sparse=self.metric not in ("cityblock", "l1", "manhattan"),  # scikit-learn's are of 32 bits
            dtype=[np.float64, np.float32],
        )

    def _takes_sparse(self) -> bool:
        return isinstance(self.metric, str) and self.metric in SPARSE

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.input_tags.sparse = self._takes_sparse()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return len(self.medoid_indices_)
