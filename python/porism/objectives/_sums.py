"""Modular functions, weighted sums of objectives, and functions that Python computes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._validation import as_flag, as_integer, describe
from porism.errors import InvalidInput, InvalidType
from porism.objectives._inputs import as_weights
from porism.objectives._objective import Objective, made

__all__ = ["mixture", "modular", "python"]


def modular(weights: npt.ArrayLike) -> Objective:
    """The sum of the chosen items' own weights.

    Parameters
    ----------
    weights : (n_items,) array-like
        What each item is worth, finite and ≥ 0.
    """
    own = as_weights("weights", weights, None, "items")
    return made("modular", kernel.modular(own), weights=own)


def mixture(parts: Sequence[Objective], weights: npt.ArrayLike | None = None) -> Objective:
    """A weighted sum of objectives over the same items.

    Parameters
    ----------
    parts : sequence of Objective
        At least one, all with the same number of items.
    weights : (len(parts),) array-like, optional
        Finite and ≥ 0; 1 by default.

    Raises
    ------
    InvalidInput, InvalidType
        If there are no parts, or they do not fit one another.
    """
    if not isinstance(parts, Sequence) or not all(isinstance(part, Objective) for part in parts):
        raise InvalidType(f"parts must be a sequence of objectives, got {describe(parts)}")
    sizes = {part.n_items for part in parts}
    if len(sizes) != 1:
        found = ", ".join(str(part.n_items) for part in parts) or "no objectives"
        raise InvalidInput(f"parts must be objectives of the same number of items, got {found}")
    own = as_weights("weights", np.ones(len(parts)) if weights is None else weights, len(parts), "parts")
    kernels = [part._kernel for part in parts]
    return made("mixture", kernel.mixture(kernels, own), parts=list(parts), weights=own)


def python(
    value: Callable[[list[int]], float] | None = None,
    n_items: int | None = None,
    *,
    gain: Callable[[list[int], int], float] | None = None,
    monotone: bool = True,
    memo: int = 0,
) -> Objective:
    """A function of your own. That it is submodular is believed; :meth:`Objective.check` tests it.

    Parameters
    ----------
    value : callable (list of int) -> float
        f of a set, given as a list without repetitions, in the order in which items were added. Must depend on the set
        alone. May be left out where `gain` is given: values are then sums of gains.
    n_items : int
        The size of the ground set.
    gain : callable (list of int, int) -> float, optional
        f(S + item) - f(S), where that is cheaper than two values.
    monotone : bool
        Whether the function never falls as sets grow. If it does all the same, :class:`OracleError` says so.
    memo : int
        How many values to remember, so that `value` is not called again for a set that was asked lately. Queries are
        counted as the algorithm asks them, remembered or not.

    Returns
    -------
    Objective
        Calls the function on the thread that made the call, once for every query that a solver counts; exceptions that
        it raises arrive as they are.

    Raises
    ------
    InvalidInput, InvalidType
        If an argument is not so, or the function returns something else than a number for the empty set.
    """
    if n_items is None:
        raise InvalidType("n_items must be an integer ≥ 0, got None")
    size = as_integer("n_items", n_items, 0, 2**32 - 2)
    rising = as_flag("monotone", monotone)
    remembered = as_integer("memo", memo, 0)
    for name, function in (("value", value), ("gain", gain)):
        if function is not None and not callable(function):
            raise InvalidType(f"{name} must be a function, got {describe(function)}")
    if value is None and gain is None:
        raise InvalidType("value must be a function of a list of items, got None")
    called: Callable[[list[int]], float] = functools.partial(_added_up, gain) if value is None else value  # type: ignore[arg-type]
    if remembered:
        called = _remembering(called, remembered)
    arguments: dict[str, Any] = {"value": value, "n_items": size}
    if gain is not None:
        arguments["gain"] = gain
    if not rising:
        arguments["monotone"] = False
    if remembered:
        arguments["memo"] = remembered
    return made("python", kernel.python(called, size, rising, gain), **arguments)


def _added_up(gain: Callable[[list[int], int], float], items: list[int]) -> float:
    return float(sum(gain(items[:place], item) for place, item in enumerate(items)))


def _remembering(value: Callable[[list[int]], float], size: int) -> Callable[[list[int]], float]:
    @functools.lru_cache(maxsize=size)
    def of_set(items: frozenset[int]) -> float:
        return value(sorted(items))

    return lambda items: of_set(frozenset(items))
