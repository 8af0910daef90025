"""What `porism bench motif-count` measures: cycles, paths and others in random graphs with 5 n edges.

A random graph with 10 neighbours for each vertex has about 10^k embeddings of the cycle on k vertices, whatever its
size, and 10^(k-1) n of the path. Who goes through them one by one takes part where they are ten million or so; LAD,
which lists them all in memory, where they are a million. In a graph with half of all edges nobody can; there a formula
for the one pattern, by products of matrices, is the peer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Peer, Task, Workload
from porism_graphs.motif_count.problem import MotifCount

__all__ = ["PATTERNS", "WORKLOADS", "random_graph"]


def cycle(n: int) -> tuple[Any, ...]:
    """The cycle on n vertices."""
    return n, tuple(sorted((min(i, (i + 1) % n), max(i, (i + 1) % n)) for i in range(n)))


PATTERNS: dict[str, tuple[Any, ...]] = {
    "c5": cycle(5),
    "c6": cycle(6),
    "c7": cycle(7),
    "diamond": (4, ((0, 1), (0, 2), (0, 3), (1, 2), (2, 3))),
    "p6": (6, tuple((i, i + 1) for i in range(5))),
}
"""Cycles, the clique of four without an edge, and the path on six vertices."""


def random_graph(size: int, seed: int, degree: int = 10) -> tuple[int, Any]:
    """A graph with ``degree / 2`` edges for each vertex, at random."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(size, size=(degree * size // 2, 2)), axis=1)
    return size, np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)


def count(task: Task, value: Any) -> str:
    """The count itself: all are exact."""
    return str(value.count if isinstance(value, MotifCount) else value)


def lad_start(task: Task) -> Callable[[], int]:
    """Lists all embeddings by igraph, in a graph made beforehand, and divides by the automorphisms."""
    import igraph

    (p, small), (n, large) = task.args
    pattern = igraph.Graph(n=p, edges=list(small))
    graph = igraph.Graph(n=n, edges=large.tolist())
    automorphisms = pattern.count_automorphisms()

    def call() -> int:
        return len(graph.get_subisomorphisms_lad(pattern)) // int(automorphisms)

    return call


def vf2_start(task: Task) -> Callable[[], int]:
    """Counts all embeddings by igraph's VF2, in a graph made beforehand, and divides by the automorphisms."""
    import igraph

    (p, small), (n, large) = task.args
    pattern = igraph.Graph(n=p, edges=list(small))
    graph = igraph.Graph(n=n, edges=large.tolist())
    automorphisms = pattern.count_automorphisms()
    return lambda: int(graph.count_subisomorphisms_vf2(pattern)) // int(automorphisms)


def workload(name: str, sizes: tuple[int, ...], **largest: int) -> Workload:
    """One pattern; `largest` are the largest graphs for those who go through embeddings one by one, 0 for none."""
    labels = {
        "lad": "igraph.get_subisomorphisms_lad",
        "vf2": "igraph.count_subisomorphisms_vf2",
        "backtracking": "backtracking",
    }
    return Workload(
        name=name,
        summary=f"{name} in a random graph with 5 n edges",
        sizes=sizes,
        make=lambda size, seed: Task(args=(PATTERNS[name], random_graph(size, seed))),
        check=count,
        check_name="count",
        memory=lambda size: 400_000_000 + 3000 * size,
        solvers=("hom-basis", "backtracking"),
        peers=(
            Peer(
                name="igraph.get_subisomorphisms_lad",
                form="default call",
                of=("hom-basis",),
                start=lad_start,
                distributions=("igraph",),
                install="porism-graphs[bench]",
                note="lists all embeddings",
            ),
            Peer(
                name="igraph.count_subisomorphisms_vf2",
                form="default call",
                of=("hom-basis",),
                start=vf2_start,
                distributions=("igraph",),
                install="porism-graphs[bench]",
                note="counts them one by one",
            ),
        ),
        largest={labels[short]: size for short, size in largest.items()},
    )


def half_of_all(size: int, seed: int) -> Task:
    """A graph with half of all edges, as a matrix, and the cycle on five vertices."""
    upper = np.triu(np.random.default_rng(seed).random((size, size)) < 0.5, 1)
    return Task(args=(PATTERNS["c5"], upper | upper.T))


def formula_start(task: Task) -> Callable[[], int]:
    """Counts 5-cycles by hand: closed walks of five steps, less those that are none (Harary & Manvel 1971)."""
    A = np.asarray(task.args[1], dtype=np.float64)

    def call() -> int:
        squared = A @ A
        cubes = (squared * A).sum(axis=1)  # closed walks of three steps by their start
        walks = float((squared @ A * squared).sum())
        return round(walks - 5 * float(cubes.sum()) - 5 * float((cubes * (A.sum(axis=1) - 2)).sum())) // 10

    return call


WORKLOADS = (
    workload("c5", (1000, 10_000, 100_000), lad=1000, vf2=1000),
    workload("c6", (100, 1000, 10_000), lad=100, vf2=100),
    workload("c7", (100, 1000), lad=0, vf2=100),
    workload("diamond", (1000, 10_000, 100_000), lad=1000, vf2=1000),
    workload("p6", (50, 1000, 10_000), lad=0, vf2=50, backtracking=1000),
    Workload(
        name="c5-dense",
        summary="c5 in a random graph with half of all edges, as a matrix",
        sizes=(100, 300, 1000, 3000),
        make=half_of_all,
        check=count,
        check_name="count",
        memory=lambda size: 400_000_000 + 120 * size * size,
        solvers=("hom-basis", "backtracking"),
        peers=(
            Peer(
                name="numpy, by hand",
                form="three products",
                of=("hom-basis",),
                start=formula_start,
                distributions=("numpy",),
                note="a formula for this one pattern, exact below 2^53",
            ),
        ),
        largest={"backtracking": 100},
    ),
)
