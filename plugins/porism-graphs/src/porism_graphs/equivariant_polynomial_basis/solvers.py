"""Listing multigraphs, counting them by Burnside's lemma, and orbits of monomials as the baseline."""

from __future__ import annotations

import itertools
from math import comb, factorial
from typing import Any

import porism
from porism import Claims, Paper, TooLarge
from porism.validation import as_integer, counted, reporting
from porism_graphs._polynomials import counting
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis.problem import PolynomialBasis, as_family, equivariant_polynomial_basis

__all__ = ["PUNY_2023", "count", "molien_burnside", "multigraph_enumeration", "orbit_enumeration"]

PUNY_2023 = Paper(
    key="puny2023equivariant",
    title="Equivariant Polynomials for Graph Neural Networks",
    authors=("Puny, Omri", "Lim, Derek", "Kiani, Bobak T.", "Maron, Haggai", "Lipman, Yaron"),
    year=2023,
    venue="Proceedings of the 40th International Conference on Machine Learning (ICML)",
    arxiv="2302.11556",
    kind="inproceedings",
)

MOST_ROOM = 50
"""There are 204 226 partitions of 50: a minute of counting."""

MOST_PERMUTED = 10
"""Of 11 there are more permutations than :data:`MOST_WORK`."""

MOST_WORK = 20_000_000
"""Images of monomials that are looked at."""


@porism.solver(
    equivariant_polynomial_basis,
    "multigraph-enumeration",
    aliases=("graph-polynomials",),
    paper=PUNY_2023,
    complexity="about 0.1 ms of canonical forms for each piece and place of a further edge; the list in memory",
    claims=Claims(deterministic=True, lists=True, any_size=True),
    default=True,
)
def multigraph_enumeration(
    degree: int,
    output: str = "graph",
    *,
    symmetric: bool = False,
    loops: bool = True,
    simple: bool = False,
    connected: bool = False,
    n: int | None = None,
    channels: int = 1,
    max_count: int = 1_000_000,
    progress: Any = False,
) -> PolynomialBasis:
    """List the multigraphs: pieces that hold the outputs grow by an edge at a time, up to canonical form, and are
    joined with multisets of pieces that hold none.

    Parameters
    ----------
    max_count : int
        Polynomials that may be listed. Their number is known beforehand, by `molien-burnside`.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in thousandths.

    Raises
    ------
    TooLarge
        If there are more than `max_count`.
    """
    family = as_family(degree, output, symmetric, loops, simple, connected, n, channels)
    most = as_integer("max_count", max_count, 0)
    expected = _counted(family)
    if expected > most:
        raise TooLarge(f"max_count must be {expected} at least, as there are so many polynomials, got {most}")
    with reporting(progress, "multigraph-enumeration") as report:
        polynomials = tuple(multigraphs(family, report, expected))
    return PolynomialBasis(len(polynomials), polynomials)


@porism.solver(
    equivariant_polynomial_basis,
    "molien-burnside",
    complexity="O(p(m) (d + m)^2) operations on integers, m = 2d and one for each output (or n), p(m) its partitions",
    claims=Claims(deterministic=True, any_size=True),
    tags=("oracle",),
)
def molien_burnside(
    degree: int,
    output: str = "graph",
    *,
    symmetric: bool = False,
    loops: bool = True,
    simple: bool = False,
    connected: bool = False,
    n: int | None = None,
    channels: int = 1,
) -> PolynomialBasis:
    """Count without listing: by Burnside's lemma over cycle types, with Molien's series for the monomials.

    Raises
    ------
    TooLarge
        If there are more than 50 vertices to permute.
    """
    return PolynomialBasis(_counted(as_family(degree, output, symmetric, loops, simple, connected, n, channels)))


def count(degree: int, output: str = "graph", **options: Any) -> int:
    """How many polynomials the basis has: ``molien_burnside(…).count``."""
    return molien_burnside(degree, output, **options).count


def _counted(family: Family) -> int:
    if family.room > MOST_ROOM:
        raise TooLarge(
            f"degree must be such that 2 degree and one for each output (or n) are {MOST_ROOM} at most, to count over "
            f"all cycle types, got {family.degree} and so {family.room}"
        )
    return counting.count(family)


@porism.solver(
    equivariant_polynomial_basis,
    "orbit-enumeration",
    complexity="O(n! (n^2 channels)^d n^outputs / d!) images of monomials",
    claims=Claims(deterministic=True, lists=True),
    tags=("baseline",),
)
def orbit_enumeration(
    degree: int,
    output: str = "graph",
    *,
    symmetric: bool = False,
    loops: bool = True,
    simple: bool = False,
    connected: bool = False,
    n: int | None = None,
    channels: int = 1,
    progress: Any = False,
) -> PolynomialBasis:
    """Take the least image of every monomial and output under all permutations of the indices, for n up to 5 or so.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in monomials.

    Raises
    ------
    TooLarge
        For more than twenty million images.
    """
    family = as_family(degree, output, symmetric, loops, simple, connected, n, channels)
    size = family.room
    if size > MOST_PERMUTED:
        raise TooLarge(f"n must be smaller, or degree, as there are too many permutations of {size} vertices")
    kinds = [
        (r, s, c)
        for r in range(size)
        for s in range(r if symmetric else 0, size)
        if r != s or family.loopy
        for c in range(family.channels)
    ]
    several = comb(len(kinds), degree) if simple else comb(len(kinds) + degree - 1, degree) if kinds else 0
    work = factorial(size) * several * size**family.roots
    if work > MOST_WORK:
        raise TooLarge(
            f"n must be smaller, or degree, as there are {work} images of monomials to look at, got n = {size}"
        )
    permutations = list(itertools.permutations(range(size)))
    choose = itertools.combinations if simple else itertools.combinations_with_replacement
    seen: dict[tuple[Any, ...], None] = {}
    with reporting(progress, "orbit-enumeration") as report:
        for monomial in counted(report, choose(kinds, degree), several):
            for outputs in itertools.product(range(size), repeat=family.roots):
                seen.setdefault(min(_image(monomial, outputs, p, family.symmetric) for p in permutations))
    polynomials = [_made(monomial, outputs, family) for outputs, monomial in seen]
    kept = tuple(H for H in polynomials if H.connected or not family.connected)
    return PolynomialBasis(len(kept), kept)


def _image(monomial: Any, outputs: tuple[int, ...], p: tuple[int, ...], symmetric: bool) -> tuple[Any, ...]:
    moved = ((p[r], p[s], c) for r, s, c in monomial)
    edges = sorted((min(r, s), max(r, s), c) if symmetric else (r, s, c) for r, s, c in moved)
    return tuple(p[v] for v in outputs), tuple(edges)


def _made(monomial: Any, outputs: tuple[int, ...], family: Family) -> GraphPolynomial:
    used = sorted({v for edge in monomial for v in edge[:2]} - set(outputs))
    place = {v: i for i, v in enumerate(dict.fromkeys((*outputs, *used)))}
    edges = tuple((place[r], place[s], c) for r, s, c in monomial)
    return GraphPolynomial(edges, tuple(place[v] for v in outputs), len(place), family.symmetric).canonical()
