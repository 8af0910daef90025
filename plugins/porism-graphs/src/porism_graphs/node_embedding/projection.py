"""FastRP: powers of the transition matrix times a very sparse random matrix (Chen et al., CIKM 2019).

The similarity that is factorised is S = (sum of alpha_k P^k) L, with P = D^-1 A and L = diag((d_j / 2m)^beta), and the
vectors are S R for a random R. They are evaluated from right to left, so that neither S nor a power of P is ever made:
the time is that of q products of a sparse matrix with one of n rows and dim columns, of which the first, with the
sparse R, costs next to nothing.

Where this follows the paper, and not its published code:

- L has the paper's (d_j / 2m)^beta. The code leaves 2m out, a factor common to all vectors that no normalisation leaves
  visible; with it, the parts do not depend on the scale of the weights.
- d_j is the weight of the edges *into* j, the column sum, which is j's degree where the graph is undirected. L says how
  much a vertex counts as a neighbour of others, and a vertex that is only pointed at counts; the code takes row sums,
  and divides by 0 for it (with beta < 0) as well as for a vertex without edges.
- Rows of P of vertices without out-edges are empty; they are 1/0 in the code.

Relabelling the vertices and R together permutes the vectors *up to rounding*, since sums over neighbours are made in
another order. Vertices with the same row of P have the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.errors import InvalidType
from porism.validation import Report, as_choice, as_flag, as_float, as_n_jobs, reporting, stages
from porism_graphs._graph import _as_matrix, _canonical, is_sparse, to_kernel
from porism_graphs.node_embedding._call import Call, as_weights, empty, prepared, row_normalised, standardized
from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding

__all__ = ["CHEN_2019", "FastRPEmbedding", "fastrp"]

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[Any]

CHEN_2019 = Paper(
    key="chen2019fastrp",
    title="Fast and Accurate Network Embeddings via Very Sparse Random Projection",
    authors=("Chen, Haochen", "Sultan, Syed Fahad", "Tian, Yingtao", "Chen, Muhao", "Skiena, Steven"),
    year=2019,
    venue="Proceedings of the 28th ACM International Conference on Information and Knowledge Management (CIKM)",
    pages="399--408",
    doi="10.1145/3357384.3357879",
    arxiv="1908.11512",
    kind="inproceedings",
)

PROJECTIONS = ("very-sparse", "sparse", "gaussian")
MERGES = ("sum", "concatenate")

SPARSE_PRODUCT = 0.25
"""Share of entries of R up to which the first product goes through them one by one."""

ROOM = 1e-3
"""Share of the range of float32 that weighted columns of R may take up."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FastRPEmbedding(NodeEmbedding):
    """Vectors of FastRP, and what it takes to weight the powers anew or to embed new vertices.

    Attributes
    ----------
    vectors : (n, dim) array
        Row v belongs to vertex v.
    seed : int
        Row v of R is made from (seed, v).
    params : dict
        The options that the solver ran with, defaults filled in.
    parts : (q, n, dim) array
        The q powers before they were merged, with ``keep_parts=True``; otherwise (0, n, dim).
    weights : (q,) float64 array
        Weight of each power.
    contexts : (n,) float64 array
        The diagonal of L.
    alone : (n,) bool array
        Vertices without out-edges.
    mean, scale : (width,) float64 array
        What was subtracted from the columns of the merged vectors, and what they were divided by.
    matrix : (n, dim) float64 array, csr_array or None
        R, if it was given.
    """

    parts: Vectors
    weights: Floats
    contexts: Floats
    alone: npt.NDArray[np.bool_]
    mean: Floats
    scale: Floats
    matrix: Any = None

    def projection(self) -> Any:
        """R: a csr_array for a sparse projection, an array for a normal one, or what was given; (n, dim) float64."""
        from scipy import sparse

        if self.matrix is not None:
            return self.matrix
        n, dim = len(self.contexts), self.parts.shape[2]
        made = _projection(self.params, dim, self.seed)
        if self.params["density"] is None:
            R = np.empty((n, dim))
            made.rows(np.arange(n, dtype=np.uint64), np.ones(n), R)
            return R
        starts, columns, values = made.matrix(n)
        return sparse.csr_array((values, columns.astype(np.int64), starts), shape=(n, dim))

    def reweighted(
        self,
        weights: Sequence[float],
        *,
        normalize: bool | None = None,
        merge: str | None = None,
        standardize: bool | None = None,
        n_jobs: int | None = None,
    ) -> FastRPEmbedding:
        """The embedding with other weights, from the parts: what the paper's cheap tuning is.

        Parameters
        ----------
        weights : sequence of float
            A weight for each power that was kept, or for the first of them.
        normalize, merge, standardize : optional
            As for the solver; what it ran with by default.
        n_jobs : int, optional
            Threads.

        Returns
        -------
        FastRPEmbedding
            With the same bits as a new call with these options; `parts` are shared.

        Raises
        ------
        InvalidInput
            If the parts were not kept, or there are more weights than parts.
        """
        self._needs_parts("reweighted")
        given = as_weights("weights", weights)
        if len(given) > len(self.parts):
            raise InvalidInput(f"weights must be {len(self.parts)} at most, one for each part, got {len(given)}")
        params = dict(self.params)
        params["weights"] = tuple(given.tolist())
        if normalize is not None:
            params["normalize"] = as_flag("normalize", normalize)
        if merge is not None:
            params["merge"] = as_choice("merge", merge, MERGES)
        if standardize is not None:
            params["standardize"] = as_flag("standardize", standardize)
        jobs = as_n_jobs(n_jobs)
        merger = _Merger(given, params, self.parts.shape[1:], self.parts.dtype, jobs)
        for k in range(len(given)):
            merger.add(k, self.parts[k])
        vectors, mean, scale = _finish(merger.vectors, self.alone, params, jobs)
        parts = self.parts[: len(given)]
        return type(self)(vectors, self.seed, params, parts, given, self.contexts, self.alone, mean, scale, self.matrix)

    def transform_rows(self, rows: Any, *, n_jobs: int | None = None) -> Vectors:
        """Vectors of new vertices, by their edges to the vertices that were embedded; nothing else changes.

        Parameters
        ----------
        rows : (r, n) scipy.sparse array or matrix, or array-like
            Entry (i, v) is the weight of the edge from the new vertex i to v.
        n_jobs : int, optional
            Threads.

        Returns
        -------
        (r, width) array
            What the solver would have given a vertex with these out-edges that nobody points to. For rows of A itself
            these are the vectors of its vertices, to the bit.

        Raises
        ------
        InvalidInput
            If the parts were not kept, or rows have another number of columns, or negative or infinite weights.
        """
        from porism.kernels import graph as kernel

        self._needs_parts("transform_rows")
        jobs = as_n_jobs(n_jobs)
        n, dim = self.parts.shape[1:]
        new = _as_rows("rows", rows, n)
        alone = np.diff(new.indptr) == 0
        if self.params["input_matrix"] == "transition":
            new = row_normalised(new)
        M = to_kernel(new)
        shape, dtype = (new.shape[0], dim), self.parts.dtype
        merger = _Merger(self.weights, self.params, shape, dtype, jobs)
        part = empty(shape, dtype)
        first = _First(self.params, self.seed, self.matrix, self.contexts, dim, dtype, jobs)
        first.product(M, part)
        merger.add(0, part)
        for k in range(1, len(self.weights)):
            kernel.spmm(M, self.parts[k - 1], part, jobs)
            merger.add(k, part)
        vectors = merger.vectors
        kernel.rescale_columns(vectors, self.mean, self.scale, jobs)
        if self.params["isolated"] == "nan":
            vectors[alone] = np.nan
        return vectors

    def _needs_parts(self, method: str) -> None:
        if not len(self.parts):
            raise InvalidInput(f"keep_parts must be True for {method}, got False when the graph was embedded")


