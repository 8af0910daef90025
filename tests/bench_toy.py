"""A problem with solvers and peers of every character, for the tests of the benchmark harness."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

import numpy as np

import porism
from porism import Claims
from porism.bench import Limit, Peer, Task, Variant, Workload

MIB = 1 << 20


@dataclass(frozen=True)
class Total(porism.Result):
    total: float


@porism.problem("toy-total", result=Total, bench="bench_toy")
def toy_total(X, *, rng=None):
    """Sum up."""


@porism.solver(toy_total, "plain", default=True, claims=Claims(exact=True))
def plain(X, *, scale=1.0, rng=None, n_jobs=None):
    """Add."""
    return Total(float(np.sum(X)) * scale)


@porism.solver(toy_total, "wrong", claims=Claims(exact=True))
def wrong(X, *, rng=None):
    """Add, off by one."""
    return Total(float(np.sum(X)) + 1.0)


@porism.solver(toy_total, "guess")
def guess(X, *, rng=None):
    """Guess; it promises nothing about its result."""
    return Total(float(len(X)))


@porism.solver(toy_total, "hungry", claims=Claims(exact=True))
def hungry(X, *, rng=None):
    """Add, with 64 MiB of working space, and talk about it."""
    print("I am not part of the protocol")
    os.write(1, b"nor am I\n")
    return Total(float(np.sum(X) + np.zeros(64 * MIB // 8)[::512].sum() + np.ones(64 * MIB // 8).min() - 1.0))


@porism.solver(toy_total, "raises", claims=Claims(exact=True))
def raises(X, *, rng=None):
    """Fail."""
    raise ValueError("cannot open /home/somebody/secrets/data.bin")


@porism.solver(toy_total, "dies", claims=Claims(exact=True))
def dies(X, *, rng=None):
    """Take the process with it."""
    os.kill(os.getpid(), signal.SIGKILL)


@porism.solver(toy_total, "endless", claims=Claims(exact=True))
def endless(X, *, rng=None):
    """Never return."""
    time.sleep(600)


SOLVERS = (plain, wrong, guess, hungry, raises, dies, endless)


def make(size, seed):
    np.ones(96 * MIB // 8).sum()  # what building takes must not count as the contenders' memory
    X = np.random.default_rng(seed).integers(0, 100, size).astype(float)
    return Task(args=(X,), wishes={"rng": 0, "unheard_of": 1})


def check(task, value):
    return value.total


def pools(expected):
    """A peer that works only where thread pools are told `expected`."""

    def start(task):
        def call():
            assert os.environ["OMP_NUM_THREADS"] == expected
            return Total(float(task.args[0].sum()))

        return call

    return start


def small(task, value):
    return Limit(what="bytes of X", nbytes=float(task.args[0].nbytes))


def workload(name, **more):
    given = {
        "summary": "some numbers",
        "sizes": (1000,),
        "make": make,
        "check": check,
        "check_name": "total",
        "memory": lambda size: 8 * size,
        **more,
    }
    return Workload(name=name, **given)


WORKLOADS = (
    workload(
        "all",
        peers=(
            Peer(name="numpy.sum", form="pinned", of=("plain",), start=pools("1"), distributions=("numpy",)),
            Peer(name="numpy.sum", form="free", of=("plain",), start=pools("7"), pinned=False),
            Peer(name="absent", form="any", of=("plain",), start=pools("1"), distributions=("no-such-thing",)),
            Peer(name="of guess", form="any", of=("guess",), start=pools("1")),
        ),
        variants=(
            Variant(solver="plain", form="scaled", options={"scale": 1.0}),
            Variant(solver="plain", form="misspelt", options={"scael": 1.0}),
        ),
        limit=small,
    ),
    workload("growing", sizes=(100, 200), most=400, largest={"guess": 100}, solvers=("plain", "guess")),
    workload("one-by-one", memory=lambda size: _share_of_memory(0.4), solvers=("plain", "guess")),
    workload("too-large", memory=lambda size: 1 << 60, solvers=("plain",), heavy=True),
)


def _share_of_memory(share):
    from porism._validation import _available_memory

    return int((_available_memory() or 0) * share)
