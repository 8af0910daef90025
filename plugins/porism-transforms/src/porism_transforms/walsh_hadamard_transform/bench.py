"""What `porism bench walsh-hadamard-transform` measures: a long row and many short ones, beside all packages there are.

Peers transform in place where they can, as their users do who care, and get a copy of X first like everybody: X is to
be there afterwards. `NumPy butterflies` is the loop over bits with whole-array operations that people write themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Workload
from porism_transforms.walsh_hadamard_transform.problem import WalshHadamardResult

__all__ = ["WORKLOADS", "numpy_butterflies"]

Array = npt.NDArray[Any]
ROW = 1 << 10
INSTALL = "porism-transforms[bench]"


def one_row(dtype: str) -> Callable[[int, int], Task]:
    """A row of `size` numbers, which is a power of two."""

    def make(size: int, seed: int) -> Task:
        return _task(np.random.default_rng(seed).standard_normal(size).astype(dtype))

    return make


def many_rows(dtype: str) -> Callable[[int, int], Task]:
    """`size` rows of 1024 numbers."""

    def make(size: int, seed: int) -> Task:
        return _task(np.random.default_rng(seed).standard_normal((size, ROW)).astype(dtype))

    return make


def _task(X: Array) -> Task:
    return Task(args=(X,), facts={"weights": np.random.default_rng(1).standard_normal(X.shape[-1])})


def functional(task: Task, value: Any) -> float:
    """Coefficients times random weights, summed over rows with weights too."""
    found = value.coefficients if isinstance(value, WalshHadamardResult) else np.asarray(value)
    rows = np.atleast_2d(found.astype(np.float64)) @ task.facts["weights"]
    scale = np.sqrt(len(task.facts["weights"])) * float(np.linalg.norm(task.args[0].astype(np.float64)))
    return float(float(rows @ np.cos(np.arange(len(rows)))) / scale)


def numpy_butterflies(X: Array) -> Array:
    """The loop over bits in NumPy, two whole-array operations and a copy for each."""
    n = X.shape[-1]
    rows = X.copy()
    h = 1
    while h < n:
        pairs = rows.reshape(*rows.shape[:-1], n // (2 * h), 2, h)
        low = pairs[..., 0, :].copy()
        pairs[..., 0, :] += pairs[..., 1, :]
        np.subtract(low, pairs[..., 1, :], out=pairs[..., 1, :])
        h *= 2
    return rows


def _numpy_start(task: Task) -> Callable[[], Any]:
    (X,) = task.args
    return lambda: numpy_butterflies(X)


def _pyfwht_start(task: Task) -> Callable[[], Any]:
    import pyfwht

    (X,) = task.args

    def call() -> Any:
        rows = X.copy()
        for row in np.atleast_2d(rows):
            pyfwht.fwht(row, backend=pyfwht.Backend.CPU)
        return rows

    return call


def _fht_cpu_start(task: Task) -> Callable[[], Any]:
    import fht_cpu

    (X,) = task.args
    return lambda: fht_cpu.fht(X, inplace=False, num_threads=1)


def _pyfht_start(task: Task) -> Callable[[], Any]:
    from pyfht import fht_inplace

    return _rows_start(task, fht_inplace, np.float64)  # it takes no other


def _ffht_start(task: Task) -> Callable[[], Any]:
    import ffht

    return _rows_start(task, lambda row: ffht.fht_(row, 1))


def _rows_start(task: Task, transform: Callable[[Array], Any], dtype: Any = None) -> Callable[[], Any]:
    """Row by row, in place, in a copy of X."""
    (X,) = task.args

    def call() -> Array:
        rows: Array = np.array(X, dtype=dtype)
        for row in np.atleast_2d(rows):
            transform(row)
        return rows

    return call


def _fht_start(task: Task) -> Callable[[], Any]:
    from fht import fht1

    (X,) = task.args
    factor = float(np.sqrt(X.shape[-1]))  # it divides by that
    return lambda: np.array([fht1(row) for row in np.atleast_2d(X)]).reshape(X.shape) * factor


def _torch_start(task: Task) -> Callable[[], Any]:
    import torch
    from hadamard_transform import hadamard_transform

    torch.set_num_threads(1)
    tensor = torch.from_numpy(task.args[0])
    factor = float(np.sqrt(tensor.shape[-1]))
    return lambda: (hadamard_transform(tensor) * factor).numpy()


def _scipy_start(task: Task) -> Callable[[], Any]:
    from scipy.linalg import hadamard

    (X,) = task.args
    H = hadamard(X.shape[-1], dtype=X.dtype)
    return lambda: X @ H


def _sympy_start(task: Task) -> Callable[[], Any]:
    from sympy import fwht

    (X,) = task.args
    return lambda: np.array([fwht(row.tolist()) for row in np.atleast_2d(X)], dtype=np.float64)


SOLVERS = ("fwht",)


def _peers() -> tuple[Peer, ...]:
    def peer(name: str, start: Callable[[Task], Callable[[], Any]], package: str, form: str = "default call") -> Peer:
        return Peer(name=name, form=form, of=SOLVERS, start=start, distributions=(package,), install=INSTALL)

    return (
        peer("NumPy butterflies", _numpy_start, "numpy", "a loop over bits"),
        peer("pyfwht", _pyfwht_start, "pyfwht", "in place, CPU"),
        peer("fht-cpu", _fht_cpu_start, "fht-cpu"),
        peer("pyfht", _pyfht_start, "pyfht", "in place"),
        peer("ffht-unofficial", _ffht_start, "ffht-unofficial", "in place, one thread"),
        peer("fht", _fht_start, "fht"),
        peer("hadamard-transform", _torch_start, "hadamard-transform", "one thread of torch"),
        peer("scipy.linalg.hadamard", _scipy_start, "scipy", "product with the matrix"),
        peer("sympy.fwht", _sympy_start, "sympy"),
    )


SLOW = {"scipy.linalg.hadamard": 1 << 12, "sympy.fwht": 1 << 14, "hadamard-matrix": 1 << 12}


def _limit(task: Task, value: Any) -> Limit | None:
    size = task.args[0].nbytes
    return Limit(what="a copy of X, read and written once, and transformed in place", nbytes=4.0 * size)


def _memory(itemsize: int) -> Callable[[int], int]:
    return lambda size: 600_000_000 + 8 * itemsize * size


WORKLOADS = tuple(
    Workload(
        name=f"{kind}-{dtype}",
        summary=f"{what} of {dtype}",
        sizes=sizes,
        make=make(dtype),
        check=functional,
        check_name="functional",
        tolerance=1e-3 if dtype == "float32" else 1e-9,
        memory=_memory(itemsize * factor),
        limit=_limit,
        largest=SLOW if kind == "row" else {"sympy.fwht": 4, "scipy.linalg.hadamard": 1 << 12},
        unit="n" if kind == "row" else "rows",
        peers=_peers(),
    )
    for dtype, itemsize in (("float32", 4), ("float64", 8))
    for kind, what, sizes, make, factor in (
        ("row", "one row", (1 << 10, 1 << 14, 1 << 18, 1 << 20, 1 << 22, 1 << 24), one_row, 1),
        ("rows", f"many rows of {ROW} numbers", (64, 1 << 12), many_rows, ROW),
    )
)
