"""Tables in the shape of the theorems on shortcut partitions: what must not grow with n does not.

``python benchmarks/shortcut_partitions.py`` writes ``shortcut_partitions.json`` beside itself.

- ``partition``: seconds, supernodes, width, and steps from cluster to cluster for each delta of length, by n; one
  search of the whole graph by SciPy beside it, and a decomposition in plain Python where that is bearable.
- ``oracle``: bytes and hubs for each vertex at the fullest scale, the largest error, microseconds for each query of
  random pairs; SciPy's search and a contraction hierarchy (pyroutingkit) for the same pairs.
  Beside it the oracle of separators.
- ``covers``: forests of both tree covers by the number of scales, on grids of growing lengths.
- ``combs``: distortion of Steiner point removal on combs with teeth of length 20, where Voronoi cells fail, and on
  random terminals of grids, where they do not.
- ``wheels``: forests of a tree cover of wheels.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

import porism_graphs as graphs
from porism.kernels import isa
from porism_graphs._generate import comb, delaunay, grid, growing, wheel
from porism_graphs.distance_oracle.bench import make, routingkit_start

HERE = Path(__file__).parent
LARGEST = 1_000_000


def clocked(call: Any, times: int = 3) -> tuple[float, Any]:
    """Seconds, the best of some calls, and the result."""
    best, result = np.inf, None
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
        if best > 1:
            break
    return best, result


def in_python(A: Any, delta: float) -> float:
    """Seconds that the decomposition of the tests takes, which is written in plain Python."""
    path = HERE.parent / "plugins/porism-graphs/tests/mutants_partitions.py"
    spec = importlib.util.spec_from_file_location("mutants_partitions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    plain = module.listed(A)
    return clocked(lambda: module.partition(plain, delta, 5), 1)[0]


def partitions() -> list[dict[str, Any]]:
    """Grids and triangulations of growing size."""
    rows = []
    for kind, sizes, delta in (("grid", (6400, 102_400, LARGEST), 20.0), ("delaunay", (5000, 80_000), 8.0)):
        for n in sizes:
            side = round(n**0.5)
            A = grid(side, side) if kind == "grid" else delaunay(n)[0]
            seconds, made = clocked(lambda A=A, delta=delta: graphs.buffered_cop(A, delta))
            rng = np.random.default_rng(0)
            u, v = np.repeat(rng.integers(A.shape[0], size=5), 100), rng.integers(A.shape[0], size=500)
            apart, hops = made.hops(A, u, v)
            ratio = hops / np.maximum(np.ceil(apart / delta), 1)
            row: dict[str, Any] = {"graph": kind, "n": A.shape[0], "delta": delta, "seconds": seconds}
            row |= {"supernodes": made.cop.n_supernodes, "width": made.cop.width, "clusters": made.n_clusters}
            row |= {"steps_mean": float(ratio.mean()), "steps_max": float(ratio.max())}
            row["largest_radius"] = float(made.radii.max() / delta)
            row["scipy_search_seconds"] = clocked(lambda A=A: dijkstra(A, indices=0))[0]
            if n < 10_000:
                row["python_seconds"] = in_python(A, delta)
                row["faults"] = len(made.cop.verify(A, planar=True))
            rows.append(row)
            print(row, flush=True)
    return rows


def oracles() -> list[dict[str, Any]]:
    """Triangulations of growing size, eps 0.5."""
    rows = []
    for n in (1000, 4000, 16_000):
        task = make(n, 0)
        A, u, v, true = task.args[0], task.facts["u"], task.facts["v"], task.facts["true"]
        seconds, oracle = clocked(lambda A=A: graphs.shortcut_hubs(A, eps=0.5), 1)
        asked, answers = clocked(lambda oracle=oracle, u=u, v=v: oracle.query(u, v), 5)
        ratio = np.divide(answers, true, out=np.ones_like(true), where=true > 0)
        row: dict[str, Any] = {"n": n, "build_seconds": seconds, "bytes_per_vertex": oracle.nbytes / n}
        row |= {"scales": len(oracle.scales), "hubs_at_fullest_scale": max(hubs for _, hubs in oracle.scales)}
        row |= {"largest_ratio": float(ratio.max()), "mean_ratio": float(ratio.mean()), "fallbacks": oracle.fallbacks}
        row["microseconds_per_query"] = asked / len(u) * 1e6
        seconds, halved = clocked(lambda A=A: graphs.separator_oracle(A, eps=0.5), 1)
        asked, answers = clocked(lambda oracle=halved, u=u, v=v: oracle.query(u, v), 5)
        ratio = np.divide(answers, true, out=np.ones_like(true), where=true > 0)
        row |= {"separator_build_seconds": seconds, "separator_bytes_per_vertex": halved.nbytes / n}
        row |= {"separator_largest_ratio": float(ratio.max()), "separator_cuts": halved.depth}
        row["separator_microseconds_per_query"] = asked / len(u) * 1e6
        searched = clocked(lambda A=A, u=u: [dijkstra(A, indices=int(a)) for a in u[:20]], 1)[0]
        row["scipy_microseconds_per_query"] = searched / 20 * 1e6
        row["contraction_hierarchy_microseconds_per_query"] = (
            clocked(routingkit_start(task, build=False))[0] / len(u) * 1e6
        )
        rows.append(row)
        print(row, flush=True)
    return rows


def covers() -> list[dict[str, Any]]:
    """Forests of grids one after the other, of growing lengths: by the number of scales."""
    rows = []
    for links in (2, 4, 6, 8, 12):
        A = growing(links)
        row: dict[str, Any] = {"scales": len(graphs.shortcut_hubs(A, eps=1.0).scales)}
        row |= {s.name: s(A, eps=1.0).n_forests for s in (graphs.shortcut_trees, graphs.merged_trees)}
        rows.append(row)
        print(row, flush=True)
    return rows


def contractions() -> list[dict[str, Any]]:
    """Distortion of every solver."""
    rows = []
    cases = [(f"comb of {m}", comb(m), np.arange(m, 2 * m)) for m in (20, 80, 300)]
    chosen = np.random.default_rng(0).choice(1600, 100, replace=False)
    cases.append(("grid of 1600, 100 random terminals", grid(40, 40), chosen))
    for name, A, terminals in cases:
        row: dict[str, Any] = {"graph": name}
        for solver in (graphs.shortcut_spr, graphs.voronoi_minor, graphs.noisy_voronoi):
            options = {"rng": 0} if "rng" in solver.signature.parameters else {}
            row[solver.name] = solver(A, terminals, **options).distortion(A)
        rows.append(row)
        print(row, flush=True)
    return rows


def main() -> int:
    """Measure everything and record it."""
    record = {
        "command": "python benchmarks/shortcut_partitions.py",
        "machine": {"isa": isa(), "python": platform.python_version()},
        "partition": partitions(),
        "oracle": oracles(),
        "covers": covers(),
        "combs": contractions(),
        "wheels": [{"n": n, "forests": graphs.shortcut_trees(wheel(n)).n_forests} for n in (500, 1500, 4500)],
    }
    (HERE / "shortcut_partitions.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
