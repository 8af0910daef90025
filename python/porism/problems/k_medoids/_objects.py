"""What is clustered: objects of several kinds, and the dissimilarities between them.

:func:`objects` makes one of four classes out of a caller's X and metric. Each can fill a square matrix with the
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
from porism.problems.k_medoids._gower import Columns, Mixed, unmixed

__all__ = ["METRICS", "Call", "Objects", "Prototypes", "objects"]

Numbers = npt.NDArray[Any]
Metric = str | Callable[..., float]
Report = Callable[[int, int, float], object] | None

ALIASES = {"l1": "manhattan", "cityblock": "manhattan", "l2": "euclidean"}
"""Further names, those of SciPy and scikit-learn."""

KERNELS = ("euclidean", "sqeuclidean", "manhattan", "cosine")
"""Metrics of the Rust core."""

SCIPY = ("chebyshev", "minkowski", "canberra", "braycurtis", "hamming", "jaccard")
"""Metrics that ``scipy.spatial.distance.cdist`` computes, block by block."""

METRICS = (*KERNELS, *SCIPY, "gower", "precomputed", *ALIASES)

FLOATS = (np.float32, np.float64)
DISSIMILARITIES = (np.float32, np.float64, np.int32, np.int64)

BLOCK = 1 << 21
"""Dissimilarities computed at a time: little enough memory, and a look at signals in between."""


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
    """Rows of finite floats under a metric of the core or of SciPy."""

    rows: Numbers
    metric: str
    options: Mapping[str, float]

    def __len__(self) -> int:
        return len(self.rows)

    def square(self, threads: int, symmetric: bool, report: Report) -> Numbers:
        if self.metric in KERNELS:
            made: Numbers = kernel.pairwise(self.rows, self.metric, threads, report)
            return made
        return _square(len(self), self.rows.dtype, self._between, report)

    def _between(self, i: slice, j: slice) -> Numbers:
        return _scipy(self.rows[i], self.rows[j], self.metric, self.options, (i.start, j.start))

    def pick(self, chosen: npt.NDArray[np.int64]) -> VectorPrototypes:
        return VectorPrototypes(self.rows[chosen], self.metric, self.options)


@dataclass(frozen=True)
class VectorPrototypes:
    """The rows that are medoids."""

    rows: Numbers
    metric: str
    options: Mapping[str, float]

    def distances(self, X: Any, threads: int) -> Numbers:
        values = as_array("X", X, ndim=2, dtypes=FLOATS, promote=np.float64)
        width = self.rows.shape[1]
        if values.shape[1] != width:
            raise InvalidInput(f"X must have {width} columns, as the rows that were clustered, got {values.shape[1]}")
        check_finite("X", values)
        common = np.result_type(values, self.rows)
        values, rows = values.astype(common, copy=False), self.rows.astype(common, copy=False)
        if not len(values):
            return np.empty((0, len(rows)), dtype=common)
        if self.metric in KERNELS:
            made: Numbers = kernel.cross(values, rows, self.metric, threads)
            return made
        step = max(1, BLOCK // len(rows))
        blocks = [
            _scipy(values[at : at + step], rows, self.metric, self.options, (at, 0))
            for at in range(0, len(values), step)
        ]
        return np.concatenate(blocks)


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


@dataclass(frozen=True)
class MixedRows:
    """Rows of numbers and categories under Gower's dissimilarity."""

    columns: Columns
    rows: Mixed

    def __len__(self) -> int:
        return len(self.rows)

    def square(self, threads: int, symmetric: bool, report: Report) -> Numbers:
        def between(i: slice, j: slice) -> Numbers:
            return self.columns.between(self.rows[i], self.rows[j], (i.start, j.start))

        return _square(len(self), np.dtype(np.float64), between, report)

    def pick(self, chosen: npt.NDArray[np.int64]) -> MixedPrototypes:
        return MixedPrototypes(self.columns, self.rows[chosen])


