"""The registry: every problem and solver by name, porism's own and those of plugins."""

from __future__ import annotations

import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from porism._law import GENERAL
from porism._plugins import CORE, PluginInfo, load_into
from porism._problem import Problem
from porism._solver import Solver
from porism._text import did_you_mean
from porism.errors import AmbiguousSolver, PluginError, PluginWarning, UnknownProblem, UnknownSolver

__all__ = ["Registry", "Staging", "registry"]

AnyProblem = Problem[..., Any]
AnySolver = Solver[..., Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Owned(Generic[T]):
    item: T
    owner: str


class Staging:
    """What one plugin adds, held apart until its hook has returned; committed whole or not at all."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.problems: list[AnyProblem] = []
        self.solvers: list[AnySolver] = []

    def add(self, *items: AnyProblem | AnySolver) -> None:
        """Add problems and solvers.

        Raises
        ------
        PluginError
            For something that is neither, or for a name that this plugin has added already.
        """
        for item in items:
            if isinstance(item, Problem):
                if any(other.name == item.name for other in self.problems):
                    raise PluginError(f"problem {item.name!r} is added twice by {self.owner}")
                self.problems.append(item)
            elif isinstance(item, Solver):
                taken = {
                    name
                    for other in self.solvers
                    if other.problem is item.problem
                    for name in (other.name, *other.aliases)
                }
                repeated = taken.intersection((item.name, *item.aliases))
                if repeated:
                    raise PluginError(f"solver name {min(repeated)!r} of {item.problem.name!r} is added twice by {self.owner}")
                unknown = [claim for claim in item.claims if claim not in item.problem.claims and claim not in GENERAL_CLAIMS]
                if unknown:
                    known = item.problem.claims | GENERAL_CLAIMS
                    raise PluginError(
                        f"{item.qualified} claims {unknown[0]!r}, which no law tests{did_you_mean(unknown[0], known)}"
                    )
                self.solvers.append(item)
            else:
                raise PluginError(
                    f"{self.owner} adds {item!r}, which is neither a problem nor a solver; "
                    "make one with @porism.problem or @porism.solver"
                )

    def discard(self) -> None:
        """Forget everything: the hook failed."""
        self.problems.clear()
        self.solvers.clear()


GENERAL_CLAIMS = frozenset(law.claim for law in GENERAL if law.claim is not None)
"""Claims that a general law tests for every problem."""


class _Names(Generic[T]):
    """Short names with an owner each: porism's own are reserved; a name that two others claim belongs to neither."""

    def __init__(self) -> None:
        self._claims: dict[str, list[_Owned[T]]] = defaultdict(list)

    def claim(self, name: str, item: _Owned[T]) -> None:
        self._claims[name].append(item)

    def holder(self, name: str) -> _Owned[T] | None:
        claimants = self._claims.get(name, [])
        core = [claimant for claimant in claimants if claimant.owner == CORE]
        if core:
            return core[0]
        return claimants[0] if len(claimants) == 1 else None

    def refused(self) -> Iterable[tuple[str, _Owned[T], list[_Owned[T]]]]:
        """Each claimant that did not get a name, with all who claimed it."""
        for name, claimants in self._claims.items():
            held = self.holder(name)
            for claimant in claimants:
                if claimant is not held:
                    yield name, claimant, claimants


class Registry:
    """Look up solvers and problems by name. Porism's own is :data:`porism.registry`.

    Everything is loaded at the first look-up: porism's problems, then the installed plugins.

    Parameters
    ----------
    plugins : bool
        Whether to load installed plugins.
    """

    def __init__(self, *, plugins: bool = True) -> None:
        self._with_plugins = plugins
        self._lock = threading.RLock()
        self._loaded = False
        self._loading = False
        self._problems: list[_Owned[AnyProblem]] = []
        self._solvers: list[_Owned[AnySolver]] = []
        self._infos: list[PluginInfo] = []
        self._index()

    # -- look-up ---------------------------------------------------------------------------------------------

    def get(self, name: str) -> AnySolver:
        """The solver called `name`.

        Parameters
        ----------
        name : str
            ``"k-medoids/fasterpam"`` (always exact), ``"fasterpam"`` or an alias where only one problem has it,
            ``"k-medoids"`` (a problem's default solver), or ``"distribution::problem/solver"``.

        Raises
        ------
        UnknownSolver
            With the closest names.
        AmbiguousSolver
            If solvers of several problems share the bare name; lists their qualified names.
        """
        self._load()
        if not isinstance(name, str):
            raise UnknownSolver(f"name must be a str, got {name!r}")
        if (found := self._exact.get(name)) is not None or (found := self._qualified.holder(name)) is not None:
            return found.item
        problem = self._exact_problems.get(name) or self._problem_names.holder(name)
        if problem is not None:
            return self._default_of(problem)
        bare = self._bare.get(name, [])
        if len(bare) == 1:
            return bare[0].item
        if bare:
            names = ", ".join(sorted(self.name_of(owned.item) for owned in bare))
            raise AmbiguousSolver(f"{name!r} is a solver of several problems: {names}")
        refused = sorted(key for key in self._exact if key.partition("::")[2] == name or key.rpartition("/")[2] == name)
        if refused:
            raise AmbiguousSolver(f"{name!r} is claimed by several plugins: {', '.join(refused)}")
        raise UnknownSolver(f"no solver {name!r}{did_you_mean(name, self._known())}")

    __getitem__ = get

    def problem(self, name: str) -> AnyProblem:
        """The problem called `name`.

        Raises
        ------
        UnknownProblem
            With the closest names.
        """
        self._load()
        found = self._exact_problems.get(name) or self._problem_names.holder(name)
        if found is None:
            names = [owned.item.name for owned in self._problems]
            raise UnknownProblem(f"no problem {name!r}{did_you_mean(str(name), names)}")
        return found.item

    def problems(self, tag: str | None = None) -> list[AnyProblem]:
        """All problems, by name; only those with `tag` where one is given."""
        self._load()
        found = [owned.item for owned in self._problems if tag is None or tag in owned.item.tags]
        return sorted(found, key=lambda problem: problem.name)

    def solvers(self, problem: str | AnyProblem | None = None, tag: str | None = None) -> list[AnySolver]:
        """All solvers in order of registration, of one `problem` or with one `tag` (its own or its problem's) where given.

        Raises
        ------
        UnknownProblem
            If `problem` is a name that no problem has.
        """
        self._load()
        wanted = self.problem(problem) if isinstance(problem, str) else problem
        return [
            owned.item
            for owned in self._solvers
            if (wanted is None or owned.item.problem is wanted)
            and (tag is None or tag in owned.item.tags or tag in owned.item.problem.tags)
        ]

    def search(self, text: str) -> list[AnySolver]:
        """Solvers in whose names, problem, tags, paper or documentation every word of `text` occurs, best match first."""
        self._load()
        words = text.casefold().split()
        ranked = []
        for place, owned in enumerate(self._solvers):
            names, about = _haystacks(owned.item)
            if words and all(word in names or word in about for word in words):
                ranked.append((-sum(word in names for word in words), place, owned.item))
        return [item for _, _, item in sorted(ranked, key=lambda row: row[:2])]

    def plugins(self) -> list[PluginInfo]:
        """What became of each plugin, porism's own problems first."""
        self._load()
        return list(self._infos)

    def owner(self, item: AnySolver | AnyProblem) -> str:
        """The distribution that registered `item`.

        Raises
        ------
        UnknownSolver
            If `item` is not registered.
        """
        self._load()
        for owned in (*self._solvers, *self._problems):
            if owned.item is item:
                return owned.owner
        raise UnknownSolver(f"{item!r} is not registered")

    def name_of(self, item: AnySolver) -> str:
        """The shortest exact name of a solver: ``problem/solver``, or ``distribution::problem/solver`` where it was refused that."""
        self._load()
        held = self._qualified.holder(item.qualified)
        return item.qualified if held is not None and held.item is item else f"{self.owner(item)}::{item.qualified}"

    def __contains__(self, name: object) -> bool:
        try:
            self.get(name)  # type: ignore[arg-type]
        except LookupError:
            return False
        return True

    def __repr__(self) -> str:
        state = f"{len(self._problems)} problems, {len(self._solvers)} solvers" if self._loaded else "not loaded yet"
        return f"<porism registry: {state}>"

    # -- filling ---------------------------------------------------------------------------------------------

    def add(self, *items: AnyProblem | AnySolver, owner: str = "local") -> None:
        """Add problems and solvers by hand, all or none: for a notebook or a test. A distribution uses the plugin hook.

        Raises
        ------
        PluginError
            For an item that is neither, or for a name that `owner` has already.
        """
        self._load()
        with self._lock:
            staging = self.stage(owner)
            staging.problems = [owned.item for owned in self._problems if owned.owner == owner]
            staging.solvers = [owned.item for owned in self._solvers if owned.owner == owner]
            known = len(staging.problems), len(staging.solvers)
            staging.add(*items)
            del staging.problems[: known[0]], staging.solvers[: known[1]]
            self.commit(staging)
            self._index()

    def stage(self, owner: str) -> Staging:
        """An empty staging area for the distribution `owner`."""
        return Staging(owner)

    def commit(self, staging: Staging) -> None:
        """Take over what `staging` holds."""
        self._problems += [_Owned(problem, staging.owner) for problem in staging.problems]
        self._solvers += [_Owned(solver, staging.owner) for solver in staging.solvers]

    def settle(self, infos: Sequence[PluginInfo]) -> None:
        """Everybody has registered: decide who holds which name, and warn those who were refused one."""
        self._index()
        refusals: dict[str, list[str]] = defaultdict(list)
        for names in (self._problem_names, self._qualified):
            for name, claimant, all_claimants in names.refused():  # type: ignore[attr-defined]
                if claimant.owner == CORE:
                    continue
                others = sorted({other.owner for other in all_claimants if other is not claimant})
                exact = f"{claimant.owner}::{name}"
                refusals[claimant.owner].append(
                    f"{claimant.owner} does not get the name {name!r}, which {' and '.join(others)} "
                    f"{'claim' if len(others) > 1 else 'claims'} too; it is reachable as {exact!r}"
                )
        for notes in refusals.values():
            for note in notes:
                warnings.warn(note, PluginWarning, stacklevel=2)
        self._infos = [replace(info, notes=tuple(refusals.get(info.distribution, ()))) for info in infos]

    def _load(self) -> None:
        if self._loaded:
            return
        with self._lock:
            if self._loaded or self._loading:  # a plugin's hook may itself look something up
                return
            self._loading = True
            try:
                load_into(self, plugins=self._with_plugins)
                self._loaded = True
            except BaseException:
                self._problems.clear()
                self._solvers.clear()
                raise
            finally:
                self._loading = False

    def _index(self) -> None:
        self._problem_names: _Names[AnyProblem] = _Names()
        self._qualified: _Names[AnySolver] = _Names()
        self._exact: dict[str, _Owned[AnySolver]] = {}
        self._exact_problems: dict[str, _Owned[AnyProblem]] = {}
        for owned_problem in self._problems:
            self._problem_names.claim(owned_problem.item.name, owned_problem)
            self._exact_problems[f"{owned_problem.owner}::{owned_problem.item.name}"] = owned_problem
        for owned in self._solvers:
            for name in (owned.item.name, *owned.item.aliases):
                qualified = f"{owned.item.problem.name}/{name}"
                self._exact[f"{owned.owner}::{qualified}"] = owned
                self._qualified.claim(qualified, owned)
        self._bare = self._bare_names()

    def _bare_names(self) -> dict[str, list[_Owned[AnySolver]]]:
        """Names without their problem: those that a solver holds in its problem, porism's own before all others."""
        held: dict[str, list[_Owned[AnySolver]]] = defaultdict(list)
        for owned in self._solvers:
            for name in (owned.item.name, *owned.item.aliases):
                if self._qualified.holder(f"{owned.item.problem.name}/{name}") is owned:
                    held[name].append(owned)
        for name, holders in held.items():
            held[name] = [holder for holder in holders if holder.owner == CORE] or holders
        return held

    def _default_of(self, problem: _Owned[AnyProblem]) -> AnySolver:
        if problem.item.default is not None:
            return problem.item.default
        solvers = [owned.item for owned in self._solvers if owned.item.problem is problem.item]
        if not solvers:
            raise UnknownSolver(f"problem {problem.item.name!r} has no solver")
        return solvers[0]

    def _known(self) -> set[str]:
        names = {owned.item.name for owned in self._problems} | set(self._bare)
        return names | {owned.item.qualified for owned in self._solvers}


def _haystacks(item: AnySolver) -> tuple[str, str]:
    names = " ".join((item.name, *item.aliases, item.problem.name, *item.tags, *item.problem.tags))
    paper = f"{item.paper} {' '.join(item.paper.authors)} {item.paper.arxiv}" if item.paper is not None else ""
    return names.casefold(), f"{paper} {item.doc} {item.problem.summary}".casefold()


registry = Registry()
"""The registry of this process."""
