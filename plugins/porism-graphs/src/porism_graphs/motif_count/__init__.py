"""Counting copies of small patterns: subgraphs, induced subgraphs, homomorphisms."""

from porism_graphs.motif_count.problem import MotifCount, motif_count
from porism_graphs.motif_count.solvers import backtracking, closed_formulas, from_wl_colours, hom_basis, igraph_lad

__all__ = ["MotifCount", "backtracking", "closed_formulas", "from_wl_colours", "hom_basis", "igraph_lad", "motif_count"]
