"""Solvers that keep a choice good while items come and go: the dynamic algorithm, and what it has to beat.

The dynamic algorithm is a reconstruction: the structure (guesses of the optimum, levels, buckets, samples whose size is
found by independent trials, lazy deletion) is that of the paper; the constants, the sequential test and the certificate
are this package's own, and so is the proof that they give 1/2 - epsilon. The crate's documentation has it.
"""

from __future__ import annotations

from typing import Any

import porism
from porism import Claims, Paper
from porism._core import submodular as kernel
from porism._solver import like
from porism._validation import Rng, as_flag, as_float, as_integer, as_n_jobs, as_seed
from porism.objectives import Objective
from porism.objectives._objective import Items, as_items
from porism.problems.dynamic_submodular_maximization._selector import KernelSelector
from porism.problems.dynamic_submodular_maximization.problem import (
    DynamicSelector,
    dynamic_submodular_maximization,
    prepared,
)

__all__ = ["dynamic_lmntz", "dynamic_submodular", "rebuild_greedy_on_hit", "recompute_lazy_greedy", "swap_on_insert"]

BANIHASHEM_2023 = Paper(
    key="banihashem2023dynamic",
    title="Dynamic Constrained Submodular Optimization with Polylogarithmic Update Time",
    authors=(
        "Banihashem, Kiarash",
        "Biabani, Leyla",
        "Goudarzi, Samira",
        "Hajiaghayi, MohammadTaghi",
        "Jabbarzade, Peyman",
        "Monemizadeh, Morteza",
    ),
    year=2023,
    venue="International Conference on Machine Learning (ICML)",
    volume="202",
    pages="1660--1691",
    arxiv="2305.15192",
    kind="inproceedings",
)

LATTANZI_2020 = Paper(
    key="lattanzi2020fully",
    title="Fully Dynamic Algorithm for Constrained Submodular Optimization",
    authors=(
        "Lattanzi, Silvio",
        "Mitrović, Slobodan",
        "Norouzi-Fard, Ashkan",
        "Tarnawski, Jakub",
        "Zadimoghaddam, Morteza",
    ),
    year=2020,
    venue="Advances in Neural Information Processing Systems (NeurIPS)",
    arxiv="2006.04704",
    kind="inproceedings",
)

BUCHBINDER_2015 = Paper(
    key="buchbinder2015online",
    title="Online Submodular Maximization with Preemption",
    authors=("Buchbinder, Niv", "Feldman, Moran", "Schwartz, Roy"),
    year=2015,
    venue="ACM-SIAM Symposium on Discrete Algorithms (SODA)",
    pages="1202--1216",
    doi="10.1137/1.9781611973730.80",
    kind="inproceedings",
)


def start(  # type: ignore[empty-body]
    objective: Objective, k: int, *, items: Items = (), window: int | None = None, rng: Rng = None
) -> DynamicSelector:
    """Begin.

    Parameters
    ----------
    rng : None, int or numpy.random.Generator
        Source of randomness.
    """


def accuracy(*, epsilon: float = 0.2) -> None:
    """How exact to be.

    Parameters
    ----------
    epsilon : float
        What is lost against one half, in [0.001, 0.5]: smaller is better and slower.
    """


def sampling(
    *, refill: bool = True, trials: int | None = None, max_failure: float | None = None, n_jobs: int | None = None
) -> None:
    """How the dynamic algorithm works.

    Parameters
    ----------
    refill : bool
        Whether a solution of fewer than k items is topped up greedily, from a bounded number of candidates, when it is
        read.
    trials : int, optional
        Trials of every test of a sample's size; by default as many as a sequential test needs.
    max_failure : float, optional
        The probability that some current level rests on a wrong test, in (0, 1); by default 0.2 · epsilon.
    n_jobs : int or None
        Threads for large rebuilds. The result does not depend on it.
    """


