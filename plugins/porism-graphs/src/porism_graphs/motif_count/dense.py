"""Exact homomorphism counts of patterns of treewidth 2 by products of dense matrices, where a graph is dense.

The kernel follows lists of neighbours, and takes n m steps and more for a cycle. In a dense graph of a few thousand
vertices a product of matrices does the same at the speed of BLAS: where a vertex is eliminated that has two neighbours
left, the sum over its images is the product of a matrix for either.

Floating-point numbers are exact here. Every number on the way counts maps of some of the pattern's vertices with two
images fixed at most. There are no more of them than the largest degree to the power of the vertices that go: below 2^53
all sums are exact in float64, and where they may be larger they are taken modulo primes p with n p^2 below 2^53.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from porism_graphs._labelled import LabelledGraph
from porism_graphs._patterns import ANY, Pattern

__all__ = ["Dense"]

Floats = npt.NDArray[np.float64]

MOST = 4096
"""Vertices of a graph that is multiplied with itself at most."""

EXACT = 2**53
"""Below it float64 holds every integer."""

KEPT = 4
"""Products that are remembered: quotients of one pattern have many in common."""

CHUNK = 2e9
"""Operations of a product between two looks at whether somebody wants it stopped."""

NEIGHBOUR, MULTIPLICATION, ENTRY = 3e-9, 2e-11, 2e-8
"""Seconds that following a neighbour, an operation of BLAS and an entry of a matrix take, roughly: who is faster."""


class Factor(NamedTuple):
    """A matrix or vector of counts, and what tells it from others."""

    key: Hashable
    values: Floats


class Dense:
    """A graph that patterns of treewidth 2 are counted in.

    Parameters
    ----------
    graph : LabelledGraph
    colours : (n,) integer array
        The rank of each vertex's label.
    edge_ranks : (2m,) integer array or None
        The rank of each edge's label.
    limit : int
        Bytes that matrices may take.
    progress : callable, optional
        Called as ``progress(done, total, value)`` after each vertex that is eliminated.
    """

    def __init__(
        self,
        graph: LabelledGraph,
        colours: npt.NDArray[Any],
        edge_ranks: npt.NDArray[Any] | None,
        limit: int,
        progress: Callable[[int, int, float], object] | None,
    ) -> None:
        self.graph, self.colours, self.edge_ranks, self.progress = graph, colours, edge_ranks, progress
        self.n, self.limit = graph.n, limit
        self._products: OrderedDict[Hashable, Floats] = OrderedDict()

    def moduli(self, bound: int) -> list[int]:
        """What to count modulo: 0, or primes whose product exceeds `bound`."""
        if bound < EXACT:
            return [0]
        found: list[int] = []
        candidate = int((EXACT / self.n) ** 0.5)
        while prod(found) <= bound:
            while any(candidate % d == 0 for d in range(2, int(candidate**0.5) + 1)):
                candidate -= 1
            found.append(candidate)
            candidate -= 1
        return found

    def pays(self, pattern: Pattern, bound: int, n_threads: int) -> bool:
        """Whether a connected pattern is one for this, and probably counted faster than by lists of neighbours."""
        n, entries = self.n, len(self.graph.indices)
        if n > MOST or (pattern.n + KEPT + 2) * 8 * n * n > self.limit or pattern.treewidth != 2:
            return False
        followed = n * min(entries, (entries / n) ** min(max(pattern.n - 2, 2), 3))
        by_lists = NEIGHBOUR * followed / n_threads
        return by_lists > len(self.moduli(bound)) * (2 * MULTIPLICATION * n**3 + ENTRY * n**2)

    def values(self, pattern: Pattern, root: int, codes: list[int], colours: list[int], modulus: int) -> Floats:
        """Homomorphisms of a connected pattern of treewidth 2 by the image of `root`."""
        matrices: dict[tuple[int, int], Factor] = {}
        vectors: dict[int, Factor] = {}
        for u, v in pattern.edges:
            matrices[u, v] = self._adjacency(codes[u * pattern.n + v])
        if pattern.labels is not None:
            for v, colour in enumerate(colours):
                vectors[v] = Factor(("colour", colour), (self.colours == colour).astype(np.float64))
        left = set(range(pattern.n)) - {root}
        while left:
            x = self._next(left, matrices, vectors, modulus)
            left.remove(x)
            own = vectors.pop(x, None)
            around = _around(x, matrices)
            toward = [_oriented(matrices.pop((min(x, y), max(x, y))), y, x) for y in around]
            if len(around) == 1:
                (y,) = around
                ones = np.ones(self.n) if own is None else own.values
                made = Factor(("sum", toward[0].key, own and own.key), _reduced(toward[0].values @ ones, modulus))
                vectors[y] = self._times(vectors.get(y), made, modulus)
            else:
                y, z = around
                pair = min(y, z), max(y, z)
                made = self._through(toward[0], toward[1], own, modulus)
                matrices[pair] = self._times(matrices.get(pair), _oriented(made, y, z), modulus)
            if self.progress is not None:
                self.progress(pattern.n - 1 - len(left), pattern.n - 1, 0.0)
        return vectors[root].values

    def _next(
        self,
        left: set[int],
        matrices: dict[tuple[int, int], Factor],
        vectors: dict[int, Factor],
        modulus: int,
    ) -> int:
        """Whom to eliminate: the cheapest of those with two neighbours at most, of whom there is one besides the root.

        Eliminating a vertex with two neighbours leaves a graph of treewidth 2 again.
        """

        def cost(x: int) -> tuple[int, int]:
            around = _around(x, matrices)
            if len(around) != 2:
                return len(around), x  # a product with a vector; or too many
            one, other = (_oriented(matrices[min(x, y), max(x, y)], y, x).key for y in around)
            keys = self._product_keys(one, vectors[x].key if x in vectors else None, other, modulus)
            if any(key in self._products for key in keys):
                return 0, x
            return 1 + sum(not (isinstance(key, tuple) and key[0] == "edge") for key in (one, other)), x

        able = [x for x in left if len(_around(x, matrices)) <= 2]
        return min(able, key=cost)

    @staticmethod
    def _product_keys(left: Hashable, middle: Hashable, right: Hashable, modulus: int) -> tuple[Hashable, Hashable]:
        """What a product is called, and its transpose."""
        return ("product", left, middle, right, modulus), ("product", right, middle, left, modulus)

    def _adjacency(self, code: int) -> Factor:
        key = ("edge", code)
        if key not in self._products:
            fits = np.True_ if code == ANY or self.edge_ranks is None else self.edge_ranks == code - 2
            made = np.zeros((self.n, self.n))
            made[self.graph.rows, self.graph.indices] = fits
            self._keep(key, made)
        return Factor(key, self._products[key])

    def _through(self, left: Factor, right: Factor, weights: Factor | None, modulus: int) -> Factor:
        """The sum over the images of a vertex: `left` and `right` have them as columns."""
        key, mirrored = self._product_keys(left.key, weights and weights.key, right.key, modulus)
        if key in self._products:
            self._products.move_to_end(key)
            return Factor(key, self._products[key])
        if mirrored in self._products:
            self._products.move_to_end(mirrored)
            return Factor(("transposed", mirrored), self._products[mirrored].T)
        one = left.values if weights is None else _reduced(left.values * weights.values, modulus)
        made = np.empty((self.n, self.n))
        rows = max(64, int(CHUNK / (2 * self.n**2)))
        for start in range(0, self.n, rows):
            # Between two of them Python sees to signals.
            np.matmul(one[start : start + rows], right.values.T, out=made[start : start + rows])
        self._keep(key, _reduced(made, modulus))
        return Factor(key, made)

    def _keep(self, key: Hashable, made: Floats) -> None:
        self._products[key] = made
        while len(self._products) > KEPT:
            self._products.popitem(last=False)

    def _times(self, had: Factor | None, new: Factor, modulus: int) -> Factor:
        """The product entry by entry."""
        if had is None:
            return new
        return Factor(("times", had.key, new.key), _reduced(had.values * new.values, modulus))


def _around(x: int, matrices: dict[tuple[int, int], Factor]) -> list[int]:
    return [u for pair in matrices if x in pair for u in pair if u != x]


def _oriented(factor: Factor, row: int, column: int) -> Factor:
    """A matrix that is kept with the lower vertex as rows, with `row` as rows; and the other way round."""
    if row < column:
        return factor
    key = factor.key
    if isinstance(key, tuple) and key[0] == "transposed":
        return Factor(key[1], factor.values.T)
    if isinstance(key, tuple) and key[0] == "edge":
        return factor  # symmetric
    return Factor(("transposed", key), factor.values.T)


def _reduced(values: Floats, modulus: int) -> Floats:
    """Modulo a prime, in place."""
    return np.fmod(values, float(modulus), out=values) if modulus else values
