"""What every wl-certificate solver keeps, as code: strategies for instances, the oracle, and the checks."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs._strategies import REFUSED_GRAPHS, graphs, represented
from porism_graphs.motif_count.solvers import backtracking
from porism_graphs.weisfeiler_leman.solvers import naive_rehash, partition_refinement
from porism_graphs.wl_certificate.problem import Certificate, wl_certificate
from porism_graphs.wl_dimension.laws import expected

__all__ = ["SUITE"]

AnySolver = Solver[..., Certificate]


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A pattern with an edge: of at most 5 vertices, of 4 for induced copies."""
    labels, names = draw(
        st.sampled_from([(False, False), (False, False), (False, False), (True, False), (False, True)])
    )
    kind = draw(st.sampled_from(["subgraph", "subgraph", "induced", "hom"]))
    most = 4 if kind == "induced" else 5
    connected = draw(st.booleans())
    found = graphs(most, labels=labels, edge_labels=names, min_n=2, connected=connected)
    parts = draw(found.filter(lambda one: bool(one[1])))
    if len(parts[1]) > 8:  # the clique of 5, whose certificate has its laws in the tests
        parts = (parts[0], parts[1][:8], parts[2], None if parts[3] is None else parts[3][:8])
    return Instance((draw(represented(parts)),), {"kind": kind})


def _invalid() -> list[Invalid]:
    edge = (2, ((0, 1),))
    calls: list[tuple[Any, dict[str, Any], str, str]] = [
        *((graph, {}, "pattern", word) for graph, word in REFUSED_GRAPHS),
        ((1, ()), {}, "pattern", "an edge"),
        ((3, ()), {"kind": "hom"}, "pattern", "an edge"),
        ((11, ((0, 1),)), {}, "pattern", "678570"),
        (edge, {"kind": "copies"}, "kind", "'copies'"),
        (edge, {"max_size": 0}, "max_size", "0"),
    ]
    declared = wl_certificate.signature.parameters
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


SUITE = Suite(wl_certificate, instances=instances(), invalid=_invalid())


@SUITE.law("dimension")
def dimension(solver: AnySolver, instance: Instance) -> None:
    pattern = as_pattern("pattern", instance.args[0])
    right = expected(pattern, instance.options["kind"])
    found = instance.call(solver).k
    assert found == right, f"k is {found}, by all quotients {right}"


@SUITE.law("counts")
def counts(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    for name in "GH":
        listed = backtracking(found.pattern, getattr(found, name), kind=found.kind).count
        said = getattr(found, f"count_{name}")
        assert said == listed, f"count_{name} is {said}, listed are {listed}"
        assert type(said) is int, f"count_{name} is a {type(said).__name__}"
    pattern = as_pattern("pattern", instance.args[0])
    assert found.pattern.canonical() == pattern.canonical(), "it is about another pattern"


@SUITE.law("differ")
def differ(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    assert found.count_G != found.count_H, f"both have {found.count_G} copies"


@SUITE.law("equivalent")
def equivalent(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    n = found.G[0]
    assert n == found.H[0], f"{n} and {found.H[0]} vertices"
    if found.k == 1:
        assert sorted(found.G[2] or ()) == sorted(found.H[2] or ()), "labels are not equally frequent"
        return
    independent = naive_rehash if n ** (found.k) <= 400 else partition_refinement
    assert independent([found.G, found.H], found.k - 1).equivalent(), f"{found.k - 1}-dimensional WL tells them apart"


@SUITE.law("separated")
def separated(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    if found.G[0] ** found.k <= 50_000:
        same = partition_refinement([found.G, found.H], found.k).equivalent()
        assert not same, f"{found.k}-dimensional WL does not tell them apart"


@SUITE.law("verify")
def verify(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    assert found.verify() is True, "its own verification fails"
    assert not dataclasses.replace(found, H=found.G).verify(), "one graph twice is verified"
    assert not dataclasses.replace(found, count_G=found.count_G + 1).verify(), "another count is verified"
    if found.G[0] ** found.k <= 50_000:
        assert not dataclasses.replace(found, k=found.k + 1).verify(), "a larger k is verified"


@SUITE.law("degrees")
def degrees(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver)
    if found.k < 2:
        return
    one, other = (Pattern(*parts) for parts in (found.G, found.H))
    rows = [
        sorted(
            (len(around), 0 if graph.labels is None else graph.labels[v]) for v, around in enumerate(graph.neighbours)
        )
        for graph in (one, other)
    ]
    assert rows[0] == rows[1], f"degrees {rows[0]} and {rows[1]}"
