"""Plugins: what they implement, how they are found, and why a broken one takes nothing else down."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

from porism.errors import PluginError, PluginWarning

if TYPE_CHECKING:
    from porism._registry import Registry, Staging

__all__ = ["API_VERSION", "CORE", "GROUP", "PluginInfo", "hookimpl", "load_into"]

API_VERSION = 1
"""The plugin interface that this porism speaks; a plugin declares the one it was written for as ``PORISM_API``."""

GROUP = "porism"
"""The entry-point group."""

CORE = "porism"
"""The distribution whose names are reserved."""

DISABLE = "PORISM_DISABLE_PLUGINS"
"""Environment variable: distributions or entry points to leave out, separated by commas; ``all`` or ``1`` for every one."""

hookspec = pluggy.HookspecMarker("porism")
hookimpl = pluggy.HookimplMarker("porism")


class Specification:
    """The hooks of interface version 1."""

    @hookspec
    def porism_register(self, registry: Staging) -> None:
        """Add problems and solvers: ``registry.add(my_problem, my_solver, …)``.

        Called once, at the first look-up in the registry. What is added counts only if the hook returns without an exception.
        """


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
    """

    distribution: str
    version: str
    entry_point: str
    problems: tuple[str, ...] = ()
    solvers: tuple[str, ...] = ()
    error: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Source:
    distribution: str
    version: str
    entry_point: str
    module: str
    found: importlib.metadata.EntryPoint | None = None

    def load(self) -> Any:
        return self.found.load() if self.found is not None else importlib.import_module(self.module)

    @property
    def names(self) -> set[str]:
        return {self.distribution.casefold(), self.entry_point.casefold()}


def _installed(disabled: frozenset[str]) -> Iterator[_Source]:
    seen: set[tuple[str, str, str]] = set()
    for point in importlib.metadata.entry_points(group=GROUP):
        distribution = point.dist.name if point.dist is not None else point.module.partition(".")[0]
        version = point.dist.version if point.dist is not None else ""
        source = _Source(distribution, version, point.name, point.value, point)
        key = (distribution.casefold(), point.name, point.value)
        if key in seen or "all" in disabled or source.names & disabled:
            continue  # the same distribution may be seen twice on sys.path
        seen.add(key)
        yield source


def _disabled() -> frozenset[str]:
    names = {name.strip().casefold() for name in os.environ.get(DISABLE, "").split(",") if name.strip()}
    return frozenset({"all"} if "1" in names else names)


def load_into(registry: Registry, *, plugins: bool = True) -> None:
    """Register porism's own problems, then every installed plugin, each by itself.

    A plugin that cannot be imported, speaks another interface version or raises in its hook is left out whole, noted in
    :meth:`Registry.plugins`, and warned about with :class:`PluginWarning`.
    """
    version = importlib.metadata.version(CORE)
    core = _Source(CORE, version, "core", "porism.problems")
    sources = [core, *(sorted(_installed(_disabled()), key=lambda s: s.distribution.casefold()) if plugins else [])]
    infos: list[PluginInfo] = []
    for source in sources:
        started = time.perf_counter()
        staging = registry.stage(source.distribution)
        error = ""
        try:
            _register(source, staging)
        except Exception as raised:
            if source is core:
                raise
            error = f"{type(raised).__name__}: {raised}"
            staging.discard()
        registry.commit(staging)
        infos.append(
            PluginInfo(
                source.distribution,
                source.version,
                f"{source.entry_point} = {source.module}",
                tuple(problem.name for problem in staging.problems),
                tuple(solver.qualified for solver in staging.solvers),
                error,
                seconds=time.perf_counter() - started,
            )
        )
        if error:
            warnings.warn(
                f"plugin {source.distribution} ({source.entry_point} = {source.module}) was left out: {error}",
                PluginWarning,
                stacklevel=2,
            )
    registry.settle(infos)


def _register(source: _Source, staging: Staging) -> None:
    plugin = source.load()
    declared = getattr(plugin, "PORISM_API", None)
    if declared != API_VERSION:
        raise PluginError(
            f"written for plugin interface {declared}, this porism speaks {API_VERSION}"
            if declared is not None
            else f"declares no PORISM_API; a plugin for this porism says PORISM_API = {API_VERSION}"
        )
    manager = pluggy.PluginManager("porism")  # one for each plugin, so that its hook runs alone
    manager.add_hookspecs(Specification)
    manager.register(plugin, source.entry_point)
    manager.check_pending()
    if not manager.hook.porism_register.get_hookimpls():
        raise PluginError("implements no hook: decorate porism_register(registry) with @porism.hookimpl")
    manager.hook.porism_register(registry=staging)
