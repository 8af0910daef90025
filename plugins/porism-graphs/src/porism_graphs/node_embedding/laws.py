"""What every node-embedding solver keeps, as code: strategies for instances, dense references, and the checks.

Laws about randomness use fixed seeds and bounds that a correct solver misses with less than one seed in a million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_graphs.node_embedding._graphs import block_model, neighbour_graph
from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding

__all__ = ["SUITE", "dense"]

Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., NodeEmbedding]

SMALL = {"n_walks": 2, "walk_length": 6, "window": 2, "n_iter": 2}
"""What the trained baselines need not do more of on a few vertices."""


# -- references: slow and obviously correct ----------------------------------------------------------------------------


def dense(A: Any) -> Floats:
    """The adjacency matrix as a dense array; duplicates add up, explicit zeros vanish."""
    return np.array(A.toarray() if hasattr(A, "toarray") else A, dtype=np.float64)


def transitions(W: Floats) -> Floats:
    """D^-1 A, with empty rows where there are no out-edges."""
    sums = W.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(W, sums, out=np.zeros_like(W), where=sums > 0))


def contexts(W: Floats, beta: float) -> Floats:
    """(d_j / 2m)^beta; 0 where nothing points to j."""
    d = W.sum(axis=0)
    return np.array([(d[j] / d.sum()) ** beta if d[j] > 0 else 0.0 for j in range(len(d))])


def plain(R: Any) -> Floats:
    """A projection as a dense array."""
    return np.asarray(R.toarray() if hasattr(R, "toarray") else R, dtype=np.float64)


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn, max_n: int = 10) -> Any:
    """Directed and undirected graphs in every form of matrix, with isolated vertices, loops, ties and duplicates.

    Weights are multiples of a quarter, so that sums of duplicates are exact whatever their order.
    """
    n = draw(st.integers(1, max_n))
    vertex, weight = st.integers(0, n - 1), st.integers(0, 8).map(lambda w: w / 4)
    shape = draw(st.sampled_from(["random", "random", "undirected", "undirected", "star", "edgeless"]))
    edges: list[tuple[int, int, float]] = []
    if shape in ("random", "undirected"):
        edges = draw(st.lists(st.tuples(vertex, vertex, weight), max_size=4 * n))
    elif shape == "star":
        edges = [(0, i, draw(weight)) for i in range(1, n)]
    if shape in ("undirected", "star"):
        edges += [(v, u, w) for u, v, w in edges]
    row, column = (np.array([edge[i] for edge in edges], dtype=np.intp) for i in (0, 1))
    matrix = sparse.coo_array((np.array([edge[2] for edge in edges]), (row, column)), shape=(n, n))
    kind = draw(st.sampled_from(["raw", "unsorted", "csc", "matrix", "dense", "dense", "lists", "bool", "int", "f4"]))
    if kind == "raw":
        return matrix
    if kind == "unsorted":  # CSR with duplicates and zeros in place, in no order
        order = np.argsort(matrix.row, kind="stable")
        indptr = np.concatenate(([0], np.cumsum(np.bincount(matrix.row, minlength=n))))
        return sparse.csr_array((matrix.data[order], matrix.col[order], indptr), shape=(n, n))
    if kind == "csc":
        return matrix.tocsc()
    if kind == "matrix":
        return sparse.csr_matrix(matrix)
    array = matrix.toarray()
    if kind == "lists":
        return array.tolist()
    if kind == "bool":
        return array != 0
    if kind == "int":
        return (array * 4).astype(draw(st.sampled_from([np.uint16, np.int64])))
    return draw(layouts(array.astype(np.float32) if kind == "f4" else array))


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A graph, a dimension, the problem's options, and some that solvers may have."""
    A = draw(graphs())
    n = len(dense(A))
    options = {
        "standardize": draw(st.booleans()),
        "isolated": draw(st.sampled_from(["zero", "nan"])),
        "dtype": draw(st.sampled_from(["float32", "float64"])),
    }
    wishes: dict[str, Any] = dict(SMALL)
    wishes["weights"] = draw(st.sampled_from([(0.0, 0.0, 1.0, 6.67), (1.0,), (0.5, 0.0, 2.0), [0, 1]]))
    wishes["normalize"] = draw(st.booleans())
    wishes["beta"] = draw(st.sampled_from([-0.628, 0.0, -1.0, 0.5]))
    wishes["keep_parts"] = draw(st.booleans())
    return Instance((A, draw(st.integers(1, min(n, 6)))), options, wishes)


