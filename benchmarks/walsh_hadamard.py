"""Walsh-Hadamard: the dense transform beside every package, the sparse one by variables and noise, and its peer.

``python benchmarks/walsh_hadamard.py`` writes ``walsh_hadamard.json`` beside itself; names of parts run those only.

- ``fwht``: in place, one thread, beside pyfwht, fht-cpu and NumPy's butterflies; rows of 2^10 … 2^24, and batches.
- ``growth``: 64 coefficients of 12 … 30 variables: evaluations and time, and the time of the dense transform.
- ``waterfall``: in how many of 40 draws 16 coefficients are found exactly, by signal-to-noise ratio.
- ``peer``: sparse-transform on the same functions, with as many bins and stages.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from turns import times

from porism.bench import Task
from porism.kernels import isa, transform
from porism_transforms import dense_wht, sparse_fht, spright_nso, spright_so
from porism_transforms.sparse_walsh_hadamard.bench import Signal, fingerprint, sparse_transform_start, spectrum
from porism_transforms.sparse_walsh_hadamard.laws import attempts
from porism_transforms.walsh_hadamard_transform.bench import numpy_butterflies

HERE = Path(__file__).parent


def fwht() -> list[dict[str, Any]]:
    """Microseconds of each, and ratios to ours."""
    import fht_cpu
    import pyfwht

    rows = []
    shapes = [(1, 1 << bits) for bits in range(10, 25, 2)] + [(4096, 64), (4096, 1024), (64, 1 << 16)]
    for dtype in ("f4", "f8"):
        for shape in shapes:
            X = np.random.default_rng(0).standard_normal(shape).astype(dtype)
            ours, theirs, others = np.zeros_like(X), np.zeros_like(X), np.zeros_like(X)  # zeros stay: no overflow
            calls: dict[str, Any] = {
                "porism": lambda ours=ours: transform.fwht(ours),
                "fht-cpu": lambda theirs=theirs: fht_cpu.fht(theirs, num_threads=1),
            }
            lines = list(others)
            if dtype == "f4":
                pass  # pyfwht takes no single precision
            elif len(lines) == 1:
                calls["pyfwht"] = lambda lines=lines: pyfwht.transform(lines[0], pyfwht.Backend.CPU)
            else:
                calls["pyfwht"] = lambda lines=lines, n=shape[1]: pyfwht.vectorized_batch_f64(lines, n)
            if X.size <= 1 << 22:
                calls["numpy"] = lambda X=X: numpy_butterflies(X)
            found = times(calls, 1.0)
            ratios = {name: seconds / found["porism"] for name, seconds in found.items()}
            rows.append({"dtype": dtype, "shape": shape, "seconds": found, "ratios": ratios})
            print(dtype, shape, {name: f"{ratio:.2f}" for name, ratio in ratios.items()}, flush=True)
    return rows


def growth() -> list[dict[str, Any]]:
    """Evaluations and seconds by the number of variables."""
    rows = []
    for n in range(12, 31, 2):
        f = Signal(*spectrum(n, 64, 0))
        row: dict[str, Any] = {"n": n}
        solvers = {"spright-nso": spright_nso, "spright-so": spright_so, "sparse-fht": sparse_fht}
        for name, solver in {**solvers, **({"fwht": dense_wht} if n <= 22 else {})}.items():
            start = time.perf_counter()
            result = solver(f, n, K=64, rng=1)
            row[name] = {"seconds": time.perf_counter() - start, "evaluations": result.n_evaluations}
            row[name]["right"] = result.support.tolist() == f.support.tolist()
        rows.append(row)
        print(row, flush=True)
    return rows


def waterfall() -> list[dict[str, Any]]:
    """Draws of 40 that are recovered exactly."""
    rows = []
    for n in (14, 16, 20):
        for decibel in range(-8, 7, 2):
            sigma = math.sqrt(16 / 10 ** (decibel / 10))
            found = {s.name: attempts(s, 40, n, 16, sigma, {"b": 5}) / 40 for s in (spright_nso, spright_so)}
            rows.append({"n": n, "dB": decibel, **found})
            print(rows[-1], flush=True)
    return rows


def peer() -> list[dict[str, Any]]:
    """Seconds beside sparse-transform, on functions of 20, 30 and 40 variables."""
    rows = []
    for n in (20, 30, 40):
        for K in (64, 256, 1024):
            task = Task(args=(Signal(*spectrum(n, K, 0)), n), options={"K": K, "rng": 1})
            found: dict[str, Any] = {}
            for name, call in (
                ("sparse-transform", sparse_transform_start()(task)),
                ("sparse-fht", lambda task=task: task.call(sparse_fht)),
                ("spright-nso", lambda task=task: task.call(spright_nso)),
                ("spright-so", lambda task=task: task.call(spright_so)),
            ):
                least = math.inf
                for _ in range(1 if name == "sparse-transform" else 5):
                    start = time.perf_counter()
                    value = call()
                    least = min(least, time.perf_counter() - start)
                found[name] = {"seconds": least, "recovered": fingerprint(task, value)}
            rows.append({"n": n, "K": K, **found})
            print(rows[-1], flush=True)
    return rows


def main() -> int:
    """Measure, and record."""
    path = HERE / "walsh_hadamard.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    record |= {"command": "python benchmarks/walsh_hadamard.py", "isa": isa()}
    parts = {"fwht": fwht, "growth": growth, "waterfall": waterfall, "peer": peer}
    for name in sys.argv[1:] or parts:
        record[name] = parts[name]()
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
