"""Bases of polynomials that make Monarch matrices causal.

Let N = b² and w = exp(-2 pi i / N). Number j = j_0 b + j_1 of a sequence is the coefficient of the polynomial
q_j(Z) = l_{j_1}(Z) r_{j_1, j_0}(Z^b), where l_{j_1} has powers j_1 … b - 1 and r_{j_1, j_0} powers j_0 … b - 1. The
matrix of the values q_j(w^i) is a Monarch matrix (on rows i_1 b + i_0 the factor r depends on i_0 alone), and q_j has
no power below j. So if u and k are sequences of N / 2 numbers, in bases whose r have powers below b / 2, the
product of their polynomials has powers below N: nothing comes around. Written in a third such basis, number j of the
result depends on powers up to j only, and those on numbers up to j of u: the map is causal, whatever the triangular
coefficients are. With unit matrices as coefficients it is the plain causal convolution.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.validation import as_array, as_integer, as_rng, check_finite

__all__ = ["CausalBasis"]

Array = npt.NDArray[Any]
WORST = 1e12


class CausalBasis:
    """The polynomials l and r of a basis of sequences of N = b² numbers.

    Parameters
    ----------
    L : (b, b) array-like
        Row j_1 holds the coefficients of l_{j_1}: upper triangular, so that it has no power below j_1.
    R : (b, b, b) array-like
        ``R[j_1, j_0]`` holds the coefficients of r_{j_1, j_0}, each matrix ``R[j_1]`` upper triangular.

    Raises
    ------
    InvalidInput
        If a shape is another one, a number is not finite, or one below a diagonal is not zero.
    """

    def __init__(self, L: npt.ArrayLike, R: npt.ArrayLike) -> None:
        self.L = as_array("L", L, ndim=2, dtypes=(np.float64,), promote=np.float64)
        self.R = as_array("R", R, ndim=3, dtypes=(np.float64,), promote=np.float64)
        b = self.L.shape[0]
        if b == 0 or b % 2:
            raise InvalidInput(f"L must be of shape (b, b) for an even b, got {self.L.shape}")
        if self.L.shape != (b, b):
            raise InvalidInput(f"L must be of shape ({b}, {b}), got {self.L.shape}")
        if self.R.shape != (b, b, b):
            raise InvalidInput(f"R must be of shape ({b}, {b}, {b}), got {self.R.shape}")
        for name, matrices in (("L", self.L[None]), ("R", self.R)):
            check_finite(name, matrices)
            if np.tril(matrices, -1).any():
                raise InvalidInput(
                    f"{name} must be upper triangular, got an entry below a diagonal: it would not be causal"
                )
        self.b = b

    def __repr__(self) -> str:
        return f"CausalBasis(b={self.b}, condition={self.condition:.17g})"

    @classmethod
    def identity(cls, b: int) -> CausalBasis:
        """Powers of Z themselves."""
        size = as_integer("b", b, 2)
        return cls(np.eye(size), np.tile(np.eye(size), (size, 1, 1)))

    @classmethod
    def random(cls, b: int, *, rng: Any = None) -> CausalBasis:
        """Ones on the diagonals and entries of size 1/b above them, which keeps the basis well-conditioned."""
        size, generator = as_integer("b", b, 2), as_rng(rng)
        upper = np.triu(np.ones((size, size)), 1) / size
        R = np.eye(size) + upper * generator.standard_normal((size, size, size))
        return cls(np.eye(size) + upper * generator.standard_normal((size, size)), R)

    @staticmethod
    def holding(length: int) -> int:
        """The least even b for sequences of that length: b² ≥ 2 length."""
        b = math.isqrt(2 * length - 1) + 1
        return b + b % 2

    def powers(self, x: Array) -> Array:
        """The coefficients of powers of Z of sequences along the last axis, of up to N / 2 numbers: N of them.

        The polynomials r are cut at powers below b / 2 for this, as products have to stay below N.
        """
        b, half = self.b, self.b // 2
        padded = np.zeros((*x.shape[:-1], half * b))
        padded[..., : x.shape[-1]] = x
        grid = np.moveaxis(padded.reshape(-1, half, b), 2, 0)  # (j_1, row, j_0)
        inner = grid @ self.R[:, :half, :half]  # (j_1, row, power of Z^b)
        found = np.moveaxis(inner, 0, 2) @ self.L  # (row, power of Z^b, power of Z)
        return np.ascontiguousarray(found.reshape(*x.shape[:-1], half * b))

    def numbers(self, powers: Array) -> Array:
        """The sequences along the last axis whose polynomials have those coefficients of powers of Z; N of them.

        By triangular solves, first for L at each power of Z^b, then for each R: O(N^1.5) for each sequence.
        """
        b = self.b
        grid = powers.reshape(-1, b)  # (row and power of Z^b, power of Z)
        inner = _solved(self.L, grid).reshape(-1, b, b)  # (row, power of Z^b, j_1)
        right = np.ascontiguousarray(inner.transpose(2, 0, 1))  # (j_1, row, power of Z^b)
        found = np.empty((len(inner), b, b))  # (row, j_0, j_1)
        for j_1 in range(b):
            found[:, :, j_1] = _solved(self.R[j_1], right[j_1])
        return found.reshape(powers.shape)

    @functools.cached_property
    def condition(self) -> float:
        """An estimate of the condition number of the change of basis: of L times the largest of R, in the 1-norm.

        By a few triangular solves for each (Hager 1984), so that it takes no more time than the change itself; infinite
        for a basis that is singular.
        """
        if min(np.abs(self.L.diagonal()).min(), np.abs(np.einsum("ijj->ij", self.R)).min()) == 0:
            return math.inf
        return _condition(self.L) * max(_condition(matrix) for matrix in self.R)

    def check_solvable(self, name: str) -> None:
        """Refuse a basis whose diagonal has a zero, or that is nearly singular.

        Raises
        ------
        InvalidInput
            With the first such diagonal entry, or the condition number.
        """
        for matrices in (self.L[None], self.R):
            diagonal = np.einsum("ijj->ij", matrices).ravel()
            if (diagonal == 0).any():
                at = int(np.flatnonzero(diagonal == 0)[0])
                raise InvalidInput(f"{name} must be invertible, got a zero on a diagonal: entry j={at}")
        if not self.condition <= WORST:
            raise InvalidInput(f"{name} must have a condition number of at most {WORST:g}, got {self.condition:.3g}")

    def dense(self, cut: bool) -> Array:
        """The change to powers of Z as an N x N matrix (`cut`: as :meth:`powers` makes it): for tests and baselines."""
        b = self.b
        matrix = np.zeros((b * b, b * b))
        top = b // 2 if cut else b
        for j_0 in range(top):
            for j_1 in range(b):
                for t in range(j_0, top):
                    matrix[t * b : (t + 1) * b, j_0 * b + j_1] += self.R[j_1, j_0, t] * self.L[j_1]
        return matrix


def _solved(upper: Array, rows: Array, transposed: bool = False) -> Array:
    """The x with ``x @ upper = rows``, row by row; transposed: with ``x @ upper.T = rows``."""
    from scipy.linalg.lapack import dtrtrs

    found, info = dtrtrs(upper.T, rows.T, lower=1, trans=int(transposed))
    if info:
        raise InvalidInput(f"bases must be invertible, got a zero on a diagonal: entry j={info - 1}")
    solved: Array = found.T
    return solved


def _condition(upper: Array) -> float:
    """Hager's estimate of the condition number in the 1-norm, from below; exact in nearly all cases."""
    b = len(upper)
    with np.errstate(all="ignore"):
        x, largest = np.full((1, b), 1 / b), 0.0
        for _ in range(5):
            y = _solved(upper, x, transposed=True)  # the inverse times x
            found = float(np.abs(y).sum())
            if not math.isfinite(found):
                return math.inf
            if found <= largest:
                break
            largest = found
            z = _solved(upper, np.where(y < 0, -1.0, 1.0))
            place = int(np.abs(z).argmax())
            if largest > 0 and abs(z[0, place]) <= float((z @ x.T)[0, 0]):
                break
            x = np.zeros((1, b))
            x[0, place] = 1
    return largest * float(np.abs(upper).sum(axis=0).max())
