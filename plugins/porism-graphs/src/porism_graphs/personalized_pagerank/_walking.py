"""What the solvers that draw random walks share: the graph as kernels want it, and how an answer becomes a result."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.validation import Report
from porism_graphs._graph import Graph, to_kernel
from porism_graphs.personalized_pagerank.problem import PPRResult

if TYPE_CHECKING:
    from porism.kernels import graph as kernel

__all__ = ["BOUNDS", "WalkGraph", "check_alpha", "finish", "from_kernel", "mass_of"]

Floats = npt.NDArray[np.float64]

UNIT = 2.0**-53
"""Relative error of one rounding."""

BOUNDS = ("residual", "mass")

TERMS = 1
"""Terms of the residual's walk that are computed for a bound. Each costs what the residual costs, and brings the bound
nearer: by noise that cancels where walks meet."""

SLOWEST = 1e-6
"""The least alpha that walks are drawn for: they have 1/alpha steps in the mean."""


class WalkGraph:
    """A graph to walk on, with what kernels make of it, once in each process that it gets to.

    Parameters
    ----------
    graph : Graph
        With self-loops in place already for ``dangling="stay"``.
    """

    def __init__(self, graph: Graph) -> None:
        transitions = graph.transitions
        if transitions.nnz and not transitions.data.all():  # probabilities that underflowed: edges that nobody takes
            transitions = transitions.copy()
            transitions.eliminate_zeros()
        self.transitions = transitions

    @property
    def n(self) -> int:
        """Number of vertices."""
        return int(self.transitions.shape[0])

    @cached_property
    def matrix(self) -> kernel.Csr:
        """The transitions, for kernels."""
        return to_kernel(self.transitions)

    @cached_property
    def walker(self) -> kernel.Walker:
        """The transitions, prepared for random steps."""
        from porism.kernels import graph as kernel

        return kernel.Walker(self.matrix)

    @cached_property
    def widest(self) -> int:
        """In-edges and out-edges of a vertex at most: how many roundings there may be in a step."""
        out = np.diff(self.transitions.indptr).max(initial=0)
        return int(out + np.bincount(self.transitions.indices, minlength=1).max())

    @cached_property
    def digest(self) -> str:
        """What tells this graph from any other: a hash of its transition matrix."""
        made = hashlib.sha256(str(self.n).encode())
        for part, dtype in ((self.transitions.indptr, "<i8"), (self.transitions.indices, "<u4")):
            made.update(np.ascontiguousarray(part, dtype=dtype).data)
        made.update(np.ascontiguousarray(self.transitions.data, dtype="<f8").data)
        return made.hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        return {"transitions": self.transitions}

    def whole(self, sources: Any) -> npt.NDArray[np.bool_]:
        """For each row of `sources`, whether no walker from there can die, as far as that is seen at a glance.

        It is where no vertex without out-edges has in-edges, and none is a source.
        """
        ends = np.diff(self.transitions.indptr) == 0
        if ends[self.transitions.indices].any():
            return np.zeros(sources.shape[0], dtype=bool)
        return np.asarray(sources @ ends.astype(np.float64) == 0)


def check_alpha(alpha: float) -> None:
    """Walks end within reason.

    Raises
    ------
    InvalidInput
        If a walk would have more than a million steps in the mean.
    """
    if alpha < SLOWEST:
        raise InvalidInput(
            f"alpha must be {SLOWEST:g} or more where walks are drawn, which have 1/alpha steps; got {alpha:g}"
        )


def from_kernel(matrix: kernel.Csr) -> Any:
    """A kernel's matrix as a csr_array."""
    from scipy import sparse

    indptr, indices, data = matrix.arrays()
    narrow = np.int32 if len(data) < 2**31 else np.int64
    return sparse.csr_array((data, indices.astype(narrow, copy=False), indptr.astype(narrow)), shape=matrix.shape)


