"""What every steiner-point-removal solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._instances import bad_graphs, comb, delaunay, dense, distances, graphs, grid, magnitudes
from porism_graphs.steiner_point_removal.problem import MinorResult, steiner_point_removal

__all__ = ["SUITE"]

AnySolver = Solver[..., MinorResult]

SLACK = 1e-9
"""Relative rounding: distances are added up in different orders."""

BOUND = 8
"""Distortion on combs, and where lengths are of all magnitudes, at most. Measured: 5."""


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A graph and one terminal or more in each of its components, in no order."""
    A, r = draw(graphs())
    n_components, component = connected_components(dense(A), directed=False)
    needed = [int(draw(st.sampled_from(np.flatnonzero(component == c).tolist()))) for c in range(n_components)]
    more = draw(st.lists(st.integers(0, len(component) - 1), max_size=len(component)))
    terminals = draw(st.permutations(sorted({*needed, *more})))
    forms: list[Any] = [list, tuple, np.array, lambda t: np.array(t, dtype=np.uint16)]
    form = draw(st.sampled_from(forms))
    return Instance((A, form(terminals)), facts={"r": r})


def _invalid() -> list[Invalid]:
    A = dense(grid(2, 2))
    two = np.kron(np.eye(2), A)
    calls = [Invalid((value, [0]), argument=name, mentions=mentions) for value, name, mentions in bad_graphs()]
    bad: list[tuple[Any, Any, str]] = [
        (A, [], "none"),
        (A, [0, 4], "4 at terminals[1]"),
        (A, [-1], "-1 at terminals[0]"),
        (A, [0, 1, 0], "0 more than once"),
        (A, [0.0, 1.0], "float64"),
        (A, [True, False], "bool"),
        (A, 0, "shape ()"),
        (A, [[0]], "(1, 1)"),
        (A, None, "None"),
        (A, "0", "'0'"),
        (two, [0, 1], "vertex 4"),
    ]
    calls += [Invalid((graph, chosen), argument="terminals", mentions=mentions) for graph, chosen, mentions in bad]
    options: list[tuple[str, Any, str]] = [
        ("r", 2, "2"),
        ("r", 5.0, "5.0"),
        ("tau", 0.0, "0.0"),
        ("tau", np.inf, "inf"),
        ("tau", "1", "'1'"),
        ("scale", 1.0, "1.0"),
        ("scale", np.nan, "nan"),
        ("n_jobs", 0, "0"),
    ]
    calls += [Invalid((A, [0]), {}, {name: value}, argument=name, mentions=said) for name, value, said in options]
    return calls


def _long() -> Instance:
    return Instance((grid(300, 300), np.arange(0, 90_000, 101)))


SUITE = Suite(steiner_point_removal, instances=instances(), invalid=_invalid(), long=_long)


def _plain(A: Any) -> Any:
    """The matrix without self-loops."""
    plain = dense(A)
    np.fill_diagonal(plain, 0.0)
    return plain


def _ratios(A: Any, result: MinorResult) -> Any:
    """Distances in the minor over those in the graph, both by Floyd and Warshall."""
    true = distances(_plain(A))[np.ix_(result.terminals, result.terminals)]
    made = distances(result.minor)
    assert (np.isfinite(true) == np.isfinite(made)).all(), "components are not the same"
    apart = np.isfinite(true) & (true > 0)
    return np.divide(made, true, out=np.ones_like(true), where=apart)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    n, terminals = len(dense(instance.args[0])), np.asarray(instance.args[1])
    assert (result.assignment.dtype, result.assignment.shape) == (np.int64, (n,))
    assert result.terminals.tolist() == terminals.tolist(), f"terminals are {result.terminals}"
    assert np.isin(result.assignment, terminals).all(), "a vertex is assigned to no terminal"
    assert (result.assignment[terminals] == terminals).all(), "a terminal is assigned to another one"
    assert isinstance(result.minor, sparse.csr_array), f"the minor is a {type(result.minor).__name__}"
    assert result.minor.shape == (len(terminals), len(terminals)), f"the minor has shape {result.minor.shape}"
    assert (dense(result.minor) == dense(result.minor).T).all(), "the minor is not symmetric"


