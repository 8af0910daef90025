"""Solvers of `contracting-fixed-point`: plain and accelerated iterations, Krylov, factorization, and
back-propagation's way.

Each is a function (system, options) → (x, iterations, residual, error bound) in :data:`METHODS`, which the solver calls
forward, and `vjp` once more on the adjoint system.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.validation import Report, as_float, as_integer, as_n_jobs, check_memory, counted, reporting
from porism_graphs.contracting_fixed_point._system import System, checked, matrix_like
from porism_graphs.contracting_fixed_point.problem import FixedPoint, contracting_fixed_point

__all__ = ["anderson", "backward", "direct_sparse_lu", "forward", "gmres", "picard", "unrolled"]

Floats = npt.NDArray[Any]
Told = npt.NDArray[np.float64]
Solution = tuple[Floats, Any, Told, Told]

MANY_STEPS = 1_000_000
"""Steps that are not begun unless asked for by `max_iter`."""

PARK_2022 = Paper(
    key="park2022convergent",
    title="Convergent Graph Solvers",
    authors=("Park, Junyoung", "Choo, Jinhyun", "Park, Jinkyoo"),
    year=2022,
    venue="International Conference on Learning Representations (ICLR)",
    arxiv="2106.01680",
    kind="inproceedings",
)

ANDERSON_1965 = Paper(
    key="anderson1965iterative",
    title="Iterative Procedures for Nonlinear Integral Equations",
    authors=("Anderson, Donald G.",),
    year=1965,
    venue="Journal of the ACM",
    volume="12",
    pages="547--560",
    doi="10.1145/321296.321305",
)

SAAD_SCHULTZ_1986 = Paper(
    key="saad1986gmres",
    title="{GMRES}: A Generalized Minimal Residual Algorithm for Solving Nonsymmetric Linear Systems",
    authors=("Saad, Youcef", "Schultz, Martin H."),
    year=1986,
    venue="SIAM Journal on Scientific and Statistical Computing",
    volume="7",
    pages="856--869",
    doi="10.1137/0907058",
)


def forward(method: str, system: System, options: dict[str, Any], report: Report | None = None) -> FixedPoint:
    """The fixed point by one of :data:`METHODS`, with `options` that are checked already."""
    x, iterations, residual, bound = METHODS[method](system, options, report)
    told = np.ascontiguousarray(np.broadcast_to(np.asarray(iterations, dtype=np.int64), system.shape))
    return FixedPoint(x, told, residual, bound, system, method, options)


def backward(method: str, system: System, x: Floats, g: Floats, options: dict[str, Any]) -> tuple[Floats, Floats]:
    """The gradient of ⟨g, x⟩ by gains and bias."""
    if method == "unrolled":
        return _through_steps(system, g, options["n_steps"])
    adjoint = system.adjoint(g)
    v = METHODS[method](adjoint, {**options, "start": None}, None)[0]
    return system.slopes(v, x), v


# -- what several of them take -----------------------------------------------------------------------------------------


def _limit(system: System, tol: float, max_iter: object) -> int:
    """Steps at most: where the caller says nothing, more than the theorem needs from 0 or from anywhere near."""
    if max_iter is not None:
        return as_integer("max_iter", max_iter, 1, 2**31)
    needed = (math.log(tol) + math.log1p(-system.gamma)) / math.log(system.gamma)
    if needed > MANY_STEPS:
        short = f"gamma={system.gamma:.12g} may need {needed:.2g} steps for tol={tol:g}"
        raise InvalidInput(f"gamma must be smaller, or tol larger, or max_iter be given: {short}")
    return 8 * math.ceil(needed) + 1000


def _start(system: System, start: object) -> Floats | None:
    if start is None:
        return None
    given = matrix_like("start", start, system.n, system.heads, "as bias has")
    if float(np.abs(given).max()) > float(np.finfo(system.bias.dtype).max) / (8 * system.n):
        raise InvalidInput(f"start must be small enough to compute with, got {float(np.abs(given).max()):.3g}")
    return np.ascontiguousarray(given, dtype=system.bias.dtype)


def _iterative(system: System, tol: object, max_iter: object, start: object) -> dict[str, Any]:
    accuracy = as_float("tol", tol, 0, 1, ends="()")
    return {"tol": accuracy, "max_iter": _limit(system, accuracy, max_iter), "start": _start(system, start)}


# -- Picard ------------------------------------------------------------------------------------------------------------


@porism.solver(
    contracting_fixed_point,
    "picard",
    aliases=("convergent-layer",),
    paper=PARK_2022,
    complexity="O((m + n) H log(1/tol) / log(1/gamma)) time, O(m H) memory",
    claims=Claims(exact=True, implicit_gradient=True, deterministic=True, thread_invariant=True, interruptible=True),
    default=True,
)
def picard(
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
    tol: float = 1e-10,
    max_iter: int | None = None,
    start: Any = None,
    n_jobs: int | None = None,
    progress: Any = False,
) -> FixedPoint:
    """Picard iteration: apply the map until the last change says, by Banach's theorem, that the rest is below `tol`.

    Compiled: heads are iterated by cache lines of them, edges are streamed in the order of their receivers, and each
    graph and head ends when its own bound is reached, whatever else is in the batch.

    Parameters
    ----------
    tol : float
        Error allowed, relative to the norm of bias, for each graph and head; in (0, 1). Where rounding alone may be
        more, iterations end at that, and `error_bound` says so.
    max_iter : int, optional
        Steps at most; where they end too early, a `ConvergenceWarning` tells the bound. None: as many as `tol` needs.
    start : (n, H) array-like, optional
        Where to begin; 0 by default.
    n_jobs : int, optional
        Threads, as in scikit-learn; the result's bits do not depend on them.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in graphs and blocks of heads.
    """
    threads = as_n_jobs(n_jobs)
    system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
    options = {**_iterative(system, tol, max_iter, start), "n_threads": threads}
    with reporting(progress, "picard") as report:
        return forward("picard", system, options, report)


def _picard(system: System, options: dict[str, Any], report: Report | None) -> Solution:
    arguments = (system.gains, system.scale, system.bias, options["start"], system.norm)
    tol, limit = options["tol"], options["max_iter"]
    x, *told = system.kernel("picard")(*arguments, tol, limit, options["n_threads"], report)
    iterations, change, bound = (part.reshape(system.shape) for part in told)
    if not options.get("quiet"):
        system.warn("picard", iterations, limit, bound, tol)
    return x, iterations, change, bound


# -- sparse LU ---------------------------------------------------------------------------------------------------------


@porism.solver(
    contracting_fixed_point,
    "direct-sparse-lu",
    aliases=("direct",),
    paper=PARK_2022,
    complexity="H factorizations, whose cost fill-in decides: O(n^1.5) time on planar graphs, O(n³) at worst",
    claims=Claims(exact=True, implicit_gradient=True, deterministic=True),
    tags=("exact", "baseline"),
)
def direct_sparse_lu(
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
    progress: Any = False,
) -> FixedPoint:
    """Factorize I − γ A head by head (SuperLU); the factors stay with the result, and `vjp` solves with their
    transpose.

    The paper's inversion, as one would do it on a sparse matrix. On graphs without small separators, such as random
    ones, the factors fill in.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in heads of graphs.
    """
    system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
    with reporting(progress, "direct-sparse-lu") as report:
        return forward("direct", system, {}, report)


def _direct(system: System, options: dict[str, Any], report: Report | None) -> Solution:
    from scipy import sparse
    from scipy.sparse.linalg import splu

    x = np.empty(system.bias.shape)
    factors = system.__dict__.setdefault("factors", {})
    for graph, head in counted(report, system.places):
        first, last = system.graphs[graph : graph + 2]
        b = system.bias[first:last, head].astype(np.float64)
        if (graph, head) in system.__dict__.get("turned_factors", {}):
            x[first:last, head] = system.__dict__["turned_factors"][graph, head].solve(b, trans="T")
            continue
        left = sparse.eye_array(last - first, format="csc") - system.matrix(graph, head).tocsc()
        factors[graph, head] = splu(left)
        x[first:last, head] = factors[graph, head].solve(b)
    found = np.ascontiguousarray(x, dtype=system.bias.dtype)
    return found, 0, *system.certified(found)


# -- Krylov ------------------------------------------------------------------------------------------------------------


@porism.solver(
    contracting_fixed_point,
    "gmres",
    paper=SAAD_SCHULTZ_1986,
    complexity="O((m + n r) H s) time for s steps with restarts after r = 30, O(n r) memory",
    claims=Claims(exact=True, implicit_gradient=True, deterministic=True),
    tags=("krylov", "baseline"),
)
def gmres(
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
    tol: float = 1e-10,
    max_iter: int | None = None,
    start: Any = None,
    progress: Any = False,
) -> FixedPoint:
    """GMRES for I − γ A, graph by graph and head by head (SciPy's), and Picard steps for what it leaves.

    Fewer steps than Picard where gamma is near 1, each of them dearer. Its residual is in the Euclidean norm, and
    rounding may keep it from the tolerance: the map's own steps, which contract in the right norm, end what it began.

    Parameters
    ----------
    tol : float
        Error allowed, relative to the norm of bias, as for `picard`.
    max_iter : int, optional
        Steps at most, as for `picard`.
    start : (n, H) array-like, optional
        Where to begin; 0 by default.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in heads of graphs.
    """
    system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
    options = _iterative(system, tol, max_iter, start)
    with reporting(progress, "gmres") as report:
        return forward("gmres", system, options, report)


def _gmres(system: System, options: dict[str, Any], report: Report | None) -> Solution:
    from scipy.sparse import linalg

    tol, limit = options["tol"], options["max_iter"]
    begin = options["start"]
    x = np.zeros(system.bias.shape) if begin is None else begin.astype(np.float64)
    steps = np.zeros(system.shape, dtype=np.int64)
    sizes, rates = system.sizes(system.bias), system.rates
    for graph, head in counted(report, system.places):
        first, last = system.graphs[graph : graph + 2]
        n = int(last - first)
        matrix, b = system.matrix(graph, head), system.bias[first:last, head].astype(np.float64)
        left = linalg.LinearOperator((n, n), matvec=lambda y, matrix=matrix: y - matrix @ y, dtype=np.float64)
        wanted = tol / 2 * max(1 - rates[graph, head], 0.0) * sizes[graph, head]
        wanted /= math.sqrt(n) if system.norm == "one" else 1.0  # the norms are at most that far apart
        scale = float(np.abs(b).max()) or 1.0  # SciPy's breaks down on numbers near the end of the range

        def count(_: object, place: tuple[int, int] = (graph, head)) -> None:
            steps[place] += 1

        restart = min(n, 30, limit)
        x[first:last, head] = (
            scale
            * linalg.gmres(
                left,
                b / scale,
                x0=x[first:last, head] / scale,
                rtol=0.0,
                atol=wanted / scale,
                restart=restart,
                maxiter=max(1, min(limit, 10 * restart) // restart),
                callback=count,
                callback_type="pr_norm",
            )[0]
        )
    near = np.ascontiguousarray(x, dtype=system.bias.dtype)
    left_to_do = {"tol": tol, "max_iter": max(1, limit - int(steps.min())), "start": near, "n_threads": 1}
    found, more, change, bound = _picard(system, left_to_do | {"quiet": True}, None)
    system.warn("gmres", steps + more, limit, bound, tol)
    return found, steps + more, change, bound


# -- Anderson ----------------------------------------------------------------------------------------------------------


@porism.solver(
    contracting_fixed_point,
    "anderson",
    paper=ANDERSON_1965,
    complexity="O((m + n w²) H s) time for s steps with a window of w, O(n w H) memory",
    claims=Claims(exact=True, implicit_gradient=True, deterministic=True),
    tags=("accelerated",),
)
def anderson(
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
    tol: float = 1e-10,
    max_iter: int | None = None,
    start: Any = None,
    window: int = 5,
    progress: Any = False,
) -> FixedPoint:
    """Anderson acceleration: combine the last few steps so that their changes cancel, and fall back on plain steps.

    Alone it need not converge. Here a combination is kept only if the next change is smaller by the factor gamma at
    least, as it would be after a plain step; otherwise that plain step is made. So it takes twice the steps of Picard
    at worst, and few where gamma is near 1.

    Parameters
    ----------
    tol : float
        Error allowed, relative to the norm of bias, as for `picard`.
    max_iter : int, optional
        Steps at most, as for `picard`; a refused combination counts.
    start : (n, H) array-like, optional
        Where to begin; 0 by default.
    window : int
        How many earlier steps are combined, in 1..50.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``: steps, those allowed, and the largest error bound.
    """
    width = as_integer("window", window, 1, 50)
    system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
    options = _iterative(system, tol, max_iter, start) | {"window": width}
    with reporting(progress, "anderson", "error bound") as report:
        return forward("anderson", system, options, report)


def _anderson(system: System, options: dict[str, Any], report: Report | None) -> Solution:
    tol, limit, width = options["tol"], options["max_iter"], options["window"]
    graph_of, shape = system.graph_of, system.shape
    begin = options["start"]
    x = np.zeros_like(system.bias) if begin is None else begin.copy()
    f = system.step(x) - x
    size = system.sizes(f)
    scale, rates = system.sizes(system.bias), system.rates
    scale[scale == 0] = 1e-30  # as compiled: a start of another size comes to 0, but never quite
    steps, spent = np.ones(shape, dtype=np.int64), 1
    history: list[tuple[Floats, Floats]] = []  # changes of x, and of f
    while True:
        rounded = system.rounding(x)
        bound = system.bound(size, rounded)
        is_open = (bound > np.maximum(tol * scale, system.bound(1.5 * rounded, rounded))) | np.isinf(bound)
        if report is not None:
            report(spent, limit, float(bound.max()))
        if not is_open.any() or spent >= limit:
            break
        moving = is_open[graph_of]
        y = np.where(moving, x + f - _combination(system, history, f), x)
        f_y = system.step(y) - y
        spent += 1
        steps += is_open
        size_y = system.sizes(f_y)
        poor = is_open & ~(size_y <= rates * size)
        if poor.any():  # the plain step of those
            y = np.where(poor[graph_of], x + f, y)
            f_y = system.step(y) - y
            spent += 1
            steps += poor
            size_y = system.sizes(f_y)
        history = [*history, (y - x, f_y - f)][-width:]
        x, f, size = y, f_y, size_y
    system.warn("anderson", np.where(is_open, limit, steps), limit, bound, tol)
    return x, steps, size + rounded, bound


def _combination(system: System, history: list[tuple[Floats, Floats]], f: Floats) -> Floats:
    """What to subtract from a plain step: (ΔX + ΔF) θ for the θ that minimises ‖f − ΔF θ‖₂ on each graph and head."""
    if not history:
        return np.zeros_like(f)
    k = len(history)
    gram, right = np.zeros((*system.shape, k, k)), np.zeros((*system.shape, k, 1))
    largest = np.maximum.reduce([system.sizes(one) for one in (f, *(df for _, df in history))])
    unit = np.where(largest > 0, largest, 1.0)[system.graph_of]  # squares of what is measured in it stay in range
    scaled = [df / unit for _, df in history]
    for a, df in enumerate(scaled):
        np.add.at(right[..., a, 0], system.graph_of, df * (f / unit))
        for b in range(a + 1):
            np.add.at(gram[..., a, b], system.graph_of, df * scaled[b])
            gram[..., b, a] = gram[..., a, b]
    trace = np.trace(gram, axis1=-2, axis2=-1)[..., None, None]
    theta = np.linalg.solve(gram + (1e-13 * trace + 1e-300) * np.eye(k), right)[..., 0]
    combined = np.zeros_like(f)
    for a, (dx, df) in enumerate(history):
        combined += (theta[..., a][system.graph_of] * (dx + df)).astype(f.dtype)
    return combined


# -- through T steps ---------------------------------------------------------------------------------------------------


@porism.solver(
    contracting_fixed_point,
    "unrolled",
    complexity="O((m + n) H T) time, O(n H T) memory for T steps",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def unrolled(
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
    n_steps: int = 50,
    memory_limit: int | None = None,
    progress: Any = False,
) -> FixedPoint:
    """Back-propagation's way: T steps from 0, and the gradient through all of them, which takes keeping every iterate.

    What automatic differentiation does with the loop. `vjp` is exact for the T-th iterate, not for the fixed point.

    Parameters
    ----------
    n_steps : int
        T, at least 1.
    memory_limit : int, optional
        Bytes that the iterates may take. None: nine tenths of the memory available.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, value)``, in steps.

    Raises
    ------
    TooLarge
        If they may take more.
    """
    steps = as_integer("n_steps", n_steps, 1, 1_000_000)
    system = checked(edge_index, gains, bias, gamma, normalize, batch_ptr)
    needed = (steps + 1) * system.bias.nbytes
    check_memory(f"unrolled: the iterates of n_steps={steps} steps", needed, memory_limit)
    with reporting(progress, "unrolled") as report:
        return forward("unrolled", system, {"n_steps": steps}, report)


def _unrolled(system: System, options: dict[str, Any], report: Report | None) -> Solution:
    x = np.zeros_like(system.bias)
    for _ in counted(report, range(options["n_steps"])):
        x = system.step(x)
    return x, options["n_steps"], *system.certified(x)


def _through_steps(system: System, g: Floats, n_steps: int) -> tuple[Floats, Floats]:
    """Reverse mode through the loop, its tape made anew: x_{t+1} = γ A x_t + b."""
    tape = [np.zeros_like(system.bias)]
    for _ in range(n_steps):
        tape.append(system.step(tape[-1]))
    adjoint = system.adjoint(np.zeros_like(g))
    gains, bias = np.zeros_like(system.gains), np.zeros_like(system.bias)
    for t in range(n_steps - 1, -1, -1):
        bias += g
        gains += system.slopes(g, tape[t])
        g = adjoint.linear(g)
    return gains, bias


METHODS: dict[str, Callable[[System, dict[str, Any], Report | None], Solution]] = {
    "picard": _picard,
    "direct": _direct,
    "gmres": _gmres,
    "anderson": _anderson,
    "unrolled": _unrolled,
}