PROJECTIONS = (
    {"projection": "very-sparse"},
    {"projection": "very-sparse", "density": 0.5},
    {"projection": "very-sparse", "density": 0.1},
    {"projection": "very-sparse", "density": 1.0},
    {"projection": "sparse"},
    {"projection": "gaussian"},
)


@st.composite
def products(draw: st.DrawFn) -> Instance:
    """Calls in double precision of solvers that project at random, with the parts kept and nothing done to them."""
    A = draw(graphs())
    wishes = {
        "weights": draw(st.sampled_from([(0.0, 0.0, 1.0, 6.67), (1.0, 2.0), (0.0, 1.0), (3.0,)])),
        "beta": draw(st.sampled_from([-0.628, 0.0, -1.0, 0.5])),
        "input_matrix": draw(st.sampled_from(["transition", "transition", "adjacency"])),
        "normalize": False,
        "keep_parts": True,
        **draw(st.sampled_from(PROJECTIONS)),
    }
    dim = draw(st.integers(1, len(dense(A))))
    return Instance((A, dim), {"standardize": False, "dtype": "float64", "rng": draw(st.integers(0, 99))}, wishes)


def _invalid() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    A = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])

    def patched(value: float) -> Floats:
        changed = A.copy()
        changed[1, 2] = value
        return changed

    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (A[:2], 2, {}, "A", "(2, 3)"),
        (np.empty((0, 0)), 2, {}, "A", "(0, 0)"),
        (A[0], 2, {}, "A", "1-D"),
        (patched(-1.0), 2, {}, "A", "-1.0"),
        (patched(np.nan), 2, {}, "A", "nan"),
        (sparse.csr_array(patched(np.inf)), 2, {}, "A", "inf"),
        (A.astype(complex), 2, {}, "A", "complex128"),
        (None, 2, {}, "A", "None"),
        (A, 0, {}, "dim", "0"),
        (A, -3, {}, "dim", "-3"),
        (A, 2.0, {}, "dim", "2.0"),
        (A, True, {}, "dim", "True"),
        (A, "2", {}, "dim", "'2'"),
        (A, 2, {"standardize": 1}, "standardize", "1"),
        (A, 2, {"isolated": "one"}, "isolated", "'one'"),
        (A, 2, {"dtype": "float16"}, "dtype", "'float16'"),
        (A, 2, {"rng": -1}, "rng", "-1"),
        (A, 2, {"rng": "0"}, "rng", "'0'"),
        (A, 2, {"weights": ()}, "weights", "()"),
        (A, 2, {"weights": (0.0, 0.0)}, "weights", "(0.0, 0.0)"),
        (A, 2, {"weights": (1.0, -1.0)}, "weights", "-1.0"),
        (A, 2, {"weights": (1.0, np.nan)}, "weights", "nan"),
        (A, 2, {"weights": (1.0, np.inf)}, "weights", "inf"),
        (A, 2, {"weights": 1.0}, "weights", "1.0"),
        (A, 2, {"weights": ("a",)}, "weights", "'a'"),
        (A, 2, {"weights": [[1.0]]}, "weights", "[[1.0]]"),
        (A, 2, {"weights": None}, "weights", "None"),
        (A, 2, {"beta": np.inf}, "beta", "inf"),
        (A, 2, {"beta": np.nan}, "beta", "nan"),
        (A, 2, {"beta": "0"}, "beta", "'0'"),
        (A, 2, {"projection": "dense"}, "projection", "'dense'"),
        (A, 2, {"projection": np.eye(3)}, "projection", "(3, 3)"),
        (A, 2, {"projection": np.full((3, 2), np.nan)}, "projection", "NaN"),
        (A, 2, {"projection": np.full((3, 2), 1j)}, "projection", "complex128"),
        (A, 2, {"density": 0.0}, "density", "0.0"),
        (A, 2, {"density": 1.5}, "density", "1.5"),
        (A, 2, {"density": np.nan}, "density", "nan"),
        (A, 2, {"density": 0.5, "projection": "gaussian"}, "density", "0.5"),
        (A, 2, {"input_matrix": "laplacian"}, "input_matrix", "'laplacian'"),
        (A, 2, {"merge": "product"}, "merge", "'product'"),
        (A, 2, {"normalize": None}, "normalize", "None"),
        (A, 2, {"keep_parts": "yes"}, "keep_parts", "'yes'"),
        (A, 2, {"orthogonal": 0}, "orthogonal", "0"),
        (A, 2, {"n_jobs": 0}, "n_jobs", "0"),
        (A, 2, {"n_iter": -1}, "n_iter", "-1"),
        (A, 2, {"order": 0}, "order", "0"),
        (A, 2, {"mu": np.nan}, "mu", "nan"),
        (A, 2, {"theta": -1.0}, "theta", "-1.0"),
        (A, 2, {"n_walks": 0}, "n_walks", "0"),
        (A, 2, {"walk_length": 1.5}, "walk_length", "1.5"),
        (A, 2, {"window": 0}, "window", "0"),
        (A, 2, {"negatives": 0}, "negatives", "0"),
        (A, 2, {"epochs": 0}, "epochs", "0"),
        (A, 2, {"learning_rate": 0.0}, "learning_rate", "0.0"),
        (A, 2, {"p": 0.0}, "p", "0.0"),
        (A, 2, {"q": -2.0}, "q", "-2.0"),
        (A, 2, {"progress": "yes"}, "progress", "'yes'"),
        (A, 2, {"memory_limit": 8}, "memory_limit", "8"),
    ]
    declared = node_embedding.signature.parameters
    return [
        Invalid(
            (graph, dim),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for graph, dim, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """Many powers of a random graph; the walkers have work on it by their defaults."""
    n = 20_000
    edges = np.random.default_rng(0).integers(n, size=(2, 10 * n))
    A = sparse.csr_array((np.ones(10 * n), (edges[0], edges[1])), shape=(n, n))
    return Instance((A, 256), {}, {"weights": np.ones(60).tolist()})


SUITE = Suite(node_embedding, instances=instances(), invalid=_invalid(), long=_long)


# -- laws of all solvers -----------------------------------------------------------------------------------------------


def _same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))


