"""Hypothesis strategies for small simple graphs, in the forms in which they may be passed; for modules of laws only."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism.conformance import layouts

__all__ = ["REFUSED_GRAPHS", "Parts", "graphs", "matrix_of", "relabelled", "represented"]

Parts = tuple[int, tuple[tuple[int, int], ...], Any, Any]
"""``(n, edges, labels, edge_labels)``"""


@st.composite
def graphs(
    draw: st.DrawFn,
    max_n: int,
    *,
    labels: bool = False,
    edge_labels: bool = False,
    min_n: int = 1,
    connected: bool = False,
) -> Parts:
    """A simple graph; of labels there are few, so that they coincide."""
    n = draw(st.integers(min_n, max_n))
    pairs = [(u, v) for v in range(n) for u in range(v)]
    density = draw(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))
    chances = draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=len(pairs), max_size=len(pairs)))
    chosen = {pair for pair, chance in zip(pairs, chances, strict=True) if chance < density}
    if connected:
        chosen |= {(draw(st.integers(0, v - 1)), v) for v in range(1, n)}
    edges = tuple(sorted(chosen))
    label = st.sampled_from([7, -2])
    found = tuple(draw(st.lists(label, min_size=n, max_size=n))) if labels else None
    names = tuple(draw(st.lists(label, min_size=len(edges), max_size=len(edges)))) if edge_labels else None
    return n, edges, found, names


def matrix_of(parts: Parts) -> Any:
    """The adjacency matrix, int64."""
    matrix = np.zeros((parts[0], parts[0]), dtype=np.int64)
    for u, v in parts[1]:
        matrix[u, v] = matrix[v, u] = 1
    return matrix


@st.composite
def represented(draw: st.DrawFn, parts: Parts) -> Any:
    """The same graph in some form."""
    from scipy import sparse

    if parts[2] is not None or parts[3] is not None:
        return parts
    kind = draw(st.sampled_from(["tuple", "tuple", "pairs", "array", "csr", "float", "bool"]))
    if kind == "tuple":
        return parts
    if kind == "pairs":
        return parts[0], np.array(parts[1], dtype=np.int64).reshape(-1, 2)
    matrix = matrix_of(parts)
    if kind == "csr":
        return sparse.csr_array(matrix)
    if kind == "float":
        return matrix * 2.5
    return draw(layouts(matrix)) if kind == "array" else matrix.astype(bool)


def relabelled(parts: Parts, to: list[int]) -> Parts:
    """The graph with vertex v called ``to[v]``."""
    n, edges, labels, names = parts
    moved = [(min(to[u], to[v]), max(to[u], to[v])) for u, v in edges]
    order = sorted(range(len(moved)), key=lambda i: moved[i])
    places = sorted(range(n), key=lambda v: to[v])
    return (
        n,
        tuple(moved[i] for i in order),
        None if labels is None else tuple(labels[v] for v in places),
        None if names is None else tuple(names[i] for i in order),
    )


LOOP = np.array([[1, 1], [1, 0]])
ONE_WAY = np.array([[0, 1], [0, 0]])

REFUSED_GRAPHS: list[tuple[Any, str]] = [
    (LOOP, "self-loops"),
    (ONE_WAY, "symmetric"),
    (np.zeros((2, 3)), "(2, 3)"),
    (np.zeros((0, 0)), "at least one vertex"),
    (-np.ones((2, 2)), "-1.0"),
    ("no such file", "no such file"),
    (None, "None"),
    ((0, ()), "n=0"),
    ((2, ((0, 2),)), "[0, 2]"),
    ((2, ((0, 0),)), "self-loops"),
    ((2, ((0, 1), (1, 0))), "parallel"),
    ((2, "edges"), "edges"),
    ((2, ((0, 1, 2),)), "pairs"),
    ((2, ((0.0, 1.0),)), "pairs"),
    ((2, ((0, 1),), (1,)), "got 1"),
    ((2, ((0, 1),), ([], [])), "[]"),
    ((2, ((0, 1),), (1, None)), "None"),
    ((2, ((0, 1),), (0.5, 1)), "0.5"),
    ((2, ((0, 1),), "ab"), "'ab'"),
    ((2, ((0, 1),), (1, 1), (1, 2)), "got 2"),
    ((2,), "a tuple of 1"),
]
"""What is no graph, and a word of the message."""
