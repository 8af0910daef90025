"""The problem `equivariant-polynomial-evaluation`: its canonical call, its result, and its solvers' laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import porism
from porism import Law, optional
from porism_graphs._polynomials.polynomial import GraphPolynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "PolynomialValues", "equivariant_polynomial_evaluation"]

DEFINITION = "the definition of P_H: Puny et al. 2023, section 3"

STATEMENTS = (
    Law(
        "form",
        "values have an axis for the polynomials unless there is one only, and one of n for each output",
        source="porism's interface",
    ),
    Law(
        "sum",
        "values are the sum over all maps of vertices, exactly for integers, to 1e-10 for floats",
        source=DEFINITION,
    ),
    Law("equivariance", "relabelling the indices of an integer X relabels the values, exactly", source=DEFINITION),
    Law("degree", "P_H(t X) is t^d P_H(X)", source=DEFINITION),
    Law(
        "closed-forms",
        "cycles are traces of powers, stars moments of degrees, paths products with the vector of ones",
        source="follows from the definition",
    ),
    Law(
        "homomorphisms",
        "for a graph's adjacency matrix P_H is the number of homomorphisms from H",
        source="Lovász 2012, section 5.2",
    ),
    Law(
        "products",
        "the value of a disjoint union is the product of the values; an isolated output repeats them",
        source="follows from the definition",
    ),
    Law("transposing", "exchanging the outputs transposes the values", source="follows from the definition"),
    Law("together", "of many polynomials each has the value that it has alone", source="porism's interface"),
    Law(
        "representation",
        "a sparse X and a dense one give the same values, whatever the format",
        source="porism's interface",
    ),
    Law(
        "large-integers",
        "integers beyond 2^53 and 2^63 are exact, or refused where dtype says int64",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolynomialValues(porism.Result):
    """Values of one polynomial or several.

    Attributes
    ----------
    values : (k,), (k, n) or (k, n, n) array, without the first axis for a single polynomial
        For an integer X int64, or Python integers where those may not do. For a sparse X and two outputs a csr_array of
        shape (k n, n): the matrices one below the other. In object arithmetic always an array.
    n_products : int
        Contractions that were made for all of them together; each H's own, added up, by those that share none.
    """

    values: Any
    n_products: int

    def plot(self, which: int | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw the values of one polynomial: bars for nodes, an image for pairs; of several graph-level ones, bars.

        Parameters
        ----------
        which : int, optional
            Which polynomial, where there are several with an output.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        """
        ax = optional.axes(ax, of="porism-graphs")
        shown = self.values
        if hasattr(shown, "toarray"):
            n = shown.shape[1]
            shown = shown.toarray().reshape(-1, n, n)
            shown = shown[0] if len(shown) == 1 else shown
        if which is not None:
            shown = shown[which]
        shown = np.asarray(shown, dtype=np.float64)
        if shown.ndim == 2:
            ax.figure.colorbar(ax.imshow(shown, cmap="viridis"), ax=ax)
        else:
            ax.bar(np.arange(shown.size), np.atleast_1d(shown).ravel(), color="#4c72b0")
            ax.set_ylabel("value")
        return ax


@porism.problem(
    "equivariant-polynomial-evaluation",
    result=PolynomialValues,
    tags=("graph", "algebra"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def equivariant_polynomial_evaluation(  # type: ignore[empty-body]
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
) -> PolynomialValues:
    """Evaluate equivariant polynomials: sums, over all maps of a multigraph's vertices, of products of X's entries.

    P_H(X)[i, j] sums the product of X[index of r, index of s] over the edges (r, s) of H, over all maps of H's vertices
    to 0..n-1 that send the outputs to i and j. For the adjacency matrix of a graph that counts homomorphisms.

    Parameters
    ----------
    H : GraphPolynomial or sequence of them
        With the same number of outputs. A whole basis at once costs little more than its hardest members.
    X : (n, n) or (n, n, channels) array-like, scipy.sparse matrix, or graph
        Entry (i, j) is the data of a pair, (i, i) that of a node. Integers are computed with exactly. Graphs of
        networkx, igraph and rustworkx, and edge lists, give their adjacency matrix. Never modified.
    dtype : {"float32", "float64", "int64", "object"}, optional
        What to compute with, and return. None: float64 for floats, and for integers int64, or Python's integers where
        values may pass 2^63 (inside, float64 where nothing can reach 2^53: it is faster and as exact).
    memory_limit : int, optional
        Bytes that a tensor made on the way may take. None: half of the machine's memory.

    Returns
    -------
    PolynomialValues

    Raises
    ------
    InvalidInput
        If X is not square, holds NaN or infinity, has too few channels, or is not symmetric where H takes it to be; if
        there is no H, or they differ in the number of outputs; if dtype is another, or of integers for an X of floats.
    InvalidType
        If X holds no real numbers, or H is something else.
    TooLarge
        If a tensor may not fit in memory_limit (also a MemoryError); the message has the path of contractions.
    ResultOverflow
        If values may be beyond int64, which dtype asks for, or are beyond floats.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_graphs import GraphPolynomial, equivariant_polynomial_evaluation
    >>> A = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])  # a triangle with a tail
    >>> triangles = GraphPolynomial([(0, 1), (1, 2), (0, 2)], (0,), symmetric=True)  # at the first vertex
    >>> equivariant_polynomial_evaluation(triangles, A).values  # each in two directions
    array([2, 2, 2, 0])
    """
