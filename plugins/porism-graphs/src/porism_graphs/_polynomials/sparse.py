"""Programs on sparse matrices: matrices stay in CSR, larger tensors are lists of entries, and joins make new ones.

A product that lies under a mask is computed in blocks of rows, of which what the mask does not cover is dropped at
once. Before anything large is made its size is known exactly, and refused if it is beyond the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import TooLarge
from porism.validation import Report, counted
from porism_graphs._polynomials.dense import converted
from porism_graphs._polynomials.plan import Axes, Plan, Step

__all__ = ["Entries", "as_array", "run", "with_outputs"]

Array = npt.NDArray[Any]

BLOCK = 1 << 24
"""Products that are made at once under a mask."""


@dataclass(frozen=True, slots=True)
class Entries:
    """A sparse tensor: index[k, i] is the index of entry i on axis k."""

    index: npt.NDArray[np.int64]
    values: Array


@dataclass(frozen=True, slots=True)
class _Machine:
    n: int
    channels: tuple[Any, ...]
    diagonals: tuple[Array, ...]
    dtype: np.dtype[Any]
    most: float
    """Entries that a tensor may have."""

    def run(self, plan: Plan, report: Report | None) -> list[Any]:
        tensors: list[Any] = []
        due: dict[int, list[int]] = {}
        for i, last in enumerate(plan.last_use):
            due.setdefault(last, []).append(i)
        for i, step in enumerate(counted(report, plan.steps)):
            tensors.append(self.made(step, tensors))
            for spent in due.get(i, ()):
                if spent != i:
                    tensors[spent] = None
        return tensors

    def made(self, step: Step, tensors: list[Any]) -> Any:
        if step.kind != "product":
            made: Any = None
            axes = (0,) if step.kind == "vector" else (0, 1)
            for channel, exponent, transposed in step.powers:
                if step.kind == "vector":
                    one: Any = self.diagonals[channel].astype(self.dtype) ** exponent
                elif self.dtype == object:
                    own = self.entries(self.channels[channel])
                    values = own.values.astype(object) ** exponent
                    one = Entries(own.index[::-1] if transposed else own.index, values)
                else:
                    one = self.channels[channel].astype(self.dtype)
                    one.data **= exponent
                    one = one.T.tocsr() if transposed else one
                made = one if made is None else self.product(made, axes, one, axes, axes)
            return made
        operands = [(tensors[operand], axes) for operand, axes in step.operands]
        if len(operands) == 1:
            return self.summed(*operands[0], step.out)
        (a, la), (b, lb), *masks = operands
        if not masks:
            return self.product(a, la, b, lb, step.out)
        ((mask, lm),) = masks
        if any(isinstance(one, Entries) for one in (a, b, mask)):
            joined = self.product(a, la, b, lb, lm)
            return self.product(joined, lm, mask, lm, step.out)
        (shared,) = set(la) & set(lb)
        p, q = lm
        if p not in la:
            a, la, b, lb = b, lb, a, la
        made = self.masked(_turned(a, la, (p, shared)), _turned(b, lb, (shared, q)), mask)
        return self.summed(made, lm, step.out)

    def masked(self, a: Any, b: Any, mask: Any) -> Any:
        """``(a @ b) * mask``, in blocks of rows."""
        from scipy import sparse

        a = _only_rows(a, np.diff(mask.indptr) > 0)
        work = np.concatenate(([0], np.cumsum(np.diff(b.indptr)[a.indices], dtype=np.int64)))[a.indptr]
        blocks, start = [], 0
        while start < self.n:
            end = int(np.searchsorted(work, work[start] + BLOCK, side="right")) - 1
            end = min(max(end, start + 1), self.n)
            blocks.append((a[start:end] @ b).multiply(mask[start:end]).tocsr())
            start = end
        return sparse.vstack(blocks, format="csr") if len(blocks) > 1 else blocks[0]

    def summed(self, a: Any, axes: Axes, out: Axes) -> Any:
        """`a` over the axes in `out`, in that order; the others are summed up."""
        if len(axes) == 2 and not isinstance(a, Entries):
            if len(out) == 2:
                return _turned(a, axes, out)
            if len(out) == 1:
                return np.asarray(a.sum(axis=1 - axes.index(out[0]))).ravel()
            return np.asarray(a.sum(), dtype=self.dtype)
        if isinstance(a, Entries):
            return self.grouped(a, axes, out)
        return a if axes == out else np.asarray(a.sum(), dtype=self.dtype)

    def product(self, a: Any, la: Axes, b: Any, lb: Axes, out: Axes) -> Any:
        for axis in {*la, *lb} - set(out):
            if axis in la and axis not in lb:
                kept = tuple(one for one in la if one != axis)
                a, la = self.summed(a, la, kept), kept
            elif axis in lb and axis not in la:
                kept = tuple(one for one in lb if one != axis)
                b, lb = self.summed(b, lb, kept), kept
        if len(la) < len(lb):
            a, la, b, lb = b, lb, a, la
        if isinstance(a, Entries) or isinstance(b, Entries) or len(out) > 2:
            return self.join(a, la, b, lb, out)
        if len(la) < 2:
            if lb and la != lb:
                return self.join(a, la, b, lb, out)
            return self.summed(np.asarray(a * b, dtype=self.dtype), la, out)
        if not lb:
            return self.summed(a * b.item(), la, out)
        if len(lb) == 1:
            if lb[0] not in la:
                return self.join(a, la, b, lb, out)
            if set(out) == set(la) - set(lb):
                return _turned(a, la, (*out, *lb)) @ b
            return self.summed(_scaled(a, b, la.index(lb[0])), la, out)
        shared = set(la) & set(lb)
        if len(shared) == 2:
            return self.summed(a.multiply(_turned(b, lb, la)).tocsr(), la, out)
        if len(shared) == 1 and not shared & set(out):
            (x,) = shared
            if out[0] not in la:
                a, la, b, lb = b, lb, a, la
            a, b = _turned(a, la, (out[0], x)), _turned(b, lb, (x, out[1]))
            self.check(int(np.diff(b.indptr)[a.indices].sum()))
            return a @ b
        return self.join(a, la, b, lb, out)

    def check(self, entries: int) -> None:
        if entries > self.most:
            raise TooLarge(
                f"memory_limit must allow a sparse tensor of {entries} entries, of some {24 * entries / 2**20:.4g} "
                f"MiB; it allows {int(self.most)}"
            )

    def join(self, a: Any, la: Axes, b: Any, lb: Axes, out: Axes) -> Any:
        """The entries of both that agree in the axes that both have, multiplied."""
        left, right = self.entries(a), self.entries(b)
        shared = [axis for axis in la if axis in lb]
        n_left = len(left.values)
        both = [np.concatenate((left.index[la.index(x)], right.index[lb.index(x)])) for x in shared]
        keys = _code(both, self.n, n_left + len(right.values))
        order = np.argsort(keys[n_left:], kind="stable")
        sorted_ = keys[n_left:][order]
        first = np.searchsorted(sorted_, keys[:n_left], side="left")
        counts = np.searchsorted(sorted_, keys[:n_left], side="right") - first
        total = int(counts.sum())
        self.check(total)
        from_left = np.repeat(np.arange(n_left), counts)
        within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        from_right = order[np.repeat(first, counts) + within]
        axes = (*la, *(axis for axis in lb if axis not in la))
        index = np.concatenate(
            (left.index[:, from_left], right.index[[lb.index(axis) for axis in axes[len(la) :]]][:, from_right])
        )
        return self.grouped(Entries(index, left.values[from_left] * right.values[from_right]), axes, out)

    def grouped(self, a: Entries, axes: Axes, out: Axes) -> Any:
        """Entries with equal indices on the axes in `out`, added up; a number, an array or CSR where there are few."""
        index, values = a.index[[axes.index(axis) for axis in out]], a.values
        if not out:
            return np.asarray(values.sum() if len(values) else 0, dtype=self.dtype)
        if len(out) < len(axes):
            keys = _code(list(index), self.n, len(values))
            order = np.argsort(keys, kind="stable")
            starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
            index = index[:, order[starts]]
            values = np.add.reduceat(values[order], starts) if len(starts) else values[:0]
        if len(out) == 1:
            made = np.zeros(self.n, dtype=self.dtype)
            made[index[0]] = values
            return made
        return self.as_kept(Entries(index, values))

    def as_kept(self, a: Entries) -> Any:
        if len(a.index) != 2 or self.dtype == object:
            return a
        from scipy import sparse

        return sparse.coo_array((a.values, (a.index[0], a.index[1])), shape=(self.n, self.n)).tocsr()

    def entries(self, a: Any) -> Entries:
        if isinstance(a, Entries):
            return a
        if hasattr(a, "tocoo"):
            return _entries(a)
        if a.ndim == 0:
            return Entries(np.empty((0, 1), dtype=np.int64), a.reshape(1))
        (there,) = np.nonzero(a)
        return Entries(there[None].astype(np.int64), a[there])


def run(
    plan: Plan,
    channels: tuple[Any, ...],
    diagonals: tuple[Array, ...],
    dtype: np.dtype[Any],
    most: float,
    report: Report | None = None,
) -> list[list[tuple[Any, Axes]]]:
    """The factors of every polynomial: numbers, arrays, and csr_arrays (in object arithmetic `Entries`).

    Parameters
    ----------
    plan : Plan
    channels : tuple of (n, n) csr_arrays, or of Entries
    diagonals : tuple of (n,) arrays
        Of these.
    dtype : dtype
        What to compute with.
    most : float
        Entries that a sparse tensor may have.
    """
    tensors = _Machine(len(diagonals[0]), channels, diagonals, dtype, most).run(plan, report)
    return [[(tensors[part.step], part.axes) for part in parts] for parts in plan.results]


def as_array(tensor: Any, n: int) -> Array:
    """A factor as an array."""
    if isinstance(tensor, Entries):
        made = np.zeros((n,) * len(tensor.index), dtype=tensor.values.dtype)
        made[tuple(tensor.index)] = tensor.values
        return made
    return np.asarray(tensor.toarray() if hasattr(tensor, "toarray") else tensor)


def with_outputs(
    parts: list[tuple[Any, Axes]], outputs: tuple[int, ...], n: int, dtype: np.dtype[Any], most: float
) -> Any:
    """The product of the factors as a csr_array; it is full where no path joins the two outputs."""
    from scipy import sparse

    matrices = [_as(_turned(tensor, axes, (0, 1)), dtype) for tensor, axes in parts if len(axes) == 2]
    scale = np.ones((), dtype=dtype)
    sides = [np.ones(n, dtype=dtype), np.ones(n, dtype=dtype)]
    for tensor, axes in parts:
        if len(axes) == 0:
            scale = scale * converted(tensor, dtype)
        elif len(axes) == 1:
            sides[axes[0]] = sides[axes[0]] * converted(tensor, dtype)
    if outputs[0] == outputs[1]:
        return sparse.diags_array(sides[0] * scale, format="csr", dtype=dtype)
    if matrices:
        return _scaled(_scaled(matrices[0] * scale, sides[0], 0), sides[1], 1)
    full = int(np.count_nonzero(sides[0])) * int(np.count_nonzero(sides[1]))
    if full > most:
        raise TooLarge(
            f"memory_limit must allow values of {full} entries, as the outputs {outputs} are in different components "
            f"and so their matrix is full; it allows {int(most)}"
        )
    return sparse.csr_array(np.multiply.outer(sides[0] * scale, sides[1]))


def _as(matrix: Any, dtype: np.dtype[Any]) -> Any:
    made = matrix.copy()
    made.data = converted(made.data, dtype)
    return made


def _entries(matrix: Any) -> Entries:
    coo = matrix.tocoo()
    return Entries(np.stack((coo.row, coo.col)).astype(np.int64), coo.data)


def _turned(a: Any, axes: Axes, wanted: Axes) -> Any:
    return a if axes == wanted else a.T.tocsr()


def _scaled(a: Any, by: Array, axis: int) -> Any:
    """Rows (axis 0) or columns of a CSR matrix multiplied with the entries of a vector."""
    made = a.copy()
    made.data = made.data * (np.repeat(by, np.diff(a.indptr)) if axis == 0 else by[a.indices])
    return made


def _only_rows(a: Any, wanted: npt.NDArray[np.bool_]) -> Any:
    """The matrix without the entries of rows that are not wanted."""
    from scipy import sparse

    if wanted.all():
        return a
    there = np.repeat(wanted, np.diff(a.indptr))
    counts = np.where(wanted, np.diff(a.indptr), 0)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    return sparse.csr_array((a.data[there], a.indices[there], indptr), shape=a.shape)


def _code(index: list[npt.NDArray[np.int64]], n: int, size: int) -> npt.NDArray[np.int64]:
    """A number for each column of indices, equal where the columns are."""
    code, largest = np.zeros(size, dtype=np.int64), 1
    for row in index:
        if largest * n >= 2**62:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64).ravel()
            largest = size
        code, largest = code * n + row, largest * n
    return code
