"""The solvers of `weisfeiler-leman`: partition refinement in Rust, and the definition in Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, TooLarge
from porism.validation import as_flag, as_n_jobs, check_memory, check_progress
from porism_graphs._arguments import as_choice, as_integer, told
from porism_graphs._labelled import LabelledGraph, as_labelled, check_labels_agree
from porism_graphs._papers import WEISFEILER_LEMAN_1968
from porism_graphs.weisfeiler_leman.problem import Colouring, Signature, weisfeiler_leman

__all__ = ["Call", "as_call", "as_graphs", "naive_rehash", "outcome", "partition_refinement"]

Ints = npt.NDArray[np.int64]

MOST_DIMENSIONS = 4
FOREVER = 2**62

MOST_DESCRIBED = 100_000
"""Colours whose signature is read off, in Python."""


@dataclass(frozen=True)
class Call:
    """The canonical arguments of the problem, checked.

    Attributes
    ----------
    graphs : list of LabelledGraph
    k : int
    variant : str
    rounds : int or None
    labels : list of (n,) int64 arrays
        The rank of each vertex's label, for each graph.
    edge_labels : list of (2m,) int64 arrays
        The rank of the label of each entry.
    edge_names : (l,) int64 array
        The labels by rank.
    """

    graphs: list[LabelledGraph]
    k: int
    variant: str
    rounds: int | None
    labels: list[Ints]
    edge_labels: list[Ints]
    edge_names: Ints

    @property
    def sizes(self) -> Ints:
        """Vertices of each graph."""
        return np.array([graph.n for graph in self.graphs], dtype=np.int64)


def as_graphs(name: str, value: Any) -> list[LabelledGraph]:
    """One graph or a list of them."""
    if isinstance(value, np.ndarray) and value.ndim == 3:
        value = list(value)
    if isinstance(value, list) or (isinstance(value, tuple) and value and not isinstance(value[0], int | np.integer)):
        if not value:
            raise InvalidInput(f"{name} must have at least one graph, got none")
        return [as_labelled(f"{name}[{i}]", graph) for i, graph in enumerate(value)]
    if isinstance(value, tuple) and not value:
        raise InvalidInput(f"{name} must have at least one graph, got none")
    if value is None or isinstance(value, set | dict):
        raise InvalidType(f"{name} must be a graph or a list of graphs, got {told(value)}")
    return [as_labelled(name, value)]


def as_call(Gs: object, k: object, variant: object, rounds: object) -> Call:
    """Check the canonical arguments; errors as :func:`weisfeiler_leman` documents."""
    if as_integer("k", k, 1) > MOST_DIMENSIONS:
        raise InvalidInput(f"k must be an integer in 1..{MOST_DIMENSIONS}, got {k}")
    variant = as_choice("variant", variant, ("folklore", "oblivious"))
    if rounds is not None:
        rounds = min(as_integer("rounds", rounds, 0), FOREVER)
    graphs = as_graphs("Gs", Gs)
    check_labels_agree([(f"Gs[{i}]", graph) for i, graph in enumerate(graphs)])
    ranked = []
    names = []
    for part in ("labels", "edge_labels"):
        sizes = [graph.n if part == "labels" else len(graph.indices) for graph in graphs]
        found = [getattr(graph, part) for graph in graphs]
        filled = [np.zeros(n, dtype=np.int64) if x is None else x for n, x in zip(sizes, found, strict=True)]
        values, ranks = np.unique(np.concatenate(filled), return_inverse=True)
        ranked.append(np.split(ranks.astype(np.int64).reshape(-1), np.cumsum(sizes)[:-1]))
        names.append(values if len(values) else np.zeros(1, dtype=np.int64))
    if len(names[1]) > 65_536:
        raise InvalidInput(f"Gs must have at most 65536 different edge labels, got {len(names[1])}")
    return Call(graphs, int(k), variant, rounds, ranked[0], ranked[1], names[1])  # type: ignore[call-overload]


def outcome(call: Call, colours: Ints, rounds: int, stable: bool, signature: Signature | None = None) -> Colouring:
    """The result that these colours are: numbered 0, 1, …, graph after graph."""
    lengths = call.sizes**call.k
    n_colours = int(colours.max()) + 1
    parts = np.split(colours, np.cumsum(lengths)[:-1])
    histogram = np.array([np.bincount(part, minlength=n_colours) for part in parts], dtype=np.int64)
    return Colouring(colours, call.sizes, histogram, rounds, stable, call.k, call.variant, signature)


@porism.solver(
    weisfeiler_leman,
    "partition-refinement",
    default=True,
    paper=WEISFEILER_LEMAN_1968,
    complexity="k = 1: O(m log n) edges looked at; k ≥ 2: O(k n^(k+1)) per round, 24 bytes for each of the n^k tuples",
    claims=Claims(deterministic=True, thread_invariant=True, interruptible=True),
)
def partition_refinement(
    Gs: Any,
    k: int = 1,
    *,
    variant: str = "folklore",
    rounds: int | None = None,
    signature: bool = False,
    memory_limit: int | None = None,
    n_jobs: int | None = None,
    progress: bool | Callable[[int, int, float], object] = False,
) -> Colouring:
    """Refine classes of vertices or tuples in Rust; exactly, as colours are never told apart by hashes alone.

    Parameters
    ----------
    signature : bool
        Whether to give :attr:`Colouring.signature`, from which patterns can be counted; it needs stable folklore
        colours, and memory for n rows of each colour.
    memory_limit : int, optional
        Bytes that the colours may take; by default nine tenths of the memory available.
    n_jobs : int, optional
        Threads, for k ≥ 2, as in scikit-learn; the result does not depend on it.
    progress : bool or callable
        A callable is called as ``progress(done, total, value)``, the value being the colours so far.
    """
    from porism.kernels import graph as kernel

    call = as_call(Gs, k, variant, rounds)
    check_progress(progress)
    threads = as_n_jobs(n_jobs)
    if as_flag("signature", signature) and (call.rounds is not None or (call.variant == "oblivious" and call.k > 1)):
        raise InvalidInput("signature must be False for a number of rounds or the oblivious variant, got True")
    n_tuples = sum(graph.n**call.k for graph in call.graphs)
    largest = max(graph.n for graph in call.graphs)
    needed = 24 * n_tuples + (4 * largest**2 if call.k > 1 else 40 * sum(len(g.indices) for g in call.graphs))
    check_memory(f"Gs: {n_tuples} colours of {call.k}-tuples", needed, memory_limit)
    union = _union(call)
    initial = np.concatenate(call.labels).astype(np.uint32)
    most = FOREVER if call.rounds is None else call.rounds
    callback = progress if callable(progress) else None
    if call.k == 1:
        found = kernel.refine_vertices(union, initial, most, callback)
    else:
        found = kernel.refine_tuples(
            union,
            call.sizes.tolist(),
            initial,
            call.k,
            oblivious=call.variant == "oblivious",
            most_rounds=most,
            n_threads=threads,
            progress=callback,
        )
    colours = found[0].astype(np.int64)
    described = None
    if signature:
        if found[1] > MOST_DESCRIBED:
            raise TooLarge(f"signature must be of at most {MOST_DESCRIBED} colours, there are {found[1]}")
        rows = found[1] * largest
        check_memory(f"signature=True: {rows} rows for {found[1]} colours", 16 * rows * (call.k + 1), memory_limit)
        described = describe(call, colours, found[1])
    return outcome(call, colours, found[2], found[3], described)


def _union(call: Call) -> Any:
    """All graphs side by side, for the kernels."""
    starts = np.concatenate(([0], np.cumsum(call.sizes)))
    indices = [graph.indices.astype(np.int64) + starts[i] for i, graph in enumerate(call.graphs)]
    degrees = np.concatenate([np.diff(graph.indptr) for graph in call.graphs])
    joined = LabelledGraph(
        np.concatenate(([0], np.cumsum(degrees))).astype(np.int64), np.concatenate(indices).astype(np.uint32)
    )
    return joined.to_kernel(np.concatenate(call.edge_labels))


def describe(call: Call, colours: Ints, n_colours: int) -> Signature:
    """What stable colours say about their tuples, read off one tuple of each."""
    k = call.k
    _, first = np.unique(colours, return_index=True)
    starts = np.concatenate(([0], np.cumsum(call.sizes**k)))
    labels = np.zeros((n_colours, k), dtype=np.int64)
    adjacency = np.full((n_colours, k, k), -1, dtype=np.int64)
    equal = np.zeros((n_colours, k, k), dtype=bool)
    substitutions = np.zeros(((k,) * k) + (n_colours,), dtype=np.int64)
    keys, counts, edges, lengths = [], [], [], []
    for colour, index in enumerate(first):
        i = int(np.searchsorted(starts, index, side="right")) - 1
        graph, n = call.graphs[i], call.graphs[i].n
        own = colours[starts[i] : starts[i + 1]].reshape((n,) * k)
        t = np.unravel_index(index - starts[i], (n,) * k)
        for a in range(k):
            labels[colour, a] = 0 if graph.labels is None else graph.labels[t[a]]
            row = slice(graph.indptr[t[a]], graph.indptr[t[a] + 1])
            for b in range(k):
                equal[colour, a, b] = t[a] == t[b]
                at = np.flatnonzero(graph.indices[row] == t[b])
                if at.size:
                    adjacency[colour, a, b] = call.edge_labels[i][row][at[0]]
        for chosen in itertools.product(range(k), repeat=k):
            substitutions[(*chosen, colour)] = own[tuple(t[a] for a in chosen)]
        if k == 1:
            row = slice(graph.indptr[t[0]], graph.indptr[t[0] + 1])
            pairs = np.column_stack((own[graph.indices[row]], call.edge_labels[i][row]))
        else:
            pairs = np.column_stack([own[(*t[:a], slice(None), *t[a + 1 :])] for a in range(k)])
        found, many = np.unique(pairs, axis=0, return_counts=True)
        keys.append(found[:, :1] if k == 1 else found)
        edges.append(found[:, 1] if k == 1 else found[:0, 0])
        counts.append(many)
        lengths.append(len(found))
    return Signature(
        k,
        labels,
        adjacency,
        equal,
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.concatenate(keys).astype(np.int64).reshape(-1, k),
        np.concatenate(counts).astype(np.int64),
        np.concatenate(edges).astype(np.int64),
        substitutions,
        call.edge_names,
        call.graphs[0].labels is not None,
        call.graphs[0].edge_labels is not None,
    )


@porism.solver(
    weisfeiler_leman,
    "naive-rehash",
    paper=WEISFEILER_LEMAN_1968,
    complexity="O(k n^(k+1) log n) per round, in Python",
    claims=Claims(deterministic=True),
)
def naive_rehash(Gs: Any, k: int = 1, *, variant: str = "folklore", rounds: int | None = None) -> Colouring:
    """Do what the definition says: every round makes new colours for all tuples from sorted lists of old ones."""
    call = as_call(Gs, k, variant, rounds)
    check_memory("Gs: the lists of all tuples", 60 * call.k * sum(g.n ** (call.k + 1) for g in call.graphs), None)
    adjacent = [_adjacent(call, i) for i in range(len(call.graphs))]
    tuples = [(i, t) for i, g in enumerate(call.graphs) for t in itertools.product(range(g.n), repeat=call.k)]
    colours = _named([_type(call, i, adjacent[i], t) for i, t in tuples])
    done = 0
    while True:
        of = dict(zip(tuples, colours, strict=True))
        refined = _named([(of[i, t], *_around(call, i, adjacent[i], of, t)) for i, t in tuples])
        stable = max(refined) == max(colours)
        if stable or done == call.rounds:
            return outcome(call, np.array(colours, dtype=np.int64), done, stable)
        colours, done = refined, done + 1


Tuple = tuple[int, ...]
Edges = dict[int, list[tuple[int, int]]]


def _adjacent(call: Call, i: int) -> Edges:
    """The neighbours of each vertex with the rank of the edge's label."""
    graph = call.graphs[i]
    found: Edges = {v: [] for v in range(graph.n)}
    for u, v, label in zip(graph.rows.tolist(), graph.indices.tolist(), call.edge_labels[i].tolist(), strict=True):
        found[u].append((v, label))
    return found


def _type(call: Call, i: int, adjacent: Edges, t: Tuple) -> tuple[int, ...]:
    """The ordered isomorphism type of a tuple."""
    pairs = [-2 if t[a] == t[b] else dict(adjacent[t[a]]).get(t[b], -1) for a in range(call.k) for b in range(a)]
    return (*(int(call.labels[i][v]) for v in t), *pairs)


def _around(call: Call, i: int, adjacent: Edges, of: dict[tuple[int, Tuple], int], t: Tuple) -> list[Any]:
    """What refines the colour of a tuple."""
    if call.k == 1:
        return sorted((label, of[i, (v,)]) for v, label in adjacent[t[0]])
    moved = [[of[i, (*t[:a], w, *t[a + 1 :])] for a in range(call.k)] for w in adjacent]
    if call.variant == "folklore":
        return sorted(map(tuple, moved))
    return [tuple(sorted(column)) for column in zip(*moved, strict=True)]


def _named(rows: list[Any]) -> list[int]:
    """Numbers 0, 1, … for rows, in their order."""
    names = {row: name for name, row in enumerate(sorted(set(rows)))}
    return [names[row] for row in rows]
