"""
k-medoids: dissimilarities, initialisation, and the PAM family.

Matrices are C-contiguous; data is float32 or float64, dissimilarities may be int32 or int64 too, and are then summed exactly.
"""

from numpy import float64, int64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Clustering", "SilhouetteClustering", "check_square", "cross", "medoid_silhouette", "pairwise", "sample", "silhouette", "solve", "solve_data", "solve_silhouette", "transposed"]

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

@final
class SilhouetteClustering:
    """
    Medoids chosen for their silhouette, and how they were found.
    """
    @property
    def converged(self, /) -> bool:
        """
        Whether the search ended by itself and not by `max_iter`.
        """
    @property
    def curve(self, /) -> NDArray[float64]:
        """
        The best silhouette found with each number of medoids, from the least to the largest, float64.
        """
    @property
    def curve_medoids(self, /) -> NDArray[int64]:
        """
        The medoids of `curve`, one set after the other, int64.
        """
    @property
    def labels(self, /) -> NDArray[int64]:
        """
        (n,) int64: the slot of every object's nearest medoid.
        """
    @property
    def medoids(self, /) -> NDArray[int64]:
        """
        (k,) int64: the candidates chosen.
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
    def n_swap(self, /) -> int:
        """
        Swaps made.
        """
    @property
    def silhouette(self, /) -> float:
        """
        The average (medoid) silhouette.
        """
    @property
    def silhouettes(self, /) -> NDArray[float64]:
        """
        (n_iter + 1,) float64: the same before the first pass and after each.
        """

def check_square(D: NDArray[Any], symmetric: bool = True, mirrored: bool = False, n_threads: SupportsIndex = 1, max_weight: SupportsIndex = 1) -> None:
    """
    Refuse an (n, n) array that is no matrix of dissimilarities: NaN, negative values, a nonzero diagonal, and, where `symmetric`,
    values that differ from their mirror image; and integers whose sums, with weights up to `max_weight`, could exceed 64 bits.
    Raises InvalidInput that names the first such place.

    With `mirrored` the array is the transpose of what the caller knows, and places are named accordingly.
    """

def cross(X: NDArray[Any], Y: NDArray[Any], metric: str, n_threads: SupportsIndex = 1, parameter: SupportsFloat | SupportsIndex = 2.0) -> Any:
    """
    The dissimilarities of every row of `X`, an (n, d) array, to every row of `Y`, an (m, d) array of the same dtype: an (n, m) array of it.

    `metric` as in `pairwise`. Raises InvalidInput where one is empty, holds NaN or infinities, or has another number of columns.
    """

def medoid_silhouette(D: NDArray[Any], medoids: NDArray[Any]) -> float:
    """
    The average medoid silhouette of `medoids`, a (k,) int64 array. `D` as in `solve`.
    """

def pairwise(X: NDArray[Any], metric: str, n_threads: SupportsIndex = 1, progress: Any | None = None, parameter: SupportsFloat | SupportsIndex = 2.0) -> Any:
    """
    All dissimilarities between the rows of `X`, an (n, d) array: an (n, n) array of the same dtype, symmetric, with a zero diagonal.

    `metric` is "euclidean", "sqeuclidean", "manhattan", "cosine", "chebyshev", "minkowski" (with the exponent `parameter`, at least 1), "hamming",
    "jaccard", "canberra", "braycurtis" or "gower": then the first `parameter` columns are numbers scaled to a range of 1, the others codes of categories,
    and NaN is missing. Raises InvalidInput for an empty X or one that holds NaN or infinities, TooLarge where the result cannot be allocated.
    """

def sample(X: NDArray[Any], k: SupportsIndex, method: str, metric: str | None = None, parameter: SupportsFloat | SupportsIndex = 2.0, n_samples: SupportsIndex | None = None, size: SupportsIndex | None = None, max_iter: SupportsIndex = 100, order: str = "random", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Clustering:
    """
    Choose k medoids by searching in samples.

    `X` is an (n, d) array to be compared by `metric` (as in `pairwise`), or, without `metric`, an (n, n) array of dissimilarities as in `solve`. `method`
    is "clara" or "fasterclara" with `n_samples` samples of `size` objects, or "uniform", "debias" or "nniw", OneBatchPAM with one sample of `size` references.
    """

def silhouette(D: NDArray[Any], labels: NDArray[Any], k: SupportsIndex) -> NDArray[float64]:
    """
    The silhouette width of every object: an (n,) float64 array. `D` as in `solve`, `labels` an (n,) int64 array of clusters 0..k.
    """

def solve(D: NDArray[Any], k: SupportsIndex, method: str, init: str | NDArray[Any], max_iter: SupportsIndex = 100, order: str = "random", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None, weights: NDArray[Any] | None = None, forbidden: NDArray[Any] | None = None, fixed: NDArray[Any] | None = None, n_perturb: SupportsIndex = 0, fasttol: SupportsFloat | SupportsIndex = 1.0, n_local: SupportsIndex = 2, max_neighbor: SupportsIndex | None = None, own: bool = True) -> Clustering:
    """
    Choose k medoids.

    `D` is an (n, n) array of which row j holds every object's dissimilarity to candidate j: the transpose of the usual convention where it is
    asymmetric. It must have passed `check_square`. `method` is "fasterpam" (with `n_perturb` rounds of iterated local search), "fastpam1",
    "fastpam2" (with `fasttol`), "pam", "alternating", "clarans" or "fastclarans" (with `n_local` and `max_neighbor`, and without `init`); `init` is
    "random", "build", "first", "lab", "kmeans++", "park-jun" or a (k,) int64 array; `order` is "random" or "input". `weights` is an (n,) array, float64 or int64 like the
    sums of `D`; `forbidden` an (n,) array of bool: who may not be a medoid. The medoids `fixed`, an int64 array, come first and stay; a given `init`
    begins with them.

    With `own = false` no candidate is an object: `D` may have any shape, a row for each of the sites and a column for each of the clients, `weights` are the
    clients' and everything else is of sites. It must hold no NaN and nothing negative, and sums of integers must fit 64 bits. "lab", "kmeans++" and
    "alternating" then have nothing to go by: the first two draw sites at random, the last one leaves them where they are.
    """

def solve_data(X: NDArray[Any], k: SupportsIndex, init: str | NDArray[Any], metric: str, parameter: SupportsFloat | SupportsIndex = 2.0, max_iter: SupportsIndex = 100, order: str = "random", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None, weights: NDArray[Any] | None = None, forbidden: NDArray[Any] | None = None, fixed: NDArray[Any] | None = None) -> Clustering:
    """
    FasterPAM on the rows of `X`, an (n, d) array, without their matrix of dissimilarities: they are computed when they are needed, again and again.
    `metric` and `parameter` as in `pairwise`, the rest as in `solve`, but that `init` may not be "build", "lab" or "park-jun". The swaps are those with the matrix.
    """

def solve_silhouette(D: NDArray[Any], k: SupportsIndex, method: str, init: str | NDArray[Any], k_min: SupportsIndex = 1, max_iter: SupportsIndex = 100, order: str = "random", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> SilhouetteClustering:
    """
    Choose k medoids for their silhouette.

    `D`, `init`, `order` as in `solve`. `method` is "fastermsc", "fastmsc" or "pammedsil" (for the average medoid silhouette), "pamsil" (for the average
    silhouette), or "dynmsc", which goes from k medoids down to `k_min`.
    """

def transposed(D: NDArray[Any], n_threads: SupportsIndex = 1) -> Any:
    """
    The transpose of an (n, m) array, C-contiguous.
    """
