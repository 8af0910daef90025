"""Exact treewidth of graphs with a dozen vertices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

__all__ = ["treewidth"]


def treewidth(n: int, edges: Iterable[tuple[int, int]]) -> int:
    """The treewidth of a simple graph: the least over all orders of elimination of the most neighbours met.

    Vertices of degree one, or two where the width is two already, are eliminated at once, which is safe; what is left
    has degree three at least, and orders are tried with a memory of the sets that were eliminated. Exponential in what
    is left: 14 vertices, of 21 edges and more, take a second.
    """
    return _treewidth(n, frozenset(edges))


@lru_cache(maxsize=4096)
def _treewidth(n: int, edges: frozenset[tuple[int, int]]) -> int:
    near = [0] * n
    for r, s in edges:
        near[r] |= 1 << s
        near[s] |= 1 << r
    alive, width = (1 << n) - 1, 0
    while alive:
        v = min((v for v in range(n) if alive >> v & 1), key=lambda v: near[v].bit_count())
        degree = near[v].bit_count()
        if degree > 2:
            break
        width = max(width, degree)
        _eliminate(near, v)
        alive &= ~(1 << v)
    bound = max(width, 3) if alive else width
    while alive and not _within(tuple(near), alive, bound, set()):
        bound += 1
    return bound


def _eliminate(near: list[int], v: int) -> None:
    for u in range(len(near)):
        if near[v] >> u & 1:
            near[u] = (near[u] | near[v]) & ~(1 << u) & ~(1 << v)
    near[v] = 0


def _within(near: tuple[int, ...], alive: int, bound: int, failed: set[int]) -> bool:
    if alive.bit_count() <= bound + 1:
        return True
    if alive in failed:
        return False
    for v in range(len(near)):
        if alive >> v & 1 and near[v].bit_count() <= bound:
            after = list(near)
            _eliminate(after, v)
            if _within(tuple(after), alive & ~(1 << v), bound, failed):
                return True
    failed.add(alive)
    return False
