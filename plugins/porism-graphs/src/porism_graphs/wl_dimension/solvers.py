"""The solvers of `wl-dimension`: from the homomorphism basis, by looking for one quotient, and by looking at all."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import factorial
from typing import Any

import porism
from porism import Claims, InvalidInput
from porism_graphs._arguments import as_choice, as_integer
from porism_graphs._basis import KINDS, LIMIT, MOST, as_parameter
from porism_graphs._papers import LANZINGER_BARCELO_2024
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs.wl_dimension.covers import OBSTRUCTIONS, Pairs, clique, find_cover, merged
from porism_graphs.wl_dimension.problem import WLDimension, wl_dimension

__all__ = ["all_quotients", "dimension_at_most", "forbidden_minor", "from_basis", "hom_basis"]

Basis = dict[Pattern, Fraction]


def from_basis(basis: Basis) -> WLDimension:
    """The dimension, with the smallest pattern that has so large a treewidth as witness."""
    if not basis:
        return WLDimension(0, None, basis)
    k = max(pattern.treewidth for pattern in basis)
    able = [pattern for pattern in basis if pattern.treewidth == k]
    witness = min(able, key=lambda p: (p.n, len(p.edges), p.edges, p.labels or (), str(p.edge_labels)))
    return WLDimension(k, witness, basis)


def _max_size(value: object, kind: str) -> int | None:
    if value is None:
        return None
    if as_integer("max_size", value, 1) > LIMIT[kind]:
        raise InvalidInput(f"max_size must be at most {LIMIT[kind]} for kind={kind!r}, got {value}")
    return int(value)  # type: ignore[call-overload,no-any-return]


@porism.solver(
    wl_dimension,
    "hom-basis",
    default=True,
    paper=LANZINGER_BARCELO_2024,
    complexity="Bell(p) quotients of a pattern with p vertices, 2^p p^2 for the treewidth of each that is different",
    claims=Claims(deterministic=True, has_basis=True),
)
def hom_basis(pattern: Any, *, kind: str = "subgraph", max_size: int | None = None) -> WLDimension:
    """Compute the homomorphism basis, and take the largest treewidth in it.

    Parameters
    ----------
    max_size : int, optional
        Vertices of a pattern at most; by default 10, for induced copies 7, for homomorphisms 20. At most 16, 9 and 20.
    """
    kind = as_choice("kind", kind, KINDS)
    return from_basis(as_parameter("pattern", pattern, kind, _max_size(max_size, kind)))


LEAST_EDGES = {1: 1, 2: 3, 3: 6, 4: 10}
"""Edges of a graph of treewidth t at least: of K2, K3, K4 and K5, the smallest minors that forbid treewidth t - 1. The
sequence does not go on as t (t + 1) / 2: cubic expanders have a treewidth that is linear in their edges."""

LARGE = 16
"""Vertices of a pattern whose quotients are listed one by one, where minors do not decide."""

STEPS = 20_000
"""Partial covers of a clique that are looked at before quotients are listed instead."""


@porism.solver(
    wl_dimension,
    "forbidden-minor",
    paper=LANZINGER_BARCELO_2024,
    complexity="a power of the pattern's size up to dimension 4, without labels; otherwise one search for a quotient "
    "per treewidth",
    claims=Claims(deterministic=True),
)
def forbidden_minor(pattern: Any, *, kind: str = "subgraph", max_size: int | None = None) -> WLDimension:
    """Look for the minors that forbid a treewidth in some quotient, and stop at the first treewidth that has none.

    A quotient with a given minor exists exactly if disjoint sets of the pattern's vertices have the minor's edges
    between them, which is decided without listing quotients, and in polynomial time: see the module ``covers``. All
    minors are known that forbid treewidth 0, 1, 2 and 3. Whether a dimension that is above these is more than 4, and
    what it is where there are labels, is found by merging vertices two at a time, each quotient looked at once up to
    isomorphism. Induced copies and homomorphisms need no search. A linear combination is decided by its basis, as
    coefficients may cancel.

    Parameters
    ----------
    max_size : int, optional
        Vertices of a pattern at most. By default and at most 16 (20 for homomorphisms), and without labels 32 where the
        dimension is 3 or less.
    """
    kind = as_choice("kind", kind, KINDS)
    if isinstance(pattern, Mapping):
        return from_basis(as_parameter("pattern", pattern, kind, _max_size(max_size, kind)))
    small = as_pattern("pattern", pattern)
    most = 20 if kind == "hom" else LARGE
    decided = kind == "subgraph" and small.labels is None and small.edge_labels is None
    limit = small.n if decided else most
    if max_size is not None:
        limit = min(limit, as_integer("max_size", max_size, 1))
    if small.n > limit:
        raise InvalidInput(f"pattern must have at most {min(limit, most)} vertices for treewidths, got {small.n}")
    if kind == "hom":
        return WLDimension(small.treewidth, small.canonical())
    if kind == "induced":
        return WLDimension(small.n - 1, _clique(small.canonical()))
    if decided:
        k, witness = _by_minors(small)
        if k < max(OBSTRUCTIONS):
            return WLDimension(k, witness)
        if small.n > most:
            raise InvalidInput(
                f"pattern must have at most {most} vertices where its dimension is {k} or more, got one of {small.n}"
            )
        small = small.canonical()
        k = witness.treewidth
    else:
        small = small.canonical()
        k, witness = small.treewidth, small
    while True:
        t = k + 1
        if len(small.edges) < LEAST_EDGES.get(t, LEAST_EDGES[4]) or small.n <= t:
            return WLDimension(k, witness)
        found = (_covering(small, clique(t + 1), STEPS) if decided else _coloured(small, t + 1)) or _merged(small, t)
        if found is None:
            return WLDimension(k, witness)
        witness = found.canonical()
        k = witness.treewidth


def _by_minors(pattern: Pattern) -> tuple[int, Pattern]:
    """The hereditary treewidth, or the largest that minors decide if it is that or more; and a quotient to show it."""
    k, witness = 0, pattern.induced([0])
    for t, minors in OBSTRUCTIONS.items():
        found = next(filter(None, (_covering(pattern, minor) for minor in minors)), None)
        if found is None:
            break
        k, witness = t, found
    return k, witness.canonical()


def _covering(pattern: Pattern, minor: Pairs, steps: int | None = None) -> Pattern | None:
    """A quotient that has a minor, by covering it."""
    cover = find_cover(pattern.neighbours, minor, steps)
    return None if cover is None else _quotient(pattern, merged(pattern.neighbours, cover))


def dimension_at_most(pattern: Any, k: int) -> bool:
    """Whether k-dimensional WL, and every graph network as strong, determines the number of copies of a pattern.

    In polynomial time for each k, for patterns of any size.

    Parameters
    ----------
    pattern : graph
        As for `wl-dimension`, of any size, without labels. Its copies are counted as subgraphs.
    k : int
        0, 1, 2 or 3, for which all minors that forbid treewidth k are known.

    Returns
    -------
    bool

    Raises
    ------
    InvalidInput
        If k is something else, or the pattern has labels; and for what is no simple graph.
    InvalidType
        If something is no graph.

    Examples
    --------
    >>> import networkx
    >>> from porism_graphs.wl_dimension import dimension_at_most
    >>> dimension_at_most(networkx.star_graph(10_000), 1)
    True
    >>> dimension_at_most(networkx.complete_bipartite_graph(3, 500), 2)
    False
    """
    minors = OBSTRUCTIONS.get(as_integer("k", k, 0) + 1)
    if minors is None:
        raise InvalidInput(f"k must be at most {max(OBSTRUCTIONS) - 1}, beyond which not all minors are known, got {k}")
    graph = as_pattern("pattern", pattern, 2**31)
    if graph.labels is not None or graph.edge_labels is not None:
        raise InvalidInput("pattern must have no labels, which keep vertices apart, got some")
    return all(find_cover(graph.neighbours, minor) is None for minor in minors)


def _clique(pattern: Pattern) -> Pattern:
    """The pattern with all edges."""
    for v in range(pattern.n):
        for u in range(v):
            if u not in pattern.neighbours[v]:
                pattern = pattern.with_edge(u, v)
    return pattern.canonical()


def _merge(pattern: Pattern, u: int, v: int) -> Pattern | None:
    """The quotient in which two vertices fall together; None where they must not, or edges contradict each other."""
    if v in pattern.neighbours[u] or (pattern.labels is not None and pattern.labels[u] != pattern.labels[v]):
        return None
    blocks = [{u, v}, *({w} for w in range(pattern.n) if w not in (u, v))]
    return _quotient(pattern, blocks)


def _quotient(pattern: Pattern, blocks: list[set[int]]) -> Pattern | None:
    """The quotient by blocks, or None."""
    of = {v: i for i, block in enumerate(blocks) for v in block}
    found: dict[tuple[int, int], int | None] = {}
    for i, (u, v) in enumerate(pattern.edges):
        ends = (min(of[u], of[v]), max(of[u], of[v]))
        if ends[0] == ends[1]:
            return None
        label = None if pattern.edge_labels is None else pattern.edge_labels[i]
        there = found.get(ends)
        if there is not None and label is not None and there != label:
            return None
        found[ends] = label if there is None else there
    if pattern.labels is not None and any(len({pattern.labels[v] for v in block}) > 1 for block in blocks):
        return None
    edges = tuple(sorted(found))
    labels = None if pattern.labels is None else tuple(pattern.labels[min(block)] for block in blocks)
    names = None if pattern.edge_labels is None else tuple(found[ends] for ends in edges)
    return Pattern(len(blocks), edges, labels, names)


def _coloured(pattern: Pattern, colours: int, steps: int = STEPS) -> Pattern | None:
    """A quotient with a clique of so many blocks, by colouring some vertices; None if none was found in time."""
    order = sorted(range(pattern.n), key=lambda v: -len(pattern.neighbours[v]))
    blocks: list[set[int]] = []
    left = [steps]

    def joined(block: set[int], other: set[int]) -> bool:
        return any(v in pattern.neighbours[u] for u in block for v in other)

    def extend(place: int) -> Pattern | None:
        left[0] -= 1
        if left[0] < 0:
            return None
        if len(blocks) == colours and all(joined(a, b) for a, b in itertools.combinations(blocks, 2)):
            rest = [{v} for v in range(pattern.n) if not any(v in block for block in blocks)]
            found = _quotient(pattern, [*blocks, *rest])
            if found is not None:
                return found
        if place == pattern.n:
            return None
        v = order[place]
        for block in list(blocks):
            if not any(v in pattern.neighbours[u] for u in block):
                block.add(v)
                found = extend(place + 1)
                if found is not None:
                    return found
                block.remove(v)
        if len(blocks) < colours:
            blocks.append({v})
            found = extend(place + 1)
            if found is not None:
                return found
            blocks.pop()
        return extend(place + 1)

    return extend(0)


def _merged(pattern: Pattern, t: int) -> Pattern | None:
    """A quotient of treewidth t or more, by merging vertices two at a time; None if there is none."""
    seen = {pattern}
    waiting = [pattern]
    least = LEAST_EDGES.get(t, LEAST_EDGES[4])
    while waiting:
        current = waiting.pop()
        if current.treewidth >= t:
            return current
        if current.n <= t + 1:
            continue
        for u, v in itertools.combinations(range(current.n), 2):
            made = _merge(current, u, v)
            if made is None or len(made.edges) < least:
                continue
            form = made.canonical()
            if form not in seen:
                seen.add(form)
                waiting.append(form)
    return None


@porism.solver(
    wl_dimension,
    "all-quotients",
    complexity="all partitions of all supergraphs, one by one",
    claims=Claims(deterministic=True, has_basis=True),
)
def all_quotients(pattern: Any, *, kind: str = "subgraph", max_size: int = 6) -> WLDimension:
    """List every partition of the pattern, in Python, one by one, with nothing remembered.

    Parameters
    ----------
    max_size : int
        Vertices of a pattern at most; more take very long.
    """
    kind = as_choice("kind", kind, KINDS)
    most = min(as_integer("max_size", max_size, 1), MOST["subgraph"])
    total: Basis = defaultdict(Fraction)
    parameter = pattern if isinstance(pattern, Mapping) else {as_pattern("pattern", pattern): 1}
    as_parameter("pattern", parameter, kind, None)  # for its errors
    for key, coefficient in parameter.items():
        small = as_pattern("pattern", key, most)
        for above, sign in _supergraphs(small) if kind == "induced" else [(small, 1)]:
            for blocks in _partitions(list(range(small.n))) if kind != "hom" else [[{v} for v in range(small.n)]]:
                made = _quotient(above, blocks)
                if made is not None:
                    weight = 1
                    for block in blocks:
                        weight *= (-1) ** (len(block) - 1) * factorial(len(block) - 1)
                    share = 1 if kind == "hom" else _automorphisms(small)
                    total[made.canonical()] += Fraction(coefficient) * sign * weight / share
    return from_basis({quotient: share for quotient, share in total.items() if share})


def _automorphisms(pattern: Pattern) -> int:
    """Their number, by trying all permutations."""
    return sum(_arranged(pattern, order) == pattern for order in itertools.permutations(range(pattern.n)))


def _arranged(pattern: Pattern, order: tuple[int, ...]) -> Pattern:
    """The pattern with vertex ``order[i]`` in place i."""
    return pattern.induced(order)


def _supergraphs(pattern: Pattern) -> Iterator[tuple[Pattern, int]]:
    """The pattern with every set of further edges, and the sign of the set's size."""
    pairs = itertools.combinations(range(pattern.n), 2)
    missing = [(u, v) for u, v in pairs if v not in pattern.neighbours[u]]
    for size in range(len(missing) + 1):
        for chosen in itertools.combinations(missing, size):
            above = pattern
            for u, v in chosen:
                above = above.with_edge(u, v)
            yield above, (-1) ** size


def _partitions(items: list[int]) -> Iterator[list[set[int]]]:
    """All partitions of a list into sets."""
    if not items:
        yield []
        return
    first, *rest = items
    for blocks in _partitions(rest):
        yield [{first}, *blocks]
        for i, block in enumerate(blocks):
            yield [*blocks[:i], block | {first}, *blocks[i + 1 :]]