@dataclass(frozen=True)
class MixedPrototypes:
    """The rows that are medoids, and what Gower's dissimilarity learnt from all of them."""

    columns: Columns
    rows: Mixed

    def distances(self, X: Any, threads: int) -> Numbers:
        new = self.columns.encode(X)
        step = max(1, BLOCK // len(self.rows))
        blocks = [
            self.columns.between(new[at : at + step], self.rows, (at, 0)) for at in range(0, max(1, len(new)), step)
        ]
        return np.concatenate(blocks)


Objects = Given | Vectors | Rows | MixedRows
Prototypes = GivenPrototypes | VectorPrototypes | RowPrototypes | MixedPrototypes


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
        rows = _sequence(X)
        if not len(rows):
            raise InvalidInput("X must hold at least one object, got none")
        return Rows(rows, metric, options)
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
        return MixedRows(*unmixed(X, **options))
    if name == "minkowski":
        options["p"] = as_float("metric_params: p", options.get("p", 2.0), 0.0, ends="(]")
    values = as_array("X", X, ndim=2, dtypes=FLOATS, promote=np.float64)
    if values.size == 0:
        raise InvalidInput(f"X must have at least one row and one column, got shape {values.shape}")
    check_finite("X", values)
    return Vectors(values, name, options)


def _dtype(X: Any) -> np.dtype[Any] | None:
    try:
        dtype: np.dtype[Any] = np.asarray(X).dtype
    except ValueError:  # ragged; whoever reads it says so
        return None
    return dtype


def _promoted(X: Any) -> npt.DTypeLike:
    """The type in which dissimilarities of another type are kept: integers stay integers."""
    dtype = _dtype(X)
    if dtype is None or dtype.kind not in "iub":
        return np.float64
    return np.int32 if np.can_cast(dtype, np.int32) else np.int64


def _matrix(X: Any, memory_limit: int | None) -> Numbers:
    """X as a square matrix: as it is, or made from a condensed one."""
    dtype = _dtype(X) if not is_sparse(X) else None
    if (
        dtype is not None
        and dtype.kind == "u"
        and dtype.itemsize == 8
        and np.max(X, initial=0) > np.iinfo(np.int64).max
    ):
        raise InvalidInput(f"X must hold dissimilarities below 2**63, got {np.max(X)}")
    if not is_sparse(X) and _ndim(X) == 1:
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
    except ValueError:
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


def _square(n: int, dtype: np.dtype[Any], between: Callable[[slice, slice], Numbers], report: Report) -> Numbers:
    """A symmetric matrix, filled with blocks of rows right of the diagonal and their mirror images."""
    D = np.zeros((n, n), dtype=dtype)
    step = max(1, BLOCK // n)
    for at in range(0, n, step):
        rows, rest = slice(at, min(at + step, n)), slice(at, n)
        block = between(rows, rest)
        D[rows, rest] = block
        D[rest, rows] = block.T
        if report is not None:
            report(rows.stop, n, 0.0)
    np.fill_diagonal(D, 0)
    return D


def _scipy(x: Numbers, y: Numbers, metric: str, options: Mapping[str, float], origin: tuple[int, int]) -> Numbers:
    """``cdist(x, y)`` in the type of x, with 0/0 read as 0: two rows without anything in them do not differ."""
    from scipy.spatial.distance import cdist

    pair = (x != 0, y != 0) if metric == "jaccard" else (x, y)  # SciPy before 1.15 took numbers for something else
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        D: Numbers = cdist(*pair, metric, **options).astype(x.dtype, copy=False)
    if metric == "braycurtis":
        np.nan_to_num(D, copy=False, nan=0.0, posinf=np.inf)
    bad = ~np.isfinite(D)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise InvalidInput(
            f"metric {metric!r} is not finite for rows {i + origin[0]} and {j + origin[1]} of X: {D[i, j]}"
        )
    return D
