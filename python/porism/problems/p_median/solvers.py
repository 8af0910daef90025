"""The p-median solvers: exchanges and additions by the kernels of k-medoids, and an exact one."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, ComputationError, InvalidInput, Paper, TooLarge
from porism._core import kmedoids as kernel
from porism._progress import reporting
from porism._solver import like
from porism._validation import Progress, Rng, as_float, as_integer, as_n_jobs, as_rng, as_seed, check_memory
from porism.problems._choice import Init
from porism.problems.p_median._call import Call, Numbers, by_site, prepared
from porism.problems.p_median._program import ROUNDING, Task, optimum, relaxed
from porism.problems.p_median.problem import PMedianResult, p_median

__all__ = ["fast_interchange", "greedy_addition", "milp", "teitz_bart"]

EVERY = {"thread_invariant": True, "interruptible": True, "exact_integers": True}
"""What every solver here claims that is a kernel's."""

KUEHN_HAMBURGER_1963 = Paper(
    key="kuehn1963heuristic",
    title="A Heuristic Program for Locating Warehouses",
    authors=("Kuehn, Alfred A.", "Hamburger, Michael J."),
    year=1963,
    venue="Management Science",
    volume="9",
    pages="643--666",
    doi="10.1287/mnsc.9.4.643",
)

TEITZ_BART_1968 = Paper(
    key="teitz1968heuristic",
    title="Heuristic Methods for Estimating the Generalized Vertex Median of a Weighted Graph",
    authors=("Teitz, Michael B.", "Bart, Polly"),
    year=1968,
    venue="Operations Research",
    volume="16",
    pages="955--961",
    doi="10.1287/opre.16.5.955",
)

REVELLE_SWAIN_1970 = Paper(
    key="revelle1970central",
    title="Central Facilities Location",
    authors=("ReVelle, Charles S.", "Swain, Ralph W."),
    year=1970,
    venue="Geographical Analysis",
    volume="2",
    pages="30--42",
    doi="10.1111/j.1538-4632.1970.tb00142.x",
)

WHITAKER_1983 = Paper(
    key="whitaker1983fast",
    title="A Fast Algorithm for the Greedy Interchange for Large-Scale Clustering and Median Location Problems",
    authors=("Whitaker, R. A.",),
    year=1983,
    venue="INFOR: Information Systems and Operational Research",
    volume="21",
    pages="95--108",
    doi="10.1080/03155986.1983.11731889",
)


def _result(found: Any, **more: Any) -> PMedianResult:
    """A kernel's outcome; `more` replaces what it does not know of."""
    fields: dict[str, Any] = {
        "sites": found.medoids,
        "assignment": found.medoids[found.labels],
        "cost": found.loss,
        "n_iter": found.n_iter,
        "n_swap": found.n_swap,
        "converged": found.converged,
        "proven": False,
        "lower_bound": 0.0,
        "history": found.losses,
        "client_costs": found.distances,
        "n_eval": found.n_eval,
        "n_read": found.n_dist,
    }
    return PMedianResult(**{**fields, **more})


def _run(
    call: Call,
    rows: Numbers,
    method: str,
    start: str | npt.NDArray[np.int64],
    *,
    title: str,
    max_iter: int = 100,
    order: str = "input",
    seed: int = 0,
    n_threads: int = 1,
    progress: Progress = False,
    **special: Any,
) -> Any:
    """One run of the kernel called `method`. Raises InvalidInput where its sites leave a client unserved."""
    with reporting(progress, title, "cost") as report:
        return kernel.solve(
            rows,
            call.p,
            method,
            start,
            max_iter,
            order,
            seed,
            n_threads,
            report,
            call.demand,
            call.forbidden,
            call.fixed if len(call.fixed) else None,
            own=False,
            **special,
        )


