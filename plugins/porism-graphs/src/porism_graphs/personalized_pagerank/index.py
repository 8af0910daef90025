"""An index of fingerprints: where random walks from each vertex went, to answer many queries with."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import Report, as_flag, as_n_jobs, as_rng, plain_array, reporting, stages
from porism_graphs._arguments import as_choice, as_integer, as_number, as_walk, check_memory, told
from porism_graphs._graph import Graph, as_graph, is_sparse, to_kernel
from porism_graphs.personalized_pagerank._walking import BOUNDS, WalkGraph, check_alpha, finish, from_kernel, mass_of
from porism_graphs.personalized_pagerank.executors import Executor, Future, SerialExecutor, as_executor
from porism_graphs.personalized_pagerank.problem import PPRResult
from porism_graphs.personalized_pagerank.solvers import as_sources

__all__ = ["PPRIndex", "Shard", "build", "draw_seed", "fingerprints"]

FORMAT = "porism-graphs PPRIndex 1"
"""What a file that holds an index says first."""

SHARDS = 8
"""Into how many shards an index is divided where an executor was given and no number."""

BYTES = 8
"""Of memory for each entry of an index: a vertex and a count."""


@dataclass(frozen=True)
class Shard:
    """The fingerprints of some vertices.

    Attributes
    ----------
    vertices : (k,) int64 array
        Whose, rising.
    indptr : (k + 1,) int64 array
        Where each fingerprint begins, and after them all the number of entries.
    indices : (e,) uint32 array
        Vertices that were visited, rising in each fingerprint.
    values : (e,) uint32 or float64 array
        How often, or with what mass.
    dropped : (k,) float64 array
        What each fingerprint lost to pruning, in the unit of `values`.
    """

    vertices: npt.NDArray[np.int64]
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.uint32]
    values: npt.NDArray[Any]
    dropped: npt.NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return sum(part.nbytes for part in (self.vertices, self.indptr, self.indices, self.values, self.dropped))


MOST_WALKS = 2**32 - 1
"""From one vertex: each visits its start, and visits are counted in 32 bits."""


def draw_seed(rng: Any) -> int:
    """The 64 bits that all walks of a call derive from."""
    return int(as_rng(rng).integers(2**64, dtype=np.uint64))


def fingerprints(
    graph: WalkGraph,
    vertices: npt.NDArray[np.int64],
    n_walks: npt.NDArray[np.uint64],
    alpha: float,
    seed: int,
    ends: bool,
    top: int | None,
    n_jobs: int,
    progress: Report | None = None,
) -> Shard:
    """Walk from each of `vertices`, and count where."""
    from porism.kernels import graph as kernel

    starts = np.ascontiguousarray(vertices, dtype=np.uint32)
    indptr, indices, counts, dropped = kernel.walks(
        graph.walker, starts, n_walks, alpha, seed, ends, top, n_jobs, progress
    )
    return Shard(vertices, indptr, indices, counts, dropped.astype(np.float64))


def _facts(shard: Shard) -> tuple[int, int, npt.NDArray[np.float64]]:
    return len(shard.indices), shard.nbytes, shard.dropped


def _answer(shard: Shard, flow: Any, scale: float, n: int, n_jobs: int) -> Any:
    """The fingerprints of a shard, each as heavy as the flow at its vertex; one row for each query."""
    from scipy import sparse

    from porism.kernels import graph as kernel

    base = to_kernel(sparse.csr_array((flow.shape[0], n)))
    made = kernel.combine(base, to_kernel(flow), shard.indptr, shard.indices, shard.values, scale, n_jobs)
    return from_kernel(made)


def _sum(a: Any, b: Any) -> Any:
    return a + b


class PPRIndex:
    """Fingerprints of the vertices of a graph, made once: where random walks from each of them went.

    Made by ``powerwalk.build``, loaded from a file, or made of fingerprints that you have. A query follows its own mass
    for a few steps, exactly, and takes the fingerprints of wherever that has got to for the rest of the way. The mass
    is then spread over many fingerprints, whose errors average out, and is (1-alpha)^n_steps at most: that is why an
    answer is better than each of the fingerprints that it is made of.

    Attributes
    ----------
    n : int
        Vertices of the graph.
    alpha : float
        Teleport probability.
    dangling : str
        What walkers do at vertices without out-edges.
    n_walks : int
        Walks from each vertex; 0 for fingerprints that were computed otherwise.
    seed : int
        What every walk derives from, with its start and its number.
    top : int or None
        Entries kept of each fingerprint.
    nnz, nbytes : int
        Entries, and bytes of memory for them, wherever they are.
    digest : str
        A hash of the graph, by which it is known again.
    """

    def __init__(
        self,
        graph: WalkGraph,
        shards: list[Future],
        *,
        alpha: float,
        dangling: str,
        n_walks: int,
        seed: int,
        top: int | None,
        vertices: list[npt.NDArray[np.int64]],
        executor: Executor,
        needed: Any = None,
    ) -> None:
        self._graph, self._shards, self._executor, self._vertices = graph, shards, executor, vertices
        self._needed = needed  # what shards are made from: an executor may forget what nobody holds
        self.n, self.digest = graph.n, graph.digest
        self.alpha, self.dangling, self.n_walks, self.seed, self.top = alpha, dangling, n_walks, seed, top
        self._scale = alpha / n_walks if n_walks else 1.0
        facts = [future.result() for future in executor.map(_facts, [(shard,) for shard in shards])]
        self.nnz = sum(fact[0] for fact in facts)
        self.nbytes = sum(fact[1] for fact in facts)
        # what a unit of flow loses at each vertex: all of it where there is no fingerprint
        self._losing = np.ones(self.n)
        for block, fact in zip(vertices, facts, strict=True):
            self._losing[block] = self._scale * fact[2]

    def __repr__(self) -> str:
        where = f" in {len(self._shards)} shards" if len(self._shards) > 1 else ""
        walks = f"{self.n_walks} walks each" if self.n_walks else "computed"
        known = sum(map(len, self._vertices))
        return (
            f"<PPRIndex of {known} of {self.n} vertices, {walks}, alpha={self.alpha:g}: "
            f"{self.nnz} entries, {self.nbytes / 2**20:.3g} MiB{where}>"
        )

    # -- asking ----------------------------------------------------------------------------------------------------

    def query(
        self,
        sources: Any,
        *,
        n_steps: int = 3,
        threshold: float = 1e-6,
        top_k: int | None = None,
        bound: str = "residual",
        normalize: bool = True,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> PPRResult:
        """Answer queries; many of them as one sparse block, whose mass is followed together.

        Parameters
        ----------
        sources : int, (q,) integer array-like, or (q, n) sparse or dense matrix
            As for the solvers: vertices, or distributions over them.
        n_steps : int
            Steps that mass is followed exactly before the fingerprints take over. Each makes the answer better and
            touches more of the graph.
        threshold : float
            Mass that is dropped where less than that arrives at a vertex in a step; `lost_mass` says how much it was.
        top_k : int, optional
            Keep so many of each row's scores, the best, as :meth:`PPRResult.truncated` does; all by default.
        bound : {"residual", "mass"}
            Where `error_bound` comes from, which holds in either case: from the answer's residual, which costs two
            products of it with the graph, or from mass alone, for nothing, and several times as large.
        normalize : bool
            False to get the estimates of the killed walk itself, whose rows sum to less where walkers die at dangling
            vertices, and nearly to 1 elsewhere. These are unbiased, and linear in the source.
        n_jobs : int, optional
            Threads, in each worker.
        progress : bool or callable
            True shows a bar; a callable gets ``(done, total, value)``.

        Returns
        -------
        PPRResult

        Raises
        ------
        InvalidInput, InvalidType
            As the solvers do.
        """
        n_steps, threshold, bound, normalize, threads = as_settings(n_steps, threshold, bound, normalize, n_jobs)
        rows = as_sources(sources, self.n)
        most = None if top_k is None else as_integer("top_k", top_k, 1)
        with reporting(progress, "powerwalk") as report:
            found = self.answer(rows, n_steps, threshold, bound, normalize, threads, report)
        return found if most is None else found.truncated(most)

    def answer(
        self,
        rows: Any,
        n_steps: int,
        threshold: float,
        bound: str,
        normalize: bool,
        n_jobs: int,
        report: Report | None = None,
    ) -> PPRResult:
        """Answer checked queries: :meth:`query` without its checks."""
        from porism.kernels import graph as kernel

        following, adding, judging = stages(report, 1, 2, 1)
        stopped, flow, dropped = kernel.follow(
            self._graph.matrix, to_kernel(rows), self.alpha, n_steps, threshold, n_jobs, following
        )
        moving = from_kernel(flow)
        known = mass_of(from_kernel(stopped))
        if len(self._shards) == 1 and len(self._vertices[0]) == self.n and isinstance(self._executor, SerialExecutor):
            shard = self._shards[0].result()
            made = kernel.combine(stopped, flow, shard.indptr, shard.indices, shard.values, self._scale, n_jobs, adding)
            answers = from_kernel(made)
        else:
            answers = self._gathered(from_kernel(stopped), moving, n_jobs)
        return finish(
            self._graph,
            rows,
            answers,
            self.alpha,
            known=known,
            open_mass=mass_of(moving) + dropped,
            lost=moving @ self._losing + dropped,
            n_steps=n_steps,
            bound=bound,
            normalize=normalize,
            n_jobs=n_jobs,
            progress=judging,
        )

    def _gathered(self, stopped: Any, flow: Any, n_jobs: int) -> Any:
        """What the shards have to say, summed as a tree where they are, and added to what is known."""
        columns = flow.tocsc()
        blocks = [
            (shard, columns[:, vertices].tocsr(), self._scale, self.n, n_jobs)
            for shard, vertices in zip(self._shards, self._vertices, strict=True)
        ]
        parts = self._executor.map(_answer, blocks)
        while len(parts) > 1:
            pairs = list(zip(parts[::2], parts[1::2], strict=False))
            parts = self._executor.map(_sum, pairs) + parts[2 * len(pairs) :]
        made = stopped + parts[0].result() if parts else stopped
        made.sort_indices()
        made.eliminate_zeros()
        return made

    def matches(self, graph: WalkGraph, alpha: float, dangling: str) -> None:
        """Check that the index is of that graph.

        Raises
        ------
        InvalidInput
            If it was built for another alpha, or another graph.
        """
        if alpha != self.alpha:
            raise InvalidInput(f"index must have been built with alpha={alpha!r}, got one with alpha={self.alpha!r}")
        if graph.n != self.n or graph.digest != self.digest:
            theirs, ours = (
                f"{self.n} vertices, hash {self.digest[:12]}",
                f"{graph.n} vertices, hash {graph.digest[:12]}",
            )
            raise InvalidInput(
                f"index must have been built for this graph ({ours}, dangling={dangling!r}), "
                f"got one for another ({theirs}, dangling={self.dangling!r})"
            )

    # -- what is in it ---------------------------------------------------------------------------------------------

    def shards(self) -> list[Shard]:
        """The fingerprints as they are kept, brought here from wherever that is."""
        return [future.result() for future in self._shards]

    def fingerprints(self) -> Any:
        """The estimate that each fingerprint is: (n, n) csr_array of float64, empty rows for vertices without one.

        Row w estimates the killed walk from w without bias, entry by entry: alpha times the visits of a walk.
        """
        from scipy import sparse

        vertices, indptr, indices, values, _ = self._joined()
        lengths = np.zeros(self.n, dtype=np.int64)
        lengths[vertices] = np.diff(indptr)
        ends = np.concatenate(([0], np.cumsum(lengths)))
        made = (values * self._scale, indices.astype(np.int32 if self.nnz < 2**31 else np.int64), ends)
        return sparse.csr_array(made, shape=(self.n, self.n))

    def _joined(self) -> tuple[npt.NDArray[Any], ...]:
        """All shards as one, in order of vertices, which they are in already."""
        shards = self.shards()
        starts = np.cumsum([0] + [len(shard.indices) for shard in shards])[:-1]
        ends = [shard.indptr[1:] + start for shard, start in zip(shards, starts, strict=True)]
        return (
            np.concatenate([shard.vertices for shard in shards]),
            np.concatenate([np.zeros(1, dtype=np.int64), *ends]),
            np.concatenate([shard.indices for shard in shards]),
            np.concatenate([shard.values for shard in shards]),
            np.concatenate([shard.dropped for shard in shards]),
        )

    # -- on disk ---------------------------------------------------------------------------------------------------

    def save(self, path: str | PathLike[str]) -> None:
        """Write the index and its graph to one file, in NumPy's format ``npz``, uncompressed.

        Parameters
        ----------
        path : str or path
            Where; the name is taken as it is.
        """
        vertices, indptr, indices, values, dropped = self._joined()
        transitions = self._graph.transitions
        with open(fspath(path), "wb") as file:
            np.savez(
                file,
                format=np.array(FORMAT),
                alpha=np.float64(self.alpha),
                dangling=np.array(self.dangling),
                n_walks=np.int64(self.n_walks),
                seed=np.uint64(self.seed),
                top=np.int64(-1 if self.top is None else self.top),
                digest=np.array(self.digest),
                graph_indptr=transitions.indptr.astype(np.int64),
                graph_indices=transitions.indices.astype(np.uint32),
                graph_data=transitions.data,
                vertices=vertices,
                indptr=indptr,
                indices=indices,
                values=values,
                dropped=dropped,
            )

    @classmethod
    def load(cls, path: str | PathLike[str], A: Any = None) -> PPRIndex:
        """Read an index from a file that :meth:`save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        A : adjacency matrix or graph, optional
            The graph that the index must be of.

        Raises
        ------
        InvalidInput
            If the file holds no index or was damaged, or the index is of another graph than `A`.
        OSError
            If there is no such file, or it cannot be read.
        """
        from scipy import sparse

        damaged = f"path must be a file that PPRIndex.save wrote, got {fspath(path)!r}"
        try:
            with open(fspath(path), "rb") as opened, np.load(opened, allow_pickle=False) as file:
                found = {name: file[name] for name in file.files}
        except (ValueError, zipfile.BadZipFile, EOFError, KeyError) as error:
            raise InvalidInput(f"{damaged}: {error}") from None
        if str(found.get("format")) != FORMAT:
            raise InvalidInput(damaged)
        try:
            indptr, n = found["graph_indptr"], len(found["graph_indptr"]) - 1
            parts = (found["graph_data"], found["graph_indices"].astype(np.int32), indptr)
            transitions = sparse.csr_array(parts, shape=(n, n))
            transitions.check_format()
            graph = WalkGraph(Graph(transitions, np.diff(indptr) == 0))
            shard = _sound(found, n)
            top = int(found["top"])
            made = cls(
                graph,
                SerialExecutor().map(lambda: shard, [()]),
                alpha=as_number("alpha", float(found["alpha"]), 0, 1),
                dangling=as_choice("dangling", str(found["dangling"]), ("source", "stay")),
                n_walks=as_integer("n_walks", int(found["n_walks"]), 0),
                seed=int(found["seed"]),
                top=None if top < 0 else top,
                vertices=[shard.vertices],
                executor=SerialExecutor(),
            )
            wrong = graph.digest != str(found["digest"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise InvalidInput(f"{damaged}: {error}") from None
        if wrong:
            raise InvalidInput(f"{damaged}: the graph in it is not the one that its hash is of")
        if A is not None:
            asked = as_graph("A", A)
            looped = made.dangling == "stay" and asked.dangling.any()
            made.matches(WalkGraph(asked.with_loops() if looped else asked), made.alpha, made.dangling)
        return made

    @classmethod
    def from_fingerprints(
        cls,
        A: Any,
        fingerprints: Any,
        *,
        alpha: float | None = None,
        damping: float | None = None,
        dangling: str = "source",
    ) -> PPRIndex:
        """An index of fingerprints that were computed otherwise, exact ones for instance.

        Parameters
        ----------
        A : adjacency matrix or graph
            As the solvers take it.
        fingerprints : (n, n) scipy.sparse array or matrix, or array-like
            Row w: the killed walk from w, nonnegative, as ``power_iteration(A, range(n)).scores`` has it where nothing
            dangles. Copied.
        alpha, damping, dangling
            As for the solvers.

        Raises
        ------
        InvalidInput, InvalidType
            As the solvers do; if `fingerprints` have another shape, or hold a number that is negative or not finite.
        """
        from scipy import sparse

        teleport, graph, dangling = _as_walk_graph(A, alpha, damping, dangling)
        must = f"an ({graph.n}, {graph.n}) matrix of nonnegative numbers"
        if isinstance(fingerprints, str | bytes | dict | set | None):
            raise InvalidType(f"fingerprints must be {must}, got {told(fingerprints)}")
        given = fingerprints if is_sparse(fingerprints) else plain_array("fingerprints", fingerprints, must)
        try:
            rows = sparse.csr_array(given, dtype=float)
        except (ValueError, TypeError) as error:
            raise InvalidType(f"fingerprints must be {must}, got {told(fingerprints)}: {error}") from None
        if rows.shape != (graph.n, graph.n):
            raise InvalidInput(f"fingerprints must be {must}, got shape {rows.shape}")
        if not ((rows.data >= 0) & (rows.data < np.inf)).all():
            raise InvalidInput(f"fingerprints must be {must}, got a negative or infinite number or NaN")
        rows.sum_duplicates()
        everything = np.arange(graph.n, dtype=np.int64)
        shard = Shard(
            everything,
            rows.indptr.astype(np.int64),
            rows.indices.astype(np.uint32),
            np.array(rows.data, dtype=np.float64),
            np.zeros(graph.n),
        )
        executor = SerialExecutor()
        return cls(
            graph,
            executor.map(lambda: shard, [()]),
            alpha=teleport,
            dangling=dangling,
            n_walks=0,
            seed=0,
            top=None,
            vertices=[everything],
            executor=executor,
        )


def _sound(found: dict[str, npt.NDArray[Any]], n: int) -> Shard:
    """The fingerprints in a file, if they do not contradict themselves."""
    kinds = {"vertices": "i8", "indptr": "i8", "indices": "u4", "dropped": "f8"}
    for name, kind in kinds.items():
        if found[name].dtype != np.dtype(kind) or found[name].ndim != 1:
            raise ValueError(f"{name} has dtype {found[name].dtype} and shape {found[name].shape}")
    vertices, indptr, indices, values = (found[name] for name in ("vertices", "indptr", "indices", "values"))
    whole = (
        values.dtype in (np.uint32, np.float64)
        and values.shape == indices.shape
        and len(indptr) == len(vertices) + 1
        and len(found["dropped"]) == len(vertices)
        and indptr[0] == 0
        and indptr[-1] == len(indices)
        and (np.diff(indptr) >= 0).all()
        and (indices < n).all()
        and (np.diff(vertices) > 0).all()
        and (len(vertices) == 0 or (vertices[0] >= 0 and vertices[-1] < n))
        and (values.dtype != np.float64 or ((values >= 0) & (values < np.inf)).all())
    )
    if not whole:
        raise ValueError("its arrays contradict one another")
    return Shard(vertices, indptr, indices, values, found["dropped"])


def as_settings(
    n_steps: object, threshold: object, bound: object, normalize: object, n_jobs: object
) -> tuple[int, float, str, bool, int]:
    """Check the options of a query."""
    nothing = isinstance(threshold, int | float) and not isinstance(threshold, bool) and threshold == 0
    return (
        as_integer("n_steps", n_steps, 0),
        0.0 if nothing else as_number("threshold", threshold, 0, 1),
        as_choice("bound", bound, BOUNDS),
        as_flag("normalize", normalize),
        as_n_jobs(n_jobs),
    )


def _as_walk_graph(A: object, alpha: object, damping: object, dangling: object) -> tuple[float, WalkGraph, str]:
    teleport, _ = as_walk(alpha, damping)
    how = as_choice("dangling", dangling, ("source", "stay"))
    graph = as_graph("A", A)
    return teleport, WalkGraph(graph.with_loops() if how == "stay" and graph.dangling.any() else graph), how


def _as_vertices(value: object, n: int) -> npt.NDArray[np.int64]:
    if value is None:
        return np.arange(n, dtype=np.int64)
    must = f"distinct vertices (integers in 0..{n - 1})"
    array = plain_array("vertices", value, must)
    if array.ndim != 1 or array.size == 0:
        raise InvalidInput(f"vertices must be {must}, 1-D and not empty, got {told(array)}")
    if array.dtype.kind not in "iu":
        raise InvalidType(f"vertices must be {must}, got {told(value)} of dtype {array.dtype}")
    if (array < 0).any() or (array >= n).any():
        raise InvalidInput(f"vertices must be {must}, got {int(array[(array < 0) | (array >= n)][0])}")
    found = np.unique(array).astype(np.int64)
    if len(found) < len(array):
        raise InvalidInput(f"vertices must be {must}, got one of them twice")
    return found


def build(
    A: Any,
    *,
    n_walks: int = 100,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
    top: int | None = None,
    vertices: Any = None,
    n_shards: int | None = None,
    executor: Executor | None = None,
    rng: Any = None,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PPRIndex:
    """Walk from every vertex, and keep where the walks went: the offline phase of PowerWalk.

    A walk depends on the seed, its start and its number only. Neither shards, nor threads, nor where they run change
    the index, and the fingerprint of a vertex is the same in an index of a part of the graph's vertices.

    Parameters
    ----------
    A : adjacency matrix or graph
        As the solvers take it.
    n_walks : int
        Walks from each vertex. Errors fall as 1/sqrt(n_walks); time and memory grow as n_walks.
    alpha, damping, dangling
        As for the solvers; queries of the index have the same.
    top : int, optional
        Entries to keep of each fingerprint, those that were visited most. What the others had is kept as a number,
        which becomes part of a query's `lost_mass`.
    vertices : (k,) array-like of int, optional
        The vertices to make fingerprints of; all by default. Flow that ends elsewhere is lost, and told.
    n_shards : int, optional
        Pieces of the index, of about as many vertices. One by default, eight with an executor.
    executor : Executor, optional
        Where pieces are made and kept: an object with methods ``put`` and ``map``. By default here.
    rng : None, int or numpy.random.Generator
        The seed, or where it is drawn from.
    n_jobs : int, optional
        Threads for each piece. They do not change the index.
    memory_limit : int, optional
        Bytes that the index may take where no executor was given. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``. An executor of your own tells nothing.

    Returns
    -------
    PPRIndex

    Raises
    ------
    InvalidInput, InvalidType
        As the solvers do; if an option is out of range.
    TooLarge
        If the index may not fit in `memory_limit`.
    ResultOverflow
        If a vertex is counted 2^32 times.
    """
    teleport, graph, dangling = _as_walk_graph(A, alpha, damping, dangling)
    check_alpha(teleport)
    walks = as_integer("n_walks", n_walks, 1, MOST_WALKS)
    kept = None if top is None else as_integer("top", top, 1)
    chosen = _as_vertices(vertices, graph.n)
    usual = 1 if executor is None else SHARDS
    pieces = usual if n_shards is None else as_integer("n_shards", n_shards, 1)
    runner = as_executor("executor", executor)
    seed, threads = draw_seed(rng), as_n_jobs(n_jobs)
    if executor is None:
        entries = len(chosen) * min(graph.n, walks / teleport, kept or np.inf)
        check_memory(f"powerwalk: an index of {len(chosen)} vertices", int(2 * BYTES * entries), memory_limit)
    blocks = [block for block in np.array_split(chosen, min(pieces, len(chosen))) if block.size]
    there = runner.put(graph)
    number = np.array([walks], dtype=np.uint64)
    make: Callable[..., Shard] = fingerprints
    with reporting(progress, "powerwalk: index") as report:
        told = stages(report if executor is None else None, *map(len, blocks))  # an executor may send it elsewhere
        parts = [(there, b, number, teleport, seed, False, kept, threads, t) for b, t in zip(blocks, told, strict=True)]
        shards = runner.map(make, parts)
    return PPRIndex(
        graph,
        shards,
        alpha=teleport,
        dangling=dangling,
        n_walks=walks,
        seed=seed,
        top=kept,
        vertices=blocks,
        executor=runner,
        needed=there,
    )
