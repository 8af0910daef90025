"""Solvers of `distance-oracle`: labels by shortcut partitions, labels by separators, and three baselines.

`shortcut-hubs` has a proof of its own, which takes from the paper the buffered cop decomposition only. For distances up
to L, cut the graph into clusters of radius R = eps L / 4, ordered as their supernodes are, and let every cluster's
centre be a hub of what is within L + R of it *in the graph of that cluster and the later ones*. Take two vertices at
distance d ≤ L, a shortest path between them, and the earliest cluster that it meets. The whole path lies in clusters
that are not earlier, so the centre is a hub of both ends, and the way through it is at most d + 2 R = d + eps L / 2
long. With L a power of two and L / 2 < d that is (1 + eps) d at most.

That holds for every graph and every order. What the decomposition is needed for is that hubs are few. A hub of v
belongs to a supernode X that v is within L + R of in the domain of X. Each time that a piece loses contact with an
earlier supernode, the buffer puts delta / r between them, and there are r - 2 at most that it has contact with: so the
number of such X is bounded by a function of r and eps, and each is a few shortest paths with a centre every R or so. It
is a large constant: some dozens of hubs at each scale for eps = 0.5.

(The specification that this was made from limits steps between clusters instead, and measures distances in the whole
graph. Its error bound holds where the shortcut constant does, which is measured rather than proved; the one above needs
no constant, its searches are smaller, and hubs fewer. There is a set of labels for each power of two. Scales that share
their trees, as in the paper, are `merged-trees` of the problem `tree-cover`; labels are not read from them: for
eps = 0.5 they are eight sets of forests, some hundred each, and a query would have to climb all of them.)

`separator-oracle` is what planar graphs have been served with before: Lipton and Tarjan's separators, made of three
shortest paths as Thorup makes them, in a drawing that the left-right planarity test finds; and for each vertex a few
portals on each path, as Klein and Thorup choose them. Its labels grow with log n, those of `shortcut-hubs` with the
number of scales; its error is bounded for every graph, its size for planar ones. The module `portals` of the crate
`porism-graph` has the proof. Thorup's sequence of searches on shrinking graphs is replaced by searches from every
vertex of a path that end where an earlier one does nearly as well, which the proof covers too.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism.validation import as_float, as_integer, as_n_jobs, check_memory, counted, reporting
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import CHANG_ET_AL_2024, as_r, check_powers, check_scales, check_span
from porism_graphs.distance_oracle.problem import DistanceOracle, distance_oracle

__all__ = ["all_pairs", "as_eps", "as_limit", "dijkstra", "landmarks", "separator_oracle", "shortcut_hubs"]

THORUP_2004 = Paper(
    key="thorup2004compact",
    title="Compact Oracles for Reachability and Approximate Distances in Planar Digraphs",
    authors=("Thorup, Mikkel",),
    year=2004,
    venue="Journal of the ACM",
    doi="10.1145/1039488.1039493",
    kind="article",
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def as_eps(eps: object) -> float:
    """What answers may be off by.

    Raises
    ------
    InvalidInput
        If it is not in [1e-5, 1].
    """
    return as_float("eps", eps, 1e-5, 1.0)


def as_limit(memory_limit: object) -> int:
    """Bytes that may be used; half of the machine's memory for None.

    Raises
    ------
    InvalidInput
        If it is no integer of 0 or more.
    """
    import os

    if memory_limit is not None:
        return min(as_integer("memory_limit", memory_limit, 0), sys.maxsize)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2 if hasattr(os, "sysconf") else sys.maxsize


class _Graph:
    """A graph for kernels, with the arrays that make it again."""

    def __init__(self, lengths: Any) -> None:
        self.arrays = (lengths.indptr.astype(np.int64), lengths.indices.astype(np.int64), lengths.data)
        self.n = lengths.shape[0]
        self.kernel = to_kernel(lengths)
        self.nbytes = sum(array.nbytes for array in self.arrays)

    @staticmethod
    def of(arrays: tuple[Ints, Ints, Floats]) -> _Graph:
        from scipy import sparse

        n = len(arrays[0]) - 1
        return _Graph(sparse.csr_array((arrays[2], arrays[1], arrays[0]), shape=(n, n)))


class SearchOracle(DistanceOracle):
    """A search for every query."""

    def __init__(self, arrays: tuple[Ints, Ints, Floats]) -> None:
        self._graph = _Graph.of(arrays)
        self.n, self.eps = self._graph.n, 0.0

    def _distances(self, u: Ints, v: Ints, n_threads: int) -> Floats:
        from porism.kernels import graph as kernel

        # The same search whichever end is named first: its rounding may depend on the direction.
        low, high = np.minimum(u, v), np.maximum(u, v)
        return np.asarray(kernel.pair_distances(self._graph.kernel, low, high, n_threads))

    @property
    def nbytes(self) -> int:
        return int(self._graph.nbytes)

    def _state(self) -> tuple[Any, ...]:
        return (self._graph.arrays,)


class TableOracle(DistanceOracle):
    """All distances."""

    def __init__(self, table: Floats) -> None:
        self._table = table
        self.n, self.eps = len(table), 0.0

    def _distances(self, u: Ints, v: Ints, n_threads: int) -> Floats:
        return np.asarray(self._table[np.minimum(u, v), np.maximum(u, v)])

    @property
    def nbytes(self) -> int:
        return self._table.nbytes

    def _state(self) -> tuple[Any, ...]:
        return (self._table,)


class LandmarkOracle(DistanceOracle):
    """Distances to a few vertices, each in its component.

    Attributes
    ----------
    landmarks : (k,) int64 array
        Those vertices.
    """

    def __init__(self, landmarks: Ints, rows: Floats, component: Ints) -> None:
        self.landmarks, self._rows, self._component = landmarks, rows, component
        self.n, self.eps = rows.shape[1], np.inf

    def _distances(self, u: Ints, v: Ints, n_threads: int) -> Floats:
        best = np.full(len(u), np.inf)
        for row in self._rows:
            np.minimum(best, row[u] + row[v], out=best)
        best[u == v] = 0.0
        best[self._component[u] != self._component[v]] = np.inf
        return best

    def bounds(self, u: Any, v: Any) -> tuple[Any, Any]:
        """Lower and upper bounds of distances by the triangle inequality; arguments as for :meth:`query`."""
        upper = np.asarray(self.query(u, v))
        first, second = np.broadcast_arrays(np.asarray(u), np.asarray(v))
        gaps = np.abs(self._rows[:, first] - self._rows[:, second])
        lower = np.where(np.isinf(upper), np.inf, gaps.max(axis=0))
        return lower, upper

    @property
    def nbytes(self) -> int:
        return self._rows.nbytes + self._component.nbytes

    def _state(self) -> tuple[Any, ...]:
        return self.landmarks, self._rows, self._component


class HubOracle(DistanceOracle):
    """Labels of hubs, a set for each scale of distances.

    Attributes
    ----------
    r : int
        As the partitions were told.
    """

    def __init__(self, arrays: tuple[Ints, Ints, Floats], eps: float, r: int, labels: Any) -> None:
        from porism.kernels import graph as kernel

        self._graph, self.eps, self.r = _Graph.of(arrays), eps, r
        self.n = self._graph.n
        self._labels = kernel.DistanceLabels.from_parts(eps, *labels) if isinstance(labels, tuple) else labels
        self._missed, self._lock = 0, threading.Lock()

    def _distances(self, u: Ints, v: Ints, n_threads: int) -> Floats:
        from porism.kernels import graph as kernel

        answers: Floats = np.asarray(self._labels.query(u, v, n_threads))
        missed = np.flatnonzero(np.isnan(answers))
        if len(missed):  # proved not to occur; if it does, the answer is right and the count says so
            answers[missed] = kernel.pair_distances(self._graph.kernel, u[missed], v[missed], n_threads)
            with self._lock:
                self._missed += len(missed)
        return answers

    @property
    def nbytes(self) -> int:
        return int(self._labels.nbytes)

    @property
    def fallbacks(self) -> int:
        return self._missed

    @property
    def scales(self) -> tuple[tuple[float, float], ...]:
        """The length of each scale, a power of two, and the mean number of hubs that a vertex has in it."""
        return tuple(self._labels.scales)

    def tree_cover(self, *, n_jobs: int | None = None) -> Any:
        """The trees that labels are read from, in forests: a :class:`~porism_graphs.tree_cover.TreeCover`.

        Parameters
        ----------
        n_jobs : int, optional
            Threads, as in scikit-learn.
        """
        from scipy import sparse

        from porism_graphs.tree_cover.solvers import shortcut_trees

        starts, indices, data = self._graph.arrays
        A = sparse.csr_array((data, indices, starts), shape=(self.n, self.n))
        return shortcut_trees(A, eps=self.eps, r=self.r, n_jobs=n_jobs)

    def _state(self) -> tuple[Any, ...]:
        return self._graph.arrays, self.eps, self.r, self._labels.parts()


class PortalOracle(DistanceOracle):
    """Distances to portals on the shortest paths that separate a vertex from others."""

    def __init__(self, eps: float, labels: Any) -> None:
        from porism.kernels import graph as kernel

        if isinstance(labels, tuple):
            (depth, width, planar), arrays = labels
            labels = kernel.SeparatorLabels.from_parts(eps, depth, width, planar, arrays)
        self.eps, self._labels = eps, labels
        self._numbers = (labels.depth, labels.width, labels.planar)
        self.n = labels.n

    def _distances(self, u: Ints, v: Ints, n_threads: int) -> Floats:
        return np.asarray(self._labels.query(u, v, n_threads))

    @property
    def nbytes(self) -> int:
        return int(self._labels.nbytes)

    @property
    def depth(self) -> int:
        """How often pieces were cut until nothing was left: 1 + log2(n) times at most."""
        return int(self._labels.depth)

    @property
    def width(self) -> int:
        """The most shortest paths that a piece was cut by: 3 at most if all pieces are planar."""
        return int(self._labels.width)

    @property
    def planar(self) -> bool:
        """Whether the graph is planar."""
        return bool(self._labels.planar)

    @property
    def most_portals(self) -> int:
        """The largest number of portals that a vertex has on one path: 7 / eps + 1 at most."""
        return int(self._labels.most_portals)

    def _state(self) -> tuple[Any, ...]:
        return self.eps, (self._numbers, self._labels.parts())


@porism.solver(
    distance_oracle,
    "separator-oracle",
    aliases=("thorup-klein",),
    paper=THORUP_2004,
    complexity="planar graphs: O(log n) cuts, 3 paths each, 7/eps + 1 portals on each; a query merges those in common",
    claims=Claims(stretch=True, logarithmic_size=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("approximate", "planar"),
)
def separator_oracle(
    A: Any, *, eps: float = 0.5, n_jobs: int | None = None, memory_limit: int | None = None, progress: Any = False
) -> DistanceOracle:
    """Cut the graph in halves by shortest paths, again and again, and keep distances to a few portals on each path.

    A planar graph is cut by three shortest paths (Lipton & Tarjan 1979; Thorup 2004). What is not planar is cut by as
    many ways from one root as it takes until components have half of the vertices at most: answers are within 1 + eps
    all the same, but nothing bounds how many paths that needs. ``oracle.width`` says how many, ``oracle.planar`` which.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, as in scikit-learn. The result does not depend on it. The first cuts have one piece and use one.
    memory_limit : int, optional
        Bytes that the labels may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    TooLarge
        If they take more.
    InvalidInput
        If all lengths together are 10^20 times the shortest or more: places on a path are kept to 32 digits.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    eps, threads, limit = as_eps(eps), as_n_jobs(n_jobs), as_limit(memory_limit)
    check_span("A", lengths, "separator-oracle", 1e20)
    with reporting(progress, "separator-oracle") as report:
        return PortalOracle(eps, kernel.SeparatorLabels(to_kernel(lengths), eps, limit, threads, report))


