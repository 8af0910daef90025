"""Frequency-sparse convolutions: of the kernels' spectra a block is kept."""

from porism_transforms.frequency_sparse_convolution.problem import FrequencySparseResult, frequency_sparse_convolution
from porism_transforms.frequency_sparse_convolution.solvers import flash_fft_conv_sparse, masked_fft

__all__ = ["FrequencySparseResult", "flash_fft_conv_sparse", "frequency_sparse_convolution", "masked_fft"]
