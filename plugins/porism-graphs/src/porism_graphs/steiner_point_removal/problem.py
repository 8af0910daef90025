"""The problem `steiner-point-removal`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism_graphs._graph import as_lengths, to_kernel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "MinorResult", "steiner_point_removal"]

STATEMENTS = (
    Law(
        "form",
        "assignment[v] is a terminal, each terminal's its own; minor is a symmetric csr_array of the terminals",
        source="porism's interface",
    ),
    Law("connected", "what is assigned to a terminal is connected", source="the definition"),
    Law(
        "minor",
        "two terminals are adjacent if and only if an edge of the graph joins what is assigned to them",
        source="the definition",
    ),
    Law("lengths", "an edge of the minor is as long as the distance of its ends in the graph", source="the definition"),
    Law(
        "dominating",
        "no distance in the minor is below that in the graph, and components are the same",
        source="follows from the definition",
    ),
    Law(
        "distortion",
        "distortion() is the largest ratio of both distances, by all shortest paths of SciPy",
        source="the definition",
    ),
    Law(
        "identity",
        "where all vertices are terminals, the minor is the graph itself, save edges longer than a way round",
        source="follows from the definition",
    ),
    Law(
        "combs",
        "on combs with 20 and with 80 teeth of length 20 distances grow by a factor of 8 at most",
        claim="bounded_distortion",
        source="Chang et al., SODA 2024: O(1) for minor-free graphs; the constant 8 is measured (5), not proved",
    ),
    Law(
        "magnitudes",
        "nor by more than 8 on grids and triangulations whose edges are from 1 to 10^12 long",
        claim="bounded_distortion",
        source="the same: the bound is one on graphs of any lengths",
    ),
    Law(
        "nearest",
        "each vertex is assigned to a terminal that is nearest to it",
        claim="nearest",
        source="the definition of Voronoi cells",
    ),
    Law("scaling", "lengths times a power of two give the same assignment", source="follows from the definition"),
    Law(
        "representation",
        "format, dtype and order of A change nothing, only the graph counts",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MinorResult(porism.Result):
    """A graph on the terminals, made by contracting connected parts.

    Attributes
    ----------
    assignment : (n,) int64 array
        The terminal that each vertex was contracted to.
    terminals : (k,) int64 array
        As they were given: row i of the minor is ``terminals[i]``.
    minor : (k, k) scipy.sparse.csr_array of float64
        The lengths of its edges: distances in the graph.
    """

    assignment: npt.NDArray[np.int64]
    terminals: npt.NDArray[np.int64]
    minor: Any

    def stretch(self, A: Any, *, n_jobs: int | None = None) -> npt.NDArray[np.float64]:
        """Distances in the minor over those in the graph, for all pairs of terminals.

        Parameters
        ----------
        A : graph
            What was contracted.
        n_jobs : int, optional
            Threads, as in scikit-learn.

        Returns
        -------
        (k, k) float64 array
            At least 1; 1 on the diagonal and across components.

        Raises
        ------
        InvalidInput
            If the graph has another number of vertices.
        """
        from scipy.sparse.csgraph import dijkstra

        from porism.kernels import graph as kernel
        from porism.validation import as_n_jobs

        lengths = as_lengths("A", A)
        if lengths.shape[0] != len(self.assignment):
            raise InvalidInput(f"A must have {len(self.assignment)} vertices, got {lengths.shape[0]}")
        true = kernel.distance_rows(to_kernel(lengths), self.terminals, as_n_jobs(n_jobs))[:, self.terminals]
        made = dijkstra(self.minor)
        apart = np.isfinite(true) & (true > 0)
        ratios = np.divide(made, true, out=np.ones_like(true), where=apart)
        return np.asarray(ratios, dtype=np.float64)

    def distortion(self, A: Any, *, n_jobs: int | None = None) -> float:
        """The largest factor by which a distance of two terminals has grown.

        Parameters and errors as for :meth:`stretch`.
        """
        return float(self.stretch(A, n_jobs=n_jobs).max())

    def plot(self, A: Any, positions: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
        """Draw the parts in their colours, and the minor over them.

        Parameters
        ----------
        A : graph
            What was contracted.
        positions : (n, 2) array-like
            Where each vertex is.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        InvalidInput
            If there is not a position for each vertex.
        """
        where = np.asarray(positions, dtype=np.float64)
        if where.shape != (len(self.assignment), 2):
            raise InvalidInput(f"positions must be of shape ({len(self.assignment)}, 2), got {where.shape}")
        ax = optional.axes(ax, of="porism-graphs")
        from matplotlib import colormaps
        from matplotlib.collections import LineCollection

        upper = as_lengths("A", A).tocoo()
        u, v = upper.row, upper.col
        inner = (self.assignment[u] == self.assignment[v]) & (u < v)
        place = np.searchsorted(np.sort(self.terminals), self.assignment[u])
        colours = colormaps["tab20"](place * 7 % 20)
        ax.add_collection(LineCollection(list(np.stack((where[u], where[v]), axis=1)[inner]), colors=colours[inner]))
        made = self.minor.tocoo()
        ends = where[self.terminals[made.row]], where[self.terminals[made.col]]
        lines = list(np.stack(ends, axis=1)[made.row < made.col])
        ax.add_collection(LineCollection(lines, colors="black", linewidths=0.8, alpha=0.7))
        x, y = where[self.terminals].T
        ax.scatter(x, y, s=18, c="black", zorder=3)
        ax.set_aspect("equal")
        ax.autoscale_view()
        ax.set_axis_off()
        return ax


@porism.problem(
    "steiner-point-removal",
    result=MinorResult,
    tags=("graph", "metric", "minor"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def steiner_point_removal(A: Any, terminals: Any) -> MinorResult:  # type: ignore[empty-body]
    """Replace a graph by a small one on chosen vertices, its minor, with distances that are little longer.

    Every vertex is assigned to a terminal, such that what is assigned to one is connected, and is contracted to it.
    What is left of a planar graph is a planar graph of the terminals alone; distances can only grow, and by how much is
    what solvers differ in. For minor-free graphs a constant factor is possible (Chang et al. 2024).

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix, array-like, graph of networkx, igraph or rustworkx, or path of an edge list
        An undirected graph; the entry of an edge is its length, positive and finite. Symmetric; self-loops are dropped,
        of parallel edges the shortest counts. Every component must have a terminal. Never modified.
    terminals : (k,) integer array-like
        Vertices to be kept, different from one another.

    Returns
    -------
    MinorResult

    Raises
    ------
    InvalidInput
        If A is no undirected graph of positive lengths, terminals are out of range, given twice, or none, or a
        component has none.
    InvalidType
        If A is no graph or holds no real numbers, or terminals are no integers.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> result = registry.get("shortcut-spr")(networkx.path_graph(7), [0, 6])
    >>> result.minor.toarray()
    array([[0., 6.],
           [6., 0.]])
    """
