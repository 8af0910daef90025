"""
Fast structured transforms: Walsh-Hadamard, sparse Walsh-Hadamard decoding, Monarch products, planned convolution.
"""

from _typeshed import SupportsGetItem
from numpy import float64, uint64
from numpy.typing import NDArray
from typing import Any, SupportsFloat, SupportsIndex, final

__all__ = ["ConvolutionPlan", "Spectra", "Spright", "block_product", "count_distinct", "degree_probes", "evaluate_spectrum", "fwht"]

@final
class ConvolutionPlan:
    """
    A transform laid out once, for float32 or float64: the `factors` of its points, the last two of them 16 and the others 2, 3, 4, 5, 8 or 16.

    A `twisted` plan computes with sequences of twice as many real numbers modulo t^length + 1, another one modulo t^length - 1. `kept` has a set of results
    for each factor as an integer of bits, or none for all. Immutable.
    """
    def __new__(cls, /, factors: SupportsGetItem[int, SupportsIndex], single: bool, twisted: bool = True, kept: SupportsGetItem[int, SupportsIndex] | None = None) -> ConvolutionPlan: ...
    def convolve(self, /, spectra: Spectra, values: NDArray[Any], out: NDArray[Any], geometry: tuple[SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex], *, gate_in: NDArray[Any] | None = None, gate_out: NDArray[Any] | None = None, skip: NDArray[Any] | None = None, before: NDArray[Any] | None = None, adjoint: bool = False, n_threads: SupportsIndex = 1, progress: Any | None = None) -> int:
        """
        Convolve rows of `values` into the rows of `out`; row r with kernel r modulo their number.

        `geometry` is (overlap, place, start, wanted, piece, repeat, fold): each window begins `overlap` numbers before its piece of the output and is put at
        `place` of the ring, and `piece` of the `wanted` numbers of an output row are read from `start` on. The input is repeated to `repeat` numbers, and what
        comes out `fold` numbers farther is added. Returns how many products of numbers the passes would take as products with matrices.
        """
    def kept(self, /) -> list[bool]:
        """
        Which frequencies are kept, in natural order.
        """
    def kernel_gradient(self, /, values: NDArray[Any], weights: NDArray[Any], out: NDArray[Any], geometry: tuple[SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex], weights_geometry: tuple[SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex], *, gate_in: NDArray[Any] | None = None, gate_weights: NDArray[Any] | None = None, n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
        """
        The gradient of sum(weights * output) with respect to the `taps` numbers of each of the `kernels` kernels, written into the rows of `out`.
        """
    @property
    def length(self, /) -> int:
        """
        How many real numbers a sequence has in the ring of the plan.
        """
    def natural(self, /, spectra: Spectra, i: SupportsIndex) -> NDArray[float64]:
        """
        The spectrum of kernel `i`, in natural order: a row of real parts and one of imaginary parts.
        """
    @property
    def points(self, /) -> int:
        """
        How many complex points.
        """
    def spectra(self, /, kernels: NDArray[Any], n_threads: SupportsIndex, progress: Any | None = None) -> Spectra:
        """
        The spectra of kernels, a row each.
        """

@final
class Spectra:
    """
    Spectra of kernels under a plan. Immutable.
    """
    @property
    def count(self, /) -> int:
        """
        How many kernels.
        """

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
    def further_points(self, /, smaller: Spright) -> NDArray[uint64]:
        """
        Where to evaluate the function further, uint64, where it was at the points of a `smaller` plan already, whose stages, columns and bases are the
        first of this one's. Raises `InvalidInput` for another plan.
        """
    def joined(self, /, smaller: Spright, samples: NDArray[Any], further: NDArray[Any]) -> NDArray[float64]:
        """
        The samples of this plan, float64, from those of a `smaller` one and those at `further_points(smaller)`.
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

def block_product(blocks: NDArray[Any], count: SupportsIndex, x: NDArray[Any], out: NDArray[Any], *, n_threads: SupportsIndex = 1, progress: Any | None = None) -> None:
    """
    Apply block i of `count` blocks, which are the rows of `blocks` in so many equal parts, to piece i of each row of `x`, and deal out the results: number j of
    block i becomes number `j * count + i` of the row of `out`. All of float32 or float64.
    """

def count_distinct(words: NDArray[Any]) -> int:
    """
    How many of the uint64 `words` are different.
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
