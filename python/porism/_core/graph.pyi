"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from numpy import float32, float64, uint32
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Csr", "Gather"]

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
