"""Graphs of lengths for laws: strategies, distances that are obviously right, what is no graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism.conformance import layouts
from porism_graphs._generate import comb, delaunay, grid, growing, magnitudes, symmetric, wheel

__all__ = [
    "bad_graphs",
    "comb",
    "delaunay",
    "dense",
    "distances",
    "graphs",
    "grid",
    "growing",
    "magnitudes",
    "symmetric",
    "wheel",
]

Floats = npt.NDArray[np.float64]


def dense(A: Any) -> Floats:
    """The matrix of lengths, 0 for no edge, of any form that strategies here make."""
    return np.array(A.toarray() if hasattr(A, "toarray") else A, dtype=np.float64)


def distances(A: Any) -> Floats:
    """All distances, by Floyd and Warshall: slow and obviously right."""
    lengths = dense(A)
    apart = np.where(lengths > 0, lengths, np.inf)
    np.fill_diagonal(apart, 0.0)
    for k in range(len(apart)):
        np.minimum(apart, apart[:, k, None] + apart[None, k], out=apart)
    return apart


def _lattice(draw: st.DrawFn) -> Floats:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return dense(grid(rows, columns))


def _outerplanar(draw: st.DrawFn) -> Floats:
    n = draw(st.integers(3, 14))
    A = np.zeros((n, n))
    for i in range(n):
        A[i, (i + 1) % n] = 1.0
    stack = [(0, n - 1)]
    while stack:  # triangles between i and j leave two polygons
        i, j = stack.pop()
        if j - i >= 2 and draw(st.booleans()):
            k = draw(st.integers(i + 1, j - 1))
            A[i, k] = A[k, j] = 1.0
            stack += [(i, k), (k, j)]
    return np.maximum(A, A.T)


def _tree(draw: st.DrawFn) -> Floats:
    n = draw(st.integers(1, 16))
    A = np.zeros((n, n))
    for i in range(1, n):
        A[i, draw(st.integers(max(0, i - draw(st.sampled_from([1, 3, 16]))), i - 1))] = 1.0
    return np.maximum(A, A.T)


def _any(draw: st.DrawFn) -> Floats:
    n = draw(st.integers(1, 10))
    vertex = st.integers(0, n - 1)
    A = np.zeros((n, n))
    for u, v in draw(st.lists(st.tuples(vertex, vertex), max_size=2 * n)):
        if u != v:
            A[u, v] = 1.0
    return np.maximum(A, A.T)


SHAPES = {"grid": (_lattice, 5), "outerplanar": (_outerplanar, 4), "tree": (_tree, 3), "any": (_any, None)}
"""How each kind is made, and the order of a complete graph that it has no minor of."""


@st.composite
def graphs(draw: st.DrawFn, *, connected: bool = False) -> tuple[Any, int | None]:
    """A graph in some form, and an r such that it has no K_r minor (None: not known).

    Lengths are multiples of a quarter, so that sums are exact in any order, or are 0.1, 0.2 and 0.3, where they are
    not.
    """
    kind = draw(st.sampled_from(["grid", "outerplanar", "tree", "any"]))
    make, r = SHAPES[kind]
    A = make(draw)
    if connected:
        _, component = sparse.csgraph.connected_components(A, directed=False)
        A = A[component == component[0]][:, component == component[0]]
    pool = draw(st.sampled_from([(1.0,), (1.0,), (0.25, 1.0, 3.0), (0.1, 0.2, 0.3), (1.0, 64.0)]))
    u, v = np.nonzero(np.triu(A))
    for a, b in zip(u, v, strict=True):
        A[a, b] = A[b, a] = draw(st.sampled_from(pool))
    return draw(_forms(A)), r


@st.composite
def _forms(draw: st.DrawFn, A: Floats) -> Any:
    form = draw(st.sampled_from(["csr", "coo", "csc", "matrix", "dense", "dense", "lists", "loops", "int"]))
    if form == "csr":
        return sparse.csr_array(A)
    if form in ("coo", "csc"):
        return sparse.coo_array(A).asformat(form)
    if form == "matrix":
        return sparse.csr_matrix(A)
    if form == "lists":
        return A.tolist()
    if form == "loops":
        return A + np.diag(np.arange(len(A)) % 3)
    if form == "int" and (np.round(A) == A).all():
        return A.astype(draw(st.sampled_from([np.uint8, np.int64, np.float32])))
    return draw(layouts(A))


def bad_graphs() -> list[tuple[Any, str, str]]:
    """What is no graph of lengths: the value, the argument that is to be named, and what is to be said of it."""
    A = dense(grid(2, 2))

    def patched(value: float) -> Floats:
        changed = A.copy()
        changed[0, 1] = changed[1, 0] = value
        return changed

    onesided = A.copy()
    onesided[0, 1] = 0.0
    unequal = A.copy()
    unequal[0, 1] = 2.0
    return [
        (A[:2], "A", "(2, 4)"),
        (np.empty((0, 0)), "A", "(0, 0)"),
        (A[0], "A", "1-D"),
        (patched(-1.0), "A", "-1.0"),
        (patched(np.nan), "A", "nan"),
        (patched(np.inf), "A", "inf"),
        (sparse.coo_array((np.zeros(2), ([0, 1], [1, 0])), shape=(2, 2)), "A", "0"),
        (onesided, "A", "symmetric"),
        (unequal, "A", "symmetric"),
        (A.astype(complex), "A", "complex128"),
        (None, "A", "None"),
        ("no such file", "A", "no such file"),
    ]
