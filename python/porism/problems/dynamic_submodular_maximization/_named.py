"""Selectors whose items go by names: identifiers of documents, keys of a store, anything hashable."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import Progress, describe
from porism.errors import InvalidInput, InvalidType
from porism.objectives._errors import UnknownItem
from porism.problems.dynamic_submodular_maximization.problem import DynamicSelector

__all__ = ["Named"]


class Named:
    """A selector that speaks of its items by name.

    Parameters
    ----------
    selector : DynamicSelector
        What any solver of the problem returned. It is used, not copied.
    names : iterable of n_items distinct hashables
        The names of the objective's items 0 … n_items-1.

    Attributes
    ----------
    selector : DynamicSelector
        The selector. What is not here (windows, snapshots) is there, with numbers for items.
    names : tuple
        The names.

    Raises
    ------
    InvalidType, InvalidInput
        If the selector is none, or there are more or fewer names than items, or one name twice.

    Examples
    --------
    >>> from porism import objectives
    >>> from porism.problems.dynamic_submodular_maximization import Named, dynamic_submodular
    >>> documents = {"a.txt": ["cat", "dog", "owl"], "b.txt": ["dog"], "c.txt": ["bee", "fly"]}
    >>> f = objectives.coverage(list(documents.values()))
    >>> summary = Named(dynamic_submodular(f, 2, rng=0), documents)
    >>> summary.insert_many(documents)
    >>> summary.solution()
    ['a.txt', 'c.txt']
    >>> summary.delete("a.txt")
    >>> sorted(summary.solution())
    ['b.txt', 'c.txt']
    """

    def __init__(self, selector: DynamicSelector, names: Iterable[Hashable]) -> None:
        if not isinstance(selector, DynamicSelector):
            raise InvalidType(f"selector must be what a solver returned, got {describe(selector)}")
        self.selector = selector
        self.names = tuple(names)
        n_items = selector.objective.n_items
        if len(self.names) != n_items:
            raise InvalidInput(f"names must have one entry for each of the {n_items} items, got {len(self.names)}")
        try:
            self._numbers = {name: number for number, name in enumerate(self.names)}
        except TypeError:
            raise InvalidType("names must be hashable, got one that is not") from None
        if len(self._numbers) != n_items:
            twice = next(name for number, name in enumerate(self.names) if self._numbers[name] != number)
            raise InvalidInput(f"names must be distinct, got {twice!r} twice")

    def insert(self, name: Hashable, /) -> None:
        """Insert an item; see :meth:`DynamicSelector.insert`."""
        self._tell(self.selector.insert, self._number(name), name)

    def delete(self, name: Hashable, /) -> None:
        """Delete a live item; see :meth:`DynamicSelector.delete`."""
        self._tell(self.selector.delete, self._number(name), name)

    def insert_many(self, names: Iterable[Hashable], *, progress: Progress = False) -> None:
        """Insert several items in order."""
        self.selector.insert_many(self._all(names), progress=progress)

    def delete_many(self, names: Iterable[Hashable], *, progress: Progress = False) -> None:
        """Delete several items in order."""
        self.selector.delete_many(self._all(names), progress=progress)

    def apply(self, ops: npt.ArrayLike, names: Iterable[Hashable], *, progress: Progress = False) -> None:
        """Many updates in order; see :meth:`DynamicSelector.apply`."""
        self.selector.apply(ops, self._all(names), progress=progress)

    def solution(self) -> list[Any]:
        """The names of the chosen items, in order of choice."""
        return [self.names[number] for number in self.selector.solution().tolist()]

    def live(self) -> list[Any]:
        """The names of the live items, in the order of :meth:`DynamicSelector.live`."""
        return [self.names[number] for number in self.selector.live().tolist()]

    def value(self) -> float:
        """The value of :meth:`solution`."""
        return self.selector.value()

    def upper_bound(self) -> float:
        """No k live items are worth more than this."""
        return self.selector.upper_bound()

    def certified_ratio(self) -> float:
        """At least so much of the optimum is reached, now."""
        return self.selector.certified_ratio()

    @property
    def stats(self) -> Mapping[str, float]:
        """Counts of what was done so far."""
        return self.selector.stats

    def __len__(self) -> int:
        return len(self.selector)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, Hashable) and name in self._numbers and self._numbers[name] in self.selector

    def __iter__(self) -> Iterator[Any]:
        return iter(self.live())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.selector!r}>"

    def _number(self, name: Any) -> int:
        try:
            return self._numbers[name]
        except (KeyError, TypeError):
            raise UnknownItem(f"item must be one of the {len(self.names)} names, got {name!r}") from None

    def _all(self, names: Iterable[Any]) -> npt.NDArray[np.int64]:
        if isinstance(names, (str, bytes)) or not isinstance(names, Iterable):
            raise InvalidType(f"names must be an iterable of names, got {describe(names)}")
        return np.array([self._number(name) for name in names], dtype=np.int64)

    @staticmethod
    def _tell(update: Any, number: int, name: Hashable) -> None:
        try:
            update(number)
        except InvalidInput as refused:
            raise type(refused)(str(refused).replace(f"item {number}", f"item {name!r}")) from None
