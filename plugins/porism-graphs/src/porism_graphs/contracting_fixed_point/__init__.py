"""Fixed points of linear maps that contract along the edges of a graph."""

from porism_graphs.contracting_fixed_point._system import ConvergenceWarning
from porism_graphs.contracting_fixed_point.problem import FixedPoint, contracting_fixed_point
from porism_graphs.contracting_fixed_point.solvers import anderson, direct_sparse_lu, gmres, picard, unrolled

__all__ = [
    "ConvergenceWarning",
    "FixedPoint",
    "anderson",
    "contracting_fixed_point",
    "direct_sparse_lu",
    "gmres",
    "picard",
    "unrolled",
]

SOLVERS = (picard, direct_sparse_lu, gmres, anderson, unrolled)
