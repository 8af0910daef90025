"""What every motif-count solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import pickle
from math import comb
from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._labelled import as_labelled
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs._strategies import REFUSED_GRAPHS, Parts, graphs, matrix_of, relabelled, represented
from porism_graphs.motif_count.problem import MotifCount, motif_count
from porism_graphs.weisfeiler_leman.solvers import partition_refinement

__all__ = ["SUITE", "all_maps", "oracle"]

AnySolver = Solver[..., MotifCount]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def edges_of(graph: Any) -> dict[tuple[int, int], Any]:
    """The label of each edge, both ways; None where there are none."""
    made = as_labelled("G", graph)
    labels = [None] * len(made.indices) if made.edge_labels is None else made.edge_labels.tolist()
    return dict(zip(zip(made.rows.tolist(), made.indices.tolist(), strict=True), labels, strict=True))


def labels_of(graph: Any) -> list[Any]:
    """The label of each vertex; None where there are none."""
    made = as_labelled("G", graph)
    return [None] * made.n if made.labels is None else made.labels.tolist()


def all_maps(pattern: Any, graph: Any, kind: str) -> list[tuple[int, ...]]:
    """All maps of the pattern's vertices that are what `kind` asks for."""
    small, large = edges_of(pattern), edges_of(graph)
    mine, theirs = labels_of(pattern), labels_of(graph)
    maps: list[tuple[int, ...]] = [()]
    for v in range(len(mine)):
        longer = []
        for image in maps:
            for a in range(len(theirs)):
                if mine[v] != theirs[a] or (kind != "hom" and a in image):
                    continue
                pairs = [((u, v), (b, a)) for u, b in enumerate(image)]
                kept = all(small[one] == large.get(two, "none") for one, two in pairs if one in small)
                apart = kind != "induced" or not any(two in large for one, two in pairs if one not in small)
                if kept and apart:
                    longer.append((*image, a))
        maps = longer
    return maps


def oracle(pattern: Any, graph: Any, kind: str) -> tuple[int, list[int]]:
    """The count, and the counts by vertex."""
    maps = all_maps(pattern, graph, kind)
    share = 1 if kind == "hom" else len(all_maps(pattern, pattern, "induced"))
    n = len(labels_of(graph))
    return len(maps) // share, [sum(image.count(a) for image in maps) // share for a in range(n)]


# -- instances ---------------------------------------------------------------------------------------------------------

PLAIN: tuple[Parts, ...] = (
    (1, (), None, None),
    (2, ((0, 1),), None, None),
    (3, ((0, 1), (0, 2)), None, None),
    (3, ((0, 1), (0, 2), (1, 2)), None, None),
    (4, ((0, 3), (1, 3), (2, 3)), None, None),
    (4, ((0, 1), (0, 3), (1, 2), (2, 3)), None, None),
)
"""Patterns that every solver knows, also those with formulas."""


@st.composite
def _instances(draw: st.DrawFn, everything: bool) -> Instance:
    options: dict[str, Any] = {"per_vertex": draw(st.booleans())}
    if not everything:
        pattern: Parts = draw(st.sampled_from(PLAIN))
        options["kind"] = "subgraph"
        return Instance((pattern, draw(graphs(7).flatmap(represented))), options)
    labels, edge_labels = draw(
        st.sampled_from([(False, False), (False, False), (True, False), (False, True), (True, True)])
    )
    options["kind"] = draw(st.sampled_from(["subgraph", "induced", "hom"]))
    small = draw(graphs(4, labels=labels, edge_labels=edge_labels))
    large = draw(graphs(6, labels=labels, edge_labels=edge_labels))
    return Instance((draw(represented(small)), draw(represented(large))), options)


def instances(solver: AnySolver) -> st.SearchStrategy[Instance]:
    """Calls that the solver must be able to answer: all of them, or those with patterns of textbooks."""
    return _instances(bool(solver.claims.all_kinds))


def _parts(value: Any) -> Parts:
    return as_pattern("G", value).parts()


