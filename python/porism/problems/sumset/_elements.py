"""What the problems about sums share: checks of their arguments, and bit sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import Paper
from porism._core import sumset as kernel
from porism._validation import Rng, as_integer, as_seed, describe
from porism.errors import InvalidInput, InvalidType, ResultOverflow, TooLarge

__all__ = [
    "CHAN_JIN_WILLIAMS_XU_2023",
    "INT64",
    "TABLE_LIMIT",
    "BitSet",
    "as_elements",
    "as_limit",
    "as_modulus",
    "as_weights",
    "seed_of",
    "stats_of",
]

INT64 = np.iinfo(np.int64)
TABLE_LIMIT = 4 << 30
"""Bytes that one table may take at most."""

CHAN_JIN_WILLIAMS_XU_2023 = Paper(
    key="chan2023faster",
    title="Faster Algorithms for Text-to-Pattern {H}amming Distances",
    authors=("Chan, Timothy M.", "Jin, Ce", "Vassilevska Williams, Virginia", "Xu, Yinzhan"),
    year=2023,
    venue="IEEE Symposium on Foundations of Computer Science (FOCS)",
    arxiv="2310.13174",
    kind="inproceedings",
)


@dataclass(frozen=True, slots=True, eq=False)
class BitSet:
    """A set of integers ``origin + step * i`` as bits i.

    Attributes
    ----------
    words : (ceil(length / 64),) uint64 array
        Bit ``i % 64`` of word ``i // 64`` says whether ``origin + step * i`` is in the set. The kernel's own memory.
    origin, step, length : int
        What the bits stand for.
    """

    words: npt.NDArray[np.uint64]
    origin: int
    step: int
    length: int

    def __len__(self) -> int:
        return int.from_bytes(self.words.tobytes(), "little").bit_count()

    def __contains__(self, value: object) -> bool:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
            return False
        place, rest = divmod(int(value) - self.origin, self.step)
        return rest == 0 and 0 <= place < self.length and bool(int(self.words[place // 64]) >> (place % 64) & 1)

    def values(self) -> npt.NDArray[np.int64]:
        """The members, rising."""
        return kernel.values_of(np.ascontiguousarray(self.words), self.origin, self.step)

    def to_bytes(self) -> npt.NDArray[np.uint8]:
        """The same bits as bytes, without a copy: bit ``i % 8`` of byte ``i // 8``, as ``bitorder="little"`` has it."""
        return self.words.astype("<u8", copy=False).view(np.uint8)

    def to_bools(self) -> npt.NDArray[np.bool_]:
        """A bool for every position, ``(length,)``."""
        return np.unpackbits(self.to_bytes(), count=self.length, bitorder="little").view(np.bool_)

    @classmethod
    def from_values(cls, values: npt.NDArray[np.int64]) -> BitSet:
        """The bit set of rising `values`.

        Raises
        ------
        TooLarge
            If they are so far apart that it would take more than 4 GiB.
        """
        if len(values) == 0:
            return cls(np.zeros(0, np.uint64), 0, 1, 0)
        origin = int(values[0])
        places = (values - values[0]).view(np.uint64)
        step = max(1, int(np.gcd.reduce(places)))
        places //= np.uint64(step)
        length = int(places[-1]) + 1
        if length > 8 * TABLE_LIMIT:
            raise TooLarge(f"the bit set of a sumset needs {length // 8} bytes, the limit is {TABLE_LIMIT}")
        words = np.zeros(-(-length // 64), np.uint64)
        np.bitwise_or.at(words, (places >> np.uint64(6)).astype(np.intp), np.uint64(1) << (places & np.uint64(63)))
        return cls(words, origin, step, length)


def as_elements(name: str, value: object) -> npt.NDArray[np.int64]:
    """A set of integers as an int64 array: a sequence, set, range, or array of any integer dtype.

    Raises
    ------
    InvalidType
        For floats (integral ones too), bools, strings, objects, masked entries.
    InvalidInput
        For another number of dimensions, or elements that int64 does not hold.
    """
    must = f"{name} must be a 1-D array of integers"
    if isinstance(value, (set, frozenset)):
        value = list(value)
    if isinstance(value, (str, bytes, Mapping)) or value is None:
        raise InvalidType(f"{must}, got {describe(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{must} without masked entries, got a masked array")
    try:
        array = np.asarray(value)
    except Exception as error:  # ValueError for a ragged list; whatever the value's own __array__ raises
        raise InvalidType(f"{must}, got {type(value).__name__}: {error}") from None
    if array.ndim != 1:
        raise InvalidInput(f"{must}, got {array.ndim}-D of shape {array.shape}")
    if array.size == 0 and not isinstance(value, np.ndarray):
        return np.empty(0, np.int64)
    if array.dtype == object and all(type(x) is int for x in array):
        big = next((x for x in array if not INT64.min <= x <= INT64.max), None)
        if big is not None:
            raise InvalidInput(f"{must} that int64 holds, got {big}")
    if array.dtype.kind == "f" and isinstance(value, (list, tuple)) and all(type(x) is int for x in value):
        big = next((x for x in value if not INT64.min <= x <= INT64.max), value[0])  # NumPy 1 mixes them to floats
        raise InvalidInput(f"{must} that int64 holds, got {big}")
    if array.dtype.kind not in "iu":
        raise InvalidType(f"{must}, got dtype {array.dtype}")
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and int(array.max()) > INT64.max:
        raise InvalidInput(f"{must} that int64 holds, got {int(array.max())}")
    return np.require(array, np.int64, ("C", "A"))


def from_table(X: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The integers of a table of one column or one row: what the command line hands to a solver.

    Raises
    ------
    InvalidInput
        If it has more of both, or holds something else.
    """
    if X.ndim == 2 and 1 not in X.shape:
        raise InvalidInput(f"DATA must have one column, got {X.shape[1]}; choose one with --columns")
    numbers = X.reshape(-1)
    if numbers.dtype.kind != "f":
        return numbers
    # Text is read as doubles, which hold every integer up to 2^53.
    wrong = np.flatnonzero(~(np.abs(numbers) <= 2.0**53) | (numbers != np.rint(numbers)))
    if wrong.size:
        raise InvalidInput(
            f"DATA must hold integers of at most 2^53 (larger ones in an .npy file), got {numbers[wrong[0]]:g} "
            f"in place {wrong[0]}"
        )
    return numbers.astype(np.int64)


def as_weights(name: str, value: object, n: int) -> npt.NDArray[np.uint64] | None:
    """One weight ≥ 0 for each of `n` elements, or None."""
    if value is None:
        return None
    weights = as_elements(name, value)
    if len(weights) != n:
        raise InvalidInput(f"{name} must hold a weight for each of the {n} elements, got {len(weights)}")
    if len(weights) and int(weights.min()) < 0:
        place = int(np.argmin(weights))
        raise InvalidInput(f"{name} must not be negative, got {int(weights[place])} at {name}[{place}]")
    if len(weights) and math.fsum(weights.tolist()) >= 2.0**62 and sum(weights.tolist()) >= 1 << 63:
        raise ResultOverflow(f"{name} must add up to less than 2^63, got {sum(weights.tolist())}")
    return weights.view(np.uint64)


def as_limit(name: str, value: object) -> int | None:
    """A bound of a window, or None; what lies beyond int64 is no bound."""
    if value is None:
        return None
    return as_integer(name, value)


def as_modulus(modulus: object) -> int | None:
    """A modulus that fits int64, or None."""
    return None if modulus is None else as_integer("modulus", modulus, 1, int(INT64.max))


def window(lo: object, hi: object) -> tuple[int | None, int | None]:
    """The window as a kernel takes it.

    Raises
    ------
    InvalidType, InvalidInput
        If a bound is no integer, or nothing lies between them.
    """
    low, high = as_limit("lo", lo), as_limit("hi", hi)
    if low is not None and high is not None and low >= high:
        raise InvalidInput(f"lo must be less than hi, got lo={low} and hi={high}")
    if low is not None and low > INT64.max:
        low, high = INT64.max, INT64.max  # nothing
    if high is not None and high < INT64.min:
        low, high = INT64.min, INT64.min
    low = None if low is not None and low < INT64.min else low
    high = None if high is not None and high > INT64.max else high
    return low, high


def seed_of(rng: Rng) -> int:
    """The seed of a kernel whose result does not depend on it: None is a fixed one."""
    return 0 if rng is None else as_seed(rng)


def stats_of(found: Any) -> dict[str, list[int]]:
    """What a kernel says about its work."""
    return {name: [int(x) for x in values] for name, values in found.stats}


__all__ += ["from_table", "window"]
