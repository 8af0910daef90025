"""Products of functions on the sphere: the Gaunt tensor product, in O(L³)."""

from porism_transforms.spherical_product.functions import (
    fourier_to_sh,
    gaunt_coefficients,
    gaunt_conv,
    gaunt_power,
    rotate,
    sh_to_fourier,
    spherical_harmonics,
)
from porism_transforms.spherical_product.plan import GauntPlan
from porism_transforms.spherical_product.problem import SphericalProduct, spherical_product
from porism_transforms.spherical_product.solvers import gaunt_direct, gaunt_fourier, gaunt_grid

__all__ = [
    "GauntPlan",
    "SphericalProduct",
    "fourier_to_sh",
    "gaunt_coefficients",
    "gaunt_conv",
    "gaunt_direct",
    "gaunt_fourier",
    "gaunt_grid",
    "gaunt_power",
    "rotate",
    "sh_to_fourier",
    "spherical_harmonics",
    "spherical_product",
]
