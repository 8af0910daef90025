"""What every personalized-pagerank solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_graphs.personalized_pagerank.index import PPRIndex
from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank

__all__ = ["SUITE", "dense", "exact", "killed", "teleports"]

Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., PPRResult]

ORACLE = 1e-12
"""Rounding of the oracle itself: (I - (1-alpha) P^T) has condition number 2/alpha at most, 50 here, and 12 rows."""


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def dense(A: Any) -> Floats:
    """The adjacency matrix as a dense array; duplicates add up, explicit zeros vanish."""
    plain: Any = A.toarray() if hasattr(A, "toarray") else A
    array: Floats = np.array(plain, dtype=np.float64)
    return array


def teleports(sources: Any, n: int) -> Floats:
    """The distribution that each query teleports to."""
    if hasattr(sources, "toarray") or np.ndim(sources) == 2:
        return dense(sources)
    rows: Floats = np.eye(n)[np.atleast_1d(np.asarray(sources))]
    return rows


def alpha_of(instance: Instance) -> float:
    """The instance's teleport probability."""
    alpha, damping = (instance.options.get(name) for name in ("alpha", "damping"))
    if damping is not None:
        return 1.0 - float(damping)
    return 0.15 if alpha is None else float(alpha)


def killed(instance: Instance) -> Floats:
    """The walk that dies where it has nowhere to go: alpha times its expected visits, by solving the linear system."""
    W = dense(instance.args[0])
    n, alpha = len(W), alpha_of(instance)
    P = np.zeros((n, n))
    for u in range(n):
        if W[u].any():
            P[u] = W[u] / W[u].sum()
        elif instance.options.get("dangling") == "stay":
            P[u, u] = 1.0
    x = np.linalg.solve(np.eye(n) - (1 - alpha) * P.T, alpha * teleports(instance.args[1], n).T)
    return np.asarray(x.T, dtype=np.float64)


def exact(instance: Instance) -> Floats:
    """The exact scores, a row for each query."""
    x = killed(instance)
    return np.asarray(x / x.sum(axis=1, keepdims=True), dtype=np.float64)


# -- instances ---------------------------------------------------------------------------------------------------------

ALPHAS = (0.15, 0.5, 0.85, 0.125, 0.9375, 0.04)


@st.composite
def graphs(draw: st.DrawFn, max_n: int = 12) -> Any:
    """Adjacency matrices of every kind that is accepted, with dangling and isolated vertices, loops, parallel edges.

    Weights are small multiples of a quarter, so that sums of duplicates are exact whatever their order.
    """
    n = draw(st.integers(1, max_n))
    shape = draw(st.sampled_from(["random", "random", "path", "star", "cycle", "edgeless"]))
    vertex = st.integers(0, n - 1)
    weight = st.integers(1, 12).map(lambda w: w / 4)
    edges: list[tuple[int, int, float]] = []
    if shape == "random":
        edges = draw(st.lists(st.tuples(vertex, vertex, weight | st.just(0.0)), max_size=4 * n))
    elif shape == "path":  # ends in a dangling vertex: all flow is gone after n steps
        edges = [(i, i + 1, 1.0) for i in range(n - 1)]
    elif shape == "star":
        edges = [(0, i, draw(weight)) for i in range(1, n)] + [(i, 0, 1.0) for i in range(1, n, 2)]
    elif shape == "cycle":  # periodic: the walk itself would not converge
        edges = [(i, (i + 1) % n, 1.0) for i in range(n)]
    row, column = (np.array([edge[i] for edge in edges], dtype=np.intp) for i in (0, 1))
    data = np.array([edge[2] for edge in edges])
    return draw(_representations(sparse.coo_array((data, (row, column)), shape=(n, n))))


KINDS = ("raw", "raw csr", "csr", "csc", "lil", "matrix", "dense", "lists", "bool", "int", "f4")


