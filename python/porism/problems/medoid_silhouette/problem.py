"""The problem `medoid-silhouette`: its canonical call, its result, and the laws that its solvers keep."""

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

__all__ = ["STATEMENTS", "MedoidSilhouetteResult", "medoid_silhouette_problem"]

STATEMENTS = (
    Law(
        "partition",
        "medoids are distinct objects, each labelled with its own cluster, so no cluster is empty",
        source="the definition",
    ),
    Law("nearest", "every object is labelled with its nearest medoid", source="the definition"),
    Law(
        "score",
        "silhouette is what the solver's objective is by definition, and lies in its range",
        source="the definition",
    ),
    Law("history", "silhouettes never decrease from pass to pass, and end at silhouette", source="porism's interface"),
    Law("layout", "memory layout, byte order and writeability of X change nothing", source="porism's interface"),
    Law(
        "scaling",
        "multiplying every dissimilarity by a power of two changes nothing",
        source="follows from the definition",
    ),
    Law(
        "condensed",
        "a condensed matrix, in SciPy's order, gives what the square one gives",
        source="porism's interface",
    ),
    Law(
        "asymmetric",
        "with symmetric=False the dissimilarity of object o to medoid m is X[o, m], not X[m, o]",
        source="porism's interface",
    ),
    Law(
        "zero-passes",
        "max_iter=0 only assigns: the medoids are the initial ones, and converged is False",
        source="porism's interface",
    ),
    Law(
        "restarts",
        "n_init=r gives the best of the runs that r calls with the same generator give, and the best curve",
        source="porism's interface",
    ),
    Law(
        "curve",
        "the curve holds the silhouette of its medoids for each k, and the result is the best of them",
        source="the definition",
    ),
    Law(
        "predict",
        "predicting the objects that were clustered finds their nearest medoids again",
        source="the definition",
    ),
    Law("number", "the result has exactly k medoids", claim="fixed_k", source="the definition"),
    Law(
        "proper",
        "silhouette is the mean of Rousseeuw's silhouette widths, not the medoid silhouette",
        claim="silhouette_proper",
        source="Rousseeuw 1987",
    ),
    Law(
        "local-optimum",
        "a converged result cannot be improved by exchanging any one medoid for any one other object",
        claim="local_optimum",
        source="Lenssen & Schubert 2024; brute force over all k(n-k) exchanges",
    ),
    Law(
        "same-result",
        "the swaps are those of the claimed solver: same medoids and passes from the same start",
        claim="same_result_as",
        source="Lenssen & Schubert 2024, Section 4",
    ),
    Law(
        "deletion",
        "without passes, each deletion of a medoid is the one that costs the least silhouette",
        claim="chooses_k",
        source="Lenssen & Schubert 2024, Section 5; brute force over all deletions",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MedoidSilhouetteResult(porism.Result):
    """Medoids chosen for their silhouette.

    Attributes
    ----------
    medoids : (k,) int64 array
        The chosen objects, as indices of rows of X.
    labels : (n,) int64 array
        For every object the position of its medoid in `medoids`, 0 … k-1.
    silhouette : float
        The average medoid silhouette, 0 … 1; the average silhouette, -1 … 1, of `pamsil`. 0 for k = 1.
    n_iter : int
        Passes over the candidates.
    n_swap : int
        Medoids exchanged after the initialisation.
    converged : bool
        Whether the search ended by itself; False if `max_iter` ended it.
    silhouettes : (n_iter + 1,) float64 array
        The silhouette after the initialisation and after each pass; of `dynmsc` also after each deletion.
    curve : dict of int to float
        The best silhouette found for each number of medoids; of one number only, where the solver was told it.
    curve_medoids : dict of int to (k,) int64 array
        The medoids of `curve`.
    n_eval : int
        Candidate exchanges evaluated.
    """

    medoids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    silhouette: float
    n_iter: int
    n_swap: int
    converged: bool
    silhouettes: npt.NDArray[np.float64] = field(repr=False)
    curve: dict[int, float] = field(repr=False)
    curve_medoids: dict[int, npt.NDArray[np.int64]] = field(repr=False)
    n_eval: int = field(repr=False)
    _prototypes: Prototypes | None = field(default=None, repr=False)

    def predict(self, X: Any, *, n_jobs: int | None = None) -> npt.NDArray[np.int64]:
        """Label new objects with their nearest medoid, as :meth:`KMedoidsResult.predict` does.

        Parameters
        ----------
        X : (m, d) array, a sequence of objects, or (m, k) or (m, n) dissimilarities
            New objects, like those that were clustered.
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
        threads = as_n_jobs(n_jobs)
        if self._prototypes is None:
            raise InvalidInput("predict needs the medoids themselves, got a result whose solver did not keep them")
        nearest: npt.NDArray[np.int64] = np.argmin(self._prototypes.distances(X, threads), axis=1).astype(np.int64)
        return nearest

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the silhouette over the number of medoids, or, where there is one number only, over the passes.

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
            Without Matplotlib: ``pip install 'porism[plot]'``.
        """
        from porism.problems.medoid_silhouette._plot import plot_curve

        return plot_curve(self, ax)


@porism.problem(
    "medoid-silhouette",
    result=MedoidSilhouetteResult,
    tags=("clustering",),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def medoid_silhouette_problem(  # type: ignore[empty-body]
    X: Any, k: int, *, metric: str | Callable[..., float] = "euclidean", rng: Rng = None
) -> MedoidSilhouetteResult:
    """Choose k of n objects as medoids, maximising the average medoid silhouette.

    The medoid silhouette of an object is 1 - a/b, with a its dissimilarity to the nearest medoid and b to the second
    nearest (0/0 counts 0): 1 for an object at its medoid, 0 for one between two. Unlike the loss of k-medoids it can
    be compared for different k, and so says how many clusters there are.

    Parameters
    ----------
    X : (n, d) array, (n, n) or condensed dissimilarities with metric="precomputed", or a sequence of objects
        As in the problem `k-medoids`.
    k : int
        Number of medoids, 1 … n; the largest number for a solver that chooses k.
    metric : str or callable
        As in the problem `k-medoids`.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same result.

    Returns
    -------
    MedoidSilhouetteResult

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As in the problem `k-medoids`.

    Examples
    --------
    >>> from porism import registry
    >>> X = [[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]]
    >>> result = registry.get("fastermsc")(X, 2, rng=0)
    >>> sorted(result.medoids.tolist()), round(result.silhouette, 3)
    ([1, 4], 0.933)
    """
