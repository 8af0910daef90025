"""What every wl-dimension solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs._strategies import REFUSED_GRAPHS, Parts, graphs, relabelled, represented
from porism_graphs.motif_count.laws import all_maps, oracle
from porism_graphs.wl_dimension.problem import WLDimension, wl_dimension

__all__ = ["SUITE", "quotients", "treewidth"]

AnySolver = Solver[..., WLDimension]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def treewidth(pattern: Pattern) -> int:
    """The treewidth, by trying all orders of elimination."""
    best = pattern.n
    for order in itertools.permutations(range(pattern.n)):
        around = [set(pattern.neighbours[v]) for v in range(pattern.n)]
        width = 0
        for v in order:
            width = max(width, len(around[v]))
            for u in around[v]:
                around[u] = (around[u] | around[v]) - {u, v}
        best = min(best, width)
    return best


def quotients(pattern: Pattern) -> list[Pattern]:
    """Those by all maps of the vertices to block numbers that are what they must be."""
    found = set()
    for blocks in itertools.product(range(pattern.n), repeat=pattern.n):
        if any(blocks[v] > max((-1, *blocks[:v])) + 1 for v in range(pattern.n)):
            continue  # another numbering of the same blocks
        edges: dict[tuple[int, int], set[Any]] = {}
        for i, (u, v) in enumerate(pattern.edges):
            ends = (min(blocks[u], blocks[v]), max(blocks[u], blocks[v]))
            edges.setdefault(ends, set()).add(None if pattern.edge_labels is None else pattern.edge_labels[i])
        names = (
            [{pattern.labels[v] for v in range(pattern.n) if blocks[v] == b} for b in set(blocks)]
            if pattern.labels
            else []
        )
        if all(u != v for u, v in edges) and all(len(x) == 1 for x in (*edges.values(), *names)):
            found.add(Pattern(max(blocks) + 1, tuple(sorted(edges))))
    return list(found)


def expected(pattern: Pattern, kind: str) -> int:
    """The dimension, by the theorem."""
    if kind == "hom":
        return treewidth(pattern)
    if kind == "induced":
        return pattern.n - 1
    forms = {quotient.canonical() for quotient in quotients(pattern)}
    return max(treewidth(form) for form in forms)


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A pattern of at most five vertices."""
    labels, names = draw(st.sampled_from([(False, False), (False, False), (True, False), (False, True)]))
    kind = draw(st.sampled_from(["subgraph", "subgraph", "induced", "hom"]))
    parts = draw(graphs(4 if kind == "induced" else 5, labels=labels, edge_labels=names))
    return Instance((draw(represented(parts)),), {"kind": kind})


