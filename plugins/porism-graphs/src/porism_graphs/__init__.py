"""Graph algorithms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy is imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_graphs._graph import GraphTooLarge
from porism_graphs._patterns import Pattern
from porism_graphs.motif_count import MotifCount, motif_count
from porism_graphs.personalized_pagerank import PPRResult, forward_push, personalized_pagerank, power_iteration
from porism_graphs.weisfeiler_leman import Colouring, weisfeiler_leman
from porism_graphs.wl_certificate import Certificate, wl_certificate
from porism_graphs.wl_dimension import WLDimension, wl_dimension

__all__ = [
    "PORISM_API",
    "Certificate",
    "Colouring",
    "GraphTooLarge",
    "MotifCount",
    "PPRResult",
    "Pattern",
    "WLDimension",
    "forward_push",
    "motif_count",
    "personalized_pagerank",
    "power_iteration",
    "weisfeiler_leman",
    "wl_certificate",
    "wl_dimension",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    from porism_graphs.motif_count import solvers as motifs
    from porism_graphs.weisfeiler_leman import naive_rehash, partition_refinement
    from porism_graphs.wl_certificate import cfi_product
    from porism_graphs.wl_dimension import all_quotients, forbidden_minor, hom_basis

    registry.add(personalized_pagerank, power_iteration, forward_push)
    registry.add(weisfeiler_leman, partition_refinement, naive_rehash)
    registry.add(
        motif_count,
        motifs.hom_basis,
        motifs.from_wl_colours,
        motifs.backtracking,
        motifs.igraph_lad,
        motifs.closed_formulas,
    )
    registry.add(wl_dimension, hom_basis, forbidden_minor, all_quotients)
    registry.add(wl_certificate, cfi_product)
