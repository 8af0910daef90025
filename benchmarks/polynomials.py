"""Equivariant polynomials: the published tables, and what evaluating all of a basis costs beside other ways.

``python benchmarks/polynomials.py`` writes ``polynomials.json`` beside itself.

- ``counts``: polynomials by degree, counted and listed. ``expressible``: how many of them each model computes.
- ``atlas``: R² of a linear model for triangles and cycles of five, on what mpnn computes and on what it misses.
- ``dense``: all 167 polynomials of simple graphs up to degree 5 with a value at each node: contraction-path, with and
  without its program made before, beside ``numpy.einsum(…, optimize=True)`` and opt-einsum for each, on one thread.
- ``sparse``: the same on graphs with five edges for each node, by tree-decomposition.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import json
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from porism_graphs._polynomials import plan
from porism_graphs.equivariant_polynomial_basis import count, multigraph_enumeration
from porism_graphs.equivariant_polynomial_evaluation import bench, contraction_path, solvers, tree_decomposition
from porism_graphs.graph_polynomial_features import example, shared_contractions
from porism_graphs.polynomial_expressiveness import report

HERE = Path(__file__).parent


def timed(call: Any, times: int = 1) -> tuple[float, Any]:
    """The least of some times of a call, in seconds of the one processor that it uses, and what it returned."""
    least, value = np.inf, None
    for _ in range(times):
        start = time.process_time()
        value = call()
        least = min(least, time.process_time() - start)
    return least, value


def counts() -> list[dict[str, Any]]:
    """Counted to degree 6, listed to degree 4."""
    rows = []
    for symmetric in (False, True):
        for output in ("graph", "node", "edge"):
            counted = [count(degree, output, symmetric=symmetric) for degree in range(7)]
            seconds, listed = timed(
                lambda o=output, s=symmetric: [multigraph_enumeration(d, o, symmetric=s).count for d in range(5)]
            )
            rows.append({"symmetric": symmetric, "output": output, "counted": counted, "listed": listed})
            rows[-1]["listing_seconds"] = seconds
            print(rows[-1], flush=True)
    return rows


def expressible() -> list[dict[str, Any]]:
    """For simple graphs, by model and output."""
    rows = []
    for model in ("mpnn", "ppgn", "3-bank"):
        for output, most in (("graph", 6), ("node", 6), ("edge", 5)):
            found = report(model, most, output)
            first = [str(H) for H in found.missing if H.degree == found.first_failure]
            row = {"model": model, "output": output, "totals": found.totals.tolist()}
            rows.append({**row, "expressible": found.expressible.tolist(), "first_failures": first})
            print(rows[-1], flush=True)
    return rows


def atlas() -> dict[str, Any]:
    """All graphs of one to seven nodes: half to fit, half to test."""
    graphs = example.atlas()
    train = np.random.default_rng(0).random(len(graphs)) < 0.5
    missing = shared_contractions(graphs, degree=5, missing_for="mpnn", normalise=None)
    seconds, every = timed(lambda: shared_contractions(graphs, degree=5, missing_for=None, normalise=None))
    seen = [k for k, H in enumerate(every.polynomials) if H not in missing.polynomials]
    made: dict[str, Any] = {"graphs": len(graphs), "seconds": seconds}
    for name, k in (("triangles", 3), ("cycles of five", 5)):
        y = np.array([example.cycle_counts(graph, k) for graph in graphs], dtype=np.float64)
        for what, X in (("mpnn computes", every.features[:, seen]), ("mpnn misses", missing.features)):
            share, right = example.explained(X, y, train)
            made[f"{name}, {what}"] = {"R2": share, "right": right, "features": X.shape[1]}
    print(made, flush=True)
    return made


def dense() -> list[dict[str, Any]]:
    """All ways in turn, in one process."""
    rows = []
    import opt_einsum  # noqa: F401 - importing it is no part of the first call

    for n in (50, 100, 200):
        task = bench.make_dense(n, 0)
        solvers._plan.cache_clear()
        plan._ordered.cache_clear()
        first, value = timed(lambda task=task: contraction_path(*task.args))
        check = bench.functional(task, value)
        calls = {"contraction-path": lambda task=task: contraction_path(*task.args)}
        calls["numpy.einsum, each"] = bench.numpy_start(task)
        calls["opt_einsum, each"] = bench.opt_einsum_start(shared=False)(task)
        calls["opt_einsum, shared_intermediates"] = bench.opt_einsum_start(shared=True)(task)
        row: dict[str, Any] = {"n": n, "contraction-path, first call": first}
        for _ in range(2):
            for name, call in calls.items():
                seconds, value = timed(call, 3 if name == "contraction-path" else 1)
                found = bench.functional(task, value)
                assert abs(found - check) <= 1e-6 * max(1, abs(check)), (name, found, check)
                row[name] = min(row.get(name, np.inf), seconds)
                print(n, name, f"{seconds:.4f}", flush=True)
        row["ratios"] = {name: row[name] / row["contraction-path"] for name in calls}
        row["ratios_of_first_call"] = {name: row[name] / first for name in calls}
        print(row, flush=True)
        rows.append(row)
    return rows


def sparse() -> list[dict[str, Any]]:
    """Growth with the number of nodes."""
    rows = []
    for n in (1000, 10_000, 100_000):
        task = bench.make_sparse(n, 0)
        degrees = np.diff(task.args[1].indptr).astype(float)
        seconds, _ = timed(lambda task=task: tree_decomposition(*task.args))
        row = {"n": n, "m": task.args[1].nnz // 2, "sum_of_squares": float(degrees @ degrees), "seconds": seconds}
        rows.append({**row, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3})
        print(rows[-1], flush=True)
    return rows


PARTS = {"counts": counts, "expressible": expressible, "atlas": atlas, "dense": dense, "sparse": sparse}


def main() -> int:
    """Measure everything, or the parts that are named, and record it."""
    path = HERE / "polynomials.json"
    record: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    record.update(command="python benchmarks/polynomials.py", machine={"python": platform.python_version()})
    for part in sys.argv[1:] or PARTS:
        record[part] = PARTS[part]()
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
