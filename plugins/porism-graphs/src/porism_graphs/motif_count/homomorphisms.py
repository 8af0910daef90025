"""Exact homomorphism counts: the kernel's integers chosen so that none can overflow, or Chinese remainders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from porism_graphs._labelled import LabelledGraph
from porism_graphs._patterns import ANY, Pattern
from porism_graphs.motif_count.dense import Dense

__all__ = ["Target"]

Progress = Callable[[int, int, float], object] | None
Values = tuple[list[npt.NDArray[np.uint64]], list[int]]
"""Counts by image as the kernel gives them, and what they are modulo: 0 for one word, 1 for two, primes."""


class Target:
    """A graph that patterns are counted in.

    Parameters
    ----------
    graph : LabelledGraph
    limit : int
        Bytes that a table of partial homomorphisms may take.
    n_threads : int
    progress : callable, optional
    remember : bool
        Keep all counts by image, which other patterns may need too.
    """

    def __init__(
        self,
        graph: LabelledGraph,
        *,
        limit: int = 2**62,
        n_threads: int = 1,
        progress: Progress = None,
        remember: bool = False,
    ) -> None:
        from porism.kernels import graph as kernel

        self.n = graph.n
        self.limit, self.n_threads, self.progress = limit, n_threads, progress
        self.labels: dict[int, int] | None = None
        self.edge_labels: dict[int, int] | None = None
        colours = np.zeros(graph.n, dtype=np.uint32)
        if graph.labels is not None:
            names, ranks = np.unique(graph.labels, return_inverse=True)
            self.labels = {int(name): rank for rank, name in enumerate(names)}
            colours = ranks.astype(np.uint32)
        edge_ranks = None
        if graph.edge_labels is not None:
            names, edge_ranks = np.unique(graph.edge_labels, return_inverse=True)
            self.edge_labels = {int(name): rank for rank, name in enumerate(names)}
        self.kernel = kernel.Target(graph.to_kernel(edge_ranks), colours)
        self.largest_degree = self.kernel.largest_degree
        self.dense = Dense(graph, colours, edge_ranks, limit, progress)
        self._totals: dict[Pattern, int] = {}
        self._rooted: dict[tuple[Pattern, int], Values | None] | None = {} if remember else None

    def coded(self, pattern: Pattern) -> tuple[list[int], list[int]] | None:
        """The pattern's numbers in terms of this graph's labels; None if the graph lacks one of them."""
        colours = [0] * pattern.n
        if pattern.labels is not None and self.labels is not None:
            if not self.labels.keys() >= set(pattern.labels):
                return None
            colours = [self.labels[label] for label in pattern.labels]
        codes = [0] * (pattern.n * pattern.n)
        for i, (u, v) in enumerate(pattern.edges):
            label = None if pattern.edge_labels is None else pattern.edge_labels[i]
            code = ANY
            if label is not None:
                if self.edge_labels is None or label not in self.edge_labels:
                    return None
                code = self.edge_labels[label] + 2
            codes[u * pattern.n + v] = codes[v * pattern.n + u] = code
        return colours, codes

    def count(self, pattern: Pattern) -> int:
        """Homomorphisms of the pattern: the product over its components."""
        total = 1
        for vertices in pattern.components():
            total *= self._connected(pattern.induced(vertices).canonical())
            if not total:
                break
        return total

    def _connected(self, pattern: Pattern) -> int:
        if pattern not in self._totals:
            values = self._values(pattern, None)
            self._totals[pattern] = 0 if values is None else exact_sum(values)
        return self._totals[pattern]

    def at(self, pattern: Pattern, root: int) -> npt.NDArray[np.object_]:
        """Homomorphisms of the pattern by the image of `root`, as Python ints."""
        found = np.zeros(self.n, dtype=object)
        others = 1
        for vertices in pattern.components():
            if root not in vertices:
                others *= self._connected(pattern.induced(vertices).canonical())
        if not others:
            return found
        own = next(vertices for vertices in pattern.components() if root in vertices)
        values = self._at(pattern.induced(own), own.index(root))
        if values is not None:
            found += as_objects(values) * others
        return found

    def _at(self, pattern: Pattern, root: int) -> Values | None:
        if self._rooted is None:
            return self._values(pattern, root)
        if (pattern, root) not in self._rooted:
            self._rooted[pattern, root] = self._values(pattern, root)
        return self._rooted[pattern, root]

    def _values(self, pattern: Pattern, root: int | None) -> Values | None:
        """Counts of a connected pattern by image as the kernel gives them, and the moduli; None if all are 0."""
        from porism.kernels import graph as kernel

        coded = self.coded(pattern)
        if coded is None:
            return None
        # The images of the other vertices are found by following an edge from one that is known.
        bound = max(1, self.largest_degree) ** (pattern.n - 1)
        if self.dense.pays(pattern, bound, self.n_threads):
            moduli = self.dense.moduli(bound)
            if root is None:  # one that products end at, rather than go through
                root = max(range(pattern.n), key=lambda v: len(pattern.neighbours[v]))
            counts = [self.dense.values(pattern, root, coded[1], coded[0], modulus) for modulus in moduli]
            return [values.astype(np.uint64) for values in counts], moduli
        moduli = [0] if bound < 2**64 else [1] if bound < 2**128 else enough_primes(bound)
        found: list[npt.NDArray[np.uint64]] = []
        for modulus in moduli:
            found += kernel.homomorphisms(
                self.kernel,
                *coded,
                root=root,
                modulus=modulus,
                limit=self.limit,
                n_threads=self.n_threads,
                progress=self.progress,
            )
        return found, moduli


def exact_sum(values: Values) -> int:
    """The sum of all counts."""
    arrays, moduli = values
    if moduli[0] > 1:
        return int(as_objects(values).sum())
    total = 0
    for array in arrays:  # the high halves come first
        halves = int((array >> np.uint64(32)).sum()), int((array & np.uint64(0xFFFFFFFF)).sum())
        total = (total << 64) + (halves[0] << 32) + halves[1]
    return total


def as_objects(values: Values) -> npt.NDArray[np.object_]:
    """The counts as Python ints."""
    arrays, moduli = values
    parts = [array.astype(object) for array in arrays]
    if moduli[0] == 0:
        return parts[0]
    if moduli[0] == 1:
        whole: npt.NDArray[np.object_] = parts[0] * 2**64 + parts[1]
        return whole
    found: npt.NDArray[np.object_] = chinese_remainders(parts, moduli)
    return found


def chinese_remainders(residues: Sequence[Any], moduli: Sequence[int]) -> Any:
    """The number below the product of the coprime moduli that has these residues."""
    whole = prod(moduli)
    total = 0
    for residue, modulus in zip(residues, moduli, strict=True):
        others = whole // modulus
        total = total + residue * (others * pow(others, -1, modulus))
    return total % whole


def enough_primes(bound: int) -> list[int]:
    """Primes below 2^62 whose product exceeds `bound`."""
    found: list[int] = []
    while prod(found) <= bound:
        found.append(_prime(len(found)))
    return found


@cache
def _prime(i: int) -> int:
    """The i-th prime below 2^62, downwards."""
    candidate = 2**62 - 1 if i == 0 else _prime(i - 1) - 2
    while not _is_prime(candidate):
        candidate -= 2
    return candidate


def _is_prime(n: int) -> bool:
    """Miller and Rabin's test, which is exact below 2^81 with the first 13 primes (Sorenson & Webster 2015)."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if any(n % p == 0 for p in bases):
        return n in bases
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in bases:
        x = pow(base, odd, n)
        if x not in (1, n - 1) and not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True
