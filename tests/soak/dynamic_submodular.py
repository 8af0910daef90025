"""A million updates, killed with SIGKILL again and again: what resumes from a snapshot must end bit for bit the same.

Run as ``python tests/soak/dynamic_submodular.py [updates]``; ``make soak`` does. Takes some minutes, and stays out of
``make test``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from porism.problems.dynamic_submodular_maximization import dynamic_submodular, restore
from porism.problems.dynamic_submodular_maximization.bench import random_coverage

N, WINDOW, K = 40_000, 2_000, 10
KILLS = 20
CHUNK, SNAPSHOT = 1_000, 20_000


def stream(updates: int) -> tuple[np.ndarray, np.ndarray]:
    """Insertions and deletions at random around WINDOW live items."""
    rng = np.random.default_rng(0)
    live: list[int] = []
    gone = list(range(N))
    ops, items = np.empty(updates, dtype=np.int8), np.empty(updates, dtype=np.int64)
    for step, u in enumerate(rng.random((updates, 2))):
        inserts = u[0] < (0.9 if len(live) < WINDOW else 0.45)
        inserts = inserts or not live
        source, target = (gone, live) if inserts else (live, gone)
        place = int(u[1] * len(source))
        source[place], source[-1] = source[-1], source[place]
        target.append(source.pop())
        ops[step], items[step] = (1 if inserts else -1), target[-1]
    return ops, items


def work(updates: int, folder: Path) -> None:
    """Go on from the last snapshot in `folder`, and write the last digest when done."""
    f = random_coverage(N, 5_000, 10, 0)
    ops, items = stream(updates)
    saved = folder / "snapshot"
    done = 0
    if saved.exists():
        raw = saved.read_bytes()
        done = int.from_bytes(raw[:8], "little")
        selector = restore(f, raw[8:])
    else:
        selector = dynamic_submodular(f, K, epsilon=0.5, rng=1)
    while done < updates:
        end = min(done + CHUNK, updates)
        selector.apply(ops[done:end], items[done:end])
        done = end
        if done % SNAPSHOT == 0 or done == updates:
            scratch = folder / "snapshot.part"
            scratch.write_bytes(done.to_bytes(8, "little") + selector.snapshot())
            scratch.replace(saved)  # whole or not at all, whenever the process is killed
    selector.solution()
    (folder / "digest").write_text(hashlib.sha256(selector.snapshot()).hexdigest())


def run(updates: int, folder: Path, kills: random.Random | None) -> tuple[str, int]:
    """Let children work until one finishes; kill each at some time after it has saved a snapshot or two of its own."""
    killed, saved = 0, folder / "snapshot"
    while not (folder / "digest").exists():
        seen = saved.stat().st_mtime_ns if saved.exists() else 0
        child = subprocess.Popen([sys.executable, __file__, str(updates), str(folder)])
        if kills is not None and killed < KILLS:
            while child.poll() is None and not (saved.exists() and saved.stat().st_mtime_ns > seen):
                time.sleep(0.01)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=kills.uniform(0.0, 0.6))
            if child.poll() is None:
                os.kill(child.pid, signal.SIGKILL)
                killed += 1
        if child.wait() not in (0, -signal.SIGKILL):
            raise SystemExit(f"a worker failed with {child.returncode}")
    return (folder / "digest").read_text(), killed


def main() -> None:
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        work(updates, Path(sys.argv[2]))
        return
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as broken:
        expected, _ = run(updates, Path(whole), None)
        print(
            f"{updates} updates without a break: {time.monotonic() - started:.0f} s, digest {expected[:16]}", flush=True
        )
        found, killed = run(updates, Path(broken), random.Random(2))
        print(f"the same, killed {killed} times: digest {found[:16]}", flush=True)
    if found != expected or killed == 0:
        raise SystemExit("the resumed stream ended otherwise")
    print("bit for bit the same")


if __name__ == "__main__":
    main()
