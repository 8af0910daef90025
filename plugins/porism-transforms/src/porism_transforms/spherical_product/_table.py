"""The Gaunt coefficients themselves, and the product by them: O(L⁵) numbers, which small degrees can afford."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from porism_transforms.spherical_product._harmonics import legendre, quadrature

__all__ = ["Table", "block", "paths"]

Array = npt.NDArray[Any]

PIECE = 1 << 19
"""Products of coefficients that are laid out at once."""


def paths(lmax1: int, lmax2: int, lmax_out: int) -> Iterator[tuple[int, int, int]]:
    """The triples of degrees that a product couples: a triangle, with an even sum."""
    for l1, l2 in itertools.product(range(lmax1 + 1), range(lmax2 + 1)):
        for l3 in range(abs(l1 - l2), min(l1 + l2, lmax_out) + 1, 2):
            yield l1, l2, l3


def _phi(m1: int, m2: int) -> Iterator[tuple[int, float]]:
    """Orders m3 to which the product of the orders m1, m2 leads, and the mean of the three waves over the circle.

    The waves are 1, √2 cos mφ for m > 0, √2 sin |m|φ for m < 0.
    """
    a, b = abs(m1), abs(m2)
    sign = -1 if (m1 < 0) != (m2 < 0) else 1
    size = {m: 1.0 if m == 0 else math.sqrt(2.0) for m in (m1, m2)}
    for k in dict.fromkeys((a + b, abs(a - b))):
        m3 = sign * k
        if sign < 0 and k == 0:
            continue
        # cos a cos b = ½cos(a-b) + ½cos(a+b); sin a sin b = ½cos(a-b) - ½cos(a+b); sin a cos b = ½sin(a+b) + ½sin(a-b)
        value = 0.0
        if k == a + b:
            value += -0.5 if m1 < 0 and m2 < 0 else 0.5
        if k == abs(a - b):
            if sign > 0:
                value += 0.5
            else:
                difference = a - b if m1 < 0 else b - a  # the sine's order first
                value += 0.5 if difference > 0 else -0.5
        # the wave of m3 itself: √2 times the mean of its square, ½; 1 for m3 = 0
        yield m3, value * size[m1] * size[m2] * (1.0 if k == 0 else math.sqrt(0.5))


def _triples(lmax1: int, lmax2: int, lmax_out: int) -> Iterator[tuple[int, int, int, Array]]:
    """For each coupled triple of orders the integrals [l1, l2, l3], degrees counted from the order on."""
    cosine, sine, weight, _ = quadrature(lmax1 + lmax2 + lmax_out)
    theta = legendre(max(lmax1, lmax2, lmax_out), cosine, sine)
    for m1, m2 in itertools.product(range(-lmax1, lmax1 + 1), range(-lmax2, lmax2 + 1)):
        one, other = theta[abs(m1)][: lmax1 + 1 - abs(m1)], theta[abs(m2)][: lmax2 + 1 - abs(m2)]
        for m3, mean in _phi(m1, m2):
            if abs(m3) <= lmax_out:
                third = theta[abs(m3)][: lmax_out + 1 - abs(m3)] * (weight * mean)
                yield m1, m2, m3, np.einsum("it,jt,kt->ijk", one, other, third, optimize=True)


def block(l1: int, l2: int, l3: int) -> Array:
    """The coefficients of one path, (2l1+1, 2l2+1, 2l3+1), in the basis of real orthonormal harmonics."""
    found = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1))
    if (l1 + l2 + l3) % 2 == 0 and abs(l1 - l2) <= l3 <= l1 + l2:
        for m1, m2, m3, values in _triples(l1, l2, l3):
            found[l1 + m1, l2 + m2, l3 + m3] = values[-1, -1, -1]
    return found


class Table:
    """Every coefficient that is not zero, sorted by the output that it adds to."""

    def __init__(self, lmax1: int, lmax2: int, lmax_out: int, dtype: Any) -> None:
        from scipy import sparse

        first, second, outputs, data = [], [], [], []
        for m1, m2, m3, values in _triples(lmax1, lmax2, lmax_out):
            l1 = np.arange(abs(m1), lmax1 + 1)[:, None, None]
            l2 = np.arange(abs(m2), lmax2 + 1)[None, :, None]
            l3 = np.arange(abs(m3), lmax_out + 1)[None, None, :]
            coupled = ((l1 + l2 + l3) % 2 == 0) & (np.abs(l1 - l2) <= l3) & (l3 <= l1 + l2)
            first.append(np.broadcast_to(l1 * l1 + l1 + m1, coupled.shape)[coupled])
            second.append(np.broadcast_to(l2 * l2 + l2 + m2, coupled.shape)[coupled])
            outputs.append(np.broadcast_to(l3 * l3 + l3 + m3, coupled.shape)[coupled])
            data.append(values[coupled])
        output = np.concatenate(outputs)
        order = np.argsort(output, kind="stable")
        self.first, self.second = np.concatenate(first)[order], np.concatenate(second)[order]
        n = (lmax_out + 1) ** 2
        starts = np.concatenate(([0], np.cumsum(np.bincount(output, minlength=n))))
        self._sum = sparse.csr_array(
            (np.concatenate(data)[order].astype(dtype), np.arange(len(order)), starts), shape=(n, len(order))
        )

    @property
    def nbytes(self) -> int:
        """Bytes of the table."""
        return int(self.first.nbytes + self.second.nbytes + self._sum.data.nbytes + self._sum.indices.nbytes)

    def multiply(self, x1: Array, x2: Array) -> Array:
        """The products' coefficients, an item in each row."""
        made = np.empty((len(x1), self._sum.shape[0]), dtype=np.result_type(x1, x2, self._sum.dtype))
        step = max(1, PIECE // max(1, len(self.first)))
        for start in range(0, len(x1), step):
            span = slice(start, start + step)
            terms = x1[span].T[self.first] * x2[span].T[self.second]
            made[span] = (self._sum @ terms).T
        return made