def _invalid() -> list[Invalid]:
    edge = (2, ((0, 1),))
    calls: list[tuple[Any, dict[str, Any], str, str]] = [
        *((graph, {}, "pattern", word) for graph, word in REFUSED_GRAPHS),
        (edge, {"kind": "copies"}, "kind", "'copies'"),
        (edge, {"kind": 0}, "kind", "0"),
        ((33, ()), {}, "pattern", "33"),
        ({}, {}, "pattern", "empty"),
        ({edge: 0.5}, {}, "pattern", "0.5"),
        ({edge: True}, {}, "pattern", "True"),
        ({edge: 1, (1, (), (5,)): 1}, {}, "pattern", "both"),
        (edge, {"max_size": 0}, "max_size", "0"),
        (edge, {"max_size": 1}, "pattern", "got 2"),
    ]
    declared = wl_dimension.signature.parameters
    return [
        Invalid(
            (pattern,),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for pattern, options, argument, mentions in calls
    ]


SUITE = Suite(wl_dimension, instances=instances(), invalid=_invalid())


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("definition")
def definition(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    found, right = instance.call(solver).k, expected(pattern, instance.options["kind"])
    assert found == right, f"dimension {found}, by all quotients {right}"


def cycle(n: int) -> Parts:
    """The cycle on n vertices."""
    return n, tuple(sorted((min(i, (i + 1) % n), max(i, (i + 1) % n)) for i in range(n))), None, None


def path(n: int) -> Parts:
    """The path on n vertices."""
    return n, tuple((i, i + 1) for i in range(n - 1)), None, None


def star(n: int) -> Parts:
    """The star with n leaves."""
    return n + 1, tuple((0, i) for i in range(1, n + 1)), None, None


def matching(n: int) -> Parts:
    """N disjoint edges."""
    return 2 * n, tuple((2 * i, 2 * i + 1) for i in range(n)), None, None


KNOWN: tuple[tuple[str, Parts, int], ...] = (
    *((f"C_{n}", cycle(n), 3 if n == 8 else 2) for n in range(3, 9)),
    *((f"P_{n}", path(n), 1 if n <= 3 else 3 if n == 8 else 2) for n in range(2, 9)),
    *((f"K_1,{n}", star(n), 1) for n in range(1, 6)),
    *((f"{n} K_2", matching(n), 1 if n <= 2 else 2) for n in range(1, 5)),
    ("K_1,2 + K_2", (5, ((0, 1), (0, 2), (3, 4)), None, None), 2),
)
"""Hereditary treewidths that are known."""


@SUITE.law("known-values", instances=False)
def known_values(solver: AnySolver) -> None:
    for name, parts, dimension in KNOWN:
        most = solver.signature.parameters.get("max_size")
        if most is not None and most.default is not None and most.default < parts[0]:
            continue  # one that is too slow for it
        found = solver(parts).k
        assert found == dimension, f"{name} has dimension {found}, known is {dimension}"


@SUITE.law("induced", scale=0.5)
def induced(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    if pattern.n < 5:
        found = instance.but(kind="induced").call(solver)
        assert found.k == pattern.n - 1, f"dimension {found.k} of induced copies of {pattern.n} vertices"


@SUITE.law("hom")
def hom(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    found = instance.but(kind="hom").call(solver)
    assert found.k == treewidth(pattern), f"dimension {found.k}, treewidth {treewidth(pattern)}"


@SUITE.law("witness")
def witness(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    assert isinstance(result.witness, Pattern), f"witness is {result.witness!r}"
    assert treewidth(result.witness) == result.k, f"{result.witness} is no pattern of treewidth {result.k}"
    if result.hom_basis is not None:
        assert result.hom_basis.get(result.witness), f"{result.witness} is not in the basis"
    pattern = as_pattern("pattern", instance.args[0])
    if instance.options["kind"] == "subgraph" and pattern.labels is None and pattern.edge_labels is None:
        forms = {quotient.canonical() for quotient in quotients(pattern)}
        assert result.witness.canonical() in forms, f"{result.witness} is no quotient"


@st.composite
def _with_graph(draw: st.DrawFn) -> Instance:
    labels, names = draw(st.sampled_from([(False, False), (False, False), (True, False), (False, True)]))
    small = draw(graphs(4, labels=labels, edge_labels=names))
    large = draw(graphs(5, labels=labels, edge_labels=names, min_n=2))
    kind = draw(st.sampled_from(["subgraph", "induced", "hom"]))
    return Instance((small,), {"kind": kind}, facts={"graph": large})


@SUITE.law("basis", given=_with_graph())
def basis(solver: AnySolver, instance: Instance) -> None:
    graph, kind = instance.facts["graph"], instance.options["kind"]
    combination = instance.call(solver).hom_basis
    assert combination is not None, "no basis"
    total = sum((share * _homs(F, graph) for F, share in combination.items()), Fraction(0))
    right, _ = oracle(instance.args[0], graph, kind)
    assert total == right, f"the combination is {total}, by looking at all maps there are {right}"


def _homs(pattern: Pattern, graph: Parts) -> int:
    """Homomorphisms, where an edge without a label may be mapped to any."""
    if pattern.edge_labels is None or None not in pattern.edge_labels:
        return len(all_maps(pattern.parts(), graph, "hom"))
    at = pattern.edge_labels.index(None)
    total = 0
    for label in sorted(set(graph[3])):
        names = (*pattern.edge_labels[:at], label, *pattern.edge_labels[at + 1 :])
        total += _homs(Pattern(pattern.n, pattern.edges, pattern.labels, names), graph)
    return total


@SUITE.law("spasm-sizes", instances=False)
def spasm_sizes(solver: AnySolver) -> None:
    most = solver.signature.parameters.get("max_size")
    for n, size in ((4, 3), (5, 3), (6, 10), (7, 12), (8, 35)):
        if most is None or most.default is None or most.default >= n:
            found = solver(cycle(n)).hom_basis
            assert found is not None, "no basis"
            assert len(found) == size, f"C_{n} has {len(found)} quotients, known are {size}"


@SUITE.law("isolated")
def isolated(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    if pattern.labels is None and pattern.edges:
        more = (pattern.n + 1, pattern.edges, None, pattern.edge_labels)
        one, other = (instance.but(p, kind="subgraph").call(solver).k for p in (pattern.parts(), more))
        assert one == other, f"dimension {other} with another vertex, {one} without"


@SUITE.law("relabelling")
def relabelling(solver: AnySolver, instance: Instance) -> None:
    parts: Any = as_pattern("pattern", instance.args[0]).parts()
    to = np.random.default_rng(parts[0]).permutation(parts[0]).tolist()
    one, other = (instance.but(p).call(solver) for p in (parts, relabelled(parts, to)))
    assert one.k == other.k, f"dimension {other.k} after relabelling, {one.k} before"
    assert one.hom_basis == other.hom_basis, "relabelling changed the basis"


@SUITE.law("combination", scale=0.6)
def combination(solver: AnySolver, instance: Instance) -> None:
    parts = as_pattern("pattern", instance.args[0]).parts()
    to = list(range(parts[0]))[::-1]
    mirrored = relabelled(parts, to)
    plain = instance.call(solver)
    scaled = instance.but({parts: Fraction(2, 3)}).call(solver)
    assert scaled.k == plain.k, f"dimension {scaled.k} of two thirds of a count of dimension {plain.k}"
    if mirrored != parts:
        nothing = instance.but({parts: 5, mirrored: -5}).call(solver)
        assert (nothing.k, nothing.witness) == (0, None), f"{nothing} of a count minus itself"


@SUITE.law("all-different")
def all_different(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    marked = (pattern.n, pattern.edges, tuple(range(pattern.n)))
    found = solver(marked, kind="subgraph").k
    assert found == treewidth(pattern), f"dimension {found}, treewidth {treewidth(pattern)}"
