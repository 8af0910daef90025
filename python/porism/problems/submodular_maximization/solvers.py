"""Solvers of submodular maximization: thin fronts of the Rust kernels.

All but `random` and `brute-force` are greedy in some way. They differ in how many items they ask again before each
choice, in whether they see all items at once, and in what they promise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper
from porism._core import submodular as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import (
    Progress,
    Rng,
    as_array,
    as_choice,
    as_float,
    as_integer,
    as_n_jobs,
    as_seed,
    check_progress,
    describe,
)
from porism.errors import InvalidInput, InvalidType
from porism.objectives import Objective
from porism.objectives._objective import Items, as_items
from porism.problems.submodular_maximization._matroids import Matroid
from porism.problems.submodular_maximization.problem import SelectionResult, as_objective, submodular_maximization

__all__ = [
    "brute_force",
    "double_greedy",
    "greedy",
    "lazy_greedy",
    "random",
    "random_greedy",
    "sieve_streaming",
    "sieve_streaming_pp",
    "stochastic_greedy",
    "threshold_greedy",
    "two_stage",
]

BOUNDS = ("auto", "tight", "free")

EVERY = {"thread_invariant": True, "scale_free": True}
"""What every solver here claims, except"""

SIEVES = {"thread_invariant": True}
"""those whose thresholds are powers of 1 + epsilon, whatever the objective's unit is."""

NEMHAUSER_1978 = Paper(
    key="nemhauser1978analysis",
    title="An Analysis of Approximations for Maximizing Submodular Set Functions {I}",
    authors=("Nemhauser, George L.", "Wolsey, Laurence A.", "Fisher, Marshall L."),
    year=1978,
    venue="Mathematical Programming",
    volume="14",
    pages="265--294",
    doi="10.1007/BF01588971",
)

MINOUX_1978 = Paper(
    key="minoux1978accelerated",
    title="Accelerated Greedy Algorithms for Maximizing Submodular Set Functions",
    authors=("Minoux, Michel",),
    year=1978,
    venue="Optimization Techniques, Lecture Notes in Control and Information Sciences",
    volume="7",
    pages="234--243",
    doi="10.1007/BFb0006528",
    kind="incollection",
)

MIRZASOLEIMAN_2015 = Paper(
    key="mirzasoleiman2015lazier",
    title="Lazier Than Lazy Greedy",
    authors=(
        "Mirzasoleiman, Baharan",
        "Badanidiyuru, Ashwinkumar",
        "Karbasi, Amin",
        "Vondrák, Jan",
        "Krause, Andreas",
    ),
    year=2015,
    venue="AAAI Conference on Artificial Intelligence",
    pages="1812--1818",
    arxiv="1409.7938",
    kind="inproceedings",
)

BADANIDIYURU_VONDRAK_2014 = Paper(
    key="badanidiyuru2014fast",
    title="Fast Algorithms for Maximizing Submodular Functions",
    authors=("Badanidiyuru, Ashwinkumar", "Vondrák, Jan"),
    year=2014,
    venue="ACM-SIAM Symposium on Discrete Algorithms (SODA)",
    pages="1497--1514",
    doi="10.1137/1.9781611973402.110",
    kind="inproceedings",
)

BADANIDIYURU_2014 = Paper(
    key="badanidiyuru2014streaming",
    title="Streaming Submodular Maximization: Massive Data Summarization on the Fly",
    authors=("Badanidiyuru, Ashwinkumar", "Mirzasoleiman, Baharan", "Karbasi, Amin", "Krause, Andreas"),
    year=2014,
    venue="ACM SIGKDD Conference on Knowledge Discovery and Data Mining",
    pages="671--680",
    doi="10.1145/2623330.2623637",
    kind="inproceedings",
)

