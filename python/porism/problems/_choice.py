"""What k-medoids and p-median are told alike: whom to choose first, always or never, and what each row weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism._validation import as_array, as_choice, as_indices, check_finite, plain_array
from porism.errors import InvalidInput

__all__ = ["Choice", "Init", "as_weights"]

Init = str | npt.ArrayLike


@dataclass(frozen=True)
class Choice:
    """The `size` rows that some are chosen of.

    Attributes
    ----------
    size : int
        How many there are.
    several, one, fixed : str
        What messages call them, one of them, and one that is always chosen: ``"row indices"``, ``"object"``,
        ``"medoid"``.
    """

    size: int
    several: str
    one: str
    fixed: str

    def forbidden(self, value: Any) -> npt.NDArray[np.bool_] | None:
        """Who may not be chosen, as a mask; None for nobody."""
        if value is None:
            return None
        must = f"a mask of {self.size} bools or an array of distinct {self.several} in 0..{self.size - 1}"
        mask = plain_array("forbidden", value, must) if not np.isscalar(value) else None
        if mask is not None and mask.dtype == np.bool_ and mask.ndim == 1:
            if len(mask) != self.size:
                raise InvalidInput(f"forbidden must be {must}, got a mask of {len(mask)}")
            return np.ascontiguousarray(mask)
        made = np.zeros(self.size, dtype=np.bool_)
        made[as_indices("forbidden", value, self.size, must)] = True
        return made

    def always(self, value: Any, count: str, k: int, forbidden: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.int64]:
        """Those that stay chosen; `count` is what messages call their largest number, k."""
        if value is None:
            return np.empty(0, dtype=np.int64)
        must = f"an array of at most {count}={k} distinct {self.several} in 0..{self.size - 1}"
        indices = as_indices("fixed", value, self.size, must)
        if len(indices) > k:
            raise InvalidInput(f"fixed must be {must}, got {len(indices)} of them")
        self._check_allowed("fixed", indices, forbidden)
        return indices

    def start(
        self,
        value: Init,
        names: Sequence[str],
        k: int,
        fixed: npt.NDArray[np.int64],
        forbidden: npt.NDArray[np.bool_] | None,
    ) -> str | npt.NDArray[np.int64]:
        """One of the `names` of starts, or k distinct indices that begin with the fixed ones."""
        if isinstance(value, str):
            return as_choice("init", value, names, also=f"an array of {k} {self.several}")
        must = f"one of {', '.join(map(repr, names))} or an array of {k} distinct {self.several} in 0..{self.size - 1}"
        indices = as_indices("init", value, self.size, must)
        if len(indices) != k:
            raise InvalidInput(f"init must be {must}, got {len(indices)} of them")
        self._check_allowed("init", indices, forbidden)
        missing = np.setdiff1d(fixed, indices)
        if len(missing):
            raise InvalidInput(f"init must contain every fixed {self.fixed}, got none that is {missing[0]}")
        return np.concatenate([fixed, indices[~np.isin(indices, fixed)]])

    def _check_allowed(
        self, name: str, indices: npt.NDArray[np.int64], forbidden: npt.NDArray[np.bool_] | None
    ) -> None:
        if forbidden is not None and forbidden[indices].any():
            raise InvalidInput(f"{name} must name no forbidden {self.one}, got {indices[forbidden[indices]][0]}")


def as_weights(name: str, value: Any, n: int, whose: str) -> npt.NDArray[Any] | None:
    """A number ≥ 0 for each of `n` of `whose` ("objects"), not all 0: float64 or int64; None for 1 each."""
    if value is None:
        return None
    given = value if isinstance(value, np.ndarray) else plain_array(name, value, f"an array of {n} numbers")
    integers = given.ndim > 0 and given.dtype.kind in "iub"
    if integers and given.max(initial=0) > np.iinfo(np.int64).max:
        raise InvalidInput(f"{name} must be below 2**63 where it is of integers, got {given.max()}")
    weights = as_array(name, given, ndim=1, dtypes=(np.float64, np.int64), promote=np.int64 if integers else float)
    if len(weights) != n:
        raise InvalidInput(f"{name} must have a number for each of the {n} {whose}, got {len(weights)}")
    check_finite(name, weights)
    if (weights < 0).any():
        at = int(np.argmax(weights < 0))
        raise InvalidInput(f"{name} must be ≥ 0, got {weights[at]} at {name}[{at}]")
    if not weights.any():
        raise InvalidInput(f"{name} must not be 0 everywhere, got only zeros")
    return weights