def _exchange(method: str, title: str, costs: Any, p: int, options: dict[str, Any], **special: Any) -> PMedianResult:
    """Check the call, and run the kernel called `method` as often as `n_init` says."""
    call = prepared(costs, p, **options)
    generator, threads = as_rng(options["rng"]), as_n_jobs(options["n_jobs"])
    rows = by_site(call, threads)
    best, refused = None, None
    for _ in range(options["n_init"]):
        try:
            found = _run(
                call,
                rows,
                method,
                call.start,
                title=title,
                max_iter=options["max_iter"],
                order=options["order"],
                seed=as_seed(generator),
                n_threads=threads,
                progress=options["progress"],
                **special,
            )
        except TooLarge:
            raise
        except InvalidInput as error:  # forbidden pairs, and this run came to sites that leave somebody out
            refused = error
            continue
        if best is None or found.loss < best.loss:
            best = found
    if best is None:
        raise InvalidInput(f"{refused}; allow more sites, try more starts (n_init), or ask milp whether p are enough")
    return _result(best)


def search(
    costs: npt.ArrayLike,
    p: int,
    *,
    init: Init = "random",
    n_init: int = 1,
    max_iter: int = 100,
    order: str = "random",
    demand: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    memory_limit: int | None = None,
) -> PMedianResult:
    """The options that the exchanges have in common.

    Parameters
    ----------
    costs : (n, m) array of float32, float64, int32 or int64
        What client c pays at site s at ``[c, s]``, at least 0, +inf where it cannot be served there.
        In Fortran order it is read in place; in C order it is copied by site. Other types are converted (integers to
        integers, the rest to float64). Integers are summed exactly.
    p : int
        Number of sites, 1 … m.
    init : str or (p,) array of int
        Where to start: "random" (p distinct sites), "build" (those of `greedy-addition`), "first" (the first p), or the
        sites to begin with.
    n_init : int
        Runs, each with its own randomness; the best is returned, with its own counts.
    max_iter : int
        Passes at most; 0 only assigns the clients to the initial sites.
    order : str
        In which order sites are tried, where that is free: "random" (a permutation drawn once) or "input".
    demand : (n,) array of float or int, or None
        How much each client asks for, ≥ 0: what it pays counts so many times. Integers on integer costs are exact;
        others are taken in float64.
    fixed : array of int or None
        Sites that are chosen whatever they cost. They come first in the result.
    forbidden : array of int, (m,) array of bool, or None
        Sites that may not be chosen.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result. A Generator is advanced by one number a run.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, cost)`` about twenty times a second.
    memory_limit : int or None
        Bytes that a copy of costs may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


def adding(
    costs: npt.ArrayLike,
    p: int,
    *,
    demand: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
    rng: Rng = None,
    n_jobs: int | None = None,
    progress: Progress = False,
    memory_limit: int | None = None,
) -> PMedianResult:
    """The options of a solver that has no choice.

    Parameters
    ----------
    costs : (n, m) array of float32, float64, int32 or int64
        As in `fast-interchange`.
    p : int
        Number of sites, 1 … m.
    demand : (n,) array of float or int, or None
        How much each client asks for, ≥ 0: what it pays counts so many times.
    fixed : array of int or None
        Sites that are chosen whatever they cost. They come first in the result.
    forbidden : array of int, (m,) array of bool, or None
        Sites that may not be chosen.
    rng : None, int or numpy.random.Generator
        Not used: nothing is random here.
    n_jobs : int or None
        Threads: None is one, -1 all cores. The result does not depend on it.
    progress : bool or callable
        Show a bar on stderr, or call ``progress(done, total, cost)`` about twenty times a second.
    memory_limit : int or None
        Bytes that a copy of costs may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


def perturbed(*, n_perturb: int = 0) -> None:
    """The option of fast interchange alone.

    Parameters
    ----------
    n_perturb : int
        Rounds of iterated local search afterwards: exchange a few sites at random, improve, keep the better. Each costs
        about a pass, and they lead out of local optima.
    """