KAZEMI_2019 = Paper(
    key="kazemi2019submodular",
    title="Submodular Streaming in All Its Glory: Tight Approximation, Minimum Memory and Low Adaptive Complexity",
    authors=(
        "Kazemi, Ehsan",
        "Mitrovic, Marko",
        "Zadimoghaddam, Morteza",
        "Lattanzi, Silvio",
        "Karbasi, Amin",
    ),
    year=2019,
    venue="International Conference on Machine Learning (ICML)",
    pages="3311--3320",
    arxiv="1905.00948",
    kind="inproceedings",
)

BUCHBINDER_2014 = Paper(
    key="buchbinder2014submodular",
    title="Submodular Maximization with Cardinality Constraints",
    authors=("Buchbinder, Niv", "Feldman, Moran", "Naor, Joseph (Seffi)", "Schwartz, Roy"),
    year=2014,
    venue="ACM-SIAM Symposium on Discrete Algorithms (SODA)",
    pages="1433--1452",
    doi="10.1137/1.9781611973402.106",
    kind="inproceedings",
)

BUCHBINDER_2012 = Paper(
    key="buchbinder2012tight",
    title="A Tight Linear Time (1/2)-Approximation for Unconstrained Submodular Maximization",
    authors=("Buchbinder, Niv", "Feldman, Moran", "Naor, Joseph (Seffi)", "Schwartz, Roy"),
    year=2012,
    venue="IEEE Symposium on Foundations of Computer Science (FOCS)",
    pages="649--658",
    doi="10.1109/FOCS.2012.73",
    kind="inproceedings",
)

WEI_2014 = Paper(
    key="wei2014fast",
    title="Fast Multi-Stage Submodular Maximization",
    authors=("Wei, Kai", "Iyer, Rishabh", "Bilmes, Jeff"),
    year=2014,
    venue="International Conference on Machine Learning (ICML)",
    pages="1494--1502",
    arxiv="1408.6556",
    kind="inproceedings",
)


def search(  # type: ignore[empty-body]
    objective: Objective,
    k: int,
    *,
    initial: Items = (),
    candidates: Items | None = None,
    rng: Rng = None,
    bound: str = "auto",
    n_jobs: int | None = None,
    progress: Progress = False,
) -> SelectionResult:
    """Choose items.

    Parameters
    ----------
    bound : str
        How hard to look for an upper bound of the optimum: ``"free"`` takes what the solver knows anyway (infinity
        where that is nothing), ``"tight"`` asks every item once more at the end, ``"auto"`` does so only where nothing
        is known.
    n_jobs : int or None
        Threads that ask for gains: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr; or a callable ``(done, total, value)``.
    """


def constraints(
    *, costs: npt.ArrayLike | None = None, budget: float | None = None, matroid: Matroid | None = None
) -> None:
    """Further constraints.

    Parameters
    ----------
    costs : (n_items,) array-like, optional
        What each item costs, finite and above 0. Greedy then ranks by gain per cost, and the best single item is taken
        instead where that is worth more.
    budget : float, optional
        What chosen items may cost together; goes with `costs`.
    matroid : Matroid, optional
        What may be chosen together: :func:`partition_matroid`, :func:`laminar_matroid` or :func:`graphic_matroid`.
    """


def accuracy(*, epsilon: float = 0.1) -> None:
    """How exact to be.

    Parameters
    ----------
    epsilon : float
        The share that may be lost for speed, between 0 and 1.
    """


