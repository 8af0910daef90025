"""Graph parameters as linear combinations of homomorphism counts.

- Injective homomorphisms are an alternating sum over partitions of the pattern into independent sets: the coefficient
  of a quotient is the product of (-1)^(|B|-1) (|B|-1)! over its blocks (Lovász 1967; Curticapean, Dell and Marx 2017).
- Copies of a pattern are injective homomorphisms divided by its automorphisms.
- Induced copies are an alternating sum over the graphs that the pattern becomes by more edges.

An edge that is added where a pattern has labels on its edges may have any label, so that nothing is to be known about
those of the graph. A quotient in which two edges with different labels fall together has no homomorphism into a simple
graph and is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import Any, NamedTuple

from porism import InvalidInput, InvalidType
from porism_graphs._arguments import told
from porism_graphs._patterns import Pattern, as_pattern

__all__ = ["KINDS", "Term", "as_parameter", "check_size", "hom_basis", "rooted_basis"]

KINDS = ("subgraph", "induced", "hom")

MOST = {"subgraph": 10, "induced": 7, "hom": 20}
"""Vertices of a pattern that is taken without being asked to."""

LIMIT = {"subgraph": 16, "induced": 9, "hom": 20}
"""Vertices of a pattern that is taken at all."""

Basis = dict[Pattern, Fraction]


class Term(NamedTuple):
    """A pattern with the vertex whose image counts, and its coefficient."""

    pattern: Pattern
    root: int
    coefficient: Fraction


def bell(n: int) -> int:
    """The number of partitions of a set of n."""
    row = [1]
    for _ in range(n - 1):
        row = [row[-1], *row]
        for i in range(1, len(row)):
            row[i] += row[i - 1]
    return row[-1]


def check_size(name: str, pattern: Pattern, kind: str, max_size: int | None) -> None:
    """Refuse a pattern with more quotients than are reasonable.

    Raises
    ------
    InvalidInput
        With the Bell number, and how to have it counted nevertheless.
    """
    most = MOST[kind] if max_size is None else min(max_size, LIMIT[kind])
    if pattern.n > most:
        why = {
            "subgraph": f"as it has up to {bell(pattern.n)} quotients, the Bell number",
            "induced": f"as it has up to 2^{pattern.n * (pattern.n - 1) // 2} supergraphs with "
            f"{bell(pattern.n)} quotients each, the Bell number",
            "hom": "as treewidth is computed over all sets of vertices",
        }[kind]
        hint = f"; max_size={pattern.n} allows it" if pattern.n <= LIMIT[kind] else ""
        raise InvalidInput(f"{name} must have at most {most} vertices, {why}, got {pattern.n}{hint}")


def hom_basis(pattern: Pattern, kind: str) -> Basis:
    """The coefficients of homomorphism counts in the count of one kind; patterns are in canonical form."""
    return dict(_hom_basis(pattern.canonical(), kind))


@lru_cache(maxsize=256)
def _hom_basis(pattern: Pattern, kind: str) -> tuple[tuple[Pattern, Fraction], ...]:
    if kind == "hom":
        return ((pattern, Fraction(1)),)
    found: dict[Pattern, Fraction] = defaultdict(Fraction)
    for above, weight in _injective_terms(pattern, kind):
        for quotient, coefficient in _spasm(above):
            found[quotient] += weight * coefficient
    return tuple((quotient, coefficient) for quotient, coefficient in found.items() if coefficient)


def rooted_basis(pattern: Pattern, kind: str) -> list[Term]:
    """The same for the number of pairs of a map and a vertex of the pattern, by that vertex's image."""
    return list(_rooted_basis(pattern.canonical(), kind))