@porism.solver(
    distance_oracle,
    "shortcut-hubs",
    paper=CHANG_ET_AL_2024,
    complexity="a bounded search from each cluster at each scale; a query merges labels of 2 or 3 scales",
    claims=Claims(stretch=True, linear_size=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("approximate", "minor-free"),
    default=True,
)
def shortcut_hubs(
    A: Any,
    *,
    eps: float = 0.5,
    r: int = 5,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> DistanceOracle:
    """Label vertices with the centres of clusters around them, for each scale of distances: at most (1 + eps) off.

    At each power of two a partition into clusters of a quarter of eps of it; the centre of each is a hub of what is
    near it among clusters that are not earlier in the decomposition. Two vertices have a hub in common near their
    shortest path. The bound on the error is proved for every graph; that labels are short *at each scale*, for those
    without a K_r minor.

    What grows: scales are powers of two from the shortest edge to the longest way, and each has labels of its own, so
    that bytes are n times the number of scales times a constant of eps and r. Where points have one density, that is n
    log n; on a fixed number of scales it is linear. The paper's oracle, linear whatever the scales are, and its query
    of constant time need the scales merged (as `merged-trees` does for forests) and are not promised here. For planar
    graphs `separator-oracle` is smaller: log n small sets of portals.

    Parameters
    ----------
    r : int
        The graph is taken to have no K_r minor; see `buffered-cop`. Errors do not depend on it, sizes do.
    n_jobs : int, optional
        Threads, as in scikit-learn. The result does not depend on it.
    memory_limit : int, optional
        Bytes that the labels may take. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, the value being bytes of labels.

    Raises
    ------
    TooLarge
        If they take more: expect some kilobytes for each vertex.
    InvalidInput
        If a length is below 2^-1000, or all together are 2^998 or more.

    Warns
    -----
    RuntimeWarning
        If lengths differ by a factor of 10^15 or more: there is a set of labels for each power of two.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    eps, r, threads, limit = as_eps(eps), as_r(r), as_n_jobs(n_jobs), as_limit(memory_limit)
    check_powers("A", lengths)
    check_scales("A", lengths)
    graph = _Graph(lengths)
    with reporting(progress, "shortcut-hubs") as report:
        labels = kernel.DistanceLabels(graph.kernel, eps, r, limit, threads, report)
    return HubOracle(graph.arrays, eps, r, labels)


@porism.solver(
    distance_oracle,
    "dijkstra",
    complexity="nothing to build; O(m log n) time for each different source",
    claims=Claims(stretch=True, exact=True, linear_size=True, deterministic=True),
    tags=("exact", "baseline"),
)
def dijkstra(A: Any, *, eps: float = 0.5) -> DistanceOracle:
    """Search for each query, from one end until the other is found; queries from the same vertex share a search."""
    as_eps(eps)
    return SearchOracle(_Graph(as_lengths("A", A)).arrays)


@porism.solver(
    distance_oracle,
    "all-pairs",
    complexity="O(n m log n) time and 8 n² bytes to build; a look-up for each query",
    claims=Claims(stretch=True, exact=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("exact", "baseline"),
)
def all_pairs(
    A: Any, *, eps: float = 0.5, n_jobs: int | None = None, memory_limit: int | None = None
) -> DistanceOracle:
    """Keep all distances, a search from every vertex.

    Parameters
    ----------
    n_jobs : int, optional
        Threads, as in scikit-learn. The result does not depend on it.
    memory_limit : int, optional
        Bytes that the table may take. None: nine tenths of what is available.

    Raises
    ------
    TooLarge
        If the table takes more.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    as_eps(eps)
    n = lengths.shape[0]
    check_memory(f"all-pairs: the table of {n} vertices", 8 * n * n, memory_limit)
    return TableOracle(kernel.distance_rows(to_kernel(lengths), np.arange(n), as_n_jobs(n_jobs)))


@porism.solver(
    distance_oracle,
    "landmarks",
    complexity="O(k m log n) time and 8 k n bytes to build; O(k) for each query",
    claims=Claims(deterministic=True, thread_invariant=True),
    tags=("baseline", "heuristic"),
)
def landmarks(
    A: Any, *, eps: float = 0.5, k: int = 16, n_jobs: int | None = None, progress: Any = False
) -> DistanceOracle:
    """Keep distances to k vertices of each component, and answer by the best way through one of them: an upper bound.

    Landmarks are the first vertex of a component and then, each time, the vertex farthest from those so far. Near pairs
    far from landmarks are answered badly: no factor bounds the error, and `eps` is not used.

    Parameters
    ----------
    k : int
        How many for each component, at most.
    n_jobs : int, optional
        Threads, as in scikit-learn. The result does not depend on it.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in landmarks of a component.
    """
    from scipy.sparse.csgraph import connected_components

    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    as_eps(eps)
    k, threads = as_integer("k", k, 1), as_n_jobs(n_jobs)
    n_components, component = connected_components(lengths, directed=False)
    graph, n = to_kernel(lengths), lengths.shape[0]
    check_memory(f"landmarks: {k} rows of {n} vertices", 16 * min(k, n) * n, None)
    # A row serves all components at once: its landmark in each of them.
    nearest = np.full(n, np.inf)
    chosen, rows = [], []
    points = np.unique(component, return_index=True)[1].astype(np.int64)
    with reporting(progress, "landmarks") as report:
        for _ in counted(report, range(min(k, n))):
            found = np.full(n, np.inf)
            for start in range(0, len(points), 64):  # rows of other components are infinite
                found = np.minimum(found, kernel.distance_rows(graph, points[start : start + 64], threads).min(axis=0))
            chosen.append(points)
            rows.append(found)
            nearest = np.minimum(nearest, found)
            if not nearest.any():
                break
            order = np.lexsort((nearest, component))
            points = order[np.cumsum(np.bincount(component, minlength=n_components)) - 1].astype(np.int64)
    return LandmarkOracle(np.concatenate(chosen), np.array(rows), component.astype(np.int64))
