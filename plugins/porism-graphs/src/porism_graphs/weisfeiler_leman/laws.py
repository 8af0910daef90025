"""What every weisfeiler-leman solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs._strategies import REFUSED_GRAPHS, Parts, graphs, relabelled, represented
from porism_graphs.weisfeiler_leman.problem import Colouring, weisfeiler_leman
from porism_graphs.weisfeiler_leman.solvers import as_graphs

__all__ = ["SUITE", "by_definition"]

AnySolver = Solver[..., Colouring]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def patterns_of(Gs: Any) -> list[Pattern]:
    """The graphs as patterns."""
    return [as_pattern("G", graph) for graph in as_graphs("Gs", Gs)]


def by_definition(graphs: list[Pattern], k: int, variant: str, rounds: int | None) -> tuple[list[Any], int, bool]:
    """Colours of all tuples, as nested tuples that say everything; rounds that changed something; whether it is over.

    Names are kept short by numbering, which does not change which are equal.
    """
    tuples = [(i, t) for i, graph in enumerate(graphs) for t in itertools.product(range(graph.n), repeat=k)]

    def label(graph: Pattern, u: int, v: int) -> Any:
        pair = (min(u, v), max(u, v))
        if u == v or pair not in graph.edges:
            return u == v
        return ("edge", None if graph.edge_labels is None else graph.edge_labels[graph.edges.index(pair)])

    def kind(graph: Pattern, t: tuple[int, ...]) -> Any:
        own = None if graph.labels is None else tuple(graph.labels[v] for v in t)
        return own, tuple(label(graph, u, v) for u in t for v in t)

    def numbered(rows: dict[Any, Any]) -> dict[Any, int]:
        names: dict[Any, int] = {}
        return {t: names.setdefault(row, len(names)) for t, row in rows.items()}

    def around(i: int, t: tuple[int, ...], of: dict[Any, int]) -> Any:
        graph = graphs[i]
        if k == 1:
            return frozenset(Counter((label(graph, t[0], v), of[i, (v,)]) for v in graph.neighbours[t[0]]).items())
        moved = [[of[i, (*t[:a], w, *t[a + 1 :])] for a in range(k)] for w in range(graph.n)]
        if variant == "folklore":
            return frozenset(Counter(map(tuple, moved)).items())
        return tuple(frozenset(Counter(column).items()) for column in zip(*moved, strict=True))

    colours = numbered({(i, t): kind(graphs[i], t) for i, t in tuples})
    done = 0
    while True:
        refined = numbered({(i, t): (colours[i, t], around(i, t, colours)) for i, t in tuples})
        stable = len(set(refined.values())) == len(set(colours.values()))
        if stable or done == rounds:
            return [colours[key] for key in tuples], done, stable
        colours, done = refined, done + 1


def same_partition(a: Any, b: Any) -> bool:
    """Whether two lists of names are equal in the same places."""
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: st.DrawFn, *, marked: bool = False) -> Instance:
    """One to three graphs, some of them copies of one another; with labels in any case where `marked`."""
    k = draw(st.sampled_from([1, 1, 1, 2, 2, 3]))
    most = {1: 8, 2: 5, 3: 3}[k]
    plain = [] if marked else [(False, False), (False, False)]
    labels, names = draw(st.sampled_from([*plain, (True, False), (False, True)]))
    many: list[Parts] = draw(st.lists(graphs(most, labels=labels, edge_labels=names), min_size=1, max_size=3))
    if draw(st.booleans()):
        many.append(relabelled(many[0], draw(st.permutations(range(many[0][0])))))
    options = {
        "variant": draw(st.sampled_from(["folklore", "folklore", "oblivious"])),
        "rounds": draw(st.sampled_from([None, None, 0, 1, 2])),
    }
    Gs = draw(represented(many[0])) if len(many) == 1 else [draw(represented(parts)) for parts in many]
    return Instance(([Gs] if isinstance(Gs, list) and len(many) == 1 else Gs, k), options)


def _invalid() -> list[Invalid]:
    edge = (2, ((0, 1),))
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        *((graph, 1, {}, "Gs", word) for graph, word in REFUSED_GRAPHS),
        *(([edge, graph], 2, {}, "Gs[1]", word) for graph, word in REFUSED_GRAPHS),
        ([], 1, {}, "Gs", "none"),
        ((), 1, {}, "Gs", "none"),
        ({}, 1, {}, "Gs", "dict"),
        ([edge, (2, ((0, 1),), (1, 1))], 1, {}, "Gs[0]", "vertex labels"),
        ([(2, ((0, 1),), None, (1,)), edge], 1, {}, "Gs[1]", "edge labels"),
        (edge, 0, {}, "k", "0"),
        (edge, 5, {}, "k", "5"),
        (edge, 1.0, {}, "k", "1.0"),
        (edge, None, {}, "k", "None"),
        (edge, True, {}, "k", "True"),
        (edge, 2, {"variant": "FWL"}, "variant", "'FWL'"),
        (edge, 2, {"variant": 2}, "variant", "2"),
        (edge, 2, {"rounds": -1}, "rounds", "-1"),
        (edge, 2, {"rounds": 1.5}, "rounds", "1.5"),
        (edge, 2, {"rounds": 1, "signature": True}, "signature", "True"),
        ((1000, ()), 2, {"memory_limit": 1_000_000}, "memory_limit", "1000000"),
    ]
    declared = weisfeiler_leman.signature.parameters
    return [
        Invalid(
            (Gs, k),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for Gs, k, options, argument, mentions in calls
    ]


def _long() -> Instance:
    """Pairs of vertices of a random graph."""
    rng = np.random.default_rng(0)
    upper = np.triu(rng.random((700, 700)) < 0.5, 1)
    return Instance((upper | upper.T, 2))


SUITE = Suite(weisfeiler_leman, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    sizes = [graph.n for graph in patterns_of(instance.args[0])]
    k = instance.args[1]
    assert result.colours.dtype == result.histogram.dtype == np.int64, f"{result.colours.dtype}"
    assert result.sizes.tolist() == sizes, f"sizes {result.sizes}, graphs have {sizes}"
    assert len(result.colours) == sum(n**k for n in sizes), f"{len(result.colours)} colours"
    assert sorted(set(result.colours.tolist())) == list(range(result.histogram.shape[1])), "colours are not 0, 1, …"
    for i, n in enumerate(sizes):
        own = result.of(i)
        assert own.shape == (n,) * k, f"graph {i} has colours of shape {own.shape}"
        counted = np.bincount(own.reshape(-1), minlength=result.histogram.shape[1])
        assert counted.tolist() == result.histogram[i].tolist(), f"histogram of graph {i} is {result.histogram[i]}"
    assert (result.k, result.variant) == (k, instance.options["variant"])


@SUITE.law("definition")
def definition(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    expected, _, _ = by_definition(patterns_of(Gs), k, **instance.options)
    found = instance.call(solver).colours.tolist()
    assert same_partition(found, expected), f"colours {found}, by the definition {expected}"


@SUITE.law("rounds")
def rounds(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    _, expected, stable = by_definition(patterns_of(Gs), k, **instance.options)
    result = instance.call(solver)
    assert result.rounds == expected, f"{result.rounds} rounds, by the definition {expected}"
    assert type(result.rounds) is int
    assert result.stable is stable, f"stable is {result.stable}"


@SUITE.law("relabelling")
def relabelling(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    parts: list[Any] = [graph.parts() for graph in patterns_of(Gs)]
    rng = np.random.default_rng(len(parts))
    to = [rng.permutation(one[0]).tolist() for one in parts]
    plain = instance.but(parts, k).call(solver)
    moved = instance.but([relabelled(one, p) for one, p in zip(parts, to, strict=True)], k).call(solver)
    for i, p in enumerate(to):
        assert np.array_equal(moved.of(i)[np.ix_(*[p] * k)], plain.of(i)), "colours did not move along with vertices"


@SUITE.law("together")
def together(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    parts: list[Any] = [graph.parts() for graph in patterns_of(Gs)]
    copy = relabelled(parts[0], list(range(parts[0][0]))[::-1])
    result = instance.but([*parts, copy], k).call(solver)
    assert result.equivalent(0, len(parts)), "a copy of a graph has another histogram"
    for i, j in itertools.combinations(range(len(parts)), 2):
        expected, _, _ = by_definition([Pattern(*parts[i]), Pattern(*parts[j])], k, **instance.options)
        split = parts[i][0] ** k
        equal = Counter(expected[:split]) == Counter(expected[split:])
        if instance.options["rounds"] is None:  # then other graphs change nothing about these two
            assert result.equivalent(i, j) == equal, f"graphs {i} and {j}: equivalent is {result.equivalent(i, j)}"


@SUITE.law("refines", scale=0.6)
def refines(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    if k == 3:
        return
    coarse = solver(Gs, k, variant="folklore")
    fine = solver(Gs, k + 1, variant="folklore")
    pairs = set()
    for i in range(len(coarse.sizes)):
        own, finer = coarse.of(i), fine.of(i)
        for t in itertools.product(range(int(coarse.sizes[i])), repeat=k):
            pairs.add((int(finer[(*t, t[-1])]), int(own[t])))
    assert len(pairs) == len({one for one, _ in pairs}), "one colour in more dimensions has two in fewer"


@st.composite
def _pairs(draw: st.DrawFn) -> Instance:
    n = draw(st.integers(2, 6))
    one = draw(graphs(n, min_n=n))
    two = draw(graphs(n, min_n=n) | st.permutations(range(n)).map(lambda to: relabelled(one, to)))
    return Instance(([one, two], draw(st.sampled_from([1, 1, 2]))))


@SUITE.law("oblivious", given=_pairs(), scale=0.6)
def oblivious(solver: AnySolver, instance: Instance) -> None:
    pairs = [instance] if instance.args[1] == 2 else [instance, Instance(([HEXAGON, TRIANGLES], 1))]
    for Gs, k in (pair.args for pair in pairs):
        if k == 2 and Gs[0][0] > 4:
            continue
        folklore = solver(Gs, k, variant="folklore").equivalent()
        other = solver(Gs, k + 1, variant="oblivious").equivalent()
        assert folklore == other, f"folklore in {k} dimensions says {folklore}, oblivious in {k + 1} {other}"


@st.composite
def _forests(draw: st.DrawFn) -> Instance:
    n = draw(st.integers(1, 9))

    def forest() -> Parts:
        edges = [(draw(st.integers(0, v - 1)), v) for v in range(1, n) if draw(st.integers(0, 4))]
        return relabelled((n, tuple(edges), None, None), draw(st.permutations(range(n))))

    return Instance(([forest(), forest(), forest()], 1))


@SUITE.law("forests", given=_forests())
def forests(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    forms = [graph.canonical() for graph in patterns_of(instance.args[0])]
    for i, j in itertools.combinations(range(len(forms)), 2):
        same = forms[i] == forms[j]
        assert result.equivalent(i, j) == same, f"forests {i} and {j} are {'' if same else 'not '}isomorphic"


@SUITE.law("labels", given=instances(marked=True))
def labels(solver: AnySolver, instance: Instance) -> None:
    Gs, k = instance.args
    plain = [graph.parts() for graph in patterns_of(Gs)]
    names = {7: -5, -2: 2**50}
    renamed = [
        (n, edges, *(None if part is None else tuple(names[x] for x in part) for part in marks))
        for n, edges, *marks in plain
    ]
    expected, result = (instance.but(which, k).call(solver).colours for which in (plain, renamed))
    assert same_partition(result.tolist(), expected.tolist()), "other names for the labels changed the partition"


HEXAGON: Parts = (6, ((0, 1), (0, 5), (1, 2), (2, 3), (3, 4), (4, 5)), None, None)
TRIANGLES: Parts = (6, ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)), None, None)


@SUITE.law("cycles", instances=False)
def cycles(solver: AnySolver) -> None:
    for k, expected in ((1, True), (2, False)):
        found = solver([HEXAGON, TRIANGLES], k).equivalent()
        assert found is expected, f"a hexagon and two triangles in {k} dimensions: equivalent is {found}"
    assert solver([HEXAGON, TRIANGLES], 2, variant="oblivious").equivalent(), "oblivious 2 is folklore 1"