@st.composite
def _representations(draw: st.DrawFn, matrix: Any) -> Any:
    """The same graph in some format; the raw one keeps duplicates and explicit zeros."""
    kind = draw(
        st.sampled_from(["raw", "raw csr", "csr", "csc", "lil", "matrix", "dense", "lists", "bool", "int", "f4"])
    )
    if kind == "raw":
        return matrix
    if kind == "raw csr":  # CSR with duplicates and zeros in place, in no order
        order = np.argsort(matrix.row, kind="stable")
        indptr = np.concatenate(([0], np.cumsum(np.bincount(matrix.row, minlength=matrix.shape[0]))))
        return sparse.csr_array((matrix.data[order], matrix.col[order], indptr), shape=matrix.shape)
    if kind in ("csr", "csc", "lil"):
        return matrix.asformat(kind)
    if kind == "matrix":
        return sparse.csr_matrix(matrix)
    array = matrix.toarray()
    if kind == "lists":
        return array.tolist()
    if kind == "bool":
        return draw(st.sampled_from([array != 0, sparse.csr_array(array != 0)]))
    if kind == "int":
        return (array * 4).astype(draw(st.sampled_from([np.int8, np.uint16, np.int64])))
    return draw(layouts(array.astype(np.float32) if kind == "f4" else array))


@st.composite
def _sources(draw: st.DrawFn, n: int, *, batch: bool = False) -> Any:
    vertex = st.integers(0, n - 1)
    kind = draw(st.sampled_from(["vertices", "vertices", "one", "sets"]))
    if kind == "one" and not batch:
        source = draw(vertex)
        return draw(st.sampled_from([source, np.int32(source), np.uint8(source)]))
    if kind == "sets":
        rows = draw(st.lists(st.lists(vertex, min_size=8, max_size=8), min_size=1, max_size=4))
        shares = np.array([np.bincount(row, minlength=n) for row in rows]) / 8.0
        return shares if draw(st.booleans()) else sparse.csr_array(shares)
    found = draw(st.lists(vertex, min_size=1, max_size=5))  # the same vertex may be asked for twice
    return draw(st.sampled_from([found, tuple(found), np.array(found), np.array(found, dtype=np.uint16)]))


@st.composite
def instances(draw: st.DrawFn, batch: bool = False) -> Instance:
    """A graph, some sources, and the options that the problem itself declares."""
    A = draw(graphs())
    options: dict[str, Any] = {"dangling": draw(st.sampled_from(["source", "stay"]))}
    given_as = draw(st.sampled_from(["alpha", "alpha", "damping", "default"]))
    if given_as != "default":
        alpha = draw(st.sampled_from(ALPHAS))
        options[given_as] = alpha if given_as == "alpha" else 1.0 - alpha
    return Instance((A, draw(_sources(dense(A).shape[0], batch=batch))), options, {"rng": draw(st.integers(0, 9))})


