"""The problem `contracting-fixed-point`: its canonical call, its result with derivatives, and the laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism_graphs.contracting_fixed_point._system import System, matrix_like

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "FixedPoint", "contracting_fixed_point"]

BANACH = "Banach's fixed-point theorem"
PARK = "Park, Choo & Park 2022"

STATEMENTS = (
    Law(
        "form",
        "x has the shape of bias; iterations, residual and error_bound are there for each graph and head",
        source="porism's interface",
    ),
    Law(
        "error-bound",
        "error_bound is at least the distance from the dense solution of (I - gamma A) x = b, wherever iterations end",
        source=f"{BANACH}, a posteriori",
    ),
    Law("residual", "x moves by no more than residual in another step", source=BANACH),
    Law(
        "contraction",
        "a step brings any two points together by the factor gamma at least, in the declared norm, whatever the gains",
        source=f"{PARK}; parallel edges, loops, hubs",
    ),
    Law("size", "the norm of x is at most that of b over 1 - gamma, and x - b at most gamma times x", source=BANACH),
    Law("small-gamma", "as gamma goes to 0, x goes to b", source="the Neumann series of (I - gamma A)^-1"),
    Law("edgeless", "without edges x is b", source="follows from the definition"),
    Law(
        "monotone",
        "where b is nowhere negative neither is x, and x grows with b",
        source="the Neumann series of (I - gamma A)^-1, whose terms are nonnegative",
    ),
    Law("linear", "x of a combination of biases is the combination", source="follows from the definition"),
    Law("heads", "a head among others comes to what it comes to alone", source="porism's interface"),
    Law("batch", "a graph in a batch comes to what it comes to alone", source="porism's interface"),
    Law(
        "relabelling", "relabelled vertices and shuffled edges give x relabelled", source="follows from the definition"
    ),
    Law(
        "transpose",
        "vjp is the transpose of the derivative: ⟨g, J v⟩ = ⟨Jᵀ g, v⟩ for changes of gains and bias",
        source="the implicit function theorem",
    ),
    Law(
        "fixed-point",
        "x is within tol of the dense solution, relative to b, and a fixed point to that accuracy",
        claim="exact",
        source=BANACH,
    ),
    Law("uniqueness", "iterations from any start, also of size 1e6, end at the same x", claim="exact", source=BANACH),
    Law(
        "gradient",
        "vjp equals central differences of the solution, through gains and bias",
        claim="implicit_gradient",
        source=f"{PARK}, by the implicit function theorem",
    ),
    Law(
        "unrolled-limit",
        "the gradient through T steps tends to vjp as T gamma^T does, and through one step is another",
        claim="implicit_gradient",
        source=PARK,
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FixedPoint(porism.Result):
    """The x with x = γ A x + b, for each head, and derivatives.

    Attributes
    ----------
    x : (n, H) array
        float32 where gains and bias are, float64 otherwise.
    iterations : (G, H) int64 array
        Steps that were made on each graph of the batch and each head.
    residual : (G, H) float64 array
        How much x moves in another step at most, in the norm (largest entry for ``in-degree``, sum of entries for
        ``out-degree``).
    error_bound : (G, H) float64 array
        How far x is from the fixed point at most, in the same norm; rounding is accounted for.
    """

    x: npt.NDArray[Any]
    iterations: npt.NDArray[np.int64]
    residual: npt.NDArray[np.float64]
    error_bound: npt.NDArray[np.float64]
    _system: System
    _method: str
    _options: dict[str, Any]

    def vjp(self, g: npt.ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The gradient of ⟨g, x⟩ by gains and bias: what reverse-mode differentiation asks of a function.

        By the implicit function theorem it takes one more linear solve, (I − γ A)ᵀ v = g, of the same solver to the
        same `tol`, and no iterate of the forward solve. Degrees count as constants.

        Parameters
        ----------
        g : (n, H) array-like
            Gradient of a loss by x.

        Returns
        -------
        grad_gains : (m, H) array
            ∂/∂gains[e, h] = γ/degree · v[i, h] x[j, h] for the edge e from j to i.
        grad_bias : (n, H) array
            v.

        Raises
        ------
        InvalidInput, InvalidType
            If g is no finite matrix of that shape.
        """
        from porism_graphs.contracting_fixed_point.solvers import backward

        given = matrix_like("g", g, self.x.shape[0], self.x.shape[1], "as x has")
        upstream = np.ascontiguousarray(given, dtype=self.x.dtype)
        return backward(self._method, self._system, self.x, upstream, self._options)

    def step(self, y: npt.ArrayLike) -> npt.NDArray[Any]:
        """The map itself, γ A y + b, at any (n, H) array-like y."""
        given = matrix_like("y", y, self.x.shape[0], self.x.shape[1], "as x has")
        return self._system.step(np.ascontiguousarray(given, dtype=self.x.dtype))

    def plot(self, *, steps: int | None = None, ax: Axes | None = None) -> Axes:
        """Draw how steps from 0 come nearer to x, head by head, beside what the theorem promises.

        Parameters
        ----------
        steps : int, optional
            How many; by default as many as gamma needs for 1e-12.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        """
        from porism.validation import as_integer

        system = self._system
        if steps is None:
            steps = int(np.clip(np.log(1e-12) / np.log(system.gamma), 2, 400))
        count = as_integer("steps", steps, 1, 100_000)
        ax = optional.axes(ax, of="porism-graphs")
        y, apart = np.zeros_like(self.x), []
        for _ in range(count + 1):
            apart.append(system.sizes(y - self.x).max(axis=0))
            y = system.step(y)
        largest = float(np.max(apart[0])) or 1.0
        bound = max(float(self.error_bound.max()), 1e-18)
        for head, line in enumerate(np.array(apart).T):  # below its bound, x is no measure
            label = None if head else "a head"
            ax.semilogy(np.where(line > bound, line, np.nan), color="#4c72b0", alpha=0.6, linewidth=1, label=label)
        promised = largest * system.gamma ** np.arange(count + 1)
        ax.semilogy(promised, color="black", linestyle="--", label=f"promised: {system.gamma:g} to the power of steps")
        ax.axhline(bound, color="#c44e52", linewidth=1, label="error bound of x")
        ax.set_ylim(bottom=max(bound / 10, 1e-18))
        ax.set_xlabel("steps from 0")
        ax.set_ylabel("distance from the fixed point")
        ax.legend()
        return ax


