"""Structured transforms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
"""

from porism import Staging, hookimpl
from porism_transforms.spherical_product import (
    SphericalProduct,
    gaunt_direct,
    gaunt_fourier,
    gaunt_grid,
    spherical_product,
)

__all__ = [
    "PORISM_API",
    "SphericalProduct",
    "gaunt_direct",
    "gaunt_fourier",
    "gaunt_grid",
    "spherical_product",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(spherical_product, gaunt_grid, gaunt_fourier, gaunt_direct)
