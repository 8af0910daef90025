"""What every medoid-silhouette solver keeps, as code: strategies, an oracle, and the checks of the laws."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import squareform

from porism import Solver, registry
from porism.conformance import Instance, Invalid, Suite
from porism.problems.k_medoids import laws as k_medoids_laws
from porism.problems.k_medoids.laws import by_definition, data, precomputed, searching, tie_free
from porism.problems.medoid_silhouette.problem import MedoidSilhouetteResult, medoid_silhouette_problem

__all__ = ["SUITE", "average_silhouette", "medoid_silhouette_of"]

Matrix = npt.NDArray[Any]
AnySolver = Solver[..., MedoidSilhouetteResult]

CLOSE = 1e-9
"""Scores are ratios between -1 and 1, summed in float64."""


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else 0.0


def medoid_silhouette_of(D: Matrix, medoids: npt.ArrayLike) -> float:
    """1 - a/b in the mean, with a and b the dissimilarities to the nearest and the second nearest medoid."""
    chosen = np.asarray(medoids, dtype=np.intp)
    if len(chosen) == 1:
        return 0.0
    rows = np.sort(np.asarray(D, dtype=np.float64)[:, chosen], axis=1)
    return 1.0 - float(np.mean([_ratio(a, b) for a, b in rows[:, :2]]))


def average_silhouette(D: Matrix, labels: Matrix) -> float:
    """Rousseeuw's silhouette width in the mean, object by object."""
    D = np.asarray(D, dtype=np.float64)
    clusters = np.unique(labels)
    if len(clusters) < 2:
        return 0.0
    widths = []
    for o in range(len(D)):
        own = (labels == labels[o]) & (np.arange(len(D)) != o)
        if not own.any():
            widths.append(0.0)
            continue
        a = float(D[o, own].mean())
        b = min(float(D[o, labels == other].mean()) for other in clusters if other != labels[o])
        widths.append(_ratio(b - a, max(a, b)))
    return float(np.mean(widths))


def assigned(D: Matrix, medoids: npt.ArrayLike) -> Matrix:
    """Labels of the nearest medoids, the first of equally near ones; a medoid's own is its slot."""
    chosen = np.asarray(medoids, dtype=np.intp)
    labels: Matrix = np.argmin(np.asarray(D)[:, chosen], axis=1)
    labels[chosen] = np.arange(len(chosen))
    return labels


def _score(solver: AnySolver, D: Matrix, medoids: npt.ArrayLike) -> float:
    """What the solver maximises."""
    if "silhouette_proper" in solver.claims:
        return average_silhouette(D, assigned(D, medoids))
    return medoid_silhouette_of(D, medoids)


# -- instances ---------------------------------------------------------------------------------------------------


instances = precomputed(relayout=True, max_n=14) | data()


def _invalid() -> list[Invalid]:
    """What `k-medoids` refuses, as far as these solvers have the argument; and their own option."""
    X = np.arange(12.0).reshape(6, 2)
    own = [
        Invalid((X, 3), {}, {"k_min": 0}, argument="k_min", mentions="0"),
        Invalid((X, 3), {}, {"k_min": 4}, argument="k_min", mentions="4"),
        Invalid((X, 3), {}, {"k_min": 1.0}, argument="k_min", mentions="1.0"),
    ]
    known = {"metric_params", "init", "n_init", "max_iter", "order", "n_jobs", "progress", "symmetric", "memory_limit"}
    of_the_loss = ("infinitely far", "float64 can hold")  # a silhouette is one of ratios: out of reach counts as 0
    shared = [
        call
        for call in k_medoids_laws.invalid_calls()
        if call.wishes.keys() <= known and call.mentions not in of_the_loss
    ]
    return [*shared, *own]


def _long() -> Instance:
    """Several seconds of work for every solver: many objects, many medoids, no structure to converge on."""
    X = np.random.default_rng(0).random((3000, 16))
    return Instance((X, 120), {"rng": 0}, {"max_iter": 10_000})


SUITE = Suite(medoid_silhouette_problem, instances=instances, invalid=_invalid(), long=_long)


def _matrix(instance: Instance) -> Matrix:
    X = np.asarray(instance.args[0], dtype=np.float64)
    metric = instance.options.get("metric", "euclidean")
    return X if metric == "precomputed" else by_definition(X, metric)


def _exact(instance: Instance) -> bool:
    """Whether the dissimilarities are known exactly; ratios of rounded ones can be anything where they are 0/0."""
    return instance.options.get("metric") == "precomputed"


def _call(solver: AnySolver, instance: Instance, **more: Any) -> MedoidSilhouetteResult:
    result: MedoidSilhouetteResult = instance.call(solver, **{"k_min": 1, **more})
    return result


# -- the laws ----------------------------------------------------------------------------------------------------


