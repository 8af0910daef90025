"""Memory of this process, and how a failure is told without the machine's paths."""

from __future__ import annotations

import contextlib
import ctypes
import re
import sys
from pathlib import Path

__all__ = ["peak", "reset_peak", "resident", "told", "trim"]

_STATUS = Path("/proc/self/status")
_PATH = re.compile(r"(?<![\w:/.])(?:/[\w.+@~-]+)+/([\w.+@~-]+)|(?<!\w)[A-Za-z]:(?:\\[^\\\s'\"]+)+\\([^\\\s'\"]+)")


def _status(field: str) -> int | None:
    try:
        text = _STATUS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    line = re.search(rf"^{field}:\s*(\d+) kB", text, re.MULTILINE)
    return int(line.group(1)) * 1024 if line else None


def peak() -> int:
    """The most memory that this process has held at a time, in bytes; 0 where the system does not say.

    On Linux not ``ru_maxrss``, which begins with what the *parent* held when it started this process.
    """
    found = _status("VmHWM")
    if found is not None:
        return found
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def resident() -> int:
    """What this process holds now, in bytes; its peak where only that is known."""
    found = _status("VmRSS")
    return peak() if found is None else found


def reset_peak() -> bool:
    """Make :func:`peak` count from now on; False where the system cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def trim() -> None:
    """Give freed memory back to the system: what building a workload has used must not hide what a call uses."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # not the GNU C library
        ctypes.CDLL(None).malloc_trim(0)


def told(error: BaseException | str) -> str:
    """One line about a failure, fit for a record that is published: directories are cut off paths."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    line = " ".join(text.split())
    line = _PATH.sub(lambda match: match.group(1) or match.group(2), line)
    return line if len(line) <= 300 else line[:297] + "..."
