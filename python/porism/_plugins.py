"""Plugins: what they implement, how they are found, and why a broken one takes nothing else down."""

from __future__ import annotations

import importlib
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pluggy

from porism._staging import Staging
from porism.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "API_OLDEST",
    "API_VERSION",
    "CORE",
    "GROUP",
    "Loaded",
    "PluginInfo",
    "hookimpl",
    "left_out",
    "load_core",
    "load_plugins",
]

GROUP = "porism"
"""The entry-point group."""

CORE = "porism"
"""The distribution whose names are reserved."""

DISABLE = "PORISM_DISABLE_PLUGINS"
"""Environment variable: distributions or entry points to leave out, separated by commas; ``all`` or ``1`` for all."""

hookspec = pluggy.HookspecMarker("porism")
hookimpl = pluggy.HookimplMarker("porism")


class Specification:
    """The hooks of interface version 1."""

    @hookspec
    def porism_register(self, registry: Staging) -> None:
        """Add problems and solvers: ``registry.add(my_problem, my_solver, …)``.

        Called once, at the first look-up in the registry. What is added counts only if the hook returns without an
        exception. A look-up inside the hook finds porism's own problems and solvers, and no plugin's.
        """


SPECIFICATIONS: dict[int, type] = {1: Specification}
"""The hooks of every version of the plugin interface that this porism still speaks, oldest first.

A change that breaks plugins makes a new version beside the old ones, in a class of its own; an old version is dropped
two minor releases after the next has come. New hooks and new optional arguments break nobody, and make no version.
"""

API_VERSION = max(SPECIFICATIONS)
"""The newest plugin interface that this porism speaks; a plugin says with ``PORISM_API`` which it was written for."""

API_OLDEST = min(SPECIFICATIONS)
"""The oldest one."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What became of one plugin.

    Attributes
    ----------
    distribution, version : str
        The installed distribution.
    entry_point : str
        ``name = module`` of the entry point.
    problems, solvers : tuple of str
        What it added, by qualified name.
    error : str
        Why it was left out; empty for a plugin that works.
    notes : tuple of str
        Names it was refused, and in whose favour.
    seconds : float
        Time to import and register it.
    api : int or None
        The version of the plugin interface that it was written for; None where that is not known.
    origin : str
        The file that its module came from, or the folder of its installation where it could not be imported.
    disabled : bool
        It was not asked, because somebody switched it off.
    """

    distribution: str
    version: str
    entry_point: str
    problems: tuple[str, ...] = ()
    solvers: tuple[str, ...] = ()
    error: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    api: int | None = None
    origin: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin after its turn: what became of it, and what it added."""

    info: PluginInfo
    staging: Staging

    def left_out(self, error: str) -> Loaded:
        """The same plugin, with everything that it added forgotten because of `error`."""
        self.staging.discard()
        return Loaded(replace(self.info, problems=(), solvers=(), error=error), self.staging)


@dataclass(frozen=True, slots=True)
class _Source:
    distribution: str
    version: str
    entry_point: str
    module: str
    found: EntryPoint | None = None

    def load(self) -> Any:
        return self.found.load() if self.found is not None else importlib.import_module(self.module)

    @property
    def names(self) -> set[str]:
        return {_folded(self.distribution), _folded(self.entry_point)}


def _folded(name: str) -> str:
    """`name` as package indexes compare names: case, hyphens, dots and underscores make no difference."""
    return re.sub(r"[-_.]+", "-", name).casefold()


def _installed() -> Iterator[_Source]:
    from importlib.metadata import entry_points  # at the first look-up: it costs as much as the rest of `import porism`

    for point in entry_points(group=GROUP):
        # A half-removed distribution has no metadata left to ask for its name; the module's must do.
        module = point.value.partition(":")[0].partition(".")[0].strip()
        distribution = (point.dist.name if point.dist is not None else "") or module
        version = (point.dist.version if point.dist is not None else "") or ""
        yield _Source(distribution, version, point.name, point.value, point)


def _is_disabled(source: _Source, more: Sequence[str]) -> bool:
    """Whether the environment variable, or `more`, names this one or all of them."""
    names = {_folded(name.strip()) for name in (*os.environ.get(DISABLE, "").split(","), *more) if name.strip()}
    return bool(names & {"all", "1"} or names & source.names)


def left_out(more: Sequence[str] = ()) -> list[PluginInfo]:
    """The plugins that are installed and switched off."""
    off = [source for source in _installed() if _is_disabled(source, more)]
    return [
        PluginInfo(
            source.distribution,
            source.version,
            f"{source.entry_point} = {source.module}",
            origin=_origin(source),
            disabled=True,
        )
        for source in sorted(off, key=_order)
    ]


def _order(source: _Source) -> tuple[str, str]:
    return _folded(source.distribution), source.entry_point


def _origin(source: _Source) -> str:
    """Where the plugin's code is, without importing it."""
    name = source.module.partition(":")[0].strip()
    file = getattr(sys.modules.get(name), "__file__", None)
    if isinstance(file, str):
        return file
    dist = source.found.dist if source.found is not None else None
    return str(dist.locate_file("")) if dist is not None else ""


