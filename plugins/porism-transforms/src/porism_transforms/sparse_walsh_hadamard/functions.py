"""Functions as a sparse transform asks for them, from functions as they come: of sets, of rows of bits, expensive ones.

A transform asks for many points at once, as words. `of_sets` and `of_bits` wrap functions that take coalitions instead;
`Remembered` asks for each point once, a few at a time, and keeps every answer, whatever happens on the way.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_integer
from porism_transforms.sparse_walsh_hadamard.oracle import BATCH, MOST_VARIABLES, Oracle

__all__ = ["Remembered", "of_bits", "of_sets"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


def _callable(name: str, value: object) -> Any:
    if not callable(value):
        raise InvalidType(f"{name} must be a callable, got a {type(value).__name__}")
    return value


def of_bits(f: Callable[[npt.NDArray[np.bool_]], npt.ArrayLike], n: int) -> Callable[[Words], Floats]:
    """A function of words from one of rows of bools, as libraries of cooperative games and of explanations have them.

    Parameters
    ----------
    f : callable
        Called with an (m, n) bool array, a coalition in each row, it returns m real numbers.
    n : int
        Variables, 1 … 63.

    Returns
    -------
    callable

    Examples
    --------
    >>> from porism_transforms import of_bits, spright_nso
    >>> result = spright_nso(of_bits(lambda rows: rows[:, 3] * 2.0 - rows.all(axis=1), 5), 5)
    >>> result.shapley().round(3).tolist()
    [-0.2, -0.2, -0.2, 1.8, -0.2]
    """
    f, n = _callable("f", f), as_integer("n", n, 1, MOST_VARIABLES)
    bits = np.arange(n, dtype=np.uint64)

    def of_words(points: Words) -> Floats:
        rows = (points[:, None] >> bits & np.uint64(1)).astype(np.bool_)
        return f(rows)  # type: ignore[return-value]  # checked where it is asked for

    return of_words


def of_sets(f: Callable[[tuple[Any, ...]], float], players: int | Sequence[Hashable]) -> Callable[[Words], Floats]:
    """A function of words from one of a single set, which is asked for one set after the other.

    Parameters
    ----------
    f : callable
        Called with a tuple of players in their order, the coalition, it returns a real number.
    players : int, or sequence of up to 63 different names
        Who may be in a set; n of them are 0 … n-1.

    Returns
    -------
    callable

    Examples
    --------
    >>> from porism import objectives
    >>> from porism_transforms import of_sets, spright_nso
    >>> covered = objectives.coverage([[0, 1, 2], [2, 3], [4]])
    >>> spright_nso(of_sets(covered.value, 3), 3).shapley().round(3).tolist()
    [2.5, 1.5, 1.0]
    """
    f = _callable("f", f)
    if isinstance(players, str) or not isinstance(players, Sequence):
        players = range(as_integer("players", players, 1, MOST_VARIABLES))
    elif not 1 <= len(players) <= MOST_VARIABLES or len(set(players)) < len(players):
        raise InvalidInput(f"players must be 1 to {MOST_VARIABLES} different names, got {players!r}")
    names = tuple(players)

    def of_words(points: Words) -> Floats:
        sets = (tuple(name for i, name in enumerate(names) if word >> i & 1) for word in points.tolist())
        return np.array([f(coalition) for coalition in sets])  # checked where it is asked for

    return of_words


class Remembered:
    """A function that is asked for each point once, and whose answers are kept even where it fails half-way.

    A solver takes it as it would take `f`. After an exception, or Ctrl-C, the same call goes on where it was, with the
    answers that there are; and with a file they outlive the program. What is noisy has the same noise each time.

    Parameters
    ----------
    f : callable or array
        As the problem `sparse-walsh-hadamard` says.
    n : int, optional
        Variables.
    batch_size : int, optional
        Points that f is asked for at once, at most; 2^20 by default.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_transforms import Remembered, spright_nso
    >>> f = Remembered(lambda points: (points & np.uint64(5) == 5) * 1.0, 30, batch_size=100)
    >>> first, second = spright_nso(f, 30, K=4, rng=0), spright_nso(f, 30, K=4, rng=0)
    >>> second.n_queries == f.n_evaluations == len(f)
    True
    """

    def __init__(self, f: Any, n: int | None = None, *, batch_size: int = BATCH) -> None:
        self._oracle = Oracle(f, n)
        self.batch_size = as_integer("batch_size", batch_size, 1, BATCH)
        self.points: Words = np.empty(0, np.uint64)
        """(m,) uint64 array: those that were asked for, rising."""
        self.values: Floats = np.empty(0)
        """(m,) float64 array: the answers."""

    @property
    def n(self) -> int:
        """Variables."""
        return self._oracle.n

    @property
    def n_evaluations(self) -> int:
        """How often f was asked by this object."""
        return self._oracle.n_evaluations

    def __len__(self) -> int:
        return len(self.points)

    def __call__(self, points: npt.ArrayLike) -> Floats:
        """The values at some points, of which f is asked for new ones only."""
        words = np.asarray(points, dtype=np.uint64)
        wanted, where = np.unique(words, return_inverse=True)
        missing = wanted[~self._known(wanted)]
        answers: list[Floats] = []
        try:
            for start in range(0, len(missing), self.batch_size):
                answers.append(self._oracle(missing[start : start + self.batch_size]))
        finally:
            self._keep(missing, answers)
        return self.values[np.searchsorted(self.points, wanted)][where.reshape(words.shape)]

    def _known(self, words: Words) -> npt.NDArray[np.bool_]:
        places = np.minimum(np.searchsorted(self.points, words), max(len(self.points) - 1, 0))
        return self.points[places] == words if len(self.points) else np.zeros(len(words), np.bool_)

    def _keep(self, missing: Words, answers: list[Floats]) -> None:
        if not answers:
            return
        values = np.concatenate(answers)
        points = np.concatenate((self.points, missing[: len(values)]))
        order = np.argsort(points)
        self.points, self.values = points[order], np.concatenate((self.values, values))[order]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is known to a file of NumPy's format ``.npz``."""
        with open(path, "wb") as file:
            np.savez(file, n=np.array(self.n), points=self.points, values=self.values)

    def restore(self, path: str | os.PathLike[str]) -> Remembered:
        """Take over what was saved; returns itself.

        Raises
        ------
        InvalidInput
            If the file holds something else, or a function of other variables.
        """
        must = f"path must be a file of a remembered function of {self.n} variables"
        try:
            with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                n, points, values = int(file["n"]), file["points"], file["values"]
        except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise InvalidInput(f"{must}, got {os.fspath(path)!r}: {error}") from None
        good = points.dtype == np.uint64 and values.dtype == np.float64 and points.shape == values.shape
        if (
            n != self.n
            or not good
            or points.ndim != 1
            or (points[1:] <= points[:-1]).any()
            or (points >> np.uint64(n)).any()
            or not np.isfinite(values).all()
        ):
            raise InvalidInput(f"{must}, got {os.fspath(path)!r} of {n} variables")
        new = ~self._known(points)
        self._keep(points[new], [values[new]])
        return self
