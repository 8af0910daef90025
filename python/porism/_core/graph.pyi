"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from numpy.typing import NDArray
from typing import Any, SupportsIndex, final

__all__ = ["Csr"]

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
