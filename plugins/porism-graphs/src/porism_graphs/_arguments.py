"""Checks of arguments. Every message says which argument, what it must be and what it was."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import numpy as np

from porism import InvalidInput, InvalidType, TooLarge

__all__ = ["as_choice", "as_integer", "as_number", "as_walk", "check_memory", "told"]


def told(value: object) -> str:
    """A short account of what was passed."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return text if isinstance(value, str | None) else f"{text} (a {type(value).__name__})"


def as_number(name: str, value: object, low: float, high: float, *, closed: bool = False) -> float:
    """A real number between `low` and `high`, which `closed` says to include `high` itself.

    Raises
    ------
    InvalidType
        If it is no real number; a bool is none.
    InvalidInput
        If it is out of range or NaN.
    """
    must = f"a number in ({low:g}, {high:g}{']' if closed else ')'}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    number = float(value)
    if not (low < number < high or (closed and number == high)):
        raise InvalidInput(f"{name} must be {must}, got {number!r}")
    return number


def as_integer(name: str, value: object, low: int) -> int:
    """An integer ≥ `low`.

    Raises
    ------
    InvalidType
        If it is no integer; a bool or a float is none.
    InvalidInput
        If it is too small.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise InvalidType(f"{name} must be an integer ≥ {low}, got {told(value)}")
    if value < low:
        raise InvalidInput(f"{name} must be an integer ≥ {low}, got {int(value)}")
    return int(value)


def as_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """One of `choices`.

    Raises
    ------
    InvalidType
        If it is no str.
    InvalidInput
        If it is another one.
    """
    must = " or ".join(map(repr, choices))
    if not isinstance(value, str):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    if value not in choices:
        raise InvalidInput(f"{name} must be {must}, got {value!r}")
    return value


def as_walk(alpha: object, damping: object) -> tuple[float, float]:
    """The probabilities of teleporting and of walking on, of which one is given and the other follows.

    Raises
    ------
    InvalidInput
        If both are given, or the given one is not strictly between 0 and 1.
    InvalidType
        If it is no real number.
    """
    if damping is None:
        c = 0.15 if alpha is None else as_number("alpha", alpha, 0, 1)
        return c, 1.0 - c
    if alpha is not None:
        raise InvalidInput(f"damping must be left out where alpha is given, as it is 1 - alpha; got {told(damping)}")
    walk = as_number("damping", damping, 0, 1)
    return 1.0 - walk, walk


def check_memory(what: str, needed: int, limit: object) -> None:
    """Refuse a call that may need more than `limit` bytes (None: half of the machine's memory).

    Raises
    ------
    TooLarge
        With the estimate, before anything is allocated.
    """
    allowed: float = math.inf
    if limit is not None:
        allowed = as_integer("memory_limit", limit, 0)
    elif hasattr(os, "sysconf"):
        allowed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    if needed > allowed:
        source = "memory_limit" if limit is not None else "half of this machine's memory; memory_limit= allows more"
        raise TooLarge(f"{what} may need {needed / 2**20:.4g} MiB, more than the {allowed / 2**20:.4g} MiB of {source}")
