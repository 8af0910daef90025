"""The statement of a law: what `porism show` and the catalogue print, without Hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GENERAL", "Law"]


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
    """

    name: str
    statement: str
    claim: str | None = None
    source: str = ""


GENERAL: tuple[Law, ...] = (
    Law("result-type", "the result is of the problem's declared type"),
    Law("inputs-untouched", "no argument is modified"),
    Law("same-seed", "the same rng seed gives an equal result, element by element"),
    Law("pickling", "the result survives pickling unchanged"),
    Law("unknown-option", "an option that does not exist is refused, and the message names it"),
    Law("bad-input", "invalid input raises InvalidInput with a message that names the argument"),
    Law("deterministic", "the result does not depend on rng", claim="deterministic"),
    Law("thread-invariance", "n_jobs does not change the result, element by element", claim="thread_invariant"),
    Law(
        "interrupts",
        "Ctrl-C during a long call raises KeyboardInterrupt promptly, and the process goes on working",
        claim="interruptible",
    ),
)
"""Laws that hold for every solver of every problem, whoever wrote it."""
