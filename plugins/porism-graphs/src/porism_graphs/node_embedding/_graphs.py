"""Random graphs with something to find in them, for laws, benchmarks and tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

__all__ = ["block_model", "neighbour_graph", "preferential"]


def block_model(n: int, blocks: int, seed: int, inside: float = 14.0, outside: float = 4.0) -> tuple[Any, Any]:
    """A degree-corrected stochastic block model (Karrer & Newman 2011): a symmetric csr_array, and the blocks.

    Parameters
    ----------
    n, blocks : int
        Vertices, and equal blocks of them.
    seed : int
        Of the random numbers.
    inside, outside : float
        Edges that a vertex of mean degree has inside its block and to others.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(n) * blocks // n
    strength = rng.pareto(2.5, n) + 0.4
    strength = np.minimum(strength / strength.mean(), 6.0)
    pairs = []
    for count, within in ((n * inside / 2, True), (n * outside / 2, False)):
        u = rng.choice(n, int(count), p=strength / strength.sum())
        if within:
            v = np.empty_like(u)
            for block in range(blocks):
                members = np.flatnonzero(labels == block)
                here = labels[u] == block
                v[here] = rng.choice(members, int(here.sum()), p=strength[members] / strength[members].sum())
        else:
            v = rng.choice(n, len(u), p=strength / strength.sum())
        pairs.append(np.column_stack((u, v))[u != v])
    row, column = np.concatenate(pairs).T
    chain = np.arange(n - 1)  # nobody is left alone
    row, column = np.append(row, chain), np.append(column, chain + 1)
    upper = sparse.coo_array((np.ones(len(row)), (row, column)), shape=(n, n)).tocsr()
    A = sparse.csr_array(upper + upper.T)
    A.data[:] = 1.0
    return A, labels


def neighbour_graph(n: int, k: int, seed: int) -> Any:
    """Points in the unit square, each joined to its k nearest: a symmetric csr_array with degrees of k and more."""
    points = np.random.default_rng(seed).random((n, 2))
    apart = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    half = sparse.csr_array((np.ones(n * k), (np.repeat(np.arange(n), k), near.ravel())), shape=(n, n))
    A = sparse.csr_array(half + half.T)
    A.data[:] = 1.0
    return A


def preferential(n: int, m: int, seed: int) -> Any:
    """Preferential attachment (Barabási & Albert 1999): every vertex joins m ends of earlier edges.

    A symmetric csr_array with about 2 m n entries, all 1; edges that were drawn twice count once.
    """
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(1, n), m)
    place = np.arange(len(source))
    drawn = (rng.random(len(source)) * 2 * (place // m * m + 1)).astype(
        np.int64
    )  # among the ends of vertices before it
    # An end of edge e is its source, or what its target turns out to be: follow those until a source is reached.
    target = np.zeros(len(source), dtype=np.int64)
    pending, current = place, place
    while len(pending):
        edge, is_source = drawn[current] // 2, drawn[current] % 2 == 0
        first = edge >= current // m * m  # beyond the ends there were: vertex 0, which has none of its own
        done = is_source | first
        target[pending[done]] = np.where(first[done], 0, source[np.minimum(edge[done], len(source) - 1)])
        pending, current = pending[~done], edge[~done]
    upper = sparse.coo_array((np.ones(len(source)), (source, target)), shape=(n, n)).tocsr()
    A = sparse.csr_array(upper + upper.T)
    A.data[:] = 1.0
    return A
