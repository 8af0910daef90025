"""What `porism bench node-embedding` measures: a degree-corrected block model, embedded and classified.

What is compared is how much of the graph's eight blocks a simple classifier finds again from a tenth of the labels:
contenders compare if they come within 5 % of one another. `gensim` gets walks that are made by NumPy, all at once.

Projections, factorizations and skip-gram differ by factors of 20 and of 1000 in time, so each kind has a workload of
its own size; `fastrp` is in all of them. Walks are as few and as long as node2vec's authors have them, of which
DeepWalk's are four times as many: `walks-80` is that, at the size at which ten seconds become minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Limit, Peer, Task, Variant, Workload
from porism_graphs.node_embedding._graphs import block_model
from porism_graphs.node_embedding.problem import NodeEmbedding
from porism_graphs.node_embedding.projection import FastRPEmbedding

__all__ = ["WORKLOADS", "found_again", "uniform_walks"]

DIM = 128
BLOCKS = 8
DEGREE = 20
WALK_LENGTH, WINDOW = 40, 10


def make(size: int, seed: int, n_walks: int = 20) -> Task:
    """Blocks of which a vertex has 14 of 20 edges inside, and a tenth of whose labels are shown; so many walks each."""
    A, labels = block_model(size, BLOCKS, seed, inside=14.0, outside=6.0)
    shown = np.random.default_rng([seed, 1]).random(size) < 0.1
    walks = {"n_walks": n_walks, "walk_length": WALK_LENGTH, "window": WINDOW}
    return Task(args=(A, DIM), options={"rng": seed}, wishes=walks, facts={"labels": labels, "shown": shown})


def found_again(task: Task, value: Any) -> float:
    """The share of labels not shown that the nearest centroid of the shown ones names rightly."""
    vectors = value.vectors if isinstance(value, NodeEmbedding) else np.asarray(value)
    labels, shown = task.facts["labels"], task.facts["shown"]
    X = np.asarray(vectors, dtype=np.float64)
    X = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-12)
    centres = np.array([X[shown & (labels == block)].mean(axis=0) for block in range(BLOCKS)])
    scores = X @ centres.T - (centres**2).sum(axis=1) / 2
    return float((np.argmax(scores, axis=1) == labels)[~shown].mean())


def gathered(task: Task, value: Any) -> Limit | None:
    """Each power but the first gathers a row of the last one for every edge, as if no cache held it."""
    if not isinstance(value, FastRPEmbedding):
        return None
    A, dim = task.args
    products = len(value.weights) - 1
    nbytes = products * A.nnz * (dim * value.vectors.itemsize + 12.0) + 12.0 * A.nnz
    return Limit(what=f"{products} products that gather {dim} numbers for each of {A.nnz} entries", nbytes=nbytes)


def sknetwork_start(**options: Any) -> Callable[[Task], Callable[[], npt.NDArray[Any]]]:
    """Calls scikit-network's RandomProjection: a dense normal matrix, decaying powers."""

    def start(task: Task) -> Callable[[], npt.NDArray[Any]]:
        from scipy import sparse
        from sknetwork.embedding import RandomProjection

        A, dim = sparse.csr_matrix(task.args[0]), task.args[1]
        made = RandomProjection(n_components=dim, random_state=task.options["rng"], **options)
        return lambda: np.asarray(made.fit_transform(A))

    return start


def sklearn_start(task: Task) -> Callable[[], npt.NDArray[Any]]:
    """Calls scikit-learn's randomized SVD of the same matrix as the solver."""
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    A, dim = task.args

    def call() -> npt.NDArray[Any]:
        scale = sparse.diags_array(1 / np.sqrt(np.asarray(A.sum(axis=1))))
        U, values, _ = randomized_svd(sparse.csr_array(scale @ A @ scale), dim, n_iter=4, random_state=0)
        return np.asarray(U * np.sqrt(values))

    return call


def uniform_walks(A: Any, n_walks: int, length: int, seed: int) -> npt.NDArray[np.int32]:
    """Uniform random walks from every vertex of an unweighted graph without dead ends, all at once in NumPy."""
    rng = np.random.default_rng(seed)
    degrees = np.diff(A.indptr)
    walks = np.empty((A.shape[0] * n_walks, length), dtype=np.int32)
    at = np.concatenate([rng.permutation(A.shape[0]) for _ in range(n_walks)])
    for place in range(length):
        walks[:, place] = at
        at = A.indices[A.indptr[at] + (rng.random(len(at)) * degrees[at]).astype(np.int64)]
    return walks