@porism.solver(
    node_embedding,
    "fastrp",
    paper=CHEN_2019,
    complexity="O(q m dim) time, the first of q products O(m dim / sqrt(n)); O(n dim) memory, 3 matrices of that size",
    claims=Claims(random_projection=True, thread_invariant=True, interruptible=True),
    tags=("random-projection",),
    default=True,
)
def fastrp(
    A: Any,
    dim: int = 128,
    *,
    weights: Sequence[float] = (0.0, 0.0, 1.0, 6.67),
    beta: float = -0.628,
    projection: Any = "very-sparse",
    density: float | None = None,
    input_matrix: str = "transition",
    normalize: bool = True,
    merge: str = "sum",
    keep_parts: bool = False,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> FastRPEmbedding:
    """FastRP: the weighted powers of the transition matrix, times a very sparse random matrix.

    Parameters
    ----------
    weights : sequence of float
        Weight of each power, the first power first; as many powers as weights. Their ratios count, and want tuning: do
        that with ``keep_parts=True`` and `reweighted`. The default is among the best that the authors found for
        BlogCatalog with 64 numbers; with 512 they report (1, 1, 7.81, 45.28).
    beta : float
        What a vertex counts as a neighbour: degree to this power. Negative keeps hubs from dominating; 0 treats all
        alike.
    projection : {"very-sparse", "sparse", "gaussian"} or (n, dim) matrix
        R: entries ±1 in a share `density` of places, with "sparse" in one of three (Achlioptas 2003), or normal ones;
        or R itself.
    density : float, optional
        Share of entries of a very sparse R that are not 0, in (0, 1]; 1/sqrt(n) by default.
    input_matrix : {"transition", "adjacency"}
        Powers of D^-1 A, or of A itself.
    normalize : bool
        Divide each power's rows by their length before weighting, without which the weights mean little.
    merge : {"sum", "concatenate"}
        Add the weighted powers up, or put those with a weight above 0 side by side: dim columns for each.
    keep_parts : bool
        Keep every power, for `reweighted` and `transform_rows`: q matrices of the result's size.
    n_jobs : int, optional
        Threads: None is one, -1 all cores. The result does not depend on it.
    memory_limit : int, optional
        Bytes that the computation may need. None: nine tenths of the memory that is free.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Returns
    -------
    FastRPEmbedding

    Raises
    ------
    ResultOverflow
        If vectors exceed the range of `dtype`, as powers of an adjacency matrix may, or degrees to the power beta.

    Notes
    -----
    The limit is memory: each product but the first reads a row of dim numbers for every edge, 4 m dim bytes in
    float32, from the cache where n dim numbers fit in it.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_graphs import fastrp
    >>> A = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])
    >>> result = fastrp(A, 4, keep_parts=True, rng=0)
    >>> tuned = result.reweighted((0, 1, 1, 2))
    >>> bool((tuned.transform_rows(A[:1]) == tuned.vectors[:1]).all())
    True
    """
    from porism.kernels import graph as kernel

    given = as_weights("weights", weights)
    beta = as_float("beta", beta, -64, 64)
    normalize, keep_parts = as_flag("normalize", normalize), as_flag("keep_parts", keep_parts)
    merge = as_choice("merge", merge, MERGES)
    input_matrix = as_choice("input_matrix", input_matrix, ("transition", "adjacency"))
    name, share = _kind(projection, density)
    call = prepared(
        A,
        dim,
        standardize,
        isolated,
        dtype,
        rng,
        n_jobs,
        memory_limit,
        matrices=3 + (len(given) if keep_parts else 0) + (len(given) if merge == "concatenate" else 0),
        weights=tuple(given.tolist()),
        beta=beta,
        projection=name,
        density=share,
        input_matrix=input_matrix,
        normalize=normalize,
        merge=merge,
    )
    params = call.params
    if name == "very-sparse" and share is None:
        params["density"] = float(1 / np.sqrt(call.n))
    matrix = None if name != "given" else _as_projection(projection, call.n, call.dim)
    contexts = _contexts(call, beta)
    M = to_kernel(call.transitions() if input_matrix == "transition" else call.adjacency)
    q, shape = len(given), (call.n, call.dim)
    parts = empty((q if keep_parts else 0, *shape), call.dtype)
    spare = [empty(shape, call.dtype) for _ in range(0 if keep_parts else 2)]
    places = [parts[k] if keep_parts else spare[k % 2] for k in range(q)]
    merger = _Merger(given, params, shape, call.dtype, call.n_jobs)
    first = _First(params, call.seed, matrix, contexts, call.dim, call.dtype, call.n_jobs)
    with reporting(progress, "fastrp") as report:
        told = stages(report, *[1] * q)
        first.product(M, places[0], None if keep_parts else spare[1], told[0])
        merger.add(0, places[0])
        for k in range(1, q):
            kernel.spmm(M, places[k - 1], places[k], call.n_jobs, told[k])
            merger.add(k, places[k])
    vectors, mean, scale = _finish(merger.vectors, call.alone, params, call.n_jobs)
    return FastRPEmbedding(vectors, call.seed, params, parts, given, contexts, call.alone, mean, scale, matrix)


def _kind(projection: object, density: object) -> tuple[str, float | None]:
    """The projection's name and density (None where it has none, or follows from n)."""
    share = None if density is None else as_float("density", density, 0, 1, ends="(]")
    if not isinstance(projection, str) and (is_sparse(projection) or isinstance(projection, np.ndarray)):
        name = "given"
    else:
        name = as_choice("projection", projection, PROJECTIONS, also="an (n, dim) matrix")
    if share is not None and name != "very-sparse":
        raise InvalidInput(f"density must be left out unless projection is 'very-sparse', got {share!r}")
    return name, 1 / 3 if name == "sparse" else share


def _as_projection(value: Any, n: int, dim: int) -> Any:
    """A given R as a csr_array or array of float64."""
    from scipy import sparse

    R = sparse.csr_array(value, dtype=np.float64) if is_sparse(value) else np.array(value)
    if R.dtype.kind not in "biuf":
        raise InvalidType(f"projection must be one of {PROJECTIONS} or a matrix of real numbers, got dtype {R.dtype}")
    if R.shape != (n, dim):
        raise InvalidInput(f"projection must have shape {(n, dim)}, got {R.shape}")
    R = R.astype(np.float64)
    if not np.isfinite(R.data if is_sparse(R) else R).all():
        raise InvalidInput("projection must hold finite numbers, got NaN or infinity")
    return R


def _contexts(call: Call, beta: float) -> Floats:
    """The diagonal of L: 0 for a vertex that nobody points to, whose column of P is empty."""
    degrees = call.in_degrees
    contexts = np.zeros(call.n)
    pointed = degrees > 0
    with np.errstate(over="ignore"):
        contexts[pointed] = (degrees[pointed] / degrees.sum()) ** beta
    # In a given R = I the entries are 1, in others sqrt(sqrt(n)) or so: far from the ends of the range is enough.
    if not (contexts < ROOM * np.finfo(call.dtype).max).all():
        raise porism.ResultOverflow(f"degrees to the power beta={beta:g} exceed the range of {call.dtype}")
    return contexts


def _projection(params: dict[str, Any], dim: int, seed: int) -> Any:
    from porism.kernels import graph as kernel

    return kernel.Projection(dim, params["density"], seed)


@dataclass(frozen=True)
class _First:
    """The first product, M (L R)."""

    params: dict[str, Any]
    seed: int
    matrix: Any
    contexts: Floats
    dim: int
    dtype: Any
    n_jobs: int

    def product(self, M: Any, out: Vectors, spare: Vectors | None = None, report: Report | None = None) -> None:
        from porism.kernels import graph as kernel

        density = self.params["density"]
        if self.matrix is None and density is not None and density <= SPARSE_PRODUCT:
            _projection(self.params, self.dim, self.seed).product(M, self.contexts, out, self.n_jobs)
            if report is not None:
                report(1, 1, 0.0)
            return
        n = len(self.contexts)
        if spare is None or spare.shape[0] != n:
            spare = empty((n, self.dim), self.dtype)
        if self.matrix is None:
            made = _projection(self.params, self.dim, self.seed)
            made.rows(np.arange(n, dtype=np.uint64), self.contexts, spare, self.n_jobs)
        else:
            R = self.matrix.toarray() if is_sparse(self.matrix) else self.matrix
            spare[:] = R * self.contexts[:, None]
        kernel.spmm(M, spare, out, self.n_jobs, report)


class _Merger:
    """The merged vectors, as powers come in."""

    def __init__(
        self, weights: Floats, params: dict[str, Any], shape: tuple[int, ...], dtype: Any, n_jobs: int
    ) -> None:
        self.weights, self.params, self.n_jobs = weights, params, n_jobs
        self.dim = shape[1]
        self.used = np.flatnonzero(weights).tolist()
        self.side_by_side = params["merge"] == "concatenate"
        self.vectors = empty((shape[0], self.dim * (len(self.used) if self.side_by_side else 1)), dtype)

    def add(self, k: int, part: Vectors) -> None:
        from porism.kernels import graph as kernel

        if k not in self.used:
            return
        place = self.used.index(k)
        first = self.side_by_side or place == 0
        target = np.empty(part.shape, dtype=part.dtype) if self.side_by_side else self.vectors
        kernel.merge_rows(target, part, float(self.weights[k]), self.params["normalize"], first, self.n_jobs)
        if self.side_by_side:
            self.vectors[:, place * self.dim : (place + 1) * self.dim] = target


def _finish(
    vectors: Vectors, alone: npt.NDArray[np.bool_], params: dict[str, Any], n_jobs: int
) -> tuple[Vectors, Floats, Floats]:
    skip = alone if params["isolated"] == "nan" else None
    mean, scale = standardized(vectors, skip, n_jobs, params["standardize"])
    if skip is not None and skip.any():
        vectors[skip] = np.nan
    if not params["standardize"] and params["input_matrix"] == "adjacency":
        finite = np.isfinite(vectors).all() if skip is None else np.isfinite(vectors[~skip]).all()
        if not finite:
            raise porism.ResultOverflow(f"powers of A exceed the range of {vectors.dtype}; scale A, or normalize")
    return vectors, mean, scale


def _as_rows(name: str, value: object, n: int) -> Any:
    """Rows of edges to n vertices, as a canonical csr_array of float64."""
    must = f"a matrix of nonnegative weights with {n} columns"
    matrix = _as_matrix(name, value, must)
    if matrix.shape[1] != n:
        raise InvalidInput(f"{name} must be {must}, got shape {matrix.shape}")
    data = np.asarray(matrix.data, dtype=np.float64)
    bad = np.flatnonzero(~((data >= 0) & (data < np.inf)))
    if bad.size:
        place = int(bad[0])
        where = f"{name}[{int(matrix.row[place])}, {int(matrix.col[place])}]"
        raise InvalidInput(f"{name} must be {must}, got {float(data[place])!r} at {where}")
    return _canonical(matrix.shape, matrix.row, matrix.col, data)
