"""What every k-medoids solver keeps, as code: strategies for instances, an oracle, and the checks of the laws."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver, registry
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.problems.k_medoids.problem import KMedoidsResult, k_medoids

__all__ = ["SUITE", "brute_force", "exchanges", "precomputed", "total"]

Matrix = npt.NDArray[Any]
AnySolver = Solver[..., KMedoidsResult]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------


def total(D: Matrix, medoids: npt.ArrayLike) -> float:
    """The loss of a set of medoids: every object goes to its nearest."""
    return float(np.asarray(D, dtype=np.float64)[:, np.asarray(medoids, dtype=np.intp)].min(axis=1).sum())


def manhattan(X: Matrix) -> Matrix:
    """All L1 distances between the rows of X."""
    D: Matrix = np.abs(X[:, None, :] - X[None, :, :]).sum(axis=2)
    return D


def brute_force(D: Matrix, k: int) -> float:
    """The least loss over all sets of k medoids."""
    return min(total(D, chosen) for chosen in itertools.combinations(range(len(D)), k))


def exchanges(D: Matrix, medoids: npt.NDArray[np.int64]) -> float:
    """The least loss that exchanging one medoid for one other object gives."""
    others = np.setdiff1d(np.arange(len(D)), medoids)
    trials = (np.where(medoids == old, new, medoids) for old in medoids for new in others)
    return min((total(D, trial) for trial in trials), default=np.inf)


# -- instances ---------------------------------------------------------------------------------------------------


def _dissimilarities(draw: st.DrawFn, n: int, kind: str) -> Matrix:
    """A symmetric matrix with a zero diagonal whose sums are exact in float64: small integers as values."""
    if kind == "metric":
        # Points of a small grid under L1: many ties, many duplicates, and the triangle inequality holds.
        points = np.array(draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=n, max_size=n)))
        return manhattan(points)
    high = {"ties": 2, "wild": 10_000, "sparse": 1}[kind]
    upper = draw(st.lists(st.integers(0, high), min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
    D = np.zeros((n, n), dtype=np.int64)
    D[np.triu_indices(n, 1)] = upper
    D += D.T
    return D


@st.composite
def precomputed(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = ("metric", "ties", "wild", "sparse"),
    max_n: int = 24,
    max_k: int | None = None,
    relayout: bool = False,
) -> Instance:
    """A precomputed matrix, k, and a start: integers stored as floats, so that every sum is exact."""
    n = draw(st.integers(1, max_n))
    k = draw(st.integers(1, n if max_k is None else min(n, max_k)))
    kind = draw(st.sampled_from(kinds))
    D = _dissimilarities(draw, n, kind).astype(draw(st.sampled_from([np.float32, np.float64])))
    if relayout:
        D = draw(layouts(D))
    return Instance(
        (D, k),
        {"metric": "precomputed", "rng": draw(st.integers(0, 9))},
        _start(draw, n, k),
        {"metric": kind == "metric"},
    )


@st.composite
def tie_free(draw: st.DrawFn) -> Instance:
    """A matrix in which no two sums are equal: random reals, of a seed that Hypothesis draws.

    Asymmetric, because in a symmetric one two objects that have only each other cost the same whichever is the medoid.
    """
    n = draw(st.integers(2, 24))
    k = draw(st.integers(1, n))
    D = np.random.default_rng(draw(st.integers(0, 2**32))).uniform(0.5, 1.5, size=(n, n))
    np.fill_diagonal(D, 0.0)
    wishes = _start(draw, n, k, indices=True) | {"symmetric": False}
    return Instance((D, k), {"metric": "precomputed", "rng": 0}, wishes)


def _start(draw: st.DrawFn, n: int, k: int, *, indices: bool = False) -> dict[str, Any]:
    wishes: dict[str, Any] = {"order": draw(st.sampled_from(["input", "random"]))}
    if indices or draw(st.booleans()):
        wishes["init"] = draw(st.permutations(range(n)).map(lambda p: np.array(p[:k], dtype=np.int64)))
    else:
        wishes["init"] = draw(st.sampled_from(["random", "build"]))
    return wishes


@st.composite
def data(draw: st.DrawFn) -> Instance:
    """Rows under a metric: ties, duplicates, zero rows, large and small values, every layout."""
    n = draw(st.integers(1, 20))
    d = draw(st.integers(1, 6))
    scale = draw(st.sampled_from([1.0, 1e-6, 1e6]))
    values = st.integers(-4, 4) if draw(st.booleans()) else st.floats(-100, 100, width=16)
    rows = draw(st.lists(st.lists(values, min_size=d, max_size=d), min_size=n, max_size=n))
    X = np.array(rows, dtype=draw(st.sampled_from([np.float32, np.float64]))).reshape(n, d) * scale
    X = draw(layouts(np.ascontiguousarray(X)))
    metric = draw(st.sampled_from(["euclidean", "sqeuclidean", "manhattan", "cosine"]))
    k = draw(st.integers(1, n))
    return Instance((X, k), {"metric": metric, "rng": draw(st.integers(0, 9))}, _start(draw, n, k))


instances = precomputed(relayout=True) | data()


def _invalid() -> st.SearchStrategy[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    X = np.arange(12.0).reshape(6, 2)
    D = np.abs(X[:, :1] - X[:, :1].T)
    given = {"metric": "precomputed"}

    def patched(value: float, place: tuple[int, int], base: Matrix = D) -> Matrix:
        changed = base.copy()
        changed[place] = value
        return changed

    def both(value: float, i: int, j: int) -> Matrix:
        return patched(value, (j, i), patched(value, (i, j)))

    calls: list[tuple[tuple[Any, ...], dict[str, Any], str, str]] = [
        ((np.empty((0, 2)), 1), {}, "X", "(0, 2)"),
        ((np.empty((3, 0)), 1), {}, "X", "(3, 0)"),
        ((np.arange(6.0), 2), {}, "X", "1-D"),
        ((np.zeros((2, 2, 2)), 1), {}, "X", "3-D"),
        ((np.array([[1.0], [None]], dtype=object), 1), {}, "X", "object"),
        ((np.array([["a"], ["b"]]), 1), {}, "X", "<U1"),
        ((X.astype(complex), 2), {}, "X", "complex128"),
        (("text", 2), {}, "X", ""),
        ((None, 2), {}, "X", ""),
        (([[1.0], [1.0, 2.0]], 1), {}, "X", ""),
        ((patched(np.nan, (3, 1), X), 2), {}, "X", "nan at X[3, 1]"),
        ((patched(np.inf, (0, 1), X), 2), {}, "X", "inf at X[0, 1]"),
        ((patched(-np.inf, (5, 0), X), 2), {}, "X", "-inf at X[5, 0]"),
        ((D[:, :4], 2), given, "X", "(6, 4)"),
        ((D[0], 2), given, "X", "1-D"),
        ((both(np.nan, 2, 4), 2), given, "X", "NaN"),
        ((both(-1.0, 1, 3), 2), given, "X", "-1"),
        ((both(-np.inf, 1, 3), 2), given, "X", "-inf"),
        ((patched(0.5, (4, 4)), 2), given, "X", "0.5"),
        ((patched(99.0, (2, 5)), 2), given, "X", "symmetric"),
        ((X, 0), {}, "k", "0"),
        ((X, -3), {}, "k", "-3"),
        ((X, 7), {}, "k", "7"),
        ((X, 2.0), {}, "k", "2.0"),
        ((X, True), {}, "k", "True"),
        ((X, "2"), {}, "k", "'2'"),
        ((X, None), {}, "k", "None"),
        ((X, np.array([2])), {}, "k", ""),
        ((X, 2), {"metric": "euclid"}, "metric", "'euclidean'"),
        ((X, 2), {"metric": 3}, "metric", "3"),
        ((X, 2), {"rng": -1}, "rng", "-1"),
        ((X, 2), {"rng": "seed"}, "rng", "'seed'"),
        ((X, 2), {"rng": 0.5}, "rng", "0.5"),
        ((X, 2), {"init": "bild"}, "init", "'build'"),
        ((X, 2), {"init": 7}, "init", "7"),
        ((X, 2), {"init": [0, 6]}, "init", "6"),
        ((X, 2), {"init": [0, -1]}, "init", "-1"),
        ((X, 2), {"init": [3, 3]}, "init", "3"),
        ((X, 2), {"init": [0, 1, 2]}, "init", "3"),
        ((X, 2), {"init": [0.0, 1.0]}, "init", "float64"),
        ((X, 2), {"init": [True, False]}, "init", "bool"),
        ((X, 2), {"max_iter": -1}, "max_iter", "-1"),
        ((X, 2), {"max_iter": 1.5}, "max_iter", "1.5"),
        ((X, 2), {"order": "sorted"}, "order", "'sorted'"),
        ((X, 2), {"n_jobs": 0}, "n_jobs", "0"),
        ((X, 2), {"n_jobs": 1.5}, "n_jobs", "1.5"),
        ((X, 2), {"progress": 3}, "progress", "3"),
        ((X, 2), {"symmetric": "yes"}, "symmetric", "'yes'"),
        ((X, 2), {"memory_limit": 100}, "memory_limit", "288"),
        ((X, 2), {"memory_limit": -5}, "memory_limit", "-5"),
    ]
    declared = k_medoids.signature.parameters
    made = []
    for args, options, argument, mentions in calls:
        fixed = {name: value for name, value in options.items() if name in declared}
        wishes = {name: value for name, value in options.items() if name not in declared}
        made.append(Invalid(args, fixed, wishes, argument=argument, mentions=mentions))
    return st.sampled_from(made)


def _long() -> Instance:
    """Several seconds of work for every solver: many objects, many medoids, no structure to converge on."""
    X = np.random.default_rng(0).random((6000, 16))
    return Instance((X, 300), {"rng": 0}, {"max_iter": 10_000})


SUITE = Suite(k_medoids, instances=instances, invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------


def _matrix(instance: Instance) -> Matrix:
    """The instance's dissimilarities in float64, computed naively."""
    X = np.asarray(instance.args[0], dtype=np.float64)
    metric = instance.options.get("metric", "euclidean")
    if metric == "precomputed":
        return X
    difference = X[:, None, :] - X[None, :, :]
    if metric == "manhattan":
        return manhattan(X)
    if metric == "cosine":
        norms = np.sqrt((X * X).sum(axis=1))
        units = np.divide(X, norms[:, None], out=np.zeros_like(X), where=norms[:, None] > 0)
        D: Matrix = ((units[:, None, :] - units[None, :, :]) ** 2).sum(axis=2) / 2  # 1 - cos, without its cancellation
        zero = norms == 0
        D[zero] = 1.0  # a zero row has no direction: at distance 1 from all others, as in scikit-learn
        D[:, zero] = 1.0
        np.fill_diagonal(D, 0.0)
        return D
    squares: Matrix = (difference**2).sum(axis=2)
    return squares if metric == "sqeuclidean" else np.sqrt(squares)


