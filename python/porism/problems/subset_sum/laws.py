"""What every subset-sum solver keeps, as code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism.problems.subset_sum.problem import SubsetSumResult, subset_sum

__all__ = ["SUITE", "by_definition"]

AnySolver = Solver[..., SubsetSumResult]


def by_definition(items: list[int], target: int) -> npt.NDArray[np.bool_]:
    """Bellman's recursion, item by item."""
    reachable = np.zeros(target + 1, np.bool_)
    reachable[0] = True
    for item in items:
        if 0 < item <= target:
            reachable[item:] |= reachable[: target + 1 - item].copy()
    return reachable


ITEMS = st.one_of(
    st.lists(st.integers(0, 60), max_size=25),
    st.lists(st.sampled_from((3, 5, 64, 65)), max_size=30),
    st.builds(lambda x, n: [x] * n, st.integers(1, 50), st.integers(0, 20)),
    st.lists(st.integers(1, 2000), max_size=12),
)
FORMS = ITEMS.flatmap(lambda v: st.just(v) | layouts(np.array(v, dtype=np.int64)))
instances = st.builds(lambda v, t: Instance((v, t), {}, {"rng": 3}), FORMS, st.integers(0, 700))

INVALID = [
    Invalid(([1, -2], 5), argument="items", mentions="-2"),
    Invalid(([1.5], 5), argument="items", mentions="float"),
    Invalid(([[1]], 5), argument="items", mentions="(1, 1)"),
    Invalid(([1], -5), argument="target", mentions="-5"),
    Invalid(([1], 5.0), argument="target", mentions="5.0"),
    Invalid(([1], 2**60), argument="target", mentions=str(2**60)),
    Invalid(([1], 5), {}, {"witness": 1}, argument="witness", mentions="1"),
    Invalid(([1], 5), {}, {"delta": 1.0}, argument="delta", mentions="1.0"),
    Invalid(([1], 5), {}, {"n_jobs": 0}, argument="n_jobs", mentions="0"),
]


def _long() -> Instance:
    rng = np.random.default_rng(0)
    return Instance((rng.integers(1, 1 << 20, 200_000), 1 << 21), {"rng": 0})


SUITE = Suite(subset_sum, instances=instances, invalid=st.sampled_from(INVALID), long=_long)


def _expected(instance: Instance) -> npt.NDArray[np.bool_]:
    items, target = instance.args
    return by_definition([int(x) for x in items], target)


@SUITE.law("one-sided")
def one_sided(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    expected = _expected(instance)
    assert result.reachable.dtype == np.bool_
    assert result.reachable.shape == expected.shape
    wrong = np.flatnonzero(result.reachable & ~expected)
    assert not wrong.size, f"{wrong.tolist()} cannot be made"


@SUITE.law("complete", scale=2.0)
def complete(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    missed = np.flatnonzero(_expected(instance) & ~result.reachable)
    assert not missed.size, f"{missed.tolist()} can be made"


@SUITE.law("probability", instances=False)
def probability(solver: AnySolver) -> None:
    items = [7, 11, 13, 26, 26, 40, 52, 61, 77, 90]
    target = 7 + 13 + 26 + 52 + 77
    options = {"delta": 0.01} if "delta" in solver.signature.parameters else {}
    found = sum(bool(solver(items, target, rng=seed, **options).reachable[target]) for seed in range(200))
    # At most 2 misses are expected; more than 5 have probability below 0.02 for a solver that is only just good enough.
    assert found >= 195, f"{target} was found in {found} of 200 runs"


@SUITE.law("best")
def best(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    assert bool(result.reachable[0]), "the empty set makes 0"
    assert result.best == int(np.flatnonzero(result.reachable)[-1]), f"best is {result.best}"


@SUITE.law("witness")
def witness(solver: AnySolver, instance: Instance) -> None:
    items = [int(x) for x in instance.args[0]]
    result = instance.call(solver, witness=True)
    chosen = result.certificate
    assert chosen is not None
    assert chosen.dtype == np.int64
    assert len(set(chosen.tolist())) == len(chosen), f"items {chosen.tolist()} are not distinct"
    assert sum(items[i] for i in chosen) == result.best, f"{chosen.tolist()} do not add up to {result.best}"
    plain = instance.call(solver)
    assert plain.certificate is None
    assert (plain.reachable == result.reachable).all()


@SUITE.law("complement", given=st.builds(lambda v: Instance((v,)), ITEMS))
def complement(solver: AnySolver, instance: Instance) -> None:
    items = instance.args[0]
    total = sum(items)
    reachable = solver(items, total).reachable
    assert (reachable == reachable[::-1]).all()
    assert bool(reachable[total])


@SUITE.law("honesty")
def honesty(solver: AnySolver, instance: Instance) -> None:
    assert instance.call(solver).one_sided is ("exact" not in solver.claims)
