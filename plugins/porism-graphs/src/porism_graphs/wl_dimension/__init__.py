"""The WL-dimension of graph motif parameters."""

from porism_graphs.wl_dimension.problem import WLDimension, wl_dimension
from porism_graphs.wl_dimension.solvers import all_quotients, forbidden_minor, hom_basis

__all__ = ["WLDimension", "all_quotients", "forbidden_minor", "hom_basis", "wl_dimension"]
