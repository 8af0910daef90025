"""Declaring a solver: one algorithm for one problem, with everything known about it as data."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, overload

from porism._deprecation import Deprecation
from porism._paper import Paper
from porism._problem import Problem, check_name
from porism._text import did_you_mean, first_sentence, parameter_docs
from porism.errors import InvalidInput, InvalidType, NotFound, PluginError, PorismDeprecationWarning

__all__ = ["Claims", "Option", "Solver", "like", "solver"]

P = ParamSpec("P")
R = TypeVar("R")


class Claims(Mapping[str, Any]):
    """What a solver promises beyond the laws of its problem: ``Claims(deterministic=True, same_result_as="pam")``.

    Each name is a claim that some law of the problem (or a general law) tests; a value of ``False`` or ``None`` is no
    claim.
    Read it as a mapping or by attribute; a claim that is not made reads as ``None`` by attribute.
    """

    __slots__ = ("_made",)

    def __init__(self, **claims: Any) -> None:
        made = {name: value for name, value in claims.items() if value is not None and value is not False}
        object.__setattr__(self, "_made", made)

    def __getitem__(self, name: str) -> Any:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._made.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("claims are fixed when the solver is declared")

    def __reduce__(self) -> tuple[Any, ...]:
        return _claims, (dict(self._made),)

    def __str__(self) -> str:
        return ", ".join(name if value is True else f"{name}={value}" for name, value in self._made.items())

    def __repr__(self) -> str:
        return f"Claims({', '.join(f'{name}={value!r}' for name, value in self._made.items())})"


def _claims(made: dict[str, Any]) -> Claims:
    return Claims(**made)


@dataclass(frozen=True, slots=True)
class Option:
    """A keyword that a solver takes: its name, default, type and description, read from signature and docstring."""

    name: str
    default: Any
    type: str
    doc: str


USUAL_NAMES = {
    "seed": "rng",
    "random_state": "rng",
    "threads": "n_jobs",
    "n_threads": "n_jobs",
    "n_cpu": "n_jobs",
    "verbose": "progress",
    "n_clusters": "k",
}
"""What options are called elsewhere, and here."""


class Solver(Generic[P, R]):
    """A callable with metadata. Made by :func:`solver`; keeps the function's own signature for type checkers.

    Attributes
    ----------
    name : str
        Unique within the problem.
    aliases : tuple of str
        Further names for :meth:`Registry.get`.
    problem : Problem
        What it solves.
    paper : Paper or None
        Where it comes from.
    complexity : str
        Time and memory, in the problem's own letters.
    claims : Claims
        What it promises beyond the problem's laws.
    options : dict of str to Option
        Its keywords.
    doc, summary : str
        The docstring, and its first sentence.
    deprecated : Deprecation or None
        Whether it, or its problem, goes away, when, and what to use instead.
    deprecated_aliases, deprecated_options : dict of str to Deprecation
        The same of its aliases and options.
    """

    def __init__(
        self,
        function: Callable[P, R],
        problem: Problem[..., R],
        name: str,
        *,
        aliases: Sequence[str] = (),
        paper: Paper | None = None,
        complexity: str = "",
        claims: Claims | None = None,
        tags: Sequence[str] = (),
        build: Callable[..., Any] | None = None,
        deprecated: Deprecation | None = None,
        deprecated_aliases: Mapping[str, Deprecation] | None = None,
        deprecated_options: Mapping[str, Deprecation] | None = None,
    ) -> None:
        self.name = check_name("solver", name)
        self.deprecated = deprecated if deprecated is not None else problem.deprecated
        self.deprecated_aliases = dict(deprecated_aliases or {})
        self.deprecated_options = dict(deprecated_options or {})
        aliases = (*aliases, *self.deprecated_aliases)
        self.aliases = tuple(check_name("alias", alias) for alias in aliases)
        if len({self.name, *self.aliases}) <= len(self.aliases):
            raise PluginError(f"solver {name!r} has a name twice: {', '.join((name, *self.aliases))}")
        self.problem = problem
        self.function = function
        self.paper = paper
        self.complexity = complexity
        self.claims = claims if claims is not None else Claims()
        self.tags = frozenset(tags)
        if build is not None:
            self.build = build
        self.signature = inspect.signature(function)
        self.doc = inspect.cleandoc(function.__doc__ or "")
        self.summary = first_sentence(self.doc)
        parameters = self.signature.parameters.values()
        positional = tuple(p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD)
        if positional[: len(problem.arguments)] != problem.arguments:
            raise PluginError(
                f"solver {name!r} must take the arguments of {problem.name!r} first: "
                f"{', '.join(problem.arguments)}; it takes {', '.join(positional) or 'none'}"
            )
        self._open = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
        self._accepted = frozenset(self.signature.parameters)
        self._canonical = frozenset(problem.arguments)
        for option, going in self.deprecated_options.items():
            if option not in self._accepted and going.instead not in self._accepted:
                raise PluginError(
                    f"solver {name!r} deprecates option {option!r}, which it has not, and no other that it has instead"
                )
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__signature__ = self.signature
        self.__wrapped__ = function

    @property
    def qualified(self) -> str:
        """``"k-medoids/fasterpam"``: exact within one distribution's claims."""
        return f"{self.problem.name}/{self.name}"

    @property
    def options(self) -> dict[str, Option]:
        """The keyword options with their defaults, types and descriptions."""
        docs = parameter_docs(self.problem.doc) | parameter_docs(self.doc)
        return {
            parameter.name: Option(parameter.name, parameter.default, *docs.get(parameter.name, ("", "")))
            for parameter in self.signature.parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }

    def cite(self) -> str:
        """BibTeX of the paper.

        Raises
        ------
        NotFound
            If the solver names no paper.
        """
        if self.paper is None:
            raise NotFound(f"{self.qualified} names no paper")
        return self.paper.bibtex()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.deprecated is not None or self.deprecated_options:
            self._warn(kwargs)
        if not self._open and not self._accepted.issuperset(kwargs):
            unknown = next(name for name in kwargs if name not in self._accepted)
            raise InvalidType(f"{self.name} has no option {unknown!r}{self.suggestion(unknown)}")
        if len(args) != len(self._canonical) or not self._canonical.isdisjoint(kwargs):
            self._check_arguments(args, kwargs)
        return self.function(*args, **kwargs)

    def _warn(self, options: dict[str, Any]) -> None:
        """Tell the caller of the caller what goes away, and put values under their new names."""
        if self.deprecated is not None:
            warnings.warn(f"{self.qualified} is {self.deprecated}", PorismDeprecationWarning, stacklevel=3)
        for old, going in self.deprecated_options.items():
            if old in options:
                warnings.warn(f"{self.name}: option {old!r} is {going}", PorismDeprecationWarning, stacklevel=3)
                if old not in self._accepted:
                    if going.instead in options:
                        raise InvalidInput(
                            f"{old} must not be given beside {going.instead}, of which it is the old name, "
                            f"got {options[old]!r}"
                        )
                    options[going.instead] = options.pop(old)

    def suggestion(self, unknown: str) -> str:
        """``"; did you mean 'rng'?"`` for an option that the solver has not, or nothing where none is close."""
        usual = USUAL_NAMES.get(unknown, "")
        known = [*self.problem.arguments[1:], *(name for name in self._accepted if name not in self._canonical)]
        return f"; did you mean {usual!r}?" if usual in known else did_you_mean(unknown, known)

    def _check_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            self.signature.bind(*args, **kwargs)
        except TypeError as error:
            call = f"{self.name}({', '.join(self.problem.arguments)}, *, …)"
            raise InvalidType(f"{call}: {error}; options go by keyword") from None

    def __repr__(self) -> str:
        return f"<solver {self.qualified!r}: {self.summary}>"

    def __reduce__(self) -> str:
        return self.__qualname__


