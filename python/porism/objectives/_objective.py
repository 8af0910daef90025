"""The class that every objective is of."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._result import _brief
from porism._validation import Rng, as_integer, as_seed, describe, plain_array
from porism.errors import InvalidInput, InvalidType
from porism.objectives._errors import DuplicateItem, UnknownItem

__all__ = ["Items", "Objective", "as_items", "made"]

Items = npt.ArrayLike | Iterable[int]
"""What a set of items is given as: an array of integers, or any iterable of them."""


class Objective:
    """A set function over the items 0 … n_items-1. Made by the functions of :mod:`porism.objectives`.

    Cheap to pass on, safe to share between threads, and immutable as long as the arrays are that it was made from: it
    may read them where they lie. It can be pickled: the copy is made from the same arrays.

    Attributes
    ----------
    name : str
        The function that made it.
    arguments : dict
        What it was made from.
    n_items : int
        The size of the ground set.
    """

    __slots__ = ("__weakref__", "_kernel", "arguments", "name")

    def __init__(self, name: str, arguments: dict[str, Any], kernel_objective: kernel.Objective) -> None:
        self.name = name
        self.arguments = arguments
        self._kernel = kernel_objective

    @property
    def n_items(self) -> int:
        """The size of the ground set."""
        return self._kernel.n_items

    @property
    def monotonicity(self) -> str:
        """How values move as sets grow: ``"increasing"``, ``"decreasing"`` or ``"neither"``."""
        return self._kernel.monotonicity

    @property
    def monotone(self) -> bool:
        """Whether the value never falls as the set grows: what most solvers need."""
        return self.monotonicity == "increasing"

    def value(self, S: Items) -> float:
        """f(S).

        Parameters
        ----------
        S : (m,) array-like or iterable of int
            Distinct items, in any order.

        Raises
        ------
        InvalidType, UnknownItem, DuplicateItem
            If S is no set of items.
        OracleError, or what a Python function raises
            If the value cannot be told.
        """
        return self._kernel.value(as_items("S", S, self.n_items))

    def gains(self, S: Items, candidates: Items | None = None) -> npt.NDArray[np.float64]:
        """What each candidate would add: f(S + e) - f(S), and 0 for members of S.

        Parameters
        ----------
        S : (m,) array-like or iterable of int
            Distinct items.
        candidates : (c,) array-like or iterable of int, optional
            Whom to ask about; by default all items.

        Returns
        -------
        (c,) float64 array
        """
        members = as_items("S", S, self.n_items)
        if candidates is None:
            return self._kernel.gains(members, np.arange(self.n_items, dtype=np.int64))
        return self._kernel.gains(members, as_items("candidates", candidates, self.n_items, distinct=False))

    def check(self, rng: Rng = None, trials: int = 1000) -> None:
        """Look for a proof that the function is not submodular, or not monotone although it says so.

        Compares f(e | A) with f(e | B) for random sets A within B and items e of neither.

        Parameters
        ----------
        rng : None, int or numpy.random.Generator
            Source of randomness.
        trials : int
            How many pairs to try.

        Raises
        ------
        NotSubmodular
            With the witness.
        """
        self._kernel.audit(as_integer("trials", trials, 0, 2**63 - 1), as_seed(rng))

    @property
    def recipe(self) -> tuple[str, str, dict[str, Any]]:
        """Module, function and arguments that make it again."""
        return "porism.objectives", self.name, self.arguments

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={_brief(value)}" for name, value in self.arguments.items())
        return f"{self.name}({shown})"

    def __copy__(self) -> Objective:
        return self

    def __deepcopy__(self, memo: object) -> Objective:
        return self  # nothing of it can change

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, self.recipe


def _made_again(module: str, function: str, arguments: dict[str, Any]) -> Objective:
    again: Objective = getattr(importlib.import_module(module), function)(**arguments)
    return again


def made(name: str, kernel_objective: kernel.Objective, **arguments: Any) -> Objective:
    """An objective of this module, with those arguments that are not at their defaults."""
    return Objective(name, arguments, kernel_objective)


def as_items(name: str, value: Items, n_items: int, *, distinct: bool = True) -> npt.NDArray[np.int64]:
    """Items as the kernels take them.

    Raises
    ------
    InvalidType
        If `value` holds anything but integers.
    UnknownItem, DuplicateItem
        If one is outside the ground set, or there twice where all must be `distinct`.
    """
    must = f"distinct items in 0..{n_items - 1}" if distinct else f"items in 0..{n_items - 1}"
    given = value if isinstance(value, np.ndarray) or np.isscalar(value) else _listed(name, value, must)
    array = plain_array(name, given, must)
    if array.ndim != 1:
        raise InvalidInput(f"{name} must be a 1-D collection of {must}, got {describe(value)}")
    if array.dtype.kind not in "iu" and array.size:
        raise InvalidType(f"{name} must be {must}, got dtype {array.dtype}")
    outside = (array < 0) | (array >= n_items) if array.size else np.zeros(0, bool)
    if outside.any():
        raise UnknownItem(f"{name} must be {must}, got {array[np.argmax(outside)]}")
    items = np.ascontiguousarray(array, dtype=np.int64)
    if distinct and len(items) > 1:
        ordered = np.sort(items)
        twice = ordered[1:] == ordered[:-1]
        if twice.any():
            raise DuplicateItem(f"{name} must be {must}, got {ordered[np.argmax(twice)]} twice")
    return items


def _listed(name: str, value: Any, must: str) -> list[Any]:
    try:
        return list(value)
    except TypeError:
        raise InvalidType(f"{name} must be {must}, got {describe(value)}") from None
