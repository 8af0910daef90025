"""Features by one program for all polynomials, by sparse elimination for large graphs, and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, ResultOverflow, Solver, TooLarge
from porism.validation import as_flag, as_integer, counted, reporting
from porism_graphs._arguments import as_choice, told
from porism_graphs._graph import as_adjacency, as_simple
from porism_graphs._polynomials.bank import as_model, elimination_order
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis.problem import OUTPUTS
from porism_graphs.equivariant_polynomial_basis.solvers import PUNY_2023, count, multigraph_enumeration
from porism_graphs.equivariant_polynomial_evaluation.problem import PolynomialValues
from porism_graphs.equivariant_polynomial_evaluation.solvers import contraction_path, numpy_einsum, tree_decomposition
from porism_graphs.graph_polynomial_features.problem import NORMALISE, GraphFeatures, graph_polynomial_features

__all__ = ["Choice", "one_by_one", "shared_contractions", "sparse_elimination"]

Floats = npt.NDArray[np.float64]

SEVERAL = "a sequence of graphs: adjacency matrices, graphs of networkx, igraph or rustworkx, or paths"

MOST = 1_000_000
"""Polynomials that are listed, before those are chosen that the model misses."""

MOST_DEGREE = 20
"""Up to 15 there are more than MOST already, even of simple connected graphs; to count those of 20 takes minutes."""


@dataclass(frozen=True)
class Choice:
    """Which features are meant, checked."""

    degree: int
    output: str
    simple: bool
    connected: bool
    missing_for: str | None
    normalise: str | None

    @classmethod
    def checked(
        cls, degree: object, output: object, simple: object, connected: object, missing_for: object, normalise: object
    ) -> Choice:
        """Errors as :func:`graph_polynomial_features` documents."""
        model: str | None = None
        if missing_for is not None:
            try:
                model = as_model(missing_for).name
            except InvalidInput as error:
                raise type(error)(str(error).replace("model", "missing_for", 1)) from None
        return cls(
            as_integer("degree", degree, 1, MOST_DEGREE),
            as_choice("output", output, OUTPUTS),
            as_flag("simple", simple),
            as_flag("connected", connected),
            model,
            None if normalise is None else as_choice("normalise", normalise, NORMALISE),
        )

    def polynomials(self) -> tuple[GraphPolynomial, ...]:
        """Those that the model does not compute, lower degrees first."""
        return _chosen(self)


@lru_cache(maxsize=64)
def _chosen(choice: Choice) -> tuple[GraphPolynomial, ...]:
    basis = {"symmetric": choice.simple, "simple": choice.simple, "connected": choice.connected}
    expected = 0
    for degree in range(1, choice.degree + 1):  # counting is quick; listing what is too much would not be
        expected += count(degree, choice.output, **basis)
        if expected > MOST:
            several = f"there are {expected} polynomials up to degree {degree}"
            raise TooLarge(f"degree must be {degree - 1} at most, as {several}, got {choice.degree}")
    found: list[GraphPolynomial] = []
    for degree in range(1, choice.degree + 1):
        found += multigraph_enumeration(degree, choice.output, **basis)
    if choice.missing_for is None:
        return tuple(found)
    model = as_model(choice.missing_for)
    return tuple(H for H in found if not elimination_order(H, model)[1])


def as_matrices(graphs: object, simple: bool) -> list[Any]:
    """The graphs as csr_arrays."""
    if isinstance(graphs, str | bytes | dict) or not hasattr(graphs, "__iter__") or hasattr(graphs, "number_of_nodes"):
        raise InvalidType(f"graphs must be {SEVERAL}, got {told(graphs)}")
    if getattr(graphs, "ndim", 3) != 3 and getattr(graphs, "dtype", None) != np.dtype(object):
        raise InvalidInput(f"graphs must be {SEVERAL}, got a single one, {told(graphs)}; put it in a list")
    several = list(graphs)
    if not several:
        raise InvalidInput(f"graphs must be {SEVERAL}, got none")
    convert = as_simple if simple else as_adjacency
    return [convert(f"graphs[{i}]", graph) for i, graph in enumerate(several)]


def evaluated(
    graphs: object, choice: Choice, solver: Solver[..., PolynomialValues], progress: Any = False, *, dense: bool
) -> GraphFeatures:
    """The features, by a solver of `equivariant-polynomial-evaluation`."""
    matrices = as_matrices(graphs, choice.simple)
    polynomials = choice.polynomials()
    with reporting(progress, "graph-polynomial-features") as report:
        rows = [_rows(polynomials, A, choice, solver, dense) for A in counted(report, matrices)]
    offsets = np.concatenate(([0], np.cumsum([len(one) for one in rows]))).astype(np.int64)
    features = np.concatenate(rows)
    if not np.isfinite(features).all():
        raise ResultOverflow("graphs must be smaller, or degree, as features are beyond float64")
    return GraphFeatures(features, offsets, choice.output, polynomials)


def _rows(
    polynomials: tuple[GraphPolynomial, ...], A: Any, choice: Choice, solver: Solver[..., PolynomialValues], dense: bool
) -> Floats:
    n = A.shape[0]
    n_rows = n ** OUTPUTS.index(choice.output)
    if not polynomials:
        return np.empty((n_rows, 0))
    if np.all(A.data == np.round(A.data)) and (A.nnz == 0 or A.data.max() < 2**53):
        A = A.astype(np.int64)
    values = solver(polynomials, A.toarray() if dense else A).values
    values = values.toarray() if hasattr(values, "toarray") else values
    made = values.astype(np.float64).reshape(len(polynomials), n_rows).T
    if choice.normalise == "log1p":
        made = np.log1p(made)
    elif choice.normalise == "density":
        made = made / np.array([float(n) ** H.n_summed for H in polynomials])
    return np.ascontiguousarray(made)


@porism.solver(
    graph_polynomial_features,
    "shared-contractions",
    paper=PUNY_2023,
    complexity="O(n^(tw + 1)) time a graph for the hardest polynomial, O(n^2) memory to treewidth 2",
    claims=Claims(deterministic=True),
    default=True,
)
def shared_contractions(
    graphs: Sequence[Any],
    *,
    degree: int = 5,
    output: str = "graph",
    simple: bool = True,
    connected: bool = True,
    missing_for: str | None = "mpnn",
    normalise: str | None = "log1p",
    progress: Any = False,
) -> GraphFeatures:
    """One program of dense contractions for all polynomials, used for every graph of a size.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in graphs.
    """
    choice = Choice.checked(degree, output, simple, connected, missing_for, normalise)
    return evaluated(graphs, choice, contraction_path, progress, dense=True)


@porism.solver(
    graph_polynomial_features,
    "sparse-elimination",
    complexity="products of sparse matrices: O(sum of degrees squared) a graph for the least polynomials",
    claims=Claims(deterministic=True),
)
def sparse_elimination(
    graphs: Sequence[Any],
    *,
    degree: int = 5,
    output: str = "graph",
    simple: bool = True,
    connected: bool = True,
    missing_for: str | None = "mpnn",
    normalise: str | None = "log1p",
    progress: Any = False,
) -> GraphFeatures:
    """The same on sparse matrices that stay sparse: for graphs of a hundred thousand nodes.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in graphs.
    """
    choice = Choice.checked(degree, output, simple, connected, missing_for, normalise)
    return evaluated(graphs, choice, tree_decomposition, progress, dense=False)


@porism.solver(
    graph_polynomial_features,
    "one-by-one",
    complexity="as shared-contractions, each polynomial on its own",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def one_by_one(
    graphs: Sequence[Any],
    *,
    degree: int = 5,
    output: str = "graph",
    simple: bool = True,
    connected: bool = True,
    missing_for: str | None = "mpnn",
    normalise: str | None = "log1p",
    progress: Any = False,
) -> GraphFeatures:
    """``numpy.einsum`` for every polynomial and graph.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in graphs.
    """
    choice = Choice.checked(degree, output, simple, connected, missing_for, normalise)
    return evaluated(graphs, choice, numpy_einsum, progress, dense=True)
