"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from _typeshed import SupportsGetItem
from numpy import float32, float64, int64, uint32, uint64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Csr", "DistanceLabels", "Gather", "Projection", "SeparatorLabels", "Target", "Walker", "ball_carving", "buffered_partition", "canonical", "column_moments", "combine", "contract", "distance_bounds", "distance_rows", "embeddings", "follow", "forward_push", "greedy_net", "homomorphisms", "merge_rows", "nearest_source", "noisy_classes", "pair_distances", "random_walks", "refine_tuples", "refine_vertices", "rescale_columns", "shortcut_classes", "shortcut_hops", "skip_gram", "spasm", "spmm", "strong_radii", "tree_cover", "tree_distances", "treewidth", "walks"]

@final
class Csr:
    """
    A sparse matrix by rows (a graph: row u lists the out-neighbours of u), copied and checked once. Immutable.

    `indptr` is int64, `indices` uint32 and below `n_columns`, `data` float64 of the same length, all 1-D.
    Raises `InvalidInput` if they contradict one another.
    """
    def __new__(cls, /, n_columns: SupportsIndex, indptr: NDArray[Any], indices: NDArray[Any], data: NDArray[Any]) -> Csr: ...
    def arrays(self, /) -> tuple[NDArray[int64], NDArray[uint32], NDArray[float64]]:
        """
        `(indptr, indices, data)` as new arrays of int64, uint32 and float64.
        """
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

@final
class Gather:
    """
    Edges sorted by receiver, in a batch of graphs: what systems `x = A x + b` on the same edges share. Immutable, copied and checked once.

    `into` and `start` are the ends of every edge, uint32 and 1-D; `graphs` (int64) holds the number of vertices before each graph of the batch, and at its end all of them.
    Raises `InvalidInput` if an end is out of range, or in another graph than the other end.

    In all methods row e of `gains` and `scale[e]` belong to edge e as it was given: `A[into[e], start[e]] += scale[e] * gains[e, head]`.
    """
    def __new__(cls, /, into: NDArray[Any], start: NDArray[Any], graphs: NDArray[Any]) -> Gather: ...
    def apply(self, /, gains: NDArray[Any], scale: NDArray[Any], x: NDArray[Any] | None, n_threads: SupportsIndex) -> NDArray[float64]:
        """
        `A x`, float64; the sums of A's rows where `x` is None.
        """
    def apply_f32(self, /, gains: NDArray[Any], scale: NDArray[Any], x: NDArray[Any] | None, n_threads: SupportsIndex) -> NDArray[float32]:
        """
        The same in float32.
        """
    def picard(self, /, gains: NDArray[Any], scale: NDArray[Any], bias: NDArray[Any], start: NDArray[Any] | None, norm: str, tol: SupportsFloat | SupportsIndex, max_iter: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[float64], NDArray[uint32], NDArray[float64], NDArray[float64]]:
        """
        Iterate `x ← A x + bias`, float64, from `start` or 0, until each graph and head has an error of `tol` times the norm of its bias at most, or `max_iter` times.

        `norm` is "infinity" (rows of A sum to less than 1) or "one" (columns do). Returns x (n, heads), and, flat, by graph and head: iterations, norm of the last change,
        bound of the error in that norm, rounding included.
        """
    def picard_f32(self, /, gains: NDArray[Any], scale: NDArray[Any], bias: NDArray[Any], start: NDArray[Any] | None, norm: str, tol: SupportsFloat | SupportsIndex, max_iter: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[float32], NDArray[uint32], NDArray[float64], NDArray[float64]]:
        """
        The same in float32.
        """
    def products(self, /, scale: NDArray[Any], v: NDArray[Any], x: NDArray[Any]) -> NDArray[float64]:
        """
        `scale[e] * v[into[e], head] * x[start[e], head]`, float64: the derivative of ⟨v, A x⟩ by the gains.
        """
    def products_f32(self, /, scale: NDArray[Any], v: NDArray[Any], x: NDArray[Any]) -> NDArray[float32]:
        """
        The same in float32.
        """

