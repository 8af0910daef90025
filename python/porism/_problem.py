"""Declaring a problem: what is computed, what comes back, which laws hold."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from importlib.util import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from porism._deprecation import Deprecation
from porism._law import Law
from porism._text import first_sentence
from porism.errors import PluginError

if TYPE_CHECKING:
    from porism._solver import Solver

__all__ = ["Problem", "check_name", "problem"]

P = ParamSpec("P")
R = TypeVar("R")


def check_name(kind: str, name: object) -> str:
    """`name` if it can name a problem or a solver: letters, digits and single hyphens, beginning with a letter."""
    parts = name.split("-") if isinstance(name, str) else [""]
    if not all(part.isascii() and part.isalnum() for part in parts) or not parts[0][0].isalpha():
        raise PluginError(f"{kind} name must be letters and digits joined by hyphens ('k-medoids'), got {name!r}")
    return str(name)


class Problem(Generic[P, R]):
    """A canonical signature, a typed result, and the laws that every solver of it keeps.

    Made by :func:`problem`. Calling it calls its default solver.

    Attributes
    ----------
    name : str
        ``"k-medoids"``.
    result : type
        What every solver returns.
    tags : frozenset of str
        For :meth:`Registry.problems` and :meth:`Registry.search`.
    statements : tuple of Law
        Name, one-line statement and source of every law. The checks themselves are imported by :meth:`laws_module`
        only.
    signature : inspect.Signature
        The canonical call; solvers take its positional parameters in its order and may add keyword options.
    doc : str
        The docstring: shapes, units, errors.
    deprecated : Deprecation or None
        Whether it goes away, when, and what to use instead.
    """

    def __init__(
        self,
        function: Callable[P, R],
        name: str,
        *,
        result: type,
        tags: Sequence[str] = (),
        statements: Sequence[Law] = (),
        laws: str | None = None,
        bench: str | None = None,
        example: str | None = None,
        command: str | None = None,
        deprecated: Deprecation | None = None,
    ) -> None:
        self.name = check_name("problem", name)
        self.function = function
        self.result = result
        self.deprecated = deprecated
        self.tags = frozenset(tags)
        self.statements = tuple(statements)
        self.signature = inspect.signature(function)
        self.doc = inspect.cleandoc(function.__doc__ or "")
        self.summary = first_sentence(self.doc)
        self.default: Solver[..., R] | None = None
        package = function.__module__.rpartition(".")[0]
        self._rooms = {
            room: resolve_name(module, package) if module.startswith(".") else module
            for room, module in {"laws": laws, "bench": bench, "example": example, "command": command}.items()
            if module is not None
        }
        repeated = {law.name for law in self.statements if sum(law.name == other.name for other in self.statements) > 1}
        if repeated:
            raise PluginError(f"problem {name!r} states laws twice: {sorted(repeated)}")
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__signature__ = self.signature
        self.__wrapped__ = function

    @property
    def arguments(self) -> tuple[str, ...]:
        """The canonical positional parameters, in order: ``("X", "k")``."""
        return tuple(
            parameter.name
            for parameter in self.signature.parameters.values()
            if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        )

    @property
    def claims(self) -> frozenset[str]:
        """The claims that some law of this problem tests."""
        return frozenset(law.claim for law in self.statements if law.claim is not None)

    def room(self, name: str) -> ModuleType | None:
        """The problem's module for `laws`, `bench`, `example` or `command`, imported now; None where it has none."""
        return importlib.import_module(self._rooms[name]) if name in self._rooms else None

    def has_room(self, name: str) -> bool:
        """Whether the problem declares a module for `laws`, `bench`, `example` or `command`."""
        return name in self._rooms

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.default is None:
            raise PluginError(f"problem {self.name!r} has no solver yet")
        return self.default(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<problem {self.name!r}: {self.summary}>"

    def __reduce__(self) -> str:
        return self.__qualname__


def problem(
    name: str,
    *,
    result: type,
    tags: Sequence[str] = (),
    statements: Sequence[Law] = (),
    laws: str | None = None,
    bench: str | None = None,
    example: str | None = None,
    command: str | None = None,
    deprecated: Deprecation | None = None,
) -> Callable[[Callable[P, R]], Problem[P, R]]:
    """Declare a problem: the decorated function is its canonical signature and docstring, its body is never run.

    Parameters
    ----------
    name : str
        The name to look it up by.
    result : type
        What every solver returns, a subclass of :class:`porism.Result` as a rule.
    tags : sequence of str
        What it is about.
    statements : sequence of Law
        The laws, without the code that checks them.
    laws, bench, example, command : str, optional
        Modules (relative to the declaring package if they begin with a dot) that hold the checks, the workloads
        and peers, a worked example, and what ``porism run`` does for data that is no table of numbers: a function
        ``run(solver, words, out, plot)``. They are imported only by those who ask for them.
    deprecated : Deprecation, optional
        The problem goes away: every call of its solvers warns with :class:`PorismDeprecationWarning`.
    """

    def declare(function: Callable[P, R]) -> Problem[P, R]:
        return Problem(
            function,
            name,
            result=result,
            tags=tags,
            statements=statements,
            laws=laws,
            bench=bench,
            example=example,
            command=command,
            deprecated=deprecated,
        )

    return declare
