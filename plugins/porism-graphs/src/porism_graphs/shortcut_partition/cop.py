"""Buffered cop decompositions as data, and a verifier that knows nothing of how they are made.

What is checked are the four properties of Chang, Conroy, Le, Milenković, Solomon and Than (SODA 2024) that their theorems
rest on, by Dijkstra's algorithm of SciPy in the domain of every supernode. The domain of a supernode is what the
paper says it is, the vertices of it and its descendants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism_graphs._graph import as_lengths

__all__ = ["CopDecomposition"]

SLACK = 1e-9
"""Relative rounding that is granted: the same distance may be added up in another order."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CopDecomposition(porism.Result):
    """Supernodes in a rooted forest, numbered so that ancestors come before descendants.

    Attributes
    ----------
    supernode_of : (n,) int64 array
        The supernode of each vertex.
    parents : (s,) int64 array
        The parent of each supernode, -1 for the first one of a component.
    radii : (s,) float64 array
        The largest distance of a vertex of the supernode from its skeleton, measured inside it.
    skeleton_indptr, skeleton_vertices, skeleton_parents : int64 arrays
        Supernode i was made around the tree with vertices ``skeleton_vertices[skeleton_indptr[i]:skeleton_indptr[i + 1]]``,
        the root first, and the parent of each of them (-1 for the root).
    bag_indptr, bag_supernodes : int64 arrays
        The earlier supernodes that were adjacent to what supernode i was cut from, in the same form.
    delta : float
        What radii are to be within.
    r : int
        Buffers are ``delta / r`` wide.
    """

    supernode_of: Ints
    parents: Ints
    radii: Floats
    skeleton_indptr: Ints
    skeleton_vertices: Ints
    skeleton_parents: Ints
    bag_indptr: Ints
    bag_supernodes: Ints
    delta: float
    r: int

    @property
    def n_supernodes(self) -> int:
        """How many supernodes there are."""
        return len(self.parents)

    @property
    def width(self) -> int:
        """The largest number of earlier supernodes that a domain is adjacent to; r - 2 at most without a K_r minor."""
        return int(np.diff(self.bag_indptr).max(initial=0))

    def skeleton(self, supernode: int) -> tuple[Ints, Ints]:
        """Vertices and parents of one supernode's tree."""
        start, end = self.skeleton_indptr[supernode : supernode + 2]
        return self.skeleton_vertices[start:end], self.skeleton_parents[start:end]

    def bag(self, supernode: int) -> Ints:
        """The earlier supernodes that one supernode's domain was adjacent to."""
        return self.bag_supernodes[self.bag_indptr[supernode] : self.bag_indptr[supernode + 1]]

    def domain(self, supernode: int) -> Ints:
        """The vertices of one supernode and its descendants, rising."""
        enter, leave = self._intervals()
        places = enter[self.supernode_of]
        return np.flatnonzero((places >= enter[supernode]) & (places < leave[supernode]))

    def verify(self, A: Any, *, planar: bool = False) -> tuple[str, ...]:
        """What is wrong with the decomposition; nothing, as a rule.

        Parameters
        ----------
        A : graph
            What was decomposed.
        planar : bool
            Whether the graph is known to have no K_r minor, so that domains are adjacent to r - 2 earlier supernodes at
            most, which are adjacent to one another. Of other graphs that cannot be asked.

        Returns
        -------
        tuple of str
            ``"(a) …"`` for a vertex farther than `delta` from its skeleton inside its supernode, or a supernode that is not
            connected; ``"(b) …"`` for adjacent supernodes of which neither is an ancestor of the other; ``"(c) …"`` for
            a supernode that is not adjacent to an ancestor's domain and nearer to it than ``delta / r`` in there;
            ``"(d) …"`` for a domain with too many earlier neighbours, or neighbours that are not adjacent; ``"(e) …"`` for a
            skeleton that is no shortest-path tree of its domain; ``"(f) …"`` for a radius or bag that is not as stated.
        """
        return tuple(_Check(self, as_lengths("A", A)).everything(planar))

    def _intervals(self) -> tuple[Ints, Ints]:
        """Preorder numbers: the descendants of i, and itself, have those from enter[i] to leave[i] - 1."""
        s = len(self.parents)
        size = np.ones(s, dtype=np.int64)
        for i in range(s - 1, -1, -1):
            if self.parents[i] >= 0:
                size[self.parents[i]] += size[i]
        enter = np.zeros(s, dtype=np.int64)
        following = np.zeros(s, dtype=np.int64)
        place = 0
        for i in range(s):
            parent = self.parents[i]
            if parent < 0:
                enter[i], place = place, place + size[i]
            else:
                enter[i] = following[parent]
                following[parent] += size[i]
            following[i] = enter[i] + 1
        return enter, enter + size


