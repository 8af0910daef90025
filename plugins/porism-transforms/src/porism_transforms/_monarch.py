"""`MonarchMatrix`: block-diagonal factors with permutations between them, as a matrix that is never written out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import ComputationError, InvalidInput, InvalidType, kernels
from porism.validation import as_flag, as_integer, as_n_jobs, as_rng, check_finite, plain_array

__all__ = ["BlockDiagonal", "MonarchMatrix", "TransposedMonarch", "as_blocks", "balanced", "splits"]

Array = npt.NDArray[Any]

SMALL = 64
"""Blocks up to this size are multiplied by the compiled kernel, larger ones by BLAS."""

FEW = 16
"""So many vectors keep the kernel's registers full; with fewer, but for one alone, BLAS over the blocks is faster."""

WORST = 1e12
"""Condition number of a block from which on `solve` refuses."""


def splits(n: int) -> list[tuple[int, int]]:
    """The ways to write n as blocks times block size."""
    return [(k, n // k) for k in range(1, n + 1) if n % k == 0]


def as_blocks(name: str, value: object) -> Array:
    """Blocks of shape (count, rows, columns) of float32, float64 or complex numbers; others become float64."""
    must = "an array of shape (blocks, rows, columns) of numbers"
    array = plain_array(name, value, must)
    if array.dtype.kind not in "fiubc":
        raise InvalidType(f"{name} must be {must}, got dtype {array.dtype}")
    if array.ndim != 3 or 0 in array.shape:
        raise InvalidInput(f"{name} must be {must}, got shape {array.shape}")
    native = array.dtype.newbyteorder("=")
    known = (np.float32, np.float64, np.complex64, np.complex128)
    target = native if native in known else np.complex128 if array.dtype.kind == "c" else np.float64
    array = np.require(array, target, ["C", "ALIGNED"])
    parts = array.view(array.real.dtype) if array.dtype.kind == "c" else array
    check_finite(name, parts)
    return array


class MonarchMatrix:
    """A product of block-diagonal matrices, each followed by the permutation that deals results out.

    A factor of k blocks of shape (q, p) takes k p numbers to q k: block i is applied to piece i, and number j of its
    result becomes number j k + i. One of shape (k, q, p) followed by one of shape (l, s, r) with l r = k q is a Monarch
    matrix of shape (s l, k p), of k q p + l s r parameters; products of more factors, each of blocks of size n^(1/p),
    are Monarch matrices of order p. The permutation is made where results are stored, by reshaping and transposing.

    Parameters
    ----------
    *factors : (blocks, rows, columns) array-like
        In the order in which they are applied. float32, float64 and complex numbers stay what they are.
    shape : (int, int), optional
        Fewer rows and columns than factors make and take: vectors are padded with zeros, and results are cut.
    n_jobs : int, optional
        Threads for products with many vectors; changes no result.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    whole : (int, int)
        Rows and columns that the factors make and take: those of `shape`, unless the matrix is cut.
    dtype : numpy.dtype
        Of the parameters.
    n_params : int
        How many parameters.
    flops : int
        Floating-point operations of all products so far, 2 for each parameter and vector.
    """

    __array_ufunc__ = None  # A @ M with an array A asks M
    ndim = 2

    def __init__(
        self, *factors: npt.ArrayLike, shape: tuple[int, int] | None = None, n_jobs: int | None = None
    ) -> None:
        if not factors:
            raise InvalidInput("factors must be one or more arrays of blocks, got none")
        blocks = [as_blocks(f"factors[{i}]", factor) for i, factor in enumerate(factors)]
        for i, (one, other) in enumerate(itertools.pairwise(blocks)):
            made, taken = one.shape[0] * one.shape[1], other.shape[0] * other.shape[2]
            if made != taken:
                raise InvalidInput(
                    f"factors[{i + 1}] must take {made} numbers, as factors[{i}] of shape {one.shape} makes them, "
                    f"got shape {other.shape}, which takes {taken}"
                )
        self.dtype = np.result_type(*blocks)
        self.factors: tuple[Array, ...] = tuple(np.ascontiguousarray(b, dtype=self.dtype) for b in blocks)
        self.whole = (blocks[-1].shape[0] * blocks[-1].shape[1], blocks[0].shape[0] * blocks[0].shape[2])
        self.shape = self.whole if shape is None else _as_shape(shape, self.whole)
        self.n_threads = as_n_jobs(n_jobs)
        self.flops = 0

    @classmethod
    def random(
        cls, n: int, *, order: int = 2, pad: bool = False, rng: Any = None, dtype: npt.DTypeLike = np.float64
    ) -> MonarchMatrix:
        """A square matrix of normal entries of that order, scaled so that vectors keep their length on average.

        Parameters
        ----------
        n : int
            Rows and columns: a power `order` of an integer, or any number where `pad` is true.
        order : int
            How many factors.
        pad : bool
            Take the next power, and cut.
        rng : None, int or numpy.random.Generator
            Source of randomness.
        dtype : dtype
            Of the parameters.
        """
        size = round(as_integer("n", n, 1) ** (1 / as_integer("order", order, 1)))
        if as_flag("pad", pad):
            size += size**order < n
        elif size**order != n:
            raise InvalidInput(f"n must be a power {order} of an integer, or pad must be True, got {n}")
        generator = as_rng(rng)
        count = size ** (order - 1)
        made = [generator.standard_normal((count, size, size)) / math.sqrt(size) for _ in range(order)]
        return cls(*(blocks.astype(dtype) for blocks in made), shape=(n, n))

    @property
    def n_params(self) -> int:
        """How many parameters."""
        return sum(factor.size for factor in self.factors)

    def __repr__(self) -> str:
        shapes = ", ".join(str(factor.shape) for factor in self.factors)
        return f"MonarchMatrix({self.shape[0]} x {self.shape[1]}, blocks {shapes}, {self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MonarchMatrix) and self.shape == other.shape and _equal(self.factors, other.factors)

    __hash__ = None  # type: ignore[assignment]

    # -- products ------------------------------------------------------------------------------------------------------

    def __matmul__(self, other: Any) -> Any:
        """``M @ x`` for a vector, or ``M @ X`` for the columns of a matrix."""
        if isinstance(other, MonarchMatrix):
            return NotImplemented
        x = _numbers("x", other)
        if x.ndim not in (1, 2) or x.shape[0] != self.shape[1]:
            raise InvalidInput(f"x must be of shape ({self.shape[1]},) or ({self.shape[1]}, batch), got {x.shape}")
        return self.apply(x) if x.ndim == 1 else self.apply(x.T).T

    def __rmatmul__(self, other: Any) -> Any:
        """``A @ M`` for an array A of rows."""
        x = _numbers("x", other)
        return self.T.apply(x)

    def apply(self, x: npt.ArrayLike) -> Array:
        """The products with the vectors along the last axis of x, of any shape (…, columns): result (…, rows)."""
        # converting takes longer than a small product
        fits = type(x) is np.ndarray and x.dtype == self.dtype and x.flags.carray
        rows = np.asarray(x) if fits else _numbers("x", x)
        if rows.ndim == 0 or rows.shape[-1] != self.shape[1]:
            raise InvalidInput(f"x must be of shape (..., {self.shape[1]}), got {rows.shape}")
        if not fits:
            rows = np.require(rows, np.result_type(self.dtype, rows.dtype), ["C", "ALIGNED"])
        y = _padded(rows.reshape(-1, self.shape[1]), self.whole[1])
        for factor in self.factors:
            self.flops += 2 * factor.size * len(y)
            y = _deal(factor, y, self.n_threads)
        return _cut(y, self.shape[0]).reshape(*rows.shape[:-1], self.shape[0])

    def to_dense(self) -> Array:
        """The matrix written out."""
        flops = self.flops
        dense = np.ascontiguousarray(self.apply(np.eye(self.shape[1], dtype=self.dtype)).T)
        self.flops = flops
        return dense

    # -- transposes ----------------------------------------------------------------------------------------------------

    @property
    def T(self) -> TransposedMonarch:
        """The transpose."""
        return TransposedMonarch(self, conjugate=False)

    @property
    def H(self) -> TransposedMonarch:
        """The conjugate transpose."""
        return TransposedMonarch(self, conjugate=True)

    def solve(self, b: npt.ArrayLike) -> Array:
        """The x with ``M @ x = b``, for a vector b or the columns of a matrix; blocks must be square.

        Raises
        ------
        InvalidInput
            If a factor's blocks are not square, or b does not fit.
        ComputationError
            If a block is singular, or its condition number exceeds 1e12.
        """
        for i, factor in enumerate(self.factors):
            if factor.shape[1] != factor.shape[2]:
                raise InvalidInput(f"factors[{i}] must have square blocks to be solved with, got shape {factor.shape}")
        if self.shape != self.whole:
            raise InvalidInput(f"shape must be {self.whole}, that of the factors, to be solved with, got {self.shape}")
        right = _numbers("b", b)
        if right.ndim not in (1, 2) or right.shape[0] != self.shape[0]:
            raise InvalidInput(f"b must be of shape ({self.shape[0]},) or ({self.shape[0]}, batch), got {right.shape}")
        if self.condition > WORST:
            raise ComputationError(f"M is singular, or nearly: a block has condition number {self.condition:.3g}")
        y = np.asarray(right, dtype=np.result_type(self.dtype, right.dtype)).T.reshape(-1, self.shape[0])
        for factor in reversed(self.factors):
            count, size = factor.shape[:2]
            pieces = y.reshape(len(y), size, count).transpose(2, 1, 0)  # number j k + i is number j of block i
            y = np.linalg.solve(factor, pieces).transpose(2, 0, 1).reshape(len(y), count * size)
        return y[0] if right.ndim == 1 else np.ascontiguousarray(y.T)

    @property
    def condition(self) -> float:
        """The largest condition number of a block; the matrix has one of at most the product of its factors'."""
        with np.errstate(all="ignore"):
            return max(float(np.max(np.nan_to_num(np.linalg.cond(f), nan=np.inf))) for f in self.factors)

    def aslinearoperator(self) -> Any:
        """A `scipy.sparse.linalg.LinearOperator`, for iterative solvers."""
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator(
            self.shape,
            matvec=lambda x: self.apply(np.ravel(x)),
            rmatvec=lambda x: self.H.apply(np.ravel(x)),
            matmat=lambda X: self @ X,
            rmatmat=lambda X: self.H @ X,
            dtype=self.dtype,
        )

    def matvec(self, x: npt.ArrayLike) -> Array:
        """``M @ x``, by the name that SciPy's protocol of linear operators uses."""
        return self.apply(np.ravel(_numbers("x", x)))

    def rmatvec(self, x: npt.ArrayLike) -> Array:
        """``M.H @ x``, by SciPy's name."""
        return self.H.apply(np.ravel(_numbers("x", x)))


class TransposedMonarch:
    """The transpose, or conjugate transpose, of a :class:`MonarchMatrix`: its factors backwards."""

    __array_ufunc__ = None
    ndim = 2

    def __init__(self, of: MonarchMatrix, *, conjugate: bool) -> None:
        self._of = of
        self._conjugate = conjugate
        self.shape = of.shape[::-1]
        self.dtype = of.dtype

    @property
    def T(self) -> Any:
        """The transpose of the transpose."""
        if not self._conjugate:
            return self._of
        return MonarchMatrix(*(factor.conj() for factor in self._of.factors), shape=self._of.shape)

    @property
    def H(self) -> Any:
        """The conjugate transpose of this."""
        if self._conjugate:
            return self._of
        return MonarchMatrix(*(factor.conj() for factor in self._of.factors), shape=self._of.shape)

    def __matmul__(self, other: Any) -> Array:
        """The product with a vector, or with the columns of a matrix."""
        x = _numbers("x", other)
        if x.ndim not in (1, 2) or x.shape[0] != self.shape[1]:
            raise InvalidInput(f"x must be of shape ({self.shape[1]},) or ({self.shape[1]}, batch), got {x.shape}")
        return self.apply(x) if x.ndim == 1 else self.apply(x.T).T

    def apply(self, x: npt.ArrayLike) -> Array:
        """The products with the vectors along the last axis of x."""
        rows = _numbers("x", x)
        if rows.ndim == 0 or rows.shape[-1] != self.shape[1]:
            raise InvalidInput(f"x must be of shape (..., {self.shape[1]}), got {rows.shape}")
        dtype = np.result_type(self.dtype, rows.dtype)
        y = _padded(np.asarray(rows, dtype=dtype).reshape(-1, self.shape[1]), self._of.whole[0])
        for factor in reversed(self._of.factors):
            count, size = factor.shape[:2]
            self._of.flops += 2 * factor.size * len(y)
            pieces = y.reshape(len(y), size, count).transpose(2, 0, 1)  # number j k + i is number j of block i
            block = factor.conj() if self._conjugate else factor
            y = (pieces @ block).transpose(1, 0, 2).reshape(len(y), count * factor.shape[2])
        return _cut(y, self.shape[0]).reshape(*rows.shape[:-1], self.shape[0])

    def to_dense(self) -> Array:
        """The matrix written out."""
        dense = self._of.to_dense().T
        return dense.conj() if self._conjugate else dense


def _numbers(name: str, value: object) -> Array:
    array = plain_array(name, value, "an array of numbers")
    if array.dtype.kind not in "fiubc":
        raise InvalidType(f"{name} must be an array of numbers, got dtype {array.dtype}")
    known = (np.float32, np.float64, np.complex64, np.complex128)
    native = array.dtype.newbyteorder("=")
    target = native if native in known else np.complex128 if array.dtype.kind == "c" else np.float64
    return array.astype(target, copy=False)


def _padded(rows: Array, columns: int) -> Array:
    """Rows with zeros after them, to that many columns."""
    return rows if rows.shape[1] == columns else np.pad(rows, ((0, 0), (0, columns - rows.shape[1])))


def _cut(rows: Array, columns: int) -> Array:
    """The first columns."""
    return rows if rows.shape[1] == columns else np.ascontiguousarray(rows[:, :columns])


def _as_shape(shape: object, whole: tuple[int, int]) -> tuple[int, int]:
    must = f"a pair of integers, at most {whole}, what the factors make and take"
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        raise InvalidInput(f"shape must be {must}, got {shape!r}")
    rows, columns = (as_integer("shape", size, 1) for size in shape)
    if rows > whole[0] or columns > whole[1]:
        raise InvalidInput(f"shape must be {must}, got {(rows, columns)}")
    return rows, columns


def _deal(factor: Array, y: Array, n_threads: int) -> Array:
    """Blocks applied to the pieces of rows, and the results dealt out."""
    (count, rows, columns), many = factor.shape, len(y) >= FEW
    if y.dtype.kind == "f" and (len(y) == 1 or (many and max(rows, columns) <= SMALL)):
        out = np.empty((len(y), rows * count), dtype=y.dtype)
        blocks = factor if factor.dtype == y.dtype else factor.astype(y.dtype)
        kernels.transform.block_product(blocks.reshape(-1, columns), count, y, out, n_threads=n_threads)
        return out
    pieces = y.reshape(len(y), count, columns)
    if many:  # the order in which dealing out reads memory by rows
        made = (pieces.transpose(1, 0, 2) @ factor.transpose(0, 2, 1)).transpose(1, 2, 0)
    else:
        made = (factor @ pieces.transpose(1, 2, 0)).transpose(2, 1, 0)
    return np.ascontiguousarray(made).reshape(len(y), rows * count)


def balanced(n: int) -> int:
    """How many blocks n is cut into so that blocks are as many as they are long, or as near to that as it goes."""
    return min(splits(n), key=lambda split: (abs(math.log(split[0] / split[1])), split[0]))[0]


class BlockDiagonal:
    """Blocks along the diagonal, of any shapes: what people use who want fewer parameters and no permutation.

    Parameters
    ----------
    blocks : sequence of (rows, columns) arrays
        From the top left.
    """

    def __init__(self, blocks: Sequence[Array]) -> None:
        self.blocks = tuple(blocks)
        self.shape = (sum(b.shape[0] for b in blocks), sum(b.shape[1] for b in blocks))
        self.dtype = np.result_type(*blocks)
        self.n_params = sum(b.size for b in blocks)

    def __repr__(self) -> str:
        return f"BlockDiagonal({self.shape[0]} x {self.shape[1]}, {len(self.blocks)} blocks, {self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockDiagonal) and _equal(self.blocks, other.blocks)

    __hash__ = None  # type: ignore[assignment]

    def apply(self, x: npt.ArrayLike) -> Array:
        """The products with the vectors along the last axis of x."""
        rows = _numbers("x", x)
        if rows.ndim == 0 or rows.shape[-1] != self.shape[1]:
            raise InvalidInput(f"x must be of shape (..., {self.shape[1]}), got {rows.shape}")
        pieces = np.split(rows, np.cumsum([b.shape[1] for b in self.blocks])[:-1], axis=-1)
        return np.concatenate([piece @ b.T for piece, b in zip(pieces, self.blocks, strict=True)], axis=-1)

    def to_dense(self) -> Array:
        """The matrix written out."""
        return np.ascontiguousarray(self.apply(np.eye(self.shape[1], dtype=self.dtype)).T)


def _equal(ours: Sequence[Array], theirs: Sequence[Array]) -> bool:
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)
