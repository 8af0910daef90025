"""What is clustered: objects of several kinds, and the dissimilarities between them.

:func:`objects` makes one of three classes out of a caller's X and metric. Each can fill a square matrix with the
dissimilarities between its own objects, and keep some of them (`pick`) to compare new objects with later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import kmedoids as kernel
from porism._sparse import is_sparse
from porism._validation import as_array, as_choice, as_float, check_finite, check_memory, describe
from porism.errors import InvalidInput, InvalidType
from porism.problems.k_medoids._gower import Columns, unmixed

__all__ = ["METRICS", "Call", "Objects", "Prototypes", "objects"]

Numbers = npt.NDArray[Any]
Metric = str | Callable[..., float]
Report = Callable[[int, int, float], object] | None

ALIASES = {"l1": "manhattan", "cityblock": "manhattan", "l2": "euclidean"}
"""Further names, those of SciPy and scikit-learn."""

METRICS = (
    "euclidean",
    "sqeuclidean",
    "manhattan",
    "cosine",
    "chebyshev",
    "minkowski",
    "canberra",
    "braycurtis",
    "hamming",
    "jaccard",
    "gower",
    "precomputed",
    *ALIASES,
)
"""What `metric` may be, other than a callable; all but the last ones are computed by the Rust core."""

FLOATS = (np.float32, np.float64)
DISSIMILARITIES = (np.float32, np.float64, np.int32, np.int64)


@dataclass(frozen=True)
class Given:
    """A square matrix of dissimilarities: ``D[o, m]`` of object o to medoid m."""

    D: Numbers

    def __len__(self) -> int:
        return len(self.D)

    def square(self, threads: int, symmetric: bool, report: Report) -> Numbers:
        return self.D

    def pick(self, chosen: npt.NDArray[np.int64]) -> GivenPrototypes:
        return GivenPrototypes(chosen, len(self.D))


@dataclass(frozen=True)
class GivenPrototypes:
    """Medoids of a precomputed matrix: all that is known of them is where they stood."""

    medoids: npt.NDArray[np.int64]
    n: int

    def distances(self, X: Any, threads: int) -> Numbers:
        if is_sparse(X):
            raise InvalidType("X must be a 2-D array of dissimilarities, got a sparse matrix; pass X.toarray()")
        values = as_array("X", X, ndim=2, dtypes=DISSIMILARITIES, promote=_promoted(X), order="A")
        k = len(self.medoids)
        if values.shape[1] not in (k, self.n):
            raise InvalidInput(
                f"X must have a row for each new object and a column for each of the {k} medoids "
                f"(or of the {self.n} objects that were clustered), got shape {values.shape}"
            )
        chosen = values if values.shape[1] != self.n else values[:, self.medoids]
        bad = ~(chosen >= 0)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise InvalidInput(
                f"X must hold dissimilarities ≥ 0, got {chosen[row, column]} in row {row} for medoid {column}"
            )
        return chosen


@dataclass(frozen=True)
class Vectors:
    """Rows of floats under a metric of the core."""

    rows: Numbers
    metric: str
    parameter: float
    """The exponent of "minkowski", the number of numeric columns of "gower"."""
    columns: Columns | None
    """How new rows become numbers, for "gower"."""

    def __len__(self) -> int:
        return len(self.rows)

    def square(self, threads: int, symmetric: bool, report: Report) -> Numbers:
        D: Numbers = kernel.pairwise(self.rows, self.metric, threads, report, self.parameter)
        return D

    def pick(self, chosen: npt.NDArray[np.int64]) -> VectorPrototypes:
        return VectorPrototypes(self.rows[chosen], self.metric, self.parameter, self.columns)


@dataclass(frozen=True)
class VectorPrototypes:
    """The rows that are medoids."""

    rows: Numbers
    metric: str
    parameter: float
    columns: Columns | None

    def distances(self, X: Any, threads: int) -> Numbers:
        if self.columns is not None:
            values = self.columns.encode(X)
        else:
            values = as_array("X", _dense(X, None), ndim=2, dtypes=FLOATS, promote=np.float64)
            width = self.rows.shape[1]
            if values.shape[1] != width:
                raise InvalidInput(f"X must have {width} columns, as the rows clustered, got {values.shape[1]}")
            check_finite("X", values)
            _check_magnitude(values, self.metric, self.parameter)
            if self.metric == "braycurtis":
                _check_abundances(values)
        common = np.result_type(values, self.rows)
        values, rows = values.astype(common, copy=False), self.rows.astype(common, copy=False)
        if not len(values):
            return np.empty((0, len(rows)), dtype=common)
        made: Numbers = kernel.cross(values, rows, self.metric, threads, self.parameter)
        return made


@dataclass(frozen=True)
class Rows:
    """Objects of any kind, under a Python callable."""

    rows: Sequence[Any]
    metric: Callable[..., float]
    options: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.rows)

    def square(self, threads: int, symmetric: bool, report: Report) -> Numbers:
        n = len(self)
        D = np.zeros((n, n))
        total = n * (n - 1) // 2 if symmetric else n * (n - 1)
        done = 0
        for i in range(n):
            for j in range(i) if symmetric else (j for j in range(n) if j != i):
                D[i, j] = _called(self.metric, self.options, self.rows, i, self.rows, j)
                if symmetric:
                    D[j, i] = D[i, j]
                done += 1
            if report is not None and i % 64 == 63:
                report(done, total, 0.0)
        return D

    def pick(self, chosen: npt.NDArray[np.int64]) -> RowPrototypes:
        return RowPrototypes([self.rows[i] for i in chosen.tolist()], self.metric, self.options)


@dataclass(frozen=True)
class RowPrototypes:
    """The objects that are medoids."""

    rows: Sequence[Any]
    metric: Callable[..., float]
    options: Mapping[str, Any]

    def distances(self, X: Any, threads: int) -> Numbers:
        rows = _sequence(X)
        k = len(self.rows)
        made = [_called(self.metric, self.options, rows, i, self.rows, j) for i in range(len(rows)) for j in range(k)]
        return np.array(made, dtype=np.float64).reshape(len(rows), k)


Objects = Given | Vectors | Rows
Prototypes = GivenPrototypes | VectorPrototypes | RowPrototypes


@dataclass(frozen=True)
class Call:
    """A checked call of a solver: what a search runs on."""

    D: Numbers
    """(n, n): dissimilarity of object o to medoid m at ``[o, m]``, in C or Fortran order."""
    k: int
    start: str | npt.NDArray[np.int64]
    """The initialisation's name, or the indices to start with, fixed ones first."""
    weights: npt.NDArray[Any] | None
    """(n,) float64, or int64 where D is of integers."""
    fixed: npt.NDArray[np.int64]
    forbidden: npt.NDArray[np.bool_] | None
    objects: Objects
    """X itself."""

    def prototypes(self, medoids: npt.NDArray[np.int64]) -> Prototypes:
        """What a result keeps of the medoids, to compare new objects with."""
        return self.objects.pick(medoids)


