"""For a solver of `submodular-maximization` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_integer, as_rng
from porism.objectives import NotMonotone, Objective
from porism.objectives._objective import as_items
from porism.problems.submodular_maximization.problem import SelectionResult, as_objective

__all__ = ["Call", "Oracle", "checked", "outcome"]


class Oracle:
    """Values of an objective, each set asked for once, with a count of the questions.

    Attributes
    ----------
    queries : int
        How often the objective was asked. The empty set's value is known without asking.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.queries = 0
        self._known: dict[frozenset[int], float] = {}

    def value(self, items: Sequence[int]) -> float:
        """f(items), distinct items in any order."""
        key = frozenset(items)
        if key not in self._known:
            self.queries += bool(key)
            self._known[key] = float(self.objective.value(sorted(key)))
        return self._known[key]


class Call(NamedTuple):
    """A valid call."""

    oracle: Oracle
    """The objective: ``call.oracle.value([3, 5])``."""
    k: int
    initial: list[int]
    """Items that are chosen already, and not counted in k."""
    candidates: list[int]
    """Items that may be chosen, rising, without the initial ones."""
    rng: np.random.Generator


def checked(
    objective: Any,
    k: Any,
    *,
    initial: Any = (),
    candidates: Any = None,
    rng: Rng = None,
    monotone: bool = True,
) -> Call:
    """The canonical arguments.

    Parameters
    ----------
    objective, k, initial, candidates, rng
        As the problem says.
    monotone : bool
        Whether the solver needs an objective that never falls; one that may fall is refused then.

    Raises
    ------
    InvalidInput, InvalidType, NotMonotone
        As the problem says.
    """
    f = as_objective(objective)
    number = as_integer("k", k, 1)
    chosen = as_items("initial", initial, f.n_items).tolist()
    offered = range(f.n_items) if candidates is None else as_items("candidates", candidates, f.n_items).tolist()
    if monotone and not f.monotone:
        raise NotMonotone(f"objective must never fall as items are added, got {f!r}, which may")
    left = sorted(set(offered) - set(chosen))
    return Call(Oracle(f), number, chosen, left, as_rng(rng))


def outcome(
    call: Call, ranking: Sequence[int], gains: npt.ArrayLike, value: float, *, upper_bound: float | None = None
) -> SelectionResult:
    """The result.

    Parameters
    ----------
    call : Call
        What :func:`checked` returned.
    ranking : sequence of int
        The chosen items, at most k, in order of choice, without the initial ones.
    gains : array of float
        What each added when it was chosen.
    value : float
        f of the initial and the chosen items.
    upper_bound : float, optional
        What no choice exceeds. By default the value of the initial items and the k largest gains that candidates have
        beside them, which submodularity makes a bound (it asks the objective for these).
    """
    if upper_bound is None:
        start = call.oracle.value(call.initial)
        single = sorted((call.oracle.value([*call.initial, item]) - start for item in call.candidates), reverse=True)
        upper_bound = start + sum(gain for gain in single[: call.k] if gain > 0)
    return SelectionResult(
        np.array(ranking, dtype=np.int64),
        np.array(gains, dtype=np.float64),
        float(value),
        max(float(upper_bound), float(value)),
        call.oracle.queries,
    )
