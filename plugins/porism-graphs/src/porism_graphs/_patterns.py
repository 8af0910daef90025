"""Small graphs: canonical forms, automorphisms, quotients, treewidth.

A :class:`Pattern` is a simple graph with labels. What is below it, :func:`canonical_form`, takes any matrix of codes for
ordered pairs of vertices: directed edges, multiplicities and loops are codes, a root is a colour of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from porism import InvalidInput
from porism_graphs._labelled import LabelledGraph, as_labelled

__all__ = ["CanonicalForm", "Codes", "Pattern", "as_pattern", "canonical_form"]

MOST = 32
"""Vertices of a pattern at most: what the kernels take."""

ANY = 1
"""The code of an edge that any label fits; label number i of the pattern's own, sorted, has the code i + 2."""


class CanonicalForm(NamedTuple):
    """What :func:`canonical_form` finds.

    Attributes
    ----------
    colours : tuple of int
        Of each place.
    codes : tuple of int
        Of each pair of places, row by row. Two graphs are isomorphic if and only if `colours` and `codes` are equal.
    order : tuple of int
        The vertex in each place.
    automorphisms : int
        How many there are.
    """

    colours: tuple[int, ...]
    codes: tuple[int, ...]
    order: tuple[int, ...]
    automorphisms: int


def canonical_form(colours: Sequence[int], codes: Sequence[int]) -> CanonicalForm:
    """The canonical form of a small graph, by refinement and search.

    Parameters
    ----------
    colours : sequence of n ints in 0..2^31-1
        Vertices of different colours are never mapped to one another. At most 32.
    codes : sequence of n * n ints in 0..2^24-1
        What is between each ordered pair, row by row; 0 for nothing.
    """
    from porism.kernels import graph as kernel

    found = kernel.canonical(list(colours), list(codes))
    return CanonicalForm(tuple(found[0]), tuple(found[1]), tuple(found[2]), found[3])


class Codes(NamedTuple):
    """A pattern as the kernels take it, and what its numbers stand for."""

    colours: list[int]
    codes: list[int]
    labels: tuple[int, ...] | None
    edge_labels: tuple[int, ...] | None

    def pattern(self, colours: Sequence[int], codes: Sequence[int]) -> Pattern:
        """The pattern that has these numbers."""
        n = len(colours)
        pairs = [(u, v) for u in range(n) for v in range(u + 1, n) if codes[u * n + v]]
        names: tuple[int | None, ...] | None = None
        if self.edge_labels is not None:
            found = (codes[u * n + v] for u, v in pairs)
            names = tuple(None if code == ANY else self.edge_labels[code - 2] for code in found)
        labels = None if self.labels is None else tuple(self.labels[colour] for colour in colours)
        return Pattern(n, tuple(pairs), labels, names)


