"""Node embeddings: vectors of vertices, such that vertices with similar surroundings have similar ones."""

from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding
from porism_graphs.node_embedding.projection import FastRPEmbedding, fastrp
from porism_graphs.node_embedding.spectral import prone, randne, randomized_svd
from porism_graphs.node_embedding.walks import deepwalk, node2vec

__all__ = [
    "SOLVERS",
    "FastRPEmbedding",
    "NodeEmbedding",
    "deepwalk",
    "fastrp",
    "node2vec",
    "node_embedding",
    "prone",
    "randne",
    "randomized_svd",
]

SOLVERS = (fastrp, randomized_svd, deepwalk, node2vec, prone, randne)
