"""Calls, checked: costs, clients' demand, and which sites must, may not or should be chosen first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import kmedoids as kernel
from porism._sparse import is_sparse
from porism._validation import (
    Progress,
    Rng,
    as_array,
    as_choice,
    as_integer,
    as_n_jobs,
    as_rng,
    check_memory,
    check_progress,
    plain_array,
)
from porism.errors import InvalidInput, InvalidType
from porism.problems._choice import Choice, Init, as_weights

__all__ = ["INITS", "ORDERS", "Call", "by_site", "prepared"]

Numbers = npt.NDArray[Any]

INITS = ("random", "build", "first")
"""Starts by name. Those of k-medoids that compare objects with one another mean nothing where sites are no clients."""

ORDERS = ("random", "input")
COSTS = (np.float32, np.float64, np.int32, np.int64)

BLOCK = 1 << 16
"""Costs that are looked at together: few enough to stay in cache between two looks."""


@dataclass(frozen=True)
class Call:
    """A checked call of a solver: what a search runs on."""

    costs: Numbers
    """(n, m): what client c pays at site s at ``[c, s]``, in C or Fortran order."""
    p: int
    start: str | npt.NDArray[np.int64]
    """The start's name, or the sites to start with, fixed ones first."""
    demand: Numbers | None
    """(n,) float64, or int64 where costs are integers."""
    fixed: npt.NDArray[np.int64]
    forbidden: npt.NDArray[np.bool_] | None

    @property
    def allowed(self) -> npt.NDArray[np.int64]:
        """The sites that may be chosen."""
        barred = np.zeros(self.costs.shape[1], dtype=np.bool_) if self.forbidden is None else self.forbidden
        return np.flatnonzero(~barred)

    @property
    def counting(self) -> npt.NDArray[np.int64]:
        """The clients whose demand is not 0."""
        return np.arange(len(self.costs)) if self.demand is None else np.flatnonzero(self.demand)


def prepared(
    costs: Any,
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
) -> Call:
    """Check a call of a p-median solver whole, as every solver of it begins.

    The parameters are those of :func:`porism.problems.p_median.fast_interchange`.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As :func:`porism.problems.p_median.p_median` says; nothing has been changed then.
    """
    as_integer("n_init", n_init, 1)
    as_integer("max_iter", max_iter, 0, 2**32 - 1)
    as_choice("order", order, ORDERS)
    as_rng(rng)
    check_progress(progress)
    as_n_jobs(n_jobs)
    if memory_limit is not None:
        as_integer("memory_limit", memory_limit, 0)
    values = _costs(costs)
    n, m = values.shape
    sites = Choice(m, "sites", "site", "site")
    barred = sites.forbidden(forbidden)
    n_allowed = m if barred is None else m - int(barred.sum())
    note = "the number of sites" if barred is None else "the number of sites that are not forbidden"
    count = as_integer("p", p, 1, n_allowed, note=note)
    kept = sites.always(fixed, "p", count, barred)
    start = sites.start(init, INITS, count, kept, barred)
    weights = as_weights("demand", demand, n, "clients")
    if weights is not None and weights.dtype.kind == "f" and values.dtype.kind == "i":
        check_memory(f"costs: a copy of {n} × {m} costs in float64", n * m * 8, memory_limit)
        values = values.astype(np.float64)
    if weights is not None and values.dtype.kind == "f":
        weights = weights.astype(np.float64, copy=False)
    if not values.flags.f_contiguous:
        check_memory(f"costs: a copy of {n} × {m} costs by site", n * m * values.itemsize, memory_limit)
    call = Call(values, count, start, weights, kept, barred)
    _check(call)
    return call


def by_site(call: Call, threads: int = 1) -> Numbers:
    """The costs as the core reads them: a row for each site, in C order."""
    if call.costs.flags.f_contiguous:
        return call.costs.T
    turned: Numbers = kernel.transposed(call.costs, threads)
    return turned


def _costs(costs: Any) -> Numbers:
    """Costs as they are where a kernel can read them; integers of other types become wider ones."""
    if is_sparse(costs):
        raise InvalidType(
            "costs must be a 2-D array of real numbers, got a sparse matrix: what it leaves out would cost nothing; "
            "pass an array with +inf for clients that a site cannot serve"
        )
    given = costs if isinstance(costs, np.ndarray) else plain_array("costs", costs, "a 2-D array of real numbers")
    promote: npt.DTypeLike = np.float64
    if given.dtype.kind in "iub":
        promote = np.int32 if np.can_cast(given.dtype, np.int32) else np.int64
        if given.dtype.kind == "u" and given.max(initial=0) > np.iinfo(np.int64).max:
            raise InvalidInput(f"costs must be below 2**63 where they are integers, got {given.max()}")
    values = as_array("costs", given, ndim=2, dtypes=COSTS, promote=promote, order="A")
    if values.size == 0:
        raise InvalidInput(f"costs must have a row a client and a column a site, got shape {values.shape}")
    return values


def _check(call: Call) -> None:
    """One look at all costs: no NaN, nothing negative, no sum that overflows, no client that cannot be served."""
    costs = call.costs
    stored = costs if costs.flags.c_contiguous else costs.T
    step = max(1, BLOCK // stored.shape[1])
    largest, infinite = 0.0, False
    for at in range(0, len(stored), step):
        block = stored[at : at + step]
        with np.errstate(invalid="ignore"):
            least, most = block.min(), block.max()
        if not least >= 0:  # NaN is the least of all
            offence = ~(block >= 0)
            row, column = np.unravel_index(int(np.argmax(offence)), offence.shape)
            value = block[row, column]
            client, site = (at + row, column) if stored is costs else (column, at + row)
            raise InvalidInput(f"costs must be numbers ≥ 0, got {value} for client {client} at site {site}")
        if most == np.inf:
            infinite = True
            most = block[np.isfinite(block)].max(initial=0)
        largest = max(largest, float(most))
    total = float(len(costs)) if call.demand is None else float(call.demand.sum(dtype=np.float64))
    whole = costs.dtype.kind == "i"
    if largest * total >= (2.0**62 if whole else 2.0**1020):
        width = "64-bit integers" if whole else "float64"
        raise InvalidInput(
            f"costs must be so small that sums over all clients fit {width}, got one of {largest:g} "
            f"and a demand of {total:g} in all"
        )
    if infinite:
        _check_reach(call)


def _check_reach(call: Call) -> None:
    """Every client that counts can be served by some site that may be chosen."""
    costs, allowed = call.costs, call.allowed
    reached = np.zeros(len(costs), dtype=np.bool_)
    if costs.flags.c_contiguous:
        step = max(1, BLOCK // costs.shape[1])
        for at in range(0, len(costs), step):
            reached[at : at + step] = np.isfinite(costs[at : at + step, allowed]).any(axis=1)
    else:
        for site in allowed.tolist():
            reached |= np.isfinite(costs[:, site])
    lost = call.counting[~reached[call.counting]]
    if len(lost):
        among = "" if call.forbidden is None else " that is not forbidden"
        raise InvalidInput(
            f"costs must be finite for every client at some site{among}, got +inf everywhere for client {lost[0]}"
            + (f" and {len(lost) - 1} more" if len(lost) > 1 else "")
        )
