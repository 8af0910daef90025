"""How a name goes away: it says so for a while, with what to use instead and when that ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from porism.errors import PluginError

__all__ = ["Deprecation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Why a solver, problem, alias or option should not be used any more.

    Parameters
    ----------
    since : str
        The version of its distribution in which the warnings began: ``"0.3"``.
    removal : str
        The version in which it will be gone: ``"0.5"``.
    instead : str, optional
        What to use: a solver's name for a solver or alias, an option's for an option.
    why : str, optional
        The reason, in half a sentence.

    Raises
    ------
    PluginError
        If the versions are none, or the removal does not come after the first warning.
    """

    since: str
    removal: str
    instead: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        for name in ("since", "removal"):
            value = getattr(self, name)
            if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)*", value):
                raise PluginError(f"{name} must be a version ('0.3'), got {value!r}")
        if _release(self.removal) <= _release(self.since):
            raise PluginError(f"removal must come after since ({self.since}), got {self.removal}")

    def __str__(self) -> str:
        """``deprecated since 0.3, gone in 0.5: too slow; use 'fasterpam'``."""
        why = f": {self.why}" if self.why else ""
        instead = f"; use {self.instead!r}" if self.instead else ""
        return f"deprecated since {self.since}, gone in {self.removal}{why}{instead}"

    def due(self, version: str) -> bool:
        """Whether `version` is one in which it should be gone."""
        found = re.match(r"\d+(\.\d+)*", version)
        return found is not None and _release(found[0]) >= _release(self.removal)


def _release(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
