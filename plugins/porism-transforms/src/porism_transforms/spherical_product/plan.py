"""A product of spherical functions, prepared once for given degrees and done many times."""

from __future__ import annotations

import functools
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.validation import as_choice, as_integer
from porism_transforms.spherical_product import _table
from porism_transforms.spherical_product._harmonics import degrees, scales, to_complex, to_real

if TYPE_CHECKING:
    from porism_transforms.spherical_product._spaces import Space

__all__ = ["METHODS", "GauntPlan", "cached_plan"]

Array = npt.NDArray[Any]

METHODS = ("grid", "fourier", "direct")

DENSE = 32
"""Up to this degree of product times outcome a dense matrix to the grid beats the separable one (measured)."""

MATRICES = 96
"""Up to this degree of product times outcome the whole way to a grid and back is given out as matrices."""

LARGE = 256
"""Degrees from which on tables of O(L³) numbers are worth a warning."""


def space(operands: set[int], total: int, lmax_out: int, method: str, dtype: Any) -> Space:
    """Where products of degree `total` are pointwise."""
    from porism_transforms.spherical_product import _spaces

    dense = total + lmax_out <= DENSE
    grid = _spaces.DenseGrid if dense else _spaces.SeparableGrid
    kind: Any = _spaces.Torus if method == "fourier" else grid
    made: Space = kind(operands, total, lmax_out, dtype)
    return made


