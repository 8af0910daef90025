"""The p-median problem as an integer program, built as small as it can be and given to HiGHS.

Choose sites y and the share x of each client's demand that a site serves, so that every client is served, by chosen
sites only, of which there are p (ReVelle & Swain 1970). With y whole, x is so by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.problems.p_median._call import Call

__all__ = ["BYTES_A_PAIR", "Optimum", "optimum"]

BYTES_A_PAIR = 1000
"""What HiGHS and the matrices it is given take for each pair of a client and a site, measured; for estimates."""

UNITS = 1e4
"""The cost of the best known solution in the program's own units.

HiGHS stops when bound and solution are 1e-6 apart, whatever they are: in these units that is a 1e-10th.
"""

BLOCK = 1 << 20
"""Costs that are sorted out together."""


@dataclass(frozen=True)
class Optimum:
    """What the search came to."""

    sites: npt.NDArray[np.int64] | None
    """(p,): the best that it found, fixed sites first; None for none."""
    proven: bool
    """Whether nothing is better; with no sites, whether there are none that serve every client."""
    bound: float
    """No sites cost less."""
    n_nodes: int


def pairs(call: Call, known: float | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[Any]]:
    """Which clients may be served where, as positions in ``call.counting`` and ``call.allowed``, and what that costs.

    Left out are pairs that no optimal solution needs: beyond a client's m-p+1 cheapest sites, dearer than a fixed site,
    forbidden, or dearer than the `known` cost of all clients together.
    """
    allowed, counting = call.allowed, call.counting
    offered = len(allowed) - call.p + 1
    step = max(1, BLOCK // len(allowed))
    clients, sites, prices = [], [], []
    for at in range(0, len(counting), step):
        some = counting[at : at + step]
        block = call.costs[np.ix_(some, allowed)].astype(np.float64)
        near = np.argpartition(block, offered - 1, axis=1)[:, :offered]
        price = np.take_along_axis(block, near, axis=1)
        keep = np.isfinite(price)
        if len(call.fixed):
            keep &= price <= call.costs[np.ix_(some, call.fixed)].min(axis=1).astype(np.float64)[:, None]
        if call.demand is not None:
            price = price * call.demand[some, None].astype(np.float64)
        if known is not None:
            keep &= price <= known * (1 + 1e-9)
        row, column = np.nonzero(keep)
        clients.append(row + at)
        sites.append(near[row, column])
        prices.append(price[row, column])
    return np.concatenate(clients), np.concatenate(sites), np.concatenate(prices)


def optimum(call: Call, known: float | None, time_limit: float | None) -> Optimum:
    """Solve the program of `call`; `known` is the cost of a solution, if there is one."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint
    from scipy.optimize import milp as highs

    clients, sites, prices = pairs(call, known)
    n, m, n_pairs = len(call.counting), len(call.allowed), len(clients)
    if n_pairs == 0 or len(np.unique(clients)) < n:
        return Optimum(None, True, np.inf, 0)
    largest = float(prices.max(initial=0.0))
    unit = (known if known else largest or 1.0) / UNITS
    each, ones = np.arange(n_pairs), np.ones(n_pairs)
    shape = n_pairs + m
    served = sparse.csr_array((ones, (clients, each)), shape=(n, shape))
    chosen = sparse.csr_array(
        (np.concatenate([ones, -ones]), (np.concatenate([each, each]), np.concatenate([each, n_pairs + sites]))),
        shape=(n_pairs, shape),
    )
    counted = sparse.csr_array(np.concatenate([np.zeros(n_pairs), np.ones(m)])[None, :])
    lower = np.zeros(shape)
    lower[n_pairs:][np.isin(call.allowed, call.fixed)] = 1.0
    options: dict[str, Any] = {"mip_rel_gap": 0.0}
    if time_limit is not None:
        options["time_limit"] = time_limit
    done = highs(
        np.concatenate([prices / unit, np.zeros(m)]),
        integrality=np.concatenate([np.zeros(n_pairs), np.ones(m)]),
        bounds=Bounds(lower, np.ones(shape)),
        constraints=[
            LinearConstraint(served, 1.0, 1.0),
            LinearConstraint(chosen, -np.inf, 0.0),
            LinearConstraint(counted, float(call.p), float(call.p)),
        ],
        options=options,
    )
    bound = getattr(done, "mip_dual_bound", None)
    picked = None
    if done.x is not None:
        best = call.allowed[np.argsort(-done.x[n_pairs:], kind="stable")[: call.p]]
        picked = np.concatenate([call.fixed, np.setdiff1d(best, call.fixed)])[: call.p]
    return Optimum(
        sites=picked,
        proven=done.status in (0, 2),
        bound=max(0.0, float(bound) * unit) if bound is not None and np.isfinite(bound) else 0.0,
        n_nodes=int(getattr(done, "mip_node_count", None) or 0),
    )
