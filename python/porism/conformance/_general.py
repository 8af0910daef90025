"""The laws of every problem: what any solver owes its callers."""

from __future__ import annotations

import dataclasses
import os
import pickle
import signal
import threading
import time
from typing import Any

import numpy as np

from porism._law import GENERAL
from porism._solver import Solver
from porism._sparse import is_sparse, stored
from porism.conformance._instance import Instance, Invalid
from porism.conformance._suite import Check, Suite
from porism.errors import InvalidInput

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


def pickling(solver: Solver[..., Any], instance: Instance) -> None:
    result = instance.call(solver)
    again = pickle.loads(pickle.dumps(result))
    assert type(again) is type(result), f"a {type(result).__name__} came back as {type(again).__name__}"
    assert again == result, f"{result} came back as {again}"


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


def deterministic(solver: Solver[..., Any], instance: Instance) -> None:
    first, second = (instance.call(solver, rng=seed) for seed in (1, 2))
    assert first == second, f"rng=1 gave {first}, rng=2 {second}"


def thread_invariance(solver: Solver[..., Any], instance: Instance) -> None:
    one, *others = (instance.call(solver, rng=7, n_jobs=n_jobs) for n_jobs in (1, 2, 4))
    for n_jobs, result in zip((2, 4), others, strict=True):
        assert result == one, f"n_jobs=1 gave {one}, n_jobs={n_jobs} {result}"


def _interrupts(suite: Suite) -> Check:
    def interrupts(solver: Solver[..., Any]) -> None:
        assert suite.long is not None, "the suite has no long instance to interrupt"
        assert threading.current_thread() is threading.main_thread(), "only the main thread receives signals"
        instance = suite.long()
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
        Check(_LAWS["deterministic"], deterministic, suite.instances),
        Check(_LAWS["thread-invariance"], thread_invariance, suite.instances),
        _interrupts(suite),
    ]
    if suite.invalid is not None:
        checks.append(Check(_LAWS["bad-input"], bad_input, suite.invalid, 4.0, suite.n_invalid))
    return checks
