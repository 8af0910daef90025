"""Whether some quotient of a pattern has a given minor, in polynomial time for each minor.

The branch sets of a minor O in a quotient of P come from disjoint sets of vertices of P, one for each vertex of O, with
an edge of P between the two sets of each edge of O: the sets *cover* O. Conversely every cover gives a quotient with
the minor O, however scattered its sets are: vertices from different components of what P induces on a set are not
adjacent, so that one of each may fall together, and the set becomes connected.

A quotient of P therefore has treewidth t or more exactly if P covers one of the minors that forbid treewidth t - 1, and
each edge of O needs one edge of P only: as many choices as there are edges of P, to the power of the edges of O. That
makes the decision polynomial for each t, as Lanzinger and Barceló (2024) prove it to be; here it is for t up to 4, up
to which all such minors are known by name (Arnborg, Proskurowski & Corneil 1990). Most choices are never tried: as many
disjoint edges as O has cover anything, and of vertices with the same neighbours no more than O has edges are of use.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

__all__ = ["OBSTRUCTIONS", "Cover", "Pairs", "clique", "find_cover", "merged"]

Pairs = tuple[tuple[int, int], ...]
Cover = dict[int, int]
"""The vertex of the minor that a vertex of the pattern stands for; those that stand for none are left out."""


def clique(n: int) -> Pairs:
    """The edges of the clique on n vertices."""
    return tuple(itertools.combinations(range(n), 2))


OCTAHEDRON: Pairs = tuple(pair for pair in clique(6) if pair[0] + 3 != pair[1])
PRISM: Pairs = tuple(pair for i in range(5) for pair in ((i, (i + 1) % 5), (5 + i, 5 + (i + 1) % 5), (i, i + 5)))
WAGNER: Pairs = tuple((i, (i + 1) % 8) for i in range(8)) + tuple((i, i + 4) for i in range(4))

OBSTRUCTIONS: dict[int, tuple[Pairs, ...]] = {
    1: (clique(2),),
    2: (clique(3),),
    3: (clique(4),),
    4: (clique(5), OCTAHEDRON, WAGNER, PRISM),
}
"""The minors that a graph of treewidth t or more has one of, and that every graph with one of them has: for t = 4 the
clique of five, the octahedron, the Wagner graph and the pentagonal prism."""


def find_cover(neighbours: Sequence[frozenset[int]], minor: Pairs, steps: int | None = None) -> Cover | None:
    """Disjoint sets of a pattern's vertices with an edge between those of each edge of `minor`.

    Parameters
    ----------
    neighbours : sequence of frozensets
        Those of each vertex of the pattern.
    minor : pairs of int
        The edges of a graph on 0, 1, … without isolated vertices.
    steps : int, optional
        How many partial covers are looked at before the search is given up; None for all that there are.

    Returns
    -------
    dict of int to int, or None
        None if there is no cover, or none was found in time.
    """
    if sum(map(len, neighbours)) < 2 * len(minor):
        return None
    search = _Search(neighbours, minor, steps)
    return dict(search.cover) if search.extend(frozenset(minor)) else None


class _Search:
    def __init__(self, neighbours: Sequence[frozenset[int]], minor: Pairs, steps: int | None) -> None:
        twins: dict[frozenset[int], list[int]] = defaultdict(list)
        for v, around in enumerate(neighbours):
            if around:
                twins[around].append(v)
        # Vertices of a class are not adjacent, so that in a cover with nothing superfluous each has an edge of its own.
        kept = {v: i for i, alike in enumerate(twins.values()) for v in alike[: len(minor)]}
        self.kind = kept
        self.edges = [(u, v) for u in kept for v in neighbours[u] if u < v and v in kept]
        self.size = 1 + max(v for pair in minor for v in pair)
        self.symmetries = None if len(minor) == self.size * (self.size - 1) // 2 else _automorphisms(self.size, minor)
        self.cover: Cover = {}
        self.failed: set[tuple[tuple[int, ...], ...]] = set()
        self.left = steps

    def extend(self, missing: frozenset[tuple[int, int]]) -> bool:
        """Cover the edges `missing` of the minor too, and leave that in `cover`; or leave it as it is."""
        if not missing:
            return True
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                return False
        cover = self.cover
        free = [(u, v) for u, v in self.edges if u not in cover or v not in cover]
        if len(free) < len(missing):
            return False
        if self._by_disjoint_edges(free, missing):
            return True
        state = self._state()
        if state in self.failed:
            return False
        options = {pair: self._options(free, *pair) for pair in missing}
        chosen = min(missing, key=lambda pair: (len(options[pair]), pair))
        for new in options[chosen]:
            cover.update(new)
            fresh = {(cover[u], cover[v]) for u, v in free if u in cover and v in cover}
            if self.extend(frozenset((i, j) for i, j in missing if (i, j) not in fresh and (j, i) not in fresh)):
                return True
            for v in new:
                del cover[v]
        self.failed.add(state)
        return False

    def _by_disjoint_edges(self, free: list[tuple[int, int]], missing: frozenset[tuple[int, int]]) -> bool:
        """As many disjoint edges as are missing cover whatever is missing."""
        used: set[int] = set(self.cover)
        found: list[tuple[int, int]] = []
        for u, v in free:
            if u not in used and v not in used:
                used |= {u, v}
                found.append((u, v))
                if len(found) == len(missing):
                    for (i, j), (u_, v_) in zip(missing, found, strict=True):
                        self.cover.update({u_: i, v_: j})
                    return True
        return False

    def _options(self, free: list[tuple[int, int]], i: int, j: int) -> list[Cover]:
        """What may be added to the cover for an edge between the sets i and j, of equal vertices one."""
        cover = self.cover
        found: dict[tuple[tuple[int, int], ...], Cover] = {}
        for pair in free:
            for u, v in (pair, pair[::-1]):
                if cover.get(u, i) == i and cover.get(v, j) == j:
                    new = {w: side for w, side in ((u, i), (v, j)) if w not in cover}
                    found.setdefault(tuple((self.kind[w], side) for w, side in new.items()), new)
        return sorted(found.values(), key=len)

    def _state(self) -> tuple[tuple[int, ...], ...]:
        """The cover so far, up to the symmetries of the minor and to vertices with equal neighbours."""
        sets: list[list[int]] = [[] for _ in range(self.size)]
        for v, i in self.cover.items():
            sets[i].append(self.kind[v])
        groups = [tuple(sorted(group)) for group in sets]
        if self.symmetries is None:
            return tuple(sorted(groups))
        return min(tuple(groups[i] for i in order) for order in self.symmetries)


@cache
def _automorphisms(n: int, edges: Pairs) -> list[tuple[int, ...]]:
    there = {frozenset(pair) for pair in edges}
    found: list[tuple[int, ...]] = []

    def extend(images: tuple[int, ...]) -> None:
        if len(images) == n:
            found.append(images)
            return
        for image in set(range(n)) - set(images):
            v = len(images)
            if all((frozenset((u, v)) in there) == (frozenset((images[u], image)) in there) for u in range(v)):
                extend((*images, image))

    extend(())
    return found


def merged(neighbours: Sequence[frozenset[int]], cover: Cover) -> list[set[int]]:
    """The blocks of a quotient that has the covered minor, in which no two blocks may fall together any more."""
    blocks: list[set[int]] = []
    sides: list[int | None] = []
    # One vertex of each component of a set, which are not adjacent; a component's others by themselves at first.
    for i in sorted(set(cover.values())):
        left = {v for v, own in cover.items() if own == i}
        connecting: set[int] = set()
        while left:
            front, part = [min(left)], set[int]()
            while front:
                u = front.pop()
                if u in left:
                    left.remove(u)
                    part.add(u)
                    front.extend(neighbours[u])
            connecting.add(min(part))
            blocks += [{v} for v in part - {min(part)}]
        blocks.append(connecting)
        sides += [i] * (len(blocks) - len(sides))
    blocks += [{v} for v in range(len(neighbours)) if v not in cover]
    sides += [None] * (len(blocks) - len(sides))
    # Then whatever may: that keeps the sets connected, and the edges between them.
    kept: list[tuple[set[int], int | None]] = []
    for block, side in zip(blocks, sides, strict=True):
        for at, (other, own) in enumerate(kept):
            if (side is None or own in (side, None)) and all(neighbours[v].isdisjoint(block) for v in other):
                kept[at] = other | block, side if own is None else own
                break
        else:
            kept.append((block, side))
    return [block for block, _ in kept]
