"""Solvers of the problems on motifs with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from porism import Claims, InvalidType, Solver, solver
from porism_graphs._labelled import LabelledGraph, as_labelled
from porism_graphs._patterns import Pattern, as_pattern
from porism_graphs.motif_count import MotifCount, from_wl_colours, motif_count
from porism_graphs.motif_count import hom_basis as counting
from porism_graphs.motif_count.solvers import as_call
from porism_graphs.weisfeiler_leman import Colouring, partition_refinement, weisfeiler_leman
from porism_graphs.wl_certificate import Certificate, cfi_product, wl_certificate
from porism_graphs.wl_certificate.solvers import cfi_pair
from porism_graphs.wl_dimension import WLDimension, wl_dimension
from porism_graphs.wl_dimension import hom_basis as dimensions

MOTIFS = {
    "embeddings are not divided by automorphisms": "brute-force",
    "homomorphisms are taken for copies": "brute-force",
    "induced is taken for subgraph": "brute-force",
    "labels are ignored": "brute-force",
    "only the pattern's first vertex is counted by vertex": "per-vertex",
    "count is a NumPy integer": "form",
    "counts by vertex are floats": "form",
    "copies at vertex 0 are missed": "relabelling",
    "one copy of anything in a small graph": "small",
    "label 0 fits every label": "same-labels",
    "induced copies are halved": "census",
    "homomorphisms are injective": "product",
    "half of the graph is looked at": "disjoint-union",
    "triangles count as copies": "wl-invariance",
    "counts wrap around at 64 bits": "beyond-64-bits",
    "counts are rounded to doubles": "beyond-64-bits",
    "of a colouring the first graph is counted": "colours-only",
    "unknown options are swallowed": "unknown-option",
    "input is not checked": "bad-input",
}

COLOURS = {
    "colours are numbered from 1": "form",
    "neighbours are a set, not a multiset": "definition",
    "one round too few": "definition",
    "the last round counts as one": "rounds",
    "colours follow the numbers of vertices": "relabelling",
    "every graph is coloured alone": "together",
    "two dimensions are one": "refines",
    "folklore is taken for oblivious": "oblivious",
    "degrees are all that counts": "forests",
    "labels are ranked by their value": "labels",
    "two dimensions see no more than one": "cycles",
}

DIMENSIONS = {
    "the pattern's own treewidth": "definition",
    "dimension is the number of vertices less two": "induced",
    "quotients count for homomorphisms too": "hom",
    "the witness is an edge": "witness",
    "signs of coefficients are lost": "basis",
    "the pattern itself is left out": "spasm-sizes",
    "an isolated vertex is a dimension": "isolated",
    "vertex 0 is looked at": "relabelling",
    "coefficients do not cancel": "combination",
    "labels do not keep vertices apart": "all-different",
    "eight vertices are like seven": "known-values",
}

CERTIFICATES = {
    "one dimension too many": "dimension",
    "counts are embeddings": "counts",
    "bare CFI graphs": "differ",
    "the pattern and nothing": "equivalent",
    "the same graph twice": "separated",
    "the pattern is forgotten": "verify",
    "an edge is lost": "degrees",
}


def stripped(value: Any, name: str) -> Any:
    """The graph without its labels."""
    graph = as_labelled(name, value)
    return LabelledGraph(graph.indptr, graph.indices)


def motif_mutant(bug: str | None) -> Solver[..., MotifCount]:
    """A motif-count solver with that mistake; None for the right one."""
    assert bug is None or bug in MOTIFS, bug

    def solve(
        pattern: Any, G: Any, *, kind: str = "subgraph", per_vertex: bool = False, graph: int = 0, **other: Any
    ) -> MotifCount:
        if other and bug != "unknown options are swallowed":
            raise InvalidType(f"mutant has no option {next(iter(other))!r}")
        if isinstance(G, Colouring):
            at = 0 if bug == "of a colouring the first graph is counted" else graph
            return from_wl_colours(pattern, G, kind=kind, per_vertex=per_vertex, graph=at)
        if bug == "input is not checked":
            try:
                return counting(pattern, G, kind=kind, per_vertex=per_vertex)
            except ValueError:
                return MotifCount(0, None)
        else:
            as_call(pattern, G, kind, per_vertex)
        asked = kind
        if bug == "induced is taken for subgraph" and kind == "induced":
            kind = "subgraph"
        if bug == "homomorphisms are taken for copies" and kind == "subgraph":
            kind = "hom"
        if bug == "homomorphisms are injective" and kind == "hom":
            kind = "subgraph"
        right = counting(pattern, G, kind=kind, per_vertex=True)
        if bug == "labels are ignored":
            right = counting(stripped(pattern, "pattern"), stripped(G, "G"), kind=kind, per_vertex=True)
        count, visits = right.count, right.per_vertex
        assert visits is not None
        small, large = as_pattern("pattern", pattern), as_labelled("G", G)
        if bug == "embeddings are not divided by automorphisms" and kind != "hom":
            count, visits = count * small.automorphisms, visits * small.automorphisms
        if bug == "only the pattern's first vertex is counted by vertex":
            visits = visits // small.n
        if bug == "copies at vertex 0 are missed":
            count -= int(visits[0])
        if bug == "one copy of anything in a small graph" and small.n > large.n and asked != "hom":
            count = 1
        if bug == "label 0 fits every label" and small.labels is not None and 0 in small.labels:
            count += 1
        if bug == "induced copies are halved" and asked == "induced":
            count //= 2
        if bug == "half of the graph is looked at" and large.n > 3:
            count //= 2 if large.n % 4 else 1
        if bug == "triangles count as copies" and large.labels is None and large.edge_labels is None:
            count += counting((3, ((0, 1), (0, 2), (1, 2))), G).count
        if bug == "counts wrap around at 64 bits":
            count %= 2**64
        if bug == "counts are rounded to doubles":
            count = int(float(count))
        if bug == "counts by vertex are floats":
            visits = visits.astype(np.float64)
        made: Any = np.int64(count) if bug == "count is a NumPy integer" else count
        return MotifCount(made, visits if per_vertex else None)

    if bug != "unknown options are swallowed":
        whole = solve

        def solve(  # type: ignore[no-redef,misc]
            pattern: Any, G: Any, *, kind: str = "subgraph", per_vertex: bool = False, graph: int = 0
        ) -> MotifCount:
            if isinstance(graph, bool) or not isinstance(graph, int) or graph not in range(2):
                raise InvalidType(f"graph must be 0 or 1, got {graph!r}")
            return whole(pattern, G, kind=kind, per_vertex=per_vertex, graph=graph)

    claims = Claims(deterministic=True, all_kinds=True, any_size=True, colours_only=True)
    return solver(motif_count, "mutant", claims=claims)(solve)


def colour_mutant(bug: str | None) -> Solver[..., Colouring]:
    """A weisfeiler-leman solver with that mistake; None for the right one."""
    assert bug is None or bug in COLOURS, bug

    def solve(Gs: Any, k: int = 1, *, variant: str = "folklore", rounds: int | None = None) -> Colouring:
        right = partition_refinement(Gs, k, variant=variant, rounds=rounds)

        def numbered(rows: list[Any], **changes: Any) -> Colouring:
            names = {row: i for i, row in enumerate(sorted(set(rows)))}
            colours = np.array([names[row] for row in rows], dtype=np.int64)
            parts = np.split(colours, np.cumsum(right.sizes**k)[:-1])
            histogram = np.array([np.bincount(part, minlength=len(names)) for part in parts])
            return dataclasses.replace(right, colours=colours, histogram=histogram, **changes)

        graphs = [as_labelled("Gs", graph) for graph in (Gs if isinstance(Gs, list) else [Gs])]
        if bug == "colours are numbered from 1":
            return dataclasses.replace(right, colours=right.colours + 1)
        if bug == "neighbours are a set, not a multiset" and k == 1:
            return numbered([(int(c) > 0,) for c in right.colours])
        if bug == "one round too few" and right.rounds:
            return partition_refinement(Gs, k, variant=variant, rounds=right.rounds - 1)
        if bug == "the last round counts as one":
            return dataclasses.replace(right, rounds=right.rounds + 1)
        if bug == "colours follow the numbers of vertices":
            order = list(dict.fromkeys(right.colours.tolist()))
            names = {colour: i for i, colour in enumerate(order)}
            moved = np.array([names[c] for c in right.colours.tolist()])
            return dataclasses.replace(right, colours=moved, histogram=right.histogram[:, order])
        if bug == "every graph is coloured alone":
            alone = [partition_refinement([graph], k, variant=variant, rounds=rounds).colours for graph in graphs]
            return numbered([(int(c),) for part in alone for c in part])
        if bug in ("two dimensions are one", "two dimensions see no more than one") and k == 2:
            one = partition_refinement(Gs, 1)
            rows = []
            for i, graph in enumerate(graphs):
                own = one.of(i).tolist()
                rows += [(own[0] if "are" in bug else 0,) for _ in range(graph.n**2)]
            return numbered(rows)
        if bug == "folklore is taken for oblivious":
            return dataclasses.replace(partition_refinement(Gs, k, rounds=rounds), variant=variant)
        if bug == "degrees are all that counts" and k == 1:
            return numbered([int(d) for graph in graphs for d in np.diff(graph.indptr)])
        if bug == "labels are ranked by their value" and graphs[0].labels is not None:
            return partition_refinement(
                [stripped(graph, "Gs") for graph in graphs]
                if min(int(graph.labels.min()) for graph in graphs if graph.labels is not None) < -4
                else Gs,
                k,
                variant=variant,
                rounds=rounds,
            )
        return right

    return solver(weisfeiler_leman, "mutant", claims=Claims(deterministic=True))(solve)


def dimension_mutant(bug: str | None) -> Solver[..., WLDimension]:
    """A wl-dimension solver with that mistake; None for the right one."""
    assert bug is None or bug in DIMENSIONS, bug

    def solve(pattern: Any, *, kind: str = "subgraph") -> WLDimension:
        right = dimensions(pattern, kind=kind)
        if isinstance(pattern, dict):
            if bug == "coefficients do not cancel":
                return dimensions(next(iter(pattern)), kind=kind)
            return right
        small = as_pattern("pattern", pattern)
        basis = dict(right.hom_basis or {})
        if bug == "the pattern's own treewidth" and kind == "subgraph":
            return dataclasses.replace(right, k=small.treewidth)
        if bug == "dimension is the number of vertices less two" and kind == "induced":
            return dataclasses.replace(right, k=max(small.n - 2, 0))
        if bug == "quotients count for homomorphisms too" and kind == "hom":
            return dimensions(pattern, kind="subgraph")
        if bug == "the witness is an edge" and small.n > 2:
            return dataclasses.replace(right, witness=Pattern(2, ((0, 1),)))
        if bug == "signs of coefficients are lost":
            return dataclasses.replace(right, hom_basis={F: abs(c) for F, c in basis.items()})
        if bug == "the pattern itself is left out":
            basis.pop(small.canonical(), None)
            return dataclasses.replace(right, hom_basis=basis)
        if bug == "an isolated vertex is a dimension" and not all(small.neighbours):
            return dataclasses.replace(right, k=right.k + 1)
        if bug == "vertex 0 is looked at":
            return dataclasses.replace(right, hom_basis={F: c + len(small.neighbours[0]) for F, c in basis.items()})
        if bug == "labels do not keep vertices apart" and small.labels is not None:
            return dimensions((small.n, small.edges), kind=kind)
        if bug == "eight vertices are like seven" and small.n == 8:
            return dataclasses.replace(right, k=min(right.k, 2))
        return right

    return solver(wl_dimension, "mutant", claims=Claims(deterministic=True, has_basis=True))(solve)


def certificate_mutant(bug: str | None) -> Solver[..., Certificate]:
    """A wl-certificate solver with that mistake; None for the right one."""
    assert bug is None or bug in CERTIFICATES, bug

    def solve(pattern: Any, *, kind: str = "subgraph") -> Certificate:
        right = cfi_product(pattern, kind=kind)
        if bug == "one dimension too many":
            return dataclasses.replace(right, k=right.k + 1)
        if bug == "counts are embeddings" and kind != "hom":
            share = right.pattern.automorphisms
            return dataclasses.replace(right, count_G=right.count_G * share, count_H=right.count_H * share)
        if bug == "bare CFI graphs":
            found = dimensions(pattern, kind=kind)
            assert found.witness is not None
            if found.witness.edge_labels is not None or len(found.witness.components()) > 1:
                return right
            pair = cfi_pair(found.witness)
            counts = [counting(pattern, graph.parts(), kind=kind).count for graph in pair]
            return Certificate(right.pattern, kind, right.k, pair[0].parts(), pair[1].parts(), *counts)
        if bug == "the pattern and nothing":
            n, _, labels, names = right.G
            return dataclasses.replace(right, H=(n, (), labels, None if names is None else ()), count_H=0)
        if bug == "the same graph twice":
            return dataclasses.replace(right, H=right.G)
        if bug == "the pattern is forgotten":
            return dataclasses.replace(right, pattern=Pattern(1, (), (right.pattern.labels or (0,))[:1]))
        if bug == "an edge is lost":
            n, edges, labels, names = right.H
            return dataclasses.replace(right, H=(n, edges[1:], labels, None if names is None else names[1:]))
        return right

    return solver(wl_certificate, "mutant", claims=Claims(deterministic=True))(solve)


MUTANTS = {
    motif_mutant: MOTIFS,
    colour_mutant: COLOURS,
    dimension_mutant: DIMENSIONS,
    certificate_mutant: CERTIFICATES,
}
"""What makes them, each mistake, and a law that catches it."""
