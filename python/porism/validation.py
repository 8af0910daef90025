"""Checks of arguments, for solvers of your own: each raises what porism's solvers raise, with messages of that form.

A message names the argument, says what it must be, and what it was. The first parameter of each is the argument's name.
And what `progress` is told with: `reporting`, and for work in several parts `stages` and `counted`.
"""

from porism._progress import Report, counted, reporting, stages
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
    "Report",
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
    "counted",
    "describe",
    "plain_array",
    "reporting",
    "stages",
]
