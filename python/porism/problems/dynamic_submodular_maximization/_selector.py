"""The live object of porism's own solvers: a front of the kernel's selector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._core import submodular as kernel
from porism._progress import reporting
from porism._validation import Progress
from porism.objectives import Objective
from porism.problems.dynamic_submodular_maximization.problem import DynamicSelector, restored

__all__ = ["KernelSelector", "restore"]

STATS = ("queries", "marginals", "updates", "rebuilds", "levels", "active_guesses", "memory_bytes")


class KernelSelector(DynamicSelector):
    """A selector in Rust.

    ``stats`` has, besides "queries" (sets evaluated), "updates" and "queries_per_update": "marginals" (gains asked),
    "rebuilds" (parts of the structure built anew), "levels" and "active_guesses" (of the structure as it is now), and
    "memory_bytes" (about what it holds beside the objective).
    """

    def __init__(self, objective: Objective, selector: kernel.Selector, window: int | None) -> None:
        super().__init__(objective, selector.k, window)
        self._kernel = selector

    @property
    def method(self) -> str:
        """The solver's name."""
        return self._kernel.method

    def _insert(self, item: int) -> None:
        self._kernel.insert(item)

    def _delete(self, item: int) -> None:
        self._kernel.delete(item)

    def _apply(self, ops: npt.NDArray[np.int8], items: npt.NDArray[np.int64], progress: Progress) -> None:
        with reporting(progress, "updates") as report:
            self._kernel.apply(ops, items, report)

    def _solution(self) -> tuple[npt.NDArray[np.int64], float]:
        return self._kernel.solution()

    def _live(self) -> npt.NDArray[np.int64]:
        return self._kernel.live()

    def _snapshot(self) -> bytes:
        return self._kernel.snapshot()

    @classmethod
    def _restored(cls, objective: Objective, snapshot: bytes, window: int | None) -> KernelSelector:
        return cls(objective, kernel.Selector.restore(objective._kernel, snapshot), window)

    def upper_bound(self) -> float:
        """No k live items are worth more than this. Holds after any stream, whoever chose it."""
        return self._kernel.upper_bound()

    def certified_ratio(self) -> float:
        """value() / upper_bound(): at least so much of the optimum is reached, now; 1 where both are 0."""
        value, bound = self.value(), self.upper_bound()
        return min(1.0, value / bound) if bound > 0 else 1.0

    def rebuild_all(self) -> None:
        """Build everything anew with fresh randomness.

        The expected ratio is promised for streams that do not depend on the solutions. After one that did, this
        restores it.
        """
        self._kernel.rebuild_all()

    @property
    def stats(self) -> Mapping[str, float]:
        """Counts of what was done so far, and sizes of what is held now."""
        counts: dict[str, Any] = dict(zip(STATS, self._kernel.stats(), strict=True))
        counts["queries_per_update"] = counts["queries"] / max(1, counts["updates"])
        return counts

    def broken(self) -> str | None:
        """What does not hold of the structure, or None. For tests: asks the objective, and does not count it."""
        return self._kernel.broken()

    def levels(self) -> list[tuple[int, int, list[int], list[int]]]:
        """The levels of the dynamic algorithm, lowest guess first.

        Returns
        -------
        list of (guess, place, bucket, sample)
            Exponent of the guess, place of the level in it, the items of the bucket when it was frozen, and those that
            were sampled of them.
        """
        return self._kernel.levels()

    def __len__(self) -> int:
        return self._kernel.n_live()

    def __contains__(self, item: object) -> bool:
        return (
            isinstance(item, (int, np.integer)) and -(2**63) <= int(item) < 2**63 and self._kernel.contains(int(item))
        )


def restore(objective: Objective, snapshot: bytes) -> DynamicSelector:
    """The selector that a snapshot was taken of.

    Parameters
    ----------
    objective : Objective
        The same as before. Only its kind and size can be checked.
    snapshot : bytes
        What :meth:`DynamicSelector.snapshot` of one of porism's own solvers returned.

    Raises
    ------
    InvalidSnapshot
        If the bytes are damaged, or of another objective.
    """
    return restored(KernelSelector, objective, snapshot)
