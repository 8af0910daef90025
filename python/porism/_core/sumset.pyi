"""
Sumsets: which sums there are, how often each occurs, k-fold sumsets, subset sums, counting 3SUM.

Arrays of elements are int64, of weights uint64, C-contiguous. Bits come as uint64 words, moved and not copied.
"""

from numpy import int64, uint32, uint64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Counts", "Sums", "Totals", "costs", "count", "count_3sum", "find", "from_hamming", "k_fold", "occurring", "subset_sums", "to_hamming", "values_of"]

@final
class Counts:
    """
    How often each sum occurs: a table over a window, or a list.
    """
    @property
    def counts(self, /) -> NDArray[uint64] | None:
        """
        uint64: their counts.
        """
    @property
    def kernel(self, /) -> str:
        """
        Which kernel ran.
        """
    @property
    def narrow(self, /) -> NDArray[uint32] | None:
        """
        uint32: the count of the value `origin + step·i` at i.
        """
    @property
    def origin(self, /) -> int:
        """
        The value at position 0.
        """
    @property
    def stats(self, /) -> list[tuple[str, list[int]]]:
        """
        What it says about its work.
        """
    @property
    def step(self, /) -> int:
        """
        What positions are apart.
        """
    @property
    def values(self, /) -> NDArray[int64] | None:
        """
        int64, rising: the sums, where a kernel lists them.
        """
    @property
    def wide(self, /) -> NDArray[uint64] | None:
        """
        uint64: the same, where counts may be larger.
        """

@final
class Sums:
    """
    A sumset as bits of a window, or, where there are too many positions, as values.
    """
    @property
    def bits(self, /) -> NDArray[uint64] | None:
        """
        uint64 words: bit i of word w stands for the value `origin + step·(64·w + i)`. None where `values` is not.
        """
    @property
    def kernel(self, /) -> str:
        """
        Which kernel ran.
        """
    @property
    def length(self, /) -> int:
        """
        How many positions the bits stand for.
        """
    @property
    def origin(self, /) -> int:
        """
        The value at position 0.
        """
    @property
    def size(self, /) -> int:
        """
        How many sums there are.
        """
    @property
    def stats(self, /) -> list[tuple[str, list[int]]]:
        """
        What it says about its work.
        """
    @property
    def step(self, /) -> int:
        """
        What positions are apart.
        """
    @property
    def values(self, /) -> NDArray[int64] | None:
        """
        int64, rising: the sums, where a kernel lists them.
        """

@final
class Totals:
    """
    Totals that some of the items make.
    """
    @property
    def best(self, /) -> int:
        """
        The largest total.
        """
    @property
    def bits(self, /) -> NDArray[uint64]:
        """
        uint64 words: bit i of word w stands for the total 64·w + i.
        """
    @property
    def certificate(self, /) -> NDArray[uint32] | None:
        """
        uint32: indices of items that make it, where asked for.
        """

def costs(a: NDArray[Any], b: NDArray[Any], *, counted: bool = False, difference: bool = False, low: SupportsIndex | None = None, high: SupportsIndex | None = None) -> list[tuple[str, float]]:
    """
    What the planner expects each kernel to cost, in nanoseconds, the cheapest first: (name, cost) pairs.
    """

def count(a: NDArray[Any], b: NDArray[Any], *, weights_a: NDArray[Any] | None = None, weights_b: NDArray[Any] | None = None, kernel: str | None = None, difference: bool = False, low: SupportsIndex | None = None, high: SupportsIndex | None = None, duplicates: str = "reject", buckets: SupportsIndex | None = None, fields: tuple[SupportsIndex, SupportsIndex] | None = None, precision: str | None = None, seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Counts:
    """
    How often each sum a + b (or difference a - b) occurs in `low <= sum < high`; with weights, how much.

    `kernel` is 'pairs-sort', 'scatter-counts', 'bit-sliced', 'fft', 'ntt', 'sparse', 'chan-jin-williams-xu', or None for the planner's choice; `duplicates` also 'count'.
    Raises as `find`, and ResultOverflow where the counts add up to 2^63 or more.
    """

def count_3sum(a: NDArray[Any], b: NDArray[Any], n_targets: SupportsIndex, *, method: str = "pairs-window", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[NDArray[int64], int]:
    """
    For every c below `n_targets` the number of pairs (i, j) with a[i] + b[j] == c, by `method` 'pairs-window', 'blocked' or 'via-hamming'; and how many pairs of layers were compared.
    """

def find(a: NDArray[Any], b: NDArray[Any], *, kernel: str | None = None, difference: bool = False, low: SupportsIndex | None = None, high: SupportsIndex | None = None, duplicates: str = "reject", saturation: bool = True, buckets: SupportsIndex | None = None, fields: tuple[SupportsIndex, SupportsIndex] | None = None, precision: str | None = None, seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Sums:
    """
    Which sums a + b (or differences a - b) there are in `low <= sum < high`.

    `kernel` is 'pairs-sort', 'scatter-bits', 'shift-or', 'fft', 'ntt', 'sparse', 'chan-jin-williams-xu', or None for the planner's choice; `duplicates` 'reject' or 'merge'.
    Raises InvalidInput for duplicates, ResultOverflow where a sum does not fit int64, TooLarge for tables beyond 4 GiB.
    """

def from_hamming(text: NDArray[Any], pattern: NDArray[Any]) -> tuple[NDArray[int64], NDArray[int64]]:
    """
    The two sets of count-3sum whose counts are the matches of `pattern` in `text` at every shift.
    """

def k_fold(a: NDArray[Any], k: SupportsIndex, *, modulus: SupportsIndex | None = None, high: SupportsIndex | None = None, duplicates: str = "reject", seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Sums:
    """
    The k-fold sumset a + … + a below `high`, of residues if there is a `modulus`.
    """

def occurring(table: NDArray[Any], origin: SupportsIndex, step: SupportsIndex) -> tuple[NDArray[int64], NDArray[uint64]]:
    """
    The values of a table of counts (uint32 or uint64) that are not 0, int64, and their counts, uint64.
    """

def subset_sums(items: NDArray[Any], target: SupportsIndex, *, method: str = "bitset-dp", witness: bool = False, delta: SupportsFloat | SupportsIndex = 0.01, seed: SupportsIndex = 0, n_threads: SupportsIndex = 1, progress: Any | None = None) -> Totals:
    """
    The totals up to `target` that some of the `items` make, by `method` 'bitset-dp' (exact), 'jin-wu' or 'bringmann' (one-sided).

    `witness` ('bitset-dp' only) asks for items that make the largest. Raises InvalidInput for negative items.
    """

def to_hamming(a: NDArray[Any], b: NDArray[Any], n_targets: SupportsIndex, *, seed: SupportsIndex = 0) -> list[list[NDArray[uint32]]]:
    """
    The layers of count-3sum's strings: texts for quotients that are equal, texts for quotients that differ by one, patterns.
    """

def values_of(bits: NDArray[Any], origin: SupportsIndex, step: SupportsIndex) -> NDArray[int64]:
    """
    The values of a bit set of uint64 words: int64, rising.
    """