@SUITE.law("partition")
def partition(solver: AnySolver, instance: Instance) -> None:
    X, k = instance.args
    result = _call(solver, instance)
    n, found = len(X), len(result.medoids)
    assert result.medoids.dtype == np.int64, f"medoids are {result.medoids.dtype}"
    assert result.labels.dtype == np.int64, f"labels are {result.labels.dtype}"
    assert 1 <= found <= k, f"{found} medoids for k={k}"
    assert len(set(result.medoids.tolist())) == found, f"medoids {result.medoids} are not distinct"
    assert ((result.medoids >= 0) & (result.medoids < n)).all(), f"medoids {result.medoids} are no rows of X"
    assert result.labels.shape == (n,), f"{result.labels.shape} labels for {n} objects"
    assert ((result.labels >= 0) & (result.labels < found)).all(), f"labels {result.labels} name no medoid"
    assert (result.labels[result.medoids] == np.arange(found)).all(), "a medoid is not in its own cluster"


@SUITE.law("number")
def number(solver: AnySolver, instance: Instance) -> None:
    result = _call(solver, instance)
    assert len(result.medoids) == instance.args[1], f"{len(result.medoids)} medoids for k={instance.args[1]}"
    assert list(result.curve) == [instance.args[1]], f"the curve has {list(result.curve)}"


@SUITE.law("nearest")
def nearest(solver: AnySolver, instance: Instance) -> None:
    result = _call(solver, instance)
    D = _matrix(instance)
    to_medoids = D[:, result.medoids]
    worst = float((to_medoids[np.arange(len(D)), result.labels] - to_medoids.min(axis=1)).max())
    slack = k_medoids_laws._tolerance(instance, D)
    assert worst <= slack, f"an object is {worst} farther from its medoid than from another"


@SUITE.law("score")
def score(solver: AnySolver, instance: Instance) -> None:
    result = _call(solver, instance)
    assert isinstance(result.silhouette, float), f"silhouette is a {type(result.silhouette).__name__}"
    low = -1.0 if "silhouette_proper" in solver.claims else 0.0
    assert low - CLOSE <= result.silhouette <= 1.0 + CLOSE, f"silhouette {result.silhouette}"
    if _exact(instance):
        expected = _score(solver, instance.args[0], result.medoids)
        assert abs(result.silhouette - expected) <= CLOSE, f"silhouette {result.silhouette}, by definition {expected}"


@SUITE.law("history")
def history(solver: AnySolver, instance: Instance) -> None:
    result = _call(solver, instance)
    if "fixed_k" in solver.claims:
        assert len(result.silhouettes) == result.n_iter + 1, f"{len(result.silhouettes)} for {result.n_iter} passes"
        assert (np.diff(result.silhouettes) >= -CLOSE).all(), f"the silhouette went down: {result.silhouettes}"
        assert abs(result.silhouettes[-1] - result.silhouette) <= CLOSE, f"{result.silhouettes}, {result.silhouette}"
    assert result.n_swap >= 0
    assert result.n_eval >= 0


@SUITE.law("layout")
def layout(solver: AnySolver, instance: Instance) -> None:
    X, k = instance.args
    plain = np.array(X, dtype=X.dtype.newbyteorder("="), order="C")
    expected, result = _call(solver, instance.but(plain, k)), _call(solver, instance)
    assert result == expected, f"{result}, but {expected} from the same values in C order"


