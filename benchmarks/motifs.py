"""The WL-dimensions of cycles, paths and induced patterns, and what counting, colouring and listing quotients takes.

``python benchmarks/motifs.py`` writes ``motifs.json`` beside itself. Needs the plugin porism-graphs with its extra
bench.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import igraph
import numpy as np
from turns import times

from porism import kernels
from porism.kernels import graph as kernel
from porism_graphs.motif_count import hom_basis
from porism_graphs.motif_count.bench import PATTERNS, cycle, random_graph
from porism_graphs.weisfeiler_leman import partition_refinement
from porism_graphs.wl_certificate import cfi_product
from porism_graphs.wl_dimension import hom_basis as dimension


def path(n: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The path on n vertices."""
    return n, tuple((i, i + 1) for i in range(n - 1))


def dimensions() -> dict[str, Any]:
    """The table of dimensions, by the number of vertices."""
    return {
        "cycles": {n: dimension(cycle(n)).k for n in range(3, 11)},
        "paths": {n: dimension(path(n)).k for n in range(2, 11)},
        "induced paths": {n: dimension(path(n), kind="induced").k for n in range(2, 7)},
        "cycles with alternating labels": {
            n: dimension((*cycle(n), tuple(i % 2 for i in range(n)))).k for n in range(4, 11, 2)
        },
    }


def counting() -> list[dict[str, Any]]:
    """Seconds beside igraph on the same graphs: VF2, which counts embeddings one by one, and LAD, which lists them.

    A peer that takes a second or longer is asked once.
    """
    rows = []
    for name, size in (("c5", 300), ("c5", 1000), ("c6", 300), ("diamond", 300), ("diamond", 1000), ("p6", 100)):
        pattern, (n, edges) = PATTERNS[name], random_graph(size, 0)
        small = igraph.Graph(n=pattern[0], edges=list(pattern[1]))
        large = igraph.Graph(n=n, edges=edges.tolist())
        peers: dict[str, Any] = {
            "igraph VF2, counting": lambda small=small, large=large: large.count_subisomorphisms_vf2(small),
        }
        if name in ("c5", "diamond"):
            peers["igraph LAD, listing"] = lambda small=small, large=large: len(large.get_subisomorphisms_lad(small))
        calls: dict[str, Any] = {"hom-basis": lambda pattern=pattern, graph=(n, edges): hom_basis(pattern, graph)}
        count, took = calls["hom-basis"]().count, {}
        for label, peer in peers.items():
            started = time.perf_counter()
            assert peer() == count * int(small.count_automorphisms()), (name, label)
            took[label] = time.perf_counter() - started
            if took[label] < 1:
                calls[label] = peer
        took |= times(calls, 1)
        ratios = {label: seconds / took["hom-basis"] for label, seconds in took.items()}
        rows.append({"pattern": name, "n": size, "count": count, "seconds": took, "ratios": ratios})
        print(rows[-1], flush=True)
    return rows


def alone() -> dict[str, float]:
    """Seconds of what no peer does."""
    upper = np.triu(np.random.default_rng(0).random((500, 500)) < 0.5, 1)
    took = {}
    calls = {
        "2-WL of a random graph, n = 500": lambda: partition_refinement(upper | upper.T, 2),
        "2-WL of a random graph, n = 500, two threads": lambda: partition_refinement(upper | upper.T, 2, n_jobs=2),
        "quotients of the path on 9 vertices": lambda: kernel.spasm([0] * 9, _codes(path(9))),
        "quotients of 9 isolated vertices": lambda: kernel.spasm([0] * 9, [0] * 81),
        "7-cycles, n = 1000, 5 n edges": lambda: hom_basis(PATTERNS["c7"], random_graph(1000, 0)),
        "5-cycles, n = 100 000, 5 n edges": lambda: hom_basis(PATTERNS["c5"], random_graph(100_000, 0)),
        "certificate of the 8-cycle": lambda: cfi_product(cycle(8)),
    }
    for name, call in calls.items():
        started = time.perf_counter()
        call()
        took[name] = time.perf_counter() - started
        print(name, took[name], flush=True)
    return took


def _codes(pattern: tuple[Any, ...]) -> list[int]:
    n, edges = pattern
    codes = [0] * (n * n)
    for u, v in edges:
        codes[u * n + v] = codes[v * n + u] = 1
    return codes


def main() -> None:
    """Measure and write."""
    record = {
        "command": "python benchmarks/motifs.py",
        "machine": {
            "python": platform.python_version(),
            "isa": kernels.isa(),
            "cores": os.cpu_count(),
            "igraph": igraph.__version__,
        },
        "dimensions": dimensions(),
        "counting": counting(),
        "alone": alone(),
    }
    text = json.dumps(record, indent=1)
    Path(__file__).with_suffix(".json").write_text(text + "\n")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
