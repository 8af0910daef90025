"""The problem `weisfeiler-leman`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law
from porism_graphs._arguments import as_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "Colouring", "Signature", "weisfeiler_leman"]

Ints = npt.NDArray[np.int64]

DVORAK = "Dvořák 2010; Dell, Grohe & Rattan 2018"

STATEMENTS = (
    Law(
        "form",
        "colours are numbered 0, 1, … and all occur; histogram counts them, a row for each graph",
        source="porism's interface",
    ),
    Law(
        "definition",
        "after any number of rounds, two tuples have one colour exactly if the definition says so",
        source="Weisfeiler & Leman 1968; Cai, Fürer & Immerman 1992",
    ),
    Law(
        "rounds",
        "rounds counts those that changed something, and stable says whether another one would",
        source="the definition",
    ),
    Law(
        "relabelling",
        "a graph with its vertices in another order gets the same colours in that order",
        source="follows from the definition",
    ),
    Law(
        "together",
        "colours of graphs that were passed together are comparable: copies get equal histograms",
        source="porism's interface",
    ),
    Law(
        "refines",
        "k-dimensional folklore colours of (v, …, v) refine those of v in fewer dimensions",
        source="Cai, Fürer & Immerman 1992",
    ),
    Law(
        "oblivious",
        "the oblivious variant in k + 1 dimensions tells the same graphs apart as folklore in k",
        source="Grohe & Otto 2015",
    ),
    Law(
        "forests", "one dimension tells any two forests apart that are not isomorphic", source="Immerman & Lander 1990"
    ),
    Law("labels", "labels of vertices and edges are seen, and their names do not matter", source="the definition"),
    Law(
        "cycles",
        "of two unions of cycles with as many vertices one dimension sees no difference, and two see one",
        source=DVORAK,
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Signature(porism.Result):
    """What a stable colour says about the tuples that have it: enough to count every pattern of treewidth k.

    Attributes
    ----------
    k : int
        Positions of a tuple.
    labels : (c, k) int64 array
        The label of the vertex in each position, for each of c colours; 0 where there are none.
    adjacency : (c, k, k) int64 array
        Which two positions are joined by an edge: the rank of its label in `edge_names`, -1 for none.
    equal : (c, k, k) bool array
        Which two positions hold the same vertex.
    indptr : (c + 1,) int64 array
    keys : (s, k) int64 array
    counts : (s,) int64 array
        What refines colour c: rows ``indptr[c]`` to ``indptr[c + 1]``. Row (c_1, …, c_k) with count m stands for m
        vertices w such that c_i is the colour of the tuple with w in position i. For k = 1: the colours of neighbours.
    edges : (s,) int64 array
        For k = 1 the rank of the label of the edges to these neighbours; empty otherwise.
    substitutions : (k, …, k, c) int64 array
        ``substitutions[s_1, …, s_k, c]`` is the colour of the tuple that has in position i what a tuple of colour c has
        in position s_i.
    edge_names : (l,) int64 array
        The labels of edges, by rank; one entry 0 where there are none.
    has_labels, has_edge_labels : bool
        Whether vertices, and edges, are labelled.
    """

    k: int
    labels: Ints
    adjacency: Ints
    equal: npt.NDArray[np.bool_]
    indptr: Ints
    keys: Ints
    counts: Ints
    edges: Ints
    substitutions: Ints
    edge_names: Ints
    has_labels: bool
    has_edge_labels: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Colouring(porism.Result):
    """Colours of all vertices (k = 1) or k-tuples of vertices of some graphs, comparable between them.

    Attributes
    ----------
    colours : (t,) int64 array
        Of all tuples, graph after graph, the last position running fastest; :meth:`of` gives those of one graph.
        Numbered 0, 1, …, in an order that isomorphisms keep.
    sizes : (g,) int64 array
        Vertices of each graph.
    histogram : (g, c) int64 array
        How many tuples of each graph have each of the c colours.
    rounds : int
        Rounds in which some colour was split.
    stable : bool
        Whether another round would split none.
    k : int
    variant : str
        ``"folklore"`` or ``"oblivious"``.
    signature : Signature or None
        What the colours say about their tuples, where asked for.
    """

    colours: Ints
    sizes: Ints
    histogram: Ints
    rounds: int
    stable: bool
    k: int
    variant: str
    signature: Signature | None = field(default=None, repr=False)

    def of(self, i: int) -> Ints:
        """The colours of graph i, as an array of shape (n,) * k."""
        i = as_integer("i", i, 0, len(self.sizes) - 1, note="a graph")
        lengths = self.sizes**self.k
        start = int(lengths[:i].sum())
        return self.colours[start : start + int(lengths[i])].reshape((int(self.sizes[i]),) * self.k)

    def equivalent(self, i: int = 0, j: int = 1) -> bool:
        """Whether graphs i and j have the same colours equally often: whether the algorithm takes them for equal."""
        for name, graph in (("i", i), ("j", j)):
            if not 0 <= as_integer(name, graph, 0) < len(self.sizes):
                raise InvalidInput(f"{name} must be a graph in 0..{len(self.sizes) - 1}, got {graph}")
        return bool(np.array_equal(self.histogram[i], self.histogram[j]))

    def plot(self, graph: Any, *, i: int = 0, layout: Any = None, ax: Axes | None = None) -> Axes:
        """Draw a graph with its vertices in their colours.

        Parameters
        ----------
        graph : graph
            Number i of those that were coloured.
        i : int
            Which one it is.
        layout : (n, 2) array-like, optional
            Where the vertices are; found by distances in the graph by default.
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
            If the graph has another number of vertices.
        """
        from porism_graphs._drawing import draw_graph
        from porism_graphs._labelled import as_labelled

        shown = as_labelled("graph", graph)
        colours = self.of(i)
        if shown.n != len(colours):
            raise InvalidInput(f"graph must have the {len(colours)} vertices of graph {i}, got {shown.n}")
        for _ in range(self.k - 1):
            colours = np.diagonal(colours)  # of (v, …, v)
        return draw_graph(shown, colours, layout=layout, ax=ax)


@porism.problem(
    "weisfeiler-leman",
    result=Colouring,
    tags=("graph", "isomorphism"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def weisfeiler_leman(  # type: ignore[empty-body]
    Gs: Any,
    k: int = 1,
    *,
    variant: str = "folklore",
    rounds: int | None = None,
) -> Colouring:
    """Colour the vertices, or k-tuples of vertices, of graphs by what the Weisfeiler-Leman algorithm sees.

    In one dimension (colour refinement) the new colour of a vertex is its old one with the multiset of its neighbours'
    colours. In k dimensions a k-tuple starts with its ordered isomorphism type; its new colour is its old one with the
    multiset, over all vertices w, of the k colours of the tuple with w in one position (folklore), or with k multisets,
    of the colours of the tuple with w in that position (oblivious). Graphs with different histograms are not
    isomorphic. Graph networks that pass messages see no more than one dimension does.

    The paper's k-WL is the *folklore* one: two graphs that it takes for equal have equally many homomorphisms from each
    graph of treewidth at most k. The oblivious variant needs one dimension more for that; with k = 1 both are colour
    refinement.

    Parameters
    ----------
    Gs : graph, or list of graphs
        Simple and undirected, each a square symmetric matrix, a graph of networkx, igraph or rustworkx, the path of an
        edge list, a tuple ``(n, edges)``, ``(n, edges, labels)`` or ``(n, edges, labels, edge_labels)``, or a pattern.
        A list is always a list of graphs. The attribute ``label`` of vertices and edges of a networkx graph is their
        label. All graphs have labels, or none has.
    k : int
        Dimension, 1 to 4.
    variant : {"folklore", "oblivious"}
        What refines a tuple.
    rounds : int, optional
        Stop after so many rounds; by default when nothing changes.

    Returns
    -------
    Colouring

    Raises
    ------
    InvalidInput
        If there is no graph, a graph has self-loops, parallel or directed edges, or no vertex; if only some graphs have
        labels; if k, variant or rounds is out of range.
    InvalidType
        If something is no graph, or labels are no integers.
    TooLarge
        If the colours of all tuples need more memory than there is (an `InvalidInput` that is a `MemoryError`).

    Examples
    --------
    >>> from porism import registry
    >>> wl = registry.get("weisfeiler-leman")
    >>> hexagon = (6, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)])
    >>> triangles = (6, [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
    >>> wl([hexagon, triangles], 1).equivalent(), wl([hexagon, triangles], 2).equivalent()
    (True, False)
    """
