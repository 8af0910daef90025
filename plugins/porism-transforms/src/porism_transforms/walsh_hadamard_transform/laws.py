"""What every walsh-hadamard-transform solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import ResultOverflow, Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.walsh_hadamard_transform.problem import WalshHadamardResult, walsh_hadamard_transform

__all__ = ["SUITE", "butterflies", "definition"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., WalshHadamardResult]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def definition(rows: Array) -> Array:
    """The sums of the definition along the last axis, in Python's integers where rows hold integers."""
    n = rows.shape[-1]
    signs = np.array([[1 - 2 * ((i & k).bit_count() % 2) for k in range(n)] for i in range(n)], dtype=np.int64)
    if rows.dtype.kind == "f":
        return np.asarray(rows.astype(np.float64) @ signs.astype(np.float64))
    return np.asarray(rows.astype(object) @ signs.astype(object))


def butterflies(rows: Array) -> Array:
    """The loop of textbooks over the last axis, lowest bit first."""
    rows = rows.copy()
    h = 1
    while h < rows.shape[-1] and rows.size:
        pairs = rows.reshape(*rows.shape[:-1], -1, 2, h)
        low, high = pairs[..., 0, :].copy(), pairs[..., 1, :].copy()
        pairs[..., 0, :], pairs[..., 1, :] = low + high, low - high
        h *= 2
    return rows


def scale_of(rows: Array) -> float:
    """The largest that a coefficient may be: the largest sum of absolute values."""
    return float(np.abs(rows.astype(np.float64)).sum(axis=-1).max(initial=0.0))


def last(instance: Instance, array: Array) -> Array:
    """The transformed axis moved to the end."""
    return np.moveaxis(np.asarray(array), instance.options.get("axis", -1), -1)


EPSILON = {"float32": 2.0**-23, "float64": 2.0**-52}


def close(found: Array, expected: Array, scale: float, dtype: Any) -> None:
    """Within rounding: one for each bit, of numbers no larger than `scale`."""
    allowed = EPSILON[np.dtype(dtype).name] * scale * 24
    off = float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max(initial=0.0))
    assert off <= allowed, f"a coefficient is off by {off:.3g}, more than {allowed:.3g}"


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def arrays(draw: st.DrawFn, kinds: str = "fi", most_bits: int = 7) -> tuple[Array, int]:
    """An array and the axis of it that has a power of two as length."""
    bits = draw(st.integers(0, most_bits))
    other = draw(st.sampled_from([(), (1,), (3,), (2, 2), (0,)]))
    axis = draw(st.integers(0, len(other)))
    shape = (*other[:axis], 1 << bits, *other[axis:])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype: Any = np.dtype(draw(st.sampled_from([name for name in ("f4", "f8", "i4", "i8") if name[0] in kinds])))
    if dtype.kind == "i":
        most = np.iinfo(dtype).max >> draw(st.sampled_from([dtype.itemsize * 8 - 3, bits + 1, bits + 1, bits + 2]))
        values = rng.integers(-most, most, shape, endpoint=True, dtype=dtype)
    else:
        values = (rng.standard_normal(shape) * 2.0 ** draw(st.integers(-30, 30))).astype(dtype)
    if draw(st.booleans()):
        values = np.where(rng.random(shape) < 0.8, np.zeros((), dtype), values)
    return draw(layouts(values)), axis - draw(st.sampled_from([0, len(shape)]))


def instances(kinds: str = "fi", most_bits: int = 7, plain: bool = False) -> st.SearchStrategy[Instance]:
    """Calls on arrays of `kinds`; plain ones without a factor, in natural order."""

    def options(axis: int) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {
                "axis": st.just(axis),
                "norm": st.sampled_from(["backward"] if plain else ["backward", "ortho", "forward"]),
                "order": st.sampled_from(["natural"] if plain else ["natural", "sequency", "dyadic"]),
            }
        )

    return arrays(kinds, most_bits).flatmap(
        lambda drawn: options(drawn[1]).map(lambda chosen: Instance((drawn[0],), chosen))
    )


class Ragged:
    """What fails to become an array."""

    def __repr__(self) -> str:
        return "Ragged()"

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no array")


