"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from numpy import float32, float64, int64, uint32
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Csr", "Projection", "column_moments", "merge_rows", "random_walks", "rescale_columns", "skip_gram", "spmm"]

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

def column_moments(X: NDArray[Any], skip: NDArray[Any], n_threads: SupportsIndex = 1) -> tuple[NDArray[float64], NDArray[float64]]:
    """
    The mean of every column of `X`, and its standard deviation (1 where that is no more than rounding), over the rows that `skip` does not leave out.
    """

def merge_rows(out: NDArray[Any], part: NDArray[Any], weight: SupportsFloat | SupportsIndex, normalize: bool, first: bool, n_threads: SupportsIndex = 1) -> None:
    """
    Add `weight` times `part` to `out`, each row of `part` divided by its length first if `normalize`; with `first`, overwrite instead.
    """

def random_walks(graph: Csr, starts: NDArray[Any], length: SupportsIndex, p: SupportsFloat | SupportsIndex, q: SupportsFloat | SupportsIndex, seed: SupportsIndex, n_threads: SupportsIndex = 1) -> NDArray[uint32]:
    """
    Random walks of `length` vertices from each of `starts` (uint32), as node2vec makes them with `p` and `q`: a row each.

    What is left after a vertex without out-edges holds 2^32 - 1. Rows of `graph` have rising columns and positive weights.
    """

def rescale_columns(X: NDArray[Any], mean: NDArray[Any], scale: NDArray[Any], n_threads: SupportsIndex = 1) -> None:
    """
    Subtract `mean` from the rows of `X` and divide them by `scale`, in place.
    """

def skip_gram(graph: Csr, dim: SupportsIndex, n_walks: SupportsIndex, walk_length: SupportsIndex, p: SupportsFloat | SupportsIndex, q: SupportsFloat | SupportsIndex, window: SupportsIndex, negatives: SupportsIndex, epochs: SupportsIndex, learning_rate: SupportsFloat | SupportsIndex, exponent: SupportsFloat | SupportsIndex, seed: SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> NDArray[float32]:
    """
    Vectors of all vertices by skip-gram with negative sampling on random walks: (n, dim) float32. Two threads at most are of use.
    """

def spmm(A: Csr, X: NDArray[Any], out: NDArray[Any], n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
    """
    Fill the matrix `out` with the product of the sparse `A` and the dense matrix `X`.

    `X` and `out` are both float32 or both float64. Sums are made in the order of a row's entries, so that the bits do not depend on `n_threads`.
    """
