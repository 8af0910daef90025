"""Counting copies of small patterns: subgraphs, induced subgraphs, homomorphisms."""

from porism_graphs.motif_count.problem import MotifCount, motif_count
from porism_graphs.motif_count.solvers import (
    backtracking,
    closed_formulas,
    count_all,
    from_wl_colours,
    hom_basis,
    igraph_lad,
)

__all__ = [
    "SOLVERS",
    "MotifCount",
    "backtracking",
    "closed_formulas",
    "count_all",
    "from_wl_colours",
    "hom_basis",
    "igraph_lad",
    "motif_count",
]

SOLVERS = (hom_basis, from_wl_colours, backtracking, igraph_lad, closed_formulas)
"""All of them, the default one first."""
