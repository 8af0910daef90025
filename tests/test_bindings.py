"""How kernels behave as citizens of a Python process: interrupts, threads, forks, progress, panics."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from porism import ComputationError, InvalidInput, registry
from porism._core import isa, spin

LONG = 30.0  # seconds that a kernel would run if nothing stopped it
PROMPT = 5.0  # what a loaded test machine may take; how near 0.2 s it is on an idle one, `benchmarks/process.json` says


def run(program: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=timeout, check=False
    )


def interrupt_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


@pytest.fixture
def default_sigint():
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


@pytest.mark.usefixtures("default_sigint")
def test_sigint_stops_a_running_kernel_and_the_process_goes_on():
    timer = interrupt_after(0.3)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        spin(LONG)
    assert time.monotonic() - started < PROMPT
    timer.join()
    assert spin(0.01) > 0


@pytest.mark.usefixtures("default_sigint")
@pytest.mark.parametrize("name", ["fasterpam", "fastpam1", "pam", "alternating"])
def test_sigint_stops_a_solver(name):
    X = np.random.default_rng(0).random((9000, 24))
    timer = interrupt_after(0.4)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(1000):  # a solver that is done before the signal comes starts again
            registry.get(name)(X, 400, rng=0)
    assert time.monotonic() - started < PROMPT
    timer.join()
    assert registry.get(name)(X[:50], 3, rng=0).converged


def test_a_forked_child_can_call_a_kernel_on_threads():
    done = run(
        """
        import os, numpy as np
        from porism import registry
        fasterpam = registry.get("fasterpam")
        X = np.random.default_rng(0).random((600, 5))
        expected = fasterpam(X, 7, rng=1, n_jobs=2)
        child = os.fork()
        if child == 0:
            same = fasterpam(X, 7, rng=1, n_jobs=2) == expected
            os._exit(0 if same else 3)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        timeout=60,
    )
    assert done.stdout.strip() == "0", done.stderr


def test_other_python_threads_run_while_a_kernel_does():
    beats = 0
    stop = threading.Event()

    def beat():
        nonlocal beats
        while not stop.is_set():
            beats += 1
            time.sleep(0.001)

    thread = threading.Thread(target=beat)
    thread.start()
    before = beats
    spin(0.5)
    stop.set()
    thread.join()
    assert beats - before > 50


def test_a_panic_becomes_an_exception_that_except_exception_catches():
    with pytest.raises(ComputationError, match="asked to"):
        spin(0.0, panic=True)


def test_progress_is_called_with_what_is_done():
    seen = []
    spin(0.3, progress=lambda *state: seen.append(state))
    assert len(seen) >= 3
    assert seen[-1][1] == 300_000
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_an_exception_in_progress_stops_the_kernel_and_is_raised():
    def give_up(*_):
        raise RuntimeError("enough")

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        spin(LONG, progress=give_up)
    assert time.monotonic() - started < PROMPT


def test_solver_progress_counts_up_to_the_loss():
    X = np.random.default_rng(0).random((3000, 8))
    seen = []
    result = registry.get("fasterpam")(X, 60, rng=0, progress=lambda *state: seen.append(state))
    assert seen
    assert seen[-1][2] == pytest.approx(result.loss)


def test_progress_bar_draws_on_stderr_only():
    done = run(
        """
        import numpy as np
        from porism import registry
        registry.get("fasterpam")(np.random.default_rng(0).random((500, 4)), 5, rng=0, progress=True)
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "fasterpam" in done.stderr


def test_isa_can_be_forced_down_and_gives_the_same_bits():
    program = """
        import numpy as np
        from porism import registry
        from porism._core import isa
        rng = np.random.default_rng(0)
        A = rng.random((400, 400), dtype=np.float32)
        D = A + A.T
        np.fill_diagonal(D, 0)
        r = registry.get("fasterpam")(D, 20, metric="precomputed", rng=3)
        print(r.loss.hex(), r.medoids.tolist(), r.n_swap)
        """
    seen = set()
    for level in ("portable", "avx2", "avx512"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PORISM_ISA": level},
        )
        seen.add(done.stdout)
    assert len(seen) == 1, seen
    assert isa() in ("portable", "avx2", "avx512")


def test_threads_calling_at_once_do_not_disturb_one_another():
    X = np.random.default_rng(0).random((400, 6))
    fasterpam = registry.get("fasterpam")
    expected = fasterpam(X, 9, rng=5)
    results = []
    threads = [threading.Thread(target=lambda: results.append(fasterpam(X, 9, rng=5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(result == expected for result in results)


def test_an_array_that_another_thread_writes_to_does_no_harm():
    """The values may be any mixture; nothing may crash, and what comes back is a partition."""
    rng = np.random.default_rng(0)
    A = rng.random((1200, 1200))
    D = A + A.T
    np.fill_diagonal(D, 0)
    stop = threading.Event()

    def scribble():
        while not stop.is_set():
            D[rng.integers(1200), :] = rng.choice([np.nan, -1.0, np.inf, 1e300, 0.0])

    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        for seed in range(10):
            try:
                result = registry.get("fasterpam")(D, 30, metric="precomputed", rng=seed, max_iter=3)
            except (InvalidInput, ComputationError):
                continue
            assert len(set(result.medoids.tolist())) == 30
            assert ((result.labels >= 0) & (result.labels < 30)).all()
    finally:
        stop.set()
        thread.join()


def test_solvers_and_results_survive_pickling():
    fasterpam = registry.get("fasterpam")
    assert pickle.loads(pickle.dumps(fasterpam)) is fasterpam
    assert pickle.loads(pickle.dumps(fasterpam.problem)) is fasterpam.problem
    result = fasterpam(np.random.default_rng(0).random((40, 3)), 4, rng=0)
    assert pickle.loads(pickle.dumps(result)) == result
