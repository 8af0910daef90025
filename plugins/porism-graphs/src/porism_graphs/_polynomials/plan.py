"""A whole basis as one program of pairwise contractions, in which no part of any multigraph is computed twice.

Every intermediate result is itself the polynomial of a rooted multigraph, whose outputs are the axes of the tensor.
Its canonical form names it: parts that are isomorphic, of one H or of different ones, are one tensor, whichever path
led to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from porism_graphs._polynomials.canonical import canonical_order
from porism_graphs._polynomials.polynomial import GraphPolynomial

__all__ = ["Axes", "Part", "Path", "Plan", "Step", "Table", "planned"]

Axes = tuple[int, ...]
Path = Callable[[list[Axes], frozenset[int]], list[tuple[int, ...]]]
"""Given the axes of tensors, and which axes stay open: which tensors to contract, one after the other, by their places;
the result is put last. Three places mean that the third masks the product of the first two."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tensor of a program.

    Attributes
    ----------
    kind : {"matrix", "vector", "product"}
        Powers of X's channels, and of their transposes, entry by entry; the same of diagonals; or a contraction.
    operands : tuple of (int, axes)
        Of a product: steps, and what their axes are called.
    out : axes
        Which of these remain, in the order of the result's axes.
    powers : tuple of (channel, exponent, transposed)
        Of a matrix or vector.
    """

    kind: str
    operands: tuple[tuple[int, Axes], ...] = ()
    out: Axes = ()
    powers: tuple[tuple[int, int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A factor of one polynomial: a step, and which outputs (by place) its axes are."""

    step: int
    axes: Axes


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """How the values of polynomials with one output at most are read off all at once.

    Attributes
    ----------
    vectors, numbers : tuple of int
        The steps that are factors, each once.
    row : (k,) array
        Which of the vectors each polynomial is a multiple of; ``len(vectors)`` for the vector of ones.
    times : tuple of two arrays
        Which polynomials are to be multiplied, and with which numbers, one factor of each at a time.
    """

    vectors: tuple[int, ...]
    numbers: tuple[int, ...]
    row: npt.NDArray[np.intp]
    times: tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A program for several polynomials: steps in order, and the factors of each polynomial.

    Attributes
    ----------
    steps : tuple of Step
    results : tuple of tuple of Part
    last_use : tuple of int
        For each step the last one that needs it; ``len(steps)`` for those that are factors.
    order : int
        Axes of the largest tensor that is made, a contraction's sums aside.
    table : Table or None
        None for polynomials with two outputs.
    """

    steps: tuple[Step, ...]
    results: tuple[tuple[Part, ...], ...]
    last_use: tuple[int, ...]
    order: int
    table: Table | None


@dataclass(frozen=True, slots=True)
class _Operand:
    step: int
    axes: Axes
    edges: frozenset[tuple[int, int]]


@dataclass(slots=True)
class _Planner:
    base: int
    path: Path
    steps: list[Step] = field(default_factory=list)
    known: dict[tuple[object, ...], int] = field(default_factory=dict)

    def polynomial(self, H: GraphPolynomial) -> tuple[Part, ...]:
        labels = H.labels(self.base)
        parts = []
        for component in H.components():
            open_ = frozenset(component) & frozenset(H.outputs)
            if len(component) == 1 and not labels[component[0]][component[0]]:
                continue  # an output without edges
            whole = self._operand(H, labels, component, open_)
            places = {vertex: place for place, vertex in reversed(list(enumerate(H.outputs)))}
            parts.append(Part(whole.step, tuple(places[vertex] for vertex in whole.axes)))
        return tuple(parts)

    def _operand(
        self, H: GraphPolynomial, labels: list[list[int]], component: list[int], open_: frozenset[int]
    ) -> _Operand:
        pairs = [(r, s) for r in component for s in component if r <= s and (labels[r][s] or labels[s][r])]
        key, axes = _name(labels, frozenset(pairs), open_, H.symmetric)
        if key in self.known:
            return _Operand(self.known[key], axes, frozenset(pairs))
        operands = [self._leaf(labels, pair, H.symmetric) for pair in pairs]
        operands = self._pendants(operands, labels, open_, H.symmetric)
        if len(operands) > 1 or set(operands[0].axes) != open_:
            for places in self.path([one.axes for one in operands], open_):
                chosen = [operands[place] for place in places]
                operands = [one for place, one in enumerate(operands) if place not in places]
                kept = open_.union(*(one.axes for one in operands))
                operands.append(self._product(chosen, labels, kept, H.symmetric))
        (whole,) = operands
        return whole

    def _leaf(self, labels: list[list[int]], pair: tuple[int, int], symmetric: bool) -> _Operand:
        r, s = pair
        edges = frozenset([pair])
        key, axes = _name(labels, edges, frozenset(pair), symmetric)
        if key not in self.known:
            if r == s:
                step = Step("vector", out=axes, powers=self._powers(labels[r][r], False))
            else:
                r, s = axes
                powers = self._powers(labels[r][s], False)
                if not symmetric:
                    powers += self._powers(labels[s][r], True)
                step = Step("matrix", out=axes, powers=powers)
            self._add(key, step)
        return _Operand(self.known[key], axes, edges)

    def _powers(self, code: int, transposed: bool) -> tuple[tuple[int, int, bool], ...]:
        found, channel = [], 0
        while code:
            code, times = divmod(code, self.base)
            if times:
                found.append((channel, times, transposed))
            channel += 1
        return tuple(found)

    def _pendants(
        self, operands: list[_Operand], labels: list[list[int]], open_: frozenset[int], symmetric: bool
    ) -> list[_Operand]:
        """Vertices with one neighbour become vectors at it, one after the other: whole trees cost O(n²) an edge."""
        while True:
            touching: dict[int, list[_Operand]] = {}
            for one in operands:
                for vertex in one.axes:
                    touching.setdefault(vertex, []).append(one)
            lean = [
                vertex
                for vertex, meets in sorted(touching.items())
                if vertex not in open_ and len(set().union(*(one.axes for one in meets))) == 2
            ]
            if not lean or len(touching) == 1:
                return operands
            meets = sorted(touching[lean[0]], key=lambda one: len(one.axes))
            rest = [one for one in operands if one not in meets]
            made = meets[0]
            for i, one in enumerate(meets[1:], 2):
                kept = open_.union(*(other.axes for other in rest + meets[i:]))
                made = self._product([made, one], labels, kept, symmetric)
            if len(meets) == 1:
                made = self._product([made], labels, open_.union(*(other.axes for other in rest)), symmetric)
            operands = [*rest, made]

    def _product(
        self, chosen: list[_Operand], labels: list[list[int]], kept: frozenset[int], symmetric: bool
    ) -> _Operand:
        """The product of one, two or three tensors, over the axes that are kept.

        Sums that could be made afterwards are steps of their own, an axis at a time, and sums that can be made before
        are made before: others may need what is between.
        """
        if len(chosen) == 3:
            a, b, mask = chosen
            known = self._known((a, b), labels, frozenset(mask.axes), symmetric)
            if known is not None:
                chosen = [known, mask]
        edges = frozenset().union(*(one.edges for one in chosen))
        open_ = kept & frozenset().union(*(one.axes for one in chosen))
        known = self._known(chosen, labels, kept, symmetric)
        if known is not None:
            return known
        if len(chosen) > 1:
            if len(chosen) == 3 or set(chosen[0].axes) == set(chosen[1].axes):
                open_ = frozenset(chosen[-1].axes)
            else:
                a, b = chosen
                a = self._reduced(a, labels, kept | set(b.axes), symmetric)
                b = self._reduced(b, labels, kept | set(a.axes), symmetric)
                chosen = [a, b]
            key, axes = _name(labels, edges, open_, symmetric)
            if key not in self.known:
                self._add(key, Step("product", tuple((one.step, one.axes) for one in chosen), axes))
            chosen = [_Operand(self.known[key], axes, edges)]
        return self._reduced(chosen[0], labels, kept, symmetric)

    def _known(
        self, chosen: Sequence[_Operand], labels: list[list[int]], kept: frozenset[int], symmetric: bool
    ) -> _Operand | None:
        edges: frozenset[tuple[int, int]] = frozenset().union(*(one.edges for one in chosen))
        open_ = kept & frozenset().union(*(one.axes for one in chosen))
        key, axes = _name(labels, edges, open_, symmetric)
        return _Operand(self.known[key], axes, edges) if key in self.known else None

    def _reduced(self, one: _Operand, labels: list[list[int]], kept: frozenset[int], symmetric: bool) -> _Operand:
        """The tensor summed over its axes that are not kept, each a step."""
        for axis in one.axes:
            if axis not in kept:
                key, axes = _name(labels, one.edges, frozenset(one.axes) - {axis}, symmetric)
                if key not in self.known:
                    self._add(key, Step("product", ((one.step, one.axes),), axes))
                one = _Operand(self.known[key], axes, one.edges)
        return one

    def _add(self, key: tuple[object, ...], step: Step) -> None:
        self.known[key] = len(self.steps)
        self.steps.append(step)


def _name(
    labels: list[list[int]], edges: frozenset[tuple[int, int]], open_: frozenset[int], symmetric: bool
) -> tuple[tuple[object, ...], Axes]:
    """What the tensor of these edges is called, and its open vertices in the order of its axes."""
    vertices = sorted({vertex for edge in edges for vertex in edge})
    place = {vertex: i for i, vertex in enumerate(vertices)}
    part = [[0] * len(vertices) for _ in vertices]
    for r, s in edges:
        part[place[r]][place[s]], part[place[s]][place[r]] = labels[r][s], labels[s][r]
    order, key = _ordered(tuple(map(tuple, part)), tuple([0 if vertex in open_ else 1 for vertex in vertices]))
    axes = tuple(vertices[i] for i in order[: len(open_)])
    return (symmetric, len(open_), *key), axes


@lru_cache(maxsize=1 << 14)
def _ordered(part: tuple[tuple[int, ...], ...], colours: tuple[int, ...]) -> tuple[list[int], tuple[int, ...]]:
    """Canonical orders are kept: the members of a basis have most of their parts in common."""
    return canonical_order(part, colours)


def planned(polynomials: Sequence[GraphPolynomial], path: Path) -> Plan:
    """A program that computes all of them; `path` says in which order tensors are contracted."""
    planner = _Planner(1 + max((H.degree for H in polynomials), default=0), path)
    results = tuple(planner.polynomial(H) for H in polynomials)
    last = list(range(len(planner.steps)))
    for i, step in enumerate(planner.steps):
        for operand, _ in step.operands:
            last[operand] = max(last[operand], i)
    for parts in results:
        for part in parts:
            last[part.step] = len(last)
    order = max((len(step.out) for step in planner.steps), default=0)
    table = _table(results) if all(len(H.outputs) < 2 for H in polynomials) else None
    return Plan(tuple(planner.steps), results, tuple(last), order, table)


def _table(results: Sequence[Sequence[Part]]) -> Table:
    vectors: dict[int, int] = {}
    numbers: dict[int, int] = {}
    row: list[int] = []
    times: list[tuple[list[int], list[int]]] = []
    for place, parts in enumerate(results):
        row.append(-1)
        scalars = [part.step for part in parts if not part.axes]
        for part in parts:
            if part.axes:  # of one component at most, the output's
                row[place] = vectors.setdefault(part.step, len(vectors))
        for i, step in enumerate(scalars):
            if i == len(times):
                times.append(([], []))
            times[i][0].append(place)
            times[i][1].append(numbers.setdefault(step, len(numbers)))
    rows = np.array([len(vectors) if one < 0 else one for one in row], dtype=np.intp)
    pairs = tuple((np.array(a, dtype=np.intp), np.array(b, dtype=np.intp)) for a, b in times)
    return Table(tuple(vectors), tuple(numbers), rows, pairs)
