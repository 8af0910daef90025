"""The exceptions that porism raises.

Everything is a :class:`PorismError`; bad arguments are also the built-in exception that Python programmers
expect (`ValueError`, `TypeError`, `MemoryError`, …), so both `except` clauses work.
"""

from __future__ import annotations

__all__ = [
    "AmbiguousSolver",
    "ComputationError",
    "InvalidInput",
    "InvalidType",
    "MissingExtra",
    "NotFound",
    "PluginError",
    "PluginWarning",
    "PorismDeprecationWarning",
    "PorismError",
    "ResultOverflow",
    "TooLarge",
    "UnknownProblem",
    "UnknownSolver",
]


class PorismError(Exception):
    """Base of every exception that porism defines."""


class InvalidInput(PorismError, ValueError):
    """An argument has a value that the call does not accept; the message names it, what it must be and what it was."""


class InvalidType(InvalidInput, TypeError):
    """An argument has a type that the call does not accept."""


class TooLarge(InvalidInput, MemoryError):
    """The call would need more memory than allowed; raised with the estimate, before anything is allocated."""


class ResultOverflow(PorismError, OverflowError):
    """The exact result does not fit the result's type; nothing was wrapped or rounded."""


class ComputationError(PorismError):
    """A computation failed for a reason that is not the caller's input."""


class NotFound(PorismError, LookupError):
    """A look-up in the registry found nothing, or too much."""


class UnknownSolver(NotFound):
    """No solver or problem has this name; the message lists the closest ones."""


class UnknownProblem(UnknownSolver):
    """No problem has this name; the message lists the closest ones."""


class AmbiguousSolver(NotFound):
    """Solvers of several problems share this name; the message lists their qualified names."""


class PluginError(PorismError):
    """A plugin could not be loaded, or declares something that cannot be registered."""


class PluginWarning(UserWarning):
    """A plugin was left out, or refused a name."""


class PorismDeprecationWarning(DeprecationWarning):
    """A solver, problem, alias or option is going away; the message says when, and what to use instead."""


class MissingExtra(PorismError, ImportError):
    """An optional dependency is not installed; the message is the command that installs it."""
