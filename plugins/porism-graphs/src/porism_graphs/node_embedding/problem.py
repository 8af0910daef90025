"""The problem `node-embedding`: its canonical call, its results, and the laws that its solvers keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism_graphs._arguments import as_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "NodeEmbedding", "node_embedding"]

FASTRP = "Chen et al. 2019"

STATEMENTS = (
    Law(
        "form",
        "vectors is a C-ordered (n, dim) array of the asked dtype, finite unless isolated='nan'",
        source="porism's interface",
    ),
    Law(
        "standardized",
        "standardize=True brings every column to mean 0 and standard deviation 1, or to 0 if constant",
        source="the definition",
    ),
    Law(
        "isolated",
        "who has no out-edges has a vector of zeros before standardizing, or NaN with isolated='nan'",
        source="porism's interface",
    ),
    Law(
        "representation",
        "format, duplicates, order of entries, explicit zeros and dtype of A change nothing",
        source="porism's interface",
    ),
    Law("scale", "multiplying all weights by a power of two changes no bit", source="follows from the definition"),
    Law(
        "blocks",
        "on a degree-corrected block model, the nearest of eight centroids names the block of 90 %",
        source="measured, not proved",
    ),
    Law(
        "algebra",
        "with normalize=False, vectors and parts are (sum of alpha_k M^k) L R, computed densely with the same R",
        claim="random_projection",
        source=f"{FASTRP}, Section 3",
    ),
    Law(
        "projection",
        "R has entries ±1/sqrt(dim density) in the share density of places, no preferred sign, and rows of length 1",
        claim="random_projection",
        source="Li, Hastie & Church 2006",
    ),
    Law(
        "projection-rows",
        "each row of R is what NumPy's Philox makes of (seed, row) alone",
        claim="random_projection",
        source="porism's interface",
    ),
    Law(
        "inner-products",
        "inner products are those of the rows of P^3 L, but for errors of 1/sqrt(dim) of their lengths",
        claim="random_projection",
        source="Johnson & Lindenstrauss; Li, Hastie & Church 2006, Section 2",
    ),
    Law(
        "convergence",
        "errors of inner products shrink with 1/sqrt(dim)",
        claim="random_projection",
        source="Li, Hastie & Church 2006, Section 2",
    ),
    Law(
        "same-neighbours",
        "vertices with identical rows of P have identical vectors",
        claim="random_projection",
        source="follows from the definition",
    ),
    Law(
        "degree-side",
        "with R = I the first part is P diag((d/2m)^beta): columns are weighted, rows are not, beta=0 is P itself",
        claim="random_projection",
        source=f"{FASTRP}, Section 3.2",
    ),
    Law(
        "relabelling",
        "relabelling the vertices and the rows of R permutes the vectors",
        claim="random_projection",
        source="follows from the definition",
    ),
    Law(
        "components",
        "vectors in different components have cosines within 9/sqrt(dim) of 0 before standardizing",
        claim="random_projection",
        source="a case of inner-products",
    ),
    Law(
        "merging",
        "each power is normalised by itself, weighted, and then added up",
        claim="random_projection",
        source="the definition",
    ),
    Law(
        "reweighting",
        "reweighted(w) gives the bits that a new call with weights=w gives",
        claim="random_projection",
        source="porism's interface",
    ),
    Law(
        "new-rows",
        "transform_rows of rows of A gives the vectors of those vertices",
        claim="random_projection",
        source="porism's interface",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NodeEmbedding(porism.Result):
    """A vector for each vertex.

    Attributes
    ----------
    vectors : (n, dim) float32 or float64 array
        Row v belongs to vertex v.
    seed : int
        What all random numbers were made from.
    params : dict
        The options that the solver ran with, defaults filled in.
    """

    vectors: npt.NDArray[Any]
    seed: int
    params: dict[str, Any]

    def nearest(self, vertex: int, k: int = 10) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The k vertices whose vectors point most nearly in the direction of a vertex's own, itself left out.

        Parameters
        ----------
        vertex : int
            Whose neighbours.
        k : int
            How many; more than there are others gives all.

        Returns
        -------
        vertices : (min(k, n - 1),) int64 array
            Best first, of equals the one with the lower number.
        cosines : (min(k, n - 1),) float64 array
            The cosines of their angles; 0 for a vector of zeros or NaN.

        Raises
        ------
        InvalidInput
            If there is no such vertex, or k is less than 1.
        """
        n = len(self.vectors)
        if as_integer("vertex", vertex, 0) >= n:
            raise InvalidInput(f"vertex must be in 0..{n - 1}, got {vertex}")
        k = min(as_integer("k", k, 1), n - 1)
        lengths = np.linalg.norm(self.vectors, axis=1).astype(np.float64)
        products = np.asarray(self.vectors @ self.vectors[vertex], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = np.nan_to_num(products / (lengths * lengths[vertex]), nan=0.0, posinf=0.0, neginf=0.0)
        order = np.lexsort((np.arange(n), -cosines))
        order = order[order != vertex][:k]
        return order.astype(np.int64), cosines[order]

    def plot(self, labels: Sequence[object] | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw the vectors in the plane that shows most of them: their first two principal components.

        Parameters
        ----------
        labels : sequence, optional
            A label for each vertex, which colours it.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        InvalidInput
            If `labels` are not as many as vertices.
        """
        n = len(self.vectors)
        if labels is not None and len(labels) != n:
            raise InvalidInput(f"labels must be {n}, one for each vertex, got {len(labels)}")
        ax = optional.axes(ax, of="porism-graphs")
        places, shares = _principal(self.vectors)
        kinds = [None] if labels is None else sorted(set(labels), key=str)
        size = float(np.clip(4000 / n, 4, 60))
        for i, kind in enumerate(kinds):
            chosen = np.ones(n, dtype=bool) if labels is None else np.array([label == kind for label in labels])
            name = None if kind is None else str(kind)
            ax.scatter(
                places[chosen, 0], places[chosen, 1], s=size, color=f"C{i % 10}", label=name, alpha=0.8, linewidths=0
            )
        if labels is not None and len(kinds) <= 20:
            ax.legend(fontsize="small", markerscale=1.5, frameon=False, loc="best")
        ax.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
        ax.set_ylabel(f"second ({shares[1]:.0%})")
        return ax


def _principal(vectors: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coordinates along the first two principal components, and the shares of the variance along them."""
    centred = np.nan_to_num(np.asarray(vectors, dtype=np.float64))
    centred = centred - centred.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    first = axes[:, ::-1][:, :2]
    places, shares = np.zeros((len(centred), 2)), np.zeros(2)
    places[:, : first.shape[1]] = centred @ first
    shares[: first.shape[1]] = variances[::-1][:2] / max(float(variances.sum()), 1e-300)
    return places, shares


@porism.problem(
    "node-embedding",
    result=NodeEmbedding,
    tags=("graph", "embedding"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def node_embedding(  # type: ignore[empty-body]
    A: Any,
    dim: int = 128,
    *,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
) -> NodeEmbedding:
    """Give each vertex of a graph a vector, such that vertices with similar surroundings have similar ones.

    What is then done with vectors is done as with any others: classification of vertices, prediction of links,
    clustering, search for the nearest. All solvers are brought to the same scale at the end, so that a classifier with
    the same regularisation compares what they found and not how long their vectors are.

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix, array-like, networkx, igraph or rustworkx graph, or path of an edge list
        Adjacency: entry (u, v) is the weight of the edge from u to v, nonnegative and finite. Parallel edges add up,
        explicit zeros are no edges; an edge list is read as directed. Copied, never modified.
    dim : int
        Numbers of a vector, at least 1. More than there are vertices are more than the graph holds: a `UserWarning`.
    standardize : bool
        Subtract each column's mean and divide by its standard deviation (by 1 where the column is constant).
    isolated : {"zero", "nan"}
        What vertices without out-edges get: a vector of zeros, which standardizing then moves like any other, to
        -mean/deviation; or NaN, and then they count in no mean.
    dtype : {"float32", "float64"}
        Precision of the vectors, and of the computation (skip-gram training is float32 in any case).
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same vectors on the same machine.

    Returns
    -------
    NodeEmbedding

    Raises
    ------
    InvalidInput
        If A is not square or has no vertex, or holds a weight that is negative, NaN or infinite; if an option is out of
        range.
    InvalidType
        If A is no graph, or an option has the wrong type.
    GraphTooLarge
        From 2^31 vertices or 2^32 stored entries on.
    TooLarge
        If the vectors would not fit in memory.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> A = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])
    >>> registry.get("fastrp")(A, 4, rng=0).vectors.shape
    (4, 4)
    """