def _tolerance(vectors: Any) -> float:
    return 2e-4 if vectors.dtype == np.float32 else 1e-9


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver, rng=0)
    n, dim = len(dense(instance.args[0])), instance.args[1]
    vectors = result.vectors
    assert (vectors.shape, vectors.dtype.name) == ((n, dim), instance.options["dtype"]), (
        f"vectors are {vectors.dtype}{list(vectors.shape)}"
    )
    assert vectors.flags.c_contiguous, "vectors are not in C order"
    wrong: Any = ~np.isfinite(vectors).all(axis=1)
    if instance.options["isolated"] == "nan":
        wrong &= dense(instance.args[0]).any(axis=1)
    assert not wrong.any(), f"vectors of {np.flatnonzero(wrong)} are not finite"


@SUITE.law("standardized")
def standardized(solver: AnySolver, instance: Instance) -> None:
    result, raw = (instance.but(standardize=wanted).call(solver, rng=0).vectors for wanted in (True, False))
    counted = np.ones(len(raw), dtype=bool)
    if instance.options["isolated"] == "nan":
        counted = np.array([row.any() for row in dense(instance.args[0])])
        if not counted.any():
            return
    tol = _tolerance(result)
    for column, before in zip(result[counted].astype(np.float64).T, raw[counted].astype(np.float64).T, strict=True):
        mean, deviation = before.mean(), before.std()
        if deviation > 1e-3 * np.abs(before).max():
            np.testing.assert_allclose(column, (before - mean) / deviation, rtol=0, atol=100 * tol)
            assert abs(column.mean()) <= tol, f"a column has mean {column.mean()}"
            assert abs(column.std() - 1) <= tol, f"a column has standard deviation {column.std()}"
        elif deviation == 0 or len(column) == 1:
            assert np.abs(column).max() <= tol, f"a constant column became {column}"


