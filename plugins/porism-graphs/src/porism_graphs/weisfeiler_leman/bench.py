"""What `porism bench weisfeiler-leman` measures: colour refinement of sparse graphs, and pairs in dense ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Limit, Peer, Task, Workload
from porism_graphs.weisfeiler_leman.problem import Colouring

__all__ = ["WORKLOADS"]


def sparse_graph(size: int, seed: int) -> Task:
    """Twice as many edges as vertices, at random."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(size, size=(2 * size, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    return Task(args=((size, ends), 1), facts={"edges": ends})


def dense_graph(size: int, seed: int) -> Task:
    """Every pair an edge with probability 1/2; two dimensions."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((size, size)) < 0.5, 1)
    return Task(args=(upper | upper.T, 2))


def classes(task: Task, value: Any) -> int:
    """How many colours there are."""
    return value.histogram.shape[1] if isinstance(value, Colouring) else len(set(value))


def triples(task: Task, value: Any) -> Limit | None:
    """Each round reads two colours of 4 bytes for every triple of vertices; they come from the cache."""
    if not isinstance(value, Colouring):
        return None
    n = int(value.sizes[0])
    return Limit(what=f"{value.rounds + 1} rounds, each reading the colours once", nbytes=8.0 * n * n * value.rounds)


def networkx_start(task: Task) -> Callable[[], list[str]]:
    """Hashes of as many rounds as it takes, of a graph made beforehand."""
    import networkx

    from porism_graphs.weisfeiler_leman.solvers import partition_refinement

    size = task.args[0][0]
    graph = networkx.empty_graph(size)
    graph.add_edges_from(task.facts["edges"].tolist())
    rounds = partition_refinement(*task.args).rounds

    def call() -> list[str]:
        hashes = networkx.weisfeiler_lehman_subgraph_hashes(graph, iterations=rounds, include_initial_labels=True)
        return ["".join(hashes[v]) for v in range(size)]

    return call


WORKLOADS = (
    Workload(
        name="vertices",
        summary="one dimension, 2 n random edges",
        sizes=(1000, 10_000, 100_000),
        make=sparse_graph,
        check=classes,
        check_name="classes",
        memory=lambda size: 200_000_000 + 4000 * size,
        largest={"naive-rehash": 1000, "networkx": 10_000},
        peers=(
            Peer(
                name="networkx",
                form="weisfeiler_lehman_subgraph_hashes",
                of=("partition-refinement",),
                start=networkx_start,
                distributions=("networkx",),
                install="porism-graphs[bench]",
                note="is told how many rounds it takes",
            ),
        ),
    ),
    Workload(
        name="pairs",
        summary="two dimensions, dense random graphs",
        sizes=(100, 200, 500),
        make=dense_graph,
        check=classes,
        check_name="classes",
        memory=lambda size: 200_000_000 + 60 * size**2,
        largest={"naive-rehash": 30},
        limit=triples,
    ),
)
