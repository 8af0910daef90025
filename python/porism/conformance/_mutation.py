"""Solvers broken by one character at a time: laws that notice none of it test nothing."""

from __future__ import annotations

import _thread
import ast
import contextlib
import importlib
import inspect
import io
import keyword
import signal
import threading
import time
import tokenize
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from porism._solver import Solver
from porism._validation import as_integer
from porism.errors import InvalidInput, PluginError

__all__ = ["Mutation", "mutations"]

OTHERS = {
    "<": (">", "<="),
    ">": ("<", ">="),
    "<=": ("<", ">="),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
    "+": ("-",),
    "-": ("+",),
    "*": ("+", "/"),
    "/": ("*", "//"),
    "//": ("/",),
    "%": ("*",),
    "**": ("*",),
    "@": ("*",),
    "&": ("|",),
    "|": ("&",),
    "^": ("|",),
    "<<": (">>",),
    ">>": ("<<",),
    "~": ("-",),
    "+=": ("-=", "="),
    "-=": ("+=", "="),
    "*=": ("+=", "="),
    "/=": ("*=", "="),
    "//=": ("/=", "="),
    "%=": ("*=", "="),
    "&=": ("|=", "="),
    "|=": ("&=", "="),
    "^=": ("|=", "="),
    "<<=": (">>=", "="),
    ">>=": ("<<=", "="),
    "True": ("False",),
    "False": ("True",),
    "and": ("or",),
    "or": ("and",),
    "not": ("",),
}
"""What each operator, comparison and constant is mistaken for; an integer is mistaken for its neighbours."""

SECONDS = 4.0
"""How long one law may take on a broken solver before that counts as caught: it hangs."""


@dataclass(frozen=True)
class Mutation:
    """A module of solvers with one mistake in it.

    Attributes
    ----------
    module : str
        The module.
    function : str
        The function that is broken.
    line : str
        Its line that is.
    was, now : str
        The token, and what stands there instead.
    repeat : int
        Which of the same tokens of the same line it is, from 1.
    source : str
        The module's source with the mistake.
    """

    module: str
    function: str
    line: str
    was: str
    now: str
    repeat: int
    source: str

    def __str__(self) -> str:
        """``merging: while width < n: [< is <=]``: unique, and the same while the line is."""
        which = f" no. {self.repeat}" if self.repeat > 1 else ""
        return f"{self.function}: {self.line} [{self.was}{which} is {self.now or 'gone'}]"

    def solvers(self) -> list[Solver[..., Any]]:
        """The broken module's solvers. Nothing is registered, and the module itself stays as it is.

        Raises
        ------
        Exception
            Whatever the module raises when it is executed: some mistakes show at once.
        """
        original = importlib.import_module(self.module)
        defaults = [(solver.problem, solver.problem.default) for solver in _solvers_of(original)]
        made = types.ModuleType(self.module)
        made.__file__ = original.__file__
        made.__package__ = original.__package__
        try:
            exec(compile(self.source, f"<{self.module}, broken>", "exec"), made.__dict__)
        finally:
            for problem, default in defaults:
                problem.default = default
        return _solvers_of(made)

    def caught_by(self, *, examples: int = 100, seed: int = 0, seconds: float = SECONDS) -> str:
        """``"solver: law"`` for the first law that notices, ``""`` if none does.

        Parameters
        ----------
        examples : int
            Instances for each law.
        seed : int
            The same seed tries the same instances.
        seconds : float
            What takes longer than that under one law is caught too. Needs the main thread, and a solver in Python.
        """
        from porism.conformance._runner import cases

        examples, seed = as_integer("examples", examples, 1), as_integer("seed", seed, 0)
        try:
            solvers = self.solvers()
        except Exception as error:
            return f"{self.module}: {type(error).__name__} when it is imported"
        # First the solvers that the mistake is in: the others need all their laws only where it is in what they share.
        solvers.sort(key=lambda solver: solver.__name__ != self.function)
        for solver in solvers:
            for case in cases(solver):
                if case.check.law.name == "interrupts":
                    continue  # takes a second, and is no law about results
                with _Alarm(seconds) as alarm:
                    outcome = case.run(examples, seed, shrink=False)
                if alarm.rang:
                    return f"{solver.name}: {case.check.law.name} hangs"
                if outcome.status == "failed":
                    return f"{solver.name}: {case.check.law.name}"
        return ""


