"""Every registered solver, porism's own and those of installed plugins, under every law that applies to it."""

from __future__ import annotations

from porism import registry
from porism.conformance import PROFILES, parametrize

QUICK = PROFILES["quick"]


@parametrize(*registry.solvers())
def test_law(law):
    assert QUICK.budget is not None
    outcome = law.run(QUICK.examples, seconds=QUICK.budget / 4)
    assert outcome.status == "passed", f"{outcome.message}\n\n{outcome.code}"
    assert outcome.examples > 0
