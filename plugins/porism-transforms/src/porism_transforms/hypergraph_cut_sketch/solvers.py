"""The solvers of `hypergraph-cut-sketch`: a sparse transform of the cut function, and the dense one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import porism
from porism import Claims, InvalidInput, InvalidType
from porism.validation import as_integer
from porism_transforms.hypergraph_cut_sketch.edges import edges_of
from porism_transforms.hypergraph_cut_sketch.problem import HypergraphResult, hypergraph_cut_sketch
from porism_transforms.sparse_walsh_hadamard import NotSparseWarning, SparseWHTResult, fwht, spright_nso
from porism_transforms.sparse_walsh_hadamard.solvers import LI_2015

__all__ = ["dense_cut", "spright_cut"]


def _checked(cut: object, n: object, max_edge_size: object) -> tuple[int, int]:
    if not callable(cut):
        raise InvalidType(f"cut must be a callable, got a {type(cut).__name__}")
    vertices = as_integer("n", n, 2, 63)
    return vertices, as_integer("max_edge_size", max_edge_size, 2, 16)


def _solved(transform: Callable[[], SparseWHTResult], most: int) -> HypergraphResult:
    """The edges of the spectrum that `transform` finds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)  # said below, of cuts
            result = transform()
    except InvalidInput as error:
        # the function is called f there
        raise type(error)(str(error).replace("f must", "cut must", 1)) from None
    spectrum = dict(zip(result.support.tolist(), result.coefficients.tolist(), strict=True))
    largest = max(map(abs, spectrum.values()), default=0.0)
    edges, whole = edges_of(spectrum, most, 1e-9 * largest)
    if not (result.converged and whole):
        why = "it is no cut function of such edges" if result.converged else "its spectrum was not resolved"
        warnings.warn(
            f"the edges found do not explain the function after {result.n_evaluations} evaluations: {why}",
            NotSparseWarning,
            stacklevel=4,
        )
    return HypergraphResult(
        edges=tuple(edges),
        weights=np.array(list(edges.values()), dtype=np.float64),
        n=result.n,
        converged=result.converged and whole,
        n_queries=result.n_queries,
        n_evaluations=result.n_evaluations,
    )


@porism.solver(
    hypergraph_cut_sketch,
    "spright-cut",
    paper=LI_2015,
    complexity="O(K s log n) evaluations for K even parts of edges of s vertices, and that times log K in time",
    claims=Claims(sublinear=True, thread_invariant=True),
    tags=("sublinear",),
    default=True,
)
def spright_cut(
    cut: Any,
    n: int,
    max_edge_size: int = 2,
    *,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    n_chains: int | None = None,
    subsampling: str = "random",
    n_jobs: int | None = None,
) -> HypergraphResult:
    """The spectrum by SPRIGHT, with offsets of a BCH code where those are fewer: no coefficient has more vertices.

    Parameters
    ----------
    n_chains : int, optional
        As of `spright-nso`.
    subsampling : {"random", "bits"}
        As of `spright-nso`. Slices of consecutive bits do not tell small edges apart.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    vertices, most = _checked(cut, n, max_edge_size)
    return _solved(
        lambda: spright_nso(
            cut,
            vertices,
            verify=verify,
            max_queries=max_queries,
            rng=rng,
            n_chains=n_chains,
            max_degree=min(vertices, most - most % 2),
            subsampling=subsampling,
            n_jobs=n_jobs,
        ),
        most,
    )


@porism.solver(
    hypergraph_cut_sketch,
    "dense-cut",
    complexity="2^n evaluations, O(n 2^n) time and O(2^n) memory",
    claims=Claims(thread_invariant=True),
    tags=("baseline",),
)
def dense_cut(
    cut: Any,
    n: int,
    max_edge_size: int = 2,
    *,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    n_jobs: int | None = None,
) -> HypergraphResult:
    """The whole spectrum, from all 2^n cuts.

    Parameters
    ----------
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    vertices, most = _checked(cut, n, max_edge_size)
    return _solved(lambda: fwht(cut, vertices, verify=verify, max_queries=max_queries, rng=rng, n_jobs=n_jobs), most)