@SUITE.law("scaling", given=precomputed(dtypes=("f4", "f8"), max_n=14))
def scaling(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    expected, result = _call(solver, instance), _call(solver, instance.but(D * D.dtype.type(2.0**20), k))
    assert result == expected, f"{result}, unscaled {expected}"


@SUITE.law("condensed", given=precomputed(max_n=14))
def condensed(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    if len(D) > 1:
        expected, result = _call(solver, instance), _call(solver, instance.but(squareform(D, checks=False), k))
        assert result == expected, f"{result}, from the square matrix {expected}"


@SUITE.law("asymmetric", given=tie_free())
def asymmetric(solver: AnySolver, instance: Instance) -> None:
    if "symmetric" not in solver.signature.parameters:
        return
    D = instance.args[0]
    result = _call(solver, instance)
    assert (result.labels == assigned(D, result.medoids)).all(), "labels are not those of the nearest medoids"
    if "silhouette_proper" not in solver.claims:
        expected = medoid_silhouette_of(D, result.medoids)
        assert abs(result.silhouette - expected) <= CLOSE, f"silhouette {result.silhouette}, by definition {expected}"


@SUITE.law("zero-passes", given=precomputed(max_n=14))
def zero_passes(solver: AnySolver, instance: Instance) -> None:
    if "fixed_k" not in solver.claims or not {"init", "max_iter"} <= set(solver.signature.parameters):
        return
    result = _call(solver, instance, max_iter=0)
    assert result.n_iter == 0, f"n_iter is {result.n_iter}"
    assert result.n_swap == 0, f"n_swap is {result.n_swap}"
    assert not result.converged, "converged without looking"
    init = instance.wishes["init"]
    if not isinstance(init, str):
        assert (result.medoids == init).all(), f"medoids {result.medoids} are not the initial {init}"


@SUITE.law("curve", given=precomputed(max_n=14))
def curve(solver: AnySolver, instance: Instance) -> None:
    D, k = instance.args
    for k_min in (1, min(2, k)):
        result = _call(solver, instance, k_min=k_min)
        assert list(result.curve) == list(result.curve_medoids), "curve and medoids are of different numbers"
        if "chooses_k" in solver.claims:
            assert list(result.curve) == list(range(k_min, k + 1)), f"the curve has {list(result.curve)}"
        for size, medoids in result.curve_medoids.items():
            assert len(set(medoids.tolist())) == size, f"{medoids} for k={size}"
            expected = _score(solver, D, medoids)
            assert abs(result.curve[size] - expected) <= CLOSE, f"k={size}: {result.curve[size]}, truly {expected}"
        best = max(result.curve.values())
        assert abs(result.silhouette - best) <= CLOSE, (
            f"silhouette {result.silhouette}, the best of the curve is {best}"
        )
        same = result.curve_medoids[len(result.medoids)]
        assert set(same.tolist()) == set(result.medoids.tolist()), f"medoids {result.medoids}, in the curve {same}"


@SUITE.law("restarts", given=precomputed(max_n=12) | searching(), scale=0.6)
def restarts(solver: AnySolver, instance: Instance) -> None:
    if "n_init" not in solver.signature.parameters:
        return
    for passes in (1, 100):  # after one pass the runs still differ
        one_by_one, at_once = np.random.default_rng(11), np.random.default_rng(11)
        runs = [_call(solver, instance, rng=one_by_one, max_iter=passes) for _ in range(3)]
        result = _call(solver, instance, rng=at_once, max_iter=passes, n_init=3)
        best = max(runs, key=lambda run: run.silhouette)
        for name in ("medoids", "labels", "silhouette", "n_iter", "n_swap", "converged"):
            one, other = getattr(result, name), getattr(best, name)
            assert np.array_equal(one, other), f"{name} {one}, the best of three runs has {other}"
        for size, value in result.curve.items():
            reached = max(run.curve[size] for run in runs)
            assert value == reached, f"the curve has {value} for k={size}, three runs reach {reached}"


@SUITE.law("predict")
def predict(solver: AnySolver, instance: Instance) -> None:
    X = instance.args[0]
    result = _call(solver, instance)
    D = _matrix(instance)
    to_medoids = D[:, result.medoids]
    labels = result.predict(X)
    worst = float((to_medoids[np.arange(len(D)), labels] - to_medoids.min(axis=1)).max())
    assert worst <= k_medoids_laws._tolerance(instance, D), f"an object is predicted {worst} too far away"


@SUITE.law("local-optimum", given=precomputed(max_n=11) | searching(), scale=0.6)
def local_optimum(solver: AnySolver, instance: Instance) -> None:
    D = instance.args[0]
    result = _call(solver, instance)
    if not result.converged:
        return
    others = np.setdiff1d(np.arange(len(D)), result.medoids)
    for old in result.medoids:
        for new in others:
            trial = np.where(result.medoids == old, new, result.medoids)
            reached = _score(solver, D, trial)
            assert reached <= result.silhouette + CLOSE, (
                f"exchanging {old} for {new} raises the silhouette from {result.silhouette} to {reached}"
            )


@SUITE.law("same-result", given=tie_free())
def same_result(solver: AnySolver, instance: Instance) -> None:
    other = registry.get(f"medoid-silhouette/{solver.claims.same_result_as}")
    for passes in (100, 1, 2):
        one, two = (instance.call(s, max_iter=passes) for s in (solver, other))
        for name in ("medoids", "labels", "n_iter", "n_swap", "converged"):
            a, b = getattr(one, name), getattr(two, name)
            assert np.array_equal(a, b), f"{name} {a}, {other.name} has {b} (max_iter={passes})"
        assert abs(one.silhouette - two.silhouette) <= CLOSE, f"{one.silhouette}, {two.silhouette}"


@SUITE.law("deletion", given=precomputed(max_n=12) | searching())
def deletion(solver: AnySolver, instance: Instance) -> None:
    D = instance.args[0]
    result = _call(solver, instance, max_iter=0)
    sets = [set(result.curve_medoids[size].tolist()) for size in sorted(result.curve, reverse=True)]
    for more, fewer in itertools.pairwise(sets):
        assert fewer < more, f"{fewer} is not {more} without one"
        if len(fewer) > 1:
            best = max(medoid_silhouette_of(D, sorted(more - {gone})) for gone in more)
            reached = medoid_silhouette_of(D, sorted(fewer))
            assert reached >= best - CLOSE, f"{len(more)} to {len(fewer)}: silhouette {reached}, at best {best}"


@SUITE.law("proper", given=precomputed(max_n=14))
def proper(solver: AnySolver, instance: Instance) -> None:
    D = instance.args[0]
    result = _call(solver, instance)
    expected = average_silhouette(D, result.labels)
    assert abs(result.silhouette - expected) <= CLOSE, f"silhouette {result.silhouette}, object by object {expected}"