@porism.solver(
    p_median,
    "fast-interchange",
    default=True,
    aliases=("interchange",),
    paper=WHITAKER_1983,
    complexity="O(n(m-p)) time a pass, a few passes; O(nm) memory",
    claims=Claims(local_optimum="swap", descent=True, perturbs=True, as_k_medoids="fasterpam", **EVERY),
)
@like(search, perturbed)
def fast_interchange(costs: Any, p: int, **options: Any) -> PMedianResult:
    """Fast interchange: try the sites in turn, and exchange at once when that lowers the cost.

    Whitaker's insight is that one look at what all clients pay at a site finds the best of its p exchanges. This is the
    sweep of FasterPAM (Schubert & Rousseeuw 2021), which rediscovered it for k-medoids and goes on in a cycle until a
    full round brought no exchange. This is the solver to use; restart it (`n_init`) or go on from its result
    (`n_perturb`) where quality matters.
    """
    n_perturb = as_integer("n_perturb", options.pop("n_perturb"), 0)
    return _exchange("fasterpam", "fast-interchange", costs, p, options, n_perturb=n_perturb)


@porism.solver(
    p_median,
    "teitz-bart",
    aliases=("vertex-substitution",),
    paper=TEITZ_BART_1968,
    complexity="O(n(m-p)) time an iteration of one exchange; O(nm) memory",
    claims=Claims(local_optimum="swap", descent=True, steepest=True, as_k_medoids="fastpam1", **EVERY),
)
@like(search)
def teitz_bart(costs: Any, p: int, **options: Any) -> PMedianResult:
    """Vertex substitution with steepest descent: every iteration makes the best of all p(m-p) exchanges.

    The exchanges of a site are evaluated together, as in `fast-interchange`, which is faster and as good. `max_iter`
    counts exchanges: raise it where p is large.
    """
    return _exchange("fastpam1", "teitz-bart", costs, p, options)


@porism.solver(
    p_median,
    "greedy-addition",
    aliases=("greedy-add",),
    paper=KUEHN_HAMBURGER_1963,
    complexity="O(nmp) time at worst, O(nm) as a rule; O(nm) memory",
    claims=Claims(greedy=True, deterministic=True, **EVERY),
)
@like(adding)
def greedy_addition(costs: Any, p: int, **options: Any) -> PMedianResult:
    """Add sites one by one, each the one that lowers the cost most.

    Savings only shrink as sites are added, so that most sites need not be looked at again (Minoux 1978); the choices
    are those of looking at all. A start for exchanges, and what is built where sites open one after the other.
    """
    call = prepared(costs, p, **options)
    threads, progress = as_n_jobs(options["n_jobs"]), options["progress"]
    rows = by_site(call, threads)
    try:
        found = _run(
            call, rows, "fasterpam", "build", title="greedy-addition", max_iter=0, n_threads=threads, progress=progress
        )
    except TooLarge:
        raise
    except InvalidInput as error:
        raise InvalidInput(f"{error}; allow more sites, or ask milp whether p are enough") from None
    history = _additions(call, rows, found)
    return _result(found, n_iter=len(history) - 1, converged=True, history=history)


def _additions(call: Call, rows: Numbers, found: Any) -> Numbers:
    """The cost with the fixed sites, or with the first, and with each further one."""
    clients = call.counting
    first = max(1, len(call.fixed))
    weights = 1 if call.demand is None else call.demand[clients]
    wide = np.int64 if rows.dtype.kind == "i" else np.float64
    near = rows[found.medoids[:first]].min(axis=0)[clients].astype(wide)
    history = [(near * weights).sum()]
    for site in found.medoids[first:]:
        np.minimum(near, rows[site, clients], out=near)
        history.append((near * weights).sum())
    history[-1] = found.loss  # the same, rounded as the kernel rounds it, and so maybe above the one before
    rising: Numbers = np.maximum.accumulate(np.array(history[::-1], dtype=wide))
    return rising[::-1].copy()


def programmed(
    costs: npt.ArrayLike,
    p: int,
    *,
    demand: npt.ArrayLike | None = None,
    fixed: npt.ArrayLike | None = None,
    forbidden: npt.ArrayLike | None = None,
    time_limit: float | None = None,
    max_pairs: int = 1_000_000,
    rng: Rng = None,
    memory_limit: int | None = None,
) -> PMedianResult:
    """The options of integer programming.

    Parameters
    ----------
    costs : (n, m) array of float32, float64, int32 or int64
        As in `fast-interchange`.
    p : int
        Number of sites, 1 … m.
    demand : (n,) array of float or int, or None
        How much each client asks for, ≥ 0: what it pays counts so many times.
    fixed : array of int or None
        Sites that are chosen whatever they cost. They come first in the result.
    forbidden : array of int, (m,) array of bool, or None
        Sites that may not be chosen.
    time_limit : float or None
        Seconds after which the search gives up: the result is then the best one known, `proven` is False, and
        `lower_bound` says how good it is at least. It cannot be interrupted earlier.
    max_pairs : int
        Pairs of a client and a site that the program may have after all that could be left out: more are refused with
        an estimate of the memory.
    rng : None, int or numpy.random.Generator
        Not used: nothing is random here.
    memory_limit : int or None
        Bytes that a copy of costs may take; None is nine tenths of the memory available.
    """
    raise AssertionError("only its signature and its documentation are used")


