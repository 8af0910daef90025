"""Partitions, contractions, oracles and tree covers in plain Python, and the same with one mistake at a time."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from scipy import sparse

from porism import Claims, Solver, solver
from porism.validation import as_float
from porism_graphs._graph import as_lengths
from porism_graphs._lengths import as_r
from porism_graphs.distance_oracle import DistanceOracle, all_pairs, distance_oracle
from porism_graphs.distance_oracle.solvers import TableOracle, as_eps
from porism_graphs.shortcut_partition import CopDecomposition, ShortcutPartition, low_diameter_shortcut_partition
from porism_graphs.steiner_point_removal import MinorResult, steiner_point_removal
from porism_graphs.steiner_point_removal.solvers import as_terminals
from porism_graphs.tree_cover import TreeCover, every_root, shortcut_trees, tree_cover

BUGS = {
    "low-diameter-shortcut-partition": {
        "there is no buffer": "buffer",
        "what is cut off is not buffered against the rest of its domain": "buffer",
        "skeletons are grown by numbers of edges": "supernodes",
        "supernodes grow without limit": "buffer",
        "the parent is the first supernode": "supernodes",
        "skeletons touch one of the supernodes around them": "width",
        "balls are carved by distances in the whole graph": "connected",
        "clusters are whole supernodes": "radius",
        "balls are carved": "shortcut",
        "the buffer has an absolute width": "scaling",
        "lengths are ignored": "radius",
        "the last centre is lost": "form",
        "radii are those in the whole graph": "connected",
        "delta is not checked": "bad-input",
        "A is overwritten": "inputs-untouched",
        "self-loops shorten": "representation",
    },
    "steiner-point-removal": {
        "each vertex goes with a terminal drawn for its number": "connected",
        "the second nearest terminal takes all": "form",
        "Voronoi cells": "combs",
        "edges are followed however long they are": "magnitudes",
        "the order of terminals decides": "nearest",
        "the minor joins all terminals": "minor",
        "edges of the minor are as long as the shortest edge between": "lengths",
        "edges of the minor are half as long": "dominating",
        "an edge of the minor is lost": "dominating",
        "distortion is the mean": "distortion",
        "terminals are sorted": "form",
        "edges between terminals are dropped": "identity",
        "distances are rounded": "scaling",
        "duplicates are dropped": "bad-input",
        "terminals are overwritten": "inputs-untouched",
        "self-loops shorten": "representation",
    },
    "distance-oracle": {
        "the hub's distance is counted once": "at-least",
        "a vertex is a hub's radius from itself": "diagonal",
        "the way back is longer": "symmetric",
        "components are joined": "components",
        "only the scale above is asked": "stretch",
        "hubs reach half as far": "components",
        "clusters are four times as large": "large-stretch",
        "hubs of one scale are lost, and searches replace them": "no-fallback",
        "all distances are kept": "wheel",
        "eps is taken for exact": "exact",
        "a threshold is absolute": "scaling",
        "vertices wrap around": "bad-query",
        "self-loops count": "representation",
        "answers are in single precision": "form",
        "one vertex at a time is cut off": "logarithmic-size",
        "only the nearest portal of a path is kept": "stretch",
        "the way between portals is forgotten": "at-least",
        "paths are cut out, and who is on one is nobody's": "components",
    },
    "tree-cover": {
        "children come before parents": "form",
        "trees have edges that the graph has not": "subgraph",
        "edges are of length 1": "subgraph",
        "distances are numbers of edges": "lengths",
        "all trees are one forest": "forests",
        "roots know half of the distance": "dominating",
        "trees of the last scale are lost": "connecting",
        "one tree is enough": "stretch",
        "every vertex is a root": "wheel",
        "each scale has forests of its own": "scales",
        "a length is absolute": "scaling",
        "self-loops shorten": "representation",
    },
}
"""Each mistake, and a law that catches it."""

INFINITE = float("inf")


def search(
    graph: list[dict[int, float]], sources: dict[int, float], limit: float = INFINITE, allowed: Any = None
) -> Any:
    """Dijkstra's algorithm: distances and predecessors, in the order in which they are found."""
    distance: dict[int, float] = {}
    before: dict[int, int] = {}
    heap = [(d, v, -1) for v, d in sources.items() if d <= limit]
    heapq.heapify(heap)
    while heap:
        d, v, u = heapq.heappop(heap)
        if v not in distance:
            distance[v], before[v] = d, u
            for w, length in graph[v].items():
                if w not in distance and d + length <= limit and (allowed is None or w in allowed):
                    heapq.heappush(heap, (d + length, w, v))
    return distance, before


