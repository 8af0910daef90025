"""The problem `personalized-pagerank`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism_graphs._arguments import as_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "PPRResult", "personalized_pagerank"]

STATEMENTS = (
    Law(
        "form",
        "scores is a canonical csr_array of float64, a row for each source and a column for each vertex",
        source="porism's interface",
    ),
    Law("distribution", "every row of scores is nonnegative and sums to 1", source="the definition"),
    Law(
        "error-bound",
        "error_bound is at least the L1 distance of a row from the dense solution of (I - (1-alpha) P^T) x = alpha s",
        source="Page et al. 1999, as a linear system (Jeh & Widom 2003)",
    ),
    Law("lost-mass", "lost_mass is between 0 and 1", source="porism's interface"),
    Law(
        "nothing-lost",
        "scores are exact up to rounding where lost_mass is 0",
        claim="deterministic",
        source="porism's interface",
    ),
    Law(
        "start",
        "each source scores alpha at least, up to the error bound: a walk counts where it starts",
        source="follows from the definition",
    ),
    Law("isolated", "a source without out-edges keeps all of the score itself", source="the definition"),
    Law(
        "one-hot",
        "a vertex as source and the distribution that is 1 there give the same scores",
        source="porism's interface",
    ),
    Law(
        "batch",
        "a row of a batch differs from the same query alone by no more than their error bounds",
        source="porism's interface",
    ),
    Law("damping", "damping=1-alpha is alpha", source="the definition"),
    Law(
        "representation",
        "format, duplicates, explicit zeros and dtype of A change nothing, only the matrix counts",
        source="porism's interface",
    ),
    Law(
        "scaling",
        "multiplying the out-edges of a vertex by a power of two changes nothing",
        source="follows from the definition",
    ),
    Law(
        "relabelling",
        "relabelling the vertices relabels the scores, within the error bounds",
        source="follows from the definition",
    ),
    Law(
        "linearity",
        "scores of a mixture of sources are the mixture of their scores, weighted by the mass of each killed walk",
        source="Jeh & Widom 2003, Linearity Theorem; with dangling vertices: see the module solvers",
    ),
    Law(
        "exact",
        "no score is farther than 1e-10 from the dense solution",
        claim="exact",
        source="Page et al. 1999, as a linear system",
    ),
    Law(
        "push",
        "what was kept lies below the killed walk, and makes it up together with the walk of residues, which add up "
        "to lost_mass and are epsilon per out-edge at most",
        claim="push",
        source="Andersen, Chung & Lang 2006, Lemma 2 and 3, without laziness",
    ),
    Law(
        "decomposition",
        "with exact fingerprints as its index the killed walk is exact after any number of steps",
        claim="index",
        source="Liu et al. 2016, vertex-centric decomposition",
    ),
    Law(
        "index-bound",
        "with any index the killed walk is off by (1-alpha)^n_steps times the worst fingerprint's error, and lost_mass",
        claim="index",
        source="from the decomposition, as the flow has that mass",
    ),
    Law(
        "prune",
        "with a higher threshold more mass is lost and no score of the killed walk rises",
        claim="index",
        source="Liu et al. 2016, pruning; by induction over steps",
    ),
    Law(
        "pruned-index",
        "an index of the largest entries gives lower scores of the killed walk, by what lost_mass rises",
        claim="index",
        source="porism's interface",
    ),
    Law(
        "shards",
        "an index, and what it answers, does not depend on its division into shards",
        claim="index",
        source="porism's interface",
    ),
    Law(
        "online",
        "two steps of decomposition more than halve the error, as do two more, and the index more than halves what "
        "as many steps leave open",
        claim="index",
        source="Liu et al. 2016: flow averages over fingerprints",
    ),
    Law(
        "unbiased",
        "the killed walk is right in the mean over seeds, at any number of walks",
        claim="unbiased",
        source="Avrachenkov et al. 2007, for visits and end points",
    ),
    Law(
        "linear",
        "with the same seed the killed walk's estimate is linear in the source, and a batch is its queries one by one",
        claim="linear",
        source="porism's interface",
    ),
    Law(
        "rate",
        "ten times the walks divide the mean error by sqrt(10), within a fifth",
        claim="rate",
        source="Avrachenkov et al. 2007",
    ),
    Law(
        "full-path",
        "the mean error is less than 0.8 of that of as many end points",
        claim="full_path",
        source="Avrachenkov et al. 2007; Liu et al. 2016",
    ),
    Law(
        "relative-error",
        "every vertex that scores 1/n gets a score with half of that relative error or less, in 49 of 50 runs",
        claim="relative_error",
        source="Wang et al. 2017, Theorem 1",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PPRResult(porism.Result):
    """The scores of all vertices, seen from each source.

    Attributes
    ----------
    scores : (q, n) scipy.sparse.csr_array of float64
        Row i belongs to source i, is nonnegative and sums to 1, to less once it is :meth:`truncated`; vertices that are
        not stored score 0.
    lost_mass : (q,) float64 array
        Walking mass that was not followed to its end, before the row was normalised: what a truncated iteration had
        left, what a push left lying, or what was dropped because it was little. Walks that were drawn at random have
        been followed, so that an estimate may have lost nothing and still be one.
    error_bound : (q,) float64 array
        The L1 distance of each row from the exact scores is at most this; rounding is accounted for.
    n_steps : int
        Steps of the walk that were computed (of the query that took most), not counting those that were drawn.
    """

    scores: Any
    lost_mass: npt.NDArray[np.float64]
    error_bound: npt.NDArray[np.float64]
    n_steps: int

    def top(self, k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The k best vertices for each source, best first, of equals the one with the lower number.

        Parameters
        ----------
        k : int
            How many; more than there are vertices gives all.

        Returns
        -------
        ids : (q, min(k, n)) int64 array
            Vertices; -1 where fewer than that score above 0.
        scores : (q, min(k, n)) float64 array
            Their scores; 0 where `ids` is -1.

        Raises
        ------
        InvalidInput
            If k is less than 1.
        """
        k = min(as_integer("k", k, 1), self.scores.shape[1])
        ids = np.full((self.scores.shape[0], k), -1, dtype=np.int64)
        best = np.zeros(ids.shape)
        for row, (start, end) in enumerate(zip(self.scores.indptr[:-1], self.scores.indptr[1:], strict=True)):
            values, vertices = self.scores.data[start:end], self.scores.indices[start:end]
            if len(values) > k:
                least = np.partition(values, len(values) - k)[len(values) - k]
                values, vertices = values[values >= least], vertices[values >= least]
            order = np.lexsort((vertices, -values))[:k]
            ids[row, : len(order)] = vertices[order]
            best[row, : len(order)] = values[order]
        return ids, best

    def truncated(self, k: int) -> PPRResult:
        """The same with the k best scores of each row only, of equals those with the lower numbers.

        Scores stay what they are, so that rows sum to less than 1; the error bounds grow by what was cut off.

        Parameters
        ----------
        k : int
            How many; more than there are vertices keeps all.

        Returns
        -------
        PPRResult

        Raises
        ------
        InvalidInput
            If k is less than 1.
        """
        from scipy import sparse

        ids, _ = self.top(k)
        rows, places = np.nonzero(ids >= 0)
        mask = sparse.csr_array((np.ones(len(rows)), (rows, ids[rows, places])), shape=self.scores.shape)
        kept = sparse.csr_array(self.scores.multiply(mask))
        kept.sort_indices()
        cut = np.asarray((self.scores - kept).sum(axis=1), dtype=np.float64).reshape(-1)
        bound = self.error_bound + np.maximum(cut, 0.0) * (1 + 1e-9)
        return PPRResult(kept, self.lost_mass, bound, self.n_steps)

    def plot(
        self, labels: Sequence[object] | None = None, *, query: int = 0, k: int = 15, ax: Axes | None = None
    ) -> Axes:
        """Draw the best-ranked vertices of one query, with the error that each score may have at most.

        Parameters
        ----------
        labels : sequence, optional
            A name for each vertex; their numbers by default.
        query : int
            Whose scores.
        k : int
            How many vertices.
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
            If `labels` are not as many as vertices, or there is no such query.
        """
        q, n = self.scores.shape
        if labels is not None and len(labels) != n:
            raise porism.InvalidInput(f"labels must be {n}, one for each vertex, got {len(labels)}")
        if as_integer("query", query, 0) >= q:
            raise porism.InvalidInput(f"query must be in 0..{q - 1}, got {query}")
        ax = optional.axes(ax, of="porism-graphs")
        ids, scores = (found[query] for found in self.top(k))
        ids, scores = ids[ids >= 0], scores[ids >= 0]
        names = [str(vertex if labels is None else labels[vertex]) for vertex in ids]
        places = np.arange(len(ids))
        bound = float(self.error_bound[query])
        ax.barh(places, scores, xerr=np.minimum(bound, scores) if bound > 1e-6 else None, color="#4c72b0", ecolor="0.4")
        ax.set_yticks(places, names)
        ax.invert_yaxis()
        ax.set_xlabel(f"personalized PageRank (L1 error ≤ {bound:.1g})")
        return ax