class GauntPlan:
    """The Gaunt product for operands of degree `lmax1` and `lmax2`, its tables made once.

    Parameters
    ----------
    lmax1, lmax2 : int
        Largest degrees of the operands, which have (lmax1+1)² and (lmax2+1)² coefficients.
    lmax_out : int, optional
        Largest degree of the outcome; lmax1 + lmax2 by default, which is all there is. Less cuts, exactly.
    method : {"grid", "fourier", "direct"}
        Through values at quadrature nodes, through Fourier series in both angles (the paper's way), or by the table of
        coefficients.
    dtype : float32 or float64
        Of the tables, which are computed in double precision whatever this is, and of the work.

    Raises
    ------
    InvalidInput
        If a degree is negative, or lmax_out above lmax1 + lmax2, where every coefficient would be 0.

    Examples
    --------
    >>> import numpy as np
    >>> plan = GauntPlan(1, 1)
    >>> plan.product(np.array([0, 0, 1.0, 0]), np.array([0, 0, 1.0, 0])).round(4)[[0, 6]]
    array([0.2821, 0.2523])
    """

    def __init__(
        self, lmax1: int, lmax2: int, lmax_out: int | None = None, *, method: str = "grid", dtype: Any = np.float64
    ) -> None:
        self.lmax1, self.lmax2 = as_integer("lmax1", lmax1, 0), as_integer("lmax2", lmax2, 0)
        self.lmax_out = as_lmax_out(lmax_out, self.lmax1 + self.lmax2)
        self.method = as_choice("method", method, METHODS)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise InvalidInput(f"dtype must be float32 or float64, got {self.dtype}")
        if max(self.lmax1, self.lmax2) > LARGE:
            warnings.warn(
                f"tables for degrees {self.lmax1} and {self.lmax2} take O(L³) memory", ResourceWarning, stacklevel=2
            )
        self._space: Space | None = None
        self._table: _table.Table | None = None
        if self.method == "direct":
            self._table = _table.Table(self.lmax1, self.lmax2, self.lmax_out, self.dtype)
        else:
            total = self.lmax1 + self.lmax2
            self._space = space({self.lmax1, self.lmax2}, total, self.lmax_out, self.method, self.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of the tables."""
        return self._table.nbytes if self._table is not None else self._space.nbytes  # type: ignore[union-attr]

    def matrices(self) -> tuple[Array, Array, Array]:
        """The product as three matrices: the coefficients of the outcome are ``((x1 @ a) * (x2 @ b)) @ c``.

        For frameworks that differentiate and compile matrix products themselves. They hold O(L⁴) numbers: good for
        small degrees.

        Raises
        ------
        InvalidInput
            If lmax1 + lmax2 + lmax_out is above 96, where they would take gigabytes.
        """
        from porism_transforms.spherical_product._spaces import DenseGrid

        degree = self.lmax1 + self.lmax2 + self.lmax_out
        if degree > MATRICES:
            raise InvalidInput(f"lmax1 + lmax2 + lmax_out must be {MATRICES} or less for matrices, got {degree}")
        grid = DenseGrid({self.lmax1, self.lmax2}, self.lmax1 + self.lmax2, self.lmax_out, self.dtype)
        return grid.there[self.lmax1], grid.there[self.lmax2], grid.back

    def paths(self) -> list[tuple[int, int, int]]:
        """The triples of degrees (l1, l2, l3) that this product couples.

        l1 + l2 + l3 is even in all of them: what a Clebsch-Gordan product has besides (the cross product of two
        vectors, 1 × 1 → 1) is not in a Gaunt product, which is the smaller set of operations.
        """
        return list(_table.paths(self.lmax1, self.lmax2, self.lmax_out))

    def product(self, x1: Any, x2: Any) -> Array:
        """The coefficients of the product.

        Parameters
        ----------
        x1, x2 : (..., (lmax1+1)²) and (..., (lmax2+1)²) arrays, real or complex
            Coefficients of real orthonormal harmonics; leading dimensions broadcast.

        Returns
        -------
        (..., (lmax_out+1)²) array
        """
        one, other, shape = self._rows(x1, x2)
        if np.iscomplexobj(one) or np.iscomplexobj(other):
            parts = [self._multiply(a, b) for a in (one.real, one.imag) for b in (other.real, other.imag)]
            made = (parts[0] - parts[3]) + 1j * (parts[1] + parts[2])
        else:
            made = self._multiply(one, other)
        return made.reshape(*shape, made.shape[1])

    def vjp(self, x1: Any, x2: Any, cotangent: Any) -> tuple[Array, Array]:
        """Gradients of the real inner product of the outcome with `cotangent` (..., (lmax_out+1)²), in x1 and in x2.

        Gaunt coefficients are symmetric in all three arguments, so each gradient is another Gaunt product, cut to the
        operand's degree: multiplication by a function is its own adjoint, by a complex one that by its conjugate.
        Gradients have the shape of the broadcast call.
        """
        found = []
        for other, lmax_other, lmax_own in ((x2, self.lmax2, self.lmax1), (x1, self.lmax1, self.lmax2)):
            reach = min(lmax_own, lmax_other + self.lmax_out)
            backward = cached_plan(lmax_other, self.lmax_out, reach, self.method, self.dtype.name)
            gradient = backward.product(np.conj(other), cotangent)
            missing = (lmax_own + 1) ** 2 - gradient.shape[-1]
            found.append(np.pad(gradient, [(0, 0)] * (gradient.ndim - 1) + [(0, missing)]))
        return found[0], found[1]

    def _rows(self, x1: Any, x2: Any) -> tuple[Array, Array, tuple[int, ...]]:
        """Both operands as matrices of as many rows, or of one, and the shape of the call."""
        one, other = np.asarray(x1), np.asarray(x2)
        for name, x, lmax in (("x1", one, self.lmax1), ("x2", other, self.lmax2)):
            if x.ndim == 0 or x.shape[-1] != (lmax + 1) ** 2:
                raise InvalidInput(f"{name} must have {(lmax + 1) ** 2} coefficients for degree {lmax}, got {x.shape}")
        shape = np.broadcast_shapes(one.shape[:-1], other.shape[:-1])
        return _flat(one, shape), _flat(other, shape), shape

    def _multiply(self, one: Array, other: Array) -> Array:
        one, other = (np.ascontiguousarray(x, dtype=self.dtype) for x in (one, other))
        items = max(len(one), len(other)) if len(one) and len(other) else 0
        made = np.empty((items, (self.lmax_out + 1) ** 2), dtype=self.dtype)
        if self._table is not None:
            if items:
                made[:] = self._table.multiply(*(np.broadcast_to(x, (items, x.shape[1])) for x in (one, other)))
            return made
        field = self._space
        assert field is not None
        field.multiply(one, other, made)
        return made


def _flat(x: Array, shape: tuple[int, ...]) -> Array:
    if x.size == x.shape[-1]:
        return x.reshape(1, -1)
    return np.broadcast_to(x, (*shape, x.shape[-1])).reshape(-1, x.shape[-1])


def as_lmax_out(lmax_out: object, most: int) -> int:
    """The degree of the outcome."""
    if lmax_out is None:
        return most
    degree = as_integer("lmax_out", lmax_out, 0)
    if degree > most:
        raise InvalidInput(f"lmax_out must be in 0..{most}, beyond which every coefficient is 0, got {degree}")
    return degree


@functools.lru_cache(maxsize=16)
def cached_plan(lmax1: int, lmax2: int, lmax_out: int, method: str, dtype: str) -> GauntPlan:
    """The plan, made anew only if it is not among the last sixteen."""
    return GauntPlan(lmax1, lmax2, lmax_out, method=method, dtype=np.dtype(dtype))


class Basis:
    """How the caller counts: from given coefficients to those of real orthonormal harmonics, and back."""

    def __init__(self, basis: str, normalization: str) -> None:
        self.basis, self.normalization = basis, normalization

    def inward(self, x: Array, weights: Array | None = None) -> Array:
        """Coefficients (..., (L+1)²) brought to real orthonormal harmonics, each degree times its weight."""
        lmax = math.isqrt(x.shape[-1]) - 1
        return self._rebased(self._scaled(x, lmax, weights, 1), to_real, lmax)

    def outward(self, x: Array, weights: Array | None = None) -> Array:
        """The inverse, each degree of the outcome times its weight."""
        lmax = math.isqrt(x.shape[-1]) - 1
        return self._scaled(self._rebased(x, to_complex, lmax), lmax, weights, -1)

    def _rebased(self, x: Array, change: Any, lmax: int) -> Array:
        changed: Array = change(x, lmax) if self.basis == "complex" else x
        return changed

    def _scaled(self, x: Array, lmax: int, weights: Array | None, power: int) -> Array:
        if weights is None and self.normalization == "integral":
            return x
        factors = scales(lmax, self.normalization) ** power
        real = np.float32 if x.dtype in (np.float32, np.complex64) else np.float64
        scaled: Array = x * (factors if weights is None else factors * weights[..., degrees(lmax)]).astype(real)
        return scaled
