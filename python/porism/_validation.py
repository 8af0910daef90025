"""Checks of arguments that many solvers share.

Every message has the same three parts: which argument, what it must be, what it was. The functions return the
value in the form that kernels take, and never modify or needlessly copy what they are given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from porism._text import did_you_mean
from porism.errors import InvalidInput, InvalidType, TooLarge

__all__ = [
    "as_array",
    "as_choice",
    "as_flag",
    "as_float",
    "as_indices",
    "as_integer",
    "as_n_jobs",
    "as_rng",
    "as_seed",
    "check_finite",
    "check_memory",
    "check_progress",
    "describe",
    "memory_allowed",
    "plain_array",
]

Rng = int | np.random.Generator | np.random.SeedSequence | np.random.BitGenerator | None
"""What `rng` takes (SPEC 7)."""

Progress = bool | Callable[[int, int, float], object]
"""What `progress` takes: whether to show a bar, or a callable ``(done, total, value)``."""


def describe(value: object) -> str:
    """A short account of what was passed: ``'ten'``, ``array of shape (3, 4) and dtype float32``, ``2.0 (a float)``."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return text if isinstance(value, (str, type(None))) else f"{text} (a {type(value).__name__})"


def as_integer(
    name: str, value: object, low: int | None = None, high: int | None = None, *, note: str = "", wide: bool = False
) -> int:
    """An integer in ``low..high``, both ends included; NumPy integers are accepted, bools and floats are not.

    One with a lower end alone is a size or a number of times: it must fit int64, unless it may be `wide`.

    Raises
    ------
    InvalidType
        If it is no integer.
    InvalidInput
        If it is out of range.
    """
    if low is not None and high is not None:
        must = f"an integer in {low}..{high}"
    elif low is not None:
        must = f"an integer ≥ {low}"
    else:
        must = "an integer" if high is None else f"an integer ≤ {high}"
    must += f" ({note})" if note else ""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise InvalidType(f"{name} must be {must}, got {describe(value)}")
    number = int(value)
    if (low is not None and number < low) or (high is not None and number > high):
        raise InvalidInput(f"{name} must be {must}, got {number}")
    if low is not None and high is None and not wide and number >= 1 << 63:
        raise InvalidInput(f"{name} must be {must} and less than 2^63, got {describe(number)}")
    return number


def as_float(
    name: str,
    value: object,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    ends: Literal["[]", "()", "[)", "(]"] = "[]",
) -> float:
    """A real number between `low` and `high`; `ends` says which of the two is included. NaN is never accepted.

    Raises
    ------
    InvalidType
        If it is no real number.
    InvalidInput
        If it is out of range or NaN.
    """
    must = f"a number in {ends[0]}{low:g}, {high:g}{ends[1]}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InvalidType(f"{name} must be {must}, got {describe(value)}")
    try:
        number = float(value)
    except OverflowError:  # an integer beyond what a double holds
        number = np.inf if value > 0 else -np.inf
    above = number >= low if ends[0] == "[" else number > low
    below = number <= high if ends[1] == "]" else number < high
    if not (above and below):
        raise InvalidInput(f"{name} must be {must}, got {number!r}")
    return number


