"""What `porism bench submodular-maximization` measures: instances by size, and the peers that users have today.

Contenders get the same similarities or features and must come to the same value, computed afresh from the data. A
solver's time includes making the objective (checking the data, and copying what is sparse) unless its form says
otherwise. apricot is timed as it is, compiling its loops in every fit, and with its loops compiled beforehand;
submodlib with and without making its function.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import Solver, objectives
from porism.bench import Limit, Peer, Task, Variant, Workload

__all__ = ["WORKLOADS"]

Floats = npt.NDArray[Any]

PREPARED = Variant(solver="lazy-greedy", form="objective made beforehand", options={"prepared": True})
SINGLE = Variant(
    solver="lazy-greedy", form="float32, objective made beforehand", options={"prepared": True, "single": True}
)


# -- instances ---------------------------------------------------------------------------------------------------------


def kernel(X: Floats, gamma: float) -> Floats:
    """exp(-gamma · squared distance), in float64 and C order, exactly symmetric."""
    from scipy.spatial.distance import pdist, squareform

    S: Floats = np.ascontiguousarray(squareform(np.exp(-gamma * pdist(X, "sqeuclidean"))))
    np.fill_diagonal(S, 1.0)
    return S


def digits(n: int) -> Floats:
    """The first `n` of scikit-learn's 1797 handwritten digits."""
    from sklearn.datasets import load_digits

    return np.ascontiguousarray(load_digits().data[:n], dtype=np.float64)


