"""Partial convolutions: the first taps of kernels along sequences of any length, in chunks."""

from porism_transforms.partial_convolution.problem import PartialConvolutionResult, partial_convolution
from porism_transforms.partial_convolution.solvers import block_conv, partial_conv

__all__ = ["PartialConvolutionResult", "block_conv", "partial_conv", "partial_convolution"]