def begun(
    method: str,
    objective: Any,
    k: Any,
    *,
    items: Items = (),
    window: int | None = None,
    rng: Rng = None,
    epsilon: float = 0.2,
    refill: bool = True,
    trials: int | None = None,
    max_failure: float | None = None,
    n_jobs: int | None = None,
) -> KernelSelector:
    """Check a call whole, and make the selector."""
    f, number, length = prepared(objective, k, window)
    share = as_float("epsilon", epsilon, 0.001, 0.5)
    first = as_items("items", items, f.n_items)
    tests = 0 if trials is None else as_integer("trials", trials, 1, 2**31 - 1)
    failure = 0.0 if max_failure is None else as_float("max_failure", max_failure, 0.0, 1.0, ends="()")
    full = as_flag("refill", refill)
    threads = as_n_jobs(n_jobs)
    made = kernel.Selector(f._kernel, number, method, share, as_seed(rng), full, tests, failure, threads)
    selector = KernelSelector(f, made, length)
    if len(first):
        selector.insert_many(first)
    return selector


@porism.solver(
    dynamic_submodular_maximization,
    "dynamic-submodular",
    aliases=("dynamic-banihashem",),
    paper=BANIHASHEM_2023,
    complexity="polylogarithmic in the number of live items: amortised queries per update, in expectation",
    claims=Claims(
        expected_ratio="1/2 - epsilon",
        self_checking=True,
        uniform_samples=True,
        sublinear_queries=True,
        thread_invariant=True,
        interruptible=True,
    ),
    default=True,
)
@like(start, accuracy, sampling)
def dynamic_submodular(objective: Objective, k: int, **options: Any) -> DynamicSelector:
    """Stay within 1/2 - epsilon of the optimum, in expectation, at a cost that hardly depends on how much is live.

    The expectation is over the solver's own randomness, for streams that do not look at its solutions. Of streams that
    do, :meth:`DynamicSelector.certified_ratio` still tells the truth, and ``rebuild_all()`` begins anew.
    """
    return begun("dynamic-submodular", objective, k, **options)


@porism.solver(
    dynamic_submodular_maximization,
    "recompute-lazy-greedy",
    complexity="nothing per update; at least one query per live item when a solution is read",
    claims=Claims(deterministic=True, same_solution_as="lazy-greedy"),
)
@like(start)
def recompute_lazy_greedy(objective: Objective, k: int, **options: Any) -> DynamicSelector:
    """Run lazy greedy over the live items when somebody looks, once per update at most: the best value there is."""
    return begun("recompute-lazy-greedy", objective, k, **options)


@porism.solver(
    dynamic_submodular_maximization,
    "rebuild-greedy-on-hit",
    complexity="nothing per update; lazy greedy after a chosen item was deleted",
    claims=Claims(deterministic=True),
)
@like(start)
def rebuild_greedy_on_hit(objective: Objective, k: int, **options: Any) -> DynamicSelector:
    """Keep a greedy solution until one of its items is deleted; what comes later enters only while there is room."""
    return begun("rebuild-greedy-on-hit", objective, k, **options)


@porism.solver(
    dynamic_submodular_maximization,
    "swap-on-insert",
    paper=BUCHBINDER_2015,
    complexity="O(k) queries per insertion, n per deletion of a chosen item",
    claims=Claims(deterministic=True, interruptible=True),
)
@like(start)
def swap_on_insert(objective: Objective, k: int, **options: Any) -> DynamicSelector:
    """Exchange a chosen item for a new one where that raises the value by a k-th.

    1/4 of the optimum while nothing is deleted; no promise after that.
    """
    return begun("swap-on-insert", objective, k, **options)


@porism.solver(
    dynamic_submodular_maximization,
    "dynamic-lmntz",
    paper=LATTANZI_2020,
    complexity="O(k²·log²(n)/epsilon³) queries per update are claimed",
    claims=Claims(interruptible=True),
)
@like(start, accuracy)
def dynamic_lmntz(objective: Objective, k: int, **options: Any) -> DynamicSelector:
    """Levels with buffers, built anew when the value of what they chose has fallen: to compare with.

    The trigger looks at the samples themselves, so that these do not stay independent of what is deleted; no ratio is
    claimed here.
    """
    return begun("dynamic-lmntz", objective, k, **options)
