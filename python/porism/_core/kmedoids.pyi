"""
k-medoids: dissimilarities, initialisation, and the PAM family.

Matrices are C-contiguous; data is float32 or float64, dissimilarities may be int32 or int64 too, and are then summed exactly.
"""

from numpy import int64
from numpy.typing import NDArray
from typing import Any, SupportsIndex, final

__all__ = ["Clustering", "check_square", "cross", "pairwise", "solve", "transposed"]

@final
class Clustering:
    """
    Medoids, who belongs to them, and how they were found. Sums and distances are exact integers where the dissimilarities are integers.
    """
    @property
    def converged(self, /) -> bool:
        """
        Whether the search ended by itself and not by `max_iter`.
        """
    @property
    def distances(self, /) -> NDArray[Any]:
        """
        (n,) float64 or int64: the dissimilarity to it.
        """
    @property
    def labels(self, /) -> NDArray[int64]:
        """
        (n,) int64: the slot of every object's nearest medoid.
        """
    @property
    def loss(self, /) -> float | int:
        """
        Sum of the distances, each times its object's weight.
        """
    @property
    def losses(self, /) -> NDArray[Any]:
        """
        (n_iter + 1,) float64 or int64: the loss before the first pass and after each.
        """
    @property
    def medoids(self, /) -> NDArray[int64]:
        """
        (k,) int64: the candidates chosen, in the order of their slots.
        """
    @property
    def n_dist(self, /) -> int:
        """
        Dissimilarities read.
        """
    @property
    def n_eval(self, /) -> int:
        """
        Candidates whose change was computed.
        """
    @property
    def n_iter(self, /) -> int:
        """
        Passes over the candidates.
        """
    @property
    def n_skipped(self, /) -> int:
        """
        Candidates skipped because they provably could not improve.
        """
    @property
    def n_swap(self, /) -> int:
        """
        Swaps made.
        """

def check_square(D: NDArray[Any], symmetric: bool = True, mirrored: bool = False, n_threads: SupportsIndex = 1, max_weight: SupportsIndex = 1) -> None:
    """
    Refuse an (n, n) array that is no matrix of dissimilarities: NaN, negative values, a nonzero diagonal, and, where `symmetric`,
    values that differ from their mirror image; and integers whose sums, with weights up to `max_weight`, could exceed 64 bits.
    Raises InvalidInput that names the first such place.

    With `mirrored` the array is the transpose of what the caller knows, and places are named accordingly.
    """

def cross(X: NDArray[Any], Y: NDArray[Any], metric: str, n_threads: SupportsIndex = 1) -> Any:
    """
    The dissimilarities of every row of `X`, an (n, d) array, to every row of `Y`, an (m, d) array of the same dtype: an (n, m) array of it.

    `metric` as in `pairwise`. Raises InvalidInput where one is empty, holds NaN or infinities, or has another number of columns.
    """

def pairwise(X: NDArray[Any], metric: str, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Any:
    """
    All dissimilarities between the rows of `X`, an (n, d) array: an (n, n) array of the same dtype, symmetric, with a zero diagonal.

    `metric` is "euclidean", "sqeuclidean", "manhattan" or "cosine". Raises InvalidInput for an empty X or one that holds NaN or infinities,
    TooLarge where the result cannot be allocated.
    """

def solve(D: NDArray[Any], k: SupportsIndex, method: str, init: str | NDArray[Any], max_iter: SupportsIndex = 100, order: str = "random", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None, weights: NDArray[Any] | None = None, forbidden: NDArray[Any] | None = None, fixed: NDArray[Any] | None = None) -> Clustering:
    """
    Choose k medoids.

    `D` is an (n, n) array of which row j holds every object's dissimilarity to candidate j: the transpose of the usual convention where it is
    asymmetric. It must have passed `check_square`. `method` is "fasterpam", "fastpam1", "pam" or "alternating"; `init` is "random",
    "build", "first" or a (k,) int64 array; `order` is "random" or "input". `weights` is an (n,) array, float64 or int64 like the sums of `D`;
    `forbidden` an (n,) array of bool: who may not be a medoid. The medoids `fixed`, an int64 array, come first and stay; a given `init` begins with them.
    """

def transposed(D: NDArray[Any]) -> Any:
    """
    The transpose of an (n, n) array, C-contiguous.
    """
