"""Personalized PageRank: how much of a random walk that keeps returning to its source is spent at each vertex."""

from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank
from porism_graphs.personalized_pagerank.solvers import forward_push, power_iteration

__all__ = ["PPRResult", "forward_push", "personalized_pagerank", "power_iteration"]
