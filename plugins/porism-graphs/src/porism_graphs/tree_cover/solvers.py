"""Solvers of `tree-cover`: the stars of shortcut partitions, coloured, and two baselines at the ends of the range.

The trees of `shortcut-trees` are those that the labels of the distance oracle `shortcut-hubs` are read from; its module
has the proof. At each scale every cluster has a tree; trees that have a vertex in common get different colours,
greedily, and each colour is a forest. The paper merges scales a factor of 1/eps apart, for a number of forests that
does not depend on how many scales there are; that is not done here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims
from porism.validation import as_n_jobs, check_memory, counted, reporting
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import CHANG_ET_AL_2024, as_r, check_scales
from porism_graphs.distance_oracle.solvers import as_eps, as_limit
from porism_graphs.tree_cover.problem import TreeCover, tree_cover

__all__ = ["every_root", "one_tree", "shortcut_trees"]


@porism.solver(
    tree_cover,
    "shortcut-trees",
    paper=CHANG_ET_AL_2024,
    complexity="bounded searches from each of some n clusters, times scales",
    claims=Claims(stretch=True, few_forests=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("approximate", "minor-free"),
    default=True,
)
def shortcut_trees(
    A: Any,
    *,
    eps: float = 0.5,
    r: int = 5,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> TreeCover:
    """Shortest-path trees around the clusters of shortcut partitions, for each scale of distances, sorted into forests.

    The bound on distances is proved for every graph; that forests are few at each scale, for those without a K_r minor.
    Few is relative: some hundred for eps = 0.5, at each power of two between the shortest edge and the longest way.

    Parameters
    ----------
    r : int
        The graph is taken to have no K_r minor; see `buffered-cop`.
    n_jobs : int, optional
        Threads, as in scikit-learn. The result does not depend on it.
    memory_limit : int, optional
        Bytes that the trees may take while they are made. None: half of the machine's memory.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``.

    Raises
    ------
    TooLarge
        If they take more.

    Warns
    -----
    RuntimeWarning
        If lengths differ by a factor of 10^15 or more.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    eps, r, threads, limit = as_eps(eps), as_r(r), as_n_jobs(n_jobs), as_limit(memory_limit)
    check_scales("A", lengths)
    graph = to_kernel(lengths)
    with reporting(progress, "shortcut-trees") as report:
        made = kernel.tree_cover(graph, eps, r, limit, threads, report)
    _, scale_of, colours, indptr, vertices, parents, distances = made
    n = lengths.shape[0]
    if not len(colours):  # no edges: every vertex is its own tree
        return TreeCover(np.zeros(n, dtype=np.int64), np.arange(n + 1), np.arange(n), np.full(n, -1), np.zeros(n), n)
    counts = np.zeros(int(scale_of[-1]) + 2, dtype=np.int64)
    np.maximum.at(counts, scale_of + 1, colours + 1)
    return TreeCover(np.cumsum(counts)[scale_of] + colours, indptr, vertices, parents, distances, n)


def _searched(lengths: Any, roots: Any, forest_of: Any) -> TreeCover:
    """The shortest-path trees of some roots, by SciPy."""
    from scipy.sparse.csgraph import dijkstra

    vertices, parents, distances, indptr = [], [], [], [0]
    for root in roots:
        apart, before = dijkstra(lengths, indices=int(root), return_predecessors=True)
        found = np.flatnonzero(np.isfinite(apart))
        order = found[np.argsort(apart[found], kind="stable")]
        vertices.append(order)
        parents.append(np.where(before[order] < 0, -1, before[order]))
        distances.append(apart[order])
        indptr.append(indptr[-1] + len(order))
    return TreeCover(
        np.asarray(forest_of, dtype=np.int64),
        np.array(indptr, dtype=np.int64),
        np.concatenate(vertices).astype(np.int64),
        np.concatenate(parents).astype(np.int64),
        np.concatenate(distances),
        lengths.shape[0],
    )


@porism.solver(
    tree_cover,
    "every-root",
    complexity="O(n m log n) time and O(n²) memory",
    claims=Claims(stretch=True, deterministic=True),
    tags=("baseline",),
)
def every_root(A: Any, *, eps: float = 0.5, memory_limit: int | None = None, progress: Any = False) -> TreeCover:
    """The shortest-path tree of every vertex: exact, with as many forests as the largest component has vertices.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that the trees may take. None: nine tenths of what is available.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in trees.

    Raises
    ------
    TooLarge
        If they take more.
    """
    from scipy.sparse.csgraph import connected_components

    lengths = as_lengths("A", A)
    as_eps(eps)
    n = lengths.shape[0]
    check_memory(f"every-root: the trees of {n} vertices", 24 * n * n, memory_limit)
    _, component = connected_components(lengths, directed=False)
    order = np.argsort(component, kind="stable")
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n) - np.searchsorted(component[order], component[order])
    with reporting(progress, "every-root") as report:
        return _searched(lengths, counted(report, range(n)), rank)


@porism.solver(
    tree_cover,
    "one-tree",
    complexity="O(m log n)",
    claims=Claims(few_forests=True, deterministic=True),
    tags=("baseline",),
)
def one_tree(A: Any, *, eps: float = 0.5) -> TreeCover:
    """The shortest-path tree of the first vertex of each component: one forest, and no bound on distances in it."""
    from scipy.sparse.csgraph import connected_components

    lengths = as_lengths("A", A)
    as_eps(eps)
    _, component = connected_components(lengths, directed=False)
    roots = np.unique(component, return_index=True)[1]
    return _searched(lengths, roots, np.zeros(len(roots)))
