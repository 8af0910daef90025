"""Optima, proven: a Lagrangean relaxation leaves of the integer program what may matter, and HiGHS solves that.

The program chooses sites y and the share x of each client's demand that a site serves, so that every client is served,
by chosen sites only, of which there are p (ReVelle & Swain 1970). With y whole, x is so by itself.

Where a client is charged u for not being served, instead of having to be, the least cost is quickly found: each site
is worth what it saves of these charges, and the p worthiest are chosen. That is a lower bound for any charges, and
subgradients lead to good ones (Narula, Ogbu & Samuelsson 1977). What would lift the bound above the cost of a known
solution, a site or a pair of client and site, is part of no better one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import _bytes, check_memory
from porism.errors import TooLarge

__all__ = ["ROUNDING", "Optimum", "Relaxation", "Task", "optimum", "relaxed"]

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BYTES_A_PAIR = 5000
"""What HiGHS and the matrices it is given take for each pair of a client and a site, as measured; trees add to it."""

UNITS = 1e4
"""The cost of the best known solution in the program's own units.

HiGHS stops when bound and solution are 1e-6 apart, whatever they are: in these units that is a 1e-10th.
"""

ROUNDING = 1e-9
"""What sums of many costs may be wrong by; bounds must exceed a cost by more."""

STEPS = 1000
"""Subgradients at most: more hardly lift the bound."""

PATIENCE = 30
"""Steps without a better bound, after which they get shorter."""


@dataclass(frozen=True)
class Task:
    """What is to be solved."""

    prices: Numbers
    """(m, n): what a client pays at a site, times its demand; only clients that count, only sites that are allowed."""
    p: int
    fixed: Mask
    """(m,): sites that must be chosen."""


@dataclass(frozen=True)
class Relaxation:
    """What is known after the relaxation."""

    bound: float
    """No choice costs less."""
    open: Mask
    """(m,): sites that belong to every better solution."""
    closed: Mask
    """(m,): sites that belong to none."""
    pairs: Mask
    """(m, n): whether a better solution may serve the client there."""


@dataclass(frozen=True)
class Optimum:
    """What the search came to."""

    sites: npt.NDArray[np.int64] | None
    """(p,): the best that it found, as rows of the prices; None for none."""
    proven: bool
    """Whether nothing is better; with no sites, whether there are none that serve every client."""
    bound: float
    """No sites cost less."""
    n_nodes: int


def relaxed(task: Task, known: float, start: Numbers, deadline: float) -> Relaxation:
    """Bound the cost from below, and leave out what no solution cheaper than `known` can have.

    `start` is where the charges begin, (n,): what the clients pay in the known solution.
    """
    u, step, stuck = start.copy(), 1.5, 0
    best, charges = -np.inf, u
    room = np.empty_like(task.prices)
    for _ in range(STEPS):
        bound, worth, chosen = _bound(task, u, room)
        if bound > best * (1 + 1e-6) or best == -np.inf:
            stuck = 0
        else:
            stuck += 1
        if bound > best:
            best, charges = bound, u.copy()
        if best >= known * (1 - ROUNDING) or step < 1e-3 or time.monotonic() > deadline:
            break
        if stuck >= PATIENCE:
            step, stuck, u = step / 2, 0, charges.copy()
        unserved = 1.0 - (task.prices[chosen] < u).sum(axis=0)
        length = float(unserved @ unserved)
        if length == 0:
            break
        u = np.maximum(u + step * (known - bound) / length * unserved, 0.0)
    bound, worth, chosen = _bound(task, charges, room)
    limit = known * (1 + ROUNDING)
    free = chosen[~task.fixed[chosen]]
    others = np.setdiff1d(np.arange(len(worth)), chosen)
    least = float(worth[free].max()) if len(free) else -np.inf  # the worth of the site that another would replace
    rise = np.zeros(len(worth))
    rise[others] = worth[others] - least
    closed = (bound + rise > limit) & ~task.fixed
    must = task.fixed.copy()
    if len(others):
        must[free] |= bound + worth[others].min() - worth[free] > limit
    np.subtract(task.prices, charges, out=room)
    np.maximum(room, 0.0, out=room)
    pairs = (room + (bound + rise)[:, None] <= limit) & np.isfinite(task.prices)
    pairs[closed] = False
    return Relaxation(max(0.0, bound), must, closed, pairs)


def _bound(task: Task, u: Numbers, room: Numbers) -> tuple[float, Numbers, npt.NDArray[np.int64]]:
    """The lower bound that the charges `u` give, what each site changes it by (≤ 0), and the p sites that make it."""
    np.subtract(task.prices, u, out=room)
    np.minimum(room, 0.0, out=room)
    worth: Numbers = room.sum(axis=1)
    order = np.argsort(np.where(task.fixed, -np.inf, worth), kind="stable")
    chosen = order[: task.p]
    return float(u.sum() + worth[chosen].sum()), worth, chosen


def optimum(task: Task, relaxation: Relaxation | None, known: float | None, deadline: float, most: int) -> Optimum:
    """Solve what the relaxation leaves of the program; `known` is the cost of a solution, if there is one.

    Raises
    ------
    TooLarge
        If that has more than `most` pairs, or would not fit the memory available.
    """
    if relaxation is None:
        m = len(task.prices)
        relaxation = Relaxation(0.0, task.fixed, np.zeros(m, dtype=np.bool_), np.isfinite(task.prices))
    left = np.flatnonzero(~relaxation.closed)
    sites, clients = np.nonzero(relaxation.pairs[left])
    n, n_pairs = task.prices.shape[1], len(sites)
    if n_pairs > most:
        raise TooLarge(
            f"costs: the integer program has {n_pairs} pairs of a client and a site after all that could be left out, "
            f"and needs about {_bytes(n_pairs * BYTES_A_PAIR)}; allowed is max_pairs={most}. Use fast-interchange"
        )
    check_memory(f"costs: the integer program of {n_pairs} pairs", n_pairs * BYTES_A_PAIR, None)
    if len(np.unique(clients)) < n:
        return Optimum(None, True, np.inf, 0)
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        return Optimum(None, False, relaxation.bound, 0)
    prices = task.prices[left[sites], clients]
    unit = (known if known else float(prices.max(initial=0.0)) or 1.0) / UNITS
    done = _highs(clients, sites, prices / unit, n, relaxation.open[left], task.p, seconds)
    bound = getattr(done, "mip_dual_bound", None)
    picked = None if done.x is None else left[np.argsort(-done.x[n_pairs:], kind="stable")[: task.p]]
    return Optimum(
        sites=picked,
        proven=done.status in (0, 2),
        bound=max(relaxation.bound, float(bound) * unit if bound is not None and np.isfinite(bound) else 0.0),
        n_nodes=int(getattr(done, "mip_node_count", None) or 0),
    )


def _highs(
    clients: npt.NDArray[np.int64],
    sites: npt.NDArray[np.int64],
    prices: Numbers,
    n: int,
    must: Mask,
    p: int,
    seconds: float,
) -> Any:
    """The program itself: n clients, the given pairs and what they cost, sites that must be chosen, p in all."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    n_pairs, m = len(prices), len(must)
    each, ones = np.arange(n_pairs), np.ones(n_pairs)
    width = n_pairs + m
    served = sparse.csr_array((ones, (clients, each)), shape=(n, width))
    entries = (np.concatenate([each, each]), np.concatenate([each, n_pairs + sites]))
    chosen = sparse.csr_array((np.concatenate([ones, -ones]), entries), shape=(n_pairs, width))
    counted = sparse.csr_array(np.concatenate([np.zeros(n_pairs), np.ones(m)])[None, :])
    options: dict[str, Any] = {"mip_rel_gap": 0.0}
    if np.isfinite(seconds):
        options["time_limit"] = seconds
    return milp(
        np.concatenate([prices, np.zeros(m)]),
        integrality=np.concatenate([np.zeros(n_pairs), np.ones(m)]),
        bounds=Bounds(np.concatenate([np.zeros(n_pairs), must.astype(np.float64)]), np.ones(width)),
        constraints=[
            LinearConstraint(served, 1.0, 1.0),
            LinearConstraint(chosen, -np.inf, 0.0),
            LinearConstraint(counted, float(p), float(p)),
        ],
        options=options,
    )
