"""The problem `equivariant-polynomial-basis`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import porism
from porism import Law, optional
from porism.validation import as_choice, as_flag, as_integer
from porism_graphs._polynomials.enumeration import Family
from porism_graphs._polynomials.polynomial import GraphPolynomial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OUTPUTS", "STATEMENTS", "PolynomialBasis", "as_family", "equivariant_polynomial_basis"]

OUTPUTS = ("graph", "node", "edge")

BASIS = "Puny et al. 2023, section 3: P_H over non-isomorphic H is a basis"

STATEMENTS = (
    Law("count", "count is the number of orbits of S_n on monomials and outputs", source="Burnside's lemma"),
    Law(
        "table",
        "without a limit on n the counts are those of the table, Bell(o + 2) among them at degree 1",
        claim="any_size",
        source="Burnside's lemma; Maron et al. 2019 for degree 1",
    ),
    Law(
        "listed",
        "the polynomials are as many as count, of the kind asked for, none isomorphic",
        claim="lists",
        source="the definition",
    ),
    Law("independent", "the polynomials are linearly independent: their rank is count", claim="lists", source=BASIS),
    Law("spanning", "the sums over orbits of monomials lie in their span", claim="lists", source=BASIS),
    Law(
        "limited",
        "those for n indices are those without a limit that have n vertices at most",
        claim="lists",
        source="follows from the definition",
    ),
    Law(
        "restriction",
        "on symmetric matrices the basis for all matrices has the rank of the one for symmetric matrices",
        claim="lists",
        source="follows from the definition",
    ),
    Law(
        "transposing",
        "exchanging the two outputs maps the basis to itself",
        claim="lists",
        source="follows from the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolynomialBasis(porism.Result):
    """A basis of the equivariant polynomials of one degree.

    Attributes
    ----------
    count : int
        How many there are.
    polynomials : tuple of GraphPolynomial, or None
        Each once; None by a solver that only counts.
    """

    count: int
    polynomials: tuple[GraphPolynomial, ...] | None = field(repr=False, default=None)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[GraphPolynomial]:
        return iter(self._listed())

    def _listed(self) -> tuple[GraphPolynomial, ...]:
        if self.polynomials is None:
            raise porism.InvalidInput("polynomials must have been listed, which a solver that counts does not do")
        return self.polynomials

    def plot(self, *, most: int = 60) -> Figure:
        """Draw the multigraphs: outputs filled, arrows where direction counts, figures for powers.

        Parameters
        ----------
        most : int
            How many are drawn.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        InvalidInput
            If only their number is known.
        """
        optional.require("matplotlib.pyplot", "plot", of="porism-graphs")
        from porism_graphs._polynomials.drawing import drawn

        return drawn(self._listed()[: as_integer("most", most, 1)])


MOST_DEGREE = 1000
"""Beyond it there is more to add up than anybody waits for, however few vertices there are."""


def as_family(
    degree: object,
    output: object,
    symmetric: object,
    loops: object,
    simple: object,
    connected: object,
    n: object,
    channels: object,
) -> Family:
    """The checked arguments; errors as :func:`equivariant_polynomial_basis` documents."""
    return Family(
        as_integer("degree", degree, 0, MOST_DEGREE),
        as_choice("output", output, OUTPUTS),
        as_flag("symmetric", symmetric),
        as_flag("loops", loops),
        as_flag("simple", simple),
        as_flag("connected", connected),
        None if n is None else as_integer("n", n, 1),
        as_integer("channels", channels, 1, 64),
    )


@porism.problem(
    "equivariant-polynomial-basis",
    result=PolynomialBasis,
    tags=("graph", "algebra"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def equivariant_polynomial_basis(  # type: ignore[empty-body]
    degree: int,
    output: str = "graph",
    *,
    symmetric: bool = False,
    loops: bool = True,
    simple: bool = False,
    connected: bool = False,
    n: int | None = None,
    channels: int = 1,
) -> PolynomialBasis:
    """List, or count, a basis of the polynomials of a matrix that commute with relabelling its indices.

    A polynomial map of degree d from matrices X (entry (i, j) is data of the pair, the diagonal data of nodes) to a
    number, a vector or a matrix is equivariant if permuting the indices of X permutes its values. The basis is
    { P_H }: one polynomial for each multigraph H with d edges and outputs as marked vertices, up to isomorphism.

    Parameters
    ----------
    degree : int
        Edges of each H, at most 1000.
    output : {"graph", "node", "edge"}
        Whether values are numbers, vectors or matrices. For matrices the two outputs may be one vertex, which gives
        diagonal ones, and they are told apart.
    symmetric : bool
        For symmetric X: edges have no direction.
    loops : bool
        Whether X has a diagonal; False leaves out loops.
    simple : bool
        For entries 0 and 1 off the diagonal and 0 on it, of which powers are the same: no loops, no edge twice. The
        polynomials of all degrees up to d together are then independent, and span what those degrees can.
    connected : bool
        Leaves out products with a polynomial without outputs: every component of H holds an output. Without outputs H
        has one component.
    n : int, optional
        For matrices of n rows only: polynomials of more than n vertices depend on others. None: for n so large that
        none do, 2 d and one for each output.
    channels : int
        Matrices that X holds, as an array of shape (n, n, channels).

    Returns
    -------
    PolynomialBasis

    Raises
    ------
    InvalidInput
        If degree is negative, n or channels below 1, or output something else.
    InvalidType
        If an integer or flag is none.

    Examples
    --------
    >>> from porism import registry
    >>> basis = registry.get("equivariant-polynomial-basis")
    >>> [basis(1, output).count for output in ("graph", "node", "edge")]  # the last is Bell(4): linear layers
    [2, 5, 15]
    >>> for H in basis(3, "node", symmetric=True, simple=True, connected=True):
    ...     print(H)
    [0] 0-1 0-2 1-2
    [0] 0-1 0-2 0-3
    [0] 0-1 0-2 2-3
    [0] 0-1 1-2 1-3
    [0] 0-1 1-3 2-3
    """