@lru_cache(maxsize=256)
def _rooted_basis(pattern: Pattern, kind: str) -> tuple[Term, ...]:
    found: dict[tuple[Pattern, int], Fraction] = defaultdict(Fraction)
    if kind == "hom":
        from porism.kernels import graph as kernel

        coded = pattern.coded
        for root in range(pattern.n):
            colours = [2 * colour + (v == root) for v, colour in enumerate(coded.colours)]
            form = kernel.canonical(colours, coded.codes)
            found[_rooted(pattern, form[0], form[1])] += 1
    else:
        for above, weight in _injective_terms(pattern, kind):
            for quotient, root, coefficient in _rooted_spasm(above):
                found[quotient, root] += weight * coefficient
    return tuple(Term(quotient, root, c) for (quotient, root), c in found.items() if c)


def _injective_terms(pattern: Pattern, kind: str) -> list[tuple[Pattern, Fraction]]:
    """The count as a combination of injective homomorphisms."""
    share = Fraction(1, pattern.automorphisms)
    if kind == "subgraph":
        return [(pattern, share)]
    terms = []
    # Every way to add edges one after the other; those to one set of edges are as many as its orders.
    level: dict[Pattern, int] = {pattern: 1}
    added = 0
    while level:
        terms += [(above, share * (-1) ** added * ways / factorial(added)) for above, ways in level.items()]
        after: dict[Pattern, int] = defaultdict(int)
        for above, ways in level.items():
            for v in range(above.n):
                for u in range(v):
                    if u not in above.neighbours[v]:
                        after[above.with_edge(u, v).canonical()] += ways
        level, added = dict(after), added + 1
    return terms


@lru_cache(maxsize=4096)
def _spasm(pattern: Pattern) -> tuple[tuple[Pattern, int], ...]:
    from porism.kernels import graph as kernel

    coded = pattern.coded
    terms = kernel.spasm(coded.colours, coded.codes)
    return tuple((coded.pattern(colours, codes).canonical(), coefficient) for colours, codes, coefficient in terms)


@lru_cache(maxsize=4096)
def _rooted_spasm(pattern: Pattern) -> tuple[tuple[Pattern, int, int], ...]:
    from porism.kernels import graph as kernel

    coded = pattern.coded
    terms = kernel.spasm(coded.colours, coded.codes, rooted=True)
    return tuple((*_rooted(pattern, colours, codes), coefficient) for colours, codes, coefficient in terms)


def _rooted(pattern: Pattern, colours: list[int], codes: list[int]) -> tuple[Pattern, int]:
    """The pattern with these numbers, in which the root has the odd colour, and the root."""
    root = next(v for v, colour in enumerate(colours) if colour % 2)
    return pattern.coded.pattern([colour // 2 for colour in colours], codes), root


def as_parameter(name: str, value: Any, kind: str, max_size: int | None) -> Basis:
    """The homomorphism basis of a pattern, or of a linear combination: a mapping of patterns to rational numbers.

    Raises
    ------
    InvalidInput
        For a pattern that is none or too large, or one with labels beside one without.
    InvalidType
        For a coefficient that is no int or Fraction.
    """
    if not isinstance(value, Mapping):
        pattern = as_pattern(name, value)
        check_size(name, pattern, kind, max_size)
        return hom_basis(pattern, kind)
    if not value:
        raise InvalidInput(f"{name} must have at least one pattern, got an empty mapping")
    total: Basis = defaultdict(Fraction)
    shapes = set()
    for key, coefficient in value.items():
        if isinstance(coefficient, bool) or not isinstance(coefficient, int | Fraction):
            raise InvalidType(f"{name} must have coefficients that are int or Fraction, got {told(coefficient)}")
        pattern = as_pattern(name, key)
        check_size(name, pattern, kind, max_size)
        shapes.add((pattern.labels is None, pattern.edge_labels is None))
        for quotient, share in hom_basis(pattern, kind).items():
            total[quotient] += coefficient * share
    if len(shapes) > 1:
        raise InvalidInput(f"{name} must have patterns that all have labels or all have none, got both")
    return {quotient: share for quotient, share in total.items() if share}
