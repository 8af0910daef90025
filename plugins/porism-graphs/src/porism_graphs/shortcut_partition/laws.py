"""What every low-diameter-shortcut-partition solver keeps, as code."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._instances import bad_graphs, comb, delaunay, dense, graphs, grid
from porism_graphs.shortcut_partition.problem import ShortcutPartition, low_diameter_shortcut_partition

__all__ = ["SUITE", "hops_of"]

AnySolver = Solver[..., ShortcutPartition]

SLACK = 1e-9
"""Relative rounding: distances are added up in different orders."""

STEPS = 6
"""Clusters for each delta of length, at most. Measured: 4."""


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A graph and a delta from shorter than an edge to longer than everything."""
    A, r = draw(graphs())
    delta = draw(st.sampled_from([0.125, 1.0, 1.5, 2.0, 3.0, 5.0, 100.0]))
    return Instance((A, delta), facts={"r": r})


def _invalid() -> list[Invalid]:
    A = dense(grid(2, 2))
    calls = [Invalid((value, 1.0), argument=name, mentions=mentions) for value, name, mentions in bad_graphs()]
    bad = [(0.0, "0.0"), (-1.0, "-1.0"), (np.inf, "inf"), (np.nan, "nan"), ("1", "'1'"), (None, "None"), (True, "True")]
    calls += [Invalid((A, delta), argument="delta", mentions=mentions) for delta, mentions in bad]
    for r, mentions in ((2, "2"), (-5, "-5"), (4.0, "4.0"), (None, "None"), (True, "True")):
        calls.append(Invalid((A, 1.0), {}, {"r": r}, argument="r", mentions=mentions))
    return calls


def _long() -> Instance:
    return Instance((grid(400, 400), 3.0))


SUITE = Suite(low_diameter_shortcut_partition, instances=instances(), invalid=_invalid(), long=_long)


def inner_radii(A: Any, labels: Any, centers: Any) -> list[float]:
    """The largest distance from each centre inside its cluster, by SciPy; infinite if that is not connected."""
    lengths = sparse.csr_array(A)
    found = []
    for cluster, center in enumerate(centers):
        members = np.flatnonzero(labels == cluster)
        inside = lengths[members][:, members]
        found.append(float(dijkstra(inside, indices=int(np.searchsorted(members, center))).max()))
    return found


def hops_of(A: Any, labels: Any, u: Any, v: Any) -> Any:
    """Distances, and steps among clusters that a shortest path meets, pair by pair: by SciPy, apart from the kernel."""
    lengths = sparse.csr_array(A)
    lengths.setdiag(0)
    lengths.eliminate_zeros()
    coo = lengths.tocoo()
    crossing = np.unique(np.column_stack((labels[coo.row], labels[coo.col])), axis=0)
    found = []
    for a in np.unique(u):
        apart, before = dijkstra(lengths, indices=int(a), return_predecessors=True)
        for b in v[u == a]:
            met = set()
            vertex = int(b) if np.isfinite(apart[b]) else -1
            while vertex >= 0:
                met.add(int(labels[vertex]))
                vertex = int(before[vertex])
            reached, frontier, steps = {int(labels[a])}, {int(labels[a])}, 0
            inside = crossing[np.isin(crossing, list(met)).all(axis=1)]
            while int(labels[b]) not in reached and frontier:
                frontier = set(inside[np.isin(inside[:, 0], list(frontier)), 1].tolist()) - reached
                reached |= frontier
                steps += 1
            found.append((float(apart[b]), steps))
    return np.array(found)


def _combed(teeth: int) -> Any:
    """A comb whose teeth are numbered first: who carves balls of a tooth's length from there cuts every edge of the spine."""
    A = comb(teeth)
    return A[::-1][:, ::-1].tocsr()