def selected(
    method: str,
    objective: Any,
    k: Any,
    *,
    initial: Items = (),
    candidates: Items | None = None,
    rng: Rng = None,
    bound: str = "auto",
    n_jobs: int | None = None,
    progress: Progress = False,
    costs: npt.ArrayLike | None = None,
    budget: float | None = None,
    matroid: Matroid | None = None,
    epsilon: float = 0.1,
) -> SelectionResult:
    """Check a call whole, and let the kernel choose."""
    f = as_objective(objective)
    number = as_integer("k", k, 1)
    chosen = as_items("initial", initial, f.n_items)
    offered = None if candidates is None else as_items("candidates", candidates, f.n_items)
    effort = as_choice("bound", bound, BOUNDS)
    share = as_float("epsilon", epsilon, 0.0, 1.0, ends="()")
    if method.startswith("sieve"):
        as_float("epsilon", epsilon, 1e-4, 1.0, ends="[)")
    threads = as_n_jobs(n_jobs)
    check_progress(progress)
    prices, limit = _budget(costs, budget, f.n_items)
    independent = _matroid(matroid, f.n_items)
    n_ground = f.n_items if offered is None else len(offered)
    n_left = n_ground - (len(chosen) if offered is None else int(np.isin(chosen, offered).sum()))
    if method == "double-greedy" and number < n_left:
        raise InvalidInput(f"k must be at least the number of candidates, {n_left}, for double-greedy, got {number}")
    with reporting(progress, method, "value") as report:
        found = kernel.select(
            f._kernel,
            min(number, 2**32),
            method,
            chosen,
            offered,
            prices,
            limit,
            independent,
            share,
            as_seed(rng),
            threads,
            effort,
            report,
        )
    return SelectionResult(found.ranking, found.gains, found.value, found.upper_bound, found.queries)


def _budget(
    costs: npt.ArrayLike | None, budget: float | None, n_items: int
) -> tuple[npt.NDArray[np.float64] | None, float]:
    if costs is None:
        if budget is not None:
            raise InvalidInput(f"costs must be given where budget is, got None with budget={budget!r}")
        return None, 0.0
    if budget is None:
        raise InvalidInput("budget must be given where costs are, got None")
    limit = as_float("budget", budget, 0.0, np.inf, ends="[)")
    prices = as_array("costs", costs, ndim=1, dtypes=[np.float64], promote=np.float64)
    if len(prices) != n_items:
        raise InvalidInput(f"costs must have one entry for each of the {n_items} items, got {len(prices)}")
    bad = ~((prices > 0) & np.isfinite(prices))
    if bad.any():
        place = int(np.argmax(bad))
        raise InvalidInput(f"costs must be finite and above 0, got {prices[place]} at costs[{place}]")
    return prices, limit


def _matroid(matroid: Any, n_items: int) -> kernel.Matroid | None:
    if matroid is None:
        return None
    if not isinstance(matroid, Matroid):
        raise InvalidType(f"matroid must be a Matroid, such as partition_matroid makes, got {describe(matroid)}")
    if matroid.n_items != n_items:
        raise InvalidInput(f"matroid must speak of the objective's {n_items} items, got one of {matroid.n_items}")
    return matroid._kernel


