"""The WL-dimension of graph motif parameters."""

from porism_graphs.wl_dimension.problem import WLDimension, wl_dimension
from porism_graphs.wl_dimension.solvers import all_quotients, dimension_at_most, forbidden_minor, hom_basis

__all__ = [
    "SOLVERS",
    "WLDimension",
    "all_quotients",
    "dimension_at_most",
    "forbidden_minor",
    "hom_basis",
    "wl_dimension",
]

SOLVERS = (hom_basis, forbidden_minor, all_quotients)
"""All of them, the default one first."""
