"""porism: algorithm papers as algorithms that you can call, compare and trust.

>>> from porism import registry
>>> fastpam = registry.get("fastpam")          # doctest: +SKIP
>>> result = fastpam(X, k=10)                  # doctest: +SKIP

The whole public surface is here; the solvers are found through :data:`registry` or imported from ``porism.problems``.
"""

from porism._deprecation import Deprecation
from porism._law import Law, LawEntry
from porism._paper import Paper
from porism._plugins import API_OLDEST, API_VERSION, PluginInfo, hookimpl
from porism._problem import Problem, problem
from porism._registry import Registry, registry
from porism._result import Result
from porism._solver import Claims, Option, Solver, like, solver
from porism._staging import Staging
from porism.errors import (
    AmbiguousSolver,
    ComputationError,
    InvalidInput,
    InvalidType,
    MissingExtra,
    NotFound,
    PluginError,
    PluginWarning,
    PorismDeprecationWarning,
    PorismError,
    ResultOverflow,
    TooLarge,
    UnknownProblem,
    UnknownSolver,
)

__all__ = [
    "API_OLDEST",
    "API_VERSION",
    "AmbiguousSolver",
    "Claims",
    "ComputationError",
    "Deprecation",
    "InvalidInput",
    "InvalidType",
    "Law",
    "LawEntry",
    "MissingExtra",
    "NotFound",
    "Option",
    "Paper",
    "PluginError",
    "PluginInfo",
    "PluginWarning",
    "PorismDeprecationWarning",
    "PorismError",
    "Problem",
    "Registry",
    "Result",
    "ResultOverflow",
    "Solver",
    "Staging",
    "TooLarge",
    "UnknownProblem",
    "UnknownSolver",
    "__version__",
    "hookimpl",
    "like",
    "problem",
    "registry",
    "solver",
]


def __getattr__(name: str) -> str:
    if name == "__version__":  # read on demand: importlib.metadata costs more than the rest of this module
        from importlib.metadata import version

        return version("porism")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