def _worst(solver: AnySolver, A: Any, delta: float) -> float:
    """The most steps for each delta of length, over random pairs."""
    rng = np.random.default_rng(0)
    n = A.shape[0]
    u, v = np.repeat(rng.integers(n, size=6), 25), rng.integers(n, size=150)
    labels = Instance((A, delta)).call(solver).labels
    apart, steps = hops_of(A, labels, u, v).T
    return float((steps / np.maximum(np.ceil(apart / delta), 1)).max())


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    A = dense(instance.args[0])
    n, k = len(A), result.n_clusters
    for name, dtype, shape in (("labels", np.int64, (n,)), ("centers", np.int64, (k,)), ("radii", np.float64, (k,))):
        found = getattr(result, name)
        assert (found.dtype, found.shape) == (dtype, shape), f"{name} is {found.dtype}{list(found.shape)}"
    assert np.unique(result.labels).tolist() == list(range(k)), f"labels are {np.unique(result.labels)}"
    assert (result.labels[result.centers] == np.arange(k)).all(), "a centre is in another cluster"
    _, component = connected_components(A, directed=False)
    assert (component == component[result.centers[result.labels]]).all(), "a cluster lies in two components"
    assert result.delta == instance.args[1]


@SUITE.law("connected")
def connected(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    found = inner_radii(dense(instance.args[0]), result.labels, result.centers)
    assert np.isfinite(found).all(), f"cluster {int(np.argmax(np.isinf(found)))} is not connected"
    assert np.allclose(found, result.radii, rtol=SLACK, atol=0), f"radii are {found}, not {result.radii}"


@SUITE.law("radius")
def radius(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    found = max(inner_radii(dense(instance.args[0]), result.labels, result.centers))
    assert found <= 2 * instance.args[1] * (1 + SLACK), f"a radius is {found}, delta {instance.args[1]}"


@SUITE.law("supernodes")
def supernodes(solver: AnySolver, instance: Instance) -> None:
    r = instance.facts["r"] or 5
    result = instance.call(solver, r=r)
    assert result.cop is not None, "there is no decomposition"
    wrong = result.cop.verify(instance.args[0])
    assert not wrong, "; ".join(wrong[:3])
    owners = result.cop.supernode_of
    assert len(set(zip(result.labels, owners, strict=True))) == result.n_clusters, "a cluster is in two supernodes"


@SUITE.law("width")
def width(solver: AnySolver, instance: Instance) -> None:
    r = instance.facts["r"]
    if r is not None:
        cop = instance.call(solver, r=r).cop
        wrong = cop.verify(instance.args[0], planar=True)
        assert not wrong, "; ".join(wrong[:3])
        assert cop.width <= r - 2, f"width {cop.width} of a graph without K_{r} minor"


@SUITE.law("buffer", instances=False)
def buffer(solver: AnySolver) -> None:
    A, _ = delaunay(500)
    wrong = Instance((A, 6.0)).call(solver).cop.verify(A, planar=True)
    assert not wrong, f"{len(wrong)} violations: " + "; ".join(wrong[:3])


@SUITE.law("shortcut", instances=False)
def shortcut(solver: AnySolver) -> None:
    for small, large, delta in (
        (grid(12, 12), grid(24, 24), 4.0),
        (delaunay(150)[0], delaunay(600)[0], 3.0),
        (grid(3, 60), grid(3, 240), 2.0),
        (_combed(20), _combed(80), 20.0),
    ):
        one, other = (_worst(solver, A, delta) for A in (small, large))
        assert max(one, other) <= STEPS, f"{max(one, other)} clusters for each delta of length"
        assert other <= 1.5 * max(one, 2.0), (
            f"{one} clusters for each delta, and {other} on a graph four times as large"
        )


@SUITE.law("scaling")
def scaling(solver: AnySolver, instance: Instance) -> None:
    A, delta = instance.args
    expected = instance.call(solver, rng=3)
    for factor in (2.0**40, 2.0**-40):
        result = instance.but(dense(A) * factor, delta * factor).call(solver, rng=3)
        assert (result.labels == expected.labels).all(), f"labels {result.labels}, unscaled {expected.labels}"
        assert (result.radii == expected.radii * factor).all()


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    A, delta = instance.args
    plain = dense(A)
    np.fill_diagonal(plain, 0.0)
    expected, result = instance.but(plain, delta).call(solver, rng=3), instance.call(solver, rng=3)
    assert result == expected, f"{result}, but {expected} from the same graph as a dense array"
