"""
The compiled kernels of porism, a submodule per family. Public as `porism.kernels`.
"""

from . import graph as graph, hamming as hamming, k_mismatch as k_mismatch, kmedoids as kmedoids, submodular as submodular, sumset as sumset, transform as transform
from typing import Any, SupportsFloat, SupportsIndex

__all__ = ["isa", "spin", "graph", "hamming", "k_mismatch", "kmedoids", "submodular", "sumset", "transform"]

def isa() -> str:
    """
    The instruction set that the kernels use on this machine: `portable`, `avx2` or `avx512`.
    """

def spin(seconds: SupportsFloat | SupportsIndex, progress: Any | None = None, panic: bool = False) -> int:
    """
    Do nothing for `seconds` the way a kernel works for that long: what the tests of interrupts, forks and progress call.

    Raises what a signal handler or `progress` raises, and `ComputationError` where `panic` asks for a panic.
    """
