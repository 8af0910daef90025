"""Complex sequences in the ring of a plan.

A plan computes with sequences of 2 M real numbers modulo t^(2M) + 1, in which t^M is a square root of -1. A complex
sequence of up to M numbers is therefore an element of that ring as it stands, real parts first and imaginary parts M
numbers later, and the ring's product is the complex convolution, as long as that has M numbers at most.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["packed", "unpacked"]

Array = npt.NDArray[Any]


def packed(x: Array, points: int, repeat: int = 0) -> Array:
    """The rows of x as real rows of ``2 * points`` numbers; x goes around and around up to `repeat` numbers."""
    rows = x.reshape(-1, x.shape[-1])
    length = rows.shape[1]
    both = np.zeros((len(rows), 2, points), dtype=rows.real.dtype)
    for start in range(0, max(repeat, length), length):
        part = rows[:, : max(repeat, length) - start]
        both[:, 0, start : start + part.shape[1]] = part.real
        both[:, 1, start : start + part.shape[1]] = part.imag
    return both.reshape(len(rows), -1)


def unpacked(rows: Array, length: int, fold: int = 0) -> Array:
    """The first `length` complex numbers of each real row, those `fold` numbers later added to them."""
    both = rows.reshape(len(rows), 2, -1)
    found = both[:, 0, :length] + 1j * both[:, 1, :length]
    if fold:
        later = both[:, :, fold : fold + length]
        found[:, : later.shape[2]] += later[:, 0] + 1j * later[:, 1]
    return found
