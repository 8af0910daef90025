"""
Fast structured transforms: Walsh-Hadamard, sparse Walsh-Hadamard decoding, Monarch products, planned convolution.
"""

from numpy import float64, uint64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["Spright", "degree_probes", "evaluate_spectrum", "fwht"]

@final
class Spright:
    """
    Where a sparse Walsh-Hadamard transform evaluates its function, and how it reads what it sees.

    `masks` is a uint64 matrix: a row for each stage, the columns of its subsampling matrix as words of `n` bits. `bases` are uint64 offsets.
    `search` is "majority" (each probe is one bit of an index), "degree" (at most `degree` ones: probes of a BCH code), "coded" (probes
    of a repeat-accumulate code with the uint64 `taps`) or "exhaustive". Raises `InvalidInput` if they contradict one another.
    """
    def __new__(cls, /, n: SupportsIndex, masks: NDArray[Any], bases: NDArray[Any], search: str = "majority", degree: SupportsIndex = 0, taps: NDArray[Any] | None = None) -> Spright: ...
    def decode(self, /, samples: NDArray[Any], variance: SupportsFloat | SupportsIndex | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None) -> tuple[NDArray[uint64], NDArray[float64], int, int, int, float]:
        """
        The spectrum from the float64 `samples`, the function at `points()`, with noise of the given variance or of one that is estimated (None).

        Returns the support (uint64, rising), the coefficients, how many bins were looked at, how many bins still hold more than noise, how many held
        noise alone from the beginning in the stage that had the fewest, and the variance of the noise.
        """
    @property
    def n_samples(self, /) -> int:
        """
        Number of samples.
        """
    def offsets(self, /) -> NDArray[uint64]:
        """
        The offsets, uint64.
        """
    def points(self, /) -> NDArray[uint64]:
        """
        Where to evaluate the function, uint64: bit i of a word is variable i.
        """

def degree_probes(n: SupportsIndex, degree: SupportsIndex) -> NDArray[uint64]:
    """
    The words whose parities with an index of `n` bits determine it where it has at most `degree` ones, uint64.
    """

def evaluate_spectrum(support: NDArray[Any], coefficients: NDArray[Any], points: NDArray[Any]) -> NDArray[float64]:
    """
    The function whose spectrum has the float64 `coefficients` at the uint64 `support`, at the uint64 `points`.
    """

def fwht(X: NDArray[Any], n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
    """
    The Walsh-Hadamard transform of every row of `X`, in place and without a factor: `X[r, k]` becomes the sum over i of
    `X[r, i] * (-1) ** (i & k).bit_count()`.

    `X` is a writeable 2-D C-contiguous array of float32, float64, int32 or int64, whose rows have a power of two as length. Integers are
    exact: raises `ResultOverflow`, and leaves `X` as it was, where a coefficient does not fit. After an interrupt `X` is in no particular state.
    """
