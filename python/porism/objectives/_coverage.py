"""Objectives that count what is covered."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from porism._core import submodular as kernel
from porism._sparse import is_sparse
from porism._validation import Rng, as_array, as_integer, as_seed
from porism.errors import InvalidInput
from porism.objectives._inputs import as_matrix, as_pattern, as_weights, naming, square
from porism.objectives._objective import Objective, made

__all__ = ["coverage", "influence", "probabilistic_coverage", "weighted_coverage"]


def coverage(X: Any, *, n_elements: int | None = None) -> Objective:
    """The number of elements that the chosen items cover: f(S) = |∪ X[e], e in S|.

    Parameters
    ----------
    X : sparse or dense (n_items, n_elements) matrix, or sequence of sequences
        An item covers the elements whose entries in its row are not 0. Or for every item the elements that it covers:
        integers from 0, or anything hashable. The adjacency matrix of a graph gives neighbourhood coverage.
    n_elements : int, optional
        The number of elements where X is a sequence of integers; by default the largest and one.

    Returns
    -------
    Objective
        A gain costs the number of elements of the item.

    Raises
    ------
    InvalidInput, InvalidType
        If X is neither, or names an element out of range.
    """
    width = None if n_elements is None else as_integer("n_elements", n_elements, 0, 2**32 - 2)
    parts, matrix = as_pattern("X", X, width)
    with naming("X", matrix):
        return made("coverage", kernel.coverage(parts), X=matrix)


def weighted_coverage(X: Any, weights: npt.ArrayLike) -> Objective:
    """The weight of the elements that the chosen items cover.

    Parameters
    ----------
    X : sparse or dense (n_items, n_elements) matrix, or sequence of sequences
        As for :func:`coverage`.
    weights : (n_elements,) array-like
        What each element is worth, finite and ≥ 0.

    Raises
    ------
    InvalidInput, InvalidType
        If X or the weights are not so.
    """
    own = as_weights("weights", weights, None, "elements")
    parts, matrix = as_pattern("X", X, None if is_sparse(X) or isinstance(X, np.ndarray) else len(own))
    own = as_weights("weights", own, parts[3], "elements")
    with naming("X", matrix):
        return made("weighted_coverage", kernel.weighted_coverage(parts, own), X=matrix, weights=own)


def probabilistic_coverage(X: Any, weights: npt.ArrayLike | None = None) -> Objective:
    """The expected weight of what is covered: sum over u of weights[u] · (1 - prod over e in S of (1 - X[e, u])).

    Parameters
    ----------
    X : (n_items, n_elements) array, or sparse matrix
        X[e, u] is the probability that item e covers element u, independently of the others; what a sparse matrix does
        not store is 0.
    weights : (n_elements,) array-like, optional
        What each element is worth; 1 by default.

    Raises
    ------
    InvalidInput, InvalidType
        If an entry is no probability, or the weights are not finite and ≥ 0.
    """
    matrix, transposed = as_matrix("X", X)
    if transposed:
        matrix, _ = as_matrix("X", X.tocsr() if is_sparse(X) else np.ascontiguousarray(X))
    own = None if weights is None else as_weights("weights", weights, np.shape(X)[1], "elements")
    with naming("X", X):
        return made("probabilistic_coverage", kernel.probabilistic_coverage(matrix, own), X=X, **_given(weights=own))


def influence(activation: Any = None, *, n_sets: int = 10_000, rng: Rng = None, sets: Any = None) -> Objective:
    """The expected number of nodes that a cascade reaches from the chosen ones, estimated by reverse reachable sets.

    In the independent cascade model an active node u activates each neighbour v once, with probability
    activation[u, v]. The nodes from which a random node is reached form a reverse reachable set; n_nodes times the
    share of those sets that the chosen nodes hit estimates their influence (Borgs, Brautbar, Chayes & Lucier 2014).

    Parameters
    ----------
    activation : (n_nodes, n_nodes) sparse or dense matrix
        Probabilities.
    n_sets : int
        Reverse reachable sets to sample: the relative error falls with the square root of their number.
    rng : None, int or numpy.random.Generator
        Source of randomness.
    sets : (n_sets, n_nodes) sparse matrix, or sequence of sequences, instead of `activation`
        Reverse reachable sets that were sampled already.

    Raises
    ------
    InvalidInput, InvalidType
        If an entry is no probability, the matrix is not square, or both or neither of the two are given.
    """
    if (activation is None) == (sets is None):
        raise InvalidInput("activation must be given, or else sets; got " + ("none" if sets is None else "both"))
    if sets is None:
        number = as_integer("n_sets", n_sets, 1, 2**31 - 1)
        if not is_sparse(activation):
            activation = as_array("activation", activation, ndim=2, dtypes=[np.float64], promote=np.float64)
        square("activation", activation)
        if activation.shape[0] == 0:
            raise InvalidInput(f"activation must not be empty, got shape {activation.shape}")
        graph = sparse.csr_array(activation)
        parts, _ = as_matrix("activation", graph)
        with naming("activation", graph):
            indptr, indices = kernel.reverse_reachable(parts, number, as_seed(rng))
        sets = sparse.csr_array((np.ones(len(indices)), indices, indptr), shape=(number, graph.shape[0]))
    parts, matrix = as_pattern("sets", sets)
    with naming("sets", matrix):
        return made("influence", kernel.influence(parts), sets=matrix)


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}
