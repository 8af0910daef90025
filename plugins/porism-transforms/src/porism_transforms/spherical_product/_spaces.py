"""Three places where a product of functions on the sphere is a product of numbers, and the ways there and back.

A space takes coefficients of real, orthonormal harmonics, an item in each row, to values, and values of the product
back to coefficients. Which points the values belong to is the space's own business; two operands of one product go to
the same points.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from porism_transforms.spherical_product._harmonics import (
    harmonics,
    legendre,
    order_places,
    quadrature,
    sphere_points,
)

__all__ = ["DenseGrid", "SeparableGrid", "Space", "Torus"]

Array = npt.NDArray[Any]


class Space(ABC):
    """There and back."""

    block = 1 << 17
    """How many values are worked on at once: what stays in a core's cache."""

    @property
    @abstractmethod
    def points(self) -> int:
        """Values of one function."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes of the tables."""

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The values of functions given by their coefficients (items, (L+1)²), L being any of the degrees that it was
        made for.
        """

    @abstractmethod
    def backward(self, values: Array) -> Array:
        """The coefficients up to the degree of the outcome, (items, (L3+1)²), of functions given by their values."""

    def multiply(self, one: Array, other: Array, made: Array) -> None:
        """Write the products of the rows of `one` and `other`, as many as `made` has or one for all of them."""
        items = len(made)
        same = [self.forward(x) if len(x) == 1 < items else None for x in (one, other)]
        for start, end in self.spans(items):
            first, second = (
                self.forward(x[start:end]) if values is None else values
                for x, values in zip((one, other), same, strict=True)
            )
            made[start:end] = self.backward(first * second)

    def spans(self, items: int) -> Iterator[tuple[int, int]]:
        """Ranges of items whose values are worked on at once."""
        step = max(1, self.block // self.points)
        return ((start, min(start + step, items)) for start in range(0, items, step))


class DenseGrid(Space):
    """Values at the nodes of a quadrature, by one matrix each way: best where the degrees are small.

    Exact because the product, of degree `total`, times a harmonic of degree `lmax_out` is integrated exactly.
    """

    block = 1 << 15

    def __init__(self, operands: set[int], total: int, lmax_out: int, dtype: Any) -> None:
        points, weights = sphere_points(total + lmax_out)
        table = harmonics(max(operands | {lmax_out}), points)
        self.there = {l: np.ascontiguousarray(table[:, : (l + 1) ** 2].T, dtype=dtype) for l in operands}
        self.back = np.ascontiguousarray(weights[:, None] * table[:, : (lmax_out + 1) ** 2], dtype=dtype)

    @property
    def points(self) -> int:
        return len(self.back)

    @property
    def nbytes(self) -> int:
        return self.back.nbytes + sum(table.nbytes for table in self.there.values())

    def forward(self, x: Array) -> Array:
        values: Array = x @ self.there[math.isqrt(x.shape[1]) - 1]
        return values

    def backward(self, values: Array) -> Array:
        coefficients: Array = values @ self.back
        return coefficients

    def multiply(self, one: Array, other: Array, made: Array) -> None:
        """As for any space, with values where the last ones were: fresh memory took most of a small product's time."""
        items = len(made)
        spans = list(self.spans(items))
        most = max((end - start for start, end in spans), default=0)
        operands = [
            (x, self.there[math.isqrt(x.shape[1]) - 1], np.empty((min(len(x), most), self.points), dtype=made.dtype))
            for x in (one, other)
        ]
        product = np.empty((most, self.points), dtype=made.dtype)
        for start, end in spans:
            for x, table, room in operands:
                if len(x) == items:
                    np.matmul(x[start:end], table, out=room[: end - start])
                elif start == 0:
                    np.matmul(x, table, out=room)
            first, second = (room[: end - start] for _, _, room in operands)
            values = np.multiply(first, second, out=product[: end - start])
            np.matmul(values, self.back, out=made[start:end])


