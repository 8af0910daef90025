"""Programs on dense arrays: a contraction of two tensors is one product of (stacks of) matrices."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.validation import Report, counted
from porism_graphs._polynomials.plan import Axes, Plan, Step, Table

__all__ = ["contracted", "converted", "run", "with_outputs"]

Array = npt.NDArray[Any]


def run(
    plan: Plan,
    channels: tuple[Array, ...],
    outputs: list[tuple[int, ...]],
    dtype: np.dtype[Any],
    report: Report | None = None,
) -> Array:
    """The values of all polynomials, one below the other, as `dtype`; contractions are in the dtype of X.

    Parameters
    ----------
    plan : Plan
    channels : tuple of (n, n) arrays
    outputs : list of tuple of int
        Of each polynomial.
    dtype : dtype
        Of the values, and of products of parts.
    """
    n = len(channels[0])
    tensors: list[Array | None] = []
    due: dict[int, list[int]] = {}
    for i, last in enumerate(plan.last_use):
        due.setdefault(last, []).append(i)
    for i, step in enumerate(counted(report, plan.steps)):
        tensors.append(_made(step, tensors, channels))
        for spent in due.get(i, ()):
            if spent != i:
                tensors[spent] = None
    if plan.table is not None:
        return _tabled(plan.table, tensors, outputs, n, dtype)
    made = np.empty((len(outputs), *[n] * len(outputs[0])), dtype=dtype)
    whole = [None if tensor is None else converted(tensor, dtype) for tensor in tensors]
    for place, (parts, open_) in enumerate(zip(plan.results, outputs, strict=True)):
        made[place] = with_outputs([(whole[part.step], part.axes) for part in parts], open_, n, dtype)
    return made


def _tabled(
    table: Table, tensors: list[Array | None], outputs: list[tuple[int, ...]], n: int, dtype: np.dtype[Any]
) -> Array:
    """The values of polynomials with one output at most: rows of a table of vectors, times numbers."""
    numbers = np.empty(len(table.numbers), dtype=dtype)
    for i, step in enumerate(table.numbers):
        numbers[i] = converted(tensors[step], dtype)[()]
    if not outputs[0]:
        made = np.ones(len(outputs), dtype=dtype)
    else:
        vectors = np.ones((len(table.vectors) + 1, n), dtype=dtype)
        for i, step in enumerate(table.vectors):
            vectors[i] = converted(tensors[step], dtype)
        made = vectors[table.row]
    for rows, index in table.times:
        factors = numbers[index]
        made[rows] *= factors if made.ndim == 1 else factors[:, None]
    return made


def _made(step: Step, tensors: list[Array | None], channels: tuple[Array, ...]) -> Array:
    if step.kind != "product":
        made: Array | None = None
        for channel, exponent, transposed in step.powers:
            X = channels[channel].diagonal() if step.kind == "vector" else channels[channel]
            power = (X.T if transposed else X) ** exponent if exponent > 1 else X.T if transposed else X
            made = power if made is None else made * power
        assert made is not None
        return made
    operands = [(tensors[operand], axes) for operand, axes in step.operands]
    if len(operands) == 1:
        (tensor, axes), *_ = operands
        assert tensor is not None
        return _summed(tensor, axes, step.out)[0]
    (a, la), (b, lb), *masks = operands
    assert a is not None
    assert b is not None
    if not masks:
        return contracted(a, la, b, lb, step.out)
    (mask, lm), *_ = masks
    assert mask is not None
    return contracted(contracted(a, la, b, lb, lm), lm, mask, lm, step.out)


def _summed(a: Array, axes: Axes, kept: Axes) -> tuple[Array, Axes]:
    """`a` with the axes that are not kept summed up, in the order in which they are kept where all are."""
    if axes == kept:
        return a, axes
    gone = tuple(i for i, axis in enumerate(axes) if axis not in kept)
    if gone:
        a, axes = np.asarray(a.sum(axis=gone), dtype=a.dtype), tuple(axis for axis in axes if axis in kept)
    if set(axes) == set(kept):
        a, axes = _ordered(a, axes, kept), kept
    return a, axes


def _ordered(a: Array, axes: Axes, wanted: Axes) -> Array:
    return a if axes == wanted else a.transpose([axes.index(axis) for axis in wanted])


def contracted(a: Array, la: Axes, b: Array, lb: Axes, out: Axes) -> Array:
    """The sum of ``a[la] * b[lb]`` over all indices that are not in `out`.

    NumPy makes Python's own numbers of single objects, and of these arrays of int64: every dtype is said.
    """
    if la == lb == out:
        return np.asarray(a * b, dtype=a.dtype)
    if len(out) == 1 and len(la) + len(lb) == 3:  # most steps of a large basis are this
        matrix, axes, vector, (inner_axis,) = (a, la, b, lb) if len(la) == 2 else (b, lb, a, la)
        if axes == (*out, inner_axis):
            return np.asarray(matrix @ vector, dtype=a.dtype)
        if axes == (inner_axis, *out):
            return np.asarray(vector @ matrix, dtype=a.dtype)
    a, la = _summed(a, la, tuple(axis for axis in la if axis in lb or axis in out))
    b, lb = _summed(b, lb, tuple(axis for axis in lb if axis in la or axis in out))
    inner = tuple(axis for axis in la if axis in lb and axis not in out)
    if not inner:
        return np.asarray(_spread(a, la, out) * _spread(b, lb, out), dtype=a.dtype)
    batch = tuple(axis for axis in la if axis in lb and axis in out)
    left = tuple(axis for axis in la if axis not in lb)
    right = tuple(axis for axis in lb if axis not in la)
    if not left and not right:
        product = _ordered(a, la, batch + inner) * _ordered(b, lb, batch + inner)
        made = np.asarray(product.sum(axis=tuple(range(len(batch), product.ndim))), dtype=a.dtype)
        return _ordered(made, batch, out)
    if not batch and la == inner + left and lb == right + inner:  # the transposed product copies neither
        a, la, b, lb, left, right = b, lb, a, la, right, left
    a, b = _ordered(a, la, batch + left + inner), _ordered(b, lb, batch + inner + right)
    stack, rows, columns = (
        a.shape[: len(batch)],
        a.shape[len(batch) : len(batch + left)],
        b.shape[len(batch + inner) :],
    )
    within = a.shape[len(batch + left) :]
    size = prod(within)
    # In C order both, so that a product of a matrix with its own transpose is not left to syrk, which is slower.
    a = np.ascontiguousarray(a).reshape(*stack, prod(rows), size)
    made = a @ np.ascontiguousarray(b).reshape(*stack, size, prod(columns))
    return _ordered(made.reshape(stack + rows + columns), batch + left + right, out)


def converted(tensor: Any, dtype: np.dtype[Any]) -> Array:
    """The tensor as `dtype`: of floats that stand for integers the integers."""
    array = np.asarray(tensor)
    if array.dtype == dtype:
        return array
    if array.dtype.kind == "f" and dtype.kind in "iO":
        array = np.asarray(np.rint(array)).astype(np.int64)
    return array.astype(dtype)  # of Python's integers, where asarray would keep a single one of NumPy's


def _spread(a: Array, axes: Axes, out: Axes) -> Array:
    """The array with an axis of length one for each of `out` that it has not."""
    if axes == out:
        return a
    ordered = _ordered(a, axes, tuple(axis for axis in out if axis in axes))
    if len(ordered.shape) == len(out):  # and not by an index: a single object would be no array any more
        return ordered
    return ordered[tuple(slice(None) if axis in axes else None for axis in out)]


def with_outputs(parts: list[tuple[Any, Axes]], outputs: tuple[int, ...], n: int, dtype: np.dtype[Any]) -> Array:
    """The product of the factors as an array with an axis for each output; a diagonal matrix if one stands twice."""
    twice = len(outputs) == 2 and outputs[0] == outputs[1]
    wanted = (0,) if twice else tuple(range(len(outputs)))
    made = None
    for tensor, axes in parts:
        factor = _spread(converted(tensor, dtype), axes, wanted)
        made = factor if made is None else np.asarray(made * factor, dtype=dtype)
    if made is None or made.shape != (n,) * len(wanted):  # an output without edges
        made = np.full((n,) * len(wanted), 1 if made is None else made, dtype=dtype)
    return np.diag(made) if twice else made
