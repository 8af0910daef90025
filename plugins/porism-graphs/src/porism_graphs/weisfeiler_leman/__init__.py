"""The Weisfeiler-Leman algorithm: colours of vertices or tuples, refined until nothing changes."""

from porism_graphs.weisfeiler_leman.problem import Colouring, Signature, weisfeiler_leman
from porism_graphs.weisfeiler_leman.solvers import naive_rehash, partition_refinement

__all__ = ["Colouring", "Signature", "naive_rehash", "partition_refinement", "weisfeiler_leman"]
