"""
Submodular maximization: incremental objectives, the greedy family, selectors over streams of insertions and deletions.

Matrices are C-contiguous arrays of float32 or float64, or tuples `(indptr, indices, values, n_columns)` of a sparse matrix by rows (indptr int64,
indices int32 or int64, values float32 or float64). They are checked whole when an objective is made of them. Sparse ones are copied, dense ones read where they lie if
they are not turned round: they must not change as long as the objective lives. Items are int64.
"""

from _typeshed import SupportsGetItem
from numpy import float64, int64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Matroid", "Objective", "Selection", "Selector", "coverage", "facility_location", "facility_location_features", "feature_based", "graph_cut", "influence", "log_det", "mixture", "modular", "probabilistic_coverage", "python", "reverse_reachable", "saturated_coverage", "select", "sieve", "sum_redundancy", "weighted_coverage"]

@final
class Matroid:
    """
    Which sets may be chosen, beside a bound on their number.
    """
    @staticmethod
    def graphic(starts: NDArray[Any], ends: NDArray[Any], n_nodes: SupportsIndex) -> Matroid:
        """
        Items are edges between the nodes 0 … n_nodes − 1, and chosen edges close no cycle.
        """
    def is_independent(self, /, items: NDArray[Any]) -> bool:
        """
        Whether a set of distinct items may be chosen.
        """
    @staticmethod
    def laminar(groups: NDArray[Any], parents: NDArray[Any], capacities: NDArray[Any]) -> Matroid:
        """
        Nested groups: `parents[g]` is the group around g, or g itself.
        """
    @property
    def n_items(self, /) -> int:
        """
        Items it speaks of.
        """
    @staticmethod
    def partition(groups: NDArray[Any], capacities: NDArray[Any]) -> Matroid:
        """
        At most `capacities[g]` items of group g; `groups` holds the group of every item.
        """

@final
class Objective:
    """
    A set function over the items 0 … n_items − 1.
    """
    def audit(self, /, trials: SupportsIndex, seed: SupportsIndex) -> int:
        """
        Compare gains for `trials` random pairs of nested sets; return how many sets were evaluated.

        Raises NotSubmodular with the witness, or what the objective raises.
        """
    def gains(self, /, items: NDArray[Any], candidates: NDArray[Any]) -> NDArray[float64]:
        """
        What each of `candidates` adds to the value of the set `items`; 0 for its members.

        Raises UnknownItem, DuplicateItem, or what the objective raises.
        """
    @property
    def monotonicity(self, /) -> str:
        """
        How values move as sets grow: "increasing", "decreasing" or "neither".
        """
    @property
    def n_items(self, /) -> int:
        """
        The size of the ground set.
        """
    @property
    def name(self, /) -> str:
        """
        Which function it is.
        """
    def value(self, /, items: NDArray[Any]) -> float:
        """
        The value of a set of distinct items.

        Raises UnknownItem, DuplicateItem, or what the objective raises.
        """

@final
class Selection:
    """
    What a solver chose.
    """
    @property
    def gains(self, /) -> NDArray[float64]:
        """
        (m,) float64: the gain of each when it was chosen.
        """
    @property
    def queries(self, /) -> int:
        """
        Sets evaluated.
        """
    @property
    def ranking(self, /) -> NDArray[int64]:
        """
        (m,) int64: the chosen items in order of choice, without the initial ones.
        """
    @property
    def upper_bound(self, /) -> float:
        """
        No admissible choice is worth more.
        """
    @property
    def value(self, /) -> float:
        """
        f of the initial and the chosen items.
        """

@final
class Selector:
    """
    Live items, at most k of them chosen, kept good as items come and go.
    """
    def __len__(self, /) -> int: ...
    def __new__(cls, /, objective: Objective, k: SupportsIndex, method: str, epsilon: SupportsFloat | SupportsIndex = 0.2, seed: SupportsIndex = 0, refill: bool = True, trials: SupportsIndex = 0, max_failure: SupportsFloat | SupportsIndex = 0.0, n_threads: SupportsIndex = 1) -> Selector:
        """
        A selector without live items.

        `method` is "dynamic-submodular", "recompute-lazy-greedy", "rebuild-greedy-on-hit", "swap-on-insert" or "dynamic-lmntz"; epsilon, seed and what follows
        are for those that have them. `trials = 0` and `max_failure = 0.0` leave them to epsilon. Raises InvalidInput or NotMonotone.
        """
    def apply(self, /, ops: NDArray[Any], items: NDArray[Any], progress: Any | None = None) -> None:
        """
        Many updates, in order: `ops` (int8) holds +1 for an insertion and −1 for a deletion of the item at the same place of `items`.

        Raises what a single update raises, with its position; those before it are done then.
        """
    def broken(self, /) -> str | None:
        """
        What does not hold of the dynamic algorithm's structure, or None. For tests; asks the objective without counting.
        """
    def contains(self, /, item: SupportsIndex) -> bool:
        """
        Whether an item is live.
        """
    def delete(self, /, item: SupportsIndex) -> None:
        """
        Delete a live item. Raises UnknownItem, or what the objective raises.
        """
    def insert(self, /, item: SupportsIndex) -> None:
        """
        Insert an item. Raises UnknownItem, DuplicateItem, or what the objective raises.
        """
    @property
    def k(self, /) -> int:
        """
        How many items may be chosen.
        """
    def levels(self, /) -> list[tuple[int, int, list[int], list[int]]]:
        """
        The dynamic algorithm's levels, lowest guess first: exponent of the guess, place of the level, the bucket when it was frozen, the sample.
        """
    def live(self, /) -> NDArray[int64]:
        """
        The live items, in an order that the updates determine.
        """
    @property
    def method(self, /) -> str:
        """
        The algorithm's name.
        """
    def n_live(self, /) -> int:
        """
        How many items are live.
        """
    @property
    def objective(self, /) -> Objective:
        """
        The objective.
        """
    def rebuild_all(self, /) -> None:
        """
        Build everything anew, with fresh randomness.
        """
    @staticmethod
    def restore(objective: Objective, snapshot: bytes) -> Selector:
        """
        The selector that a snapshot was taken of, over the same objective. Raises InvalidSnapshot, or what the objective raises.
        """
    def snapshot(self, /) -> bytes:
        """
        Everything but the objective.
        """
    def solution(self, /) -> tuple[NDArray[int64], float]:
        """
        The chosen items in order of choice, int64, and their value.
        """
    def stats(self, /) -> tuple[int, int, int, int, int, int, int]:
        """
        Queries, marginal gains, updates, rebuilds, levels, guesses, bytes.
        """
    def upper_bound(self, /) -> float:
        """
        No k live items are worth more.
        """

