"""The contest: a process for each contender, and one call at a time, in turn."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from porism._validation import _available_memory, _bytes
from porism.bench._machine import version_of
from porism.bench._process import told
from porism.bench._record import Measurement, Note, Status

__all__ = ["Entry", "Step", "Tell", "contest", "measured_bandwidth"]

POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
"""The environment variables by which thread pools are told their size."""

BUILD_SECONDS = 600.0
"""At least so long may building an instance take: it is not what the time-out is about."""

MEMORY_SHARE = 0.5
"""If all contenders of a group together would take more of the available memory, they run one after the other."""


@dataclass(frozen=True)
class Step:
    """What the harness is doing, for `on_progress`: ``str(step)`` is a line to show."""

    workload: str
    size: int
    contender: str
    what: str
    done: int
    total: int

    def __str__(self) -> str:
        return f"{self.workload} {self.size}: {self.contender}, {self.what}"


Tell = Callable[[str, str], None]
"""Called with a contender and what it is about to do."""


@dataclass(frozen=True)
class Entry:
    """A contender before it has run: an empty measurement, and what its process has to be told."""

    blank: Measurement
    given: Mapping[str, Any]
    memory: int = 0
    requires: Sequence[str] = field(default=())
    install: str = ""


class _Gone(Exception):
    """The contender cannot go on."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status: Status = status
        self.message = message


class _Process:
    """A worker process that is asked one thing at a time."""

    def __init__(self, given: Mapping[str, Any], threads: int) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "porism.bench._worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(threads),
            encoding="utf-8",
        )
        self._answers: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._send(given)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has died; the answer, or its absence, tells how

    def answer(self, timeout: float) -> dict[str, Any]:
        """The next answer.

        Raises
        ------
        _Gone
            If it reports a failure, ends without an answer, or takes longer than `timeout` seconds.
        """
        try:
            line = self._answers.get(timeout=timeout)
        except queue.Empty:
            self._process.kill()
            raise _Gone("timeout", f"no result after {timeout:g} s") from None
        if not line:
            raise _Gone("failed", self._how_it_ended())
        found: dict[str, Any] = json.loads(line)
        if "failed" in found:
            raise _Gone("failed", str(found["failed"]))
        return found

    def ask(self, do: str, timeout: float) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._send({"do": do})
        return self.answer(timeout)

    def _how_it_ended(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if code == -9:
            how += " (out of memory?)"
        return told(f"its process {how}" + (f": {lines[-1]}" if lines else ""))

    def __enter__(self) -> _Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # a worker has nothing to tidy up
        self._process.wait()
        self._reader.join(timeout=5.0)  # not for ever: a process that it left behind may hold the pipe open
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # a command that it never read
                pass


def _environment(threads: int) -> dict[str, str]:
    paths = [str(Path(entry or os.curdir).resolve()) for entry in sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
    if threads:
        environment.update(dict.fromkeys(POOLS, str(threads)))
    return environment


def measured_bandwidth(threads: int) -> float:
    """Bytes a second that can be read from memory here; 0 where the probe fails."""
    with _Process({"bandwidth": threads}, threads) as probe:
        try:
            return float(probe.answer(BUILD_SECONDS)["bandwidth"])
        except _Gone:
            return 0.0


class _Run:
    """A contender while it runs."""

    def __init__(self, entry: Entry, timeout: float, tell: Tell) -> None:
        self.entry = entry
        self.measured = entry.blank
        self._timeout = timeout
        self._tell = tell
        self._process: _Process | None = None

    def begin(self, stack: ExitStack) -> None:
        """Start the process, build the instance, warm up."""
        missing = [name for name in self.entry.requires if version_of(name) is None]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            names = " and ".join(missing)
            self._set(status="missing", message=f"{names} {verb} not installed: pip install '{self.entry.install}'")
            return
        available = _available_memory()
        if available is not None and self.entry.memory > available * 9 // 10:
            self._set(
                status="left out",
                message=f"needs {_bytes(self.entry.memory)}, {_bytes(available)} are available",
            )
            return
        self._process = stack.enter_context(_Process(self.entry.given, self.measured.threads))
        self._step("building the instance", self._build)
        self._step("warm-up", self._warm_up)

    def _build(self, process: _Process) -> None:
        found = process.answer(max(self._timeout, BUILD_SECONDS))
        self._set(resident=found["resident"], peak_exact=found["exact"])

    def _warm_up(self, process: _Process) -> None:
        found = process.ask("warm-up", self._timeout)
        self._set(first=found["seconds"], peak=found["peak"], checks=(found["check"],))

    def run(self, number: int, of: int) -> None:
        """Time one run."""

        def work(process: _Process) -> None:
            found = process.ask("run", self._timeout)
            self._set(
                seconds=(*self.measured.seconds, found["seconds"]), checks=(*self.measured.checks, found["check"])
            )

        self._step(f"run {number} of {of}", work)

    def finish(self, bandwidth: float) -> None:
        """Ask for the physical limit, and let the process go."""
        if self._process is None:
            return
        try:
            found = self._process.ask("limit", BUILD_SECONDS)
        except _Gone as gone:  # the runs are measured all the same
            found = {"what": f"unknown: {gone.message}", "nbytes": 0.0, "seconds": 0.0}
        if found:
            from_memory = found["nbytes"] / bandwidth if bandwidth > 0 else 0.0
            self._set(limit=found["what"], limit_seconds=max(found["seconds"], from_memory))
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.__exit__(None, None, None)
            self._process = None

    def _step(self, what: str, work: Callable[[_Process], None]) -> None:
        if self._process is None:
            return
        self._tell(self.measured.contender, what)
        try:
            work(self._process)
        except _Gone as gone:
            during = "" if what.startswith("run") else f"{what}: "
            self._set(status=gone.status, message=during + gone.message)
            self._end()

    def _set(self, **changes: Any) -> None:
        self.measured = replace(self.measured, **changes)


def contest(
    entries: Sequence[Entry], *, repeats: int, timeout: float, bandwidth: float, tell: Tell
) -> tuple[list[Measurement], list[Note]]:
    """Measure all `entries` of one workload at one size: A B C, A B C, … so that what the machine does hits all alike.

    Only one process works at a time; the others wait for their turn with their instance in memory. Where that would
    take more than half of the available memory, they run one after the other instead, and a note says so.
    """
    runs = [_Run(entry, timeout, tell) for entry in entries if entry.blank.ok]
    done = [entry.blank for entry in entries if not entry.blank.ok]
    available = _available_memory()
    needed = sum(run.entry.memory for run in runs)
    notes: list[Note] = []
    if available is not None and needed > available * MEMORY_SHARE and len(runs) > 1:
        blank = runs[0].measured
        memory = f"together they need about {_bytes(needed)}, {_bytes(available)} were available"
        text = f"contenders ran one after the other: {memory}"
        notes.append(Note(workload=blank.workload, size=blank.size, text=text, paired=False))
        for run in runs:
            _together([run], repeats, bandwidth)
    else:
        _together(runs, repeats, bandwidth)
    return [*(run.measured for run in runs), *done], notes


def _together(runs: Sequence[_Run], repeats: int, bandwidth: float) -> None:
    with ExitStack() as stack:
        for run in runs:
            run.begin(stack)
        for number in range(1, repeats + 1):
            for run in runs:
                run.run(number, repeats)
        for run in runs:
            run.finish(bandwidth)
