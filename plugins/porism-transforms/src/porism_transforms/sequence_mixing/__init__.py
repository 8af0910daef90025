"""Sequence mixing by Monarch matrices: bidirectional, and causal in bases of polynomials."""

from porism_transforms.sequence_mixing.problem import MixedSequences, sequence_mixing
from porism_transforms.sequence_mixing.solvers import fft_convolution, monarch_mixer, toeplitz_direct

__all__ = ["MixedSequences", "fft_convolution", "monarch_mixer", "sequence_mixing", "toeplitz_direct"]
