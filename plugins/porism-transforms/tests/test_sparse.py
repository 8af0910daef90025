"""The sparse transform: its laws and mutants, what they do not say, and the worked example."""

from __future__ import annotations

from porism.conformance import check, parametrize
from porism_transforms import dense_wht, lasso_wht, sparse_fht, spright_ml, spright_nso, spright_so

MUTANTS = "sparse"


@parametrize(spright_nso, spright_so, spright_ml, sparse_fht, dense_wht, lasso_wht)
def test_law(law):
    law(examples=12)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=4).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"
