"""The registry: every problem and solver by name, porism's own and those of plugins."""

from __future__ import annotations

import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from porism._law import GENERAL, Law, LawEntry, applies
from porism._plugins import CORE, Loaded, PluginInfo, left_out, load_core, load_plugins
from porism._problem import Problem
from porism._solver import Solver
from porism._staging import Staging
from porism._text import did_you_mean
from porism.errors import (
    AmbiguousSolver,
    InvalidInput,
    PluginError,
    PluginWarning,
    PorismDeprecationWarning,
    UnknownProblem,
    UnknownSolver,
)

__all__ = ["Registry", "registry"]

AnyProblem = Problem[..., Any]
AnySolver = Solver[..., Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Owned(Generic[T]):
    item: T
    owner: str


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A name that an item asked for and did not get."""

    item: AnyProblem | AnySolver
    note: str


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

    def held(self) -> Iterator[str]:
        """Names that somebody has."""
        return (name for name in self._claims if self.holder(name) is not None)

    def refused(self) -> Iterator[tuple[str, _Owned[T], list[str]]]:
        """Each third-party claimant that did not get a name, with the owners of the other claims."""
        for name, claimants in self._claims.items():
            held = self.holder(name)
            for claimant in claimants:
                if claimant is not held and claimant.owner != CORE:
                    yield name, claimant, sorted({other.owner for other in claimants if other is not claimant})


class _Index:
    """Who holds which name. Replaced whole and never changed, so that readers need no lock.

    A solver can hold ``problem/solver`` only if its problem holds ``problem``: where two problems share a name, their
    solvers do not mix under it. Nothing here depends on the order in which plugins come.
    """

    def __init__(self, problems: Sequence[_Owned[AnyProblem]], solvers: Sequence[_Owned[AnySolver]]) -> None:
        self.problems = tuple(problems)
        self.solvers = tuple(solvers)
        self.owners = {id(problem.item): problem.owner for problem in self.problems}
        self.owners |= {id(solver.item): solver.owner for solver in self.solvers}
        self.problem_names: _Names[AnyProblem] = _Names()
        self.qualified: _Names[AnySolver] = _Names()
        self.exact: dict[str, _Owned[AnySolver]] = {}
        self.exact_problems: dict[str, _Owned[AnyProblem]] = {}
        for problem in self.problems:
            self.problem_names.claim(problem.item.name, problem)
            self.exact_problems[f"{problem.owner}::{problem.item.name}"] = problem
        for solver in self.solvers:
            home = self.problem_names.holder(solver.item.problem.name)
            for name in _names(solver.item):
                qualified = f"{solver.item.problem.name}/{name}"
                self.exact[f"{solver.owner}::{qualified}"] = solver
                if home is not None and home.item is solver.item.problem:
                    self.qualified.claim(qualified, solver)
        self.bare = self._bare_names()

    def _bare_names(self) -> dict[str, list[_Owned[AnySolver]]]:
        """Names without their problem: those that a solver holds in its problem, porism's own before all others."""
        held: dict[str, list[_Owned[AnySolver]]] = defaultdict(list)
        for owned in self.solvers:
            for name in _names(owned.item):
                if self.qualified.holder(f"{owned.item.problem.name}/{name}") is owned:
                    held[name].append(owned)
        return {name: [one for one in holders if one.owner == CORE] or holders for name, holders in held.items()}

    def problem(self, name: str) -> _Owned[AnyProblem] | None:
        return self.exact_problems.get(name) or self.problem_names.holder(name)

    def default_of(self, problem: _Owned[AnyProblem]) -> AnySolver:
        solvers = [owned for owned in self.solvers if owned.item.problem is problem.item]
        if not solvers:
            raise UnknownSolver(f"problem {problem.item.name!r} has no solver")
        declared = [owned for owned in solvers if owned.item is problem.item.default]
        own = [owned for owned in solvers if owned.owner == problem.owner]
        return (declared or own or solvers)[0].item

    def namesakes(self, problem: _Owned[AnyProblem]) -> list[_Owned[AnySolver]]:
        """Other owners' solvers of other problems whose bare name is this problem's name."""
        return [
            solver
            for solver in self.bare.get(problem.item.name, ())
            if solver.owner != problem.owner and solver.item.problem is not problem.item
        ]

    def full_names(self, name: str) -> list[str]:
        """What the contested short name `name` of a problem or solver may stand for."""
        problems = [key for key in self.exact_problems if key.partition("::")[2] == name]
        solvers = [key for key in self.exact if name in (key.partition("::")[2], key.rpartition("/")[2])]
        return sorted(problems or solvers, key=lambda key: key.split("::"))

    def short_names(self) -> set[str]:
        return {*self.problem_names.held(), *self.qualified.held(), *self.bare}

    def refusals(self) -> Iterator[_Refusal]:
        """The names that third parties did not get, and why."""
        for name, problem, others in self.problem_names.refused():
            exact = f"{problem.owner}::{name}"
            instead = f"it is reachable as {exact!r}, its solvers as '{exact}/…'"
            yield _Refusal(problem.item, _note(problem.owner, f"the name {name!r}", others, "too", instead))
        for name, solver, others in self.qualified.refused():
            instead = f"it is reachable as '{solver.owner}::{name}'"
            yield _Refusal(solver.item, _note(solver.owner, f"the name {name!r}", others, "too", instead))
        for problem in self.problems:
            name = problem.item.name
            others = sorted({solver.owner for solver in self.namesakes(problem)})
            if others and problem.owner != CORE and self.problem_names.holder(name) is problem:
                wish = f"the name {name!r} for its problem's default solver"
                instead = f"that is reachable as '{problem.owner}::{name}'"
                yield _Refusal(problem.item, _note(problem.owner, wish, others, "for a solver", instead))


def _found(solver: AnySolver, name: str) -> AnySolver:
    """`solver`, with a word to the caller of the look-up where it was found by a name that goes away."""
    alias = name.rpartition("::")[2].rpartition("/")[2]
    going = solver.deprecated_aliases.get(alias)
    if going is not None:
        warnings.warn(f"the name {alias!r} of {solver.qualified} is {going}", PorismDeprecationWarning, stacklevel=3)
    return solver


def _names(solver: AnySolver) -> tuple[str, ...]:
    return solver.name, *solver.aliases


def _note(owner: str, wish: str, others: Sequence[str], how: str, instead: str) -> str:
    claim = "claim" if len(others) > 1 else "claims"
    return f"{owner} does not get {wish}, which {' and '.join(others)} {claim} {how}; {instead}"


class Registry:
    """Look up solvers and problems by name. Porism's own is :data:`porism.registry`.

    Everything is loaded at the first look-up: porism's problems, then the installed plugins.

    Parameters
    ----------
    plugins : bool
        Whether to load installed plugins.
    disable : iterable of str
        Distributions or entry points of plugins to leave out, besides those that the environment variable
        ``PORISM_DISABLE_PLUGINS`` names.
    """

    def __init__(self, *, plugins: bool = True, disable: Iterable[str] = ()) -> None:
        if isinstance(disable, str):
            raise InvalidInput(f"disable must be names, not one str: [{disable!r}]")
        self._with_plugins = plugins
        self._disable = tuple(disable)
        self._lock = threading.RLock()
        self._loaded = False
        self._loading = False
        self._infos: tuple[PluginInfo, ...] = ()
        self._index = _Index((), ())

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
            If the name may mean several solvers; lists their exact names.
        """
        index = self._load()
        if not isinstance(name, str):
            raise UnknownSolver(f"name must be a str, got {name!r}")
        if (found := index.exact.get(name) or index.qualified.holder(name)) is not None:
            return _found(found.item, name)
        problem = index.problem(name)
        bare = index.bare.get(name, [])
        if problem is not None and (problem.owner == CORE or "::" in name or not index.namesakes(problem)):
            return index.default_of(problem)
        if len(bare) == 1 and (problem is None or bare[0].owner == CORE):
            return _found(bare[0].item, name)
        if bare:
            names = sorted(self.name_of(owned.item) for owned in bare)
            names += [] if problem is None else [f"{problem.owner}::{name}"]
            raise AmbiguousSolver(f"{name!r} is a solver of several problems: {', '.join(names)}")
        self._reject_contested(index, name)
        raise UnknownSolver(f"no solver {name!r}{did_you_mean(name, index.short_names())}")

    __getitem__ = get

    def problem(self, name: str) -> AnyProblem:
        """The problem called `name`.

        Parameters
        ----------
        name : str
            ``"k-medoids"``, or ``"distribution::problem"``.

        Raises
        ------
        UnknownProblem
            With the closest names.
        AmbiguousSolver
            If several plugins claim the name; lists their full names.
        """
        index = self._load()
        if not isinstance(name, str):
            raise UnknownProblem(f"name must be a str, got {name!r}")
        found = index.problem(name)
        if found is not None:
            return found.item
        if any(owned.item.name == name for owned in index.problems):
            self._reject_contested(index, name)
        raise UnknownProblem(f"no problem {name!r}{did_you_mean(name, index.problem_names.held())}")

    @staticmethod
    def _reject_contested(index: _Index, name: str) -> None:
        full = index.full_names(name)
        if full:
            raise AmbiguousSolver(f"{name!r} is contested, by itself or as a problem's; say {' or '.join(full)}")

    def problems(self, tag: str | None = None) -> list[AnyProblem]:
        """All problems, by name; only those with `tag` where one is given."""
        found = [owned.item for owned in self._load().problems if tag is None or tag in owned.item.tags]
        return sorted(found, key=lambda problem: problem.name)

    def solvers(self, problem: str | AnyProblem | None = None, tag: str | None = None) -> list[AnySolver]:
        """All solvers in order of registration; of one `problem`, or with one `tag` (its own or its problem's).

        Raises
        ------
        UnknownProblem
            If `problem` is a name that no problem has.
        """
        wanted = self.problem(problem) if isinstance(problem, str) else problem
        return [
            owned.item
            for owned in self._load().solvers
            if (wanted is None or owned.item.problem is wanted)
            and (tag is None or tag in owned.item.tags or tag in owned.item.problem.tags)
        ]

    def search(self, text: str) -> list[AnySolver]:
        """Solvers in whose names, problem, tags, paper or documentation every word of `text` occurs, best first."""
        words = text.casefold().split()
        ranked = []
        for place, owned in enumerate(self._load().solvers):
            names, about = _haystacks(owned.item)
            if words and all(word in names or word in about for word in words):
                ranked.append((-sum(word in names for word in words), place, owned.item))
        return [item for _, _, item in sorted(ranked, key=lambda row: row[:2])]

    def laws(self, name: str | AnyProblem | AnySolver | None = None) -> list[LawEntry]:
        """The catalogue of laws: what every solver owes, what each problem adds, and the source of each.

        Parameters
        ----------
        name : str, Problem or Solver, optional
            Only those of one problem, or those that apply to one solver; general ones are always among them.

        Returns
        -------
        list of LawEntry
            The general laws first, then those of the problems, by name.

        Raises
        ------
        UnknownSolver
            If nobody has the name.
        """
        one: AnySolver | None = name if isinstance(name, Solver) else None
        problem = name if isinstance(name, Problem) else None
        if isinstance(name, str):
            try:
                problem = self.problem(name)
            except UnknownProblem:
                one = self.get(name)
        if one is not None:
            problem = one.problem
        problems = self.problems() if problem is None else [problem]
        solvers = [one] if one is not None else [s for p in problems for s in self.solvers(p)]
        todo: list[tuple[str | None, Law, list[AnySolver]]] = [(None, law, solvers) for law in GENERAL]
        todo += [(p.name, law, [s for s in solvers if s.problem is p]) for p in problems for law in p.statements]
        found = []
        for owner, law, candidates in todo:
            owing = [s for s in candidates if applies(law, s.claims, s.signature.parameters)]
            if one is None or owing:
                found.append(LawEntry(law, owner, tuple(self._exact(s) for s in owing)))
        return found

    def _exact(self, solver: AnySolver) -> str:
        try:
            return self.name_of(solver)
        except UnknownSolver:
            return solver.qualified

    def plugins(self, *, disabled: bool = False) -> list[PluginInfo]:
        """What became of each plugin, porism's own problems first.

        Parameters
        ----------
        disabled : bool
            Also those that are installed and switched off, by this registry or by ``PORISM_DISABLE_PLUGINS``.
        """
        self._load()
        off = left_out(self._disable if self._with_plugins else ("all",)) if disabled else []
        return [*self._infos, *off]

    def owner(self, item: AnySolver | AnyProblem) -> str:
        """The distribution that registered `item`.

        Raises
        ------
        UnknownSolver
            If `item` is not registered.
        """
        owner = self._load().owners.get(id(item))
        if owner is None:
            raise UnknownSolver(f"{item!r} is not registered")
        return owner

    def name_of(self, item: AnySolver | AnyProblem) -> str:
        """The shortest exact name: ``problem/solver`` or ``problem``, with ``distribution::`` before it where refused.

        Raises
        ------
        UnknownSolver
            If `item` is not registered.
        """
        index = self._load()
        owner = self.owner(item)
        name = item.qualified if isinstance(item, Solver) else item.name
        held = index.qualified.holder(name) if isinstance(item, Solver) else index.problem_names.holder(name)
        return name if held is not None and held.item is item else f"{owner}::{name}"

    def __contains__(self, name: object) -> bool:
        try:
            self.get(name)  # type: ignore[arg-type]
        except LookupError:
            return False
        return True

    def __repr__(self) -> str:
        index = self._index
        state = f"{len(index.problems)} problems, {len(index.solvers)} solvers" if self._loaded else "not loaded yet"
        return f"<porism registry: {state}>"

    # -- filling ---------------------------------------------------------------------------------------------

    def add(self, *items: AnyProblem | AnySolver, owner: str = "local") -> None:
        """Add problems and solvers by hand, all or none: for a notebook or a test. A distribution uses the plugin hook.

        Warns with :class:`PluginWarning` about names that somebody else has.

        Raises
        ------
        PluginError
            For an item that is neither, a name that `owner` has already, or a solver of an unregistered problem.
        """
        self._load()
        with self._lock:
            if self._loading:
                raise PluginError("a hook adds to the registry that it is given, not to porism.registry")
            was = self._index
            staging = Staging(
                owner,
                [owned.item for owned in was.problems if owned.owner == owner],
                [owned.item for owned in was.solvers if owned.owner == owner],
            )
            staging.add(*items)
            known = [owned.item for owned in was.problems] + staging.problems
            for solver in staging.solvers:
                if not any(solver.problem is problem for problem in known):
                    raise PluginError(f"{solver.qualified}: its problem is not registered; add that too")
            self._index = self._with(was, [staging])
            old = {refusal.note for refusal in was.refusals()}
            notes = [refusal.note for refusal in self._index.refusals() if refusal.note not in old]
        for note in notes:
            warnings.warn(note, PluginWarning, stacklevel=2)

    def _load(self) -> _Index:
        if self._loaded:
            return self._index
        with self._lock:
            if self._loaded or self._loading:  # a plugin's module or hook may itself look something up
                return self._index
            self._loading = True
            try:
                core = load_core()
                self._index = self._with(_Index((), ()), [core.staging])
                loaded = [core, *(load_plugins(core, self._disable) if self._with_plugins else ())]
                self._index = self._with(_Index((), ()), [one.staging for one in loaded])
                notes = self._settle(loaded)
                self._loaded = True
            finally:
                self._loading = False
        for note in notes:  # everything works by now, also where a filter makes an exception of the warning
            warnings.warn(note, PluginWarning, stacklevel=3)
        return self._index

    @staticmethod
    def _with(index: _Index, stagings: Iterable[Staging]) -> _Index:
        problems, solvers = list(index.problems), list(index.solvers)
        for staging in stagings:
            problems += [_Owned(problem, staging.owner) for problem in staging.problems]
            solvers += [_Owned(solver, staging.owner) for solver in staging.solvers]
        return _Index(problems, solvers)

    def _settle(self, loaded: Sequence[Loaded]) -> list[str]:
        """Note with each plugin the names it was refused; all that has to be warned about."""
        refusals = list(self._index.refusals())
        infos = []
        notes = []
        for one in loaded:
            added = {id(item) for item in (*one.staging.problems, *one.staging.solvers)}
            info = replace(one.info, notes=tuple(refusal.note for refusal in refusals if id(refusal.item) in added))
            if info.error:
                notes.append(f"plugin {info.distribution} ({info.entry_point}) was left out: {info.error}")
            infos.append(info)
            notes += info.notes
        self._infos = tuple(infos)
        return notes


def _haystacks(item: AnySolver) -> tuple[str, str]:
    names = " ".join((item.name, *item.aliases, item.problem.name, *item.tags, *item.problem.tags))
    paper = f"{item.paper} {' '.join(item.paper.authors)} {item.paper.arxiv}" if item.paper is not None else ""
    return names.casefold(), f"{paper} {item.doc} {item.problem.summary}".casefold()


registry = Registry()
"""The registry of this process."""