def objects(X: Any, metric: Metric, params: Mapping[str, Any] | None, memory_limit: int | None) -> Objects:
    """Read X as `metric` asks for.

    Parameters
    ----------
    X
        As :func:`porism.problems.k_medoids.k_medoids` says.
    metric : str or callable
        One of :data:`METRICS`, or a function of two objects.
    params : mapping, optional
        The metric's own parameters.
    memory_limit : int, optional
        Bytes that a square matrix made from a condensed one may take.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        If X, `metric` or `params` are not fit for each other.
    """
    if params is not None and not (isinstance(params, Mapping) and all(isinstance(name, str) for name in params)):
        raise InvalidType(f"metric_params must be None or a dict of the metric's parameters, got {describe(params)}")
    options = dict(params or {})
    if callable(metric):
        items = _sequence(X)
        if not len(items):
            raise InvalidInput("X must hold at least one object, got none")
        return Rows(items, metric, options)
    name = as_choice("metric", metric, METRICS, also="a callable (x, y) -> dissimilarity")
    name = ALIASES.get(name, name)
    accepted = {"minkowski": ("p",), "gower": ("categorical",)}.get(name, ())
    for option in options:
        if option not in accepted:
            takes = f"takes {', '.join(map(repr, accepted))}" if accepted else "has none"
            raise InvalidInput(f"metric_params: metric {name!r} {takes}, got {option!r}")
    if name == "precomputed":
        return Given(_matrix(X, memory_limit))
    if name == "gower":
        columns, rows = unmixed(X, **options)
        return Vectors(rows, name, float(len(columns.ranges)), columns)
    p = as_float("metric_params: p", options.get("p", 2.0), 1.0)
    if name == "minkowski" and p == np.inf:
        name, p = "chebyshev", 2.0
    values = as_array("X", _dense(X, memory_limit), ndim=2, dtypes=FLOATS, promote=np.float64)
    if values.size == 0:
        raise InvalidInput(f"X must have at least one row and one column, got shape {values.shape}")
    check_finite("X", values)
    _check_magnitude(values, name, p)
    if name == "braycurtis":
        _check_abundances(values)
    return Vectors(values, name, p, None)


POWERS = {"euclidean": 2.0, "sqeuclidean": 2.0, "manhattan": 1.0, "chebyshev": 1.0, "braycurtis": 1.0}
"""The power to which metrics raise differences before they sum them, for those that are not free of units."""


def _check_magnitude(values: Numbers, metric: str, p: float) -> None:
    """Differences, raised to the metric's power and summed over the columns, neither overflow nor all vanish."""
    power = p if metric == "minkowski" else POWERS.get(metric)
    if power is None or values.size == 0:
        return
    largest = max(float(values.max()), -float(values.min()))
    kind = np.finfo(values.dtype)
    high = (float(kind.max) / values.shape[1]) ** (1 / power) / 2
    low = (float(kind.tiny) / float(kind.eps)) ** (1 / power) if power > 1 else 0.0
    if largest > high or 0 < largest < low:
        raise InvalidInput(
            f"X must have its largest absolute value in {low:.2g}..{high:.2g}, lest metric={metric!r} overflow or "
            f"vanish in {values.dtype}; got {largest:.6g}; scale X" + ("" if kind.bits > 32 else " or pass float64")
        )