class SeparableGrid(Space):
    """The same values, first along θ by a small matrix for each order m, then along φ by an FFT: O(L³) for each item.

    Values have the shape (n_phi, items, n_theta).
    """

    def __init__(self, operands: set[int], total: int, lmax_out: int, dtype: Any) -> None:
        cosine, sine, weight, n_phi = quadrature(total + lmax_out)
        self._n_phi, self._n_theta = fft.next_fast_len(n_phi, real=True), len(cosine)
        self._lmax_out, self._dtype = lmax_out, np.dtype(dtype)
        theta = legendre(max(operands | {lmax_out}), cosine, sine)
        # ½ and √2: an order m > 0 is spread over the frequencies m and -m, of which the half spectrum holds one
        share = [1.0 if m == 0 else math.sqrt(0.5) for m in range(len(theta))]
        self._there = {
            l: [np.ascontiguousarray(share[m] * theta[m][: l + 1 - m], dtype=dtype) for m in range(l + 1)]
            for l in operands
        }
        self._back = [
            np.ascontiguousarray(
                (weight * theta[m][: lmax_out + 1 - m]).T * (1.0 if m == 0 else math.sqrt(2.0)), dtype=dtype
            )
            for m in range(lmax_out + 1)
        ]

    @property
    def points(self) -> int:
        return int(self._n_phi * self._n_theta)

    @property
    def nbytes(self) -> int:
        tables = [table for tables in self._there.values() for table in tables]
        return sum(table.nbytes for table in [*tables, *self._back])

    def forward(self, x: Array) -> Array:
        lmax = math.isqrt(x.shape[1]) - 1
        spectrum = np.zeros((lmax + 1, len(x), self._n_theta), dtype=np.result_type(self._dtype, np.complex64))
        for m, table in enumerate(self._there[lmax]):
            spectrum[m].real = x[:, order_places(lmax, m)] @ table
            if m:
                spectrum[m].imag = -(x[:, order_places(lmax, -m)] @ table)
        values: Array = fft.irfft(spectrum, n=self._n_phi, axis=0, norm="forward", overwrite_x=True)
        return values

    def backward(self, values: Array) -> Array:
        spectrum = fft.rfft(values, axis=0, norm="forward")
        made = np.empty((values.shape[1], (self._lmax_out + 1) ** 2), dtype=self._dtype)
        for m, table in enumerate(self._back):
            made[:, order_places(self._lmax_out, m)] = spectrum[m].real @ table
            if m:
                made[:, order_places(self._lmax_out, -m)] = -(spectrum[m].imag @ table)
        return made


