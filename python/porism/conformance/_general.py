"""The laws of every problem: what any solver owes its callers."""

from __future__ import annotations

import copy
import dataclasses
import gc
import itertools
import os
import pickle
import random
import signal
import threading
import time
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import hypothesis
import numpy as np
from hypothesis.strategies import SearchStrategy

from porism._law import GENERAL
from porism._solver import Solver
from porism._sparse import is_sparse, stored
from porism.conformance._instance import LAYOUTS, Instance, Invalid
from porism.conformance._suite import Check, Suite
from porism.errors import InvalidInput, ResultOverflow

__all__ = ["general_checks"]

_LAWS = {law.name: law for law in GENERAL}

PROMPT = 2.0
"""Seconds that an interrupt may take under the load of a test machine. The kernels' own bound is 0.15 s."""


def result_type(solver: Solver[..., Any], instance: Instance) -> None:
    result = instance.call(solver)
    expected = solver.problem.result
    assert isinstance(result, expected), f"expected a {expected.__name__}, got {type(result).__name__}"


def inputs_untouched(solver: Solver[..., Any], instance: Instance) -> None:
    before = instance.copy()
    instance.call(solver)
    for name, was, now in zip(solver.problem.arguments, before.args, instance.args, strict=False):
        assert _same(was, now), f"{name} was modified"
    for name, was in before.options.items():
        if not isinstance(was, np.random.Generator):
            assert _same(was, instance.options[name]), f"{name} was modified"


def same_seed(solver: Solver[..., Any], instance: Instance, seed: int = 12345) -> None:
    first, second = (instance.call(solver, rng=seed) for _ in range(2))
    assert first == second, f"rng={seed} gave {first}, then {second}"


def global_random(solver: Solver[..., Any], instance: Instance) -> None:
    before = np.random.get_state(), random.getstate()  # noqa: NPY002 - the global state is what this is about
    instance.call(solver)
    after = np.random.get_state(), random.getstate()  # noqa: NPY002
    assert repr(before[0]) == repr(after[0]), "NumPy's global random state was used"
    assert before[1] == after[1], "Python's global random state was used"


def pickling(solver: Solver[..., Any], instance: Instance) -> None:
    result = instance.call(solver)
    for how, again in (("pickling", pickle.loads(pickle.dumps(result))), ("copying", copy.deepcopy(result))):
        assert type(again) is type(result), f"after {how} a {type(result).__name__} is a {type(again).__name__}"
        assert again == result, f"{result} is {again} after {how}"
        if hasattr(result, "to_dict"):
            fields, others = result.to_dict(), again.to_dict()
            assert all(isinstance(name, str) for name in fields), f"to_dict() has keys {list(fields)}"
            assert list(fields) == list(others), f"to_dict() has {list(fields)}, and {list(others)} after {how}"


def unknown_option(solver: Solver[..., Any], instance: Instance) -> None:
    try:
        solver(*instance.args, **{**instance.options, "no_such_option": 1})
    except InvalidInput as error:
        assert "no_such_option" in str(error), f"the message does not name the option: {error}"
    else:
        raise AssertionError("no_such_option=1 was accepted")


def bad_input(solver: Solver[..., Any], instance: Invalid) -> None:
    if instance.argument not in {**solver.signature.parameters, **solver.problem.signature.parameters}:
        return  # an option of other solvers
    if any(name not in solver.signature.parameters for name in instance.wishes):
        return  # without another option that the solver has not, the call may be valid
    before = instance.copy()
    try:
        result = instance.call(solver)
    except InvalidInput as error:
        message = str(error)
        assert instance.argument in message, f"the message does not name {instance.argument}: {message}"
        assert instance.mentions in message, f"the message does not say {instance.mentions!r}: {message}"
    else:
        raise AssertionError(f"invalid {instance.argument} was accepted, with result {result}")
    for was, now in zip(before.args, instance.args, strict=False):
        assert _same(was, now), "a refused call modified its argument"


