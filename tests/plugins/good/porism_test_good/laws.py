"""The laws of `common-divisor`."""

from hypothesis import strategies as st

from porism.conformance import Instance, Invalid, Suite
from porism_test_good.divisor import common_divisor

number = st.integers(1, 300)
instances = st.lists(number, min_size=1, max_size=4).map(lambda numbers: Instance((tuple(numbers),)))
invalid = st.sampled_from([(), (0,), (3, -1), [3], ("3",), (True,), None]).map(
    lambda numbers: Invalid((numbers,), argument="numbers", mentions=repr(numbers))
)

SUITE = Suite(common_divisor, instances=instances, invalid=invalid)


@SUITE.law("divides")
def divides(solver, instance):
    (numbers,) = instance.args
    value = instance.call(solver).value
    assert all(number % value == 0 for number in numbers), f"{value} does not divide all of {numbers}"


@SUITE.law("greatest")
def greatest(solver, instance):
    (numbers,) = instance.args
    best = max(d for d in range(1, min(numbers) + 1) if all(number % d == 0 for number in numbers))
    value = instance.call(solver).value
    assert value == best, f"{value}, though {best} divides all of {numbers}"


@SUITE.law("few-steps", given=st.tuples(number, number).map(lambda pair: Instance((pair,))))
def few_steps(solver, instance):
    (numbers,) = instance.args
    steps = instance.call(solver).n_steps
    assert steps <= 5 * len(str(min(numbers))) + 1, f"{steps} steps for {numbers}"
