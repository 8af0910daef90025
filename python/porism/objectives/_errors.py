"""What can be wrong with an objective, or with the items that it is asked about."""

from __future__ import annotations

from porism.errors import ComputationError, InvalidInput

__all__ = [
    "DuplicateItem",
    "InvalidObjective",
    "InvalidSnapshot",
    "NotMonotone",
    "NotPositiveSemidefinite",
    "NotSubmodular",
    "OracleError",
    "UnknownItem",
]


class InvalidObjective(InvalidInput):
    """The data of an objective is not allowed: a negative similarity, a probability above 1, a malformed matrix."""


class NotPositiveSemidefinite(InvalidObjective):
    """A kernel matrix has a negative eigenvalue."""


class NotMonotone(InvalidInput):
    """A solver needs an objective that never falls as sets grow, and this one may."""


class NotSubmodular(InvalidInput):
    """An objective is not what it was said to be, and here is the proof.

    Attributes
    ----------
    small, large : tuple of int
        Two sets, the first within the second; equal where monotonicity is broken.
    item : int
        An item of neither.
    gain_small, gain_large : float
        What the item adds to each.
    """

    def __init__(
        self,
        message: str,
        small: list[int] | None = None,
        large: list[int] | None = None,
        item: int = -1,
        gain_small: float = 0.0,
        gain_large: float = 0.0,
    ) -> None:
        super().__init__(message, small, large, item, gain_small, gain_large)
        self.small = tuple(small or ())
        self.large = tuple(large or ())
        self.item = item
        self.gain_small = gain_small
        self.gain_large = gain_large

    def __str__(self) -> str:
        return str(self.args[0])


class OracleError(ComputationError):
    """An objective could not say what a set is worth: NaN, an infinity, or a fall where it was said to be monotone."""


class UnknownItem(InvalidInput):
    """An item is not in the ground set, or not live where it must be."""


class DuplicateItem(InvalidInput):
    """An item is named twice, or is live already."""


class InvalidSnapshot(InvalidInput):
    """Bytes are no snapshot, or one of another objective."""
