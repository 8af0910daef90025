"""Graphs whose equilibrium is known: decision processes, networks of pores, diffusion; and a real street network."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism import MissingExtra
from porism_graphs.graph_stationary_regression._sample import GraphSample

__all__ = [
    "decision_process",
    "greedy",
    "pipes",
    "policy",
    "pore_network",
    "pressures",
    "soho",
    "stationary",
    "street_network",
    "values",
]

Vector = npt.NDArray[np.float64]

DISCOUNT = 0.9


def decision_process(n: int, actions: int, rng: np.random.Generator) -> tuple[GraphSample, Vector]:
    """A deterministic decision process and the value of each state: V(i) = max over actions e of r_e + 0.9 V(next
    state).

    Each of n states has so many actions, each with a reward in (-1, 1) and a random next state. Values flow against
    actions: the edge of an action goes from its next state to its state. The reward is the edge's only feature.
    """
    following = rng.integers(n, size=(n, actions))
    rewards = rng.uniform(-1, 1, (n, actions))
    edges = np.vstack((following.ravel(), np.repeat(np.arange(n), actions)))
    return GraphSample(edges, n=n, edge_feat=rewards.reshape(-1, 1)), values(following, rewards)


def values(following: npt.NDArray[np.intp], rewards: Vector) -> Vector:
    """The optimal values, by policy iteration: each policy's values solve a linear system."""
    n = len(rewards)
    rows = np.arange(n)
    chosen = rewards.argmax(axis=1)
    while True:
        A = np.eye(n)
        np.add.at(A, (rows, following[rows, chosen]), -DISCOUNT)
        V = np.linalg.solve(A, rewards[rows, chosen])
        worth = rewards + DISCOUNT * V[following]
        better = worth.argmax(axis=1)
        if (worth[rows, better] <= worth[rows, chosen] + 1e-12).all():
            return np.asarray(V)
        chosen = better


