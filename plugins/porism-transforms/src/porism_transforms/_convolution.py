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
from porism.validation import as_array, as_integer, check_finite, plain_array

__all__ = [
    "DTYPES",
    "MODES",
    "Geometry",
    "as_factors",
    "as_gate",
    "as_kernel",
    "as_numbers",
    "as_signal",
    "as_size",
    "factors_of",
    "kernel_of",
    "next_points",
    "out_length",
    "spectral_taps",
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


def as_numbers(name: str, value: object, ndim: int, *, finite: bool = True, complex_too: bool = False) -> Array:
    """`value` in single or double precision: integers become float64; complex numbers stay so where they are allowed.

    Raises
    ------
    InvalidInput
        For another number of dimensions, or NaN or infinity where all is to be `finite`.
    InvalidType
        If it holds no numbers, or complex ones where those are not allowed.
    """
    given = plain_array(name, value, f"a {ndim}-D array of numbers").dtype
    if not complex_too or given.kind != "c":
        array = as_array(name, value, ndim=ndim, dtypes=DTYPES, promote=np.float64)
        if finite:
            check_finite(name, array)
        return array
    whole = np.ma.asanyarray(value) if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    single = given.newbyteorder("=") == np.complex64
    array = np.empty(whole.shape, dtype=np.complex64 if single else np.complex128)
    for part, to in ((whole.real, array.real), (whole.imag, array.imag)):
        to[...] = as_numbers(name, part, ndim, finite=finite)
    return array


def as_signal(name: str, value: object, *, finite: bool = True, complex_too: bool = False) -> Array:
    """Sequences of shape (batch, channels, length), none of them empty; errors as :func:`as_numbers`."""
    u = as_numbers(name, value, 3, finite=finite, complex_too=complex_too)
    if 0 in u.shape:
        raise InvalidInput(f"{name} must have a batch, channels and a length of at least 1, got shape {u.shape}")
    return u


def as_kernel(
    name: str,
    value: object,
    channels: int,
    dtype: npt.DTypeLike | None,
    *,
    finite: bool = True,
    complex_too: bool = False,
) -> Array:
    """Kernels of shape (channels, taps), in the dtype of what they are convolved with, or (None) in their own."""
    k = as_numbers(name, value, 2, finite=finite, complex_too=complex_too)
    if k.shape[0] != channels or k.shape[1] == 0:
        must = f"of shape ({channels}, taps), a kernel for each channel"
        raise InvalidInput(f"{name} must be {must}, got {k.shape}")
    return k if dtype is None else np.ascontiguousarray(k, dtype=dtype)


def as_gate(name: str, value: object, shape: tuple[int, ...], dtype: npt.DTypeLike, *, finite: bool = True) -> Array:
    """Factors or multiples of that shape."""
    complex_too = np.dtype(dtype).kind == "c"
    gate = as_numbers(name, value, len(shape), finite=False, complex_too=complex_too)
    if gate.shape != shape:
        raise InvalidInput(f"{name} must be of shape {shape}, got {gate.shape}")
    if finite:
        for part in (gate.real, gate.imag) if gate.dtype.kind == "c" else (gate,):
            check_finite(name, part)
    return np.ascontiguousarray(gate, dtype=dtype)


def as_size(value: object, mode: str, length: int, taps: int) -> int | None:
    """The size of a transform that was asked for, if one was.

    Raises
    ------
    InvalidInput
        If it is so small that the end of a convolution would come around; in mode circular, if it is below `length`.
    """
    if value is None:
        return None
    size = as_integer("fft_size", value, 1)
    if mode == "circular":
        if size < length:
            raise InvalidInput(f"fft_size must be at least the length {length} in mode 'circular', got {size}")
    elif size < length + taps - 1:
        why = f"at which {length} numbers and {taps} taps do not come around"
        raise InvalidInput(f"fft_size must be at least {length + taps - 1} in mode {mode!r}, {why}, got {size}")
    return size


def spectral_taps(length: int, k: object, mode: str, size: object) -> tuple[int, int]:
    """How many points spectra k_f are at that are given instead of kernels k, and how many taps count.

    Raises
    ------
    InvalidInput
        If there are kernels too, the mode depends on the number of taps, or no size is given where there must be one.
    """
    if k is not None:
        raise InvalidInput("k must be given, or k_f, got both")
    if mode == "same":
        raise InvalidInput("k must be given in mode 'same', whose middle depends on the number of taps, got k_f")
    if size is None and mode != "circular":
        raise InvalidInput(f"fft_size must be given for spectra k_f in mode {mode!r}, got None")
    n = as_size(size, mode, length, 1) or length
    return n, n if mode == "circular" else n - length + 1


def kernel_of(value: object, n: int, channels: int, taps: int, *, whole: bool, finite: bool = True) -> Array:
    """The kernels whose spectra are given.

    Parameters
    ----------
    value : (channels, n // 2 + 1) array-like
        What ``numpy.fft.rfft(k, n)`` gives, or where `whole` is True, for complex kernels, ``numpy.fft.fft(k, n)``.
    n : int
        Size of the transform.
    taps : int
        How many taps the kernels have at most.

    Raises
    ------
    InvalidInput
        If the shape is another one, or kernels have more taps than that by more than rounding.
    """
    spectra = as_numbers("k_f", value, 2, finite=finite, complex_too=True)
    wanted = (channels, n if whole else n // 2 + 1)
    if spectra.shape != wanted:
        name = "fft" if whole else "rfft"
        raise InvalidInput(f"k_f must be of shape {wanted}, numpy.fft.{name}(k, {n}), got {spectra.shape}")
    single = spectra.dtype in (np.float32, np.complex64)
    kernel = (np.fft.ifft if whole else np.fft.irfft)(spectra.astype(np.complex128), n)
    if taps < n:
        beyond, norm = (np.linalg.norm(part, axis=1) for part in (kernel[:, taps:], kernel))
        allowed = 64 * float(np.finfo(np.float32 if single else np.float64).eps) * math.log2(2 * n) * norm
        if (beyond > allowed).any():
            worst = int(np.argmax(beyond - allowed))
            got = f"{beyond[worst] / norm[worst]:.2g} of the norm of kernel {worst} beyond them"
            raise InvalidInput(f"k_f must be the spectrum at {n} points of kernels of {taps} taps, got {got}")
        kernel = kernel[:, :taps]
    kind: Any = (np.complex64 if single else np.complex128) if whole else (np.float32 if single else np.float64)
    return np.ascontiguousarray(kernel, dtype=kind)


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
