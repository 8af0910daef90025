"""Contraction along paths of opt-einsum or cotengra, elimination on sparse matrices, and two baselines."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, Paper, ResultOverflow, TooLarge
from porism.validation import Report, as_integer, counted, reporting, stages
from porism_graphs._arguments import as_choice
from porism_graphs._polynomials import dense, paths, sparse
from porism_graphs._polynomials.data import Arithmetic, Data, arithmetic, as_data, as_polynomials
from porism_graphs._polynomials.plan import Path, Plan, planned
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis.solvers import PUNY_2023
from porism_graphs.equivariant_polynomial_evaluation.problem import PolynomialValues, equivariant_polynomial_evaluation

__all__ = ["brute_force_sum", "contraction_path", "cotengra", "numpy_einsum", "tree_decomposition"]

GRAY_2021 = Paper(
    key="gray2021hyper",
    title="Hyper-optimized tensor network contraction",
    authors=("Gray, Johnnie", "Kourtis, Stefanos"),
    year=2021,
    venue="Quantum",
    volume="5",
    pages="410",
    doi="10.22331/q-2021-03-15-410",
)

MOST_MAPS = 1 << 24
"""Maps of vertices that the baseline goes through."""


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked."""

    polynomials: tuple[GraphPolynomial, ...]
    single: bool
    data: Data
    numbers: Arithmetic
    limit: float

    @property
    def outputs(self) -> list[tuple[int, ...]]:
        """Those of each polynomial."""
        return [H.outputs for H in self.polynomials]

    def most(self, nbytes: int | None = None) -> float:
        """Numbers that fit in the limit."""
        return self.limit / (nbytes or max(self.numbers.inside.itemsize, 8))

    def channels(self, dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], ...]:
        """X as arrays of the numbers that are computed with."""
        n = self.data.n
        self.check(n * n * (len(self.polynomials) if len(self.outputs[0]) == 2 else 1), "dense matrices")
        return tuple(np.ascontiguousarray(c, dtype=dtype) for c in self.data.dense())

    def check(self, entries: float, what: str, path: object = None) -> None:
        """Refuse what does not fit."""
        if entries > self.most():
            told = f"; the path is {path}" if path is not None else ""
            raise TooLarge(
                f"memory_limit must allow {what} of {entries:.4g} numbers, "
                f"{entries * 8 / 2**20:.4g} MiB, got {self.limit / 2**20:.4g} MiB{told}"
            )

    def outcome(self, made: npt.NDArray[Any], n_products: int) -> PolynomialValues:
        """The result from the stacked values as they were computed."""
        if made.dtype.kind == "f" and not np.isfinite(made).all():
            raise ResultOverflow(f"X must be smaller in magnitude, as values are beyond {made.dtype}")
        outside = self.numbers.outside
        if outside.kind == "i" and made.dtype.kind == "f":
            made = np.rint(made)
        made = made.astype(outside, copy=False)
        if self.data.sparse and made.ndim == 3 and outside.kind != "O":
            from scipy import sparse as scipy_sparse

            return PolynomialValues(scipy_sparse.csr_array(made.reshape(-1, self.data.n)), n_products)
        return PolynomialValues(np.asarray(made[0], dtype=outside) if self.single else made, n_products)


def as_call(H: object, X: object, dtype: object, memory_limit: object) -> Call:
    """Check the canonical arguments; errors as :func:`equivariant_polynomial_evaluation` documents."""
    polynomials, single = as_polynomials("H", H)
    data = as_data("X", X, polynomials)
    limit = math.inf
    if memory_limit is not None:
        limit = float(min(as_integer("memory_limit", memory_limit, 0), 2**63))
    elif hasattr(os, "sysconf"):
        limit = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2
    return Call(polynomials, single, data, arithmetic(polynomials, data, dtype), limit)


def _optimize(value: object) -> str:
    return as_choice("optimize", value, paths.OPTIMIZERS)


@lru_cache(maxsize=256)
def _plan(polynomials: tuple[GraphPolynomial, ...], kind: str, how: Any, n: int, size: int) -> Plan:
    """Programs are kept: of a basis for many graphs, and of calls that come again."""
    if kind == "opt-einsum":
        path: Path = paths.by_opt_einsum(how, n, size if size else None)
    elif kind == "cotengra":
        path = paths.by_cotengra(how, n)
    else:
        path = paths.by_elimination(n, size)
    return planned(polynomials, path)


def _contracted(call: Call, plan: Plan, report: Report | None) -> PolynomialValues:
    n = call.data.n
    largest = max((len(step.out) for step in plan.steps), default=0)
    if largest > 2:
        call.check(
            float(n) ** largest, "a tensor", [(step.operands, step.out) for step in plan.steps if len(step.out) > 2]
        )
    with np.errstate(over="ignore", invalid="ignore"):
        made = dense.run(plan, call.channels(call.numbers.inside), call.outputs, call.numbers.outside, report)
    return call.outcome(made, sum(step.kind == "product" for step in plan.steps))


