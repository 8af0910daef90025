"""A selector beside a model of it: a Hypothesis state machine that does whatever a caller may, in any order."""

from __future__ import annotations

import pickle
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.reporting import with_reporter
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from porism import Solver
from porism.objectives import DuplicateItem, UnknownItem
from porism.problems.dynamic_submodular_maximization.problem import restored
from porism.problems.submodular_maximization.laws import MONOTONE, best_of, by_definition, monotone, scale_of, slack

__all__ = ["run_machine"]

N = 9
"""Items, few enough for brute force."""

SETTINGS = hypothesis.settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.normal,
    phases=(Phase.generate, Phase.shrink),
)


def _machine(solver: Solver[..., Any]) -> type[RuleBasedStateMachine]:
    class Company(RuleBasedStateMachine):
        """The selector and the set of what should be live."""

        def __init__(self) -> None:
            super().__init__()
            self.selector: Any = None
            self.live: list[int] = []

        @initialize(
            kind=st.sampled_from(MONOTONE), data=st.integers(0, 99), k=st.integers(1, 3), seed=st.integers(0, 9)
        )
        def begin(self, kind: str, data: int, k: int, seed: int) -> None:
            """Make the selector."""
            self.f = monotone(N, data, kind)
            self.naive, self.slack = by_definition(self.f), slack(self.f) * scale_of(self.f)
            self.k = k
            options = {"epsilon": 0.4} if "epsilon" in solver.signature.parameters else {}
            self.selector = solver(self.f, k, rng=seed, **options)

        @precondition(lambda self: len(self.live) < N)
        @rule(data=st.data())
        def insert(self, data: st.DataObject) -> None:
            """Insert an item that is not live."""
            item = data.draw(st.sampled_from([item for item in range(N) if item not in self.live]))
            self.selector.insert(item)
            self.live.append(item)

        @precondition(lambda self: self.live)
        @rule(data=st.data())
        def delete(self, data: st.DataObject) -> None:
            """Delete a live item."""
            item = data.draw(st.sampled_from(sorted(self.live)))
            self.selector.delete(item)
            self.live.remove(item)

        @precondition(lambda self: self.live)
        @rule()
        def delete_what_is_chosen(self) -> None:
            """Be the adversary."""
            chosen = self.selector.solution()
            if len(chosen):
                self.selector.delete(int(chosen[-1]))
                self.live.remove(int(chosen[-1]))

        @rule(flips=st.lists(st.integers(0, N - 1), max_size=12))
        def apply(self, flips: list[int]) -> None:
            """Insert what is not live and delete what is, in one call."""
            ops = []
            for item in flips:
                ops.append(-1 if item in self.live else 1)
                self.live.remove(item) if item in self.live else self.live.append(item)
            self.selector.apply(ops, flips)

        @rule(pickled=st.booleans())
        def save_and_load(self, pickled: bool) -> None:
            """Go on with a copy."""
            old = self.selector
            if pickled:
                self.selector = pickle.loads(pickle.dumps(old))
            else:
                self.selector = restored(type(old), self.f, old.snapshot())
            assert self.selector == old, "a copy differs"

        @rule(item=st.integers(0, N - 1))
        def refuse(self, item: int) -> None:
            """Ask for what cannot be."""
            try:
                self.selector.insert(item) if item in self.live else self.selector.delete(item)
            except (DuplicateItem, UnknownItem):
                return
            raise AssertionError(f"item {item} was inserted twice, or deleted without being live")

        @precondition(lambda self: self.selector is not None)
        @rule()
        def read(self) -> None:
            """Compare everything that can be read with brute force."""
            chosen, value, bound = self.selector.solution(), self.selector.value(), self.selector.upper_bound()
            assert len(set(chosen.tolist())) == len(chosen) <= self.k, f"{chosen} for k={self.k}"
            assert set(chosen.tolist()) <= set(self.live), f"{chosen} is not live: {sorted(self.live)} are"
            expected = self.naive(chosen.tolist())
            assert abs(value - expected) <= self.slack, f"value() is {value}, {chosen} is worth {expected}"
            best = best_of(self.f, self.live, self.k)
            assert bound >= best - self.slack, f"upper_bound() is {bound}, the optimum {best}"

        @invariant()
        def knows_what_is_live(self) -> None:
            """The model's items are the selector's."""
            if self.selector is not None:
                assert sorted(self.selector) == sorted(self.live), f"{sorted(self.selector)}, not {sorted(self.live)}"

    return Company


def run_machine(solver: Solver[..., Any], seed: int) -> None:
    """Let Hypothesis look for a sequence of calls that the selector does not survive.

    Raises
    ------
    AssertionError
        With the shortest such sequence found, as a program.
    """
    told: list[object] = []
    try:
        with with_reporter(told.append):
            run_state_machine_as_test(hypothesis.seed(seed)(_machine(solver)), settings=SETTINGS)
    except Exception as broken:
        steps = "; ".join(
            line.strip() for line in map(str, (*told, *getattr(broken, "__notes__", ()))) if "state." in line
        )
        kind = "" if isinstance(broken, AssertionError) else f"{type(broken).__name__}: "
        raise AssertionError(f"{kind}{broken} (after {steps})") from broken
