"""Counting homomorphisms from colours alone: the last layer of a network that is as strong as k-dimensional WL.

A pattern of treewidth k is eliminated vertex by vertex. What is counted over at most k vertices is a function of the
colour of a k-tuple that holds them: to begin with whether two of its positions are adjacent. When x goes, whose
neighbours y_1, …, y_k are then a tuple t, the sum over all images w of x is read off the signature of the colour of t:
it lists the colours of the tuples with w in one position, and each factor depends on one of these. This is the paper's
uniform local computability (Lanzinger & Barceló 2024), made into an algorithm whose input has no edge and no vertex.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism_graphs._patterns import Pattern
from porism_graphs.weisfeiler_leman.problem import Colouring, Signature

__all__ = ["ColourCounts"]

Objects = npt.NDArray[np.object_]


class ColourCounts:
    """Homomorphism counts of one graph, given its stable colours and their signature.

    Parameters
    ----------
    colouring : Colouring
        With a signature.
    graph : int
        Which of the graphs that were coloured together.

    Raises
    ------
    InvalidInput
        If the colouring has no signature.
    """

    def __init__(self, colouring: Colouring, graph: int = 0) -> None:
        if colouring.signature is None:
            raise InvalidInput("G must be a colouring with a signature (signature=True), got one without")
        self.signature: Signature = colouring.signature
        self.k = colouring.k
        self.histogram = colouring.histogram[graph]
        own = colouring.of(graph)
        for _ in range(self.k - 1):
            own = np.diagonal(own)
        self.of_vertices = own
        everywhere = self.signature.equal.all(axis=(1, 2))
        self.of_single = np.flatnonzero(everywhere)
        self.rank = {int(name): rank for rank, name in enumerate(self.signature.edge_names)}

    @property
    def n_colours(self) -> int:
        """How many there are."""
        return len(self.signature.labels)

    def count(self, pattern: Pattern) -> int:
        """Homomorphisms of the pattern."""
        total = 1
        for vertices in pattern.components():
            by_colour = self._by_colour(pattern.induced(vertices), 0)
            total *= sum(int(self.histogram[c]) * int(by_colour[c]) for c in self.of_single)
        return total

    def at(self, pattern: Pattern, root: int) -> Objects:
        """Homomorphisms of the pattern by the image of `root`."""
        others = 1
        for vertices in pattern.components():
            if root not in vertices:
                others *= self.count(pattern.induced(vertices))
        own = next(vertices for vertices in pattern.components() if root in vertices)
        by_colour = self._by_colour(pattern.induced(own), own.index(root))
        found: Objects = by_colour[self.of_vertices] * others
        return found

    def _by_colour(self, pattern: Pattern, root: int) -> Objects:
        """Homomorphisms of a connected pattern by the colour of (v, …, v), v being the image of `root`."""
        if pattern.treewidth > self.k:
            raise InvalidInput(
                f"G must be coloured in {pattern.treewidth} dimensions for this pattern, got a colouring in {self.k}"
            )
        if self.k == 1:
            return self._of_tree(pattern, root, -1)
        factors: list[tuple[tuple[int, ...], Objects]] = []
        for i, (u, v) in enumerate(pattern.edges):
            label = None if pattern.edge_labels is None else pattern.edge_labels[i]
            factors.append(((u, v), self._adjacent(label)))
        for vertex in pattern.elimination(root):
            if vertex == root:
                break
            used = [factor for factor in factors if vertex in factor[0]]
            left = tuple(sorted({v for variables, _ in used for v in variables} - {vertex}))
            factors = [factor for factor in factors if vertex not in factor[0]]
            factors.append((left, self._eliminate(vertex, left, used, self._labelled(pattern, vertex))))
        total: Objects = self._labelled(pattern, root).copy()
        for _, values in factors:
            total = total * values
        return total

    def _adjacent(self, label: int | None) -> Objects:
        """1 for colours whose first two positions are adjacent, along an edge with that label where there is one."""
        ranks = self.signature.adjacency[:, 0, 1]
        fits = ranks >= 0 if label is None else ranks == self.rank.get(label, -2)
        return fits.astype(np.int64).astype(object)

    def _labelled(self, pattern: Pattern, vertex: int) -> Objects:
        """1 for colours whose first position has the label of the pattern's vertex."""
        if pattern.labels is None:
            return np.ones(self.n_colours, dtype=np.int64).astype(object)
        fits = self.signature.labels[:, 0] == pattern.labels[vertex]
        return fits.astype(np.int64).astype(object)

    def _eliminate(
        self, vertex: int, left: tuple[int, ...], used: Sequence[tuple[tuple[int, ...], Objects]], own: Objects
    ) -> Objects:
        """The sum over the images of `vertex`, by the colour of the tuple of the images of `left`."""
        k, signature = self.k, self.signature
        held = (left + (left[-1],) * k)[:k]  # the last one is repeated
        product = np.array(signature.counts.tolist(), dtype=object)
        for variables, values in [*used, ((vertex,), own)]:
            # The position that `vertex` takes: none that holds another variable of the factor, unless it is held twice.
            at = next(i for i in range(k) if set(variables) <= {*held[:i], *held[i + 1 :], vertex})
            tuple_ = (*held[:at], vertex, *held[at + 1 :])
            wanted = (variables + (variables[-1],) * k)[:k]
            places = tuple(tuple_.index(v) for v in wanted)
            product = product * values[signature.substitutions[places][signature.keys[:, at]]]
        sums = np.zeros(self.n_colours, dtype=object)
        for c in range(self.n_colours):
            sums[c] = sum(product[signature.indptr[c] : signature.indptr[c + 1]].tolist())
        return sums

    def _of_tree(self, pattern: Pattern, vertex: int, parent: int) -> Objects:
        """Homomorphisms of the subtree at a vertex by the colour of its image: one pass over the quotient matrix."""
        signature = self.signature
        total: Objects = self._labelled(pattern, vertex).copy()
        for i, (u, v) in enumerate(pattern.edges):
            if vertex not in (u, v) or parent in (u, v):
                continue
            child = v if u == vertex else u
            label = None if pattern.edge_labels is None else pattern.edge_labels[i]
            fits = signature.edges == self.rank.get(label, -2) if label is not None else np.True_
            weights = np.array((signature.counts * fits).tolist(), dtype=object)
            below = weights * self._of_tree(pattern, child, vertex)[signature.keys[:, 0]]
            for c in range(self.n_colours):
                total[c] *= sum(below[signature.indptr[c] : signature.indptr[c + 1]].tolist())
        return total