def as_flag(name: str, value: object) -> bool:
    """True or False.

    Raises
    ------
    InvalidType
        If it is no bool.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise InvalidType(f"{name} must be True or False, got {describe(value)}")
    return bool(value)


def as_choice(name: str, value: object, choices: Iterable[str], *, also: str = "") -> str:
    """One of `choices`; `also` names what else the caller accepts.

    Raises
    ------
    InvalidType
        If it is no str.
    InvalidInput
        If it is another str; names the closest choice.
    """
    known = list(choices)
    must = "one of " + ", ".join(map(repr, known)) + (f" or {also}" if also else "")
    if not isinstance(value, str):
        raise InvalidType(f"{name} must be {must}, got {describe(value)}")
    if value not in known:
        raise InvalidInput(f"{name} must be {must}, got {value!r}{did_you_mean(value, known)}")
    return value


def as_array(
    name: str,
    value: object,
    *,
    ndim: int,
    dtypes: Sequence[npt.DTypeLike],
    promote: npt.DTypeLike | None = None,
    order: Literal["C", "A"] = "C",
) -> npt.NDArray[Any]:
    """`value` as an aligned array of `ndim` dimensions and one of `dtypes`, copied only where it has to be.

    An array that already has such a dtype, native byte order, alignment and `order` ("A": C or Fortran) comes back as
    it is, without a copy.
    Other real dtypes are converted to `promote` (float16, integers, bools and long doubles; Python sequences too).

    Raises
    ------
    InvalidType
        For objects, strings, complex numbers, dates, masked arrays with masked entries, or a dtype not listed where
        `promote` is None.
    InvalidInput
        For another number of dimensions.
    """
    must = f"a {ndim}-D array of real numbers"
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {must} without masked entries, got a masked array; fill or drop them first")
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise InvalidType(f"{name} must be {must}, got a sparse matrix; pass {name}.toarray()")
    array = plain_array(name, value, must)
    if array.ndim != ndim:
        hint = f"; reshape it: {name}.reshape(-1, 1)" if (array.ndim, ndim) == (1, 2) else ""
        raise InvalidInput(f"{name} must be {must}, got {array.ndim}-D of shape {array.shape}{hint}")
    if array.dtype.kind not in "fiub":
        raise InvalidType(f"{name} must be {must}, got dtype {array.dtype}")
    wanted = [np.dtype(dtype) for dtype in dtypes]
    target = next((dtype for dtype in wanted if dtype == array.dtype.newbyteorder("=")), None)
    if target is None:
        if promote is None:
            names = ", ".join(dtype.name for dtype in wanted)
            raise InvalidType(f"{name} must be {must} of dtype {names}, got dtype {array.dtype}")
        target = np.dtype(promote)
    fits = array.flags.c_contiguous or (order == "A" and array.flags.f_contiguous)
    if array.dtype == target and array.dtype.isnative and array.flags.aligned and fits:
        return np.asarray(array)
    return np.array(array, dtype=target, order="C" if order == "C" or not array.flags.f_contiguous else "F")


def plain_array(name: str, value: object, must: str) -> npt.NDArray[Any]:
    """`value` as whatever array NumPy makes of it; `must` is what the message says that it has to be.

    Raises
    ------
    InvalidType
        If NumPy makes none of it: a ragged list, something whose conversion fails.
    """
    try:
        return np.asarray(value)
    except Exception as error:  # ValueError for a ragged list; whatever the value's own __array__ raises
        kind = type(value).__name__
        raise InvalidType(f"{name} must be {must}, got a {kind} that is no array of numbers: {error}") from None


def as_indices(name: str, value: Any, n: int, must: str) -> npt.NDArray[np.int64]:
    """`value` as distinct indices in 0 … n-1, int64; `must` says in the message what they are to be."""
    indices = plain_array(name, value, must) if not np.isscalar(value) and value is not None else None
    if indices is None or indices.ndim != 1:
        raise InvalidType(f"{name} must be {must}, got {describe(value)}")
    if indices.dtype.kind not in "iu" and len(indices):
        raise InvalidType(f"{name} must be {must}, got dtype {indices.dtype}")
    outside = indices[(indices < 0) | (indices >= n)]
    if len(outside):
        raise InvalidInput(f"{name} must be {must}, got {outside[0]}")
    values, counts = np.unique(indices, return_counts=True)
    if len(values) < len(indices):
        raise InvalidInput(f"{name} must be {must}, got {values[counts > 1][0]} twice")
    return np.ascontiguousarray(indices, dtype=np.int64)


def check_finite(name: str, array: npt.NDArray[Any], *, infinity: bool = False) -> None:
    """No NaN in `array`, and no infinity unless `infinity`. Reads the array in blocks: no temporary of its size.

    Raises
    ------
    InvalidInput
        With the first offending position.
    """
    if array.dtype.kind != "f" or array.size == 0:
        return
    rows = array.reshape(len(array), -1) if array.flags.c_contiguous else array
    step = max(1, (1 << 18) // max(1, array[0].size))
    for start in range(0, len(array), step):
        block = rows[start : start + step]
        bad = np.isnan(block) if infinity else ~np.isfinite(block)
        if bad.any():
            position = np.unravel_index(int(np.argmax(bad)), bad.shape)
            where = np.unravel_index(
                np.ravel_multi_index((position[0] + start, *position[1:]), rows.shape), array.shape
            )
            place = ", ".join(str(int(i)) for i in where)
            must = "contain no NaN" if infinity else "be finite"
            raise InvalidInput(f"{name} must {must}, got {block[position]} at {name}[{place}]")


def as_rng(rng: Rng, *, name: str = "rng") -> np.random.Generator:
    """A generator, by SPEC 7: None for fresh entropy, an integer seed, or a Generator, which is used and advanced.

    Raises
    ------
    InvalidType
        For anything else (``numpy.random.RandomState`` too).
    InvalidInput
        For a negative seed.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or isinstance(rng, (np.random.SeedSequence, np.random.BitGenerator)):
        return np.random.default_rng(rng)
    if isinstance(rng, (bool, np.bool_)) or not isinstance(rng, (int, np.integer)):
        raise InvalidType(f"{name} must be None, an integer seed or a numpy.random.Generator, got {describe(rng)}")
    if rng < 0:
        raise InvalidInput(f"{name} must be a seed ≥ 0, got {int(rng)}")
    return np.random.default_rng(int(rng))


