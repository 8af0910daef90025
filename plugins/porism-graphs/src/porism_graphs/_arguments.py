"""Checks of arguments that porism has not, and those that it has under the names that the problems here use."""

from __future__ import annotations

import math
import os

from porism import InvalidInput, TooLarge
from porism.validation import as_choice, as_float, as_integer
from porism.validation import describe as told

__all__ = ["as_choice", "as_integer", "as_number", "as_walk", "check_memory", "told"]


def as_number(name: str, value: object, low: float, high: float, *, closed: bool = False) -> float:
    """A real number between `low` and `high`, which `closed` says to include `high` itself.

    Raises
    ------
    InvalidType
        If it is no real number; a bool is none.
    InvalidInput
        If it is out of range or NaN.
    """
    return as_float(name, value, low, high, ends="(]" if closed else "()")


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


def check_memory(what: str, needed: int, limit: object, advice: str = "memory_limit= allows more") -> None:
    """Refuse a call that may need more than `limit` bytes (None: half of the machine's memory), with an `advice`.

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
        source = "memory_limit" if limit is not None else f"half of this machine's memory; {advice}"
        raise TooLarge(f"{what} may need {needed / 2**20:.4g} MiB, more than the {allowed / 2**20:.4g} MiB of {source}")
