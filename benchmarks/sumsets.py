"""What the benches of single problems do not show of sumsets: the planner's choices, counters of operations, growth.

``python benchmarks/sumsets.py`` writes ``sumsets.json`` and ``sumsets.png`` beside itself.

- ``grid``: the time of `auto` over that of the best forced kernel, for three kinds of sets and several sizes.
- ``operations``: N numbers in a universe of N²/λ. Stores of `scatter-counts`, butterflies of a product by Fourier
  transforms, and butterflies, residues and fields of `chan-jin-williams-xu`, which is to lie lowest around λ = log2 U.
- ``sparse``: generalised progressions of dimension 1 … 4 with as many pairs, whose sumsets differ in size: time by
  size.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot
from turns import times

from porism.kernels import isa, sumset
from porism.problems.sumset import bench

HERE = Path(__file__).parent
DECIDE = ("pairs-sort", "scatter-bits", "shift-or", "fft")
COUNT = ("pairs-sort", "scatter-counts", "bit-sliced", "fft")
WITHIN = 1.3
"""What `auto` may cost of the best kernel."""
SLOW = {"pairs-sort": 2048, "scatter-bits": 8192, "scatter-counts": 8192, "bit-sliced": 16384}


def best(call: Any, *args: Any, **options: Any) -> float:
    """Milliseconds, the best of a few calls ``call(*args, **options)``."""
    times: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        call(*args, **options)
        times.append(time.perf_counter() - start)
        if sum(times) > 2.0:
            break
    return min(times) * 1e3


def grid() -> list[dict[str, Any]]:
    """Every kernel and `auto` on sets below 2^20."""
    rows = []
    for kind in (bench.random_sets, bench.outliers, bench.intervals):
        for n in (128, 512, 1024, 2048, 4096, 8192, 16384, 32768):
            a, b = kind(n, 0)
            for what, call, kernels in (("sumset", sumset.find, DECIDE), ("sumset-counts", sumset.count, COUNT)):
                forced = [k for k in kernels if n <= SLOW.get(k, n)]
                calls: dict[str, Any] = {k: partial(call, a, b, kernel=k) for k in forced}
                found = times({"auto": partial(call, a, b), **calls}, seconds=0.3)
                chosen, auto = call(a, b).kernel, found.pop("auto") * 1e3
                least = {k: 1e3 * seconds for k, seconds in found.items()}
                row = {"sets": kind.__name__, "n": n, "problem": what, "chosen": chosen, "auto": auto, "forced": least}
                rows.append({**row, "ratio": auto / min(least.values())})
                print(kind.__name__, n, what, chosen, f"{auto:.2f} ms, {rows[-1]['ratio']:.2f}× the best", flush=True)
    return rows


def butterflies(length: int) -> float:
    """Butterflies of a product of `length` real coefficients: three complex transforms of half the length."""
    points = 1 << max(1, (length - 1).bit_length() - 1)
    return 1.5 * points * float(np.log2(points))


def operations(n: int = 2048) -> list[dict[str, Any]]:
    """Counters of three kernels by average multiplicity λ."""
    rows = []
    for power in range(-2, 7):
        multiplicity = 2.0**power
        half = int(n * n / multiplicity) // 2
        a, b = bench.random_sets(n, power + 9, half)
        n_pairs = len(a) * len(b)
        found = sumset.count(a, b, kernel="chan-jin-williams-xu")
        stats = dict(found.stats)
        positions = stats["fields"][0]
        packed = butterflies(2 * half // positions) + 2 * half
        packed += sum(butterflies(2 * p) + p for p in stats["primes"])
        row = {"λ": multiplicity, "universe": 2 * half, "fields": stats["fields"], "primes": stats["primes"]}
        counters = {"scatter": n_pairs, "fft": butterflies(2 * half), "packed": packed}
        names = {"scatter": "scatter-counts", "fft": "fft", "packed": "chan-jin-williams-xu"}
        seconds = {k: best(sumset.count, a, b, kernel=v) for k, v in names.items()}
        rows.append({**row, "operations": counters, "milliseconds": seconds})
        print(f"λ = {multiplicity}: {counters}", flush=True)
    return rows


def sparse() -> list[dict[str, Any]]:
    """4096 numbers, 2^24 pairs; sumsets of 2^13, 2^14 … members."""
    rows = []
    for dimension, sides in ((1, (4096,)), (2, (64, 64)), (3, (16, 16, 16)), (4, (8, 8, 8, 8))):
        a = np.zeros(1, np.int64)
        for axis, side in enumerate(sides):
            a = np.add.outer(a, np.arange(side) * 1_000_003**axis % (1 << 50)).ravel()
        a = np.unique(a)
        a = np.append(a, (1 << 55) + 1)
        size = sumset.find(a, a, kernel="sparse").size
        took = best(sumset.find, a, a, kernel="sparse")
        rows.append({"dimension": dimension, "n": len(a), "size": size, "milliseconds": took, "pairs": len(a) ** 2})
        rows[-1]["pairs_sort"] = best(sumset.find, a, a, kernel="pairs-sort")
        print(f"dimension {dimension}: {size} sums, {took:.1f} ms", flush=True)
    return rows


def draw(record: dict[str, Any]) -> None:
    """Counters by λ, and time by the size of the output."""
    figure = pyplot.figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    rows = record["operations"]
    for name in ("scatter", "packed", "fft"):
        left.plot([r["λ"] for r in rows], [r["operations"][name] / r["universe"] for r in rows], marker="o", label=name)
    left.set(xscale="log", yscale="log", xlabel="average multiplicity λ", ylabel="operations per integer")
    left.legend()
    rows = record["sparse"]
    right.plot([r["size"] for r in rows], [r["milliseconds"] for r in rows], marker="o", label="sparse")
    right.plot([r["size"] for r in rows], [r["pairs_sort"] for r in rows], marker="o", label="pairs-sort")
    right.set(xscale="log", yscale="log", xlabel="different sums of 2²⁴ pairs", ylabel="milliseconds")
    right.legend()
    figure.savefig(HERE / "sumsets.png", dpi=110)


def main() -> int:
    """Measure everything and record it."""
    record = {
        "command": "python benchmarks/sumsets.py",
        "machine": {"isa": isa(), "python": platform.python_version()},
        "grid": grid(),
        "operations": operations(),
        "sparse": sparse(),
    }
    ratios = [row["ratio"] for row in record["grid"]]
    record["worst_ratio"] = max(ratios)
    beyond = sum(ratio > WITHIN for ratio in ratios)
    print(f"auto is at most {max(ratios):.2f}× the best kernel, {np.median(ratios):.2f}× in the median: ", end="")
    print(f"{'missed' if beyond else 'kept'}, beyond {WITHIN}× in {beyond} of {len(ratios)} places")
    (HERE / "sumsets.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    draw(record)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["draw"]:
        draw(json.loads((HERE / "sumsets.json").read_text()))
    else:
        sys.exit(main())
