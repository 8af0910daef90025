"""DeepWalk and node2vec: random walks, read as sentences by skip-gram with negative sampling.

Both are trained here, walks and skip-gram alike, by the kernel ``skip_gram``: the same seed gives the same vectors,
whatever `n_jobs` is, which is why the training itself takes one thread (the other one walks ahead). DeepWalk's authors
trained by hierarchical softmax; negative sampling is what everybody since, and FastRP's comparison, has used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import porism
from porism import Claims, Paper
from porism.validation import as_float, as_integer, reporting
from porism_graphs._graph import to_kernel
from porism_graphs.node_embedding._call import prepared
from porism_graphs.node_embedding.problem import NodeEmbedding, node_embedding

__all__ = ["GROVER_2016", "PEROZZI_2014", "deepwalk", "node2vec"]

PEROZZI_2014 = Paper(
    key="perozzi2014deepwalk",
    title="{DeepWalk}: Online Learning of Social Representations",
    authors=("Perozzi, Bryan", "Al-Rfou, Rami", "Skiena, Steven"),
    year=2014,
    venue="Proceedings of the 20th ACM SIGKDD International Conference on Knowledge Discovery and Data Mining (KDD)",
    pages="701--710",
    doi="10.1145/2623330.2623732",
    arxiv="1403.6652",
    kind="inproceedings",
)

GROVER_2016 = Paper(
    key="grover2016node2vec",
    title="node2vec: Scalable Feature Learning for Networks",
    authors=("Grover, Aditya", "Leskovec, Jure"),
    year=2016,
    venue="Proceedings of the 22nd ACM SIGKDD International Conference on Knowledge Discovery and Data Mining (KDD)",
    pages="855--864",
    doi="10.1145/2939672.2939754",
    arxiv="1607.00653",
    kind="inproceedings",
)

MANY = 2**31 - 1


@porism.solver(
    node_embedding,
    "deepwalk",
    paper=PEROZZI_2014,
    complexity="O(n n_walks walk_length window negatives dim) time; O(n (dim + walk_length) + m) memory",
    claims=Claims(thread_invariant=True, interruptible=True),
    tags=("random-walks", "baseline"),
)
def deepwalk(
    A: Any,
    dim: int = 128,
    *,
    n_walks: int = 80,
    walk_length: int = 40,
    window: int = 10,
    negatives: int = 5,
    epochs: int = 1,
    learning_rate: float = 0.025,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    progress: Any = False,
) -> NodeEmbedding:
    """DeepWalk: skip-gram with negative sampling on random walks.

    Parameters
    ----------
    n_walks : int
        Walks from each vertex.
    walk_length : int
        Vertices of a walk.
    window : int
        How far apart two vertices of a walk are neighbours, at most; each centre draws its own from 1 to this.
    negatives : int
        Negative samples for each centre, which its whole window shares.
    epochs : int
        How often the walks are gone through.
    learning_rate : float
        At the beginning; it falls evenly to a thousandth of that.
    n_jobs : int, optional
        Threads: None is one, two are of use. The result does not depend on it.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, 0.0)``, in walks.

    Notes
    -----
    Walks follow out-edges, in proportion to their weight, and end at a vertex without any. Negative samples are drawn
    in proportion to the frequency in all walks to the power 3/4. A vertex in none of the pairs has a vector of zeros.
    """
    return _trained(
        A,
        dim,
        standardize,
        isolated,
        dtype,
        rng,
        n_jobs,
        progress,
        "deepwalk",
        biases=(1.0, 1.0),
        n_walks=n_walks,
        walk_length=walk_length,
        window=window,
        negatives=negatives,
        epochs=epochs,
        learning_rate=learning_rate,
    )


@porism.solver(
    node_embedding,
    "node2vec",
    paper=GROVER_2016,
    complexity="O(n n_walks walk_length (window negatives dim + log degree)) time; O(n (dim + walk_length) + m) memory",
    claims=Claims(thread_invariant=True, interruptible=True),
    tags=("random-walks", "baseline"),
)
def node2vec(
    A: Any,
    dim: int = 128,
    *,
    p: float = 1.0,
    q: float = 0.5,
    n_walks: int = 10,
    walk_length: int = 80,
    window: int = 10,
    negatives: int = 5,
    epochs: int = 1,
    learning_rate: float = 0.025,
    standardize: bool = True,
    isolated: str = "zero",
    dtype: str = "float32",
    rng: Any = None,
    n_jobs: int | None = None,
    progress: Any = False,
) -> NodeEmbedding:
    """node2vec: skip-gram with negative sampling on walks that remember where they came from.

    Parameters
    ----------
    p : float
        Return parameter: a walk goes straight back with weight 1/p.
    q : float
        In-out parameter: it goes to a vertex that has no edge from the one before with weight 1/q. Below 1 it strays,
        above 1 it stays near.
    n_walks : int
        Walks from each vertex.
    walk_length : int
        Vertices of a walk.
    window : int
        How far apart two vertices of a walk are neighbours, at most; each centre draws its own from 1 to this.
    negatives : int
        Negative samples for each centre, which its whole window shares.
    epochs : int
        How often the walks are gone through.
    learning_rate : float
        At the beginning; it falls evenly to a thousandth of that.
    n_jobs : int, optional
        Threads: None is one, two are of use. The result does not depend on it.
    progress : bool or callable
        True shows a bar; a callable gets ``(done, total, 0.0)``, in walks.

    Notes
    -----
    Steps are drawn by rejection, without the tables for pairs of vertices that the authors' code makes, whose size is
    the sum of squared degrees. With p = q = 1 this is DeepWalk.
    """
    return _trained(
        A,
        dim,
        standardize,
        isolated,
        dtype,
        rng,
        n_jobs,
        progress,
        "node2vec",
        biases=(as_float("p", p, 1e-300, 1e300), as_float("q", q, 1e-300, 1e300)),
        n_walks=n_walks,
        walk_length=walk_length,
        window=window,
        negatives=negatives,
        epochs=epochs,
        learning_rate=learning_rate,
    )


def _trained(
    A: object,
    dim: object,
    standardize: object,
    isolated: object,
    dtype: object,
    rng: Any,
    n_jobs: object,
    progress: Any,
    title: str,
    *,
    biases: tuple[float, float],
    learning_rate: object,
    **given: object,
) -> NodeEmbedding:
    from porism.kernels import graph as kernel

    settings: dict[str, Any] = {name: as_integer(name, value, 1, MANY) for name, value in given.items()}
    settings["learning_rate"] = as_float("learning_rate", learning_rate, 0, 10, ends="(]")
    told: dict[str, Any] = {} if title == "deepwalk" else dict(zip("pq", biases, strict=True))
    with reporting(progress, title) as report:
        call = prepared(A, dim, standardize, isolated, dtype, rng, n_jobs, **told, **settings)
        trained = kernel.skip_gram(
            to_kernel(call.transitions()),
            call.dim,
            settings["n_walks"],
            settings["walk_length"],
            *biases,
            settings["window"],
            settings["negatives"],
            settings["epochs"],
            settings["learning_rate"],
            0.75,
            call.seed,
            call.n_jobs,
            report,
        )
    vectors, _, _ = call.finish(np.ascontiguousarray(trained, dtype=call.dtype))
    return NodeEmbedding(vectors, call.seed, call.params)
