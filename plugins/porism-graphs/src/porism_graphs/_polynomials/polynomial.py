"""One equivariant polynomial: a multigraph H whose vertices are summed over, except those that are its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from porism import InvalidInput, InvalidType
from porism.validation import as_flag, as_integer
from porism_graphs._arguments import told
from porism_graphs._polynomials.canonical import canonical_order
from porism_graphs._polynomials.treewidth import treewidth

__all__ = ["GraphPolynomial", "polynomial_of", "root_colours"]

Edge = tuple[int, ...]
EDGE = "a pair of vertices (from, to), or a triple (from, to, channel), of integers ≥ 0"


@dataclass(frozen=True, slots=True)
class GraphPolynomial:
    """The polynomial P_H of a multigraph H: with outputs a and b, P_H(X)[i, j] sums, over all maps of H's vertices to
    indices that send a to i and b to j, the product of X[r's index, s's index] over H's edges (r, s).

    The maps need not be injective: vertices may meet. Without outputs the value is a number, with one a vector, with
    two a matrix, which is zero off its diagonal if both are the same vertex.

    Parameters
    ----------
    edges : iterable of (r, s) or (r, s, channel)
        Ordered pairs of vertices 0, 1, …; repeated pairs are powers, (r, r) reads the diagonal. The channel says which
        matrix of an X of shape (n, n, f) it reads, 0 by default.
    outputs : () or (a,) or (a, b)
        Which vertices stay open. They may be isolated, and a may be b.
    n_vertices : int, optional
        How many vertices there are; as many as are named by default.
    symmetric : bool
        Whether edges have no direction, so that X must be symmetric.

    Attributes
    ----------
    edges : tuple of tuples
        Sorted; pairs in channel 0, triples in others.
    outputs : tuple of int
    n_vertices : int
    symmetric : bool

    Raises
    ------
    InvalidInput
        If a vertex that is no output has no edge (it is a factor n, which is no polynomial in X), an output is no
        vertex, or there are more than two outputs.
    InvalidType
        If something is no integer.
    """

    edges: tuple[Edge, ...]
    outputs: tuple[int, ...] = ()
    n_vertices: int = None  # type: ignore[assignment] # counted where it is left out
    symmetric: bool = False
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        symmetric = as_flag("symmetric", self.symmetric)
        edges = tuple(sorted(_edge(edge, symmetric) for edge in _several("edges", self.edges, EDGE)))
        outputs = tuple(
            as_integer("outputs", vertex, 0) for vertex in _several("outputs", self.outputs, "at most two vertices")
        )
        if len(outputs) > 2:
            raise InvalidInput(f"outputs must be at most two vertices, got {outputs}")
        joined = {vertex for edge in edges for vertex in edge[:2]}
        least = 1 + max(joined | set(outputs), default=-1)
        given: object = self.n_vertices
        if given is None:
            n = least
        else:
            n = as_integer("n_vertices", given, 0)
            beyond = [vertex for vertex in outputs if vertex >= n]
            if beyond:
                raise InvalidInput(f"outputs must be vertices in 0..{n - 1}, got {beyond[0]}")
            if n < least:
                raise InvalidInput(f"n_vertices must be {least} at least, as edges name vertex {least - 1}, got {n}")
        lonely = sorted(set(range(n)) - joined - set(outputs))
        if lonely:
            raise InvalidInput(
                f"edges must meet every vertex that is no output, vertex {lonely[0]} is isolated: it is a factor n, "
                f"which is to be multiplied with the values; got {list(edges)}"
            )
        for name, value in (("edges", edges), ("outputs", outputs), ("n_vertices", n), ("symmetric", symmetric)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_hash", hash((edges, outputs, symmetric)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def degree(self) -> int:
        """Edges, counted with multiplicity: the degree of the polynomial in X."""
        return len(self.edges)

    @property
    def n_summed(self) -> int:
        """Vertices that are no outputs."""
        return self.n_vertices - len(set(self.outputs))

    @property
    def channels(self) -> int:
        """How many channels of X it needs."""
        return 1 + max((edge[2] for edge in self.edges if len(edge) > 2), default=0)

    @property
    def treewidth(self) -> int:
        """Treewidth of H with its outputs joined: n to the power of this and one is what evaluation costs."""
        pairs = {(min(edge[:2]), max(edge[:2])) for edge in self.edges if edge[0] != edge[1]}
        if len(set(self.outputs)) == 2:
            pairs.add((min(self.outputs), max(self.outputs)))
        return treewidth(self.n_vertices, pairs)

    def einsum(self) -> tuple[list[tuple[int, int]], tuple[int, ...]]:
        """Index numbers of each edge's copy of X, and those of the result.

        An output that stands twice, or is isolated, is named as often as it stands: what comes of that is up to the
        caller, as ``numpy.einsum`` refuses both.
        """
        return [(edge[0], edge[1]) for edge in self.edges], self.outputs

    def labels(self, base: int | None = None) -> list[list[int]]:
        """Labels[r][s]: which channels the edges from r to s read, how often, as a number to the base degree + 1."""
        base = self.degree + 1 if base is None else base
        labels = [[0] * self.n_vertices for _ in range(self.n_vertices)]
        for r, s, *channel in self.edges:
            code = base ** (channel[0] if channel else 0)
            labels[r][s] += code
            if self.symmetric and r != s:
                labels[s][r] += code
        return labels

    def canonical(self) -> GraphPolynomial:
        """The same polynomial with its vertices in an order that all isomorphic ones have; outputs come first."""
        order, _ = canonical_order(self.labels(), root_colours(self.n_vertices, self.outputs))
        place = {vertex: i for i, vertex in enumerate(order)}
        edges = [(place[r], place[s], *channel) for r, s, *channel in self.edges]
        return GraphPolynomial(edges, tuple(place[v] for v in self.outputs), self.n_vertices, self.symmetric)  # type: ignore[arg-type]

    def components(self) -> list[list[int]]:
        """The vertices of each connected component of H, outputs not joined."""
        parent = list(range(self.n_vertices))

        def find(v: int) -> int:
            while parent[v] != v:
                v = parent[v]
            return v

        for r, s, *_ in self.edges:
            parent[find(r)] = find(s)
        found: dict[int, list[int]] = {}
        for v in range(self.n_vertices):
            found.setdefault(find(v), []).append(v)
        return list(found.values())

    @property
    def connected(self) -> bool:
        """Whether it is no product with a polynomial without outputs: every component has an output, or is alone."""
        parts = self.components()
        if not self.outputs:
            return len(parts) == 1
        return all(set(part) & set(self.outputs) for part in parts)

    def __call__(self, X: Any, **options: Any) -> Any:
        """The values at X: ``equivariant-polynomial-evaluation`` by its default solver, options passed on."""
        from porism_graphs.equivariant_polynomial_evaluation import equivariant_polynomial_evaluation

        return equivariant_polynomial_evaluation(self, X, **options).values

    @property
    def recipe(self) -> tuple[str, str, dict[str, Any]]:
        """How a counter-example names it: module, function, arguments."""
        arguments = {"edges": list(self.edges), "outputs": self.outputs, "symmetric": self.symmetric}
        return "porism_graphs", "GraphPolynomial", arguments

    def __str__(self) -> str:
        dash = "-" if self.symmetric else ">"
        edges = " ".join(f"{r}{dash}{s}" + "".join(f"/{c}" for c in channel) for r, s, *channel in self.edges)
        return f"[{','.join(map(str, self.outputs))}] {edges}".strip()


def root_colours(n: int, outputs: tuple[int, ...]) -> list[int]:
    """A colour for each vertex: outputs are told apart by their places, and come before all others."""
    colours = [4] * n
    for place, vertex in enumerate(outputs):
        colours[vertex] = place if colours[vertex] == 4 else 2
    return colours


def polynomial_of(labels: Any, outputs: tuple[int, ...], base: int, symmetric: bool) -> GraphPolynomial:
    """The polynomial with these labels, to that base."""
    n = len(labels)
    edges: list[Edge] = []
    for r in range(n):
        for s in range(r if symmetric else 0, n):
            code, channel = labels[r][s], 0
            while code:
                code, times = divmod(code, base)
                edges += [(r, s, channel) if channel else (r, s)] * times
                channel += 1
    return GraphPolynomial(tuple(edges), outputs, n, symmetric)


def _several(name: str, value: object, must: str) -> list[Any]:
    if isinstance(value, str | bytes | dict) or not isinstance(value, Iterable):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    return list(value)


def _edge(edge: object, symmetric: bool) -> Edge:
    parts = edge if isinstance(edge, tuple | list) else ()
    if len(parts) not in (2, 3):
        raise InvalidType(f"edges must each be {EDGE}, got {told(edge)}")
    r, s, channel = (as_integer("edges", part, 0) for part in (*parts, 0)[:3])
    if symmetric and r > s:
        r, s = s, r
    return (r, s, channel) if channel else (r, s)
