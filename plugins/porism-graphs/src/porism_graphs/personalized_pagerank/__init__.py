"""Personalized PageRank: how much of a random walk that keeps returning to its source is spent at each vertex."""

from porism_graphs.personalized_pagerank.executors import DaskExecutor, Executor, SerialExecutor, ThreadExecutor
from porism_graphs.personalized_pagerank.index import PPRIndex
from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank
from porism_graphs.personalized_pagerank.solvers import forward_push, power_iteration
from porism_graphs.personalized_pagerank.walkers import fora, mcep, mcfp, powerwalk

__all__ = [
    "SOLVERS",
    "DaskExecutor",
    "Executor",
    "PPRIndex",
    "PPRResult",
    "SerialExecutor",
    "ThreadExecutor",
    "fora",
    "forward_push",
    "mcep",
    "mcfp",
    "personalized_pagerank",
    "power_iteration",
    "powerwalk",
]

SOLVERS = (power_iteration, forward_push, powerwalk, fora, mcfp, mcep)
