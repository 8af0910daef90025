"""Baselines that factorise a matrix or multiply by it: randomized SVD, ProNE, RandNE.

ProNE and RandNE follow their authors' code in constants and steps (`THUDM/ProNE`, `ZW-ZHANG/RandNE`), and differ where
said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, ComputationError, Paper
from porism.validation import Report, as_choice, as_flag, as_float, as_integer, counted, reporting, stages
from porism_graphs._graph import to_kernel
from porism_graphs.node_embedding._call import Call, as_weights, empty, prepared, row_normalised
from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding

__all__ = ["HALKO_2011", "ZHANG_2018", "ZHANG_2019", "prone", "randne", "randomized_svd"]

Vectors = npt.NDArray[Any]

HALKO_2011 = Paper(
    key="halko2011finding",
    title="Finding Structure with Randomness: Probabilistic Algorithms for Constructing Approximate Matrix "
    "Decompositions",
    authors=("Halko, Nathan", "Martinsson, Per-Gunnar", "Tropp, Joel A."),
    year=2011,
    venue="SIAM Review",
    volume="53(2)",
    pages="217--288",
    doi="10.1137/090771806",
    arxiv="0909.4061",
)

ZHANG_2018 = Paper(
    key="zhang2018billion",
    title="Billion-Scale Network Embedding with Iterative Random Projection",
    authors=("Zhang, Ziwei", "Cui, Peng", "Li, Haoyang", "Wang, Xiao", "Zhu, Wenwu"),
    year=2018,
    venue="IEEE International Conference on Data Mining (ICDM)",
    pages="787--796",
    doi="10.1109/ICDM.2018.00094",
    arxiv="1805.02396",
    kind="inproceedings",
)

ZHANG_2019 = Paper(
    key="zhang2019prone",
    title="{ProNE}: Fast and Scalable Network Representation Learning",
    authors=("Zhang, Jie", "Dong, Yuxiao", "Wang, Yan", "Tang, Jie", "Ding, Ming"),
    year=2019,
    venue="Proceedings of the 28th International Joint Conference on Artificial Intelligence (IJCAI)",
    pages="4278--4284",
    doi="10.24963/ijcai.2019/594",
    kind="inproceedings",
)

OVERSAMPLES = 10


class _Product:
    """A sparse matrix to multiply dense ones by, and its transpose."""

    def __init__(self, matrix: Any, n_jobs: int) -> None:
        self.straight = to_kernel(matrix)
        self.turned = self.straight.transposed()
        self.n_jobs = n_jobs

    def __call__(self, X: Vectors, *, transposed: bool = False) -> Vectors:
        from porism.kernels import graph as kernel

        matrix = self.turned if transposed else self.straight
        out = empty((matrix.shape[0], X.shape[1]), X.dtype)
        kernel.spmm(matrix, np.ascontiguousarray(X), out, self.n_jobs)
        return out


def normal(call: Call, width: int) -> Vectors:
    """An (n, width) matrix of independent normal numbers of variance 1/width, row v made from (seed, v)."""
    from porism.kernels import graph as kernel

    out = empty((call.n, width), call.dtype)
    kernel.Projection(width, None, call.seed).rows(
        np.arange(call.n, dtype=np.uint64), np.ones(call.n), out, call.n_jobs
    )
    return out


def left_singular(call: Call, matrix: Any, n_iter: int, report: Report | None) -> Vectors:
    """The first dim left singular vectors times the roots of their values, by subspace iteration (Halko et al.).

    Signs are such that each column's largest entry is positive. Columns beyond the rank, where a direction would be
    nothing but rounding, are 0.
    """
    multiply = _Product(matrix, call.n_jobs)
    width = min(call.n, call.dim + OVERSAMPLES)
    Q = normal(call, width)
    try:
        for _ in counted(report, range(n_iter), n_iter + 1):
            Q, _ = np.linalg.qr(multiply(Q))
            Q, _ = np.linalg.qr(multiply(Q, transposed=True))
        Q, _ = np.linalg.qr(multiply(Q))
        right = multiply(Q, transposed=True)  # the rows of Q^T M, as columns
        _, values, turn = np.linalg.svd(right, full_matrices=False)
    except np.linalg.LinAlgError as error:
        raise ComputationError(f"the singular value decomposition did not converge: {error}") from None
    if report is not None:
        report(n_iter + 1, n_iter + 1, 0.0)
    U = Q @ turn.T
    vectors = np.zeros((call.n, call.dim), dtype=call.dtype)
    rank = int((values > values.max(initial=0.0) * call.n * np.finfo(call.dtype).eps).sum())
    kept = min(rank, call.dim)
    vectors[:, :kept] = U[:, :kept] * np.sqrt(values[:kept])
    return _signed(vectors)


def _signed(vectors: Vectors) -> Vectors:
    largest = vectors[np.argmax(np.abs(vectors), axis=0), np.arange(vectors.shape[1])]
    vectors *= np.where(largest < 0, -1, 1).astype(vectors.dtype)
    return vectors


def _unit_rows(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0))


@porism.solver(
    node_embedding,
    "randomized-svd",
    paper=HALKO_2011,
    complexity="O(n_iter (m dim + n dim^2)) time, O(n dim) memory",
    claims=Claims(thread_invariant=True),
    tags=("spectral", "baseline"),
)
def randomized_svd(
    A: Any,
    dim: int = 128,
    *,
    n_iter: int = 4,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> NodeEmbedding:
    """Leading singular vectors of D^-1/2 A D^-1/2, by a randomized method: the spectral embedding.

    Parameters
    ----------
    n_iter : int
        Subspace iterations, at least 0; each multiplies by the matrix and its transpose.
    n_jobs : int, optional
        Threads of the sparse products; those of NumPy's own linear algebra are set elsewhere. The result does not
        depend on it.
    memory_limit : int, optional
        Bytes that the computation may need. None: nine tenths of the memory that is free.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Notes
    -----
    Columns are scaled by the root of their singular value, which `standardize` undoes. For a directed graph rows are
    scaled by out-degrees and columns by in-degrees.
    """
    from scipy import sparse

    n_iter = as_integer("n_iter", n_iter, 0, 10_000)
    call = prepared(A, dim, standardize, isolated, dtype, rng, n_jobs, memory_limit, matrices=5, n_iter=n_iter)
    out, into = (_inverse_root(degrees) for degrees in (call.out_degrees, call.in_degrees))
    scaled = sparse.csr_array(sparse.diags_array(out) @ call.scaled() @ sparse.diags_array(into))
    with reporting(progress, "randomized-svd") as report:
        found = left_singular(call, scaled, n_iter, report)
    vectors, _, _ = call.finish(found)
    return NodeEmbedding(vectors, call.seed, call.params)


def _inverse_root(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.divide(1.0, np.sqrt(degrees), out=np.zeros_like(degrees), where=degrees > 0)


@porism.solver(
    node_embedding,
    "prone",
    paper=ZHANG_2019,
    complexity="O(n_iter (m dim + n dim^2) + order m dim) time, O(n dim) memory",
    claims=Claims(thread_invariant=True),
    tags=("spectral", "baseline"),
)
def prone(
    A: Any,
    dim: int = 128,
    *,
    order: int = 10,
    mu: float = 0.2,
    theta: float = 0.5,
    n_iter: int = 5,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> NodeEmbedding:
    """ProNE: factorise the logarithms of edge probabilities, then smooth the vectors by a filter of the graph.

    Parameters
    ----------
    order : int
        Terms of the Chebyshev expansion, at least 1; with 1 nothing is smoothed.
    mu : float
        Where in the spectrum of the Laplacian the filter is centred.
    theta : float
        Width of the filter.
    n_iter : int
        Subspace iterations of the randomized SVD, at least 0.
    n_jobs : int, optional
        Threads of the sparse products; those of NumPy's own linear algebra are set elsewhere. The result does not
        depend on it.
    memory_limit : int, optional
        Bytes that the computation may need. None: nine tenths of the memory that is free.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Notes
    -----
    As in the authors' code: entry (i, j) is log p(j | i) - log P(j), for edges only, with P(j) in proportion to the
    column sums of the transition matrix to the power 3/4; singular vectors are weighted by the roots of their values;
    the filter works on I + A, self-loops included, and its result is multiplied by I + A and decomposed once more. Both
    times rows are divided by their length. The code knows no weights: here the probabilities P(j) do not contain them a
    second time, and self-loops weigh the power of two below the largest weight, where the code has 1.
    """
    from scipy import sparse
    from scipy.special import iv

    order, n_iter = as_integer("order", order, 1, 10_000), as_integer("n_iter", n_iter, 0, 10_000)
    mu, theta = as_float("mu", mu, -2, 2), as_float("theta", theta, 0, 100)
    given = {"order": order, "mu": mu, "theta": theta, "n_iter": n_iter}
    call = prepared(A, dim, standardize, isolated, dtype, rng, n_jobs, memory_limit, matrices=8, **given)
    edges = call.transitions()
    popular = np.bincount(edges.indices, weights=edges.data, minlength=call.n) ** 0.75
    popular /= max(float(popular.sum()), 1e-300)
    edges.data = np.log(edges.data) - np.log(popular[edges.indices])
    with reporting(progress, "prone") as report:
        factorising, smoothing = stages(report, n_iter + 1, order)
        a = _unit_rows(left_singular(call, edges, n_iter, factorising))
        if order > 1:
            looped = sparse.csr_array(call.scaled() + sparse.eye_array(call.n))
            a = _smoothed(call, looped, a, mu, [float(iv(i, theta)) for i in range(order)], smoothing)
    vectors, _, _ = call.finish(a)
    return NodeEmbedding(vectors, call.seed, call.params)


def _smoothed(call: Call, looped: Any, a: Vectors, mu: float, bessel: list[float], report: Report | None) -> Vectors:
    """The filter: a Chebyshev expansion in ((L - mu)^2 - 2) / 2, L the Laplacian of the graph with self-loops."""
    average = _Product(row_normalised(looped), call.n_jobs)
    two, shift = call.dtype.type(2), call.dtype.type(1 - mu)

    def shifted(X: Vectors) -> Vectors:
        return np.asarray(shift * X - average(X))

    before, now = a, shifted(shifted(a)) / two - a
    sums = call.dtype.type(bessel[0]) * before - call.dtype.type(2 * bessel[1]) * now
    for i in counted(report, range(2, len(bessel))):
        before, now = now, shifted(shifted(now)) - two * now - before
        sums += call.dtype.type(2 * bessel[i] * (-1) ** i) * now
    mixed = _Product(looped, call.n_jobs)(a - sums)
    try:
        U, values, _ = np.linalg.svd(mixed, full_matrices=False)
    except np.linalg.LinAlgError as error:
        raise ComputationError(f"the singular value decomposition did not converge: {error}") from None
    vectors = np.zeros_like(a)
    kept = min(call.dim, int((values > values.max(initial=0.0) * call.n * np.finfo(call.dtype).eps).sum()))
    vectors[:, :kept] = U[:, :kept] * np.sqrt(values[:kept])
    return _unit_rows(_signed(vectors))


@porism.solver(
    node_embedding,
    "randne",
    paper=ZHANG_2018,
    complexity="O(q m dim + n dim^2) time, O(n dim) memory",
    claims=Claims(thread_invariant=True),
    tags=("random-projection", "baseline"),
)
def randne(
    A: Any,
    dim: int = 128,
    *,
    weights: Sequence[float] = (1.0, 1e2, 1e4, 1e5),
    input_matrix: str = "transition",
    orthogonal: bool = True,
    normalize: bool = True,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> NodeEmbedding:
    """RandNE: weighted powers of the matrix times a normal one with orthogonal columns.

    Parameters
    ----------
    weights : sequence of float
        Weight of each power, from the zeroth on. The default is what the authors use for classification, together with
        the transition matrix; for reconstruction they use (1, 0.1, 0.01, 0.001) with the adjacency matrix.
    input_matrix : {"transition", "adjacency"}
        Powers of D^-1 A, or of A itself.
    orthogonal : bool
        Make the columns of the projection orthogonal; where there are fewer vertices than columns they cannot be.
    normalize : bool
        Divide the vectors by their length, after adding up.
    n_jobs : int, optional
        Threads of the sparse products. The result does not depend on it.
    memory_limit : int, optional
        Bytes that the computation may need. None: nine tenths of the memory that is free.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    ResultOverflow
        If powers of an adjacency matrix exceed the range of `dtype`.
    """
    from porism.kernels import graph as kernel

    given = as_weights("weights", weights)
    input_matrix = as_choice("input_matrix", input_matrix, ("transition", "adjacency"))
    orthogonal, normalize = as_flag("orthogonal", orthogonal), as_flag("normalize", normalize)
    options = {
        "weights": tuple(given.tolist()),
        "input_matrix": input_matrix,
        "orthogonal": orthogonal,
        "normalize": normalize,
    }
    call = prepared(A, dim, standardize, isolated, dtype, rng, n_jobs, memory_limit, matrices=4, **options)
    M = to_kernel(call.transitions() if input_matrix == "transition" else call.adjacency)
    power = normal(call, call.dim)
    if orthogonal and call.n >= call.dim:
        power = np.ascontiguousarray(np.linalg.qr(power)[0] * call.dtype.type(np.sqrt(call.n / call.dim)))
    vectors, spare = (empty(power.shape, call.dtype) for _ in range(2))
    kernel.merge_rows(vectors, power, float(given[0]), False, True, call.n_jobs)
    with reporting(progress, "randne") as report:
        for weight, told in zip(given[1:], stages(report, *[1] * (len(given) - 1)), strict=True):
            kernel.spmm(M, power, spare, call.n_jobs, told)
            power, spare = spare, power
            kernel.merge_rows(vectors, power, float(weight), False, False, call.n_jobs)
    if not np.isfinite(vectors).all():
        raise porism.ResultOverflow(
            f"powers of A exceed the range of {call.dtype}; scale A, or use input_matrix='transition'"
        )
    if normalize:
        kernel.merge_rows(spare, vectors, 1.0, True, True, call.n_jobs)
        vectors = spare
    vectors, _, _ = call.finish(vectors)
    return NodeEmbedding(vectors, call.seed, call.params)
