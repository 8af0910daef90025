"""Long convolutions: many sequences, a long kernel for each channel."""

from porism_transforms.long_convolution.problem import LongConvolutionResult, long_convolution
from porism_transforms.long_convolution.solvers import (
    direct_conv,
    flash_fft_conv,
    overlap_add,
    rfft_conv,
    scipy_fftconvolve,
)

SOLVERS = (flash_fft_conv, scipy_fftconvolve, rfft_conv, overlap_add, direct_conv)

__all__ = [
    "SOLVERS",
    "LongConvolutionResult",
    "direct_conv",
    "flash_fft_conv",
    "long_convolution",
    "overlap_add",
    "rfft_conv",
    "scipy_fftconvolve",
]
