"""The problem `graph-polynomial-features`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism.validation import as_integer
from porism_graphs._polynomials.polynomial import GraphPolynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NORMALISE", "STATEMENTS", "GraphFeatures", "graph_polynomial_features"]

NORMALISE = ("log1p", "density")

STATEMENTS = (
    Law(
        "form",
        "features has a row for each graph, node or pair, offsets says which are whose, all of it finite",
        source="porism's interface",
    ),
    Law(
        "choice",
        "polynomials are those of the basis, up to the degree, that the model misses; lower degrees first",
        source="the definition",
    ),
    Law(
        "values",
        "a column holds the values of its polynomial, normalised as asked",
        source="Puny et al. 2023, section 5",
    ),
    Law("equivariance", "relabelling the nodes of a graph moves its rows along", source="follows from the definition"),
    Law("apart", "a graph has the features that it has alone", source="porism's interface"),
    Law(
        "cycles",
        "triangles and cycles of five, as subgraphs, are fixed linear combinations of features of degree 5",
        source="Alon, Yuster & Zwick 1997; inversion of counts over vertex identifications",
    ),
    Law(
        "refinement",
        "what mpnn misses tells a hexagon from two triangles",
        source="Morris et al. 2019; Xu et al. 2019: message passing is no finer than colour refinement",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GraphFeatures(porism.Result):
    """Features of some graphs.

    Attributes
    ----------
    features : (rows, k) float64 array
        Rows are graphs, nodes or ordered pairs of nodes, graph by graph; columns belong to `polynomials`.
    offsets : (graphs + 1,) int64 array
        The rows of graph i are ``offsets[i]`` to ``offsets[i + 1] - 1``.
    output : {"graph", "node", "edge"}
    polynomials : tuple of GraphPolynomial
    """

    features: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.int64]
    output: str
    polynomials: tuple[GraphPolynomial, ...] = field(repr=False)

    def of(self, i: int) -> npt.NDArray[np.float64]:
        """The features of graph i: (k,), (n, k) or (n, n, k).

        Raises
        ------
        InvalidInput
            If there is no such graph.
        """
        i = as_integer("i", i, 0, len(self.offsets) - 2)
        rows = self.features[self.offsets[i] : self.offsets[i + 1]]
        if self.output == "graph":
            return np.asarray(rows[0])
        if self.output == "edge":
            n = round(len(rows) ** 0.5)
            return rows.reshape(n, n, -1)
        return rows

    def plot(self, i: int = 0, *, most: int = 20, ax: Axes | None = None) -> Axes:
        """Draw the features of one graph as an image: a row for each row, a column for each polynomial.

        Parameters
        ----------
        i : int
            Which graph.
        most : int
            Columns at most.
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
        i = as_integer("i", i, 0, len(self.offsets) - 2)
        most = as_integer("most", most, 1)
        rows = self.features[self.offsets[i] : self.offsets[i + 1], :most]
        spread = rows.std(axis=0)
        shown = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1) if len(rows) > 1 else rows
        ax.figure.colorbar(ax.imshow(shown, aspect="auto", cmap="viridis"), ax=ax, label="standardised value")
        ax.set_xticks(range(shown.shape[1]), [str(H) for H in self.polynomials[:most]], rotation=90, fontsize=6)
        ax.set_ylabel({"graph": "graph", "node": "node", "edge": "pair of nodes"}[self.output])
        return ax


@porism.problem(
    "graph-polynomial-features",
    result=GraphFeatures,
    tags=("graph", "features"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def graph_polynomial_features(  # type: ignore[empty-body]
    graphs: Sequence[Any],
    *,
    degree: int = 5,
    output: str = "graph",
    simple: bool = True,
    connected: bool = True,
    missing_for: str | None = "mpnn",
    normalise: str | None = "log1p",
) -> GraphFeatures:
    """Compute, as further inputs for a graph network, the equivariant polynomials that its architecture cannot.

    All polynomials of degree 1 to `degree` that the model does not express (`polynomial-expressiveness`) are evaluated
    once for each graph. Message passing misses all that have a cycle through vertices that are summed over: triangles
    at a node, cycles of four and five, and what hangs on them.

    Parameters
    ----------
    graphs : sequence of graphs
        Sparse or dense square adjacency matrices, graphs of networkx, igraph or rustworkx, or paths of edge lists.
    degree : int
        The largest degree, at most 20.
    output : {"graph", "node", "edge"}
        Features of graphs, nodes or pairs of nodes.
    simple : bool
        Graphs are undirected without loops, their weights not counted, and polynomials those of simple graphs. False:
        nonnegative weights, directions and loops count.
    connected : bool
        Leave out products with polynomials without output, of which the factors are features as well.
    missing_for : str, optional
        A model of `polynomial-expressiveness`; None for all polynomials.
    normalise : {"log1p", "density"}, optional
        The logarithm of one more than the value; the value divided by n to the number of summed vertices, a share of
        all maps; or the value itself.

    Returns
    -------
    GraphFeatures

    Raises
    ------
    InvalidInput
        If there is no graph, one of them is not what it has to be, or an option is none of those above.
    InvalidType
        If graphs is no sequence of graphs.
    TooLarge
        If there are more than a million polynomials up to the degree.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_graphs import graph_polynomial_features
    >>> square = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
    >>> result = graph_polynomial_features([square, square[:3, :3]], degree=4, normalise=None)
    >>> [str(H) for H in result.polynomials]
    ['[] 0-1 0-2 1-2', '[] 0-3 1-2 1-3 2-3', '[] 0-1 0-2 1-3 2-3']
    >>> result.features  # of the square and of a path: closed walks of length 4 are the last
    array([[ 0.,  0., 32.],
           [ 0.,  0.,  8.]])
    """
