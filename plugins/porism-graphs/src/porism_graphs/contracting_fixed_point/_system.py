"""A call of `contracting-fixed-point`, checked: the map x ↦ γ A x + b, its adjoint, and what is certain about its
fixed point.

Edge e goes from ``edge_index[0, e]`` = j to ``edge_index[1, e]`` = i and adds ``γ gains[e, h] / degree`` to A_h[i,
j]. Why that contracts, for any gains in [0, 1]:

- ``in-degree``: row i of A has one term for each edge into i, each 1/indeg(i) at most, and so sums to 1 at most. Hence
  ‖γ A‖_∞ ≤ γ.
- ``out-degree``: column j has one term for each edge out of j, each 1/outdeg(j) at most. Hence ‖γ A‖_1 ≤ γ.

Degrees count parallel edges and self-loops; an edge that divides by a degree is one of those it counts, so that
nothing is divided by 0. The adjoint's matrix is the transpose: what contracts in one of the norms has an adjoint that
contracts in the other.
"""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType, ResultOverflow
from porism.validation import as_array, as_choice, as_float, check_finite, plain_array
from porism_graphs._arguments import told

__all__ = ["NORMALIZATIONS", "ConvergenceWarning", "System", "checked", "edges_of", "matrix_like"]

Floats = npt.NDArray[Any]

NORMALIZATIONS = ("in-degree", "out-degree", "none")

MOST = 2**31
"""Vertices and edges are counted in 32 bits."""


class ConvergenceWarning(UserWarning):
    """An iteration ended at `max_iter`, before it reached `tol`; the result's `error_bound` says how near it came."""