def _invalid() -> st.SearchStrategy[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    A = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])

    def patched(value: float) -> Floats:
        changed = A.copy()
        changed[1, 2] = value
        return changed

    cancelling = sparse.coo_array((np.array([2.0, -1.0]), ([0, 0], [1, 1])), shape=(3, 3))
    unsound = sparse.csr_array(A)
    unsound.indices[0] = 7
    torn = sparse.csr_array(A)
    torn.indptr[1] = 9
    astray = sparse.coo_array(A)
    astray.row[0] = -1
    half = np.array([[0.5, 0.25, 0.0]])
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (A[:2], 0, {}, "A", "(2, 3)"),
        (sparse.csr_array(A[:, :2]), 0, {}, "A", "(3, 2)"),
        (np.empty((0, 0)), 0, {}, "A", "(0, 0)"),
        (sparse.csr_array((0, 0)), 0, {}, "A", "(0, 0)"),
        (A[0], 0, {}, "A", "1-D"),
        (A[None], 0, {}, "A", "3-D"),
        (3.0, 0, {}, "A", "0-D"),
        (patched(-1.0), 0, {}, "A", "-1.0 at A[1, 2]"),
        (patched(np.nan), 0, {}, "A", "nan at A[1, 2]"),
        (patched(np.inf), 0, {}, "A", "inf at A[1, 2]"),
        (sparse.csc_array(patched(-0.5)), 0, {}, "A", "-0.5 at A[1, 2]"),
        (cancelling, 0, {}, "A", "-1.0 at A[0, 1]"),
        (sparse.coo_array((np.array([1e308, 1e308]), ([0, 0], [1, 1])), shape=(3, 3)), 0, {}, "A", "inf"),
        (unsound, 0, {}, "A", "sound"),
        (torn, 0, {}, "A", "sound"),
        (astray, 0, {}, "A", "sound"),
        (A.astype(complex), 0, {}, "A", "complex128"),
        (sparse.csr_array(A.astype(complex)), 0, {}, "A", "complex128"),
        (A.astype(object), 0, {}, "A", "object"),
        (np.ma.masked_equal(A, 2.0), 0, {}, "A", "masked"),
        ([[0.0, 1.0], [1.0]], 0, {}, "A", ""),
        ([["a", "b"], ["c", "d"]], 0, {}, "A", "<U1"),
        ("graph", 0, {}, "A", "'graph'"),
        (None, 0, {}, "A", "None"),
        ({0: [1], 1: [0]}, 0, {}, "A", "dict"),
        (sparse.coo_array((2**31, 2**31)), 0, {}, "A", str(2**31)),
        (A, 3, {}, "sources", "3"),
        (A, -1, {}, "sources", "-1"),
        (A, [0, 7, 1], {}, "sources", "7 at sources[1]"),
        (A, np.array([0, -3]), {}, "sources", "-3 at sources[1]"),
        (A, [], {}, "sources", "none"),
        (A, True, {}, "sources", "True"),
        (A, np.array([True, False, True]), {}, "sources", "bool"),
        (A, 1.0, {}, "sources", "1.0"),
        (A, [0.0, 1.0], {}, "sources", "float64"),
        (A, "0", {}, "sources", "'0'"),
        (A, None, {}, "sources", "None"),
        (A, {0, 1}, {}, "sources", "set"),
        (A, np.zeros((1, 1, 3)), {}, "sources", "(1, 1, 3)"),
        (A, half, {}, "sources", "row 0 sums to 0.75"),
        (A, sparse.csr_array(half), {}, "sources", "row 0 sums to 0.75"),
        (A, sparse.csr_array((1, 3)), {}, "sources", "row 0 sums to 0.0"),
        (A, np.array([[1.0, 0.0, 0.0], [2.0, -1.0, 0.0]]), {}, "sources", "-1.0 at sources[1, 1]"),
        (A, np.array([[np.nan, 0.0, 1.0]]), {}, "sources", "nan"),
        (A, np.array([[0.5, 0.5]]), {}, "sources", "(1, 2)"),
        (A, sparse.csr_array((0, 3)), {}, "sources", "(0, 3)"),
        (A, 0, {"alpha": 0.0}, "alpha", "0.0"),
        (A, 0, {"alpha": 1.0}, "alpha", "1.0"),
        (A, 0, {"alpha": -0.15}, "alpha", "-0.15"),
        (A, 0, {"alpha": np.nan}, "alpha", "nan"),
        (A, 0, {"alpha": 1}, "alpha", "1"),
        (A, 0, {"alpha": True}, "alpha", "True"),
        (A, 0, {"alpha": "0.15"}, "alpha", "'0.15'"),
        (A, 0, {"damping": 0.0}, "damping", "0.0"),
        (A, 0, {"damping": 1.0}, "damping", "1.0"),
        (A, 0, {"damping": 85}, "damping", "85"),
        (A, 0, {"damping": [0.85]}, "damping", "0.85"),
        (A, 0, {"alpha": 0.15, "damping": 0.85}, "damping", "0.85"),
        (A, 0, {"dangling": "uniform"}, "dangling", "'uniform'"),
        (A, 0, {"dangling": None}, "dangling", "None"),
        (A, 0, {"tol": 0.0}, "tol", "0.0"),
        (A, 0, {"tol": 1.5}, "tol", "1.5"),
        (A, 0, {"tol": None}, "tol", "None"),
        (A, 0, {"max_iter": 0}, "max_iter", "0"),
        (A, 0, {"max_iter": 2.0}, "max_iter", "2.0"),
        (A, 0, {"epsilon": 0.0}, "epsilon", "0.0"),
        (A, 0, {"epsilon": np.inf}, "epsilon", "inf"),
        (A, 0, {"memory_limit": -1}, "memory_limit", "-1"),
        (A, [0] * 100_000, {"memory_limit": 1_000_000, "tol": 1e-10}, "memory_limit", "0.9537 MiB"),
        (A, 0, {"memory_limit": 10}, "memory_limit", "MiB"),
        (A, 0, {"n_walks": 0}, "n_walks", "0"),
        (A, 0, {"n_walks": -5}, "n_walks", "-5"),
        (A, 0, {"n_walks": 10.0}, "n_walks", "10.0"),
        (A, 0, {"n_walks": True}, "n_walks", "True"),
        (A, 0, {"n_steps": -1}, "n_steps", "-1"),
        (A, 0, {"n_steps": 1.5}, "n_steps", "1.5"),
        (A, 0, {"threshold": -1e-9}, "threshold", "-1e-09"),
        (A, 0, {"threshold": np.nan}, "threshold", "nan"),
        (A, 0, {"threshold": "0"}, "threshold", "'0'"),
        (A, 0, {"bound": "expected"}, "bound", "'expected'"),
        (A, 0, {"normalize": 1}, "normalize", "1"),
        (A, 0, {"rng": -1}, "rng", "-1"),
        (A, 0, {"rng": 0.5}, "rng", "0.5"),
        (A, 0, {"n_jobs": 0}, "n_jobs", "0"),
        (A, 0, {"index": A}, "index", "ndarray"),
        (A, 0, {"index": PPRIndex.from_fingerprints(A, np.eye(3), alpha=0.2)}, "index", "0.2"),
        (A, 0, {"index": PPRIndex.from_fingerprints(A.T, np.eye(3))}, "index", "another"),
        (A, 0, {"index": PPRIndex.from_fingerprints(A[:2, :2], np.eye(2))}, "index", "2 vertices"),
        (A, 0, {"index": PPRIndex.from_fingerprints(A, np.eye(3), dangling="stay")}, "index", "'stay'"),
        (A, 0, {"relative_error": 0.0}, "relative_error", "0.0"),
        (A, 0, {"relative_error": 1.0}, "relative_error", "1.0"),
        (A, 0, {"delta": 1.5}, "delta", "1.5"),
        (A, 0, {"delta": 1e-300}, "delta", "1e-300"),
        (A, 0, {"fail": 0.0}, "fail", "0.0"),
        (A, 0, {"r_max": -0.5}, "r_max", "-0.5"),
        (A, 0, {"alpha": 1e-9, "n_walks": 10}, "alpha", "1e-09"),
    ]
    declared = personalized_pagerank.signature.parameters
    return st.sampled_from(
        [
            Invalid(
                (matrix, sources),
                {name: value for name, value in options.items() if name in declared},
                {name: value for name, value in options.items() if name not in declared},
                argument=argument,
                mentions=mentions,
            )
            for matrix, sources, options, argument, mentions in calls
        ]
    )