@final
class Projection:
    """
    A random matrix R with `width` columns and independent entries of mean 0 and variance 1/width, whose rows can be made one by one.

    With `density`, entries are ±1/√(width density) in that share of places and 0 elsewhere; with None they are normal. Row i depends on `seed`, `width` and
    `density` alone, and comes from the raw numbers of `numpy.random.Philox(key=[seed, 0], counter=[0, i, 0, 0])`.
    """
    def __new__(cls, /, width: SupportsIndex, density: SupportsFloat | SupportsIndex | None, seed: SupportsIndex) -> Projection: ...
    def matrix(self, /, n: SupportsIndex, n_threads: SupportsIndex = 1) -> tuple[NDArray[int64], NDArray[uint32], NDArray[float64]]:
        """
        The first `n` rows of an R that is sparse, in compressed rows: where rows begin, columns, values.
        """
    def product(self, /, A: Csr, factors: NDArray[Any], out: NDArray[Any], n_threads: SupportsIndex = 1) -> None:
        """
        Fill `out` with `A diag(factors) R`, for an R that is sparse, of which only the entries are touched.
        """
    def rows(self, /, rows: NDArray[Any], factors: NDArray[Any], out: NDArray[Any], n_threads: SupportsIndex = 1) -> None:
        """
        Write row `rows[i]` of R (uint64) times `factors[i]` (float64) into row i of `out`, float32 or float64.
        """

@final
class SeparatorLabels:
    """
    The labels of a distance oracle of separators. Immutable; may be asked from any thread.
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __new__(cls, /, graph: Csr, eps: SupportsFloat | SupportsIndex, memory_limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> SeparatorLabels:
        """
        Labels for distances up to a factor of `1 + eps`, by shortest paths that separate the graph.
        """
    @property
    def depth(self, /) -> int:
        """
        How often pieces were cut until nothing was left.
        """
    @staticmethod
    def from_parts(eps: SupportsFloat | SupportsIndex, depth: SupportsIndex, width: SupportsIndex, planar: bool, arrays: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]) -> SeparatorLabels:
        """
        Labels that `parts` took apart, with `eps`, `depth`, `width` and `planar` as they were.
        """
    @property
    def most_portals(self, /) -> int:
        """
        The largest number of portals that a vertex has on one path.
        """
    @property
    def n(self, /) -> int:
        """
        Number of vertices.
        """
    @property
    def nbytes(self, /) -> int:
        """
        Bytes of the labels.
        """
    def parts(self, /) -> tuple[NDArray[int64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[float64], NDArray[int64], NDArray[float64], NDArray[float64]]:
        """
        Copies of the labels: the component of each vertex; where the groups of each begin; the path of each group and where its portals begin; the place
        of each portal on its path, and its distance; where each path begins; and the places on paths, as sums of two numbers.
        """
    @property
    def planar(self, /) -> bool:
        """
        Whether the graph is planar.
        """
    def query(self, /, u: NDArray[Any], v: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
        """
        Distances of pairs up to a factor of `1 + eps`, infinite across components.
        """
    @property
    def width(self, /) -> int:
        """
        The most paths that a piece was cut by.
        """

@final
class Target:
    """
    A graph that patterns are counted in: symmetric, its entries the labels 0, 1, … of edges, with the uint32 array `colours` of a colour for each vertex. Immutable.
    """
    def __new__(cls, /, graph: Csr, colours: NDArray[Any]) -> Target: ...
    @property
    def largest_degree(self, /) -> int:
        """
        The largest number of neighbours of a vertex.
        """

@final
class Walker:
    """
    A graph prepared for random walks, which follow out-edges in proportion to their weights: with alias tables, unless all weights of each row are equal.

    Raises `InvalidInput` if the matrix is not square or holds a weight that is not above zero and finite.
    """
    def __new__(cls, /, graph: Csr) -> Walker: ...
    @property
    def is_weighted(self, /) -> bool:
        """
        Whether steps are drawn from alias tables.
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

def canonical(colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex]) -> tuple[list[int], list[int], list[int], int]:
    """
    The canonical form of a small graph: `(colours, codes, order, automorphisms)`.

    `colours` has a number for each of at most 32 vertices, `codes` one for each ordered pair, row by row, 0 for no edge. Two graphs are isomorphic, colours and
    codes included, if and only if their forms are equal. `order` lists the vertex in each place of the form.
    """

def column_moments(X: NDArray[Any], skip: NDArray[Any], n_threads: SupportsIndex = 1) -> tuple[NDArray[float64], NDArray[float64]]:
    """
    The mean of every column of `X`, and its standard deviation (1 where that is no more than rounding), over the rows that `skip` does not leave out.
    """

