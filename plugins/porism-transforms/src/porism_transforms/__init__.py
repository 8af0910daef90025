"""Structured transforms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy and other libraries are imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_transforms.spherical_product import (
    SphericalProduct,
    gaunt_direct,
    gaunt_fourier,
    gaunt_grid,
    spherical_product,
from porism_transforms.hypergraph_cut_sketch import (
    HypergraphResult,
    dense_cut,
    hypergraph_cut_sketch,
    spright_cut,
)
from porism_transforms.sparse_walsh_hadamard import (
    NotSparseWarning,
    SparseWHTResult,
    lasso_wht,
    sparse_fht,
    sparse_walsh_hadamard,
    spright_ml,
    spright_nso,
    spright_so,
)
from porism_transforms.sparse_walsh_hadamard import fwht as dense_wht
from porism_transforms.walsh_hadamard_transform import (
    WalshHadamardResult,
    fwht,
    hadamard_matrix,
    walsh_hadamard_transform,
)

__all__ = [
    "PORISM_API",
    "SphericalProduct",
    "gaunt_direct",
    "gaunt_fourier",
    "gaunt_grid",
    "spherical_product",
    "HypergraphResult",
    "NotSparseWarning",
    "SparseWHTResult",
    "WalshHadamardResult",
    "dense_cut",
    "dense_wht",
    "fwht",
    "hadamard_matrix",
    "hypergraph_cut_sketch",
    "lasso_wht",
    "sparse_fht",
    "sparse_walsh_hadamard",
    "spright_cut",
    "spright_ml",
    "spright_nso",
    "spright_so",
    "walsh_hadamard_transform",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(spherical_product, gaunt_grid, gaunt_fourier, gaunt_direct)
    registry.add(walsh_hadamard_transform, fwht, hadamard_matrix)
    registry.add(sparse_walsh_hadamard, spright_nso, spright_so, spright_ml, sparse_fht, dense_wht, lasso_wht)
    registry.add(hypergraph_cut_sketch, spright_cut, dense_cut)
