"""The function that is asked: counted, checked, a batch at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_array, as_integer

__all__ = ["MOST_VARIABLES", "Oracle", "unit_of"]

Points = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

MOST_VARIABLES = 63
BATCH = 1 << 20
"""Points of one call of f."""


def unit_of(scale: float, noise_std: float | None) -> float:
    """A power of two near the larger of both: divided by it numbers keep their bits, and squares stay in range."""
    largest = max(scale, noise_std or 0.0)
    return 2.0 ** (math.frexp(largest)[1] - 1) if largest > 0 else 1.0


class Oracle:
    """A function of `n` bits that knows how often it was asked.

    Parameters
    ----------
    f : callable or array
        As the problem says.
    n : int or None
        Variables.
    n_evaluations : int
        How often it was asked before.
    """

    def __init__(self, f: object, n: object, n_evaluations: int = 0) -> None:
        self.n_evaluations = n_evaluations
        if callable(f):
            self._f: Any = f
            self._values = None
            if n is None:
                raise InvalidInput("n must be given where f is a callable, got None")
            self.n = as_integer("n", n, 1, MOST_VARIABLES)
            return
        must = "a callable, or an array of 2^n real numbers"
        if f is None or isinstance(f, str | bytes | dict):
            raise InvalidType(f"f must be {must}, got a {type(f).__name__}")
        self._values = as_array("f", f, ndim=1, dtypes=(np.float64, np.float32), promote=np.float64, order="A")
        size = len(self._values)
        if size < 2 or size & (size - 1):
            raise InvalidInput(f"f must be {must}, got one of length {size}")
        self.n = size.bit_length() - 1
        if n is not None and as_integer("n", n, 1, MOST_VARIABLES) != self.n:
            raise InvalidInput(f"n must be {self.n} for an array of length 2^{self.n}, got {n}")

    def __call__(self, points: Points) -> Floats:
        """The values at some points.

        Raises
        ------
        InvalidInput
            If f does not return one finite number for each.
        InvalidType
            If it does not return real numbers.
        """
        values = np.empty(len(points))
        for start in range(0, len(points), BATCH):
            batch = points[start : start + BATCH]
            self.n_evaluations += len(batch)
            values[start : start + BATCH] = self._read(batch)
        return values

    def _read(self, points: Points) -> Floats:
        if self._values is not None:
            found: Any = self._values[points.astype(np.int64)]
        else:
            must = f"return an array of {len(points)} real numbers for as many points"
            answer = self._f(points.copy())  # f may keep or change what it is given
            if isinstance(answer, np.ma.MaskedArray):
                raise InvalidType(f"f must {must} without masked entries, got a masked array")
            try:
                found = np.asarray(answer)
            except Exception as error:
                raise InvalidType(f"f must {must}, got a {type(answer).__name__}: {error}") from None
            if found.dtype.kind not in "fiub":
                raise InvalidType(f"f must {must}, got dtype {found.dtype}")
            if found.shape != points.shape:
                raise InvalidInput(f"f must {must}, got shape {found.shape}")
        values = found.astype(np.float64)
        bad = ~np.isfinite(values)
        if bad.any():
            at = int(np.argmax(bad))
            raise InvalidInput(f"f must be finite, got {values[at]} at the point {int(points[at])}")
        return np.asarray(values)

    def random_points(self, count: int, rng: np.random.Generator) -> Points:
        """Uniformly random points."""
        return rng.integers(0, 1 << self.n, count, dtype=np.uint64)
