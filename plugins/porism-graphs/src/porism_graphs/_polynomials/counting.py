"""How many there are, without listing any: Burnside's lemma over cycle types, with a power series for the monomials.

The orbits of S_n on pairs (monomial of degree d in the entries of X, tuple of output indices) correspond to multigraphs
with n vertices at most. A permutation whose action on the variables has cycles of lengths l fixes as many monomials of
degree d as the coefficient of t^d in the product of 1/(1 - t^l) says, of 1 + t^l if no variable may occur twice, and
as many outputs as it has fixed points, to the power of the number of outputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import comb, factorial, gcd

from porism_graphs._polynomials.enumeration import Family

__all__ = ["count"]

Series = list[list[int]]
"""Coefficients of t^degree x^vertices."""


def count(family: Family) -> int:
    """How many multigraphs the family has, and so how many polynomials are in the basis."""
    if not family.connected:
        return _orbits(_kind(family), family.room, family.degree, family.roots)
    # Components without outputs are factors: a multigraph is a piece that holds the outputs, times a multiset of them.
    kind, degree, room = _kind(family), family.degree, family.room
    whole = _by_vertices(kind, degree, room, 0)
    if family.roots == 0:
        return sum(_pieces(whole)[degree])
    held = _divided(_by_vertices(kind, degree, room, family.roots), whole)
    return sum(held[degree])


Kind = tuple[bool, bool, bool, int]


def _kind(family: Family) -> Kind:
    return family.symmetric, family.loopy, family.simple, family.channels


def _partitions(n: int, largest: int) -> Iterator[list[int]]:
    if n == 0:
        yield []
    for part in range(min(n, largest), 0, -1):
        for rest in _partitions(n - part, part):
            yield [part, *rest]


def _cycles(parts: list[int], kind: Kind) -> Counter[int]:
    """How many cycles of each length a permutation with these cycles has on the entries of X."""
    symmetric, loops, _, channels = kind
    found: Counter[int] = Counter()
    sizes = Counter(parts)
    for a, times in sizes.items():
        if loops:
            found[a] += times * channels
        if symmetric:
            found[a] += times * ((a - 1) // 2) * channels
            if a % 2 == 0:
                found[a // 2] += times * channels
        else:
            found[a] += times * (a - 1) * channels
        for b, others in sizes.items():
            pairs = comb(times, 2) if a == b else times * others if a < b else 0
            shared = gcd(a, b)
            found[a * b // shared] += pairs * shared * channels * (1 if symmetric else 2)
    return found


@lru_cache(maxsize=1024)
def _orbits(kind: Kind, n: int, degree: int, roots: int) -> int:
    """Orbits of S_n on monomials of that degree and tuples of `roots` indices."""
    total = 0
    for parts in _partitions(n, n):
        fixed = parts.count(1) ** roots
        if not fixed:
            continue
        series = [1, *([0] * degree)]
        for length, times in _cycles(parts, kind).items():
            if length > degree or not times:
                continue
            factor = [0] * (degree + 1)
            for k in range(degree // length + 1):
                factor[k * length] = comb(times, k) if kind[2] else comb(times + k - 1, k)
            series = [sum(series[i] * factor[d - i] for i in range(d + 1)) for d in range(degree + 1)]
        size = 1
        for part, times in Counter(parts).items():
            size *= part**times * factorial(times)
        total += factorial(n) // size * fixed * series[degree]
    return total // factorial(n)


def _by_vertices(kind: Kind, degree: int, room: int, roots: int) -> Series:
    """How many multigraphs there are with exactly so many edges and vertices, isolated outputs counted."""
    rows = []
    for d in range(degree + 1):
        upto = [_orbits(kind, n, d, roots) for n in range(room + 1)]
        rows.append([upto[0], *(after - before for before, after in pairwise(upto))])
    return rows


def _divided(whole: Series, factor: Series) -> Series:
    """The series that `factor` is to be multiplied with to give `whole`; `factor` begins with 1."""
    degree, room = len(whole), len(whole[0])
    found = [[0] * room for _ in range(degree)]
    for d in range(degree):
        for v in range(room):
            rest = sum(
                found[i][u] * factor[d - i][v - u] for i in range(d + 1) for u in range(v + 1) if (i, u) != (d, v)
            )
            found[d][v] = whole[d][v] - rest
    return found


def _pieces(whole: Series) -> Series:
    """How many connected ones there are, if `whole` counts all multisets of them: Euler's transform undone."""
    degree, room = len(whole), len(whole[0])
    found = [[0] * room for _ in range(degree)]
    made = [[0] * room for _ in range(degree)]
    made[0][0] = 1
    for d in range(1, degree):
        for v in range(1, room):
            pieces = found[d][v] = whole[d][v] - made[d][v]
            if not pieces:
                continue
            more = [row[:] for row in made]
            for k in range(1, (degree - 1) // d + 1):
                ways = comb(pieces + k - 1, k)
                for i in range(degree - k * d):
                    for u in range(room - k * v):
                        more[i + k * d][u + k * v] += ways * made[i][u]
            made = more
    return found
