"""Walsh-Hadamard: the dense transform beside every package, the sparse one by variables and noise, and its peer.

``python benchmarks/walsh_hadamard.py`` writes ``walsh_hadamard.json`` beside itself; names of parts run those only.

- ``fwht``: in place, one thread, beside every package that installs, and NumPy's butterflies; rows of 2^10 … 2^24, and
  batches. A package that is missing is left out, and named under ``missing``.
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


def contenders(X: Any, missing: set[str]) -> dict[str, Any]:
    """Calls that transform rows like those of X, each in its package's best form, on one thread.

    All but `fht`, `hadamard-transform` and sympy, which make a new array, work in place: on zeros, which stay zeros.
    """

    def by_rows(transform_row: Any) -> Any:
        lines = list(np.zeros_like(X))
        return lambda: [transform_row(line) for line in lines]

    def fht_cpu_() -> Any:
        from fht_cpu import fht

        rows = np.zeros_like(X)
        return lambda: fht(rows, num_threads=1)

    def pyfwht_() -> Any:
        import pyfwht

        lines = list(np.zeros_like(X))
        if len(lines) == 1:
            return lambda: pyfwht.transform(lines[0], pyfwht.Backend.CPU)
        return lambda: pyfwht.vectorized_batch_f64(lines, X.shape[1])

    def pyfht_() -> Any:
        from pyfht import fht_inplace

        return by_rows(fht_inplace)

    def ffht_() -> Any:
        import ffht

        return by_rows(lambda line: ffht.fht_(line, 1))

    def fht_() -> Any:
        from fht import fht1

        return by_rows(fht1)

    def torch_() -> Any:
        import torch
        from hadamard_transform import hadamard_transform

        torch.set_num_threads(1)
        tensor = torch.from_numpy(X)
        return lambda: hadamard_transform(tensor)

    def sympy_() -> Any:
        from sympy import fwht as sympy_fwht

        return lambda: [sympy_fwht(line) for line in X.tolist()]

    rows = np.zeros_like(X)
    calls: dict[str, Any] = {"porism": lambda: transform.fwht(rows)}
    packages = {"fht-cpu": fht_cpu_, "ffht-unofficial": ffht_, "fht": fht_, "hadamard-transform": torch_}
    if X.dtype == np.float64:  # these take no single precision
        packages |= {"pyfwht": pyfwht_, "pyfht": pyfht_}
        if X.size <= 1 << 12:
            packages["sympy"] = sympy_
    for name, start in packages.items():
        try:
            calls[name] = start()
        except ImportError:
            missing.add(name)
    if X.size <= 1 << 22:
        calls["numpy"] = lambda: numpy_butterflies(X)
    return calls


def fwht() -> dict[str, Any]:
    """Seconds of each, and ratios to ours."""
    rows: list[dict[str, Any]] = []
    missing: set[str] = set()
    shapes = [(1, 1 << bits) for bits in range(10, 25, 2)] + [(4096, 64), (4096, 1024), (64, 1 << 16)]
    for dtype in ("f4", "f8"):
        for shape in shapes:
            X = np.random.default_rng(0).standard_normal(shape).astype(dtype)
            found = times(contenders(X, missing), 1.0)
            ratios = {name: seconds / found["porism"] for name, seconds in found.items()}
            rows.append({"dtype": dtype, "shape": shape, "seconds": found, "ratios": ratios})
            print(dtype, shape, {name: f"{ratio:.2f}" for name, ratio in ratios.items()}, flush=True)
    return {"rows": rows, "missing": sorted(missing)}


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


class Timed:
    """A function that knows how long it took."""

    def __init__(self, f: Any) -> None:
        self.f, self.seconds, self.evaluations = f, 0.0, 0

    def __call__(self, X: Any) -> Any:
        """The function at some points."""
        start = time.perf_counter()
        values = self.f(X)
        self.seconds += time.perf_counter() - start
        self.evaluations += len(X)
        return values


def peer() -> list[dict[str, Any]]:
    """Seconds beside sparse-transform, on functions of 20, 30 and 40 variables.

    ``seconds`` is the whole call, ``transform`` what is left without the evaluation of f, which is the same compiled
    function for all, and ``evaluations`` how often it was asked. Ratios are of the whole calls and of what is left.
    """
    rows = []
    for n in (20, 30, 40):
        for K in (64, 256, 1024):
            f = Timed(Signal(*spectrum(n, K, 0)))
            f.support, f.coefficients = f.f.support, f.f.coefficients  # type: ignore[attr-defined]
            task = Task(args=(f, n), options={"K": K, "rng": 1})
            found: dict[str, Any] = {}
            for name, call in (
                ("sparse-transform", sparse_transform_start()(task)),
                ("sparse-fht", lambda task=task: task.call(sparse_fht)),
                ("spright-nso", lambda task=task: task.call(spright_nso)),
                ("spright-so", lambda task=task: task.call(spright_so)),
            ):
                least = {"seconds": math.inf}
                for _ in range(2 if name == "sparse-transform" else 7):
                    f.seconds, f.evaluations = 0.0, 0
                    start = time.perf_counter()
                    value = call()
                    seconds = time.perf_counter() - start
                    if seconds < least["seconds"]:
                        left = {"transform": seconds - f.seconds, "evaluations": f.evaluations}
                        least = {"seconds": seconds, **left, "recovered": fingerprint(task, value)}
                found[name] = least
            theirs = found["sparse-transform"]
            for name in ("sparse-fht", "spright-nso", "spright-so"):
                found[name]["ratio"] = theirs["seconds"] / found[name]["seconds"]
                found[name]["transform_ratio"] = theirs["transform"] / found[name]["transform"]
            rows.append({"n": n, "K": K, **found})
            shown = {
                s: f"{found[s]['ratio']:.1f} ({found[s]['transform_ratio']:.0f})" for s in found if "ratio" in found[s]
            }
            print(n, K, shown, flush=True)
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
