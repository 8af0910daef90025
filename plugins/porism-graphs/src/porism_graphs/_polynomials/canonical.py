"""Canonical orders of small multigraphs with coloured vertices: refinement of colours, then a search inside cells.

Vertices that can be swapped with one another (the leaves of a star) are tried once: of a cell of twins one stands for
all. Disjoint unions, whose equal components would still be permuted in all ways, are to be taken apart by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Labels", "canonical_order"]

Labels = Sequence[Sequence[int]]
Key = tuple[int, ...]


def canonical_order(labels: Labels, colours: Sequence[int]) -> tuple[list[int], Key]:
    """An order of the vertices, by colours first, and a key that is equal for isomorphic coloured graphs only.

    Parameters
    ----------
    labels : (n, n) nested sequence of int
        labels[r][s] describes the edges from r to s, 0 for none.
    colours : (n,) sequence of int
        Vertices of different colours are never exchanged.
    """
    n = len(labels)
    ranks = {colour: i for i, colour in enumerate(sorted(set(colours)))}
    near = [[(u, labels[v][u], labels[u][v]) for u in range(n) if labels[v][u] or labels[u][v]] for v in range(n)]
    best: Key | None = None
    found: list[int] = []
    stack = [_refined([ranks[colour] for colour in colours], near)]
    while stack:
        cells = stack.pop()
        if max(cells, default=-1) + 1 == n:
            order = sorted(range(n), key=cells.__getitem__)
            key = tuple([labels[r][s] for r in order for s in order])
            if best is None or key < best:
                best, found = key, order
            continue
        sizes: dict[int, list[int]] = {}
        for v, cell in enumerate(cells):
            sizes.setdefault(cell, []).append(v)
        members = min((m for m in sizes.values() if len(m) > 1), key=lambda m: (len(m), cells[m[0]]))
        tried: list[int] = []
        for v in members:
            if any(_twins(labels, u, v) for u in tried):
                continue
            tried.append(v)
            split = [2 * cell + 1 for cell in cells]
            split[v] -= 1
            stack.append(_refined(_ranked(split), near))
    counts = tuple(sum(1 for colour in colours if colour == one) for one in sorted(ranks))
    return found, (n, *sorted(ranks), *counts, *(best or ()))


def _ranked(values: Sequence[object]) -> list[int]:
    rank = {value: i for i, value in enumerate(sorted(set(values)))}  # type: ignore[type-var]
    return [rank[value] for value in values]


def _refined(cells: list[int], near: list[list[tuple[int, int, int]]]) -> list[int]:
    """The coarsest finer colouring in which vertices of a cell see the same colours through the same labels."""
    n_cells = len(set(cells))
    while n_cells < len(cells):
        seen = [(cells[v], sorted([(cells[u], out, back) for u, out, back in near[v]])) for v in range(len(cells))]
        finer = _ranked([(cell, tuple(others)) for cell, others in seen])
        n_finer = len(set(finer))
        if n_finer == n_cells:
            return finer
        cells, n_cells = finer, n_finer
    return cells


def _twins(labels: Labels, u: int, v: int) -> bool:
    """Whether exchanging u and v changes nothing."""
    if labels[u][u] != labels[v][v] or labels[u][v] != labels[v][u]:
        return False
    others = (w for w in range(len(labels)) if w not in (u, v))
    return all(labels[u][w] == labels[v][w] and labels[w][u] == labels[w][v] for w in others)