@porism.problem(
    "contracting-fixed-point",
    result=FixedPoint,
    tags=("graph", "fixed-point", "layer"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def contracting_fixed_point(  # type: ignore[empty-body]
    edge_index: Any,
    gains: Any,
    bias: Any,
    *,
    gamma: float = 0.5,
    normalize: str = "in-degree",
    batch_ptr: Any = None,
) -> FixedPoint:
    """Find the fixed point of a linear map that contracts along the edges of a graph, with exact derivatives.

    x = γ A x + b, where A_ij sums the gains of the edges from j to i, divided by a degree such that γ A contracts
    whatever the gains are: there is one fixed point, every iteration comes to it, and how far off it is can be told.
    This is the layer of Convergent Graph Solvers: heads are maps of their own on the same edges.

    Parameters
    ----------
    edge_index : (2, m) integer array-like
        Senders j, and receivers i, in 0..n-1. Parallel edges add up, self-loops are allowed; m may be 0.
    gains : (m, H) array-like
        In [0, 1]: a row for each edge, a column for each head.
    bias : (n, H) array-like
        Finite. Gains and bias are computed with in float64, or in float32 if both are of that dtype.
    gamma : float
        Norm of the map at most, strictly between 0 and 1.
    normalize : {"in-degree", "out-degree", "none"}
        What gains are divided by: the number of edges into the receiver (the map then contracts in the largest-entry
        norm), or out of the sender (in the norm that sums entries). With "none" gains into every vertex, or out of
        every vertex, must sum to 1 at most already.
    batch_ptr : (G + 1,) integer array-like, optional
        Vertices before each graph, and all of them: several graphs at once, none of which depends on another.

    Returns
    -------
    FixedPoint

    Raises
    ------
    InvalidInput
        If gamma is not in (0, 1), a gain not in [0, 1], a vertex out of range; if shapes do not fit, a number is not
        finite, an edge leaves its graph, or gains sum to too much for "none".
    InvalidType
        If edge_index or batch_ptr hold no integers, gains or bias no real numbers.
    ResultOverflow
        If x may exceed the range of its dtype.

    Examples
    --------
    >>> from porism import registry
    >>> solve = registry.get("contracting-fixed-point")
    >>> found = solve([[0, 1, 2], [1, 2, 0]], [[1.0], [1.0], [0.5]], [[1.0], [0.0], [0.0]])
    >>> found.x.ravel().round(4).tolist()
    [1.0667, 0.5333, 0.2667]
    >>> gains, bias = found.vjp([[0.0], [0.0], [1.0]])  # how x[2] depends on everything
    >>> bias.ravel().round(4).tolist()
    [0.2667, 0.5333, 1.0667]
    """
