"""The statement of a law: what `porism show` and the catalogue print, without Hypothesis."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["GENERAL", "Law", "LawEntry"]


@dataclass(frozen=True, slots=True)
class Law:
    """A property that solvers keep on every valid instance.

    Parameters
    ----------
    name : str
        Unique within its problem; the check of the same name in the problem's `laws` module tests it.
    statement : str
        One line, in the present tense: what always holds.
    claim : str, optional
        The claim that switches the law on; without one it applies to every solver of the problem.
    source : str
        The theorem, section or proof behind it.
    thorough : bool
        Whether it takes so long that only the thorough profile tests it, and whoever asks for it by name.
    """

    name: str
    statement: str
    claim: str | None = None
    source: str = ""
    thorough: bool = False


@dataclass(frozen=True, slots=True)
class LawEntry:
    """A law in the catalogue: :meth:`porism.Registry.laws`.

    Attributes
    ----------
    law : Law
        Name, statement, claim and source.
    problem : str or None
        Whose solvers owe it; None for those of all problems.
    solvers : tuple of str
        The solvers that it applies to, by exact name.
    """

    law: Law
    problem: str | None
    solvers: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the law's fields, ``problem`` and ``solvers``."""
        return {**asdict(self.law), "problem": self.problem, "solvers": list(self.solvers)}


CLAIMED_BY_OPTION = {"thread_invariant": "n_jobs", "reports": "progress"}
"""Options with which a solver claims something, whether it says so or not."""


def applies(law: Law, claims: Container[str], options: Container[str]) -> bool:
    """Whether a solver with these claims and parameters owes the law: everybody, who claims it, or has its option."""
    return law.claim is None or law.claim in claims or CLAIMED_BY_OPTION.get(law.claim) in options


CONTRACT = "porism's interface"

GENERAL: tuple[Law, ...] = (
    Law("result-type", "the result is of the problem's declared type", source=CONTRACT),
    Law("inputs-untouched", "no argument is modified", source=CONTRACT),
    Law(
        "same-seed", "the same rng seed gives an equal result, element by element", source="SPEC 7 of Scientific Python"
    ),
    Law("global-random", "the random state of NumPy and of Python is left alone", source="SPEC 7 of Scientific Python"),
    Law("pickling", "the result survives pickling and copying unchanged, and so does its to_dict()", source=CONTRACT),
    Law("unknown-option", "an option that does not exist is refused, and the message names it", source=CONTRACT),
    Law(
        "bad-option",
        "an argument or option that makes no sense is refused, and the message names it",
        source=CONTRACT,
    ),
    Law("bad-input", "invalid input raises InvalidInput with a message that names the argument", source=CONTRACT),
    Law(
        "any-layout",
        "the same values in any memory layout, byte order, and read-only too, give the same result or InvalidInput",
        source=CONTRACT,
    ),
    Law(
        "any-dtype",
        "an array of any dtype gives a result or InvalidInput; the same integers in another dtype, the same result",
        source=CONTRACT,
    ),
    Law("concurrent", "calls from several threads at once give what they give one by one", source=CONTRACT),
    Law("memory", "repeated calls do not need more and more memory", source=CONTRACT, thorough=True),
    Law("deterministic", "the result does not depend on rng", claim="deterministic", source=CONTRACT),
    Law(
        "thread-invariance",
        "n_jobs does not change the result, element by element",
        claim="thread_invariant",
        source=CONTRACT,
    ),
    Law(
        "interrupts",
        "Ctrl-C during a long call raises KeyboardInterrupt promptly, and the process goes on working",
        claim="interruptible",
        source=CONTRACT,
    ),
    Law(
        "progress",
        "a callable as progress hears (done, total, value), done rising in each phase; it may raise; results stay",
        claim="reports",
        source=CONTRACT,
    ),
)
"""Laws that hold for every solver of every problem, whoever wrote it.

One with a claim holds for those who claim it; `thread-invariance` and `progress` for every solver that has the option
``n_jobs`` or ``progress``.
"""