def _check_abundances(values: Numbers) -> None:
    negative = values < 0
    if negative.any():
        row, column = np.argwhere(negative)[0]
        raise InvalidInput(
            f"X must hold no negative numbers where metric='braycurtis', got {values[row, column]} in row {row}"
        )


def _dtype(X: Any) -> np.dtype[Any] | None:
    try:
        dtype: np.dtype[Any] = np.asarray(X).dtype
    except Exception:  # no array; whoever reads it says so
        return None
    return dtype


def _promoted(X: Any) -> npt.DTypeLike:
    """The type in which dissimilarities of another type are kept: integers stay integers."""
    dtype = _dtype(X)
    if dtype is None or dtype.kind not in "iub":
        return np.float64
    return np.int32 if np.can_cast(dtype, np.int32) else np.int64


def _dense(X: Any, memory_limit: int | None) -> Any:
    """Rows as they are, or, where they are sparse, written out: n × d numbers, seldom more than the n × n to come."""
    if not is_sparse(X):
        return X
    if X.ndim != 2 or X.dtype.kind not in "fiub":
        raise InvalidType(f"X must be a 2-D array of real numbers, got a sparse one: {X.ndim}-D of dtype {X.dtype}")
    n, d = X.shape
    size = 4 if X.dtype == np.float32 else 8
    check_memory(f"X: the {n} × {d} numbers of a sparse matrix, written out,", n * d * size, memory_limit)
    return X.astype(np.float32 if size == 4 else np.float64).toarray()


def _matrix(X: Any, memory_limit: int | None) -> Numbers:
    """X as a square matrix: as it is, or made from a condensed one."""
    if is_sparse(X):
        raise InvalidType(
            "X must be a square or condensed array where metric='precomputed', got a sparse matrix: what it leaves out "
            "would be at distance 0; pass an array with +inf for pairs that are not to be joined"
        )
    dtype = _dtype(X)
    if (
        dtype is not None
        and dtype.kind == "u"
        and dtype.itemsize == 8
        and np.max(X, initial=0) > np.iinfo(np.int64).max
    ):
        raise InvalidInput(f"X must hold dissimilarities below 2**63, got {np.max(X)}")
    if _ndim(X) == 1:
        values = as_array("X", X, ndim=1, dtypes=DISSIMILARITIES, promote=_promoted(X))
        n = round((1 + np.sqrt(1 + 8 * len(values))) / 2)
        if len(values) == 0 or n * (n - 1) // 2 != len(values):
            raise InvalidInput(
                "X must be a square matrix, or a condensed one of length n(n-1)/2 as scipy's pdist makes it, "
                f"where metric='precomputed'; got 1-D of length {len(values)}"
            )
        check_memory(f"X: the matrix of {n} × {n} dissimilarities", n * n * values.itemsize, memory_limit)
        from scipy.spatial.distance import squareform

        made: Numbers = squareform(values, checks=False)
        return made
    values = as_array("X", X, ndim=2, dtypes=DISSIMILARITIES, promote=_promoted(X), order="A")
    if values.shape[0] != values.shape[1] or values.size == 0:
        raise InvalidInput(
            f"X must be a square matrix of at least one object where metric='precomputed', got shape {values.shape}"
        )
    return values


def _ndim(X: Any) -> int | None:
    try:
        return np.ndim(X)
    except Exception:
        return None


def _sequence(X: Any) -> Sequence[Any]:
    """X as objects to call a metric on: rows of arrays and data frames, items of other sequences."""
    if is_sparse(X):
        raise InvalidType("X must be an array or a sequence of objects, got a sparse matrix; pass X.toarray()")
    if hasattr(X, "iloc") and hasattr(X, "to_numpy"):
        X = X.to_numpy()
    if isinstance(X, np.ndarray):
        if X.ndim == 0:
            raise InvalidInput(f"X must be an array or a sequence of objects, got {describe(X)}")
        rows: Any = X
        return rows  # type: ignore[no-any-return]
    if isinstance(X, (str, bytes)) or not isinstance(X, Sequence):
        raise InvalidType(f"X must be an array or a sequence of objects, got {describe(X)}")
    return X


def _called(
    metric: Callable[..., float], options: Mapping[str, Any], x: Sequence[Any], i: int, y: Sequence[Any], j: int
) -> float:
    value: Any = metric(x[i], y[j], **options)
    try:
        number = np.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not number >= 0:
        raise InvalidInput(f"metric must return a number ≥ 0, got {describe(value)} for objects {i} and {j}")
    return number