def combine(base: Csr, flow: Csr, indptr: NDArray[Any], indices: NDArray[Any], values: NDArray[Any], scale: SupportsFloat | SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Csr:
    """
    `base + scale * flow @ index`, where the index is a sparse matrix by rows: `indptr` int64, `indices` uint32, `values` uint32 or float64.

    The index is read in place, and every number in it is checked when it is read: `InvalidInput` where it contradicts itself.
    """

def contract(graph: Csr, classes: NDArray[Any], terminals: NDArray[Any], n_threads: SupportsIndex) -> tuple[NDArray[int64], NDArray[int64], NDArray[float64]]:
    """
    The edges between classes, as two arrays of terminals' indices, and the distances of their terminals.
    """

def distance_bounds(transitions: Csr, sources: Csr, answers: Csr, alpha: SupportsFloat | SupportsIndex, terms: SupportsIndex = 1, n_threads: SupportsIndex = 1, progress: Any | None = None) -> NDArray[float64]:
    """
    The L1 distance at most, float64, of each row of `answers` from the mass of the walks from that row of `sources` where they stop.

    That many `terms` of the residual's own walk are computed, one product with `transitions` each, and the rest is bounded by its mass.
    """

def distance_rows(graph: Csr, sources: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
    """
    Exact distances from each of `sources` to all vertices, a row each.
    """

def embeddings(target: Target, colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], maps: str, progress: Any | None = None) -> tuple[int, NDArray[uint64]]:
    """
    How many maps of a pattern there are, `maps` being `"hom"`, `"embedding"` or `"induced"`, and by vertex how many times one is mapped there.
    """

def follow(transitions: Csr, sources: Csr, alpha: SupportsFloat | SupportsIndex, n_steps: SupportsIndex, threshold: SupportsFloat | SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[Csr, Csr, NDArray[float64]]:
    """
    Follow the walks of each row of `sources` for `n_steps`, a share `alpha` stopping before each step; what arrives at a vertex in a step and is less than
    `threshold` is dropped.

    Returns `(stopped, flow, dropped)`: the mass that has stopped and that still walks, a row for each query, and how much was dropped, float64.
    """

def forward_push(transitions: Csr, sources: Csr, alpha: SupportsFloat | SupportsIndex, epsilon: SupportsFloat | SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[Csr, Csr, NDArray[uint64], NDArray[uint64]]:
    """
    Push mass from each row of `sources` until no vertex has more than `epsilon` for each of its out-edges.

    Returns `(kept, residue, rounds, pushes)`: mass that has stopped and mass that was left lying, a row for each query; how often its queue was gone through
    and how many vertices were pushed, uint64.
    """

def greedy_net(graph: Csr, delta: SupportsFloat | SupportsIndex, order: NDArray[Any]) -> NDArray[int64]:
    """
    Vertices of `order`, each farther than `delta` from all before it that were taken.
    """

def homomorphisms(target: Target, colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], *, root: SupportsIndex | None, modulus: SupportsIndex, limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> list[NDArray[uint64]]:
    """
    Homomorphisms of a connected pattern for each image of `root` (by default the one that is fastest), as uint64 arrays.

    `modulus` 0: counts that are known to be below 2^64. 1: below 2^128, as two arrays, the high halves first. Otherwise modulo that number, at most 2^62.
    `limit` bounds the bytes of a table of partial homomorphisms.
    """

def merge_rows(out: NDArray[Any], part: NDArray[Any], weight: SupportsFloat | SupportsIndex, normalize: bool, first: bool, n_threads: SupportsIndex = 1) -> None:
    """
    Add `weight` times `part` to `out`, each row of `part` divided by its length first if `normalize`; with `first`, overwrite instead.
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

def random_walks(graph: Csr, starts: NDArray[Any], length: SupportsIndex, p: SupportsFloat | SupportsIndex, q: SupportsFloat | SupportsIndex, seed: SupportsIndex, n_threads: SupportsIndex = 1) -> NDArray[uint32]:
    """
    Random walks of `length` vertices from each of `starts` (uint32), as node2vec makes them with `p` and `q`: a row each.

    What is left after a vertex without out-edges holds 2^32 - 1. Rows of `graph` have rising columns and positive weights.
    """

def refine_tuples(graph: Csr, sizes: SupportsGetItem[int, SupportsIndex], colours: NDArray[Any], k: SupportsIndex, *, oblivious: bool, most_rounds: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[uint32], int, int, bool]:
    """
    The Weisfeiler-Leman algorithm on k-tuples within each of a union of graphs with `sizes` vertices, k = 2, 3, 4: as `refine_vertices`, the last position of a tuple running fastest.
    """

def refine_vertices(graph: Csr, colours: NDArray[Any], most_rounds: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[uint32], int, int, bool]:
    """
    Colour refinement from the uint32 array `colours`: `(colours, n_colours, rounds, stable)`. Entries of the graph are labels 0, 1, … of edges.
    """

def rescale_columns(X: NDArray[Any], mean: NDArray[Any], scale: NDArray[Any], n_threads: SupportsIndex = 1) -> None:
    """
    Subtract `mean` from the rows of `X` and divide them by `scale`, in place.
    """

def shortcut_classes(graph: Csr, terminals: NDArray[Any], r: SupportsIndex, tau: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex, progress: Any | None = None) -> NDArray[int64]:
    """
    The class of each vertex, an index of a terminal, driven by shortcut partitions of growing scale.
    """

def shortcut_hops(graph: Csr, labels: NDArray[Any], u: NDArray[Any], v: NDArray[Any]) -> tuple[NDArray[float64], NDArray[int64]]:
    """
    Distances of pairs, and the steps between their clusters among those that a shortest path meets (-1 where there is no path).
    """

def skip_gram(graph: Csr, dim: SupportsIndex, n_walks: SupportsIndex, walk_length: SupportsIndex, p: SupportsFloat | SupportsIndex, q: SupportsFloat | SupportsIndex, window: SupportsIndex, negatives: SupportsIndex, epochs: SupportsIndex, learning_rate: SupportsFloat | SupportsIndex, exponent: SupportsFloat | SupportsIndex, seed: SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> NDArray[float32]:
    """
    Vectors of all vertices by skip-gram with negative sampling on random walks: (n, dim) float32. Two threads at most are of use.
    """

def spasm(colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], rooted: bool = False) -> list[tuple[list[int], list[int], int]]:
    """
    The quotients of a small graph in canonical form, `(colours, codes, coefficient)`, by the coefficients of injective homomorphisms.

    Codes are symmetric, 1 for an edge that any label fits. With `rooted`, colours are doubled and the root's is odd.
    """

def spmm(A: Csr, X: NDArray[Any], out: NDArray[Any], n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
    """
    Fill the matrix `out` with the product of the sparse `A` and the dense matrix `X`.

    `X` and `out` are both float32 or both float64. Sums are made in the order of a row's entries, so that the bits do not depend on `n_threads`.
    """

def strong_radii(graph: Csr, labels: NDArray[Any], centers: NDArray[Any]) -> NDArray[float64]:
    """
    The largest distance from its centre inside each part.
    """

def tree_cover(graph: Csr, eps: SupportsFloat | SupportsIndex, r: SupportsIndex, merged: bool, memory_limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[int64], NDArray[int64], NDArray[int64], NDArray[int64], NDArray[float64], NDArray[float64]]:
    """
    The trees of a tree cover: the forest of each; where each begins in the following and after them all their length; vertices (each tree's root first),
    their parents (-1 for roots), the lengths of edges to them, and distances from the root.

    Trees are part of the graph, with forests for each scale of distances, or `merged`: scales share forests, and edges stand for ways.
    """

def tree_distances(n: SupportsIndex, indptr: NDArray[Any], vertices: NDArray[Any], parents: NDArray[Any], lengths: NDArray[Any], u: NDArray[Any], v: NDArray[Any], n_threads: SupportsIndex) -> NDArray[float64]:
    """
    For each pair the least distance in a tree that has both, along the tree. Trees are as `tree_cover` returns them, of `n` vertices.
    """

def treewidth(n: SupportsIndex, codes: SupportsGetItem[int, SupportsIndex], last: SupportsIndex | None = None) -> tuple[int, list[int]]:
    """
    The treewidth of a graph of at most 20 vertices and an order of elimination that shows it, and ends with `last`. `codes` as for `canonical`.
    """

def walks(walker: Walker, starts: NDArray[Any], n_walks: NDArray[Any], alpha: SupportsFloat | SupportsIndex, seed: SupportsIndex, ends: bool = False, top: SupportsIndex | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[NDArray[int64], NDArray[uint32], NDArray[uint32], NDArray[uint64]]:
    """
    Walk from each of `starts` (uint32), `n_walks` times (uint64, one number for all or one for each), stopping with probability `alpha` at every visit.

    Returns `(indptr, indices, counts, dropped)`, int64, uint32, uint32 and uint64: for every start a row of the visits to each vertex, the start included, or with
    `ends` of the stops there (a walk that can go nowhere stops nowhere). With `top` only that many largest counts are kept of every row, and
    `dropped` is the sum of the others. Every walk depends on `seed`, its start and its number alone.

    Raises `InvalidInput` for numbers out of range, `ResultOverflow` if a count exceeds uint32.
    """
