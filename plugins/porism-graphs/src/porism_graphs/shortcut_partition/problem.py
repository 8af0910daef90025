"""The problem `low-diameter-shortcut-partition`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import as_vertices
from porism_graphs.shortcut_partition.cop import CopDecomposition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "ShortcutPartition", "low_diameter_shortcut_partition"]

PAPER = "Chang, Conroy, Le, Milenković, Solomon & Than, SODA 2024"

STATEMENTS = (
    Law(
        "form",
        "labels are 0 to k-1, centers[i] is a vertex of cluster i, clusters lie in one component each",
        source="the definition",
    ),
    Law(
        "connected",
        "every cluster is connected, and radii are the largest distances from centers within clusters",
        source="the definition",
    ),
    Law("radius", "no radius is above 2 delta", source=f"{PAPER}: the net on the skeleton, and the supernode's radius"),
    Law(
        "supernodes",
        "the independent verifier finds radius, ancestry, buffer, bags and shortest-path skeletons as promised",
        claim="buffered",
        source=f"{PAPER}: buffered cop decomposition, properties (a) to (c)",
    ),
    Law(
        "width",
        "of a graph without K_r minor, no domain is adjacent to more than r-2 earlier supernodes, pairwise adjacent",
        claim="buffered",
        source=f"{PAPER}: property (d)",
    ),
    Law(
        "buffer",
        "on 500 points of a Delaunay triangulation, where buffers are needed, the verifier finds nothing either",
        claim="buffered",
        source=f"{PAPER}: property (c)",
    ),
    Law(
        "shortcut",
        "on grids, triangulations and combs, 6 ceil(d / delta) steps lead along clusters that a path of length d meets",
        claim="shortcut",
        source=f"{PAPER}, Theorem on shortcut partitions; 6 is measured (4), not proved",
    ),
    Law("scaling", "lengths and delta times a power of two give the same labels", source="follows from the definition"),
    Law(
        "representation",
        "format, dtype and order of A change nothing, only the graph counts",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShortcutPartition(porism.Result):
    """Vertices in connected clusters.

    Attributes
    ----------
    labels : (n,) int64 array
        The cluster of each vertex.
    centers : (k,) int64 array
        A vertex of each cluster.
    radii : (k,) float64 array
        The largest distance from the centre within each cluster: the strong radius, at most 2 `delta`.
    delta : float
        As it was given.
    cop : CopDecomposition or None
        What the clusters were cut from, where it was that.
    """

    labels: npt.NDArray[np.int64]
    centers: npt.NDArray[np.int64]
    radii: npt.NDArray[np.float64]
    delta: float
    cop: CopDecomposition | None = None

    @property
    def n_clusters(self) -> int:
        """How many clusters there are."""
        return len(self.centers)

    def hops(self, A: Any, u: Any, v: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """How many clusters short ways cross: what the partition is for.

        Parameters
        ----------
        A : graph
            What was partitioned.
        u, v : (q,) integer array-likes
            Ends of ways.

        Returns
        -------
        distances : (q,) float64 array
            Infinite across components.
        hops : (q,) int64 array
            The least number of steps from cluster to adjacent cluster, among those only that one shortest path from
            u to v meets; -1 across components.

        Raises
        ------
        InvalidInput
            If the graph has another number of vertices, or a vertex is none of it.
        """
        from porism.kernels import graph as kernel

        lengths = as_lengths("A", A)
        if lengths.shape[0] != len(self.labels):
            raise InvalidInput(f"A must have {len(self.labels)} vertices, as was partitioned, got {lengths.shape[0]}")
        ends = as_vertices("u", u, lengths.shape[0]), as_vertices("v", v, lengths.shape[0])
        if len(ends[0]) != len(ends[1]):
            raise InvalidInput(f"v must be as many vertices as u, {len(ends[0])}, got {len(ends[1])}")
        found: tuple[Any, Any] = kernel.shortcut_hops(to_kernel(lengths), self.labels, *ends)
        return found

    def plot(self, A: Any, positions: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
        """Draw the clusters of a graph in the plane: edges within clusters in their colours, centres as dots.

        Parameters
        ----------
        A : graph
            What was partitioned.
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
        if where.shape != (len(self.labels), 2):
            raise InvalidInput(f"positions must be of shape ({len(self.labels)}, 2), got {where.shape}")
        ax = optional.axes(ax, of="porism-graphs")
        from matplotlib import colormaps
        from matplotlib.collections import LineCollection

        upper = as_lengths("A", A).tocoo()
        keep = upper.row < upper.col
        u, v = upper.row[keep], upper.col[keep]
        # Neighbouring clusters have numbers that are close; a stride that is prime to the colours keeps them apart.
        colours = colormaps["tab20"](self.labels * 7 % 20)
        inner = self.labels[u] == self.labels[v]
        ax.add_collection(
            LineCollection(list(np.stack((where[u], where[v]), axis=1)[~inner]), colors="0.75", linewidths=0.7)
        )
        ax.add_collection(
            LineCollection(list(np.stack((where[u], where[v]), axis=1)[inner]), colors=colours[u[inner]], linewidths=2)
        )
        x, y = where[self.centers].T
        ax.scatter(x, y, s=14, c=colours[self.centers], edgecolors="black", linewidths=0.6, zorder=3)
        ax.set_aspect("equal")
        ax.autoscale_view()
        ax.set_axis_off()
        return ax


@porism.problem(
    "low-diameter-shortcut-partition",
    result=ShortcutPartition,
    tags=("graph", "partition", "metric"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def low_diameter_shortcut_partition(A: Any, delta: float) -> ShortcutPartition:  # type: ignore[empty-body]
    """Cut a graph into connected clusters of bounded radius, so that short ways cross few of them.

    Every cluster has a centre within 2 `delta` of all its vertices, along paths inside the cluster. Any method of
    growing balls gives that. A *shortcut* partition gives more: for any two vertices at distance d there is a way
    between them of about d / `delta` steps from cluster to cluster, all of them clusters that a shortest path meets.
    That is what routing regions, compact distance oracles, tree covers and the removal of Steiner points are built on.
    It exists for planar graphs and all others that exclude a minor; road, pipe and power networks come close to it.

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix, array-like, graph of networkx, igraph or rustworkx, or path of an edge list
        An undirected graph; the entry of an edge is its length, positive and finite. Symmetric; self-loops are dropped,
        of parallel edges the shortest counts. It may have several components. Never modified.
    delta : float
        Half of what radii are at most; positive and finite. For clusters of diameter D take D / 4.

    Returns
    -------
    ShortcutPartition

    Raises
    ------
    InvalidInput
        If A is not square, has no vertex, is not symmetric, or has a length that is 0, negative, NaN or infinite; if
        delta is not positive and finite.
    InvalidType
        If A is no graph or holds no real numbers, or delta is no number.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> partition = registry.get("buffered-cop")(networkx.path_graph(9), 1.0)
    >>> partition.labels
    array([2, 2, 2, 1, 1, 1, 0, 0, 0])
    """
