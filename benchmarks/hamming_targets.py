"""The targets of `hamming-distances`: solvers and peers in turn on the same strings, results equal element by element.

Single precision promises nothing, and is recorded even where it rounds wrong.

Run ``python benchmarks/hamming_targets.py`` alone on the machine (about two minutes): it writes `hamming-targets.json`.
The strings and the peers are those of ``porism bench hamming-distances``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from porism.kernels import isa
from porism.problems.hamming_distances import auto
from porism.problems.hamming_distances import bench as jobs

HERE = Path(__file__).resolve().parent


def least(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """The least of some times of each, taking turns; all must give the same distances."""
    found: dict[str, float] = {}
    right = None
    started = time.perf_counter()
    for turn in range(30):
        for name, call in calls.items():
            if turn and found[name] * (turn + 1) > seconds / 2:
                continue  # slow ones once or twice
            start = time.perf_counter()
            value = call()
            found[name] = min(found.get(name, np.inf), time.perf_counter() - start)
            if turn == 0:
                distances = jobs.distances_of(value).copy()
                right = distances if right is None else right
                if not np.array_equal(distances, right):
                    assert name.endswith("float32"), f"{name} gives other distances"
                    print(f"  {name} is wrong at {int((distances != right).sum())} shifts")
        if turn >= 2 and time.perf_counter() - started > seconds:
            break
    return found


def measure(name: str, make: Any, m: int, peers: dict[str, Callable[[Any], Callable[[], Any]]]) -> dict[str, Any]:
    """One job, all contenders."""
    task = jobs.planted(make)(m, 0)
    text, pattern = task.args
    out = np.zeros(len(text) - m + 1, dtype=np.int32)
    calls: dict[str, Callable[[], Any]] = {
        "auto": partial(auto, text, pattern),
        "auto, out=": partial(auto, text, pattern, out=out),
        "auto, 2 threads, out=": partial(auto, text, pattern, out=out, n_jobs=2),
    }
    calls |= {peer: start(task) for peer, start in peers.items()}
    times = least(calls, 3.0)
    pairs = m * (len(text) - m + 1)
    plan = [step.kernel for step in auto(text, pattern).kernel_plan]
    print(f"{name}, n=2^20, m={m} ({', '.join(plan)})")
    for peer, seconds in times.items():
        print(f"  {peer:28} {seconds * 1e3:10.3f} ms {pairs / seconds / 1e9:9.1f} G/s {seconds / times['auto']:8.2f} ×")
    return {"job": name, "n": len(text), "m": m, "plan": plan, "seconds": times, "giga_per_second": {
        peer: pairs / seconds / 1e9 for peer, seconds in times.items()
    }}  # fmt: skip


def main() -> None:
    """Measure all, write the record."""
    double, single = (partial(jobs.oaconvolve, dtype=dtype) for dtype in (np.float64, np.float32))
    transforms = {"oaconvolve float64": double, "oaconvolve float32": single}
    loops = {
        "numba double loop": partial(jobs.numba_loop, which=0),
        "numba vertical u8": partial(jobs.numba_loop, which=1),
    }
    rows = {"numpy rows": jobs.numpy_rows}
    records = [
        measure("dna", jobs.dna, 16, {**loops, **rows}),
        measure("dna", jobs.dna, 64, {**loops, **rows}),
        measure("dna", jobs.dna, 1024, {**transforms, **loops}),
        measure("dna", jobs.dna, 16_384, {**transforms, **loops}),
        measure("dna", jobs.dna, 131_072, transforms),
        measure("bytes", jobs.uniform_bytes, 64, {**loops, **rows}),
        measure("bytes", jobs.uniform_bytes, 10_000, {**loops, "oaconvolve float32": single}),
        measure("words", jobs.word_ids, 16_384, {"numpy histogram": jobs.numpy_histogram, **rows}),
    ]
    record = {
        "command": "python benchmarks/hamming_targets.py", "isa": isa(), "python": sys.version.split()[0],
        "numpy": np.__version__, "jobs": records,
    }  # fmt: skip
    (HERE / "hamming-targets.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
