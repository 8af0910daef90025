"""What a record says about the machine: enough to judge the numbers, nothing that identifies its owner."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["Machine", "available_cores", "machine_facts", "stream_bandwidth", "version_of"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a record was made.

    Attributes
    ----------
    cpu : str
        The processor's name.
    cores : int
        Cores that the process may use.
    isa : str
        The instruction set that porism's kernels use: ``portable``, ``avx2``, ``avx512``.
    memory : int
        Bytes installed; 0 where unknown.
    system : str
        Operating system and architecture.
    versions : dict of str to str
        Python, and the distributions that took part.
    bandwidth : float
        Bytes a second that can be read from memory, measured; 0 where no workload needed it.
    load : float, optional
        How many processes wanted to run in the minute before: more than 0 on a machine that had other work.
    """

    cpu: str
    cores: int
    isa: str
    memory: int
    system: str
    versions: dict[str, str] = field(default_factory=dict)
    bandwidth: float = 0.0
    load: float | None = None


def machine_facts(distributions: Iterable[str], bandwidth: float = 0.0) -> Machine:
    """The facts of this machine, with the versions of `distributions`."""
    versions = {"python": f"{platform.python_version()} ({platform.python_implementation()})"}
    for name in dict.fromkeys(("porism", "numpy", *distributions)):
        versions[name] = version_of(name) or "not installed"
    return Machine(
        cpu=_cpu(),
        cores=available_cores(),
        isa=_isa(),
        memory=_memory(),
        system=f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        versions=versions,
        bandwidth=bandwidth,
        load=_load(),
    )


def version_of(distribution: str) -> str | None:
    """Its version; None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1


def stream_bandwidth(threads: int = 1, nbytes: int = 1 << 28) -> float:
    """Bytes a second that `threads` threads read from memory together: the fastest of several sweeps over `nbytes`.

    The sweep is a maximum: NumPy vectorises it, releases the GIL, and it does less for each byte than any kernel would.
    """
    threads = max(1, threads)
    array = np.ones(nbytes // 8, dtype=np.float64)
    parts = np.array_split(array, threads)
    fastest = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(7):
            started = time.perf_counter()
            list(pool.map(np.max, parts))
            fastest = min(fastest, time.perf_counter() - started)
    return array.nbytes / fastest


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _isa() -> str:
    try:
        from porism.kernels import isa
    except ImportError:  # a plugin in pure Python can be measured without the compiled module
        return "unknown"
    return str(isa())


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):  # Windows
        return None


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
