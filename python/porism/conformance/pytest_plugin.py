"""``pytest --porism NAME``: the laws of a solver as tests.

Loaded by every pytest run in an environment that has porism, so it imports porism only when asked to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from porism.conformance import Case

__all__: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("porism", "algorithm laws")
    group.addoption(
        "--porism", action="append", default=[], metavar="NAME", help="test a solver by its laws (repeatable)"
    )
    group.addoption(
        "--porism-profile",
        default="quick",
        choices=["quick", "default", "thorough"],
        help="how many examples each law gets: 25, 100 or 1000",
    )
    group.addoption(
        "--porism-expected",
        metavar="FILE",
        help="a TOML file of laws that are known to fail, with reasons: xfail, and a failure where one passes",
    )
    group.addoption("--porism-seed", type=int, default=0, help="the same seed tries the same instances")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without paths on the command line, ``pytest --porism NAME`` runs the laws alone."""
    asked = bool(config.getoption("--porism"))
    return True if asked and config.args_source is not pytest.Config.ArgsSource.ARGS else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    names = config.getoption("--porism")
    if names:
        from porism import PorismError

        try:
            laws = [item for name in names for item in _collect(session, name)]
        except PorismError as error:
            raise pytest.UsageError(f"--porism: {error}") from None
        items[:0] = laws


def _collect(session: pytest.Session, name: str) -> Iterator[pytest.Item]:
    from porism.conformance import cases, expected_failures

    path = session.config.getoption("--porism-expected")
    announced = expected_failures(path) if path is not None else {}
    thorough = session.config.getoption("--porism-profile") == "thorough"
    for case in cases(name, thorough=thorough):
        law = case.check.law
        item = LawItem.from_parent(session, name=f"{case.name}::{law.name}", case=case)
        item.user_properties += [("solver", case.name), ("statement", law.statement), ("source", law.source)]  # JUnit's
        reason = announced.get(case.name, {}).get(law.name)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, raises=LawBroken, strict=True))
        yield item


class LawItem(pytest.Item):
    """One law for one solver."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        from porism.conformance import PROFILES

        profile = PROFILES[self.config.getoption("--porism-profile")]
        seconds = profile.budget / 8 if profile.budget is not None else None
        outcome = self.case.run(profile.examples, self.config.getoption("--porism-seed"), seconds)
        if outcome.status == "failed":
            raise LawBroken(f"{outcome.law}: {outcome.message}\n\n{outcome.code}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, LawBroken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.session.path, None, f"{self.case.name}: {self.case.check.law.statement}"


class LawBroken(AssertionError):
    """A law failed; the message holds the counter-example."""
