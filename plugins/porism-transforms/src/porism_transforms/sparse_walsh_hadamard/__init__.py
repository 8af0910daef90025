"""The sparse Walsh-Hadamard transform: the few large coefficients of a function of bits, from few queries of it."""

from porism_transforms.sparse_walsh_hadamard.functions import Remembered, of_bits, of_sets
from porism_transforms.sparse_walsh_hadamard.problem import (
    NotSparseWarning,
    SparseWHTResult,
    sparse_walsh_hadamard,
)
from porism_transforms.sparse_walsh_hadamard.sketch import Sketch
from porism_transforms.sparse_walsh_hadamard.solvers import (
    fwht,
    lasso_wht,
    sparse_fht,
    spright_ml,
    spright_nso,
    spright_so,
)

__all__ = [
    "NotSparseWarning",
    "Remembered",
    "Sketch",
    "SparseWHTResult",
    "fwht",
    "lasso_wht",
    "of_bits",
    "of_sets",
    "sparse_fht",
    "sparse_walsh_hadamard",
    "spright_ml",
    "spright_nso",
    "spright_so",
]
