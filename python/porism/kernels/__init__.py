"""The Rust kernels, a submodule per family: for solvers, and for plugins that want to build on them.

Kernels take NumPy arrays of one exact dtype and layout, validate only what memory safety needs, release the GIL and
can be interrupted.
The solvers in :mod:`porism.problems` are the friendly front.
"""

from porism._core import graph, hamming, isa, k_mismatch, kmedoids, submodular, sumset, transform

__all__ = ["graph", "hamming", "isa", "k_mismatch", "kmedoids", "submodular", "sumset", "transform"]
