"""Instances for the problems about sums, adversarial ones first, and the oracle: all pairs, in Python's integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism.conformance import layouts

__all__ = ["all_pairs", "array_of", "elements", "given_as", "sets", "small_sets"]

FITS = (511, 512, 513, 2047, 2049, 8191, 8192, 8193)
"""Spans that fill a vector, a few of them, or a tile, exactly or by one more or less."""


def all_pairs(
    a: Sequence[int], b: Sequence[int], wa: Sequence[int] | None = None, wb: Sequence[int] | None = None
) -> Counter[int]:
    """How much every sum weighs: the definition."""
    found: Counter[int] = Counter()
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[int(x) + int(y)] += (1 if wa is None else int(wa[i])) * (1 if wb is None else int(wb[j]))
    return Counter({z: count for z, count in found.items() if count})


def _progression(start: int, n: int, step: int) -> list[int]:
    return [start + i * step for i in range(n)]


def small_sets(limit: int = 40) -> st.SearchStrategy[list[int]]:
    """Distinct integers near 0."""
    return st.lists(st.integers(-60, 60), unique=True, max_size=limit)


def sets(limit: int = 48, *, wide: bool = True) -> st.SearchStrategy[list[int]]:
    """Distinct integers in any order: random, intervals, progressions, generalised and geometric ones, clusters."""
    start = st.integers(-2000, 2000)
    kinds = [
        small_sets(limit),
        st.builds(_progression, start, st.integers(1, limit), st.sampled_from((1, 2, 3, 64))),
        st.builds(
            lambda s, n, m, d: sorted({s + i + d * j for i in range(n) for j in range(m)}),
            start,
            st.integers(1, 6),
            st.integers(1, 6),
            st.sampled_from((7, 100, 513)),
        ),
        st.builds(lambda n: [2**i for i in range(n)], st.integers(1, 13)),
        st.builds(lambda n: [2 * i for i in range(n)] + [2 * n + 101], st.integers(1, limit)),  # defeats the gcd
        st.sampled_from(FITS).map(lambda top: [0, 1, 9, top]),
        start.map(lambda x: [x]),
        st.just([]),
    ]
    if wide:
        far = st.tuples(st.integers(0, 3), st.integers(0, 12)).map(lambda pair: pair[0] * 2**40 + pair[1])
        kinds += [
            st.lists(far, unique=True, max_size=12),
            st.lists(st.sampled_from((-(2**61), -(2**61) + 1, 0, 1, 2**61, 2**61 - 1)), unique=True, max_size=6),
        ]
    return st.one_of(kinds).flatmap(st.permutations)


def array_of(values: Sequence[int]) -> npt.NDArray[np.int64]:
    """`values` as int64."""
    return np.array(values, dtype=np.int64)


def _dtypes(values: Sequence[int]) -> list[str]:
    fits = [t for t in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8") if all(_holds(t, x) for x in values)]
    return fits or ["i8"]


def _holds(dtype: str, x: int) -> bool:
    info = np.iinfo(dtype)
    return bool(info.min <= x <= info.max)


def given_as(values: Sequence[int]) -> st.SearchStrategy[Any]:
    """The same set in every form that a caller may pass: arrays of all layouts and integer dtypes, lists."""
    arrays = st.sampled_from(_dtypes(values)).flatmap(lambda t: layouts(np.array(values, dtype=t)))
    return st.one_of(st.just(array_of(values)), arrays, st.just(list(values)))


def elements(strategy: st.SearchStrategy[list[int]]) -> st.SearchStrategy[Any]:
    """Sets drawn from `strategy`, in every form."""
    return strategy.flatmap(given_as)
