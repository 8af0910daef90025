"""Graph algorithms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy is imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_graphs._graph import GraphTooLarge
from porism_graphs._patterns import Pattern
from porism_graphs._polynomials import GraphPolynomial
from porism_graphs.contracting_fixed_point import SOLVERS as FIXED_POINT_SOLVERS
from porism_graphs.contracting_fixed_point import contracting_fixed_point
from porism_graphs.distance_oracle import (
    DistanceOracle,
    all_pairs,
    dijkstra,
    distance_oracle,
    landmarks,
    separator_oracle,
    shortcut_hubs,
)
from porism_graphs.equivariant_polynomial_basis import SOLVERS as BASIS_SOLVERS
from porism_graphs.equivariant_polynomial_basis import PolynomialBasis, equivariant_polynomial_basis
from porism_graphs.equivariant_polynomial_evaluation import SOLVERS as EVALUATION_SOLVERS
from porism_graphs.equivariant_polynomial_evaluation import PolynomialValues, equivariant_polynomial_evaluation
from porism_graphs.graph_polynomial_features import SOLVERS as FEATURE_SOLVERS
from porism_graphs.graph_polynomial_features import GraphFeatures, PolynomialFeatures, graph_polynomial_features
from porism_graphs.graph_stationary_regression import CGS, GraphSample, graph_stationary_regression
from porism_graphs.graph_stationary_regression import SOLVERS as STATIONARY_SOLVERS
from porism_graphs.motif_count import SOLVERS as MOTIF_SOLVERS
from porism_graphs.motif_count import MotifCount, motif_count
from porism_graphs.node_embedding import (
    FastRPEmbedding,
    NodeEmbedding,
    deepwalk,
    fastrp,
    node2vec,
    node_embedding,
    prone,
    randne,
    randomized_svd,
)
from porism_graphs.personalized_pagerank import (
    PPRIndex,
    PPRResult,
    fora,
    forward_push,
    mcep,
    mcfp,
    personalized_pagerank,
    power_iteration,
    powerwalk,
)
from porism_graphs.polynomial_expressiveness import SOLVERS as EXPRESSIVENESS_SOLVERS
from porism_graphs.polynomial_expressiveness import Expressiveness, polynomial_expressiveness
from porism_graphs.shortcut_partition import (
    CopDecomposition,
    ShortcutPartition,
    ball_carving,
    buffered_cop,
    low_diameter_shortcut_partition,
    mpx,
    voronoi_net,
)
from porism_graphs.steiner_point_removal import (
    MinorResult,
    noisy_voronoi,
    shortcut_spr,
    steiner_point_removal,
    voronoi_minor,
)
from porism_graphs.tree_cover import TreeCover, every_root, merged_trees, one_tree, shortcut_trees, tree_cover
from porism_graphs.weisfeiler_leman import SOLVERS as WL_SOLVERS
from porism_graphs.weisfeiler_leman import Colouring, weisfeiler_leman
from porism_graphs.wl_certificate import SOLVERS as CERTIFICATE_SOLVERS
from porism_graphs.wl_certificate import Certificate, wl_certificate
from porism_graphs.wl_dimension import SOLVERS as DIMENSION_SOLVERS
from porism_graphs.wl_dimension import WLDimension, wl_dimension

__all__ = [
    "CGS",
    "PORISM_API",
    "Certificate",
    "Colouring",
    "CopDecomposition",
    "DistanceOracle",
    "Expressiveness",
    "FastRPEmbedding",
    "GraphFeatures",
    "GraphPolynomial",
    "GraphSample",
    "GraphTooLarge",
    "MinorResult",
    "MotifCount",
    "NodeEmbedding",
    "PPRIndex",
    "PPRResult",
    "Pattern",
    "PolynomialBasis",
    "PolynomialFeatures",
    "PolynomialValues",
    "ShortcutPartition",
    "TreeCover",
    "WLDimension",
    "all_pairs",
    "ball_carving",
    "buffered_cop",
    "contracting_fixed_point",
    "deepwalk",
    "dijkstra",
    "distance_oracle",
    "equivariant_polynomial_basis",
    "equivariant_polynomial_evaluation",
    "every_root",
    "fastrp",
    "fora",
    "forward_push",
    "graph_polynomial_features",
    "graph_stationary_regression",
    "landmarks",
    "low_diameter_shortcut_partition",
    "mcep",
    "mcfp",
    "merged_trees",
    "motif_count",
    "mpx",
    "node2vec",
    "node_embedding",
    "noisy_voronoi",
    "one_tree",
    "personalized_pagerank",
    "polynomial_expressiveness",
    "power_iteration",
    "powerwalk",
    "prone",
    "randne",
    "randomized_svd",
    "separator_oracle",
    "shortcut_hubs",
    "shortcut_spr",
    "shortcut_trees",
    "steiner_point_removal",
    "tree_cover",
    "voronoi_minor",
    "voronoi_net",
    "weisfeiler_leman",
    "wl_certificate",
    "wl_dimension",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(personalized_pagerank, power_iteration, forward_push, powerwalk, fora, mcfp, mcep)
    registry.add(node_embedding, fastrp, randomized_svd, deepwalk, node2vec, prone, randne)
    registry.add(low_diameter_shortcut_partition, buffered_cop, ball_carving, mpx, voronoi_net)
    registry.add(steiner_point_removal, shortcut_spr, voronoi_minor, noisy_voronoi)
    registry.add(distance_oracle, shortcut_hubs, separator_oracle, dijkstra, all_pairs, landmarks)
    registry.add(tree_cover, shortcut_trees, merged_trees, every_root, one_tree)
    registry.add(equivariant_polynomial_basis, *BASIS_SOLVERS)
    registry.add(equivariant_polynomial_evaluation, *EVALUATION_SOLVERS)
    registry.add(polynomial_expressiveness, *EXPRESSIVENESS_SOLVERS)
    registry.add(graph_polynomial_features, *FEATURE_SOLVERS)
    registry.add(contracting_fixed_point, *FIXED_POINT_SOLVERS)
    registry.add(graph_stationary_regression, *STATIONARY_SOLVERS)
    registry.add(weisfeiler_leman, *WL_SOLVERS)
    registry.add(motif_count, *MOTIF_SOLVERS)
    registry.add(wl_dimension, *DIMENSION_SOLVERS)
    registry.add(wl_certificate, *CERTIFICATE_SOLVERS)