def _long() -> Instance:
    """Many queries on a random graph, and tolerances that take all of them many steps."""
    n = 5000
    rng = np.random.default_rng(0)
    edges = rng.integers(n, size=(2, 20 * n))
    A = sparse.csr_array((np.ones(20 * n), (edges[0], edges[1])), shape=(n, n))
    return Instance((A, np.arange(n)), {"alpha": 0.05}, {"epsilon": 1e-9})


SUITE = Suite(personalized_pagerank, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


def _rows(result: PPRResult) -> Floats:
    return np.asarray(result.scores.toarray())


def _apart(a: Floats, b: Floats) -> Floats:
    """L1 distance of each row."""
    return np.asarray(np.abs(a - b).sum(axis=1))


def _within(bound: npt.ArrayLike, distance: Floats, what: str) -> None:
    excess = distance - (np.asarray(bound) + ORACLE)
    worst = int(np.argmax(excess))
    assert excess[worst] <= 0, (
        f"row {worst} is {distance[worst]:.3g} from {what}, its bound is {np.ravel(bound)[worst]:.3g}"
    )


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    n = len(dense(instance.args[0]))
    q = len(teleports(instance.args[1], n))
    assert isinstance(result.scores, sparse.csr_array), f"scores are a {type(result.scores).__name__}"
    assert result.scores.shape == (q, n), f"scores have shape {result.scores.shape} for {q} sources and {n} vertices"
    assert result.scores.dtype == np.float64, f"scores are {result.scores.dtype}"
    for name in ("lost_mass", "error_bound"):
        found = getattr(result, name)
        assert (found.shape, found.dtype) == ((q,), np.float64), f"{name} is {found.dtype}{list(found.shape)}"
    again = sparse.csr_array((result.scores.data, result.scores.indices, result.scores.indptr), shape=(q, n))
    assert again.has_canonical_format, "scores hold duplicates or are not sorted"
    assert (result.scores.data != 0).all(), "scores hold explicit zeros"
    assert isinstance(result.n_steps, int)
    assert result.n_steps >= 0, f"{result.n_steps} steps"


@SUITE.law("distribution")
def distribution(solver: AnySolver, instance: Instance) -> None:
    rows = _rows(instance.call(solver))
    assert (rows >= 0).all(), f"a score is {rows.min()}"
    sums = rows.sum(axis=1)
    assert (np.abs(sums - 1) <= ORACLE).all(), f"rows sum to {sums}"


ROUGH: tuple[dict[str, Any], ...] = (
    {},
    {"tol": 0.3, "epsilon": 0.1, "n_walks": 1, "relative_error": 0.9},
    {"tol": 0.01, "epsilon": 0.003, "n_walks": 3, "n_steps": 0, "bound": "mass"},
    {"max_iter": 1, "threshold": 0.1, "bound": "mass"},
    {"threshold": 0.2, "n_walks": 2, "n_steps": 5, "epsilon": 0.05},
    {"normalize": False, "n_walks": 2, "epsilon": 0.01},
    {"normalize": False, "bound": "mass", "n_steps": 1, "threshold": 0.05},
)
"""Ways to ask for less than everything; each solver has some of these options."""


@SUITE.law("error-bound")
def error_bound(solver: AnySolver, instance: Instance) -> None:
    accepted = solver.signature.parameters
    for rough in ROUGH:
        if rough and accepted.keys().isdisjoint(rough):
            continue
        raw = "normalize" in rough and "normalize" in accepted
        result = instance.call(solver, **rough)
        assert (result.error_bound >= 0).all(), f"error_bound is {result.error_bound}"
        expected = killed(instance) if raw else exact(instance)
        _within(result.error_bound, _apart(_rows(result), expected), f"the dense solution ({rough})")


@SUITE.law("lost-mass")
def lost_mass(solver: AnySolver, instance: Instance) -> None:
    for rough in ROUGH:
        result = instance.call(solver, **rough)
        assert ((result.lost_mass >= 0) & (result.lost_mass <= 1)).all(), f"lost_mass is {result.lost_mass}"


@SUITE.law("nothing-lost")
def nothing_lost(solver: AnySolver, instance: Instance) -> None:
    for rough in ({}, {"tol": 0.3, "epsilon": 0.1}):
        result = instance.call(solver, **rough)
        distance = np.where(result.lost_mass == 0, _apart(_rows(result), exact(instance)), 0.0)
        _within(0.0 * distance, distance, "the dense solution, though it has lost nothing")


@SUITE.law("start")
def start(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    rows = _rows(result)
    lacking = alpha_of(instance) * teleports(instance.args[1], rows.shape[1]) - rows - result.error_bound[:, None]
    assert (lacking <= ORACLE).all(), f"a source scores {float(lacking.max()):.3g} less than alpha of its share"


@SUITE.law("isolated")
def isolated(solver: AnySolver, instance: Instance) -> None:
    A = dense(instance.args[0])
    ends = np.flatnonzero(~A.any(axis=1))
    if ends.size:
        rows = _rows(instance.but(instance.args[0], ends).call(solver))
        assert (rows == np.eye(len(A))[ends]).all(), f"sources {ends} without out-edges score {rows.tolist()}"


@SUITE.law("one-hot")
def one_hot(solver: AnySolver, instance: Instance) -> None:
    A = instance.args[0]
    n = len(dense(A))
    expected = instance.but(A, np.arange(n)).call(solver)
    for sets in (np.eye(n), sparse.csc_array(np.eye(n))):
        result = instance.but(A, sets).call(solver)
        assert result == expected, f"{result}, but {expected} for the vertices"


@SUITE.law("batch", given=instances(batch=True))
def batch(solver: AnySolver, instance: Instance) -> None:
    A, sources = instance.args
    together = instance.call(solver)
    rows = teleports(sources, together.scores.shape[1])
    for i in range(len(rows)):
        alone = instance.but(A, rows[i : i + 1]).call(solver)
        bound = alone.error_bound + together.error_bound[i]
        _within(bound, _apart(_rows(alone), _rows(together)[i : i + 1]), f"the same query in a batch, as its row {i}")


@SUITE.law("damping")
def damping(solver: AnySolver, instance: Instance) -> None:
    for alpha in (0.125, 0.5, 0.9375):  # 1 - alpha is exact
        one, other = (instance.but(alpha=a, damping=d).call(solver) for a, d in ((alpha, None), (None, 1 - alpha)))
        assert one == other, f"alpha={alpha} gives {one}, damping={1 - alpha} {other}"


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    A, sources = instance.args
    expected, result = instance.but(dense(A), sources).call(solver), instance.call(solver)
    assert result == expected, f"{result}, but {expected} from the same matrix as a dense array"


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    A, sources = instance.args
    W = dense(A)
    factors = 2.0 ** ((np.arange(len(W)) * 7) % 41 - 20)
    expected, result = instance.call(solver), instance.but(W * factors[:, None], sources).call(solver)
    assert result == expected, f"{result}, unscaled {expected}"


@SUITE.law("relabelling")
def relabelling(solver: AnySolver, instance: Instance) -> None:
    A, sources = instance.args
    W = dense(A)
    to = np.random.default_rng(len(W)).permutation(len(W))
    expected = instance.call(solver)
    result = instance.but(W[np.ix_(to, to)], teleports(sources, len(W))[:, to]).call(solver)
    bound = result.error_bound + expected.error_bound
    _within(bound, _apart(_rows(result), _rows(expected)[:, to]), "the scores before relabelling")


@SUITE.law("linearity")
def linearity(solver: AnySolver, instance: Instance) -> None:
    A = instance.args[0]
    n = len(dense(A))
    shares = np.arange(1.0, n + 1) / (n * (n + 1) / 2)
    mixed = instance.but(A, shares[None]).call(solver)
    single = instance.but(A, np.arange(n)).call(solver)
    masses = killed(instance.but(A, np.arange(n))).sum(axis=1)  # all 1 where nothing dangles
    weights = shares * masses / (shares @ masses)
    bound = mixed.error_bound + weights @ single.error_bound
    _within(bound, _apart(_rows(mixed), (weights @ _rows(single))[None]), "the mixture of its sources' scores")


@SUITE.law("exact")
def is_exact(solver: AnySolver, instance: Instance) -> None:
    off = float(np.abs(_rows(instance.call(solver)) - exact(instance)).max())
    assert off <= 1e-10, f"a score is {off:.3g} from the dense solution"


# -- what some solvers claim -------------------------------------------------------------------------------------------


@SUITE.law("push")
def push(solver: AnySolver, instance: Instance) -> None:
    P, x = transitions(instance), killed(instance)
    n, alpha = len(P), alpha_of(instance)
    edges = np.maximum((dense(instance.args[0]) > 0).sum(axis=1), 1)
    for epsilon in (1e-6, 0.01, 0.2):
        result = instance.call(solver, normalize=False, epsilon=epsilon)
        kept = _rows(result)
        assert (kept <= x + ORACLE).all(), f"more was kept than walks there: by {float((kept - x).max()):.3g}"
        # kept = x - the walk of the residue, and the walk of r is alpha (I - (1-alpha) P^T)^-1 r
        residue = teleports(instance.args[1], n) - (kept - (1 - alpha) * kept @ P) / alpha
        assert (residue >= -1e-10).all(), f"a residue is {float(residue.min()):.3g}"
        assert (residue <= epsilon * edges + 1e-10).all(), (
            f"a residue is {float((residue / edges).max()):.3g} per out-edge, epsilon is {epsilon}"
        )
        off = float(np.abs(residue.sum(axis=1) - result.lost_mass).max())
        assert off <= 1e-10, f"residues and lost_mass differ by {off:.3g}"


def transitions(instance: Instance) -> Floats:
    """P as a dense array: rows divided by their sum, dangling ones empty, or with a loop where walkers stay."""
    W = dense(instance.args[0])
    sums = W.sum(axis=1)
    P = np.divide(W, sums[:, None], out=np.zeros_like(W), where=sums[:, None] > 0)
    if instance.options.get("dangling") == "stay":
        P[sums == 0, sums == 0] = 1.0
    return np.asarray(P, dtype=np.float64)


def _index(instance: Instance, fingerprints: Floats) -> PPRIndex:
    return PPRIndex.from_fingerprints(instance.args[0], fingerprints, **instance.options)


def _all_killed(instance: Instance) -> Floats:
    A = instance.args[0]
    return killed(instance.but(A, np.arange(len(dense(A)))))


@SUITE.law("decomposition")
def decomposition(solver: AnySolver, instance: Instance) -> None:
    index, x = _index(instance, _all_killed(instance)), killed(instance)
    for n_steps in (0, 1, 3):
        result = instance.call(solver, index=index, n_steps=n_steps, threshold=0.0, normalize=False)
        off = float(np.abs(_rows(result) - x).max())
        assert off <= ORACLE, f"a score is {off:.3g} off after {n_steps} steps, though all fingerprints are exact"


@SUITE.law("index-bound")
def index_bound(solver: AnySolver, instance: Instance) -> None:
    x, truth = killed(instance), _all_killed(instance)
    rng = np.random.default_rng(len(truth))
    for wrong in (
        np.zeros_like(truth),
        truth * rng.uniform(0, 2, truth.shape),
        rng.uniform(0, 2 / len(truth), truth.shape),
    ):
        worst = float(np.abs(wrong - truth).sum(axis=1).max())
        index = _index(instance, wrong)
        for n_steps, threshold in ((0, 0.0), (2, 0.0), (3, 0.03)):
            result = instance.call(solver, index=index, n_steps=n_steps, threshold=threshold, normalize=False)
            bound = (1 - alpha_of(instance)) ** n_steps * worst + result.lost_mass + 1e-9
            _within(bound, _apart(_rows(result), x), f"the killed walk, after {n_steps} steps")
            _within(result.error_bound, _apart(_rows(result), x), "the killed walk, by its own bound")


@SUITE.law("prune")
def prune(solver: AnySolver, instance: Instance) -> None:
    before = instance.call(solver, threshold=0.0, normalize=False, n_steps=3)
    assert (before.lost_mass == 0).all(), f"mass was lost at threshold 0: {before.lost_mass}"
    for threshold in (1e-3, 0.03, 0.2):
        result = instance.call(solver, threshold=threshold, normalize=False, n_steps=3)
        assert (result.lost_mass >= before.lost_mass - ORACLE).all(), (
            f"{before.lost_mass} were lost with a lower threshold, {result.lost_mass} with {threshold}"
        )
        assert (result.lost_mass <= 1).all(), f"lost_mass is {result.lost_mass}"
        rise = float((_rows(result) - _rows(before)).max())
        assert rise <= ORACLE, f"a score rises by {rise:.3g} with threshold {threshold}"
        before = result


def _built(solver: AnySolver, instance: Instance, **options: Any) -> PPRIndex:
    made: PPRIndex = solver.build(instance.args[0], n_walks=20, rng=5, **instance.options, **options)
    return made


@SUITE.law("pruned-index")
def pruned_index(solver: AnySolver, instance: Instance) -> None:
    whole = _built(solver, instance).query(instance.args[1], normalize=False, n_steps=1)
    for top in (1, 3):
        result = _built(solver, instance, top=top).query(instance.args[1], normalize=False, n_steps=1)
        lower = _rows(whole) - _rows(result)
        assert (lower >= -ORACLE).all(), f"a score is {-float(lower.min()):.3g} higher with {top} entries kept"
        risen = result.lost_mass - whole.lost_mass
        capped = result.lost_mass == 1  # estimates may have more mass than there is
        off = np.abs(np.where(capped, 0.0, lower.sum(axis=1) - risen))
        assert (off <= 1e-10).all(), (
            f"scores lack {lower.sum(axis=1)} with {top} entries kept, lost_mass rose by {risen}"
        )


@SUITE.law("shards", scale=0.5)
def shards(solver: AnySolver, instance: Instance) -> None:
    whole = _built(solver, instance)
    expected, answer = whole.fingerprints(), _rows(whole.query(instance.args[1], threshold=0.0, normalize=False))
    for n_shards, n_jobs in ((2, 1), (7, 2)):
        index = _built(solver, instance, n_shards=n_shards, n_jobs=n_jobs)
        assert (index.fingerprints() != expected).nnz == 0, f"{n_shards} shards hold other fingerprints than one"
        off = float(np.abs(_rows(index.query(instance.args[1], threshold=0.0, normalize=False)) - answer).max())
        assert off <= ORACLE, f"{n_shards} shards answer otherwise than one, by {off:.3g}"
    last = whole.n - 1
    part = _built(solver, instance, vertices=[last]).fingerprints()
    assert (part[[last]] != expected[[last]]).nnz == 0, "an index of one vertex holds another fingerprint of it"


def _random_graph(n: int, density: float, seed: int, *, weighted: bool = False, dangling: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    W = (rng.random((n, n)) < density) * (rng.uniform(0.2, 3, (n, n)) if weighted else 1.0)
    W[:dangling] = 0.0
    return sparse.csr_array(W)


def _mean_error(solver: AnySolver, A: Any, sources: Any, **options: Any) -> float:
    """Mean L1 error of the killed walk's estimate over sources and a few seeds."""
    instance = Instance((A, sources), {"alpha": 0.15}, options)
    x = killed(instance)
    runs = [_rows(instance.call(solver, rng=seed, normalize=False)) for seed in range(4)]
    return float(np.mean([_apart(rows, x) for rows in runs]))


@SUITE.law("online", instances=False)
def online(solver: AnySolver) -> None:
    # 12 sources and 4 seeds: the ratios, near 0.2 and 0.3, have a standard error of a hundredth
    A, sources = _random_graph(200, 0.03, 1), np.arange(12)
    errors = {t: _mean_error(solver, A, sources, n_walks=10, n_steps=t, threshold=0.0) for t in (0, 2, 4)}
    for few, many in ((0, 2), (2, 4)):
        assert errors[many] < 0.5 * errors[few], (
            f"mean error {errors[few]:.3g} after {few} steps, {errors[many]:.3g} after {many}"
        )
        left = 0.85**many
        assert errors[many] < 0.5 * left, f"mean error {errors[many]:.3g}, and {left:.3g} without any fingerprints"


@SUITE.law("unbiased", instances=False)
def unbiased(solver: AnySolver) -> None:
    # Every vertex expects some hundred visits in all, so that means are near normal: 5.5 standard errors are exceeded
    # once in 10^7, at each of 48 scores.
    for dangling, n_steps in (("source", 0), ("source", 2), ("stay", 0)):
        A = _random_graph(8, 0.5, 3, weighted=True, dangling=1)
        instance = Instance((A, [1, 4]), {"alpha": 0.15, "dangling": dangling}, {"n_walks": 20, "n_steps": n_steps})
        x = killed(instance)
        runs = np.array([_rows(instance.call(solver, rng=seed, normalize=False, threshold=0.0)) for seed in range(200)])
        for what, sample, truth in (("score", runs, x), ("mass", runs.sum(axis=2), x.sum(axis=1))):
            error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
            far = np.abs(sample.mean(axis=0) - truth) / (error + 1e-12)
            assert (far <= 5.5).all(), (
                f"the mean {what} is {float(far.max()):.1f} standard errors off ({dangling}, {n_steps} steps)"
            )


@SUITE.law("linear")
def linear(solver: AnySolver, instance: Instance) -> None:
    A = instance.args[0]
    n = len(dense(A))
    exactly = {"threshold": 0.0, "normalize": False}
    single = _rows(instance.but(A, np.arange(n)).call(solver, **exactly))
    shares = np.arange(1.0, n + 1) / (n * (n + 1) / 2)
    off = float(np.abs(_rows(instance.but(A, shares[None]).call(solver, **exactly)) - shares @ single).max())
    assert off <= ORACLE, f"the estimate for a mixture is {off:.3g} from the mixture of the estimates"
    for u in range(min(n, 4)):
        off = float(np.abs(_rows(instance.but(A, u).call(solver, **exactly))[0] - single[u]).max())
        assert off <= ORACLE, f"vertex {u} alone differs by {off:.3g} from the same in a batch"


@SUITE.law("rate", instances=False)
def rate(solver: AnySolver) -> None:
    # 40 sources and 4 seeds: the ratio has a standard error of 0.03
    A, sources = _random_graph(60, 0.1, 2), np.arange(40)
    few, many = (_mean_error(solver, A, sources, n_walks=R, n_steps=1, threshold=0.0) for R in (100, 1000))
    assert 2.6 <= few / many <= 3.8, (
        f"mean error {few:.3g} with 100 walks, {many:.3g} with 1000: a ratio of {few / many:.2f}"
    )


@SUITE.law("full-path", instances=False)
def full_path(solver: AnySolver) -> None:
    A, sources, R = _random_graph(400, 0.015, 1), np.arange(20), 1000
    x = exact(Instance((A, sources), {"alpha": 0.15}))
    rng = np.random.default_rng(0)
    ends = float(np.mean([np.abs(rng.multinomial(R, row) / R - row).sum() for row in x for _ in range(4)]))
    found = _mean_error(solver, A, sources, n_walks=R, n_steps=0)
    assert found < 0.8 * ends, f"mean error {found:.3g}, of end points {ends:.3g}"


@SUITE.law("relative-error", instances=False)
def relative_error(solver: AnySolver) -> None:
    # The theorem allows a failure for each vertex in n runs; the Chernoff bound behind it leaves much room.
    A = _random_graph(200, 0.03, 4, weighted=True, dangling=5)
    n = A.shape[0]
    instance = Instance((A, 17), {"alpha": 0.15})
    x = killed(instance)[0]
    worst = []
    for seed in range(50):
        found = _rows(instance.call(solver, rng=seed, normalize=False))[0]
        worst.append(float((np.abs(found - x) / x)[x >= 1 / n].max()))
    failed = sum(error > 0.5 for error in worst)
    assert failed <= 1, (
        f"{failed} of 50 runs are off by more than half of a score; the worst errors are {sorted(worst)[-3:]}"
    )
