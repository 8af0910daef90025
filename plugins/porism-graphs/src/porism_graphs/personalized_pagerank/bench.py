"""What `porism bench personalized-pagerank` measures: batches of queries on graphs with a power law of in-degrees.

The check is a random functional of the scores, on which all who are right everywhere agree. `networkx` bounds its
change in a step by ``n * tol``, which at its default is no bound at all on a large graph: it is measured as users call
it, where it does not come to the same result, and with a tolerance that brings it to the same accuracy. `igraph` solves
the same system exactly, by Gauss-Seidel sweeps in PRPACK, one query a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Workload
from porism_graphs.personalized_pagerank.problem import PPRResult

__all__ = ["WORKLOADS"]

DAMPING = 0.85
DEGREE = 10
QUERIES = 32
TOL = 1e-9


def power_law(n: int, seed: int) -> Any:
    """A directed graph of n vertices and up to 10 n edges, power-law in-degrees; one vertex in 20 dangles."""
    from scipy import sparse

    rng = np.random.default_rng(seed)
    m = DEGREE * n
    row = rng.integers(n, size=m)
    column = rng.permutation(n)[np.minimum((n * rng.random(m) ** 3).astype(np.intp), n - 1)]
    keep = row % 20 != 7
    A = sparse.coo_array((np.ones(int(keep.sum())), (row[keep], column[keep])), shape=(n, n)).tocsr()
    A.data[:] = 1.0  # parallel edges would mean one thing to one library and another to the next
    return A


def make(size: int, seed: int) -> Task:
    """Queries from vertices that do not dangle, where all libraries agree about what is asked."""
    A = power_law(size, seed)
    able = np.flatnonzero(np.diff(A.indptr))
    sources = np.random.default_rng([seed, 1]).choice(able, QUERIES)
    facts = {"weights": np.random.default_rng([seed, 2]).standard_normal(size)}
    return Task(args=(A, sources), options={"damping": DAMPING}, wishes={"tol": TOL}, facts=facts)


def functional(task: Task, value: Any) -> float:
    """Scores times random weights of mean 0, summed over queries with weights too."""
    scores = value.scores if isinstance(value, PPRResult) else np.asarray(value)
    return float((scores @ task.facts["weights"]) @ np.arange(1, QUERIES + 1))


def streamed(task: Task, value: Any) -> Limit | None:
    """Each step of a power iteration reads the matrix once, reads the flows, and writes flows and visits."""
    if not isinstance(value, PPRResult) or value.scores.nnz < value.scores.shape[1]:
        return None
    A, sources = task.args
    nbytes = value.n_steps * (12.0 * A.nnz + 4 * 8.0 * A.shape[0] * len(sources))
    return Limit(what=f"{value.n_steps} steps, each streaming the matrix and the flows", nbytes=nbytes)


def networkx_start(**options: Any) -> Callable[[Task], Callable[[], npt.NDArray[np.float64]]]:
    """Calls networkx once for each query, on a graph made beforehand; a tolerance is what the change may sum up to."""

    def start(task: Task) -> Callable[[], npt.NDArray[np.float64]]:
        import networkx

        A, sources = task.args
        graph = networkx.from_scipy_sparse_array(A, create_using=networkx.DiGraph)
        given = {name: value / A.shape[0] if name == "tol" else value for name, value in options.items()}

        def call() -> npt.NDArray[np.float64]:
            answers = [networkx.pagerank(graph, DAMPING, personalization={int(u): 1}, **given) for u in sources]
            return np.array([list(answer.values()) for answer in answers])

        return call

    return start


def igraph_start(task: Task) -> Callable[[], npt.NDArray[np.float64]]:
    """Calls igraph once for each query, on a graph made beforehand."""
    import igraph

    A, sources = task.args
    coo = A.tocoo()
    graph = igraph.Graph(n=A.shape[0], edges=np.column_stack((coo.row, coo.col)), directed=True)

    def call() -> npt.NDArray[np.float64]:
        return np.array([graph.personalized_pagerank(reset_vertices=int(u), damping=DAMPING) for u in sources])

    return call


def memory(size: int) -> int:
    """The matrix in a few forms, dense flows and scores of all queries, and what the libraries are themselves."""
    return 200_000_000 + size * (DEGREE * 100 + QUERIES * 60)


SOLVERS = ("power-iteration",)
INSTALL = "porism-graphs[bench]"

WORKLOADS = (
    Workload(
        name="power-law",
        summary=f"{QUERIES} sources, damping {DAMPING}, L1 error {TOL:g}; {DEGREE} n edges, power-law in-degrees",
        sizes=(1000, 10_000, 100_000),
        make=make,
        check=functional,
        check_name="functional",
        tolerance=1e-7,
        memory=memory,
        limit=streamed,
        largest={"networkx.pagerank": 10_000},
        peers=(
            Peer(
                name="networkx.pagerank",
                form="default call",
                of=SOLVERS,
                start=networkx_start(),
                distributions=("networkx",),
                install=INSTALL,
                note="stops when a step changes less than n * 1e-6 in all",
            ),
            Peer(
                name="networkx.pagerank",
                form="same accuracy",
                of=SOLVERS,
                start=networkx_start(tol=TOL / 10, max_iter=1000),
                distributions=("networkx",),
                install=INSTALL,
            ),
            Peer(
                name="igraph.personalized_pagerank",
                form="default call (PRPACK)",
                of=SOLVERS,
                start=igraph_start,
                distributions=("igraph",),
                install=INSTALL,
            ),
        ),
    ),
)