def _invalid() -> list[Invalid]:
    edge = (2, ((0, 1),))
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        *((graph, edge, {}, "pattern", word) for graph, word in REFUSED_GRAPHS),
        *((edge, graph, {}, "G", word) for graph, word in REFUSED_GRAPHS),
        (edge, edge, {"kind": "copies"}, "kind", "'copies'"),
        (edge, edge, {"kind": None}, "kind", "None"),
        (edge, edge, {"per_vertex": 1}, "per_vertex", "1"),
        ((2, ((0, 1),), (1, 1)), edge, {}, "G", "vertex labels"),
        (edge, (2, ((0, 1),), (1, 1)), {}, "pattern", "vertex labels"),
        ((2, ((0, 1),), None, (3,)), edge, {}, "G", "edge labels"),
        (edge, (2, ((0, 1),), None, (3,)), {}, "pattern", "edge labels"),
        ((33, ()), edge, {}, "pattern", "33"),
        (edge, edge, {"max_size": 0}, "max_size", "0"),
        (edge, edge, {"max_size": 40}, "max_size", "40"),
        ((11, ((0, 1),)), edge, {"max_size": 10}, "pattern", "678570"),
        (edge, edge, {"graph": 3}, "graph", "3"),
    ]
    declared = motif_count.signature.parameters
    return [
        Invalid(
            (pattern, graph),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for pattern, graph, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """A pattern with many quotients in a dense graph."""
    rng = np.random.default_rng(0)
    n = 900
    upper = np.triu(rng.random((n, n)) < 0.4, 1)
    cycle = (8, tuple(sorted((min(i, (i + 1) % 8), max(i, (i + 1) % 8)) for i in range(8))))
    return Instance((cycle, upper | upper.T), {"kind": "subgraph"})


SUITE = Suite(motif_count, instances=instances, invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("brute-force")
def brute_force(solver: AnySolver, instance: Instance) -> None:
    pattern, graph = instance.args
    expected, _ = oracle(pattern, graph, instance.options["kind"])
    found = instance.call(solver).count
    assert found == expected, f"{found} copies, by looking at all maps {expected}"


@SUITE.law("per-vertex")
def per_vertex(solver: AnySolver, instance: Instance) -> None:
    pattern, graph = instance.args
    result = instance.but(per_vertex=True).call(solver)
    _, expected = oracle(pattern, graph, instance.options["kind"])
    assert result.per_vertex is not None, "no counts by vertex"
    assert result.per_vertex.tolist() == expected, f"{result.per_vertex}, by looking at all maps {expected}"
    total = sum(result.per_vertex.tolist())
    assert total == len(labels_of(pattern)) * result.count, f"they sum up to {total}, with a count of {result.count}"


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    assert type(result.count) is int, f"count is a {type(result.count).__name__}"
    if instance.options["per_vertex"]:
        assert isinstance(result.per_vertex, np.ndarray), f"per_vertex is {result.per_vertex!r}"
        assert result.per_vertex.dtype in (np.dtype(np.int64), np.dtype(object)), f"dtype {result.per_vertex.dtype}"
        assert result.per_vertex.shape == (len(labels_of(instance.args[1])),), f"shape {result.per_vertex.shape}"
    else:
        assert result.per_vertex is None, "counts by vertex that nobody asked for"


@SUITE.law("relabelling")
def relabelling(solver: AnySolver, instance: Instance) -> None:
    pattern, graph = _parts(instance.args[0]), _parts(instance.args[1])
    turned = len(graph[1])
    to = [[(v + turned) % pattern[0] for v in range(pattern[0])][::-1], list(range(graph[0]))[::-1]]
    plain = instance.but(pattern, graph, per_vertex=True).call(solver)
    moved = instance.but(relabelled(pattern, to[0]), relabelled(graph, to[1]), per_vertex=True).call(solver)
    assert moved.count == plain.count, f"{moved.count} after relabelling, {plain.count} before"
    assert moved.per_vertex[to[1]].tolist() == plain.per_vertex.tolist(), "counts by vertex did not move along"


@SUITE.law("small")
def small(solver: AnySolver, instance: Instance) -> None:
    pattern = _parts(instance.args[0])
    if pattern[0] > 1 and instance.options["kind"] != "hom":
        n = pattern[0] - 1
        whole = as_pattern("pattern", pattern).induced(range(n)).parts()
        result = instance.but(pattern, whole).call(solver)
        assert result.count == 0, f"{result.count} copies of {pattern[0]} vertices among {n}"


@SUITE.law("same-labels")
def same_labels(solver: AnySolver, instance: Instance) -> None:
    names = {7: 0, -2: 2**40}

    def renamed(value: Any) -> Any:
        n, edges, labels, edge_labels = _parts(value)
        changed = [None if part is None else tuple(names[x] for x in part) for part in (labels, edge_labels)]
        return (n, edges, *changed)

    expected, result = instance.call(solver), instance.but(*map(renamed, instance.args)).call(solver)
    assert result == expected, f"{result} after renaming labels, {expected} before"


FOUR = tuple(
    Pattern(4, tuple(pair for i, pair in enumerate(((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))) if code >> i & 1))
    for code in range(64)
)


@SUITE.law("census", scale=0.4)
def census(solver: AnySolver, instance: Instance) -> None:
    n, edges, _, _ = _parts(instance.args[1])
    patterns = sorted({pattern.canonical() for pattern in FOUR}, key=lambda p: p.edges)
    assert len(patterns) == 11
    found = [solver(pattern.parts(), (n, edges), kind="induced").count for pattern in patterns]
    assert sum(found) == comb(n, 4), f"{found} induced copies, {comb(n, 4)} sets of 4 vertices"


@SUITE.law("product")
def product(solver: AnySolver, instance: Instance) -> None:
    pattern, graph = ((*_parts(value)[:2], None, None) for value in instance.args)
    other = (3, ((0, 1), (1, 2)), None, None)
    both = np.kron(matrix_of(graph), matrix_of(other))
    counts = [solver(pattern, target, kind="hom").count for target in (graph, other, both)]
    assert counts[2] == counts[0] * counts[1], f"{counts[2]} into the product, {counts[:2]} into its factors"


@SUITE.law("disjoint-union")
def disjoint_union(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    if len(pattern.components()) > 1:
        return
    n, edges, labels, names = _parts(instance.args[1])
    twice = (
        2 * n,
        edges + tuple((u + n, v + n) for u, v in edges),
        None if labels is None else labels * 2,
        None if names is None else names * 2,
    )
    one, two = instance.call(solver), instance.but(instance.args[0], twice).call(solver)
    assert two.count == 2 * one.count, f"{two.count} in two copies of the graph, {one.count} in one"


def _shrikhande_and_rook() -> tuple[Parts, Parts]:
    """Two strongly regular graphs on the 4 x 4 torus with equal parameters."""
    found: list[Parts] = []
    for steps in ([(0, 1), (1, 0), (1, 1)], [(0, 1), (0, 2), (1, 0), (2, 0)]):
        edges = set()
        for x in range(4):
            for y in range(4):
                for dx, dy in steps:
                    ends = 4 * x + y, 4 * ((x + dx) % 4) + (y + dy) % 4
                    edges.add((min(ends), max(ends)))
        found.append((16, tuple(sorted(edges)), None, None))
    return found[0], found[1]


HEXAGON: Parts = (6, ((0, 1), (0, 5), (1, 2), (2, 3), (3, 4), (4, 5)), None, None)
TRIANGLES: Parts = (6, ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)), None, None)


@SUITE.law("wl-invariance", instances=False)
def wl_invariance(solver: AnySolver) -> None:
    edge, triangle, square = PLAIN[1], PLAIN[3], PLAIN[5]
    for dimension, (one, other), patterns in (
        (1, (HEXAGON, TRIANGLES), [edge, PLAIN[2], PLAIN[4]]),
        (2, _shrikhande_and_rook(), [edge, PLAIN[2], PLAIN[4], triangle, square]),
    ):
        for pattern in patterns:
            counts = [solver(pattern, graph, kind="subgraph").count for graph in (one, other)]
            assert counts[0] == counts[1], (
                f"{counts} copies of {pattern} in graphs that {dimension}-dimensional WL takes for equal"
            )
    counts = [solver(triangle, graph, kind="subgraph").count for graph in (HEXAGON, TRIANGLES)]
    assert counts == [0, 2], f"{counts} triangles in a hexagon and in two triangles"


@SUITE.law("beyond-64-bits", instances=False)
def beyond_64_bits(solver: AnySolver) -> None:
    complete = np.ones((60, 60), dtype=np.int64) - np.eye(60, dtype=np.int64)
    for n in (11, 13, 20):  # above 2^64, 2^76, and with numbers by vertex above 2^64 and sums above 2^118
        path = (n, tuple((i, i + 1) for i in range(n - 1)))
        result = solver(path, complete, kind="hom", per_vertex=True)
        expected = 60 * 59 ** (n - 1)
        assert result.count == expected, f"{result.count} walks of {n} vertices, expected {expected}"
        assert result.per_vertex is not None
        values = result.per_vertex.tolist()
        assert values == [expected * n // 60] * 60, f"{values[0]} at a vertex, expected {expected * n // 60}"
    n = 400
    large = np.ones((n, n), dtype=np.int64) - np.eye(n, dtype=np.int64)
    star = (20, tuple((0, i) for i in range(1, 20)))
    found = solver(star, large, kind="hom").count
    assert found == n * (n - 1) ** 19, f"{found} homomorphisms of a star, expected {n * (n - 1) ** 19}"
    star = (10, star[1][:9])
    found = solver(star, large, kind="subgraph").count
    assert found == n * comb(n - 1, 9), f"{found} stars, expected {n * comb(n - 1, 9)}"


@SUITE.law("colours-only", scale=0.6)
def colours_only(solver: AnySolver, instance: Instance) -> None:
    pattern, graph = instance.args
    expected = instance.call(solver)
    n, _, labels, names = _parts(graph)
    other = (n, (), labels, None if names is None else ())
    colouring = partition_refinement([other, graph], 3, signature=True)
    sent = pickle.loads(pickle.dumps(colouring))
    result = solver(pattern, sent, **instance.options, graph=1)
    assert result == expected, f"{result} from colours alone, {expected} from the graph"
