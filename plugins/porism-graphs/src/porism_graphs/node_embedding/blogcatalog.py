"""The experiment of FastRP's authors on BlogCatalog, for those who have the file ``blogcatalog.mat``.

It is in the authors' repository (``example_graphs/blogcatalog.mat``), with 10 312 bloggers, 333 983 friendships and 39
interests, of which a blogger has one or more. The protocol is DeepWalk's: one-vs-rest logistic regression, told how
many labels each vertex of the test set has, predicts that many.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, MissingExtra
from porism_graphs.node_embedding.projection import fastrp

__all__ = ["PUBLISHED", "benchmark_blogcatalog", "multilabel_scores"]

PUBLISHED = {
    "fastrp": {0.1: (0.371, 0.2315), 0.2: (0.386, 0.2486), 0.3: (0.392, 0.2597)},
    "deepwalk": {0.1: (0.364, 0.213)},
    "node2vec": {0.1: (0.359, 0.212)},
    "randne": {0.1: (0.339, 0.209)},
}
"""Micro and macro F1 by the share of labels shown, from the notebook in the authors' repository."""


def multilabel_scores(
    vectors: npt.NDArray[Any],
    labels: Any,
    share: float,
    *,
    C: float = 0.1,
    shuffles: int = 5,
    n_jobs: int | None = None,
) -> tuple[float, float]:
    """Micro and macro F1 of as many predicted labels as each vertex has, mean of some shuffles.

    Parameters
    ----------
    vectors : (n, dim) array
        The embedding.
    labels : (n, l) array or sparse matrix of 0 and 1
        Which labels each vertex has; those without any are left out.
    share : float
        Of the vertices whose labels are shown.
    C : float
        Inverse regularisation of the logistic regressions.
    shuffles : int
        How many splits.
    n_jobs : int, optional
        Labels that are learned at the same time.

    Raises
    ------
    MissingExtra
        Without scikit-learn.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import f1_score
        from sklearn.multiclass import OneVsRestClassifier
    except ImportError as error:
        raise MissingExtra("scikit-learn is not installed: pip install 'porism-graphs[sklearn]'") from error
    Y = np.asarray(labels.toarray() if hasattr(labels, "toarray") else labels) != 0
    some = np.flatnonzero(Y.any(axis=1))
    found = []
    for shuffle in range(shuffles):
        order = np.random.default_rng(shuffle).permutation(some)
        train, test = np.split(order, [int(share * len(order))])
        used = np.flatnonzero(Y[train].any(axis=0) & ~Y[train].all(axis=0))
        model = OneVsRestClassifier(LogisticRegression(C=C, solver="liblinear"), n_jobs=n_jobs)
        model.fit(vectors[train], Y[train][:, used].astype(int))
        chances = np.zeros((len(test), Y.shape[1]))
        chances[:, used] = model.predict_proba(vectors[test])
        ranks = np.argsort(np.argsort(-chances, axis=1, kind="stable"), axis=1)
        predicted = ranks < Y[test].sum(axis=1, keepdims=True)
        found.append([f1_score(Y[test], predicted, average=how, zero_division=0) for how in ("micro", "macro")])
    micro, macro = np.mean(found, axis=0)
    return float(micro), float(macro)


def benchmark_blogcatalog(
    path: str | PathLike[str],
    *,
    shares: Sequence[float] = (0.1, 0.2, 0.3),
    dim: int = 512,
    shuffles: int = 5,
    rng: int = 0,
    n_jobs: int | None = None,
) -> dict[str, Any]:
    """Embed BlogCatalog by FastRP with the authors' best setting, and classify.

    Parameters
    ----------
    path : str or path
        Of ``blogcatalog.mat``, with the matrices "network" and "group".
    shares : sequence of float
        Shares of labels that are shown.
    dim : int
        Numbers of a vector.
    shuffles : int
        Splits for each share.
    rng : int
        Seed of the projection.
    n_jobs : int, optional
        Threads of the embedding, and labels that are learned at the same time.

    Returns
    -------
    dict
        ``seconds`` of the embedding, and under ``scores`` for each share ``micro``, ``macro``, and what was published.

    Raises
    ------
    InvalidInput
        If the file is not that.
    MissingExtra
        Without scikit-learn.
    """
    from scipy.io import loadmat

    try:
        data = loadmat(path)
        A, labels = data["network"], data["group"]
    except (OSError, ValueError, KeyError) as error:
        raise InvalidInput(f"path must be that of blogcatalog.mat, got {str(path)!r}: {error}") from None
    started = time.perf_counter()
    embedding = fastrp(A, dim, weights=(1.0, 1.0, 7.81, 45.28), beta=-0.628, rng=rng, n_jobs=n_jobs)
    seconds = time.perf_counter() - started
    scores = {}
    for share in shares:
        micro, macro = multilabel_scores(embedding.vectors, labels, share, shuffles=shuffles, n_jobs=n_jobs)
        published = dict(zip(("micro", "macro"), PUBLISHED["fastrp"].get(share, ()), strict=False))
        scores[f"{share:g}"] = {"micro": micro, "macro": macro, "published": published}
    return {"seconds": seconds, "dim": dim, "shuffles": shuffles, "scores": scores}