@SUITE.law("isolated")
def isolated(solver: AnySolver, instance: Instance) -> None:
    W = np.pad(dense(instance.args[0]), (0, 1))
    alone = ~W.any(axis=1)
    for kind, expected in (("zero", 0.0), ("nan", np.nan)):
        call = instance.but(W, instance.args[1], standardize=False, isolated=kind)
        vectors = call.call(solver, rng=0).vectors
        assert _same(vectors[alone], np.full(vectors[alone].shape, expected)), (
            f"vertices {np.flatnonzero(alone)} without edges have {vectors[alone].tolist()}, isolated={kind!r}"
        )
        assert np.isfinite(vectors[~alone]).all(), f"with isolated={kind!r} others have {vectors[~alone]}"


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    A, dim = instance.args
    expected, result = instance.but(dense(A), dim).call(solver, rng=0), instance.call(solver, rng=0)
    assert _same(result.vectors, expected.vectors), f"{result}, but {expected} from the same matrix as a dense array"


@SUITE.law("scale")
def scale(solver: AnySolver, instance: Instance) -> None:
    A, dim = instance.args
    W = dense(A)
    expected = instance.but(W, dim).call(solver, rng=0).vectors
    for factor in (2.0**-3, 2.0**40):
        result = instance.but(W * factor, dim).call(solver, rng=0).vectors
        assert _same(result, expected), f"with weights times {factor:g}: {result}, else {expected}"


@SUITE.law("blocks", instances=False)
def blocks(solver: AnySolver) -> None:
    A, labels = block_model(400, 8, seed=1)
    vectors = solver(A, 32, rng=1).vectors.astype(np.float64)
    shown = np.random.default_rng(2).random(len(labels)) < 0.5
    centres = np.array([vectors[shown & (labels == block)].mean(axis=0) for block in range(8)])
    apart = ((vectors[:, None] - centres[None]) ** 2).sum(axis=2)
    right = float((np.argmin(apart, axis=1) == labels)[~shown].mean())
    assert right >= 0.9, f"{right:.1%} of the vertices are named rightly, by chance 12.5 %"


# -- laws of random projections ----------------------------------------------------------------------------------------


@SUITE.law("algebra", given=products())
def algebra(solver: AnySolver, instance: Instance) -> None:
    result: Any = instance.call(solver)
    W = dense(instance.args[0])
    M = transitions(W) if instance.wishes["input_matrix"] == "transition" else W
    U = contexts(W, instance.wishes["beta"])[:, None] * plain(result.projection())
    total = np.zeros_like(U)
    for k, weight in enumerate(instance.wishes["weights"]):
        U = M @ U
        total += weight * U
        tol = 1e-10 * max(float(np.abs(U).max()), 1e-300) + 1e-13
        np.testing.assert_allclose(result.parts[k], U, rtol=0, atol=tol, err_msg=f"part {k}")
    tol = 1e-10 * float(np.abs(total).max()) + 1e-13
    np.testing.assert_allclose(result.vectors, total, rtol=0, atol=tol, err_msg="vectors")


def _ring(n: int) -> Any:
    there = np.arange(n)
    return sparse.csr_array((np.ones(n), (there, (there + 1) % n)), shape=(n, n))