class _Alarm:
    """Interrupts the main thread when time is up, as Ctrl-C would."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._heard: Any = None

    def _ring(self) -> None:
        with self._lock:
            if not self._over:
                self.rang = True
                _thread.interrupt_main()

    def __enter__(self) -> _Alarm:
        if threading.current_thread() is threading.main_thread():
            # A shell starts what runs in its background deaf to Ctrl-C, and the alarm would never be heard.
            self._heard = signal.signal(signal.SIGINT, signal.default_int_handler)
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        with self._lock:
            self._over = True
        self._timer.cancel()
        if self.rang and kind is None:  # rang as the law ended: the interrupt is still to come
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(1.0)
        if self._heard is not None:
            signal.signal(signal.SIGINT, self._heard)
        return self.rang and kind is not None and issubclass(kind, KeyboardInterrupt)


def _solvers_of(module: types.ModuleType) -> list[Solver[..., Any]]:
    found = [item for item in vars(module).values() if isinstance(item, Solver) and item.__module__ == module.__name__]
    return list({id(solver): solver for solver in found}.values())


def mutations(module: str | types.ModuleType) -> list[Mutation]:
    """The module's solvers with one mistake at a time, in every operator, comparison and constant of its functions.

    ``<`` becomes ``<=`` and ``>``, ``+`` becomes ``-``, 1 becomes 0 and 2, ``and`` becomes ``or``, and so on: what a
    slip of the finger does. Signatures, decorators, docstrings and messages are left alone.

    Parameters
    ----------
    module : str or module
        A Python module that declares solvers, such as ``"my_plugin.solvers"``. It is imported.

    Raises
    ------
    InvalidInput
        If it declares no solver.
    PluginError
        If its source cannot be had.

    Examples
    --------
    >>> from porism.conformance import mutations
    >>> @pytest.mark.parametrize("mutation", mutations("my_plugin.solvers"), ids=str)      # doctest: +SKIP
    ... def test_a_broken_solver_is_caught(mutation):
    ...     assert mutation.caught_by()
    """
    imported = importlib.import_module(module) if isinstance(module, str) else module
    if not _solvers_of(imported):
        raise InvalidInput(f"module must be one that declares solvers, got {imported.__name__!r}, which declares none")
    try:
        source = inspect.getsource(imported)
    except (OSError, TypeError) as error:
        raise PluginError(f"the source of {imported.__name__} cannot be had: {error}") from None
    lines = source.splitlines(keepends=True)
    found: list[Mutation] = []
    for function, token in _tokens(source):
        row, column = token.start
        line = lines[row - 1]
        for now in _instead(token.string):
            same = [one for one in found if (one.function, one.line, one.was) == (function, line.strip(), token.string)]
            repeat = 1 + len([one for one in same if one.now == now])
            broken = [*lines[: row - 1], line[:column] + now + line[token.end[1] :], *lines[row:]]
            text = "".join(broken)
            try:
                ast.parse(text)
            except SyntaxError:
                continue  # an import sees that at once
            found.append(Mutation(imported.__name__, function, line.strip(), token.string, now, repeat, text))
    return found


def _instead(token: str) -> tuple[str, ...]:
    if token.isdigit():
        value = int(token)
        return (str(value + 1), str(value - 1)) if value else ("1",)
    return OTHERS.get(token, ())


def _tokens(source: str) -> Iterator[tuple[str, tokenize.TokenInfo]]:
    """What can be mistaken in the bodies of functions, with the function's name."""
    bodies = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node, clean=False) is not None
            statements = node.body[documented:]
            if statements:
                bodies.append((statements[0].lineno, node.end_lineno or 0, node.name))
    inside_string = 0
    previous = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        inside_string += (name == "FSTRING_START") - (name == "FSTRING_END")  # from Python 3.12 on
        owners = [(end - first, owner) for first, end, owner in bodies if first <= token.start[0] <= end]
        starred = token.string in ("*", "**") and previous in ("(", ",", "[", "{", "=", ":")
        if owners and not inside_string and not starred and token.type in _KINDS:
            yield min(owners)[1], token
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            previous = "(" if keyword.iskeyword(token.string) else token.string


_KINDS = (tokenize.OP, tokenize.NUMBER, tokenize.NAME)
