"""Certificates by the construction of Cai, Fürer and Immerman, and tensor products with it.

Over a connected graph F of treewidth k the even and the odd CFI graph are equal for (k-1)-dimensional WL, and have
different numbers of homomorphisms from F. A *count* need not differ: the 5-cycles of the two graphs over K3 are equally
many. But then it does in their tensor products with some graph K of the pattern's homomorphism basis: the homomorphisms
into a product are the product of those into its factors, and the matrix of homomorphisms between pairwise different
graphs is invertible, so that the differences cannot cancel for all K.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import porism
from porism import Claims, ComputationError, InvalidInput
from porism_graphs._arguments import as_choice, as_integer
from porism_graphs._basis import KINDS, LIMIT, check_size
from porism_graphs._basis import hom_basis as basis_of
from porism_graphs._labelled import as_labelled
from porism_graphs._papers import CAI_FURER_IMMERMAN_1992
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs.motif_count.homomorphisms import Target
from porism_graphs.wl_certificate.problem import Certificate, wl_certificate

__all__ = ["cfi_pair", "cfi_product", "tensor_product"]


def cfi_pair(F: Pattern) -> tuple[Pattern, Pattern]:
    """The even and the odd CFI graph over F: Σ 2^(deg v - 1) vertices each.

    A vertex is a vertex v of F with a set of edges at v, of even size; in the odd graph of odd size at vertex 0 (of
    each component one could be twisted; here the first). (u, S) and (v, T) are adjacent for an edge e = uv of F if both
    S and T contain e, or neither. Labels are those of F.
    """
    at = [[i for i, ends in enumerate(F.edges) if v in ends] for v in range(F.n)]
    twisted = max(range(F.n), key=lambda v: (len(at[v]), -v))
    made = []
    for odd in (False, True):
        places: dict[tuple[int, frozenset[int]], int] = {}
        for v in range(F.n):
            parity = int(odd and v == twisted)
            for size in range(parity, len(at[v]) + 1, 2):
                for chosen in itertools.combinations(at[v], size):
                    places[v, frozenset(chosen)] = len(places)
        edges: dict[tuple[int, int], int | None] = {}
        for ((u, S), a), ((v, T), b) in itertools.combinations(places.items(), 2):
            e = next((i for i in at[u] if i in at[v]), None) if u != v else None
            if e is not None and (e in S) == (e in T):
                edges[min(a, b), max(a, b)] = None if F.edge_labels is None else F.edge_labels[e]
        labels = None if F.labels is None else tuple(F.labels[v] for v, _ in places)
        made.append(_pattern(len(places), edges, labels, F.edge_labels is not None))
    return made[0], made[1]


def _pattern(
    n: int, edges: dict[tuple[int, int], int | None], labels: tuple[int, ...] | None, labelled: bool
) -> Pattern:
    ends = tuple(sorted(edges))
    return Pattern(n, ends, labels, tuple(edges[pair] for pair in ends) if labelled else None)


def tensor_product(A: Pattern, B: Pattern) -> Pattern:
    """The categorical product: pairs of vertices with one label, adjacent where both are, along edges with one label."""
    pairs = [(a, b) for a in range(A.n) for b in range(B.n)]
    if A.labels is not None and B.labels is not None:
        pairs = [(a, b) for a, b in pairs if A.labels[a] == B.labels[b]]
    place = {pair: i for i, pair in enumerate(pairs)}
    edges: dict[tuple[int, int], int | None] = {}
    for i, (u, v) in enumerate(A.edges):
        for j, (x, y) in enumerate(B.edges):
            label = None if A.edge_labels is None else A.edge_labels[i]
            if B.edge_labels is not None and label != B.edge_labels[j]:
                continue
            for one, other in (((u, x), (v, y)), ((u, y), (v, x))):
                if one in place and other in place:
                    a, b = place[one], place[other]
                    edges[min(a, b), max(a, b)] = label
    labels = None if A.labels is None else tuple(A.labels[a] for a, _ in pairs)
    return _pattern(len(pairs), edges, labels, A.edge_labels is not None)


def _union(A: Pattern, B: Pattern) -> Pattern:
    """Side by side."""
    edges = A.edges + tuple((u + A.n, v + A.n) for u, v in B.edges)
    labels = None if A.labels is None or B.labels is None else A.labels + B.labels
    names = None if A.edge_labels is None or B.edge_labels is None else A.edge_labels + B.edge_labels
    return Pattern(A.n + B.n, edges, labels, names)


def _concrete(pattern: Pattern, names: tuple[int, ...]) -> Pattern:
    """The pattern with a label on each edge, the first of `names` where any fits."""
    if pattern.edge_labels is None:
        return pattern
    filled = tuple(names[0] if label is None else label for label in pattern.edge_labels)
    return Pattern(pattern.n, pattern.edges, pattern.labels, filled)


@porism.solver(
    wl_certificate,
    "cfi-product",
    default=True,
    paper=CAI_FURER_IMMERMAN_1992,
    complexity="the homomorphism basis, and its counts in CFI graphs of Σ 2^(deg-1) vertices and products with them",
    claims=Claims(deterministic=True),
)
def cfi_product(pattern: Any, *, kind: str = "subgraph", max_size: int | None = None) -> Certificate:
    """Take the CFI graphs over a pattern of largest treewidth, and their smallest products that show a difference.

    Parameters
    ----------
    max_size : int, optional
        Vertices of a pattern at most; by default 10, for induced copies 7, for homomorphisms 20. At most 16, 9 and 20.
    """
    kind = as_choice("kind", kind, KINDS)
    small = as_pattern("pattern", pattern)
    if max_size is not None and as_integer("max_size", max_size, 1) > LIMIT[kind]:
        raise InvalidInput(f"max_size must be at most {LIMIT[kind]} for kind={kind!r}, got {max_size}")
    check_size("pattern", small, kind, max_size)
    basis = basis_of(small, kind)
    k = max(F.treewidth for F in basis)
    if k == 0:
        raise InvalidInput(
            "pattern must have an edge, as otherwise its count follows from the number of vertices, "
            f"got one of {small.n} vertices and none"
        )
    names = tuple(sorted({label for label in small.edge_labels or () if label is not None})) or (0,)
    members = sorted({_concrete(F, names) for F in basis}, key=lambda F: (F.n, len(F.edges), F.edges))
    for A, B in _pairs(members, k):
        for K in (None, *members):
            G, H = (A, B) if K is None else (tensor_product(A, K), tensor_product(B, K))
            if G.n == 0:
                continue
            counts = [_count(basis, graph) for graph in (G, H)]
            if counts[0] != counts[1]:
                return Certificate(small, kind, k, G.parts(), H.parts(), *counts)
    raise ComputationError("no pair of CFI graphs over the pattern's basis has different counts")


def _pairs(members: list[Pattern], k: int) -> Iterator[tuple[Pattern, Pattern]]:
    """Graphs that (k-1)-dimensional WL takes for equal: CFI graphs over small ones of treewidth k, and beside others."""
    sources = [F for F in members if F.treewidth == k]
    parts = [F.induced(vertices) for F in sources for vertices in F.components()]
    smallest: list[Pattern] = []
    for F in sorted({F.canonical() for F in parts if F.treewidth == k}, key=_size):
        smallest.append(F)
    for F in smallest:
        yield cfi_pair(F)
    # Where labels keep the components of the pattern apart, what the others need is put beside.
    for F in smallest:
        A, B = cfi_pair(F)
        for rest in sources:
            yield _union(A, rest), _union(B, rest)


def _size(F: Pattern) -> tuple[Any, ...]:
    degrees = [len(around) for around in F.neighbours]
    return sum(2 ** max(d - 1, 0) for d in degrees), F.n, F.edges, F.labels or (), F.edge_labels or ()


def _count(basis: dict[Pattern, Fraction], graph: Pattern) -> int:
    target = Target(as_labelled("pattern", graph.parts()))
    total = sum((share * target.count(F) for F, share in basis.items()), Fraction(0))
    return total.numerator
