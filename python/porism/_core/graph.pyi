"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from _typeshed import SupportsGetItem
from numpy import uint32, uint64
from numpy.typing import NDArray
from typing import Any, SupportsIndex, final

__all__ = ["Csr", "Target", "canonical", "embeddings", "homomorphisms", "refine_tuples", "refine_vertices", "spasm", "treewidth"]

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

def canonical(colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex]) -> tuple[list[int], list[int], list[int], int]:
    """
    The canonical form of a small graph: `(colours, codes, order, automorphisms)`.

    `colours` has a number for each of at most 32 vertices, `codes` one for each ordered pair, row by row, 0 for no edge. Two graphs are isomorphic, colours and
    codes included, if and only if their forms are equal. `order` lists the vertex in each place of the form.
    """

def embeddings(target: Target, colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], maps: str, progress: Any | None = None) -> tuple[int, NDArray[uint64]]:
    """
    How many maps of a pattern there are, `maps` being `"hom"`, `"embedding"` or `"induced"`, and by vertex how many times one is mapped there.
    """

def homomorphisms(target: Target, colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], *, root: SupportsIndex | None, modulus: SupportsIndex, limit: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> list[NDArray[uint64]]:
    """
    Homomorphisms of a connected pattern for each image of `root` (by default the one that is fastest), as uint64 arrays.

    `modulus` 0: counts that are known to be below 2^64. 1: below 2^128, as two arrays, the high halves first. Otherwise modulo that number, at most 2^62.
    `limit` bounds the bytes of a table of partial homomorphisms.
    """

def refine_tuples(graph: Csr, sizes: SupportsGetItem[int, SupportsIndex], colours: NDArray[Any], k: SupportsIndex, *, oblivious: bool, most_rounds: SupportsIndex, n_threads: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[uint32], int, int, bool]:
    """
    The Weisfeiler-Leman algorithm on k-tuples within each of a union of graphs with `sizes` vertices, k = 2, 3, 4: as `refine_vertices`, the last position of a tuple running fastest.
    """

def refine_vertices(graph: Csr, colours: NDArray[Any], most_rounds: SupportsIndex, progress: Any | None = None) -> tuple[NDArray[uint32], int, int, bool]:
    """
    Colour refinement from the uint32 array `colours`: `(colours, n_colours, rounds, stable)`. Entries of the graph are labels 0, 1, … of edges.
    """

def spasm(colours: SupportsGetItem[int, SupportsIndex], codes: SupportsGetItem[int, SupportsIndex], rooted: bool = False) -> list[tuple[list[int], list[int], int]]:
    """
    The quotients of a small graph in canonical form, `(colours, codes, coefficient)`, by the coefficients of injective homomorphisms.

    Codes are symmetric, 1 for an edge that any label fits. With `rooted`, colours are doubled and the root's is odd.
    """

def treewidth(n: SupportsIndex, codes: SupportsGetItem[int, SupportsIndex], last: SupportsIndex | None = None) -> tuple[int, list[int]]:
    """
    The treewidth of a graph of at most 20 vertices and an order of elimination that shows it, and ends with `last`. `codes` as for `canonical`.
    """
