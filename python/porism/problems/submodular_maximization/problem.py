"""The problem `submodular-maximization`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng, as_choice, describe
from porism.errors import InvalidType

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.objectives import Objective
    from porism.objectives._objective import Items

__all__ = ["STATEMENTS", "SelectionResult", "as_objective", "from_table", "submodular_maximization"]

NEMHAUSER = "Nemhauser, Wolsey & Fisher 1978"

STATEMENTS = (
    Law("feasible", "at most k distinct candidates are chosen, none of them an initial one", source="the definition"),
    Law(
        "value",
        "value is that of the initial and the chosen items together, by the objective's definition",
        source="the definition",
    ),
    Law(
        "gains",
        "every gain is what its item added when it was chosen, and gains sum to the value gained",
        source="the definition",
    ),
    Law(
        "certificate",
        "no admissible choice is worth more than upper_bound, and certified_ratio is value / upper_bound",
        source="brute force; f(O) ≤ f(S) + the sum of the k largest f(e | S), by submodularity",
    ),
    Law("queries", "queries is how often a function given by its values is called", source="porism's interface"),
    Law(
        "monotonicity",
        "an objective that may fall is refused, except by solvers that are made for it",
        source="porism's interface",
    ),
    Law(
        "scaling",
        "multiplying the objective by a power of two multiplies the gains by it and keeps the ranking",
        claim="scale_free",
        source="follows from the definition",
    ),
    Law(
        "initial",
        "initial items count for the value and are not ranked: gains are on top of them",
        source="porism's interface",
    ),
    Law(
        "bounds",
        "bound='tight' never gives a worse upper bound than 'free', and changes nothing else",
        source="porism's interface",
    ),
    Law(
        "greedy-choice",
        "every item gains most when it is chosen, and of several such it is the one with the smallest number",
        claim="greedy_choice",
        source=NEMHAUSER,
    ),
    Law("decreasing-gains", "gains never increase", claim="greedy_choice", source="submodularity"),
    Law(
        "same-ranking",
        "the ranking is that of the claimed solver, and it takes no more queries",
        claim="same_ranking_as",
        source="Minoux 1978",
    ),
    Law(
        "approximation",
        "the value gained is at least the claimed share of the optimum, always",
        claim="approximation_ratio",
        source="brute force",
    ),
    Law(
        "expectation",
        "the mean value gained over many seeds is at least the claimed share of the optimum",
        claim="expected_ratio",
        source="brute force; the mean of 400 runs, six standard errors",
    ),
    Law(
        "budget",
        "what is chosen costs at most the budget, and is worth at least (1 - 1/e)/2 of the best that does",
        claim="budget",
        source="Leskovec et al. 2007, Theorem 3",
    ),
    Law(
        "matroid",
        "what is chosen is independent, and worth at least half of the best independent set",
        claim="matroid",
        source="Fisher, Nemhauser & Wolsey 1978",
    ),
    Law(
        "non-monotone",
        "objectives that may fall as sets grow are taken, and the other laws hold",
        claim="non_monotone",
        source="porism's interface",
    ),
    Law(
        "exactly-k",
        "of an objective that falls with every item exactly k are chosen",
        claim="exactly_k",
        source="porism's interface",
    ),
    Law(
        "candidate-order",
        "the order of the candidates changes nothing",
        claim="order_free",
        source="porism's interface",
    ),
    Law(
        "unconstrained",
        "a k below the number of candidates is refused",
        claim="unconstrained",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SelectionResult(porism.Result):
    """Chosen items, and how much better any choice could be.

    Attributes
    ----------
    ranking : (m,) int64 array
        The chosen items, m ≤ k, in the order in which they were chosen; initial items are not among them.
    gains : (m,) float64 array
        What each added to the value when it was chosen.
    value : float
        f of the initial and the chosen items together.
    upper_bound : float
        No admissible choice is worth more. Holds whatever the solver did.
    queries : int
        Sets of which the objective was asked for the value.
    certified_ratio : float
        value / upper_bound: at least so much of the optimum was reached; 1 where both are 0.
    """

    ranking: npt.NDArray[np.int64]
    gains: npt.NDArray[np.float64]
    value: float
    upper_bound: float
    queries: int
    certified_ratio: float = field(init=False)

    def __post_init__(self) -> None:
        ratio = min(1.0, self.value / self.upper_bound) if self.upper_bound > 0 else 1.0
        object.__setattr__(self, "certified_ratio", ratio)

    def plot(self, X: Any = None, *, ax: Axes | None = None) -> Axes:
        """Draw the value as items are chosen, and the upper bound.

        Parameters
        ----------
        X : (n_items, d) array-like, optional
            The items: drawn in the plane of their first two principal components instead, the chosen ones ringed and
            numbered in order of choice.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism[plot]'``.
        InvalidInput
            If X has fewer rows than items were chosen from.
        """
        from porism.problems.submodular_maximization._plot import plot

        return plot(self, X, ax)


@porism.problem(
    "submodular-maximization",
    result=SelectionResult,
    tags=("submodular", "subset-selection", "summarization"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def submodular_maximization(  # type: ignore[empty-body]
    objective: Objective, k: int, *, initial: Items = (), candidates: Items | None = None, rng: Rng = None
) -> SelectionResult:
    """Choose at most k items whose joint value is large, where the value of an item falls as others are chosen.

    Representative subsets, summaries, sensor places, seeds of a cascade: whatever has diminishing returns. The problem
    is NP-hard; for monotone objectives greedy choice reaches 1 - 1/e of the optimum, which is the best that polynomial
    time can promise.

    Parameters
    ----------
    objective : Objective
        A set function made by :mod:`porism.objectives`, of your own too (``objectives.python``).
    k : int
        How many items may be chosen, at least 1. More than there are is all of them.
    initial : (m,) array-like or iterable of int
        Items that are chosen already: they count for the value, but not for k, and are not ranked.
    candidates : (c,) array-like or iterable of int, optional
        The items to choose from; by default all. Streaming solvers meet them in this order.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    SelectionResult

    Raises
    ------
    InvalidType, InvalidInput
        If an argument is not so.
    UnknownItem, DuplicateItem
        If an item is outside the ground set, or named twice.
    NotMonotone
        If the objective may fall as sets grow, and the solver is not made for that.
    OracleError, or what a Python function raises
        If the objective cannot tell a value.

    Examples
    --------
    >>> from porism import objectives, registry
    >>> f = objectives.coverage([["x", "y", "z"], ["z", "q"], ["q", "r"]])
    >>> result = registry.get("lazy-greedy")(f, 2)
    >>> result.ranking.tolist(), result.value
    ([0, 2], 5.0)
    """


OBJECTIVES = ("facility-location", "feature-based", "coverage")


def from_table(
    X: npt.NDArray[Any],
    *,
    objective: str = "facility-location",
    metric: str = "rbf",
    gamma: float | None = None,
    concave: str = "sqrt",
) -> Objective:
    """Make the objective of a table with a row per item: what the command line hands to a solver.

    Parameters
    ----------
    X : (n_items, d) array
        The table.
    objective : str
        ``"facility-location"``, ``"feature-based"``, or ``"coverage"`` (entries that are not 0 cover).
    metric, gamma
        Of facility location: see :func:`porism.objectives.facility_location`.
    concave : str
        Of the feature-based objective.
    """
    from porism import objectives

    kind = as_choice("objective", objective, OBJECTIVES)
    if kind == "coverage":
        return objectives.coverage(X)
    if kind == "feature-based":
        return objectives.feature_based(X, concave)
    return objectives.facility_location(X=X, metric=metric, gamma=gamma)


def as_objective(value: object) -> Objective:
    """An objective, or an error that says how to make one."""
    from porism.objectives import Objective

    if isinstance(value, Objective):
        return value
    if callable(value):
        hint = "; make one of your function with porism.objectives.python(function, n_items)"
    elif isinstance(value, np.ndarray):
        hint = "; make one of an array with a function of porism.objectives, such as facility_location(X=array)"
    else:
        hint = ""
    raise InvalidType(f"objective must be a porism.objectives.Objective, got {describe(value)}{hint}")
