"""Solvers of `steiner-point-removal`: by shortcut partitions of growing scale, and two that start from Voronoi cells.

`shortcut-spr` is Filtser's framework for scattering partitions, driven by shortcut partitions as Chang et al. (2024)
do; the constants of the paper are not known to us; `tau` and `scale` are what worked on combs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput
from porism.validation import as_float, as_n_jobs, as_rng, reporting
from porism_graphs._graph import as_lengths, to_kernel
from porism_graphs._lengths import CHANG_ET_AL_2024, FILTSER_2019, as_r, as_vertices, check_scales
from porism_graphs.steiner_point_removal.problem import MinorResult, steiner_point_removal

__all__ = ["as_terminals", "minor_of", "noisy_voronoi", "shortcut_spr", "voronoi_minor"]


def as_terminals(value: object, lengths: Any) -> npt.NDArray[np.int64]:
    """Different vertices, with one in every component.

    Raises
    ------
    InvalidInput
        If there are none, one is out of range or given twice, or a component has none.
    InvalidType
        If they are no integers.
    """
    from scipy.sparse.csgraph import connected_components

    terminals = as_vertices("terminals", value, lengths.shape[0])
    if not len(terminals):
        raise InvalidInput("terminals must be one vertex or more, got none")
    found, counts = np.unique(terminals, return_counts=True)
    if len(found) < len(terminals):
        raise InvalidInput(f"terminals must be different, got {found[counts > 1][0]} more than once")
    n_components, component = connected_components(lengths, directed=False)
    without = np.setdiff1d(np.arange(n_components), component[terminals])
    if len(without):
        vertex = int(np.argmax(component == without[0]))
        raise InvalidInput(f"terminals must have one in every component, got none in that of vertex {vertex}")
    return terminals


def minor_of(graph: Any, classes: npt.NDArray[np.int64], terminals: npt.NDArray[np.int64], n_jobs: int) -> MinorResult:
    """The result of contracting classes, which are indices of terminals."""
    from scipy import sparse

    from porism.kernels import graph as kernel

    u, v, lengths = kernel.contract(graph, classes, terminals, n_jobs)
    k = len(terminals)
    ends = np.concatenate((u, v)), np.concatenate((v, u))
    minor = sparse.coo_array((np.concatenate((lengths, lengths)), ends), shape=(k, k)).tocsr()
    minor.sort_indices()
    return MinorResult(terminals[classes], terminals, minor)


@porism.solver(
    steiner_point_removal,
    "shortcut-spr",
    paper=CHANG_ET_AL_2024,
    complexity="a partition of O(m log n) time for each scale of distances to terminals, and k searches",
    claims=Claims(bounded_distortion=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("deterministic", "minor-free"),
    default=True,
)
def shortcut_spr(
    A: Any,
    terminals: Any,
    *,
    r: int = 5,
    tau: float = 0.5,
    scale: float = 2.0,
    n_jobs: int | None = None,
    progress: Any = False,
) -> MinorResult:
    """Grow classes scale by scale along shortcut partitions of what has none: constant distortion without large minors.

    At scale s the vertices without class that are near enough are partitioned with ``delta = tau s``. Clusters with a
    vertex within s of a terminal join, in rounds from where classes are, the class of an adjacent vertex. That short
    ways cross few clusters is what keeps them from straying through many classes.

    Parameters
    ----------
    r : int
        The graph is taken to have no K_r minor; see `buffered-cop`.
    tau : float
        Size of clusters at each scale, as a share of it. Smaller ones follow short ways more closely, and take longer.
    scale : float
        Ratio of one scale to the one before, above 1.
    n_jobs : int, optional
        Threads for the minor's lengths, as in scikit-learn. The result does not depend on it.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in vertices that have a class.

    Warns
    -----
    RuntimeWarning
        If lengths differ by a factor of 10^15 or more.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    chosen = as_terminals(terminals, lengths)
    r, tau = as_r(r), as_float("tau", tau, 0.0, 1e6, ends="()")
    scale, threads = as_float("scale", scale, 1.0, 1e6, ends="()"), as_n_jobs(n_jobs)
    if scale < 1.01:
        raise InvalidInput(f"scale must be a number in [1.01, 1e+06), got {scale!r}")
    check_scales("A", lengths)
    graph = to_kernel(lengths)
    with reporting(progress, "shortcut-spr") as report:
        classes = kernel.shortcut_classes(graph, chosen, r, tau, scale, report)
    return minor_of(graph, classes, chosen, threads)


@porism.solver(
    steiner_point_removal,
    "voronoi-minor",
    complexity="O(m log n) time, and k searches",
    claims=Claims(nearest=True, deterministic=True, thread_invariant=True, interruptible=True),
    tags=("baseline",),
)
def voronoi_minor(A: Any, terminals: Any, *, n_jobs: int | None = None) -> MinorResult:
    """Contract Voronoi cells: each vertex to its nearest terminal.

    Good on random terminals; on combs, where a way along the spine passes many cells, distances grow without bound.

    Parameters
    ----------
    n_jobs : int, optional
        Threads for the minor's lengths, as in scikit-learn. The result does not depend on it.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    chosen, threads = as_terminals(terminals, lengths), as_n_jobs(n_jobs)
    graph = to_kernel(lengths)
    labels, centers, _ = kernel.nearest_source(graph, chosen, np.zeros(len(chosen)))
    place = np.zeros(lengths.shape[0], dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    return minor_of(graph, place[centers][labels], chosen, threads)


@porism.solver(
    steiner_point_removal,
    "noisy-voronoi",
    paper=FILTSER_2019,
    complexity="O(m log n) time for each time that a vertex is refused, and k searches",
    claims=Claims(thread_invariant=True, interruptible=True),
    tags=("baseline", "randomised"),
)
def noisy_voronoi(A: Any, terminals: Any, *, rng: Any = None, n_jobs: int | None = None) -> MinorResult:
    """Voronoi cells with noise: terminal after terminal claims what it is nearly nearest to.

    Terminal i claims vertices within ``R_i`` times the distance to their nearest terminal, where ``R_i`` is 1 + 1/(20
    ln k) to the power of a geometric number (of success probability 1/5), and goes on from those only. Expected
    distortion O(log k) for every graph.

    Parameters
    ----------
    n_jobs : int, optional
        Threads for the minor's lengths, as in scikit-learn. The result does not depend on it.
    """
    from porism.kernels import graph as kernel

    lengths = as_lengths("A", A)
    chosen, threads, random = as_terminals(terminals, lengths), as_n_jobs(n_jobs), as_rng(rng)
    step = 1 + 1 / (20 * max(1.0, np.log(len(chosen))))
    factors = step ** random.geometric(1 / 5, len(chosen)).astype(np.float64)
    graph = to_kernel(lengths)
    return minor_of(graph, kernel.noisy_classes(graph, chosen, factors), chosen, threads)
