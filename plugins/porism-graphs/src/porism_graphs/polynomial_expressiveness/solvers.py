"""Elimination of vertices with a memory of what was left, and every order tried, as the baseline."""

from __future__ import annotations

import itertools

import numpy as np

import porism
from porism import Claims, InvalidType, TooLarge
from porism.validation import as_flag, as_integer
from porism_graphs._arguments import as_choice, told
from porism_graphs._polynomials.bank import Model, State, as_model, compiled, elimination_order
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis.problem import OUTPUTS
from porism_graphs.equivariant_polynomial_basis.solvers import PUNY_2023, multigraph_enumeration
from porism_graphs.polynomial_expressiveness.problem import (
    Expressiveness,
    ExpressivenessReport,
    polynomial_expressiveness,
)

__all__ = ["all_orders", "expressible", "report", "vertex_elimination"]

MOST_SUMMED = 9
"""Vertices whose 362 880 orders are tried."""


def as_problem(H: object, model: object) -> tuple[GraphPolynomial, Model]:
    """The canonical arguments, checked."""
    if not isinstance(H, GraphPolynomial):
        raise InvalidType(f"H must be a GraphPolynomial, got {told(H)}")
    return H, as_model(model)


def _outcome(H: GraphPolynomial, model: Model, order: list[int], whole: bool) -> Expressiveness:
    return Expressiveness(whole, tuple(order), compiled(H, model, order) if whole else (), H)


@porism.solver(
    polynomial_expressiveness,
    "vertex-elimination",
    paper=PUNY_2023,
    complexity="O(vertices^2 edges) for tensors of two axes with transposes; 2^vertices sets of vertices otherwise",
    claims=Claims(deterministic=True),
    default=True,
)
def vertex_elimination(H: GraphPolynomial, model: str) -> Expressiveness:
    """Contract vertices with fewest neighbours first; where that is not safe, search with a memory of what was left.

    With transposes and two axes, no contraction stands in the way of another: if a vertex with two neighbours can be
    contracted, it still can after others were, or has become part of an edge (reduction of series-parallel graphs).
    """
    polynomial, bank = as_problem(H, model)
    return _outcome(polynomial, bank, *elimination_order(polynomial, bank))


@porism.solver(
    polynomial_expressiveness,
    "all-orders",
    complexity="O(vertices! edges)",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def all_orders(H: GraphPolynomial, model: str) -> Expressiveness:
    """Try every order of the vertices.

    Raises
    ------
    TooLarge
        For more than nine vertices that are no outputs.
    """
    polynomial, bank = as_problem(H, model)
    if polynomial.n_summed > MOST_SUMMED:
        raise TooLarge(f"H must have {MOST_SUMMED} vertices to sum over at most, got {polynomial.n_summed}")
    flips = bank.transposes or polynomial.symmetric
    start = State(frozenset((r, s) for r, s, *_ in polynomial.edges if r != s), frozenset())
    longest: list[int] = []
    for order in itertools.permutations(v for v in range(polynomial.n_vertices) if v not in polynomial.outputs):
        state: State | None = start
        done: list[int] = []
        for v in order:
            assert state is not None
            state = state.without(v, bank.width, flips)
            if state is None:
                break
            done.append(v)
        if state is not None and (flips or all(pair == polynomial.outputs for pair in state.pairs)):
            return _outcome(polynomial, bank, done, True)
        if len(done) > len(longest):
            longest = done
    return _outcome(polynomial, bank, longest, False)


def expressible(H: GraphPolynomial, model: str) -> bool:
    """Whether the model computes P_H: ``vertex_elimination(H, model).expressible``."""
    return vertex_elimination(H, model).expressible


def report(
    model: str, max_degree: int, output: str = "node", *, symmetric: bool = True, simple: bool = True
) -> ExpressivenessReport:
    """What a model computes of all polynomials up to a degree.

    Parameters
    ----------
    model : str
        As `polynomial_expressiveness` takes it.
    max_degree : int
        The largest degree.
    output : {"graph", "node", "edge"}
        What the values are.
    symmetric, simple : bool
        As `equivariant_polynomial_basis` takes them; for simple graphs by default.

    Raises
    ------
    InvalidInput
        If an argument is out of range.
    """
    bank = as_model(model)
    most, output = as_integer("max_degree", max_degree, 0), as_choice("output", output, OUTPUTS)
    kind = {"symmetric": as_flag("symmetric", symmetric), "simple": as_flag("simple", simple)}
    totals = np.zeros(most + 1, dtype=np.int64)
    counts = np.zeros(most + 1, dtype=np.int64)
    missing: list[GraphPolynomial] = []
    for degree in range(most + 1):
        for H in multigraph_enumeration(degree, output, **kind):
            able = elimination_order(H, bank)[1]
            totals[degree] += 1
            counts[degree] += able
            if not able:
                missing.append(H)
    return ExpressivenessReport(bank.name, output, totals, counts, tuple(missing))
