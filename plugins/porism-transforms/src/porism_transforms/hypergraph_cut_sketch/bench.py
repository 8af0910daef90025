"""What `porism bench hypergraph-cut-sketch` measures: edges of four among 20 vertices, beside all cuts there are."""

from __future__ import annotations

from typing import Any

import numpy as np

from porism.bench import Task, Workload
from porism_transforms.hypergraph_cut_sketch.problem import HypergraphResult
from porism_transforms.sparse_walsh_hadamard.bench import Signal

__all__ = ["WORKLOADS"]

VERTICES = 20


def make(size: int, seed: int) -> Task:
    """`size` different edges of four vertices; the function is evaluated by its spectrum."""
    rng = np.random.default_rng([seed, size])
    edges: set[tuple[int, ...]] = set()
    while len(edges) < size:
        edges.add(tuple(sorted(map(int, rng.choice(VERTICES, 4, replace=False)))))
    spectrum: dict[int, float] = {}
    for edge in edges:
        for part in range(16):
            if part.bit_count() % 2 == 0:
                k = sum(1 << v for i, v in enumerate(edge) if part >> i & 1)
                spectrum[k] = spectrum.get(k, 0.0) + (0.875 if part == 0 else -0.125)
    support = np.array(sorted(spectrum), dtype=np.uint64)
    f = Signal(support, np.array([spectrum[int(k)] for k in support]))
    return Task(args=(f, VERTICES, 4), options={"rng": seed})


def digest(task: Task, value: Any) -> str:
    """The edges."""
    assert isinstance(value, HypergraphResult)
    return str(hash((value.edges, tuple(value.weights.round(6).tolist()))))


WORKLOADS = (
    Workload(
        name="fours",
        summary=f"m edges of 4 among {VERTICES} vertices, each of weight 1",
        sizes=(12, 50),
        make=make,
        check=digest,
        check_name="edges",
        memory=lambda size: 500_000_000,
        unit="m",
    ),
)
