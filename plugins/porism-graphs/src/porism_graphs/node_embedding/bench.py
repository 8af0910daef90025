"""What `porism bench node-embedding` measures: a degree-corrected block model, embedded and classified.

What is compared is how much of the graph's eight blocks a simple classifier finds again from a tenth of the labels:
contenders compare if they come within 5 % of one another. `gensim` gets walks that are made by NumPy, all at once.
"""

from __future__ import annotations

from collections.abc import Callable
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
WALKS = {"n_walks": 80, "walk_length": 40, "window": 10}


def make(size: int, seed: int) -> Task:
    """Blocks of which a vertex has 14 of 20 edges inside, and a tenth of whose labels are shown."""
    A, labels = block_model(size, BLOCKS, seed, inside=14.0, outside=6.0)
    shown = np.random.default_rng([seed, 1]).random(size) < 0.1
    return Task(args=(A, DIM), options={"rng": seed}, facts={"labels": labels, "shown": shown})


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
            walks = uniform_walks(A, WALKS["n_walks"], WALKS["walk_length"], seed=0)
            names = [str(vertex) for vertex in range(A.shape[0])]
            model = Word2Vec(
                [[names[vertex] for vertex in walk] for walk in walks.tolist()],
                vector_size=dim,
                window=WALKS["window"],
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

WORKLOADS = (
    Workload(
        name="blocks",
        summary=f"{BLOCKS} blocks, 10 n edges with a power law of degrees, vectors of {DIM} numbers",
        sizes=(10_000, 100_000),
        make=make,
        check=found_again,
        check_name="found again",
        tolerance=0.05,
        memory=memory,
        limit=gathered,
        largest={"gensim.Word2Vec": 10_000, "deepwalk": 10_000, "node2vec": 10_000},
        variants=(Variant(solver="fastrp", form="2 threads", options={"n_jobs": 2}),),
        peers=(
            Peer(
                name="sknetwork.RandomProjection",
                form="default call",
                of=("fastrp", "randne"),
                start=sknetwork_start(),
                distributions=("scikit-network",),
                install=INSTALL,
                note="three powers that decay by 1/2 from the zeroth on, in double precision",
            ),
            Peer(
                name="sklearn.randomized_svd",
                form="4 iterations",
                of=("randomized-svd",),
                start=sklearn_start,
                distributions=("scikit-learn",),
                install=INSTALL,
            ),
            Peer(
                name="gensim.Word2Vec",
                form="1 worker",
                of=("deepwalk",),
                start=gensim_start(1),
                distributions=("gensim",),
                install=INSTALL,
                note="80 walks of 40 vertices from each, made by NumPy, window 10",
            ),
            Peer(
                name="gensim.Word2Vec",
                form="2 workers",
                of=("deepwalk",),
                start=gensim_start(2),
                distributions=("gensim",),
                install=INSTALL,
                pinned=False,
                note="not the same vectors twice",
            ),
        ),
    ),
)
