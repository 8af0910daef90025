"""What `porism bench dynamic-submodular-maximization` measures: sliding windows over random coverage.

No library that users have today deletes; the honest competitor is lazy greedy over what is live, from the same
objective in the same language, and the other baselines. What must agree is what is live; what the choices are worth is
recorded by ``benchmarks/dynamic_submodular.py``, because it is not the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from porism import Solver, objectives
from porism.bench import Task, Workload

__all__ = ["WORKLOADS", "random_coverage"]

K, EPSILON = 50, 0.5


def random_coverage(n: int, universe: int, degree: int, seed: int) -> objectives.Objective:
    """Items that cover about `degree` elements each, squares of uniform numbers so that some elements are common."""
    rng = np.random.default_rng(seed)
    degrees = rng.integers(1, 2 * degree, n)
    indptr = np.concatenate([[0], np.cumsum(degrees)])
    elements = (np.square(rng.random(int(indptr[-1]))) * universe).astype(np.int32)
    return objectives.coverage(
        sparse.csr_array((np.ones(len(elements), dtype=np.float32), elements, indptr), shape=(n, universe))
    )


def sliding(updates: int, every: int) -> Callable[[int, int], Task]:
    """Makes the job of `updates` insertions into a full window, each with a deletion, read after every `every`."""

    def make(size: int, seed: int) -> Task:
        return Task(args=(random_coverage(4 * size, 100_000, 20, seed), K), facts={"updates": updates, "every": every})

    return make


def start(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Callable[[], Any]:
    """Fill the window, then time it sliding on; it goes round the items for as long as it is asked to."""
    f, k = task.args
    window = f.n_items // 4
    wished = {"epsilon": EPSILON, "window": window, "items": range(window), "rng": 0}
    given = {name: value for name, value in wished.items() if name in solver.signature.parameters}
    selector = solver(f, k, **given, **options)
    place = window

    def slide() -> Any:
        nonlocal place
        for _ in range(0, task.facts["updates"], task.facts["every"]):
            items = [(place + i) % f.n_items for i in range(task.facts["every"])]
            place = (place + len(items)) % f.n_items
            selector.insert_many(items)
            selector.solution()
        return selector

    return slide


def live(task: Task, selector: Any) -> str:
    """How many items are live."""
    return str(len(selector))


def workload(name: str, summary: str, updates: int, every: int, **more: Any) -> Workload:
    """Sliding windows of several widths."""
    return Workload(
        name=name,
        summary=summary,
        sizes=(1000, 4000, 16_000, 64_000),
        make=sliding(updates, every),
        check=live,
        check_name="live",
        memory=lambda n: 20_000 * n + (300 << 20),
        start=start,
        **more,
    )


WORKLOADS = (
    workload(
        "read-rarely",
        "coverage, k = 50, epsilon = 0.5: 512 insertions and as many deletions, one reading",
        512,
        512,
        largest={"dynamic-lmntz": 4000},
    ),
    workload(
        "read-always",
        "coverage, k = 50, epsilon = 0.5: 256 insertions and as many deletions, a reading after each pair",
        256,
        1,
        largest={"dynamic-lmntz": 4000},
    ),
)
