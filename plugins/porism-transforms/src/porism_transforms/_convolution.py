"""What the three problems of convolution share: checks of arguments, sizes and factors of plans, and windows.

Sizes. A plan has 256 times 2^a 3^b 5^c complex points, and transforms real sequences of twice as many numbers (modulo
t^N + 1, see :class:`LongConv`). What is convolved is padded to the next such size, whatever its own factors are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_array, check_finite

__all__ = [
    "DTYPES",
    "MODES",
    "Geometry",
    "as_factors",
    "as_gate",
    "as_kernel",
    "as_signal",
    "factors_of",
    "next_points",
    "out_length",
    "window_points",
]

DTYPES = (np.float32, np.float64)
MODES = ("causal", "circular", "full", "same")
ROWS = 16
"""The last two factors of every plan."""

LARGEST = 1 << 34
"""Points of the largest plan that is thought of."""

Array = npt.NDArray[Any]


class Geometry(NamedTuple):
    """Where the windows of a job lie: the kernel's argument of that name."""

    overlap: int
    place: int
    start: int
    wanted: int
    piece: int
    repeat: int
    fold: int


def as_signal(name: str, value: object, *, finite: bool = True) -> Array:
    """Sequences of shape (batch, channels, length), none of them empty; integers become float64."""
    u = as_array(name, value, ndim=3, dtypes=DTYPES, promote=np.float64)
    if 0 in u.shape:
        raise InvalidInput(f"{name} must have a batch, channels and a length of at least 1, got shape {u.shape}")
    if finite:
        check_finite(name, u)
    return u


def as_kernel(name: str, value: object, channels: int, dtype: npt.DTypeLike | None, *, finite: bool = True) -> Array:
    """Kernels of shape (channels, taps), in the dtype of what they are convolved with, or (None) in their own."""
    k = as_array(name, value, ndim=2, dtypes=DTYPES, promote=np.float64)
    if k.shape[0] != channels or k.shape[1] == 0:
        must = f"of shape ({channels}, taps), a kernel for each channel"
        raise InvalidInput(f"{name} must be {must}, got {k.shape}")
    if finite:
        check_finite(name, k)
    return k if dtype is None else np.ascontiguousarray(k, dtype=dtype)


def as_gate(name: str, value: object, shape: tuple[int, ...], dtype: npt.DTypeLike, *, finite: bool = True) -> Array:
    """Factors or multiples of that shape."""
    gate = as_array(name, value, ndim=len(shape), dtypes=DTYPES, promote=np.float64)
    if gate.shape != shape:
        raise InvalidInput(f"{name} must be of shape {shape}, got {gate.shape}")
    if finite:
        check_finite(name, gate)
    return np.ascontiguousarray(gate, dtype=dtype)


def out_length(mode: str, length: int, taps: int) -> int:
    """How long an output is."""
    return length + taps - 1 if mode == "full" else length


@functools.cache
def _sizes() -> list[int]:
    found = {256 * 3**b * 5**c << a for a in range(27) for b in range(3) for c in range(2)}
    return sorted(size for size in found if size <= LARGEST)


def next_points(least: int) -> int:
    """The smallest number of points of a plan that is `least` or more."""
    for size in _sizes():
        if size >= least:
            return size
    raise InvalidInput(f"u must be shorter than {2 * LARGEST}, got a convolution of {least} points")


def factors_of(points: int) -> tuple[int, ...]:
    """The factors of a plan of so many points: odd ones first, then the rest of the power of two, then 16s."""
    left, odd = points // (ROWS * ROWS), []
    for factor in (5, 3):
        while left % factor == 0:
            left //= factor
            odd.append(factor)
    twos = left.bit_length() - 1
    rest = [1 << twos % 4] if twos % 4 else []
    return (*odd, *rest, *[ROWS] * (twos // 4 + 2))


def as_factors(value: object, least: int, name: str = "factors") -> tuple[int, ...]:
    """Factors of a plan of at least so many points; chosen where they are None.

    Raises
    ------
    InvalidInput
        If there is no code for them, or they multiply to less.
    """
    if value is None:
        return factors_of(next_points(least))
    must = "a sequence of 2, 3, 4, 5, 8 or 16, of which the last two are 16"
    if isinstance(value, str | bytes) or not isinstance(value, Sequence | np.ndarray) or not np.iterable(value):
        raise InvalidType(f"{name} must be {must}, got {value!r}")
    if not all(isinstance(f, int | np.integer) and not isinstance(f, bool) for f in value):
        raise InvalidType(f"{name} must be {must}, got {value!r}")
    factors = tuple(int(f) for f in value)
    known = all(f in (2, 3, 4, 5, 8, 16) for f in factors)
    if not known or factors[-2:] != (ROWS, ROWS) or math.prod(factors) > LARGEST:
        raise InvalidInput(f"{name} must be {must}, got {factors}")
    if math.prod(factors) < least:
        raise InvalidInput(f"{name} must multiply to {least} points at least, got {math.prod(factors)} of {factors}")
    return factors


def window_points(length: int, taps: int) -> int:
    """How many points the windows should have for a causal convolution: as many as everything needs, or fewer.

    The model: a window of M points costs M (log2(M) / 2 + 2), half as much again where it does not fit into a cache of
    1 MiB, and yields 2 M - taps + 1 outputs.
    """
    whole = next_points(-(-(length + taps - 1) // 2))

    def cost(points: int) -> float:
        windows = 1 if points == whole else -(-length // (2 * points - taps + 1))
        return windows * points * (math.log2(points) / 2 + 2) * (1.5 if points > 1 << 16 else 1.0)

    fitting = [size for size in _sizes() if 2 * size >= 2 * taps and size < whole]
    return min([*fitting, whole], key=lambda size: (cost(size), -size))
