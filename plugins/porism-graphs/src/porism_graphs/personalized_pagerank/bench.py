"""What `porism bench personalized-pagerank` measures: batches of queries on graphs with a power law of in-degrees.

`exact`: the check is a random functional of the scores, on which all who are right everywhere agree. `networkx` bounds
its change in a step by ``n * tol``, which at its default is no bound at all on a large graph: it is measured as users
call it, where it does not come to the same result, and with a tolerance that brings it to the same accuracy. `igraph`
solves the same system exactly, by Gauss-Seidel sweeps in PRPACK, one query a call.

`ranking`: what those do who only want the first ten. The check is how many of the true ten are among a contender's, in
the mean over queries, and contenders compare if that is within a tenth. `indexed` is the same for many queries of one
graph: PowerWalk's index is built beforehand, as the others' graphs are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import Solver
from porism.bench import Limit, Peer, Task, Workload
from porism_graphs.personalized_pagerank.problem import PPRResult

__all__ = ["WORKLOADS"]

DAMPING = 0.85
DEGREE = 10
QUERIES = 32
TOL = 1e-9
TOP = 10


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


def make_ranked(size: int, seed: int) -> Task:
    """The same queries, and the ten best vertices of each besides its source."""
    from porism_graphs.personalized_pagerank.solvers import power_iteration

    task = make(size, seed)
    A, sources = task.args
    best = ranked(power_iteration(A, sources, damping=DAMPING, tol=TOL).scores, sources)
    return Task(args=task.args, options=task.options, wishes={"rng": seed}, facts={"best": best})


def ranked(scores: Any, sources: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The vertices that score most in each row, the source left out."""
    rows = np.array(scores.toarray() if hasattr(scores, "toarray") else scores, dtype=np.float64)
    rows[np.arange(len(sources)), sources] = -1.0
    return np.argsort(-rows, axis=1, kind="stable")[:, :TOP]


def found(task: Task, value: Any) -> float:
    """The share of the true first ten that are among a contender's first ten."""
    ours = ranked(value.scores if isinstance(value, PPRResult) else value, task.args[1])
    pairs = zip(ours.tolist(), task.facts["best"].tolist(), strict=True)
    return float(np.mean([len(set(a) & set(b)) / TOP for a, b in pairs]))


def indexed(solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Callable[[], Any]:
    """PowerWalk with an index that was built beforehand; the others as they are."""
    if solver.name != "powerwalk":
        return lambda: task.call(solver, **options)
    from porism_graphs.personalized_pagerank.index import build

    A, sources = task.args
    index = build(A, damping=DAMPING, rng=task.wishes["rng"])
    return lambda: index.query(sources, **options)


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

IGRAPH = Peer(
    name="igraph.personalized_pagerank",
    form="default call (PRPACK)",
    of=SOLVERS,
    start=igraph_start,
    distributions=("igraph",),
    install=INSTALL,
)

NETWORKX = tuple(
    Peer(
        name="networkx.pagerank",
        form=form,
        of=SOLVERS,
        start=networkx_start(**options),
        distributions=("networkx",),
        install=INSTALL,
        note=note,
    )
    for form, options, note in (
        ("default call", {}, "stops when a step changes less than n * 1e-6 in all"),
        ("same accuracy", {"tol": TOL / 10, "max_iter": 1000}, ""),
    )
)

RANKING: dict[str, Any] = {
    "make": make_ranked,
    "check": found,
    "check_name": "of the first ten",
    "tolerance": 0.1,
    "memory": memory,
    "peers": (IGRAPH,),
}

WORKLOADS = (
    Workload(
        name="exact",
        summary=f"{QUERIES} sources, damping {DAMPING}, L1 error {TOL:g}; {DEGREE} n edges, power-law in-degrees",
        sizes=(1000, 10_000, 100_000),
        make=make,
        check=functional,
        check_name="functional",
        tolerance=1e-7,
        memory=memory,
        limit=streamed,
        solvers=SOLVERS,
        largest={"networkx.pagerank": 1000},
        peers=(*NETWORKX, IGRAPH),
    ),
    Workload(
        name="ranking",
        summary=f"the ten best vertices for {QUERIES} sources, solvers as they are by default",
        sizes=(1000, 10_000),
        largest={"fora": 1000},
        **RANKING,
    ),
    Workload(
        name="indexed",
        summary="the same, with an index of 100 walks from each vertex that PowerWalk built beforehand",
        sizes=(1000, 10_000, 100_000),
        start=indexed,
        solvers=("power-iteration", "powerwalk"),
        **RANKING,
    ),
)
