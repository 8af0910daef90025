"""For a solver of `p-median` of your own: the checked arguments, and the result out of plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism._validation import Rng, as_rng
from porism.errors import InvalidInput
from porism.problems.p_median._call import prepared
from porism.problems.p_median.problem import PMedianResult

__all__ = ["Call", "checked", "outcome"]


class Call(NamedTuple):
    """A valid call."""

    costs: npt.NDArray[Any]
    """(n, m): what client c pays at site s at ``[c, s]``, int64 or float64, +inf where s cannot serve c."""
    p: int
    rng: np.random.Generator

    def cost(self, sites: Any) -> float:
        """What the clients pay in all at the cheapest of `sites` for each; +inf where somebody is not served."""
        found: float = self.costs[:, np.asarray(sites, dtype=np.int64)].min(axis=1).sum().item()
        return found


def checked(costs: Any, p: Any, *, rng: Rng = None) -> Call:
    """The canonical arguments: costs as int64 where they are integers, otherwise float64, in a copy; p from 1 to m.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As the problem says.
    """
    call = prepared(costs, p)
    exact = np.int64 if call.costs.dtype.kind == "i" else np.float64
    return Call(np.array(call.costs, dtype=exact), call.p, as_rng(rng))


def outcome(
    call: Call,
    sites: npt.ArrayLike,
    *,
    proven: bool = False,
    lower_bound: float | None = None,
    n_iter: int = 0,
    n_swap: int = 0,
    converged: bool = False,
) -> PMedianResult:
    """The result of having chosen `sites`, p distinct columns: who is served where, and what it costs, follow.

    Parameters
    ----------
    call : Call
        What :func:`checked` returned.
    sites : (p,) array of int
        The sites.
    proven : bool
        Whether nothing is cheaper for certain.
    lower_bound : float, optional
        What every choice costs at least; 0, or the cost where it is proven.
    n_iter, n_swap, converged
        As in :class:`PMedianResult`.

    Raises
    ------
    InvalidInput
        If a client can be served by none of them.
    """
    chosen = np.array(sites, dtype=np.int64)
    at = np.argmin(call.costs[:, chosen], axis=1)
    own = call.costs[np.arange(len(call.costs)), chosen[at]]
    if not np.isfinite(own).all():
        lost = int(np.flatnonzero(~np.isfinite(own))[0])
        raise InvalidInput(f"costs: client {lost} can be served by none of the sites that were found")
    cost = own.sum().item()
    return PMedianResult(
        sites=chosen,
        assignment=chosen[at],
        cost=cost,
        n_iter=n_iter,
        n_swap=n_swap,
        converged=converged,
        proven=proven,
        lower_bound=float(cost if proven else 0.0) if lower_bound is None else lower_bound,
        history=np.full(n_iter + 1, cost),
        client_costs=own,
        n_eval=0,
        n_read=0,
    )
