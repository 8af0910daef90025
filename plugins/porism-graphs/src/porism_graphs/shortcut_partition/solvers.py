"""Solvers of `low-diameter-shortcut-partition`: the buffered cop decomposition, and three ways to grow balls.

What is the paper's and what is not: the properties of a buffered cop decomposition, the buffers' width, and how clusters
are cut from supernodes are the paper's. The recursion that makes one is reconstructed from them (`verify` of the result
checks each of them independently). Choices that the paper leaves open: contacts are taken at places that look random,
and a skeleton with one contact or none goes on to the farthest vertex; both keep pieces balanced, which matters for time
and not for the properties. Centres are the fewest that all of a skeleton is within `delta` of, instead of a net.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims, Paper
from porism.validation import as_float, as_rng
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import CHANG_ET_AL_2024, as_r
from porism_graphs.shortcut_partition.cop import CopDecomposition
from porism_graphs.shortcut_partition.problem import ShortcutPartition, low_diameter_shortcut_partition

__all__ = ["as_delta", "ball_carving", "buffered_cop", "mpx", "voronoi_net"]

MILLER_PENG_XU_2013 = Paper(
    key="miller2013parallel",
    title="Parallel Graph Decompositions Using Random Shifts",
    authors=("Miller, Gary L.", "Peng, Richard", "Xu, Shen Chen"),
    year=2013,
    venue="25th ACM Symposium on Parallelism in Algorithms and Architectures (SPAA)",
    arxiv="1307.3692",
    kind="inproceedings",
)


def as_delta(delta: object) -> float:
    """A bound on distances.

    Raises
    ------
    InvalidInput
        If it is not positive and finite.
    """
    return as_float("delta", delta, 0.0, np.inf, ends="()")


@porism.solver(
    low_diameter_shortcut_partition,
    "buffered-cop",
    aliases=("shortcut-partition",),
    paper=CHANG_ET_AL_2024,
    complexity="O(m log n) time for each level of the recursion, of which there are few; O(m) memory",
    claims=Claims(buffered=True, shortcut=True, deterministic=True, interruptible=True),
    tags=("deterministic", "minor-free"),
    default=True,
)
def buffered_cop(A: Any, delta: float, *, r: int = 5) -> ShortcutPartition:
    """Cut clusters from the supernodes of a buffered cop decomposition: a shortcut partition.

    A cop decomposition takes shortest-path trees out of the graph, each touching all earlier ones that its piece is
    adjacent to, as cops who guard paths would. Before a piece is decomposed that has lost contact with an earlier
    supernode X, everything within ``delta / r`` of the rest of X's domain joins the supernode that it is nearest to: a
    buffer between X and all that follows. Supernodes are then cut along their trees, every `delta`.

    Parameters
    ----------
    r : int
        The graph is taken to have no K_r minor: 5 for planar graphs, 4 for outerplanar and series-parallel ones, 3 for
        forests. Only the width of buffers depends on it. Any graph is accepted: clusters and buffers are always as
        promised, and ``result.cop.width`` says whether r was right (it is r - 2 at most then).

    Notes
    -----
    Radii are at most 2 `delta`: one `delta` along the tree, one from the tree to the vertex. The number of steps that a
    short way takes is bounded by a function of r alone (Chang et al. 2024); measured on grids and Delaunay
    triangulations it is 4 at most for each `delta` of length.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    delta, r = as_delta(delta), as_r(r)
    parts, supernode_of, parents, radii, skeletons, bags = kernel.buffered_partition(to_kernel(lengths), delta, r)
    cop = CopDecomposition(supernode_of, parents, radii, *skeletons, *bags, delta, r)
    return ShortcutPartition(*parts, delta, cop)


@porism.solver(
    low_diameter_shortcut_partition,
    "ball-carving",
    complexity="O(m log n) time",
    claims=Claims(deterministic=True, interruptible=True),
    tags=("baseline",),
)
def ball_carving(A: Any, delta: float) -> ShortcutPartition:
    """Carve balls: in order of their numbers, each vertex that is left claims what is within `delta` among what is left.

    Radii are at most `delta`. Short ways may cross many clusters: what the first balls leave are scraps.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    delta = as_delta(delta)
    parts = kernel.ball_carving(to_kernel(lengths), delta, np.arange(lengths.shape[0]))
    return ShortcutPartition(*parts, delta)


@porism.solver(
    low_diameter_shortcut_partition,
    "mpx",
    paper=MILLER_PENG_XU_2013,
    complexity="O(m log n) time",
    claims=Claims(interruptible=True),
    tags=("baseline", "randomised"),
)
def mpx(A: Any, delta: float, *, rng: Any = None) -> ShortcutPartition:
    """Exponential shifts: all vertices grow balls at once, each with a random head start, and what comes first counts.

    Head starts are exponential of mean ``delta / ln(n)``, cut off at `delta` (which changes one in n of them), so that
    radii are at most `delta`. An edge of length w is cut with probability O(w ln(n) / delta).
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    delta = as_delta(delta)
    n = lengths.shape[0]
    starts = np.minimum(as_rng(rng).exponential(1 / max(1.0, np.log(n)), n), 1.0)
    offsets = delta * (starts.max() - starts)
    return ShortcutPartition(*kernel.nearest_source(to_kernel(lengths), np.arange(n), offsets), delta)


@porism.solver(
    low_diameter_shortcut_partition,
    "voronoi-net",
    complexity="O(m log n) time for each point that a vertex is within delta of",
    claims=Claims(deterministic=True, interruptible=True),
    tags=("baseline",),
)
def voronoi_net(A: Any, delta: float) -> ShortcutPartition:
    """Voronoi cells of a net: points farther than `delta` from one another, and each vertex with its nearest one.

    Points are taken greedily in order of their numbers. Radii are at most `delta`.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    delta = as_delta(delta)
    graph = to_kernel(lengths)
    net = kernel.greedy_net(graph, delta, np.arange(lengths.shape[0]))
    return ShortcutPartition(*kernel.nearest_source(graph, net, np.zeros(len(net))), delta)
