"""Three ways to a product of spherical functions: over a grid, over Fourier series, over the table of coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims, Paper
from porism.validation import check_memory
from porism_transforms.spherical_product._arguments import as_call
from porism_transforms.spherical_product.plan import cached_plan
from porism_transforms.spherical_product.problem import SphericalProduct, spherical_product

__all__ = ["gaunt_direct", "gaunt_fourier", "gaunt_grid"]

LUO_CHEN_KRISHNAPRIYAN_2024 = Paper(
    key="luo2024gaunt",
    title="Enabling Efficient Equivariant Operations in the {Fourier} Basis via {Gaunt} Tensor Products",
    authors=("Luo, Shengjie", "Chen, Tianlang", "Krishnapriyan, Aditi S."),
    year=2024,
    venue="The Twelfth International Conference on Learning Representations (ICLR)",
    url="https://arxiv.org/abs/2401.10216",
    kind="inproceedings",
)

GAUNT_1929 = Paper(
    key="gaunt1929triplets",
    title="The Triplets of Helium",
    authors=("Gaunt, J. A.",),
    year=1929,
    venue="Philosophical Transactions of the Royal Society of London A",
    volume="228",
    pages="151--196",
    doi="10.1098/rsta.1929.0004",
    kind="article",
)


def _solve(method: str, arguments: tuple[Any, ...], memory_limit: int | None) -> SphericalProduct:
    call = as_call(*arguments)
    shape = np.broadcast_shapes(call.x1.shape[:-1], call.x2.shape[:-1])
    items = int(np.prod(shape, dtype=object))
    size = call.dtype.itemsize * (2 if np.iscomplexobj(call.x1) or np.iscomplexobj(call.x2) else 1)
    largest = max(call.lmax1, call.lmax2, call.lmax_out) + 1
    table = 0 if method != "direct" else 20 * (call.lmax1 + 1) ** 2 * (call.lmax2 + 1) ** 2 * largest
    needed = 4 * size * items * largest**2 + table
    check_memory(f"spherical-product: {items} products up to degree {call.lmax_out}", needed, memory_limit)
    plan = cached_plan(call.lmax1, call.lmax2, call.lmax_out, method, call.dtype.name)
    coefficients = call.basis.outward(plan.product(call.x1, call.x2), call.w3)
    return SphericalProduct(coefficients, call.lmax_out, call.basis.normalization, call.basis.basis)


@porism.solver(
    spherical_product,
    "gaunt-grid",
    aliases=("gaunt",),
    paper=LUO_CHEN_KRISHNAPRIYAN_2024,
    complexity="O(L³) time for each product, O(L³) memory for the tables",
    claims=Claims(deterministic=True),
    default=True,
)
def gaunt_grid(
    x1: Any,
    x2: Any,
    *,
    lmax_out: int | None = None,
    w1: Any = None,
    w2: Any = None,
    w3: Any = None,
    normalization: str = "integral",
    basis: str = "real",
    memory_limit: int | None = None,
) -> SphericalProduct:
    """Through values at the nodes of a quadrature that is exact for the product: the fastest of the three.

    Gauss-Legendre nodes in cos θ times equidistant φ. Where the degrees add up to 32 or less (lmax1 + lmax2 +
    lmax_out) one matrix each way; beyond, a matrix for each order along θ and an FFT along φ. It is the paper's idea,
    that a product is cheap where it is pointwise, on half the points that Fourier series need.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that the call may take; nine tenths of what is available by default.

    Raises
    ------
    TooLarge
        If operands and outcome need more.
    """
    return _solve("grid", (x1, x2, lmax_out, w1, w2, w3, normalization, basis), memory_limit)


@porism.solver(
    spherical_product,
    "gaunt-fourier",
    paper=LUO_CHEN_KRISHNAPRIYAN_2024,
    complexity="O(L³) time for each product, of which the convolution is O(L² log L); O(L³) memory for the tables",
    claims=Claims(deterministic=True),
)
def gaunt_fourier(
    x1: Any,
    x2: Any,
    *,
    lmax_out: int | None = None,
    w1: Any = None,
    w2: Any = None,
    w3: Any = None,
    normalization: str = "integral",
    basis: str = "real",
    memory_limit: int | None = None,
) -> SphericalProduct:
    """The paper's algorithm: harmonics to Fourier series in both angles, a 2-D convolution by FFT, and back.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that the call may take; nine tenths of what is available by default.

    Raises
    ------
    TooLarge
        If operands and outcome need more.

    Notes
    -----
    Θ_lm, continued to the whole circle, is a trigonometric polynomial of degree l; its coefficients come from an FFT
    of the stable recurrence. The way back integrates cos uθ (sin uθ for odd orders) times Θ_lm exactly, by
    Gauss-Legendre quadrature. Tables are in double precision, then rounded to that of the call.
    """
    return _solve("fourier", (x1, x2, lmax_out, w1, w2, w3, normalization, basis), memory_limit)


@porism.solver(
    spherical_product,
    "gaunt-direct",
    paper=GAUNT_1929,
    complexity="O(L⁵) time for each product, and memory for the table",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def gaunt_direct(
    x1: Any,
    x2: Any,
    *,
    lmax_out: int | None = None,
    w1: Any = None,
    w2: Any = None,
    w3: Any = None,
    normalization: str = "integral",
    basis: str = "real",
    memory_limit: int | None = None,
) -> SphericalProduct:
    """Term by term over all Gaunt coefficients that are not zero: what one does without a transform.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that the call may take; nine tenths of what is available by default.

    Raises
    ------
    TooLarge
        If the table, operands and outcome need more.
    """
    return _solve("direct", (x1, x2, lmax_out, w1, w2, w3, normalization, basis), memory_limit)
