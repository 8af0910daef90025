"""Checks of arguments that are particular to spherical functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_array, as_choice, check_finite
from porism_transforms.spherical_product.plan import Basis, as_lmax_out

__all__ = ["Call", "as_call", "as_coefficients", "as_directions"]

Array = npt.NDArray[Any]

KINDS = "real numbers", "numbers"


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked: coefficients of real orthonormal harmonics with the weights multiplied in,
    real or complex.
    """

    x1: Array
    x2: Array
    lmax1: int
    lmax2: int
    lmax_out: int
    w3: Array | None
    basis: Basis
    dtype: np.dtype[Any]


def as_coefficients(name: str, value: object, *, allow_complex: bool = False) -> Array:
    """`value` as an array (..., (L+1)²) in single or double precision, finite.

    Raises
    ------
    InvalidInput
        If there is not a square number of coefficients above 0, or one is NaN or infinite.
    InvalidType
        If it holds no numbers, or complex ones where `allow_complex` is False.
    """
    must = f"an array of {KINDS[allow_complex]}, (L+1)² of them in the last dimension"
    array = _numbers(name, value, must, allow_complex)
    if array.ndim == 0:
        raise InvalidInput(f"{name} must be {must}, got a single number")
    n = array.shape[-1]
    if n == 0 or math.isqrt(n) ** 2 != n:
        raise InvalidInput(f"{name} must be {must}, got {n} in an array of shape {array.shape}")
    return array


def _numbers(name: str, value: object, must: str, allow_complex: bool = False) -> Array:
    try:
        array = np.ma.asanyarray(value) if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    except Exception as error:  # ragged lists, and whatever a value's own __array__ raises
        raise InvalidType(f"{name} must be {must}, got a {type(value).__name__} that is none: {error}") from None
    if isinstance(array, np.ma.MaskedArray):
        if np.ma.is_masked(array):
            raise InvalidType(f"{name} must be {must} without masked entries, got a masked array; fill it first")
        array = np.asarray(array)
    if hasattr(value, "toarray") or array.dtype.kind not in ("fiubc" if allow_complex else "fiub"):
        got = f"dtype {array.dtype}" if not hasattr(value, "toarray") else "a sparse matrix; pass its toarray()"
        hint = ' (basis="complex" takes them)' if array.dtype.kind == "c" else ""
        raise InvalidType(f"{name} must be {must}, got {got}{hint}")
    double: Any = np.complex128 if array.dtype.kind == "c" else np.float64
    single: Any = np.complex64 if array.dtype.kind == "c" else np.float32
    kept = single if array.dtype.newbyteorder("=") == single else double
    with np.errstate(over="ignore"):
        array = np.require(array, dtype=kept, requirements=["A"])
    for part in (array.real, array.imag) if array.dtype.kind == "c" else (array,):
        check_finite(name, np.atleast_1d(part))
    return array


def as_directions(name: str, value: object) -> npt.NDArray[np.float64]:
    """Vectors (points, 3) of finite length above 0.

    Raises
    ------
    InvalidInput
        If they are none.
    """
    points = as_array(name, value, ndim=2, dtypes=[np.float64], promote=np.float64)
    check_finite(name, points)
    if points.shape[1] != 3:
        raise InvalidInput(f"{name} must have three coordinates in each row, got shape {points.shape}")
    largest = np.abs(points).max(axis=1, initial=0.0)
    if not largest.all():
        raise InvalidInput(f"{name} must be vectors of length above 0, got row {int(np.argmin(largest))}")
    return np.asarray(points / largest[:, None])  # neither large nor small vectors overflow when squared


def _as_weights(name: str, value: object, lmax: int) -> Array | None:
    if value is None:
        return None
    must = f"an array of real numbers, {lmax + 1} of them in the last dimension, one for each degree"
    array = _numbers(name, value, must)
    if array.ndim == 0 or array.shape[-1] != lmax + 1:
        raise InvalidInput(f"{name} must be {must}, got shape {array.shape}")
    return array


def as_call(
    x1: object, x2: object, lmax_out: object, w1: object, w2: object, w3: object, normalization: object, basis: object
) -> Call:
    """Check the canonical arguments; errors as :func:`spherical_product` documents."""
    as_choice("normalization", normalization, ("integral", "component", "norm"))
    as_choice("basis", basis, ("real", "complex"))
    counted = Basis(str(basis), str(normalization))
    one, other = (as_coefficients(name, x, allow_complex=basis == "complex") for name, x in (("x1", x1), ("x2", x2)))
    lmax1, lmax2 = (math.isqrt(x.shape[-1]) - 1 for x in (one, other))
    most = as_lmax_out(lmax_out, lmax1 + lmax2)
    weights = [_as_weights(name, w, lmax) for name, w, lmax in (("w1", w1, lmax1), ("w2", w2, lmax2), ("w3", w3, most))]
    named = [("x1", one), ("x2", other)] + [(f"w{i + 1}", w) for i, w in enumerate(weights) if w is not None]
    shape: tuple[int, ...] = ()
    for name, array in named:
        try:
            shape = np.broadcast_shapes(shape, array.shape[:-1])
        except ValueError:
            got = f"{array.shape[:-1]} beside {shape}"
            raise InvalidInput(
                f"{name} must have leading dimensions that broadcast with the others, got {got}"
            ) from None
    single = all(array.dtype in (np.float32, np.complex64) for _, array in named[:2])
    dtype = np.dtype(np.float32 if single else np.float64)
    return Call(
        counted.inward(one, weights[0]),
        counted.inward(other, weights[1]),
        lmax1,
        lmax2,
        most,
        weights[2],
        counted,
        dtype,
    )
