"""Checks of arguments, for solvers of your own: each raises what porism's solvers raise, with messages of that form.

A message names the argument, says what it must be, and what it was. The first parameter of each is the argument's name.
"""

from porism._progress import reporting
from porism._validation import (
    as_array,
    as_choice,
    as_flag,
    as_float,
    as_integer,
    as_n_jobs,
    as_rng,
    check_finite,
    check_memory,
    check_progress,
    describe,
    plain_array,
)

__all__ = [
    "as_array",
    "as_choice",
    "as_flag",
    "as_float",
    "as_integer",
    "as_n_jobs",
    "as_rng",
    "check_finite",
    "check_memory",
    "check_progress",
    "describe",
    "plain_array",
    "reporting",
]
