"""Running the laws: on porism's own solvers, on plugins', on yours.

>>> from porism.conformance import check
>>> report = check("fasterpam", examples=25)           # doctest: +SKIP
>>> report.ok                                          # doctest: +SKIP
True

In a test module of your own:

>>> from porism.conformance import parametrize
>>> @parametrize("my-problem/my-solver")               # doctest: +SKIP
... def test_laws(law):
...     law()

The same is ``porism check NAME`` in a shell and ``pytest --porism NAME``.
"""

from porism.optional import require

require("hypothesis", "check")

from porism.conformance._instance import Instance, Invalid, layouts  # noqa: E402
from porism.conformance._mutation import Mutation, mutations  # noqa: E402
from porism.conformance._runner import (  # noqa: E402
    PROFILES,
    Case,
    Outcome,
    Profile,
    Report,
    cases,
    check,
    expected_failures,
    parametrize,
    replay,
    summary,
)
from porism.conformance._suite import Suite  # noqa: E402

__all__ = [
    "PROFILES",
    "Case",
    "Instance",
    "Invalid",
    "Mutation",
    "Outcome",
    "Profile",
    "Report",
    "Suite",
    "cases",
    "check",
    "expected_failures",
    "layouts",
    "mutations",
    "parametrize",
    "replay",
    "summary",
]
