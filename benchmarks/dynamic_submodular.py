"""Measure the dynamic algorithm beside what one would do without it, and record it next to this file.

Run as ``python benchmarks/dynamic_submodular.py throughput growth streams``; each part goes into
``dynamic-submodular.json``, and the picture is drawn of what is there.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from porism import registry
from porism.bench._machine import machine_facts
from porism.bench._process import peak
from porism.problems.dynamic_submodular_maximization.bench import random_coverage
from porism.problems.submodular_maximization import lazy_greedy

HERE = Path(__file__).parent
RECORD = HERE / "dynamic-submodular.json"
NAMES = ("dynamic-submodular", "recompute-lazy-greedy", "rebuild-greedy-on-hit", "swap-on-insert", "dynamic-lmntz")


def solver(name):
    """A solver of the problem by its name."""
    return registry.get(f"dynamic-submodular-maximization/{name}")


def made(name, f, k, epsilon, **more):
    """A selector, with epsilon where it has one."""
    chosen = solver(name)
    return chosen(f, k, rng=0, **({"epsilon": epsilon} if "epsilon" in chosen.options else {}), **more)


def throughput(window=100_000, k=50, epsilon=0.5, updates=400_000):
    """Updates a second while a window fills and slides on by twice its width; coverage of 10^5 elements, 20 an item."""
    f = random_coverage(window + updates // 2, 100_000, 20, 1)
    selector = made("dynamic-submodular", f, k, epsilon, window=window)
    started = time.perf_counter()
    selector.insert_many(range(window))
    filled = time.perf_counter() - started
    before = selector.stats
    ratios, batches = [], []
    for start in range(window, window + updates // 2, 1000):
        started = time.perf_counter()
        selector.insert_many(range(start, start + 1000))
        batches.append(time.perf_counter() - started)
        if start % 10_000:
            continue
        best = lazy_greedy(f, k, candidates=selector.live(), bound="free").value
        ratios.append(selector.value() / best)
    after = selector.stats
    done = after["updates"] - before["updates"]
    started = time.perf_counter()
    snapshot = selector.snapshot()
    return {
        "window": window,
        "k": k,
        "epsilon": epsilon,
        "updates": done,
        "updates_per_second": done / sum(batches),
        "updates_per_second_while_filling": window / filled,
        "updates_per_second_of_the_whole_stream": (window + done) / (filled + sum(batches)),
        "queries_per_update": (after["queries"] - before["queries"]) / done,
        "rebuilds_per_update": (after["rebuilds"] - before["rebuilds"]) / done,
        "value_to_greedy": {"mean": float(np.mean(ratios)), "worst": float(min(ratios))},
        "certified_ratio": selector.certified_ratio(),
        "structure_megabytes": after["memory_bytes"] / 1e6,
        "peak_megabytes": peak() / 1e6,
        "snapshot": {"megabytes": len(snapshot) / 1e6, "seconds": time.perf_counter() - started},
    }


def growth(k=20, epsilon=0.5, powers=range(8, 17)):
    """Queries and microseconds per update while a full window slides on by its width, and per lazy greedy."""
    rows = []
    for power in powers:
        window = 2**power
        f = random_coverage(window + max(2048, window), 20_000, 20, power)
        selector = made("dynamic-submodular", f, k, epsilon, window=window, items=range(window))
        before = selector.stats
        started = time.perf_counter()
        selector.insert_many(range(window, f.n_items))
        seconds = time.perf_counter() - started
        after = selector.stats
        updates = after["updates"] - before["updates"]
        live = selector.live()
        started = time.perf_counter()
        greedy = lazy_greedy(f, k, candidates=live, bound="free")
        rows.append(
            {
                "window": window,
                "queries_per_update": (after["queries"] - before["queries"]) / updates,
                "microseconds_per_update": seconds / updates * 1e6,
                "rebuilds_per_update": (after["rebuilds"] - before["rebuilds"]) / updates,
                "recompute_queries": greedy.queries,
                "recompute_microseconds": (time.perf_counter() - started) * 1e6,
                "value_to_greedy": selector.value() / greedy.value,
            }
        )
        print(rows[-1], flush=True)
    x = np.log([row["window"] for row in rows])
    slopes = {
        what: float(np.polyfit(x, np.log([row[what] for row in rows]), 1)[0])
        for what in ("queries_per_update", "microseconds_per_update", "recompute_queries", "recompute_microseconds")
    }
    return {"k": k, "epsilon": epsilon, "rows": rows, "slopes": slopes, "crossing": crossing(rows)}


def crossing(rows):
    """The first window from which on recomputing once per update asks more, and takes longer."""
    found = {}
    pairs = {
        "queries": ("queries_per_update", "recompute_queries"),
        "seconds": ("microseconds_per_update", "recompute_microseconds"),
    }
    for what, (ours, theirs) in pairs.items():
        beaten = [row["window"] for i, row in enumerate(rows) if all(later[ours] < later[theirs] for later in rows[i:])]
        found[what] = beaten[0] if beaten else None
    return found


def three(window, n, seed=9):
    """Three kinds of stream: a sliding window, insertions then random deletions, bursts of a tenth."""
    rng = np.random.default_rng(seed)
    slide = [step for i in range(n) for step in ([(1, i)] + ([(-1, i - window)] if i >= window else []))]
    gone = [(1, i) for i in range(window)] + [(-1, int(i)) for i in rng.permutation(window)]
    bursts, live, burst = [], [], window // 10
    for start in range(0, n - burst + 1, burst):
        bursts += [(1, i) for i in range(start, start + burst)]
        live += range(start, start + burst)
        if len(live) > window:
            for _ in range(burst):
                bursts.append((-1, live.pop(int(rng.integers(len(live))))))
    return {"sliding": slide, "random deletions": gone, "bursts": bursts}


def streams(window=2000, k=20, epsilon=0.5, reads=60):
    """Value relative to greedy, queries and time along three kinds of stream, read 60 times."""
    f = random_coverage(4 * window, 10_000, 20, 5)
    found = {}
    for kind, stream in three(window, 4 * window).items():
        ops = np.array([op for op, _ in stream], dtype=np.int8)
        items = np.array([item for _, item in stream])
        cuts = np.linspace(0, len(stream), reads + 1).astype(int)
        found[kind] = {}
        for name in NAMES:
            selector = made(name, f, k, epsilon)
            ratios, seconds = [], 0.0
            for start, end in itertools.pairwise(cuts):
                started = time.perf_counter()
                selector.apply(ops[start:end], items[start:end])
                value = selector.value()
                seconds += time.perf_counter() - started
                if len(selector):
                    ratios.append(value / lazy_greedy(f, k, candidates=selector.live(), bound="free").value)
            found[kind][name] = {
                "updates": len(stream),
                "value_to_greedy": {"mean": float(np.mean(ratios)), "worst": float(min(ratios))},
                "queries_per_update": selector.stats["queries_per_update"],
                "microseconds_per_update": seconds / len(stream) * 1e6,
            }
            print(kind, name, found[kind][name], flush=True)
    return {"window": window, "k": k, "epsilon": epsilon, "readings": reads, "streams": found}


def draw(record):
    """Queries and time against the window."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    rows = record["growth"]["rows"]
    windows = [row["window"] for row in rows]
    for axes, ours, theirs, label in (
        (left, "queries_per_update", "recompute_queries", "queries"),
        (right, "microseconds_per_update", "recompute_microseconds", "microseconds"),
    ):
        axes.loglog(windows, [row[ours] for row in rows], marker=".", label="dynamic-submodular, per update")
        axes.loglog(
            windows, [row[theirs] for row in rows], marker=".", label="lazy greedy over what is live, per reading"
        )
        axes.set_xlabel("window")
        axes.set_ylabel(label)
        axes.legend(fontsize="small")
    figure.suptitle(
        f"random coverage, k = {record['growth']['k']}, epsilon = {record['growth']['epsilon']}, one thread"
    )
    figure.savefig(RECORD.with_suffix(".png"), dpi=130)


def main(parts):
    """Measure the parts that are asked for, or all."""
    known = {"throughput": throughput, "growth": growth, "streams": streams}
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record["command"] = "python benchmarks/dynamic_submodular.py throughput growth streams"
    record["machine"] = asdict(machine_facts(()))
    for part in parts or known:
        record[part] = known[part]()
        print(json.dumps(record[part], indent=1)[:2000], flush=True)
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
    if "growth" in record:
        draw(record)


if __name__ == "__main__":
    if sys.argv[1:] == ["draw"]:
        draw(json.loads(RECORD.read_text()))
    else:
        main(sys.argv[1:])
