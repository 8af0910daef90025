"""Where one plugin's problems and solvers wait until its hook has returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from porism._law import GENERAL
from porism._problem import Problem
from porism._solver import Solver
from porism._text import did_you_mean
from porism.errors import PluginError

__all__ = ["GENERAL_CLAIMS", "Staging"]

AnyProblem = Problem[..., Any]
AnySolver = Solver[..., Any]

GENERAL_CLAIMS = frozenset(law.claim for law in GENERAL if law.claim is not None)
"""Claims that a general law tests for every problem."""


class Staging:
    """What a plugin's hook is given as `registry`: it collects, and counts only if the hook returns.

    Parameters
    ----------
    owner : str
        The distribution.
    problems, solvers : sequence, optional
        What the same distribution has registered before, whose names it cannot use again.

    Attributes
    ----------
    problems, solvers : list
        What has been added.
    """

    def __init__(self, owner: str, problems: Sequence[AnyProblem] = (), solvers: Sequence[AnySolver] = ()) -> None:
        self.owner = owner
        self.problems: list[AnyProblem] = []
        self.solvers: list[AnySolver] = []
        self._problem_names = {problem.name for problem in problems}
        self._solver_names = {name for solver in solvers for name in _qualified_names(solver)}
        self._open = True

    def add(self, *items: AnyProblem | AnySolver) -> None:
        """Add problems and solvers.

        Raises
        ------
        PluginError
            For something that is neither, for a name that this distribution has added already, for a claim that no
            law tests, or when the hook has returned.
        """
        if not self._open:
            raise PluginError(f"{self.owner} adds after its hook has returned; only what the hook itself adds counts")
        for item in items:
            if isinstance(item, Problem):
                self._add_problem(item)
            elif isinstance(item, Solver):
                self._add_solver(item)
            else:
                raise PluginError(
                    f"{self.owner} adds {item!r}, which is neither a problem nor a solver; "
                    "make one with @porism.problem or @porism.solver"
                )

    def _add_problem(self, problem: AnyProblem) -> None:
        if problem.name in self._problem_names:
            raise PluginError(f"problem {problem.name!r} is added twice by {self.owner}")
        self._problem_names.add(problem.name)
        self.problems.append(problem)

    def _add_solver(self, solver: AnySolver) -> None:
        names = _qualified_names(solver)
        repeated = self._solver_names & names
        if repeated:
            raise PluginError(f"solver name {min(repeated)!r} is added twice by {self.owner}")
        known = solver.problem.claims | GENERAL_CLAIMS
        unknown = [claim for claim in solver.claims if claim not in known]
        if unknown:
            raise PluginError(
                f"{solver.qualified} claims {unknown[0]!r}, which no law tests{did_you_mean(unknown[0], known)}"
            )
        self._solver_names |= names
        self.solvers.append(solver)

    def close(self) -> None:
        """The hook has returned."""
        self._open = False

    def discard(self) -> None:
        """Forget everything: the hook failed."""
        self.close()
        self.problems.clear()
        self.solvers.clear()


def _qualified_names(solver: AnySolver) -> set[str]:
    return {f"{solver.problem.name}/{name}" for name in (solver.name, *solver.aliases)}