@dataclass(frozen=True)
class Pattern:
    """A small simple graph. Equal if vertex by vertex the same; :meth:`canonical` makes isomorphic ones equal.

    Attributes
    ----------
    n : int
        Number of vertices.
    edges : tuple of pairs of int
        Each (u, v) with u < v, sorted.
    labels : tuple of int or None
        A label for each vertex, where the pattern has them.
    edge_labels : tuple of (int or None) or None
        A label for each edge; None among them for an edge that any label fits.
    """

    n: int
    edges: tuple[tuple[int, int], ...]
    labels: tuple[int, ...] | None = None
    edge_labels: tuple[int | None, ...] | None = None

    @cached_property
    def neighbours(self) -> tuple[frozenset[int], ...]:
        """Those of each vertex."""
        found: list[set[int]] = [set() for _ in range(self.n)]
        for u, v in self.edges:
            found[u].add(v)
            found[v].add(u)
        return tuple(map(frozenset, found))

    @cached_property
    def coded(self) -> Codes:
        """As the kernels take it, with labels by their rank among the pattern's own."""
        labels = None if self.labels is None else tuple(sorted(set(self.labels)))
        colours = [0] * self.n if self.labels is None or labels is None else [labels.index(x) for x in self.labels]
        edge_labels = None
        if self.edge_labels is not None:
            edge_labels = tuple(sorted({label for label in self.edge_labels if label is not None}))
        codes = [0] * (self.n * self.n)
        for i, (u, v) in enumerate(self.edges):
            label = None if self.edge_labels is None else self.edge_labels[i]
            code = ANY if label is None or edge_labels is None else edge_labels.index(label) + 2
            codes[u * self.n + v] = codes[v * self.n + u] = code
        return Codes(colours, codes, labels, edge_labels)

    @cached_property
    def _form(self) -> CanonicalForm:
        return canonical_form(self.coded.colours, self.coded.codes)

    @property
    def automorphisms(self) -> int:
        """How many there are."""
        return self._form.automorphisms

    def canonical(self) -> Pattern:
        """The representative of all patterns that are isomorphic to this one."""
        return self.coded.pattern(self._form.colours, self._form.codes)

    @cached_property
    def treewidth(self) -> int:
        """The treewidth, by dynamic programming over sets of vertices."""
        from porism.kernels import graph as kernel

        return int(max(kernel.treewidth(len(part), self._codes_on(part))[0] for part in self.components()))

    def elimination(self, last: int) -> tuple[int, ...]:
        """An order of the vertices, each with at most `treewidth` many neighbours when it goes, that ends with `last`."""
        from porism.kernels import graph as kernel

        return tuple(kernel.treewidth(self.n, self.coded.codes, last)[1])

    def _codes_on(self, vertices: Sequence[int]) -> list[int]:
        return [self.coded.codes[u * self.n + v] for u in vertices for v in vertices]

    def components(self) -> list[tuple[int, ...]]:
        """The vertices of each connected component."""
        left, found = set(range(self.n)), []
        while left:
            part, front = set(), [min(left)]
            while front:
                u = front.pop()
                if u not in part:
                    part.add(u)
                    front.extend(self.neighbours[u])
            left -= part
            found.append(tuple(sorted(part)))
        return found

    def induced(self, vertices: Sequence[int]) -> Pattern:
        """The pattern on some vertices, in that order."""
        place = {v: i for i, v in enumerate(vertices)}
        kept = [(place[u], place[v], i) for i, (u, v) in enumerate(self.edges) if u in place and v in place]
        ends = sorted((min(u, v), max(u, v), i) for u, v, i in kept)
        return Pattern(
            len(vertices),
            tuple((u, v) for u, v, _ in ends),
            None if self.labels is None else tuple(self.labels[v] for v in vertices),
            None if self.edge_labels is None else tuple(self.edge_labels[i] for *_, i in ends),
        )

    def with_edge(self, u: int, v: int) -> Pattern:
        """The pattern with one more edge, which any label fits."""
        at = sum(pair < (min(u, v), max(u, v)) for pair in self.edges)
        edges = (*self.edges[:at], (min(u, v), max(u, v)), *self.edges[at:])
        names = None if self.edge_labels is None else (*self.edge_labels[:at], None, *self.edge_labels[at:])
        return Pattern(self.n, edges, self.labels, names)

    def labelled(self) -> LabelledGraph:
        """As a graph that others are counted in.

        Raises
        ------
        InvalidInput
            If an edge has no certain label.
        """
        if self.edge_labels is not None and None in self.edge_labels:
            raise InvalidInput("pattern must have a label on each edge to be a graph, got one that any label fits")
        return as_labelled("pattern", self.parts())

    def parts(self) -> tuple[Any, ...]:
        """``(n, edges, labels, edge_labels)``, as every problem here takes a graph."""
        return self.n, self.edges, self.labels, self.edge_labels

    def to_networkx(self) -> Any:
        """A networkx graph, with labels as the attribute ``label``."""
        import networkx

        graph = networkx.Graph()
        for v in range(self.n):
            graph.add_node(v, **({} if self.labels is None else {"label": self.labels[v]}))
        for i, (u, v) in enumerate(self.edges):
            graph.add_edge(u, v, **({} if self.edge_labels is None else {"label": self.edge_labels[i]}))
        return graph


def as_pattern(name: str, value: object, most: int = MOST) -> Pattern:
    """A small graph in any form that :func:`porism_graphs._labelled.as_labelled` takes.

    Raises
    ------
    InvalidInput
        If it has more than `most` vertices; and what that raises.
    """
    if isinstance(value, Pattern):
        if value.n == 0:
            raise InvalidInput(f"{name} must have at least one vertex, got none")
        pattern = value
    else:
        graph = as_labelled(name, value)
        if graph.n > most:
            raise InvalidInput(f"{name} must have at most {most} vertices, got {graph.n}")
        rows = graph.rows
        ahead = np.flatnonzero(graph.indices > rows)
        pattern = Pattern(
            graph.n,
            tuple(zip(rows[ahead].tolist(), graph.indices[ahead].tolist(), strict=True)),
            None if graph.labels is None else tuple(graph.labels.tolist()),
            None if graph.edge_labels is None else tuple(graph.edge_labels[ahead].tolist()),
        )
    if pattern.n > most:
        raise InvalidInput(f"{name} must have at most {most} vertices, got {pattern.n}")
    return pattern
