"""What every structured-matvec solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.structured_matrix_approximation.laws import written_out
from porism_transforms.structured_matvec.problem import StructuredProduct, structured_matvec

__all__ = ["SUITE"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., StructuredProduct]


def parts(instance: Instance) -> tuple[Array, Array, Array, float]:
    """Blocks and vectors in double precision, and the relative error that their dtypes allow."""
    arrays = [np.asarray(a) for a in instance.args]
    single = all(a.dtype.newbyteorder("=") in (np.float32, np.complex64) for a in arrays)
    complexes = any(a.dtype.kind == "c" for a in arrays)
    one, two, X = (a.astype(np.complex128 if complexes else np.float64) for a in arrays)
    return one, two, X, 1e-5 if single else 1e-12


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Square and other factors, around the widths of registers, with few and many vectors."""
    k, q, p = draw(st.sampled_from([(1, 1, 1), (4, 4, 4), (3, 4, 5), (2, 6, 17), (8, 8, 9), (1, 12, 70)]))
    divisors = [d for d in range(1, k * q + 1) if (k * q) % d == 0]
    ours = draw(st.sampled_from(divisors))
    shapes = [(k, q, p), (ours, draw(st.integers(1, 9)), k * q // ours)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    batch = draw(st.sampled_from([0, 1, 2, 15, 33]))
    dtype = draw(st.sampled_from([np.float32, np.float64, np.float64, np.complex64, np.complex128]))

    def numbers(*shape: int) -> Array:
        real = rng.standard_normal(shape)
        return (
            (real + 1j * rng.standard_normal(shape)).astype(dtype)
            if np.dtype(dtype).kind == "c"
            else real.astype(dtype)
        )

    X = numbers(batch, k * p)
    if draw(st.booleans()):
        X = X.real
    return Instance((numbers(*shapes[0]), draw(layouts(numbers(*shapes[1]))), draw(layouts(X)) if batch else X))


def _invalid() -> list[Invalid]:
    one, two, X = np.ones((2, 3, 4)), np.ones((3, 5, 2)), np.ones((7, 8))
    bad = np.full((3, 5, 2), np.nan)
    calls: list[tuple[Any, Any, Any, str, str]] = [
        (one[0], two, X, "first", "(3, 4)"),
        (one[:0], two, X, "first", "(0, 3, 4)"),
        (one.astype(object), two, X, "first", "object"),
        (one, two[:2], X, "second", "takes 4"),
        (one, bad, X, "second", "nan"),
        (one, two, X[0], "X", "(8,)"),
        (one, two, X[:, 1:], "X", "(7, 7)"),
        (one, two, "text", "X", "<U4"),
        (one, two, None, "X", "object"),
    ]
    return [Invalid((a, b, c), argument=name, mentions=says) for a, b, c, name, says in calls]


SUITE = Suite(structured_matvec, instances=instances(), invalid=_invalid())


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    one, two, X, _ = parts(instance)
    y = instance.call(solver).y
    found = (y.shape, y.dtype)
    wanted = ((len(X), two.shape[0] * two.shape[1]), np.result_type(*(np.asarray(a) for a in instance.args)))
    assert found == (wanted[0], wanted[1].newbyteorder("=")), f"y is {found}, it must be {wanted}"


@SUITE.law("dense")
def dense(solver: AnySolver, instance: Instance) -> None:
    one, two, X, eps = parts(instance)
    exact = X @ written_out(one, two).T if not np.iscomplexobj(one) else X @ _complex(one, two).T
    y = instance.call(solver).y
    scale = float(np.linalg.norm(one) * np.linalg.norm(two) * (np.linalg.norm(X, axis=1).max() if len(X) else 0))
    off = float(np.abs(y - exact).max()) if y.size else 0.0
    assert off <= eps * scale, f"y is {off:.3g} from the product with the matrix written out, of scale {scale:.3g}"


def _complex(one: Array, two: Array) -> Array:
    """The matrix of complex blocks, from matrices of their real and imaginary parts."""
    pairs = [(written_out(a, b), i) for a, i in ((one.real, 1), (one.imag, 1j)) for b in (two.real,)]
    pairs += [(written_out(a, two.imag), 1j * i) for a, i in ((one.real, 1), (one.imag, 1j))]
    return np.asarray(sum(matrix * i for matrix, i in pairs))


@SUITE.law("linearity")
def linearity(solver: AnySolver, instance: Instance) -> None:
    one, two, X, _ = parts(instance)
    other = X[::-1] + 1
    a, b, both = (instance.but(one, two, V).call(solver).y for V in (X, other, 3 * X - 2 * other))
    scale = float(np.linalg.norm(one) * np.linalg.norm(two) * (np.linalg.norm(X) + np.linalg.norm(other)))
    off = float(np.abs(both - (3 * a - 2 * b)).max()) if both.size else 0.0
    assert off <= 1e-12 * scale, f"3 X - 2 V gives something {off:.3g} from 3 y - 2 z"


@SUITE.law("batch")
def batch(solver: AnySolver, instance: Instance) -> None:
    one, two, X, _ = parts(instance)
    together = instance.but(one, two, X).call(solver).y
    scale = float(np.linalg.norm(one) * np.linalg.norm(two))
    for i in {0, len(X) - 1} if len(X) else ():
        alone = instance.but(one, two, X[i : i + 1]).call(solver).y
        off = float(np.abs(alone - together[i]).max())
        assert off <= 1e-13 * scale * float(np.linalg.norm(X[i]) + 1), (
            f"vector {i} alone gives something {off:.3g} else"
        )


@SUITE.law("counted")
def counted(solver: AnySolver, instance: Instance) -> None:
    one, two, X, _ = parts(instance)
    flops, wanted = instance.call(solver).flops, 2 * (one.size + two.size) * len(X)
    assert flops == wanted, f"{flops} operations, 2 for each of {one.size + two.size} parameters and {len(X)} vectors"