def policy(sample: GraphSample, V: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """The action of each state that is best if V were the values of states."""
    n = sample.n
    worth = sample.edge_feat[:, 0] + DISCOUNT * np.asarray(V)[sample.edge_index[0]]
    return np.asarray(worth.reshape(n, -1).argmax(axis=1), dtype=np.intp)


def greedy(sample: GraphSample) -> npt.NDArray[np.intp]:
    """The action of each state with the largest reward."""
    return np.asarray(sample.edge_feat[:, 0].reshape(sample.n, -1).argmax(axis=1), dtype=np.intp)


def stationary(n: int, degree: int, rng: np.random.Generator) -> tuple[GraphSample, Vector]:
    """The fixed point of x = P x / 2 + b on a random graph, P the mean over in-edges, b the vertices' only feature."""
    edges = np.vstack((rng.integers(n, size=n * degree), np.repeat(np.arange(n), degree)))
    b = rng.standard_normal(n)
    P = np.zeros((n, n))
    np.add.at(P, (edges[1], edges[0]), 1 / degree)
    return GraphSample(edges, node_feat=b[:, None]), np.asarray(np.linalg.solve(np.eye(n) - P / 2, b), dtype=np.float64)


def pore_network(n: int, rng: np.random.Generator) -> tuple[GraphSample, Vector]:
    """Pores at random places, throats along part of a Delaunay triangulation, and the pressure in each pore.

    Throats are those of a minimum spanning tree, and of the others a share that is drawn for each network. Their
    diameters are random. The tenth of pores with the smallest x are inlets at pressure 1, the tenth with the largest
    outlets at 0. Features as in :func:`pipes`.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    places = rng.random((n, 2))
    corners = Delaunay(places).simplices
    sides = np.concatenate([corners[:, [a, b]] for a, b in ((0, 1), (1, 2), (0, 2))])
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    lengths = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    tree = minimum_spanning_tree(sparse.coo_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(n, n))).tocoo()
    spanning = np.isin(pairs @ [n, 1], np.sort(np.column_stack((tree.row, tree.col)), axis=1) @ [n, 1])
    pairs = pairs[spanning | (rng.random(len(pairs)) < rng.random())]
    order, ends = np.argsort(places[:, 0]), max(1, n // 10)
    return pipes(places, pairs, rng.uniform(0.5, 1.5, len(pairs)), order[:ends], order[-ends:])


def street_network() -> tuple[GraphSample, Vector, Vector, npt.NDArray[np.intp]]:
    """The streets of :func:`soho` as pipes of one diameter, from the tenth of crossings farthest west to that
    farthest east.

    Returns
    -------
    sample : GraphSample
        With the features of :func:`pipes`.
    pressures : (n,) float64 array
        Exact.
    places, pairs : arrays
        As :func:`soho` gives them.
    """
    places, pairs, lengths = soho()
    order, ends = np.argsort(places[:, 0]), len(places) // 10
    sample, p = pipes(places, pairs, np.ones(len(pairs)), order[:ends], order[-ends:], lengths)
    return sample, p, places, pairs


def pipes(
    places: Vector,
    pairs: npt.NDArray[np.intp],
    diameters: Vector,
    inlets: npt.NDArray[np.intp],
    outlets: npt.NDArray[np.intp],
    lengths: Vector | None = None,
) -> tuple[GraphSample, Vector]:
    """A network of pipes as a graph with features, and its pressures: 1 at inlets, 0 at outlets, what flows in flows
    out elsewhere.

    The conductance of a throat is diameter⁴ / length (Hagen and Poiseuille), lengths in mean lengths. Features of
    vertices: place (scaled to a square of side 1), diameter (mean of its throats), inlet, outlet. Of edges: diameter,
    length, share of the conductance at the receiver.
    """
    n = len(places)
    span = places - places.min(axis=0)
    span /= span.max()
    long = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1) if lengths is None else lengths
    long = np.maximum(long / long.mean(), 1e-3)
    conductance = diameters**4 / long
    edges = np.concatenate((pairs, pairs[:, ::-1])).T
    both, d, length = (np.tile(part, 2) for part in (conductance, diameters, long))
    total = np.bincount(edges[1], weights=both, minlength=n)
    width = np.bincount(edges[1], weights=d, minlength=n) / np.maximum(np.bincount(edges[1], minlength=n), 1)
    flags = np.zeros((n, 2))
    flags[inlets, 0] = flags[outlets, 1] = 1
    node = np.column_stack((span, width, flags))
    edge = np.column_stack((d, length, both / total[edges[1]]))
    return GraphSample(edges, node, edge), pressures(n, pairs, conductance, inlets, outlets)


def pressures(n: int, pairs: npt.NDArray[np.intp], conductance: Vector, inlets: Any, outlets: Any) -> Vector:
    """The exact pressures: a sparse solve of the graph's Laplacian between the faces."""
    from scipy import sparse
    from scipy.sparse.linalg import spsolve

    W = sparse.coo_array((conductance, (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    W = W + W.T
    L = (sparse.diags_array(np.asarray(W.sum(axis=1)).ravel()) - W).tocsr()
    p = np.zeros(n)
    p[inlets] = 1.0
    inside = np.setdiff1d(np.arange(n), np.concatenate((inlets, outlets)))
    if len(inside):
        p[inside] = spsolve(L[inside][:, inside].tocsc(), -(L[inside] @ p))
    return p


def soho() -> tuple[Vector, npt.NDArray[np.intp], Vector]:
    """The streets of Soho, of the map of the cholera outbreak of 1854, that libpysal ships.

    Returns
    -------
    places : (n, 2) float64 array
        Crossings, in metres of a web map, which are 0.62 of those on the ground there.
    pairs : (m, 2) integer array
        Streets between them.
    lengths : (m,) float64 array
        In the same metres, along their bends.

    Raises
    ------
    MissingExtra
        Without libpysal and geopandas: ``pip install 'porism-graphs[demo]'``.
    """
    try:
        import geopandas
        from libpysal.examples import get_path
    except ImportError as error:
        raise MissingExtra("libpysal and geopandas are not installed: pip install 'porism-graphs[demo]'") from error
    streets = geopandas.read_file(get_path("Soho_Network.shp")).geometry.union_all()  # cut where they cross
    number: dict[tuple[float, ...], int] = {}
    pairs, lengths = [], []
    for line in streets.geoms:
        ends = [tuple(np.round(line.coords[place][:2], 1).tolist()) for place in (0, -1)]
        if ends[0] != ends[1]:
            pairs.append([number.setdefault(end, len(number)) for end in ends])
            lengths.append(float(line.length))
    return _largest_part(np.array(list(number)), np.array(pairs), np.array(lengths))


def _largest_part(places: Vector, edges: npt.NDArray[np.intp], lengths: Vector) -> tuple[Vector, Any, Vector]:
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    n = len(places)
    _, part = connected_components(sparse.coo_array((np.ones(len(edges)), edges.T), shape=(n, n)), directed=False)
    kept = part == np.bincount(part).argmax()
    place = np.cumsum(kept) - 1
    inside = kept[edges[:, 0]]
    return places[kept], place[edges[inside]], lengths[inside]
