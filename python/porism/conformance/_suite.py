"""The laws module of a problem: strategies and checks, bound to the statements that the problem declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from porism._law import Law
from porism._problem import Problem
from porism._solver import Solver
from porism._text import did_you_mean
from porism.conformance._instance import Instance, Invalid
from porism.errors import PluginError

__all__ = ["Check", "Suite"]

Strategy = st.SearchStrategy[Any]
Given = Strategy | Callable[[Solver[..., Any]], Strategy] | None


@dataclass(frozen=True)
class Check:
    """A law with the code that tests it."""

    law: Law
    function: Callable[..., None]
    given: Given
    scale: float = 1.0
    least: int = 1
    """Examples that every profile tries."""

    def strategy(self, solver: Solver[..., Any]) -> Strategy | None:
        """The instances to draw for `solver`; None for a law that makes its own, with fixed seeds."""
        return self.given if self.given is None or isinstance(self.given, st.SearchStrategy) else self.given(solver)


class Suite:
    """Strategies and checks of one problem. A `laws` module makes one and calls it ``SUITE``.

    Parameters
    ----------
    problem : Problem
        Whose statements the checks test.
    instances : strategy of Instance, or callable (solver) -> strategy
        Valid calls: small adversarial ones as well as typical ones.
    invalid : sequence of Invalid, strategy of Invalid, or callable (solver) -> strategy, optional
        Calls that must be refused. Every one of a sequence is tried, in every profile.
    long : callable () -> Instance, optional
        An instance on which every solver that claims `interruptible` works for at least two seconds.
    """

    def __init__(
        self,
        problem: Problem[..., Any],
        *,
        instances: Given,
        invalid: Given | Sequence[Invalid] = None,
        long: Callable[[], Instance] | None = None,
    ) -> None:
        self.problem = problem
        self.instances = instances
        self.n_invalid = len(invalid) if isinstance(invalid, Sequence) else 1
        self.invalid: Given = st.sampled_from(invalid) if isinstance(invalid, Sequence) else invalid
        self.long = long
        self.checks: dict[str, Check] = {}

    def law(
        self, name: str, *, given: Given = None, instances: bool = True, scale: float = 1.0
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Bind the decorated function to the statement `name` of the problem.

        Parameters
        ----------
        name : str
            The law.
        given : strategy, or callable (solver) -> strategy, optional
            What to draw; the suite's instances by default.
        instances : bool
            False for a function ``(solver)`` that makes its own instances from fixed seeds and is run once.
        scale : float
            Share of a profile's examples that this law gets; below 1 for slow ones.

        The function is called as ``function(solver, instance)`` and fails by raising, AssertionError as a rule.
        """
        statements = {law.name: law for law in self.problem.statements}
        if name not in statements:
            raise PluginError(f"{self.problem.name!r} states no law {name!r}{did_you_mean(name, statements)}")

        def bind(function: Callable[..., None]) -> Callable[..., None]:
            drawn = given if given is not None else self.instances
            self.checks[name] = Check(statements[name], function, drawn if instances else None, scale)
            return function

        return bind

    def complete(self) -> None:
        """Every stated law has its check.

        Raises
        ------
        PluginError
            If one has not: a law that is never tested cannot fail.
        """
        missing = [law.name for law in self.problem.statements if law.name not in self.checks]
        if missing:
            raise PluginError(f"{self.problem.name!r} states laws without a check: {', '.join(missing)}")


__all__ += ["Given", "Invalid"]
