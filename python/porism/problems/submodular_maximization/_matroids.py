"""Matroids: which sets may be chosen, where a bound on their number does not say it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._result import _brief
from porism._validation import as_array, as_integer, describe
from porism.errors import InvalidInput, InvalidType
from porism.objectives._objective import Items, as_items

__all__ = ["Matroid", "graphic_matroid", "laminar_matroid", "partition_matroid"]


class Matroid:
    """A family of sets that may be chosen. Made by the functions of this module; immutable, and can be pickled.

    Attributes
    ----------
    name : str
        The function that made it.
    arguments : dict
        What it was made from.
    """

    __slots__ = ("_kernel", "arguments", "name")

    def __init__(self, name: str, arguments: dict[str, Any], kernel_matroid: kernel.Matroid) -> None:
        self.name = name
        self.arguments = arguments
        self._kernel = kernel_matroid

    @property
    def n_items(self) -> int:
        """The items that it speaks of: those of the objective."""
        return self._kernel.n_items

    def is_independent(self, S: Items) -> bool:
        """Whether the items of S may be chosen together."""
        return self._kernel.is_independent(as_items("S", S, self.n_items))

    @property
    def recipe(self) -> tuple[str, str, dict[str, Any]]:
        """Module, function and arguments that make it again."""
        return __name__.rpartition(".")[0], self.name, self.arguments

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={_brief(value)}' for name, value in self.arguments.items())})"

    def __deepcopy__(self, memo: object) -> Matroid:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (self.name, self.arguments)


def _made_again(name: str, arguments: dict[str, Any]) -> Matroid:
    made: Matroid = globals()[name](**arguments)
    return made


def _labels(name: str, value: Any) -> list[Hashable]:
    if isinstance(value, np.ndarray):
        if value.ndim != 1:
            raise InvalidInput(f"{name} must be 1-D, got {describe(value)}")
        labels: list[Hashable] = value.tolist()
        return labels
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidType(f"{name} must be a sequence with one entry for each item, got {describe(value)}")
    return list(value)


def partition_matroid(groups: Sequence[Hashable] | npt.NDArray[Any], capacities: int | Mapping[Any, int]) -> Matroid:
    """At most so many items of every group.

    Parameters
    ----------
    groups : (n_items,) sequence
        The group of each item: anything hashable.
    capacities : int, or mapping of groups to int
        How many items each group may give: one number for all, or one for each.

    Raises
    ------
    InvalidInput, InvalidType
        If a group has no capacity, or one is negative.
    """
    labels = _labels("groups", groups)
    numbers: dict[Hashable, int] = {}
    members = np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int64)
    if isinstance(capacities, Mapping):
        missing = [label for label in numbers if label not in capacities]
        if missing:
            raise InvalidInput(f"capacities must have an entry for every group, got none for {missing[0]!r}")
        sizes = [as_integer("capacities", capacities[label], 0, 2**32 - 1) for label in numbers]
    else:
        sizes = [as_integer("capacities", capacities, 0, 2**32 - 1)] * len(numbers)
    made = kernel.Matroid.partition(members, np.array(sizes, dtype=np.int64))
    return Matroid("partition_matroid", {"groups": groups, "capacities": capacities}, made)


def laminar_matroid(groups: npt.ArrayLike, parents: npt.ArrayLike, capacities: npt.ArrayLike) -> Matroid:
    """Groups within groups, each with a bound on all that is chosen inside it.

    Parameters
    ----------
    groups : (n_items,) array-like of int
        The innermost group of each item, from 0.
    parents : (n_groups,) array-like of int
        The group around each group; a group that is its own parent is outermost.
    capacities : (n_groups,) array-like of int
        How many items each group and those inside it may give together.

    Raises
    ------
    InvalidInput, InvalidType
        If a group is out of range, or parents go round in a circle.
    """
    own, around, sizes = (
        as_array(name, value, ndim=1, dtypes=[np.int64], promote=np.int64)
        for name, value in (("groups", groups), ("parents", parents), ("capacities", capacities))
    )
    if len(around) != len(sizes):
        raise InvalidInput(f"parents must have one entry for each of the {len(sizes)} groups, got {len(around)}")
    for name, values in (("groups", own), ("parents", around)):
        outside = (values < 0) | (values >= len(sizes))
        if outside.any():
            raise InvalidInput(f"{name} must be groups in 0..{len(sizes) - 1}, got {values[np.argmax(outside)]}")
    if (sizes < 0).any():
        raise InvalidInput(f"capacities must be at least 0, got {sizes.min()}")
    made = kernel.Matroid.laminar(own, around, np.minimum(sizes, 2**32 - 1))
    return Matroid("laminar_matroid", {"groups": own, "parents": around, "capacities": sizes}, made)


def graphic_matroid(edges: Sequence[tuple[Hashable, Hashable]] | npt.NDArray[Any]) -> Matroid:
    """Items are edges of a graph, and chosen edges close no cycle.

    Parameters
    ----------
    edges : (n_items, 2) sequence
        The two ends of each item's edge: anything hashable.

    Raises
    ------
    InvalidInput, InvalidType
        If an edge has not two ends.
    """
    ends = edges.tolist() if isinstance(edges, np.ndarray) else edges
    if isinstance(ends, str) or not isinstance(ends, Sequence):
        raise InvalidType(f"edges must be a sequence of pairs, got {describe(edges)}")
    for place, edge in enumerate(ends):
        if isinstance(edge, str) or not isinstance(edge, Sequence) or len(edge) != 2:
            raise InvalidInput(f"edges must be a sequence of pairs, got {describe(edge)} at edges[{place}]")
    numbers: dict[Hashable, int] = {}
    numbered = [[numbers.setdefault(end, len(numbers)) for end in edge] for edge in ends]
    array = np.array(numbered, dtype=np.int64).reshape(-1, 2)
    made = kernel.Matroid.graphic(array[:, 0].copy(), array[:, 1].copy(), len(numbers))
    return Matroid("graphic_matroid", {"edges": edges}, made)