def as_seed(rng: Rng) -> int:
    """64 random bits for a kernel's own generator, drawn from `rng`."""
    return int(as_rng(rng).integers(0, 2**64, dtype=np.uint64))


MOST_THREADS = 8
"""Beyond this (and the number of cores) threads only wait for one another; results do not depend on their number."""


def as_n_jobs(n_jobs: object) -> int:
    """The number of threads, as in scikit-learn: None is 1, -1 is every available core, -2 all but one, and so on.

    No more than :data:`MOST_THREADS`, or the cores of the machine where those are more.

    Raises
    ------
    InvalidType
        If it is no integer.
    InvalidInput
        For 0.
    """
    if n_jobs is None:
        return 1
    number = as_integer("n_jobs", n_jobs)
    if number == 0:
        raise InvalidInput("n_jobs must be None, a positive number of threads or -1 for all cores, got 0")
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        cores = os.cpu_count() or 1
    return min(number, max(MOST_THREADS, cores)) if number > 0 else max(1, cores + 1 + number)


def check_memory(what: str, needed: int, limit: object, *, advice: str = "") -> None:
    """Refuse a call whose largest allocation would exceed `limit` bytes; None is nine tenths of the memory available.

    Raises
    ------
    TooLarge
        With the estimate, before anything is allocated.
    """
    allowed = memory_allowed(needed, limit)
    if allowed is not None and needed > allowed:
        source = "nine tenths of the memory available now" if limit is None else f"memory_limit={allowed}"
        raise TooLarge(f"{what} needs {_bytes(needed)}, more than {source} ({_bytes(allowed)}){advice}")


def memory_allowed(needed: int, limit: object) -> int | None:
    """How many bytes may be allocated where `needed` are wanted: `limit`, or nine tenths of the memory available.

    None where nobody knows, or where so little is needed that it is not worth asking.
    """
    if limit is not None:
        return as_integer("memory_limit", limit, 0)
    available = _available_memory() if needed >= 1 << 28 else None
    return None if available is None else available * 9 // 10


def _bytes(n: int) -> str:
    """``37.25 GiB``."""
    size = float(n)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.4g} {unit}"
        size /= 1024
    return f"{size:.4g} TiB"


def _available_memory() -> int | None:
    """Bytes that can be had without swapping: the machine's, or the control group's where that is less."""
    found: list[int] = []
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    except OSError:
        pass
    try:
        with (
            open("/sys/fs/cgroup/memory.max", encoding="ascii") as top,
            open("/sys/fs/cgroup/memory.current", encoding="ascii") as used,
        ):
            found.append(int(top.read()) - int(used.read()))
    except (OSError, ValueError):  # no control group, or "max"
        pass
    return max(0, min(found)) if found else None


def check_progress(progress: object) -> None:
    """`progress` is a bool or callable.

    Raises
    ------
    InvalidType
        If it is neither.
    """
    if not isinstance(progress, (bool, np.bool_)) and not callable(progress):
        raise InvalidType(f"progress must be True, False or a callable (done, total, value), got {describe(progress)}")