@porism.solver(
    equivariant_polynomial_evaluation,
    "contraction-path",
    paper=PUNY_2023,
    complexity="O(n^(tw + 1)) time for the hardest H, tw its treewidth with outputs joined; O(n^2) memory to tw 2",
    claims=Claims(deterministic=True),
    default=True,
)
def contraction_path(
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
    optimize: str = "auto",
    progress: Any = False,
) -> PolynomialValues:
    """Contract along paths of opt-einsum, with every part that occurs twice, in one H or in different ones, made once.

    Parallel edges become powers, loops diagonals, and pendant trees vectors, before a path is asked for. Each tensor on
    the way is named by the canonical form of the multigraph that it is the polynomial of, so that what different paths
    have in common is found up to isomorphism. A contraction of two tensors is one matrix product. Programs are kept for
    calls that come again.

    Parameters
    ----------
    optimize : {"auto", "auto-hq", "optimal", "branch-2", "branch-all", "dp", "greedy"}
        How opt-einsum looks for a path.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in steps of the program.
    """
    call = as_call(H, X, dtype, memory_limit)
    how = _optimize(optimize)
    plan = _plan(call.polynomials, "opt-einsum", how, call.data.n, 0)
    if plan.order > 2 and float(call.data.n) ** plan.order > call.most():
        plan = _plan(call.polynomials, "opt-einsum", how, call.data.n, max(1, int(call.most())))
    with reporting(progress, "contraction-path") as report:
        return _contracted(call, plan, report)


@porism.solver(
    equivariant_polynomial_evaluation,
    "cotengra",
    paper=GRAY_2021,
    complexity="as contraction-path, with better paths for many edges",
    claims=Claims(deterministic=True),
)
def cotengra(
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
    max_repeats: int = 16,
    progress: Any = False,
) -> PolynomialValues:
    """The same with cotengra's paths: the best of many random greedy ones. For H of more than ten edges.

    Needs the package cotengra: ``pip install 'porism-graphs[cotengra]'``.

    Parameters
    ----------
    max_repeats : int
        Paths that are tried.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in steps of the program.

    Raises
    ------
    MissingExtra
        Without cotengra.
    """
    call = as_call(H, X, dtype, memory_limit)
    how = as_integer("max_repeats", max_repeats, 1)
    plan = _plan(call.polynomials, "cotengra", how, call.data.n, 0)
    with reporting(progress, "cotengra") as report:
        return _contracted(call, plan, report)


