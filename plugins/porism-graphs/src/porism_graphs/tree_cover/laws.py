"""What every tree-cover solver keeps, as code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._instances import bad_graphs, dense, distances, graphs, grid, growing, wheel
from porism_graphs.tree_cover.problem import TreeCover, tree_cover

__all__ = ["SUITE"]

AnySolver = Solver[..., TreeCover]

SLACK = 1e-9
"""Relative rounding: distances are added up in different orders."""


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A graph and an eps."""
    A, r = draw(graphs())
    return Instance((A,), {"eps": draw(st.sampled_from([1.0, 0.5, 0.5, 0.25, 0.1]))}, {"r": r or 5})


def _invalid() -> list[Invalid]:
    A = dense(grid(2, 2))
    calls = [Invalid((value,), argument=name, mentions=mentions) for value, name, mentions in bad_graphs()]
    bad = [(0.0, "0.0"), (1.5, "1.5"), (np.nan, "nan"), ("0.5", "'0.5'"), (None, "None"), (True, "True")]
    calls += [Invalid((A,), {"eps": eps}, argument="eps", mentions=mentions) for eps, mentions in bad]
    options: list[tuple[str, Any, str]] = [("r", 2, "2"), ("n_jobs", 0, "0"), ("memory_limit", -1, "-1")]
    calls += [Invalid((A,), {}, {name: value}, argument=name, mentions=said) for name, value, said in options]
    calls.append(Invalid((grid(4, 4),), {}, {"memory_limit": 100}, argument="memory_limit", mentions=""))
    return calls


def _long() -> Instance:
    return Instance((grid(60, 60),), {"eps": 0.1})


SUITE = Suite(tree_cover, instances=instances(), invalid=_invalid(), long=_long)


def _true(instance: Instance) -> Any:
    plain = dense(instance.args[0])
    np.fill_diagonal(plain, 0.0)
    return distances(plain)


