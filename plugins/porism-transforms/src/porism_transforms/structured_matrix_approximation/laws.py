"""What every structured-matrix-approximation solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.structured_matrix_approximation.problem import (
    StructuredApproximation,
    structured_matrix_approximation,
)

__all__ = ["SUITE", "split_of", "written_out"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., StructuredApproximation]


def split_of(instance: Instance) -> tuple[Array, int, int]:
    """The matrix in double precision, padded where it is to be, blocks of rows and blocks of columns."""
    A = given_of(instance)
    blocks = instance.options.get("blocks")
    if instance.options.get("pad"):
        counts = [int(np.sqrt(n) + 0.5) for n in A.shape] if blocks is None else [*np.broadcast_to(blocks, 2)]
        rows, columns = int(counts[0]), int(counts[1])
        return (
            np.pad(A, [(0, -size % count) for size, count in zip(A.shape, (rows, columns), strict=True)]),
            rows,
            columns,
        )
    if blocks is None:
        # the divisor nearest to the square root, the smaller of two
        rows, columns = (_nearest(n) for n in A.shape)
        return A, rows, columns
    rows, columns = blocks if isinstance(blocks, tuple) else (blocks, blocks)
    return A, rows, columns


def given_of(instance: Instance) -> Array:
    """The matrix in double precision, as it was given."""
    A = np.asarray(instance.args[0])
    return A.astype(np.complex128 if A.dtype.kind == "c" else np.float64)


def _nearest(n: int) -> int:
    ratios = [(abs(np.log(d * d / n)), d) for d in range(1, n + 1) if n % d == 0]
    return min(ratios)[1]


def slices(A: Array, rows: int, columns: int) -> Array:
    """For row class b and column block i the matrix over the rest: rows a * rows + b, columns i * p + t."""
    p = A.shape[1] // columns
    return np.array([[A[b::rows, i * p : (i + 1) * p] for i in range(columns)] for b in range(rows)])


def written_out(first: Array, second: Array) -> Array:
    """A Monarch matrix by its definition, entry by entry: blocks, deal out, blocks, deal out."""
    k, q, p = first.shape
    ours, theirs, r = second.shape
    x = np.eye(k * p)
    z = np.array([first[i] @ x[i * p : (i + 1) * p] for i in range(k)]).transpose(1, 0, 2).reshape(q * k, -1)
    y = np.array([second[b] @ z[b * r : (b + 1) * r] for b in range(ours)])
    return np.asarray(y.transpose(1, 0, 2).reshape(theirs * ours, -1))


def eps_of(instance: Instance) -> float:
    """Unit of rounding of what is computed with."""
    kind = np.asarray(instance.args[0]).dtype
    return float(np.finfo(np.float32 if kind.newbyteorder("=") in (np.float32, np.complex64) else np.float64).eps)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Matrices of any shape, some of them of low rank, zero, or Monarch already."""
    m, n = draw(st.sampled_from([(1, 1), (4, 4), (6, 6), (16, 16), (12, 8), (5, 9), (7, 7), (2, 16), (27, 12)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    divisors = [[d for d in range(1, size + 1) if size % d == 0] for size in (m, n)]
    both = sorted(set(divisors[0]) & set(divisors[1]))
    pairs = st.tuples(*(st.sampled_from(d) for d in divisors))
    blocks = draw(st.none() | st.sampled_from(both) | pairs)
    kind = draw(st.sampled_from(["normal", "normal", "complex", "low rank", "zero", "ties", "scaled"]))
    A = rng.standard_normal((m, n))
    if kind == "complex":
        A = A + 1j * rng.standard_normal((m, n))
    elif kind == "low rank":
        A = np.outer(A[:, 0], A[0])
    elif kind == "zero":
        A = A * 0
    elif kind == "ties":
        A = np.rint(A)
    elif kind == "scaled":
        A = A * 1e-3
    if draw(st.booleans()):
        A = A.astype(np.complex64 if A.dtype.kind == "c" else np.float32)
    pad = draw(st.booleans())
    if pad and blocks is not None and draw(st.booleans()):
        blocks = (draw(st.integers(1, m)), draw(st.integers(1, n)))
    return Instance((draw(layouts(A)),), {"blocks": blocks, "pad": pad})


def _invalid() -> list[Invalid]:
    A = np.ones((6, 4))
    bad = A.copy()
    bad[2, 1] = np.inf
    calls: list[tuple[Any, Any, str, str]] = [
        (A[0], None, "A", "(4,)"),
        (A[:0], None, "A", "(0, 4)"),
        (bad, None, "A", "inf"),
        (A + 1j * np.nan, None, "A", "nan"),
        (A.astype(object), None, "A", "object"),
        ("text", None, "A", "<U4"),
        (A, 4, "blocks", "one of 1, 2, 3, 6"),
        (A, (2, 3), "blocks", "one of 1, 2, 4"),
        (A, 0, "blocks", "0"),
        (A, 2.0, "blocks", "2.0"),
        (A, (1, 2, 3), "blocks", "(1, 2, 3)"),
        (A, "2", "blocks", "'2'"),
    ]
    wrong = [Invalid((a,), {"blocks": b}, argument=name, mentions=says) for a, b, name, says in calls]
    wrong.append(Invalid((A,), {"blocks": 5, "pad": True}, argument="blocks", mentions="at most 4"))
    wrong.append(Invalid((A,), {"blocks": 0, "pad": True}, argument="blocks", mentions="0"))
    wrong.append(Invalid((A,), {"pad": "yes"}, argument="pad", mentions="'yes'"))
    return wrong


SUITE = Suite(structured_matrix_approximation, instances=instances(), invalid=_invalid())


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    A = given_of(instance)
    result = instance.call(solver)
    assert result.matrix.shape == A.shape, f"the matrix is {result.matrix.shape}, A is {A.shape}"
    assert result.n_params == result.matrix.n_params, f"n_params is {result.n_params} of {result.matrix}"
    assert result.compression == A.size / result.n_params, f"compression is {result.compression}"
    norm = float(np.linalg.norm(A))
    share = result.frobenius_error / norm if norm else 0.0
    assert abs(result.relative_error - share) <= 1e-5 * share, f"relative_error is {result.relative_error}, not {share}"


@SUITE.law("error")
def error(solver: AnySolver, instance: Instance) -> None:
    A = given_of(instance)
    result = instance.call(solver)
    found = float(np.linalg.norm(A - result.matrix.to_dense()))
    slack = 20 * eps_of(instance) * float(np.linalg.norm(A))
    assert abs(found - result.frobenius_error) <= slack, f"frobenius_error is {result.frobenius_error}, it is {found}"


@SUITE.law("budget")
def budget(solver: AnySolver, instance: Instance) -> None:
    A, rows, columns = split_of(instance)
    most = rows * A.shape[1] + columns * A.shape[0]
    found = instance.call(solver).n_params
    assert found <= most, f"{found} parameters, a Monarch matrix of {rows} and {columns} blocks has {most}"


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    A = given_of(instance)
    one, two = (instance.but(B).call(solver).frobenius_error for B in (A, 2 * A))
    assert abs(two - 2 * one) <= 1e-12 * float(np.linalg.norm(A)), f"errors of A and 2 A are {one} and {two}"


@SUITE.law("no-worse-than-zero")
def no_worse(solver: AnySolver, instance: Instance) -> None:
    A = given_of(instance)
    found, norm = instance.call(solver).frobenius_error, float(np.linalg.norm(A))
    assert found <= norm * (1 + 20 * eps_of(instance)), f"the error is {found}, that of a zero matrix {norm}"


@SUITE.law("discarded")
def discarded(solver: AnySolver, instance: Instance) -> None:
    A, rows, columns = split_of(instance)
    values = np.linalg.svd(slices(A, rows, columns), compute_uv=False)
    wanted = float((values[..., 1:] ** 2).sum())
    found = instance.but(given_of(instance)).call(solver).frobenius_error ** 2
    scale = float(np.linalg.norm(A)) ** 2
    assert abs(found - wanted) <= 1e-10 * scale, f"squared error {found}, singular values discarded have {wanted}"


@SUITE.law("padded")
def padded(solver: AnySolver, instance: Instance) -> None:
    A, rows, columns = split_of(instance)
    given = given_of(instance)
    m, n = given.shape
    cut = instance.but(given).call(solver).matrix.to_dense()
    whole = instance.but(A, blocks=(rows, columns), pad=False).call(solver).matrix.to_dense()
    off = float(np.abs(cut - whole[:m, :n]).max())
    assert off <= 1e-12 * (1 + float(np.abs(A).max())), f"the matrix is {off:.3g} from that of the padded one"


@SUITE.law("fixed-point")
def fixed_point(solver: AnySolver, instance: Instance) -> None:
    A, rows, columns = split_of(instance)
    (m, n), rng = A.shape, np.random.default_rng(A.size)
    first = rng.standard_normal((columns, rows, n // columns))
    second = rng.standard_normal((rows, m // rows, columns))
    known = written_out(first, second)
    rest = given_of(instance).shape
    found = instance.but(known[: rest[0], : rest[1]], blocks=(rows, columns)).call(solver)
    assert found.relative_error <= 1e-13, f"a Monarch matrix is found again with relative error {found.relative_error}"
    parts = found.matrix.factors
    shapes = tuple(part.shape for part in parts)
    assert shapes == (first.shape, second.shape), f"blocks have shapes {shapes}"
    off = float(np.abs((written_out(*parts) - known)[: rest[0], : rest[1]]).max())
    assert off <= 1e-12 * float(np.abs(known).max()), f"the blocks written out are {off:.3g} from what was given"


@SUITE.law("optimal", scale=0.4)
def optimal(solver: AnySolver, instance: Instance) -> None:
    A, rows, columns = split_of(instance)
    given = given_of(instance)
    m, n = given.shape
    result = instance.but(given).call(solver)
    best, norm = result.frobenius_error, float(np.linalg.norm(A))
    rng = np.random.default_rng(A.size)
    first, second = result.matrix.factors
    for size in 10.0 ** -np.arange(1, 9):
        for _ in range(5):
            near = [f + size * rng.standard_normal(f.shape) * (np.abs(f).max() or 1.0) for f in (first, second)]
            other = float(np.linalg.norm((A - written_out(*near))[:m, :n]))
            assert other >= best - 1e-12 * norm, f"a perturbation by {size:g} has error {other}, the result {best}"
    for _ in range(5):
        other = alternating(slices(A, rows, columns), rng)
        assert other >= best - 1e-12 * norm, f"alternating least squares come to {other}, the result to {best}"


def alternating(parts: Array, rng: np.random.Generator, steps: int = 60) -> float:
    """The error of rank-one factors of every slice, fitted in turns from a random start."""
    right = rng.standard_normal((*parts.shape[:2], parts.shape[3])) + 0 * parts[:, :, 0]
    left = parts[..., 0]
    for _ in range(steps):
        left = (parts @ right.conj()[..., None])[..., 0] / (np.abs(right) ** 2).sum(-1, keepdims=True).clip(1e-300)
        turned = (left.conj()[..., None, :] @ parts)[..., 0, :]
        right = turned / (np.abs(left) ** 2).sum(-1, keepdims=True).clip(1e-300)
    return float(np.linalg.norm(parts - left[..., None] * right[..., None, :]))


@SUITE.law("fourier", instances=False)
def fourier(solver: AnySolver) -> None:
    for one, other in ((2, 2), (4, 4), (8, 4), (4, 8), (3, 5), (16, 8), (16, 16)):
        n = one * other
        F = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
        # column i * one + t stands for input number t * other + i
        dealt = F[:, np.arange(n).reshape(one, other).T.ravel()]
        found = solver(dealt, blocks=(one, other)).relative_error
        assert found <= 1e-10, f"{n} = {one} * {other}: the transform with columns dealt out has error {found}"
        plain = solver(F, blocks=(one, other)).relative_error
        assert plain >= 0.1 or one == other == 2, f"{n} = {one} * {other}: as it stands the transform has error {plain}"