class Nonsense:
    """A value that nothing can mean, and whose conversion to an array fails in a way of its own."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("there are no numbers in it")

    def __repr__(self) -> str:
        return "<nonsense>"


def bad_option(solver: Solver[..., Any], instance: Instance) -> None:
    arguments = solver.problem.arguments[: len(instance.args)]

    def call(name: str, value: object) -> Any:
        args, options = list(instance.args), dict(instance.options)
        if name in arguments:
            args[arguments.index(name)] = value
        else:
            options[name] = value
        return solver(*args, **options)

    for name in (*arguments, *solver.options):
        try:
            result = call(name, Nonsense())
        except InvalidInput as error:
            assert name in str(error), f"{name}=<nonsense> is refused with a message that does not name it: {error}"
        else:
            raise AssertionError(f"{name}=<nonsense> was accepted, with result {result}")


def any_layout(solver: Solver[..., Any], instance: Instance) -> None:
    expected = instance.call(solver, rng=3)
    for place, name, array in _arrays(solver, instance):
        for layout in LAYOUTS if array.size else ():
            args = list(instance.args)
            args[place] = layout(array)
            try:
                result = instance.but(*args).call(solver, rng=3)
            except InvalidInput:
                continue
            how = layout.__name__.strip("_")
            assert result == expected, f"{name} of layout {how!r} gave {result}, otherwise {expected}"


DTYPES = ("?", *"bBhHiIqQ", "e", "f", "d", "g", "F", "D", "O", "S", "U", "M8[D]", "m8[s]", "V8")


def any_dtype(solver: Solver[..., Any], instance: Instance) -> None:
    expected = instance.call(solver, rng=3)
    for place, name, array in _arrays(solver, instance):
        for dtype in map(np.dtype, DTYPES):
            if dtype == array.dtype:
                continue
            converted, same = _converted(array, dtype)
            args = list(instance.args)
            args[place] = converted
            with warnings.catch_warnings():
                warnings.simplefilter("error", _lossy())
                try:
                    result = instance.but(*args).call(solver, rng=3)
                except (InvalidInput, ResultOverflow):
                    continue
            assert isinstance(result, solver.problem.result), f"{name} of dtype {dtype} gave a {type(result).__name__}"
            assert not same or _alike(result, expected), (
                f"{name} as {dtype} gave {result}, the same values as {array.dtype} {expected}"
            )


def _lossy() -> type[Warning]:
    """The warning that an imaginary part was dropped."""
    found: type[Warning] = getattr(np, "exceptions", np).ComplexWarning
    return found


def _arrays(solver: Solver[..., Any], instance: Instance) -> list[tuple[int, str, Any]]:
    """The arguments that are arrays of numbers: their place, name and value."""
    named = zip(range(len(instance.args)), solver.problem.arguments, instance.args, strict=False)
    return [one for one in named if isinstance(one[2], np.ndarray) and one[2].ndim and one[2].dtype.kind in "biuf"]


def _converted(array: Any, dtype: np.dtype[Any]) -> tuple[Any, bool]:
    """The array in another dtype, and whether that is the same integers in another dtype of integers or objects."""
    if dtype.kind == "V":
        return np.zeros(array.shape, dtype), False
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dtype.kind == "c":
            return array.astype(dtype) + dtype.type(1j), False
        if dtype.kind in "mM":
            return np.nan_to_num(array).astype(np.int64).astype(dtype), False
        converted = array.astype(dtype)
        whole = array.dtype.kind in "biu" and dtype.kind in "biuO"
        return converted, whole and converted.tolist() == array.tolist()


def _alike(a: Any, b: Any) -> bool:
    """Whether two results hold the same values, whatever their dtypes."""
    if not hasattr(a, "to_dict"):
        return True
    ours, theirs = a.to_dict(), b.to_dict()
    return ours.keys() == theirs.keys() and all(_close(value, theirs[name]) for name, value in ours.items())


def _close(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_close(value, b[name]) for name, value in a.items())
    if isinstance(a, np.ndarray | float) and isinstance(b, np.ndarray | float | int):
        if np.shape(a) != np.shape(b):
            return False
        if np.asarray(a).dtype.kind in "biufc" and np.asarray(b).dtype.kind in "biufc":
            return bool(np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True))
        return bool(np.array_equal(a, b))
    if is_sparse(a) or is_sparse(b) or dataclasses.is_dataclass(a):
        return True  # compared by laws of the problem's own
    return bool(np.all(a == b))


def concurrent(solver: Solver[..., Any], instance: Instance) -> None:
    expected = instance.call(solver, rng=11)
    start = threading.Barrier(THREADS)

    def work(_: int) -> list[Any]:
        start.wait(60)
        return [instance.call(solver, rng=11) for _ in range(2)]

    with ThreadPoolExecutor(THREADS) as pool:
        for result in (one for many in pool.map(work, range(THREADS)) for one in many):
            assert result == expected, f"{result} among {THREADS} threads, {expected} alone"


THREADS = 4


def _memory(suite: Suite) -> Check:
    """Rounds of equal calls: what leaks grows in every one of them, what is cached only in the first."""

    def memory(solver: Solver[..., Any]) -> None:
        strategy = suite.instances if isinstance(suite.instances, SearchStrategy) else suite.instances(solver)  # type: ignore[misc]
        instances = drawn(strategy, 8)
        calls, started = 0, time.monotonic()
        while calls < 20 or (time.monotonic() - started < 0.5 and calls < 1000):
            instances[calls % len(instances)].call(solver)
            calls += 1
        traced, resident = [], []
        tracemalloc.start()
        try:
            for _ in range(ROUNDS + 1):
                for call in range(calls):
                    instances[call % len(instances)].call(solver)
                gc.collect()
                traced.append(tracemalloc.get_traced_memory()[0])
                resident.append(_resident())
        finally:
            tracemalloc.stop()
        # The first round may fill caches. A native leak shows in whole pages only, and other threads' too.
        bounds = ("Python", traced, max(8 * calls, 1 << 12)), ("the process", resident, max(64 * calls, 1 << 16))
        for what, sizes, least in bounds:
            growth = min(after - before for before, after in itertools.pairwise(sizes[1:]))
            assert growth < least, f"{what} needs {growth / calls:.0f} bytes more for every call"

    return Check(_LAWS["memory"], memory, None)


ROUNDS = 6


def _resident() -> int:
    """Bytes of memory that this process has, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def drawn(strategy: SearchStrategy[Any], n: int) -> list[Any]:
    """Some instances, the same at every call."""
    found: list[Any] = []

    @hypothesis.seed(0)
    @hypothesis.settings(
        database=None,
        deadline=None,
        max_examples=n,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(instance: Any) -> None:
        found.append(instance)

    collect()
    return found[-n:]


def deterministic(solver: Solver[..., Any], instance: Instance) -> None:
    first, second = (instance.call(solver, rng=seed) for seed in (1, 2))
    assert first == second, f"rng=1 gave {first}, rng=2 {second}"


def thread_invariance(solver: Solver[..., Any], instance: Instance) -> None:
    if "n_jobs" not in solver.signature.parameters:
        return  # claimed by one that has no threads
    one, *others = (instance.call(solver, rng=7, n_jobs=n_jobs) for n_jobs in (1, 2, 4))
    for n_jobs, result in zip((2, 4), others, strict=True):
        assert result == one, f"n_jobs=1 gave {one}, n_jobs={n_jobs} {result}"


class _Enough(Exception):
    """What a callable raises that has heard enough."""


def progress(solver: Solver[..., Any], instance: Instance) -> None:
    if "progress" not in solver.signature.parameters:
        return  # claimed by one that has no such option
    expected, heard = instance.call(solver, rng=9), []
    result = instance.call(solver, rng=9, progress=lambda *told: heard.append(told))
    assert result == expected, f"{expected} without, {result} with a callable as progress"
    for told in heard:
        assert len(told) == 3, f"progress heard {told}, not (done, total, value)"
        done, total, value = told
        assert isinstance(done, int), f"progress heard done={done!r}"
        assert isinstance(total, int), f"progress heard total={total!r}"
        assert isinstance(value, float), f"progress heard value={value!r}"
        assert done >= 0, f"progress heard done={done}"
        assert total >= 0, f"progress heard total={total}"
    steps = [told[0] for told in heard]
    for before, after in itertools.pairwise(steps):
        # what works in phases (first all dissimilarities, then the exchanges) begins again with each
        assert after >= before or after == 0, f"progress heard of {before} done, and then of {after}"

    def give_up(*told: Any) -> None:
        raise _Enough(*told)

    try:
        instance.call(solver, rng=9, progress=give_up)
    except _Enough:
        assert heard, "a callable as progress heard something in one call, and nothing in the same before"
    else:
        assert not heard, "what a callable as progress raised did not come out"


def _interrupts(suite: Suite) -> Check:
    def interrupts(solver: Solver[..., Any]) -> None:
        assert suite.long is not None, "the suite has no long instance to interrupt"
        assert threading.current_thread() is threading.main_thread(), "only the main thread receives signals"
        instance = suite.long()
        strategy = suite.instances if isinstance(suite.instances, SearchStrategy) else suite.instances(solver)  # type: ignore[misc]
        small = drawn(strategy, 3)
        before = [one.call(solver, rng=5) for one in small]
        sent: list[float] = []

        def send() -> None:
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        previous = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(0.5, send)
        timer.start()
        try:
            while (
                not sent or time.monotonic() < sent[0] + PROMPT
            ):  # a call that is over before the signal is made again
                result = instance.call(solver)
        except KeyboardInterrupt:
            took = time.monotonic() - sent[0]
            assert took < PROMPT, f"KeyboardInterrupt came {took:.2f} s after the signal"
        else:
            raise AssertionError(f"the signal was swallowed; the call returned {result}")
        finally:
            timer.cancel()
            timer.join()
            signal.signal(signal.SIGINT, previous)
        for one, expected in zip(small, before, strict=True):
            result = one.call(solver, rng=5)
            assert result == expected, f"{expected} before an interrupted call, {result} after it"

    return Check(_LAWS["interrupts"], interrupts, None)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        if not isinstance(b, np.ndarray) or a.dtype != b.dtype or a.shape != b.shape:
            return False
        return a.tobytes() == b.tobytes() if a.dtype != object else bool(np.all(a == b))
    if is_sparse(a):
        if type(a) is not type(b) or a.shape != b.shape:
            return False
        ours, theirs = stored(a), stored(b)
        return all(_same(ours[name], theirs[name]) for name in ours)
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        return True  # a callable or object of the caller's own
    return type(a) is type(b) and (a is b or repr(a) == repr(b))


def general_checks(suite: Suite) -> list[Check]:
    """The general laws, drawing the instances of `suite`."""
    few = 0.4  # cheap laws whose failure needs no rare instance
    checks = [
        Check(_LAWS["result-type"], result_type, suite.instances, few),
        Check(_LAWS["inputs-untouched"], inputs_untouched, suite.instances),
        Check(_LAWS["same-seed"], same_seed, suite.instances),
        Check(_LAWS["pickling"], pickling, suite.instances, few),
        Check(_LAWS["unknown-option"], unknown_option, suite.instances, 0.1),
        Check(_LAWS["global-random"], global_random, suite.instances, 0.2),
        Check(_LAWS["bad-option"], bad_option, suite.instances, 0.08),
        Check(_LAWS["any-layout"], any_layout, suite.instances, 0.2),
        Check(_LAWS["any-dtype"], any_dtype, suite.instances, 0.2),
        Check(_LAWS["concurrent"], concurrent, suite.instances, 0.08),
        _memory(suite),
        Check(_LAWS["deterministic"], deterministic, suite.instances),
        Check(_LAWS["thread-invariance"], thread_invariance, suite.instances),
        _interrupts(suite),
        Check(_LAWS["progress"], progress, suite.instances, 0.12),
    ]
    if suite.invalid is not None:
        checks.append(Check(_LAWS["bad-input"], bad_input, suite.invalid, 4.0, suite.n_invalid))
    return checks
