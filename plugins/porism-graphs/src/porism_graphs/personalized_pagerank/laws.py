"""What every personalized-pagerank solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
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
    return Instance((A, draw(_sources(dense(A).shape[0], batch=batch))), options)


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
        (A, [0] * 100_000, {"memory_limit": 1_000_000}, "memory_limit", "0.9537 MiB"),
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


@SUITE.law("error-bound")
def error_bound(solver: AnySolver, instance: Instance) -> None:
    for rough in ({}, {"tol": 0.3, "epsilon": 0.1}, {"tol": 0.01, "epsilon": 0.003}, {"max_iter": 1}):
        result = instance.call(solver, **rough)
        assert (result.error_bound >= 0).all(), f"error_bound is {result.error_bound}"
        _within(result.error_bound, _apart(_rows(result), exact(instance)), f"the dense solution ({rough})")


@SUITE.law("lost-mass")
def lost_mass(solver: AnySolver, instance: Instance) -> None:
    for rough in ({}, {"tol": 0.3, "epsilon": 0.1}):
        result = instance.call(solver, **rough)
        assert ((result.lost_mass >= 0) & (result.lost_mass <= 1)).all(), f"lost_mass is {result.lost_mass}"
        distance = np.where(result.lost_mass == 0, _apart(_rows(result), exact(instance)), 0.0)
        _within(0.0 * distance, distance, "the dense solution, though it has lost nothing")


@SUITE.law("start")
def start(solver: AnySolver, instance: Instance) -> None:
    rows = _rows(instance.call(solver))
    least = alpha_of(instance) * teleports(instance.args[1], rows.shape[1])
    assert (rows >= least - ORACLE).all(), (
        f"a source scores {float((rows - least).min()):.3g} less than alpha of its share"
    )


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
