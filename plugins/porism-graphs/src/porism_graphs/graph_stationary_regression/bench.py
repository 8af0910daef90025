"""What `porism bench graph-stationary-regression` measures: how long learning takes, and the networks beside one
another.

There is no peer that anybody could install: no library has a graph layer that contracts by construction. The baselines
are solvers of the problem, of as many parameters and updates. The check is that a model was fitted: which one predicts
better is not a matter of agreement, and is told by ``benchmarks/stationary.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from porism.bench import Task, Workload
from porism_graphs.graph_stationary_regression import data
from porism_graphs.graph_stationary_regression.problem import StationaryModel

__all__ = ["WORKLOADS"]


def make(size: int, seed: int) -> Task:
    """Decision processes of 20 to 50 states."""
    rng = np.random.default_rng(seed)
    pairs = [data.decision_process(int(n), 5, rng) for n in rng.integers(20, 51, 256)]
    options: dict[str, Any] = {"updates": size, "batch_graphs": 16, "n_message_layers": 1}
    return Task(args=([p[0] for p in pairs], [p[1] for p in pairs]), options={"rng": seed}, wishes=options)


def predicts(task: Task, value: Any) -> int:
    """Numbers that the model predicts for the training graphs."""
    assert isinstance(value, StationaryModel)
    return sum(len(part) for part in value.predict(task.args[0]))


WORKLOADS = (
    Workload(
        name="value-iteration",
        summary="256 decision processes of 20 to 50 states, 5 actions; the size is the number of updates of 16 graphs",
        sizes=(100, 400),
        make=make,
        check=predicts,
        check_name="predictions",
        unit="updates",
        memory=lambda size: 400_000_000,
    ),
)