@dataclass(frozen=True, eq=False)
class System:
    """The map, for all heads.

    Attributes
    ----------
    into, start : (m,) uint32 arrays
        Receiver and sender of every edge.
    gains, bias : (m, H) and (n, H) arrays of float64 or float32
    scale : (m,) array of the same dtype
        What an edge's gains are multiplied by: gamma over the degree.
    gamma : float
        Norm of the map at most.
    norm : str
        "infinity" or "one": the norm in which it contracts.
    graphs : (G + 1,) int64 array
        Vertices before each graph of the batch, and all.
    """

    into: npt.NDArray[np.uint32]
    start: npt.NDArray[np.uint32]
    gains: Floats
    bias: Floats
    scale: Floats
    gamma: float
    norm: str
    graphs: npt.NDArray[np.int64]

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}  # without what was computed from them

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @property
    def n(self) -> int:
        """Vertices."""
        return len(self.bias)

    @property
    def heads(self) -> int:
        """Maps on the same edges."""
        return int(self.bias.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """Graphs and heads: of everything that is told about each."""
        return len(self.graphs) - 1, self.heads

    @functools.cached_property
    def gather(self) -> Any:
        """The edges by receiver, for the kernel."""
        from porism.kernels import graph

        return graph.Gather(self.into, self.start, self.graphs)

    @functools.cached_property
    def graph_of(self) -> npt.NDArray[np.intp]:
        """The graph of every vertex."""
        return np.repeat(np.arange(len(self.graphs) - 1), np.diff(self.graphs))

    def kernel(self, name: str) -> Any:
        """The kernel's method for this system's dtype."""
        return getattr(self.gather, name if self.bias.dtype == np.float64 else f"{name}_f32")

    def linear(self, x: Floats, n_threads: int = 1) -> Floats:
        """γ A x."""
        moved: Floats = self.kernel("apply")(self.gains, self.scale, np.ascontiguousarray(x), n_threads)
        return moved

    def step(self, x: Floats, n_threads: int = 1) -> Floats:
        """γ A x + b."""
        moved = self.linear(x, n_threads)
        moved += self.bias
        return moved

    def adjoint(self, g: Floats) -> System:
        """The system (I − γ A)ᵀ v = g."""
        turned = "one" if self.norm == "infinity" else "infinity"
        made = replace(self, into=self.start, start=self.into, bias=g, norm=turned)
        if "turned" in self.__dict__:
            made.__dict__["gather"] = self.turned
        made.__dict__["turned_factors"] = self.__dict__.get("factors", {})
        return made

    @functools.cached_property
    def turned(self) -> Any:
        """The edges by sender, for the kernel."""
        from porism.kernels import graph

        return graph.Gather(self.start, self.into, self.graphs)

    def slopes(self, v: Floats, x: Floats) -> Floats:
        """The derivative of ⟨v, γ A x⟩ by the gains, (m, H)."""
        found: Floats = self.kernel("products")(self.scale, np.ascontiguousarray(v), np.ascontiguousarray(x))
        return found

    def sizes(self, values: Floats) -> npt.NDArray[np.float64]:
        """The norm of `values` (n, H) on every graph, (G, H)."""
        sizes = np.zeros(self.shape)
        join = np.maximum if self.norm == "infinity" else np.add
        absolute = np.abs(values, dtype=np.float64)
        if len(sizes) == 1 and len(absolute):
            sizes[0] = join.reduce(absolute, axis=0)
        else:
            join.at(sizes, self.graph_of, absolute)
        return sizes

    @property
    def places(self) -> list[tuple[int, int]]:
        """Every graph that has vertices, with every head."""
        filled = np.flatnonzero(np.diff(self.graphs)).tolist()
        return [(graph, head) for graph in filled for head in range(self.heads)]

    @functools.cached_property
    def rates(self) -> npt.NDArray[np.float64]:
        """The norm of γ A on every graph, (G, H): gamma at most, and often less."""
        gather = self.gather if self.norm == "infinity" else self.turned
        sums = gather.apply(*(part.astype(np.float64, copy=False) for part in (self.gains, self.scale)), None, 1)
        largest = np.zeros(self.shape)
        np.maximum.at(largest, self.graph_of, sums)
        return largest * (1 + (self.widest + 4) * np.finfo(np.float64).eps / 2 + 2 * self.unit)

    @functools.cached_property
    def widest(self) -> int:
        """Most edges at a vertex, of those that a row or a column of A sums."""
        into, out = (int(np.bincount(ends, minlength=1).max()) for ends in (self.into, self.start))
        return max(into, out)

    @property
    def unit(self) -> float:
        """Relative error of one rounding."""
        return float(np.finfo(self.bias.dtype).eps) / 2

    def rounding(self, x: Floats) -> npt.NDArray[np.float64]:
        """What a step from `x` may be rounded by, (G, H)."""
        magnitude = self.rates * self.sizes(x) + self.sizes(self.bias)
        rows = np.diff(self.graphs)[:, None] if self.norm == "one" else 1
        lost = np.where(magnitude > 0, rows * float(np.finfo(self.bias.dtype).smallest_subnormal), 0.0)
        return (self.widest + 4) * (self.unit * magnitude * (1 + 1e-6) + lost)

    def bound(self, moved: npt.NDArray[np.float64], rounded: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """How far the fixed point is at most from where a step moves by `moved` and is rounded by `rounded`, (G, H).

        Infinite where gamma is so near 1 that rounding alone may have made a map of it that does not contract.
        """
        room = 1 - self.rates
        apart: npt.NDArray[np.float64] = np.full(self.shape, np.inf)
        np.divide(moved * (1 + 1e-9) + rounded, room, out=apart, where=room > 0)
        return apart

    def certified(self, x: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """How far `x` moves in a step, and how far it is from the fixed point at most; both (G, H), in the system's
        norm.

        Banach: ‖x − x*‖ ≤ ‖T(x) − x‖ / (1 − q) for any x, however it was found.
        """
        moved = self.sizes(self.step(x) - x)
        return moved, self.bound(moved, self.rounding(x))

    def matrix(self, graph: int, head: int) -> Any:
        """γ A of one head on one graph, a csr_array."""
        from scipy import sparse

        first, last = self.graphs[graph : graph + 2]
        inside = slice(None)
        if len(self.graphs) > 2:
            inside = np.flatnonzero((self.into >= first) & (self.into < last))  # type: ignore[assignment]
        ends = (self.into[inside] - np.uint32(first), self.start[inside] - np.uint32(first))
        ends = tuple(part.astype(np.int32) for part in ends)  # type: ignore[assignment]
        values = (self.gains[inside, head] * self.scale[inside]).astype(np.float64)
        return sparse.coo_array((values, ends), shape=(last - first, last - first)).tocsr()

    def warn(self, name: str, iterations: Any, max_iter: int, bound: Any, tol: float) -> None:
        """Say which bound was reached, where `max_iter` came before `tol`, or that there is none."""
        if np.isinf(bound).any():
            message = f"gamma={self.gamma!r} is so near 1 that rounding may undo the contraction; no bound is known"
            warnings.warn(f"{name}: {message}", ConvergenceWarning, stacklevel=4)
            return
        short = (np.asarray(iterations) >= max_iter) & ~(np.asarray(bound) <= tol * self.sizes(self.bias))
        if short.any():
            worst = float(np.max(np.asarray(bound)[short]))
            message = f"{name}: max_iter={max_iter} came before tol={tol:g}; the error is {worst:.3g} at most"
            warnings.warn(message, ConvergenceWarning, stacklevel=4)


def edges_of(value: object, n: int, *, name: str = "edge_index") -> npt.NDArray[np.int64]:
    """`value` as (2, m) int64 senders and receivers, all in 0..n-1.

    Raises
    ------
    InvalidType
        If it holds no integers.
    InvalidInput
        For another shape, or a vertex out of range.
    """
    must = f"a (2, m) array of integers, senders above receivers, in 0..{n - 1}"
    if value is None or isinstance(value, str | bytes | dict | set) or hasattr(value, "nnz"):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {must} without masked entries, got a masked array")
    array = plain_array(name, value, must)
    if array.ndim != 2 or array.shape[0] != 2:
        raise InvalidInput(f"{name} must be {must}, got an array of shape {array.shape}")
    if array.dtype.kind not in "iu" and (array.size or array.dtype.kind != "f"):  # NumPy takes [[], []] for floats
        raise InvalidType(f"{name} must be {must}, got dtype {array.dtype}")
    if array.shape[1] >= MOST:
        raise InvalidInput(f"{name} must have less than 2^31 columns, got {array.shape[1]}")
    wrong = np.flatnonzero(((array < 0) | (array >= n)).ravel())
    if wrong.size:
        row, column = divmod(int(wrong[0]), array.shape[1])
        raise InvalidInput(f"{name} must be {must}, got {array[row, column]} at {name}[{row}, {column}]")
    return np.ascontiguousarray(array, dtype=np.int64)


def matrix_like(name: str, value: object, rows: int | None, columns: int | None, what: str) -> Floats:
    """`value` as a finite C-contiguous matrix of float64 or float32, of `rows` by `columns` where those are given.

    Raises
    ------
    InvalidInput, InvalidType
        If it is none.
    """
    array = as_array(name, value, ndim=2, dtypes=[np.float64, np.float32], promote=np.float64)
    for axis, wanted in enumerate((rows, columns)):
        if wanted is not None and array.shape[axis] != wanted:
            raise InvalidInput(
                f"{name} must have {wanted} {('rows', 'columns')[axis]}, {what}; got shape {array.shape}"
            )
    check_finite(name, array)
    return array


def _graphs(value: object, n: int) -> npt.NDArray[np.int64]:
    if value is None:
        return np.array([0, n], dtype=np.int64)
    must = f"a list of integers that rises from 0 to {n}, the number of vertices"
    array = plain_array("batch_ptr", value, must)
    if array.dtype.kind not in "iu":
        raise InvalidType(f"batch_ptr must be {must}, got {told(value)}")
    if (
        array.ndim != 1
        or len(array) < 2
        or array[0] != 0
        or array[-1] != n
        or (np.diff(array.astype(np.int64)) < 0).any()
    ):
        raise InvalidInput(f"batch_ptr must be {must}, got {told(value)}")
    return np.ascontiguousarray(array, dtype=np.int64)


def checked(
    edge_index: object, gains: object, bias: object, gamma: object, normalize: object, batch_ptr: object
) -> System:
    """The canonical arguments as a system; errors as :func:`contracting_fixed_point` documents."""
    rate = as_float("gamma", gamma, 0, 1, ends="()")
    how = as_choice("normalize", normalize, NORMALIZATIONS)
    b = matrix_like("bias", bias, None, None, "")
    n, heads = b.shape
    if n == 0 or heads == 0:
        raise InvalidInput(f"bias must have a row for each vertex and a column for each head, got shape {b.shape}")
    edges = edges_of(edge_index, n)
    a = matrix_like("gains", gains, edges.shape[1], heads, "one for each edge, and a column for each column of bias")
    outside = ~((a >= 0) & (a <= 1))
    if outside.any():
        e, h = (int(place[0]) for place in np.nonzero(outside))
        raise InvalidInput(f"gains must be in [0, 1], got {float(a[e, h])!r} at gains[{e}, {h}]")
    graphs = _graphs(batch_ptr, n)
    if len(graphs) > 2:
        graph_of = np.searchsorted(graphs, edges, side="right")
        across = np.flatnonzero(graph_of[0] != graph_of[1])
        if across.size:
            e = int(across[0])
            raise InvalidInput(
                f"edge_index must stay inside the graphs of batch_ptr, got {edges[0, e]} → {edges[1, e]} at column {e}"
            )
    dtype = np.result_type(a, b)
    a, b = (np.ascontiguousarray(part, dtype=dtype) for part in (a, b))
    largest = float(np.max(np.abs(b), initial=0.0)) * (n if how != "in-degree" else 1) / (1 - rate)
    if not largest <= float(np.finfo(dtype).max) / 4:
        raise ResultOverflow(f"the fixed point may be {largest:.3g}, more than {dtype} can hold")
    if how == "none":
        scale, norm = np.full(edges.shape[1], rate), _norm_of(edges, a, n)
    else:
        ends = edges[1 if how == "in-degree" else 0]
        scale, norm = rate / np.bincount(ends, minlength=n)[ends], "infinity" if how == "in-degree" else "one"
    start, into = (np.ascontiguousarray(ends, dtype=np.uint32) for ends in edges)
    return System(into, start, a, b, np.ascontiguousarray(scale, dtype=dtype), rate, norm, graphs)


def _norm_of(edges: npt.NDArray[np.int64], gains: Floats, n: int) -> str:
    """The norm in which the gains as they are do not expand."""
    worst = []
    for norm, ends in (("infinity", edges[1]), ("one", edges[0])):
        sums = np.zeros((n, gains.shape[1]))
        np.add.at(sums, ends, gains)
        if float(np.max(sums, initial=0.0)) <= 1 + 1e-12:
            return norm
        worst.append(f"{float(sums.max()):.6g} at vertex {int(np.argmax(sums.max(axis=1)))}")
    raise InvalidInput(
        "gains must sum to 1 at most into every vertex, or else out of every vertex, where normalize='none'; "
        f"got {worst[0]}, and {worst[1]}"
    )