def _trees(cover: TreeCover) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Vertices, parents, lengths and distances of each tree."""
    for start, end in zip(cover.indptr[:-1], cover.indptr[1:], strict=True):
        places = slice(start, end)
        yield cover.vertices[places], cover.parents[places], cover.lengths[places], cover.distances[places]


def _best(cover: TreeCover) -> Any:
    """The least distance of every pair in any tree, along its edges."""
    best = np.full((cover.n, cover.n), np.inf)
    np.fill_diagonal(best, 0.0)
    for vertices, parents, lengths, _ in _trees(cover):
        place = {int(vertex): i for i, vertex in enumerate(vertices)}
        within = np.zeros((len(vertices), len(vertices)))
        for i in range(1, len(vertices)):  # a vertex is as far from all before it as its parent, and the edge
            above = place[int(parents[i])]
            within[i, :i] = within[:i, i] = within[above, :i] + lengths[i]
        best[np.ix_(vertices, vertices)] = np.minimum(best[np.ix_(vertices, vertices)], within)
    return best


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    cover = instance.call(solver)
    n, t, e = len(dense(instance.args[0])), len(cover.forest_of), len(cover.vertices)
    kinds = {"forest_of": (t,), "indptr": (t + 1,), "vertices": (e,), "parents": (e,)}
    kinds |= {"lengths": (e,), "distances": (e,)}
    for name, shape in kinds.items():
        found, dtype = getattr(cover, name), np.float64 if name in ("lengths", "distances") else np.int64
        assert (found.dtype, found.shape) == (dtype, shape), f"{name} is {found.dtype}{list(found.shape)}"
    assert cover.n == n, f"n is {cover.n}"
    assert np.unique(cover.forest_of).tolist() == list(range(cover.n_forests)), "forests are not numbered in order"
    assert (np.diff(cover.indptr) > 0).all(), "a tree is empty"
    for vertices, parents, lengths, depth in _trees(cover):
        assert lengths[0] == 0, f"the root is {lengths[0]} from what it has not"
        assert parents[0] == -1, f"the first vertex has parent {parents[0]}"
        assert depth[0] == 0, f"the root is {depth[0]} from itself"
        seen = {int(vertices[0])}
        for vertex, parent in zip(vertices[1:].tolist(), parents[1:].tolist(), strict=True):
            assert parent in seen, f"{vertex} comes before its parent {parent}"
            assert vertex not in seen, f"{vertex} comes twice"
            seen.add(vertex)


@SUITE.law("lengths")
def lengths(solver: AnySolver, instance: Instance) -> None:
    for vertices, parents, edges, depth in _trees(instance.call(solver)):
        at = dict(zip(vertices.tolist(), depth.tolist(), strict=True))
        expected = [at[parent] + edge for parent, edge in zip(parents[1:].tolist(), edges[1:], strict=True)]
        assert np.allclose(depth[1:], expected, rtol=SLACK, atol=0), f"distances are {depth[1:]}, not {expected}"


@SUITE.law("subgraph")
def subgraph(solver: AnySolver, instance: Instance) -> None:
    A = dense(instance.args[0])
    for vertices, parents, edges, _ in _trees(instance.call(solver)):
        found = A[vertices[1:], parents[1:]]
        assert (found > 0).all(), f"{vertices[1:][found == 0]} have no edges to their parents"
        assert np.allclose(edges[1:], found, rtol=SLACK, atol=0), f"edges are {edges[1:]} long, not {found}"


@SUITE.law("forests")
def forests(solver: AnySolver, instance: Instance) -> None:
    cover = instance.call(solver)
    places = np.repeat(cover.forest_of, np.diff(cover.indptr)) * cover.n + cover.vertices
    assert len(np.unique(places)) == len(places), "two trees of a forest have a vertex in common"
    for index in range(cover.n_forests):
        parents, depth = cover.forest(index)
        held = sum(
            end - start
            for start, end, forest in zip(cover.indptr, cover.indptr[1:], cover.forest_of, strict=False)
            if forest == index
        )
        assert np.isfinite(depth).sum() == held, (
            f"forest({index}) holds {np.isfinite(depth).sum()} vertices, not {held}"
        )
        assert (np.isfinite(depth) | (parents == -1)).all(), "a vertex outside of the forest has a parent"


@SUITE.law("dominating")
def dominating(solver: AnySolver, instance: Instance) -> None:
    cover, true = instance.call(solver), _true(instance)
    best = _best(cover)
    assert (best >= true * (1 - SLACK) - SLACK).all(), "a tree is shorter than the graph"
    u, v = (end.ravel() for end in np.indices((cover.n, cover.n)))
    asked = cover.query(u, v).reshape(best.shape)
    assert (asked >= best * (1 - SLACK)).all(), "query() is below the distance in every tree"
    assert (np.isinf(asked) == np.isinf(best)).all(), "query() does not know which vertices share a tree"


@SUITE.law("connecting")
def connecting(solver: AnySolver, instance: Instance) -> None:
    best, true = _best(instance.call(solver)), _true(instance)
    assert (np.isinf(best) == np.isinf(true)).all(), "two vertices of a component share no tree"


@SUITE.law("stretch")
def stretch(solver: AnySolver, instance: Instance) -> None:
    cover, true, eps = instance.call(solver), _true(instance), instance.options["eps"]
    u, v = np.nonzero(np.isfinite(true) & (true > 0))
    ratios = cover.query(u, v) / true[u, v]
    assert ratios.max(initial=1.0) <= (1 + eps) * (1 + SLACK), f"{ratios.max()} times the distance, eps {eps}"


@SUITE.law("wheel", instances=False)
def wheels(solver: AnySolver) -> None:
    small, large = (Instance((wheel(n),)).call(solver).n_forests for n in (500, 1500))
    assert large <= 1.1 * small, f"{small} forests for 500 vertices, {large} for 1500"


@SUITE.law("scales", instances=False)
def scales(solver: AnySolver) -> None:
    few, many = (Instance((growing(links),), {"eps": 1.0}).call(solver).n_forests for links in (6, 12))
    assert many <= 1.1 * few, f"{few} forests for six grids, {many} for twelve"


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    expected = instance.call(solver)
    for factor in (2.0**40, 2.0**-40):
        found = instance.but(dense(instance.args[0]) * factor).call(solver)
        assert (found.vertices == expected.vertices).all(), "other trees than those of the unscaled graph"
        assert (found.forest_of == expected.forest_of).all(), "other forests than those of the unscaled graph"
        assert (found.distances == expected.distances * factor).all(), "other distances"


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    plain = dense(instance.args[0])
    np.fill_diagonal(plain, 0.0)
    expected, result = instance.but(plain).call(solver), instance.call(solver)
    assert result == expected, f"{result}, but {expected} from the same graph as a dense array"