@porism.problem(
    "personalized-pagerank",
    result=PPRResult,
    tags=("graph", "ranking"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def personalized_pagerank(  # type: ignore[empty-body]
    A: Any,
    sources: Any,
    *,
    alpha: float | None = None,
    damping: float | None = None,
    dangling: str = "source",
) -> PPRResult:
    """Score the vertices of a graph by how often a random walk that keeps returning to a source visits them.

    At each step the walker teleports to the source with probability alpha, and otherwise follows an out-edge drawn in
    proportion to its weight. The score of a vertex is the share of the walker's time that it spends there: high for
    what is near the source along many short paths. Used to rank related items, to search around a vertex, and to
    gather features for graph networks. Scores are linear in the source, up to what dangling vertices do.

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix of any format, array-like, graph of networkx, igraph or rustworkx, or path
        Adjacency matrix: entry (u, v) is the weight of the edge from u to v. Nonnegative and finite; bool, integer or
        float, computed with as float64. Duplicate entries add up, explicit zeros are no edges. Copied, never modified.
        A graph object's vertices are numbered in its own order, its edges weigh what their attribute ``weight`` says;
        a path is that of an edge list: two vertices and perhaps a weight on each line.
    sources : int, (q,) integer array-like, or (q, n) sparse or dense matrix
        A query each: a vertex in 0..n-1, or a row that sums to 1, the distribution over vertices that a teleporting
        walker lands in.
    alpha : float
        Teleport (restart) probability, strictly between 0 and 1; 0.15 by default. What networkx calls ``alpha`` and
        others the damping factor is ``1 - alpha``.
    damping : float, optional
        ``1 - alpha``, for those who think in that; not together with alpha.
    dangling : {"source", "stay"}
        What a walker does at a vertex without out-edges: teleport to the source (as in networkx), or stay there until
        it teleports anyway.

    Returns
    -------
    PPRResult

    Raises
    ------
    InvalidInput
        If A is not square or has no vertex, or holds a weight that is negative, NaN or infinite; if a source is out of
        range, there is none, or a distribution does not sum to 1; if alpha or damping is out of range, or both are
        given; if dangling is something else.
    InvalidType
        If A or sources hold no real numbers, or vertices are bools or floats.
    GraphTooLarge
        From 2^31 vertices or 2^32 stored entries on (an `InvalidInput` that is an `OverflowError`).

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> A = np.array([[0, 1, 1], [1, 0, 0], [0, 1, 0]])  # 0 → 1, 0 → 2, 1 → 0, 2 → 1
    >>> result = registry.get("power-iteration")(A, 0, alpha=0.5)
    >>> result.scores.toarray().round(3)
    array([[0.615, 0.231, 0.154]])
    """