@SUITE.law("projection", instances=False)
def projection(solver: AnySolver) -> None:
    n, dim = 3000, 64
    for options, density in (({}, n**-0.5), ({"density": 0.2}, 0.2), ({"projection": "sparse"}, 1 / 3)):
        result: Any = solver(_ring(n), dim, rng=4, **options)
        R = plain(result.projection())
        value = 1 / np.sqrt(dim * density)
        there = R != 0
        np.testing.assert_allclose(np.abs(R[there]), value, rtol=1e-12, err_msg="entries")
        places = n * dim
        six = 6 * np.sqrt(places * density * (1 - density))
        assert abs(there.sum() - places * density) <= six, f"{there.mean():.4f} of R is not 0, density is {density:.4f}"
        assert abs((R > 0).sum() - (R < 0).sum()) <= 6 * np.sqrt(there.sum()), "one sign is preferred"
        for axis, lines in ((0, dim), (1, n)):  # neither columns nor rows are preferred
            each = places / lines
            spread = 6.5 * np.sqrt(each * density) + 8
            assert np.abs(there.sum(axis=axis) - each * density).max() <= spread, (
                f"entries cluster along axis {1 - axis}"
            )
        assert abs((R**2).sum() / n - 1) <= six / (places * density), "rows have not length 1 on average"
    result = solver(_ring(n), dim, rng=4, projection="gaussian")
    R = plain(result.projection()) * np.sqrt(dim)
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (4, 3, 96)):
        assert abs((R**power).mean() - moment) <= 6 * np.sqrt(variance / R.size), f"moment {power} of a normal R"


@SUITE.law("projection-rows", instances=False)
def projection_rows(solver: AnySolver) -> None:
    dim, density = 40, 0.15
    result: Any = solver(_ring(50), dim, rng=5, density=density)
    R = plain(result.projection())
    bounds = np.array([int((1 - np.prod(np.full(k + 1, 1 - density))) * 2.0**63) for k in range(dim)], dtype=np.uint64)
    for row in (0, 1, 17, 49):
        raw = np.random.Philox(key=[result.seed, 0], counter=[0, row, 0, 0])
        expected, column = np.zeros(dim), 0
        while column < dim:
            drawn = int(raw.random_raw())
            column += int(np.searchsorted(bounds, np.uint64(drawn >> 1), side="right"))
            if column < dim:
                expected[column] = (-1) ** (drawn & 1) / np.sqrt(dim * density)
                column += 1
        np.testing.assert_allclose(R[row], expected, rtol=1e-12, err_msg=f"row {row} of R")


def _errors(solver: AnySolver, A: Any, dim: int, seed: int) -> Floats:
    """What inner products of the third part are off by, relative to the lengths of the rows of P^3 L."""
    W = dense(A)
    result: Any = solver(A, dim, rng=seed, weights=(0.0, 0.0, 1.0), keep_parts=True)
    M = np.linalg.matrix_power(transitions(W), 3) * contexts(W, -0.628)
    Y = result.parts[2].astype(np.float64)
    lengths = np.linalg.norm(M, axis=1)
    return np.asarray((Y @ Y.T - M @ M.T) / np.outer(lengths, lengths))


@SUITE.law("inner-products", instances=False)
def inner_products(solver: AnySolver) -> None:
    A = neighbour_graph(500, 10, seed=3)
    for seed in (0, 1, 2):
        for dim in (64, 256):
            errors = _errors(solver, A, dim, seed) * np.sqrt(dim)
            assert 0.7 <= errors.std() <= 1.4, f"errors deviate by {errors.std():.3f} / sqrt({dim})"
            assert np.abs(errors).max() < 12, f"an error is {np.abs(errors).max():.2f} / sqrt({dim})"


@SUITE.law("convergence", instances=False)
def convergence(solver: AnySolver) -> None:
    A = neighbour_graph(1100, 10, seed=4)
    few, many = (_errors(solver, A, dim, 7).std() for dim in (64, 1024))
    assert 3 <= few / many <= 5.3, f"with 16 times the columns errors shrink {few / many:.2f}-fold, not 4-fold"


@SUITE.law("same-neighbours", given=instances())
def same_neighbours(solver: AnySolver, instance: Instance) -> None:
    A, dim = instance.args
    W = dense(A)
    twice = np.pad(np.vstack((W, W)), ((0, 0), (0, len(W))))  # a second one of each, to whom nobody points
    vectors = instance.but(twice, dim).call(solver, rng=0).vectors
    assert _same(vectors[: len(W)], vectors[len(W) :]), f"{vectors}, where both halves have the same neighbours"


