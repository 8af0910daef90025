"""The problem `hypergraph-cut-sketch`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism_transforms.sparse_walsh_hadamard.problem import as_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "HypergraphResult", "hypergraph_cut_sketch"]

STATEMENTS = (
    Law(
        "form",
        "edges are sorted, distinct, of 2 … max_edge_size vertices, with a finite weight that is not 0 each",
        source="porism's interface",
    ),
    Law(
        "cuts",
        "where converged, the edges cut as the function says, on 200 fresh random sides",
        source="the definition",
    ),
    Law(
        "recovery",
        "edges of even size come back exactly, with their weights, where nothing else makes the same cuts",
        source="a cut function has coefficient -w 2^(1-s) at each nonempty even part of an edge of size s, weight w",
    ),
    Law("odd", "a single edge of odd size comes back, too", source="porism's interface"),
    Law("relabelling", "relabelling the vertices relabels the edges", source="follows from the definition"),
    Law("linearity", "weights times a positive factor", source="follows from the definition"),
    Law(
        "counters",
        "n_evaluations and n_queries are what a counter inside of the function counts",
        source="porism's interface",
    ),
    Law("empty", "a hypergraph without edges has none", source="follows from the definition"),
    Law("no-cut", "of what is no cut function, no answer is said to have converged", source="porism's interface"),
    Law(
        "sketch",
        "12 edges of 4 among 24 vertices are found from under 1% of all cuts, in 9 of 10 draws",
        claim="sublinear",
        source="Li et al. 2015, Section on hypergraph sketching",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HypergraphResult(porism.Result):
    """The edges.

    Attributes
    ----------
    edges : tuple of tuples of int
        Vertices of each edge, rising; edges by size, then by vertices.
    weights : (m,) float64 array
        A weight for each edge.
    n : int
        Vertices.
    converged : bool
        Whether these edges are the whole of the function: its spectrum was resolved, and nothing of it is left over.
    n_queries, n_evaluations : int
        Different cuts that were asked for, and all.
    """

    edges: tuple[tuple[int, ...], ...]
    weights: npt.NDArray[np.float64]
    n: int
    converged: bool
    n_queries: int
    n_evaluations: int

    def cut(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The weight of all edges between two sides.

        Parameters
        ----------
        X : (m,) array of integers, or (m, n) array of bools
            Sides: bit i says on which side vertex i is.

        Returns
        -------
        (m,) float64 array

        Raises
        ------
        InvalidInput, InvalidType
            If X is no such array, or an integer has more than n bits.
        """
        sides = as_points("X", X, self.n)
        total = np.zeros(sides.shape)
        for edge, weight in zip(self.edges, self.weights.tolist(), strict=True):
            mask = np.uint64(sum(1 << v for v in edge))
            here = sides & mask
            total += weight * ((here != 0) & (here != mask))
        return total

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw which vertices each edge has, heavier ones darker.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-transforms[plot]'``.
        """
        ax = optional.axes(ax, of="porism-transforms")
        heaviest = float(np.abs(self.weights).max(initial=0.0)) or 1.0
        for column, (edge, weight) in enumerate(zip(self.edges, self.weights.tolist(), strict=True)):
            shade = str(0.75 - 0.75 * abs(weight) / heaviest)
            ax.plot([column] * len(edge), edge, "o-", color=shade, markersize=3, linewidth=1)
        ax.set_xlabel("edge")
        ax.set_ylabel("vertex")
        return ax


@porism.problem(
    "hypergraph-cut-sketch",
    result=HypergraphResult,
    tags=("graph", "queries"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def hypergraph_cut_sketch(  # type: ignore[empty-body]
    cut: Any,
    n: int,
    max_edge_size: int = 2,
    *,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
) -> HypergraphResult:
    """Find the edges of a hypergraph that can only be asked how much a cut weighs.

    An edge is cut if it has vertices on both sides. Its s vertices give the cut function 2^(s-1) coefficients, so that
    a hypergraph of few small edges is a sparse function, and its edges can be read off the spectrum, largest first.

    Edges of odd size are less certain: an edge of three cuts exactly as its three pairs do with half its weight each.
    Where all parts of size s-1 of s vertices, s odd, are there with one sign, they are read as an edge of size s, as
    far as the weight that they have in common goes, unless an edge would get a negative weight then.
    ``max_edge_size=2`` asks for a graph.

    Parameters
    ----------
    cut : callable
        Called with a uint64 array of sides (bit i of a word says on which side vertex i is), it returns as many
        weights.
    n : int
        Vertices, 2 … 63.
    max_edge_size : int
        Vertices of an edge at most, 2 … 16.
    verify : int
        Fresh random cuts that must agree in the end.
    max_queries : int, optional
        Evaluations that may be made in all; 2^24 by default.
    rng : None, int or numpy.random.Generator
        For all that is drawn.

    Returns
    -------
    HypergraphResult

    Raises
    ------
    InvalidInput
        If n, max_edge_size, verify or max_queries is out of range; if cut returns other than a finite number for each
        side.
    InvalidType
        If cut is no callable, or does not return real numbers.

    Warns
    -----
    NotSparseWarning
        If the queries allowed do not explain the function, or it is no cut function of such edges.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> edges = [np.uint64(0b10011), np.uint64(0b1 << 39 | 0b1 << 4)]
    >>> def cut(sides):
    ...     return sum(((sides & edge) != 0) & ((sides & edge) != edge) for edge in edges) * 1.0
    >>> result = registry.get("hypergraph-cut-sketch")(cut, 40, 3, rng=0)
    >>> result.edges, result.weights.tolist()
    (((4, 39), (0, 1, 4)), [1.0, 1.0])
    """
