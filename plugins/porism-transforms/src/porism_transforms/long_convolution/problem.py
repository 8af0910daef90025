"""The problem `long-convolution`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism.validation import as_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "LongConvolutionResult", "long_convolution"]

STATEMENTS = (
    Law(
        "form",
        "y has the batch and channels of u, the length of the mode, and the wider dtype of u and k",
        source="porism's interface",
    ),
    Law(
        "direct",
        "y is within 10 eps log2(N) times the norms of u and k of the sums of products",
        source="the definition",
    ),
    Law("impulse", "a unit impulse returns the kernel", source="follows from the definition"),
    Law(
        "linearity",
        "the convolution of a sum is the sum of the convolutions, up to rounding",
        source="follows from the definition",
    ),
    Law("shift", "delaying u by s delays what comes out by s", source="follows from the definition"),
    Law("commutativity", "in mode full u and k may change places", source="follows from the definition"),
    Law(
        "causality",
        "in mode causal changing u from t on changes nothing before t, up to rounding",
        source="follows from the definition",
    ),
    Law("integers", "the convolution of small integers in float64, rounded, is exact", source="porism's interface"),
    Law("gates", "gates are factors of u and of the output, and skip adds its multiple of u", source="the definition"),
    Law(
        "channels",
        "channels and batch items do not mix: each one alone gives the same, up to rounding",
        source="porism's interface",
    ),
    Law(
        "around",
        "in mode circular y is the inverse Fourier transform of the product of the transforms at fft_size points",
        source="the convolution theorem",
    ),
    Law(
        "size",
        "fft_size changes nothing but where a circular convolution comes around; at L + Lk - 1 or more it is causal",
        source="follows from the definition",
    ),
    Law("spectra", "spectra k_f of kernels give what the kernels give", source="porism's interface"),
    Law(
        "complex",
        "in mode circular y of a complex u is that of its real part and i times that of its imaginary part",
        source="follows from the definition",
    ),
    Law(
        "counted",
        "macs is what the factors say: half a first pass at both ends, as half of the numbers are padding",
        claim="factored",
        source="Fu, Kumbong, Nguyen & Ré 2024, on implicit zero padding",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LongConvolutionResult(porism.Result):
    """Convolved sequences.

    Attributes
    ----------
    y : (B, H, n) array of float32 or float64, complex64 or complex128
        The output; n is the length of u, or that plus the taps less one in mode full (of given spectra fft_size).
    factors : tuple of int
        The factors of the transform, their product its number of complex points; empty for solvers without one.
    macs : int
        Multiplications and additions of real numbers that the transforms of u would take as products with the matrices
        of the factors (what a matrix unit would do; codelets do fewer). 0 for solvers without factors.
    bytes_moved : int
        What has to come from memory and go there at least: inputs, gates, spectra of kernels, and y.
    """

    y: npt.NDArray[Any]
    factors: tuple[int, ...]
    macs: int
    bytes_moved: int

    def plot(self, *, batch: int = 0, channel: int = 0, ax: Axes | None = None) -> Axes:
        """Draw one of the output sequences.

        Parameters
        ----------
        batch, channel : int
            Which one.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-transforms[plot]'``.
        InvalidInput
            If there is no such sequence.
        """
        for name, value, n in (("batch", batch, self.y.shape[0]), ("channel", channel, self.y.shape[1])):
            if as_integer(name, value, 0) >= n:
                raise InvalidInput(f"{name} must be in 0..{n - 1}, got {value}")
        ax = optional.axes(ax, of="porism-transforms")
        ax.plot(self.y[batch, channel], color="#4c72b0", linewidth=1)
        ax.set_xlabel("n")
        ax.set_ylabel(f"y[{batch}, {channel}, n]")
        return ax


@porism.problem(
    "long-convolution",
    result=LongConvolutionResult,
    tags=("signal", "convolution"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def long_convolution(  # type: ignore[empty-body]
    u: npt.ArrayLike,
    k: npt.ArrayLike | None = None,
    *,
    mode: str = "causal",
    fft_size: int | None = None,
    k_f: npt.ArrayLike | None = None,
    pre_gate: npt.ArrayLike | None = None,
    post_gate: npt.ArrayLike | None = None,
    skip: npt.ArrayLike | None = None,
) -> LongConvolutionResult:
    """Convolve every channel of many sequences with a long kernel of its own.

    y[b, h] = post_gate[b, h] * conv(u[b, h] * pre_gate[b, h], k[h]) + skip[h] * u[b, h]. These are the layers of long
    convolution models (H3, Hyena, M2), and filter banks of signals: many sequences, the same kernels again and again.

    Parameters
    ----------
    u : (B, H, L) array-like
        Sequences: a batch of B, with H channels of length L each. float32 stays float32; float64, and integers,
        bools and other real numbers, which are promoted, are computed with as float64. In mode circular complex64 and
        complex128 too.
    k : (H, Lk) array-like
        A kernel for each channel. If one of u and k is in double precision, or complex, so is the result.
    mode : {"causal", "circular", "full", "same"}
        Which part of the convolution: the first L numbers; the first L where all comes around at `fft_size`; all
        L + Lk - 1; the L in the middle, from (Lk - 1) // 2 on.
    fft_size : int, optional
        In mode circular where the convolution comes around, L or more; L by default. In the other modes the size of a
        transform that is wanted, L + Lk - 1 or more, so that nothing comes around; a solver may take the next size
        that it has, and one without transforms none. y is the same then, up to rounding.
    k_f : (H, fft_size // 2 + 1) array-like
        Instead of k its spectra, ``numpy.fft.rfft(k, fft_size)``, of kernels of at most fft_size - L + 1 taps, or of
        any fft_size taps in mode circular. Where u is complex they are of shape (H, fft_size),
        ``numpy.fft.fft(k, fft_size)``. Not in mode same. Solvers transform them back, once.
    pre_gate : (B, H, L) array-like, optional
        Factors of u.
    post_gate : array-like of y's shape, optional
        Factors of the convolution.
    skip : (H,) array-like, optional
        Multiple of u that is added; not in mode full, where lengths differ.

    Returns
    -------
    LongConvolutionResult

    Raises
    ------
    InvalidInput
        If a shape does not fit, something is empty, NaN or infinite (a transform would spread it over the whole row),
        the mode is another one, fft_size is so small that the end would come around, or spectra are those of longer
        kernels.
    InvalidType
        If an array holds no numbers, or complex ones in another mode than circular.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> u = np.array([[[1.0, 2.0, 3.0, 4.0]]])  # one sequence with one channel
    >>> registry.get("long-convolution")(u, [[1.0, 0.5]]).y.round(12)
    array([[[1. , 2.5, 4. , 5.5]]])
    """
