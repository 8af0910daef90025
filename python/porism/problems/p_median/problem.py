"""The problem `p-median`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "PMedianResult", "p_median"]

STATEMENTS = (
    Law(
        "selection",
        "sites are p distinct columns of costs, and every client is assigned to one of them",
        source="the definition",
    ),
    Law("nearest", "no chosen site is cheaper for a client than the one that serves it", source="the definition"),
    Law("cost", "cost is the sum of what all clients pay, each times its demand", source="the definition"),
    Law(
        "history",
        "the cost never rises from step to step, ends at cost, and there is one of each pass",
        source="porism's interface",
    ),
    Law(
        "bound",
        "lower_bound is at most the optimum, and what is proven costs no more than it (brute force)",
        source="the definition",
    ),
    Law("layout", "memory layout, byte order and writeability of costs change nothing", source="porism's interface"),
    Law(
        "scaling",
        "multiplying all costs by a power of two multiplies the cost by it and keeps the sites",
        source="follows from the definition",
    ),
    Law(
        "clients",
        "the order of the clients changes nothing but the order in which they are assigned",
        source="follows from the definition",
    ),
    Law(
        "demand",
        "a client of demand w counts as w clients where no pair is forbidden, one of demand 0 as none",
        source="the definition",
    ),
    Law(
        "constraints",
        "fixed sites come first and stay, forbidden ones never appear, everything else is as without",
        source="porism's interface",
    ),
    Law(
        "forbidden-pairs",
        "+inf is a pair that costs more than everything else together, and serves nobody",
        source="porism's interface",
    ),
    Law(
        "zero-passes",
        "max_iter=0 only assigns: the sites are the initial ones, and converged is False",
        source="porism's interface",
    ),
    Law(
        "restarts",
        "n_init=r gives the best of the runs that r calls with the same generator give",
        source="porism's interface",
    ),
    Law(
        "integers",
        "integer costs are summed exactly, beyond what a float holds",
        claim="exact_integers",
        source="porism's interface",
    ),
    Law("patience", "more passes never make the cost higher", claim="descent", source="follows from the definition"),
    Law(
        "perturbation",
        "rounds of perturbation never raise the cost, and end in a local optimum",
        claim="perturbs",
        source="porism's interface",
    ),
    Law(
        "local-optimum",
        "a converged result cannot be improved by exchanging any one site for any other",
        claim="local_optimum",
        source="Teitz & Bart 1968; brute force over all p(m-p) exchanges",
    ),
    Law(
        "approximation",
        "where costs are distances in one metric space, a converged result costs at most 5 times the optimum",
        claim="local_optimum",
        source="Arya et al. 2004 (the locality gap of single swaps)",
    ),
    Law(
        "steepest",
        "every iteration makes the best of all exchanges",
        claim="steepest",
        source="brute force over all p(m-p) exchanges",
    ),
    Law(
        "k-medoids",
        "where every client is a site, at no cost to itself, the exchanges are those of the claimed k-medoids solver",
        claim="as_k_medoids",
        source="follows from the definition",
    ),
    Law(
        "greedy",
        "sites are added one by one, each the one that lowers the cost most, the first of equals",
        claim="greedy",
        source="Kuehn & Hamburger 1963; brute force over all additions",
    ),
    Law(
        "savings",
        "against the dearest sites it saves at least 1 - (1 - 1/p)^p of what the optimum saves",
        claim="greedy",
        source="Cornuéjols, Fisher & Nemhauser 1977",
    ),
    Law(
        "exact",
        "the cost is the optimum's, and is refused only where no p sites serve every client (brute force)",
        claim="exact",
        source="the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PMedianResult(porism.Result):
    """Sites chosen for clients.

    Attributes
    ----------
    sites : (p,) int64 array
        The chosen sites, as columns of costs.
    assignment : (n,) int64 array
        For every client the site that serves it, a column of costs: the first of equally cheap ones in `sites`.
    cost : float
        Sum of what all clients pay, each times its demand.
    n_iter : int
        Passes over the sites, exchanges in `teitz-bart`, further sites in `greedy-addition`, nodes of the search tree
        in `milp`.
    n_swap : int
        Sites exchanged after the start.
    converged : bool
        Whether the search ended by itself; False if `max_iter` or `time_limit` ended it.
    proven : bool
        Whether the result is proven to be optimal.
    lower_bound : float
        No p sites cost less, but for the rounding of the solver that proved it; 0 where nothing was proven.
    history : array of float64
        The cost at the start and after each pass. In `greedy-addition` with the fixed sites, or the first site, and
        with each further one: infinite as long as a client is not served. Searches that jump (perturbation, `milp`)
        have those costs that are known, at least the last.
    client_costs : (n,) float64 array
        What every client pays, without its demand. Infinite for a client of demand 0 that no chosen site can serve.
    n_eval : int
        Sites whose exchanges were evaluated (one against all p chosen ones counts as one).
    n_read : int
        Costs read by the search.

    Where costs are integers, `cost` is an int, `history` and `client_costs` are int64: exact.
    """

    sites: npt.NDArray[np.int64]
    assignment: npt.NDArray[np.int64]
    cost: float
    n_iter: int
    n_swap: int
    converged: bool
    proven: bool
    lower_bound: float
    history: npt.NDArray[Any] = field(repr=False)
    client_costs: npt.NDArray[Any] = field(repr=False)
    n_eval: int = field(repr=False)
    n_read: int = field(repr=False)

    def plot(
        self, clients: npt.ArrayLike | None = None, sites: npt.ArrayLike | None = None, *, ax: Axes | None = None
    ) -> Axes:
        """Draw who is served from where.

        Parameters
        ----------
        clients : (n, 2) array-like, optional
            Where the clients are: each is drawn in the colour of its site, and joined to it.
            Without it, what the clients of each site pay is drawn, sorted: a steep end is clients far from everything.
        sites : (m, 2) array-like, optional
            Where all sites are, chosen or not; by default they are the clients.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism[plot]'``.
        InvalidInput
            If there is not a place for each client, or for each chosen site.
        """
        from porism.problems.p_median._plot import plot

        return plot(self, clients, sites, ax)


@porism.problem(
    "p-median",
    result=PMedianResult,
    tags=("facility-location", "clustering"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def p_median(  # type: ignore[empty-body]
    costs: npt.ArrayLike, p: int, *, rng: Rng = None
) -> PMedianResult:
    """Choose p of m sites, minimising what n clients pay in sum to be served by the cheapest of them.

    Where to put depots, schools, ambulances or servers, for clients that need not be sites themselves. The costs can be
    anything: travel times of a network, one way dearer than the other, prices. The problem is NP-hard; exchanges of
    sites find local optima, which are close to the best in practice, and `milp` proves optima of moderate size.

    Parameters
    ----------
    costs : (n, m) array of float32, float64, int32 or int64
        costs[c, s] is what client c pays at site s, at least 0, +inf where it cannot be served: serving more clients
        then comes before serving them cheaply, and what leaves one out is no result. No metric is assumed.
        In Fortran order it is read in place; in C order it is copied by site. Other real dtypes are converted (integers
        to integers, the rest to float64). Integers are summed exactly.
    p : int
        Number of sites, 1 … m.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    PMedianResult

    Raises
    ------
    InvalidInput
        If costs is empty, holds NaN or something negative, or so much that sums overflow; if a client can be served
        nowhere, or no p sites that serve everybody are found; if p is out of range.
    InvalidType
        If costs holds no real numbers or is sparse, or p is no integer.
    TooLarge
        If what the solver needs would not fit.

    Examples
    --------
    >>> from porism import registry
    >>> costs = [[1, 9, 5], [2, 8, 5], [9, 1, 5], [8, 2, 5]]  # what each of four clients pays at each of three sites
    >>> result = registry.get("milp")(costs, 2)
    >>> sorted(result.sites.tolist()), result.cost
    ([0, 1], 6)
    """