class Torus(Space):
    """Fourier series in both angles, θ continued to the whole circle: the product is a convolution, made by 2-D FFTs.

    Conversions are O(L³) for each item, the convolution O(L² log L) (the paper's Sections 3.2 and 3.3). A harmonic of
    order m is a cosine series in θ for even m and a sine series for odd m, in frequencies u ≤ l of the parity of l.
    Values have the shape (n_phi, items, n_theta); `series` and `from_series` give and take the Fourier coefficients
    themselves.
    """

    def __init__(self, operands: set[int], total: int, lmax_out: int, dtype: Any) -> None:
        self._total, self._lmax_out, self._dtype = total, lmax_out, np.dtype(dtype)
        self._n_theta = fft.next_fast_len(2 * total + 1)
        self._n_phi = fft.next_fast_len(2 * total + 1, real=True)
        self._there = {l: [table.astype(dtype) for table in _theta_series(l)] for l in operands}
        self._back = [table.astype(dtype) for table in _projections(total, lmax_out)]

    @property
    def points(self) -> int:
        return int(self._n_phi * self._n_theta)

    @property
    def nbytes(self) -> int:
        tables = [table for tables in self._there.values() for table in tables]
        return sum(table.nbytes for table in [*tables, *self._back])

    def series(self, x: Array) -> Array:
        """Fourier coefficients (lmax+1, items, n_theta) of e^{i(uθ + vφ)}, v = 0..lmax, u modulo n_theta."""
        lmax = math.isqrt(x.shape[1]) - 1
        made = np.zeros((lmax + 1, len(x), self._n_theta), dtype=np.result_type(self._dtype, np.complex64))
        for m, table in enumerate(self._there[lmax]):
            half: Array = np.empty((len(x), lmax + 1), dtype=made.dtype)
            half.real = x[:, order_places(lmax, m)] @ table
            half.imag = -(x[:, order_places(lmax, -m)] @ table) if m else 0.0
            if m:
                half *= math.sqrt(0.5)  # √2 of the harmonic, and half of cos mφ at each of v = m, -m
            if m % 2 == 0:  # Σ_u c_u cos uθ
                made[m, :, 0] = half[:, 0]
                half *= 0.5
                made[m, :, 1 : lmax + 1] = half[:, 1:]
                if lmax:
                    made[m, :, -lmax:] = half[:, :0:-1]
            else:  # Σ_u c_u sin uθ
                half = half * -0.5j
                made[m, :, 1 : lmax + 1] = half[:, 1:]
                made[m, :, -lmax:] = -half[:, :0:-1]
        return made

    def from_series(self, series: Array) -> Array:
        """The coefficients of a function with the Fourier coefficients `series`, of degree `total` at most in either
        angle.
        """
        made = np.empty((series.shape[1], (self._lmax_out + 1) ** 2), dtype=self._dtype)
        last = self._total
        for m, table in enumerate(self._back):
            rows = series[m]
            plus, minus = rows[:, : last + 1], rows[:, (-np.arange(last + 1)) % self._n_theta]
            half = plus + minus if m % 2 == 0 else 1j * (plus - minus)
            half[:, 0] *= 0.5
            made[:, order_places(self._lmax_out, m)] = half.real @ table
            if m:
                made[:, order_places(self._lmax_out, -m)] = -(half.imag @ table)
        return made

    def forward(self, x: Array) -> Array:
        shape = (self._n_theta, self._n_phi)
        values: Array = fft.irfftn(self.series(x), s=shape, axes=(2, 0), norm="forward", overwrite_x=True)
        return values

    def backward(self, values: Array) -> Array:
        return self.from_series(fft.rfftn(values, axes=(2, 0), norm="forward"))


def _theta_series(lmax: int) -> list[Array]:
    """The paper's y: for each order m the cosine (m even) or sine (m odd) coefficients of Θ_lm, (lmax+1-m, lmax+1)."""
    n = 2 * lmax + 2
    angle = 2.0 * math.pi * np.arange(n) / n
    found = []
    for m, rows in enumerate(legendre(lmax, np.cos(angle), np.sin(angle))):
        spectrum = fft.rfft(rows, axis=1, norm="forward")[:, : lmax + 1]
        series = 2.0 * (spectrum.real if m % 2 == 0 else -spectrum.imag)
        series[:, 0] *= 0.5
        l, u = np.arange(m, lmax + 1)[:, None], np.arange(lmax + 1)
        found.append(np.where(((l - u) % 2 == 0) & (u <= l), series, 0.0))
    return found


def _projections(total: int, lmax_out: int) -> list[Array]:
    """The paper's z: for each order m the integrals of cos uθ (sin uθ for odd m) times Θ_lm, (total+1,
    lmax_out+1-m).
    """
    cosine, sine, weight, _ = quadrature(total + lmax_out)
    theta = legendre(lmax_out, cosine, sine)
    angle = np.outer(np.arange(total + 1), np.arccos(cosine))
    waves = np.cos(angle), np.sin(angle)
    # the φ integral of cos² is half the ring: √2 of the harmonic times ½, and the ring is in the weights
    return [(waves[m % 2] * weight) @ theta[m].T * (1.0 if m == 0 else math.sqrt(2.0)) for m in range(lmax_out + 1)]