def solver(
    problem: Problem[..., R],
    name: str,
    *,
    aliases: Sequence[str] = (),
    paper: Paper | None = None,
    complexity: str = "",
    claims: Claims | None = None,
    tags: Sequence[str] = (),
    default: bool = False,
    build: Callable[..., Any] | None = None,
    deprecated: Deprecation | None = None,
    deprecated_aliases: Mapping[str, Deprecation] | None = None,
    deprecated_options: Mapping[str, Deprecation] | None = None,
) -> Callable[[Callable[P, R]], Solver[P, R]]:
    """Declare the decorated function as a solver of `problem`.

    The function takes the problem's canonical arguments positionally and its options by keyword.

    Parameters
    ----------
    problem : Problem
        What it solves.
    name : str
        Unique within the problem.
    aliases : sequence of str
        Further names.
    paper : Paper, optional
        Where the algorithm comes from.
    complexity : str
        Time and memory.
    claims : Claims, optional
        Promises beyond the problem's laws; each switches on the law that tests it.
    tags : sequence of str
        For :meth:`Registry.solvers`.
    default : bool
        Whether the problem's own name stands for this solver.
    build : callable, optional
        The offline phase of an algorithm that has one: returns an index with a method ``query``.
    deprecated : Deprecation, optional
        The solver goes away: every call warns with :class:`PorismDeprecationWarning`.
    deprecated_aliases : mapping of str to Deprecation, optional
        Further names, whose look-up warns.
    deprecated_options : mapping of str to Deprecation, optional
        Options whose use warns. One that the function has no more is passed on under the name in `instead`.
    """

    def declare(function: Callable[P, R]) -> Solver[P, R]:
        made: Solver[P, R] = Solver(
            function,
            problem,
            name,
            aliases=aliases,
            paper=paper,
            complexity=complexity,
            claims=claims,
            tags=tags,
            build=build,
            deprecated=deprecated,
            deprecated_aliases=deprecated_aliases,
            deprecated_options=deprecated_options,
        )
        if default:
            _make_default(made)
        return made

    return declare