class _Check:
    """One look at one decomposition of one graph."""

    def __init__(self, cop: CopDecomposition, A: Any) -> None:
        self.cop, self.A = cop, A
        self.enter, self.leave = cop._intervals()
        coo = A.tocoo()
        owner = cop.supernode_of
        self.between = np.unique(np.column_stack((owner[coo.row], owner[coo.col])), axis=0)  # adjacent supernodes
        self.between = self.between[self.between[:, 0] != self.between[:, 1]]

    def within(self, above: Any, below: Any) -> Any:
        """Whether `below` is `above` or a descendant of it."""
        return (self.enter[above] <= self.enter[below]) & (self.enter[below] < self.leave[above])

    def everything(self, planar: bool) -> list[str]:
        cop = self.cop
        n, s = self.A.shape[0], cop.n_supernodes
        owner = cop.supernode_of
        if owner.shape != (n,) or owner.min(initial=0) < 0 or owner.max(initial=0) >= max(s, 1):
            return ["(a) supernode_of is not a supernode for each vertex"]
        if (cop.parents >= np.arange(s)).any():
            return ["(b) a parent comes after its child"]
        wrong = [
            f"(b) supernodes {x} and {y} are adjacent, and neither is an ancestor of the other"
            for x, y in self.between[self.between[:, 0] < self.between[:, 1]]
            if not (self.within(x, y) or self.within(y, x))
        ]
        order = np.argsort(self.enter[owner], kind="stable")  # every domain is a run of this order
        places = self.enter[owner][order]
        for i in range(s):
            domain = np.sort(order[np.searchsorted(places, self.enter[i]) : np.searchsorted(places, self.leave[i])])
            wrong += self.supernode(i, domain)
            wrong += self.bag(i, planar)
        return wrong

    def supernode(self, i: int, domain: Ints) -> list[str]:
        """Radius, skeleton and buffer of one supernode, by searches inside it and inside its domain."""
        from scipy.sparse.csgraph import dijkstra

        cop, owner = self.cop, self.cop.supernode_of
        tree, parents = cop.skeleton(i)
        mine = np.flatnonzero(owner == i)
        if not len(tree) or parents[0] != -1 or not np.isin(tree, mine).all():
            return [f"(e) the skeleton of supernode {i} does not lie in it"]
        wrong = []
        inside = self.A[mine][:, mine]
        apart = dijkstra(inside, indices=np.searchsorted(mine, tree), min_only=True)
        radius = float(apart.max())
        if not radius <= cop.delta * (1 + SLACK):
            wrong.append(f"(a) supernode {i} has radius {radius:.6g} about its skeleton, more than {cop.delta:.6g}")
        if not np.isclose(radius, cop.radii[i], rtol=SLACK, atol=0):
            wrong.append(f"(f) supernode {i} has radius {radius!r}, not {cop.radii[i]!r}")
        whole = self.A[domain][:, domain]
        reached = dijkstra(whole, indices=int(np.searchsorted(domain, tree[0])))
        depth = {int(tree[0]): 0.0}
        for vertex, parent in zip(tree[1:].tolist(), parents[1:].tolist(), strict=True):
            length = self.A[vertex, parent] if parent in depth else 0.0
            if length == 0:
                return [*wrong, f"(e) {vertex} is not joined to the skeleton of supernode {i} by an edge"]
            depth[vertex] = depth[parent] + length
            shortest = reached[np.searchsorted(domain, vertex)]
            if not depth[vertex] <= shortest * (1 + SLACK):
                wrong.append(f"(e) {vertex} is {depth[vertex]:.6g} along skeleton {i}, in its domain {shortest:.6g}")
        return wrong + self.buffer(i, domain, dijkstra(whole, indices=np.searchsorted(domain, mine), min_only=True))

    def buffer(self, i: int, domain: Ints, apart: Floats) -> list[str]:
        """(c): descendants whose domain supernode i is not adjacent to are far from it in its own domain."""
        cop = self.cop
        nearest = np.full(cop.n_supernodes, np.inf)
        np.minimum.at(nearest, cop.supernode_of[domain], apart)
        touched = np.zeros(cop.n_supernodes, dtype=bool)
        for j in self.between[self.between[:, 0] == i, 1].tolist():
            while j > i and not touched[j]:  # whoever is adjacent makes the domains of all between adjacent
                touched[j] = True
                j = int(cop.parents[j])
        below = self.within(i, np.arange(cop.n_supernodes))
        below[i] = False
        width = cop.delta / cop.r
        near = np.flatnonzero(below & ~touched & (nearest < width * (1 - SLACK)))
        return [
            f"(c) supernodes {i} and {j} are {nearest[j]:.6g} apart, not adjacent, and the buffer is {width:.6g} wide"
            for j in near
        ]

    def bag(self, i: int, planar: bool) -> list[str]:
        """(d), and that the bag holds everything older that the domain is adjacent to."""
        bag = self.cop.bag(i)
        wrong = []
        inner = self.within(i, self.between[:, 1]) & ~self.within(i, self.between[:, 0])
        outer = np.unique(self.between[inner, 0])
        if not np.isin(outer, bag).all() or (bag >= i).any():
            wrong.append(f"(f) the domain of supernode {i} is adjacent to {outer.tolist()}, its bag is {bag.tolist()}")
        if planar and len(bag) > self.cop.r - 2:
            wrong.append(f"(d) the domain of supernode {i} was adjacent to {len(bag)} earlier ones, r = {self.cop.r}")
        if planar:
            pairs = {(int(x), int(y)) for x, y in self.between}
            apart = [(x, y) for x in bag.tolist() for y in bag.tolist() if x < y and (x, y) not in pairs]
            wrong += [f"(d) supernodes {x} and {y} in the bag of {i} are not adjacent" for x, y in apart]
        return wrong