@SUITE.law("degree-side", given=products())
def degree_side(solver: AnySolver, instance: Instance) -> None:
    W = dense(instance.args[0])
    n = len(W)
    for beta in (instance.wishes["beta"], -1.0, 0.0):
        plainly = {"weights": (1.0,), "normalize": False, "input_matrix": "transition", "density": None}
        result: Any = instance.but(W, n).call(solver, **plainly, projection=np.eye(n), beta=beta)
        expected = transitions(W) * contexts(W, beta)
        np.testing.assert_allclose(result.vectors, expected, rtol=1e-12, atol=0, err_msg=f"beta={beta}")
    np.testing.assert_allclose(result.vectors, transitions(W), rtol=1e-12, atol=0, err_msg="beta=0")


@SUITE.law("relabelling", given=products())
def relabelling(solver: AnySolver, instance: Instance) -> None:
    A, dim = instance.args
    W = dense(A)
    to = np.random.default_rng(len(W)).permutation(len(W))
    first: Any = instance.call(solver)
    R = first.projection()
    second = instance.but(W[np.ix_(to, to)], dim).call(solver, projection=R[to], density=None)
    tol = 1e-11 * max(float(np.abs(first.parts).max()) * sum(instance.wishes["weights"]), 1e-300)
    np.testing.assert_allclose(second.vectors, first.vectors[to], rtol=0, atol=tol)


@SUITE.law("components", instances=False)
def components(solver: AnySolver) -> None:
    one, other = neighbour_graph(250, 10, seed=5), neighbour_graph(250, 10, seed=6)
    A = sparse.block_diag((one, other), format="csr")
    for dim in (128, 400):
        vectors = solver(A, dim, rng=8, standardize=False).vectors.astype(np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        largest = float(np.abs(vectors[:250] @ vectors[250:].T).max())
        assert largest <= 9 / np.sqrt(dim), f"a cosine between components is {largest:.3f} with {dim} numbers"


@SUITE.law("merging", given=products())
def merging(solver: AnySolver, instance: Instance) -> None:
    result: Any = instance.call(solver, normalize=True)
    total = np.zeros_like(result.vectors)
    for weight, part in zip(instance.wishes["weights"], result.parts, strict=True):
        lengths = np.linalg.norm(part, axis=1, keepdims=True)
        total += weight * np.divide(part, lengths, out=np.zeros_like(part), where=lengths > 0)
    np.testing.assert_allclose(result.vectors, total, rtol=0, atol=1e-11 * sum(instance.wishes["weights"]))
    side: Any = instance.call(solver, normalize=True, merge="concatenate")
    used = [weight for weight in instance.wishes["weights"] if weight]
    np.testing.assert_allclose(sum(np.split(side.vectors, len(used), axis=1)), total, rtol=0, atol=1e-10)


@SUITE.law("reweighting", given=instances())
def reweighting(solver: AnySolver, instance: Instance) -> None:
    kept: Any = instance.call(solver, rng=3, weights=(1.0, 2.0, 3.0), keep_parts=True)
    for weights in ((1.0, 2.0, 3.0), (0.0, 0.0, 1.0), (0.5, 1.0)):
        again, anew = kept.reweighted(weights), instance.call(solver, rng=3, weights=weights, keep_parts=True)
        assert again == anew, f"{again} from the parts, {anew} from a new call"


@SUITE.law("new-rows", given=instances())
def new_rows(solver: AnySolver, instance: Instance) -> None:
    result: Any = instance.call(solver, rng=3, keep_parts=True)
    W = dense(instance.args[0])
    for rows in (np.arange(len(W)), np.array([len(W) - 1, 0])):
        for form_ in (W[rows], sparse.csc_array(W[rows])):
            found = result.transform_rows(form_)
            assert _same(found, result.vectors[rows]), f"{found} for rows {rows}, their vertices have {result.vectors}"