@overload
def like(model: Callable[P, R], /) -> Callable[[Callable[..., R]], Callable[P, R]]: ...


@overload
def like(model: Callable[..., R], /, *more: Callable[..., Any]) -> Callable[[Callable[..., R]], Callable[..., R]]: ...


def like(model: Callable[..., R], /, *more: Callable[..., Any]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give the decorated function the signature of `model`, and its Parameters section, if it has one.

    For solvers that share their options: the options are written once, in `model`, and each solver is a few lines
    ``def name(X, k, **options)``. It is called with every option, those that the caller left out at their defaults.
    Keyword options of `more`, functions of keywords only, are added to both.
    """
    parameters = [p for part in (model, *more) for p in inspect.signature(part).parameters.values()]
    signature = inspect.signature(model).replace(parameters=parameters)
    sections = [inspect.cleandoc(part.__doc__ or "").partition("\nParameters\n") for part in (model, *more)]
    docs = ""
    for _, heading, section in sections:
        section = section.rstrip()
        docs += "\n" + section.partition("\n")[2] if docs else heading + section  # one heading, with a line below it

    def adopt(function: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(function)
        def adopted(*args: Any, **kwargs: Any) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return function(*bound.args, **bound.kwargs)

        adopted.__signature__ = signature  # type: ignore[attr-defined]
        adopted.__doc__ = inspect.cleandoc(function.__doc__ or "") + "\n" + docs + "\n"
        return adopted

    return adopt


def _make_default(solver: Solver[..., Any]) -> None:
    problem, module = solver.problem, solver.__module__
    if module.partition(".")[0] != problem.__module__.partition(".")[0]:
        # Declaring happens at import, before a plugin's hook has been accepted, and would change other people's calls.
        raise PluginError(f"{problem.name!r} is not {module}'s: only the package of a problem names its default solver")
    earlier = problem.default
    if earlier is not None and (earlier.name, earlier.__module__) != (solver.name, module):  # the same: imported anew
        raise PluginError(f"{problem.name!r} has a default solver already: {earlier.name!r}")
    problem.default = solver