def listed(A: Any, bug: str | None = None) -> list[dict[int, float]]:
    """The neighbours of every vertex, with lengths."""
    lengths = as_lengths("A", A)
    rows = [
        dict(zip(lengths.indices[a:b].tolist(), lengths.data[a:b].tolist(), strict=True))
        for a, b in zip(lengths.indptr[:-1], lengths.indptr[1:], strict=True)
    ]
    if bug == "lengths are ignored":
        rows = [dict.fromkeys(row, 1.0) for row in rows]
    if bug in ("self-loops shorten", "self-loops count"):
        loops = np.diag(np.array(A.toarray() if hasattr(A, "toarray") else A, dtype=np.float64))
        rows = [{v: d / (1 + loops[u]) if loops[u] else d for v, d in row.items()} for u, row in enumerate(rows)]
        rows = [{v: min(d, rows[v][u]) for v, d in row.items()} for u, row in enumerate(rows)]
    return rows


def components(graph: list[dict[int, float]], inside: set[int]) -> list[set[int]]:
    """The components of an induced subgraph."""
    found, left = [], set(inside)
    while left:
        stack, part = [min(left)], set()
        while stack:
            v = stack.pop()
            if v in left:
                left.discard(v)
                part.add(v)
                stack += graph[v]
        found.append(part)
    return found


