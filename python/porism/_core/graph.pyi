"""
Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.

Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
"""

from numpy import float64, int64, uint32, uint64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Csr", "Walker", "combine", "distance_bounds", "follow", "forward_push", "walks"]

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

def combine(base: Csr, flow: Csr, indptr: NDArray[Any], indices: NDArray[Any], values: NDArray[Any], scale: SupportsFloat | SupportsIndex, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Csr:
    """
    `base + scale * flow @ index`, where the index is a sparse matrix by rows: `indptr` int64, `indices` uint32, `values` uint32 or float64.

    The index is read in place, and every number in it is checked when it is read: `InvalidInput` where it contradicts itself.
    """

def distance_bounds(transitions: Csr, sources: Csr, answers: Csr, alpha: SupportsFloat | SupportsIndex, terms: SupportsIndex = 1, n_threads: SupportsIndex = 1, progress: Any | None = None) -> NDArray[float64]:
    """
    The L1 distance at most, float64, of each row of `answers` from the mass of the walks from that row of `sources` where they stop.

    That many `terms` of the residual's own walk are computed, one product with `transitions` each, and the rest is bounded by its mass.
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

def walks(walker: Walker, starts: NDArray[Any], n_walks: NDArray[Any], alpha: SupportsFloat | SupportsIndex, seed: SupportsIndex, ends: bool = False, top: SupportsIndex | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[NDArray[int64], NDArray[uint32], NDArray[uint32], NDArray[uint64]]:
    """
    Walk from each of `starts` (uint32), `n_walks` times (uint64, one number for all or one for each), stopping with probability `alpha` at every visit.

    Returns `(indptr, indices, counts, dropped)`, int64, uint32, uint32 and uint64: for every start a row of the visits to each vertex, the start included, or with
    `ends` of the stops there (a walk that can go nowhere stops nowhere). With `top` only that many largest counts are kept of every row, and
    `dropped` is the sum of the others. Every walk depends on `seed`, its start and its number alone.

    Raises `InvalidInput` for numbers out of range, `ResultOverflow` if a count exceeds uint32.
    """
