"""The worked example: handwritten digits as a graph of neighbours, told apart by vectors of its vertices alone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_graphs.node_embedding.problem import node_embedding
from porism_graphs.node_embedding.projection import FastRPEmbedding

__all__ = ["accuracy", "demo", "digits_graph"]

NEIGHBOURS = 10
DIM = 128
SHORT = {"n_walks": 10, "walk_length": 40, "window": 5, "n_jobs": 2}
"""What the walkers do less of than by default, so that nobody waits."""


def digits_graph(k: int = NEIGHBOURS) -> tuple[Any, npt.NDArray[np.int64]]:
    """The handwritten digits of scikit-learn: each joined to the k images nearest to it, and what was written.

    Returns
    -------
    A : (1797, 1797) csr_array of float64
        Symmetric, all weights 1.
    labels : (1797,) int64 array
        0 to 9.
    """
    from scipy import sparse
    from sklearn.datasets import load_digits
    from sklearn.neighbors import kneighbors_graph

    data = load_digits()
    half = kneighbors_graph(data.data, k)
    return sparse.csr_array(((half + half.T) > 0).astype(np.float64)), data.target.astype(np.int64)


def accuracy(
    vectors: npt.NDArray[Any], labels: npt.NDArray[Any], *, share: float = 0.1, C: float = 0.1, splits: int = 5
) -> float:
    """How many labels logistic regression names rightly after it was shown a share of them; the mean of some splits."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedShuffleSplit

    found = []
    for train, test in StratifiedShuffleSplit(splits, train_size=share, random_state=0).split(vectors, labels):
        model = LogisticRegression(C=C, max_iter=300).fit(vectors[train], labels[train])
        found.append(model.score(vectors[test], labels[test]))
    return float(np.mean(found))


def demo(console: Console, picture: Path) -> None:
    """Embed the graph of digits with every solver, tune FastRP's weights for nothing, add vertices, draw two graphs.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    A, labels = digits_graph()
    console.print(
        f"{len(labels)} handwritten digits, each joined to the {NEIGHBOURS} most like it: {A.nnz // 2} edges\n"
    )
    table = Table("solver", box=None, pad_edge=False)
    for column in ("seconds", "right, shown 10 %"):
        table.add_column(column, justify="right")
    for solver in registry.solvers(problem=node_embedding):
        options = {name: value for name, value in SHORT.items() if name in solver.options}
        started = time.perf_counter()
        vectors = solver(A, DIM, rng=0, **options).vectors
        seconds = time.perf_counter() - started
        table.add_row(solver.name, f"{seconds:.3f}", f"{accuracy(vectors, labels):.1%}")
    console.print(table)
    console.print("\nThe same parts of FastRP, weighted anew; a validation set would choose:\n")
    embedding: Any = registry.get("fastrp")(A, DIM, keep_parts=True, rng=0)
    tuning = Table("weights of powers 1 to 4", box=None, pad_edge=False)
    for column in ("seconds", "right"):
        tuning.add_column(column, justify="right")
    for weights in ((1, 0, 0, 0), (1, 1, 0, 0), (0, 0, 1, 0), (0, 0, 1, 6.67), (1, 1, 7.81, 45.28)):
        started = time.perf_counter()
        vectors = embedding.reweighted(weights).vectors
        seconds = time.perf_counter() - started
        tuning.add_row(str(weights), f"{seconds:.4f}", f"{accuracy(vectors, labels):.1%}")
    console.print(tuning)
    console.print(f"\n{_newcomers(A, labels)}")
    _draw(embedding, labels, picture)
    console.print(f"\nThe digits and a karate club by their vectors: {picture.resolve()}", soft_wrap=True)


def _newcomers(A: Any, labels: npt.NDArray[Any]) -> str:
    """Leave out every tenth digit, embed the rest, and give those left out a vector by their neighbours."""
    from sklearn.linear_model import LogisticRegression

    late = np.arange(len(labels)) % 10 == 0
    known: FastRPEmbedding = registry.get("fastrp")(A[~late][:, ~late], DIM, keep_parts=True, rng=0)
    model = LogisticRegression(C=0.1, max_iter=300).fit(known.vectors, labels[~late])
    right = model.score(known.transform_rows(A[late][:, ~late]), labels[late])
    return (
        f"{late.sum()} digits that were not there when the others were embedded: {right:.1%} right from transform_rows"
    )


def _draw(embedding: FastRPEmbedding, labels: npt.NDArray[Any], picture: Path) -> None:
    from matplotlib import pyplot

    from porism_graphs.personalized_pagerank.example import karate_club

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 6), layout="constrained")
    # Far powers alone, and the columns as they are: what varies then varies along few directions.
    embedding.reweighted((0.0, 0.0, 0.0, 1.0), standardize=False).plot(labels.tolist(), ax=left)
    left.set_title("handwritten digits by FastRP, coloured by what was written", fontsize="medium")
    club = karate_club()
    result = registry.get("fastrp")(club, 32, weights=(1.0, 1.0, 2.0), standardize=False, rng=1)
    result.plot([SIDES[member] for member in range(club.shape[0])], ax=right)
    right.set_title("a karate club, coloured by who went with whom when it split", fontsize="medium")
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)


SIDES = ["Mr. Hi" if member in {*range(9), 10, 11, 12, 13, 16, 17, 19, 21} else "officer" for member in range(34)]
"""The club that each member joined (Zachary 1977)."""
