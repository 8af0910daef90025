"""The WL-dimensions of cycles, paths and induced patterns, and what counting, colouring and listing quotients takes.

``python benchmarks/motifs.py`` writes ``motifs.json`` beside itself; names of parts (dimensions, decisions, counting,
graphlets, alone) make these anew. Needs the plugin porism-graphs with its extra bench, and ``pip install
orca-graphlets`` for graphlets.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import igraph
import networkx
import numpy as np
from networkx.generators.atlas import graph_atlas_g
from turns import times

from porism import kernels
from porism.kernels import graph as kernel
from porism_graphs.motif_count import count_all, hom_basis
from porism_graphs.motif_count.bench import PATTERNS, cycle, random_graph
from porism_graphs.weisfeiler_leman import partition_refinement
from porism_graphs.wl_certificate import cfi_product
from porism_graphs.wl_dimension import dimension_at_most
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


def decisions() -> list[dict[str, Any]]:
    """Seconds to decide whether three dimensions are enough, and what listing quotients takes where it can be done."""
    rows = []
    patterns = {
        "cycle": (8, 10, 1000),
        "path": (8, 10, 1000),
        "star": (8, 10, 1000),
        "K_3,n": (8, 10, 1000),
        "tree": (8, 10, 1000),
    }
    dimension_at_most(networkx.cycle_graph(3), 3)  # what is imported on the first call
    for name, sizes in patterns.items():
        for n in sizes:
            graph = {
                "cycle": networkx.cycle_graph,
                "path": networkx.path_graph,
                "star": lambda n: networkx.star_graph(n - 1),
                "K_3,n": lambda n: networkx.complete_bipartite_graph(3, n - 3),
                "tree": lambda n: networkx.random_labeled_tree(n, seed=0),
            }[name](n)
            started = time.perf_counter()
            enough = dimension_at_most(graph, 3)
            row: dict[str, Any] = {"pattern": name, "n": n, "enough": enough, "seconds": time.perf_counter() - started}
            if n <= 10:
                kernel_graph = (n, tuple(sorted(tuple(sorted(edge)) for edge in graph.edges)))
                started = time.perf_counter()
                assert (dimension(kernel_graph).k <= 3) == enough
                row["seconds by all quotients"] = time.perf_counter() - started
            rows.append(row)
            print(row, flush=True)
    return rows


def graphlets() -> list[dict[str, Any]]:
    """Seconds for all induced connected subgraphs of two to five vertices at every vertex, beside orca-graphlets.

    That is a port of ORCA (Hocevar & Demsar 2014) to Python; ORCA in C++ is in no package.
    """
    from orca import orca_nodes

    patterns = [p for p in graph_atlas_g()[1:] if 2 <= len(p) <= 5 and networkx.is_connected(p)]
    count_all(patterns, random_graph(20, 0), kind="induced", per_vertex=True)  # quotients are remembered
    rows = []
    for size in (300, 1000, 3000):
        n, edges = random_graph(size, 0)
        calls: dict[str, Any] = {
            "count_all": lambda n=n, edges=edges: count_all(patterns, (n, edges), kind="induced", per_vertex=True),
            "orca-graphlets": lambda n=n, edges=edges: orca_nodes(edges, n, graphlet_size=5),
        }
        took, values = {}, {}
        for name, call in calls.items():
            with contextlib.redirect_stdout(io.StringIO()):
                started = time.perf_counter()
                values[name] = call()
                took[name] = time.perf_counter() - started
        total = sum(int(found.per_vertex.sum()) for found in values["count_all"])
        assert total == int(np.asarray(values["orca-graphlets"]).sum()), "they do not agree"
        rows.append({"n": size, "total": total, "seconds": took, "ratio": took["orca-graphlets"] / took["count_all"]})
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
    }
    parts = {
        "dimensions": dimensions,
        "decisions": decisions,
        "counting": counting,
        "graphlets": graphlets,
        "alone": alone,
    }
    path = Path(__file__).with_suffix(".json")
    if sys.argv[1:]:
        record = json.loads(path.read_text()) | record
    for name in sys.argv[1:] or parts:
        record[name] = parts[name]()
    text = json.dumps(record, indent=1)
    path.write_text(text + "\n")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