class Cops:
    """A buffered cop decomposition."""

    def __init__(self, graph: list[dict[int, float]], delta: float, r: int, bug: str | None) -> None:
        self.graph, self.bug = graph, bug
        self.width = 1.0 if bug == "the buffer has an absolute width" else delta / r
        if bug == "supernodes grow without limit":
            self.width = 4 * delta
        self.owner: dict[int, int] = {}
        self.parents: list[int] = []
        self.trees: list[tuple[list[int], dict[int, int]]] = []
        self.bags: list[list[int]] = []
        work: list[tuple[list[int], set[int], int]] = [
            ([], part, -1) for part in components(graph, set(range(len(graph))))
        ]
        while work:
            cut, inside, parent = work.pop()
            if cut and bug != "there is no buffer":
                work += self.grow(cut, inside, parent)
            else:
                work += self.build(inside, parent)

    def adjacent(self, inside: set[int]) -> dict[int, list[int]]:
        """For each supernode the vertices of `inside` that are adjacent to it."""
        found: dict[int, list[int]] = {}
        for v in sorted(inside):
            for owner in {self.owner[w] for w in self.graph[v] if w in self.owner}:
                found.setdefault(owner, []).append(v)
        return found

    def build(self, inside: set[int], parent: int) -> list[tuple[list[int], set[int], int]]:
        contacts = self.adjacent(inside)
        leaves = [vertices[len(vertices) * 5 // 8] for _, vertices in sorted(contacts.items())]
        root = leaves[0] if leaves else min(inside)
        walked = self.graph
        if self.bug == "skeletons are grown by numbers of edges":
            walked = [dict.fromkeys(row, 1.0) for row in self.graph]
        distance, before = search(walked, {root: 0.0}, allowed=inside)
        if self.bug == "skeletons touch one of the supernodes around them":
            leaves = [root]
        elif len(leaves) < 2:
            leaves.append(list(distance)[-1])
        tree = set()
        for leaf in leaves:
            while leaf >= 0:
                tree.add(leaf)
                leaf = before[leaf]
        me = len(self.parents)
        self.parents.append(0 if self.bug == "the parent is the first supernode" and me else parent)
        self.trees.append(([v for v in distance if v in tree], before))
        self.bags.append(sorted(contacts))
        self.owner.update(dict.fromkeys(tree, me))
        return self.pieces(inside - tree, [], {*contacts, me}, me)

    def pieces(self, inside: set[int], cut: list[int], known: set[int], parent: int) -> list[Any]:
        found = []
        for part in components(self.graph, inside):
            lost = known - set(self.adjacent(part))
            found.append((sorted({*cut, *lost}), part, parent))
        return found

    def grow(self, cut: list[int], inside: set[int], parent: int) -> list[tuple[list[int], set[int], int]]:
        known = set(self.adjacent(inside))
        seeds: dict[int, tuple[float, int]] = {}
        for v in sorted(inside):
            for w, length in self.graph[v].items():
                if w in self.owner and self.owner[w] > cut[0] and length < self.width:
                    seeds[v] = min(seeds.get(v, (INFINITE, -1)), (length, self.owner[w]))
        if self.bug == "what is cut off is not buffered against the rest of its domain":
            seeds = {v: (d, owner) for v, (d, owner) in seeds.items() if owner == len(self.parents) - 1}
        distance, before = search(
            self.graph, {v: d for v, (d, _) in seeds.items()}, np.nextafter(self.width, 0), inside
        )
        for v in distance:
            self.owner[v] = self.owner[before[v]] if before[v] >= 0 else seeds[v][1]
        return self.pieces(inside - set(distance), cut[1:], known, parent)


def partition(graph: list[dict[int, float]], delta: float, r: int, bug: str | None = None) -> tuple[Any, Cops, Any]:
    """Labels and centres of the clusters of a cop decomposition, and the radii of its supernodes."""
    cops = Cops(graph, delta, r, bug)
    n = len(graph)
    labels, centers, radii = np.full(n, -1), [], []
    for me, (tree, before) in enumerate(cops.trees):
        mine = {v for v in range(n) if cops.owner[v] == me}
        edges: list[dict[int, float]] = [{} for _ in range(n)]
        for v in tree:
            if before[v] in mine and before[v] >= 0:
                edges[v][before[v]] = edges[before[v]][v] = graph[v][before[v]]
        net: list[int] = []
        while True:
            near, _ = search(edges, dict.fromkeys(net, 0.0), delta)
            far = [v for v in tree if v not in near]
            if not far or (net and bug == "clusters are whole supernodes"):
                break
            net.append(far[0])
        first = {v: len(centers) + i for i, v in enumerate(net)}
        centers += net
        along, above = search(edges, dict.fromkeys(net, 0.0))
        around, nearer = search(graph, dict.fromkeys(along, 0.0), allowed=mine)
        for found, parents in ((along, above), (around, nearer)):
            for v in found:
                if parents[v] >= 0:
                    first[v] = first[parents[v]]
        for v in mine:
            labels[v] = first[v]
        inner, _ = search(graph, dict.fromkeys(tree, 0.0), allowed=mine)
        radii.append(max(inner.values()))
    return labels, np.array(centers), (cops, radii)


def partition_mutant(bug: str | None) -> Solver[..., ShortcutPartition]:
    """The solver of `low-diameter-shortcut-partition` with that mistake; None for the right one."""

    def solve(A: Any, delta: float, *, r: int = 5) -> ShortcutPartition:
        if bug == "A is overwritten" and isinstance(A, np.ndarray) and A.dtype == np.float64 and A.flags.writeable:
            A *= 2.0
        graph = listed(A, bug)
        if bug == "delta is not checked":
            delta = abs(float(delta or 1)) if np.isfinite(float(delta or 1)) and delta else 1.0
        delta, r = as_float("delta", delta, 0, np.inf, ends="()"), as_r(r)
        labels, centers, (cops, radii) = partition(graph, delta, r, bug)
        if bug in ("balls are carved", "balls are carved by distances in the whole graph"):
            labels, centers = np.full(len(graph), -1), []
            for v in range(len(graph)):
                if labels[v] < 0:
                    left = set(np.flatnonzero(labels < 0).tolist())
                    ball, _ = search(graph, {v: 0.0}, delta, left if bug == "balls are carved" else None)
                    labels[list(left & set(ball))] = len(centers)
                    centers.append(v)
        if bug == "the last centre is lost" and len(centers) > 1:
            centers = centers[:-1]
        real = listed(A)
        around = []
        for i, c in enumerate(centers):
            cluster = set(np.flatnonzero(labels == i).tolist())
            whole = bug == "radii are those in the whole graph"
            distance, _ = search(real, {int(c): 0.0}, allowed=None if whole else cluster)
            around.append(max((distance.get(v, INFINITE) for v in cluster), default=0.0))
        tree_starts = np.cumsum([0, *(len(tree) for tree, _ in cops.trees)])
        bag_starts = np.cumsum([0, *map(len, cops.bags)])
        cop = CopDecomposition(
            np.array([cops.owner[v] for v in range(len(graph))]),
            np.array(cops.parents),
            np.array(radii),
            tree_starts,
            np.array([v for tree, _ in cops.trees for v in tree]),
            np.array([before[v] for tree, before in cops.trees for v in tree]),
            bag_starts,
            np.array([x for bag in cops.bags for x in bag], dtype=np.int64),
            delta,
            r,
        )
        return ShortcutPartition(
            labels.astype(np.int64), np.array(centers, dtype=np.int64), np.array(around), delta, cop
        )

    claims = Claims(buffered=True, shortcut=True, deterministic=True)
    return solver(low_diameter_shortcut_partition, "mutant", claims=claims)(solve)


class Contracted(MinorResult):
    """A result that tells the mean of what has grown."""

    __slots__ = ()

    def distortion(self, A: Any, *, n_jobs: int | None = None) -> float:
        return float(self.stretch(A, n_jobs=n_jobs).mean())


def minor_mutant(bug: str | None) -> Solver[..., MinorResult]:
    """The solver of `steiner-point-removal` with that mistake; None for the right one."""

    def solve(A: Any, terminals: Any) -> MinorResult:
        if bug == "terminals are overwritten" and isinstance(terminals, np.ndarray):
            terminals[:] = terminals[::-1].copy()
        if bug == "duplicates are dropped":
            whole = isinstance(terminals, list) and all(isinstance(t, int) for t in terminals)
            terminals = list(dict.fromkeys(terminals)) if whole else terminals
        chosen = as_terminals(terminals, as_lengths("A", A))
        if bug == "terminals are sorted":
            chosen = np.sort(chosen)
        graph, n = listed(A, bug), len(listed(A))
        if bug == "distances are rounded":
            graph = [{v: float(np.ceil(d)) for v, d in row.items()} for row in graph]
        near, _ = search(graph, dict.fromkeys(chosen.tolist(), 0.0))
        classes = dict(zip(chosen.tolist(), range(len(chosen)), strict=True))
        claims_nearest = bug in ("Voronoi cells", "the order of terminals decides")
        if bug == "each vertex goes with a terminal drawn for its number":
            for v in range(n):
                classes.setdefault(v, (v * 7 + 3) % len(chosen))
        elif bug == "the second nearest terminal takes all":
            classes = dict.fromkeys(range(n), 0)
        elif bug == "the order of terminals decides":
            for i, t in enumerate(chosen.tolist()):
                reach, _ = search(graph, {t: 0.0}, allowed={v for v in range(n) if v not in classes})
                classes.update(dict.fromkeys(reach, i))
        elif claims_nearest:
            _, before = search(graph, dict.fromkeys(chosen.tolist(), 0.0))
            for v, u in before.items():
                classes.setdefault(v, classes.get(u, 0))
        else:
            scale = min((d for row in graph for d in row.values()), default=1.0)
            while len(classes) < n:
                left = {v for v in range(n) if v not in classes}
                while scale < min(near[v] for v in left):
                    scale *= 2
                number = {v: i for i, v in enumerate(sorted(left))}
                induced = [{number[w]: d for w, d in graph[v].items() if w in left} for v in sorted(left)]
                labels, _, _ = partition(induced, scale, 5)
                due = {int(labels[number[v]]) for v in left if near[v] <= scale}
                while due:
                    offers = []
                    for c in due:
                        found = [
                            (near[w], w)
                            for v in left
                            if labels[number[v]] == c
                            for w, d in graph[v].items()
                            if w in classes
                            and (near[w] + d <= scale or bug == "edges are followed however long they are")
                        ]
                        offers += [(c, classes[min(found)[1]])] if found else []
                    for c, i in offers:
                        classes.update({v: i for v in left if labels[number[v]] == c})
                    due -= {c for c, _ in offers}
        k = len(chosen)
        minor = np.zeros((k, k))
        for u in range(n):
            for v, d in graph[u].items():
                s, t = classes[u], classes[v]
                if s != t and not (bug == "edges between terminals are dropped" and {u, v} <= set(chosen.tolist())):
                    away = search(graph, {int(chosen[s]): 0.0})[0][int(chosen[t])]
                    if bug == "edges of the minor are as long as the shortest edge between":
                        away = min(d, minor[s, t] or d)
                    minor[s, t] = minor[t, s] = away / 2 if bug == "edges of the minor are half as long" else away
        if bug == "the minor joins all terminals":
            apart = np.array([[search(graph, {int(s): 0.0})[0].get(int(t), 0.0) for t in chosen] for s in chosen])
            minor = np.maximum(apart, apart.T)
        if bug == "an edge of the minor is lost" and minor.any():
            s, t = np.argwhere(minor)[0]
            minor[s, t] = minor[t, s] = 0.0
        kind = Contracted if bug == "distortion is the mean" else MinorResult
        assignment = chosen[[classes[v] for v in range(n)]]
        return kind(assignment, chosen, sparse.csr_array(minor))

    nearest = bug == "the order of terminals decides"
    claims = Claims(nearest=nearest, bounded_distortion=not nearest, deterministic=True)
    return solver(steiner_point_removal, "mutant", claims=claims)(solve)


def stars(
    graph: list[dict[int, float]], eps: float, bug: str | None = None
) -> list[tuple[float, dict[int, float], Any]]:
    """For each scale and cluster: the scale, distances from its centre among later clusters, and predecessors."""
    lengths = [d for row in graph for d in row.values()]
    if not lengths:
        return [(1.0, {v: 0.0}, {v: -1}) for v in range(len(graph))]
    reach = max(max(search(graph, {v: 0.0})[0].values()) for v in range(len(graph)))
    scale = 2.0 ** np.ceil(np.log2(min(lengths)))
    found = []
    while True:
        delta = eps * scale / 8
        if bug == "clusters are four times as large":
            delta *= 4
        labels, centers, _ = partition(graph, delta, 5)
        radius = scale / 2 if bug == "hubs reach half as far" else scale + 2 * delta
        if bug == "clusters are four times as large":
            radius = scale + delta / 2
        for c, center in enumerate(centers.tolist()):
            later = set(np.flatnonzero(labels >= c).tolist())
            found.append((scale, *search(graph, {center: 0.0}, radius * (1 + 1e-9), later)))
        if scale >= reach:
            return found
        scale *= 2


class Stars(DistanceOracle):
    """Answers from all stars that two vertices have in common."""

    def __init__(self, graph: list[dict[int, float]], eps: float, bug: str | None) -> None:
        self.graph, self.n, self.eps, self.bug, self.missed = graph, len(graph), eps, bug, 0
        found = stars(graph, eps, bug)
        if bug == "only the scale above is asked":
            top = max(scale for scale, _, _ in found)
            found = [star for star in found if star[0] == top]
        if bug == "hubs of one scale are lost, and searches replace them":
            found = []
        self.size = sum(len(distance) for _, distance, _ in found)
        self.table = np.full((self.n, self.n), np.inf)
        for _, distance, _ in found:
            vertices, values = np.array(list(distance)), np.array(list(distance.values()))
            through = values[:, None] + (0 if bug == "the hub's distance is counted once" else values)
            if bug == "the hub's distance is counted once":
                through = np.maximum(through, through.T)
            block = np.ix_(vertices, vertices)
            self.table[block] = np.minimum(self.table[block], through)
        if bug != "a vertex is a hub's radius from itself":
            np.fill_diagonal(self.table, 0.0)
        else:
            self.table[np.diag_indices(self.n)] = 1.0
        if bug == "the way back is longer":
            self.table = self.table * (1 + 1e-12 * np.tri(self.n))
        if bug == "components are joined":
            self.table[np.isinf(self.table)] = self.table[np.isfinite(self.table)].max(initial=1.0)
        if bug == "a threshold is absolute":
            self.table[self.table < 1e-6] = 0.0
        if bug == "answers are in single precision":
            self.table = self.table.astype(np.float32)

    def query(self, u: Any, v: Any, *, n_jobs: int | None = None) -> Any:
        if self.bug == "vertices wrap around":
            wrapped = (np.asarray(x) % self.n if np.asarray(x).dtype.kind in "iu" else x for x in (u, v))
            return super().query(*wrapped)
        return super().query(u, v)

    def _distances(self, u: Any, v: Any, n_threads: int) -> Any:
        if self.bug == "hubs of one scale are lost, and searches replace them":
            self.missed += len(u)
            rows = {a: search(self.graph, {int(a): 0.0})[0] for a in np.unique(u)}
            return np.array([rows[a].get(int(b), np.inf) for a, b in zip(u, v, strict=True)])
        return self.table[u, v]

    @property
    def nbytes(self) -> int:
        return 12 * self.size

    @property
    def fallbacks(self) -> int:
        return self.missed

    def _state(self) -> tuple[Any, ...]:
        return self.graph, self.eps, self.bug


class Separators(DistanceOracle):
    """Distances to all vertices of shortest paths that halve the graph, path by path."""

    def __init__(self, graph: list[dict[int, float]], eps: float, bug: str | None) -> None:
        self.graph, self.n, self.eps, self.bug = graph, len(graph), eps, bug
        self.labels: list[dict[int, list[tuple[float, float]]]] = [{} for _ in graph]
        self.paths = 0
        work = components(graph, set(range(self.n)))
        while work:
            inside = work.pop()
            target = len(inside) // 2
            while inside:
                tree, before = search(graph, {min(inside): 0.0}, allowed=inside)
                path = [list(tree)[-1]]
                while before[path[-1]] >= 0:
                    path.append(before[path[-1]])
                self.cut(path, tree, inside)
                rest = components(graph, inside - set(path))
                if all(len(part) <= target for part in rest):
                    work += rest
                    break
                work += [part for part in rest if len(part) <= target]
                inside = max(rest, key=len)

    def cut(self, path: list[int], along: dict[int, float], inside: set[int]) -> None:
        for q in path:
            away, _ = search(self.graph, {q: 0.0}, allowed=inside)
            for v, d in away.items():
                if v not in path or self.bug != "paths are cut out, and who is on one is nobody's":
                    self.labels[v].setdefault(self.paths, []).append((along[q], d))
        if self.bug == "only the nearest portal of a path is kept":
            for label in self.labels:
                if self.paths in label:
                    label[self.paths] = [min(label[self.paths], key=lambda portal: portal[1])]
        self.paths += 1

    def _distances(self, u: Any, v: Any, n_threads: int) -> Any:
        gap = 0.0 if self.bug == "the way between portals is forgotten" else 1.0
        found = np.full(len(u), np.inf)
        for i, (a, b) in enumerate(zip(np.minimum(u, v).tolist(), np.maximum(u, v).tolist(), strict=True)):
            for path in self.labels[a].keys() & self.labels[b].keys():
                (x, near), (y, far) = (np.array(self.labels[end][path]).T for end in (a, b))
                found[i] = min(found[i], (near[:, None] + far + gap * abs(x[:, None] - y)).min())
            found[i] = 0.0 if a == b else found[i]
        return found

    @property
    def nbytes(self) -> int:
        return 16 * sum(len(portals) for label in self.labels for portals in label.values())

    def _state(self) -> tuple[Any, ...]:
        return self.graph, self.eps, self.bug


class Peeled(TableOracle):
    """Separators of one vertex: each vertex knows its distances to all that were cut off before it."""

    @property
    def nbytes(self) -> int:
        return 16 * self.n * (self.n + 1) // 2


SEPARATED = list(BUGS["distance-oracle"])[-4:]
"""The mistakes that are made with separators."""


def oracle_mutant(bug: str | None) -> Solver[..., DistanceOracle]:
    """The solver of `distance-oracle` with that mistake; None for the right one."""

    def solve(A: Any, *, eps: float = 0.5) -> DistanceOracle:
        if bug == "all distances are kept":
            return all_pairs(A, eps=eps)
        if bug == "one vertex at a time is cut off":
            return Peeled(*all_pairs(A, eps=eps)._state())
        if bug in SEPARATED:
            return Separators(listed(A), as_eps(eps), bug)
        return Stars(listed(A, bug), as_eps(eps), bug)

    claims = Claims(
        stretch=True,
        linear_size=bug not in SEPARATED,
        logarithmic_size=bug in SEPARATED,
        exact=bug == "eps is taken for exact",
        deterministic=True,
    )
    return solver(distance_oracle, "mutant", claims=claims)(solve)


def cover_mutant(bug: str | None) -> Solver[..., TreeCover]:
    """The solver of `tree-cover` with that mistake; None for the right one."""

    def solve(A: Any, *, eps: float = 0.5) -> TreeCover:
        if bug == "every vertex is a root":
            return every_root(A, eps=eps)
        if bug == "each scale has forests of its own":
            return shortcut_trees(A, eps=eps)
        graph, eps = listed(A, bug), as_eps(eps)
        found = stars(graph, eps, bug)
        if bug == "one tree is enough":
            found = [(1.0, *search(graph, {min(part): 0.0})) for part in components(graph, set(range(len(graph))))]
        if bug == "trees of the last scale are lost" and len(found) > 1:
            found = [star for star in found if star[0] < found[-1][0]] or found
        taken: list[set[int]] = [set() for _ in graph]
        forests, vertices, parents, edges, distances, starts = [], [], [], [], [], [0]
        for _, distance, before in found:
            used = set().union(*(taken[v] for v in distance))
            colour = next(i for i in range(len(used) + 1) if i not in used)
            if bug == "all trees are one forest":
                colour = 0
            for v in distance:
                taken[v].add(colour)
            order = list(distance)
            if bug == "children come before parents":
                order = order[::-1]
            forests.append(colour)
            vertices += order
            parents += [before[v] for v in order]
            edges += [graph[v][before[v]] if before[v] >= 0 else 0.0 for v in order]
            distances += [distance[v] for v in order]
            starts.append(len(vertices))
            if bug == "trees have edges that the graph has not":
                parents[starts[-2] :] = [-1, *(order[0] for _ in order[1:])]
        away, lengths = np.array(distances), np.array(edges)
        if bug == "edges are of length 1":
            lengths = np.where(lengths > 0, 1.0, 0.0)
        if bug == "distances are numbers of edges":
            away = np.where(away > 0, np.ceil(away / 2), 0.0)
        if bug == "roots know half of the distance":
            away, lengths = away / 2, lengths / 2
        if bug == "a length is absolute":
            away = np.where(away < 1e-6, 0.0, away)
        parts = (np.array(column, dtype=np.int64) for column in (forests, starts, vertices, parents))
        return TreeCover(*parts, lengths, away, len(graph))

    claims = Claims(
        stretch=True,
        spanning=True,
        few_forests=True,
        bounded_forests=bug == "each scale has forests of its own",
        deterministic=True,
    )
    return solver(tree_cover, "mutant", claims=claims)(solve)


MAKE = {
    "low-diameter-shortcut-partition": partition_mutant,
    "steiner-point-removal": minor_mutant,
    "distance-oracle": oracle_mutant,
    "tree-cover": cover_mutant,
}
"""What makes the solver of each problem, with a mistake or without."""