def coverage(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any]) -> Objective:
    """
    The number of columns that the chosen rows of a sparse matrix touch.
    """

def facility_location(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], transposed: bool = False) -> Objective:
    """
    The sum over clients of the similarity to the nearest chosen item: a row of similarities per item, a column per client, or the other way round
    if `transposed`. A dense matrix is read where it lies, if it is not `transposed` or symmetric up to rounding.
    """

def facility_location_features(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], metric: str, parameter: SupportsFloat | SupportsIndex, clients: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any] | None = None) -> Objective:
    """
    The same with similarities computed from rows of `X`, and of `clients` where they are not the items, when they are needed.

    `metric` is "dot", "cosine", "rbf" (`parameter` is gamma), "inverse-distance", or "squared-distance" (`parameter` is the offset).
    """

def feature_based(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], concave: str, parameter: SupportsFloat | SupportsIndex, weights: NDArray[Any] | None = None) -> Objective:
    """
    The sum over features of a concave function of what the chosen rows hold of each.

    `concave` is "sqrt", "log1p", "fraction", or "capped" (`parameter` is the cap).
    """

def graph_cut(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], penalty: SupportsFloat | SupportsIndex) -> Objective:
    """
    The similarity of all items to the chosen ones, less `penalty` times that among the chosen ones, for a symmetric matrix.
    """

def influence(sets: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any]) -> Objective:
    """
    n / r times the number of the r rows (sets of nodes) that the chosen nodes hit.
    """

def log_det(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], sigma: SupportsFloat | SupportsIndex, thorough: bool = False) -> Objective:
    """
    The log-determinant of I + K/sigma² over the chosen items. With `thorough` the whole kernel is factored first, to prove it semidefinite.
    """

def mixture(parts: SupportsGetItem[int, Objective], weights: NDArray[Any]) -> Objective:
    """
    A weighted sum of objectives over one ground set.
    """

def modular(weights: NDArray[Any]) -> Objective:
    """
    The sum of the chosen items' weights.
    """

def probabilistic_coverage(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], weights: NDArray[Any] | None = None) -> Objective:
    """
    The expected weight of the columns that the chosen rows of a matrix of probabilities cover.
    """

def python(value: Any, n_items: SupportsIndex, monotone: bool = True, gain: Any | None = None) -> Objective:
    """
    A function that Python computes: `value(list)`, and `gain(list, item)` where that is told better than by two values.
    """

def reverse_reachable(activation: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], n_sets: SupportsIndex, seed: SupportsIndex) -> tuple[NDArray[int64], NDArray[int64]]:
    """
    Sample `n_sets` reverse reachable sets from a matrix whose entry (u, v) is the probability that u activates v: their members one after the other, and
    where each set begins, as one row of two vectors padded at the end would not be. Returns (indptr, indices).
    """

def saturated_coverage(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], alpha: SupportsFloat | SupportsIndex, transposed: bool = False) -> Objective:
    """
    The sum over clients of the similarity to all chosen items together, up to a share `alpha` of that to all items. Layout as in `facility_location`.
    """

def select(objective: Objective, k: SupportsIndex, method: str, initial: NDArray[Any], candidates: NDArray[Any] | None = None, costs: NDArray[Any] | None = None, budget: SupportsFloat | SupportsIndex = 0.0, matroid: Matroid | None = None, epsilon: SupportsFloat | SupportsIndex = 0.1, seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, bound: str = "auto", progress: Any | None = None) -> Selection:
    """
    Choose at most `k` of the items `candidates` (all where there are none).

    `bound` is "auto", "tight" or "free": how hard to look for an upper bound of the optimum. Raises InvalidInput, UnknownItem, DuplicateItem,
    NotMonotone, or what the objective raises.
    """

def sieve(objective: Objective, k: SupportsIndex, epsilon: SupportsFloat | SupportsIndex, plus: bool, initial: NDArray[Any], sets: SupportsGetItem[int, tuple[SupportsIndex, SupportsGetItem[int, SupportsIndex]]], largest: SupportsFloat | SupportsIndex, arrivals: NDArray[Any]) -> tuple[list[tuple[int, list[int]]], float, NDArray[int64], NDArray[float64], float, int]:
    """
    Let `arrivals` through a sieve that holds the sets `sets` already and has seen singletons up to `largest`: how a stream goes on over an objective whose
    ground set has changed.

    Returns the sets after it, the largest singleton, the best set, its gains, its value, and the queries.
    """

def sum_redundancy(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any]) -> Objective:
    """
    The sum of a symmetric matrix, less the similarity among the chosen items.
    """

def weighted_coverage(X: tuple[NDArray[Any], NDArray[Any], NDArray[Any], SupportsIndex] | NDArray[Any], weights: NDArray[Any]) -> Objective:
    """
    The weight of the columns that the chosen rows of a sparse matrix touch.
    """
