"""Selecting rows by submodular maximization, with the names that apricot's users know."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import TransformerTags, check_random_state
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from porism import Solver, objectives, registry
from porism._core import submodular as kernel
from porism._sparse import is_sparse
from porism._validation import as_choice, as_float, as_integer
from porism.errors import InvalidInput, InvalidType
from porism.objectives import Objective
from porism.objectives._objective import as_items
from porism.objectives._similarity import METRICS, _default_gamma
from porism.problems.submodular_maximization import SOLVERS, SelectionResult, submodular_maximization

__all__ = ["SubmodularSelector"]

OBJECTIVES = ("facility-location", "feature-based", "coverage", "log-det")

STREAMED = ("facility-location", "feature-based", "coverage")


class SubmodularSelector(BaseEstimator):  # type: ignore[misc]
    """Choose the rows that represent all of them best.

    Parameters
    ----------
    n_samples : int
        How many rows to choose; all of them where there are no more.
    objective : str or callable
        ``"facility-location"`` (every row is near a chosen one), ``"feature-based"`` (the chosen rows hold much of
        every feature; X ≥ 0), ``"coverage"`` (they touch many columns), ``"log-det"`` (they span much; X is then the
        kernel matrix where ``metric="precomputed"``, and X Xᵀ otherwise), or a function that makes an objective of
        :mod:`porism.objectives` of X.
    metric : str
        Of facility location: ``"rbf"``, ``"cosine"``, ``"dot"``, ``"inverse-distance"``, ``"squared-distance"``, or
        ``"precomputed"`` where X is the symmetric matrix of similarities.
    gamma : float or None
        Of ``metric="rbf"``; by default 1 / (n_features · variance of X).
    concave : str
        Of the feature-based objective: ``"sqrt"``, ``"log1p"`` or ``"fraction"``.
    method : str
        A solver of the problem submodular-maximization: ``porism list`` shows them.
    epsilon : float
        Of solvers that trade quality for speed, and of `partial_fit`.
    initial_subset : array of int or bool, or None
        Rows of the first X that are chosen already: they count for what the others add, and are not ranked.
    reservoir_size : int
        In `partial_fit` with facility location: how many rows, a random sample of all seen, stand for the rest.
    random_state : None, int or numpy.random.RandomState
        Source of randomness, as everywhere in scikit-learn.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.

    Attributes
    ----------
    ranking_, ranking : (m,) int64 array
        The chosen rows in order of choice; after `partial_fit`, counted from the first row that it saw. Both names hold
        the same, the second as in apricot.
    gains_, gains : (m,) float64 array
        What each added to the value when it was chosen.
    value_ : float
        The value of the chosen rows, with the initial ones.
    subset_ : (m, n_features) array or sparse matrix
        The chosen rows themselves.
    result_ : SelectionResult
        After `fit`: everything known about the choice, with the upper bound of the optimum and `plot()`.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : (n_features_in_,) array of object
        Their names, where X had names that are all strings.

    Examples
    --------
    >>> import numpy as np
    >>> from porism.sklearn import SubmodularSelector
    >>> X = np.array([[0.0], [0.1], [5.0], [5.1], [9.0]])
    >>> model = SubmodularSelector(3, gamma=1.0).fit(X)
    >>> sorted(int(row) // 2 for row in model.ranking)  # one of each pair, and the one apart
    [0, 1, 2]
    >>> model.transform(X).shape
    (3, 1)
    """

    def __init__(
        self,
        n_samples: int = 10,
        *,
        objective: Any = "facility-location",
        metric: str = "rbf",
        gamma: float | None = None,
        concave: str = "sqrt",
        method: str = "lazy-greedy",
        epsilon: float = 0.1,
        initial_subset: Any = None,
        reservoir_size: int = 1000,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_samples = n_samples
        self.objective = objective
        self.metric = metric
        self.gamma = gamma
        self.concave = concave
        self.method = method
        self.epsilon = epsilon
        self.initial_subset = initial_subset
        self.reservoir_size = reservoir_size
        self.random_state = random_state
        self.n_jobs = n_jobs

    # -- everything at once --------------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any = None, *, sample_cost: Any = None, budget: float | None = None) -> SubmodularSelector:
        """Choose rows of X.

        Parameters
        ----------
        X : (n, n_features) array, data frame or sparse matrix
            The rows.
        y : None
            Ignored.
        sample_cost : (n,) array-like, optional
            What each row costs; with `budget`, for methods that know costs.
        budget : float, optional
            What the chosen rows may cost together.

        Raises
        ------
        InvalidInput
            If a parameter is out of its range, or X is not fit for the objective.
        """
        k = as_integer("n_samples", self.n_samples, 1)
        solve = self._solver()
        X = self._checked(X, reset=True)
        initial = self._initial(X.shape[0])
        wanted: dict[str, Any] = {"n_jobs": self.n_jobs, "epsilon": self.epsilon}
        wanted |= {"costs": sample_cost, "budget": budget} if sample_cost is not None or budget is not None else {}
        options = {name: value for name, value in wanted.items() if name in solve.options}
        if "costs" in wanted and "costs" not in options:
            raise InvalidInput(f"sample_cost must be None where method={self.method!r}, which knows no costs")
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        result: SelectionResult = solve(self._made(X), k, initial=initial, rng=seed, **options)
        self.result_ = result
        self._keep(result.ranking, result.gains, result.value, X[result.ranking])
        self._stream: dict[str, Any] | None = None
        return self

    def transform(self, X: Any = None) -> Any:
        """The chosen rows of X, in order of choice.

        Parameters
        ----------
        X : (n, n_features) array, data frame or sparse matrix, optional
            The rows of `fit`, or of all calls of `partial_fit` one after the other; what is aligned with them may stand
            in for them. None gives `subset_`.

        Returns
        -------
        (m, n_features) array, data frame or sparse matrix

        Raises
        ------
        InvalidInput
            If X has fewer rows than were seen.
        """
        check_is_fitted(self)
        if X is None:
            return self.subset_
        checked = self._checked(X, reset=False)
        if checked.shape[0] < self.n_samples_seen_:
            raise InvalidInput(f"X must have the {self.n_samples_seen_} rows that were seen, got {checked.shape[0]}")
        return X.iloc[self.ranking_] if hasattr(X, "iloc") else checked[self.ranking_]

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """`fit`, then `transform`."""
        return self.fit(X, y, **fit_params).transform(X)

    @property
    def ranking(self) -> npt.NDArray[np.int64]:
        """The chosen rows, as apricot calls them."""
        check_is_fitted(self)
        return self.ranking_

    @property
    def gains(self) -> npt.NDArray[np.float64]:
        """What each added, as apricot calls it."""
        check_is_fitted(self)
        return self.gains_

    # -- batch by batch ------------------------------------------------------------------------------------------

    def partial_fit(self, X: Any, y: Any = None) -> SubmodularSelector:
        """Let more rows come, and keep the best choice of all seen so far, by SieveStreaming++.

        Only the rows that some candidate set holds are kept, O(n_samples / epsilon) of them, and with facility location
        a random sample of `reservoir_size` rows that stand for all. With the other objectives, batches of any sizes
        give what the whole stream at once gives: at least 1/2 - epsilon of the optimum.

        Parameters
        ----------
        X : (n, n_features) array, data frame or sparse matrix
            The next rows.
        y : None
            Ignored.
        """
        k = as_integer("n_samples", self.n_samples, 1)
        epsilon = as_float("epsilon", self.epsilon, 1e-4, 1.0, ends="[)")
        if self.objective not in STREAMED or self.metric == "precomputed":
            got = f"{self.objective!r} with metric={self.metric!r}"
            raise InvalidInput(f"objective must be one of {', '.join(STREAMED)} of rows for partial_fit, got {got}")
        stream = getattr(self, "_stream", None)
        X = self._checked(X, reset=stream is None)
        if stream is None:
            stream = self._begun(X)
        first = stream["seen"]
        numbers = np.concatenate([stream["numbers"], np.arange(first, first + X.shape[0])])
        rows = _stacked(stream["rows"], X)
        stream["seen"] = first + X.shape[0]
        clients = self._reservoir(stream, X)
        where = {int(number): place for place, number in enumerate(numbers)}
        f = self._made(rows, gamma=stream["gamma"], clients=clients)
        initial = np.array([where[number] for number in stream["initial"]], dtype=np.int64)
        sets = [(exponent, [where[number] for number in held]) for exponent, held in stream["sets"]]
        arrivals = np.arange(len(numbers) - X.shape[0], len(numbers), dtype=np.int64)
        arrivals = arrivals[~np.isin(arrivals, initial)]
        sets, largest, ranking, gains, value, _ = kernel.sieve(
            f._kernel, k, epsilon, True, initial, sets, stream["largest"], arrivals
        )
        kept = sorted({*initial.tolist(), *(place for _, held in sets for place in held)})
        stream["largest"] = largest
        stream["sets"] = [(exponent, [int(numbers[place]) for place in held]) for exponent, held in sets]
        stream["numbers"], stream["rows"] = numbers[kept], rows[kept]
        self._stream = stream
        self._keep(numbers[ranking], gains, value, rows[ranking])
        self.n_samples_seen_ = stream["seen"]
        return self

    def _begun(self, X: Any) -> dict[str, Any]:
        gamma = self.gamma
        if self.objective == "facility-location" and self.metric == "rbf" and gamma is None:
            gamma = _default_gamma(X)
        return {
            "seen": 0,
            "numbers": np.zeros(0, dtype=np.int64),
            "rows": None,
            "sets": [],
            "largest": 0.0,
            "initial": self._initial(X.shape[0]).tolist(),
            "reservoir": None,
            "random": np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1)),
            "gamma": gamma,
        }

    def _reservoir(self, stream: dict[str, Any], X: Any) -> Any:
        """A uniform sample of all rows seen, for facility location."""
        if self.objective != "facility-location":
            return None
        size = as_integer("reservoir_size", self.reservoir_size, 1)
        held = stream["reservoir"]
        held = X[:0].copy() if held is None else held
        room = max(0, size - len(held))
        start = stream["seen"] - len(X)
        held = np.concatenate([held, X[:room]])
        for place in range(room, len(X)):  # the row takes a random place among all seen, if that is in the sample
            target = int(stream["random"].integers(0, start + place + 1))
            if target < size:
                held[target] = X[place]
        stream["reservoir"] = held
        return held

    # -- helpers -------------------------------------------------------------------------------------------------

    def _keep(self, ranking: Any, gains: Any, value: float, rows: Any) -> None:
        self.ranking_ = np.asarray(ranking, dtype=np.int64)
        self.gains_ = np.asarray(gains, dtype=np.float64)
        self.value_ = float(value)
        self.subset_ = rows

    def _solver(self) -> Solver[..., SelectionResult]:
        solvers: dict[str, Solver[..., SelectionResult]] = {solver.name: solver for solver in SOLVERS}
        if self.method not in solvers:  # a plugin's, perhaps
            solvers |= {solver.name: solver for solver in registry.solvers(problem=submodular_maximization)}
            as_choice("method", self.method, solvers)
        return solvers[self.method]

    def _initial(self, n: int) -> npt.NDArray[np.int64]:
        if self.initial_subset is None:
            return np.zeros(0, dtype=np.int64)
        given = np.asarray(self.initial_subset)
        if given.dtype == bool:
            if given.shape != (n,):
                raise InvalidInput(f"initial_subset must have one entry for each of {n} rows, got shape {given.shape}")
            return np.flatnonzero(given).astype(np.int64)
        return as_items("initial_subset", given, n)

    def _made(self, X: Any, *, gamma: Any = None, clients: Any = None) -> Objective:
        if callable(self.objective):
            made = self.objective(X)
            if not isinstance(made, Objective) or made.n_items != X.shape[0]:
                raise InvalidType(f"objective must make an objective of {X.shape[0]} items of X, got {made!r}")
            return made
        if self.objective == "feature-based":
            return objectives.feature_based(X, self.concave)
        if self.objective == "coverage":
            return objectives.coverage(X)
        if self.objective == "log-det":
            return objectives.log_det(X if self.metric == "precomputed" else X @ X.T)
        if self.metric == "precomputed":
            return objectives.facility_location(X, symmetric=True)
        width = self.gamma if gamma is None else gamma
        return objectives.facility_location(X=X, metric=self.metric, gamma=width, clients=clients)

    def _checked(self, X: Any, *, reset: bool) -> Any:
        if not callable(self.objective):
            as_choice("objective", self.objective, OBJECTIVES, also="a function of X")
        as_choice("metric", self.metric, (*METRICS, "precomputed"))
        checked = validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr" if self._takes_sparse() else False,
            dtype=[np.float64, np.float32],
        )
        if self.objective == "feature-based":
            check_non_negative(checked, type(self).__name__)
        if reset:
            self.n_samples_seen_ = checked.shape[0]
        return checked

    def _takes_sparse(self) -> bool:
        return self.objective in ("feature-based", "coverage")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags = TransformerTags(preserves_dtype=["float64", "float32"])
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.input_tags.sparse = self._takes_sparse()
        tags.input_tags.positive_only = self.objective == "feature-based"
        return tags


def _stacked(rows: Any, more: Any) -> Any:
    if rows is None:
        return more
    if is_sparse(rows) or is_sparse(more):
        return sparse.vstack([rows, more], format="csr")
    return np.concatenate([rows, more])
