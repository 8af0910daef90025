"""The process of one contender: builds the workload, then times one call whenever the parent says so.

Run as ``python -m porism.bench._worker``. Both directions speak one JSON object a line: the parent sends first what to
measure, then ``{"do": "warm-up"}``, ``{"do": "run"}`` for every run and ``{"do": "limit"}`` at the end; the worker
answers each. Whatever a contender prints goes to stderr.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import operator
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from porism.bench._declare import Call, Task, Workload, workloads_of
from porism.bench._machine import stream_bandwidth
from porism.bench._process import peak, reset_peak, resident, told, trim

__all__ = ["main"]

SHORTEST = 0.01
"""Seconds that a run lasts at least: shorter calls are repeated, and the run is their mean. A single call of a
millisecond would be measured with the interrupt that happened to fall into it."""

Answer = dict[str, Any]


def named(reference: str) -> Any:
    """The object called ``module:qualified.name``."""
    module, _, name = reference.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


class Contender:
    """One contender with its instance built, ready to be timed."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.workload: Workload = workloads_of(named(given["problem"]))[given["workload"]]
        self.find_limit = None if given["solver"] is None else self.workload.limit
        self.task: Task = self.workload.make(given["size"], given["seed"])
        self.call: Call = self._prepare(given)
        self.value: Any = None
        gc.collect()
        trim()
        self.exact = reset_peak()
        self.resident = resident()

    def _prepare(self, given: dict[str, Any]) -> Call:
        if given["solver"] is None:
            (peer,) = (peer for peer in self.workload.peers if peer.label == given["contender"])
            return peer.start(self.task)
        changes = next((v.options for v in self.workload.variants if v.label == given["contender"]), {})
        solver = named(given["solver"])
        threads = {"n_jobs": given["n_jobs"]} if "n_jobs" in solver.signature.parameters else {}
        return self.workload.prepare(solver, self.task, {**threads, **changes})

    def ready(self) -> Answer:
        """How much memory the process holds with the instance built."""
        return {"resident": self.resident, "exact": self.exact}

    def warm_up(self) -> Answer:
        """Call once: seconds, the peak of memory, the check value."""
        seconds = self._timed()
        held = peak()  # before the check, which uses memory of its own
        return {"seconds": seconds, "peak": held, "check": self._check()}

    def run(self) -> Answer:
        """Call once, or as often as fills the shortest run: seconds of a call, the check value of the last one."""
        gc.collect()
        total, calls = 0.0, 0
        while total < SHORTEST:
            total += self._timed()
            calls += 1
        return {"seconds": total / calls, "check": self._check()}

    def _timed(self) -> float:
        self.value = None  # so that freeing the last value is not timed
        gc.disable()
        try:
            started = time.perf_counter()
            self.value = self.call()
            return time.perf_counter() - started
        finally:
            gc.enable()

    def _check(self) -> float | str:
        return _plain(self.workload.check(self.task, self.value))

    def limit(self) -> Answer:
        """The physical limit of the last call."""
        found = None if self.find_limit is None else self.find_limit(self.task, self.value)
        return {} if found is None else {"what": found.what, "nbytes": found.nbytes, "seconds": found.seconds}


def _plain(check: Any) -> float | str:
    if isinstance(check, str):
        return check
    number = float(check)
    if math.isnan(number):
        raise ValueError("the check value is NaN")
    return number if math.isfinite(number) else str(number)  # JSON has no infinities


def main() -> None:
    """Serve one contender until the parent closes the pipe."""
    answers = _private_stdout()

    def answer(work: Callable[[], Answer]) -> bool:
        try:
            found = work()
        except Exception as error:
            found = {"failed": told(error)}
        except KeyboardInterrupt:
            return False
        except BaseException as error:  # a PanicException of another Rust library is none of Exception's children
            found = {"failed": told(error)}
        print(json.dumps(found), file=answers, flush=True)
        return "failed" not in found

    given = json.loads(sys.stdin.readline())
    if "bandwidth" in given:
        answer(lambda: {"bandwidth": stream_bandwidth(given["bandwidth"])})
        return
    contender: list[Contender] = []

    def build() -> Answer:
        contender.append(Contender(given))
        return contender[0].ready()

    if not answer(build):
        return
    for line in sys.stdin:
        work = {"warm-up": contender[0].warm_up, "run": contender[0].run, "limit": contender[0].limit}
        if not answer(work[json.loads(line)["do"]]):
            return


def _private_stdout() -> TextIO:
    """The real stdout, kept for answers; the usual one now goes to stderr, also for compiled code."""
    private = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return private


if __name__ == "__main__":
    main()
