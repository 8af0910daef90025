"""Runs laws with Hypothesis and says what happened, with a counter-example as code where one failed."""

from __future__ import annotations

import atexit
import os
import platform
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, configuration
from hypothesis.errors import Flaky, HypothesisException

from porism._law import applies
from porism._registry import registry
from porism._solver import Solver
from porism._text import did_you_mean
from porism._validation import as_choice, as_integer
from porism.conformance._general import general_checks
from porism.conformance._instance import Instance, Invalid
from porism.conformance._suite import Check, Suite
from porism.errors import InvalidInput, PluginError, PorismDeprecationWarning

if TYPE_CHECKING:
    import pytest

__all__ = [
    "PROFILES",
    "Case",
    "Outcome",
    "Profile",
    "Report",
    "cases",
    "check",
    "expected_failures",
    "parametrize",
    "replay",
    "summary",
]

SETTINGS = hypothesis.settings(
    database=None,  # checking writes nothing into the working directory
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
PLAIN = (Phase.explicit, Phase.generate)
"""The phases of a search that is content with any counter-example."""


@dataclass(frozen=True)
class Profile:
    """How hard to look."""

    examples: int
    budget: float | None = None
    """Seconds for all laws of one solver together; each law still gets a tenth of its examples."""


PROFILES = {"quick": Profile(25, 20.0), "default": Profile(100), "thorough": Profile(1000)}


@dataclass(frozen=True)
class Outcome:
    """What one law said about one solver.

    Attributes
    ----------
    law, statement : str
        Which law.
    status : str
        ``"passed"``, ``"failed"``, or ``"expected"`` for a failure that was announced with a reason.
    examples : int
        Instances tried.
    seconds : float
        Time spent.
    message : str
        Why it failed.
    code : str
        A program that reproduces the failure on the smallest instance found.
    source : str
        The theorem behind the law.
    """

    law: str
    statement: str
    status: str
    examples: int
    seconds: float
    message: str = ""
    code: str = ""
    source: str = ""


@dataclass(frozen=True)
class Report:
    """What all laws said about one solver.

    Attributes
    ----------
    solver : str
        Its exact name.
    seed : int
        Of the instances.
    outcomes : list of Outcome
        One for each law.
    profile : str
        How hard it was looked.
    """

    solver: str
    seed: int
    outcomes: list[Outcome] = field(default_factory=list)
    profile: str = "default"

    @property
    def ok(self) -> bool:
        """No law failed unannounced."""
        return all(outcome.status != "failed" for outcome in self.outcomes)

    @property
    def failures(self) -> list[Outcome]:
        """The laws that failed."""
        return [outcome for outcome in self.outcomes if outcome.status == "failed"]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"ok": self.ok, **asdict(self)}

    def raise_for_failures(self) -> None:
        """Raise AssertionError with every counter-example, if there is any."""
        if not self.ok:
            raise AssertionError("\n\n".join(f"{o.law}: {o.message}\n{o.code}" for o in self.failures))


