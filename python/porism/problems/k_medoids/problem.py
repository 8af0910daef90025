"""The problem `k-medoids`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "KMedoidsResult", "k_medoids"]

STATEMENTS = (
    Law("partition", "medoids are k distinct objects, each labelled with its own cluster, so no cluster is empty"),
    Law("nearest", "every object is labelled with its nearest medoid"),
    Law("loss", "loss is the sum of the dissimilarities of all objects to their medoids"),
    Law("history", "losses never increase from pass to pass, and end at loss"),
    Law("layout", "memory layout, byte order and writeability of X change nothing"),
    Law("scaling", "multiplying every dissimilarity by a power of two multiplies the loss by it and keeps the medoids"),
    Law("asymmetric", "with symmetric=False the dissimilarity of object o to medoid m is X[o, m], not X[m, o]"),
    Law("zero-passes", "max_iter=0 only assigns: the medoids are the initial ones, and converged is False"),
    Law(
        "local-optimum",
        "a converged result cannot be improved by exchanging any one medoid for any one other object",
        claim="local_optimum",
        source="Kaufman & Rousseeuw 1987 (SWAP); brute force over all k(n-k) exchanges",
    ),
    Law(
        "approximation",
        "on a metric, a converged loss is at most 5 times the optimum",
        claim="local_optimum",
        source="Arya et al. 2004, Theorem 3.5 with p = 1 (the locality gap of single swaps)",
    ),
    Law(
        "same-result",
        "the swaps are those of the claimed solver, one by one: same medoids, loss and passes from the same start",
        claim="same_result_as",
        source="Schubert & Rousseeuw 2019, Section 3",
    ),
    Law(
        "permutation",
        "relabelling the objects relabels the medoids and keeps the loss, where there are no ties",
        claim="order_free",
    ),
    Law(
        "work",
        "a pass reads at most n(n-k) dissimilarities for its candidates, whatever k",
        claim="fast_swap",
        source="Schubert & Rousseeuw 2021, Section 4 (removal of the factor k)",
    ),
    Law(
        "quality",
        "the best of ten random starts is within 1 % of the best known loss on three data sets",
        claim="local_optimum",
        source="Schubert & Rousseeuw 2021, Section 6",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KMedoidsResult(porism.Result):
    """A clustering around k medoids.

    Attributes
    ----------
    medoids : (k,) int64 array
        The chosen objects, as indices of rows of X.
    labels : (n,) int64 array
        For every object the position of its medoid in `medoids`, 0 … k-1.
    loss : float
        Sum of the dissimilarities of all objects to their medoids, in the unit of the metric.
    n_iter : int
        Passes over the candidates.
    n_swap : int
        Medoids exchanged after the initialisation.
    converged : bool
        Whether the search ended by itself; False if `max_iter` ended it.
    losses : (n_iter + 1,) float64 array
        The loss after the initialisation and after each pass.
    distances : (n,) float64 array
        Dissimilarity of every object to its medoid.
    n_eval : int
        Candidate exchanges evaluated (one candidate against all k medoids counts as one where the solver shares that
        work).
    n_dist : int
        Dissimilarities read by the search.
    """

    medoids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    loss: float
    n_iter: int
    n_swap: int
    converged: bool
    losses: npt.NDArray[np.float64] = field(repr=False)
    distances: npt.NDArray[np.float64] = field(repr=False)
    n_eval: int = field(repr=False)
    n_dist: int = field(repr=False)

    def plot(self, X: npt.ArrayLike | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw the clustering.

        Parameters
        ----------
        X : (n, d) array-like, optional
            The data: drawn in the plane of its first two principal components, medoids ringed.
            Without it, each cluster's dissimilarities to its medoid are drawn, sorted: flat curves are tight clusters.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism[plot]'``.
        InvalidInput
            If X has another number of rows.
        """
        from porism.problems.k_medoids._plot import plot

        return plot(self, X, ax)


@porism.problem(
    "k-medoids",
    result=KMedoidsResult,
    tags=("clustering", "facility-location"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def k_medoids(X: npt.ArrayLike, k: int, *, metric: str = "euclidean", rng: Rng = None) -> KMedoidsResult:  # type: ignore[empty-body]
    """Choose k of n objects as medoids, minimising the summed dissimilarity of all objects to their nearest medoid.

    Medoids are objects of the data, so any dissimilarity will do, and each medoid can be looked at: an exemplar, a
    prototype, a site. The problem is NP-hard; solvers find local optima, which are close to the best in practice.

    Parameters
    ----------
    X : (n, d) array of float32 or float64, or (n, n) with metric="precomputed"
        One object a row; or the dissimilarity matrix, where X[o, m] is the dissimilarity of object o to medoid m.
        float32 and float64 in C order are read in place; other layouts and real dtypes are copied (integers to
        float64).
    k : int
        Number of medoids, 1 … n.
    metric : str
        ``"euclidean"``, ``"sqeuclidean"``, ``"manhattan"``, ``"cosine"`` or ``"precomputed"``.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    KMedoidsResult

    Raises
    ------
    InvalidInput
        If X is empty, holds NaN or infinities (+inf is allowed in a precomputed matrix: a forbidden pair), or is
        precomputed and not square, negative somewhere, asymmetric, or nonzero on the diagonal; if k is out of range.
    InvalidType
        If X holds no real numbers, or k is no integer.
    TooLarge
        If the dissimilarity matrix would not fit.
    """
