"""How the scripts beside this one time calls that are to be compared."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np


def times(calls: dict[str, Any], seconds: float) -> dict[str, float]:
    """The least of some times of each call, of many where they are short.

    The calls take turns, in another order each time: who comes after a transform finds cold caches. Those that take
    three times as long as the fastest have five turns only. Of the clock, because the processor time of a thread that
    has just ended may be counted late.
    """
    least = dict.fromkeys(calls, np.inf)
    names = list(calls)
    started = time.perf_counter()
    for turn in range(500):
        contenders = [name for name in names if turn < 5 or least[name] <= 3 * min(least.values())]
        random.Random(turn).shuffle(contenders)
        for name in contenders:
            start = time.perf_counter()
            calls[name]()
            least[name] = min(least[name], time.perf_counter() - start)
        if turn >= 8 and time.perf_counter() - started > seconds:
            break
    return least
