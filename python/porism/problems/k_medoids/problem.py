"""The problem `k-medoids`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Rng, as_n_jobs
from porism.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism.problems.k_medoids._objects import Prototypes

__all__ = ["STATEMENTS", "KMedoidsResult", "k_medoids"]

STATEMENTS = (
    Law(
        "partition",
        "medoids are k distinct objects, each labelled with its own cluster, so no cluster is empty",
        source="the definition",
    ),
    Law("nearest", "every object is labelled with its nearest medoid", source="the definition"),
    Law("loss", "loss is the sum of the dissimilarities of all objects to their medoids", source="the definition"),
    Law(
        "history",
        "losses never increase, end at loss, and where a search descends pass by pass there is one of each",
        source="porism's interface",
    ),
    Law("layout", "memory layout, byte order and writeability of X change nothing", source="porism's interface"),
    Law(
        "scaling",
        "multiplying every dissimilarity by a power of two multiplies the loss by it and keeps the medoids",
        source="follows from the definition",
    ),
    Law(
        "asymmetric",
        "with symmetric=False the dissimilarity of object o to medoid m is X[o, m], not X[m, o]",
        source="porism's interface",
    ),
    Law(
        "metrics",
        "every metric is what its definition says, and a callable gives what the same metric gives by name",
        source="the definition",
    ),
    Law(
        "condensed",
        "a condensed matrix, in SciPy's order, gives what the square one gives",
        source="porism's interface",
    ),
    Law(
        "weights",
        "an object of integer weight w counts as w objects, and one of weight 0 that may not be a medoid as none",
        source="the definition",
    ),
    Law(
        "constraints",
        "fixed medoids come first and stay, forbidden ones never appear, everything else is as without",
        source="porism's interface",
    ),
    Law(
        "restarts",
        "n_init=r gives the best of the runs that r calls with the same generator give",
        source="porism's interface",
    ),
    Law("patience", "more passes never make the loss worse", claim="descent", source="follows from the definition"),
    Law(
        "no-matrix",
        "matrix=False gives the same result without ever making the matrix",
        claim="no_matrix",
        source="porism's interface",
    ),
    Law(
        "perturbation",
        "rounds of perturbation never make the loss worse, and end in a local optimum",
        claim="perturbs",
        source="porism's interface",
    ),
    Law(
        "certificate",
        "with max_neighbor=n-k the result is a local optimum",
        claim="certificate",
        source="Schubert & Rousseeuw 2021, Section 5; brute force over all k(n-k) exchanges",
    ),
    Law(
        "seeding",
        "the mean loss of kmeans++ starts is at most 4(ln k + 2) times the optimum, and less than that of random ones",
        claim="local_optimum",
        source="Arthur & Vassilvitskii 2007, Theorem 3.1 in its form for exponent 1",
    ),
    Law(
        "integers",
        "integer dissimilarities are summed exactly, beyond what a float holds",
        claim="exact_integers",
        source="porism's interface",
    ),
    Law(
        "predict",
        "predicting the objects that were clustered finds their nearest medoids again",
        claim="predicts",
        source="the definition",
    ),
    Law(
        "zero-passes",
        "max_iter=0 only assigns: the medoids are the initial ones, and converged is False",
        source="porism's interface",
    ),
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
        "swaps",
        "every swap is the one that recomputing the loss of all exchanges chooses: eagerly, or the best of them all",
        claim="swaps",
        source="Schubert & Rousseeuw 2021, Algorithms 1 and 4: the gains, the state after each swap and what is "
        "skipped, seen from outside",
    ),
    Law(
        "permutation",
        "relabelling the objects relabels the medoids and keeps the loss, where there are no ties",
        claim="order_free",
        source="follows from the definition",
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
        Sum of the dissimilarities of all objects to their medoids, each times its weight, in the unit of the metric.
    n_iter : int
        Passes over the candidates.
    n_swap : int
        Medoids exchanged after the initialisation.
    converged : bool
        Whether the search ended by itself; False if `max_iter` ended it.
    losses : (n_iter + 1,) float64 array
        The loss after the initialisation and after each pass. Searches that do not see all objects after each pass, or
        that jump (samples, restarts, perturbation, no matrix), have those losses that are known, at least the last.
    distances : (n,) float64 array
        Dissimilarity of every object to its medoid.
    n_eval : int
        Candidate exchanges evaluated (one candidate against all k medoids counts as one where the solver shares that
        work).
    n_dist : int
        Dissimilarities read by the search.

    Where X was a precomputed matrix of integers, `loss` is an int, `losses` and `distances` are int64: exact.
    """

    medoids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    loss: float
    n_iter: int
    n_swap: int
    converged: bool
    losses: npt.NDArray[Any] = field(repr=False)
    distances: npt.NDArray[Any] = field(repr=False)
    n_eval: int = field(repr=False)
    n_dist: int = field(repr=False)
    _prototypes: Prototypes | None = field(default=None, repr=False)

    def predict(self, X: Any, *, n_jobs: int | None = None) -> npt.NDArray[np.int64]:
        """Label new objects with their nearest medoid.

        Parameters
        ----------
        X : (m, d) array
            New objects, like those that were clustered: rows with the same columns, or a sequence of objects where the
            metric is a callable. For a precomputed matrix their dissimilarities to the medoids, (m, k), or to all
            objects that were clustered, (m, n).
        n_jobs : int or None
            Threads, as in the solvers.

        Returns
        -------
        (m,) int64 array
            For every new object a position in `medoids`, the first of equally near ones.

        Raises
        ------
        InvalidInput, InvalidType
            If X is not like the data that was clustered, or the solver kept no medoids to compare with.
        """
        nearest: npt.NDArray[np.int64] = np.argmin(self.dissimilarities(X, n_jobs=n_jobs), axis=1).astype(np.int64)
        return nearest

    def dissimilarities(self, X: Any, *, n_jobs: int | None = None) -> npt.NDArray[Any]:
        """Compare new objects with every medoid; parameters and errors as of :meth:`predict`.

        Returns
        -------
        (m, k) array
            The dissimilarity of each new object to each medoid, in the floating type of X and the data clustered.
        """
        threads = as_n_jobs(n_jobs)
        if self._prototypes is None:
            raise InvalidInput("predict needs the medoids themselves, got a result whose solver did not keep them")
        return self._prototypes.distances(X, threads)

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
def k_medoids(  # type: ignore[empty-body]
    X: Any, k: int, *, metric: str | Callable[..., float] = "euclidean", rng: Rng = None
) -> KMedoidsResult:
    """Choose k of n objects as medoids, minimising the summed dissimilarity of all objects to their nearest medoid.

    Medoids are objects of the data, so any dissimilarity will do, and each medoid can be looked at: an exemplar, a
    prototype, a site. The problem is NP-hard; solvers find local optima, which are close to the best in practice.

    Parameters
    ----------
    X : (n, d) array of float32 or float64, or (n, n) with metric="precomputed"
        One object a row; or the dissimilarity matrix, where X[o, m] is the dissimilarity of object o to medoid m, or
        that matrix in SciPy's condensed form.
        float32 and float64 in C order are read in place; other layouts and real dtypes are copied (integers to
        float64). A scipy.sparse matrix of rows is written out; of dissimilarities it is refused, for what it leaves
        out would be 0. A precomputed matrix may be of int32 or int64, which are summed exactly.
        With metric="gower" a pandas data frame; with a callable metric any sequence of objects.
    k : int
        Number of medoids, 1 … n.
    metric : str or callable
        ``"euclidean"``, ``"sqeuclidean"``, ``"manhattan"``, ``"cosine"``, ``"chebyshev"``, ``"minkowski"``,
        ``"canberra"``, ``"braycurtis"``, ``"hamming"``, ``"jaccard"``, ``"gower"`` or ``"precomputed"``; or a function
        of two objects.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    KMedoidsResult

    Raises
    ------
    InvalidInput
        If X is empty, holds NaN or infinities (+inf is allowed in a precomputed matrix: a forbidden pair), or is
        precomputed and not square, negative somewhere, asymmetric, or nonzero on the diagonal; if k is out of range; if
        `metric` is a callable and returns no number ≥ 0.
    InvalidType
        If X holds no real numbers (where the metric needs them) or is a sparse matrix of anything but rows, or k is no
        integer.
    TooLarge
        If the dissimilarity matrix would not fit.

    Examples
    --------
    >>> from porism import registry
    >>> X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [9.0, 9.0], [9.0, 8.0]]
    >>> result = registry.get("fasterpam")(X, 2, metric="manhattan", rng=0)
    >>> result.labels.tolist(), result.loss
    ([1, 1, 1, 0, 0], 3.0)
    """
