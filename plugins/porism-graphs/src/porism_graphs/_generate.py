"""Planar graphs of lengths by size, for laws and benchmarks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["comb", "delaunay", "grid", "growing", "magnitudes", "symmetric", "wheel"]

Floats = npt.NDArray[np.float64]


def symmetric(n: int, u: Any, v: Any, length: Any) -> Any:
    """The graph with those edges."""
    u, v, length = np.asarray(u), np.asarray(v), np.broadcast_to(np.asarray(length, dtype=np.float64), np.shape(u))
    from scipy import sparse

    ends = np.concatenate((u, v)), np.concatenate((v, u))
    return sparse.coo_array((np.concatenate((length, length)), ends), shape=(n, n)).tocsr()


def grid(rows: int, columns: int) -> Any:
    """A grid with edges of length 1."""
    index = np.arange(rows * columns).reshape(rows, columns)
    u = np.concatenate((index[:-1].ravel(), index[:, :-1].ravel()))
    v = np.concatenate((index[1:].ravel(), index[:, 1:].ravel()))
    return symmetric(rows * columns, u, v, 1.0)


def delaunay(n: int, seed: int = 0) -> tuple[Any, Floats]:
    """The Delaunay triangulation of random points of density 1, edges as long as they are, and the points."""
    from scipy.spatial import Delaunay

    points = np.random.default_rng(seed).random((n, 2)) * np.sqrt(n)
    corners = Delaunay(points).simplices
    sides = np.concatenate((corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]))
    u, v = np.unique(np.sort(sides, axis=1), axis=0).T
    return symmetric(n, u, v, np.linalg.norm(points[u] - points[v], axis=1)), points


def magnitudes(A: Any, orders: float, seed: int = 0) -> Any:
    """The same edges, with lengths from 1 to 10^orders, of every order as likely."""
    from scipy import sparse

    upper = sparse.triu(A, 1).tocoo()
    lengths = 10.0 ** np.random.default_rng(seed).uniform(0, orders, upper.nnz)
    return symmetric(A.shape[0], upper.row, upper.col, lengths)


def wheel(n: int) -> Any:
    """A hub, vertex 0, and a rim of n - 1 vertices, edges of length 1."""
    rim = np.arange(1, n)
    return symmetric(n, np.concatenate((np.zeros(n - 1, dtype=int), rim)), np.concatenate((rim, np.roll(rim, -1))), 1.0)


def comb(teeth: int, length: float = 20.0) -> Any:
    """A path of `teeth` vertices with edges of length 1, and at vertex i of it a tooth of that length to teeth + i."""
    spine = np.arange(teeth)
    u, v = np.concatenate((spine[:-1], spine)), np.concatenate((spine[1:], spine + teeth))
    return symmetric(2 * teeth, u, v, np.concatenate((np.ones(teeth - 1), np.full(teeth, float(length)))))


def growing(links: int) -> Any:
    """Grids of 3 by 3, one after the other, the lengths of each 16 times those of the one before: many scales."""
    from scipy import sparse

    blocks = sparse.block_diag([grid(3, 3) * 16.0**i for i in range(links)]).tolil()
    for i in range(1, links):
        blocks[9 * i - 1, 9 * i] = blocks[9 * i, 9 * i - 1] = 16.0**i
    return blocks.tocsr()
