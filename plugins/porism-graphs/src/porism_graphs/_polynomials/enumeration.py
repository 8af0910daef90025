"""All multigraphs with outputs and a given number of edges, each once: connected pieces, and multisets of them.

A piece that holds the outputs (which count as joined) can lose an edge and stay one piece: one that is on a cycle, or,
in a tree, one to a leaf that is no output. So every piece arises by adding an edge to a smaller one. Components without
outputs are grown apart, and taken as multisets: the order of twelve ends of disjoint edges is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from porism.validation import Report, counted, stages
from porism_graphs._polynomials.canonical import canonical_order
from porism_graphs._polynomials.polynomial import GraphPolynomial, polynomial_of, root_colours

__all__ = ["Family", "multigraphs", "root_cases"]

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Family:
    """Which multigraphs are meant.

    Attributes
    ----------
    degree : int
        Edges.
    output : {"graph", "node", "edge"}
    symmetric, loops, simple, connected : bool
        No directions; edges from a vertex to itself; no edge twice, and no loops; no component apart from the outputs.
    n : int or None
        Vertices at most.
    channels : int
        Kinds of edges.
    """

    degree: int
    output: str
    symmetric: bool
    loops: bool
    simple: bool
    connected: bool
    n: int | None
    channels: int

    @property
    def loopy(self) -> bool:
        """Whether loops occur."""
        return self.loops and not self.simple

    @property
    def roots(self) -> int:
        """How many indices the values have."""
        return {"graph": 0, "node": 1, "edge": 2}[self.output]

    @property
    def room(self) -> int:
        """As many vertices as any of them has, and is allowed."""
        most = 2 * self.degree + self.roots
        return most if self.n is None else min(most, self.n)


def root_cases(output: str) -> list[tuple[int, ...]]:
    """The outputs that the pieces begin with: for a matrix two vertices, or one that stands twice."""
    cases: dict[str, list[tuple[int, ...]]] = {"graph": [()], "node": [(0,)], "edge": [(0, 1), (0, 0)]}
    return cases[output]


def multigraphs(family: Family, report: Report | None = None, expected: int = 0) -> Iterator[GraphPolynomial]:
    """Every multigraph of the family once, by its number of vertices in the piece that holds the outputs.

    `report` is told about the growing of pieces, and then how many of the `expected` multigraphs there are.
    """
    cases = root_cases(family.output)
    without, *growing, joining = stages(report, 1, *[4] * len(cases), 1)
    loose = _grown(family, (), without)
    held = [_grown(family, outputs, told) if outputs else None for outputs, told in zip(cases, growing, strict=True)]
    yield from counted(joining, _joined(family, loose, held), expected)


def _joined(
    family: Family, loose: list[list[Matrix]], pieces: list[list[list[Matrix]] | None]
) -> Iterator[GraphPolynomial]:
    """Pieces that hold the outputs, by case and degree (None where there are no outputs), each with loose ones."""
    for outputs, grown in zip(root_cases(family.output), pieces, strict=True):
        if not outputs and family.connected:
            yield from (_assembled(piece, [], (), family) for piece in loose[family.degree])
            continue
        held = grown if grown is not None else [[()], *([] for _ in range(family.degree))]
        for degree in range(family.degree + 1):
            if family.connected and degree < family.degree:
                continue
            for piece in held[degree]:
                for others in _multisets(loose, family.degree - degree, family.room - len(piece)):
                    yield _assembled(piece, others, outputs, family)


def _grown(family: Family, outputs: tuple[int, ...], report: Report | None) -> list[list[Matrix]]:
    """Pieces by their degrees, as matrices of labels, outputs first."""
    n_roots = len(set(outputs))
    start: Matrix = tuple((0,) * n_roots for _ in range(n_roots))
    level = [start] if n_roots <= family.room else []
    levels = [level if outputs else []]
    for told in stages(report, *[4**d for d in range(family.degree)]):
        found: dict[tuple[int, ...], Matrix] = {}
        for piece in counted(told, level):
            for grown in _with_an_edge(piece, family):
                order, key = canonical_order(grown, root_colours(len(grown), outputs))
                if key not in found:
                    found[key] = tuple(tuple(grown[r][s] for s in order) for r in order)
        level = list(found.values())
        levels.append(level)
    return levels


def _with_an_edge(piece: Matrix, family: Family) -> Iterator[list[list[int]]]:
    """The piece with one more edge, between vertices that it has, or from one of them to a new one."""
    n, base = len(piece), family.degree + 1
    n_more = n + 1
    places = [(r, s) for r in range(n) for s in range(n)]
    if n_more <= family.room:
        places += [(r, n) for r in range(n)] + ([] if family.symmetric else [(n, s) for s in range(n)])
    if n == 0:  # the first edge of a piece without outputs
        places = ([(0, 0)] if family.room >= 1 else []) + ([(0, 1)] if family.room >= 2 else [])
    for r, s in places:
        if (r == s and not family.loopy) or (family.symmetric and r > s):
            continue
        size = max(n, r + 1, s + 1)
        for channel in range(family.channels):
            code = base**channel
            grown = [[*row, *([0] * (size - n))] for row in piece] + [[0] * size for _ in range(size - n)]
            if family.simple and grown[r][s] // code % base:
                continue
            grown[r][s] += code
            if family.symmetric and r != s:
                grown[s][r] += code
            yield grown


def _multisets(loose: list[list[Matrix]], degree: int, room: int) -> Iterator[list[Matrix]]:
    """Multisets of pieces with so many edges together, and at most `room` vertices."""
    pieces = [(d, piece) for d in range(1, degree + 1) for piece in loose[d]]

    def choose(start: int, left: int, space: int) -> Iterator[list[Matrix]]:
        if left == 0:
            yield []
            return
        for i in range(start, len(pieces)):
            d, piece = pieces[i]
            if d > left:
                break
            if len(piece) <= space:
                for rest in choose(i, left - d, space - len(piece)):
                    yield [piece, *rest]

    if room >= 0:
        yield from choose(0, degree, room)


def _assembled(piece: Matrix, others: list[Matrix], outputs: tuple[int, ...], family: Family) -> GraphPolynomial:
    size = len(piece) + sum(map(len, others))
    labels = [[0] * size for _ in range(size)]
    start = 0
    for part in (piece, *others):
        for r, row in enumerate(part):
            labels[start + r][start : start + len(part)] = row
        start += len(part)
    return polynomial_of(labels, outputs, family.degree + 1, family.symmetric)