def gensim_start(workers: int) -> Callable[[Task], Callable[[], npt.NDArray[Any]]]:
    """Calls gensim's Word2Vec on walks, as DeepWalk is mostly run."""

    def start(task: Task) -> Callable[[], npt.NDArray[Any]]:
        from gensim.models import Word2Vec

        A, dim = task.args

        def call() -> npt.NDArray[Any]:
            walks = uniform_walks(A, task.wishes["n_walks"], WALK_LENGTH, seed=0)
            names = [str(vertex) for vertex in range(A.shape[0])]
            model = Word2Vec(
                [[names[vertex] for vertex in walk] for walk in walks.tolist()],
                vector_size=dim,
                window=WINDOW,
                sg=1,
                hs=0,
                negative=5,
                min_count=0,
                sample=0,
                epochs=1,
                workers=workers,
                seed=0,
            )
            return np.asarray(model.wv[names])

        return call

    return start


def memory(size: int) -> int:
    """The graph in a few forms, six matrices of vectors, and what the libraries are themselves."""
    return 400_000_000 + size * (DEGREE * 100 + DIM * 4 * 8)


INSTALL = "porism-graphs[bench]"

SKNETWORK = Peer(
    name="sknetwork.RandomProjection",
    form="default call",
    of=("fastrp", "randne"),
    start=sknetwork_start(),
    distributions=("scikit-network",),
    install=INSTALL,
    note="three powers that decay by 1/2 from the zeroth on, in double precision",
)

SKLEARN = Peer(
    name="sklearn.randomized_svd",
    form="4 iterations",
    of=("randomized-svd",),
    start=sklearn_start,
    distributions=("scikit-learn",),
    install=INSTALL,
)

GENSIM = tuple(
    Peer(
        name="gensim.Word2Vec",
        form=form,
        of=("deepwalk",),
        start=gensim_start(workers),
        distributions=("gensim",),
        install=INSTALL,
        pinned=workers == 1,
        note=note,
    )
    for workers, form, note in (
        (1, "1 worker", "as many walks from each vertex, made by NumPy"),
        (2, "2 workers", "not the same vectors twice"),
    )
)


def workload(name: str, summary: str, sizes: tuple[int, ...], solvers: tuple[str, ...], **given: Any) -> Workload:
    """The same graphs and the same check for contenders of one kind."""
    threads = tuple(Variant(solver=s, form="2 threads", options={"n_jobs": 2}) for s in given.pop("threaded"))
    known: dict[str, Any] = {"make": make, "limit": gathered, **given}
    return Workload(
        name=name,
        summary=f"{BLOCKS} blocks, 10 n edges with a power law of degrees, vectors of {DIM} numbers: {summary}",
        sizes=sizes,
        solvers=solvers,
        variants=threads,
        check=found_again,
        check_name="found again",
        tolerance=0.05,
        memory=memory,
        **known,
    )


WORKLOADS = (
    workload(
        "projection",
        "random projections",
        (10_000, 100_000),
        ("fastrp", "randne"),
        threaded=("fastrp",),
        peers=(SKNETWORK,),
    ),
    workload(
        "projection-1e6",
        "random projections of ten million edges",
        (1_000_000,),
        ("fastrp",),
        threaded=("fastrp",),
        heavy=True,
    ),
    workload(
        "spectral",
        "factorizations",
        (10_000,),
        ("fastrp", "randomized-svd", "prone"),
        threaded=(),
        peers=(SKLEARN,),
    ),
    workload(
        "walks",
        f"20 walks of {WALK_LENGTH} vertices from each",
        (1000,),
        ("fastrp", "deepwalk", "node2vec"),
        threaded=("deepwalk",),
        peers=GENSIM,
    ),
    workload(
        "walks-80",
        f"80 walks of {WALK_LENGTH} vertices from each",
        (10_000,),
        ("fastrp", "deepwalk", "node2vec"),
        threaded=("deepwalk",),
        peers=GENSIM,
        make=partial(make, n_walks=80),
        heavy=True,
    ),
)
