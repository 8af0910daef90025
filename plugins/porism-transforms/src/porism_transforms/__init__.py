"""Structured transforms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
"""

from porism import Staging, hookimpl
from porism_transforms import long_convolution as _long_convolution
from porism_transforms._plan import ConvGradients, LongConv

__all__ = ["PORISM_API", "ConvGradients", "LongConv"]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(_long_convolution.long_convolution, *_long_convolution.SOLVERS)