@dataclass(frozen=True)
class Case:
    """One law for one solver, ready to run; a call raises AssertionError with the counter-example if the law fails."""

    solver: Solver[..., Any]
    check: Check
    name: str

    def run(self, examples: int = 100, seed: int = 0, seconds: float | None = None, *, shrink: bool = True) -> Outcome:
        """Look for a counter-example among about `examples` instances, or until `seconds` are over.

        Without `shrink` the first one is as good as a small one: for those who only want to know whether there is any.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PorismDeprecationWarning)  # what goes away keeps the laws until then
            return self._run(examples, seed, seconds, shrink)

    def _run(self, examples: int, seed: int, seconds: float | None, shrink: bool) -> Outcome:
        started = time.monotonic()
        wanted = max(self.check.least, round(examples * self.check.scale))
        strategy = self.check.strategy(self.solver)
        tried, message, code = 0, "", ""
        if strategy is None:
            tried = 1
            try:
                self.check.function(self.solver)
            except Exception as broken:
                message, code = _describe(broken), self.code(None)
        else:
            tried, failure = _search(self, strategy, wanted, seed, seconds, shrink)
            if failure is not None:
                message, code = _describe(failure[0]), failure[1]
        law = self.check.law
        status = "failed" if message else "passed"
        return Outcome(law.name, law.statement, status, tried, time.monotonic() - started, message, code, law.source)

    def __call__(self, examples: int = 25, seed: int = 0) -> None:
        outcome = self.run(examples, seed)
        if outcome.status == "failed":
            raise AssertionError(f"{self.name} breaks the law {outcome.law!r}: {outcome.message}\n\n{outcome.code}")

    def code(self, instance: Instance | None) -> str:
        """A program that runs this law on `instance`."""
        call = f'replay("{self.name}", "{self.check.law.name}"'
        lines = ["import numpy as np", "from numpy import inf, nan", "from porism.conformance import replay", ""]
        if instance is None:
            return "\n".join(["from porism.conformance import replay", "", f"{call})"])
        statements, arguments = instance.code(self.solver.problem.arguments)
        if isinstance(instance, Invalid):
            arguments += f", argument={instance.argument!r}"
        return "\n".join([*lines, *statements, f"{call}, {arguments})"])


def _describe(error: BaseException) -> str:
    text = str(error).strip() or "assertion failed"
    if isinstance(error, AssertionError):
        return text
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {text} (raised in {place.name}, line {place.lineno})"


def _search(
    case: Case, strategy: Any, examples: int, seed: int, seconds: float | None, shrink: bool
) -> tuple[int, tuple[BaseException, str] | None]:
    """How many instances were tried, and the smallest failure: what was raised, and the program that reproduces it."""
    tried = 0
    failure: tuple[BaseException, str] | None = None
    end = None if seconds is None else time.monotonic() + seconds
    least = max(case.check.least, examples // 10)

    @hypothesis.seed(seed)
    @hypothesis.settings(SETTINGS, max_examples=examples, phases=SETTINGS.phases if shrink else PLAIN)
    @hypothesis.given(strategy)
    def test(instance: Instance) -> None:
        nonlocal tried, failure
        if failure is None and end is not None and tried >= least and time.monotonic() > end:
            return
        tried += failure is None
        # Printed before the call, which may overwrite its arguments; once one has failed, because it takes time.
        code = "" if failure is None else case.code(instance)
        try:
            case.check.function(case.solver, instance)
        except (HypothesisException, Flaky):
            raise
        except Exception as error:
            failure = (error, code or case.code(instance))  # Hypothesis runs the smallest one last
            raise

    try:
        with _no_traces():
            test()
    except Flaky as flaky:
        if failure is None:
            raise
        failure = (AssertionError(f"fails on some runs only: {failure[0]} ({flaky})"), failure[1])
    except Exception:
        if failure is None:
            raise  # the strategy itself is broken
    return tried, failure


_scratch: tempfile.TemporaryDirectory[str] | None = None


@contextmanager
def _no_traces() -> Iterator[None]:
    """Let Hypothesis keep its caches in a temporary folder, not in the working directory."""
    global _scratch
    if _scratch is None:
        _scratch = tempfile.TemporaryDirectory(prefix="porism-")
        atexit.register(_scratch.cleanup)
    home = vars(configuration).get("__hypothesis_home_directory")
    configuration.set_hypothesis_home_dir(_scratch.name)
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(home)


def _suite(solver: Solver[..., Any]) -> Suite:
    module = solver.problem.room("laws")
    suite = getattr(module, "SUITE", None)
    if not isinstance(suite, Suite):
        raise PluginError(
            f"problem {solver.problem.name!r} has no laws: declare laws='.laws' with a Suite called SUITE"
        )
    suite.complete()
    return suite


def _resolve(solver: str | Solver[..., Any]) -> tuple[Solver[..., Any], str]:
    found = registry.get(solver) if isinstance(solver, str) else solver
    try:
        return found, registry.name_of(found)
    except LookupError:
        return found, found.qualified


def cases(solver: str | Solver[..., Any], laws: Iterable[str] | None = None, *, thorough: bool = False) -> list[Case]:
    """The laws that apply to `solver`: those of every solver, those of its problem, and those of its claims.

    Parameters
    ----------
    solver : str or Solver
        A name in the registry, or a solver that need not be registered.
    laws : iterable of str, optional
        Only these.
    thorough : bool
        Also those that the thorough profile alone tests.

    Raises
    ------
    InvalidInput
        If `laws` names a law that does not apply.
    PluginError
        If the problem has no laws, or states one without a check.
    """
    found, name = _resolve(solver)
    suite = _suite(found)
    checks = [*suite.checks.values(), *general_checks(suite)]
    applicable = [c for c in checks if applies(c.law, found.claims, found.signature.parameters)]
    if laws is None:
        applicable = [c for c in applicable if thorough or not c.law.thorough]
    else:
        wanted = list(laws)
        known = [c.law.name for c in applicable]
        for law in wanted:
            if law not in known:
                raise InvalidInput(f"laws: {law!r} does not apply to {name}{did_you_mean(law, known)}")
        applicable = [c for c in applicable if c.law.name in wanted]
    return [Case(found, c, name) for c in applicable]


def check(
    solver: str | Solver[..., Any],
    *,
    profile: str = "default",
    examples: int | None = None,
    seed: int = 0,
    laws: Iterable[str] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    on_outcome: Callable[[Outcome], object] | None = None,
    shrink: bool = True,
) -> Report:
    """Test a solver by the laws of its problem and of its claims.

    Parameters
    ----------
    solver : str or Solver
        A name in the registry, or a solver that need not be registered.
    profile : {"quick", "default", "thorough"}
        25 examples within a time budget, 100, or 1000.
    examples : int, optional
        Instances for each law, instead of the profile's number.
    seed : int
        The same seed tries the same instances.
    laws : iterable of str, optional
        Only these.
    expected_failures : mapping of str to str, optional
        Laws that are known to fail, each with its reason; they are reported, and one that passes is a failure.
    on_outcome : callable, optional
        Called with each :class:`Outcome` as it is known.
    shrink : bool
        Whether to look for the smallest counter-example once there is one.

    Returns
    -------
    Report

    Raises
    ------
    UnknownSolver, InvalidInput, PluginError
        If there is no such solver, law, profile, or no laws at all.
    """
    chosen = PROFILES[as_choice("profile", profile, PROFILES)]
    number = chosen.examples if examples is None else as_integer("examples", examples, 1)
    seed = as_integer("seed", seed, 0)
    todo = cases(solver, laws, thorough=profile == "thorough")
    announced = dict(expected_failures or {})
    for law in announced:
        if law not in {case.check.law.name for case in todo}:
            raise InvalidInput(f"expected_failures names {law!r}, which does not apply to {_resolve(solver)[1]}")
    budget = None if examples is not None else chosen.budget
    end = None if budget is None else time.monotonic() + budget
    report = Report(_resolve(solver)[1], seed, profile=profile)
    for place, case in enumerate(todo):
        share = None if end is None else max(0.1, (end - time.monotonic()) / (len(todo) - place))
        outcome = _announced(case.run(number, seed, share, shrink=shrink), announced.get(case.check.law.name))
        report.outcomes.append(outcome)
        if on_outcome is not None:
            on_outcome(outcome)
    return report


def _announced(outcome: Outcome, reason: str | None) -> Outcome:
    if reason is None:
        return outcome
    values = asdict(outcome)
    if outcome.status == "failed":
        return Outcome(**{**values, "status": "expected", "message": f"{reason}: {outcome.message}"})
    return Outcome(**{**values, "status": "failed", "message": f"was expected to fail ({reason}), and passed"})


def replay(
    solver: str | Solver[..., Any],
    law: str,
    *args: Any,
    facts: Mapping[str, Any] | None = None,
    argument: str | None = None,
    **options: Any,
) -> None:
    """Run one law on one given call; what a printed counter-example does.

    Parameters
    ----------
    solver : str or Solver
        Whom to test.
    law : str
        By what.
    *args, **options
        The call.
    facts : mapping, optional
        What the law may know about the instance.
    argument : str, optional
        For ``"bad-input"``: the argument that the message must name.

    Raises
    ------
    AssertionError
        If the law fails, as a rule; whatever the law raises.
    """
    (case,) = cases(solver, [law])
    if not args and not options:
        case.check.function(case.solver)
        return
    declared = case.solver.problem.signature.parameters
    fixed = {name: value for name, value in options.items() if name in declared}
    wishes = {name: value for name, value in options.items() if name not in declared}
    if argument is None:
        instance = Instance(args, fixed, wishes, dict(facts or {}))
    else:
        instance = Invalid(args, fixed, wishes, dict(facts or {}), argument=argument)
    case.check.function(case.solver, instance)


def parametrize(
    *solvers: str | Solver[..., Any],
    laws: Sequence[str] | None = None,
    argument: str = "law",
    expected_failures: Mapping[str, str] | Mapping[str, Mapping[str, str]] | None = None,
    thorough: bool = False,
) -> pytest.MarkDecorator:
    """Decorate a pytest test function with one parameter for each law that applies to each of `solvers`.

    The parameter is a :class:`Case`: call it (``law()``), or ``law(examples=100)`` to look harder.

    Parameters
    ----------
    *solvers : str or Solver
        Whom to test.
    laws : sequence of str, optional
        Only these.
    argument : str
        What the test function calls its parameter.
    expected_failures : mapping, optional
        Laws that are known to fail, each with its reason: ``{law: reason}``, or ``{solver: {law: reason}}`` as
        :func:`expected_failures` reads it. They are marked xfail, strictly: one that passes is a failure.
    thorough : bool
        Also the laws that the thorough profile alone tests.
    """
    from porism.optional import require

    mark = require("pytest", "check")
    found = [case for solver in solvers for case in cases(solver, laws, thorough=thorough)]
    announced = _by_solver(expected_failures or {}, dict.fromkeys(case.name for case in found))
    for name, reasons in announced.items():
        for law in reasons:
            if law not in {case.check.law.name for case in found if case.name == name}:
                raise InvalidInput(f"expected_failures names {law!r}, which does not apply to {name}")

    def marks(case: Case) -> list[Any]:
        reason = announced.get(case.name, {}).get(case.check.law.name)
        return [] if reason is None else [mark.mark.xfail(reason=reason, raises=AssertionError, strict=True)]

    return mark.mark.parametrize(  # type: ignore[no-any-return]
        argument, [mark.param(case, id=f"{case.name}-{case.check.law.name}", marks=marks(case)) for case in found]
    )


def _by_solver(
    announced: Mapping[str, str] | Mapping[str, Mapping[str, str]], solvers: Iterable[str]
) -> dict[str, Mapping[str, str]]:
    """``{solver: {law: reason}}`` of what may be ``{law: reason}`` for all `solvers`."""
    nested = {name: value for name, value in announced.items() if isinstance(value, Mapping)}
    flat = {name: value for name, value in announced.items() if isinstance(value, str)}
    if len(nested) + len(flat) < len(announced) or (nested and flat):
        raise InvalidInput(
            f"expected_failures must be {{law: reason}} or {{solver: {{law: reason}}}}, got {dict(announced)!r}"
        )
    return {name: {**flat, **nested.get(name, {})} for name in solvers}


def expected_failures(path: str | os.PathLike[str]) -> dict[str, dict[str, str]]:
    """Read a list of laws that are known to fail, each with its reason: ``{solver: {law: reason}}``.

    Parameters
    ----------
    path : path
        A TOML file with a table for each solver, named exactly::

            ["my-problem/my-solver"]
            approximation = "the bound is not proved for ties, issue 12"

    Raises
    ------
    InvalidInput
        If the file cannot be read, is no TOML, or holds anything else.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"expected failures: cannot read {str(path)!r}: {error}") from None
    for solver, reasons in tables.items():
        if not isinstance(reasons, dict) or not all(isinstance(reason, str) and reason for reason in reasons.values()):
            raise InvalidInput(
                f"expected failures: {str(path)!r} must hold reasons by law for {solver!r}, got {reasons!r}"
            )
    return tables


FORMAT = 1
"""The version of what :func:`summary` returns; fields may be added without a new one."""


def summary(reports: Sequence[Report]) -> dict[str, Any]:
    """What `reports` say, with what they were made on: plain data for JSON, as ``porism check --report`` writes it.

    Returns
    -------
    dict
        ``format`` (1), ``ok``, ``porism``, ``python``, ``numpy``, ``platform``, and ``solvers``, a list with
        :meth:`Report.to_dict` of each: ``ok``, ``solver``, ``seed``, ``profile`` and ``outcomes``, each with ``law``,
        ``statement``, ``source``, ``status``, ``examples``, ``seconds``, ``message`` and ``code``.
    """
    from importlib.metadata import version

    return {
        "format": FORMAT,
        "ok": all(report.ok for report in reports),
        "porism": version("porism"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "platform": platform.platform(),
        "solvers": [report.to_dict() for report in reports],
    }
