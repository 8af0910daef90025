"""Solvers of `tree-cover`: the stars of shortcut partitions, coloured, and two baselines at the ends of the range.

The trees of `shortcut-trees` are those that the labels of the distance oracle `shortcut-hubs` are read from; its module
has the proof. At each scale every cluster has a tree; trees that have a vertex in common get different colours,
greedily, and each colour is a forest: some hundred for each scale, as many times as there are scales.

`merged-trees` has forests that scales share, as the paper merges them. Take scales that are a factor of 2^t apart. Once
trees of one of them are made, they are points for the next: a star joins the roots of all points that it touches to
the root of the one that its centre is in, in a colour in which no other star of that scale touches any of those points.
Let r be the largest distance from a root before, and the cluster's radius R. Two vertices at distance d that the star
is for are d + 2 R + 6 r apart in the tree at most: each goes to its root and back (2 r), and the centre to its root,
for both (2 r). Afterwards no vertex is farther from its root than L + R + 3 r. With 2^t of about 100/eps all r are
small enough for 2 R + 6 r ≤ eps L / 2, so that t sets of forests are enough for any number of scales. A factor of
100/eps is 7 or 8 powers of two, which is what it costs: below that many scales nothing is merged; `shortcut-trees`
has trees of the same number that are part of the graph. That colours are few is the paper's theorem for its own
reduction; here it is measured (law `scales`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims
from porism.validation import as_n_jobs, check_memory, counted, reporting
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import CHANG_ET_AL_2024, as_r, check_powers, check_scales
from porism_graphs.distance_oracle.solvers import as_eps, as_limit
from porism_graphs.tree_cover.problem import TreeCover, tree_cover

__all__ = ["every_root", "merged_trees", "one_tree", "shortcut_trees"]


def covering(  # type: ignore[empty-body]
    A: Any,
    *,
    eps: float = 0.5,
    r: int = 5,
    n_jobs: int | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> TreeCover:
    """Of the covers by shortcut partitions.

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
    InvalidInput
        If a length is below 2^-1000, or all together are 2^998 or more.

    Warns
    -----
    RuntimeWarning
        If lengths differ by a factor of 10^15 or more.
    """


@porism.solver(
    tree_cover,
    "shortcut-trees",
    paper=CHANG_ET_AL_2024,
    complexity="bounded searches from each of some n clusters, times scales",
    claims=Claims(
        stretch=True, spanning=True, few_forests=True, deterministic=True, thread_invariant=True, interruptible=True
    ),
    tags=("approximate", "minor-free"),
    default=True,
)
@porism.like(covering)
def shortcut_trees(A: Any, **options: Any) -> TreeCover:
    """Shortest-path trees around the clusters of shortcut partitions, for each scale of distances, sorted into forests.

    The bound on distances is proved for every graph; that forests are few at each scale, for those without a K_r minor.
    Few is relative: some hundred for eps = 0.5, at each power of two between the shortest edge and the longest way.
    """
    return _covered("shortcut-trees", A, merged=False, **options)


@porism.solver(
    tree_cover,
    "merged-trees",
    paper=CHANG_ET_AL_2024,
    complexity="as shortcut-trees, and a look at every vertex of a forest for each scale that shares it",
    claims=Claims(
        stretch=True,
        few_forests=True,
        bounded_forests=True,
        deterministic=True,
        thread_invariant=True,
        interruptible=True,
    ),
    tags=("approximate", "minor-free"),
)
@porism.like(covering)
def merged_trees(A: Any, **options: Any) -> TreeCover:
    """Forests that scales a factor of about 100/eps apart share: their number does not grow with that of the scales.

    Trees are shallow, no deeper than there are scales that share them, and are not part of the graph: an edge stands
    for a way that is as long. The bound on distances is proved for every graph.
    """
    return _covered("merged-trees", A, merged=True, **options)


def _covered(
    name: str, A: Any, *, merged: bool, eps: Any, r: Any, n_jobs: Any, memory_limit: Any, progress: Any
) -> TreeCover:
    """The trees of stars, as they are or merged."""
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    eps, r, threads, limit = as_eps(eps), as_r(r), as_n_jobs(n_jobs), as_limit(memory_limit)
    check_powers("A", lengths)
    check_scales("A", lengths)
    n = lengths.shape[0]
    with reporting(progress, name) as report:
        if lengths.nnz:
            return TreeCover(*kernel.tree_cover(to_kernel(lengths), eps, r, merged, limit, threads, report), n)
    blank = np.zeros(n)  # every vertex is its own tree
    return TreeCover(np.zeros(n, dtype=np.int64), np.arange(n + 1), np.arange(n), np.full(n, -1), blank, blank, n)


def _parents_first(order: Any, before: Any) -> Any:
    """`order`, the root first, with parents before children also where both are equally far for rounding."""
    place = np.empty(len(before), dtype=np.int64)
    place[order] = np.arange(len(order))
    if (place[before[order[1:]]] < place[order[1:]]).all() and before[order[0]] < 0:
        return order
    made, seen = [], set()
    for vertex in order.tolist():
        path = []
        while vertex >= 0 and vertex not in seen:
            seen.add(vertex)
            path.append(vertex)
            vertex = int(before[vertex])
        made += path[::-1]
    return np.array(made, dtype=np.int64)


def _searched(lengths: Any, roots: Any, forest_of: Any) -> TreeCover:
    """The shortest-path trees of some roots, by SciPy."""
    from scipy.sparse.csgraph import dijkstra

    vertices, parents, edges, distances, indptr = [], [], [], [], [0]
    for root in roots:
        apart, before = dijkstra(lengths, indices=int(root), return_predecessors=True)
        found = np.flatnonzero(np.isfinite(apart))
        order = _parents_first(found[np.argsort(apart[found], kind="stable")], before)
        vertices.append(order)
        parents.append(np.where(before[order] < 0, -1, before[order]))
        below = order[1:]
        edges.append(np.append(0.0, lengths[below, before[below]]) if len(below) else np.zeros(1))
        distances.append(apart[order])
        indptr.append(indptr[-1] + len(order))
    return TreeCover(
        np.asarray(forest_of, dtype=np.int64),
        np.array(indptr, dtype=np.int64),
        np.concatenate(vertices).astype(np.int64),
        np.concatenate(parents).astype(np.int64),
        np.concatenate(edges),
        np.concatenate(distances),
        lengths.shape[0],
    )


@porism.solver(
    tree_cover,
    "every-root",
    complexity="O(n m log n) time and O(n²) memory",
    claims=Claims(stretch=True, spanning=True, deterministic=True),
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
    claims=Claims(spanning=True, few_forests=True, bounded_forests=True, deterministic=True),
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
