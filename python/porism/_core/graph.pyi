"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from _typeshed import SupportsGetItem
from numpy import float32, float64, int64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Csr", "DistanceLabels", "ball_carving", "buffered_partition", "contract", "distance_rows", "greedy_net", "nearest_source", "noisy_classes", "pair_distances", "shortcut_classes", "shortcut_hops", "strong_radii", "tree_cover"]

@final
class Csr:
    """
    A sparse matrix by rows (a graph: row u lists the out-neighbours of u), copied and checked once. Immutable.

    `indptr` is int64, `indices` uint32 and below `n_columns`, `data` float64 of the same length, all 1-D.
    Raises `InvalidInput` if they contradict one another.
    """
    def __new__(cls, /, n_columns: SupportsIndex, indptr: NDArray[Any], indices: NDArray[Any], data: NDArray[Any]) -> Csr: ...
    @property
    def n_entries(self, /) -> int:
        """
        Number of stored entries.
        """
    @property
    def shape(self, /) -> tuple[int, int]:
        """
        Rows and columns.
        """
    def transposed(self, /) -> Csr:
        """
        The transpose.
        """

@final
class DistanceLabels:
    """
    The labels of a distance oracle. Immutable; may be asked from any thread.
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __new__(cls, /, graph: Csr, eps: SupportsFloat | SupportsIndex, r: SupportsIndex, memory_limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> DistanceLabels:
        """
        Labels for distances up to a factor of `1 + eps`.
        """
    @staticmethod
    def from_parts(eps: SupportsFloat | SupportsIndex, component: NDArray[Any], scales: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, NDArray[Any], NDArray[Any], NDArray[Any]]]) -> DistanceLabels:
        """
        Labels that `parts` took apart.
        """
    @property
    def nbytes(self, /) -> int:
        """
        Bytes of the labels.
        """
    def parts(self, /) -> tuple[NDArray[int64], list[tuple[float, NDArray[int64], NDArray[int64], NDArray[float32]]]]:
        """
        Copies of the labels: the component of each vertex, and for each scale its length, where each vertex' part begins, hubs and shares of the length.
        """
    def query(self, /, u: NDArray[Any], v: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
        """
        Distances of pairs up to a factor of `1 + eps`, infinite across components; NaN for a pair without a centre in common.
        """
    @property
    def scales(self, /) -> list[tuple[float, float]]:
        """
        The length of each scale, and the labels' mean number of hubs in it.
        """

def ball_carving(graph: Csr, delta: SupportsFloat | SupportsIndex, order: NDArray[Any]) -> tuple[NDArray[int64], NDArray[int64], NDArray[float64]]:
    """
    In the given order, each vertex that is not yet claimed claims everything within `delta` in what is not yet claimed: labels, centres, radii.
    """

def buffered_partition(graph: Csr, delta: SupportsFloat | SupportsIndex, r: SupportsIndex, progress: Any | None = None) -> tuple[tuple[NDArray[int64], NDArray[int64], NDArray[float64]], NDArray[int64], NDArray[int64], NDArray[float64], list[NDArray[int64]], list[NDArray[int64]]]:
    """
    Clusters of radius `2 delta` at most, cut from the supernodes of a buffered cop decomposition with buffers of `delta / r`.

    Returns labels, centres and radii of the clusters; the supernode of each vertex, the parent of each supernode (-1 for the first of a component) and its
    radius about its skeleton; the skeletons (where each begins, vertices from the root on, their parents); and the bags (where each begins, and the
    earlier supernodes that were adjacent to the domain).
    """

def contract(graph: Csr, classes: NDArray[Any], terminals: NDArray[Any], n_threads: SupportsIndex) -> tuple[NDArray[int64], NDArray[int64], NDArray[float64]]:
    """
    The edges between classes, as two arrays of terminals' indices, and the distances of their terminals.
    """

def distance_rows(graph: Csr, sources: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
    """
    Exact distances from each of `sources` to all vertices, a row each.
    """

def greedy_net(graph: Csr, delta: SupportsFloat | SupportsIndex, order: NDArray[Any]) -> NDArray[int64]:
    """
    Vertices of `order`, each farther than `delta` from all before it that were taken.
    """

def nearest_source(graph: Csr, sources: NDArray[Any], offsets: NDArray[Any]) -> tuple[NDArray[int64], NDArray[int64], NDArray[float64]]:
    """
    Each vertex with the source of the least offset plus distance: labels (-1 where no source reaches), centres (sources that kept themselves), radii.
    """

def noisy_classes(graph: Csr, terminals: NDArray[Any], factors: NDArray[Any]) -> NDArray[int64]:
    """
    The class of each vertex by the noisy Voronoi algorithm: terminal i claims vertices within `factors[i]` times the distance to their nearest one.
    """

def pair_distances(graph: Csr, u: NDArray[Any], v: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
    """
    Exact distances of pairs, infinite across components.
    """

def shortcut_classes(graph: Csr, terminals: NDArray[Any], r: SupportsIndex, tau: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex, progress: Any | None = None) -> NDArray[int64]:
    """
    The class of each vertex, an index of a terminal, driven by shortcut partitions of growing scale.
    """

def shortcut_hops(graph: Csr, labels: NDArray[Any], u: NDArray[Any], v: NDArray[Any]) -> tuple[NDArray[float64], NDArray[int64]]:
    """
    Distances of pairs, and the steps between their clusters among those that a shortest path meets (-1 where there is no path).
    """

def strong_radii(graph: Csr, labels: NDArray[Any], centers: NDArray[Any]) -> NDArray[float64]:
    """
    The largest distance from its centre inside each part.
    """

def tree_cover(graph: Csr, eps: SupportsFloat | SupportsIndex, r: SupportsIndex, memory_limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[float64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[float64]]:
    """
    The trees of a tree cover: the length of each scale; the scale of each tree, and its colour within it; where each tree begins in the following
    and after them all their length; vertices (each tree's root first), their parents (-1 for roots) and distances from the root.
    """