@porism.solver(
    p_median,
    "milp",
    paper=REVELLE_SWAIN_1970,
    complexity="exponential time at worst; O(nm) memory, and about 5 kB for each pair that is left of the program",
    claims=Claims(exact=True, deterministic=True, exact_integers=True),
)
@like(programmed)
def milp(costs: Any, p: int, **options: Any) -> PMedianResult:
    """The optimum, proven: the integer program of ReVelle & Swain, solved by HiGHS through ``scipy.optimize.milp``.

    First `fast-interchange` finds a good solution and a Lagrangean relaxation a lower bound; often they meet, and
    otherwise they leave little of the program: sites and pairs that would cost more than the solution are left out.
    Optimal means to the tolerance of HiGHS, which is one millionth.
    """
    seconds, most = options.pop("time_limit"), as_integer("max_pairs", options.pop("max_pairs"), 1)
    deadline = np.inf
    if seconds is not None:
        deadline = time.monotonic() + as_float("time_limit", seconds, 0.0, ends="()")
    call = prepared(costs, p, **options)
    needed = 3 * len(call.allowed) * len(call.counting) * 8
    check_memory("costs: a relaxation of the integer program", needed, options["memory_limit"])
    rows = by_site(call)
    try:
        known = _run(call, rows, "fasterpam", "build", title="milp", max_iter=1000, n_perturb=PERTURBATIONS)
    except TooLarge:
        raise
    except InvalidInput:  # somebody is left unserved; the program will say whether that must be
        known = None
    cost = None if known is None else float(known.loss)
    proven = {"proven": True, "converged": True, "n_iter": 0, "lower_bound": cost}  # without a program
    if known is not None and cost == 0:
        return _result(known, history=known.losses[-1:], **proven)
    task, relaxation = _task(call, rows), None
    if known is not None and cost is not None:
        weights = 1.0 if call.demand is None else call.demand[call.counting]
        paid = known.distances[call.counting] * weights
        relaxation = relaxed(task, cost, paid.astype(np.float64), deadline)
        if relaxation.bound >= cost * (1 - ROUNDING):
            return _result(known, history=known.losses[-1:], **proven)
    found = optimum(task, relaxation, cost, deadline, most)
    best = known
    if found.sites is not None:
        chosen = call.allowed[found.sites]
        chosen = np.concatenate([call.fixed, np.setdiff1d(chosen, call.fixed)])
        better = _run(call, rows, "fasterpam", chosen, title="milp", max_iter=0)
        best = better if known is None or better.loss < known.loss else known
    if best is None and found.proven:
        raise InvalidInput(f"p must be large enough to serve every client, got {call.p}: no so many sites do")
    if best is None:
        raise ComputationError(f"milp: no {call.p} sites that serve every client were found within {seconds:g} s")
    return _result(
        best,
        converged=found.proven,
        proven=found.proven,
        lower_bound=float(best.loss) if found.proven else min(found.bound, float(best.loss)),
        n_iter=found.n_nodes,
        history=best.losses[-1:],
    )


PERTURBATIONS = 100
"""Rounds of iterated search for a first solution: the better it is, the less of the program is left."""


def _task(call: Call, rows: Numbers) -> Task:
    """What the integer program is about: clients that count, sites that are allowed."""
    prices = rows[np.ix_(call.allowed, call.counting)].astype(np.float64)
    if call.demand is not None:
        prices *= call.demand[call.counting].astype(np.float64)
    return Task(prices, call.p, np.isin(call.allowed, call.fixed))