def _invalid() -> list[Invalid]:
    X = np.arange(8.0)
    calls: list[tuple[Any, dict[str, Any], str, str]] = [
        (np.arange(6.0), {}, "X", "6"),
        (np.empty(0), {}, "X", "0"),
        (np.ones((4, 3)), {}, "X", "3"),
        (np.ones((3, 4)), {"axis": 0}, "X", "3"),
        (3.0, {}, "X", "3.0"),
        (None, {}, "X", ""),
        ("text", {}, "X", ""),
        ([[1.0, 2.0], [1.0]], {}, "X", ""),
        (Ragged(), {}, "X", "no array"),
        (X.astype(complex), {}, "X", "complex128"),
        (X.astype(object), {}, "X", "object"),
        (np.ma.masked_equal(X, 2.0), {}, "X", "masked"),
        (np.array([2**63, 0], dtype=np.uint64), {}, "X", str(2**63)),
        (X, {"axis": 1}, "axis", "1"),
        (X, {"axis": -2}, "axis", "-2"),
        (X, {"axis": 0.0}, "axis", "0.0"),
        (X, {"norm": "unit"}, "norm", "'unit'"),
        (X, {"norm": None}, "norm", "None"),
        (X, {"order": "walsh"}, "order", "'walsh'"),
        (X, {"overwrite_x": 1}, "overwrite_x", "1"),
        (X, {"n_jobs": 0}, "n_jobs", "0"),
        (X, {"memory_limit": 10}, "memory_limit", "10"),
    ]
    declared = walsh_hadamard_transform.signature.parameters
    return [
        Invalid(
            (value,),
            {name: one for name, one in options.items() if name in declared},
            {name: one for name, one in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for value, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """Long rows, some of them."""
    return Instance((np.zeros((4, 1 << 22)),))


SUITE = Suite(walsh_hadamard_transform, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    X = np.asarray(instance.args[0])
    result = instance.call(solver)
    expected = X.dtype.newbyteorder("=") if X.dtype.kind == "f" or result.norm == "backward" else np.dtype(np.float64)
    found = result.coefficients
    assert (found.shape, found.dtype) == (X.shape, expected), f"{found.dtype}{found.shape} from {X.dtype}{X.shape}"
    assert not np.may_share_memory(found, X), "the coefficients share memory with X"
    assert (result.axis, result.norm, result.order) == (
        instance.options["axis"] % X.ndim,
        instance.options["norm"],
        instance.options["order"],
    )


@SUITE.law("definition", given=instances(plain=True))
def is_defined(solver: AnySolver, instance: Instance) -> None:
    rows = last(instance, instance.args[0])
    found = last(instance, instance.call(solver).coefficients)
    if rows.dtype.kind == "f":
        close(found, definition(rows), scale_of(rows), rows.dtype)
    else:
        assert found.tolist() == definition(rows).tolist(), "the sums of integers differ from the definition's"


@SUITE.law("involution", given=instances("f", plain=True))
def involution(solver: AnySolver, instance: Instance) -> None:
    rows = last(instance, instance.args[0])
    n = rows.shape[-1]
    once = instance.call(solver).coefficients
    twice = last(instance, instance.but(once).call(solver).coefficients)
    close(twice, rows.astype(np.float64) * n, n * scale_of(rows), rows.dtype)


@SUITE.law("parseval", given=instances("f", plain=True))
def parseval(solver: AnySolver, instance: Instance) -> None:
    rows = last(instance, instance.args[0]).astype(np.float64)
    found = last(instance, instance.call(solver).coefficients).astype(np.float64)
    energy, expected = np.square(found).sum(axis=-1), rows.shape[-1] * np.square(rows).sum(axis=-1)
    assert np.allclose(energy, expected, rtol=1e-4), f"energies {energy}, of X {expected}"


@SUITE.law("integers", given=arrays("i", 5).map(lambda drawn: Instance((drawn[0],), {"axis": drawn[1]})))
def integers(solver: AnySolver, instance: Instance) -> None:
    X = np.asarray(instance.args[0])
    limits = np.iinfo(X.dtype)
    for larger in (X, np.where(X != 0, limits.max, X), np.where(X != 0, limits.min, X)):
        larger = larger.astype(X.dtype)
        exact = definition(last(instance, larger)).tolist()
        fits = all(limits.min <= value <= limits.max for value in np.array(exact, dtype=object).ravel())
        try:
            found = last(instance, instance.but(larger).call(solver).coefficients).tolist()
        except ResultOverflow as error:
            assert not fits, f"refused, though all fits: {error}"
        else:
            assert fits, f"{found}, where {exact} does not fit {X.dtype}"
            assert found == exact, f"{found}, exactly {exact}"


@SUITE.law("norm", given=instances("fi", plain=True))
def norm(solver: AnySolver, instance: Instance) -> None:
    X = np.asarray(instance.args[0])
    n, dtype = last(instance, X).shape[-1], X.dtype if X.dtype.kind == "f" else np.dtype(np.float64)
    plain = instance.but(X.astype(dtype)).call(solver).coefficients
    scale = scale_of(last(instance, X))
    close(instance.but(norm="forward").call(solver).coefficients, plain / n, scale / n, dtype)
    unitary = instance.but(norm="ortho")
    once = unitary.call(solver).coefficients
    close(once, plain / np.sqrt(n), scale / np.sqrt(n), dtype)
    close(unitary.but(once).call(solver).coefficients, X, scale, dtype)


@SUITE.law("order", given=instances("f", plain=True))
def order(solver: AnySolver, instance: Instance) -> None:
    n = last(instance, instance.args[0]).shape[-1]
    natural = last(instance, instance.call(solver).coefficients)
    # the functions themselves: the transform of a single coefficient, whose sign changes are counted
    functions = [[1 - 2 * ((i & k).bit_count() % 2) for i in range(n)] for k in range(n)]
    changes = [sum(a != b for a, b in itertools.pairwise(one)) for one in functions]
    found = last(instance, instance.but(order="sequency").call(solver).coefficients)
    assert np.array_equal(found, natural[..., np.argsort(changes)]), "the coefficients are not in order of sign changes"
    bits = n.bit_length() - 1
    reverse = [int(format(k, f"0{bits}b")[::-1], 2) if bits else 0 for k in range(n)]
    found = last(instance, instance.but(order="dyadic").call(solver).coefficients)
    assert np.array_equal(found, natural[..., reverse]), "the coefficients are not in the order of reversed bits"


@SUITE.law("axis")
def axis(solver: AnySolver, instance: Instance) -> None:
    X = last(instance, instance.args[0])
    found = last(instance, instance.call(solver).coefficients)
    for place in np.ndindex(X.shape[:-1]):
        alone = instance.but(np.array(X[place]), axis=0).call(solver).coefficients
        if X.dtype.kind == "i" and alone.dtype.kind == "i":
            assert alone.tolist() == found[place].tolist(), f"row {place} differs when it is transformed alone"
        else:
            close(alone, found[place], scale_of(X), found.dtype)


@SUITE.law("convolution", given=instances("f", most_bits=5, plain=True))
def convolution(solver: AnySolver, instance: Instance) -> None:
    X = np.asarray(instance.args[0])
    rows = last(instance, X).astype(np.float64)
    n = rows.shape[-1]
    kernel = np.arange(n) % 3 - 1.0
    index = np.arange(n)
    convolved = np.moveaxis(rows[..., index[:, None] ^ index] @ kernel, -1, instance.options["axis"])
    found = instance.but(convolved).call(solver).coefficients
    other = solver(kernel).coefficients
    product = last(instance, instance.but(X.astype(np.float64)).call(solver).coefficients) * other
    close(last(instance, found), product, scale_of(rows) * n, np.float64)


@SUITE.law("textbook", given=instances("f", most_bits=11, plain=True))
def textbook(solver: AnySolver, instance: Instance) -> None:
    expected = butterflies(np.ascontiguousarray(last(instance, instance.args[0])))
    found = last(instance, instance.call(solver).coefficients)
    assert np.array_equal(found, expected), "other bits than the loop over butterflies has"
