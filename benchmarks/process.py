"""What porism costs a process: the time of its import, and how soon a kernel obeys Ctrl-C.

Run it with ``python benchmarks/process.py``: it prints the figures and records them in ``benchmarks/process.json``.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from porism import registry
from porism._core import spin
from porism.bench._machine import machine_facts

RUNS = 21


def whole_process(statement: str) -> float:
    """Seconds from starting an interpreter to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started


def import_cost() -> dict[str, float]:
    """Medians of whole processes, taken in turn, in milliseconds."""
    statements = ("import numpy", "import numpy, porism")
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(RUNS):
        for statement in statements:
            times[statement].append(1e3 * whole_process(statement))
    numpy, both = (statistics.median(times[statement]) for statement in statements)
    return {"import numpy": numpy, "import numpy, porism": both, "difference": both - numpy}


def interrupt_delay(call: object) -> float:
    """Milliseconds from a SIGINT to the KeyboardInterrupt of a running call."""
    sent: list[float] = []

    def send() -> None:
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.3, send)
    timer.start()
    try:
        while True:
            call()  # type: ignore[operator]
    except KeyboardInterrupt:
        return 1e3 * (time.perf_counter() - sent[0])
    finally:
        timer.join()


def interrupt_delays() -> dict[str, dict[str, float]]:
    """Median and maximum for a kernel that does nothing, and for each k-medoids solver on 6000 objects."""
    X = np.random.default_rng(0).random((6000, 16))
    calls = {"spin": lambda: spin(60.0)}
    for solver in registry.solvers(problem="k-medoids"):
        calls[solver.name] = lambda solver=solver: solver(X, 300, rng=0)
    found = {}
    for name, call in calls.items():
        delays = [interrupt_delay(call) for _ in range(7)]
        found[name] = {"median": statistics.median(delays), "max": max(delays)}
    return found


def main() -> None:
    """Measure, print, record."""
    record = {
        "command": "python benchmarks/process.py",
        "machine": asdict(machine_facts(["porism", "numpy"])),
        "import_ms": import_cost(),
        "interrupt_ms": interrupt_delays(),
    }
    text = json.dumps(record, indent=1, default=str)
    print(text)
    (Path(__file__).parent / "process.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