def _tolerance(instance: Instance, D: Matrix) -> float:
    """How far a loss may be from the oracle's, which is exact on the integers of the precomputed instances.

    From X, each dissimilarity is rounded to X's own dtype and computed with its precision: relative 1e-5 (float32) or
    1e-12 (float64) of the largest.
    """
    if instance.options.get("metric") == "precomputed":
        return 0.0 if np.all(np.round(D) == D) else 1e-9 * (1.0 + float(D.sum()))
    X = np.asarray(instance.args[0])
    unit = 1e-5 if X.dtype.itemsize == 4 else 1e-12
    scale = float(np.abs(X).max(initial=0.0)) ** (2 if instance.options.get("metric") == "sqeuclidean" else 1)
    largest = max(float(D.max(initial=0.0)), scale if instance.options.get("metric") != "cosine" else 1.0)
    return unit * largest * len(D)


@SUITE.law("partition")
def partition(solver: AnySolver, instance: Instance) -> None:
    X, k = instance.args
    result = instance.call(solver)
    n = len(X)
    assert result.medoids.dtype == np.int64, f"medoids are {result.medoids.dtype}"
    assert result.labels.dtype == np.int64, f"labels are {result.labels.dtype}"
    assert result.medoids.shape == (k,), f"{len(result.medoids)} medoids for k={k}"
    assert len(set(result.medoids.tolist())) == k, f"medoids {result.medoids} are not distinct"
    assert ((result.medoids >= 0) & (result.medoids < n)).all(), f"medoids {result.medoids} are no rows of X"
    assert result.labels.shape == (n,), f"{result.labels.shape} labels for {n} objects"
    assert ((result.labels >= 0) & (result.labels < k)).all(), f"labels {result.labels} name no medoid"
    assert (result.labels[result.medoids] == np.arange(k)).all(), "a medoid is not in its own cluster"


