"""What convergent graph solvers learn, beside networks of as many parameters and what needs no training.

``python benchmarks/stationary.py`` writes ``stationary.json`` and ``stationary.png`` beside itself; a few minutes.

- ``values``: decision processes of 20 to 50 states to learn from, tested on unseen ones of those sizes and on 200
  states: mean absolute percentage error, R², and how often the policy that is greedy for predicted values is optimal.
- ``pores``: pressures in networks of 50 to 120 pores, tested on unseen ones, on 500 pores, and on the streets of Soho.
- ``linear``: x = P x / 2 + b on random graphs of 10 to 30 vertices, tested on 150 vertices.

``python benchmarks/stationary.py quick`` is the same with a tenth of the updates, and writes nothing.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot

from porism.kernels import isa
from porism_graphs.graph_stationary_regression import (
    cgs,
    data,
    ignn,
    mean,
    message_passing,
    ridge_on_diffused_features,
)

HERE = Path(__file__).parent
Pairs = list[tuple[Any, Any]]


def contenders(updates: int, **options: Any) -> dict[str, Any]:
    """Who takes part, by name."""
    shared = {"rng": 0, "updates": updates, **options}
    return {
        "cgs": lambda *task: cgs(*task, **shared),
        "cgs, softmax": lambda *task: cgs(*task, gains="softmax", gamma=0.9, **shared),
        "message-passing": lambda *task: message_passing(*task, **shared),
        "ignn": lambda *task: ignn(*task, **shared),
        "ridge-on-diffused-features": ridge_on_diffused_features,
        "mean": mean,
    }


def apart(pairs: Pairs) -> tuple[list[Any], list[Any]]:
    """Graphs, and targets."""
    return [graph for graph, _ in pairs], [target for _, target in pairs]


def fitted(training: Pairs, updates: int, **options: Any) -> Any:
    """Each contender's model, and how long it took."""
    for name, fit in contenders(updates, **options).items():
        started = time.perf_counter()
        model = fit(*apart(training))
        yield name, model, time.perf_counter() - started


def values(scale: float) -> list[dict[str, Any]]:
    """Decision processes."""
    rng = np.random.default_rng(0)
    training = [data.decision_process(int(n), 5, rng) for n in rng.integers(20, 51, 512)]
    tests = {
        "20 to 50 states": [data.decision_process(int(n), 5, rng) for n in rng.integers(20, 51, 60)],
        "200 states": [data.decision_process(200, 5, rng) for _ in range(10)],
    }
    rows = []
    for name, model, seconds in fitted(training, int(1500 * scale), batch_graphs=8, n_message_layers=3, n_heads=32):
        row: dict[str, Any] = {"solver": name, "seconds": seconds, "parameters": len(model.parameters)}
        for what, pairs in tests.items():
            graphs, targets = apart(pairs)
            found = model.predict(graphs)
            off = np.concatenate([np.abs(p - t) / np.abs(t) for p, t in zip(found, targets, strict=True)])
            right, greedy = (
                float(np.mean(np.concatenate([a == b for a, b in zip(chosen, best, strict=True)])))
                for best in [[data.policy(g, t) for g, t in pairs]]
                for chosen in (
                    [data.policy(g, p) for g, p in zip(graphs, found, strict=True)],
                    [data.greedy(g) for g in graphs],
                )
            )
            row[what] = {
                "mape": float(off.mean()),
                "policy": right,
                "greedy": greedy,
                "r2": model.score(graphs, targets),
            }
        rows.append(row)
        print(row, flush=True)
    return rows


def pores(scale: float) -> list[dict[str, Any]]:
    """Pressures."""
    rng = np.random.default_rng(0)
    training = [data.pore_network(int(n), rng) for n in rng.integers(50, 121, 200)]
    tests = {
        "50 to 120 pores": [data.pore_network(int(n), rng) for n in rng.integers(50, 121, 40)],
        "500 pores": [data.pore_network(500, rng) for _ in range(5)],
        "streets of Soho": [data.street_network()[:2]],
    }
    return _scores(training, tests, int(500 * scale), batch_graphs=8, aggregation="mean")


def linear(scale: float) -> list[dict[str, Any]]:
    """A contraction that a head can be."""
    rng = np.random.default_rng(0)
    training = [data.stationary(int(n), 3, rng) for n in rng.integers(10, 31, 64)]
    tests = {"150 vertices": [data.stationary(150, 3, rng) for _ in range(8)]}
    small = {"n_heads": 4, "hidden": 8, "n_message_layers": 0, "decoder": (8,), "lr": 0.01}
    return _scores(training, tests, int(1000 * scale), batch_graphs=16, **small)


def _scores(training: Pairs, tests: dict[str, Pairs], updates: int, **options: Any) -> list[dict[str, Any]]:
    rows = []
    for name, model, seconds in fitted(training, updates, **options):
        row: dict[str, Any] = {"solver": name, "seconds": seconds, "parameters": len(model.parameters)}
        row |= {what: {"r2": model.score(*apart(pairs))} for what, pairs in tests.items()}
        rows.append(row)
        print(row, flush=True)
    return rows


def draw(record: dict[str, Any]) -> None:
    """R² of everybody on everything."""
    figure, axes = pyplot.subplots(1, 3, figsize=(14, 3.6), layout="constrained", sharey=True)
    for ax, task in zip(axes, ("values", "pores", "linear"), strict=True):
        rows = record[task]
        tests = [name for name, value in rows[0].items() if isinstance(value, dict)]
        for place, test in enumerate(tests):
            shift = np.arange(len(rows)) + 0.8 * (place + 0.5) / len(tests) - 0.4
            heights = [max(0.0, row[test]["r2"]) for row in rows]
            ax.bar(shift, heights, 0.8 / len(tests), label=test)
        ax.set_xticks(range(len(rows)), [row["solver"] for row in rows], rotation=25, ha="right", fontsize=8)
        ax.set_title(task, fontsize="medium")
        ax.legend(fontsize=7)
    axes[0].set_ylabel("R²")
    figure.savefig(HERE / "stationary.png", dpi=130)
    pyplot.close(figure)


def main() -> None:
    """Run everything."""
    quick = sys.argv[1:] == ["quick"]
    scale = 0.1 if quick else 1.0
    record: dict[str, Any] = {
        "command": "python benchmarks/stationary.py",
        "machine": {"processor": platform.processor() or platform.machine(), "isa": isa()},
        "values": values(scale),
        "pores": pores(scale),
        "linear": linear(scale),
    }
    if not quick:
        (HERE / "stationary.json").write_text(json.dumps(record, indent=1) + "\n")
        draw(record)


if __name__ == "__main__":
    main()
