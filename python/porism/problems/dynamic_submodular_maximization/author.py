"""For a solver of `dynamic-submodular-maximization` of your own: the checked arguments, and a selector to build on."""

from __future__ import annotations

import abc
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_rng
from porism.objectives import DuplicateItem, NotMonotone, Objective, UnknownItem
from porism.objectives._objective import as_items
from porism.problems.dynamic_submodular_maximization.problem import DynamicSelector, prepared

__all__ = ["Call", "Remembering", "checked"]


class Call(NamedTuple):
    """A valid call."""

    objective: Objective
    k: int
    items: npt.NDArray[np.int64]
    """To be inserted at once: ``selector.insert_many(call.items)``."""
    window: int | None
    rng: np.random.Generator


def checked(objective: Any, k: Any, *, items: Any = (), window: Any = None, rng: Rng = None) -> Call:
    """The canonical arguments.

    Raises
    ------
    InvalidInput, InvalidType, NotMonotone
        As the problem says.
    """
    f, number, width = prepared(objective, k, window)
    if not f.monotone:
        raise NotMonotone(f"objective must never fall as items are added, got {f!r}, which may")
    return Call(f, number, as_items("items", items, f.n_items), width, as_rng(rng))


class Remembering(DynamicSelector):
    """A selector that remembers the live items in order of arrival, and chooses when it is asked.

    It asks the objective at the first reading after an update, and not again until the next one. A subclass writes
    :meth:`choose`. One that works while items come and go, instead of when it is asked, subclasses
    :class:`DynamicSelector` itself.
    """

    def __init__(self, objective: Objective, k: int, window: int | None = None) -> None:
        super().__init__(objective, k, window)
        self._items: dict[int, None] = {}
        self._queries = 0
        self._updates = 0
        self._chosen: tuple[list[int], float] | None = None
        self._bound: float | None = None

    @abc.abstractmethod
    def choose(self, items: Sequence[int]) -> Sequence[int]:
        """At most k of the live `items`, by whatever :meth:`ask` says of them; the same items, the same choice."""

    def ask(self, items: Sequence[int]) -> float:
        """The objective's value of distinct items; counts the question."""
        self._queries += bool(len(items))
        return float(self.objective.value(list(items)))

    def upper_bound(self) -> float:
        """The value of nothing and the k largest gains of single items: no k items exceed it (submodularity)."""
        if self._bound is None:
            empty = self.ask(())
            gains = sorted((self.ask((item,)) - empty for item in self._items), reverse=True)
            self._bound = empty + sum(gain for gain in gains[: self.k] if gain > 0)
        return self._bound

    @property
    def stats(self) -> Mapping[str, float]:
        """``queries``, ``updates`` and ``queries_per_update``."""
        per_update = self._queries / max(1, self._updates)
        return {"queries": self._queries, "updates": self._updates, "queries_per_update": per_update}

    def _insert(self, item: int) -> None:
        if item in self._items:
            raise DuplicateItem(f"item must not be live already, got {item}")
        self._items[item] = None
        self._updated()

    def _delete(self, item: int) -> None:
        if item not in self._items:
            raise UnknownItem(f"item must be live, got {item}")
        del self._items[item]
        self._updated()

    def _updated(self) -> None:
        self._updates += 1
        self._chosen = self._bound = None

    def _solution(self) -> tuple[npt.NDArray[np.int64], float]:
        if self._chosen is None:
            chosen = [int(item) for item in self.choose(list(self._items))]
            self._chosen = chosen, self.ask(chosen)
        return np.array(self._chosen[0], dtype=np.int64), self._chosen[1]

    def _live(self) -> npt.NDArray[np.int64]:
        return np.fromiter(self._items, dtype=np.int64, count=len(self._items))

    def _snapshot(self) -> bytes:
        counts = self.k, self._queries, self._updates
        return json.dumps([*counts, list(self._items), self._chosen, self._bound]).encode()

    @classmethod
    def _restored(cls, objective: Objective, snapshot: bytes, window: int | None) -> Self:
        k, queries, updates, items, chosen, bound = json.loads(snapshot)
        made = cls(objective, k, window)
        made._queries, made._updates = queries, updates
        made._items = dict.fromkeys(items)
        made._chosen = None if chosen is None else (chosen[0], chosen[1])
        made._bound = bound
        return made