def clouds(n: int, d: int, seed: int) -> Floats:
    """`n` points around 50 centres."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-1.0, 1.0, (50, d))
    return middle[rng.integers(50, size=n)] + 0.3 * rng.standard_normal((n, d))


def words(n: int, seed: int) -> Floats:
    """Counts of 500 words in `n` documents, a few words frequent and most rare."""
    rng = np.random.default_rng(seed)
    rates = 3.0 / np.arange(1, 501)
    return rng.poisson(rates * rng.gamma(1.0, 1.0, (n, 500))).astype(np.float64)


def similar(points: Callable[[int, int], Floats], gamma: float, k: int) -> Callable[[int, int], Task]:
    """Makes the job of choosing k items by facility location from a precomputed kernel."""

    def make(size: int, seed: int) -> Task:
        S = kernel(points(size, seed), gamma)
        return Task(args=(S, k), facts={"make": "facility_location"})

    return make


def featured(k: int) -> Callable[[int, int], Task]:
    """Makes the job of choosing k documents by their words."""

    def make(size: int, seed: int) -> Task:
        return Task(args=(words(size, seed), k), facts={"make": "feature_based"})

    return make


def neighbours(size: int, seed: int) -> Task:
    """Makes the job of choosing 100 of `size` items by facility location over a graph of 32 neighbours each."""
    from scipy import sparse

    rng = np.random.default_rng(seed)
    offsets = rng.integers(-400, 401, (size, 32))
    offsets[:, 0] = 0
    columns = ((np.arange(size)[:, None] + offsets) % size).astype(np.int32)
    graph = sparse.csr_array(
        (rng.random(size * 32, dtype=np.float32), columns.ravel(), np.arange(size + 1) * 32), shape=(size, size)
    )
    return Task(args=(graph, 100), facts={"make": "facility_location"})


def vectors(size: int, seed: int) -> Task:
    """Makes the job of choosing 100 of `size` items straight from their vectors."""
    return Task(args=(clouds(size, 64, seed).astype(np.float32), 100), facts={"make": "vectors"})


MAKE: dict[str, Callable[[Any], objectives.Objective]] = {
    "facility_location": lambda X: objectives.facility_location(X, symmetric=not hasattr(X, "nnz")),
    "feature_based": lambda X: objectives.feature_based(X, "sqrt"),
    "vectors": lambda X: objectives.facility_location(X=X, gamma=0.2),
}


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Callable[[], Any]:
    """What is timed: making the objective and choosing, or choosing alone."""
    X, k = task.args
    given = dict(options)
    if given.pop("single", False):
        X = X.astype(np.float32)
    make = MAKE[task.facts["make"]]
    if given.pop("prepared", False):
        f = make(X)
        return lambda: solver(f, k, rng=0, bound="free", **given)
    return lambda: solver(make(X), k, rng=0, bound="free", **given)


# -- what must agree, and what cannot be beaten ------------------------------------------------------------------------


def ranking_of(value: Any) -> npt.NDArray[np.int64]:
    """The chosen items, whoever chose them."""
    return np.asarray(getattr(value, "ranking", value), dtype=np.int64)


def worth(task: Task, value: Any) -> float:
    """The value of the chosen items, from the data."""
    X, _ = task.args
    chosen = ranking_of(value)
    if task.facts["make"] == "facility_location":
        served = X[:, chosen].max(axis=1)
        return float(np.asarray(served.toarray() if hasattr(served, "toarray") else served).sum(dtype=np.float64))
    if task.facts["make"] == "vectors":
        return MAKE["vectors"](X).value(chosen)
    return float(np.sqrt(X[chosen].sum(axis=0)).sum())


def once(task: Task, value: Any) -> Limit:
    """The first round asks every item: all data must come from memory once."""
    X, _ = task.args
    nbytes = X.data.nbytes + X.indices.nbytes if hasattr(X, "nnz") else X.nbytes
    return Limit(what="the data read once, as the first round must", nbytes=float(nbytes))


# -- peers -------------------------------------------------------------------------------------------------------------


def apricot(optimizer: str, kind: str, *, compiled: bool = True, exact: bool = True) -> Peer:
    """A selection of apricot-select, which compiles its loops anew in every fit, or has them remembered."""

    def prepare(task: Task) -> Callable[[], Any]:
        from apricot.functions import facilityLocation, featureBased

        X, k = task.args
        if compiled:
            for module in (facilityLocation, featureBased):
                for name in ("calculate_gains", "calculate_gains_sieve"):
                    setattr(module, name, functools.lru_cache(getattr(module, name)))

        def call() -> Any:
            if kind == "facility_location":
                model = facilityLocation.FacilityLocationSelection(k, metric="precomputed", optimizer=optimizer)
            else:
                model = featureBased.FeatureBasedSelection(k, concave_func="sqrt", optimizer=optimizer)
            return model.fit(X)

        return call

    note = "loops compiled beforehand and remembered, which apricot does not do by itself" if compiled else ""
    return Peer(
        name="apricot",
        form=f"{optimizer}, compiled beforehand" if compiled else f"{optimizer}, as called",
        of=("lazy-greedy",),
        start=prepare,
        distributions=("apricot-select", "numba"),
        install="apricot-select",
        tolerance=None if exact else 2e-2,
        note=note if exact else f"{note}; approximate in its first half: 2 % allowed",
    )


def submodlib(optimizer: str, form: str, *, made: bool) -> Peer:
    """Facility location of submodlib-py, quiet, with its function made beforehand or not."""

    def prepare(task: Task) -> Callable[[], Any]:
        from submodlib.functions.facilityLocation import FacilityLocationFunction

        S, k = task.args

        def function() -> Any:
            return FacilityLocationFunction(n=len(S), mode="dense", separate_rep=False, sijs=S)

        def choose(f: Any) -> Any:
            chosen = f.maximize(
                budget=k,
                optimizer=optimizer,
                stopIfZeroGain=False,
                stopIfNegativeGain=False,
                verbose=False,
                show_progress=False,
            )
            return np.array([item for item, _ in chosen])

        if made:
            f = function()
            return lambda: choose(f)
        return lambda: choose(function())

    return Peer(
        name="submodlib",
        form=form,
        of=("lazy-greedy",),
        start=prepare,
        distributions=("submodlib-py",),
        install="submodlib-py",
        copies=3.0,
    )


FACILITY = (
    apricot("lazy", "facility_location", compiled=False),
    apricot("lazy", "facility_location"),
    apricot("naive", "facility_location"),
    apricot("two-stage", "facility_location", exact=False),
    submodlib("LazyGreedy", "LazyGreedy", made=False),
    submodlib("LazyGreedy", "LazyGreedy, function made beforehand", made=True),
)

FEATURES = (
    apricot("lazy", "feature_based", compiled=False),
    apricot("lazy", "feature_based"),
    apricot("naive", "feature_based"),
    apricot("two-stage", "feature_based", exact=False),
)


# -- workloads ---------------------------------------------------------------------------------------------------------

EXACT = ("lazy-greedy", "greedy")

WORKLOADS = (
    Workload(
        name="digits",
        summary="facility location, RBF kernel of scikit-learn's handwritten digits in float64, k = 100",
        sizes=(1797,),
        most=1797,
        make=similar(lambda n, seed: digits(n), 1e-3, 100),
        check=worth,
        check_name="value",
        tolerance=1e-6,
        memory=lambda n: 40 * n * n + (700 << 20),
        solvers=EXACT,
        peers=FACILITY,
        variants=(PREPARED,),
        start=start,
        limit=once,
    ),
    Workload(
        name="dense",
        summary="facility location, RBF kernel of 50 clouds in 16 dimensions in float64, k = 100",
        sizes=(1000, 2000, 5000),
        make=similar(lambda n, seed: clouds(n, 16, seed), 1.0, 100),
        check=worth,
        check_name="value",
        tolerance=1e-6,
        memory=lambda n: 40 * n * n + (700 << 20),
        solvers=("lazy-greedy",),
        peers=(FACILITY[1], *FACILITY[4:]),
        variants=(PREPARED, SINGLE),
        start=start,
        limit=once,
    ),
    Workload(
        name="features",
        summary="feature-based with the square root, counts of 500 words in float64, k = 100",
        sizes=(2000, 5000),
        make=featured(100),
        check=worth,
        check_name="value",
        tolerance=1e-6,
        memory=lambda n: 12_000 * n + (700 << 20),
        solvers=EXACT,
        peers=FEATURES,
        variants=(PREPARED,),
        start=start,
        limit=once,
    ),
    Workload(
        name="neighbours",
        summary="facility location over a graph of 32 neighbours each in float32, k = 100",
        sizes=(1_000_000,),
        make=neighbours,
        check=worth,
        check_name="value",
        tolerance=1e-6,
        memory=lambda n: 2500 * n + (300 << 20),
        solvers=("lazy-greedy",),
        variants=(PREPARED,),
        start=start,
        limit=once,
        heavy=True,
    ),
    Workload(
        name="vectors",
        summary="facility location straight from vectors of 64 float32, RBF, k = 100",
        sizes=(20_000, 100_000),
        make=vectors,
        check=worth,
        check_name="value",
        tolerance=1e-5,
        memory=lambda n: 2000 * n + (300 << 20),
        solvers=("lazy-greedy",),
        variants=(Variant(solver="lazy-greedy", form="2 threads", options={"n_jobs": 2}),),
        start=start,
        heavy=True,
    ),
)
