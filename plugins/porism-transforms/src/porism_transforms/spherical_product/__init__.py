"""Products of functions on the sphere: the Gaunt tensor product, in O(L³)."""

from porism_transforms.spherical_product.problem import SphericalProduct, spherical_product
from porism_transforms.spherical_product.solvers import gaunt_direct, gaunt_fourier, gaunt_grid

__all__ = ["SphericalProduct", "gaunt_direct", "gaunt_fourier", "gaunt_grid", "spherical_product"]