@SUITE.law("nearest")
def nearest(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    D = _matrix(instance)
    to_medoids = D[:, result.medoids]
    own = to_medoids[np.arange(len(D)), result.labels]
    worst = float((own - to_medoids.min(axis=1)).max())
    assert worst <= _tolerance(instance, D), f"an object is {worst} farther from its medoid than from another"


@SUITE.law("loss")
def loss(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    D = _matrix(instance)
    assert isinstance(result.loss, float), f"loss is a {type(result.loss).__name__}"
    expected = float(D[np.arange(len(D)), result.medoids[result.labels]].sum())
    tolerance = _tolerance(instance, D)
    assert abs(result.loss - expected) <= tolerance, f"loss {result.loss}, the dissimilarities sum to {expected}"
    difference = float(np.abs(result.distances - D[np.arange(len(D)), result.medoids[result.labels]]).max())
    assert difference <= tolerance, f"distances are off by {difference}"


@SUITE.law("history")
def history(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    D = _matrix(instance)
    slack = _tolerance(instance, D)
    assert len(result.losses) == result.n_iter + 1, f"{len(result.losses)} losses for {result.n_iter} passes"
    assert (np.diff(result.losses) <= slack).all(), f"the loss went up: {result.losses}"
    assert abs(result.losses[-1] - result.loss) <= slack, f"losses end at {result.losses[-1]}, loss is {result.loss}"
    assert result.n_swap >= 0
    assert result.n_dist >= 0
    assert result.n_eval >= 0


@SUITE.law("layout")
def layout(solver: AnySolver, instance: Instance) -> None:
    X, k = instance.args
    plain = np.array(X, dtype=X.dtype.newbyteorder("="), order="C")
    expected = instance.but(plain, k).call(solver)
    result = instance.call(solver)
    assert result == expected, f"{result}, but {expected} from the same values in C order"


@SUITE.law("scaling", given=precomputed())
def scaling(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    factor = 2.0**20
    expected, result = instance.call(solver), instance.but(D * D.dtype.type(factor), k).call(solver)
    assert (result.medoids == expected.medoids).all(), f"medoids {result.medoids}, unscaled {expected.medoids}"
    assert result.loss == expected.loss * factor, f"loss {result.loss}, unscaled {expected.loss}"


@st.composite
def _asymmetric(draw: st.DrawFn) -> Instance:
    n = draw(st.integers(1, 12))
    k = draw(st.integers(1, n))
    values = draw(st.lists(st.integers(0, 50), min_size=n * n, max_size=n * n))
    D = np.array(values, dtype=draw(st.sampled_from([np.float32, np.float64]))).reshape(n, n)
    np.fill_diagonal(D, 0)
    return Instance(
        (draw(layouts(D)), k), {"metric": "precomputed", "rng": 0}, {**_start(draw, n, k), "symmetric": False}
    )


@SUITE.law("asymmetric", given=_asymmetric())
def asymmetric(solver: AnySolver, instance: Instance) -> None:
    if "symmetric" not in solver.signature.parameters:
        return  # without the option an asymmetric matrix is bad input, which `bad-input` tests
    nearest(solver, instance)
    loss(solver, instance)
    if "local_optimum" in solver.claims:
        local_optimum(solver, instance)


@SUITE.law("zero-passes", given=precomputed())
def zero_passes(solver: AnySolver, instance: Instance) -> None:
    if "max_iter" not in solver.signature.parameters:
        return
    D, k = instance.args
    result = instance.call(solver, max_iter=0)
    assert result.n_iter == 0, f"n_iter is {result.n_iter}"
    assert result.n_swap == 0, f"n_swap is {result.n_swap}"
    assert not result.converged, "converged without looking"
    init = instance.wishes["init"]
    if not isinstance(init, str):
        assert (result.medoids == init).all(), f"medoids {result.medoids} are not the initial {init}"
    elif init == "build":
        assert result.medoids.tolist() == build(D, k), f"BUILD chose {result.medoids}, by hand {build(D, k)}"


def build(D: Matrix, k: int) -> list[int]:
    """BUILD by hand: each medoid the one that lowers the loss most, the first of equals."""
    D = np.asarray(D, dtype=np.float64)
    chosen: list[int] = []
    near = np.full(len(D), np.inf)
    for _ in range(k):
        losses = [np.inf if j in chosen else float(np.minimum(near, D[:, j]).sum()) for j in range(len(D))]
        chosen.append(int(np.argmin(losses)))
        near = np.minimum(near, D[:, chosen[-1]])
    return chosen


@SUITE.law("local-optimum", given=instances)
def local_optimum(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    if not result.converged:
        return
    D = _matrix(instance)
    best = exchanges(D, result.medoids)
    # Ties that rounding decides may leave a gain of the rounding's own size.
    slack = 2 * _tolerance(instance, D)
    assert best >= result.loss - slack, f"one exchange lowers the loss from {result.loss} to {best}"


@SUITE.law("approximation", given=precomputed(kinds=("metric",), max_n=9, max_k=3))
def approximation(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    result = instance.call(solver)
    if result.converged:
        best = brute_force(D, k)
        assert result.loss <= 5 * best, f"loss {result.loss}, the optimum is {best}"


@SUITE.law("same-result", given=precomputed())
def same_result(solver: AnySolver, instance: Instance) -> None:
    other = registry.get(f"k-medoids/{solver.claims.same_result_as}")
    # One start for both: drawn at random, it would be each solver's own.
    _D, k = instance.args
    init = instance.wishes["init"]
    start = {"init": init if not isinstance(init, str) or init == "build" else np.arange(k)}
    for passes in (100, 1, 2):  # one pass more each time: the same swap, then the same next swap
        one, two = (instance.call(s, **start, max_iter=passes) for s in (solver, other))
        for name in ("medoids", "labels", "loss", "n_iter", "n_swap", "converged"):
            a, b = getattr(one, name), getattr(two, name)
            assert np.array_equal(a, b), f"{name} {a}, {other.name} has {b} (max_iter={passes})"


@SUITE.law("permutation", given=tie_free())
def permutation(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    start = instance.wishes["init"]
    to = np.random.default_rng(0).permutation(len(D))
    back = np.argsort(to)
    expected = instance.call(solver, order="input")
    result = instance.but(np.ascontiguousarray(D[np.ix_(to, to)]), k).call(solver, init=back[start], order="input")
    assert set(to[result.medoids].tolist()) == set(expected.medoids.tolist()), (
        f"{to[result.medoids]}, {expected.medoids}"
    )
    assert abs(result.loss - expected.loss) <= 1e-9 * (1 + expected.loss), f"{result.loss}, {expected.loss}"


@SUITE.law("work", given=precomputed())
def work(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    n = len(D)
    result = instance.call(solver)
    passes = result.n_iter * n * (n - k)
    swaps = (result.n_swap + 1) * n * (k + 1)  # a swap reads one row, and a rescan at worst all medoids' rows
    start = n * n * k if isinstance(instance.wishes["init"], str) and instance.wishes["init"] == "build" else n * k
    assert result.n_dist <= passes + swaps + start + n * n, (
        f"{result.n_dist} dissimilarities read in {result.n_iter} passes"
    )
    assert result.n_eval <= result.n_iter * max(1, n - k) + n, f"{result.n_eval} candidates in {result.n_iter} passes"


BEST_KNOWN = {(400, 8, 8): 1306.1419984677857, (400, 20, 10): 2778.3568704251848, (300, 1, 12): 539.0407569252775}
"""Best loss of 50 random starts of `kmedoids.fasterpam` 0.5.5 on :func:`blobs`; PAM from BUILD is within 0.4 %."""


def blobs(n: int, centres: int, seed: int) -> Matrix:
    """L1 distances of n points around some centres in four dimensions."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(-10, 10, (centres, 4))
    X = places[rng.integers(centres, size=n)] + rng.normal(size=(n, 4))
    return manhattan(X)


@SUITE.law("quality", instances=False)
def quality(solver: AnySolver) -> None:
    for seed, ((n, centres, k), best_known) in enumerate(BEST_KNOWN.items()):
        D = blobs(n, centres, seed)
        best = min(solver(D, k, metric="precomputed", rng=start).loss for start in range(10))
        assert best <= 1.01 * best_known, f"best of ten starts {best}, best known {best_known} (n={n}, k={k})"