def load_core() -> Loaded:
    """Porism's own problems, through the same hook as every plugin's."""
    from importlib.metadata import version

    return _load(_Source(CORE, version(CORE), "core", "porism.problems"), [])


def load_plugins(core: Loaded, disable: Sequence[str] = ()) -> list[Loaded]:
    """Every installed plugin that is not switched off, each by itself, in order of their names.

    A plugin that cannot be imported, speaks another interface version, raises in its hook, or has solvers for a problem
    that nobody registers is left out whole; its :attr:`PluginInfo.error` says why.
    """
    loaded: list[Loaded] = []
    for source in sorted((one for one in _installed() if not _is_disabled(one, disable)), key=_order):
        siblings = [other for other in loaded if other.info.distribution == source.distribution]
        started = time.perf_counter()
        try:
            loaded.append(_load(source, siblings))
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # sys.exit() at import, or a panic in a compiled module, is no Exception
            info = _info(source, Staging(source.distribution), started)
            loaded.append(Loaded(replace(info, error=_said(raised)), Staging(source.distribution)))
    return _without_homeless(core, loaded)


def _load(source: _Source, siblings: list[Loaded]) -> Loaded:
    started = time.perf_counter()
    staging = Staging(
        source.distribution,
        [problem for other in siblings for problem in other.staging.problems],
        [solver for other in siblings for solver in other.staging.solvers],
    )
    try:
        _register(source, staging)
    finally:
        staging.close()
    return Loaded(_info(source, staging, started), staging)


def _info(source: _Source, staging: Staging, started: float) -> PluginInfo:
    return PluginInfo(
        source.distribution,
        source.version,
        f"{source.entry_point} = {source.module}",
        tuple(problem.name for problem in staging.problems),
        tuple(solver.qualified for solver in staging.solvers),
        seconds=time.perf_counter() - started,
        api=_declared(sys.modules.get(source.module.partition(":")[0].strip())),
        origin=_origin(source),
    )


def _declared(plugin: Any) -> int | None:
    """The version of the interface that a plugin says it was written for, if that is one."""
    declared = getattr(plugin, "PORISM_API", None)
    return declared if type(declared) is int else None


def _said(raised: BaseException) -> str:
    """Type and message of an exception, on one line; also of one whose message cannot be had."""
    try:
        message = " ".join(str(raised).split())
    except Exception:
        message = ""
    return f"{type(raised).__name__}: {message}" if message else type(raised).__name__


def _without_homeless(core: Loaded, loaded: list[Loaded]) -> list[Loaded]:
    """Leave out plugins with solvers for a problem that nobody registers, which may make others homeless in turn."""
    while True:
        known = {id(problem) for one in (core, *loaded) for problem in one.staging.problems}
        homeless = {
            place: solver
            for place, one in enumerate(loaded)
            for solver in one.staging.solvers
            if id(solver.problem) not in known
        }
        if not homeless:
            return loaded
        for place, solver in homeless.items():
            loaded[place] = loaded[place].left_out(
                f"PluginError: {solver.qualified} solves {solver.problem.name!r} of {solver.problem.__module__}, "
                "a problem that nobody registers"
            )


def _register(source: _Source, staging: Staging) -> None:
    plugin = source.load()
    declared = getattr(plugin, "PORISM_API", None)
    if declared is None:
        raise PluginError(f"declares no PORISM_API; a plugin for this porism says PORISM_API = {API_VERSION}")
    if type(declared) is not int:
        raise PluginError(f"PORISM_API must be an integer such as {API_VERSION}, got {declared!r}")
    if declared not in SPECIFICATIONS:
        raise PluginError(_refusal(source, declared))
    manager = pluggy.PluginManager("porism")  # one for each plugin, so that its hook runs alone
    manager.add_hookspecs(SPECIFICATIONS[declared])
    manager.register(plugin, source.entry_point)
    manager.check_pending()
    if not manager.hook.porism_register.get_hookimpls():
        raise PluginError("implements no hook: decorate porism_register(registry) with @porism.hookimpl")
    manager.hook.porism_register(registry=staging)


def _refusal(source: _Source, declared: int) -> str:
    spoken = f"{API_VERSION}" if API_OLDEST == API_VERSION else f"{API_OLDEST} to {API_VERSION}"
    cure = (
        "a newer porism may speak it: pip install --upgrade porism"
        if declared > API_VERSION
        else f"a newer release of the plugin may: pip install --upgrade {source.distribution}"
    )
    return f"written for plugin interface {declared}, this porism speaks {spoken}; {cure}"