def mass_of(rows: Any) -> Floats:
    """The sum of each row."""
    return np.asarray(rows.sum(axis=1), dtype=np.float64).reshape(-1)


def finish(
    graph: WalkGraph,
    sources: Any,
    answers: Any,
    alpha: float,
    *,
    known: Floats,
    open_mass: Floats,
    lost: Floats,
    n_steps: int,
    bound: str,
    normalize: bool,
    n_jobs: int,
    progress: Report | None = None,
) -> PPRResult:
    """The result of a query whose killed walk was estimated.

    Parameters
    ----------
    graph : WalkGraph
        Where it walked.
    sources : (q, n) csr_array
        Where it started.
    answers : (q, n) csr_array
        The estimates: nonnegative, any mass. Overwritten.
    known : (q,) array
        How much of that mass was computed and not estimated; it lies below the truth everywhere.
    open_mass : (q,) array
        The walking mass whose fate was estimated, or lost.
    lost : (q,) array
        The share of it that was lost.

    Notes
    -----
    The bound is certain, whatever was drawn. With ``bound="residual"`` it comes from the equation that the scores
    solve: x = alpha s + M x, where M = (1-alpha) P^T takes a share alpha of any mass away, so that an answer a with
    residual r = alpha s + M a - a is off by r + M r + M^2 r + …, whose L1 norm is that of r plus that of M r over alpha
    at most. With ``bound="mass"`` it is what costs nothing: all that was estimated may lie in the wrong place. The
    lesser of both is what the first gives.

    Dividing by its mass takes an answer at most twice as far away. Where no walker dies the true mass is 1, and the
    bound is of the divided answer itself.
    """
    from porism.kernels import graph as kernel

    n, q = graph.n, len(lost)
    mass = mass_of(answers)
    rounded = 4 * UNIT * (graph.widest + n_steps + 8) * (mass + 1) / alpha
    scaled = answers
    if normalize:
        empty = np.flatnonzero(mass <= 0)
        if empty.size:  # nothing was found out, which the bound of 2 says
            answers = _replaced(answers, empty, sources)
            mass = np.where(mass > 0, mass, 1.0)
        scaled = answers.copy()
        scaled.data /= np.repeat(mass, np.diff(answers.indptr))
        # a second division takes care of the rounding of long sums
        scaled.data /= np.repeat(mass_of(scaled), np.diff(answers.indptr))
    if normalize:  # the answer and the truth share at least what is known, each a distribution
        far = 2 * (1 - known / np.maximum(known + open_mass, mass))
    else:
        far = np.maximum(mass - known, 0.0) + open_mass
    if bound == "residual":
        judged, factor = answers, np.ones(q)
        if normalize:
            whole = graph.whole(sources)
            judged = scaled if whole.all() else answers.copy()
            if whole.any() and judged is not scaled:
                rows = np.repeat(whole, np.diff(answers.indptr))
                judged.data[rows] = scaled.data[rows]
            factor = np.where(whole, 1.0, 2 / mass)
        found = kernel.distance_bounds(
            graph.matrix, to_kernel(sources), to_kernel(judged), alpha, TERMS, n_jobs, progress
        )
        far = np.minimum(far, factor * found)
    far = far * (1 + 1e-9) + rounded / (mass / 2 if normalize else 1.0)
    if normalize:
        far = np.minimum(far, 2.0)
    assert far.shape == (q,)
    assert scaled.shape == (q, n)
    return PPRResult(scaled, np.minimum(lost, 1.0), np.asarray(far, dtype=np.float64), n_steps)


def _replaced(answers: Any, which: npt.NDArray[np.intp], rows: Any) -> Any:
    from scipy import sparse

    keep = np.ones(answers.shape[0])
    keep[which] = 0.0
    made = sparse.diags_array(keep) @ answers + sparse.diags_array(1.0 - keep) @ rows
    made = sparse.csr_array(made)
    made.eliminate_zeros()
    made.sort_indices()
    return made
