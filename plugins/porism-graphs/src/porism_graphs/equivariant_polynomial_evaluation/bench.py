"""What `porism bench equivariant-polynomial-evaluation` measures: every polynomial of simple graphs up to degree 5.

All 167 of them that have a value at each node, on random graphs: dense, beside ``numpy.einsum(…, optimize=True)`` for
each, and beside opt-einsum for each, with and without the intermediate results that it can share; and sparse, on graphs
where nothing dense fits. The check is a random functional of all values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Limit, Peer, Task, Workload
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_evaluation.problem import PolynomialValues

__all__ = ["WORKLOADS", "node_polynomials", "random_graph"]

DEGREE = 5


def node_polynomials(degree: int = DEGREE) -> list[GraphPolynomial]:
    """Every polynomial of simple graphs with a value at each node, of degree up to `degree`."""
    families = [Family(d, "node", True, False, True, False, None, 1) for d in range(degree + 1)]
    return [H for family in families for H in multigraphs(family)]


def random_graph(n: int, m: int, seed: int) -> Any:
    """A simple graph with m edges, less those drawn twice, as a symmetric csr_array of int64."""
    from scipy import sparse

    ends = np.random.default_rng(seed).integers(n, size=(2, m))
    ends = ends[:, ends[0] != ends[1]]
    A = sparse.coo_array((np.ones(ends.shape[1], dtype=np.int64), (ends[0], ends[1])), shape=(n, n)).tocsr()
    A = sparse.csr_array(A + A.T)
    A.data[:] = 1
    return A


def make_dense(size: int, seed: int) -> Task:
    """A graph with half of a tenth of all pairs joined, as an array."""
    A = random_graph(size, size * size // 20, seed).toarray()
    return Task(args=(node_polynomials(), A), facts={"weights": np.random.default_rng([seed, 1]).standard_normal(size)})


def make_sparse(size: int, seed: int) -> Task:
    """A graph with five edges for each node."""
    A = random_graph(size, 5 * size, seed)
    return Task(args=(node_polynomials(), A), facts={"weights": np.random.default_rng([seed, 1]).standard_normal(size)})


def functional(task: Task, value: Any) -> float:
    """Values scaled to at most one, times random weights, added up."""
    values = np.asarray(value.values if isinstance(value, PolynomialValues) else value, dtype=np.float64)
    scaled = values / np.maximum(np.abs(values).max(axis=1, keepdims=True), 1.0)
    return float((scaled @ task.facts["weights"]) @ np.arange(1, len(values) + 1))


def multiplied(task: Task, value: Any) -> Limit | None:
    """The matrix products that no order of contraction avoids, at what one of them takes here."""
    import time

    A = task.args[1]
    if hasattr(A, "nnz") or not isinstance(value, PolynomialValues):
        return None
    matrix = A.astype(np.float64)
    least = np.inf
    for _ in range(5):
        start = time.perf_counter()
        matrix @ matrix
        least = min(least, time.perf_counter() - start)
    return Limit(what="3 matrix products, of which paths of lengths 2, 3 and 4 are made", seconds=3 * least)


def numpy_start(task: Task) -> Callable[[], Any]:
    """Calls numpy.einsum for each polynomial."""
    H, A = task.args
    X = A.astype(np.float64)
    ones = np.ones(len(X))

    def operands(one: GraphPolynomial) -> list[Any]:
        inputs, outputs = one.einsum()
        made = [part for edge in inputs for part in (X, list(edge))]
        return made if any(outputs[0] in edge for edge in inputs) else [*made, ones, list(outputs)]

    calls = [(operands(one), list(one.outputs)) for one in H]
    return lambda: np.array([np.einsum(*given, out, optimize=True) for given, out in calls])


def opt_einsum_start(*, shared: bool) -> Callable[[Task], Callable[[], Any]]:
    """Calls opt_einsum.contract for each polynomial, alone or with shared intermediate results."""

    def start(task: Task) -> Callable[[], Any]:
        import opt_einsum

        H, A = task.args
        X = A.astype(np.float64)
        ones = np.ones(len(X))

        def all_of_them() -> Any:
            made = []
            for one in H:
                inputs, outputs = one.einsum()
                given = [part for edge in inputs for part in (X, list(edge))]
                if not any(outputs[0] in edge for edge in inputs):
                    given += [ones, list(outputs)]
                made.append(opt_einsum.contract(*given, list(outputs)))
            return np.array(made)

        def call() -> Any:
            if not shared:
                return all_of_them()
            with opt_einsum.shared_intermediates():
                return all_of_them()

        return call

    return start


def memory_dense(size: int) -> int:
    """Some tens of matrices, and what the libraries are themselves."""
    return 300_000_000 + 100 * 8 * size * size


def memory_sparse(size: int) -> int:
    """A few squares of the matrix."""
    return 400_000_000 + size * 120 * 24 * 6


DENSE = ("contraction-path",)
INSTALL = "porism-graphs[bench]"

WORKLOADS = (
    Workload(
        name="node-dense",
        summary="all 167 polynomials of simple graphs with values at nodes, degree at most 5; a tenth of pairs joined",
        sizes=(50, 100, 200),
        make=make_dense,
        check=functional,
        check_name="functional",
        tolerance=1e-6,
        memory=memory_dense,
        limit=multiplied,
        solvers=("contraction-path", "cotengra", "tree-decomposition"),
        largest={"numpy.einsum": 100, "tree-decomposition": 100},
        peers=(
            Peer(
                name="numpy.einsum",
                form="optimize=True, each",
                of=DENSE,
                start=numpy_start,
                distributions=("numpy",),
                install=INSTALL,
            ),
            Peer(
                name="opt_einsum.contract",
                form="each",
                of=DENSE,
                start=opt_einsum_start(shared=False),
                distributions=("opt_einsum",),
                install=INSTALL,
            ),
            Peer(
                name="opt_einsum.contract",
                form="shared_intermediates",
                of=DENSE,
                start=opt_einsum_start(shared=True),
                distributions=("opt_einsum",),
                install=INSTALL,
            ),
        ),
    ),
    Workload(
        name="node-sparse",
        summary="the same on sparse graphs, five edges for each node",
        sizes=(1000, 10_000, 100_000),
        make=make_sparse,
        check=functional,
        check_name="functional",
        tolerance=1e-6,
        memory=memory_sparse,
        solvers=("tree-decomposition", "contraction-path"),
        largest={"contraction-path": 1000},
    ),
)