@SUITE.law("connected")
def connected(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    A = _plain(instance.args[0])
    for terminal in result.terminals:
        members = np.flatnonzero(result.assignment == terminal)
        parts, _ = connected_components(A[np.ix_(members, members)], directed=False)
        assert parts == 1, f"what is assigned to {terminal} falls into {parts} parts"


@SUITE.law("minor")
def minor(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    place = {int(terminal): i for i, terminal in enumerate(result.terminals)}
    classes = [place[int(terminal)] for terminal in result.assignment]
    expected = {(classes[u], classes[v]) for u, v in zip(*np.nonzero(_plain(instance.args[0])), strict=True)}
    expected = {(s, t) for s, t in expected if s != t}
    found = set(zip(*(end.tolist() for end in result.minor.nonzero()), strict=True))
    assert found == expected, f"edges {sorted(found)}, contracting gives {sorted(expected)}"


@SUITE.law("lengths")
def lengths(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    true = distances(_plain(instance.args[0]))
    made = result.minor.tocoo()
    expected = true[result.terminals[made.row], result.terminals[made.col]]
    assert np.allclose(made.data, expected, rtol=SLACK, atol=0), f"lengths {made.data}, distances {expected}"


@SUITE.law("dominating")
def dominating(solver: AnySolver, instance: Instance) -> None:
    least = _ratios(instance.args[0], instance.call(solver)).min()
    assert least >= 1 - SLACK, f"a distance has shrunk by {least}"


@SUITE.law("distortion")
def distortion(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    found, expected = result.distortion(instance.args[0]), _ratios(instance.args[0], result).max()
    assert np.isclose(found, expected, rtol=SLACK, atol=0), f"distortion() is {found}, by hand {expected}"


@SUITE.law("identity")
def identity(solver: AnySolver, instance: Instance) -> None:
    A = _plain(instance.args[0])
    result = instance.but(instance.args[0], np.arange(len(A))).call(solver)
    expected = np.where(A > 0, distances(A), 0.0)
    assert np.allclose(dense(result.minor), expected, rtol=SLACK, atol=0), f"the minor is {dense(result.minor)}"


@SUITE.law("combs", instances=False)
def combs(solver: AnySolver) -> None:
    for teeth in (20, 80):
        A = comb(teeth)
        found = _ratios(A, Instance((A, np.arange(teeth, 2 * teeth))).call(solver)).max()
        assert found <= BOUND, f"distances of {teeth} teeth grow by a factor of {found:.3g}"


@SUITE.law("magnitudes", instances=False)
def magnitude(solver: AnySolver) -> None:
    for seed in range(4):
        for shape in (grid(6, 6), delaunay(36, seed)[0]):
            A = magnitudes(shape, 12.0, seed)
            chosen = np.random.default_rng(seed).choice(36, 12, replace=False)
            found = _ratios(A, Instance((A, chosen)).call(solver)).max()
            assert found <= BOUND, f"a distance grows by a factor of {found:.3g}"


@SUITE.law("nearest")
def nearest(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    true = distances(_plain(instance.args[0]))
    mine, least = true[np.arange(len(true)), result.assignment], true[:, result.terminals].min(axis=1)
    assert (mine <= least * (1 + SLACK)).all(), f"distances {mine}, to the nearest terminals {least}"


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    A, terminals = instance.args
    expected = instance.call(solver, rng=3)
    for factor in (2.0**40, 2.0**-40):
        result = instance.but(dense(A) * factor, terminals).call(solver, rng=3)
        assert (result.assignment == expected.assignment).all(), f"{result}, unscaled {expected}"


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    A, terminals = instance.args
    expected, result = instance.but(_plain(A), terminals).call(solver, rng=3), instance.call(solver, rng=3)
    assert result == expected, f"{result}, but {expected} from the same graph as a dense array"