@porism.solver(
    submodular_maximization,
    "lazy-greedy",
    aliases=("celf",),
    paper=MINOUX_1978,
    complexity="n queries, and then few for each of the k choices as a rule; O(nk) at worst",
    claims=Claims(
        deterministic=True,
        greedy_choice=True,
        same_ranking_as="greedy",
        approximation_ratio="1 - (1 - 1/k)^k",
        budget=True,
        matroid=True,
        exactly_k=True,
        order_free=True,
        interruptible=True,
        **EVERY,
    ),
    default=True,
)
@like(search, constraints)
def lazy_greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Greedy choice with few questions: a gain that was told earlier is an upper bound of today's.

    The ranking is that of `greedy`, ties included; items whose old gain is below the best fresh one are not asked.
    """
    return selected("lazy-greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "greedy",
    paper=NEMHAUSER_1978,
    complexity="O(nk) queries",
    claims=Claims(
        deterministic=True,
        greedy_choice=True,
        approximation_ratio="1 - (1 - 1/k)^k",
        budget=True,
        matroid=True,
        exactly_k=True,
        order_free=True,
        interruptible=True,
        **EVERY,
    ),
)
@like(search, constraints)
def greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Take the item that gains most, k times, asking all items before each choice.

    As textbooks have it: what `lazy-greedy` is tested against.
    """
    return selected("greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "stochastic-greedy",
    aliases=("lazier-than-lazy-greedy",),
    paper=MIRZASOLEIMAN_2015,
    complexity="n·ln(1/epsilon) queries, whatever k, and n for the upper bound",
    claims=Claims(expected_ratio="1 - 1/e - epsilon", interruptible=True, **EVERY),
)
@like(search, accuracy)
def stochastic_greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Take the best of a random sample of n/k · ln(1/epsilon) items, k times."""
    return selected("stochastic-greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "threshold-greedy",
    paper=BADANIDIYURU_VONDRAK_2014,
    complexity="O(n/epsilon · ln(n/epsilon)) queries at worst, far fewer with lazy evaluation",
    claims=Claims(deterministic=True, approximation_ratio="1 - 1/e - epsilon", interruptible=True, **EVERY),
)
@like(search, accuracy)
def threshold_greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Take whatever gains at least a threshold, which falls by the factor 1 - epsilon.

    May choose fewer than k: items that gain less than epsilon/n of the best single one are left.
    """
    return selected("threshold-greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "two-stage",
    paper=WEI_2014,
    complexity="as lazy-greedy, with fewer queries in the first half",
    claims=Claims(
        deterministic=True,
        approximation_ratio="1 - exp(-(1 - epsilon))",
        order_free=True,
        interruptible=True,
        **EVERY,
    ),
)
@like(search, accuracy)
def two_stage(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Choose the first half by lazy greedy that is content with 1 - epsilon of the best gain, the rest exactly."""
    return selected("two-stage", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "sieve-streaming",
    paper=BADANIDIYURU_2014,
    complexity="O(ln(k)/epsilon) queries an item, one pass, O(k·ln(k)/epsilon) items held",
    claims=Claims(deterministic=True, approximation_ratio="1/2 - epsilon", interruptible=True, **SIEVES),
)
@like(search, accuracy)
def sieve_streaming(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """See every candidate once, in the order given, and keep a set for every guess of the optimum."""
    return selected("sieve-streaming", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "sieve-streaming-pp",
    aliases=("sieve-streaming-plus-plus",),
    paper=KAZEMI_2019,
    complexity="O(ln(k)/epsilon) queries an item, one pass, O(k/epsilon) items held",
    claims=Claims(deterministic=True, approximation_ratio="1/2 - epsilon", interruptible=True, **SIEVES),
)
@like(search, accuracy)
def sieve_streaming_pp(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """See every candidate once, and drop guesses that the best set so far has overtaken."""
    return selected("sieve-streaming-pp", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "random-greedy",
    paper=BUCHBINDER_2014,
    complexity="O(nk) queries",
    claims=Claims(expected_ratio="1/e", non_monotone=True, interruptible=True, **EVERY),
)
@like(search)
def random_greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Take a random one of the k largest gains, k times: 1/e in expectation also where the objective is not monotone.

    Where fewer than k items gain anything, a step may take none.
    """
    return selected("random-greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "double-greedy",
    paper=BUCHBINDER_2012,
    complexity="O(n) queries",
    claims=Claims(expected_ratio="1/2", non_monotone=True, unconstrained=True, **EVERY),
)
@like(search)
def double_greedy(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Decide on each item once, at random in proportion to what taking it and leaving it would gain.

    For any submodular function that is nowhere negative, without a bound on the size: k must be at least the number of
    candidates.
    """
    return selected("double-greedy", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "random",
    complexity="k queries, and n for the upper bound",
    claims=Claims(non_monotone=True, exactly_k=True, **EVERY),
)
@like(search)
def random(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Choose k items at random: what every other solver should beat."""
    return selected("random", objective, k, **options)


@porism.solver(
    submodular_maximization,
    "brute-force",
    complexity="all sets of k items; refused above 200 000",
    claims=Claims(
        deterministic=True,
        non_monotone=True,
        approximation_ratio="1",
        budget=True,
        matroid=True,
        exactly_k=True,
        order_free=True,
        **EVERY,
    ),
)
@like(search, constraints)
def brute_force(objective: Objective, k: int, **options: Any) -> SelectionResult:
    """Look at every set: the optimum, for small instances.

    Of several best sets it takes the first in lexicographic order.
    """
    return selected("brute-force", objective, k, **options)
