"""The dense Walsh-Hadamard transform: all 2^m coefficients of 2^m numbers."""

from porism_transforms.walsh_hadamard_transform.problem import WalshHadamardResult, walsh_hadamard_transform
from porism_transforms.walsh_hadamard_transform.solvers import fwht, hadamard_matrix

__all__ = ["WalshHadamardResult", "fwht", "hadamard_matrix", "walsh_hadamard_transform"]
