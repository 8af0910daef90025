"""A hidden hypergraph, from the weights of few of its cuts."""

from porism_transforms.hypergraph_cut_sketch.problem import HypergraphResult, hypergraph_cut_sketch
from porism_transforms.hypergraph_cut_sketch.solvers import dense_cut, spright_cut

__all__ = ["HypergraphResult", "dense_cut", "hypergraph_cut_sketch", "spright_cut"]
