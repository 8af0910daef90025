"""The problem `distance-oracle`: its canonical call, what comes back, and the laws that its solvers keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law
from porism.validation import as_n_jobs, plain_array
from porism_graphs._lengths import as_vertices

__all__ = ["STATEMENTS", "DistanceOracle", "distance_oracle"]

PROOF = "the proof in the module solvers, after Chang et al., SODA 2024"

STATEMENTS = (
    Law(
        "form",
        "queries are answered in the shape in which they are asked, as float64; nbytes and fallbacks are counts",
        source="porism's interface",
    ),
    Law("at-least", "no answer is below the distance, which SciPy computes", source="the definition"),
    Law("diagonal", "the distance of a vertex to itself is 0", source="follows from the definition"),
    Law("symmetric", "u to v and v to u have the same answer", source="follows from the definition"),
    Law("components", "the answer is infinite across components, and finite within", source="the definition"),
    Law(
        "stretch",
        "no answer is above 1+eps times the distance, for all pairs",
        claim="stretch",
        source=PROOF,
    ),
    Law(
        "large-stretch",
        "nor on all pairs of a grid of 14 by 14, a Delaunay triangulation of 200 points, and a wheel of 200",
        claim="stretch",
        source=PROOF,
    ),
    Law(
        "no-fallback",
        "no query needs another algorithm than the oracle's own",
        claim="stretch",
        source=PROOF,
    ),
    Law(
        "wheel",
        "an oracle of a wheel of 1500 vertices takes no more bytes for each vertex than 1.1 times that of one of 500",
        claim="linear_size",
        source="Chang et al., SODA 2024: labels of bounded size at each scale in minor-free graphs",
    ),
    Law(
        "logarithmic-size",
        "a planar graph of n vertices takes at most 3 (1 + log2 n) (12 (7/eps + 1) + 16) + 100 bytes a vertex: grids, "
        "triangulations, wheels and paths, eps 1 and 0.5",
        claim="logarithmic_size",
        source="three paths for each of 1 + log2(n) cuts, 7/eps + 1 portals on each: Thorup, J. ACM 2004, with the "
        "constants of the module portals",
    ),
    Law("exact", "every answer is the distance, but for rounding", claim="exact", source="Dijkstra 1959"),
    Law("scaling", "lengths times a power of two multiply every answer by it", source="follows from the definition"),
    Law(
        "representation",
        "format, dtype and order of A change nothing, only the graph counts",
        source="porism's interface",
    ),
    Law("bad-query", "vertices that are out of range, or no integers, are refused", source="porism's interface"),
)


class DistanceOracle(ABC):
    """Answers about distances in one graph. May be asked from any thread, copied and pickled; never changes.

    Attributes
    ----------
    n : int
        Number of vertices.
    eps : float
        Answers are at most ``1 + eps`` times the distance; 0 for exact ones, infinity for those without bound.
    """

    n: int
    eps: float

    def query(self, u: Any, v: Any, *, n_jobs: int | None = None) -> Any:
        """Distances of pairs, element by element.

        Parameters
        ----------
        u, v : int or integer array-like
            Vertices; the shapes are broadcast against one another.
        n_jobs : int, optional
            Threads, as in scikit-learn. The answers do not depend on it.

        Returns
        -------
        float or float64 array
            Of the common shape. At least the distance, and infinite across components.

        Raises
        ------
        InvalidInput
            If a vertex is out of range, or the shapes do not fit.
        InvalidType
            If vertices are no integers.
        """
        threads = as_n_jobs(n_jobs)
        ends = []
        for name, value in (("u", u), ("v", v)):
            nothing = isinstance(value, str | bytes | dict | set | None)
            array = value if nothing else plain_array(name, value, f"vertices (integers in 0..{self.n - 1})")
            shape = array.shape if isinstance(array, np.ndarray) else (1,)
            flat = (
                array.reshape(-1)
                if isinstance(array, np.ndarray) and not isinstance(value, np.ma.MaskedArray)
                else value
            )
            ends.append(as_vertices(name, flat, self.n).reshape(shape))
        try:
            first, second = np.broadcast_arrays(*ends)
        except ValueError:
            raise InvalidInput(f"v must be of a shape that fits u's, {ends[0].shape}, got {ends[1].shape}") from None
        answers = self._distances(np.ascontiguousarray(first.ravel()), np.ascontiguousarray(second.ravel()), threads)
        return answers.reshape(first.shape) if first.shape else float(answers[0])

    @abstractmethod
    def _distances(self, u: npt.NDArray[np.int64], v: npt.NDArray[np.int64], n_threads: int) -> npt.NDArray[np.float64]:
        """The answers to 1-D queries that were checked."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes that answers are read from."""

    @property
    def fallbacks(self) -> int:
        """How many pairs had to be answered by another algorithm so far; 0 unless something is wrong."""
        return 0

    @abstractmethod
    def _state(self) -> tuple[Any, ...]:
        """What the oracle is made of: what its class is called with to make it again."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(a, b) for a, b in zip(self._state(), other._state(), strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._state()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={self.n}, eps={self.eps:g}, nbytes={self.nbytes})"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


@porism.problem(
    "distance-oracle",
    result=DistanceOracle,
    tags=("graph", "metric", "index"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def distance_oracle(A: Any, *, eps: float = 0.5) -> DistanceOracle:  # type: ignore[empty-body]
    """Make something of a graph once that then tells distances of any two vertices.

    Between a search for every query and a table of all n² distances: labels of the vertices, from two of which their
    distance can be read. Labels that are exact are large in general; if a factor of 1 + eps is allowed, then their size
    is bounded for planar graphs and others that exclude a minor, at each scale of distances.

    Parameters
    ----------
    A : (n, n) scipy.sparse array or matrix, array-like, graph of networkx, igraph or rustworkx, or path of an edge list
        An undirected graph; the entry of an edge is its length, positive and finite. Symmetric; self-loops are dropped,
        of parallel edges the shortest counts. It may have several components. Never modified.
    eps : float
        What answers may be off by, as a share of the distance; in [1e-5, 1]. Exact solvers do not use it.

    Returns
    -------
    DistanceOracle

    Raises
    ------
    InvalidInput
        If A is no undirected graph of positive lengths, or eps is out of range.
    InvalidType
        If A is no graph or holds no real numbers, or eps is no number.

    Examples
    --------
    >>> import networkx
    >>> from porism import registry
    >>> oracle = registry.get("shortcut-hubs")(networkx.grid_2d_graph(8, 8), eps=0.25)
    >>> bool(14 <= oracle.query(0, 63) <= 17.5)
    True
    >>> oracle.query([0, 5], 5).shape
    (2,)
    """
