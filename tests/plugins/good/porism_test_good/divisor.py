"""The problem `common-divisor`: its call, its result, the statements of its laws, two solvers."""

from dataclasses import dataclass
from math import gcd

import porism


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DivisorResult(porism.Result):
    """The divisor, and how many steps it took."""

    value: int
    n_steps: int


@porism.problem(
    "common-divisor",
    result=DivisorResult,
    tags=("arithmetic",),
    statements=(
        porism.Law("divides", "the result divides every number"),
        porism.Law("greatest", "no larger number divides all", source="Euclid, Elements VII.2"),
        porism.Law("few-steps", "there are at most five steps for each digit", claim="fast", source="Lamé 1844"),
    ),
    laws=".laws",
)
def common_divisor(numbers: tuple) -> DivisorResult:
    """Find the greatest common divisor of some positive integers.

    Parameters
    ----------
    numbers : tuple of int
        At least one, all positive.
    """


def checked(numbers):
    if not isinstance(numbers, tuple) or not all(type(number) is int for number in numbers):
        raise porism.InvalidType(f"numbers must be a tuple of int, got {numbers!r}")
    if not numbers or min(numbers) < 1:
        raise porism.InvalidInput(f"numbers must be positive, and there must be some, got {numbers!r}")
    return numbers


@porism.solver(
    common_divisor, "euclid", aliases=("gcd",), claims=porism.Claims(fast=True, deterministic=True), default=True
)
def euclid(numbers: tuple) -> DivisorResult:
    """Divide with remainder."""
    value, steps = checked(numbers)[0], 0
    for number in numbers[1:]:
        while number:
            value, number, steps = number, value % number, steps + 1
    assert value == gcd(*numbers)
    return DivisorResult(value, steps)


@porism.solver(common_divisor, "subtraction", claims=porism.Claims(deterministic=True))
def subtraction(numbers: tuple) -> DivisorResult:
    """Subtract the smaller from the larger, as Euclid did."""
    value, steps = checked(numbers)[0], 0
    for number in numbers[1:]:
        while value != number:
            value, number, steps = min(value, number), abs(value - number), steps + 1
    return DivisorResult(value, steps)
