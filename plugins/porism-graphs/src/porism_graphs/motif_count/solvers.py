"""The solvers of `motif-count`: through homomorphisms, from colours alone, and the baselines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import comb, lcm
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, MissingExtra
from porism.validation import as_flag, as_n_jobs, check_progress
from porism_graphs._arguments import as_choice, as_integer, told
from porism_graphs._basis import KINDS, LIMIT, Term, check_size, rooted_basis
from porism_graphs._basis import hom_basis as basis_of
from porism_graphs._labelled import LabelledGraph, as_labelled, check_labels_agree
from porism_graphs._papers import CURTICAPEAN_DELL_MARX_2017, LANZINGER_BARCELO_2024
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs.motif_count.colours import ColourCounts
from porism_graphs.motif_count.homomorphisms import Target
from porism_graphs.motif_count.problem import MotifCount, motif_count
from porism_graphs.weisfeiler_leman.problem import Colouring
from porism_graphs.weisfeiler_leman.solvers import partition_refinement

__all__ = [
    "Call",
    "as_call",
    "backtracking",
    "closed_formulas",
    "count_all",
    "from_wl_colours",
    "hom_basis",
    "igraph_lad",
    "outcome",
]

Progress = bool | Callable[[int, int, float], object]


@dataclass(frozen=True)
class Call:
    """The canonical arguments of the problem, checked."""

    pattern: Pattern
    graph: LabelledGraph
    kind: str
    per_vertex: bool


def as_call(pattern: object, G: object, kind: object, per_vertex: object) -> Call:
    """Check the canonical arguments; errors as :func:`motif_count` documents."""
    kind = as_choice("kind", kind, KINDS)
    small = as_pattern("pattern", pattern)
    graph = as_labelled("G", G)
    check_labels_agree([("pattern", as_labelled("pattern", small)), ("G", graph)])
    return Call(small, graph, kind, as_flag("per_vertex", per_vertex))


def outcome(pattern: Pattern, count: int, visits: npt.NDArray[Any] | None) -> MotifCount:
    """The result; `visits` are copies by vertex, Python ints or narrower."""
    if visits is None:
        return MotifCount(int(count))
    values = [int(value) for value in visits]
    fits = all(value < 2**63 for value in values)
    return MotifCount(int(count), np.array(values, dtype=np.int64 if fits else object))


def as_max_size(value: object, kind: str) -> int | None:
    """None, or a number of vertices that quotients can be listed for."""
    if value is None:
        return None
    if as_integer("max_size", value, 1) > LIMIT[kind]:
        raise InvalidInput(f"max_size must be at most {LIMIT[kind]} for kind={kind!r}, got {value}")
    return int(value)  # type: ignore[call-overload,no-any-return]


def combined(pattern: Pattern, kind: str, per_vertex: bool, counts: Any) -> MotifCount:
    """The combination of homomorphism counts that `pattern` asks for; `counts` has `count` and `at`."""
    if not per_vertex:
        total = sum((c * counts.count(F) for F, c in basis_of(pattern, kind).items()), Fraction(0))
        return outcome(pattern, whole(total), None)
    terms: list[Term] = rooted_basis(pattern, kind)
    common = lcm(*(term.coefficient.denominator for term in terms))
    visits: Any = 0
    for term in terms:
        visits = visits + counts.at(term.pattern, term.root) * int(term.coefficient * common)
    visits = np.array([whole(Fraction(value, common)) for value in visits.tolist()], dtype=object)
    return outcome(pattern, whole(Fraction(int(visits.sum()), pattern.n)), visits)


def half_of_memory() -> int:
    """Bytes; 2^62 where the system does not say."""
    if not hasattr(os, "sysconf"):
        return 2**62
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def whole(number: Fraction) -> int:
    """A count, which is an integer if everything is right."""
    if number.denominator != 1:
        raise porism.ComputationError(f"a count came out as {number}, which is no integer")
    return number.numerator


@porism.solver(
    motif_count,
    "hom-basis",
    default=True,
    paper=CURTICAPEAN_DELL_MARX_2017,
    complexity="O(n^(t+1)) for each of at most Bell(p) quotients, t their largest treewidth; far less in sparse graphs",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True, all_kinds=True, any_size=True),
)
def hom_basis(
    pattern: Any,
    G: Any,
    *,
    kind: str = "subgraph",
    per_vertex: bool = False,
    max_size: int | None = None,
    memory_limit: int | None = None,
    n_jobs: int | None = None,
    progress: Progress = False,
) -> MotifCount:
    """Count homomorphisms of the pattern's quotients along tree decompositions, and combine them.

    Time does not grow with the count, as that of a search does. In a dense graph of at most 4096 vertices, quotients of
    treewidth 2 are counted by products of matrices, whose threads are those of NumPy's BLAS.

    Parameters
    ----------
    max_size : int, optional
        Vertices of a pattern at most; by default 10, for induced copies 7, for homomorphisms 20. At most 16, 9 and 20.
    memory_limit : int, optional
        Bytes that a table of partial homomorphisms may take; by default half of the machine's memory.
    n_jobs : int, optional
        Threads, as in scikit-learn; the result does not depend on it.
    progress : bool or callable
        A callable is called as ``progress(done, total, value)`` for each pattern that is counted.
    """
    call = as_call(pattern, G, kind, per_vertex)
    check_progress(progress)
    check_size("pattern", call.pattern, call.kind, as_max_size(max_size, call.kind))
    target = Target(
        call.graph,
        limit=half_of_memory() if memory_limit is None else min(as_integer("memory_limit", memory_limit, 0), 2**62),
        n_threads=as_n_jobs(n_jobs),
        progress=progress if callable(progress) else None,
    )
    return combined(call.pattern, call.kind, call.per_vertex, target)


def count_all(
    patterns: Iterable[Any],
    G: Any,
    *,
    kind: str = "subgraph",
    per_vertex: bool = False,
    max_size: int | None = None,
    memory_limit: int | None = None,
    n_jobs: int | None = None,
) -> list[MotifCount]:
    """Count many patterns in one graph, as :func:`hom_basis` does each.

    What several of them need is counted once: the quotients of all 30 connected graphs of two to five vertices, and of
    their supergraphs, are 73 with their roots, where one call after the other counts 526.

    Parameters
    ----------
    patterns : iterable of graphs
        As for `motif-count`.
    G, kind, per_vertex, max_size, memory_limit, n_jobs
        As for :func:`hom_basis`.

    Returns
    -------
    list of MotifCount
        One for each pattern.

    Raises
    ------
    InvalidInput, InvalidType, TooLarge
        As `motif-count`; the argument is called ``patterns[i]``.

    Examples
    --------
    >>> import networkx
    >>> from porism_graphs.motif_count import count_all
    >>> patterns = [networkx.cycle_graph(n) for n in (3, 4, 5)]
    >>> [int(found) for found in count_all(patterns, networkx.petersen_graph())]
    [0, 0, 12]
    """
    kind = as_choice("kind", kind, KINDS)
    per_vertex, most = as_flag("per_vertex", per_vertex), as_max_size(max_size, kind)
    graph = as_labelled("G", G)
    if isinstance(patterns, str | bytes) or not isinstance(patterns, Iterable):
        raise InvalidType(f"patterns must be graphs, several of them, got {told(patterns)}")
    smalls = [as_pattern(f"patterns[{i}]", pattern) for i, pattern in enumerate(patterns)]
    for i, small in enumerate(smalls):
        check_labels_agree([(f"patterns[{i}]", as_labelled("pattern", small)), ("G", graph)])
        check_size(f"patterns[{i}]", small, kind, most)
    target = Target(
        graph,
        limit=half_of_memory() if memory_limit is None else min(as_integer("memory_limit", memory_limit, 0), 2**62),
        n_threads=as_n_jobs(n_jobs),
        remember=True,
    )
    return [combined(small, kind, per_vertex, target) for small in smalls]


@porism.solver(
    motif_count,
    "from-wl-colours",
    paper=LANZINGER_BARCELO_2024,
    complexity="the colouring, and for each quotient one pass over the colours' signatures",
    claims=Claims(deterministic=True, all_kinds=True, any_size=True, colours_only=True),
)
def from_wl_colours(
    pattern: Any,
    G: Any,
    *,
    kind: str = "subgraph",
    per_vertex: bool = False,
    max_size: int | None = None,
    graph: int = 0,
) -> MotifCount:
    """Count from the stable Weisfeiler-Leman colours alone, in as many dimensions as the pattern's treewidths need.

    Where G is a graph it is coloured first, and not looked at again. In its place may be a :class:`Colouring` with a
    signature: ``weisfeiler_leman(G, k, signature=True)``.

    Parameters
    ----------
    max_size : int, optional
        Vertices of a pattern at most; by default 10, for induced copies 7, for homomorphisms 20. At most 16, 9 and 20.
    graph : int
        Which graph of a colouring that was made of several.
    """
    if isinstance(G, Colouring):
        kind = as_choice("kind", kind, KINDS)
        small = as_pattern("pattern", pattern)
        per_vertex = as_flag("per_vertex", per_vertex)
        if as_integer("graph", graph, 0) >= len(G.sizes):
            raise InvalidInput(f"graph must be in 0..{len(G.sizes) - 1}, got {graph}")
        if G.signature is not None:
            for what, mine, theirs in (
                ("vertex", small.labels is not None, G.signature.has_labels),
                ("edge", small.edge_labels is not None, G.signature.has_edge_labels),
            ):
                if mine != theirs:
                    raise InvalidInput(f"pattern must have {what} labels as G has, or both none")
        check_size("pattern", small, kind, as_max_size(max_size, kind))
        return combined(small, kind, per_vertex, ColourCounts(G, graph))
    call = as_call(pattern, G, kind, per_vertex)
    if as_integer("graph", graph, 0) > 0:
        raise InvalidInput(f"graph must be 0 where G is one graph, got {graph}")
    check_size("pattern", call.pattern, call.kind, as_max_size(max_size, call.kind))
    k = max(1, *(F.treewidth for F in basis_of(call.pattern, call.kind)))
    if k > 4:
        raise InvalidInput(f"pattern must have WL-dimension 4 at most, got one of {k}")
    colouring = partition_refinement(call.graph, k, signature=True)
    return combined(call.pattern, call.kind, call.per_vertex, ColourCounts(colouring))


@porism.solver(
    motif_count,
    "backtracking",
    complexity="proportional to the maps that are tried, at least the number of copies times their automorphisms",
    claims=Claims(deterministic=True, interruptible=True, all_kinds=True),
)
def backtracking(
    pattern: Any, G: Any, *, kind: str = "subgraph", per_vertex: bool = False, progress: Progress = False
) -> MotifCount:
    """List all maps of the pattern by backtracking, in Rust, and divide by its automorphisms.

    Parameters
    ----------
    progress : bool or callable
        A callable is called now and then; there is nothing to be said before the end.
    """
    from porism.kernels import graph as kernel

    call = as_call(pattern, G, kind, per_vertex)
    check_progress(progress)
    target = Target(call.graph)
    coded = target.coded(call.pattern)
    if coded is None or (call.kind != "hom" and call.pattern.n > call.graph.n):
        return outcome(call.pattern, 0, np.zeros(call.graph.n, dtype=np.int64) if call.per_vertex else None)
    maps = {"subgraph": "embedding", "induced": "induced", "hom": "hom"}[call.kind]
    total, visits = kernel.embeddings(target.kernel, *coded, maps, progress if callable(progress) else None)
    share = 1 if call.kind == "hom" else call.pattern.automorphisms
    count = whole(Fraction(total, share))
    if not call.per_vertex:
        return outcome(call.pattern, count, None)
    return outcome(call.pattern, count, np.array([value // share for value in visits.tolist()], dtype=object))


@porism.solver(
    motif_count,
    "igraph-lad",
    complexity="proportional to the maps that are tried; a list of all of them in memory",
    claims=Claims(deterministic=True),
)
def igraph_lad(pattern: Any, G: Any, *, kind: str = "subgraph", per_vertex: bool = False) -> MotifCount:
    """List all embeddings by the LAD algorithm of igraph (Solnon 2010), and divide by the automorphisms.

    Without edge labels and without homomorphisms, which LAD does not have.
    """
    call = as_call(pattern, G, kind, per_vertex)
    if call.kind == "hom":
        raise InvalidInput("kind must be 'subgraph' or 'induced' for LAD, got 'hom'")
    if call.graph.edge_labels is not None:
        raise InvalidInput("G must have no edge labels for LAD, got some")
    try:
        import igraph
    except ImportError as error:
        raise MissingExtra("igraph is not installed: pip install 'porism-graphs[bench]'") from error
    nothing = np.zeros(call.graph.n, dtype=np.int64) if call.per_vertex else None
    if call.pattern.n > call.graph.n:
        return outcome(call.pattern, 0, nothing)
    small = igraph.Graph(n=call.pattern.n, edges=list(call.pattern.edges))
    large = igraph.Graph(n=call.graph.n, edges=call.graph.edges())
    domains = None
    if call.pattern.labels is not None and call.graph.labels is not None:
        domains = [np.flatnonzero(call.graph.labels == label).tolist() for label in call.pattern.labels]
        if not all(domains):
            return outcome(call.pattern, 0, nothing)
    maps = large.get_subisomorphisms_lad(small, domains=domains, induced=call.kind == "induced")
    share = call.pattern.automorphisms
    count = whole(Fraction(len(maps), share))
    if not call.per_vertex:
        return outcome(call.pattern, count, None)
    flat = np.array(maps, dtype=np.int64).reshape(-1)
    return outcome(call.pattern, count, np.bincount(flat, minlength=call.graph.n) // share)


@porism.solver(
    motif_count,
    "closed-formulas",
    complexity="O(m) for stars, the square of a sparse matrix for triangles and 4-cycles",
    claims=Claims(deterministic=True),
)
def closed_formulas(pattern: Any, G: Any, *, kind: str = "subgraph", per_vertex: bool = False) -> MotifCount:
    """Count single vertices, stars (edges too), triangles or 4-cycles as textbooks do.

    Subgraphs only (of vertices, edges and triangles induced ones, which are the same), and without labels.
    """
    from scipy import sparse

    call = as_call(pattern, G, kind, per_vertex)
    if call.kind == "hom":
        raise InvalidInput("kind must be 'subgraph' or 'induced' for closed formulas, got 'hom'")
    if call.graph.labels is not None or call.graph.edge_labels is not None:
        raise InvalidInput("G must have no labels for closed formulas, got some")
    small, n = call.pattern, call.graph.n
    degrees = np.diff(call.graph.indptr).tolist()
    sizes = sorted(len(around) for around in small.neighbours)
    star = len(small.edges) == small.n - 1 and sizes[-1] == small.n - 1
    A = sparse.csr_array(
        (np.ones(len(call.graph.indices), dtype=np.int64), call.graph.indices.astype(np.int64), call.graph.indptr),
        shape=(n, n),
    )
    visits: npt.NDArray[Any]
    if small.n == 1:
        visits = np.ones(n, dtype=np.int64)
    elif small.n == 2 and star:
        visits = np.array(degrees, dtype=np.int64)
    elif small.n == 3 and len(small.edges) == 3:
        visits = np.asarray((A @ A).multiply(A).sum(axis=1)).reshape(-1) // 2
    elif star and call.kind == "subgraph":
        centre = [comb(d, small.n - 1) for d in degrees]
        leaf = np.array([comb(d - 1, small.n - 2) if d else 0 for d in degrees], dtype=object)
        rows = np.split(call.graph.indices, call.graph.indptr[1:-1])
        visits = np.array([centre[v] + sum(leaf[row].tolist()) for v, row in enumerate(rows)], dtype=object)
    elif small.n == 4 and sizes == [2, 2, 2, 2] and call.kind == "subgraph":
        common = sparse.csr_array(A @ A)
        common.setdiag(0)
        pairs = sparse.csr_array(common.multiply(common - common.sign()))
        visits = np.asarray(pairs.sum(axis=1)).reshape(-1) // 2
    else:
        raise InvalidInput(
            "pattern must be a vertex, an edge or a triangle, or with kind='subgraph' a star or a 4-cycle, "
            f"got one of {small.n} vertices and {len(small.edges)} edges and kind={call.kind!r}"
        )
    count = whole(Fraction(sum(int(value) for value in visits.tolist()), small.n))
    return outcome(small, count, visits if call.per_vertex else None)
