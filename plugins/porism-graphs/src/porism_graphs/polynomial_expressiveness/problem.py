"""The problem `polynomial-expressiveness`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism_graphs._polynomials.bank import Instruction, run
from porism_graphs._polynomials.data import arithmetic, as_data
from porism_graphs._polynomials.polynomial import GraphPolynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "Expressiveness", "ExpressivenessReport", "polynomial_expressiveness"]

BANKS = "Puny et al. 2023, section 4: a bank computes P_H by contracting vertices of H"

STATEMENTS = (
    Law(
        "form",
        "order holds vertices that are no outputs, all of them where H is expressible, each once",
        source="porism's interface",
    ),
    Law("reproduces", "the program, carried out on an integer matrix, gives the values of P_H exactly", source=BANKS),
    Law(
        "bank",
        "the program has only what the model has: no products of matrices for mpnn, no transposes for ppgn",
        source="the definition",
    ),
    Law("decides", "H is expressible if and only if some order of elimination exists, all being tried", source=BANKS),
    Law(
        "relabelling",
        "how the vertices of H are numbered does not change the answer",
        source="follows from the definition",
    ),
    Law(
        "hierarchy",
        "what mpnn or ppgn expresses ppgn-symmetric does, and a wider bank what a narrower one does",
        source="follows from the definition",
    ),
    Law(
        "refinement",
        "what mpnn expresses is equal on a hexagon and two triangles, at every vertex; triangles are not",
        source="Morris et al. 2019; Xu et al. 2019: message passing is no finer than colour refinement",
    ),
    Law(
        "strongly-regular",
        "graph polynomials that ppgn expresses are equal on Shrikhande's graph and the 4 by 4 rook's; K4 is not",
        source="Dell, Grohe & Rattan 2018: equal homomorphism counts from treewidth 2",
    ),
    Law(
        "first-failures",
        "for simple graphs mpnn fails first at degree 3 (pairs: 2), edge banks at K4 (pairs: K4 less its output edge)",
        source="by elimination: K4 is the least graph without a vertex of degree two",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Expressiveness(porism.Result):
    """Whether a model computes a polynomial, and how.

    Attributes
    ----------
    expressible : bool
    order : tuple of int
        Vertices in the order in which they are contracted; where H is not expressible, as far as a longest try came.
    program : tuple of Instruction
        The same as operations on tensors, which `run` carries out; empty where H is not expressible.
    polynomial : GraphPolynomial
        H.
    """

    expressible: bool
    order: tuple[int, ...]
    program: tuple[Instruction, ...] = field(repr=False)
    polynomial: GraphPolynomial = field(repr=False)

    def run(self, X: Any) -> npt.NDArray[Any]:
        """The values of P_H at X, by the program: as `equivariant-polynomial-evaluation` gives them for an array.

        Raises
        ------
        InvalidInput
            If H is not expressible, or X is none for it.
        """
        if not self.expressible:
            raise InvalidInput(f"run must be called where expressible is true, {self.polynomial} is not expressible")
        data = as_data("X", X, [self.polynomial])
        numbers = arithmetic([self.polynomial], data, None)
        made = run(self.program, tuple(c.astype(numbers.whole) for c in data.dense()))
        if numbers.outside.kind == "i" and made.dtype.kind == "f":
            made = np.rint(made)
        return made.astype(numbers.outside)

    def __str__(self) -> str:
        if self.expressible:
            return "\n".join(map(str, self.program))
        return f"not expressible: {len(self.order)} of {self.polynomial.n_summed} vertices contracted"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExpressivenessReport(porism.Result):
    """How many polynomials of each degree a model computes.

    Attributes
    ----------
    model, output : str
    totals, expressible : (max_degree + 1,) int64 arrays
        How many there are of each degree, and how many of them the model computes.
    missing : tuple of GraphPolynomial
        Those that it does not.
    """

    model: str
    output: str
    totals: npt.NDArray[np.int64]
    expressible: npt.NDArray[np.int64]
    missing: tuple[GraphPolynomial, ...] = field(repr=False)

    @property
    def first_failure(self) -> int | None:
        """The least degree at which one is missing; None if none is."""
        return min((H.degree for H in self.missing), default=None)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw how many polynomials of each degree are expressible, and how many are not.

        Parameters
        ----------
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
        ax = optional.axes(ax, of="porism-graphs")
        degrees = np.arange(len(self.totals))
        ax.bar(degrees, self.expressible, color="#4c72b0", label=f"{self.model} computes")
        ax.bar(degrees, self.totals - self.expressible, bottom=self.expressible, color="#c44e52", label="it does not")
        ax.set_yscale("symlog")
        ax.set_xticks(degrees)
        ax.set_xlabel("degree")
        ax.set_ylabel(f"{self.output} polynomials")
        ax.legend()
        return ax


@porism.problem(
    "polynomial-expressiveness",
    result=Expressiveness,
    tags=("graph", "algebra"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def polynomial_expressiveness(H: GraphPolynomial, model: str) -> Expressiveness:  # type: ignore[empty-body]
    """Decide whether an architecture of graph networks can compute an equivariant polynomial exactly, and say how.

    A model is a bank of tensors over the nodes. It contracts a vertex of H that is no output by multiplying the tensors
    that touch it and summing over it, if the result fits in the bank: if the vertex has few enough neighbours. H is
    computable that way if nothing but outputs can be left.

    Parameters
    ----------
    H : GraphPolynomial
        For simple graphs, one with ``symmetric=True``, no loops and no edge twice.
    model : {"mpnn", "ppgn", "ppgn-symmetric", "1-bank", "2-bank", …}
        ``"mpnn"`` sends messages along the given edges, in both directions: a vertex with one neighbour. ``"ppgn"``
        multiplies matrices, entry by entry too, and has no transpose: two neighbours, in the direction of the product.
        ``"ppgn-symmetric"`` has. ``"k-bank"`` has tensors with k axes, and transposes. Between two outputs every model
        has the given edges.

    Returns
    -------
    Expressiveness

    Raises
    ------
    InvalidInput
        If there is no such model.
    InvalidType
        If H is no GraphPolynomial.

    Examples
    --------
    >>> from porism_graphs import GraphPolynomial, polynomial_expressiveness
    >>> triangle = GraphPolynomial([(0, 1), (1, 2), (0, 2)], (0,), symmetric=True)
    >>> polynomial_expressiveness(triangle, "mpnn").expressible
    False
    >>> print(polynomial_expressiveness(triangle, "ppgn"))
    m0 = X
    m1 = m0 @ m0
    m2 = m0 * m1
    v3 = m2 @ 1
    y = outputs(v3)
    """