@porism.solver(
    equivariant_polynomial_evaluation,
    "tree-decomposition",
    complexity="products of sparse matrices, O(sum of degrees squared) for the least H; joins for treewidth 3 and more",
    claims=Claims(deterministic=True),
)
def tree_decomposition(
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PolynomialValues:
    """Eliminate vertices one by one on sparse matrices, which are never made dense, with the same sharing of parts.

    The order of elimination is the one that is cheapest for a random matrix with as many entries. A vertex with two
    neighbours is a sparse product, masked where the neighbours are joined already; one with more is a join of lists of
    entries. A dense X is taken for the sparse matrix of its entries other than 0.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in steps of the program.

    Notes
    -----
    Values for pairs are dense by their nature where no path joins the outputs, and are then counted against
    memory_limit.
    """
    call = as_call(H, X, dtype, memory_limit)
    from scipy import sparse as scipy_sparse

    n, inside = call.data.n, call.numbers.inside
    channels: list[Any] = []
    for X in call.data.channels:
        if call.data.sparse:
            channels.append(X)
        elif inside.kind == "O":  # SciPy has no sparse matrices of Python's integers
            row, column = np.nonzero(X)
            channels.append(sparse.Entries(np.stack((row, column)), X[row, column].astype(object)))
        else:
            channels.append(scipy_sparse.csr_array(X.astype(inside)))
    diagonals = tuple(X.diagonal() for X in call.data.channels)
    entries = max(len(X.values) if isinstance(X, sparse.Entries) else X.nnz for X in channels)
    plan = _plan(call.polynomials, "elimination", None, *_rounded(n, entries))
    most = call.most(24)
    with np.errstate(over="ignore", invalid="ignore"), reporting(progress, "tree-decomposition") as report:
        factors = sparse.run(plan, tuple(channels), diagonals, inside, most, report)
    n_products = sum(step.kind == "product" for step in plan.steps)
    outside, outputs = call.numbers.outside, call.outputs
    if len(outputs[0]) < 2 or outside.kind == "O" or not call.data.sparse:
        call.check(len(factors) * float(n) ** len(outputs[0]), "values")
        made = np.empty((len(factors), *[n] * len(outputs[0])), dtype=outside)
        for place, (parts, open_) in enumerate(zip(factors, outputs, strict=True)):
            made[place] = dense.with_outputs([(sparse.as_array(t, n), axes) for t, axes in parts], open_, n, outside)
        return call.outcome(made, n_products)
    blocks = [sparse.with_outputs(p, o, n, outside, most) for p, o in zip(factors, outputs, strict=True)]
    stacked = scipy_sparse.vstack(blocks, format="csr") if len(blocks) > 1 else blocks[0]
    if not np.isfinite(stacked.data).all():
        raise ResultOverflow(f"X must be smaller in magnitude, as values are beyond {inside}")
    stacked.eliminate_zeros()
    stacked.sort_indices()
    return PolynomialValues(stacked, n_products)


def _rounded(n: int, entries: int) -> tuple[int, int]:
    """Sizes for estimates, of which there are few, so that programs are found again."""
    return 1 << n.bit_length(), 1 << max(entries, 1).bit_length()


@porism.solver(
    equivariant_polynomial_evaluation,
    "brute-force-sum",
    complexity="O(n^vertices edges)",
    claims=Claims(deterministic=True),
    tags=("baseline", "oracle"),
)
def brute_force_sum(
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PolynomialValues:
    """Go through all maps of the vertices, one after the other.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in thousandths.

    Raises
    ------
    TooLarge
        For more than 2^24 maps.
    """
    call = as_call(H, X, dtype, memory_limit)
    n = call.data.n
    for one in call.polynomials:
        if n**one.n_vertices > MOST_MAPS:
            raise TooLarge(
                f"X must be smaller, as {one} has {n}^{one.n_vertices} maps, got {n} rows; 2^24 are gone through"
            )
    channels = [c.tolist() for c in call.channels(call.numbers.whole)]
    zero, one_ = (0.0, 1.0) if call.numbers.whole.kind == "f" else (0, 1)
    made = np.empty((len(call.polynomials), *[n] * len(call.outputs[0])), dtype=call.numbers.whole)
    with reporting(progress, "brute-force-sum") as report:
        reports = stages(report, *[n**one.n_vertices for one in call.polynomials])
        for place, (one, told) in enumerate(zip(call.polynomials, reports, strict=True)):
            sums = dict.fromkeys(itertools.product(range(n), repeat=len(one.outputs)), zero)
            read = [(r, s, channels[channel[0] if channel else 0]) for r, s, *channel in one.edges]
            for index in counted(told, itertools.product(range(n), repeat=one.n_vertices), n**one.n_vertices):
                product = one_
                for r, s, matrix in read:
                    product = product * matrix[index[r]][index[s]]
                sums[tuple(index[v] for v in one.outputs)] += product
            for where, value in sums.items():
                made[(place, *where)] = value
    return call.outcome(made, sum(n**one.n_vertices for one in call.polynomials))


@porism.solver(
    equivariant_polynomial_evaluation,
    "numpy-einsum",
    complexity="as contraction-path, each H on its own; up to 52 vertices",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def numpy_einsum(
    H: GraphPolynomial | Sequence[GraphPolynomial],
    X: Any,
    *,
    dtype: str | None = None,
    memory_limit: int | None = None,
    progress: Any = False,
) -> PolynomialValues:
    """Call ``numpy.einsum(…, optimize=True)`` for each H: what one would write without this package.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in polynomials.

    Raises
    ------
    TooLarge
        For H with more than 52 vertices, which NumPy has no letters for.
    """
    call = as_call(H, X, dtype, memory_limit)
    inside = call.numbers.whole
    channels, n = call.channels(inside), call.data.n
    made = np.empty((len(call.polynomials), *[n] * len(call.outputs[0])), dtype=inside)
    with np.errstate(over="ignore", invalid="ignore"), reporting(progress, "numpy-einsum") as report:
        for place, one in enumerate(counted(report, call.polynomials)):
            if one.n_vertices > 52:
                raise TooLarge(f"H must have 52 vertices at most for numpy.einsum, got {one.n_vertices}")
            made[place] = _einsum(one, channels, n, inside)
    return call.outcome(made, sum(len(one.edges) for one in call.polynomials))


def _einsum(H: GraphPolynomial, channels: tuple[npt.NDArray[Any], ...], n: int, dtype: np.dtype[Any]) -> Any:
    ones = np.ones(n, dtype=dtype)
    operands: list[Any] = []
    for r, s, *channel in H.edges:
        operands += [channels[channel[0] if channel else 0], [r, s]]
    joined = {v for edge in H.edges for v in edge[:2]}
    for v in dict.fromkeys(H.outputs):
        if v not in joined:
            operands += [ones, [v]]
    wanted = list(dict.fromkeys(H.outputs))
    if not operands:
        return np.ones((), dtype=dtype)
    if dtype.kind == "O" and n**H.n_vertices > MOST_MAPS:
        raise TooLarge(
            f"X must be smaller for Python's integers, which numpy.einsum sums map by map, got {n} rows for {H}"
        )
    found = np.einsum(*operands, wanted, optimize=dtype.kind != "O")  # on a path it takes numbers of objects for arrays
    return np.diag(found) if len(H.outputs) == 2 and len(wanted) == 1 else found
