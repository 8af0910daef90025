"""The problem `wl-certificate`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import porism
from porism import Law, optional
from porism_graphs._labelled import as_labelled
from porism_graphs._patterns import Pattern

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["STATEMENTS", "Certificate", "wl_certificate"]

LANZINGER = "Lanzinger & Barceló 2024"

STATEMENTS = (
    Law("dimension", "k is the pattern's WL-dimension", source=f"{LANZINGER}, Theorem 1"),
    Law("counts", "count_G and count_H are the copies in G and in H, by listing them", source="the definition"),
    Law("differ", "count_G and count_H differ", source="the definition"),
    Law(
        "equivalent",
        "(k-1)-dimensional folklore WL gives G and H equal histograms",
        source="Cai, Fürer & Immerman 1992; Lanzinger & Barceló 2024",
    ),
    Law("separated", "k-dimensional folklore WL tells G and H apart", source=f"{LANZINGER}, Theorem 1"),
    Law(
        "verify",
        "verify() is True, and False for a certificate with G in place of H, or with another k",
        source="porism's interface",
    ),
    Law(
        "degrees",
        "for k ≥ 2, G and H have equal numbers of vertices, edges, and vertices of each degree and label",
        source="follows from the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Certificate(porism.Result):
    """Two graphs that (k-1)-dimensional WL takes for equal, and that have different counts.

    Attributes
    ----------
    pattern : Pattern
        What is counted.
    kind : str
        ``"subgraph"``, ``"induced"`` or ``"hom"``.
    k : int
        The WL-dimension of the count.
    G, H : tuple
        ``(n, edges, labels, edge_labels)``, as every problem here takes a graph.
    count_G, count_H : int
        Copies in each.
    """

    pattern: Pattern
    kind: str
    k: int
    G: tuple[Any, ...]
    H: tuple[Any, ...]
    count_G: int
    count_H: int

    def verify(self) -> bool:
        """Whether all of it is true: colours both graphs in k - 1 dimensions, and counts in both, anew.

        In dimension 0 the numbers of vertices with each label are compared.
        """
        from porism_graphs.motif_count import hom_basis
        from porism_graphs.weisfeiler_leman import partition_refinement

        counts = [hom_basis(self.pattern, graph, kind=self.kind).count for graph in (self.G, self.H)]
        if counts != [self.count_G, self.count_H] or self.count_G == self.count_H:
            return False
        if self.k > 1:
            return partition_refinement([self.G, self.H], self.k - 1).equivalent()
        return partition_refinement([self.G, self.H], 1, rounds=0).equivalent()

    def to_networkx(self) -> tuple[Any, Any]:
        """Both graphs as networkx graphs, with labels as the attribute ``label``."""
        return Pattern(*self.G).to_networkx(), Pattern(*self.H).to_networkx()

    def plot(self) -> Figure:
        """Draw both graphs in the colours that (k-1)-dimensional WL gives their vertices: equally many of each.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        """
        from porism_graphs.weisfeiler_leman import partition_refinement

        pyplot: Any = optional.require("matplotlib.pyplot", "plot", of="porism-graphs")
        dimension = max(1, self.k - 1)
        colouring = partition_refinement([self.G, self.H], dimension, rounds=0 if self.k == 1 else None)
        figure: Figure
        figure, axes = pyplot.subplots(1, 2, figsize=(10, 5), layout="constrained")
        for i, (ax, graph, name) in enumerate(zip(axes, (self.G, self.H), "GH", strict=True)):
            colouring.plot(as_labelled(name, graph), i=i, ax=ax)
            ax.set_title(f"{name}: {self.count_G if i == 0 else self.count_H} copies", fontsize="medium")
        figure.suptitle(f"equal for {self.k - 1}-dimensional WL", fontsize="medium")
        return figure


@porism.problem(
    "wl-certificate",
    result=Certificate,
    tags=("graph", "counting", "isomorphism"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def wl_certificate(pattern: Any, *, kind: str = "subgraph") -> Certificate:  # type: ignore[empty-body]
    """Find two graphs that show why a pattern cannot be counted in fewer dimensions.

    If the WL-dimension of a count is k there are graphs that the (k-1)-dimensional folklore algorithm, and every graph
    network that is no stronger, takes for equal and that have different counts.

    Parameters
    ----------
    pattern : graph
        What is counted, as for `motif-count`.
    kind : {"subgraph", "induced", "hom"}
        What a copy is.

    Returns
    -------
    Certificate

    Raises
    ------
    InvalidInput
        As `wl-dimension`; and for a pattern of dimension 0, whose count follows from the number of vertices.
    InvalidType
        If something is no graph, or labels are no integers.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> found = registry.get("wl-certificate")(networkx.cycle_graph(3))
    >>> found.k, found.count_G, found.count_H, found.verify()
    (2, 2, 0, True)
    """
